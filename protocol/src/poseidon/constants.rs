//! Round constants and MDS matrices, shipped as data and parsed on first use.

use std::sync::OnceLock;

use ark_bn254::Fr;
use ark_ff::PrimeField;

/// Full rounds of every width: half of them before the partial rounds, half after.
pub const FULL_ROUNDS: usize = 8;

/// For each width in ascending order: the round constants, then the matrix by rows; 32 big-endian bytes each.
/// A test re-derives them with the Grain generator of the Poseidon paper.
static DATA: &[u8] = include_bytes!("constants.bin");

/// The widths of the state that are in use: the inputs and one capacity element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 2 inputs.
    W3,
    /// 7 inputs.
    W8,
    /// 16 inputs.
    W17,
}

/// The constants of one width.
#[derive(Debug)]
pub struct Constants {
    /// One row per round: what is added to the state before the S-boxes.
    pub rounds: Vec<Vec<Fr>>,
    /// The MDS matrix by rows.
    pub matrix: Vec<Vec<Fr>>,
}

impl Width {
    /// Every width in use, ascending.
    pub const ALL: [Self; 3] = [Self::W3, Self::W8, Self::W17];

    /// Elements of the state.
    pub const fn elements(self) -> usize {
        match self {
            Self::W3 => 3,
            Self::W8 => 8,
            Self::W17 => 17,
        }
    }

    /// Rounds with a single S-box.
    pub const fn partial_rounds(self) -> usize {
        match self {
            Self::W3 => 57,
            Self::W8 => 64,
            Self::W17 => 68,
        }
    }

    /// Whether every element passes an S-box in `round`.
    pub const fn is_full(self, round: usize) -> bool {
        round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + self.partial_rounds()
    }

    /// The constants, parsed once.
    pub fn constants(self) -> &'static Constants {
        static PARSED: [OnceLock<Constants>; 3] = [const { OnceLock::new() }; 3];
        PARSED[self as usize].get_or_init(|| self.parse())
    }

    const fn rounds(self) -> usize {
        FULL_ROUNDS + self.partial_rounds()
    }

    const fn rows(self) -> usize {
        self.rounds() + self.elements()
    }

    fn parse(self) -> Constants {
        let before = Self::ALL.into_iter().take_while(|w| *w != self).map(|w| w.rows() * w.elements()).sum::<usize>();
        let mut elements = DATA.chunks_exact(32).skip(before).map(Fr::from_be_bytes_mod_order);
        let mut rows = |n| (0..n).map(|_| elements.by_ref().take(self.elements()).collect()).collect();
        Constants { rounds: rows(self.rounds()), matrix: rows(self.elements()) }
    }
}

const _: () = {
    let (a, b, c) = (Width::W3, Width::W8, Width::W17);
    let all = a.rows() * a.elements() + b.rows() * b.elements() + c.rows() * c.elements();
    assert!(DATA.len() == 32 * all);
};
