//! Percentiles, the most expensive scenes, and the cost.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::order::Order;
use super::{millionths, seconds};
use crate::cost::{Spent, prices};
use crate::domain::task::{CacheOutcome, StepRecord};

/// For each kind of artifact, of those that were made: how long half and 95 of 100 of them worked at the most.
pub(super) fn percentiles(records: &[StepRecord], order: &Order<'_>) -> Map<String, Value> {
    let mut kinds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate().filter(|(_, record)| record.cache == CacheOutcome::Miss) {
        kinds.entry(&record.kind).or_default().push(order.worked_ms(index));
    }
    let told = |(kind, mut times): (&str, Vec<u64>)| {
        times.sort_unstable();
        let rank = |percent| seconds(nearest_rank(&times, percent));
        (kind.to_owned(), json!({"count": times.len(), "p50": rank(50), "p95": rank(95), "max": rank(100)}))
    };
    kinds.into_iter().map(told).collect()
}

/// The least of sorted values that so many of a hundred do not exceed.
fn nearest_rank(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// What one scene took.
#[derive(Default)]
struct Took {
    processor_ms: u64,
    worked_ms: u64,
    usd: f64,
}

/// The scenes that took the most money, and of those that took as much, the most processor time.
pub(super) fn expensive(records: &[StepRecord], order: &Order<'_>, usd: &[f64], most: usize) -> Vec<Value> {
    let mut scenes: BTreeMap<u32, Took> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let Some(scene) = record.scene else { continue };
        let took = scenes.entry(scene).or_default();
        took.processor_ms += record.all_processor_ms();
        took.worked_ms += order.worked_ms(index);
        took.usd += usd[index];
    }
    let mut scenes: Vec<_> = scenes.into_iter().collect();
    scenes.sort_by(|(_, a), (_, b)| {
        millionths(b.usd).total_cmp(&millionths(a.usd)).then(b.processor_ms.cmp(&a.processor_ms))
    });
    let told = |(scene, took): (u32, Took)| {
        json!({"scene": scene, "processor": seconds(took.processor_ms), "worked": seconds(took.worked_ms),
            "usd": millionths(took.usd)})
    };
    scenes.into_iter().take(most).map(told).collect()
}

/// The cost, with what it is made of.
pub(super) fn cost(records: &[StepRecord], spent: &Spent) -> Value {
    let mut kinds: BTreeMap<&str, f64> = BTreeMap::new();
    for (record, usd) in records.iter().zip(&spent.steps) {
        *kinds.entry(&record.kind).or_default() += usd;
    }
    let kinds: Map<_, _> = kinds.into_iter().map(|(kind, usd)| (kind.to_owned(), json!(millionths(usd)))).collect();
    json!({
        "usd": millionths(spent.usd()),
        "functions": millionths(spent.functions_usd),
        "requests": millionths(spent.requests_usd),
        "storage": millionths(spent.storage_usd),
        "pictures": millionths(spent.pictures_usd),
        "unpriced_pictures": spent.unpriced,
        "kinds": kinds,
        "prices": {"as_of": prices::AS_OF, "source": prices::SOURCE},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let twenty: Vec<u64> = (1..=20).collect();
        assert_eq!([50, 95, 100].map(|percent| nearest_rank(&twenty, percent)), [10, 19, 20]);
        assert_eq!([50, 95, 100].map(|percent| nearest_rank(&[7], percent)), [7, 7, 7]);
        assert_eq!(nearest_rank(&[], 50), 0);
    }
}
