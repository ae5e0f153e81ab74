//! Where the time went.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::task::{CacheOutcome, StepRecord};

/// The three steps of the contract's report, and the kinds of artifact that count towards each.
const STEPS: [(&str, &[&str]); 3] = [
    ("audio_generation", &["speech", "soundtrack"]),
    ("image_generation", &["picture", "poster"]),
    ("scene_processing", &["scene", "film"]),
];

const MEGABYTE: f64 = 1_000_000.0;

/// The performance report of a task, in the contract's shape and more: seconds, and MB of resident set. A step's
/// `duration` adds up its artifacts' times, which overlap where work went on side by side. `made_with` names the tools.
#[must_use]
pub fn performance(records: &[StepRecord], began_ms: u64, ended_ms: u64, made_with: &str) -> Value {
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let peak = |of: &[&StepRecord]| of.iter().map(|r| r.memory_bytes).max().unwrap_or(0) as f64 / MEGABYTE;
    let round = |value: f64| (value * 10.0).round() / 10.0;
    let step = |kinds: &[&str]| {
        let of: Vec<_> = records.iter().filter(|r| kinds.contains(&r.kind.as_str())).collect();
        let duration = seconds(of.iter().map(|r| r.wall_ms).sum());
        json!({"duration": duration, "memory_mb": round(peak(&of)), "count": of.len()})
    };
    let steps: BTreeMap<_, _> = STEPS.iter().map(|(name, kinds)| (*name, step(kinds))).collect();
    let misses = records.iter().filter(|r| r.cache == CacheOutcome::Miss).count();
    json!({
        "total_time": seconds(ended_ms.saturating_sub(began_ms)),
        "total_memory_mb": round(peak(&records.iter().collect::<Vec<_>>())),
        "cache_stats": {"hits": records.len() - misses, "misses": misses},
        "steps": steps,
        "made_with": made_with,
        "artifacts": records,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_s_shape() {
        let record = |kind: &str, cache, wall_ms, megabytes: u64| StepRecord {
            kind: kind.into(),
            scene: Some(0),
            artifact: format!("{kind}/v1/x"),
            cache,
            reason: String::new(),
            began_at: 0,
            wall_ms,
            memory_bytes: megabytes * 1_000_000,
            bytes: 1,
            ..StepRecord::default()
        };
        let records = [
            record("speech", CacheOutcome::Miss, 1_500, 200),
            record("speech", CacheOutcome::Hit, 2, 210),
            record("picture", CacheOutcome::Waited, 300, 150),
            record("scene", CacheOutcome::Miss, 4_000, 500),
        ];
        let mut report = performance(&records, 10_000, 15_200, "ffmpeg version 9");
        report.as_object_mut().unwrap().remove("artifacts");
        assert_eq!(
            report,
            json!({"made_with": "ffmpeg version 9", "total_time": 5.2, "total_memory_mb": 500.0, "cache_stats": {"hits": 2, "misses": 2},
                "steps": {"audio_generation": {"duration": 1.502, "memory_mb": 210.0, "count": 2},
                    "image_generation": {"duration": 0.3, "memory_mb": 150.0, "count": 1},
                    "scene_processing": {"duration": 4.0, "memory_mb": 500.0, "count": 1}}})
        );
    }
}
