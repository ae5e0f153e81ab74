//! How much each process did at once, and why.

use serde_json::{Value, json};

use crate::domain::concurrency::Concurrency;
use crate::domain::task::StepRecord;

/// For each process, and for each time that it came to do more or less at once: how much that was and the reason, in the
/// order in which their first steps began.
pub(super) fn told(records: &[StepRecord]) -> Vec<Value> {
    let mut order: Vec<_> = records.iter().collect();
    order.sort_by_key(|record| record.began_at);
    let mut seen: Vec<(&str, Concurrency)> = Vec::new();
    let mut told = Vec::new();
    for record in order {
        let Some(concurrency) = record.place.concurrency else { continue };
        let of = (record.place.worker.as_str(), concurrency);
        if !seen.contains(&of) {
            seen.push(of);
            told.push(one(record, &concurrency));
        }
    }
    told
}

fn one(record: &StepRecord, concurrency: &Concurrency) -> Value {
    let function = record.place.function_mb.is_some();
    let choice = |count: u32, why: String| json!({"count": count, "why": why});
    json!({
        "worker": record.place.worker,
        "since": record.began_at,
        "cores": concurrency.cores,
        "memory_mb": concurrency.memory_mb,
        "workers": choice(concurrency.workers, concurrency.why_workers(function)),
        "encoders": choice(concurrency.encoders, concurrency.why_encoders()),
        "speech": choice(concurrency.speech, concurrency.why_speech()),
    })
}
