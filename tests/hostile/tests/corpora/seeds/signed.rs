//! What others say about a bundle, said by a key that the targets know.

use pot_attestation::{IN_TOTO, SigstoreBundle, Verdict, registration_statement, sign_nonce};
use pot_hostile::{bundle, registrations, signer};
use pot_protocol::{
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    spot::{Openings, Request},
    transcript::{Opening, Transcript},
};

use super::{Corpora, file};

pub(super) fn add(corpora: &Corpora<'_>) {
    let ((bundle, policy), key) = (bundle(), signer());
    let verdict = Verdict::statement(bundle, policy, Digest([1; 32])).to_json().unwrap();
    let registration = registration_statement(bundle.statement.registration()).to_json().unwrap();
    for (name, said) in [("verdict.json", verdict), ("registration.json", registration)] {
        corpora.add("said", name, &said);
        corpora.add("envelope", name, SigstoreBundle::sign(IN_TOTO, said, &key).to_json().unwrap());
    }
    let model = SigstoreBundle::from_json(&file("protocol/attestation/tests/model-signing/model.sig")).unwrap();
    corpora.add("said", "model.json", &model.dsse_envelope.payload);
    corpora.add("envelope", "model.json", model.to_json().unwrap());
    for name in ["p256", "ed25519", "rsa"] {
        corpora.add(
            "envelope",
            &format!("{name}.pub"),
            file(&format!("protocol/attestation/tests/openssl/{name}.pub")),
        );
    }
    corpora.add("nonce", "signed.json", sign_nonce(&registrations()[0], Digest([7; 32]), &key).unwrap());
    let signature = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
    corpora.add("nonce", "round.json", format!("{{\"round\":123,\"signature\":\"{signature}\"}}"));

    let valid = |name: &str| file(&format!("test-vectors/v1/valid/forgeable/{name}"));
    let transcript = Transcript::replay(&valid("transcript.ndjson")).unwrap();
    let opening = Opening::from_json(&valid("scores.json")).unwrap();
    let seed = BlindingSeed::new(opening.seed.0);
    let commitment = ScoreCommitment::commit(bundle.statement.fields().capacity, &opening.scores, &seed);
    let statement = bundle.statement.digest();
    for request in [Request::fiat_shamir(statement, 1), Request { statement, seed: Digest([3; 32]), count: 2 }] {
        let openings = Openings::of(request, transcript.records(), &commitment);
        corpora.add("openings", &format!("{}.json", request.count), serde_json::to_vec(&openings).unwrap());
    }
}
