//! Stand-ins for whoever makes things, quick and the same every time: they need no model, no network and no ffmpeg,
//! and what they make is good for tests only. They count their calls and can be told to fail.

mod films;
pub mod pictures;
mod speech;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::{Class, PortError, PortResult, Sources, StepContext};
use crate::recipe::Digest;

/// So long is held what a call holds: long enough to be seen.
const CARRIED: Duration = Duration::from_millis(400);

/// All stand-ins in one: [`Speech`](crate::ports::Speech), [`Pictures`](crate::ports::Pictures), [`Sources`] and
/// [`Films`](crate::ports::Films).
#[derive(Default)]
pub struct StandIns {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: BTreeMap<String, u32>,
    failures: BTreeMap<String, VecDeque<PortError>>,
    sources: BTreeMap<String, Vec<u8>>,
    replaced: BTreeSet<String>,
    ballast: BTreeMap<String, usize>,
}

impl StandIns {
    /// How often each thing was asked for, by what it was: `speak One.`, `picture a boat`, `film`.
    pub fn calls(&self) -> BTreeMap<String, u32> {
        self.locked().calls.clone()
    }

    /// The calls since the last time that this was asked.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.locked().calls).into_keys().collect()
    }

    /// Lets the next call for `what` fail; several failures are used up one after the other.
    pub fn fail(&self, what: &str, error: PortError) {
        self.locked().failures.entry(what.to_owned()).or_default().push_back(error);
    }

    /// Puts a picture behind an address.
    pub fn serve(&self, source: &str, bytes: Vec<u8>) {
        self.locked().sources.insert(source.to_owned(), bytes);
    }

    /// Lets each call for `what` hold so many bytes for a while, which are free again when it ends.
    pub fn burden(&self, what: &str, bytes: usize) {
        self.locked().ballast.insert(what.to_owned(), bytes);
    }

    /// Puts others in the place of the `tools` or the `fonts`, as an upgrade does.
    pub fn replace(&self, what: &str) {
        self.locked().replaced.insert(what.to_owned());
    }

    /// The digest of the tools or the fonts.
    fn version(&self, what: &str) -> Digest {
        let replaced = self.locked().replaced.contains(what);
        Digest::of(format!("stand-in {what}{}", if replaced { ", the next" } else { "" }))
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds what the calls for `what` are to hold.
    async fn carry(&self, what: &str) {
        let ballast = self.locked().ballast.get(what).map(|bytes| vec![1_u8; *bytes]);
        if ballast.is_some() {
            tokio::time::sleep(CARRIED).await;
        }
    }

    /// Counts a call, lets others work meanwhile, and fails where that was ordered, or where nobody waits any more.
    async fn called(&self, what: &str, context: &StepContext) -> PortResult<()> {
        tokio::task::yield_now().await;
        self.carry(what).await;
        let mut state = self.locked();
        *state.calls.entry(what.to_owned()).or_default() += 1;
        if context.cancel.is_cancelled() {
            return Err(PortError::permanent(Class::Cancelled, "CANCELLED", "the task was cancelled"));
        }
        state.failures.get_mut(what).and_then(VecDeque::pop_front).map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Sources for StandIns {
    async fn picture(&self, source: &str, context: &StepContext) -> PortResult<Vec<u8>> {
        self.called(&format!("source {source}"), context).await?;
        let missing = || PortError::permanent(Class::Request, "NOT_FOUND", format!("there is no picture at {source}"));
        self.locked().sources.get(source).cloned().ok_or_else(missing)
    }
}

/// Speech and films by a stand-in, with the configured pictures, whose provider may be counted and may fail.
#[cfg(all(feature = "media", feature = "picture", feature = "speech"))]
pub fn makers(config: &crate::config::Config) -> PortResult<crate::makers::Makers> {
    let quick = std::sync::Arc::new(StandIns::default());
    Ok(crate::makers::Makers { speech: quick.clone(), pictures: crate::makers::pictures(config)?, films: quick })
}

fn read(path: &Path) -> PortResult<Vec<u8>> {
    std::fs::read(path).map_err(|e| PortError::io("read", path, e))
}

fn write(path: &Path, bytes: &[u8]) -> PortResult<()> {
    std::fs::write(path, bytes).map_err(|e| PortError::io("write", path, e))
}
