//! What the pipeline tells, as metrics; what an invocation costs; and whether this worker may be sick.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use super::Start;
use crate::aws::metrics::{
    CACHE_HITS, CACHE_MISSES, FILM_COST_USD, FILM_MINUTES, Metrics, SPEECH_SESSION_LOAD_MS, SPEECH_SESSION_LOADS,
    STEP_MS, TASKS,
};
use crate::domain::task::{CacheOutcome, Outcome};
use crate::pipeline::{Event, Observer};
use crate::ports::{Clock as _, SystemClock};

/// US dollars for a gigabyte and a second of an x86 function, as AWS lists them for us-east-1 (November 2026).
const GB_SECOND_USD: f64 = 0.000_016_666_7;

/// What a process cannot be trusted after: its model is not what it should be, or its sessions fail.
const SICK: [&str; 3] = ["MODEL_INTEGRITY", "SPEECH_BROKE_OFF", "SPEECH_ENGINE"];

/// Tells metrics.
pub(super) struct Meter {
    metrics: Metrics,
    gigabytes: f64,
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
        Self { metrics: start.metrics.clone(), gigabytes, sessions, sick }
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
        let cost = self.began.elapsed().as_secs_f64() * self.meter.gigabytes * GB_SECOND_USD;
        if cost > 0.0 {
            self.meter.metrics.tell(FILM_COST_USD, "", cost, SystemClock.now_ms());
        }
    }
}

impl Observer for Meter {
    fn event(&self, event: Event<'_>) {
        let now = SystemClock.now_ms();
        match event {
            Event::Step { record, .. } => {
                let cache = if record.cache == CacheOutcome::Miss { CACHE_MISSES } else { CACHE_HITS };
                self.metrics.tell_all(&record.kind, &[(STEP_MS, record.wall_ms as f64), (cache, 1.0)], now);
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
