//! Each demand of a policy file, and the files that are none.

use pot_protocol::{
    digest::Digest,
    policy::Preset,
    registration::{ModelFile, ModelIdentity},
};
use pot_verifier::{Evidence, RegistryFile, acceptance::Acceptance, check, trust::TrustStore};

use crate::{
    known::{self, statement},
    setting::{BEGIN, NOW, bundle, report_with, signing_key, unmet, verifying_key},
};

#[test]
fn every_demand_is_met_or_not() {
    let report = report_with(&Evidence::default());
    let quick = Preset::Quick.policy();
    let (id, root) = (report.key, report.candidate_root.unwrap());
    let same = "verdicts = [\"SAME\"]\n";
    assert_eq!(root, Digest::of(&[6; 32]));
    let (document, other) = (quick.document_digest(), Digest([9; 32]));
    // What holds, and what does not, of each.
    for (met, not, demanded) in [
        (
            "verdicts = [\"SAME\", \"DIFFERENT\"]".to_owned(),
            "verdicts = [\"DIFFERENT\", \"SAME-TOPK\"]".to_owned(),
            "verdict",
        ),
        (format!("{same}assurance = \"arithmetic\""), format!("{same}grade = \"strict\""), "grade strict"),
        (format!("{same}min_n = 11"), format!("{same}min_n = 12"), "at least 12"),
        (
            format!("{same}policies = [\"audit\", \"quick\"]"),
            format!("{same}policies = [\"audit\"]"),
            "a policy out of",
        ),
        (format!("{same}policies = [\"{document}\"]"), format!("{same}policies = [\"{other}\"]"), "a policy out of"),
        (format!("{same}kinds = [\"kl\"]"), format!("{same}kinds = [\"delta-ce\"]"), "scores of delta-ce"),
        (format!("{same}max_alpha = \"0.025\""), format!("{same}max_alpha = \"0.0249\""), "alpha at most"),
        (format!("{same}max_gamma = \"0.15\""), format!("{same}max_gamma = \"0.149999\""), "gamma at most"),
        (format!("{same}max_age_days = 10"), format!("{same}max_age_days = 9"), "sealed at most 9 days"),
        (
            format!("{same}verifying_keys = [\"{id}\"]"),
            format!("{same}verifying_keys = [\"{other}\"]"),
            "verifying keys",
        ),
        (
            format!("{same}[candidate]\nroots = [\"{root}\"]"),
            format!("{same}[reference]\nroots = [\"{root}\"]"),
            "reference",
        ),
        (
            format!("{same}[candidate]\nroots = [\"{}\"]", Digest([6; 32])),
            // Weights may be called anything.
            format!("{same}[candidate]\nnames = [\"two\"]"),
            "candidate",
        ),
    ] {
        assert_eq!(unmet(&met, &report, NOW), [""; 0], "{met}");
        let unmet = unmet(&not, &report, NOW);
        assert!(unmet.len() == 1 && unmet[0].contains(demanded), "{not}: {unmet:?}");
    }
}

#[test]
fn what_was_not_given_is_not_met() {
    let report = report_with(&Evidence::default());
    for piece in ["scores", "transcript", "reveal", "openings", "nonce", "registry", "time"] {
        let text = format!("verdicts = [\"SAME\"]\npieces = [\"{piece}\"]");
        assert_eq!(unmet(&text, &report, NOW).len(), 1, "{piece}");
    }
    assert_eq!(unmet("verdicts = [\"SAME\"]\nmax_attempts = 5", &report, NOW), ["at most 5 attempts on this pair"]);
    let files = [RegistryFile { name: "own".to_owned(), bytes: bundle().to_bytes() }];
    let mut tried = report_with(&Evidence { registry: Some((&files, NOW)), ..Evidence::default() });
    for (attempts, enough) in [(5, true), (6, false)] {
        tried.registry.as_mut().unwrap().attempts = attempts;
        assert_eq!(unmet("verdicts = [\"SAME\"]\nmax_attempts = 5", &tried, NOW).is_empty(), enough);
    }
    // A name that is a built-in policy's is none for a policy of one's own.
    let mut own = report.clone();
    (own.preset, own.policy_document) = (None, Digest([8; 32]));
    own.policy = "quick".to_owned();
    assert_eq!(unmet("verdicts = [\"SAME\"]\npolicies = [\"quick\"]", &own, NOW).len(), 1);
}

#[test]
fn a_run_from_the_future_is_not_fresh() {
    let report = report_with(&Evidence::default());
    let text = "verdicts = [\"SAME\"]\nmax_age_days = 10000";
    assert_eq!(unmet(text, &report, 1500 - 600), [""; 0]);
    assert_eq!(unmet(text, &report, 1500 - 601).len(), 1);
    let (policy, _) = Acceptance::from_toml(format!("{BEGIN}{text}").as_bytes()).unwrap();
    let found = |now| policy.judge(&report, &[], now).pop().unwrap().found;
    assert_eq!(found(1500 - 600), "0 days, by the auditor's clock");
    assert_eq!(found(1500 - 601), "sealed in the future, by the auditor's clock");
    assert_eq!(found(1500 + 86_401), "2 days, by the auditor's clock");
}

#[test]
fn a_name_counts_for_an_endpoint_and_files_for_the_weights_that_they_are() {
    let mut report = report_with(&Evidence::default());
    let named = "verdicts = [\"SAME\"]\n[candidate]\nnames = [\"two\"]";
    assert_eq!(unmet(named, &report, NOW).len(), 1, "weights may be called anything");
    (report.candidate_weights, report.candidate_root) = (None, None);
    assert_eq!(unmet(named, &report, NOW), [""; 0]);
    assert_eq!(unmet("verdicts = [\"SAME\"]\n[candidate]\nnames = [\"one\"]", &report, NOW).len(), 1);
    // Genuine files beside other weights have no root here.
    let mut raw = statement();
    if let ModelIdentity::Weights { files, .. } = &mut raw.registration.candidate {
        *files = vec![ModelFile { name: "model.gguf".to_owned(), sha256: Digest([6; 32]) }];
    }
    let bundle = known::bundle(&verifying_key(), raw.validate().unwrap());
    let mut trust = TrustStore::new(false);
    trust.add(&verifying_key().to_bytes()).unwrap();
    let report = check(&bundle.to_bytes(), &trust, &Evidence::default()).unwrap();
    assert_eq!((report.candidate_root, report.candidate_weights), (None, Some(Digest([1; 32]))));
}

#[test]
fn files_that_demand_nothing_or_cannot_be_met_are_refused() {
    let pem = signing_key(1).public().to_pem();
    for (text, why) in [
        (String::new(), "missing field `format`"),
        (
            "format = \"pot acceptance v2\"\nverdicts = [\"SAME\"]".to_owned(),
            "this program reads \"pot acceptance v1\"",
        ),
        (BEGIN.to_owned(), "'verdicts' has to name the verdicts"),
        (format!("{BEGIN}verdicts = [\"YES\"]"), "'YES' is no verdict: it is one of SAME, SAME-TOPK"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\ngrade = \"good\""), "'good' is no grade"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\nmin_m = 3"), "line 3: unknown field `min_m`"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\npieces = [\"score\"]"), "line 3: unknown variant `score`"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\npolicies = []"), "'policies' lists nothing"),
        (
            format!("{BEGIN}verdicts = [\"SAME\"]\npolicies = [\"audits\"]"),
            "and no built-in policy: it is one of quick, audit",
        ),
        (format!("{BEGIN}verdicts = [\"SAME\"]\nkinds = []"), "'kinds' lists nothing"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\nverifying_keys = []"), "'verifying_keys' lists nothing"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\n[candidate]\nroots = []"), "'candidate' lists nothing"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\n[reference]"), "'reference' lists nothing"),
        (
            format!("{BEGIN}verdicts = [\"SAME\"]\n[candidate]\nnames = [\"m\"]\nroots = [\"{}\"]", "0".repeat(64)),
            "'candidate' lists roots and names, which no model meets",
        ),
        (format!("{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"auditor\""), "either 'pem' or 'file'"),
        (
            format!("{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"auditor\"\npem = '''{pem}'''\nfile = \"k\""),
            "either 'pem' or 'file'",
        ),
        (format!("{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"auditor\"\nfile = \"../k\""), "in the folder of"),
        (format!("{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"auditor\"\nfile = \"/k\""), "in the folder of"),
        (
            format!("{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"auditor\"\npem = \"k\""),
            "signer with role auditor",
        ),
        (format!("{BEGIN}verdicts = [\"SAME\"]\nmax_alpha = 0.01"), "line 3: invalid type: floating point"),
        (format!("{BEGIN}{BEGIN}"), "line 2: duplicate key"),
    ] {
        let error = Acceptance::from_toml(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(why) && !error.contains('\n'), "{text}: {error}");
    }
    assert!(Acceptance::from_toml(&[0xff]).is_err());
    let signed_by = |count| {
        let signer = format!("[[signer]]\nrole = \"auditor\"\npem = '''{pem}'''\n");
        Acceptance::from_toml(format!("{BEGIN}verdicts = [\"SAME\"]\n{}", signer.repeat(count)).as_bytes())
    };
    assert_eq!(signed_by(64).unwrap().1.len(), 64);
    assert!(signed_by(65).unwrap_err().to_string().contains("it names more than 64 signers"));
}
