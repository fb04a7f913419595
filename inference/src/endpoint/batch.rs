//! A batch over a few threads, results in the order of the questions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Runs `work` on each item, on at most `threads` threads, this one included.
pub(super) fn each<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            let result = work(item);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(items.len()) {
            // Without another thread this one does all the work.
            if std::thread::Builder::new().spawn_scoped(scope, run).is_err() {
                break;
            }
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_keep_their_order_and_threads_their_number() {
        let items: Vec<usize> = (0..50).collect();
        for threads in [1, 3, 80] {
            assert_eq!(each(&items, threads, |n| n * n), items.iter().map(|n| n * n).collect::<Vec<_>>());
        }
        assert!(each(&[0_u8; 0], 4, |n| *n).is_empty());
        // All three must be under way at once, or this never ends.
        let barrier = Barrier::new(3);
        assert_eq!(each(&[1, 2, 3], 3, |n| (barrier.wait(), *n).1), [1, 2, 3]);
    }
}
