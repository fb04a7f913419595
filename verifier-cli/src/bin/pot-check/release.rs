//! A release folder: what `pot-prove publish` puts beside a release, found again under the names that it has there.

use std::{
    fs,
    path::{Path, PathBuf},
};

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

/// Takes what lies in a release folder for what was not named, after comparing every file with its sum. Gives how many there
/// are; nothing for a folder that is no release.
pub(crate) fn complete(args: &mut Verify) -> Result<Option<usize>, Stop> {
    let folder = args.bundle.clone();
    if !folder.join(SUMS).is_file() {
        return Ok(None);
    }
    let count = compare(&folder)?;
    let inside = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    let take = |named: &mut Option<PathBuf>, name: &str| *named = named.take().or_else(|| inside(name));
    take(&mut args.policy, "policy.json");
    take(&mut args.reveal, "challenge.key");
    take(&mut args.scores, "scores.json");
    take(&mut args.transcript, "transcript.ndjson");
    take(&mut args.openings, "openings.json");
    take(&mut args.nonce, "nonce.json");
    // Whose signature it is has to be said by the checker: without anybody named there is nothing to check it with.
    if args.attestations.is_empty() && (!args.identities.is_empty() || args.policy_file.is_some()) {
        args.attestations
            .extend(["attestation.sigstore.json", "registration.sigstore.json"].into_iter().filter_map(inside));
    }
    Ok(Some(count))
}

/// Compares every file that is listed with its sum, and looks for files that are not listed.
fn compare(folder: &Path) -> Result<usize, Stop> {
    let malformed = |message: String| Stop(Exit::Malformed, message);
    let list = folder.join(SUMS);
    let text = String::from_utf8(files::small_file(&list, MAX_SUMS).map_err(malformed)?)
        .map_err(|_| malformed(format!("{} is no text", list.display())))?;
    let mut listed = vec![];
    for (number, line) in text.lines().enumerate() {
        let at = |what: &str| malformed(format!("{} line {}: {what}", list.display(), number + 1));
        let (sum, name) = line.split_once("  ").ok_or_else(|| at("is no 'SUM  NAME' as sha256sum writes it"))?;
        let sum: Digest = sum.parse().map_err(|_| at("does not begin with a SHA-256"))?;
        let path = Path::new(name);
        if !path.components().all(|part| matches!(part, std::path::Component::Normal(_))) {
            return Err(at("names a file outside of the folder"));
        }
        let bytes = files::file(&folder.join(path)).map_err(malformed)?;
        if Digest::of(&bytes) != sum {
            let message =
                format!("{name} is not the file of this release: its sum is {}, listed is {sum}", Digest::of(&bytes));
            return Err(Stop(Exit::Invalid, message));
        }
        listed.push(path.to_owned());
    }
    if !listed.iter().any(|path| path == Path::new("bundle.pot")) {
        return Err(malformed(format!("{} does not list bundle.pot", list.display())));
    }
    let unlisted =
        unlisted(folder, &listed).map_err(|e| malformed(format!("cannot read {}: {e}", folder.display())))?;
    if let Some(path) = unlisted {
        return Err(malformed(format!("{} is not listed in {SUMS}: it is no part of this release", path.display())));
    }
    Ok(listed.len())
}

/// A file of the folder that the list does not have: what was put there later would be taken for a part of the release.
fn unlisted(folder: &Path, listed: &[PathBuf]) -> std::io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        if entry.file_type()?.is_file() && name != Path::new(SUMS) && !listed.contains(&name) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}
