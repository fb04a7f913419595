//! A bundle's proof in the formats of other verifiers. It is checked first, exactly as [`crate::check`] does.
//!
//! Those verifiers see field elements: they say that *some* statement with this digest is proved under *some* policy with
//! this digest. Whoever relies on them has to compute the statement's digest and pin the policy digests.

use pot_protocol::{
    bundle::Bundle,
    keys::snarkjs::{self, GenericKey, proof_words},
};

use crate::{CheckError, Evidence, Report, check, trust::TrustStore};

/// The first four bytes of the Keccak-256 of `verify(bytes,uint256[8])`, the one function of our verifier contract. The
/// contract's test compares it with the compiler's.
const SELECTOR: [u8; 4] = [0xd6, 0x78, 0x7d, 0x90];

/// A checked proof as other verifiers read it.
#[derive(Clone, Debug)]
pub struct Exported {
    /// `verification_key.json` of snarkjs: the trusted key that the bundle was checked under.
    pub verification_key: String,
    /// `public.json`: d, ρ, π, v.
    pub public: String,
    /// `proof.json`.
    pub proof: String,
    /// Proof and inputs in 12 words, as the contracts that snarkjs writes take them behind their selector.
    pub words: Vec<u8>,
    /// The complete call of our own verifier contract: selector, statement and proof.
    pub call: Vec<u8>,
}

/// Checks a bundle and renders its proof.
///
/// # Errors
/// [`CheckError`] for whatever [`check`] refuses; then nothing is rendered.
pub fn export(bytes: &[u8], trust: &TrustStore, evidence: &Evidence<'_>) -> Result<(Report, Exported), CheckError> {
    let report = check(bytes, trust, evidence)?;
    let bundle = Bundle::from_bytes(bytes)?;
    let trusted = trust.key(&bundle.key, &bundle.statement)?;
    let proof = bundle.proof.decode().map_err(|e| CheckError::Invalid(e.to_string()))?;
    let inputs = bundle.statement.public_inputs().to_elements();
    let exported = Exported {
        verification_key: snarkjs::verification_key(&GenericKey::from(trusted.key().points())),
        public: snarkjs::public(&inputs),
        proof: snarkjs::proof(&proof),
        words: snarkjs::calldata(&proof, &inputs).to_vec(),
        call: contract_call(&bundle.statement.to_bytes(), &proof_words(&proof)),
    };
    Ok((report, exported))
}

/// `verify(bytes statement, uint256[8] proof)` in the contract ABI: the statement's offset, the proof, then the
/// statement's length and bytes padded to whole words.
fn contract_call(statement: &[u8], proof: &[u8]) -> Vec<u8> {
    let word = |value: usize| [[0; 24].as_slice(), &(value as u64).to_be_bytes()].concat();
    let padding = vec![0; statement.len().next_multiple_of(32) - statement.len()];
    [SELECTOR.as_slice(), &word(32 + proof.len()), proof, &word(statement.len()), statement, &padding].concat()
}
