//! The ports that keep things: artifacts, tasks, the queue, leases.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::PortResult;
use crate::domain::task::{Message, Outcome, StepRecord, Task};
use crate::recipe::{ArtifactId, Digest};

/// What stands beside an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length.
    pub bytes: u64,
    /// What was measured while it was made, by kind: samples and word times, frames, loudness.
    pub facts: serde_json::Value,
    /// When it was made, in milliseconds since 1970.
    pub made_at: u64,
}

/// The bytes to publish.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// In a file, which may be moved away.
    File(&'a Path),
}

/// An artifact as `cache ls` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Which.
    pub id: ArtifactId,
    /// What stands beside it.
    pub meta: Meta,
    /// When it was last used, in milliseconds since 1970.
    pub used_at: u64,
}

/// The cache that all workers share. Create-only: an artifact that is there is never written again.
#[async_trait]
pub trait Artifacts: Send + Sync {
    /// Whether it is there, and what stands beside it. Counts as a use.
    async fn find(&self, id: &ArtifactId) -> PortResult<Option<Meta>>;

    /// The same for many at once, in their order: one call where the store has one. What was published a moment ago by a
    /// process that died may be missed; [`find`](Self::find) sees it.
    async fn find_all(&self, ids: &[ArtifactId]) -> PortResult<Vec<Option<Meta>>> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(self.find(id).await?);
        }
        Ok(found)
    }

    /// The same for artifacts that were looked for a moment ago and are leased by the caller since: what others published
    /// in between.
    async fn find_published(&self, leased: &[ArtifactId]) -> PortResult<Vec<Option<Meta>>> {
        self.find_all(leased).await
    }

    /// A file with exactly its bytes, checked against length and SHA-256 just now. A corrupt artifact is
    /// removed and answered with `None`, as an absent one is. `work` is a folder that a copy may be put into.
    /// The file must not be changed.
    async fn open(&self, id: &ArtifactId, work: &Path) -> PortResult<Option<PathBuf>>;

    /// Stores an artifact: its manifest, its bytes, then what stands beside it, so that a reader finds all or
    /// nothing, whenever the writer dies. Where another writer was first, theirs stays and is answered.
    async fn publish(
        &self,
        id: &ArtifactId,
        manifest: &[u8],
        body: Body<'_>,
        facts: serde_json::Value,
    ) -> PortResult<Meta>;

    /// The canonical JSON it was made from, also when only its manifest is left.
    async fn manifest(&self, id: &ArtifactId) -> PortResult<Option<Vec<u8>>>;

    /// All artifacts, in order of their ids.
    async fn list(&self) -> PortResult<Vec<Listed>>;

    /// Reads its bytes, whatever its age, which stays as it is. False where they are not what was stored: then it is
    /// removed. An absent one is not damaged.
    async fn verify(&self, id: &ArtifactId) -> PortResult<bool>;

    /// Removes one; nothing happens where there is none.
    async fn remove(&self, id: &ArtifactId) -> PortResult<()>;
}

/// A task to record.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// `^[A-Za-z0-9_-]{1,64}$`.
    pub id: String,
    /// The digest of the request's canonical JSON.
    pub request_sha256: Digest,
    /// The request; null where it was refused.
    pub request: serde_json::Value,
    /// The plan, as JSON; null where there is none.
    pub plan: serde_json::Value,
    /// On whose behalf; its messages share a queue fairly with those of others.
    pub tenant: Option<String>,
    /// How many scenes it has.
    pub scenes: u32,
    /// How many steps it takes, as messages count them.
    pub steps: u32,
    /// When it must have ended, in milliseconds since 1970.
    pub deadline: u64,
    /// Now, in milliseconds since 1970.
    pub now: u64,
}

/// What came of recording a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is new.
    New,
    /// The same id with the same request is there already; nothing was changed.
    Same,
    /// The same id with another request is there; nothing was changed.
    Conflict,
}

/// Each task's progress and timings.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Records a task as `queued`, once.
    async fn create(&self, task: &NewTask) -> PortResult<Created>;

    /// The task of that id.
    async fn get(&self, id: &str) -> PortResult<Option<Task>>;

    /// The request it was recorded with.
    async fn request(&self, id: &str) -> PortResult<Option<serde_json::Value>>;

    /// The plan it was recorded with.
    async fn plan(&self, id: &str) -> PortResult<Option<serde_json::Value>>;

    /// Work on a step begins: a task that is `queued` is `inprogress` from now. Answers the task as it is then, or as it
    /// ended.
    async fn begin(&self, id: &str, step: &str, now: u64) -> PortResult<Option<Task>>;

    /// Moves the task forward: to `inprogress`, or to a terminal state. Never backward, never out of a terminal
    /// state, except by [`revive`](Self::revive). True where this call made the change.
    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool>;

    /// Gives a task until `deadline`. One that has ended is `queued` again, and what came of it is forgotten; what it
    /// has done stays done. False where there is no such task.
    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool>;

    /// Notes that work on the task goes on, though nothing of it was finished yet.
    async fn touch(&self, id: &str, now: u64) -> PortResult<()>;

    /// Notes that the ready work of a task that has not ended is sent again, where `resent` is still when that was done
    /// last. True where this call noted it: of many who look at the same time, one goes on. It is no progress of the task.
    async fn resend(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool>;

    /// Adds a step to the done set, and answers the set; again is the same as once.
    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>>;

    /// Takes a step out of the done set, when its artifact turned out to be gone.
    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()>;

    /// The done set.
    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>>;

    /// Adds a step's record; records are kept in the order in which they were added.
    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()>;

    /// All records of a task.
    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>>;

    /// The newest tasks first, at most `limit`.
    async fn recent(&self, limit: usize) -> PortResult<Vec<Task>>;

    /// All tasks that are not in a terminal state.
    async fn live(&self) -> PortResult<Vec<Task>>;
}

/// A message that was received and is hidden from other receivers for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What to do.
    pub message: Message,
    /// Names this delivery to `delete` and `extend`.
    pub receipt: String,
    /// 1 for the first delivery.
    pub attempt: u32,
}

/// What is to be done next. Delivery is at least once and in no particular order.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds messages. The deliveries of one that was sent before are counted anew.
    async fn send(&self, messages: &[Message]) -> PortResult<()>;

    /// At most `max` messages that are visible now, hidden from now on for `visibility`.
    async fn receive(&self, max: usize, visibility: Duration) -> PortResult<Vec<Delivery>>;

    /// The work is done. A stale receipt is not an error.
    async fn delete(&self, receipt: &str) -> PortResult<()>;

    /// Hides the message for so long from now; zero shows it at once. A stale receipt is not an error.
    async fn extend(&self, receipt: &str, visibility: Duration) -> PortResult<()>;
}

/// Who makes what. A lease saves work; correctness never depends on it.
#[async_trait]
pub trait Leases: Send + Sync {
    /// Takes or renews the lease on `key` for `owner`; false where another owner holds it.
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool>;

    /// The same for many at once, in their order: one call where the store has one.
    async fn acquire_all(&self, keys: &[String], owner: &str, span: Duration) -> PortResult<Vec<bool>> {
        let mut taken = Vec::with_capacity(keys.len());
        for key in keys {
            taken.push(self.acquire(key, owner, span).await?);
        }
        Ok(taken)
    }

    /// Gives it back, where `owner` holds it.
    async fn release(&self, key: &str, owner: &str) -> PortResult<()>;
}

/// A finished film, to be put where its user looks for it.
#[derive(Clone, Debug)]
pub struct Export<'a> {
    /// The task.
    pub task: &'a str,
    /// The film's file name, which ends in `.mp4`; what stands beside it has the same stem.
    pub name: &'a str,
    /// The film.
    pub film: &'a ArtifactId,
    /// Its still.
    pub poster: &'a ArtifactId,
    /// `SubRip`, `WebVTT`, and words with times.
    pub captions: [(&'static str, &'a [u8]); 3],
}

/// Where finished films are put, beside the cache.
#[async_trait]
pub trait Exports: Send + Sync {
    /// Whether films are put anywhere at all.
    fn wanted(&self) -> bool {
        true
    }

    /// Puts a film there, again as often as asked, and says where as fields of the task's result.
    async fn export(&self, export: &Export<'_>) -> PortResult<serde_json::Map<String, serde_json::Value>>;
}

/// Films stay in the cache; whoever asked for one takes it from there.
#[derive(Clone, Copy, Debug, Default)]
pub struct InCache;

#[async_trait]
impl Exports for InCache {
    fn wanted(&self) -> bool {
        false
    }

    async fn export(&self, _: &Export<'_>) -> PortResult<serde_json::Map<String, serde_json::Value>> {
        Ok(serde_json::Map::new())
    }
}

/// The time of day, for records; durations are measured with the monotonic clock.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> u64;
}
