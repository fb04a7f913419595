//! Queries both models on the registered challenges until the rule stops. Needs the `inference` feature.

pub mod calibration;
mod pauses;
mod rehearsal;
mod rerun;
mod session;
mod settings;
mod sides;
mod tokens;

pub use rehearsal::TokenCounts;
pub use rerun::{Compared, Rerun, Standing, rerun, standing};
pub use session::{Progress, Session};
pub use settings::check_names;
pub use sides::{Hashing, Models, identity_of, open_one};
pub use tokens::Split;
