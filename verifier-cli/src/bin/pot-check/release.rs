//! A release folder: what `pot-prove publish` puts beside a release, found again under the names that it has there.

use std::path::{Component, Path, PathBuf};

use pot_protocol::{bundle::Bundle, digest::Digest, keys::snarkjs};
use pot_verifier::Report;

use crate::{
    args::Verify,
    exit::{Exit, Stop},
    files,
};

/// The list of all files with their sums; it makes a folder a release.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// Largest list that is read, in bytes.
const MAX_SUMS: u64 = 1 << 20;
/// Most files of a release.
const MOST: usize = 1000;
/// What is written for people and other programs, and not compared with the bundle.
const TEXTS: [&str; 4] = ["summary.md", "model-card.md", "ml-bom.cdx.json", "verification_key.json"];
/// How the names of signatures end.
const SIGNATURES: [&str; 2] = [".sigstore.json", ".sig"];

/// Takes what lies in a release folder for what was not named, after comparing every file with its sum; nothing for a
/// folder that is no release. A policy is not taken: which one is acceptable is the checker's to say.
pub(crate) fn complete(args: &mut Verify) -> Result<Option<Release>, Stop> {
    let folder = args.bundle.clone();
    if !folder.join(SUMS).is_file() {
        return Ok(None);
    }
    let listed = compare(&folder)?;
    let take = |named: &mut Option<PathBuf>, name: &str| {
        let path = folder.join(name);
        match (&named, listed.iter().any(|other| other == name)) {
            (None, true) => *named = Some(path),
            // What was put there later would be taken for a part of the release.
            (None, false) if path.exists() => {
                let message = format!("{} is not listed in {SUMS}: it is no part of this release", path.display());
                return Err(Stop(Exit::Malformed, message));
            }
            _ => {}
        }
        Ok(())
    };
    take(&mut args.reveal, "challenge.key")?;
    take(&mut args.scores, "scores.json")?;
    take(&mut args.transcript, "transcript.ndjson")?;
    take(&mut args.openings, "openings.json")?;
    take(&mut args.nonce, "nonce.json")?;
    // Whom to believe about the time has to be said, as well.
    let listed_in = |name: &str| listed.iter().any(|other| other == name).then(|| folder.join(name));
    if args.times.time_stamps.is_empty() && !args.times.authorities.is_empty() {
        args.times.time_stamps.extend(listed_in("registration.tsr"));
    }
    if args.times.log_proofs.is_empty() && !args.times.logs.is_empty() {
        args.times.log_proofs.extend(listed_in("registration.tlog-proof"));
    }
    // Whose signature it is has to be said by the checker: without anybody named there is nothing to check it with.
    let mut attestations = vec![];
    if args.attestations.is_empty() && (!args.identities.is_empty() || args.policy_file.is_some()) {
        let signed = listed.iter().filter(|name| SIGNATURES.iter().any(|end| name.ends_with(end)));
        attestations.extend(signed.map(|name| folder.join(name)));
    }
    Ok(Some(Release { folder, listed, attestations }))
}

/// A release whose sums hold.
pub(crate) struct Release {
    folder: PathBuf,
    listed: Vec<String>,
    /// Signatures that lie there; whose they are is not known.
    pub(crate) attestations: Vec<PathBuf>,
}

impl Release {
    /// Compares what repeats the bundle in other forms with the bundle, and says what was and was not compared.
    pub(crate) fn compare(&self, bundle: &[u8], report: &mut Report) -> Result<(), Stop> {
        let malformed = |message: String| Stop(Exit::Malformed, message);
        let bundle = Bundle::from_bytes(bundle).map_err(|e| malformed(e.to_string()))?;
        let proof = bundle.proof.decode().map_err(|e| malformed(e.to_string()))?;
        let statement = &bundle.statement;
        let repeated: [(&str, Vec<u8>); 3] = [
            ("registration.pot", statement.registration().to_bytes()),
            ("proof.json", snarkjs::proof(&proof).into_bytes()),
            ("public.json", snarkjs::public(&statement.public_inputs().to_elements()).into_bytes()),
        ];
        for (name, own) in &repeated {
            let listed = self.listed.iter().any(|other| other == name);
            if listed && files::file(&self.folder.join(name)).map_err(malformed)? != *own {
                let message = format!("{name} does not belong to the bundle of this release");
                return Err(Stop(Exit::Invalid, message));
            }
        }
        report.verified.push(format!(
            "release: all {} files are the ones that {SUMS} lists; registration and proof are repeated as the bundle has them",
            self.listed.len()
        ));
        let texts: Vec<&str> = TEXTS.into_iter().filter(|name| self.listed.iter().any(|other| other == name)).collect();
        if !texts.is_empty() {
            let texts = texts.join(", ");
            report.not_given.push(format!("that {texts} say what the bundle says: this report does"));
        }
        Ok(())
    }
}

/// Compares every file that is listed with its sum, and gives their names.
fn compare(folder: &Path) -> Result<Vec<String>, Stop> {
    let malformed = |message: String| Stop(Exit::Malformed, message);
    let list = folder.join(SUMS);
    let text = String::from_utf8(files::small_file(&list, MAX_SUMS).map_err(malformed)?)
        .map_err(|_| malformed(format!("{} is no text", list.display())))?;
    let mut listed: Vec<String> = vec![];
    for (number, line) in text.lines().enumerate() {
        let at = |what: &str| malformed(format!("{} line {}: {what}", list.display(), number + 1));
        let (sum, name) = line.split_once("  ").ok_or_else(|| at("is no 'SUM  NAME' as sha256sum writes it"))?;
        let sum: Digest = sum.parse().map_err(|_| at("does not begin with a SHA-256"))?;
        if !matches!(&Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]) {
            return Err(at("names something else than a file of this folder"));
        }
        if listed.iter().any(|other| other == name) {
            return Err(at("names a file for the second time"));
        }
        if listed.len() == MOST {
            return Err(at("is one of more files than a release has"));
        }
        let found = files::digest(&folder.join(name)).map_err(malformed)?;
        if found != sum {
            let name = name.escape_debug();
            let message = format!("{name} is not the file of this release: its sum is {found}, listed is {sum}");
            return Err(Stop(Exit::Invalid, message));
        }
        listed.push(name.to_owned());
    }
    if listed.iter().any(|name| name == "bundle.pot") {
        return Ok(listed);
    }
    Err(malformed(format!("{} does not list bundle.pot", list.display())))
}
