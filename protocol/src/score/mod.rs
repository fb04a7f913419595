//! Integer scores: the boundary past which no float goes.

mod codec;
mod figures;
mod kind;
mod value;

pub use figures::{FIGURE_SCALE, Figures, FiguresError, MAX_FIGURE};
pub use kind::ScoreKind;
pub use value::{MAX_SCORE, Score, ScoreError, UNITS_PER_NAT};
