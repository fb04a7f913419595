use std::collections::BTreeSet;

use super::*;
use crate::challenge::Family;

/// Text without repeats: consecutive numbers in words of fixed width.
fn numbered(count: u32) -> String {
    (0..count).flat_map(|i| format!("{i:06} ").into_bytes()).map(char::from).collect()
}

fn small(text: &str) -> Corpus {
    Corpus::with_minimum(text.to_owned(), 1).unwrap()
}

/// Distinct windows by the definition, with a set of strings.
fn by_definition(text: &str) -> BTreeSet<&str> {
    (0..text.len()).filter_map(|at| text.get(at..at + WINDOW_BYTES)).collect()
}

#[test]
fn windows_are_counted_by_text() {
    let unique = numbered(100);
    let repeated = unique.repeat(5);
    let mixed = "Grüße, 世界! ёлка 🙂 ".repeat(3) + &unique + "äöü".repeat(60).as_str() + &unique;
    for text in [&unique, &repeated, &mixed] {
        let corpus = small(text);
        let expected = by_definition(text);
        assert_eq!(corpus.distinct_windows(), expected.len());
        let indexed: BTreeSet<&str> = corpus.starts.iter().map(|&s| &text[s as usize..][..WINDOW_BYTES]).collect();
        assert_eq!(indexed, expected);
    }
    assert_eq!(small(&unique).distinct_windows(), 700 - WINDOW_BYTES + 1);
    // A text repeated five times has its own windows and those across the seam, once each.
    assert_eq!(small(&repeated).distinct_windows(), 700);
    assert_eq!(small(&"a".repeat(10_000)).distinct_prompts(), 1);
}

#[test]
fn prompts_are_the_ordered_pairs_of_windows() {
    // Ten distinct windows, hence 100 prompts; 3,000 draws miss one with a chance below 1e-11.
    let text = numbered(30)[..WINDOW_BYTES + 9].to_owned();
    let corpus = small(&text);
    let mut draws = DrawStream::new([1; 32]);
    let seen: BTreeSet<String> = (0..3000).map(|_| corpus.prompt(&mut draws)).collect();
    assert_eq!((corpus.distinct_prompts(), seen.len()), (100, 100));
    for prompt in seen {
        let (a, b) = prompt.split_once('\n').unwrap();
        assert!(a.len() == WINDOW_BYTES && b.len() == WINDOW_BYTES && text.contains(a) && text.contains(b));
    }
}

#[test]
fn a_repeated_passage_is_not_drawn_more_often() {
    // 1 window of "b" characters among 1,000 repeats must not dominate: each distinct window has one chance.
    let text = "b".repeat(5000) + &numbered(60);
    let corpus = small(&text);
    let mut draws = DrawStream::new([2; 32]);
    let only_b = (0..500).filter(|_| corpus.window(&mut draws).bytes().all(|b| b == b'b')).count();
    assert!(only_b < 15, "{only_b} of 500");
}

#[test]
fn a_small_corpus_is_refused_with_its_number() {
    let text = numbered(1000);
    let windows = 7000 - WINDOW_BYTES + 1;
    let distinct = (windows * windows) as u128;
    let refused = Corpus::new(text.clone()).unwrap_err();
    assert_eq!(refused, CorpusError::TooFew { distinct, windows, minimum: MIN_DISTINCT_PROMPTS });
    assert!(refused.to_string().contains(&distinct.to_string()) && !refused.to_string().contains('\n'));
    assert!(Corpus::with_minimum(text.clone(), distinct).is_ok());
    assert!(Corpus::with_minimum(text, distinct + 1).is_err());
}

#[test]
fn a_corpus_without_a_window_is_always_refused() {
    for text in [String::new(), "a".repeat(WINDOW_BYTES - 1)] {
        assert_eq!(
            Corpus::with_minimum(text, 0).unwrap_err(),
            CorpusError::TooFew { distinct: 0, windows: 0, minimum: 1 }
        );
    }
}

#[test]
fn a_large_enough_corpus_is_taken() {
    let windows = 1_000_000;
    let text = numbered(150_000)[..windows + WINDOW_BYTES - 1].to_owned();
    assert_eq!(Corpus::new(text.clone()).unwrap().distinct_prompts(), MIN_DISTINCT_PROMPTS);
    assert!(Corpus::new(text[1..].to_owned()).is_err());
}

#[test]
fn the_digest_is_tagged_and_debug_shows_no_text() {
    let corpus = small(&"secret words ".repeat(20));
    assert_eq!(corpus.digest(), Digest::of(["pot/corpus/v1\0\0\0", &"secret words ".repeat(20)].concat().as_bytes()));
    let shown = format!("Corpus {{ digest: {:?}, windows: {}, .. }}", corpus.digest(), corpus.distinct_windows());
    assert_eq!(format!("{corpus:?}"), shown);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_indexed() {
    let refused = Corpus::with_minimum(" ".repeat(MAX_BYTES + 1), 1);
    assert_eq!(refused.unwrap_err(), CorpusError::TooLarge { size: MAX_BYTES + 1 });
}

#[test]
fn only_a_corpus_family_has_the_digest_of_a_corpus() {
    let corpus = small(&numbered(30));
    assert_eq!(Family::Corpus(corpus.clone()).corpus_digest(), Some(corpus.digest()));
    assert_eq!(Family::Grammar.corpus_digest(), None);
}
