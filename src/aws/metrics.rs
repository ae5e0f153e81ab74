//! Metrics as lines of the log, in `CloudWatch`'s embedded metric format: the service makes numbers of them, nobody waits
//! for it. At least once: a line that is told twice counts twice.
//!
//! Source: the Amazon `CloudWatch` user guide, "Embedded metric format specification".

use std::collections::BTreeMap;
use std::io::Write as _;

use serde_json::{Map, Value, json};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "ProtoVideo";
/// The dimension that all metrics have.
pub const STACK: &str = "Stack";

/// One metric: its name, its unit, and what it is told apart by besides the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `step_ms`.
    pub name: &'static str,
    /// A unit of `CloudWatch`'s.
    pub unit: &'static str,
    /// `Kind`.
    pub by: Option<&'static str>,
}

const fn count(name: &'static str, by: Option<&'static str>) -> Metric {
    Metric { name, unit: "Count", by }
}

const fn milliseconds(name: &'static str, by: Option<&'static str>) -> Metric {
    Metric { name, unit: "Milliseconds", by }
}

/// Tasks that came to a state.
pub const TASKS: Metric = count("tasks", Some("State"));
/// How long a step took, cached ones included.
pub const STEP_MS: Metric = milliseconds("step_ms", Some("Kind"));
/// Processor time of the threads and programs that made an artifact.
pub const STEP_PROCESSOR_MS: Metric = milliseconds("step_processor_ms", Some("Kind"));
/// The most memory of the process and its programs that was resident while a step ran.
pub const STEP_MEMORY_MB: Metric = Metric { name: "step_memory_mb", unit: "Megabytes", by: Some("Kind") };
/// Steps that worked for longer than `SLOW_STEP_THRESHOLD`.
pub const SLOW_STEPS: Metric = count("slow_steps", Some("Kind"));
/// Steps whose artifact was there.
pub const CACHE_HITS: Metric = count("cache_hits", Some("Kind"));
/// Steps whose artifact was made.
pub const CACHE_MISSES: Metric = count("cache_misses", Some("Kind"));
/// Artifacts that were not what was stored, and were thrown away.
pub const CACHE_CORRUPT: Metric = count("cache_corrupt", None);
/// Execution environments that began.
pub const COLD_STARTS: Metric = count("cold_starts", Some("Function"));
/// How long until one was ready for its first message.
pub const INIT_MS: Metric = milliseconds("init_ms", Some("Function"));
/// Speech sessions that were made: one for each environment that speaks.
pub const SPEECH_SESSION_LOADS: Metric = count("speech_session_loads", None);
/// How long that took.
pub const SPEECH_SESSION_LOAD_MS: Metric = milliseconds("speech_session_load_ms", None);
/// Minutes of finished films.
pub const FILM_MINUTES: Metric = Metric { name: "film_minutes", unit: "None", by: None };
/// What Lambda's time cost, in US dollars at list price.
pub const FILM_COST_USD: Metric = Metric { name: "film_cost_usd", unit: "None", by: None };
/// Messages that could not be accepted or worked on.
pub const REFUSED: Metric = count("refused", Some("Code"));
/// Dead letters that lie there, at each look.
pub const DEAD_LETTERS: Metric = count("dead_letters", None);

/// All metrics.
pub const ALL: [Metric; 16] = [
    TASKS,
    STEP_MS,
    STEP_PROCESSOR_MS,
    STEP_MEMORY_MB,
    SLOW_STEPS,
    CACHE_HITS,
    CACHE_MISSES,
    CACHE_CORRUPT,
    COLD_STARTS,
    INIT_MS,
    SPEECH_SESSION_LOADS,
    SPEECH_SESSION_LOAD_MS,
    FILM_MINUTES,
    FILM_COST_USD,
    REFUSED,
    DEAD_LETTERS,
];

/// Tells metrics of one stack.
#[derive(Clone, Debug)]
pub struct Metrics {
    stack: String,
}

impl Metrics {
    /// Of that stack.
    #[must_use]
    pub fn of(stack: &str) -> Self {
        Self { stack: stack.to_owned() }
    }

    /// Tells one value. `of` is the value of what it is told apart by.
    pub fn tell(&self, metric: Metric, of: &str, value: f64, now_ms: u64) {
        self.tell_all(of, &[(metric, value)], now_ms);
    }

    /// Tells several values that are told apart by the same.
    pub fn tell_all(&self, of: &str, values: &[(Metric, f64)], now_ms: u64) {
        let line = self.line(of, values, now_ms);
        // Without an output there is nobody to be told.
        drop(writeln!(std::io::stdout().lock(), "{line}"));
    }

    fn line(&self, of: &str, values: &[(Metric, f64)], now_ms: u64) -> Value {
        let mut by: BTreeMap<Vec<&str>, Vec<Value>> = BTreeMap::new();
        let mut line = Map::from_iter([(STACK.to_owned(), json!(self.stack))]);
        for (metric, value) in values {
            let dimensions: Vec<_> = std::iter::once(STACK).chain(metric.by).collect();
            if let Some(name) = metric.by {
                line.insert(name.to_owned(), json!(of));
            }
            line.insert(metric.name.to_owned(), json!(value));
            by.entry(dimensions).or_default().push(json!({"Name": metric.name, "Unit": metric.unit}));
        }
        let directives: Vec<_> = by
            .into_iter()
            .map(
                |(dimensions, metrics)| json!({"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics}),
            )
            .collect();
        line.insert("_aws".to_owned(), json!({"Timestamp": now_ms, "CloudWatchMetrics": directives}));
        Value::Object(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_service_reads() {
        let line = Metrics::of("pv").line("scene", &[(STEP_MS, 12.5), (CACHE_HITS, 1.0)], 7);
        let metrics = json!([{"Name": "step_ms", "Unit": "Milliseconds"}, {"Name": "cache_hits", "Unit": "Count"}]);
        let directive = json!({"Namespace": "ProtoVideo", "Dimensions": [["Stack", "Kind"]], "Metrics": metrics});
        assert_eq!(
            line,
            json!({"Stack": "pv", "Kind": "scene", "step_ms": 12.5, "cache_hits": 1.0,
                "_aws": {"Timestamp": 7, "CloudWatchMetrics": [directive]}})
        );
    }

    #[test]
    fn no_two_metrics_have_one_name() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
