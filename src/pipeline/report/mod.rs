//! Where the time and the money went.

mod adaptation;
mod figures;
mod order;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cost::{Pricing, spent};
use crate::domain::task::{CacheOutcome, StepRecord};
use crate::recipe::plan::Plan;
use order::Order;

/// The three steps of the contract's report, and the kinds of artifact that count towards each.
const STEPS: [(&str, &[&str]); 3] = [
    ("audio_generation", &["speech", "soundtrack"]),
    ("image_generation", &["picture", "poster"]),
    ("scene_processing", &["segment", "scene", "film"]),
];

const MEGABYTE: f64 = 1_000_000.0;

/// So many scenes are told as the most expensive.
const EXPENSIVE: usize = 5;

/// The performance report of a task, in the contract's shape and more: seconds, and MB of resident set. A step's
/// `duration` adds up its artifacts' times, which overlap where work went on side by side. `pricing` tells what pictures
/// cost where that is configured; what functions cost is told by the records.
#[must_use]
pub fn performance(records: &[StepRecord], plan: &Plan, began_ms: u64, ended_ms: u64, pricing: &Pricing) -> Value {
    let peak = |of: &[&StepRecord]| of.iter().map(|r| r.memory_bytes).max().unwrap_or(0) as f64 / MEGABYTE;
    let step = |kinds: &[&str]| {
        let of: Vec<_> = records.iter().filter(|r| kinds.contains(&r.kind.as_str())).collect();
        let duration = seconds(of.iter().map(|r| r.wall_ms).sum());
        json!({"duration": duration, "memory_mb": tenths(peak(&of)), "count": of.len()})
    };
    let steps: BTreeMap<_, _> = STEPS.iter().map(|(name, kinds)| (*name, step(kinds))).collect();
    let misses = records.iter().filter(|r| r.cache == CacheOutcome::Miss).count();
    let order = Order::of(records, began_ms, plan.runs() > 0);
    let all = 0..records.len();
    let spans: Vec<_> = all.clone().map(|index| order.span(index)).collect();
    let spent = spent(plan, records, &spans, pricing);
    let children = records.iter().map(|r| r.children_memory_bytes).max().unwrap_or(0) as f64 / MEGABYTE;
    let sum = |of: &dyn Fn(usize) -> u64| seconds(all.clone().map(of).sum());
    json!({
        "total_time": seconds(ended_ms.saturating_sub(began_ms)),
        "total_memory_mb": tenths(peak(&records.iter().collect::<Vec<_>>())),
        "cache_stats": {"hits": records.len() - misses, "misses": misses},
        "steps": steps,
        "made_with": plan.made_with,
        "planning": plan.planning,
        "adaptation": adaptation::told(records),
        "processor_time": seconds(records.iter().map(StepRecord::all_processor_ms).sum()),
        "children_memory_mb": tenths(children),
        "waiting": {
            "queued": sum(&|index| order.queued_ms(index)),
            "waited": seconds(records.iter().map(|r| r.waited_ms).sum()),
            "worked": sum(&|index| order.worked_ms(index)),
        },
        "percentiles": figures::percentiles(records, &order),
        "critical_path": order.critical_path(),
        "expensive_scenes": figures::expensive(records, &order, &spent.steps, EXPENSIVE),
        "cost": figures::cost(records, &spent),
        "artifacts": artifacts(records, &order, &spent.steps),
    })
}

/// The records, each with how long it was queued and what it cost.
fn artifacts(records: &[StepRecord], order: &Order<'_>, usd: &[f64]) -> Vec<Value> {
    let told = |(index, record): (usize, &StepRecord)| {
        let mut told = serde_json::to_value(record).unwrap_or_default();
        if let Some(fields) = told.as_object_mut() {
            fields.insert("queued_ms".to_owned(), json!(order.queued_ms(index)));
            fields.insert("usd".to_owned(), json!(millionths(usd[index])));
        }
        told
    };
    records.iter().enumerate().map(told).collect()
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Dollars to a millionth.
fn millionths(usd: f64) -> f64 {
    (usd * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests;
