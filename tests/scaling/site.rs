//! Stores, workers and whoever sends requests, in virtual time.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protovideo::cost::{self, Pricing};
use protovideo::domain::task::{Message, Outcome};
use protovideo::pipeline::{Event, Handled, Observer, Pipeline, Settings, VISIBILITY};
use protovideo::ports::{Delivery, Queue as _};
use protovideo::testing::memory::{ManualClock, Memory, Order};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::calls::Calls;
use super::makers::{Makers, Works};

/// A worker's process is ready after so long, its speech session loaded.
pub(crate) const START: Duration = Duration::from_millis(100);
/// How long a worker waits at most before it looks at the queue by itself.
const LOOK: Duration = Duration::from_secs(20);

/// A message that was worked on.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    pub(crate) message: Message,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    /// What its steps took.
    pub(crate) steps: Duration,
    /// Whether its worker died of it.
    pub(crate) died: bool,
}

/// Settings as the functions have them.
pub(crate) fn settings(work: &Path) -> Settings {
    Settings {
        work: work.to_owned(),
        cores: 1,
        workers: 1,
        encoders: 1,
        memory: u64::MAX,
        task_deadline: Duration::from_secs(6 * 3600),
        step_deadline: Duration::from_secs(3600),
        attempts: 4,
        disk_is_emptied: true,
        lease: Duration::from_secs(60),
        watches: false,
        alerts: protovideo::pipeline::Alerts::default(),
        function_mb: None,
        pricing: Pricing { site: cost::Site::Machine { cores: 1 }, picture_usd: None },
    }
}

/// What has happened.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) served: Vec<Served>,
    /// Each task's end, and whether it has a film.
    pub(crate) ended: Vec<(String, Instant, bool)>,
}

/// All that outlives a worker.
pub(crate) struct Site {
    pub(crate) memory: Memory,
    pub(crate) works: Arc<Works>,
    pub(crate) calls: Arc<Calls>,
    work: tempfile::TempDir,
    log: Arc<Heard>,
    over: CancellationToken,
}

/// Notes how tasks end; when so many have, all is over.
struct Heard {
    log: Mutex<Log>,
    tasks: usize,
    over: CancellationToken,
}

impl Heard {
    fn note<T>(&self, note: impl FnOnce(&mut Log) -> T) -> T {
        note(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Heard {
    fn event(&self, event: Event<'_>) {
        if let Event::Ended { task, outcome } = event {
            let made = matches!(outcome, Outcome::Finished(_));
            let ended = self.note(|log| {
                log.ended.push((task.to_owned(), Instant::now(), made));
                log.ended.len()
            });
            if ended >= self.tasks {
                self.over.cancel();
            }
        }
    }
}

impl Site {
    /// Empty stores in the time of tokio's clock, until so many tasks have ended.
    pub(crate) fn new(works: Works, calls: Calls, tasks: usize) -> Self {
        let memory = Memory::on(Arc::new(ManualClock::following_tokio()), Order::OldestFirst, 1);
        let over = CancellationToken::new();
        let log = Arc::new(Heard { log: Mutex::default(), tasks, over: over.clone() });
        let work = tempfile::tempdir().expect("a folder can be made");
        Self { memory, works: Arc::new(works), calls: Arc::new(calls), work, log, over }
    }

    /// A process, with makers of its own.
    pub(crate) fn process(&self) -> (Pipeline, Arc<Makers>) {
        let makers = Arc::new(Makers::new(&self.works));
        let world = self.calls.over(&self.memory.world(&makers));
        (Pipeline::new(world, settings(self.work.path()), self.log.clone()), makers)
    }

    /// Works, one message after the other, until all is over; a process that dies is followed by another one.
    pub(crate) async fn worker(&self, lane: u32) {
        loop {
            tokio::time::sleep(START).await;
            let (pipeline, makers) = self.process();
            loop {
                let Some(delivery) = self.next().await else { return };
                if self.serve(&pipeline, &makers, &delivery, lane).await.is_err() {
                    break;
                }
            }
        }
    }

    /// Works on a delivery; an error where the process died of it.
    async fn serve(&self, pipeline: &Pipeline, makers: &Makers, delivery: &Delivery, lane: u32) -> Result<(), ()> {
        let (began, stop) = (Instant::now(), CancellationToken::new());
        makers.take_spent();
        let died = tokio::select! {
            handled = pipeline.attend(delivery, lane, &stop) => {
                // What waited for the end of the message is written.
                self.calls.one(async {}).await;
                if matches!(handled, Ok(Handled::Done)) {
                    self.memory.queue.delete(&delivery.receipt).await.expect("memory answers");
                }
                false
            }
            () = makers.death.notified() => true,
        };
        let served = Served {
            message: delivery.message.clone(),
            began,
            ended: Instant::now(),
            steps: makers.take_spent(),
            died,
        };
        self.log.note(|log| log.served.push(served));
        if died { Err(()) } else { Ok(()) }
    }

    /// The next message that is visible; none when all is over.
    async fn next(&self) -> Option<Delivery> {
        let queue = &self.memory.queue;
        loop {
            let changed = self.calls.queue_changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(delivery) = queue.receive(1, VISIBILITY).await.expect("memory answers").pop() {
                return Some(delivery);
            }
            let wait = queue.next_visible().map_or(LOOK, |wait| wait.max(Duration::from_millis(1)));
            tokio::select! {
                () = self.over.cancelled() => return None,
                () = changed => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Looks after tasks every five minutes, until all is over.
    pub(crate) async fn reconciler(&self) {
        const EVERY: Duration = Duration::from_secs(300);
        let (pipeline, _) = self.process();
        loop {
            tokio::select! {
                () = self.over.cancelled() => return,
                () = tokio::time::sleep(EVERY) => { pipeline.reconcile(EVERY).await.expect("memory answers"); }
            }
        }
    }

    /// What has happened.
    pub(crate) fn take_log(&self) -> Log {
        self.log.note(std::mem::take)
    }
}
