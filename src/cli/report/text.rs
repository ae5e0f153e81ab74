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
    let _ = writeln!(out, "made with {}; planned in {:.2} s", made_with(report), of("/planning/wall_ms") / 1000.0);
    for name in ["audio_generation", "image_generation", "scene_processing"] {
        let step = |field| number(report, &format!("/steps/{name}/{field}"));
        let _ = writeln!(out, "  {name:<18} {:>8.2} s {:>6.0} MB", step("duration"), step("memory_mb"));
    }
    out.push_str(&figures(report));
    let _ = writeln!(
        out,
        "\n{:<11} {:>5} {:>9} {:>8} {:>9} {:>6} {:>10}  why",
        "step", "scene", "seconds", "queued", "processor", "MB", "bytes"
    );
    for (index, record) in records.iter().enumerate() {
        let scene = record.scene.map_or_else(|| "-".to_owned(), |scene| scene.to_string());
        let why = why(record);
        let _ = writeln!(
            out,
            "{:<11} {scene:>5} {:>9.3} {:>8.3} {:>9.2} {:>6.0} {:>10}  {why}",
            record.kind,
            record.wall_ms as f64 / 1000.0,
            number(report, &format!("/artifacts/{index}/queued_ms")) / 1000.0,
            record.all_processor_ms() as f64 / 1000.0,
            record.memory_bytes as f64 / 1e6,
            record.bytes
        );
    }
    out
}

/// What stands between the sums and the list of all steps: times, cost, percentiles, the critical path, scenes.
pub(super) fn figures(report: &Value) -> String {
    let mut out = String::new();
    let of = |pointer| number(report, pointer);
    let _ = writeln!(
        out,
        "processor time {:.2} s; largest program {:.0} MB; steps queued {:.2} s, waited {:.2} s, worked {:.2} s",
        of("/processor_time"),
        of("/children_memory_mb"),
        of("/waiting/queued"),
        of("/waiting/waited"),
        of("/waiting/worked")
    );
    let parts = ["functions", "requests", "storage", "pictures"];
    let parts = parts.map(|part| format!("{part} ${:.6}", number(report, &format!("/cost/{part}"))));
    let _ = writeln!(out, "cost ${:.6}: {}", of("/cost/usd"), parts.join(", "));
    for (who, count) in report["cost"]["unpriced_pictures"].as_object().into_iter().flatten() {
        let _ = writeln!(out, "  {count} pictures by {who} are not in it: what they cost is not known");
    }
    let _ = writeln!(out, "  prices of {}", report["cost"]["prices"]["as_of"].as_str().unwrap_or_default());
    out.push_str(&adaptation(report));
    let _ = writeln!(out, "\n{:<11} {:>5} {:>9} {:>9} {:>9}  seconds at work", "made", "count", "p50", "p95", "max");
    for (kind, figures) in report["percentiles"].as_object().into_iter().flatten() {
        let of = |name: &str| figures[name].as_f64().unwrap_or(0.0);
        let _ = writeln!(out, "{kind:<11} {:>5} {:>9.3} {:>9.3} {:>9.3}", of("count"), of("p50"), of("p95"), of("max"));
    }
    let _ = writeln!(out, "\n{:<11} {:>5} {:>9} {:>9} {:>9}", "critical", "scene", "queued", "waited", "worked");
    for step in report["critical_path"].as_array().into_iter().flatten() {
        let of = |name: &str| step[name].as_f64().unwrap_or(0.0);
        let _ = writeln!(
            out,
            "{:<11} {:>5} {:>9.3} {:>9.3} {:>9.3}",
            step["step"].as_str().unwrap_or_default(),
            scene(&step["scene"]),
            of("queued"),
            of("waited"),
            of("worked")
        );
    }
    let _ = writeln!(out, "\n{:<11} {:>5} {:>9} {:>9} {:>11}", "expensive", "scene", "processor", "worked", "$");
    for took in report["expensive_scenes"].as_array().into_iter().flatten() {
        let of = |name: &str| took[name].as_f64().unwrap_or(0.0);
        let (processor, worked, usd) = (of("processor"), of("worked"), of("usd"));
        let _ = writeln!(out, "{:<11} {:>5} {processor:>9.2} {worked:>9.3} {usd:>11.6}", "", scene(&took["scene"]));
    }
    out
}

/// How much each process did at once, and why.
fn adaptation(report: &Value) -> String {
    let mut out = String::new();
    for process in report["adaptation"].as_array().into_iter().flatten() {
        let choice = |name: &str, what: &str| {
            let (count, why) = (&process[name]["count"], process[name]["why"].as_str().unwrap_or_default());
            format!("{count} {what} ({why})")
        };
        let all = [("workers", "pieces of work"), ("encoders", "encoders"), ("speech", "sentences")];
        let all = all.map(|(name, what)| choice(name, what)).join(", ");
        let (worker, cores) = (process["worker"].as_str().unwrap_or_default(), &process["cores"]);
        let _ = writeln!(out, "at once in {worker}, {cores} cores: {all}");
    }
    out
}

/// A scene's place; nothing for the whole film.
fn scene(place: &Value) -> String {
    place.as_u64().map_or_else(|| "-".to_owned(), |scene| scene.to_string())
}
