//! `pot-check inspect`: what a bundle says, with nothing verified.

use pot_protocol::bundle::Bundle;

use crate::{args::Inspect, exit::Exit, files, output};

pub(crate) fn run(args: &Inspect) -> Exit {
    let bundle = files::bundle(&args.bundle).and_then(|bytes| Bundle::from_bytes(&bytes).map_err(|e| e.to_string()));
    match bundle {
        Ok(bundle) => {
            output::error("nothing below is verified; use `pot-check verify`");
            match output::json(&bundle.view()) {
                Ok(()) => Exit::Accepted,
                Err(e) => {
                    output::error(&format!("cannot write to standard output: {e}"));
                    Exit::Usage
                }
            }
        }
        Err(message) => {
            output::error(&message);
            Exit::Malformed
        }
    }
}
