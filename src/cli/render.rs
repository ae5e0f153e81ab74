//! Making films: `render` and `resume`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::world::Station;
use super::{Failure, Output, export, print, progress, report, status, task};
use crate::config::Config;
use crate::domain::request::{Draft, Fault, Faults, Origin, Request};
use crate::domain::task::{Status, Task};
use crate::local::bound;
use crate::local::memory::{self, Budget};
use crate::local::runner;
use crate::pipeline::SubmitError;
use crate::ports::{PortError, PortResult};
use crate::recipe::plan::Plan;
use crate::telemetry::resident_bytes;

/// The last use of an artifact is noted at most so often, in milliseconds.
const NOTED_MS: u64 = 60_000;

#[derive(Debug, clap::Args)]
pub(super) struct Render {
    /// The request's file, or `-` for standard input
    request: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Resume {
    /// The task's id
    #[arg(value_parser = task::id)]
    task: String,
    #[command(flatten)]
    output: Output,
}

impl Render {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let draft = read(&self.request)?;
        let request = draft.request();
        // Stores are opened for the task that the request is, which may name itself.
        let id = request.task_id.clone().unwrap_or_else(task::new_id);
        let target = export::target(self.output.output, request.output_filename.as_deref(), &id);
        export::check(&target, &made_from(&self.request, request))?;
        let station = Station::open(config, Some(folder(&self.request)), Some(&id), progress::for_terminal(config))?;
        station.reconcile().await?;
        let submitted = station.pipeline.submit(&draft, &id).await?;
        for warning in &submitted.warnings {
            station.progress.tell(&format!("warning: {warning}"));
        }
        finish(&station, config, &submitted.task, &submitted.plan, &target, self.output.json).await
    }
}

impl Resume {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        // A picture that the cache has lost is looked for here, where its path is a relative one.
        let here = Some(Path::new("."));
        let station = Station::open(config, here, Some(&self.task), progress::for_terminal(config))?;
        station.reconcile().await?;
        let task = station.pipeline.world().tasks.get(&self.task).await?;
        let task = task.ok_or_else(|| task::unknown(&self.task))?;
        let plan = station.pipeline.dispatch().plan_of(&task).await?;
        let request = station.pipeline.world().tasks.request(&self.task).await?.unwrap_or_default();
        let named = request.get("output_filename").and_then(Value::as_str);
        let target = export::target(self.output.output, named, &self.task);
        export::check(&target, &[])?;
        station.pipeline.resume(&task, &plan).await?;
        finish(&station, config, &self.task, &plan, &target, self.output.json).await
    }
}

/// Where a request's relative paths begin: beside it, or here for standard input.
pub(super) fn folder(request: &Path) -> &Path {
    request.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The files that a film is made from: the request and the pictures that it names by a path.
fn made_from(path: &Path, request: &Request) -> Vec<PathBuf> {
    let of = |source: &String| {
        let url = url::Url::parse(source).ok().and_then(|url| url.to_file_path().ok());
        url.unwrap_or_else(|| folder(path).join(source))
    };
    let pictures = request.scenes.iter().filter_map(|scene| scene.image.as_ref()).map(of);
    std::iter::once(path.to_owned()).chain(pictures).collect()
}

/// Reads a request.
pub(super) fn read(path: &Path) -> Result<Draft, Failure> {
    Ok(Draft::read(&text(path)?, Origin::CommandLine))
}

/// A request's text.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    text.map_err(|e| {
        let fault = Fault::new("", format!("cannot read {}: {e}", path.display()));
        SubmitError::from(Faults::new(vec![fault])).into()
    })
}

/// Runs a submitted task to its end and puts out what came of it.
async fn finish(
    station: &Station,
    config: &Config,
    task: &str,
    plan: &Arc<Plan>,
    target: &Path,
    json: bool,
) -> Result<(), Failure> {
    let task = run(station, config, task).await;
    station.progress.finish();
    let task = task?;
    let ended = put_out(station, &task, plan, target, json).await;
    tidy(station, config).await?;
    ended
}

/// Keeps the cache within its size. What a task that goes on may work with stays.
async fn tidy(station: &Station, config: &Config) -> PortResult<()> {
    let Some(most) = config.cache_max_size else { return Ok(()) };
    let world = station.pipeline.world();
    let oldest = world.tasks.live().await?.iter().map(|task| task.created_at).min();
    let spared = oldest.map_or(u64::MAX, |began| began.saturating_sub(NOTED_MS));
    let removed = bound(&*world.artifacts, most.saturating_mul(1_000_000), spared).await?;
    if removed.count > 0 {
        let megabytes = removed.bytes / 1_000_000;
        tracing::info!(artifacts = removed.count, megabytes, "the cache was more than CACHE_MAX_SIZE allows");
    }
    Ok(())
}

/// What a task that has ended is told as.
async fn put_out(station: &Station, task: &Task, plan: &Arc<Plan>, target: &Path, json: bool) -> Result<(), Failure> {
    let status = task.status;
    if status == Status::Finished {
        export::film(station, plan, task, target).await?;
        let shown = status::of(station, task, Some(target)).await?;
        eprintln!("{}", report::summary(task));
        return print(&if json { shown.to_string() } else { target.display().to_string() });
    }
    if json {
        print(&status::of(station, task, None).await?.to_string())?;
    }
    let resume = format!("`protovideo resume {}` goes on with it", task.id);
    Err(match (&task.error, station.interrupted.is_cancelled()) {
        (_, true) => Failure::interrupted(format!("interrupted; {resume}")),
        (Some(error), _) => Failure::of_task(error),
        (None, _) => Failure::cancelled(format!("task {} was cancelled; {resume}", task.id)),
    })
}

/// Runs the task with the first Ctrl-C as its cancellation; the second ends the process.
async fn run(station: &Station, config: &Config, task: &str) -> PortResult<Task> {
    let limits = runner::Limits { workers: config.max_workers, memory: budget(config), resident: resident_bytes };
    let cancel: &CancellationToken = &station.interrupted;
    let queue = Arc::clone(&station.pipeline.world().queue);
    let running = runner::run(&station.pipeline, &queue, task, limits, cancel);
    tokio::pin!(running);
    loop {
        tokio::select! {
            ended = &mut running => return ended,
            pressed = interrupted() => {
                pressed?;
                if cancel.is_cancelled() {
                    std::process::exit(130);
                }
                cancel.cancel();
            }
        }
    }
}

/// What the variables and the system allow.
pub(super) fn budget(config: &Config) -> Budget {
    let megabytes = |count: u64| count.saturating_mul(1_000_000);
    let budget = Budget { warning: megabytes(config.memory_warning), critical: megabytes(config.memory_critical) };
    budget.within(memory::system_limit())
}

/// Ctrl-C, or what a process manager sends instead.
pub(super) async fn interrupted() -> PortResult<()> {
    let cannot = |e| PortError::io("listen for signals of", Path::new("this process"), e);
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(cannot)?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.map_err(cannot),
        _ = terminated.recv() => Ok(()),
    }
}
