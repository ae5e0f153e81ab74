//! Which work can begin, from the plan and the done set, and in what order it is sent. Pure.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::domain::task::Work;
use crate::recipe::plan::{Plan, PlannedScene, PlannedSentence};
use crate::recipe::steps::SceneLength;

/// A voice takes so long for a spoken letter, in milliseconds, pauses between words included. It only orders work, so
/// that no voice has to be asked.
const LETTER_MS: u64 = 70;
/// A film's sound takes such a part of the time that its pictures take.
const SOUND_SHARE: u64 = 40;

/// All work that can begin and is not done: the first phase that is not complete, the longest first. For submit, resume
/// and reconcile.
pub(super) fn ready(plan: &Plan, done: &BTreeSet<String>) -> Vec<Work> {
    let narrations = (0..plan.runs()).map(|run| Work::Narrate { run });
    let scenes = (0..plan.scenes.len() as u32).map(|scene| Work::Render { scene });
    let sound = std::iter::once(Work::Sound).filter(|sound| plan.has(sound));
    let open = |work: &Work| !done.contains(&work.step());
    let phases: [Vec<Work>; 2] = [narrations.filter(open).collect(), scenes.chain(sound).filter(open).collect()];
    let phase = phases.into_iter().find(|phase| !phase.is_empty());
    phase.map_or_else(|| vec![Work::Assemble], |phase| longest_first(plan, phase))
}

/// The order in which work is sent: the longest first, and by place where two are alike. A phase ends with its last piece
/// of work; a long one that begins last keeps all other workers waiting, a short one hardly (R. L. Graham, "Bounds on
/// Multiprocessing Timing Anomalies", 1969).
fn longest_first(plan: &Plan, mut work: Vec<Work>) -> Vec<Work> {
    work.sort_by_cached_key(|work| Reverse(length_ms(plan, work)));
    work
}

/// How much film a piece of work is likely to make, in milliseconds: what it takes follows from that.
fn length_ms(plan: &Plan, work: &Work) -> u64 {
    match work {
        Work::Narrate { run } => spoken_ms(plan.run(*run).into_iter().map(|(_, sentence)| sentence)),
        Work::Render { scene } => plan.scenes.get(*scene as usize).map_or(0, scene_ms),
        Work::Sound => {
            (spoken_ms(plan.narration.iter().flatten()) + plan.scenes.iter().map(scene_ms).sum::<u64>()) / SOUND_SHARE
        }
        Work::Assemble => 0,
    }
}

fn scene_ms(scene: &PlannedScene) -> u64 {
    match scene.recipe.length {
        SceneLength::Speech { least_ms } => spoken_ms(&scene.narration).max(u64::from(least_ms)),
        SceneLength::Time { ms } => u64::from(ms),
        // All are alike.
        SceneLength::Share { .. } => 0,
    }
}

fn spoken_ms<'a>(sentences: impl IntoIterator<Item = &'a PlannedSentence>) -> u64 {
    let one = |planned: &PlannedSentence| {
        let letters: usize = planned.recipe.words.iter().map(|word| word.chars().count()).sum();
        let speed = u64::from(planned.recipe.speed_milli).max(1);
        letters as u64 * LETTER_MS * 1000 / speed + u64::from(planned.sentence.pause_ms)
    };
    sentences.into_iter().map(one).sum()
}

/// The work that the end of `work` makes ready: that of a later phase. Within a phase all messages were sent when it
/// began, so that a film of n scenes takes n messages and not n squared; whoever lost one is helped by reconcile.
pub(super) fn unlocked(plan: &Plan, done: &BTreeSet<String>, work: &Work) -> Vec<Work> {
    let next = ready(plan, done);
    let later = match work {
        Work::Narrate { .. } => next.iter().all(|w| !matches!(w, Work::Narrate { .. })),
        Work::Render { .. } | Work::Sound => next == [Work::Assemble],
        Work::Assemble => false,
    };
    if later { next } else { Vec::new() }
}
