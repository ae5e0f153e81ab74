//! A clock that is set by hand, or that follows tokio's.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::ports::Clock;

/// Some time in 2027, in milliseconds since 1970, so that nothing is taken for the beginning of time.
const BEGIN: u64 = 1_800_000_000_000;

/// A clock that stands still until it is told to go on, or that goes on as tokio's does.
#[derive(Debug)]
pub struct ManualClock {
    set: AtomicU64,
    follows: Option<Instant>,
}

impl Default for ManualClock {
    /// A clock that stands still.
    fn default() -> Self {
        Self { set: AtomicU64::new(BEGIN), follows: None }
    }
}

impl ManualClock {
    /// A clock that goes on with tokio's, which may itself be held (`start_paused`), so that the stores and whoever sleeps
    /// agree on the time.
    #[must_use]
    pub fn following_tokio() -> Self {
        Self { follows: Some(Instant::now()), ..Self::default() }
    }

    /// Lets so much time pass.
    pub fn advance(&self, by: Duration) {
        self.set.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        let passed = self.follows.map_or(0, |begin| begin.elapsed().as_millis() as u64);
        self.set.load(Ordering::SeqCst) + passed
    }
}
