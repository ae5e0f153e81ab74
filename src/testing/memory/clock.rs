//! A clock that is set by hand.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::ports::Clock;

/// A clock that stands still until it is told to go on.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl Default for ManualClock {
    /// Some time in 2027, so that nothing is taken for the beginning of time.
    fn default() -> Self {
        Self(AtomicU64::new(1_800_000_000_000))
    }
}

impl ManualClock {
    /// Lets so much time pass.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
