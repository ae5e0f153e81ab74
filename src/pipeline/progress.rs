//! What the pipeline tells while it works.

use std::collections::BTreeSet;

use crate::domain::task::{Outcome, StepRecord};
use crate::recipe::plan::Plan;

/// Something happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A task was planned, or is gone on with.
    Planned {
        /// The task.
        task: &'a str,
        /// Its plan.
        plan: &'a Plan,
        /// The steps that are done already, as [`Work::step`](crate::domain::task::Work::step) names them.
        done: &'a BTreeSet<String>,
    },
    /// A scene's encoding goes on.
    Frames {
        /// The task.
        task: &'a str,
        /// The scene's place, from 0.
        scene: u32,
        /// Frames so far.
        done: u32,
    },
    /// A step ended well.
    Step {
        /// The task.
        task: &'a str,
        /// What it was.
        record: &'a StepRecord,
    },
    /// A task has ended.
    Ended {
        /// The task.
        task: &'a str,
        /// How.
        outcome: &'a Outcome,
    },
    /// A step failed for a passing reason and will be tried again.
    Retry {
        /// The task.
        task: &'a str,
        /// Its code.
        code: &'static str,
        /// What went wrong.
        error: &'a str,
    },
}

/// Whoever is told of the progress; calls come from many threads and must be quick.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// Is told, and says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn event(&self, _: Event<'_>) {}
}
