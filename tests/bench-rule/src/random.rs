//! `SplitMix64`: a small generator whose numbers are the same on every machine.

/// A generator of 64-bit numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of one cell of a table, apart from those of all other cells and seeds.
    pub fn of_cell(seed: u64, cell: u64) -> Self {
        let mut outer = Self(seed);
        let base = outer.number();
        let mut inner = Self(base ^ cell.wrapping_mul(0xD134_2543_DE82_EF95));
        Self(inner.number())
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_generator() {
        // The first numbers of SplitMix64 from seed 1234567, as in its author's test.
        let mut random = Random(1_234_567);
        assert_eq!([random.number(), random.number()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn cells_and_seeds_differ() {
        let first = |seed, cell| Random::of_cell(seed, cell).number();
        assert_ne!(first(1, 1), first(1, 2));
        assert_ne!(first(1, 1), first(2, 1));
        assert_eq!(first(3, 4), first(3, 4));
    }
}
