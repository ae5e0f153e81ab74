//! What the pipeline tells, as metrics; what an invocation costs; and whether this worker may be sick.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Start;
use crate::aws::metrics::{
    CACHE_HITS, CACHE_MISSES, FILM_COST_USD, FILM_MINUTES, Metric, Metrics, SLOW_STEPS, SPEECH_SESSION_LOAD_MS,
    SPEECH_SESSION_LOADS, STEP_MEMORY_MB, STEP_MS, STEP_PROCESSOR_MS, TASKS,
};
use crate::cost::prices;
use crate::domain::task::{CacheOutcome, Outcome, StepRecord};
use crate::pipeline::{Alerts, Event, Observer};
use crate::ports::{Clock as _, SystemClock};

/// What a process cannot be trusted after: its model is not what it should be, or its sessions fail.
const SICK: [&str; 3] = ["MODEL_INTEGRITY", "SPEECH_BROKE_OFF", "SPEECH_ENGINE"];

/// Tells metrics.
pub(super) struct Meter {
    metrics: Metrics,
    gigabytes: f64,
    slow_step: Duration,
    sessions: AtomicU64,
    sick: AtomicBool,
}

/// An invocation, whose cost is told when it ends.
pub(super) struct Billed {
    meter: Arc<Meter>,
    began: Instant,
}

impl Meter {
    pub(super) fn new(start: &Start) -> Self {
        let gigabytes = start.config.cloud.function.as_ref().map_or(0.0, |function| function.memory_mb as f64 / 1024.0);
        let (sessions, sick) = (AtomicU64::new(0), AtomicBool::new(false));
        let slow_step = start.config.slow_step;
        Self { metrics: start.metrics.clone(), gigabytes, slow_step, sessions, sick }
    }

    /// Whether the process should end rather than work on.
    pub(super) fn is_sick(&self) -> bool {
        self.sick.load(Ordering::Relaxed)
    }

    /// An invocation begins.
    pub(super) fn billed(self: &Arc<Self>) -> Billed {
        Billed { meter: Arc::clone(self), began: Instant::now() }
    }

    /// Tells of the speech sessions that were made since it was told last.
    #[cfg(feature = "speech")]
    pub(super) fn sessions(&self, speaker: Option<&crate::speech::Speaker>) {
        let Some((loads, took)) = speaker.map(crate::speech::Speaker::loads) else { return };
        let new = loads.saturating_sub(self.sessions.swap(loads, Ordering::Relaxed));
        if new > 0 {
            let each = took.as_secs_f64() * 1000.0 / loads as f64;
            let values = [(SPEECH_SESSION_LOADS, new as f64), (SPEECH_SESSION_LOAD_MS, each)];
            self.metrics.tell_all("", &values, SystemClock.now_ms());
        }
    }
}

impl Drop for Billed {
    fn drop(&mut self) {
        let time = self.began.elapsed().as_secs_f64() * self.meter.gigabytes;
        let cost = time * prices::gb_second(std::env::consts::ARCH) + prices::INVOCATION;
        if time > 0.0 {
            self.meter.metrics.tell(FILM_COST_USD, "", cost, SystemClock.now_ms());
        }
    }
}

impl Observer for Meter {
    fn event(&self, event: Event<'_>) {
        let now = SystemClock.now_ms();
        match event {
            Event::Step { record, .. } => {
                self.metrics.tell_all(&record.kind, &values(record, self.slow_step), now);
            }
            Event::Ended { task, outcome } => {
                let status = outcome.status().word();
                self.metrics.tell(TASKS, status, 1.0, now);
                tracing::info!(task, status, "the task has ended");
                if matches!(outcome, Outcome::Failed(error) if SICK.contains(&error.code.as_str())) {
                    self.sick.store(true, Ordering::Relaxed);
                }
                if let Outcome::Finished(result) = outcome {
                    let seconds = result["duration"].as_f64().unwrap_or(0.0);
                    self.metrics.tell(FILM_MINUTES, "", seconds / 60.0, now);
                }
            }
            Event::Retry { code: "DISK_FULL" | "IO", .. } => self.sick.store(true, Ordering::Relaxed),
            Event::Retry { .. } | Event::Planned { .. } | Event::Frames { .. } => {}
        }
    }
}

/// What a step's record says in metrics.
fn values(record: &StepRecord, slow_step: Duration) -> Vec<(Metric, f64)> {
    let made = record.cache == CacheOutcome::Miss;
    let mut values = vec![(STEP_MS, record.wall_ms as f64), (if made { CACHE_MISSES } else { CACHE_HITS }, 1.0)];
    if made {
        values.push((STEP_PROCESSOR_MS, record.all_processor_ms() as f64));
        values.push((STEP_MEMORY_MB, record.memory_bytes as f64 / 1e6));
    }
    if Alerts::is_slow(slow_step, record) {
        values.push((SLOW_STEPS, 1.0));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_s_metrics_are_its_record_s() {
        let made = StepRecord {
            wall_ms: 900,
            waited_ms: 300,
            processor_ms: 40,
            children_processor_ms: 500,
            memory_bytes: 70_000_000,
            ..StepRecord::default()
        };
        let told = [(STEP_MS, 900.0), (CACHE_MISSES, 1.0), (STEP_PROCESSOR_MS, 540.0), (STEP_MEMORY_MB, 70.0)];
        assert_eq!(values(&made, Duration::from_millis(600)), told);
        assert_eq!(values(&made, Duration::from_millis(599))[4..], [(SLOW_STEPS, 1.0)]);
        let found = StepRecord { cache: CacheOutcome::Hit, ..made };
        assert_eq!(values(&found, Duration::MAX), [(STEP_MS, 900.0), (CACHE_HITS, 1.0)]);
    }
}
