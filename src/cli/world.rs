//! The world of one machine, put together from the configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use super::work;
use crate::assets::Assets;
use crate::config::Config;
use crate::fetch::{Fetcher, Policy};
use crate::local::{Files, Sqlite, SystemClock};
use crate::media::{Fonts, Studio};
use crate::picture::Providers;
use crate::picture::openai::{self, OpenAi};
use crate::pipeline::{Pipeline, Settings};
use crate::ports::{Artifacts, Pictures, PortError, PortResult, Speech, World};
use crate::speech::Speaker;

/// A step may take so long.
const STEP_DEADLINE: Duration = Duration::from_secs(3600);
/// A step that failed for a passing reason is tried so many times.
const ATTEMPTS: u32 = 4;

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
            encoders: cores().min(config.max_workers),
            task_deadline: config.task_deadline,
            step_deadline: STEP_DEADLINE,
            attempts: ATTEMPTS,
        };
        let pipeline = Pipeline::new(world, settings, progress.clone());
        let interrupted = CancellationToken::new();
        Ok(Self { pipeline, progress, interrupted, work: work.path().to_owned(), _work: work })
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
        Ok(World {
            artifacts: artifacts(config, root, task)?,
            tasks: Arc::new(stores.tasks()),
            queue: Arc::new(stores.queue(task)),
            leases: Arc::new(stores.leases()),
            speech: speech(config),
            pictures: pictures(config)?,
            sources: Arc::new(Fetcher::new(Policy {
                allow_paths: folder.map(Path::to_owned),
                allow_hosts: config.allow_hosts.clone(),
                ..Policy::default()
            })),
            films: Arc::new(studio(config)?),
            clock,
        })
    }
}

/// The cache; with `CACHE_ENABLED=false` one of the task's own, where nothing that another task made can be found.
fn artifacts(config: &Config, root: &Path, task: Option<&str>) -> PortResult<Arc<dyn Artifacts>> {
    let root = match task {
        Some(task) if !config.cache_enabled => root.join("private").join(task),
        _ => root.to_owned(),
    };
    Ok(Arc::new(Files::open(&root, Some(config.cache_max_age))?))
}

/// Films by the configured ffmpeg, with the installed fonts.
pub(super) fn studio(config: &Config) -> PortResult<Studio> {
    let fonts = Fonts::new(Assets::at(config.assets.clone()).fonts()?);
    Ok(Studio::new(config.ffmpeg.clone(), fonts))
}

/// The voices.
pub(super) fn speech(config: &Config) -> Arc<dyn Speech> {
    Arc::new(Speaker::new(Assets::at(config.assets.clone()), cores()))
}

fn pictures(config: &Config) -> PortResult<Arc<dyn Pictures>> {
    let openai = match &config.openai_key {
        Some(key) => {
            let mut settings = openai::Settings::new(key.clone());
            if let Some(base_url) = &config.openai_base_url {
                settings.base_url.clone_from(base_url);
            }
            if let Some(model) = &config.openai_model {
                settings.model.clone_from(model);
            }
            Some(OpenAi::new(settings)?)
        }
        None => None,
    };
    Ok(Arc::new(Providers::new(config.image_provider.clone(), openai)))
}

/// The cores that this process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
