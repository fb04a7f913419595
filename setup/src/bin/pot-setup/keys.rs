//! `pot-setup keys` and `pot-setup verify`: the key folder.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use pot_protocol::keys::{KeyId, RawVerifyingKey, VerifyingKey};
use pot_setup::{
    SetupError, circuits,
    formats::zkey::{Kind, Zkey},
    mapped::FileBytes,
    store::{self, Checked, Listed, MANIFEST, Manifest, VERIFYING, ZKEY},
};

use crate::{
    args::{ExportKey, ImportKey, ListKeys, PackKey, ShowKey, VerifyKey},
    commands::{described, open, open_folder, read_at_most, refuse_mistyped_id},
    exit::{Exit, Usage},
    output,
};

/// `pot-setup keys list`: one line a key; damaged ones are named on stderr and change the exit code.
pub(crate) fn list(args: &ListKeys) -> anyhow::Result<Exit> {
    let store = open(&args.folder)?;
    let keys = store.list()?;
    if keys.is_empty() {
        output::say(&format!("no keys in {}: `pot-setup dev --capacity 128` makes one", store.folder().display()));
    }
    let mut exit = Exit::Done;
    for Listed { id, manifest } in keys {
        match manifest.and_then(|manifest| Ok((manifest, store.load_verifying(id)?.origin()))) {
            Ok((manifest, origin)) => {
                let current = manifest.circuit == circuits::id(manifest.capacity);
                output::data(&format!(
                    "{id}  capacity {:>4}  {origin}  {} bytes{}",
                    manifest.capacity.scores(),
                    manifest.zkey_bytes,
                    if current { "" } else { "  (for another version's circuit)" }
                ))?;
            }
            Err(error) => {
                output::say(&format!("pot-setup: {error}"));
                exit = Exit::Malformed;
            }
        }
    }
    Ok(exit)
}

/// `pot-setup keys show`.
pub(crate) fn show(args: &ShowKey) -> anyhow::Result<Exit> {
    let store = open(&args.folder)?;
    let Manifest { key, circuit, capacity, zkey_bytes, zkey_sha256, .. } = store.manifest(args.key)?;
    let folder = store.key_folder(key);
    let bytes = store.map_zkey(key)?;
    let zkey = Zkey::parse(&folder.join(ZKEY).display().to_string(), &bytes)?;
    for (name, value) in [
        ("key", key.to_string()),
        ("provenance", described(&store.load_verifying(key)?)),
        ("circuit", circuit.to_string()),
        ("capacity", capacity.scores().to_string()),
        ("folder", folder.display().to_string()),
        ("zkey", format!("{zkey_bytes} bytes, SHA-256 {zkey_sha256}")),
        ("signals", format!("{}, of which {} public", zkey.header.n_vars, zkey.header.n_public)),
        ("domain", zkey.header.domain_size.to_string()),
        ("contributions", zkey.mpc.contributions.len().to_string()),
    ] {
        output::data(&format!("{name:<14}{value}"))?;
    }
    for (number, contribution) in (1..).zip(&zkey.mpc.contributions) {
        let kind = match contribution.kind {
            Kind::Contribution => "",
            Kind::Beacon { .. } => " (beacon)",
        };
        // A name is what its giver chose: nothing in it may steer a terminal, or turn what is read in it.
        let name = contribution.name.as_deref().unwrap_or_default().escape_debug();
        output::data(&format!("{:<14}{name}{kind}", format!("  {number}")))?;
    }
    Ok(Exit::Done)
}

/// `pot-setup keys import`: prints the key's id.
pub(crate) fn import(args: &ImportKey) -> anyhow::Result<Exit> {
    let store = open(&args.folder)?;
    let start = Instant::now();
    let (verifying, name, zkey, manifest) = match args.files.as_slice() {
        [folder] if store::is_packed(folder) => {
            output::say("unpacking the key: seconds");
            let verifying = read_verifying(&folder.join(VERIFYING))?;
            let zkey = FileBytes::Read(store::read_packed(folder, &verifying)?);
            (verifying, folder.clone(), zkey, manifest_in(folder))
        }
        files => {
            let Found { verifying, zkey, manifest } = find(files)?;
            // In memory of our own: what is checked is what is written, whatever becomes of the file meanwhile.
            let bytes = FileBytes::read(&zkey)?;
            (read_verifying(&verifying)?, zkey, bytes, manifest)
        }
    };
    output::say("checking every point: seconds");
    let checked =
        store.import(&name.display().to_string(), &zkey, &verifying, manifest.as_deref(), args.beacons.max_exp)?;
    report(&checked, &verifying, start);
    output::data(&checked.id.to_string())?;
    Ok(Exit::Done)
}

/// `pot-setup keys pack`: a folder with the key in small pieces.
pub(crate) fn pack(PackKey { export: args, beacons }: &PackKey) -> anyhow::Result<Exit> {
    output::say("checking every point: seconds");
    open_folder(args.key_dir.as_deref())?.pack(args.key, &args.out, beacons.max_exp)?;
    output::say(&format!("{}: to be read by `pot-setup keys import`", args.out.display()));
    Ok(Exit::Done)
}

/// `pot-setup keys export`: a folder with the three files.
pub(crate) fn export(args: &ExportKey) -> anyhow::Result<Exit> {
    open_folder(args.key_dir.as_deref())?.export(args.key, &args.out)?;
    output::say(&format!("{}: {ZKEY}, {VERIFYING}, {MANIFEST}", args.out.display()));
    Ok(Exit::Done)
}

/// `pot-setup verify`: the full check of a key in the key folder, or of files.
pub(crate) fn verify(args: &VerifyKey) -> anyhow::Result<Exit> {
    let start = Instant::now();
    if let Ok(id) = args.key.parse::<KeyId>() {
        let store = open(&args.folder)?;
        let checked = store.verify(id, args.beacons.max_exp)?;
        report(&checked, &store.load_verifying(id)?, start);
        return Ok(Exit::Done);
    }
    refuse_mistyped_id(&args.key)?;
    let Found { verifying, zkey, .. } = find(&[PathBuf::from(&args.key)])?;
    let verifying = read_verifying(&verifying)?;
    let checked = store::check(&zkey.display().to_string(), &FileBytes::map(&zkey)?, &verifying, args.beacons.max_exp)?;
    report(&checked, &verifying, start);
    Ok(Exit::Done)
}

fn report(checked: &Checked, verifying: &VerifyingKey, start: Instant) {
    let Checked { id, points, contributions } = checked;
    output::say(&format!(
        "key {id} ({}): {points} points are in their groups, the coefficients are the circuit's, and what the key shows \
         of itself agrees [{:.1} s]",
        verifying.origin(),
        start.elapsed().as_secs_f64()
    ));
    if let Some(forger) = verifying.standing().forger() {
        output::say(&format!("{forger}: no check can show that they did not keep its secrets"));
    }
    if *contributions > 0 {
        output::say(&format!(
            "the chain of its {contributions} contributions holds; that it began with this circuit and known powers of tau, \
             `pot-setup phase2 verify` checks"
        ));
    }
}

/// The files of a key.
struct Found {
    verifying: PathBuf,
    zkey: PathBuf,
    manifest: Option<PathBuf>,
}

/// The verifying key, the zkey and, if there is one, the manifest among files, or in a folder of them.
fn find(files: &[PathBuf]) -> anyhow::Result<Found> {
    if let [folder] = files
        && folder.is_dir()
    {
        let (verifying, zkey) = (folder.join(VERIFYING), folder.join(ZKEY));
        return Ok(Found { verifying, zkey, manifest: manifest_in(folder) });
    }
    let mut starts = Vec::with_capacity(files.len());
    for path in files {
        starts.push((path, FileBytes::map(path)?.iter().take(4).copied().collect::<Vec<u8>>()));
    }
    let with = |start: &[u8]| {
        let found = starts.iter().find(|(_, found)| found.starts_with(start));
        found.map(|(path, _)| PathBuf::clone(path))
    };
    match (with(b"POTV"), with(b"zkey"), with(b"{")) {
        (Some(verifying), Some(zkey), manifest) if files.len() == 2 + usize::from(manifest.is_some()) => {
            Ok(Found { verifying, zkey, manifest })
        }
        _ => {
            let needed = format!(
                "a verifying key and a zkey are needed, and their manifest may be named too: name the files, or a folder \
                 with {VERIFYING} and {ZKEY}"
            );
            Err(Usage(needed).into())
        }
    }
}

fn manifest_in(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(MANIFEST)).filter(|path| path.is_file())
}

fn read_verifying(path: &Path) -> Result<VerifyingKey, SetupError> {
    Ok(VerifyingKey::from_bytes(&read_at_most(path, RawVerifyingKey::MAX_LEN as u64)?)?)
}
