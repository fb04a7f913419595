//! Runs that were really made, under the keys that are built in; and what they do not say.

use crate::set::{ALLOW, Outcome, Set};

pub(crate) fn add(set: &mut Set) {
    set.class("valid");
    let alone = |set: &mut Set, run: &str, says: &str, why: &str| {
        set.vector(run, &["verify", &format!("valid/{run}/bundle.pot"), ALLOW], Outcome(0, says, why));
    };
    alone(set, "same", "SAME after 11 challenges", "A model and its 8-bit quantisation, under QUICK.");
    alone(set, "different", "DIFFERENT after 10 challenges", "Two models of other training, under QUICK.");
    alone(set, "large", "SAME after 30 challenges", "A model and its 8-bit quantisation, under AUDIT: 1,024 scores.");
    let policy = ["--policy", "valid/undecided/policy.json"];
    let undecided = ["verify", "valid/undecided/bundle.pot", ALLOW];
    let why = "A model and its 4-bit quantisation, under a policy of one's own that ends at 12.";
    set.vector("undecided", &[&undecided[..], &policy].concat(), Outcome(0, "UNDECIDED after 12 challenges", why));
    let why = "The opened scores lead to the same verdict, whoever made the key.";
    let scores = ["--scores", "valid/undecided/scores.json"];
    let args = [&undecided[..], &policy, &scores].concat();
    set.vector("undecided-opened", &args, Outcome(0, "assurance: arithmetic", why));
    let args = ["verify", "valid/large/bundle.pot", ALLOW, "--scores", "valid/large/scores.json"];
    set.vector("large-opened", &args, Outcome(0, "assurance: arithmetic", why));
    for run in ["same", "different"] {
        let [bundle, scores, transcript, reveal] = ["bundle.pot", "scores.json", "transcript.ndjson", "challenge-key"]
            .map(|file| format!("valid/{run}/{file}"));
        let args = ["verify", &bundle, ALLOW, "--scores", &scores, "--transcript", &transcript, "--reveal", &reveal];
        let why = "Everything is opened: scores, records and prompts.";
        set.vector(&format!("{run}-opened"), &args, Outcome(0, "prompts are the committed ones", why));
        let args = ["verify", &format!("valid/{run}"), ALLOW, "--require", run, "--scores", &format!("valid/{run}")];
        let why = "A folder stands for the files in it, and the required verdict is the one.";
        set.vector(&format!("{run}-required"), &args, Outcome(0, "all 1", why));
    }
}

/// Valid bundles that do not say what is demanded, and command lines that demand nothing sensible.
pub(crate) fn add_unmet(set: &mut Set) {
    set.class("require");
    let policy = ["--policy", "valid/undecided/policy.json"];
    let why = "Valid, and another verdict than the one that was demanded.";
    let unmet = Outcome(4, "does not say what --require demands", why);
    set.vector("same-is-not-different", &["verify", "valid/same", ALLOW, "--require", "DIFFERENT"], unmet);
    set.vector("same-is-not-same-topk", &["verify", "valid/same", ALLOW, "--require", "SAME-TOPK"], unmet);
    set.vector("different-is-not-same", &["verify", "valid/different", ALLOW, "--require", "SAME"], unmet);
    for (name, verdict) in [("undecided-is-not-same", "SAME"), ("undecided-is-not-different", "DIFFERENT")] {
        let args = ["verify", "valid/undecided/bundle.pot", ALLOW, "--require", verdict];
        set.vector(name, &[&args[..], &policy].concat(), unmet);
    }
    set.class("usage");
    let usage = |reason| Outcome(2, reason, "The command line says nothing that could be done.");
    set.vector("no-bundle", &["verify"], usage("required arguments were not provided"));
    set.vector("no-such-verdict", &["verify", "valid/same", "--require", "MAYBE"], usage("invalid value 'MAYBE'"));
    set.vector("undecided-required", &["verify", "valid/same", "--require", "UNDECIDED"], usage("invalid value"));
    set.vector("no-such-flag", &["verify", "valid/same", "--force"], usage("unexpected argument '--force'"));
    let corpus = ["verify", "valid/same", ALLOW, "--corpus", "valid/same/challenge-key"];
    set.vector("corpus-without-key", &corpus, usage("--reveal <KEYFILE>"));
    let missing = Outcome(3, "cannot read", "A file that is not there.");
    set.vector("no-such-bundle", &["verify", "valid/no-such.pot"], missing);
    set.vector("folder-without-bundle", &["verify", "valid", ALLOW], missing);
    set.vector("no-such-scores", &["verify", "valid/same", ALLOW, "--scores", "valid/no-such.json"], missing);
    set.vector("no-such-transcript", &["verify", "valid/same", ALLOW, "--transcript", "valid/large"], missing);
}
