//! A request becomes a task: validated, its sources pinned, its film planned, its first messages sent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::Pipeline;
use super::error::{SubmitError, internal};
use super::ready::ready;
use crate::domain::film::FilmSpec;
use crate::domain::request::{Draft, Fault, Faults, Warning};
use crate::domain::task::{Outcome, StepRecord, TaskError, Work};
use crate::ports::{Created, NewTask, PortResult, process_time};
use crate::recipe::Digest;
use crate::recipe::plan::Plan;
use crate::recipe::steps::Recipe as _;
use crate::telemetry::resident_bytes;

/// The request as it is recorded, and its digest, by which the same request is known again.
fn as_sent(draft: &Draft) -> PortResult<(Value, Digest)> {
    let value = serde_json::to_value(draft.request()).map_err(internal)?;
    let sha256 = Digest::of(value.to_string());
    Ok((value, sha256))
}

/// A request that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
    /// The task's id.
    pub task: String,
    /// Its plan.
    pub plan: Arc<Plan>,
    /// What of the request has no effect.
    pub warnings: Vec<Warning>,
    /// Whether it is new; otherwise the same request came under the same id before.
    pub new: bool,
}

impl Pipeline {
    /// Plans a request without recording a task. Pictures that it points at are fetched and kept, under their digest.
    pub async fn plan(&self, draft: &Draft) -> Result<Plan, SubmitError> {
        let spec = FilmSpec::resolve(draft.request()).map_err(|e| Faults::new(vec![Fault::new("", e)]))?;
        let inputs = self.inputs(&spec, draft.faults()).await?;
        Ok(Plan::new(&spec, &inputs)?)
    }

    /// The same, with what planning took. Nothing else is done meanwhile by whoever accepts requests, so that the process's
    /// time is that of planning.
    async fn planned(&self, draft: &Draft) -> Result<Plan, SubmitError> {
        let (began, began_at, before) = (Instant::now(), self.world.clock.now_ms(), process_time());
        let plan = self.plan(draft).await?;
        let planning = StepRecord {
            kind: "plan".to_owned(),
            reason: "new request".to_owned(),
            began_at,
            wall_ms: began.elapsed().as_millis() as u64,
            processor_ms: process_time().saturating_sub(before).as_millis() as u64,
            memory_bytes: resident_bytes(),
            place: self.place((plan.size, self.sentence_bytes(&plan)), None),
            ..StepRecord::default()
        };
        Ok(Plan { planning: Some(planning), ..plan })
    }

    /// Ends the task that a request became, where its submission broke off after that. False where there is no such task,
    /// or where it had ended before: then the failure is to be told elsewhere.
    pub async fn give_up(&self, draft: &Draft, id: &str, error: &TaskError) -> PortResult<bool> {
        let (_, sha256) = as_sent(draft)?;
        match self.world.tasks.get(id).await? {
            Some(task) if task.request_sha256 == sha256.to_string() => {
                self.end(id, &Outcome::Failed(error.clone())).await
            }
            _ => Ok(false),
        }
    }

    /// Accepts a request under an id: its own `task_id`, or else `id`.
    pub async fn submit(&self, draft: &Draft, id: &str) -> Result<Submitted, SubmitError> {
        self.submit_for(draft, id, None).await
    }

    /// The same on a tenant's behalf.
    pub async fn submit_for(&self, draft: &Draft, id: &str, tenant: Option<&str>) -> Result<Submitted, SubmitError> {
        let request = draft.request();
        let id = request.task_id.clone().unwrap_or_else(|| id.to_owned());
        let (as_sent, sha256) = as_sent(draft)?;
        if draft.faults().is_empty()
            && let Some(task) = self.world.tasks.get(&id).await?.filter(|task| !task.is_refusal())
        {
            if task.request_sha256 != sha256.to_string() {
                return Err(SubmitError::Conflict(id));
            }
            let plan = self.dispatch.plan_of(&task).await?;
            if self.is_lost(&task, &plan).await? {
                self.open_again(&task, &plan).await?;
            } else if !task.status.is_terminal() {
                self.tell(&id, &plan).await?;
                self.dispatch.send_ready(&task, &plan).await?;
            }
            return Ok(Submitted { task: id, plan, warnings: request.warnings(), new: false });
        }
        let plan = Arc::new(self.planned(draft).await?);
        self.afford(&plan, request.max_cost).await?;
        let now = self.world.clock.now_ms();
        let task = NewTask {
            id: id.clone(),
            request_sha256: sha256,
            request: as_sent,
            plan: serde_json::to_value(&*plan).map_err(internal)?,
            tenant: tenant.map(str::to_owned),
            scenes: plan.scenes.len() as u32,
            steps: plan.steps(),
            deadline: self.deadline_from(now),
            now,
        };
        let new = match self.world.tasks.create(&task).await? {
            Created::New => true,
            Created::Same => false,
            Created::Conflict => return Err(SubmitError::Conflict(id)),
        };
        self.tell(&id, &plan).await?;
        // A film that is there needs no scenes, nor what they were made from.
        if self.world.artifacts.find(&plan.film.id()?).await?.is_some() {
            self.dispatch.send(&id, tenant, vec![Work::Assemble]).await?;
        } else {
            let done = if new { BTreeSet::new() } else { self.world.tasks.done(&id).await? };
            self.dispatch.send(&id, tenant, ready(&plan, &done)).await?;
        }
        Ok(Submitted { task: id, plan, warnings: request.warnings(), new })
    }
}
