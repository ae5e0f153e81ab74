//! Where everything stands in a film: scenes, sentences, captions. It follows from the measured speech alone.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::facts::Told;
use super::{Job, Pipeline};
use crate::domain::captions::cues::{Fit, TimedWord, cues, window};
use crate::domain::captions::subtitles::subtitles;
use crate::domain::captions::{CaptionStyle, Cue, sidecar};
use crate::domain::task::Task;
use crate::domain::timeline::{self, Length};
use crate::ports::PortResult;
use crate::recipe::plan::{Plan, PlannedSentence};
use crate::recipe::steps::{SceneLength, SceneRecipe};

/// The files beside a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    /// `SubRip`.
    pub srt: String,
    /// `WebVTT`.
    pub vtt: String,
    /// Words with times, as JSON.
    pub words: Value,
}

/// Where everything stands in a film.
pub(super) struct Layout<'a> {
    plan: &'a Plan,
    /// The film's own narration, or nothing.
    shared: Told<'a>,
    /// Each scene's own narration.
    scenes: Vec<Told<'a>>,
    /// Each scene's first frame, and, last, the film's length.
    starts: Vec<u32>,
}

impl Pipeline {
    /// The captions of a film whose speech is in the cache, or is made again.
    pub async fn captions(&self, task: &Task, plan: &Arc<Plan>) -> PortResult<Captions> {
        let job = self.job(task.clone(), plan.clone(), 0, CancellationToken::new(), self.settings.step_deadline);
        self.holding(&job, self.captions_of(&job)).await
    }

    pub(super) async fn captions_of(&self, job: &Job) -> PortResult<Captions> {
        let (layout, plan) = (self.layout(job).await?, &job.plan);
        let words = layout.words();
        let cues = subtitles(&words, plan.fps, layout.frames());
        Ok(Captions {
            srt: sidecar::srt(&cues, plan.fps),
            vtt: sidecar::vtt(&cues, plan.fps),
            words: sidecar::words(&words),
        })
    }

    /// Lays out a film whose speech is in the cache, or is made again.
    pub(super) async fn layout<'a>(&self, job: &'a Job) -> PortResult<Layout<'a>> {
        let plan = &*job.plan;
        let (shared, _) = self.told(job, (None, true), plan.narration.iter().flatten().collect()).await?;
        let scenes = plan.scenes.iter().map(|scene| self.told(job, (None, true), scene.narration.iter().collect()));
        let scenes = join_all(scenes).await.into_iter().map(|told| told.map(|(told, _)| told));
        let scenes = scenes.collect::<PortResult<Vec<_>>>()?;
        let frames = |(recipe, own): (&SceneRecipe, &Told<'_>)| {
            let narration = if matches!(recipe.length, SceneLength::Share { .. }) { &shared } else { own };
            Length::from(recipe.length).frames(&narration.layout, plan.fps)
        };
        let frames: Vec<_> = plan.scenes.iter().map(|scene| &scene.recipe).zip(&scenes).map(frames).collect();
        let starts = timeline::starts(&frames);
        Ok(Layout { plan, shared, scenes, starts })
    }
}

impl<'a> Layout<'a> {
    /// The film's length, in frames.
    fn frames(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The film's length, in samples at 48 kHz.
    pub(super) fn samples(&self) -> u64 {
        u64::from(self.frames()) * self.plan.fps.samples_per_frame()
    }

    /// Each scene's own narration, and the film's sample at which the scene starts.
    fn own(&self) -> impl Iterator<Item = (&Told<'a>, u64)> {
        let start = |frame: &u32| u64::from(*frame) * self.plan.fps.samples_per_frame();
        self.scenes.iter().zip(self.starts.iter().map(start))
    }

    /// Every sentence with its place in the film, in samples at 48 kHz, in order.
    pub(super) fn placed(&self) -> Vec<(&'a PlannedSentence, u64)> {
        let plan = self.plan;
        let shared = plan.narration.iter().flatten().zip(self.shared.layout.starts.iter().copied());
        let own = plan.scenes.iter().zip(self.own()).flat_map(|(scene, (told, start))| {
            scene.narration.iter().zip(told.layout.starts.iter().map(move |at| start + at))
        });
        shared.chain(own).collect()
    }

    /// All words with their times in the film.
    fn words(&self) -> Vec<TimedWord> {
        let own = self.own().flat_map(|(told, start)| {
            let shift = move |word: TimedWord| TimedWord { start: word.start + start, end: word.end + start, ..word };
            told.words().into_iter().map(shift)
        });
        self.shared.words().into_iter().chain(own).collect()
    }
}

/// The cues that are burned into a scene in that style, in its own frames. Those of the film's narration run on across
/// the cuts.
pub(super) fn scene_cues(recipe: &SceneRecipe, style: &CaptionStyle, told: &Told<'_>, frames: u32) -> Vec<Cue> {
    let (fit, fps) = (Fit::of(style, recipe.size), recipe.fps);
    match recipe.length {
        SceneLength::Share { index, of } => {
            let all = cues(&told.words(), fit, fps, fps.frames_for(told.layout.length));
            window(&all, Length::shared_start(index, of, &told.layout, fps), frames)
        }
        SceneLength::Speech { .. } | SceneLength::Time { .. } => cues(&told.words(), fit, fps, frames),
    }
}
