//! For tasks that nobody works on: what is ready is sent again, and those past their deadline fail.

use std::time::Duration;

use super::Pipeline;
use super::error::out_of_time;
use crate::domain::task::Outcome;
use crate::ports::PortResult;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Tasks whose ready work was sent again.
    pub sent: Vec<String>,
    /// Tasks that failed for want of time.
    pub failed: Vec<String>,
}

impl Pipeline {
    /// Looks at every live task. Those without progress for `idle` get their ready work sent again.
    pub async fn reconcile(&self, idle: Duration) -> PortResult<Reconciled> {
        let mut round = Reconciled::default();
        let now = self.world.clock.now_ms();
        for task in self.world.tasks.live().await? {
            if now > task.deadline {
                self.world.tasks.advance(&task.id, &Outcome::Failed(out_of_time()), now).await?;
                round.failed.push(task.id);
            } else if now.saturating_sub(task.updated_at) >= idle.as_millis() as u64
                && let Some(plan) = self.plan_of(&task.id).await?
            {
                self.send_ready(&task.id, &plan).await?;
                round.sent.push(task.id);
            }
        }
        Ok(round)
    }
}
