//! Integer scores: the boundary past which no float goes.

mod codec;
mod figures;
mod kind;
mod value;

pub use figures::{Figures, FiguresError, FIGURE_SCALE, MAX_FIGURE};
pub use kind::ScoreKind;
pub use value::{Score, ScoreError, MAX_SCORE, UNITS_PER_NAT};
