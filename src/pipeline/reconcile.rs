//! For tasks that nobody works on: what is ready is sent again, and those past their deadline fail.

use std::time::Duration;

use super::Pipeline;
use super::dispatch::Dispatch;
use super::error::out_of_time;
use crate::domain::task::Task;
use crate::ports::PortResult;

/// What a round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Tasks whose ready work was sent again.
    pub sent: Vec<String>,
    /// Tasks that failed for want of time.
    pub failed: Vec<String>,
    /// Tasks for which nothing could be done.
    pub broken: Vec<String>,
}

impl Dispatch {
    /// Looks at every live task. Those without progress for `idle` get their ready work sent again, and then each time
    /// that they have waited twice as long: what merely waits in a long queue is not to make it longer. A task that cannot
    /// be helped does not keep others from it.
    pub async fn reconcile(&self, idle: Duration) -> PortResult<Reconciled> {
        let mut round = Reconciled::default();
        for task in self.tasks.live().await? {
            if let Err(error) = self.look_after(&task, idle, &mut round).await {
                tracing::error!(task = task.id, code = error.code, "a task could not be looked after: {error}");
                round.broken.push(task.id);
            }
        }
        Ok(round)
    }

    async fn look_after(&self, task: &Task, idle: Duration, round: &mut Reconciled) -> PortResult<()> {
        let now = self.clock.now_ms();
        if now > task.deadline {
            if self.fail(&task.id, out_of_time()).await? {
                round.failed.push(task.id.clone());
            }
        } else if now >= due(task, idle.as_millis() as u64) {
            let plan = self.plan_of(task).await?;
            // Of all who look at the same time, one sends.
            if self.tasks.resend(&task.id, task.resent_at, now).await? {
                self.send_ready(task, &plan).await?;
                round.sent.push(task.id.clone());
            }
        }
        Ok(())
    }
}

/// When a task's ready work is to be sent again, in milliseconds since 1970, where nothing is done for it until then.
fn due(task: &Task, idle: u64) -> u64 {
    let again = task.resent_at.filter(|again| *again > task.updated_at);
    let from = again.unwrap_or(task.updated_at);
    from + idle.max(from - task.updated_at)
}

impl Pipeline {
    /// As [`Dispatch::reconcile`].
    pub async fn reconcile(&self, idle: Duration) -> PortResult<Reconciled> {
        self.dispatch.reconcile(idle).await
    }
}
