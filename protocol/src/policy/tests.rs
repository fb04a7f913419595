//! Policy documents: reading, names, digests, presets.

use super::*;
use crate::{
    codec::{self, CodecError},
    commitment::policy_digest,
    digest::Digest,
    poseidon,
    rule::{Outcome, Progress, Verdict, decide},
    score::{Score, ScoreKind},
};

fn mine() -> RawPolicy {
    let mut raw = Preset::Quick.policy().document().clone();
    raw.parameters.name = "mine".to_owned();
    raw
}

#[test]
fn presets_are_pinned_named_and_found_in_any_case() {
    for preset in Preset::all() {
        let policy = preset.policy();
        assert_eq!(policy.document().document_digest(), preset.document_digest());
        let coefficients = Digest(poseidon::to_bytes(policy_digest(policy.coefficients())));
        assert_eq!((coefficients, policy.coefficients_digest()), (preset.coefficients_digest(), coefficients));
        assert_eq!(policy.parameters().name, preset.name());
        assert_eq!(policy.preset(), Some(preset));
        assert_eq!(preset.name().to_ascii_lowercase().parse(), Ok(preset));
    }
    let error = "quack".parse::<Preset>().unwrap_err().to_string();
    assert!(error.starts_with("unknown policy 'quack': the presets are quick, audit, "), "{error}");
}

#[test]
fn presets_have_the_published_parameters() {
    let table = Preset::all().map(|preset| {
        let policy = preset.policy();
        let p = policy.parameters();
        assert_eq!(p.max_attempts, 8);
        let decimals = [p.alpha, p.gamma, p.eta, p.delta, p.epsilon].map(|v| v.to_string()).join(" ");
        format!("{} {} {decimals} {}..{}", p.name, p.kind, p.n_min, p.n_max)
    });
    assert_eq!(
        table,
        [
            "QUICK kl 0.025 0.15 0.5 0.8 0.15 10..120",
            "AUDIT kl 0.01 0.1 0.5 1 0.1 30..400",
            "EXTENDED kl 0.001 0.08 0.4 1.1 0.08 50..800",
            "FORENSIC kl 0.001 0.02 0.5 1 0.08 200..1024",
            "AUDIT-STRICT kl 0.01 0.1 0.5 1 0.1 240..1024",
            "QUICK-DELTA-LOGPROB delta-logprob 0.025 0.3 0.5 0.8 0.15 10..120",
            "AUDIT-DELTA-LOGPROB delta-logprob 0.01 0.25 0.5 1 0.1 30..400",
            "EXTENDED-DELTA-LOGPROB delta-logprob 0.001 0.2 0.4 1.1 0.08 50..800",
            "QUICK-TOPK kl-topk 0.025 0.15 0.5 0.8 0.15 10..120",
            "AUDIT-TOPK kl-topk 0.01 0.1 0.5 1 0.1 30..400",
            "EXTENDED-TOPK kl-topk 0.001 0.08 0.4 1.1 0.08 50..800",
        ]
    );
}

#[test]
fn identical_models_are_same_at_the_promised_looks() {
    let zeros = [Score::ZERO; 1024];
    let same = |n, grade| Progress::Decided(Outcome { verdict: Verdict::Same, grade, n });
    for (preset, expected) in [
        (Preset::Quick, same(11, false)),
        (Preset::Audit, same(30, false)),
        (Preset::Extended, same(55, false)),
        (Preset::Forensic, same(200, false)),
        (Preset::AuditStrict, same(240, true)),
    ] {
        assert_eq!(decide(preset.policy().coefficients(), &zeros), expected, "{}", preset.name());
    }
}

#[test]
fn saturated_scores_are_strongly_different_at_the_first_look() {
    for preset in Preset::all() {
        let policy = preset.policy();
        let n = policy.parameters().n_min;
        let expected = Progress::Decided(Outcome { verdict: Verdict::Different, grade: true, n });
        assert_eq!(decide(policy.coefficients(), &[Score::MAX; 1024]), expected, "{}", preset.name());
    }
}

#[test]
fn a_document_comes_back_from_bytes_and_json() {
    let policy = mine().validate().unwrap();
    assert_eq!(Policy::from_bytes(&policy.to_bytes()), Ok(policy.clone()));
    assert_eq!(Policy::from_json(&serde_json::to_string(policy.document()).unwrap()), Ok(policy.clone()));
    assert_eq!(policy.preset(), None);
    assert_eq!(policy.gamma_micro(), 150_000);
}

#[test]
fn the_digest_covers_every_field() {
    type Change = fn(&mut RawPolicy);
    let digest = mine().document_digest();
    let changes: [Change; 8] = [
        |raw| raw.format += 1,
        |raw| raw.parameters.name.push('2'),
        |raw| raw.parameters.kind = ScoreKind::DeltaLogprob,
        |raw| raw.parameters.epsilon.0 += 1,
        |raw| raw.parameters.max_attempts += 1,
        |raw| raw.betting.strong.weight[1] -= 1,
        |raw| raw.coefficients.tau += 1,
        |raw| raw.coefficients.strong[1].t += 1,
    ];
    for change in changes {
        let mut raw = mine();
        change(&mut raw);
        assert_ne!(raw.document_digest(), digest);
    }
}

#[test]
fn the_name_of_a_preset_is_taken_in_any_case() {
    for name in ["AUDIT", "audit", "Audit-Strict", "QUICK"] {
        let mut raw = mine();
        raw.parameters.name = name.to_owned();
        raw.parameters.version = 2;
        let expected = PolicyError::Reserved(name.to_ascii_uppercase());
        assert_eq!(raw.validate(), Err(expected), "{name}");
    }
}

#[test]
fn names_are_short_and_plain() {
    for name in ["", "two words", "a\nb", "ü", &"x".repeat(65)] {
        let mut raw = mine();
        raw.parameters.name = name.to_owned();
        assert!(matches!(raw.validate(), Err(PolicyError::Name(_))), "{name:?}");
    }
}

#[test]
fn another_format_version_is_refused() {
    let mut raw = mine();
    raw.format = 2;
    assert_eq!(raw.validate(), Err(PolicyError::Format(2)));
}

#[test]
fn a_broken_certificate_is_refused_wherever_a_policy_is_read() {
    let mut raw = mine();
    raw.coefficients.same[0].t -= 1;
    let refused = |result| matches!(result, Err(PolicyError::Certificate(_)));
    assert!(refused(Policy::from_bytes(&codec::encode(&raw))));
    assert!(refused(Policy::from_json(&serde_json::to_string(&raw).unwrap())));
    assert!(refused(raw.validate()));
}

#[test]
fn what_is_no_document_is_refused_in_one_line() {
    let json = serde_json::to_string(&mine()).unwrap();
    let with_more = json.replacen("\"format\"", "\"extra\":1,\"format\"", 1);
    let twice = json.replacen("\"format\":1", "\"format\":1,\"format\":1", 1);
    let negative = json.replacen("\"n_min\":10", "\"n_min\":-10", 1);
    let fraction = json.replacen("\"tau\":154", "\"tau\":154.5", 1);
    let number = json.replacen("\"0.025\"", "0.025", 1);
    let long = " ".repeat(70_000);
    for text in
        ["", "{}", "[]", "null", &json[..json.len() - 1], &with_more, &twice, &negative, &fraction, &number, &long]
    {
        let error = Policy::from_json(text).unwrap_err();
        assert!(matches!(error, PolicyError::Json(_)) && !error.to_string().contains('\n'), "{error}");
    }
    let bytes = codec::encode(&mine());
    assert_eq!(Policy::from_bytes(&bytes[1..]).unwrap_err(), PolicyError::Codec(CodecError::Truncated));
    let trailing = [bytes, vec![0]].concat();
    assert_eq!(Policy::from_bytes(&trailing).unwrap_err(), PolicyError::Codec(CodecError::Trailing(1)));
}

#[test]
fn coefficients_are_hashed_in_the_documented_order() {
    let c = Preset::Quick.policy().coefficients().clone();
    let elements = c.elements();
    assert_eq!(elements.len(), COEFFICIENT_COUNT);
    assert_eq!(elements[..4], [10, 120, 154, c.same[0].c]);
    assert_eq!(elements[81], c.strong[1].t);
}

#[test]
fn the_coefficients_digest_covers_them_and_only_them() {
    let policy = mine().validate().unwrap();
    assert_eq!(policy.coefficients_digest(), Preset::Quick.coefficients_digest());
    let mut raw = mine();
    raw.coefficients.strong[1].t += 1;
    assert_ne!(raw.validate().unwrap().coefficients_digest(), policy.coefficients_digest());
}

#[test]
fn names_and_documents_may_be_as_long_as_allowed() {
    let mut raw = mine();
    raw.parameters.name = "x".repeat(64);
    assert!(raw.validate().is_ok());
    let mut json = serde_json::to_string(&mine()).unwrap();
    json += &" ".repeat(64 * 1024 - json.len());
    assert_eq!(Policy::from_json(&json), mine().validate());
    json.push(' ');
    assert!(matches!(Policy::from_json(&json), Err(PolicyError::Json(why)) if why.contains("too many")));
}

#[test]
fn a_refused_name_is_shown_without_its_controls() {
    let mut raw = mine();
    raw.parameters.name = "a\u{1b}[31m\nb".to_owned();
    assert_eq!(raw.validate(), Err(PolicyError::Name("a[31mb".to_owned())));
}

#[test]
fn a_policy_has_the_digest_of_its_document() {
    let policy = mine().validate().unwrap();
    assert_eq!(policy.document_digest(), policy.document().document_digest());
}

#[test]
fn a_document_is_read_up_to_8_kib() {
    let refused = CodecError::TooLarge { size: 8193, limit: 8192 };
    assert_eq!(Policy::from_bytes(&[0; 8193]), Err(PolicyError::Codec(refused)));
}

#[test]
fn the_statistic_of_any_bet_fits_the_width_that_the_circuit_has_for_it() {
    let longest = i64::from(*crate::rule::LOOKS.last().unwrap());
    assert_eq!(longest * MAX_ABS_Q + MAX_THRESHOLD, 1 << 33);
    assert_eq!((MAX_ABS_Q, MAX_THRESHOLD), (8_355_840, 33_554_432));
    assert!((1..MAX_THRESHOLD).contains(&Bet::<SEGMENTS_A>::NULL.t), "the bet that never fires is within the range");
}
