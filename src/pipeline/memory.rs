//! The most memory that was resident while a step ran.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::telemetry::resident_bytes;

/// So often a step looks; what lasts for less may not be seen.
const PERIOD: Duration = Duration::from_millis(100);

/// The latest look at the memory, which steps that run side by side share.
#[derive(Default)]
pub(super) struct Memory(Mutex<Option<Look>>);

#[derive(Clone, Copy)]
struct Look {
    at: Instant,
    bytes: u64,
}

impl Memory {
    /// Works, and says how many bytes were resident at most meanwhile, of this process and its children.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> (T, u64) {
        tokio::pin!(work);
        let (began, mut most) = (Instant::now(), 0);
        loop {
            tokio::select! {
                done = &mut work => return (done, most.max(self.since(began))),
                () = tokio::time::sleep(PERIOD) => most = most.max(self.since(began)),
            }
        }
    }

    /// A look that is not older than the step, nor than a period.
    fn since(&self, began: Instant) -> u64 {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let look = latest.filter(|look| look.at >= began && look.at.elapsed() < PERIOD);
        latest.insert(look.unwrap_or_else(|| Look { at: Instant::now(), bytes: resident_bytes() })).bytes
    }
}
