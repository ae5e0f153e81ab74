//! When each thing is made: submit, render, assemble, reconcile. It knows recipes and ports, and nothing else of
//! the world, so that one machine, Lambda functions and the tests run the same steps.

mod assemble;
mod attend;
mod cache;
mod capacity;
mod dispatch;
mod error;
mod facts;
mod handle;
mod inputs;
mod layout;
mod memory;
mod perf;
mod progress;
mod quote;
mod ready;
mod reconcile;
mod render;
pub mod report;
mod resume;
mod submit;
mod tools;
mod turn;
mod video;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::cost::Pricing;
use crate::domain::concurrency::Concurrency;
use crate::domain::task::{Place, Task};
use crate::domain::units::Size;
use crate::ports::World;
use crate::recipe::plan::Plan;
pub use attend::VISIBILITY;
pub use dispatch::{Dispatch, UNREADABLE};
pub use error::{StepError, SubmitError};
pub use facts::{FilmMeta, SpeechMeta};
pub use handle::Handled;
pub use layout::Captions;
pub use perf::Alerts;
pub use progress::{Event, Observer, Quiet};
pub use quote::refusal;

pub use reconcile::Reconciled;
pub use submit::Submitted;

/// What the pipeline is told once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where steps put their files; emptied by its owner.
    pub work: PathBuf,
    /// Cores that it may use.
    pub cores: usize,
    /// Pieces of work that its caller lets it do at once.
    pub workers: usize,
    /// At most so many encoders run at once.
    pub encoders: usize,
    /// Bytes of resident memory that the process and its children may take: no more is encoded and spoken at once than fits.
    pub memory: u64,
    /// How long a task may take from submit to its end.
    pub task_deadline: Duration,
    /// How long one step may take.
    pub step_deadline: Duration,
    /// A step that failed for a passing reason is tried so many times.
    pub attempts: u32,
    /// Whether a full disk is such a reason, as where the next attempt finds an empty one.
    pub disk_is_emptied: bool,
    /// A lease on an artifact lasts so long, unless it is renewed, as it is at a third of it: so long does a dead process
    /// keep others waiting.
    pub lease: Duration,
    /// Whether a worker looks by itself, while it works, whether its task has ended.
    pub watches: bool,
    /// What is told as too much.
    pub alerts: Alerts,
    /// The size in MB of the Lambda function that this process is.
    pub function_mb: Option<u64>,
    /// What has to be known to tell a film's cost.
    pub pricing: Pricing,
}

/// The steps, over a world.
#[derive(Clone)]
pub struct Pipeline {
    world: World,
    settings: Settings,
    capacity: Arc<capacity::Capacity>,
    flights: Arc<turn::Flights>,
    memory: Arc<memory::Memory>,
    /// Names this pipeline and its clones, among all processes, as an owner of leases.
    name: Arc<str>,
    /// Where its steps run.
    place: Place,
    /// Whether its caller lets it do one piece of work at a time, since memory is short.
    narrowed: Arc<AtomicBool>,
    dispatch: Dispatch,
    observer: Arc<dyn Observer>,
}

/// What a piece of work is done for.
#[derive(Clone)]
struct Job {
    /// The task.
    task: Arc<Task>,
    /// What it was planned to be.
    plan: Arc<Plan>,
    /// The worker's lane, for the report's chart.
    lane: u32,
    /// Set when the task was cancelled.
    cancel: CancellationToken,
    /// When the work has to have ended.
    deadline: Instant,
    /// Bytes that one of its sentences takes at most while it is spoken.
    sentence: u64,
    /// What it knows of the artifacts it needs, and which of them it holds.
    turns: Arc<turn::Turns>,
}

impl Pipeline {
    /// A pipeline over a world; `observer` is told of its progress.
    #[must_use]
    pub fn new(world: World, settings: Settings, observer: Arc<dyn Observer>) -> Self {
        let capacity = capacity::Capacity::new(settings.cores, settings.encoders, settings.memory);
        let capacity = Arc::new(capacity);
        let name: Arc<str> = format!("{}-{:016x}", std::process::id(), fastrand::u64(..)).into();
        let architecture = std::env::consts::ARCH.to_owned();
        let (device, function_mb) = ("cpu".to_owned(), settings.function_mb);
        let place = Place { worker: name.to_string(), architecture, device, function_mb, concurrency: None };
        let (dispatch, memory) = (Dispatch::from(&world), memory::Memory::new(settings.alerts, world.speech.clone()));
        let (flights, narrowed) = (Arc::default(), Arc::default());
        let memory = Arc::new(memory);
        Self { world, settings, capacity, flights, memory, name, place, narrowed, dispatch, observer }
    }

    /// The same for one piece of work: in another world over the same tasks and queue, with another folder, and with so
    /// much time.
    #[must_use]
    pub fn within(&self, world: World, work: PathBuf, step_deadline: Duration) -> Self {
        let settings = Settings { work, step_deadline, ..self.settings.clone() };
        Self { world, settings, ..self.clone() }
    }

    /// From now on one piece of work is done at a time, since memory is short, and the speech session's is given back.
    pub fn narrow(&self) {
        self.narrowed.store(true, Ordering::Relaxed);
        self.world.speech.release();
    }

    /// Where a step runs of a film with frames of that size, whose sentences take at most so many bytes.
    fn place(&self, (size, sentence): (Size, u64), device: Option<&str>) -> Place {
        let (settings, narrowed) = (&self.settings, self.narrowed.load(Ordering::Relaxed));
        let concurrency = Concurrency {
            cores: settings.cores as u32,
            memory_mb: settings.memory / 1_000_000,
            workers: if narrowed { 1 } else { settings.workers as u32 },
            encoders: self.capacity.encoders(size) as u32,
            speech: self.capacity.sentences(sentence) as u32,
            narrowed,
        };
        let device = device.unwrap_or(&self.place.device).to_owned();
        Place { device, concurrency: Some(concurrency), ..self.place.clone() }
    }

    /// What it sends, and how it ends tasks.
    #[must_use]
    pub fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// What it was told.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The world it works in.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }
}

#[cfg(test)]
mod tests;
