//! The world of one machine, put together from the configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Failure;
use super::progress::Progress;
use crate::aws::{Objects, Stack};
use crate::config::{Config, ConfigError};
use crate::cost::{Pricing, Site};
use crate::local::{Files, Sqlite};
use crate::makers::{self, Makers};
use crate::pipeline::{Alerts, Pipeline, Settings};
use crate::ports::{Artifacts, Class, InCache, PortError, PortResult, SystemClock, World};
use crate::work;
use crate::workshop::Workshop;

/// A step may take so long.
const STEP_DEADLINE: Duration = Duration::from_secs(3600);
/// A step that failed for a passing reason is tried so many times.
const ATTEMPTS: u32 = 4;
/// Where tasks have caches of their own.
const PRIVATE: &str = "private";
/// Processes of one machine wait so long for one that died.
const LEASE: Duration = Duration::from_secs(15);
/// A link is good for so long.
const LINK: Duration = Duration::from_secs(3600);
/// A live task that nothing was done for during so long is sent again when a command starts.
const IDLE: Duration = Duration::from_secs(300);

/// What a command works with.
pub(super) struct Station {
    /// The steps and their world.
    pub(super) pipeline: Pipeline,
    /// What shows progress.
    pub(super) progress: Arc<Progress>,
    /// Set by Ctrl-C.
    pub(super) interrupted: CancellationToken,
    /// A folder for this process, removed at its end.
    pub(super) work: PathBuf,
    /// The stack, where its variables are set; without it, this machine's stores are used.
    pub(super) stack: Option<Stack>,
    _work: tempfile::TempDir,
}

impl Station {
    /// Opens the stores and puts the world together. `folder` is where a request's relative paths begin; without one,
    /// no path is read. `task` is the task that this process works on.
    pub(super) fn open(
        config: &Config,
        folder: Option<&Path>,
        task: Option<&str>,
        progress: Arc<Progress>,
    ) -> PortResult<Self> {
        let root = &config.cache_dir;
        std::fs::create_dir_all(root).map_err(|e| PortError::io("make the folder", root, e))?;
        let root = &root.canonicalize().map_err(|e| PortError::io("find", root, e))?;
        let work = work::folder()?;
        let world = Self::world(config, root, folder, task)?;
        let settings = Settings {
            work: work.path().to_owned(),
            cores: makers::cores(),
            workers: config.max_workers,
            encoders: makers::cores().min(config.max_workers),
            memory: super::render::budget(config).critical,
            task_deadline: config.task_deadline,
            step_deadline: STEP_DEADLINE,
            attempts: ATTEMPTS,
            disk_is_emptied: false,
            lease: LEASE,
            watches: false,
            alerts: Alerts::new(config.slow_step, config.memory_warning, config.memory_critical),
            pricing: Pricing {
                site: Site::Machine { cores: makers::cores().min(config.max_workers) },
                picture_usd: config.openai_price,
            },
            function_mb: config.cloud.function.as_ref().map(|function| function.memory_mb),
        };
        let pipeline = Pipeline::new(world, settings, progress.clone());
        let interrupted = CancellationToken::new();
        Ok(Self { pipeline, progress, interrupted, work: work.path().to_owned(), stack: None, _work: work })
    }

    /// What a command works with that looks at tasks and makes nothing: the stack on AWS whose variables are set, or else
    /// this machine's stores.
    pub(super) async fn of(config: &Config, task: Option<&str>, progress: Arc<Progress>) -> Result<Self, Failure> {
        if config.cloud.tasks_table.is_none() {
            return Ok(Self::open(config, None, task, progress)?);
        }
        let (stack, work) = (Stack::open(config).await?, work::folder()?);
        let makers = Makers::installed(config, makers::speech(config))?;
        let settings = Workshop::settings(config, work.path());
        let workshop = Workshop::new(config, &stack, makers, None, settings, progress.clone(), Duration::ZERO)?;
        let (interrupted, folder) = (CancellationToken::new(), work.path().to_owned());
        Ok(Self { pipeline: workshop.pipeline, progress, interrupted, work: folder, stack: Some(stack), _work: work })
    }

    /// A link to a result's film in the stack's bucket.
    pub(super) async fn link(&self, result: &Value) -> Result<Option<String>, PortError> {
        let (Some(stack), Some(key)) = (&self.stack, result["s3_key"].as_str()) else { return Ok(None) };
        let unset = |e: ConfigError| PortError::permanent(Class::Request, "CONFIG", e.to_string());
        let objects = Objects::new(&stack.clients, stack.bucket().map_err(unset)?);
        objects.link(key, LINK).await.map(Some)
    }

    /// Looks after the tasks of processes that died, so that none of them reads as if somebody worked on it for ever.
    pub(super) async fn reconcile(&self) -> PortResult<()> {
        if self.stack.is_some() {
            // A function does.
            return Ok(());
        }
        self.pipeline.reconcile(IDLE).await.map(drop)
    }

    /// The same with another world, which `change` makes of this one.
    pub(super) fn with(mut self, change: impl FnOnce(&mut World)) -> Self {
        let mut world = self.pipeline.world().clone();
        change(&mut world);
        self.pipeline = Pipeline::new(world, self.pipeline.settings().clone(), self.progress.clone());
        self
    }

    fn world(config: &Config, root: &Path, folder: Option<&Path>, task: Option<&str>) -> PortResult<World> {
        let clock = Arc::new(SystemClock);
        let stores = Sqlite::open(root, clock.clone())?;
        let speech = Arc::new(makers::speech(config));
        // Lexicons and taggers are a million small pieces of memory: the system takes them back at once when the process
        // ends, and giving them back one by one takes it a tenth of a second.
        std::mem::forget(Arc::clone(&speech));
        Ok(World {
            artifacts: artifacts(config, root, task)?,
            tasks: Arc::new(stores.tasks()),
            queue: Arc::new(stores.queue(task)),
            leases: Arc::new(stores.leases()),
            exports: Arc::new(InCache),
            speech,
            pictures: makers::pictures(config)?,
            sources: makers::sources(config, folder),
            films: Arc::new(makers::films(config)?.noting(root)),
            clock,
        })
    }
}

/// The cache; with `CACHE_ENABLED=false` one of the task's own, where nothing that another task made can be found.
fn artifacts(config: &Config, root: &Path, task: Option<&str>) -> PortResult<Arc<dyn Artifacts>> {
    let root = match task {
        Some(task) if !config.cache_enabled => root.join(PRIVATE).join(task),
        _ => root.to_owned(),
    };
    Ok(Arc::new(Files::open(&root, Some(config.cache_max_age))?))
}

/// One of the caches on this machine.
pub(super) struct Cache {
    /// Whose it is; all tasks share the one of `None`.
    pub(super) task: Option<String>,
    /// Where it lies.
    pub(super) folder: PathBuf,
    /// What is in it.
    pub(super) artifacts: Files,
}

/// All caches on this machine: the shared one first, then those of tasks that ran with `CACHE_ENABLED=false`.
pub(super) fn caches(config: &Config) -> PortResult<Vec<Cache>> {
    let open = |task, folder: PathBuf| {
        let artifacts = Files::open(&folder, Some(config.cache_max_age))?;
        Ok(Cache { task, folder, artifacts })
    };
    // Where there is no such folder, no task has a cache of its own.
    let private = std::fs::read_dir(config.cache_dir.join(PRIVATE)).into_iter().flatten().flatten();
    let owned = private.filter_map(|entry| Some((Some(entry.file_name().into_string().ok()?), entry.path())));
    let owned: BTreeMap<_, _> = owned.filter(|(_, folder)| folder.is_dir()).collect();
    let shared = std::iter::once((None, config.cache_dir.clone()));
    shared.chain(owned).map(|(task, folder)| open(task, folder)).collect()
}
