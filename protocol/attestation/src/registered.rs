//! Our predicate about a registration: signed before any query, so that it is known who registered what.

use pot_protocol::{
    digest::Digest,
    registration::{RawRegistration, Registration},
};

use crate::intoto::{Statement, Subject};

/// Type of the predicate; it is the registration as JSON.
pub const REGISTRATION: &str = "urn:proof-of-training:registration:v1";

const FILE: &str = "registration.pot";

/// The statement that an auditor signs about a registration.
pub fn registration_statement(registration: &Registration) -> Statement<RawRegistration> {
    let subject = Subject::sha256(FILE, Digest::of(&registration.to_bytes()));
    Statement::new(vec![subject], REGISTRATION, registration.fields().clone())
}

/// Whether a signed statement is about this registration.
pub fn is_about(statement: &Statement<RawRegistration>, registration: &Registration) -> bool {
    *statement == registration_statement(registration)
}
