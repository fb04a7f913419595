//! The statistics of the decision rule, measured at scale.
//!
//! `cargo run --release -p pot-bench-rule --bin rule-benchmark` prints the tables of `docs/statistics.md`. The rule is
//! simulated with a table of gains per score; now and then a run is decided again by `pot-protocol` itself.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "simulations are numerical; what decides is the rule's own integers"
)]

pub mod adversary;
pub mod bernstein;
pub mod blind;
pub mod coin;
pub mod interval;
pub mod law;
pub mod machine;
pub mod mixture;
pub mod nulls;
pub mod optimal;
pub mod pool;
pub mod power;
pub mod random;
pub mod rates;
pub mod setting;
