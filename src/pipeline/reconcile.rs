//! For tasks that nobody works on: what is ready is sent again, and those past their deadline fail.

use std::time::Duration;

use super::Pipeline;
use super::dispatch::Dispatch;
use super::error::out_of_time;
use crate::ports::PortResult;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Tasks whose ready work was sent again.
    pub sent: Vec<String>,
    /// Tasks that failed for want of time.
    pub failed: Vec<String>,
}

impl Dispatch {
    /// Looks at every live task. Those without progress for `idle` get their ready work sent again.
    pub async fn reconcile(&self, idle: Duration) -> PortResult<Reconciled> {
        let mut round = Reconciled::default();
        let now = self.clock.now_ms();
        for task in self.tasks.live().await? {
            if now > task.deadline {
                if self.fail(&task.id, out_of_time()).await? {
                    round.failed.push(task.id);
                }
            } else if now.saturating_sub(task.updated_at) >= idle.as_millis() as u64 {
                match self.plan_of(&task).await {
                    Ok(plan) => {
                        self.send_ready(&task, &plan).await?;
                        round.sent.push(task.id);
                    }
                    Err(error) if error.retryable => return Err(error),
                    // Others are still looked after.
                    Err(error) => tracing::error!(task = task.id, code = error.code, "cannot be gone on with: {error}"),
                }
            }
        }
        Ok(round)
    }
}

impl Pipeline {
    /// As [`Dispatch::reconcile`].
    pub async fn reconcile(&self, idle: Duration) -> PortResult<Reconciled> {
        self.dispatch.reconcile(idle).await
    }
}
