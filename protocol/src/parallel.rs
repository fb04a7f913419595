//! Work on several cores with scoped threads of the standard library: the checker links no thread pool.

use std::{
    num::NonZeroUsize,
    thread::{self, Builder},
};

/// How many threads this process may use, as the system says; 1 where it does not say.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Cuts `items` into at most `threads` runs of about equal length, works on them at the same time, and gives the results in
/// the order of the runs. `work` also gets the place of its run's first item. A thread that the system does not start is
/// made up for on the caller's.
///
/// # Panics
/// When `work` does.
pub fn in_runs<T: Sync, R: Send>(items: &[T], threads: NonZeroUsize, work: impl Fn(usize, &[T]) -> R + Sync) -> Vec<R> {
    let length = items.len().div_ceil(threads.get()).max(1);
    let runs = items.chunks(length).enumerate().map(|(number, run)| (number * length, run));
    thread::scope(|scope| {
        let work = &work;
        let started: Vec<_> = runs
            // The caller's own thread takes the first.
            .map(|(first, run)| {
                let thread = (first > 0).then(|| Builder::new().spawn_scoped(scope, move || work(first, run)));
                (first, run, thread.and_then(Result::ok))
            })
            .collect();
        started
            .into_iter()
            .map(|(first, run, thread)| match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                None => work(first, run),
            })
            .collect()
    })
}

/// `work` on each of `items`, on several threads; the results are in the order of the items.
///
/// # Panics
/// When `work` does.
pub fn map<T: Sync, R: Send>(items: &[T], threads: NonZeroUsize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    in_runs(items, threads, |_, run| run.iter().map(&work).collect::<Vec<_>>()).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_and_the_order_stays() {
        for length in [0usize, 1, 2, 7, 64, 100] {
            let items: Vec<usize> = (0..length).collect();
            for threads in [1, 2, 3, 64, 1000].map(|n| NonZeroUsize::new(n).unwrap()) {
                assert_eq!(map(&items, threads, |x| x * 3), items.iter().map(|x| x * 3).collect::<Vec<_>>());
                let runs = in_runs(&items, threads, |first, run| (first, run.to_vec()));
                assert!(runs.len() <= threads.get());
                assert!(runs.iter().all(|(first, run)| run.first().is_none_or(|item| item == first)));
                assert_eq!(runs.into_iter().flat_map(|(_, run)| run).collect::<Vec<_>>(), items);
            }
        }
    }

    #[test]
    fn as_many_threads_may_be_used_as_the_system_says() {
        assert_eq!(cores(), thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
    }

    #[test]
    fn the_callers_own_thread_takes_the_first_run() {
        let own = thread::current().id();
        let by = in_runs(&[(); 3], NonZeroUsize::new(3).unwrap(), |_, _| thread::current().id());
        assert_eq!(by.iter().map(|id| *id == own).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn several_threads_work_at_the_same_time() {
        let meet = std::sync::Barrier::new(3);
        // Each of the three waits for both others: on one thread this would never end.
        map(&[(); 3], NonZeroUsize::new(3).unwrap(), |()| meet.wait());
    }
}
