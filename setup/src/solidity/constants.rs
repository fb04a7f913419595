//! Points as the decimal constants of the contract.

use ark_bn254::{Fq, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::AdditiveGroup;
use pot_protocol::{keys::KeyPoints, rule::Capacity};

/// x and y; both 0 for infinity, as the precompiles have it.
pub(super) fn g1(point: &G1Affine) -> [Fq; 2] {
    point.xy().map_or([Fq::from(0u8); 2], |(x, y)| [x, y])
}

/// The constants of a key. α, γ and δ are negated here, so that the contract negates nothing.
pub(super) fn key_points(points: &KeyPoints) -> String {
    let one = |names: [&str; 2], point: G1Affine| names.map(str::to_owned).into_iter().zip(g1(&point));
    // The coefficient of u first, as the precompile takes it.
    let two = |name: &str, sign: &str, point: G2Affine| {
        [
            (format!("{name}_X1"), point.x.c1),
            (format!("{name}_X0"), point.x.c0),
            (format!("{sign}{name}_Y1"), point.y.c1),
            (format!("{sign}{name}_Y0"), point.y.c0),
        ]
    };
    let [_, digest, root, ..] = points.ic;
    one(["ALPHA_X", "MINUS_ALPHA_Y"], -points.alpha_g1)
        .chain(two("BETA", "", points.beta_g2))
        .chain(two("GAMMA", "MINUS_", -points.gamma_g2))
        .chain(two("DELTA", "MINUS_", -points.delta_g2))
        .chain(one(["D_X", "D_Y"], digest))
        .chain(one(["RHO_X", "RHO_Y"], root))
        .map(|(name, value)| format!("    uint256 private constant {name} = {value};\n"))
        .collect::<Vec<_>>()
        .concat()
}

/// One branch for each bit that v can have, which adds that bit's multiple of `IC_4`. v is at most 7 + 8·capacity.
pub(super) fn verdict_bits(points: &KeyPoints, capacity: Capacity) -> String {
    let [.., verdict] = points.ic;
    let bits = (8 * capacity.scores()).ilog2() + 1;
    let multiples = std::iter::successors(Some(verdict.into_group()), |point| Some(point.double()));
    let branch = |(bit, multiple): (u32, G1Projective)| {
        let [x, y] = g1(&multiple.into_affine());
        let mask = 1u64 << bit;
        format!(
            "        if (v & {mask} != 0) {{\n            _add(\n                pairs,\n                {x},\n                \
             {y}\n            );\n        }}\n"
        )
    };
    (0..bits).zip(multiples).map(branch).collect::<Vec<_>>().concat()
}
