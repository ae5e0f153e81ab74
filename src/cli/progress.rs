//! Progress: bars on a terminal, plain lines elsewhere, on standard error.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Config;
use crate::domain::task::{CacheOutcome, StepRecord};
use crate::pipeline::{Event, Observer};
use crate::recipe::plan::Plan;
use crate::recipe::steps::SceneLength;

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

#[derive(Default)]
struct State {
    /// Frames that each scene will have, about.
    estimates: Vec<u32>,
    /// Frames of each scene so far.
    frames: BTreeMap<u32, u32>,
    first_frame: Option<Instant>,
    scenes: usize,
    sentences: usize,
    spoken: usize,
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
    /// What will be made.
    pub(super) fn planned(&self, plan: &Plan) {
        let mut state = self.lock();
        state.estimates = estimates(plan);
        state.sentences = plan.narration.iter().map(Vec::len).sum::<usize>()
            + plan.scenes.iter().map(|scene| scene.narration.len()).sum::<usize>();
        if let Some(bar) = &self.bar {
            bar.set_length(state.estimates.iter().map(|frames| u64::from(*frames)).sum());
        }
    }

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
        bar.set_position(done);
        let left = state.left(done, all).map(|left| format!(", {} left", HumanDuration(left))).unwrap_or_default();
        bar.set_message(format!(
            "scenes {}/{}, frames {done}/{all}, sentences {}/{}{left}",
            state.scenes,
            state.estimates.len(),
            state.spoken,
            state.sentences
        ));
    }
}

impl State {
    fn count(&mut self, record: &StepRecord) {
        match (record.kind.as_str(), record.scene) {
            ("speech", _) => self.spoken += 1,
            ("scene", Some(scene)) => {
                self.scenes += 1;
                let whole = self.estimate(scene);
                self.frames.entry(scene).and_modify(|frames| *frames = whole.max(*frames)).or_insert(whole);
            }
            _ => {}
        }
    }

    /// Frames that are done, and that the film will have, about.
    fn frames(&self) -> (u64, u64) {
        let shown = |(scene, frames): (&u32, &u32)| u64::from((*frames).min(self.estimate(*scene)));
        (self.frames.iter().map(shown).sum(), self.estimates.iter().map(|frames| u64::from(*frames)).sum())
    }

    /// How long the rest takes, at the pace since the first frame; `None` until that says something.
    fn left(&self, done: u64, all: u64) -> Option<Duration> {
        let elapsed = self.first_frame?.elapsed();
        let known = done * ENOUGH >= all && elapsed >= Duration::from_secs(1);
        known.then(|| elapsed.mul_f64(all.saturating_sub(done) as f64 / done.max(1) as f64))
    }

    fn estimate(&self, scene: u32) -> u32 {
        self.estimates.get(scene as usize).copied().unwrap_or(0)
    }
}

impl Observer for Progress {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Planned { plan, task } => {
                self.planned(plan);
                self.line(|| format!("task {task}: {} scenes", plan.scenes.len()));
            }
            Event::Frames { scene, done, .. } => {
                let mut state = self.lock();
                state.first_frame.get_or_insert_with(Instant::now);
                state.frames.insert(scene, done);
            }
            Event::Step { record, .. } => {
                self.lock().count(record);
                self.line(|| told(record));
            }
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
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_pace_and_is_not_told_too_early() {
        let began = Instant::now().checked_sub(Duration::from_secs(10));
        let state = State { first_frame: began, ..State::default() };
        let left = state.left(100, 300).unwrap();
        assert!((19.0..22.0).contains(&left.as_secs_f64()), "{left:?}");
        assert_eq!(state.left(1, 300), None);
        assert_eq!(State::default().left(100, 300), None);
    }
}
