//! A server that notes which challenges it was asked about, and can change its mind.
#![allow(dead_code)] // each test file uses its own part of this module

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use pot_inference::LogProbs;
use serde_json::Value;

use super::stub::{Stub, failing::PROBE, honest};

#[derive(Default)]
struct Ways {
    asked: Mutex<Vec<Vec<u32>>>,
    /// Milliseconds that it takes for a challenge.
    slow: AtomicU64,
    /// Thousandths of a nat by which it says less of every token than its model does.
    less: AtomicU64,
}

/// The server and how it behaves about challenges; it answers the probe honestly and at once.
pub(crate) struct Noting {
    pub(crate) stub: Stub,
    ways: Arc<Ways>,
}

impl Noting {
    pub(crate) fn serve(model: &str) -> Self {
        let ways = Arc::new(Ways::default());
        let own = Arc::clone(&ways);
        let answer = move |answer: &LogProbs, tokens: &[u32], top: usize| {
            let mut said = honest(answer, tokens, top);
            if tokens.len() > PROBE {
                own.asked.lock().unwrap().push(tokens.to_vec());
                thread::sleep(Duration::from_millis(own.slow.load(Ordering::SeqCst)));
                lower(&mut said, own.less.load(Ordering::SeqCst));
            }
            said
        };
        Self { stub: Stub::serve(model, usize::MAX, Box::new(answer)), ways }
    }

    /// The tokens of the challenges that it was asked about since the last call.
    pub(crate) fn take_asked(&self) -> Vec<Vec<u32>> {
        std::mem::take(&mut *self.ways.asked.lock().unwrap())
    }

    /// From now on takes this long for a challenge.
    pub(crate) fn slow(&self, by: Duration) {
        self.ways.slow.store(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// From now on says this many thousandths of a nat less of every token.
    pub(crate) fn say_less(&self, by: u64) {
        self.ways.less.store(by, Ordering::SeqCst);
    }
}

fn lower(said: &mut Value, thousandths: u64) {
    let rows = said.as_array_mut().unwrap().iter_mut().filter_map(Value::as_object_mut);
    for entry in rows.flat_map(serde_json::Map::values_mut) {
        let value = entry["logprob"].as_f64().unwrap();
        entry["logprob"] = (value - f64::from(u32::try_from(thousandths).unwrap()) / 1000.0).into();
    }
}
