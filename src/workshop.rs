//! Makers over a stack: what each worker on AWS works with, in a function or in a process that stays.

#![cfg(all(feature = "aws", feature = "media", feature = "picture", feature = "speech"))]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use tempfile::TempDir;

use crate::aws::{Cache, Queues, Stack, TaskTable};
use crate::config::{Config, ConfigError};
use crate::cost::{Pricing, Site};
use crate::makers::{self, Makers};
use crate::pipeline::{Alerts, Observer, Pipeline, Settings};
use crate::ports::{Class, InCache, PortError, PortResult, Sources, StepContext, World};
use crate::recipe::ArtifactId;
use crate::recipe::plan::Plan;
use crate::recipe::steps::PictureRecipe;
use crate::work;

/// A step that failed for a passing reason is tried so many times: one fewer than a message is delivered, so that a task
/// ends before its message is a dead letter.
pub const ATTEMPTS: u32 = 4;
/// The functions' architecture in the template; another costs less.
const FUNCTIONS_ARE: &str = "x86_64";
/// The message of a worker that died comes again after half as long again; until then its leases are no loss.
const LEASE: Duration = Duration::from_secs(60);

/// Makers over a stack.
#[derive(Clone)]
pub struct Workshop {
    /// The pipeline that pieces of work are done in, with a part of its own for each.
    pub pipeline: Pipeline,
    /// The queues of work.
    pub queues: Queues,
    tasks: TaskTable,
    cache: Cache,
    stack: Stack,
    shared: bool,
    /// So many pictures are fetched ahead.
    prefetch: usize,
    /// Where they lie, while this process lives.
    ahead: Arc<OnceLock<TempDir>>,
}

/// One piece of work's part of a workshop.
pub struct Bench {
    /// The steps, in a world of this work's own.
    pub pipeline: Pipeline,
    cache: Cache,
}

impl Workshop {
    /// Those makers over that stack; whoever receives messages waits for so long. `sources` is what requests may point
    /// at, where they are accepted here.
    ///
    /// # Errors
    /// Names a variable that is not set.
    pub fn new(
        config: &Config,
        stack: &Stack,
        makers: Makers,
        sources: Option<Arc<dyn Sources>>,
        settings: Settings,
        observer: Arc<dyn Observer>,
        wait: Duration,
    ) -> Result<Self, ConfigError> {
        let (tasks, cache, queues) = (stack.tasks()?, stack.cache()?, stack.queues(wait)?);
        let world = World {
            artifacts: Arc::new(cache.clone()),
            tasks: Arc::new(tasks.clone()),
            queue: Arc::new(queues.clone()),
            leases: Arc::new(cache.clone()),
            exports: Arc::new(InCache),
            speech: makers.speech,
            pictures: makers.pictures,
            sources: sources.unwrap_or_else(|| Arc::new(NoSources)),
            films: makers.films,
            clock: stack.clock.clone(),
        };
        let pipeline = Pipeline::new(world, settings, observer);
        let (shared, prefetch) = (config.cache_enabled, config.prefetch_pictures);
        Ok(Self { pipeline, queues, tasks, cache, stack: stack.clone(), shared, prefetch, ahead: Arc::default() })
    }

    /// Loads what the voice needs that most tasks speak with, or the default voice where nobody knows, and fetches the
    /// pictures that are brought most often, where some are to be.
    ///
    /// # Errors
    /// As speech's, where a model cannot be loaded.
    pub async fn warm(&self) -> PortResult<()> {
        let (voice, pictures) = tokio::join!(self.warm_voice(), self.fetch_ahead());
        if let Err(error) = pictures {
            tracing::warn!(code = error.code, "pictures were not fetched ahead: {error}");
        }
        voice
    }

    /// Whether new environments fetch pictures ahead, so that they have to be counted.
    #[must_use]
    pub fn prefetches(&self) -> bool {
        self.prefetch > 0 && self.shared
    }

    async fn fetch_ahead(&self) -> PortResult<()> {
        if !self.prefetches() {
            return Ok(());
        }
        let folder = work::folder()?;
        let folder = self.ahead.get_or_init(|| folder).path();
        let pictures = self.tasks.favourite_pictures(self.prefetch).await?;
        let fetched = self.cache.fetch_ahead(&pictures, folder).await?;
        tracing::info!(fetched, "pictures are at hand");
        Ok(())
    }

    async fn warm_voice(&self) -> PortResult<()> {
        let speech = &self.pipeline.world().speech;
        let favourite = self.tasks.favourite_voice().await.unwrap_or_else(|error| {
            tracing::warn!(code = error.code, "which voice is used most is not known: {error}");
            None
        });
        // One that is not installed here any more is nobody's favourite.
        let counted = favourite.and_then(|name| speech.voice(Some(&name)).ok());
        let by_usage = counted.is_some();
        let voice = counted.map_or_else(|| speech.voice(None), Ok)?;
        speech.warm(&voice).await?;
        tracing::info!(voice = voice.name, by_usage, "warm");
        Ok(())
    }

    /// How work is done on AWS.
    #[must_use]
    pub fn settings(config: &Config, work: &Path) -> Settings {
        Settings {
            work: work.to_owned(),
            cores: makers::cores(),
            workers: 1,
            encoders: makers::cores(),
            memory: config.memory_critical.saturating_mul(1_000_000),
            task_deadline: config.task_deadline,
            step_deadline: Duration::from_secs(3600),
            attempts: ATTEMPTS,
            disk_is_emptied: true,
            lease: LEASE,
            watches: true,
            alerts: Alerts::new(config.slow_step, config.memory_warning, config.memory_critical),
            pricing: Pricing {
                site: Site::Functions { memory_mb: config.cloud.render_mb, architecture: FUNCTIONS_ARE.to_owned() },
                picture_usd: config.openai_price,
            },
            function_mb: config.cloud.function.as_ref().map(|function| function.memory_mb),
        }
    }

    /// A part for one piece of work on a task, in that folder and with so much time. Its cache keeps what it makes at
    /// hand, and its records are written together with the cache's lines.
    ///
    /// # Errors
    /// Names a variable that is not set.
    pub fn bench(&self, task: &str, folder: PathBuf, left: Duration) -> PortResult<Bench> {
        let cache = self.cache.for_work(Some(folder.clone()), (!self.shared).then_some(task));
        let unset = |e: ConfigError| PortError::permanent(Class::Internal, "CONFIG", e.to_string());
        let world = World {
            artifacts: Arc::new(cache.clone()),
            tasks: Arc::new(self.tasks.beside(&cache)),
            leases: Arc::new(cache.clone()),
            exports: Arc::new(self.stack.films(&cache).map_err(unset)?),
            ..self.pipeline.world().clone()
        };
        Ok(Bench { pipeline: self.pipeline.within(world, folder, left), cache })
    }
}

impl Bench {
    /// Pictures of a plan's request that were there before it came.
    #[must_use]
    pub fn brought_again(&self, plan: &Plan) -> BTreeSet<ArtifactId> {
        let brought = plan.scenes.iter().filter(|scene| matches!(scene.picture, PictureRecipe::Pin { .. }));
        brought.map(|scene| scene.recipe.picture).filter(|id| !self.cache.is_new(id)).collect()
    }

    /// Writes what waits to be written.
    pub async fn settle(&self) {
        self.cache.settle().await;
    }
}

/// Whoever works on a planned task fetches nothing: its sources were pinned when it was submitted.
struct NoSources;

#[async_trait]
impl Sources for NoSources {
    async fn picture(&self, _: &str, _: &StepContext) -> PortResult<Vec<u8>> {
        let message = "only a request's submission fetches pictures";
        Err(PortError::permanent(Class::Internal, "NO_SOURCES", message))
    }
}
