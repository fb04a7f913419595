//! `pot-prove audit`: register, run, prove.

use pot_prover::{error::ProverError, run_folder::RunFolder};

use super::{prove, query, register};
use crate::{args::Audit, output};

pub(crate) fn run(args: Audit) -> anyhow::Result<()> {
    if (args.setting.counterparty.is_some() || args.setting.beacon_in.is_some()) && !args.resume {
        return Err(ProverError::Usage(
            "an audit whose nonce comes from others waits for it: use `register`, then `run --nonce`".to_owned(),
        )
        .into());
    }
    let keys = args.setting.engines.keys.clone();
    let (folder, registration) = if args.resume {
        let folder = RunFolder::open(&args.out)?;
        if folder.has(prove::BUNDLE) {
            output::say(&format!(
                "{} is finished: nothing is left to resume; see `pot-check verify --help`",
                args.out.display()
            ));
            return Ok(());
        }
        let registration = folder.registration()?;
        output::say("resuming: the registration in the folder decides the setting");
        (folder, registration)
    } else {
        register::in_folder(args.setting, &args.out)?
    };
    register::announce(&registration);
    query::in_folder(&folder, &registration, args.resume, &keys)?;
    prove::in_folder(&folder, args.keys.as_deref(), None, None)
}
