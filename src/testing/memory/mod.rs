//! The store ports in memory, deterministic, on a clock that is set by hand or follows tokio's.

mod artifacts;
mod clock;
mod leases;
mod queue;
mod tasks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ports::{Films, InCache, Pictures, Sources, Speech, World};
pub use artifacts::MemoryArtifacts;
pub use clock::ManualClock;
pub use leases::MemoryLeases;
pub use queue::{MemoryQueue, Order};
pub use tasks::MemoryTasks;

/// All stores, which outlive the pipelines that work on them.
#[derive(Clone)]
pub struct Memory {
    /// The time of day.
    pub clock: Arc<ManualClock>,
    /// Where artifacts lie.
    pub artifacts: Arc<MemoryArtifacts>,
    /// Where tasks are recorded.
    pub tasks: Arc<MemoryTasks>,
    /// What is to be done next.
    pub queue: Arc<MemoryQueue>,
    /// Who makes what.
    pub leases: Arc<MemoryLeases>,
}

impl Default for Memory {
    /// Empty stores whose queue delivers every message once, the oldest first.
    fn default() -> Self {
        Self::new(Order::default(), 1)
    }
}

impl Memory {
    /// Empty stores whose queue delivers in that order, and every message `copies` times.
    #[must_use]
    pub fn new(order: Order, copies: usize) -> Self {
        Self::on(Arc::new(ManualClock::default()), order, copies)
    }

    /// The same on that clock.
    #[must_use]
    pub fn on(clock: Arc<ManualClock>, order: Order, copies: usize) -> Self {
        Self {
            artifacts: Arc::new(MemoryArtifacts::new(clock.clone())),
            tasks: Arc::new(MemoryTasks::new(clock.clone())),
            queue: Arc::new(MemoryQueue::new(clock.clone(), order, copies)),
            leases: Arc::new(MemoryLeases::new(clock.clone())),
            clock,
        }
    }

    /// A world of these stores and those makers.
    #[must_use]
    pub fn world<M>(&self, makers: &Arc<M>) -> World
    where
        M: Speech + Pictures + Sources + Films + 'static,
    {
        World {
            artifacts: self.artifacts.clone(),
            tasks: self.tasks.clone(),
            queue: self.queue.clone(),
            leases: self.leases.clone(),
            exports: Arc::new(InCache),
            speech: makers.clone(),
            pictures: makers.clone(),
            sources: makers.clone(),
            films: makers.clone(),
            clock: self.clock.clone(),
        }
    }
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
