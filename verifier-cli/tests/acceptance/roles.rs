//! Which signature counts for what.

use pot_attestation::{IN_TOTO, PublicKey, SigningKey, SigstoreBundle, Verdict};
use pot_protocol::{digest::Digest, policy::Preset, transcript::Side};
use pot_verifier::{
    Assurance, Evidence, Piece, Report, Said, Signed,
    acceptance::{Acceptance, Roles, SignerRole},
};

use crate::setting::{BEGIN, NOW, bundle, report_with, signing_key, unmet};

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
    let met = |key: Option<Digest>, signers: &[(SignerRole, PublicKey)]| {
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

/// What somebody with `key` is to have answered in `records` records.
fn answers(key: &SigningKey, side: Side, records: usize, figures: bool) -> Signed {
    Signed { key: key.public().id(), said: Said::Answers { side, records, figures } }
}

#[test]
fn signed_means_all_answers_with_figures_by_a_key_that_speaks_for_nobody_else() {
    let (server, other) = (signing_key(1), signing_key(2));
    let report = report_with(&Evidence::default());
    let level = |signed: &[Signed], edit: &dyn Fn(&mut Report), roles: &[(SignerRole, PublicKey)]| {
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
fn a_demand_says_by_whom_it_was_signed() {
    let (server, counterparty) = (signing_key(1), signing_key(2));
    let mut report = report_with(&Evidence::default());
    let found = |report: &Report, role: &str, key: &SigningKey| {
        let file = format!(
            "{BEGIN}verdicts = [\"SAME\"]\n[[signer]]\nrole = \"{role}\"\npem = '''{}'''\n",
            key.public().to_pem()
        );
        let (policy, _) = Acceptance::from_toml(file.as_bytes()).unwrap();
        policy.judge(report, &[], NOW).pop().unwrap().found
    };
    let nobody = "signed by nobody that was given";
    assert_eq!(found(&report, "counterparty", &counterparty), nobody);
    assert_eq!(found(&report, "candidate-server", &server), nobody);
    report.nonce_key = Some(counterparty.public().id());
    assert_eq!(found(&report, "counterparty", &counterparty), format!("signed by {}", counterparty.public().id()));
    report.signed = vec![answers(&server, Side::Candidate, 3, true)];
    let three = format!("signed by {} in 3 records", server.public().id());
    assert_eq!(found(&report, "candidate-server", &server), three);
    report.signed = vec![Signed { key: server.public().id(), said: Said::Registration }];
    assert_eq!(found(&report, "registrar", &server), format!("signed by {}", server.public().id()));
}
