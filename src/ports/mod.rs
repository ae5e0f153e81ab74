//! What the pipeline needs of the world: a few small traits, and the error they share.

mod clock;
mod error;
mod making;
mod stores;
mod used;

use std::sync::Arc;

pub use clock::SystemClock;
pub use error::{Class, PortError, PortResult};
pub use making::{
    FilmFacts, FilmJob, Films, Pictures, Placed, SceneJob, SoundtrackFacts, SoundtrackJob, Sources, Speech, Spoken,
    StepContext, Voice,
};
pub use stores::{
    Artifacts, Body, Clock, Created, Delivery, Export, Exports, InCache, Leases, Listed, Meta, NewTask, Queue, Tasks,
};
pub use used::{Usage, Used, process_time};

/// All that the pipeline works with.
#[derive(Clone)]
pub struct World {
    /// Where artifacts lie.
    pub artifacts: Arc<dyn Artifacts>,
    /// Where tasks are recorded.
    pub tasks: Arc<dyn Tasks>,
    /// What is to be done next.
    pub queue: Arc<dyn Queue>,
    /// Who makes what, so that it is made once.
    pub leases: Arc<dyn Leases>,
    /// Where finished films are put.
    pub exports: Arc<dyn Exports>,
    /// Sound from text.
    pub speech: Arc<dyn Speech>,
    /// Pictures from prompts.
    pub pictures: Arc<dyn Pictures>,
    /// What users point at.
    pub sources: Arc<dyn Sources>,
    /// Films from pictures and sound.
    pub films: Arc<dyn Films>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}
