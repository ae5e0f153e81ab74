//! Get or make: an artifact that exists is never made again, and one that is being made is waited for.

use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Mutex as Flight;

use super::{Event, Job, Pipeline};
use crate::domain::task::{CacheOutcome, StepRecord};
use crate::ports::{Body, Class, Meta, PortError, PortResult, StepContext};
use crate::recipe::ArtifactId;
use crate::recipe::steps::Recipe;
use crate::telemetry;

/// A lease is taken for so long, and renewed at a third of it.
const LEASE: Duration = Duration::from_secs(60);
/// Whoever waits for another process's artifact looks for it so often.
const POLL: Duration = Duration::from_millis(100);

/// What is being made in this process, so that the second comer waits for the first.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<ArtifactId, Arc<Flight<()>>>>);

impl Flights {
    fn of(&self, id: &ArtifactId) -> Arc<Flight<()>> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        flights.entry(*id).or_default().clone()
    }
}

/// What a maker made.
pub(super) struct Made {
    /// The bytes.
    pub bytes: Content,
    /// What was measured.
    pub facts: Value,
}

/// Bytes, wherever they are.
pub(super) enum Content {
    /// In memory.
    Memory(Vec<u8>),
    /// In a file of the step's work folder.
    File(PathBuf),
}

/// An artifact that is there now.
pub(super) struct Got {
    /// Its id.
    pub id: ArtifactId,
    /// What stands beside it.
    pub meta: Meta,
    /// Whether it was there before.
    pub outcome: CacheOutcome,
}

impl Pipeline {
    /// The artifact of a recipe: found, waited for, or made by `make` and published. Writes the step's record;
    /// `reason` says why it would be made.
    pub(super) async fn get_or_make<R, F, M>(
        &self,
        job: &Job,
        scene: Option<u32>,
        recipe: &R,
        reason: &str,
        make: F,
    ) -> PortResult<Got>
    where
        R: Recipe,
        F: FnOnce(StepContext) -> M,
        M: Future<Output = PortResult<Made>>,
    {
        let (began, began_at) = (Instant::now(), self.world.clock.now_ms());
        let id = recipe.id()?;
        let flight = self.flights.of(&id);
        let waited = flight.try_lock().is_err();
        let _flight = flight.lock().await;
        let (meta, outcome) = match self.found(job, &id, waited).await? {
            Some(found) => found,
            None => (self.make(job, scene, recipe, &id, make).await?, CacheOutcome::Miss),
        };
        let record = StepRecord {
            kind: id.kind.word().to_owned(),
            scene,
            artifact: id.to_string(),
            cache: outcome,
            reason: if outcome == CacheOutcome::Miss { reason.to_owned() } else { String::new() },
            began_at,
            wall_ms: began.elapsed().as_millis() as u64,
            memory_bytes: telemetry::resident_bytes(),
            bytes: meta.bytes,
            lane: job.lane,
        };
        self.world.tasks.record(&job.task, &record).await?;
        self.observer.event(Event::Step { task: &job.task, record: &record });
        Ok(Got { id, meta, outcome })
    }

    /// The artifact, if it is there, or comes to be there while another process holds its lease. `None` means that
    /// the lease is ours.
    async fn found(&self, job: &Job, id: &ArtifactId, mut waited: bool) -> PortResult<Option<(Meta, CacheOutcome)>> {
        loop {
            if let Some(meta) = self.world.artifacts.find(id).await? {
                return Ok(Some((meta, if waited { CacheOutcome::Waited } else { CacheOutcome::Hit })));
            }
            if self.world.leases.acquire(&id.to_string(), &self.owner(job), LEASE).await? {
                // Its maker may have published between our look and its giving back the lease.
                return match self.world.artifacts.find(id).await? {
                    Some(meta) => {
                        self.world.leases.release(&id.to_string(), &self.owner(job)).await?;
                        Ok(Some((meta, CacheOutcome::Waited)))
                    }
                    None => Ok(None),
                };
            }
            waited = true;
            stop_if_over(job)?;
            tokio::time::sleep(POLL).await;
        }
    }

    async fn make<R, F, M>(
        &self,
        job: &Job,
        scene: Option<u32>,
        recipe: &R,
        id: &ArtifactId,
        make: F,
    ) -> PortResult<Meta>
    where
        R: Recipe,
        F: FnOnce(StepContext) -> M,
        M: Future<Output = PortResult<Made>>,
    {
        stop_if_over(job)?;
        let work = tempfile::Builder::new()
            .prefix("step-")
            .tempdir_in(&self.settings.work)
            .map_err(|e| PortError::io("make a folder in", &self.settings.work, e))?;
        let making = async {
            let made = make(self.context(job, scene, work.path().to_owned())).await?;
            let body = match &made.bytes {
                Content::Memory(bytes) => Body::Bytes(bytes),
                Content::File(path) => Body::File(path),
            };
            self.world.artifacts.publish(id, recipe.manifest()?.as_bytes(), body, made.facts).await
        };
        let made = self.holding(job, id, making).await;
        // A failure to give back only delays others until the lease ends.
        let released = self.world.leases.release(&id.to_string(), &self.owner(job)).await;
        let meta = made?;
        released?;
        Ok(meta)
    }

    /// Renews the lease while the future runs.
    async fn holding<T>(&self, job: &Job, id: &ArtifactId, making: impl Future<Output = T>) -> T {
        tokio::pin!(making);
        let mut renewal = tokio::time::interval(LEASE / 3);
        renewal.tick().await;
        loop {
            tokio::select! {
                made = &mut making => return made,
                _ = renewal.tick() => {
                    if let Err(error) = self.world.leases.acquire(&id.to_string(), &self.owner(job), LEASE).await {
                        tracing::warn!(artifact = %id, code = error.code, "a lease was not renewed: {error}");
                    }
                }
            }
        }
    }

    fn context(&self, job: &Job, scene: Option<u32>, work: PathBuf) -> StepContext {
        let (observer, task) = (self.observer.clone(), job.task.clone());
        let frames_done = move |done| {
            if let Some(scene) = scene {
                observer.event(Event::Frames { task: &task, scene, done });
            }
        };
        let (cancel, deadline) = (job.cancel.clone(), job.deadline);
        StepContext { cancel, deadline, work, frames_done: Arc::new(frames_done) }
    }

    /// Names this process and lane as a lease's owner.
    fn owner(&self, job: &Job) -> String {
        format!("{}/{}", self.flights_owner(), job.lane)
    }

    /// A name that no other pipeline in any process has.
    fn flights_owner(&self) -> String {
        format!("{}-{:p}", std::process::id(), Arc::as_ptr(&self.flights))
    }

    /// A file with an artifact's bytes, verified just now, for a step to read.
    pub(super) async fn input(&self, id: &ArtifactId, context: &StepContext) -> PortResult<PathBuf> {
        let opened = self.world.artifacts.open(id, &context.work).await?;
        opened.ok_or_else(|| missing(id))
    }
}

/// An input that was there a moment ago is gone or was corrupt; trying again makes it anew.
pub(super) fn missing(id: &ArtifactId) -> PortError {
    PortError::transient(Class::Storage, "INPUT_MISSING", format!("{id} is not in the cache any more"))
}

/// Ends work that nobody waits for.
pub(super) fn stop_if_over(job: &Job) -> PortResult<()> {
    if job.cancel.is_cancelled() {
        return Err(PortError::permanent(Class::Cancelled, "CANCELLED", "the task was cancelled"));
    }
    if Instant::now() >= job.deadline {
        return Err(PortError::transient(Class::Limit, "DEADLINE", "the step's time is over"));
    }
    Ok(())
}
