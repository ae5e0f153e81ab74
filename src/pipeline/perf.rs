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
    let (worker, device, function_mb) = (&record.place.worker, &record.place.device, record.place.function_mb);
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
        device,
        function_mb,
        "PERF"
    );
    if Alerts::is_slow(slow_step, record) {
        let threshold_ms = slow_step.as_millis() as u64;
        tracing::warn!(task, step, scene, wall_ms, waited_ms, threshold_ms, code = "SLOW_STEP", "SLOW_STEP");
    }
}

#[cfg(test)]
pub(super) mod tests;
