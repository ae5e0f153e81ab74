//! What every store promises, whatever it keeps its things in. Each suite takes a constructor of empty stores and a
//! clock that is set by hand; a broken promise is a panic that says which.

#![expect(clippy::missing_panics_doc, reason = "to panic on a broken promise is what these functions are for")]

pub mod artifacts;
pub mod leases;
pub mod queue;
pub mod tasks;

use std::time::Duration;

use super::memory::ManualClock;

/// How time passes for a store.
#[derive(Clone, Copy)]
pub enum Passing<'a> {
    /// It lives by a clock that is set by hand.
    ByHand(&'a ManualClock),
    /// It lives in another process, by the time of day.
    ByItself,
}

impl Passing<'_> {
    /// A span that is long for the store.
    #[must_use]
    pub const fn span(self) -> Duration {
        match self {
            Self::ByHand(_) => Duration::from_secs(60),
            Self::ByItself => Duration::from_secs(2),
        }
    }

    /// Lets so much time pass.
    pub async fn pass(self, span: Duration) {
        match self {
            Self::ByHand(clock) => clock.advance(span),
            Self::ByItself => tokio::time::sleep(span + Duration::from_millis(100)).await,
        }
    }
}
