//! Going on with a task that was killed, cancelled or failed.

use super::Pipeline;
use crate::ports::PortResult;
use crate::recipe::plan::Plan;

impl Pipeline {
    /// Goes on with a task: it has as much time as a new one, and what is ready is sent.
    pub async fn resume(&self, task: &str, plan: &Plan) -> PortResult<()> {
        let now = self.world.clock.now_ms();
        self.world.tasks.revive(task, self.deadline_from(now), now).await?;
        self.send_ready(task, plan).await
    }

    /// When a task must have ended that begins, or is gone on with, now.
    pub(super) fn deadline_from(&self, now: u64) -> u64 {
        now + self.settings.task_deadline.as_millis() as u64
    }
}
