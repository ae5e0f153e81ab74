//! What a task did cost, step by step, from its records.

use std::collections::{BTreeMap, BTreeSet};

use super::prices::{self, GB_MONTH};
use super::{Pricing, requests};
use crate::domain::task::{CacheOutcome, StepRecord};
use crate::recipe::plan::Plan;
use crate::recipe::steps::{PictureRecipe, Recipe as _};

/// US dollars that a task did cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spent {
    /// The functions' time in which a step ran. Their starts, and what they do between steps, are not in it.
    pub functions_usd: f64,
    /// Requests to queues, tables and buckets.
    pub requests_usd: f64,
    /// A month in which the bucket keeps what was made.
    pub storage_usd: f64,
    /// Pictures by an images API.
    pub pictures_usd: f64,
    /// Pictures of a price that is not known, by provider and model: nothing is counted for them.
    pub unpriced: BTreeMap<String, u32>,
    /// What each step cost, in the records' order.
    pub steps: Vec<f64>,
}

impl Spent {
    /// All of it.
    #[must_use]
    pub fn usd(&self) -> f64 {
        self.functions_usd + self.requests_usd + self.storage_usd + self.pictures_usd
    }
}

/// When a step worked, rather than waiting for its inputs to be made: milliseconds since 1970.
pub(super) type Span = (u64, u64);

/// What the steps of a film cost. `spans` are the records' working times, in their order. A moment of a function's time is
/// shared evenly by the steps that worked in it.
#[must_use]
pub fn spent(plan: &Plan, records: &[StepRecord], spans: &[Span], pricing: &Pricing) -> Spent {
    let mut spent = Spent { steps: vec![0.0; records.len()], ..Spent::default() };
    let models = models(plan);
    let mut workers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        let made = record.cache == CacheOutcome::Miss;
        let mut step = 0.0;
        if record.place.function_mb.is_some() {
            workers.entry(&record.place.worker).or_default().push(index);
            let (requests, bytes) = if made { (requests::MADE, record.bytes) } else { (requests::FOUND, 0) };
            let storage = bytes as f64 / 1e9 * GB_MONTH;
            spent.requests_usd += requests;
            spent.storage_usd += storage;
            step += requests + storage;
        }
        if let Some((provider, model)) = models.get(record.artifact.as_str()).filter(|_| made) {
            match picture_usd(record, model, pricing) {
                Some(usd) => {
                    spent.pictures_usd += usd;
                    step += usd;
                }
                None => *spent.unpriced.entry(format!("{provider} {model}")).or_default() += 1,
            }
        }
        spent.steps[index] = step;
    }
    if !workers.is_empty() {
        spent.requests_usd += requests::FILM + f64::from(plan.steps()) * requests::MESSAGE;
    }
    for indices in workers.values() {
        for (index, ms) in shares(indices, spans) {
            let place = &records[index].place;
            let gigabytes = place.function_mb.unwrap_or(0) as f64 / 1024.0;
            let usd = ms / 1000.0 * gigabytes * prices::gb_second(&place.architecture);
            spent.functions_usd += usd;
            spent.steps[index] += usd;
        }
    }
    spent
}

/// Who drew a plan's pictures for money, by artifact: the provider and its model.
fn models(plan: &Plan) -> BTreeMap<String, (&str, &str)> {
    let paid = plan.scenes.iter().filter_map(|scene| match &scene.picture {
        PictureRecipe::Prompt { provider, model, .. } if provider != super::estimate::DRAWN_HERE => {
            Some((scene.picture.id().ok()?.to_string(), (provider.as_str(), model.as_str())))
        }
        _ => None,
    });
    paid.collect()
}

fn picture_usd(record: &StepRecord, model: &str, pricing: &Pricing) -> Option<f64> {
    if pricing.picture_usd.is_some() {
        return pricing.picture_usd;
    }
    let (model, tokens) = (prices::model(model)?, record.tokens);
    (!tokens.is_none()).then_some(tokens.input as f64 * model.input + tokens.output as f64 * model.output)
}

/// Milliseconds of one worker's time that each of its steps has to itself, moments in which several worked shared evenly.
fn shares(indices: &[usize], spans: &[Span]) -> Vec<(usize, f64)> {
    let mut edges: Vec<_> = indices
        .iter()
        .filter(|index| spans[**index].0 < spans[**index].1)
        .flat_map(|index| [(spans[*index].0, true, *index), (spans[*index].1, false, *index)])
        .collect();
    edges.sort_unstable();
    let (mut shares, mut active, mut last) = (BTreeMap::new(), BTreeSet::new(), 0);
    for (at, begins, index) in edges {
        let each = (at - last) as f64 / active.len().max(1) as f64;
        for step in &active {
            *shares.entry(*step).or_insert(0.0) += each;
        }
        last = at;
        if begins {
            active.insert(index)
        } else {
            active.remove(&index)
        };
    }
    shares.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_shared_by_the_steps_that_worked_in_it() {
        // The first alone for 10, two for 20, the second alone for 10; a third after a gap.
        let spans = [(100, 130), (110, 140), (0, 0), (200, 205)];
        assert_eq!(shares(&[0, 1, 2, 3], &spans), [(0, 20.0), (1, 20.0), (3, 5.0)]);
    }
}
