//! Points as arrays of decimal strings, with the third coordinate that snarkjs writes.

use ark_bn254::{Fq, Fq2, Fq6, Fq12, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{One, Zero};

use super::number;

/// A G1 point: x, y, 1.
pub(super) type G1Text = [String; 3];
/// An element of Fq2: the coefficients of 1 and u.
pub(super) type Fq2Text = [String; 2];
/// A G2 point: x, y, 1.
pub(super) type G2Text = [Fq2Text; 3];
/// An element of Fq12 as a tower 12 = 2 × 3 × 2.
pub(super) type Fq12Text = [[Fq2Text; 3]; 2];

/// What is written for a point that is not infinity.
pub(super) fn write_g1(point: &G1Affine) -> G1Text {
    [number::write(point.x), number::write(point.y), number::write(Fq::one())]
}

pub(super) fn write_g2(point: &G2Affine) -> G2Text {
    [point.x, point.y, Fq2::one()].map(|x| write_fq2(&x))
}

pub(super) fn write_fq12(element: &Fq12) -> Fq12Text {
    let six = |x: &Fq6| [&x.c0, &x.c1, &x.c2].map(write_fq2);
    [six(&element.c0), six(&element.c1)]
}

pub(super) fn read_g1(text: &G1Text) -> Result<G1Affine, String> {
    let [x, y, z] = text;
    let point = G1Affine::new_unchecked(number::read(x)?, number::read(y)?);
    one(number::read::<Fq>(z)?.is_one(), number::read::<Fq>(z)?.is_zero())?;
    // G1 has cofactor 1: a point of the curve is one of the group.
    // The library's infinity is (0, 0), which it takes for a point of the curve.
    if point.is_on_curve() && !point.is_zero() { Ok(point) } else { Err("not a point of the curve".to_owned()) }
}

pub(super) fn read_g2(text: &G2Text) -> Result<G2Affine, String> {
    let [x, y, z] = text;
    let (point, z) = (G2Affine::new_unchecked(read_fq2(x)?, read_fq2(y)?), read_fq2(z)?);
    one(z.is_one(), z.is_zero())?;
    if !point.is_on_curve() || point.is_zero() {
        return Err("not a point of the curve".to_owned());
    }
    if point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err("outside the prime-order subgroup".to_owned())
    }
}

pub(super) fn read_fq12(text: &Fq12Text) -> Result<Fq12, String> {
    let six = |[c0, c1, c2]: &[Fq2Text; 3]| Ok::<_, String>(Fq6::new(read_fq2(c0)?, read_fq2(c1)?, read_fq2(c2)?));
    Ok(Fq12::new(six(&text[0])?, six(&text[1])?))
}

/// Points are written normalized; only infinity has another third coordinate, which no honest file holds.
fn one(is_one: bool, is_zero: bool) -> Result<(), String> {
    match (is_one, is_zero) {
        (true, _) => Ok(()),
        (_, true) => Err("the point at infinity".to_owned()),
        _ => Err("not normalized: its third coordinate is not 1".to_owned()),
    }
}

fn write_fq2(element: &Fq2) -> Fq2Text {
    [number::write(element.c0), number::write(element.c1)]
}

fn read_fq2([c0, c1]: &Fq2Text) -> Result<Fq2, String> {
    Ok(Fq2::new(number::read(c0)?, number::read(c1)?))
}
