//! The sequential decision rule, in integers.

mod decide;
mod features;
pub mod looks;
mod outcome;
mod statistic;

#[cfg(test)]
mod tests;

pub use decide::{Distance, Rule, Side, Standing, decide, is_look, next_look};
pub use features::Features;
pub use looks::{Capacity, LOOKS};
pub use outcome::{Outcome, Progress, Verdict};
pub use statistic::{best_statistic, fires, statistic};
