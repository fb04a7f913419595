//! How large the domains are: a power of two with room for everything.

use ark_bn254::Fr;
use ark_poly::Radix2EvaluationDomain;

use super::*;

type Domain = Radix2EvaluationDomain<Fr>;

#[test]
fn the_domain_has_room_for_all_rows_and_inputs() {
    // Six empty rows and five inputs need eleven places.
    let matrices = vec![vec![vec![]; 6]; 3];
    let assignment = [1u64, 2, 3, 4, 5].map(Fr::from);
    let h = SnarkjsReduction::witness_map_from_matrices::<Fr, Domain>(&matrices, 5, 6, &assignment).unwrap();
    assert_eq!(h.len(), 16);
}

#[test]
fn there_is_a_point_for_every_power_up_to_the_largest() {
    let one = Fr::from(1u64);
    for (max_power, points) in [(1, 2), (15, 16), (16, 32)] {
        let scalars = SnarkjsReduction::h_query_scalars::<Fr, Domain>(max_power, Fr::from(7u64), one, one).unwrap();
        assert_eq!(scalars.len(), points);
    }
}
