//! Requests that did not become tasks: each is told in an item of a task that has no plan.

use serde_json::Value;

use crate::aws::TaskTable;
use crate::aws::metrics::{Metrics, TASKS};
use crate::domain::task::{Task, TaskError};
use crate::ports::{Clock as _, NewTask, PortResult, SystemClock};
use crate::recipe::Digest;

/// A request, as its message brought it.
pub(super) struct Refused<'a> {
    /// The id under which it is told.
    pub(super) id: &'a str,
    /// The message's body.
    pub(super) body: &'a str,
    /// On whose behalf it came.
    pub(super) tenant: Option<&'a str>,
}

impl Refused<'_> {
    /// Records the refusal; false where a task of another request has that id.
    pub(super) async fn record(&self, tasks: &TaskTable, error: &TaskError, metrics: &Metrics) -> PortResult<bool> {
        let now = SystemClock.now_ms();
        let task = NewTask {
            id: self.id.to_owned(),
            request_sha256: Digest::of(self.body),
            request: Value::Null,
            plan: Value::Null,
            tenant: self.tenant.map(str::to_owned),
            scenes: 0,
            steps: 0,
            deadline: now,
            now,
        };
        if !tasks.refuse(&task, error).await? {
            return Ok(false);
        }
        // What was wrong with a request may quote it, and stands in the item alone.
        tracing::error!(task = self.id, code = error.code, "a request was refused; the task's item says why");
        metrics.tell(TASKS, "failed", 1.0, now);
        Ok(true)
    }
}

/// A refusal for the request's own sake.
pub(super) fn refusal(code: &str, message: String) -> TaskError {
    TaskError {
        code: code.to_owned(),
        class: "request".to_owned(),
        scene: None,
        step: Some(Task::SUBMIT.to_owned()),
        message,
        retryable: false,
    }
}
