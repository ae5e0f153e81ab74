//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Clock;

/// The system's clock; zero before 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
    }
}
