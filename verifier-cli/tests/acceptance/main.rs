//! The checker's own policy: each demand is met or not, absence never passes, keys count for their roles, and files that
//! demand nothing are refused.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod command;
mod demands;
#[path = "../known/mod.rs"]
mod known;
mod roles;
mod setting;
