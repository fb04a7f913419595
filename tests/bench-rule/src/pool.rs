//! Many independent cells on all processors, with results in the order of the cells.

use std::{
    num::NonZero,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Computes every job. The threads take them one by one; which thread does which changes nothing.
pub fn compute<J: Sync, R: Send>(jobs: &[J], work: impl Fn(usize, &J) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(jobs.len())));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some((index, job)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(index).map(|job| (index, job))
                } {
                    let result = work(index, job);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        // The first job ends after many others that another thread has taken meanwhile.
        let jobs: Vec<u64> = (0..500).collect();
        let results = compute(&jobs, |index, job| {
            thread::sleep(std::time::Duration::from_millis(if index == 0 { 50 } else { 0 }));
            (index as u64) * 1000 + job
        });
        assert_eq!(results, jobs.iter().map(|j| j * 1001).collect::<Vec<_>>());
    }
}
