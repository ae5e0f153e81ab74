//! How often a model's session was made in this process, and how long that took: a warm process makes each once,
//! and those again that it drops for the sake of memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::ports::PortResult;

/// A count that clones share.
#[derive(Clone, Debug, Default)]
pub(super) struct Loads(Arc<(AtomicU64, AtomicU64)>);

impl Loads {
    /// Makes a session, and counts it.
    pub(super) fn counted<M>(&self, make: impl FnOnce() -> PortResult<M>) -> PortResult<M> {
        let began = Instant::now();
        let made = make()?;
        self.0.0.fetch_add(1, Ordering::Relaxed);
        self.0.1.fetch_add(began.elapsed().as_micros() as u64, Ordering::Relaxed);
        Ok(made)
    }

    /// How many there were, and how long they took together.
    pub(super) fn so_far(&self) -> (u64, Duration) {
        (self.0.0.load(Ordering::Relaxed), Duration::from_micros(self.0.1.load(Ordering::Relaxed)))
    }
}
