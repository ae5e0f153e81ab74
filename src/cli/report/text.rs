//! The report as text.

use std::fmt::Write as _;

use serde_json::Value;

use super::{made_with, number, why};
use crate::domain::task::{StepRecord, Task};

/// One line for a film that is done.
#[must_use]
pub(in crate::cli) fn summary(task: &Task) -> String {
    let Some(result) = &task.result else { return String::new() };
    let of = |pointer| number(result, pointer);
    format!(
        "{:.1} s of film in {:.2} s; {} made, {} cached; task {}",
        of("/duration"),
        of("/performance_report/total_time"),
        of("/performance_report/cache_stats/misses"),
        of("/performance_report/cache_stats/hits"),
        task.id
    )
}

pub(super) fn report(task: &Task, records: &[StepRecord], report: &Value) -> String {
    let mut out = String::new();
    let of = |pointer| number(report, pointer);
    let _ = writeln!(out, "task {}: {}", task.id, task.status.word());
    let _ = writeln!(
        out,
        "{:.2} s, at most {:.0} MB resident, {} cached, {} made",
        of("/total_time"),
        of("/total_memory_mb"),
        of("/cache_stats/hits"),
        of("/cache_stats/misses")
    );
    let _ = writeln!(out, "made with {}", made_with(report));
    for name in ["audio_generation", "image_generation", "scene_processing"] {
        let step = |field| number(report, &format!("/steps/{name}/{field}"));
        let _ = writeln!(out, "  {name:<18} {:>8.2} s {:>6.0} MB", step("duration"), step("memory_mb"));
    }
    let _ = writeln!(out, "\n{:<11} {:>5} {:>9} {:>7} {:>10}  why", "step", "scene", "seconds", "MB", "bytes");
    for record in records {
        let scene = record.scene.map_or_else(|| "-".to_owned(), |scene| scene.to_string());
        let why = why(record);
        let _ = writeln!(
            out,
            "{:<11} {scene:>5} {:>9.3} {:>7.0} {:>10}  {why}",
            record.kind,
            record.wall_ms as f64 / 1000.0,
            record.memory_bytes as f64 / 1e6,
            record.bytes
        );
    }
    out
}
