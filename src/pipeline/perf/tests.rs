use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::domain::task::{CacheOutcome, Place};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The levels and the fields of the lines that some work logs.
pub(in crate::pipeline) fn logged(work: impl FnOnce()) -> Vec<(Value, Value)> {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(log, work);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["level"].clone(), line["fields"].clone())
    };
    text.lines().map(line).collect()
}

fn record() -> StepRecord {
    StepRecord {
        kind: "scene".into(),
        scene: Some(3),
        artifact: "scene/v2/x".into(),
        cache: CacheOutcome::Miss,
        reason: "new picture".into(),
        wall_ms: 1_500,
        waited_ms: 400,
        processor_ms: 210,
        children_processor_ms: 900,
        memory_bytes: 7,
        children_memory_bytes: 5,
        bytes: 2,
        lane: 1,
        place: Place { worker: "w".into(), device: "cuda".into(), function_mb: Some(3538), ..Place::default() },
        ..StepRecord::default()
    }
}

#[test]
fn a_step_is_one_line_whose_fields_have_the_record_s_names() {
    let told = logged(|| tell("t", &record(), Duration::from_millis(1_100)));
    let perf = json!({"message": "PERF", "task": "t", "step": "scene", "scene": 3, "artifact": "scene/v2/x",
        "cache": "miss", "reason": "new picture", "wall_ms": 1500, "waited_ms": 400, "processor_ms": 210,
        "children_processor_ms": 900, "memory_bytes": 7, "children_memory_bytes": 5, "bytes": 2, "worker": "w",
        "lane": 1, "device": "cuda", "function_mb": 3538});
    assert_eq!(told, [(json!("INFO"), perf)], "1.1 s of work are not more than 1.1 s");
}

#[test]
fn a_step_that_works_for_longer_is_told_as_slow() {
    let told = logged(|| tell("t", &record(), Duration::from_millis(1_099)));
    let slow = json!({"message": "SLOW_STEP", "code": "SLOW_STEP", "task": "t", "step": "scene", "scene": 3,
        "wall_ms": 1500, "waited_ms": 400, "threshold_ms": 1099});
    assert_eq!(told[1..], [(json!("WARN"), slow)]);
}
