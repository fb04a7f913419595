//! The grammar as a whole: unambiguous, of the promised lengths, varied, and counted rightly.

use std::collections::BTreeSet;

use super::{
    DOMAINS, GRAMMAR, distinct_prompts,
    part::{Op, Part, Writer, count},
    prompt,
    unambiguous::{ambiguity, lengths},
};
use crate::challenge::DrawStream;

fn texts(parts: &[Part], seed: u8, samples: u32) -> BTreeSet<String> {
    let mut draws = DrawStream::new([seed; 32]);
    (0..samples).map(|_| Writer::new(&mut draws).write(parts)).collect()
}

#[test]
fn no_two_choices_give_one_text() {
    assert_eq!(ambiguity(GRAMMAR, &[]), None);
}

#[test]
fn ambiguous_templates_are_found() {
    const SAME_WORD: &[Part] = &[Part::Pick(&["a", "b", "a"])];
    const SHIFTED: &[Part] = &[Part::Pick(&["a", "ab"]), Part::Pick(&["c", "bc"])];
    const TWO_WAYS: &[Part] = &[Part::OneOf(&[&[Part::Text("x y")], &[Part::Pick(&["x", "z"]), Part::Text(" y")]])];
    const NESTED: &[Part] = &[Part::All(SHIFTED), Part::Text(".")];
    const DIGITS: &[Part] = &[Part::Number(0, 1, 99), Part::Text("0")];
    const REPEATED: &[Part] = &[Part::Keep(0, &["a", "aa"]), Part::Again(0)];
    const CLEAR: &[Part] = &[Part::Pick(&["a", "ab"]), Part::Text(" "), Part::Pick(&["c", "bc"])];
    for parts in [SAME_WORD, SHIFTED, TWO_WAYS, NESTED, DIGITS, REPEATED] {
        assert!(ambiguity(parts, &[]).is_some(), "{parts:?}");
    }
    assert_eq!(ambiguity(CLEAR, &[]), None);
}

#[test]
fn small_grammars_have_exactly_the_counted_texts() {
    const WORDS: Part = Part::Pick(&["oat", "oats", "rye"]);
    const SMALL: &[Part] = &[
        Part::OneOf(&[
            &[Part::Text("Eat "), WORDS, Part::Text("; "), Part::Number(0, 8, 11), Part::Text(" + "), Part::Same(0)],
            &[Part::Text("Buy "), Part::Keep(0, &["ink", "tea"]), Part::Text(" or "), Part::Again(0)],
            &[Part::Text("Sum "), Part::Number(1, 1, 3), Part::Text(","), Part::Number(2, 1, 4), Part::Text("=")],
        ]),
        Part::Text("."),
        Part::OneOf(&[&[Part::Text("!")], &[Part::Text("?"), Part::All(&[WORDS])]]),
    ];
    assert_eq!(ambiguity(SMALL, &[]), None);
    let all = (3 * 4 + 2 + 3 * 4) * (1 + 3);
    assert_eq!(count(SMALL), all);
    // 104 texts, each of chance at least 1/144: 10,000 samples miss one with a chance below 1e-28.
    assert_eq!(texts(SMALL, 1, 10_000).len() as u128, all);
}

#[test]
fn a_count_that_overflows_saturates() {
    const MANY: &[Part] = &[Part::Number(0, 0, u64::MAX), Part::Text(" ")];
    const ALL: &[Part] = &[Part::All(MANY), Part::All(MANY), Part::All(MANY)];
    assert_eq!((count(MANY), count(ALL)), (1 << 64, u128::MAX));
}

#[test]
fn every_domain_has_a_trillion_prompts_of_160_to_420_bytes() {
    for (i, domain) in DOMAINS.iter().enumerate() {
        assert!(count(domain) > 1_000_000_000_000, "domain {i} has {}", count(domain));
        let (low, high) = lengths(domain, &mut [(0, 0); 6], &mut [(0, 0); 6]);
        assert!(low >= 160 && high <= 420, "domain {i} has texts of {low} to {high} bytes");
        let seen = texts(domain, 2, 2000);
        assert_eq!(seen.len(), 2000, "domain {i} repeated a text");
        assert!(seen.iter().all(|t| (low..=high).contains(&t.len())));
    }
    let sum = DOMAINS.iter().map(|d| count(d)).fold(0, u128::saturating_add);
    assert!(sum < u128::MAX, "the count is no longer exact");
    assert_eq!(distinct_prompts(), sum);
}

#[test]
fn text_is_clean_and_the_tail_varies_as_the_head() {
    let mut draws = DrawStream::new([3; 32]);
    let all: Vec<String> = (0..3000).map(|_| prompt(&mut draws)).collect();
    for text in &all {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains(". .") && !text.contains("..") && !text.contains(" ,"), "{text:?}");
    }
    let tails: BTreeSet<&[u8]> = all.iter().map(|t| &t.as_bytes()[t.len() - 32..]).collect();
    let heads: BTreeSet<&[u8]> = all.iter().map(|t| &t.as_bytes()[..32]).collect();
    assert!(tails.len() >= 1500, "{} tails, {} heads", tails.len(), heads.len());
    assert!(all.iter().any(|t| t.is_ascii()) && all.iter().any(|t| !t.is_ascii()));
}

#[test]
fn domains_come_equally_often() {
    // The first draw, below six, chooses the domain.
    let mut counts = [0_u32; 6];
    for i in 0..6000_u32 {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&i.to_be_bytes());
        let (mut a, mut b) = (DrawStream::new(seed), DrawStream::new(seed));
        let at = usize::try_from(a.below(std::num::NonZeroU64::new(6).unwrap())).unwrap();
        counts[at] += 1;
        assert_eq!(prompt(&mut b), Writer::new(&mut a).write(DOMAINS[at]));
    }
    assert!(counts.iter().all(|c| (850..1150).contains(c)), "{counts:?}");
}

#[test]
fn results_are_right() {
    for (op, expected) in [(Op::Plus, 17), (Op::Minus, 7), (Op::Times, 60)] {
        assert_eq!(op.apply(12, 5), expected);
    }
    // In the arithmetic domain every "a op b = c" must hold.
    let mut checked = 0;
    for text in texts(DOMAINS[4], 4, 500) {
        let words: Vec<&str> = text.split([' ', '.', ',']).collect();
        for w in words.windows(5).filter(|w| w[3] == "=") {
            let number = |s: &str| s.parse::<u64>().unwrap();
            let (a, b, c) = (number(w[0]), number(w[2]), number(w[4]));
            let right = match w[1] {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                other => panic!("{other}"),
            };
            assert_eq!(c, right, "{text}");
            checked += 1;
        }
    }
    assert!(checked >= 1000);
}
