//! In which order a film's steps had to be made: when each could begin, what it waited for, and the chain of steps that
//! took the task's time. The order is that of the plan's graph, and of the phases in which its work is sent: the film's
//! narration, or all sentences of a long film, then each scene's speech and picture and after them its video, the sound beside the scenes or after them, then
//! the film, the poster.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::seconds;
use crate::domain::task::{CacheOutcome, StepRecord};

/// Steps as they followed each other.
pub(super) struct Order<'a> {
    records: &'a [StepRecord],
    /// When the task was recorded.
    created_at: u64,
    /// The records' places, by scene.
    places: BTreeMap<Option<u32>, Vec<usize>>,
    scenes: Vec<usize>,
    sentences: Vec<usize>,
    /// Whether all sentences are spoken before scenes, and the sound beside them, are made.
    spoken_first: bool,
}

impl<'a> Order<'a> {
    pub(super) fn of(records: &'a [StepRecord], created_at: u64, spoken_first: bool) -> Self {
        let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, record) in records.iter().enumerate() {
            places.entry(record.scene).or_default().push(index);
        }
        let of = |kind| (0..records.len()).filter(|index| records[*index].kind == kind).collect();
        Self { records, created_at, places, scenes: of("scene"), sentences: of("speech"), spoken_first }
    }

    /// The last of the steps that had to end before this one could work. It was recorded before, so that no chain of them
    /// ends where it began.
    fn before(&self, index: usize) -> Option<usize> {
        let record = &self.records[index];
        let none = Vec::new();
        let of = |scene| self.places.get(&scene).unwrap_or(&none);
        let latest = |among: &[usize], kinds: &[&str]| {
            let earlier = among.iter().copied().filter(|other| {
                let other = &self.records[*other];
                kinds.contains(&other.kind.as_str()) && other.ended_at() <= record.ended_at()
            });
            earlier.filter(|other| *other < index).max_by_key(|other| self.records[*other].ended_at())
        };
        let last =
            |of: [Option<usize>; 2]| of.into_iter().flatten().max_by_key(|other| self.records[*other].ended_at());
        let (film, made) = (of(None), record.cache == CacheOutcome::Miss);
        match (record.kind.as_str(), record.scene) {
            ("picture", Some(_)) if self.spoken_first => latest(&self.sentences, &["speech"]),
            ("speech" | "picture", Some(_)) => latest(film, &["speech"]),
            ("segment", scene) => latest(of(scene), &["speech", "picture"]).or_else(|| latest(film, &["speech"])),
            ("scene", scene) => {
                latest(of(scene), &["speech", "picture", "segment"]).or_else(|| latest(film, &["speech"]))
            }
            ("soundtrack", _) if self.spoken_first && made => latest(&self.sentences, &["speech"]),
            // One that the film only reads was made before.
            ("soundtrack" | "film", _) => last([latest(film, &["soundtrack"]), latest(&self.scenes, &["scene"])]),
            ("poster", _) => latest(film, &["film"]),
            _ => None,
        }
    }

    /// When a step could begin.
    fn ready_at(&self, index: usize) -> u64 {
        self.before(index).map_or(self.created_at, |before| self.records[before].ended_at())
    }

    /// When a step worked: a step within which an input was made worked after that.
    pub(super) fn span(&self, index: usize) -> (u64, u64) {
        let record = &self.records[index];
        (record.began_at.max(self.ready_at(index)).min(record.ended_at()), record.ended_at())
    }

    /// Milliseconds from when a step could begin until it did: for a free worker, for its message.
    pub(super) fn queued_ms(&self, index: usize) -> u64 {
        self.records[index].began_at.saturating_sub(self.ready_at(index))
    }

    /// Milliseconds in which it worked.
    pub(super) fn worked_ms(&self, index: usize) -> u64 {
        let (from, to) = self.span(index);
        (to - from).saturating_sub(self.records[index].waited_ms)
    }

    /// The chain of steps that ended last, the first one first: none of them could have begun before the one before it had
    /// ended, so that what shortens the task is to be found here.
    pub(super) fn critical_path(&self) -> Vec<Value> {
        let mut at = (0..self.records.len()).max_by_key(|index| self.records[*index].ended_at());
        let mut path = Vec::new();
        while let Some(index) = at {
            let record = &self.records[index];
            path.push(json!({
                "step": record.kind,
                "scene": record.scene,
                "cache": record.cache,
                "queued": seconds(self.queued_ms(index)),
                "waited": seconds(record.waited_ms),
                "worked": seconds(self.worked_ms(index)),
            }));
            at = self.before(index);
        }
        path.reverse();
        path
    }
}
