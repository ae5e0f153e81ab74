//! Progress: bars on a terminal, plain lines elsewhere, on standard error.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Config;
use crate::domain::task::{CacheOutcome, StepRecord, Work};
use crate::pipeline::{Event, Observer};
use crate::recipe::plan::Plan;
use crate::recipe::steps::{Recipe as _, SceneLength};

/// Characters of English that are spoken in a second, about: for estimates only.
const CHARS_A_SECOND: usize = 15;
/// The time left is told once this part of the frames is done: a fiftieth.
const ENOUGH: u64 = 50;

/// Shows the progress of one task.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    state: Mutex<State>,
}

/// A sentence by its scene, if it has one, and its artifact.
type Sentence = (Option<u32>, String);

/// What is counted is kept as a set, since a step that is tried again is told again.
#[derive(Default)]
struct State {
    /// Frames that each scene will have, about.
    estimates: Vec<u32>,
    /// Frames of each scene so far.
    frames: BTreeMap<u32, u32>,
    /// When the first frame was drawn, and how many there were before it.
    first_frame: Option<(Instant, u64)>,
    /// Scenes that are done.
    scenes: BTreeSet<u32>,
    /// All sentences.
    sentences: BTreeSet<Sentence>,
    /// Sentences that are spoken.
    spoken: BTreeSet<Sentence>,
}

/// Bars where standard error is a terminal that can show them, lines elsewhere.
pub(super) fn for_terminal(config: &Config) -> Arc<Progress> {
    let bars = io::stderr().is_terminal() && config.redraws;
    let style = "{bar:32} {percent:>3} % {msg}";
    let bar = bars.then(|| {
        let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
    });
    Arc::new(Progress { bar, lines: !bars, state: Mutex::default() })
}

/// Nothing.
pub(super) fn quiet() -> Arc<Progress> {
    Arc::new(Progress { bar: None, lines: false, state: Mutex::default() })
}

impl Progress {
    /// A line on its own: above the bar where there is one.
    pub(super) fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line where there are no bars.
    fn line(&self, text: impl FnOnce() -> String) {
        if self.lines {
            eprintln!("{}", text());
        }
    }

    fn draw(&self, state: &State) {
        let Some(bar) = &self.bar else { return };
        let (done, all) = state.frames();
        bar.set_length(all);
        bar.set_position(done);
        let left = state.left(done, all).map(|left| format!(", {} left", HumanDuration(left))).unwrap_or_default();
        bar.set_message(format!(
            "scenes {}/{}, frames {done}/{all}, sentences {}/{}{left}",
            state.scenes.len(),
            state.estimates.len(),
            state.spoken.len(),
            state.sentences.len()
        ));
    }
}

impl State {
    /// What was planned, and what of it is done.
    fn of(plan: &Plan, done: &BTreeSet<String>) -> Self {
        let mut state = Self { estimates: estimates(plan), ..Self::default() };
        let runs = (0..plan.runs()).map(|run| (Work::Narrate { run }, plan.run(run)));
        let scenes = (0..).zip(&plan.scenes).map(|(scene, planned)| {
            let said = planned.narration.iter().map(|sentence| (Some(scene), sentence)).collect();
            (Work::Render { scene }, said)
        });
        for (work, said) in runs.chain(scenes) {
            let done = done.contains(&work.step());
            // A recipe that was planned has an id.
            for (scene, id) in said.into_iter().filter_map(|(scene, said)| Some((scene, said.recipe.id().ok()?))) {
                state.sentences.insert((scene, id.to_string()));
                if done {
                    state.spoken.insert((scene, id.to_string()));
                }
            }
            if let (true, Work::Render { scene }) = (done, work) {
                state.rendered(scene);
            }
        }
        state
    }

    fn count(&mut self, record: &StepRecord) {
        match (record.kind.as_str(), record.scene) {
            ("speech", scene) => {
                let sentence = (scene, record.artifact.clone());
                if self.sentences.contains(&sentence) {
                    self.spoken.insert(sentence);
                }
            }
            ("scene", Some(scene)) => self.rendered(scene),
            _ => {}
        }
    }

    fn rendered(&mut self, scene: u32) {
        self.scenes.insert(scene);
        let whole = self.estimate(scene);
        self.frames.entry(scene).and_modify(|frames| *frames = whole.max(*frames)).or_insert(whole);
    }

    fn drawn(&mut self, scene: u32, frames: u32) {
        if self.first_frame.is_none() {
            self.first_frame = Some((Instant::now(), self.frames().0));
        }
        self.frames.insert(scene, frames);
    }

    /// Frames that are done, and that the film will have, about.
    fn frames(&self) -> (u64, u64) {
        let shown = |(scene, frames): (&u32, &u32)| u64::from((*frames).min(self.estimate(*scene)));
        (self.frames.iter().map(shown).sum(), self.estimates.iter().map(|frames| u64::from(*frames)).sum())
    }

    /// How long the rest takes, at the pace since the first frame; `None` until that says something.
    fn left(&self, done: u64, all: u64) -> Option<Duration> {
        let (since, before) = self.first_frame?;
        let (elapsed, drawn) = (since.elapsed(), done.saturating_sub(before));
        let known = drawn * ENOUGH >= all && elapsed >= Duration::from_secs(1);
        known.then(|| elapsed.mul_f64(all.saturating_sub(done) as f64 / drawn.max(1) as f64))
    }

    fn estimate(&self, scene: u32) -> u32 {
        self.estimates.get(scene as usize).copied().unwrap_or(0)
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Planned { plan, task, done } => {
                let state = State::of(plan, done);
                self.line(|| match state.scenes.len() {
                    0 => format!("task {task}: {} scenes", plan.scenes.len()),
                    done => format!("task {task}: {} scenes, {done} done", plan.scenes.len()),
                });
                *self.lock() = state;
            }
            Event::Frames { scene, done, .. } => self.lock().drawn(scene, done),
            Event::Step { record, .. } => {
                self.lock().count(record);
                self.line(|| told(record));
            }
            // Whoever runs the task tells its end.
            Event::Ended { .. } => {}
            Event::Retry { error, .. } => {
                if let Some(bar) = &self.bar {
                    bar.println(format!("to be tried again: {error}"));
                }
                self.line(|| format!("to be tried again: {error}"));
            }
        }
        self.draw(&self.lock());
    }
}

/// `speech of scene 3: made in 0.31 s`
fn told(record: &StepRecord) -> String {
    let place = record.scene.map(|scene| format!(" of scene {scene}")).unwrap_or_default();
    let how = match record.cache {
        CacheOutcome::Hit => "cached".to_owned(),
        CacheOutcome::Waited => "made by another worker".to_owned(),
        CacheOutcome::Miss => format!("made in {:.2} s", record.wall_ms as f64 / 1000.0),
    };
    format!("{}{place}: {how}", record.kind)
}

fn estimates(plan: &Plan) -> Vec<u32> {
    let chars = |sentences: &[crate::recipe::plan::PlannedSentence]| {
        sentences.iter().flat_map(|s| &s.recipe.words).map(|word| word.len() + 1).sum::<usize>()
    };
    let rate = plan.fps.get();
    let spoken = |chars: usize| (chars * rate as usize / CHARS_A_SECOND) as u32 + rate / 2;
    let shared: usize = plan.narration.iter().map(|run| chars(run)).sum();
    let frames = |scene: &crate::recipe::plan::PlannedScene| match scene.recipe.length {
        SceneLength::Speech { least_ms } => spoken(chars(&scene.narration)).max(least_ms * rate / 1000),
        SceneLength::Time { ms } => ms * rate / 1000,
        SceneLength::Share { of, .. } => spoken(shared) / of.max(1),
    };
    plan.scenes.iter().map(|scene| frames(scene).max(1)).collect()
}

#[cfg(test)]
mod tests;
