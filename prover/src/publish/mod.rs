//! What belongs beside a release, in one folder: the bundle, who says so, and the same for people and for other programs.

mod bom;
mod card;
mod folder;
mod summary;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use pot_attestation::SigningKey;
use pot_protocol::{
    digest::Digest,
    keys::snarkjs::{self, GenericKey},
    spot::Openings,
};

pub use folder::write;

use crate::{
    attest::{self, Checked},
    error::ProverError,
    reveal::reveal,
    run_folder::{NONCE, RunFolder, read_file},
};

/// The list of all files with their SHA-256, as `sha256sum` writes and checks it.
pub const SUMS: &str = "SHA256SUMS";
const ATTESTATION: &str = "attestation.sigstore.json";
/// Files of a run folder that go into every release if they are there.
const KEPT: [&str; 4] = ["registration.sigstore.json", NONCE, "registration.tsr", "registration.tlog-proof"];

/// What a publisher gives away beside the bundle. Each tells more than the bundle does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extra {
    /// All scores.
    Scores,
    /// All records: prompts, tokens, figures.
    Transcript,
    /// The challenge key.
    ChallengeKey,
    /// The records that `pot-prove open` opened.
    Openings,
}

impl Extra {
    fn file(self) -> &'static str {
        match self {
            Self::Scores => "scores.json",
            Self::Transcript => "transcript.ndjson",
            Self::ChallengeKey => "challenge.key",
            Self::Openings => "openings.json",
        }
    }
}

/// How to publish.
#[derive(Debug, Default)]
pub struct Options {
    /// Signs the outcome now; without it the run folder has to hold an attestation.
    pub key: Option<SigningKey>,
    /// Publish without anybody's signature.
    pub unsigned: bool,
    /// What is given away beside the bundle.
    pub extras: BTreeSet<Extra>,
    /// Further files, such as the signature of a model's publisher, under their own names.
    pub attach: Vec<PathBuf>,
    /// What the published model is called; the candidate's registered name unless given.
    pub model: Option<String>,
    /// Where the release will be found.
    pub url: Option<String>,
}

/// The files of a release by name, [`SUMS`] among them.
pub type Release = BTreeMap<String, Vec<u8>>;

/// Puts a release together from a proved run whose proof holds and whose records lead to its statement.
///
/// # Errors
/// [`ProverError::Usage`] when the run is not proved, nobody signed it, or something that was asked for is not there; another
/// error when the folder's files do not belong together.
pub fn assemble(folder: &RunFolder, options: &Options) -> Result<Release, ProverError> {
    let checked = attest::checked(folder)?;
    let bundle = &checked.bundle;
    let mut release = Release::new();
    add(&mut release, "bundle.pot", bundle.to_bytes())?;
    add(&mut release, "registration.pot", folder.read("registration.pot")?)?;
    for name in KEPT.into_iter().filter(|name| folder.has(name)) {
        add(&mut release, name, folder.read(name)?)?;
    }
    if checked.policy.preset().is_none() {
        add(&mut release, "policy.json", folder.read("policy.json")?)?;
    }
    if let Some(attestation) = attestation(folder, &checked, options)? {
        add(&mut release, ATTESTATION, attestation)?;
    }
    let proof = bundle.proof.decode().map_err(|e| ProverError::Sealed(e.to_string()))?;
    add(&mut release, "proof.json", snarkjs::proof(&proof).into_bytes())?;
    add(&mut release, "public.json", snarkjs::public(&bundle.statement.public_inputs().to_elements()).into_bytes())?;
    let key = GenericKey::from(checked.verifying.points());
    add(&mut release, "verification_key.json", snarkjs::verification_key(&key).into_bytes())?;
    for extra in &options.extras {
        add(&mut release, extra.file(), given_away(folder, &checked, *extra)?)?;
    }
    for path in &options.attach {
        let name = path.file_name().and_then(|name| name.to_str()).filter(|name| is_plain(name));
        let name = name.ok_or_else(|| {
            ProverError::Usage(format!(
                "{}: a file of a release has a name of letters, digits, '.', '_', '-'",
                path.display()
            ))
        })?;
        add(&mut release, name, read_file(path)?)?;
    }

    let signed = release.contains_key(ATTESTATION);
    let published = Published { checked: &checked, options, signed };
    let files: Vec<_> = release.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect();
    let written = [
        ("model-card.md", card::render(&published).into_bytes()),
        ("ml-bom.cdx.json", bom::render(&published, &files)?),
        ("summary.md", summary::render(&published, &files).into_bytes()),
        (SUMS, vec![]),
    ];
    for (name, bytes) in written {
        add(&mut release, name, bytes)?;
    }
    release.remove(SUMS);
    let sums: Vec<String> = release.iter().map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes))).collect();
    release.insert(SUMS.to_owned(), sums.concat().into_bytes());
    Ok(release)
}

fn add(release: &mut Release, name: &str, bytes: Vec<u8>) -> Result<(), ProverError> {
    match release.insert(name.to_owned(), bytes) {
        Some(_) => Err(ProverError::Usage(format!("two files of the release are called {name}"))),
        None => Ok(()),
    }
}

/// A run that was checked, and how it is published.
struct Published<'a> {
    checked: &'a Checked,
    options: &'a Options,
    /// Whether an attestation goes with it.
    signed: bool,
}

impl Published<'_> {
    /// What the published model is called.
    fn model(&self) -> &str {
        self.options.model.as_deref().unwrap_or_else(|| self.registration().candidate.name())
    }

    fn registration(&self) -> &pot_protocol::registration::RawRegistration {
        self.checked.bundle.statement.registration().fields()
    }

    /// How a stranger checks the folder `release`.
    fn check(&self, release: &str) -> String {
        let identity = if self.signed { " --identity PUBLIC-KEY" } else { "" };
        format!("pot-check verify {release}{identity} --trust VERIFYING-KEY")
    }

    fn verdict(&self) -> &'static str {
        self.checked.bundle.statement.outcome().verdict.word_for(self.registration().kind)
    }

    fn bound(&self) -> String {
        let bound =
            pot_protocol::statement::words::bound(self.checked.bundle.statement.outcome(), &self.checked.policy);
        // What is about the verdict has said it already.
        let rest = bound.strip_prefix(&format!("{}: ", self.verdict())).unwrap_or(&bound);
        let mut letters = rest.chars();
        letters.next().map_or(String::new(), |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
    }

    fn consequence(&self) -> Option<String> {
        let parameters = self.checked.policy.parameters();
        pot_protocol::statement::words::consequence(self.checked.bundle.statement.outcome(), parameters)
    }
}

/// The outcome, signed now or before.
fn attestation(folder: &RunFolder, checked: &Checked, options: &Options) -> Result<Option<Vec<u8>>, ProverError> {
    if options.unsigned {
        return Ok(None);
    }
    if let Some(key) = &options.key {
        return checked.sign(key).map(Some);
    }
    if folder.has(ATTESTATION) {
        let signed = folder.read(ATTESTATION)?;
        return checked
            .is_about(&signed)
            .map(|()| Some(signed))
            .map_err(|e| ProverError::input(&folder.path(ATTESTATION), e));
    }
    Err(ProverError::Usage(
        "nobody has signed this outcome: sign it with --key, or say --unsigned to publish it without saying who says so"
            .to_owned(),
    ))
}

fn given_away(folder: &RunFolder, checked: &Checked, extra: Extra) -> Result<Vec<u8>, ProverError> {
    if extra == Extra::ChallengeKey {
        return reveal(folder).map(|key| key.as_bytes().to_vec());
    }
    let name = extra.file();
    if extra == Extra::Openings && folder.has(name) {
        let path = folder.path(name);
        let openings = Openings::from_json(&folder.read(name)?).map_err(|e| ProverError::input(&path, e))?;
        openings.verify(&checked.bundle.statement).map_err(|e| ProverError::input(&path, e))?;
        if !openings.request.is_fiat_shamir() {
            return Err(ProverError::Usage(format!(
                "{} answers somebody's request, and is for them: for everybody, open a sample without --request",
                path.display()
            )));
        }
    }
    if !folder.has(name) {
        return Err(ProverError::Usage(format!(
            "{} is not there: {}",
            folder.path(name).display(),
            match extra {
                Extra::Openings => "open records first, with `pot-prove open`",
                _ => "it belongs to a proved run",
            }
        )));
    }
    folder.read(name)
}

/// A name that means the same everywhere, also to those who read [`SUMS`].
fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}
