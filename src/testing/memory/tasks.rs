//! Tasks in memory, with a history of all their changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;

use super::{ManualClock, locked};
use crate::domain::task::{Outcome, Status, StepRecord, Task};
use crate::ports::{Clock as _, Created, NewTask, PortResult, Tasks};

/// Tasks in memory.
#[derive(Default)]
pub struct MemoryTasks {
    clock: Arc<ManualClock>,
    state: Mutex<BTreeMap<String, Kept>>,
}

struct Kept {
    task: Task,
    request: Value,
    plan: Value,
    done: BTreeSet<String>,
    records: Vec<StepRecord>,
    history: Vec<Status>,
}

impl MemoryTasks {
    /// An empty store.
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Every status that the task had, in order.
    pub fn history(&self, id: &str) -> Vec<Status> {
        locked(&self.state).get(id).map(|kept| kept.history.clone()).unwrap_or_default()
    }

    /// Changes a task that is there, and the time of its last change; else the default.
    fn change<T: Default>(&self, id: &str, now: u64, change: impl FnOnce(&mut Kept) -> T) -> T {
        let mut state = locked(&self.state);
        let Some(kept) = state.get_mut(id) else { return T::default() };
        kept.task.updated_at = kept.task.updated_at.max(now);
        change(kept)
    }

    /// Reads a task that is there; else the default.
    fn read<T: Default>(&self, id: &str, read: impl FnOnce(&Kept) -> T) -> T {
        locked(&self.state).get(id).map(read).unwrap_or_default()
    }

    fn all(&self, keep: impl Fn(&Task) -> bool) -> Vec<Task> {
        locked(&self.state).values().map(|kept| kept.task.clone()).filter(keep).collect()
    }
}

impl Kept {
    fn advance(&mut self, outcome: &Outcome, now: u64) -> bool {
        let (from, to) = (self.task.status, outcome.status());
        let forward = !from.is_terminal() && (to.is_terminal() || from == Status::Queued);
        if !forward {
            return false;
        }
        self.task.status = to;
        self.history.push(to);
        match outcome {
            Outcome::Started => self.task.started_at = self.task.started_at.or(Some(now)),
            Outcome::Finished(result) => self.task.result = Some(result.clone()),
            Outcome::Failed(error) => self.task.error = Some(error.clone()),
            Outcome::Cancelled => {}
        }
        if to.is_terminal() {
            self.task.finished_at = Some(now);
        }
        true
    }

    fn revive(&mut self, deadline: u64, now: u64) -> bool {
        let task = &mut self.task;
        (task.deadline, task.opened_at) = (deadline, now);
        if task.status.is_terminal() {
            (task.status, task.finished_at, task.error, task.result) = (Status::Queued, None, None, None);
            self.history.push(Status::Queued);
        }
        true
    }
}

#[async_trait]
impl Tasks for MemoryTasks {
    async fn create(&self, new: &NewTask) -> PortResult<Created> {
        let mut state = locked(&self.state);
        let request_sha256 = new.request_sha256.to_string();
        if let Some(there) = state.get(&new.id) {
            let same = there.task.request_sha256 == request_sha256;
            return Ok(if same { Created::Same } else { Created::Conflict });
        }
        let task = Task {
            id: new.id.clone(),
            request_sha256,
            tenant: new.tenant.clone(),
            status: Status::Queued,
            created_at: new.now,
            opened_at: new.now,
            updated_at: new.now,
            resent_at: None,
            started_at: None,
            finished_at: None,
            deadline: new.deadline,
            error: None,
            result: None,
        };
        let (request, plan, history) = (new.request.clone(), new.plan.clone(), vec![Status::Queued]);
        state.insert(new.id.clone(), Kept { task, request, plan, done: BTreeSet::new(), records: Vec::new(), history });
        Ok(Created::New)
    }

    async fn get(&self, id: &str) -> PortResult<Option<Task>> {
        Ok(self.read(id, |kept| Some(kept.task.clone())))
    }

    async fn request(&self, id: &str) -> PortResult<Option<Value>> {
        Ok(self.read(id, |kept| Some(kept.request.clone())))
    }

    async fn plan(&self, id: &str) -> PortResult<Option<Value>> {
        Ok(self.read(id, |kept| Some(kept.plan.clone())))
    }

    async fn begin(&self, id: &str, _: &str, now: u64) -> PortResult<Option<Task>> {
        if self.read(id, |kept| !kept.task.status.is_terminal()) {
            self.change(id, now, |kept| kept.advance(&Outcome::Started, now));
        }
        self.get(id).await
    }

    async fn advance(&self, id: &str, outcome: &Outcome, now: u64) -> PortResult<bool> {
        Ok(self.change(id, now, |kept| kept.advance(outcome, now)))
    }

    async fn revive(&self, id: &str, deadline: u64, now: u64) -> PortResult<bool> {
        Ok(self.change(id, now, |kept| kept.revive(deadline, now)))
    }

    async fn touch(&self, id: &str, now: u64) -> PortResult<()> {
        if self.read(id, |kept| !kept.task.status.is_terminal()) {
            self.change(id, now, |_| ());
        }
        Ok(())
    }

    async fn resend(&self, id: &str, resent: Option<u64>, now: u64) -> PortResult<bool> {
        let resend = |kept: &mut Kept| {
            let free = kept.task.resent_at == resent && !kept.task.status.is_terminal();
            if free {
                kept.task.resent_at = Some(now);
            }
            free
        };
        Ok(self.change(id, 0, resend))
    }

    async fn mark(&self, id: &str, step: &str, now: u64) -> PortResult<BTreeSet<String>> {
        let mark = |kept: &mut Kept| {
            kept.done.insert(step.to_owned());
            kept.done.clone()
        };
        Ok(self.change(id, now, mark))
    }

    async fn unmark(&self, id: &str, step: &str, now: u64) -> PortResult<()> {
        self.change(id, now, |kept| kept.done.remove(step));
        Ok(())
    }

    async fn done(&self, id: &str) -> PortResult<BTreeSet<String>> {
        Ok(self.read(id, |kept| kept.done.clone()))
    }

    async fn record(&self, id: &str, record: &StepRecord) -> PortResult<()> {
        self.change(id, self.clock.now_ms(), |kept| kept.records.push(record.clone()));
        Ok(())
    }

    async fn records(&self, id: &str) -> PortResult<Vec<StepRecord>> {
        Ok(self.read(id, |kept| kept.records.clone()))
    }

    async fn recent(&self, limit: usize) -> PortResult<Vec<Task>> {
        let mut tasks = self.all(|_| true);
        tasks.sort_by_key(|task| std::cmp::Reverse(task.created_at));
        tasks.truncate(limit);
        Ok(tasks)
    }

    async fn live(&self) -> PortResult<Vec<Task>> {
        let mut tasks = self.all(|task| !task.status.is_terminal());
        tasks.sort_by_key(|task| task.created_at);
        Ok(tasks)
    }
}
