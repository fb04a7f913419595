//! A release folder: what `pot-prove publish` puts beside a release, found again under the names that it has there.

use std::path::{Component, Path, PathBuf};

use pot_protocol::digest::Digest;

use crate::{
    args::Verify,
    exit::{Exit, Stop},
    files,
};

/// The list of all files with their sums; it makes a folder a release.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// Largest list that is read, in bytes.
const MAX_SUMS: u64 = 1 << 20;
/// How the names of signatures end.
const SIGNATURES: [&str; 2] = [".sigstore.json", ".sig"];

/// Takes what lies in a release folder for what was not named, after comparing every file with its sum. Gives how many there
/// are; nothing for a folder that is no release.
pub(crate) fn complete(args: &mut Verify) -> Result<Option<usize>, Stop> {
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
    take(&mut args.policy, "policy.json")?;
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
    if args.attestations.is_empty() && (!args.identities.is_empty() || args.policy_file.is_some()) {
        let signed = listed.iter().filter(|name| SIGNATURES.iter().any(|end| name.ends_with(end)));
        args.attestations.extend(signed.map(|name| folder.join(name)));
    }
    Ok(Some(listed.len()))
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
        let found = Digest::of(&files::file(&folder.join(name)).map_err(malformed)?);
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
