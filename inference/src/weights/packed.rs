//! The zoo's number formats: half precision, and group quantisation to 8 or 4 bits.
//!
//! A quantised weight `W` of shape `[.., n]` is stored as `W.q8` (U8, `[.., n]`, value + 128) or `W.q4` (U8,
//! `[.., n/2]`, value + 8 in each half byte, the first in the low one), with `W.scale` (F16, `[.., n/32]`): a weight
//! is its integer times the scale of its group of 32.

/// Weights that share one scale.
pub const GROUP: usize = 32;

/// Width of a quantised weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 8 bits: integers −127..=127.
    Eight,
    /// 4 bits: integers −7..=7.
    Four,
}

impl Bits {
    /// Both widths.
    pub const ALL: [Self; 2] = [Self::Eight, Self::Four];

    /// The suffix of the tensor's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eight => "q8",
            Self::Four => "q4",
        }
    }

    /// Bytes of so many whole groups' integers.
    pub(crate) fn bytes(self, weights: usize) -> usize {
        match self {
            Self::Eight => weights,
            Self::Four => weights / 2,
        }
    }

    /// The largest integer.
    fn top(self) -> i16 {
        match self {
            Self::Eight => 127,
            Self::Four => 7,
        }
    }

    /// What is added to an integer to store it unsigned.
    fn offset(self) -> i16 {
        self.top() + 1
    }
}

/// Shapes of the packed data and of the scales, if a weight of this shape can be quantised: its last axis must hold
/// whole groups.
pub fn shapes(bits: Bits, shape: &[usize]) -> Option<(Vec<usize>, Vec<usize>)> {
    let (&last, rest) = shape.split_last()?;
    if last == 0 || last % GROUP != 0 {
        return None;
    }
    let with = |n: usize| rest.iter().copied().chain([n]).collect();
    let bytes = match bits {
        Bits::Eight => last,
        Bits::Four => last / 2,
    };
    Some((with(bytes), with(last / GROUP)))
}

/// The shape of the weight that packed data of this shape stand for.
pub fn unpacked_shape(bits: Bits, data: &[usize]) -> Vec<usize> {
    let mut shape = data.to_vec();
    if let (Bits::Four, Some(last)) = (bits, shape.last_mut()) {
        *last = last.saturating_mul(2);
    }
    shape
}

/// Packs `values`, whole groups of finite weights, into bytes and F16 scales.
pub fn quantise(bits: Bits, values: &[f32]) -> (Vec<u8>, Vec<u16>) {
    let mut data = Vec::new();
    let mut scales = Vec::new();
    for group in values.chunks_exact(GROUP) {
        let largest = group.iter().fold(0.0f32, |m, x| m.max(x.abs()));
        let scale = f32_to_f16(largest / f32::from(bits.top()));
        scales.push(scale);
        let unit = f16_to_f32(scale);
        let stored = group.iter().map(|x| nearest(bits, if unit > 0.0 { x / unit } else { 0.0 }));
        match bits {
            Bits::Eight => data.extend(stored),
            Bits::Four => {
                let nibbles: Vec<u8> = stored.collect();
                data.extend(nibbles.chunks_exact(2).map(|pair| pair[0] | pair[1] << 4));
            }
        }
    }
    (data, scales)
}

/// The nearest integer of the width to `x`, stored unsigned.
fn nearest(bits: Bits, x: f32) -> u8 {
    let top = f32::from(bits.top());
    #[allow(clippy::cast_possible_truncation)] // clamped to −127..=127
    let integer = x.round().clamp(-top, top) as i16;
    u8::try_from(integer + bits.offset()).unwrap_or(0)
}

/// The weights that `data` and `scales` stand for.
pub fn dequantise(bits: Bits, data: &[u8], scales: &[f32]) -> Vec<f32> {
    let value = |stored: u8| f32::from(i16::from(stored) - bits.offset());
    let integers: Vec<f32> = match bits {
        Bits::Eight => data.iter().map(|&b| value(b)).collect(),
        Bits::Four => data.iter().flat_map(|&b| [value(b & 15), value(b >> 4)]).collect(),
    };
    integers.chunks(GROUP).zip(scales).flat_map(|(group, &scale)| group.iter().map(move |x| x * scale)).collect()
}

/// The value of IEEE half-precision bits, exactly.
pub fn f16_to_f32(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f32::from(bits & 1023);
    match i32::from(bits >> 10 & 31) {
        0 => sign * fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        e => sign * (1024.0 + fraction) * 2f32.powi(e - 25),
    }
}

/// The nearest half-precision bits to `x`, ties to even, saturating to infinity.
pub fn f32_to_f16(x: f32) -> u16 {
    let bits = x.to_bits();
    let sign = u16::from(x.is_sign_negative()) << 15;
    let magnitude = bits & 0x7fff_ffff;
    let rounded = if magnitude > 0x7f80_0000 {
        0x7e00
    } else if magnitude >= 0x4780_0000 {
        0x7c00
    } else {
        // Align to the half's last place, dropping `shift` bits: 13 for normal halves, more for subnormal ones.
        let exponent = magnitude >> 23;
        let (mantissa, shift) = if exponent >= 113 {
            (magnitude - (112 << 23), 13)
        } else if exponent < 102 {
            (0, 13)
        } else {
            ((magnitude & 0x007f_ffff) | 0x0080_0000, 126 - exponent)
        };
        let (kept, rest, half) = (mantissa >> shift, mantissa & ((1 << shift) - 1), 1u32 << (shift - 1));
        kept + u32::from(rest > half || (rest == half && kept & 1 == 1))
    };
    sign | u16::try_from(rounded).unwrap_or(0x7c00)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives_the_way_through_f32() {
        for bits in 0..=u16::MAX {
            let x = f16_to_f32(bits);
            if !x.is_nan() {
                assert_eq!(f32_to_f16(x), bits, "{x}");
            }
        }
    }

    #[test]
    fn rounds_to_the_nearest_half_with_ties_to_even() {
        for bits in 0..0x7bffu16 {
            let (low, high) = (f16_to_f32(bits), f16_to_f32(bits + 1));
            let middle = low.midpoint(high);
            assert_eq!(f32_to_f16(middle), bits + bits % 2);
            assert_eq!(f32_to_f16(f32::from_bits(middle.to_bits() - 1)), bits);
            assert_eq!(f32_to_f16(f32::from_bits(middle.to_bits() + 1)), bits + 1);
        }
        assert_eq!(f32_to_f16(1e6), 0x7c00);
        assert_eq!(f32_to_f16(1e-9), 0);
        assert!(f16_to_f32(f32_to_f16(f32::NAN)).is_nan());
    }

    #[test]
    fn quantised_weights_are_within_half_a_step() {
        let values: Vec<f32> = (0..96u8).map(|i| (f32::from(i) * 0.7).sin() * f32::from(i / 32 + 1)).collect();
        for (bits, steps) in [(Bits::Eight, 127.0), (Bits::Four, 7.0)] {
            let (data, scales) = quantise(bits, &values);
            let scales: Vec<f32> = scales.into_iter().map(f16_to_f32).collect();
            let back = dequantise(bits, &data, &scales);
            assert_eq!(back.len(), values.len());
            for (i, (x, y)) in (0..96u8).zip(values.iter().zip(&back)) {
                assert!((x - y).abs() <= f32::from(i / 32 + 1) / steps * 0.51, "{bits:?} {x} {y}");
            }
        }
    }

    #[test]
    fn zero_weights_stay_zero() {
        for bits in Bits::ALL {
            let (data, scales) = quantise(bits, &[0.0; GROUP]);
            let scales: Vec<f32> = scales.into_iter().map(f16_to_f32).collect();
            assert_eq!(dequantise(bits, &data, &scales), vec![0.0; GROUP]);
        }
    }
}
