//! Messages of work: a run of sentences, a scene, a sound, a film.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::Start;
use super::event::{self, Record};
use super::meter::Meter;
use crate::aws::metrics::{Metrics, REFUSED};
use crate::aws::{Queues, WorkQueue};
use crate::domain::task::Message;
use crate::makers::{self, Makers};
use crate::pipeline::{Handled, VISIBILITY};
use crate::ports::{Clock as _, Delivery, PortResult, Queue as _, SystemClock};
use crate::speech::Speaker;
use crate::work;
use crate::workshop::Workshop;

/// A message that came while nothing could be recorded comes again after so long, and later each time.
const UNRECORDED: Duration = Duration::from_secs(30);
/// Work that has not ended so long after its time was over hangs; less than the margin that an invocation keeps.
const HUNG: Duration = Duration::from_secs(4);
/// The exit status of a process that may be sick.
const SICK: i32 = 70;

/// Works on messages of one queue, one at a time.
pub struct Worker {
    queue: WorkQueue,
    workshop: Workshop,
    meter: Arc<Meter>,
    metrics: Metrics,
    /// Who counts the sessions that are made.
    speaker: Option<Speaker>,
    work: TempDir,
}

impl Worker {
    /// A worker with the installed makers.
    ///
    /// # Errors
    /// Says which variable or installed file is missing.
    pub fn new(start: &Start, queue: WorkQueue) -> anyhow::Result<Self> {
        let speaker = makers::speech(&start.config);
        let makers = Makers::installed(&start.config, speaker.clone())?;
        Ok(Self { speaker: Some(speaker), ..Self::with(start, queue, makers)? })
    }

    /// A worker with those makers.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(start: &Start, queue: WorkQueue, makers: Makers) -> anyhow::Result<Self> {
        let (meter, work) = (Arc::new(Meter::new(start)), work::folder_alone()?);
        let settings = Workshop::settings(&start.config, work.path());
        let (config, stack) = (&start.config, &start.stack);
        let workshop = Workshop::new(config, stack, makers, None, settings, meter.clone(), Duration::ZERO)?;
        Ok(Self { queue, workshop, meter, metrics: start.metrics.clone(), speaker: None, work })
    }

    /// Loads what the voice needs that most tasks speak with, and the pictures that are fetched ahead, beside the first
    /// messages.
    pub fn warm(&self) {
        let workshop = self.workshop.clone();
        tokio::spawn(async move {
            if let Err(error) = workshop.warm().await {
                tracing::warn!(code = error.code, "speech was not warmed: {error}");
            }
        });
    }

    /// Works on an event's messages until `left` is over.
    ///
    /// # Errors
    /// Where the event is not one of SQS.
    pub async fn handle(&self, event: Value, left: Duration) -> anyhow::Result<Value> {
        let _billed = self.meter.billed();
        event::each(event, async |record: &Record| self.record(record, left).await).await
    }

    /// Works on one message; false where it is to come again.
    async fn record(&self, record: &Record, left: Duration) -> bool {
        let message: Message = match serde_json::from_str(&record.body) {
            Ok(message) => message,
            Err(error) => {
                // Nothing says whose it is, and no repetition makes it readable.
                tracing::error!(code = "BAD_MESSAGE", id = record.message_id, "a message cannot be read: {error}");
                self.metrics.tell(REFUSED, "BAD_MESSAGE", 1.0, SystemClock.now_ms());
                return true;
            }
        };
        let receipt = Queues::receipt(self.queue, &record.receipt_handle);
        let delivery = Delivery { message, receipt, attempt: record.attempt() };
        match self.attend(&delivery, left).await {
            Ok(handled) => handled == Handled::Done,
            Err(error) => {
                let task = &delivery.message.task;
                tracing::error!(task, code = error.code, "nothing could be recorded: {error}");
                self.metrics.tell(REFUSED, error.code, 1.0, SystemClock.now_ms());
                // Not at once again, lest a store that is denied or gone is asked without end.
                self.put_off(&delivery, UNRECORDED * delivery.attempt).await;
                false
            }
        }
    }

    async fn put_off(&self, delivery: &Delivery, after: Duration) {
        if let Err(error) = self.workshop.queues.extend(&delivery.receipt, after).await {
            tracing::warn!(code = error.code, "a message was not put off: {error}");
        }
    }

    /// Works on a delivery in a task of its own, so that a panic is told from an answer.
    async fn attend(&self, delivery: &Delivery, left: Duration) -> PortResult<Handled> {
        let task = &delivery.message.task;
        work::empty(self.work.path());
        // The queue hides it for six times this function's time; a worker that dies should not hold it up so long.
        self.put_off(delivery, VISIBILITY).await;
        let bench = Arc::new(self.workshop.bench(task, self.work.path().to_owned(), left)?);
        let working = {
            let (bench, delivery) = (bench.clone(), delivery.clone());
            tokio::spawn(async move { bench.pipeline.attend(&delivery, 0, &CancellationToken::new()).await })
        };
        // Work ends by itself when its time is over; where it hangs, this process does.
        let Ok(ended) = tokio::time::timeout(left + HUNG, working).await else {
            tracing::error!(task, code = "TIMEOUT", "the work hangs, and this process ends");
            self.put_off(delivery, Duration::from_secs(1)).await;
            self.end();
        };
        bench.settle().await;
        self.meter.sessions(self.speaker.as_ref());
        let handled = match ended {
            Ok(handled) => handled,
            Err(panic) => {
                tracing::error!(task, code = "PANIC", "the work ended abnormally: {panic}");
                self.put_off(delivery, Duration::from_secs(1)).await;
                self.end();
            }
        };
        if self.meter.is_sick() {
            tracing::error!(task, code = "SICK", "this process ends, since it may be sick");
            self.end();
        }
        handled
    }

    /// Ends the process; its message was given back.
    fn end(&self) -> ! {
        work::empty(self.work.path());
        std::process::exit(SICK)
    }
}
