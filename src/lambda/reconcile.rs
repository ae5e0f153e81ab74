//! Looking after tasks: those that nobody works on, those whose time is over, and those of dead letters.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Start;
use super::refusal::{Refused, refusal};
use crate::aws::metrics::{DEAD_LETTERS, Metrics, TASKS};
use crate::aws::{Letter, Letters, TaskTable};
use crate::domain::task::{Message, TaskError, is_id};
use crate::pipeline::Dispatch;
use crate::ports::{Class, Clock as _, PortResult, SystemClock};

/// A live task that nothing was done for during so long is sent again.
const IDLE: Duration = Duration::from_secs(300);
/// So many letters of each queue are looked at in one round.
const LETTERS: usize = 100;

/// Looks after tasks.
pub struct Reconciler {
    dispatch: Dispatch,
    tasks: TaskTable,
    letters: Letters,
    metrics: Metrics,
}

impl Reconciler {
    /// Over the stack's tasks and queues.
    ///
    /// # Errors
    /// Says which variable is missing.
    pub fn new(start: &Start) -> anyhow::Result<Self> {
        let stack = &start.stack;
        let (tasks, queues) = (stack.tasks()?, Arc::new(stack.queues(Duration::ZERO)?));
        let dispatch = Dispatch::new(Arc::new(tasks.clone()), queues, stack.clock.clone());
        Ok(Self { dispatch, tasks, letters: stack.letters()?, metrics: start.metrics.clone() })
    }

    /// One round, whatever the event. What fails is told, and is for the next round.
    pub async fn handle(&self) -> Value {
        let buried = self.bury().await.unwrap_or_else(|error| {
            tracing::error!(code = error.code, "dead letters were not looked at: {error}");
            0
        });
        match self.dispatch.reconcile(IDLE).await {
            Ok(round) => {
                for _ in &round.failed {
                    self.metrics.tell(TASKS, "failed", 1.0, SystemClock.now_ms());
                }
                tracing::info!(sent = ?round.sent, failed = ?round.failed, buried, "a round of looking after tasks");
                json!({"sent": round.sent, "failed": round.failed, "buried": buried})
            }
            Err(error) => {
                tracing::error!(code = error.code, "tasks were not looked after: {error}");
                json!({"error": {"code": error.code, "message": error.to_string()}, "buried": buried})
            }
        }
    }

    /// Ends the tasks of dead letters; the letters stay for whoever is to look at them.
    async fn bury(&self) -> PortResult<u32> {
        let letters = self.letters.read(LETTERS).await?;
        let mut buried = 0;
        for letter in &letters {
            match serde_json::from_str::<Message>(&letter.body) {
                Ok(message) => {
                    if self.dispatch.bury(&message, letter.deliveries).await? {
                        buried += 1;
                        self.metrics.tell(TASKS, "failed", 1.0, SystemClock.now_ms());
                        tracing::error!(
                            task = message.task,
                            code = "DEAD_LETTER",
                            "a task failed, whose message is a dead letter"
                        );
                    }
                }
                Err(_) => buried += u32::from(self.refuse(letter).await?),
            }
            self.letters.show(letter).await?;
        }
        self.metrics.tell(DEAD_LETTERS, "", letters.len() as f64, SystemClock.now_ms());
        Ok(buried)
    }

    /// Tells of a request that nobody could accept or refuse.
    async fn refuse(&self, letter: &Letter) -> PortResult<bool> {
        let named = serde_json::from_str::<Value>(&letter.body).ok();
        let named = named.as_ref().and_then(|body| body["task_id"].as_str()).filter(|id| is_id(id));
        let message = format!("the request was delivered {} times, and its workers died of it", letter.deliveries);
        let error = TaskError { class: Class::Limit.word().to_owned(), ..refusal("CRASH_LOOP", message) };
        for id in named.into_iter().chain([letter.id.as_str()]) {
            let refused = Refused { id, body: &letter.body, tenant: None };
            if refused.record(&self.tasks, &error, &self.metrics).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
