//! A day of edits: how much of each film was there already.

use std::collections::BTreeMap;
use std::sync::Arc;

use protovideo::domain::task::CacheOutcome;
use protovideo::pipeline::{Handled, Pipeline, Quiet, VISIBILITY};
use protovideo::ports::{Artifacts as _, Queue as _, Tasks as _};
use protovideo::testing::memory::Memory;
use protovideo::testing::standins::StandIns;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::durations::rng;
use super::requests::{draft, sentence};
use super::scenario::held;
use super::site::settings;

/// Films that were made the day before.
const FILMS: usize = 6;
const SCENES: std::ops::RangeInclusive<usize> = 5..=20;

/// A scene: its picture's prompt, and its sentences.
#[derive(Clone)]
struct Scene {
    picture: String,
    said: Vec<String>,
}

/// What somebody does to a film before it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edit {
    Sentence,
    Picture,
    Order,
    Nothing,
    New,
}

/// What is done in a hundred edits.
const SHARES: [(Edit, u32); 5] =
    [(Edit::Sentence, 60), (Edit::Picture, 15), (Edit::Order, 10), (Edit::Nothing, 10), (Edit::New, 5)];

/// Artifacts that were there, and all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    pub(crate) there: usize,
    pub(crate) all: usize,
}

impl Hits {
    pub(crate) fn rate(self) -> f64 {
        self.there as f64 / self.all.max(1) as f64
    }

    fn add(&mut self, there: bool) {
        self.all += 1;
        self.there += usize::from(there);
    }
}

/// What a day gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Day {
    /// Of all artifacts of the plans of all films that were sent, those that were there before.
    pub(crate) planned: Hits,
    /// Of all artifacts that were asked for, as the steps' records tell: a film that is there asks for none of its parts.
    pub(crate) asked: Hits,
    /// `planned`, by kind of artifact.
    pub(crate) kinds: BTreeMap<&'static str, Hits>,
    /// `planned`, by edit.
    pub(crate) edits: BTreeMap<Edit, Hits>,
    /// How often each edit was made.
    pub(crate) counts: BTreeMap<Edit, usize>,
}

/// So many edits of films whose scenes have so many sentences.
pub(crate) fn day(edits: usize, sentences: std::ops::RangeInclusive<usize>, seed: u64) -> Day {
    fastrand::seed(seed);
    held().block_on(async {
        let mut desk = Desk::new(sentences, seed);
        for _ in 0..FILMS {
            let film = desk.new_film();
            desk.films.push(film);
            desk.send(FILMS.min(desk.films.len()) - 1).await;
        }
        let mut day = Day::default();
        for _ in 0..edits {
            desk.edit(&mut day).await;
        }
        day
    })
}

/// One who edits films, and who makes them.
struct Desk {
    memory: Memory,
    pipeline: Pipeline,
    films: Vec<Vec<Scene>>,
    sentences: std::ops::RangeInclusive<usize>,
    rng: fastrand::Rng,
    sent: usize,
    _work: tempfile::TempDir,
}

impl Desk {
    fn new(sentences: std::ops::RangeInclusive<usize>, seed: u64) -> Self {
        let memory = Memory::default();
        let work = tempfile::tempdir().expect("a folder can be made");
        let world = memory.world(&Arc::new(StandIns::default()));
        let pipeline = Pipeline::new(world, settings(work.path()), Arc::new(Quiet));
        Self { memory, pipeline, films: Vec::new(), sentences, rng: rng(seed, "edits"), sent: 0, _work: work }
    }

    fn new_picture(&mut self) -> String {
        format!("picture {}", self.rng.u64(..))
    }

    fn new_film(&mut self) -> Vec<Scene> {
        let scenes = self.rng.usize(SCENES);
        let scene = |_| {
            let count = self.rng.usize(self.sentences.clone());
            let said = (0..count).map(|_| sentence(&mut self.rng)).collect();
            Scene { picture: self.new_picture(), said }
        };
        (0..scenes).map(scene).collect()
    }

    /// Edits a film by chance, sends it, and counts.
    async fn edit(&mut self, day: &mut Day) {
        let edit = self.chosen();
        let mut film = self.rng.usize(..self.films.len());
        let scene = self.rng.usize(..self.films[film].len());
        match edit {
            Edit::Sentence => {
                let place = self.rng.usize(..self.films[film][scene].said.len());
                self.films[film][scene].said[place] = sentence(&mut self.rng);
            }
            Edit::Picture => self.films[film][scene].picture = self.new_picture(),
            Edit::Order => {
                let moved = self.films[film].remove(scene);
                let others = self.films[film].len();
                // To any other place.
                let to = (scene + self.rng.usize(1..=others)) % (others + 1);
                self.films[film].insert(to, moved);
            }
            Edit::Nothing => {}
            Edit::New => {
                let new = self.new_film();
                self.films.push(new);
                film = self.films.len() - 1;
            }
        }
        let (planned, asked) = self.send(film).await;
        *day.counts.entry(edit).or_default() += 1;
        for (kind, there) in planned {
            day.planned.add(there);
            day.kinds.entry(kind).or_default().add(there);
            day.edits.entry(edit).or_default().add(there);
        }
        for there in asked {
            day.asked.add(there);
        }
    }

    fn chosen(&mut self) -> Edit {
        let mut left = self.rng.u32(..100);
        for (edit, share) in SHARES {
            if left < share {
                return edit;
            }
            left -= share;
        }
        Edit::Nothing
    }

    /// Sends a film as it is now, makes it, and says of each artifact whether it was there: of those of its plan, and of
    /// those that were asked for.
    async fn send(&mut self, film: usize) -> (Vec<(&'static str, bool)>, Vec<bool>) {
        let task = format!("task-{}", self.sent);
        self.sent += 1;
        let request = draft(&request(&self.films[film]));
        let plan = self.pipeline.plan(&request).await.expect("the request is accepted");
        let mut planned = BTreeMap::new();
        for (_, id) in plan.artifacts().expect("recipes have ids") {
            let there = self.memory.artifacts.find(&id).await.expect("memory answers").is_some();
            planned.insert(id, (id.kind.word(), there));
        }
        self.pipeline.submit(&request, &task).await.expect("the request is accepted");
        self.drain().await;
        let records = self.memory.tasks.records(&task).await.expect("memory answers");
        let asked = records.iter().map(|record| record.cache != CacheOutcome::Miss).collect();
        (planned.into_values().collect(), asked)
    }

    /// Works until nothing is left to do.
    async fn drain(&self) {
        let queue = &self.memory.queue;
        while let Some(delivery) = queue.receive(1, VISIBILITY).await.expect("memory answers").pop() {
            let handled = self.pipeline.attend(&delivery, 0, &CancellationToken::new()).await;
            assert!(matches!(handled, Ok(Handled::Done)), "nothing fails here");
            queue.delete(&delivery.receipt).await.expect("memory answers");
        }
    }
}

fn request(film: &[Scene]) -> Value {
    let scene =
        |scene: &Scene| json!({"type": "image", "promptImage": scene.picture, "narration_text": scene.said.join(" ")});
    json!({"scenes": film.iter().map(scene).collect::<Vec<_>>()})
}
