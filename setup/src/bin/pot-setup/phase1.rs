//! `pot-setup phase1`: powers of tau.

use pot_setup::{
    formats::ptau::{Origin, Ptau},
    mapped::FileBytes,
    phase1::{self, Verified},
    phase2::words,
};

use crate::{
    args::{Beacon, Contribute, Import, NewPowers, Prepare, VerifyPowers},
    exit::Exit,
    output::{self, Steps},
    phase2::{announce, extra, name, trusted},
};

/// What is said of a file that was cut from a larger one.
pub(crate) const CUT: &str = "the hashes of the last contribution to the powers of tau are over the whole file, of which this one was cut: they were \
     not computed again";

/// `pot-setup phase1 new`: prints the challenge that the first contributor starts from.
pub(crate) fn new(args: &NewPowers) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let challenge = phase1::new(args.power, &args.out, &steps.progress())?;
    drop(steps);
    output::say("first challenge:");
    output::data(&words(&challenge))?;
    output::say("next: `pot-setup phase1 contribute`; until somebody has, everybody knows these powers' secrets");
    Ok(Exit::Done)
}

/// `pot-setup phase1 contribute`: prints the contribution's hash.
pub(crate) fn contribute(args: &Contribute) -> anyhow::Result<Exit> {
    let extra = extra(&args.entropy)?;
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.file)?;
    let file = Ptau::parse(&name(&args.file), &bytes)?;
    let announced = phase1::contribute(&file, args.name.as_deref(), &extra, &args.out, &steps.progress())?;
    drop(steps);
    announce(&announced.response, &args.out)
}

/// `pot-setup phase1 beacon`: prints the contribution's hash.
pub(crate) fn beacon(args: &Beacon) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.file)?;
    let file = Ptau::parse(&name(&args.file), &bytes)?;
    let (name, value) = (args.name.as_deref(), &args.value.0);
    let announced = phase1::beacon(&file, name, value, args.iterations, &args.out, &steps.progress())?;
    drop(steps);
    announce(&announced.response, &args.out)
}

/// `pot-setup phase1 verify`: prints every contribution.
pub(crate) fn verify(args: &VerifyPowers) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.powers.file)?;
    let file = Ptau::parse(&name(&args.powers.file), &bytes)?;
    let verified = phase1::verify(&file, args.beacons.max_exp, &steps.progress())?;
    drop(steps);
    show(&verified)
}

/// `pot-setup phase1 prepare`: prints where the prepared file is.
pub(crate) fn prepare(args: &Prepare) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.powers.file)?;
    let file = Ptau::parse(&name(&args.powers.file), &bytes)?;
    phase1::prepare(&file, &args.out, &steps.progress())?;
    drop(steps);
    output::data(&args.out.display().to_string())?;
    Ok(Exit::Done)
}

/// `pot-setup phase1 import`: prints which file it is, and every contribution.
pub(crate) fn import(args: &Import) -> anyhow::Result<Exit> {
    let steps = Steps::begin();
    let bytes = FileBytes::map(&args.powers.file)?;
    let file = name(&args.powers.file);
    let identity = trusted(&file, &bytes, args.accepted.blake2b.as_deref(), &steps)?;
    let verified = phase1::verify(&Ptau::parse(&file, &bytes)?, args.beacons.max_exp, &steps.progress())?;
    drop(steps);
    output::data(&format!("BLAKE2b-512 {}: {}", identity.hex(), identity.source))?;
    show(&verified)
}

fn show(verified: &Verified) -> anyhow::Result<Exit> {
    let mut beacons = 0;
    for (number, link) in (1..).zip(&verified.contributions) {
        let kind = match &link.origin {
            Origin::Contributor => "contribution".to_owned(),
            Origin::Beacon { iterations_exp, value } => {
                beacons += 1;
                let value = hex::encode(value);
                format!("beacon {value}, 2^{iterations_exp} iterations")
            }
        };
        let name = if link.name.is_empty() { String::new() } else { format!(" '{}'", link.name) };
        output::data(&format!("{number}{name}: {kind}\n{}", words(&link.response)))?;
    }
    let Verified { power, ceremony_power, prepared, contributions } = verified;
    let contributors = contributions.len() - beacons;
    let cut = if power == ceremony_power { String::new() } else { format!(", cut from power {ceremony_power}") };
    let prepared = if *prepared { "prepared" } else { "not prepared" };
    output::data(&format!(
        "power {power}{cut}, {prepared}; {contributors} contributions of secrets, {beacons} beacons"
    ))?;
    if contributors == 0 {
        output::say("the file is consistent, but no secret went into it: everybody can forge with it");
        return Ok(Exit::Refused);
    }
    if power != ceremony_power {
        output::say(CUT);
    }
    output::say("valid: powers of one tau, alpha and beta, to which these contributions lead");
    Ok(Exit::Done)
}
