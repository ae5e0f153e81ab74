//! Requests: each becomes a task, or is told as refused in a task's item of its own.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::Start;
use super::event::{self, Record};
use super::meter::Meter;
use super::refusal::{Refused, refusal};
use crate::aws::metrics::{Metrics, REFUSED, TASKS};
use crate::aws::{BucketSources, Queues, TaskTable, WorkQueue};
use crate::domain::request::{Draft, Origin};
use crate::domain::task::{TaskError, is_id};
use crate::makers::{self, Makers};
use crate::pipeline::{SubmitError, VISIBILITY};
use crate::ports::{Class, Clock as _, PortError, PortResult, Queue as _, SystemClock};
use crate::work;
use crate::workshop::{ATTEMPTS, Workshop};

/// A request may have so many bytes.
const MOST_BYTES: u64 = 4 << 20;
/// A request that met a passing failure comes again after so long, and later each time.
const AGAIN: Duration = Duration::from_secs(5);

/// Accepts requests.
pub struct Submitter {
    workshop: Workshop,
    queues: Queues,
    tasks: TaskTable,
    requests: BucketSources,
    meter: Arc<Meter>,
    metrics: Metrics,
    work: TempDir,
}

/// What became of a message.
enum Accepted {
    Task,
    /// Under the id that the request names itself.
    Refused(TaskError, Option<String>),
    Again(PortError, Option<String>),
}

impl Submitter {
    /// A submitter with the installed makers.
    ///
    /// # Errors
    /// Says which variable or installed file is missing.
    pub fn new(start: &Start) -> anyhow::Result<Self> {
        Self::with(start, Makers::installed(&start.config, makers::speech(&start.config))?)
    }

    /// A submitter with those makers.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(start: &Start, makers: Makers) -> anyhow::Result<Self> {
        let (config, stack) = (&start.config, &start.stack);
        let requests = BucketSources::new(&stack.clients, stack.input_buckets()?, makers::sources(config, None));
        let (meter, work) = (Arc::new(Meter::new(start)), work::folder_alone()?);
        let (sources, settings) = (Arc::new(requests.clone()), Workshop::settings(config, work.path()));
        let workshop = Workshop::new(config, stack, makers, Some(sources), settings, meter.clone(), Duration::ZERO)?;
        let queues = stack.queues(Duration::ZERO)?.and_requests(stack.requests()?);
        Ok(Self { workshop, queues, tasks: stack.tasks()?, requests, meter, metrics: start.metrics.clone(), work })
    }

    /// Accepts an event's requests until `left` is over.
    ///
    /// # Errors
    /// Where the event is not one of SQS.
    pub async fn handle(&self, event: Value, left: Duration) -> anyhow::Result<Value> {
        let _billed = self.meter.billed();
        event::each(event, async |record: &Record| self.record(record, left).await).await
    }

    /// Accepts one request, or refuses it; false where it is to come again.
    async fn record(&self, record: &Record, left: Duration) -> bool {
        work::empty(self.work.path());
        let receipt = Queues::receipt(WorkQueue::Requests, &record.receipt_handle);
        // The queue hides it for six times this function's time; a function that dies should not hold it up so long.
        self.put_off(&receipt, VISIBILITY).await;
        let accepted = tokio::time::timeout(left, self.accept(record, left)).await;
        let accepted = accepted.unwrap_or_else(|_| Accepted::Again(out_of_time(), None));
        let (error, named) = match accepted {
            Accepted::Task => return true,
            Accepted::Again(error, _) if record.attempt() < ATTEMPTS => {
                tracing::warn!(id = record.message_id, code = error.code, "a request is tried again: {error}");
                self.put_off(&receipt, AGAIN * record.attempt()).await;
                return false;
            }
            Accepted::Again(error, named) => (of_port(&error), named),
            Accepted::Refused(error, named) => (error, named),
        };
        self.metrics.tell(REFUSED, &error.code, 1.0, SystemClock.now_ms());
        match self.refuse(record, named, &error).await {
            Ok(()) => true,
            Err(unrecorded) => {
                let (id, code) = (&record.message_id, unrecorded.code);
                tracing::error!(
                    id,
                    code,
                    "a request was refused ({}), which could not be recorded: {unrecorded}",
                    error.code
                );
                false
            }
        }
    }

    async fn put_off(&self, receipt: &str, after: Duration) {
        if let Err(error) = self.queues.extend(receipt, after).await {
            tracing::warn!(code = error.code, "a message was not put off: {error}");
        }
    }

    async fn accept(&self, record: &Record, left: Duration) -> Accepted {
        let text = match self.text(record).await {
            Ok(text) => text,
            Err(error) if error.retryable => return Accepted::Again(error, None),
            Err(error) => return Accepted::Refused(of_port(&error), None),
        };
        let draft = Draft::read(&text, Origin::Remote);
        let named = draft.request().task_id.clone().filter(|id| is_id(id));
        let id = named.clone().unwrap_or_else(|| record.message_id.clone());
        let bench = match self.workshop.bench(&id, self.work.path().to_owned(), left) {
            Ok(bench) => bench,
            Err(error) => return Accepted::Refused(of_port(&error), named),
        };
        let submitted = bench.pipeline.submit_for(&draft, &id, record.tenant()).await;
        bench.settle().await;
        match submitted {
            Ok(submitted) => {
                let task = &submitted.task;
                for warning in &submitted.warnings {
                    tracing::info!(task, "warning: {warning}");
                }
                if submitted.new {
                    self.metrics.tell(TASKS, "queued", 1.0, SystemClock.now_ms());
                    if let Err(error) = self.tasks.count_voices(&submitted.plan.voices()).await {
                        tracing::warn!(task, code = error.code, "its voices were not counted: {error}");
                    }
                    if self.workshop.prefetches()
                        && let Err(error) = self.tasks.count_pictures(&bench.brought_again(&submitted.plan)).await
                    {
                        tracing::warn!(task, code = error.code, "its pictures were not counted: {error}");
                    }
                }
                tracing::info!(task, new = submitted.new, scenes = submitted.plan.scenes.len(), "accepted");
                Accepted::Task
            }
            Err(SubmitError::Port(error)) if error.retryable => Accepted::Again(error, named),
            Err(SubmitError::Port(error)) => {
                let error = of_port(&error);
                match bench.pipeline.give_up(&draft, &id, &error).await {
                    Ok(true) => {
                        tracing::error!(task = id, code = error.code, "a task could not be begun: {}", error.message);
                        self.metrics.tell(REFUSED, &error.code, 1.0, SystemClock.now_ms());
                        Accepted::Task
                    }
                    Ok(false) => Accepted::Refused(error, named),
                    Err(unrecorded) => Accepted::Again(unrecorded, named),
                }
            }
            Err(error @ SubmitError::Conflict(_)) => {
                Accepted::Refused(refusal("TASK_CONFLICT", error.to_string()), None)
            }
            Err(SubmitError::Faults(faults)) => {
                Accepted::Refused(refusal("INVALID_REQUEST", faults.to_string()), named)
            }
        }
    }

    /// The request: the body, or the object that it names.
    async fn text(&self, record: &Record) -> PortResult<String> {
        let Some(url) = named(&record.body) else { return Ok(record.body.clone()) };
        let bytes = self.requests.object(&url, MOST_BYTES).await?;
        String::from_utf8(bytes)
            .map_err(|_| PortError::permanent(Class::Request, "INVALID_REQUEST", format!("{url} is no text")))
    }

    /// Records a refusal where the request's sender looks: in the item of the task that it would have become. One that is
    /// there already, of another request, stays as it is; then the message's own id tells.
    async fn refuse(&self, record: &Record, named: Option<String>, error: &TaskError) -> PortResult<()> {
        for id in named.into_iter().chain([record.message_id.clone()]) {
            let refused = Refused { id: &id, body: &record.body, tenant: record.tenant() };
            if refused.record(&self.tasks, error, &self.metrics).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Where a body names its request rather than being it.
fn named(body: &str) -> Option<String> {
    let Value::Object(fields) = serde_json::from_str(body).ok()? else { return None };
    match (fields.len(), fields.get("request_url")) {
        (1, Some(Value::String(url))) => Some(url.clone()),
        _ => None,
    }
}

/// A refusal because something could not be had.
fn of_port(error: &PortError) -> TaskError {
    TaskError {
        class: error.class.word().to_owned(),
        retryable: error.retryable,
        ..refusal(error.code, error.to_string())
    }
}

fn out_of_time() -> PortError {
    PortError::transient(Class::Limit, "TIMEOUT", "a request was not planned in time: its pictures may come too slowly")
}
