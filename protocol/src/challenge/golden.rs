//! Golden vectors: the frozen prompts of each family, written where any other implementation can read them.

use serde::{Deserialize, Serialize};

use super::{ChallengeKey, Corpus, Family, FamilyId};
use crate::digest::Digest;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    family: FamilyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    corpus: Option<CorpusVector>,
    distinct_prompts: String,
    key: Digest,
    commitment: Digest,
    nonce: Digest,
    registration_digest: Digest,
    challenges: Vec<ChallengeVector>,
    /// SHA-256 over challenges 0 to 1,999, each text followed by a zero byte: every word and template occurs.
    first_2000_sha256: Digest,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CorpusVector {
    text: String,
    digest: Digest,
    distinct_windows: usize,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChallengeVector {
    index: u64,
    seed: Digest,
    text: String,
    sha256: Digest,
}

fn bytes(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first + u8::try_from(i).unwrap())
}

fn vector(family: &Family, corpus: Option<CorpusVector>) -> Vector {
    let (key, nonce, registration) = (ChallengeKey::new(bytes(0)), bytes(32), bytes(64));
    let run = key.derive(&nonce, &registration);
    let challenges = [0, 1, 2, 3, 4, 5, 6, 7, 1_000_000_000].map(|index| {
        let text = family.challenge(&run, index).text;
        ChallengeVector { index, seed: Digest(run.seed(index)), sha256: Digest::of(text.as_bytes()), text }
    });
    let first: String = (0..2000).map(|i| family.challenge(&run, i).text + "\0").collect();
    Vector {
        family: family.id(),
        corpus,
        distinct_prompts: family.distinct_prompts().to_string(),
        key: Digest(bytes(0)),
        commitment: Digest(key.commitment()),
        nonce: Digest(nonce),
        registration_digest: Digest(registration),
        challenges: challenges.into(),
        first_2000_sha256: Digest::of(first.as_bytes()),
    }
}

fn check(file: &str, computed: &Vector, pins: [&str; 3]) {
    let path = format!("{}/../test-vectors/v1/valid/{file}", env!("CARGO_MANIFEST_DIR"));
    // To make the file of a new family version, name it anew and run this test with POT_WRITE_VECTORS=1.
    if std::env::var_os("POT_WRITE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(computed).unwrap() + "\n").unwrap();
    }
    let stored: Vector = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(&stored, computed);
    // Pinned here too, so that rewriting the file cannot hide a change of the family.
    let digests = [computed.challenges[0].sha256, computed.challenges[8].sha256, computed.first_2000_sha256];
    assert_eq!(digests.map(|d| d.to_string()), pins);
}

#[test]
fn grammar_v1() {
    let computed = vector(&Family::Grammar, None);
    check(
        "challenge_grammar_v1.json",
        &computed,
        [
            "7d67926766e6eacf6a3639f5ee70560b75898deb6b385d4ed36fdeb955d3b1ac",
            "24320db61c58b7905a44b6fb0734b8919d9dc404cde75f58e54310093d82cf7e",
            "9816982e58068f81407e66d34e41b67e2a55fad0a722fc68d26cdffe136732d9",
        ],
    );
}

#[test]
fn corpus_v1() {
    // Repeats and characters of one to four bytes, so that a wrong count or boundary shows.
    let line = "The ferry leaves at noon. Die Brücke ist grün. Le café ouvre à midi. 船は正午に出る。 🙂 ";
    let text = format!("{}The end of the list: seven lanterns, six ropes, five oars, four maps.\n", line.repeat(4));
    let corpus = Corpus::with_minimum(text.clone(), 1).unwrap();
    let about = CorpusVector { text, digest: corpus.digest(), distinct_windows: corpus.distinct_windows() };
    let computed = vector(&Family::Corpus(corpus), Some(about));
    check(
        "challenge_corpus_v1.json",
        &computed,
        [
            "9dac6703db9e63bc0b83617eecab6723e52a151b4a8a9fd35085553c6493c729",
            "f0795360a61dc47527d59e1f926173dfe906f564b194e2775077e4586273c492",
            "d9bf5bb1adb9149f5c3b640dafa9f49c687dc7c2020afa8ce4709bc3aac843f1",
        ],
    );
}
