//! `pot-check keys`: what is trusted, and why.

use crate::{
    args::Keys,
    exit::{Exit, Stop},
    output, trust,
};

pub(crate) fn run(args: &Keys) -> Exit {
    match list(args) {
        Ok(()) => Exit::Accepted,
        Err(Stop(exit, message)) => {
            output::error(&message);
            exit
        }
    }
}

fn list(args: &Keys) -> Result<(), Stop> {
    let keys = trust::store(&args.trust, None)?.list();
    let printed = if args.json { output::json(&keys) } else { output::keys(&keys) };
    printed.map_err(|e| Stop(Exit::Usage, format!("cannot write the list: {e}")))?;
    if keys.is_empty() {
        output::error("no verifying key is trusted: this program brings none, and none was named");
    }
    Ok(())
}
