//! Where a task's time went: `report`, as text, JSON or a page.

mod html;
mod text;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::Value;

use super::world::Station;
use super::{Failure, print, progress};
use crate::config::Config;
use crate::domain::task::{StepRecord, Task};
use crate::pipeline::report::performance;
use crate::ports::PortError;
pub(super) use text::summary;

#[derive(Debug, clap::Args)]
pub(super) struct Report {
    /// The task's id; default the newest
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
}

impl Report {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let station = Station::open(config, None, None, progress::quiet())?;
        let tasks = &station.pipeline.world().tasks;
        let task = match &self.task {
            Some(id) => tasks.get(id).await?,
            None => tasks.recent(1).await?.pop(),
        };
        let task = task.ok_or_else(|| {
            Failure::request(format!("there is no task{}", self.task.map(|id| format!(" `{id}`")).unwrap_or_default()))
        })?;
        let records = tasks.records(&task.id).await?;
        let report = performance(&records, task.created_at, ended(&task, &records));
        let written = match self.format {
            Format::Text => text::report(&task, &records, &report),
            Format::Json => serde_json::to_string_pretty(&report)?,
            Format::Html => html::page(&task, &records, &report),
        };
        match &self.output {
            None => print(written.trim_end()),
            Some(path) => {
                std::fs::write(path, written).map_err(|e| PortError::io("write", path, e))?;
                print(&path.display().to_string())
            }
        }
    }
}

/// When the task ended; for one that goes on, when its last step did.
fn ended(task: &Task, records: &[StepRecord]) -> u64 {
    let last = records.iter().map(|r| r.began_at + r.wall_ms).max().unwrap_or(task.created_at);
    task.finished_at.unwrap_or(last)
}

fn number(report: &Value, pointer: &str) -> f64 {
    report.pointer(pointer).and_then(Value::as_f64).unwrap_or(0.0)
}
