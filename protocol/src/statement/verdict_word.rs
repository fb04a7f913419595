//! The public word v that carries verdict, grade and stopping time.

/// v = `V_S` + 2·`V_D` + 4·G + 8·n, with `V_S` for SAME, `V_D` for DIFFERENT, G the grade and n the number of scores.
pub fn verdict_word(same: bool, different: bool, grade: bool, n: u32) -> u32 {
    u32::from(same) + 2 * u32::from(different) + 4 * u32::from(grade) + 8 * n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_word_has_its_own_bits() {
        assert_eq!(verdict_word(false, false, false, 0), 0);
        assert_eq!(verdict_word(true, false, false, 0), 1);
        assert_eq!(verdict_word(false, true, false, 0), 2);
        assert_eq!(verdict_word(false, false, true, 0), 4);
        assert_eq!(verdict_word(false, true, true, 1024), 8198);
    }
}
