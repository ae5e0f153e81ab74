//! Looking after tasks: those that nobody works on, those whose time is over, and those of dead letters.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Start;
use super::refusal::{Refused, refusal};
use crate::aws::metrics::{DEAD_LETTERS, Metrics, TASKS};
use crate::aws::{Letter, Letters, TaskTable};
use crate::domain::task::{Message, TaskError, is_id};
use crate::pipeline::{Dispatch, Reconciled};
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

    /// One round, whatever the event.
    ///
    /// # Errors
    /// Where a part of it failed, after all others were done: so that the function counts as failed, and somebody is told.
    pub async fn handle(&self) -> anyhow::Result<Value> {
        let (buried, mut broken) = self.bury().await;
        let round = self.dispatch.reconcile(IDLE).await.unwrap_or_else(|error| {
            tracing::error!(code = error.code, "tasks were not looked after: {error}");
            broken += 1;
            Reconciled::default()
        });
        for _ in &round.failed {
            self.metrics.tell(TASKS, "failed", 1.0, SystemClock.now_ms());
        }
        let (sent, failed) = (&round.sent, &round.failed);
        tracing::info!(?sent, ?failed, buried, broken, "a round of looking after tasks");
        broken += round.broken.len();
        anyhow::ensure!(broken == 0, "{broken} tasks, letters or queues could not be looked after; the log says why");
        Ok(json!({"sent": sent, "failed": failed, "buried": buried}))
    }

    /// Ends the tasks of dead letters; the letters stay for whoever is to look at them. How many it ended, and how many
    /// queues and letters could not be looked at.
    async fn bury(&self) -> (u32, usize) {
        let (mut all, mut buried, mut broken) = (0, 0, 0);
        for letters in self.letters.each(LETTERS).await {
            let letters = letters.unwrap_or_else(|error| {
                tracing::error!(code = error.code, "dead letters were not looked at: {error}");
                broken += 1;
                Vec::new()
            });
            all += letters.len();
            for letter in &letters {
                match self.bury_one(letter).await {
                    Ok(ended) => buried += u32::from(ended),
                    Err(error) => {
                        let (id, code) = (&letter.id, error.code);
                        tracing::error!(id, code, "a dead letter could not be looked after: {error}");
                        broken += 1;
                    }
                }
            }
        }
        self.metrics.tell(DEAD_LETTERS, "", all as f64, SystemClock.now_ms());
        (buried, broken)
    }

    async fn bury_one(&self, letter: &Letter) -> PortResult<bool> {
        let ended = match serde_json::from_str::<Message>(&letter.body) {
            Ok(message) => {
                let ended = self.dispatch.bury(&message, letter.sent_ms, letter.deliveries).await?;
                if ended {
                    self.metrics.tell(TASKS, "failed", 1.0, SystemClock.now_ms());
                    let task = &message.task;
                    tracing::error!(task, code = "DEAD_LETTER", "a task failed, whose message is a dead letter");
                }
                ended
            }
            Err(_) => self.refuse(letter).await?,
        };
        self.letters.show(letter).await?;
        Ok(ended)
    }

    /// Tells of a request that nobody could accept or refuse.
    async fn refuse(&self, letter: &Letter) -> PortResult<bool> {
        let named = serde_json::from_str::<Value>(&letter.body).ok();
        let named = named.as_ref().and_then(|body| body["task_id"].as_str()).filter(|id| is_id(id));
        let message = format!("the request was delivered {} times, and its workers died of it", letter.deliveries);
        let error = TaskError { class: Class::Limit.word().to_owned(), ..refusal("CRASH_LOOP", message) };
        for id in named.into_iter().chain([letter.id.as_str()]) {
            let refused = Refused { id, body: &letter.body, tenant: letter.group.as_deref() };
            if refused.record(&self.tasks, &error, &self.metrics).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
