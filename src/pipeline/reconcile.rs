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
    /// Looks at every live task. Those without progress for `idle` get their ready work sent again; those that nobody has
    /// begun, less and less often. A task that cannot be helped does not keep others from it.
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
        } else if now.saturating_sub(task.updated_at) >= patience_ms(task, idle) {
            let plan = self.plan_of(task).await?;
            // What waits in a long queue is not sent again in every round, nor by everybody who looks.
            if !self.tasks.touch(&task.id, task.updated_at, now).await? {
                return Ok(());
            }
            self.send_ready(task, &plan).await?;
            round.sent.push(task.id.clone());
        }
        Ok(())
    }
}

/// How long a task may be without progress before its work is sent again, in milliseconds. What nobody has begun waits
/// behind others in the queue, most likely: each time as long again as it has waited, or else a queue that takes hours
/// would be filled with copies of what is in it.
fn patience_ms(task: &Task, idle: Duration) -> u64 {
    let waited = if task.started_at.is_none() { task.updated_at.saturating_sub(task.created_at) } else { 0 };
    waited.max(idle.as_millis() as u64)
}

impl Pipeline {
    /// As [`Dispatch::reconcile`].
    pub async fn reconcile(&self, idle: Duration) -> PortResult<Reconciled> {
        self.dispatch.reconcile(idle).await
    }
}
