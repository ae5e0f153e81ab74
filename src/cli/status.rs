//! Where a task stands: `status`.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::world::Station;
use super::{Failure, print, progress, report, task, watch};
use crate::config::Config;
use crate::domain::request::Request;
use crate::domain::task::{Status as Word, Task};
use crate::pipeline::UNREADABLE;
use crate::ports::{PortError, PortResult};
use crate::recipe::plan::Plan;
use crate::recipe::steps::Recipe as _;

/// So many tasks are listed.
const LISTED: usize = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// The task's id; without one, the newest tasks are listed
    #[arg(value_parser = task::id)]
    task: Option<String>,
    /// Print JSON, a line for each task, as `GET /task-status/{id}` would answer
    #[arg(long)]
    json: bool,
    /// Follow the task to its end
    #[arg(long, requires = "task", conflicts_with = "json")]
    watch: bool,
}

impl Status {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::of(config, self.task.as_deref(), progress::quiet()).await?;
        if let (Some(id), true) = (&self.task, self.watch) {
            return watch::follow(&station, config, id).await;
        }
        station.reconcile().await?;
        let tasks = &station.pipeline.world().tasks;
        let listed = match &self.task {
            Some(id) => vec![tasks.get(id).await?.ok_or_else(|| task::unknown(id))?],
            None => tasks.recent(LISTED).await?,
        };
        for task in &listed {
            let told =
                if self.json { of(&station, task, None).await?.to_string() } else { line(&station, task).await? };
            print(&told)?;
        }
        if let (Some(_), [task], false) = (&self.task, &listed[..], self.json) {
            details(task);
        }
        Ok(())
    }
}

/// `5f1c-1  inprogress  3 of 7 steps`
pub(super) async fn line(station: &Station, task: &Task) -> PortResult<String> {
    let (done, total) = steps(station, task).await?;
    Ok(format!("{:<24} {:<10} {done} of {total} steps", task.id, task.status.word()))
}

/// A task's plan; none of a request that was refused, nor one that another version of this program wrote.
async fn plan(station: &Station, task: &Task) -> PortResult<Option<Arc<Plan>>> {
    if task.is_refusal() {
        return Ok(None);
    }
    match station.pipeline.dispatch().plan_of(task).await {
        Err(error) if error.code == UNREADABLE => Ok(None),
        plan => plan.map(Some),
    }
}

/// How many steps are done, of how many; none where there is no plan.
pub(super) async fn steps(station: &Station, task: &Task) -> PortResult<(usize, usize)> {
    let Some(plan) = plan(station, task).await? else { return Ok((0, 0)) };
    let total = plan.steps() as usize;
    let done = match task.status {
        Word::Finished => total,
        _ => station.pipeline.world().tasks.done(&task.id).await?.len().min(total),
    };
    Ok((done, total))
}

/// What more there is to say about one task: on standard error, since the line is the data.
fn details(task: &Task) {
    match (task.status, &task.error) {
        (Word::Finished, _) => eprintln!("{}", report::summary(task)),
        (Word::Failed, Some(error)) => eprintln!("{} ({})", error.message, error.code),
        _ => {}
    }
    if matches!(task.status, Word::Failed | Word::Cancelled) {
        eprintln!("`protovideo resume {}` goes on with it", task.id);
    }
}

/// What `GET /task-status/{id}` answers. The download is the file at `film`, or else the film in the cache.
pub(super) async fn of(station: &Station, task: &Task, film: Option<&Path>) -> PortResult<Value> {
    let Some(plan) = plan(station, task).await? else {
        return Ok(json!({"task_id": task.id, "status": task.status, "error": task.error}));
    };
    let request = station.pipeline.world().tasks.request(&task.id).await?.unwrap_or_default();
    let request: Result<Request, _> = serde_json::from_value(request);
    let mut answer = json!({
        "task_id": task.id,
        "status": task.status,
        "progress": progress(station, task, &plan).await?,
        "warnings": request.map(|request| request.warnings()).unwrap_or_default(),
    });
    if let Some(mut result) = task.result.clone() {
        let cached = match film {
            Some(_) => None,
            None if station.stack.is_some() => None,
            None => station.pipeline.world().artifacts.open(&plan.film.id()?, &station.work).await?,
        };
        let file = film.or(cached.as_deref()).map(std::path::absolute);
        let file = file.transpose().map_err(|e| PortError::io("find", film.unwrap_or(Path::new(".")), e))?;
        if let Some(url) = file.and_then(|path| url::Url::from_file_path(path).ok()) {
            result["download_url"] = json!(url.as_str());
        }
        if let Some(link) = station.link(&result).await? {
            result["download_url"] = json!(link);
        }
        answer["result"] = result;
    }
    if let Some(error) = &task.error {
        answer["error"] = json!(error);
    }
    Ok(answer)
}

/// Steps and scenes that are done.
async fn progress(station: &Station, task: &Task, plan: &Plan) -> PortResult<Value> {
    let done = station.pipeline.world().tasks.done(&task.id).await?;
    let finished = task.status == Word::Finished;
    let total = plan.steps() as usize;
    let steps = if finished { total } else { done.len().min(total) };
    let scene = |i| if finished || done.contains(&format!("scene#{i}")) { "finished" } else { "queued" };
    Ok(json!({
        "done": steps,
        "total": total,
        "fraction": steps as f64 / total as f64,
        "scenes": (0..plan.scenes.len()).map(scene).collect::<Vec<_>>(),
    }))
}
