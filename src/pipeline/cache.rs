//! Get or make: an artifact that exists is never made again.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Event, Job, Pipeline, perf};
use crate::domain::task::{CacheOutcome, StepRecord};
use crate::ports::{Body, Class, Meta, PortError, PortResult, StepContext, Used};
use crate::recipe::ArtifactId;
use crate::recipe::steps::Recipe;

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
        // On the heap, since steps are made within steps, and their futures would add up.
        let used = Used::default();
        let step = Box::pin(self.found_or_made(job, scene, recipe, &id, &used, make));
        let (got, memory_bytes) = self.memory.during(step).await;
        let (meta, outcome) = got?;
        let usage = used.so_far();
        let ms = |span: Duration| span.as_millis() as u64;
        let record = StepRecord {
            kind: id.kind.word().to_owned(),
            scene,
            artifact: id.to_string(),
            cache: outcome,
            reason: if outcome == CacheOutcome::Miss { reason.to_owned() } else { String::new() },
            began_at,
            wall_ms: ms(began.elapsed()),
            memory_bytes,
            bytes: meta.bytes,
            lane: job.lane,
            waited_ms: ms(usage.waited),
            processor_ms: ms(usage.processor),
            children_processor_ms: ms(usage.children),
            children_memory_bytes: usage.children_bytes,
            tokens: usage.tokens,
            place: self.place((job.plan.size, job.sentence), usage.device),
        };
        perf::tell(&job.task.id, &record, self.settings.alerts.slow_step);
        self.world.tasks.record(&job.task.id, &record).await?;
        self.observer.event(Event::Step { task: &job.task.id, record: &record });
        Ok(Got { id, meta, outcome })
    }

    /// An artifact, and what it took to have it.
    async fn found_or_made<R, F, M>(
        &self,
        job: &Job,
        scene: Option<u32>,
        recipe: &R,
        id: &ArtifactId,
        used: &Used,
        make: F,
    ) -> PortResult<(Meta, CacheOutcome)>
    where
        R: Recipe,
        F: FnOnce(StepContext) -> M,
        M: Future<Output = PortResult<Made>>,
    {
        let asked = Instant::now();
        let (_turn, waited_here) = self.flights.turn(id).await;
        let (found, waited_there) = self.found_or_leased(job, id, !waited_here).await?;
        if waited_here || waited_there {
            used.waited(asked.elapsed());
        }
        Ok(match found {
            Some(meta) if waited_here || waited_there => (meta, CacheOutcome::Waited),
            Some(meta) => (meta, CacheOutcome::Hit),
            None => {
                let made = self.make(job, scene, recipe, id, used, make).await;
                self.flights.made(id);
                self.give_back(job, id).await;
                (made?, CacheOutcome::Miss)
            }
        })
    }

    /// Makes an artifact and publishes it.
    async fn make<R, F, M>(
        &self,
        job: &Job,
        scene: Option<u32>,
        recipe: &R,
        id: &ArtifactId,
        used: &Used,
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
        let made = make(self.context(job, scene, work.path().to_owned(), used)).await?;
        let body = match &made.bytes {
            Content::Memory(bytes) => Body::Bytes(bytes),
            Content::File(path) => Body::File(path),
        };
        self.world.artifacts.publish(id, recipe.manifest()?.as_bytes(), body, made.facts).await
    }

    fn context(&self, job: &Job, scene: Option<u32>, work: PathBuf, used: &Used) -> StepContext {
        let (observer, task) = (self.observer.clone(), job.task.id.clone());
        let frames_done = move |done| {
            if let Some(scene) = scene {
                observer.event(Event::Frames { task: &task, scene, done });
            }
        };
        let (cancel, deadline) = (job.cancel.clone(), job.deadline);
        StepContext { cancel, deadline, work, frames_done: Arc::new(frames_done), used: used.clone() }
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
