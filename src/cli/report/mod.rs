//! Where a task's time and money went: `report`, as text, JSON, a page or a trace.

mod html;
mod rows;
mod text;
mod trace;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::Value;

use super::world::Station;
use super::{Failure, export, print, progress, task};
use crate::config::Config;
use crate::domain::task::{CacheOutcome, StepRecord, Task};
use crate::pipeline::report::performance;
pub(super) use text::summary;

#[derive(Debug, clap::Args)]
pub(super) struct Report {
    /// The task's id; default the newest
    #[arg(value_parser = task::id)]
    task: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The file to write; default standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
    /// For Perfetto and Chrome's tracing page
    Trace,
}

impl Report {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::of(config, None, progress::quiet()).await?;
        let tasks = &station.pipeline.world().tasks;
        let task = match &self.task {
            Some(id) => tasks.get(id).await?.ok_or_else(|| task::unknown(id))?,
            None => tasks.recent(1).await?.pop().ok_or_else(|| Failure::request("there is no task yet"))?,
        };
        let records = tasks.records(&task.id).await?;
        let plan = station.pipeline.dispatch().plan_of(&task).await?;
        let pricing = &station.pipeline.settings().pricing;
        let report = performance(&records, &plan, task.created_at, ended(&task, &records), pricing);
        // Planning was before all steps, and is drawn with them.
        let drawn: Vec<_> = plan.planning.iter().chain(&records).cloned().collect();
        let written = match self.format {
            Format::Text => text::report(&task, &records, &report),
            Format::Json => serde_json::to_string_pretty(&report)?,
            Format::Html => html::page(&task, (&drawn, &records), &report),
            Format::Trace => trace::trace(&task, &drawn).to_string(),
        };
        match &self.output {
            None => print(written.trim_end()),
            Some(path) => {
                export::write(path, written.as_bytes())?;
                print(&path.display().to_string())
            }
        }
    }
}

/// When the task ended; for one that goes on, when its last step did.
fn ended(task: &Task, records: &[StepRecord]) -> u64 {
    let last = records.iter().map(StepRecord::ended_at).max().unwrap_or(task.created_at);
    task.finished_at.unwrap_or(last)
}

/// Why a step took its time.
fn why(record: &StepRecord) -> &str {
    match record.cache {
        CacheOutcome::Hit => "cached",
        CacheOutcome::Waited => "made by another worker meanwhile",
        CacheOutcome::Miss => &record.reason,
    }
}

/// The tools that a report names.
fn made_with(report: &Value) -> &str {
    report["made_with"].as_str().unwrap_or_default()
}

fn number(report: &Value, pointer: &str) -> f64 {
    report.pointer(pointer).and_then(Value::as_f64).unwrap_or(0.0)
}
