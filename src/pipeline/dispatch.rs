//! Which work is sent, and how a task ends without a film. It needs tasks, queue and clock alone, so that whoever looks
//! after tasks need not be able to make anything.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::{self, internal};
use super::ready::ready;
use crate::domain::task::{Message, Outcome, Task, TaskError, Work};
use crate::ports::{Class, Clock, PortError, PortResult, Queue, Tasks, World};
use crate::recipe::plan::Plan;

/// The code of a plan that another version wrote.
pub const UNREADABLE: &str = "PLAN_UNREADABLE";
/// So many plans are kept, since the messages of one task come close together.
const PLANS: usize = 4;

/// The queue's clock and ours may differ by so many milliseconds.
const CLOCKS_DIFFER: u64 = 5_000;

/// Tasks, the queue and the clock. Clones share what they read.
#[derive(Clone)]
pub struct Dispatch {
    pub(super) tasks: Arc<dyn Tasks>,
    pub(super) queue: Arc<dyn Queue>,
    pub(super) clock: Arc<dyn Clock>,
    /// The latest plans, by the task's id and when it was recorded.
    plans: Arc<Mutex<Vec<Known>>>,
}

type Known = ((String, u64), Arc<Plan>);

impl From<&World> for Dispatch {
    fn from(world: &World) -> Self {
        Self::new(world.tasks.clone(), world.queue.clone(), world.clock.clone())
    }
}

impl Dispatch {
    /// Over those stores.
    pub fn new(tasks: Arc<dyn Tasks>, queue: Arc<dyn Queue>, clock: Arc<dyn Clock>) -> Self {
        Self { tasks, queue, clock, plans: Arc::default() }
    }

    /// The plan that a task was recorded with.
    pub async fn plan_of(&self, task: &Task) -> PortResult<Arc<Plan>> {
        let name = (task.id.clone(), task.created_at);
        let known = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().iter().find(|(of, _)| *of == name).map(|(_, plan)| plan.clone());
        if let Some(plan) = found {
            return Ok(plan);
        }
        let plan = self.tasks.plan(&task.id).await?;
        let plan = plan.ok_or_else(|| internal(format!("task {} has no plan", task.id)))?;
        let unreadable = |e: serde_json::Error| {
            let message = format!(
                "the plan of task {} was written by another version of this program, and cannot be read ({e}); send its \
                 request again under another task_id",
                task.id
            );
            PortError::permanent(Class::Internal, UNREADABLE, message)
        };
        let plan = Arc::new(serde_json::from_value(plan).map_err(unreadable)?);
        let mut plans = known();
        plans.insert(0, (name, Arc::clone(&plan)));
        plans.truncate(PLANS);
        Ok(plan)
    }

    /// Sends all work of a task that can begin; for submit, resume and reconcile.
    pub(super) async fn send_ready(&self, task: &Task, plan: &Plan) -> PortResult<()> {
        let done = self.tasks.done(&task.id).await?;
        self.send(&task.id, task.tenant.as_deref(), ready(plan, &done)).await
    }

    pub(super) async fn send(&self, task: &str, tenant: Option<&str>, work: Vec<Work>) -> PortResult<()> {
        let message = |work| Message { tenant: tenant.map(str::to_owned), ..Message::new(task, work) };
        self.queue.send(&work.into_iter().map(message).collect::<Vec<_>>()).await
    }

    /// Ends a task as failed; one that has ended stays as it is. True where this call did it.
    pub async fn fail(&self, task: &str, error: TaskError) -> PortResult<bool> {
        self.tasks.advance(task, &Outcome::Failed(error), self.clock.now_ms()).await
    }

    /// Ends the task of a message that nobody could work on, after so many deliveries; not where it was sent, in
    /// milliseconds since 1970, before the task was revived. True where this call did it.
    pub async fn bury(&self, message: &Message, sent_ms: u64, deliveries: u32) -> PortResult<bool> {
        let task = self.tasks.get(&message.task).await?;
        if task.is_none_or(|task| sent_ms + CLOCKS_DIFFER < task.opened_at) {
            return Ok(false);
        }
        self.fail(&message.task, error::given_up(&message.work, deliveries)).await
    }
}
