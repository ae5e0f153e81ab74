//! What is spoken before scenes are made, in pieces that are one message's work each.

use super::{Plan, PlannedScene, PlannedSentence};

/// Spoken characters that are one message's work, where a sentence or a scene alone has no more: some 30 s of speech.
const RUN_CHARS: usize = 450;
/// A film of so many scenes that speak for themselves is spoken before they are made, so that its sound is made beside them.
/// In a shorter one scenes would wait for longer than its sound takes.
const LONG_SCENES: usize = 100;

impl Plan {
    /// How many runs of sentences are spoken before the scenes are made: those of the film's own narration, or of the scenes'
    /// of a long film, or none. Where there are some, the sound is made beside the scenes, and with the film where not.
    #[must_use]
    pub fn runs(&self) -> u32 {
        (self.narration.len() + self.scene_runs.len()) as u32
    }

    /// A run's sentences, each with the scene that it belongs to; none where the film has no such run.
    #[must_use]
    pub fn run(&self, run: u32) -> Vec<(Option<u32>, &PlannedSentence)> {
        if let Some(run) = self.narration.get(run as usize) {
            return run.iter().map(|sentence| (None, sentence)).collect();
        }
        let run = run as usize - self.narration.len();
        let Some(count) = self.scene_runs.get(run) else { return Vec::new() };
        let first: u32 = self.scene_runs[..run].iter().sum();
        let scenes = (0..).zip(&self.scenes).skip(first as usize).take(*count as usize);
        scenes.flat_map(|(index, scene)| scene.narration.iter().map(move |sentence| (Some(index), sentence))).collect()
    }
}

fn chars(sentence: &PlannedSentence) -> usize {
    sentence.recipe.words.iter().map(String::len).sum()
}

/// How many scenes each run of a long film speaks; none of another one.
pub(super) fn scene_runs(scenes: &[PlannedScene]) -> Vec<u32> {
    let mut runs = Vec::new();
    if scenes.len() < LONG_SCENES || scenes.iter().all(|scene| scene.narration.is_empty()) {
        return runs;
    }
    let mut said = 0;
    for scene in scenes {
        let more: usize = scene.narration.iter().map(chars).sum();
        if runs.is_empty() || said + more > RUN_CHARS {
            runs.push(0);
            said = 0;
        }
        said += more;
        if let Some(run) = runs.last_mut() {
            *run += 1;
        }
    }
    runs
}

/// A narration cut into runs.
pub(super) fn runs(sentences: Vec<PlannedSentence>) -> Vec<Vec<PlannedSentence>> {
    let mut runs: Vec<Vec<PlannedSentence>> = Vec::new();
    let mut said = RUN_CHARS;
    for sentence in sentences {
        let more = chars(&sentence);
        if said + more > RUN_CHARS {
            runs.push(Vec::new());
            said = 0;
        }
        said += more;
        if let Some(run) = runs.last_mut() {
            run.push(sentence);
        }
    }
    runs
}
