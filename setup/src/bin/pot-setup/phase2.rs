//! `pot-setup phase2`: a ceremony for one circuit.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use pot_circuits::VerdictCircuit;
use pot_protocol::digest::Digest;
use pot_setup::{
    KeyStore, SetupError,
    formats::{
        ptau::Ptau,
        r1cs::R1cs,
        zkey::{Kind, Zkey},
    },
    mapped::FileBytes,
    new_file,
    phase1::{Identity, Phase1Source, identify},
    phase2::{self, Circuit, Initial, Link, Source, words},
};
use zeroize::Zeroizing;

use crate::{
    args::{Beacon, Contribute, Entropy, Finalize, Inputs, New, Verify},
    exit::{Exit, Usage},
    output::{self, Steps},
    phase1::CUT,
};

/// `pot-setup phase2 new`: prints the circuit hash.
pub(crate) fn new(args: &New) -> anyhow::Result<Exit> {
    new_file::refuse_existing(&args.out)?;
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.inputs.ptau)?;
    let source = source(&args.inputs, &bytes, &steps)?;
    let circuit = circuit(&args.inputs, &steps)?;
    steps.show("computing the initial key");
    let initial = Initial::new(&circuit.r1cs, &source.ptau)?;
    steps.show("writing it");
    let key = initial.key(&name(&args.out));
    new_file::write_new(&args.out, |file| key.write_to(file).map(drop))?;
    drop(steps);
    output::say("circuit hash:");
    output::data(&words(initial.cs_hash()))?;
    output::say("next: `pot-setup phase2 contribute`; until somebody has, anyone can forge under this key");
    Ok(Exit::Done)
}

/// `pot-setup phase2 contribute`: prints the contribution's hash.
pub(crate) fn contribute(args: &Contribute) -> anyhow::Result<Exit> {
    let extra = extra(&args.entropy)?;
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.file)?;
    steps.show("checking the contributions so far, and contributing");
    let key = Zkey::parse(&name(&args.file), &bytes)?;
    let hash = phase2::contribute(&key, args.name.as_deref(), &extra, &args.out)?;
    drop(steps);
    announce(&hash, &args.out)
}

/// What the contributor adds to the operating system's randomness. Wiped when dropped.
pub(crate) fn extra(args: &Entropy) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let mut extra = Zeroizing::new(Vec::new());
    if let Some(text) = &args.text {
        extra.extend(b"text");
        extra.extend(text.as_bytes());
    }
    if args.stdin {
        extra.extend(b"stdin");
        io::copy(&mut io::stdin().lock(), &mut *extra).context("cannot read the standard input")?;
    }
    if let Some(dice) = &args.dice {
        extra.extend(b"dice");
        extra.extend(dice.as_bytes());
    }
    Ok(extra)
}

/// `pot-setup phase2 beacon`: prints the contribution's hash.
pub(crate) fn beacon(args: &Beacon) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.file)?;
    steps.show(&format!("hashing the beacon 2^{} times", args.iterations));
    let key = Zkey::parse(&name(&args.file), &bytes)?;
    let hash = phase2::beacon(&key, args.name.as_deref(), &args.value.0, args.iterations, &args.out)?;
    drop(steps);
    announce(&hash, &args.out)
}

/// `pot-setup phase2 verify`: prints the circuit hash and every contribution.
pub(crate) fn verify(args: &Verify) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let (ptau, zkey) = (FileBytes::map(&args.inputs.ptau)?, FileBytes::map(&args.key)?);
    let source = source(&args.inputs, &ptau, &steps)?;
    let circuit = circuit(&args.inputs, &steps)?;
    let key = Zkey::parse(&name(&args.key), &zkey)?;
    steps.show("verifying");
    let verified = phase2::verify(&circuit.r1cs, &source.ptau, &key, args.beacons.max_exp)?;
    drop(steps);
    output::data(&format!("circuit hash\n{}", words(&verified.cs_hash)))?;
    list(&verified.contributions)?;
    output::data(&format!("powers of tau: {} (BLAKE2b {})", source.identity.source, source.identity.hex()))?;
    if verified.contributions.iter().all(|link| link.kind != Kind::Contribution) {
        output::say("the key is valid so far, but no secret went into it: anyone can forge under it");
        return Ok(Exit::Refused);
    }
    output::say("valid: it is the key of this circuit and these powers of tau with these contributions");
    Ok(Exit::Done)
}

/// `pot-setup phase2 finalize`: prints the key's id, for other circuits where `verification_key.json` is.
pub(crate) fn finalize(args: &Finalize) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let ptau = FileBytes::map(&args.inputs.ptau)?;
    // In memory of our own: what is verified is what is written.
    let zkey = FileBytes::read(&args.key)?;
    let source = source(&args.inputs, &ptau, &steps)?;
    let circuit = circuit(&args.inputs, &steps)?;
    let key = Zkey::parse(&name(&args.key), &zkey)?;
    steps.show("verifying");
    let Some(capacity) = args.inputs.circuit.capacity else {
        let needed = || Usage("--out says where verification_key.json is to be written".to_owned());
        let folder = args.out.as_ref().ok_or_else(needed)?;
        let path = folder.join("verification_key.json");
        for path in [&path, &folder.join("ceremony.json")] {
            new_file::refuse_existing(path)?;
        }
        let (json, record) = phase2::verification_key(&circuit, &source, &key, args.beacons.max_exp)?;
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        new_file::write_new_bytes(&path, json.as_bytes())?;
        new_file::write_new_bytes(&folder.join("ceremony.json"), &serde_json::to_vec_pretty(&record)?)?;
        drop(steps);
        say_if_cut(&source);
        output::data(&path.display().to_string())?;
        return Ok(Exit::Done);
    };
    let (verifying, record) = phase2::final_key(capacity, &circuit, &source, &key, &zkey, args.beacons.max_exp)?;
    steps.show("saving the key");
    let store = args.out.as_ref().map_or_else(KeyStore::open_default, KeyStore::open)?;
    store.add_of_ceremony(&verifying, &zkey, record)?;
    drop(steps);
    say_if_cut(&source);
    output::say(&format!("{} in {}", verifying.origin(), store.key_folder(verifying.id()).display()));
    output::data(&verifying.id().to_string())?;
    Ok(Exit::Done)
}

/// What was not verified of powers of tau that are nobody's public file, which otherwise are verified in full.
fn say_if_cut(source: &Source<'_>) {
    if source.identity.source == Phase1Source::Private && source.ptau.power() != source.ptau.ceremony_power() {
        output::say(CUT);
    }
}

/// The powers of tau, whose hash has to be a known or the given one.
fn source<'a>(inputs: &Inputs, bytes: &'a FileBytes, steps: &Steps) -> anyhow::Result<Source<'a>> {
    let file = name(&inputs.ptau);
    let identity = trusted(&file, bytes, inputs.accepted.blake2b.as_deref(), steps)?;
    Ok(Source { ptau: Ptau::parse(&file, bytes)?, identity })
}

/// What the hash of powers of tau says: it has to be that of a public file, or the given one.
pub(crate) fn trusted(file: &str, bytes: &[u8], pinned: Option<&str>, steps: &Steps) -> anyhow::Result<Identity> {
    let identity = identify(bytes, &steps.progress());
    let hex = identity.hex();
    match pinned {
        Some(pinned) if *pinned != hex => Err(SetupError::OtherPhase1 { file: file.to_owned(), hash: hex }.into()),
        None if identity.source == Phase1Source::Private => {
            Err(SetupError::UnknownPhase1 { file: file.to_owned(), hash: hex }.into())
        }
        _ => Ok(identity),
    }
}

fn circuit(inputs: &Inputs, steps: &Steps) -> anyhow::Result<Circuit> {
    if let Some(path) = &inputs.circuit.r1cs {
        steps.show("reading the constraints");
        let bytes = FileBytes::map(path)?;
        return Ok(Circuit { r1cs: R1cs::parse(&name(path), &bytes)?, r1cs_sha256: Digest::of(&bytes) });
    }
    let needed = || Usage("--capacity or --r1cs says for which circuit".to_owned());
    let capacity = inputs.circuit.capacity.ok_or_else(needed)?;
    steps.show("laying out the circuit");
    Ok(Circuit::new(R1cs::of(VerdictCircuit::shape(capacity))?)?)
}

pub(crate) fn announce(hash: &[u8; 64], out: &Path) -> anyhow::Result<Exit> {
    output::say(&format!(
        "{} is to be passed on. Contribution hash, to be announced where others can see it:",
        out.display()
    ));
    output::data(&words(hash))?;
    Ok(Exit::Done)
}

fn list(contributions: &[Link]) -> anyhow::Result<()> {
    for (number, link) in (1..).zip(contributions) {
        // A name comes from outside and is shown without whatever could steer a terminal.
        let name = link.name.as_deref().map(|name| format!(" '{}'", name.escape_debug())).unwrap_or_default();
        let kind = match &link.kind {
            Kind::Contribution => "contribution".to_owned(),
            Kind::Beacon { iterations_exp, beacon_hash } => {
                format!("beacon {}, 2^{iterations_exp} iterations", hex::encode(beacon_hash))
            }
        };
        output::data(&format!("{number}{name}: {kind}\n{}", words(&link.hash)))?;
    }
    Ok(())
}

pub(crate) fn name(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}
