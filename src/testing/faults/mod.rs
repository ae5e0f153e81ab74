//! A world that dies at its n-th effect. What survives a crash is what the stores hold: build another pipeline over
//! them, and see whether it goes on.

mod making;
mod stores;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::ports::{Class, PortError, PortResult, World};

/// The code of every answer of a world that has died.
pub const CRASH: &str = "CRASH";

/// When the world dies: before the effect of that number is carried out, or after it, its answer lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Before the effect, counted from 1.
    Before(u32),
    /// After the effect, counted from 1.
    After(u32),
    /// Never.
    Never,
}

/// Counts effects, over all ports of one world.
pub struct Faults {
    crash: Crash,
    effects: AtomicU32,
}

impl Faults {
    /// A world that works in `world` and dies as told. From then on every call answers [`CRASH`].
    #[must_use]
    pub fn over(world: &World, crash: Crash) -> (World, Arc<Self>) {
        let faults = Arc::new(Self { crash, effects: AtomicU32::new(0) });
        let world = World {
            artifacts: Arc::new(stores::Artifacts { inner: world.artifacts.clone(), faults: faults.clone() }),
            tasks: Arc::new(stores::Tasks { inner: world.tasks.clone(), faults: faults.clone() }),
            queue: Arc::new(stores::Queue { inner: world.queue.clone(), faults: faults.clone() }),
            leases: Arc::new(stores::Leases { inner: world.leases.clone(), faults: faults.clone() }),
            exports: Arc::new(stores::Exports { inner: world.exports.clone(), faults: faults.clone() }),
            speech: Arc::new(making::Speech { inner: world.speech.clone(), faults: faults.clone() }),
            pictures: Arc::new(making::Pictures { inner: world.pictures.clone(), faults: faults.clone() }),
            sources: Arc::new(making::Sources { inner: world.sources.clone(), faults: faults.clone() }),
            films: Arc::new(making::Films { inner: world.films.clone(), faults: faults.clone() }),
            clock: world.clock.clone(),
        };
        (world, faults)
    }

    /// Whether the world has died.
    pub fn crashed(&self) -> bool {
        let effects = self.effects.load(Ordering::SeqCst);
        match self.crash {
            Crash::Before(n) | Crash::After(n) => effects >= n,
            Crash::Never => false,
        }
    }

    /// A call that changes nothing: it is not counted, and is answered while the world lives.
    async fn look<T>(&self, call: impl Future<Output = PortResult<T>>) -> PortResult<T> {
        if self.crashed() { Err(died()) } else { call.await }
    }

    /// A call that changes something, or that costs.
    async fn effect<T>(&self, call: impl Future<Output = PortResult<T>>) -> PortResult<T> {
        if self.crashed() {
            return Err(died());
        }
        let number = self.effects.fetch_add(1, Ordering::SeqCst) + 1;
        if self.crash == Crash::Before(number) {
            return Err(died());
        }
        let answer = call.await;
        if self.crash == Crash::After(number) { Err(died()) } else { answer }
    }
}

/// Permanent: a dead process tries nothing again.
fn died() -> PortError {
    PortError::permanent(Class::Internal, CRASH, "the process died")
}
