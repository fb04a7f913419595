//! What others say about the time of a registration: time-stamps and the certificates behind them, log proofs and keys.

use std::sync::OnceLock;

use pot_attestation::{Certificate, LogProof, NoteKey, TimeStamp, verify_log_proof, verify_time_stamp};

/// What both are about.
const REGISTRATION: &[u8] = include_bytes!("../../../protocol/attestation/tests/time-stamp/registration.pot");
const CA: &[u8] = include_bytes!("../../../protocol/attestation/tests/time-stamp/ca.pem");
/// Tokens that are to be accepted.
const TOKENS: [&[u8]; 5] = [
    include_bytes!("../../../protocol/attestation/tests/time-stamp/in-time.tst"),
    include_bytes!("../../../protocol/attestation/tests/time-stamp/key-id.tst"),
    include_bytes!("../../../protocol/attestation/tests/time-stamp/rsa.tsr"),
    include_bytes!("../../../protocol/attestation/tests/time-stamp/p384.tsr"),
    include_bytes!("../../../protocol/attestation/tests/time-stamp/ess-v1.tsr"),
];

/// Verifier keys of the signer, as a log's and as a witness's.
const LOG: &str = "log.example+305ba2cc+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx";
const WITNESS: &str = "witness.example+da76602f+BG56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx";
/// When the witness saw the log.
pub const SEEN: u64 = 1_692_803_500;

/// The registration that everything here is about.
pub fn registered() -> &'static [u8] {
    REGISTRATION
}

pub(crate) fn time_stamp(bytes: &[u8]) -> bool {
    static GENUINE: OnceLock<(Vec<Certificate>, Vec<TimeStamp>)> = OnceLock::new();
    let (ca, genuine) = GENUINE.get_or_init(|| {
        let ca = Certificate::read_all(CA).unwrap_or_else(|e| panic!("{e}"));
        let said = TOKENS.map(|token| verify_time_stamp(token, REGISTRATION, &ca).unwrap_or_else(|e| panic!("{e}")));
        (ca, said.to_vec())
    });
    if let Ok(certificates) = Certificate::read_all(bytes) {
        assert!((1..=16).contains(&certificates.len()));
        for certificate in &certificates {
            assert!(!certificate.subject().contains(char::is_control));
        }
        return true;
    }
    let Ok(said) = verify_time_stamp(bytes, REGISTRATION, ca) else { return false };
    assert!(genuine.contains(&said), "nothing but what an authority said is accepted: {said:?}");
    true
}

pub(crate) fn log_proof(bytes: &[u8]) -> bool {
    static NAMED: OnceLock<[NoteKey; 2]> = OnceLock::new();
    let [log, witness] = NAMED.get_or_init(|| {
        [NoteKey::log(LOG), NoteKey::witness(WITNESS)].map(|key| key.unwrap_or_else(|e| panic!("{e}")))
    });
    if let Some(text) = str::from_utf8(bytes).ok().filter(|text| text.len() < 1000)
        && let Ok(key) = NoteKey::log(text).or_else(|_| NoteKey::witness(text))
    {
        assert!(!key.name().is_empty() && !key.name().contains(char::is_whitespace));
        return true;
    }
    let logs = std::slice::from_ref(log);
    let Ok(found) = verify_log_proof(bytes, REGISTRATION, logs, std::slice::from_ref(witness)) else { return false };
    let LogProof { origin, index, size, cosignatures, .. } = found;
    assert_eq!((origin.as_str(), index, size), ("log.example", 2, 3), "nothing but what the log signed is accepted");
    assert!(!cosignatures.is_empty() && cosignatures.iter().all(|c| c.time == SEEN));
    true
}
