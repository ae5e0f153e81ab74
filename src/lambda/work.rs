//! Messages of work: a run of a narration, a scene, a film.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::Start;
use super::answer::Answer;
use super::event::{Event, Record};
use super::meter::Meter;
use crate::aws::metrics::{Metrics, REFUSED};
use crate::aws::{Cache, Queues, Stack, TaskTable, WorkQueue};
use crate::config::Config;
use crate::domain::task::Message;
use crate::makers::{self, Makers};
use crate::pipeline::{Handled, Pipeline, Settings, VISIBILITY};
use crate::ports::{Clock as _, Delivery, InCache, PortResult, Queue as _, StepContext, SystemClock, World};
use crate::speech::Speaker;
use crate::work;

/// A step that failed for a passing reason is tried so many times: one fewer than a message is delivered, so that a task
/// ends before its message is a dead letter.
pub(super) const ATTEMPTS: u32 = 4;
/// A message that came while nothing could be recorded comes again after so long, and later each time.
const UNRECORDED: Duration = Duration::from_secs(30);
/// The exit status of a process that may be sick.
const SICK: i32 = 70;

/// Works on messages of one queue, one at a time.
pub struct Worker {
    queue: WorkQueue,
    pipeline: Pipeline,
    world: World,
    stores: (TaskTable, Cache, Stack),
    queues: Queues,
    meter: Arc<Meter>,
    metrics: Metrics,
    shared: bool,
    /// Who counts the sessions that are made.
    loads: Option<Speaker>,
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
        Ok(Self { loads: Some(speaker), ..Self::with(start, queue, makers)? })
    }

    /// A worker with those makers.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with(start: &Start, queue: WorkQueue, makers: Makers) -> anyhow::Result<Self> {
        let stack = start.stack.clone();
        let (tasks, cache, queues) = (stack.tasks()?, stack.cache()?, stack.queues(Duration::ZERO)?);
        let meter = Arc::new(Meter::new(start));
        let work = work::folder_alone()?;
        let world = World {
            artifacts: Arc::new(cache.clone()),
            tasks: Arc::new(tasks.clone()),
            queue: Arc::new(queues.clone()),
            leases: Arc::new(cache.clone()),
            exports: Arc::new(InCache),
            speech: makers.speech,
            pictures: makers.pictures,
            sources: Arc::new(NoSources),
            films: makers.films,
            clock: stack.clock.clone(),
        };
        let pipeline = Pipeline::new(world.clone(), settings(&start.config, work.path()), meter.clone());
        let (metrics, shared) = (start.metrics.clone(), start.config.cache_enabled);
        Ok(Self {
            queue,
            pipeline,
            world,
            stores: (tasks, cache, stack),
            queues,
            meter,
            metrics,
            shared,
            loads: None,
            work,
        })
    }

    /// Loads what the default voice needs, beside the first messages.
    pub fn warm(&self) {
        let speech = self.world.speech.clone();
        tokio::spawn(async move {
            let voice = speech.voice(None);
            let warmed = match &voice {
                Ok(voice) => speech.warm(voice).await,
                Err(_) => voice.map(drop),
            };
            if let Err(error) = warmed {
                tracing::warn!(code = error.code, "speech was not warmed: {error}");
            }
        });
    }

    /// Works on an event's messages until `left` is over.
    pub async fn handle(&self, event: Value, left: Duration) -> Value {
        let _billed = self.meter.billed();
        let mut answer = Answer::default();
        for record in Event::read(event).records {
            // On the heap: what is made within this is deep.
            if !Box::pin(self.record(&record, left)).await {
                answer.again(&record.message_id);
            }
        }
        answer.json()
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
        let attended = self.attend(&delivery, left).await;
        match attended {
            Ok(Handled::Done) => true,
            Ok(Handled::Again(_)) => false,
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
        if let Err(error) = self.queues.extend(&delivery.receipt, after).await {
            tracing::warn!(code = error.code, "a message was not put off: {error}");
        }
    }

    /// Works on a delivery in a task of its own, so that a panic is told from an answer.
    async fn attend(&self, delivery: &Delivery, left: Duration) -> PortResult<Handled> {
        work::empty(self.work.path());
        // The queue hides it for six times this function's time; a worker that dies should not hold it up so long.
        let hidden = self.queues.extend(&delivery.receipt, VISIBILITY);
        let (hidden, world) = (hidden.await, self.world_for(&delivery.message.task));
        if let Err(error) = hidden {
            tracing::warn!(code = error.code, "a message stays hidden for longer: {error}");
        }
        let (cache, world) = world?;
        let pipeline = self.pipeline.within(world, self.work.path().to_owned(), left);
        let working = {
            let delivery = delivery.clone();
            tokio::spawn(async move { pipeline.attend(&delivery, 0, &CancellationToken::new()).await })
        };
        let ended = working.await;
        cache.settle().await;
        self.meter.sessions(self.loads.as_ref());
        let handled = match ended {
            Ok(handled) => handled,
            Err(panic) => {
                tracing::error!(task = delivery.message.task, code = "PANIC", "the work ended abnormally: {panic}");
                self.put_off(delivery, Duration::from_secs(1)).await;
                self.end();
            }
        };
        if self.meter.is_sick() {
            tracing::error!(task = delivery.message.task, code = "SICK", "this process ends, since its disk is full");
            self.end();
        }
        handled
    }

    /// Ends the process; its message was given back.
    fn end(&self) -> ! {
        work::empty(self.work.path());
        std::process::exit(SICK)
    }

    /// The world for one task: its cache keeps what it makes at hand, and its records go with the cache's lines.
    fn world_for(&self, task: &str) -> PortResult<(Cache, World)> {
        let (tasks, cache, stack) = &self.stores;
        let alone = (!self.shared).then_some(task);
        let cache = cache.for_work(Some(self.work.path().to_owned()), alone);
        let films = stack
            .films(&cache)
            .map_err(|e| crate::ports::PortError::permanent(crate::ports::Class::Internal, "CONFIG", e.to_string()))?;
        let world = World {
            artifacts: Arc::new(cache.clone()),
            tasks: Arc::new(tasks.beside(&cache)),
            leases: Arc::new(cache.clone()),
            exports: Arc::new(films),
            ..self.world.clone()
        };
        Ok((cache, world))
    }
}

/// How work is done in a function: one message at a time, with the machine to itself.
pub(super) fn settings(config: &Config, work: &Path) -> Settings {
    Settings {
        work: work.to_owned(),
        encoders: makers::cores(),
        task_deadline: config.task_deadline,
        step_deadline: Duration::from_secs(900),
        attempts: ATTEMPTS,
        disk_is_emptied: true,
        watches: true,
    }
}

/// Whoever works on a planned task fetches nothing: its sources were pinned when it was submitted.
struct NoSources;

#[async_trait::async_trait]
impl crate::ports::Sources for NoSources {
    async fn picture(&self, _: &str, _: &StepContext) -> PortResult<Vec<u8>> {
        let message = "only a request's submission fetches pictures";
        Err(crate::ports::PortError::permanent(crate::ports::Class::Internal, "NO_SOURCES", message))
    }
}
