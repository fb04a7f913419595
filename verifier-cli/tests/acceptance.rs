//! The checker's own policy: each demand is met or not, absence never passes, and files that demand nothing are refused.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

mod known;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use known::{ceremony, key, statement};
use pot_attestation::{Algorithm, IN_TOTO, SigningKey, SigstoreBundle, Verdict};
use pot_protocol::{
    bundle::Bundle, digest::Digest, policy::Preset, registration::ModelFile, rule::Capacity, transcript::Side,
};
use pot_verifier::{
    Assurance, Evidence, Piece, Report, Said, Signed,
    acceptance::{Acceptance, Roles, SignerRole},
    check,
    trust::{TrustStore, known_circuit},
};

const BEGIN: &str = "format = \"pot acceptance v1\"\n";
/// When the run is looked at: it was sealed at 1500.
const NOW: u64 = 1500 + 10 * 86_400;

fn verifying_key() -> pot_protocol::keys::VerifyingKey {
    key(Capacity::C128, ceremony(), known_circuit(Capacity::C128))
}

/// A bundle: SAME at 11 under QUICK, with reference and candidate of one file each.
fn bundle() -> Bundle {
    let mut raw = statement();
    let file = |byte| vec![ModelFile { name: "model.gguf".to_owned(), sha256: Digest([byte; 32]) }];
    for (model, byte) in [(&mut raw.registration.reference, 5), (&mut raw.registration.candidate, 6)] {
        if let pot_protocol::registration::ModelIdentity::Weights { weights, files, .. } = model {
            (*weights, *files) = (Digest([byte; 32]), file(byte));
        }
    }
    known::bundle(&verifying_key(), raw.validate().unwrap())
}

fn report_with(evidence: &Evidence<'_>) -> Report {
    let mut trust = TrustStore::new(false);
    trust.add(&verifying_key().to_bytes()).unwrap();
    check(&bundle().to_bytes(), &trust, evidence).unwrap()
}

fn signing_key(byte: u8) -> SigningKey {
    SigningKey::new(Algorithm::EcdsaP256, &[byte; 32]).unwrap()
}

/// What of `text` is not met by `report`.
fn unmet(text: &str, report: &Report, now: u64) -> Vec<String> {
    let (policy, signers) = Acceptance::from_toml(format!("{BEGIN}{text}").as_bytes()).unwrap();
    let key = |signer: pot_verifier::acceptance::Signer| match signer.key {
        pot_verifier::acceptance::SignerKey::Here(key) => (signer.role, *key),
        other @ pot_verifier::acceptance::SignerKey::File(_) => panic!("{other:?}"),
    };
    let signers: Vec<_> = signers.into_iter().map(key).collect();
    let demands = policy.judge(report, &signers, now);
    assert!(!demands.is_empty());
    demands.into_iter().filter(|demand| !demand.met).map(|demand| demand.demanded).collect()
}

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
            // A name does not make up for a root.
            format!("{same}[candidate]\nnames = [\"two\"]\nroots = [\"{other}\"]"),
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
}

#[test]
fn signatures_count_for_the_role_of_their_key() {
    let (auditor, stranger) = (signing_key(1), signing_key(2));
    let statement = Verdict::statement(&bundle(), &Preset::Quick.policy(), Digest([4; 32])).to_json().unwrap();
    let signed = [SigstoreBundle::sign(IN_TOTO, statement, &auditor).to_json().unwrap()];
    let identities = [auditor.public(), stranger.public()];
    let report = report_with(&Evidence { attestations: &signed, identities: &identities, ..Evidence::default() });
    let role = |role: &str, key: &SigningKey| {
        format!("verdicts = [\"SAME\"]\n[[signer]]\nrole = \"{role}\"\npem = '''{}'''\n", key.public().to_pem())
    };
    assert_eq!(unmet(&role("auditor", &auditor), &report, NOW), [""; 0]);
    for (other, key) in [
        ("auditor", &stranger),
        ("registrar", &auditor),
        ("counterparty", &auditor),
        ("reference-publisher", &auditor),
        ("candidate-publisher", &auditor),
    ] {
        assert_eq!(unmet(&role(other, key), &report, NOW).len(), 1, "{other}");
    }
    // One of several with a role suffices.
    let two =
        format!("{}{}", role("auditor", &stranger), &role("auditor", &auditor)["verdicts = [\"SAME\"]\n".len()..]);
    assert_eq!(unmet(&two, &report, NOW), [""; 0]);
}

#[test]
fn a_nonce_counts_under_the_key_of_a_counterparty_alone() {
    let (auditor, counterparty) = (signing_key(1), signing_key(2));
    let mut report = report_with(&Evidence::default());
    report.pieces.insert(Piece::Nonce);
    let (policy, _) =
        Acceptance::from_toml(format!("{BEGIN}verdicts = [\"SAME\"]\npieces = [\"nonce\"]").as_bytes()).unwrap();
    let met = |key: Option<Digest>, signers: &[(SignerRole, pot_attestation::PublicKey)]| {
        let mut report = report.clone();
        report.nonce_key = key;
        // That the counterparty's role itself is met is another demand.
        policy.judge(&report, signers, NOW).iter().filter(|d| d.demanded.contains("a nonce of")).all(|d| d.met)
    };
    let (of_auditor, of_counterparty) =
        ((SignerRole::Auditor, auditor.public()), (SignerRole::Counterparty, counterparty.public()));
    let (one, other) = (Some(auditor.public().id()), Some(counterparty.public().id()));
    assert!(met(None, std::slice::from_ref(&of_auditor)), "the beacon");
    assert!(met(other, &[of_auditor.clone(), of_counterparty.clone()]));
    assert!(met(other, std::slice::from_ref(&of_auditor)));
    assert!(!met(one, &[of_auditor.clone(), of_counterparty.clone()]));
    assert!(!met(one, std::slice::from_ref(&of_auditor)));
    assert!(!met(one, std::slice::from_ref(&of_counterparty)));
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
}

/// The bundle, its key, the auditor's signature and keys, in a folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let auditor = signing_key(1);
    let statement = Verdict::statement(&bundle(), &Preset::Quick.policy(), Digest([4; 32])).to_json().unwrap();
    write("bundle.pot", &bundle().to_bytes());
    write("verifying.key", &verifying_key().to_bytes());
    write("attestation.json", &SigstoreBundle::sign(IN_TOTO, statement, &auditor).to_json().unwrap());
    write("auditor.pub", auditor.public().to_pem().as_bytes());
    write("auditor.key", auditor.to_pem().as_bytes());
    folder
}

fn pot_check(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pot-check"));
    command.current_dir(folder).args(["verify", "bundle.pot", "--trust", "verifying.key"]).args(args);
    command.output().unwrap()
}

#[test]
fn the_policy_file_decides_and_the_result_is_written_for_others() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let policy = |text: &str| fs::write(at("check.toml"), format!("{BEGIN}verdicts = [\"SAME\"]\n{text}")).unwrap();
    let signer = "[[signer]]\nrole = \"auditor\"\nfile = \"auditor.pub\"\n";
    policy(signer);
    let demanded = ["--policy-file", "check.toml", "--emit-svr", "svr.json"];
    // What is required and absent fails closed, and nothing is written.
    let ran = pot_check(folder.path(), &demanded);
    let (stdout, stderr) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(4), "{stdout}{stderr}");
    assert!(stderr.contains("does not meet the policy file: the outcome signed by the auditor"), "{stderr}");
    assert!(stdout.contains("NOT MET: the outcome signed by the auditor") && stdout.contains("  met: verdict SAME"));
    assert!(!at("svr.json").exists());

    let signed = [&demanded[..], &["--attestation", "attestation.json"]].concat();
    let ran = pot_check(folder.path(), &[&signed[..], &["--json"]].concat());
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(report["format"], "pot-check report v1");
    assert_eq!((&report["accepted"], &report["demands"][1]["met"]), (&true.into(), &true.into()));
    let svr: serde_json::Value = serde_json::from_slice(&fs::read(at("svr.json")).unwrap()).unwrap();
    assert_eq!(svr["predicateType"], "https://in-toto.io/attestation/svr/v0.2");
    assert_eq!(svr["subject"][0]["digest"]["sha256"], Digest::of(&bundle().to_bytes()).to_string());
    let policies = &svr["predicate"]["verifier"]["policies"][0];
    assert_eq!(policies["name"], "check.toml");
    assert_eq!(policies["digest"]["sha256"], Digest::of(&fs::read(at("check.toml")).unwrap()).to_string());
    let properties = svr["predicate"]["properties"].as_array().unwrap();
    for property in ["POT_VERDICT_SAME", "POT_PROOF_VERIFIED", "POT_ASSURANCE_ARITHMETIC", "POT_POLICY_QUICK"] {
        assert!(properties.contains(&property.into()), "{property}: {properties:?}");
    }
    assert!(
        properties.contains(&"POT_SIGNED_OUTCOME".into()) && properties.contains(&"POT_ACCEPTANCE_POLICY_MET".into())
    );
    assert!(!properties.contains(&"POT_SCORES_VERIFIED".into()));

    // Nothing is overwritten; signed it is a Sigstore bundle.
    assert_eq!(pot_check(folder.path(), &signed).status.code(), Some(2));
    let own =
        ["--emit-svr", "signed.json", "--svr-key", "auditor.key", "--verifier-id", "https://example.org/v1", "--quiet"];
    let ran = pot_check(folder.path(), &own);
    assert_eq!((ran.status.code(), ran.stdout.len(), ran.stderr.len()), (Some(0), 0, 0));
    let read = SigstoreBundle::from_json(&fs::read(at("signed.json")).unwrap()).unwrap();
    let keys = [signing_key(1).public()];
    let (payload, _) = read.verify(IN_TOTO, &keys).unwrap();
    let text = String::from_utf8(payload.to_vec()).unwrap();
    assert!(text.contains("https://example.org/v1") && text.contains("\"policies\":[]"), "{text}");
    assert!(!text.contains("ACCEPTANCE_POLICY_MET") && !text.contains("SIGNED"), "{text}");

    // A key that is not there is trust material; a file that is none is malformed.
    policy("[[signer]]\nrole = \"auditor\"\nfile = \"nobody.pub\"\n");
    assert_eq!(pot_check(folder.path(), &demanded[..2]).status.code(), Some(5));
    policy("nonsense");
    let ran = pot_check(folder.path(), &demanded[..2]);
    assert_eq!(ran.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("check.toml: acceptance policy: line 3"));
    assert_eq!(pot_check(folder.path(), &["--policy-file", "none.toml"]).status.code(), Some(3));
}

#[test]
fn a_report_says_what_every_signed_thing_is() {
    // Whoever adds a kind of signed thing has to say what an SVR calls it: the match there is exhaustive. This pins the names.
    let mut report = report_with(&Evidence::default());
    let key = Digest([1; 32]);
    report.signed = vec![
        Signed { key, said: Said::Both },
        Signed { key, said: Said::Registration },
        Signed { key, said: Said::Candidate },
    ];
    let verified = pot_verifier::Verified {
        verifier: "urn:v".to_owned(),
        acceptance: None,
        roles: Roles::default(),
        time: "t".to_owned(),
    };
    let statement = pot_verifier::svr(&report, b"bundle", verified);
    let names = &statement.predicate.properties;
    for name in ["POT_SIGNED_REFERENCE", "POT_SIGNED_CANDIDATE", "POT_SIGNED_REGISTRATION"] {
        assert_eq!(names.iter().filter(|n| *n == name).count(), 1, "{name}");
    }
    // Under a key that its maker can forge under, nothing is said of a proof, also where opened scores raise the level.
    assert!(statement.predicate.properties.contains(&"POT_PROOF_VERIFIED".to_owned()));
    report.forgeable_key = true;
    let verified = pot_verifier::Verified {
        verifier: "urn:v".to_owned(),
        acceptance: None,
        roles: Roles::default(),
        time: "t".to_owned(),
    };
    let statement = pot_verifier::svr(&report, b"bundle", verified);
    assert!(!statement.predicate.properties.contains(&"POT_PROOF_VERIFIED".to_owned()));
    assert!(statement.predicate.properties.contains(&"POT_ASSURANCE_ARITHMETIC".to_owned()));
}

/// What somebody with `key` is to have answered in `records` records.
fn answers(key: &SigningKey, side: Side, records: usize, figures: bool) -> Signed {
    Signed { key: key.public().id(), said: Said::Answers { side, records, figures } }
}

#[test]
fn signed_means_all_answers_with_figures_by_a_key_that_speaks_for_nobody_else() {
    let (server, other) = (signing_key(1), signing_key(2));
    let report = report_with(&Evidence::default());
    let level = |signed: &[Signed], edit: &dyn Fn(&mut Report), roles: &[(SignerRole, pot_attestation::PublicKey)]| {
        let mut report = report.clone();
        report.signed = signed.to_vec();
        edit(&mut report);
        Roles::new(roles).assurance(&report)
    };
    let whole = answers(&server, Side::Candidate, 11, true);
    let same = |_: &mut Report| ();
    assert_eq!(level(&[whole], &same, &[]), Assurance::Signed);
    for less in [
        answers(&server, Side::Candidate, 10, true),
        answers(&server, Side::Candidate, 11, false),
        answers(&server, Side::Reference, 11, true),
    ] {
        assert_eq!(level(&[less], &same, &[]), Assurance::Arithmetic, "{less:?}");
    }
    // The auditor's own key, or the one that chose the nonce, is no server's.
    for said in [Said::Verdict { transcript: Digest([1; 32]) }, Said::Registration] {
        assert_eq!(level(&[whole, Signed { key: whole.key, said }], &same, &[]), Assurance::Arithmetic);
    }
    assert_eq!(level(&[whole], &|r| r.nonce_key = Some(whole.key), &[]), Assurance::Arithmetic);
    assert_eq!(level(&[whole], &|r| r.assurance = Assurance::None, &[]), Assurance::None);
    // Where keys have roles, it takes that of the candidate's server.
    let with = |role, key: &SigningKey| [(role, key.public())];
    assert_eq!(level(&[whole], &same, &with(SignerRole::CandidateServer, &server)), Assurance::Signed);
    for roles in [
        with(SignerRole::CandidateServer, &other),
        with(SignerRole::Auditor, &server),
        with(SignerRole::ReferenceServer, &server),
        with(SignerRole::CandidatePublisher, &server),
    ] {
        assert_eq!(level(&[whole], &same, &roles), Assurance::Arithmetic);
    }
}

#[test]
fn answers_count_if_they_are_all_or_of_ones_own_sample() {
    let server = signing_key(1);
    let file = format!(
        "verdicts = [\"SAME\"]\n[[signer]]\nrole = \"candidate-server\"\npem = '''{}'''\n",
        server.public().to_pem()
    );
    let mut report = report_with(&Evidence::default());
    let unmet_with = |report: &Report| unmet(&file, report, NOW).len();
    report.signed = vec![answers(&server, Side::Candidate, 11, false)];
    assert_eq!(unmet_with(&report), 0);
    report.signed = vec![answers(&server, Side::Candidate, 3, true)];
    assert_eq!(unmet_with(&report), 1, "three that nobody drew");
    report.pieces.insert(Piece::Openings);
    assert_eq!(unmet_with(&report), 0, "three of one's own request");
    report.signed = vec![answers(&server, Side::Reference, 3, true)];
    assert_eq!(unmet_with(&report), 1);
}

#[test]
fn a_role_without_its_key_at_hand_is_not_met() {
    let auditor = signing_key(1);
    let mut report = report_with(&Evidence::default());
    report.signed = vec![Signed { key: auditor.public().id(), said: Said::Verdict { transcript: Digest([1; 32]) } }];
    let file = format!(
        "{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"auditor\"\npem = '''{}'''\n",
        auditor.public().to_pem()
    );
    let (policy, _) = Acceptance::from_toml(file.as_bytes()).unwrap();
    let demands = policy.judge(&report, &[], NOW);
    assert_eq!(demands.iter().filter(|demand| !demand.met).count(), 1, "{demands:?}");
    let demands = policy.judge(&report, &[(SignerRole::Auditor, auditor.public())], NOW);
    assert!(demands.iter().all(|demand| demand.met), "{demands:?}");
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
    if let pot_protocol::registration::ModelIdentity::Weights { files, .. } = &mut raw.registration.candidate {
        *files = vec![ModelFile { name: "model.gguf".to_owned(), sha256: Digest([6; 32]) }];
    }
    let bundle = known::bundle(&verifying_key(), raw.validate().unwrap());
    let mut trust = TrustStore::new(false);
    trust.add(&verifying_key().to_bytes()).unwrap();
    let report = check(&bundle.to_bytes(), &trust, &Evidence::default()).unwrap();
    assert_eq!((report.candidate_root, report.candidate_weights), (None, Some(Digest([1; 32]))));
}
