//! What a step uses while it runs, counted by those who do its work.
//!
//! Several steps run side by side in one process, so that a difference of the process's own times would give each of them
//! what the others used. What can be told apart is counted where it arises: a thread's processor time around the work that
//! it does for one step alone, and what the system says of each program when it ends. Not in it, since it belongs to no
//! step or waits on others: the threads that wait for stores and networks, and reading, hashing and storing artifacts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::domain::task::Tokens;

/// One step's counters; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Used(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    waited_us: AtomicU64,
    processor_us: AtomicU64,
    children_us: AtomicU64,
    children_bytes: AtomicU64,
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
    device: OnceLock<&'static str>,
}

/// Counters as they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time that nothing was done in.
    pub waited: Duration,
    /// Processor time of threads of this process.
    pub processor: Duration,
    /// Processor time of programs that it started.
    pub children: Duration,
    /// The most memory that one of those had resident, in bytes.
    pub children_bytes: u64,
    /// What a provider billed.
    pub tokens: Tokens,
    /// What computed it, where that was told: `cpu`, `cuda`.
    pub device: Option<&'static str>,
}

impl Used {
    /// Works on the calling thread, and counts its processor time.
    pub fn clocked<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = thread_time();
        let done = work();
        add(&self.0.processor_us, thread_time().saturating_sub(began));
        done
    }

    /// A program has ended, after so much processor time.
    pub fn child(&self, processor: Duration) {
        add(&self.0.children_us, processor);
    }

    /// A program has come to have so many bytes resident.
    pub fn child_resident(&self, bytes: u64) {
        self.0.children_bytes.fetch_max(bytes, Ordering::Relaxed);
    }

    /// Nothing was done for so long.
    pub fn waited(&self, span: Duration) {
        add(&self.0.waited_us, span);
    }

    /// A provider bills so many tokens.
    pub fn billed(&self, tokens: Tokens) {
        self.0.input_tokens.fetch_add(tokens.input, Ordering::Relaxed);
        self.0.output_tokens.fetch_add(tokens.output, Ordering::Relaxed);
    }

    /// The work is done by this device.
    pub fn runs_on(&self, device: &'static str) {
        // Whoever says so first is right, and nobody else says otherwise.
        let _ = self.0.device.set(device);
    }

    /// What was counted so far.
    #[must_use]
    pub fn so_far(&self) -> Usage {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let time = |counter| Duration::from_micros(of(counter));
        Usage {
            waited: time(&self.0.waited_us),
            processor: time(&self.0.processor_us),
            children: time(&self.0.children_us),
            children_bytes: of(&self.0.children_bytes),
            tokens: Tokens { input: of(&self.0.input_tokens), output: of(&self.0.output_tokens) },
            device: self.0.device.get().copied(),
        }
    }
}

fn add(counter: &AtomicU64, span: Duration) {
    counter.fetch_add(span.as_micros() as u64, Ordering::Relaxed);
}

fn thread_time() -> Duration {
    time_of(ClockId::ThreadCPUTime)
}

/// Processor time that this process's threads used so far.
#[must_use]
pub fn process_time() -> Duration {
    time_of(ClockId::ProcessCPUTime)
}

fn time_of(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps the processor busy until this thread has used so much of it.
    fn work(span: Duration) {
        let until = thread_time() + span;
        while thread_time() < until {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn a_thread_s_work_counts_and_its_sleep_and_the_work_of_others_do_not() {
        let (mine, others) = (Used::default(), Used::default());
        std::thread::scope(|scope| {
            scope.spawn(|| others.clocked(|| work(Duration::from_millis(120))));
            mine.clocked(|| {
                work(Duration::from_millis(30));
                std::thread::sleep(Duration::from_millis(60));
            });
        });
        let (mine, others) = (mine.so_far().processor, others.so_far().processor);
        assert!((30..50).contains(&mine.as_millis()), "{mine:?}");
        assert!((120..150).contains(&others.as_millis()), "{others:?}");
    }

    #[test]
    fn times_and_tokens_add_up_and_the_largest_program_is_told() {
        let used = Used::default();
        let clone = used.clone();
        for (ms, bytes) in [(10, 5), (20, 9), (30, 7)] {
            clone.child(Duration::from_millis(ms));
            clone.child_resident(bytes);
            clone.waited(Duration::from_millis(ms * 2));
            clone.billed(Tokens { input: ms, output: bytes });
        }
        let usage = used.so_far();
        assert_eq!((usage.children, usage.waited), (Duration::from_millis(60), Duration::from_millis(120)));
        assert_eq!((usage.children_bytes, usage.tokens), (9, Tokens { input: 60, output: 21 }));
        assert_eq!(usage.processor, Duration::ZERO);
    }
}
