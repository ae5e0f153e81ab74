//! A line of the log for each step, and alerts. The names of the fields are those of the step's record, and stay: queries
//! rely on them.

use std::time::Duration;

use crate::domain::task::StepRecord;

/// What is told as too much.
#[derive(Clone, Copy, Debug)]
pub struct Alerts {
    /// A step that works for longer is slow.
    pub slow_step: Duration,
    /// Resident bytes, of this process and its children, that are many.
    pub memory_warning: u64,
    /// Resident bytes that are too many.
    pub memory_critical: u64,
}

impl Default for Alerts {
    /// Nothing is too much.
    fn default() -> Self {
        Self { slow_step: Duration::MAX, memory_warning: u64::MAX, memory_critical: u64::MAX }
    }
}

impl Alerts {
    /// As the configuration says it, with memory in MB.
    #[must_use]
    pub const fn new(slow_step: Duration, warning_mb: u64, critical_mb: u64) -> Self {
        let (memory_warning, memory_critical) =
            (warning_mb.saturating_mul(1_000_000), critical_mb.saturating_mul(1_000_000));
        Self { slow_step, memory_warning, memory_critical }
    }

    /// Whether a step worked for longer than it should. Waiting does not count.
    #[must_use]
    pub fn is_slow(slow_step: Duration, record: &StepRecord) -> bool {
        u128::from(record.wall_ms.saturating_sub(record.waited_ms)) > slow_step.as_millis()
    }
}

/// Tells of a step that ended well: `PERF`, and `SLOW_STEP` where it worked for longer than `slow_step`.
pub(super) fn tell(task: &str, record: &StepRecord, slow_step: Duration) {
    let StepRecord { wall_ms, waited_ms, memory_bytes, bytes, lane, processor_ms, .. } = *record;
    let StepRecord { children_processor_ms, children_memory_bytes, .. } = *record;
    let (step, scene, artifact, cache, reason) =
        (&record.kind, record.scene, &record.artifact, record.cache.word(), &record.reason);
    let (worker, function_mb) = (&record.place.worker, record.place.function_mb);
    tracing::info!(
        task,
        step,
        scene,
        artifact,
        cache,
        reason,
        wall_ms,
        waited_ms,
        processor_ms,
        children_processor_ms,
        memory_bytes,
        children_memory_bytes,
        bytes,
        worker,
        lane,
        function_mb,
        "PERF"
    );
    if Alerts::is_slow(slow_step, record) {
        let threshold_ms = slow_step.as_millis() as u64;
        tracing::warn!(task, step, scene, wall_ms, waited_ms, threshold_ms, code = "SLOW_STEP", "SLOW_STEP");
    }
}

#[cfg(test)]
mod tests {
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

    /// The fields of the lines that are logged for a step.
    fn told(record: &StepRecord, slow_step: Duration) -> Vec<(Value, Value)> {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(log, || tell("t", record, slow_step));
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
            place: Place { worker: "w".into(), architecture: "x86_64".into(), function_mb: Some(3538) },
            ..StepRecord::default()
        }
    }

    #[test]
    fn a_step_is_one_line_whose_fields_have_the_record_s_names() {
        let told = told(&record(), Duration::from_millis(1_100));
        let perf = json!({"message": "PERF", "task": "t", "step": "scene", "scene": 3, "artifact": "scene/v2/x",
            "cache": "miss", "reason": "new picture", "wall_ms": 1500, "waited_ms": 400, "processor_ms": 210,
            "children_processor_ms": 900, "memory_bytes": 7, "children_memory_bytes": 5, "bytes": 2, "worker": "w",
            "lane": 1, "function_mb": 3538});
        assert_eq!(told, [(json!("INFO"), perf)], "1.1 s of work are not more than 1.1 s");
    }

    #[test]
    fn a_step_that_works_for_longer_is_told_as_slow() {
        let told = told(&record(), Duration::from_millis(1_099));
        let slow = json!({"message": "SLOW_STEP", "code": "SLOW_STEP", "task": "t", "step": "scene", "scene": 3,
            "wall_ms": 1500, "waited_ms": 400, "threshold_ms": 1099});
        assert_eq!(told[1..], [(json!("WARN"), slow)]);
    }
}
