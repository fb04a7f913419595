//! `pot-check`, as its users build it, on every stored vector.

#[path = "../../../verifier-cli/tests/vectors/run.rs"]
mod shared;

use crate::set::folder;

#[test]
fn pot_check_answers_every_vector_as_the_index_says() {
    let wrong = shared::wrong_answers(&pot_tests::binary("pot-check"), &folder(), |_| true);
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}
