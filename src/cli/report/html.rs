//! The report as one page that needs nothing else: the steps as a chart, one row a worker's lane, then a table.

use std::fmt::Write as _;

use serde_json::Value;

use super::rows::rows;
use super::{ended, made_with, number, text, why};
use crate::domain::task::{CacheOutcome, StepRecord, Task};
use crate::recipe::Kind;

const STYLE: &str = "
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } td, th { padding: .15rem .8rem .15rem 0; text-align: left; font-variant-numeric: tabular-nums }
th { border-bottom: 1px solid #8888 } .n { text-align: right } svg { width: 100%; height: auto } text { font-size: 11px; fill: currentColor }
.speech { --c: #3a86ff } .picture { --c: #8ac926 } .segment { --c: #ffd166 } .scene { --c: #ff9f1c } .soundtrack { --c: #6a4c93 } .film { --c: #e63946 } .poster { --c: #52b788 } .plan { --c: #8d99ae }
rect { fill: var(--c); stroke: var(--c); stroke-width: 2 } .cached { fill-opacity: .2; stroke-opacity: .4 } .waited { fill-opacity: .2; stroke-dasharray: 4 3 }
.key span { margin-right: 1.2rem; white-space: nowrap } .key i { display: inline-block; width: 1em; height: .8em; margin-right: .4em; border: 2px solid var(--c, currentColor); background: var(--c, currentColor) }
.key .cached, .key .waited { background: none } .key .cached { opacity: .4 } .key .waited { border-style: dashed }";

/// What became of a step, by its class in the style, and in words.
const OUTCOMES: [(&str, &str); 3] =
    [("made", "made"), ("cached", "cached"), ("waited", "made by another worker meanwhile")];

/// The chart's width, and a row's height, in its own units.
const WIDTH: f64 = 1000.0;
const ROW: f64 = 22.0;

/// The page: a chart of the steps that are `drawn`, and a table of all `records`.
pub(super) fn page(task: &Task, (drawn, records): (&[StepRecord], &[StepRecord]), report: &Value) -> String {
    let of = |pointer| number(report, pointer);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Task {id}</title><style>{STYLE}</style>\n\
         <h1>Task {id}: {status}</h1>\n<p>{time:.2} s, at most {memory:.0} MB resident, {hits} cached, {misses} made; with {tools}.</p>\n",
        id = escape(&task.id),
        status = task.status.word(),
        time = of("/total_time"),
        memory = of("/total_memory_mb"),
        hits = of("/cache_stats/hits"),
        misses = of("/cache_stats/misses"),
        tools = escape(made_with(report)),
    );
    out.push_str(&chart(task, drawn));
    out.push_str(&key());
    let _ = writeln!(out, "<pre>{}</pre>", escape(text::figures(report).trim()));
    out.push_str("<table><tr><th>step<th class=n>scene<th class=n>seconds<th class=n>queued<th class=n>processor<th class=n>MB<th class=n>bytes<th class=n>$<th>why<th>artifact</tr>\n");
    for (index, record) in records.iter().enumerate() {
        let scene = record.scene.map(|scene| scene.to_string()).unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr><td>{}<td class=n>{scene}<td class=n>{:.3}<td class=n>{:.3}<td class=n>{:.2}<td class=n>{:.0}<td class=n>{}<td class=n>{:.6}<td>{}<td><code>{}</code></tr>",
            escape(&record.kind),
            record.wall_ms as f64 / 1000.0,
            number(report, &format!("/artifacts/{index}/queued_ms")) / 1000.0,
            record.all_processor_ms() as f64 / 1000.0,
            record.memory_bytes as f64 / 1e6,
            record.bytes,
            number(report, &format!("/artifacts/{index}/usd")),
            escape(why(record)),
            escape(record.artifact.get(..24).unwrap_or(&record.artifact)),
        );
    }
    out.push_str("</table></html>\n");
    out
}

fn chart(task: &Task, records: &[StepRecord]) -> String {
    let from = records.iter().map(|record| record.began_at).chain([task.created_at]).min().unwrap_or_default();
    let to = ended(task, records).max(from + 1);
    let x = |ms: u64| ms.saturating_sub(from) as f64 / (to - from) as f64 * WIDTH;
    let rows = rows(records);
    let height = rows.len() as f64 * ROW + 16.0;
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Steps over time\">\n");
    for (row, steps) in rows.iter().enumerate() {
        for record in steps {
            let (left, right) = (x(record.began_at), x(record.began_at + record.wall_ms));
            let outcome = match record.cache {
                CacheOutcome::Miss => "made",
                CacheOutcome::Hit => "cached",
                CacheOutcome::Waited => "waited",
            };
            let _ = writeln!(
                out,
                "<rect class=\"{} {outcome}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}{}: {:.3} s, {}</title></rect>",
                escape(&record.kind),
                row as f64 * ROW,
                (right - left).max(1.0),
                ROW - 4.0,
                escape(&record.kind),
                record.scene.map(|scene| format!(" of scene {scene}")).unwrap_or_default(),
                record.wall_ms as f64 / 1000.0,
                escape(why(record)),
            );
        }
    }
    let seconds = (to - from) as f64 / 1000.0;
    let _ = writeln!(
        out,
        "<text x=\"0\" y=\"{y}\">0 s</text><text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{seconds:.2} s</text></svg>",
        y = height - 3.0
    );
    out
}

/// What the chart's colours and borders mean.
fn key() -> String {
    let kinds = ["plan"].into_iter().chain(Kind::ALL.into_iter().map(Kind::word)).map(|kind| (kind, kind));
    let entry = |(class, words): (&str, &str)| format!("<span><i class=\"{class}\"></i>{words}</span>");
    let entries: Vec<_> = kinds.chain(OUTCOMES).map(entry).collect();
    format!("<p class=key>{}</p>\n", entries.join("\n"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
