//! The proof elements out of the key, the witness and the two blinding scalars (Groth, ePrint 2016/260, section 3.2).

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_groth16::ProvingKey;
use pot_setup::msm::{Signed, msm, signed};
use zeroize::Zeroizing;

/// A, B and C for the assignment (instance, then witness variables) and the coefficients `h` of the quotient in the
/// key's basis, blinded by `r` and `s`.
///
/// # Panics
/// When the lengths are not those of the key's queries.
pub(super) fn create(
    key: &ProvingKey<Bn254>,
    (r, s): &(Fr, Fr),
    h: &[Fr],
    assignment: &[Fr],
) -> (G1Affine, G2Affine, G1Affine) {
    let [h, assignment] = [h, assignment].map(|scalars| Zeroizing::new(signed(scalars)));
    let witness = &assignment[assignment.len() - key.l_query.len()..];
    let ((a, b2), (b1, (l, h))) = rayon::join(
        || {
            rayon::join(
                || blinded(key.vk.alpha_g1, &key.a_query, &assignment, key.delta_g1, r),
                || blinded(key.vk.beta_g2, &key.b_g2_query, &assignment, key.vk.delta_g2, s),
            )
        },
        || {
            rayon::join(
                || blinded(key.beta_g1, &key.b_g1_query, &assignment, key.delta_g1, s),
                || rayon::join(|| msm(&key.l_query, witness), || msm(&key.h_query, &h)),
            )
        },
    );
    let both = Zeroizing::new(*r * s);
    let c = l + h + a * s + b1 * r - key.delta_g1 * *both;
    (a.into(), b2.into(), c.into())
}

/// offset + Σ `assignment`ᵢ·queryᵢ + blinding·δ.
fn blinded<P: SWCurveConfig<ScalarField = Fr>>(
    offset: Affine<P>,
    query: &[Affine<P>],
    assignment: &[Signed],
    delta: Affine<P>,
    blinding: &Fr,
) -> Projective<P> {
    msm(query, assignment) + offset + delta * blinding
}
