//! The workers of one machine: lanes that take a task's messages until the task has ended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::memory::{Budget, Pressure, Watch};
use crate::domain::task::{Outcome, Status, Task};
use crate::pipeline::{Handled, Pipeline, VISIBILITY};
use crate::ports::{Class, Delivery, PortError, PortResult, Queue};

/// How often the queue and the task are looked at while lanes are busy or nothing is visible.
const POLL: Duration = Duration::from_millis(50);

/// How one machine works.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages in flight at once.
    pub workers: usize,
    /// What they may take.
    pub memory: Budget,
    /// The resident bytes of this process and its children, now.
    pub resident: fn() -> u64,
}

/// Runs one task to its end. `cancel` ends it as cancelled; so does another process that records it as cancelled.
pub async fn run(
    pipeline: &Pipeline,
    queue: &Arc<dyn Queue>,
    task: &str,
    limits: Limits,
    cancel: &CancellationToken,
) -> PortResult<Task> {
    let mut busy = Busy::new();
    let ended = until_ended(pipeline, queue, task, limits, cancel, &mut busy).await;
    // Where the stores failed, what was begun is given up before that is told.
    busy.shutdown().await;
    ended
}

/// What is worked on: each message's lane, and what came of it.
type Busy = JoinSet<(u32, PortResult<()>)>;

async fn until_ended(
    pipeline: &Pipeline,
    queue: &Arc<dyn Queue>,
    task: &str,
    limits: Limits,
    cancel: &CancellationToken,
    busy: &mut Busy,
) -> PortResult<Task> {
    let stop = CancellationToken::new();
    let mut lanes: Vec<u32> = (0..limits.workers as u32).rev().collect();
    // The lanes that are busy, in the order in which they became so.
    let mut begun: Vec<(u32, CancellationToken)> = Vec::new();
    let (mut watch, mut workers) = (Watch::new(limits.memory), limits.workers);
    let tasks = &pipeline.world().tasks;
    loop {
        let now = pipeline.world().clock.now_ms();
        if cancel.is_cancelled() {
            tasks.advance(task, &Outcome::Cancelled, now).await?;
        }
        let resident = (limits.resident)();
        let pressure = watch.look(resident, busy.len(), Instant::now());
        match pressure {
            Pressure::Narrow => {
                if workers > 1 {
                    let megabytes = resident / 1_000_000;
                    tracing::warn!(task, code = "MEMORY_CRITICAL", megabytes, "all work but one piece is put off");
                }
                pipeline.narrow();
                begun.iter().skip(1).for_each(|(_, stop)| stop.cancel());
                workers = 1;
            }
            Pressure::GiveUp => {
                tasks.advance(task, &Outcome::Failed(watch.too_much(resident)), now).await?;
            }
            Pressure::None | Pressure::Wait => {}
        }
        let state = tasks.get(task).await?.ok_or_else(|| unknown(task))?;
        if state.status.is_terminal() {
            if state.status != Status::Finished {
                stop.cancel();
            }
            while let Some(ended) = busy.join_next().await {
                drop(ended);
            }
            return Ok(state);
        }
        let most = if pressure == Pressure::None { workers } else { 1 };
        let free = most.saturating_sub(busy.len());
        for delivery in queue.receive(free, VISIBILITY).await? {
            let Some(lane) = lanes.pop() else { break };
            let (pipeline, queue, stop) = (pipeline.clone(), queue.clone(), stop.child_token());
            begun.push((lane, stop.clone()));
            busy.spawn(async move { (lane, work(&pipeline, &*queue, &delivery, lane, &stop).await) });
        }
        tokio::select! {
            Some(ended) = busy.join_next() => {
                let (lane, result) = ended.map_err(|e| panicked(&e))?;
                lanes.push(lane);
                begun.retain(|(busy, _)| *busy != lane);
                result?;
            }
            () = tokio::time::sleep(POLL) => {}
            () = cancel.cancelled() => {}
        }
    }
}

/// One delivery: worked on, then deleted where it is done.
async fn work(
    pipeline: &Pipeline,
    queue: &dyn Queue,
    delivery: &Delivery,
    lane: u32,
    stop: &CancellationToken,
) -> PortResult<()> {
    match pipeline.attend(delivery, lane, stop).await? {
        Handled::Done => queue.delete(&delivery.receipt).await,
        Handled::Again(_) | Handled::Stopped => Ok(()),
    }
}

fn unknown(task: &str) -> PortError {
    PortError::permanent(Class::Request, "UNKNOWN_TASK", format!("there is no task `{task}`"))
}

fn panicked(error: &tokio::task::JoinError) -> PortError {
    PortError::permanent(Class::Internal, "PANIC", format!("a step ended abnormally: {error}"))
}
