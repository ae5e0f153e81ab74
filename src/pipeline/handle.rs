//! One message: done, tried again later, or the end of its task. Every delivery looks at the state anew and sends
//! what is ready, so that a worker that dies between two of its effects loses nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::ready::unlocked;
use super::{Event, Job, Pipeline, StepError, error};
use crate::domain::task::{Message, Outcome, Task, Work};
use crate::ports::{Class, PortError, PortResult};
use crate::recipe::plan::Plan;

/// The version of messages that is understood.
const VERSION: u32 = 1;
/// A message of another version is left to other workers for so long.
const TURNOVER: Duration = Duration::from_secs(60);

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It can be deleted.
    Done,
    /// It is to be delivered again after so long.
    Again(Duration),
    /// Its worker was told to stop.
    Stopped,
}

impl Pipeline {
    /// Does a message's work. `attempt` counts its deliveries from 1.
    ///
    /// # Errors
    /// Only where the stores fail, so that nothing could be recorded: the message must stay in the queue.
    pub async fn handle(
        &self,
        message: &Message,
        attempt: u32,
        lane: u32,
        cancel: &CancellationToken,
    ) -> PortResult<Handled> {
        let step = message.work.step();
        let Some(task) = self.world.tasks.begin(&message.task, &step, self.world.clock.now_ms()).await? else {
            tracing::warn!(task = message.task, "a message names a task that does not exist");
            return Ok(Handled::Done);
        };
        if task.status.is_terminal() {
            return Ok(Handled::Done);
        }
        if self.world.clock.now_ms() > task.deadline {
            self.end(&task.id, &Outcome::Failed(error::out_of_time())).await?;
            return Ok(Handled::Done);
        }
        if attempt > self.settings.attempts {
            // Every attempt that ended by itself was answered; so these died.
            self.end(&task.id, &Outcome::Failed(error::given_up(&message.work, attempt - 1))).await?;
            tracing::error!(task = task.id, step, code = "CRASH_LOOP", "the work ended abnormally too often");
            return Ok(Handled::Done);
        }
        if message.v != VERSION {
            return self.failed(&task.id, attempt, skew(message)).await;
        }
        let plan = match self.dispatch.plan_of(&task).await {
            Ok(plan) => plan,
            Err(error) => {
                return self.failed(&task.id, attempt, StepError { scene: None, step: "plan", error }).await;
            }
        };
        if !plan.has(&message.work) {
            tracing::warn!(
                task = task.id,
                step,
                code = "UNKNOWN_STEP",
                "a message names a step that the plan does not have"
            );
            return Ok(Handled::Done);
        }
        let left = Duration::from_millis(task.deadline.saturating_sub(self.world.clock.now_ms()));
        let job = self.job(task, plan, lane, cancel.clone(), left);
        match self.holding(&job, self.work(&job, &message.work)).await {
            Ok(()) => Ok(Handled::Done),
            Err(failure) => self.failed(&job.task.id, attempt, failure).await,
        }
    }

    async fn work(&self, job: &Job, work: &Work) -> Result<(), StepError> {
        match work {
            Work::Narrate { run } => self.narrate(job, *run).await?,
            Work::Render { scene } => self.render(job, *scene).await?,
            Work::Sound => self.sound(job).await?,
            Work::Assemble => return self.assemble(job).await,
        }
        self.mark_and_send(job, work).await.map_err(|error| StepError { scene: None, step: "queue", error })
    }

    /// Marks, then recounts, then sends: in that order, whoever dies in between.
    async fn mark_and_send(&self, job: &Job, work: &Work) -> PortResult<()> {
        let done = self.world.tasks.mark(&job.task.id, &work.step(), self.world.clock.now_ms()).await?;
        let next = unlocked(&job.plan, &done, work);
        if next.is_empty() {
            return Ok(());
        }
        self.dispatch.send(&job.task.id, job.task.tenant.as_deref(), next).await
    }

    /// What becomes of a message whose work failed, and of its task.
    async fn failed(&self, task: &str, attempt: u32, failure: StepError) -> PortResult<Handled> {
        if failure.error.class == Class::Cancelled {
            return Ok(Handled::Stopped);
        }
        let (step, code, message) = (failure.step, failure.error.code, failure.to_string());
        // Files of this step's own could not be written or read; the next attempt finds another disk, or another process.
        let emptied = matches!(code, "DISK_FULL" | "IO") && self.settings.disk_is_emptied;
        if (failure.error.retryable || emptied) && attempt < self.settings.attempts {
            self.observer.event(Event::Retry { task, code, error: &message });
            tracing::warn!(task, step, code, "to be tried again: {message}");
            let backoff = Duration::from_millis(500 << attempt.min(6));
            return Ok(Handled::Again(failure.error.retry_after.unwrap_or(backoff)));
        }
        self.end(task, &Outcome::Failed(failure.record())).await?;
        tracing::error!(task, step, code, "the task failed: {message}");
        Ok(Handled::Done)
    }

    /// Ends a task, and tells so where it had not ended before; whether it had not.
    pub(super) async fn end(&self, task: &str, outcome: &Outcome) -> PortResult<bool> {
        let ended = self.world.tasks.advance(task, outcome, self.world.clock.now_ms()).await?;
        if ended {
            self.observer.event(Event::Ended { task, outcome });
        }
        Ok(ended)
    }

    /// Work for a task that has so much time left.
    pub(super) fn job(&self, task: Task, plan: Arc<Plan>, lane: u32, cancel: CancellationToken, left: Duration) -> Job {
        let deadline = Instant::now() + left.min(self.settings.step_deadline);
        let sentence = self.sentence_bytes(&plan);
        Job { task: Arc::new(task), plan, lane, cancel, deadline, sentence, turns: Arc::default() }
    }
}

/// A message that another version of this program sent. While a fleet is being replaced, a newer worker may get it.
fn skew(message: &Message) -> StepError {
    let found = format!("a message of version {} came; this worker understands version {VERSION}", message.v);
    let error = PortError::transient(Class::Internal, "VERSION_SKEW", found);
    StepError { scene: None, step: "queue", error: PortError { retry_after: Some(TURNOVER), ..error } }
}
