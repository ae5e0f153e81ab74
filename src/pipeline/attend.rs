//! One delivery, from its receipt to what is told to its queue: worked on, hidden meanwhile from other workers, and
//! stopped where its task was cancelled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Handled, Pipeline};
use crate::ports::{Delivery, PortResult};

/// A message is hidden for so long from other workers, and hidden again at a third of it while it is worked on: so long
/// it takes until another worker goes on with what a dead one left.
pub const VISIBILITY: Duration = Duration::from_secs(90);

/// How often a worker looks whether its task was cancelled.
const WATCH: Duration = Duration::from_secs(10);

impl Pipeline {
    /// Works on a delivery and gives it back where it is to come again; a delivery that is done is for the caller to
    /// delete. `stop` ends the work, which is then sent as a new message.
    pub async fn attend(&self, delivery: &Delivery, lane: u32, stop: &CancellationToken) -> PortResult<Handled> {
        let queue = &self.world.queue;
        let handling = self.handle(&delivery.message, delivery.attempt, lane, stop);
        let ended = AtomicBool::new(false);
        let (task, tasks) = (&delivery.message.task, &self.world.tasks);
        // Each goes on while the others wait for an answer.
        let renewing = async {
            loop {
                tokio::time::sleep(VISIBILITY / 3).await;
                warned(queue.extend(&delivery.receipt, VISIBILITY).await);
                // Whoever looks after tasks need not send again what is worked on.
                warned(tasks.touch(task, self.world.clock.now_ms()).await);
            }
        };
        let watching = async {
            if !self.settings.watches {
                return std::future::pending().await;
            }
            loop {
                tokio::time::sleep(WATCH).await;
                let task = tasks.get(task).await;
                if matches!(&task, Ok(Some(task)) if task.status.is_terminal()) {
                    ended.store(true, Ordering::Relaxed);
                    stop.cancel();
                }
                warned(task.map(drop));
            }
        };
        let handled = tokio::select! {
            handled = handling => handled?,
            () = renewing => return Ok(Handled::Again(Duration::ZERO)),
            () = watching => return Ok(Handled::Again(Duration::ZERO)),
        };
        match handled {
            Handled::Again(after) => queue.extend(&delivery.receipt, after).await?,
            Handled::Stopped if ended.into_inner() => return Ok(Handled::Done),
            // As a new message: this delivery is not to count as one that nobody survived.
            Handled::Stopped => {
                queue.send(std::slice::from_ref(&delivery.message)).await?;
                return Ok(Handled::Done);
            }
            Handled::Done => {}
        }
        Ok(handled)
    }
}

/// What only tells others of the work does not end it: at worst another worker begins it, too.
fn warned(told: PortResult<()>) {
    if let Err(error) = told {
        tracing::warn!(code = error.code, "a message could not be kept hidden, or its task not looked at: {error}");
    }
}
