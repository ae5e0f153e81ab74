//! The report as a trace that Perfetto and Chrome's tracing page open: a process for each worker, a row for each lane, and
//! one more for each step that ran beside another in the same lane, since events of one row must not overlap.
//!
//! Source: "Trace Event Format", the complete events (`X`) and the metadata events (`M`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rows::rows;
use crate::domain::task::{StepRecord, Task};

/// Rows of one lane are numbered within so many.
const ROWS_A_LANE: usize = 100;

pub(super) fn trace(task: &Task, records: &[StepRecord]) -> Value {
    let (mut events, mut workers, mut beside) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for row in rows(records) {
        let Some(first) = row.first() else { continue };
        let worker = first.place.worker.as_str();
        let next = workers.len() + 1;
        let pid = *workers.entry(worker).or_insert_with(|| {
            let place = first.place.function_mb.map_or("machine".to_owned(), |mb| format!("function of {mb} MB"));
            events.push(named("process_name", next, 0, &format!("{place} {worker}")));
            next
        });
        let number = beside.entry((pid, first.lane)).or_insert(0_usize);
        let tid = first.lane as usize * ROWS_A_LANE + *number;
        let name =
            if *number == 0 { format!("lane {}", first.lane) } else { format!("lane {}, beside it", first.lane) };
        *number += 1;
        events.push(named("thread_name", pid, tid, &name));
        events.extend(row.into_iter().map(|record| event(record, pid, tid)));
    }
    let about = json!({"task": task.id, "status": task.status.word()});
    json!({"traceEvents": events, "displayTimeUnit": "ms", "otherData": about})
}

fn named(what: &str, pid: usize, tid: usize, name: &str) -> Value {
    json!({"ph": "M", "name": what, "pid": pid, "tid": tid, "args": {"name": name}})
}

/// Times are microseconds.
fn event(record: &StepRecord, pid: usize, tid: usize) -> Value {
    let place = record.scene.map(|scene| format!(" {scene}")).unwrap_or_default();
    json!({
        "ph": "X",
        "name": format!("{}{place}", record.kind),
        "cat": format!("{},{}", record.kind, record.cache.word()),
        "ts": record.began_at * 1000,
        "dur": record.wall_ms * 1000,
        "pid": pid,
        "tid": tid,
        "args": record,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::{Place, Status};

    fn task() -> Task {
        Task {
            id: "t".into(),
            request_sha256: String::new(),
            tenant: None,
            status: Status::Finished,
            created_at: 0,
            opened_at: 0,
            updated_at: 0,
            resent_at: None,
            started_at: None,
            finished_at: None,
            deadline: 0,
            error: None,
            result: None,
        }
    }

    fn record(worker: &str, lane: u32, kind: &str, began_at: u64, wall_ms: u64) -> StepRecord {
        let place = Place { worker: worker.into(), ..Place::default() };
        StepRecord { kind: kind.into(), scene: Some(3), began_at, wall_ms, lane, place, ..StepRecord::default() }
    }

    #[test]
    fn workers_are_processes_and_lanes_are_rows_without_overlap() {
        let records = [
            record("a", 0, "speech", 5, 20),
            record("a", 0, "picture", 5, 10),
            record("a", 0, "scene", 25, 30),
            record("a", 1, "speech", 6, 2),
            record("b", 0, "speech", 5, 20),
        ];
        let trace = trace(&task(), &records);
        let events = trace["traceEvents"].as_array().unwrap();
        let of = |ph: &'static str| events.iter().filter(move |event| event["ph"] == ph);
        let told: Vec<_> =
            of("X").map(|e| [&e["pid"], &e["tid"], &e["ts"], &e["dur"]].map(|n| n.as_u64().unwrap())).collect();
        let expected = [
            [1, 0, 5_000, 20_000],
            [1, 0, 25_000, 30_000],
            [1, 1, 5_000, 10_000],
            [1, 100, 6_000, 2_000],
            [2, 0, 5_000, 20_000],
        ];
        assert_eq!(told, expected);
        assert_eq!(of("X").next().unwrap()["name"], "speech 3");
        assert_eq!(of("X").next().unwrap()["args"]["wall_ms"], 20);
        let names: Vec<_> = of("M").map(|event| event["args"]["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["machine a", "lane 0", "lane 0, beside it", "lane 1", "machine b", "lane 0"]);
    }
}
