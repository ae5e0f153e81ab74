//! What can go wrong with a step or a submission.

use crate::domain::request::Faults;
use crate::domain::task::{TaskError, Work};
use crate::ports::{Class, PortError};
use crate::recipe::canonical::CanonicalError;

/// A step's failure, and which step it was.
#[derive(Debug, thiserror::Error)]
#[error("{}{error}", scene.map(|s| format!("scene {s}: ")).unwrap_or_default())]
pub struct StepError {
    /// The scene's place, from 0.
    pub scene: Option<u32>,
    /// The step's kind: `speech`, `picture`, `scene`, `film`, `poster`, `queue`, `plan`.
    pub step: &'static str,
    /// What went wrong.
    #[source]
    pub error: PortError,
}

impl StepError {
    /// As it is recorded with the task.
    #[must_use]
    pub fn record(&self) -> TaskError {
        TaskError {
            code: self.error.code.to_owned(),
            class: self.error.class.word().to_owned(),
            scene: self.scene,
            step: Some(self.step.to_owned()),
            message: self.to_string(),
            retryable: self.error.retryable,
        }
    }
}

impl From<CanonicalError> for PortError {
    fn from(error: CanonicalError) -> Self {
        Self::permanent(Class::Internal, "RECIPE", error.to_string()).because(error)
    }
}

/// The end of a task whose time was over; reviving it gives it more.
pub(super) fn out_of_time() -> TaskError {
    TaskError {
        code: "DEADLINE".to_owned(),
        class: Class::Limit.word().to_owned(),
        scene: None,
        step: None,
        message: "the task's time was over before its film was done; `resume` goes on with it".to_owned(),
        retryable: true,
    }
}

/// The end of a task whose work nobody could bring to an end: its workers died of it, or never got so far.
pub(super) fn given_up(work: &Work, deliveries: u32) -> TaskError {
    let (scene, step) = match work {
        Work::Narrate { .. } => (None, "speech"),
        Work::Render { scene } => (Some(*scene), "scene"),
        Work::Sound => (None, "soundtrack"),
        Work::Assemble => (None, "film"),
    };
    TaskError {
        code: "CRASH_LOOP".to_owned(),
        class: Class::Limit.word().to_owned(),
        scene,
        step: Some(step.to_owned()),
        message: format!("{} ended abnormally {deliveries} times, as out of memory or time does", work.step()),
        retryable: true,
    }
}

/// A defect of ours, told as one.
pub(super) fn internal(error: impl std::fmt::Display) -> PortError {
    PortError::permanent(Class::Internal, "INTERNAL", error.to_string())
}

/// Why a request was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The request is at fault.
    #[error("{0}")]
    Faults(#[from] Faults),
    /// The world is.
    #[error("{0}")]
    Port(#[from] PortError),
    /// The id is taken by another request.
    #[error("task `{0}` exists with another request; nothing was changed")]
    Conflict(String),
}

impl From<CanonicalError> for SubmitError {
    fn from(error: CanonicalError) -> Self {
        Self::Port(error.into())
    }
}
