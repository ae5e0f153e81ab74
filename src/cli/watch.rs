//! Following a task to its end: `status --watch`.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::world::Station;
use super::{Failure, print, status};
use crate::config::Config;
use crate::domain::task::{Status, Task};

/// How often the task is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A task that was sent a moment ago is recorded within so long, or not at all.
const RECORDED: Duration = Duration::from_secs(120);

/// Shows the task's progress until it has ended; a bar on a terminal, lines elsewhere.
pub(super) async fn follow(station: &Station, config: &Config, id: &str) -> Result<(), Failure> {
    let bars = io::stderr().is_terminal() && config.redraws;
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} steps {msg}");
    let bar = bars.then(|| {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    });
    let (began, mut told) = (Instant::now(), String::new());
    let task = loop {
        let task = station.pipeline.world().tasks.get(id).await?;
        let Some(task) = task else {
            if began.elapsed() > RECORDED {
                return Err(super::task::unknown(id));
            }
            tokio::time::sleep(LOOK).await;
            continue;
        };
        let line = status::line(station, &task).await?;
        match &bar {
            Some(bar) => {
                let progress = status::steps(station, &task).await?;
                bar.set_length(progress.1 as u64);
                bar.set_position(progress.0 as u64);
                bar.set_message(task.status.word());
            }
            None if line != told => eprintln!("{line}"),
            None => {}
        }
        told = line;
        if task.status.is_terminal() {
            break task;
        }
        tokio::time::sleep(LOOK).await;
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    print(&told)?;
    ended(&task)
}

fn ended(task: &Task) -> Result<(), Failure> {
    match (task.status, &task.error) {
        (Status::Failed, Some(error)) => Err(Failure::of_task(error)),
        (Status::Cancelled, _) => Err(Failure::cancelled(format!("task {} was cancelled", task.id))),
        _ => Ok(()),
    }
}
