//! The rule against a second implementation: `tests/reference/rule.py` decided every row of the fixture.

use std::collections::BTreeMap;

use pot_protocol::{
    policy::{Preset, RawPolicy, certificate},
    rule::{Progress, decide},
    score::Score,
};
use serde_json::Value;

const ROWS: &str = include_str!("../data/rule/decisions.json");

/// The fixture's generator of numbers.
struct SplitMix(u64);

impl SplitMix {
    /// The upper half of the next number.
    fn upper(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) >> 32
    }
}

/// The scores of a row.
fn scores(law: &str, [a, b, p, seed, length]: [u64; 5]) -> Vec<Score> {
    let mut numbers = SplitMix(seed);
    let one = |i: u64| {
        let (u, v) = (numbers.upper(), numbers.upper());
        let often = u % 1000 < p;
        let uniform = (v * (a + 1)) >> 32;
        let units = match law {
            "uniform" => uniform,
            "rare" => u64::from(often) * uniform,
            "two-point" => {
                if often {
                    b
                } else {
                    a
                }
            }
            "cubic" => {
                u64::try_from((u128::from((v * v) >> 32) * u128::from(v) * u128::from(a)) >> 64).expect("below a")
            }
            "drift" => {
                if i < p {
                    uniform
                } else {
                    (v * (b + 1)) >> 32
                }
            }
            other => panic!("unknown law {other}"),
        };
        Score::try_from(u16::try_from(units).expect("a score")).expect("a score")
    };
    (0..length).map(one).collect()
}

#[test]
fn every_row_of_the_fixture_is_decided_alike() {
    let rows: Vec<Vec<Value>> = serde_json::from_str(ROWS).unwrap();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        let policy = row[0].as_str().unwrap().parse::<Preset>().unwrap().policy();
        let numbers = [2, 3, 4, 5, 6].map(|i| row[i].as_u64().unwrap());
        let (verdict, n, grade) = match decide(policy.coefficients(), &scores(row[1].as_str().unwrap(), numbers)) {
            Progress::Decided(o) => (o.verdict.word(), o.n, o.grade),
            Progress::GoOn { n } => ("GO ON", n, false),
        };
        assert_eq!([Value::from(verdict), n.into(), grade.into()], row[7..], "{row:?}");
        *seen.entry(format!("{verdict} {grade}")).or_default() += 1;
    }
    assert_eq!(rows.len(), 4000);
    for outcome in ["SAME false", "SAME true", "DIFFERENT false", "DIFFERENT true", "UNDECIDED false", "GO ON false"] {
        assert!(seen[outcome] >= 50, "{outcome}: {seen:?}");
    }
}

#[test]
fn checking_a_certificate_is_fast() {
    let documents: Vec<RawPolicy> = Preset::all().into_iter().map(|p| p.policy().document().clone()).collect();
    let start = std::time::Instant::now();
    for document in &documents {
        certificate::check(document).unwrap();
    }
    let each = start.elapsed() / u32::try_from(documents.len()).unwrap();
    println!("{each:?} each");
    // About 5 ms in a release build on a quiet machine; a debug build and a busy one get more room.
    assert!(each.as_millis() < 1000, "{each:?}");
}
