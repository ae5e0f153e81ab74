//! A stack's work on this machine, for as long as it runs: `worker`. Any number of machines share the queues with each
//! other and with the functions.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::aws::Stack;
use crate::cli::{Failure, render};
use crate::config::Config;
use crate::local::memory::{Pressure, Watch};
use crate::makers::{self, Makers};
use crate::pipeline::{Event, Handled, Observer, Settings, VISIBILITY};
use crate::ports::{Class, Clock as _, Delivery, PortError, PortResult, Queue as _, SystemClock};
use crate::telemetry::resident_bytes;
use crate::work;
use crate::workshop::Workshop;

/// How long a call waits for a message.
const WAIT: Duration = Duration::from_secs(5);
/// After a failure of the queues it is tried again after so long.
const PAUSE: Duration = Duration::from_secs(5);
/// A live task that nothing was done for during so long is sent again.
const IDLE: Duration = Duration::from_secs(300);
/// How often tasks are looked after.
const ROUND: Duration = Duration::from_secs(300);
/// A step may take so long.
const STEP: Duration = Duration::from_secs(3600);

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Worker {
    /// End when there has been nothing to do for so many seconds; without it, never
    #[arg(long, value_name = "SECONDS")]
    idle: Option<u64>,
}

impl Worker {
    pub(in crate::cli) async fn run(self, config: &Config) -> Result<(), Failure> {
        let stack = Stack::open(config).await?;
        let folder = work::folder()?;
        let makers = Makers::installed(config, makers::speech(config))?;
        let memory = render::budget(config).critical;
        let workers = config.max_workers;
        let settings = Settings { workers, memory, ..Workshop::settings(config, folder.path()) };
        let observer = Arc::new(Told);
        let workshop = Arc::new(Workshop::new(config, &stack, makers, None, settings, observer, WAIT)?);
        let stop = CancellationToken::new();
        let mut busy: JoinSet<(u32, PortResult<()>)> = JoinSet::new();
        let mut lanes: Vec<u32> = (0..config.max_workers as u32).rev().collect();
        let (mut last, mut round) = (Instant::now(), tokio::time::interval(ROUND));
        eprintln!("waiting for work, {} pieces at once", config.max_workers);
        let interrupted = render::interrupted();
        tokio::pin!(interrupted);
        // Never given up half way: what it brings would be hidden from others without being worked on.
        let mut receiving: Option<JoinHandle<PortResult<Vec<Delivery>>>> = None;
        let mut watch = Watch::new(render::budget(config));
        loop {
            let pressure = watch.look(resident_bytes(), busy.len(), Instant::now().into());
            if matches!(pressure, Pressure::Narrow | Pressure::GiveUp) {
                workshop.pipeline.world().speech.release();
            }
            let free = if pressure == Pressure::None { lanes.len() } else { usize::from(busy.is_empty()) };
            if receiving.is_none() && free > 0 {
                let workshop = workshop.clone();
                receiving = Some(tokio::spawn(async move { workshop.queues.receive(free, VISIBILITY).await }));
            }
            tokio::select! {
                biased;
                ended = &mut interrupted => { ended?; break }
                Some(ended) = busy.join_next() => {
                    last = Instant::now();
                    // A process in which work ended abnormally may be sick.
                    let (lane, result) = ended.map_err(|panic| panicked(&panic))?;
                    lanes.push(lane);
                    if let Err(error) = result {
                        tracing::error!(code = error.code, "nothing could be recorded: {error}");
                    }
                }
                _ = round.tick() => {
                    if let Err(error) = workshop.pipeline.reconcile(IDLE).await {
                        tracing::warn!(code = error.code, "tasks were not looked after: {error}");
                    }
                }
                received = received(&mut receiving) => {
                    let received = match received {
                        Ok(received) => received,
                        Err(error) if !error.retryable => return Err(error.into()),
                        Err(error) => {
                            tracing::warn!(code = error.code, "no messages came: {error}");
                            tokio::time::sleep(PAUSE).await;
                            continue;
                        }
                    };
                    let idle = received.is_empty() && busy.is_empty();
                    if idle && self.idle.is_some_and(|most| last.elapsed().as_secs() >= most) {
                        return Ok(());
                    }
                    for delivery in received {
                        last = Instant::now();
                        let Some(lane) = lanes.pop() else { break };
                        let (workshop, stop, folder) = (workshop.clone(), stop.clone(), folder.path().to_owned());
                        busy.spawn(async move { (lane, one(&workshop, &folder, &delivery, lane, &stop).await) });
                    }
                }
            }
        }
        eprintln!("giving back what is being worked on");
        stop.cancel();
        if receiving.is_some() {
            for delivery in received(&mut receiving).await.unwrap_or_default() {
                workshop.queues.extend(&delivery.receipt, Duration::ZERO).await?;
            }
        }
        while let Some(ended) = busy.join_next().await {
            drop(ended);
        }
        Ok(())
    }
}

/// What the call in flight brings; without one, nothing ever.
async fn received(receiving: &mut Option<JoinHandle<PortResult<Vec<Delivery>>>>) -> PortResult<Vec<Delivery>> {
    let Some(call) = receiving.as_mut() else { return std::future::pending().await };
    let brought = call.await;
    *receiving = None;
    brought.map_err(|panic| panicked(&panic))?
}

/// One delivery, in a folder of its own.
async fn one(
    workshop: &Workshop,
    folder: &std::path::Path,
    delivery: &Delivery,
    lane: u32,
    stop: &CancellationToken,
) -> PortResult<()> {
    let made = tempfile::Builder::new().prefix("work-").tempdir_in(folder);
    let work = made.map_err(|e| PortError::io("make a folder in", folder, e))?;
    let bench = workshop.bench(&delivery.message.task, work.path().to_owned(), STEP)?;
    let handled = Box::pin(bench.pipeline.attend(delivery, lane, &stop.child_token())).await;
    bench.settle().await;
    match handled? {
        Handled::Done => workshop.queues.delete(&delivery.receipt).await,
        Handled::Again(_) | Handled::Stopped => Ok(()),
    }
}

/// Tells of ends, and of what is tried again.
struct Told;

impl Observer for Told {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Ended { task, outcome } => {
                eprintln!("{} {task} {}", SystemClock.now_ms() / 1000, outcome.status().word());
            }
            Event::Retry { task, code, error } => tracing::warn!(task, code, "to be tried again: {error}"),
            Event::Planned { .. } | Event::Frames { .. } | Event::Step { .. } => {}
        }
    }
}

fn panicked(error: &tokio::task::JoinError) -> PortError {
    PortError::permanent(Class::Internal, "PANIC", format!("a step ended abnormally: {error}"))
}
