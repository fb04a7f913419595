//! Files from outside, altered by chance and on purpose: whatever is in them, reading one neither panics nor takes more
//! memory than a small multiple of its size. Every alteration follows from a fixed seed.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]
#![allow(unsafe_code, reason = "an allocator is unsafe; this one counts and hands on to the system's")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use pot_setup::formats::{
    packed::{pack, unpack},
    ptau::Ptau,
    r1cs::R1cs,
    wtns::Witness,
    zkey::Zkey,
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};

/// Alterations by chance of each file.
const ROUNDS: usize = 1000;
/// What reading may take whatever the file holds: the thread pool's own, messages.
const BASE: usize = 1 << 20;
/// What it may take for each byte of the file: values in memory, sections written again.
const PER_BYTE: usize = 16;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which counts.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is handed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(IN_USE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as of this call.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as of this call.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes that `work` had in use at its most.
fn peak_of(work: impl FnOnce()) -> usize {
    let before = IN_USE.load(Relaxed);
    PEAK.store(before, Relaxed);
    work();
    PEAK.load(Relaxed).saturating_sub(before)
}

struct Chance(ChaCha20Rng);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0.next_u32() as usize % bound.max(1)
    }

    /// Writes a number over whatever lies there: lengths and counts are among it.
    fn number(&mut self, bytes: &mut [u8]) {
        const NUMBERS: [u64; 8] = [u64::MAX, 1 << 63, 1 << 40, u32::MAX as u64, 1 << 31, 1 << 28, 1 << 24, 0];
        let number = NUMBERS[self.below(NUMBERS.len())].to_le_bytes();
        let width = [4, 8][self.below(2)];
        let at = self.below(bytes.len().saturating_sub(width));
        for (byte, new) in bytes.iter_mut().skip(at).zip(&number[..width]) {
            *byte = *new;
        }
    }

    fn alter(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(6) {
            0 => bytes.truncate(at),
            1 => {
                for _ in 0..=self.below(8) {
                    let at = self.below(bytes.len());
                    bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8));
                }
            }
            2 => self.number(bytes),
            3 => bytes.extend((0..self.below(50)).flat_map(|_| self.0.next_u32().to_le_bytes()).collect::<Vec<_>>()),
            4 => {
                let part = bytes[at..].iter().take(64).copied().collect::<Vec<_>>();
                let to = self.below(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => bytes.iter_mut().skip(at).take(40).for_each(|byte| *byte = 0),
        }
    }
}

/// Alters `good` in every way and lets `read` have it.
fn all(name: &str, good: &[u8], read: &dyn Fn(&[u8])) {
    read(good);
    let check = |bytes: &[u8], how: &dyn Fn() -> String| {
        let peak = peak_of(|| read(bytes));
        let bound = BASE + PER_BYTE * bytes.len();
        assert!(peak <= bound, "{name}, {}: {peak} bytes in use, {bound} allowed", how());
    };
    // Behind the headers little but points follows.
    for at in (0..good.len()).filter(|at| *at < 600 || at % 11 == 0) {
        check(&good[..at], &|| format!("cut at {at}"));
        for (number, width) in [(u64::from(u32::MAX), 4), (1 << 26, 4), (1 << 40, 8)] {
            let mut bytes = good.to_vec();
            let end = good.len().min(at + width);
            bytes[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
            check(&bytes, &|| format!("{number} in {width} bytes at {at}"));
        }
    }
    let mut chance = Chance(ChaCha20Rng::seed_from_u64(1));
    for round in 0..ROUNDS {
        let mut bytes = good.to_vec();
        for _ in 0..=chance.below(3) {
            chance.alter(&mut bytes);
        }
        check(&bytes, &|| format!("round {round}"));
    }
}

/// One test: others beside it would be counted too.
#[test]
fn no_file_makes_a_reader_panic_or_take_memory_out_of_proportion() {
    let zkey = include_bytes!("../testdata/snarkjs/final.zkey");
    let r1cs = include_bytes!("../testdata/snarkjs/powers.r1cs");
    let circuit = R1cs::parse("r1cs", r1cs).unwrap();
    let packed = pack(&Zkey::parse("zkey", zkey).unwrap(), zkey).unwrap();
    assert_eq!(unpack("packed", &packed, &circuit).unwrap(), zkey);
    all("packed", &packed, &|bytes| {
        if let Ok(found) = unpack("packed", bytes, &circuit) {
            assert!(found == zkey, "another key than the one that was packed");
        }
    });
    all("wtns", include_bytes!("../testdata/snarkjs/powers.wtns"), &|bytes| {
        if let Ok(witness) = Witness::parse("wtns", bytes) {
            assert_eq!(Witness::parse("wtns", &witness.write_to(Vec::new()).unwrap()).unwrap(), witness);
        }
    });
    all("r1cs", r1cs, &|bytes| drop(R1cs::parse("r1cs", bytes)));
    all("zkey", zkey, &|bytes| drop(Zkey::parse("zkey", bytes).map(|zkey| zkey.header)));
    let folder = tempfile::tempdir().unwrap();
    let ptau = folder.path().join("p.ptau");
    pot_setup::phase1::new(2, &ptau, &|_, _, _| ()).unwrap();
    all("ptau", &std::fs::read(&ptau).unwrap(), &|bytes| drop(Ptau::parse("ptau", bytes).map(|ptau| ptau.power())));
}
