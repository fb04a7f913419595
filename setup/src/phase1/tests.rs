//! Ceremonies of powers 2 and 3, by this program and by snarkjs (`tests/fixtures/phase1/make.sh`), whole and spoilt.

mod spoilt;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Announced, Verified, beacon, contribute, new, prepare, verify};
use crate::{
    SetupError,
    formats::{
        container::{Container, ContainerWriter},
        ptau::{Contribution, MAGIC, Origin, Powers, Ptau, VERSION},
    },
    phase2::USUAL_ITERATIONS_EXP,
};

const FINAL: &[u8] = include_bytes!("../../tests/fixtures/phase1/final.ptau");
const BEFORE_BEACON: &[u8] = include_bytes!("../../tests/fixtures/phase1/before_beacon.ptau");
const PREPARED: &[u8] = include_bytes!("../../tests/fixtures/phase1/prepared.ptau");
const PREPARED_CUT: &[u8] = include_bytes!("../../tests/fixtures/phase1/prepared_cut_02.ptau");

fn quiet(_: &str, _: usize, _: usize) {}

fn check(bytes: &[u8]) -> Result<Verified, SetupError> {
    verify(&Ptau::parse("t.ptau", bytes)?, USUAL_ITERATIONS_EXP, &quiet)
}

/// Steps of a ceremony, in a folder of their own.
struct Ceremony {
    folder: TempDir,
    steps: usize,
}

impl Ceremony {
    fn begin() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), steps: 0 }
    }

    fn step(&mut self, make: impl FnOnce(&Path)) -> Vec<u8> {
        self.steps += 1;
        let path: PathBuf = self.folder.path().join(self.steps.to_string());
        make(&path);
        std::fs::read(path).unwrap()
    }

    fn new_powers(&mut self, power: u32) -> Vec<u8> {
        self.step(|out| {
            new(power, out, &quiet).unwrap();
        })
    }

    fn contribute(&mut self, bytes: &[u8], name: Option<&str>) -> (Vec<u8>, Announced) {
        let mut announced = None;
        let file = Ptau::parse("t.ptau", bytes).unwrap();
        let bytes = self.step(|out| announced = Some(contribute(&file, name, b"dice", out, &quiet).unwrap()));
        (bytes, announced.unwrap())
    }

    fn beacon(&mut self, bytes: &[u8], value: &[u8]) -> Vec<u8> {
        let file = Ptau::parse("t.ptau", bytes).unwrap();
        self.step(|out| {
            beacon(&file, Some("the beacon"), value, 10, out, &quiet).unwrap();
        })
    }

    fn prepare(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.step(|out| prepare(&Ptau::parse("t.ptau", bytes).unwrap(), out, &quiet).unwrap())
    }
}

/// The file with other sections, in the order of their ids.
fn with_sections(bytes: &[u8], changes: &[(u32, Option<Vec<u8>>)]) -> Vec<u8> {
    use std::io::Write;

    let container = Container::parse("t.ptau", bytes, MAGIC, VERSION).unwrap();
    let mut sections: std::collections::BTreeMap<u32, Vec<u8>> =
        container.ids().map(|id| (id, container.section(id).unwrap().to_vec())).collect();
    for (id, content) in changes {
        match content {
            Some(content) => sections.insert(*id, content.clone()),
            None => sections.remove(id),
        };
    }
    let mut writer = ContainerWriter::new(Vec::new(), MAGIC, VERSION, u32::try_from(sections.len()).unwrap()).unwrap();
    for (id, content) in sections {
        writer.section(id, content.len() as u64).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap()
}

/// The file with other contributions.
fn with_contributions(bytes: &[u8], change: impl FnOnce(&mut Vec<Contribution>)) -> Vec<u8> {
    let mut contributions = Ptau::parse("t.ptau", bytes).unwrap().contributions().unwrap();
    change(&mut contributions);
    let mut writer = ContainerWriter::new(Vec::new(), MAGIC, VERSION, 1).unwrap();
    crate::formats::ptau::write_contributions(&mut writer, &contributions).unwrap();
    let section = writer.finish().unwrap()[24..].to_vec();
    with_sections(bytes, &[(7, Some(section))])
}

/// The state of an unfinished hash, without what its block held before: snarkjs keeps that.
fn cleaned(bytes: &[u8]) -> Vec<u8> {
    with_contributions(bytes, |all| {
        for contribution in all {
            let state = super::blake2b::Blake2b::from_state(&contribution.partial_hash).unwrap();
            contribution.partial_hash = state.state();
        }
    })
}

/// The first section in which two files differ, and where in it.
fn difference(ours: &[u8], theirs: &[u8]) -> Option<(u32, usize)> {
    let parse = |bytes| Container::parse("t.ptau", bytes, MAGIC, VERSION).unwrap();
    let (ours, theirs) = (parse(ours), parse(theirs));
    assert!(ours.ids().eq(theirs.ids()));
    let at = |id| {
        let (ours, theirs) = (ours.section(id).unwrap(), theirs.section(id).unwrap());
        assert_eq!(ours.len(), theirs.len());
        ours.iter().zip(theirs).position(|(a, b)| a != b)
    };
    ours.ids().find_map(|id| at(id).map(|place| (id, place)))
}

#[test]
fn a_ceremony_of_our_own_holds_at_every_step() {
    let mut ceremony = Ceremony::begin();
    let zero = ceremony.new_powers(2);
    let refused = check(&zero).unwrap_err().to_string();
    assert!(refused.contains("nobody has contributed"), "{refused}");
    let (one, first) = ceremony.contribute(&zero, Some("Ada"));
    let (two, second) = ceremony.contribute(&one, None);
    let three = ceremony.beacon(&two, &[7; 32]);
    let prepared = ceremony.prepare(&three);
    for (bytes, count) in [(&one, 1), (&two, 2), (&three, 3), (&prepared, 3)] {
        let verified = check(bytes).unwrap();
        assert_eq!((verified.power, verified.ceremony_power, verified.contributions.len()), (2, 2, count));
        assert_eq!(verified.prepared, bytes == &prepared);
    }
    let verified = check(&prepared).unwrap();
    let [ada, nameless, closing] = verified.contributions.as_slice() else { panic!() };
    assert_eq!((ada.name.as_str(), ada.response, ada.next_challenge), ("Ada", first.response, first.next_challenge));
    assert_eq!((nameless.name.as_str(), nameless.response), ("", second.response));
    assert_eq!(closing.origin, Origin::Beacon { iterations_exp: 10, value: vec![7; 32] });
    // The same beginning gives another contribution each time.
    assert_ne!(ceremony.contribute(&zero, Some("Ada")).1, first);
    // Contributing to a prepared file drops its Lagrange bases.
    let (again, _) = ceremony.contribute(&prepared, Some("late"));
    assert!(!check(&again).unwrap().prepared);
}

#[test]
fn the_smallest_ceremony_holds() {
    let mut ceremony = Ceremony::begin();
    let zero = ceremony.new_powers(1);
    let (one, _) = ceremony.contribute(&zero, None);
    let prepared = ceremony.prepare(&one);
    assert!(check(&prepared).unwrap().prepared);
    let path = ceremony.folder.path().join("x");
    assert!(matches!(new(0, &path, &quiet), Err(SetupError::Power(0))));
    assert!(matches!(new(29, &path, &quiet), Err(SetupError::Power(29))));
}

#[test]
fn files_of_snarkjs_hold() {
    let names = |verified: &Verified| verified.contributions.iter().map(|link| link.name.clone()).collect::<Vec<_>>();
    for (bytes, power, prepared, count) in
        [(BEFORE_BEACON, 3, false, 2), (FINAL, 3, false, 3), (PREPARED, 3, true, 3), (PREPARED_CUT, 2, true, 3)]
    {
        let verified = check(bytes).unwrap();
        assert_eq!((verified.power, verified.ceremony_power, verified.prepared), (power, 3, prepared));
        assert_eq!(names(&verified), ["first", "Zweite, größer", "the beacon"][..count]);
    }
}

#[test]
fn a_contribution_of_ours_goes_on_from_snarkjs() {
    let mut ceremony = Ceremony::begin();
    let (ours, _) = ceremony.contribute(BEFORE_BEACON, Some("ours"));
    let closed = ceremony.beacon(&ours, b"a public value");
    assert_eq!(check(&closed).unwrap().contributions.len(), 4);
    // A file that was cut cannot be contributed to: its challenge is over points that are gone.
    let cut = Ptau::parse("t.ptau", PREPARED_CUT).unwrap();
    let refused = contribute(&cut, None, b"", &ceremony.folder.path().join("x"), &quiet).unwrap_err().to_string();
    assert!(refused.contains("power 2 from one of power 3"), "{refused}");
}

#[test]
fn a_beacon_gives_the_bytes_that_snarkjs_writes() {
    let value: Vec<u8> = (1..=32).collect();
    let ours = Ceremony::begin().beacon(BEFORE_BEACON, &value);
    assert_eq!(difference(&cleaned(&ours), &cleaned(FINAL)), None);
}

#[test]
fn a_prepared_file_has_the_bytes_that_snarkjs_writes() {
    assert_eq!(difference(&Ceremony::begin().prepare(FINAL), PREPARED), None);
    // Preparing again changes nothing.
    assert_eq!(difference(&Ceremony::begin().prepare(PREPARED), PREPARED), None);
    // Of one that was cut after it was prepared, only the largest basis is another: it had one power more.
    let again = Ceremony::begin().prepare(PREPARED_CUT);
    assert_eq!(difference(&again, PREPARED_CUT), Some((12, 7 * 64)));
    assert!(check(&again).unwrap().prepared);
}

#[test]
fn contributions_come_back_byte_for_byte() {
    for bytes in [FINAL, PREPARED, PREPARED_CUT] {
        assert_eq!(difference(&with_contributions(bytes, |_| {}), &with_sections(bytes, &[])), None);
    }
    assert_eq!(difference(&with_sections(FINAL, &[]), FINAL), None);
}

#[test]
fn bases_are_found_by_size() {
    let file = Ptau::parse("t.ptau", PREPARED).unwrap();
    for powers in Powers::ALL {
        // The basis of size 1 is the first power.
        assert_eq!(file.lagrange(powers, 0).unwrap(), &file.powers(powers)[..powers.point_len()]);
        let largest = powers.largest_basis(3);
        assert_eq!(largest, if powers == Powers::TauG1 { 4 } else { 3 });
        assert_eq!(file.lagrange(powers, largest).unwrap().len(), powers.point_len() << largest);
        assert_eq!(file.lagrange(powers, largest + 1), None);
    }
    assert!(Ptau::parse("t.ptau", FINAL).unwrap().lagrange(Powers::TauG1, 0).is_none());
}
