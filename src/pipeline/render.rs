//! Speech, pictures and scenes.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use super::cache::{Content, Got, Made};
use super::capacity::granted;
use super::error::internal;
use super::facts::{self, SpeechMeta, Told};
use super::{Job, Pipeline, StepError};
use crate::domain::task::CacheOutcome;
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult, StepContext, Used};
use crate::recipe::Digest;
use crate::recipe::plan::{Plan, PlannedSentence};
use crate::recipe::steps::{PictureRecipe, Recipe as _, SceneLength};
use crate::wav;

/// The code of the failure of a task whose picture only its request can bring back.
pub(super) const PIN_LOST: &str = "PIN_LOST";

impl Pipeline {
    /// A run of sentences that are spoken before the scenes are made.
    pub(super) async fn narrate(&self, job: &Job, run: u32) -> Result<(), StepError> {
        let run = job.plan.run(run);
        let fault = |scene| move |error| StepError { scene, step: "speech", error };
        let ids: Result<Vec<_>, _> = run.iter().map(|(_, sentence)| sentence.recipe.id()).collect();
        let ids = ids.map_err(|e| fault(None)(e.into()))?;
        self.survey(job, &ids, &ids).await.map_err(fault(None))?;
        let spoken = run.iter().map(|(scene, sentence)| async {
            self.speech(job, *scene, sentence).await.map(drop).map_err(fault(*scene))
        });
        join_all(spoken).await.into_iter().collect()
    }

    /// One scene: its picture and its sentences side by side, then its video.
    pub(super) async fn render(&self, job: &Job, index: u32) -> Result<(), StepError> {
        let fault = |step| move |error| StepError { scene: Some(index), step, error };
        let scene = job.plan.scenes.get(index as usize);
        let scene = scene.ok_or_else(|| fault("scene")(internal("the plan has no such scene")))?;
        let shared = matches!(scene.recipe.length, SceneLength::Share { .. });
        let mut makes = scene.own().map_err(|e| fault("scene")(e.into()))?;
        let mut needs = makes.clone();
        needs.extend(scene.recipe.narration.iter().map(|said| said.speech));
        // What came with the request can only be found, wherever it may lie.
        makes.retain(|id| *id != scene.recipe.picture || !matches!(scene.picture, PictureRecipe::Pin { .. }));
        self.survey(job, &needs, &makes).await.map_err(fault("scene"))?;
        let picture = async { self.picture(job, Some(index), &scene.picture).await.map_err(fault("picture")) };
        let spoken = async {
            let said: Vec<_> =
                if shared { job.plan.narration.iter().flatten().collect() } else { scene.narration.iter().collect() };
            let place = if shared { None } else { Some(index) };
            self.told(job, (place, job.plan.runs() > 0), said).await.map_err(fault("speech"))
        };
        // Where one fails, the other still ends and is kept: a retry does not pay for it again.
        let (picture, spoken) = tokio::join!(picture, spoken);
        let (picture, (told, new_speech)) = (picture?, spoken?);
        let reason = match (picture.outcome == CacheOutcome::Miss, new_speech) {
            (true, true) => "new picture and new speech",
            (true, false) => "new picture",
            (false, true) => "new speech",
            (false, false) => "new length, motion, captions, encoder or tools",
        };
        let made = self.get_or_make(job, Some(index), &scene.recipe, reason, |context| async move {
            self.video(job, (index, scene), &told, &picture.id, &context).await
        });
        made.await.map_err(fault("scene"))?;
        Ok(())
    }

    /// Bytes that a sentence of a film takes at most while it is spoken.
    pub(super) fn sentence_bytes(&self, plan: &Plan) -> u64 {
        plan.sentences().map(|sentence| self.world.speech.memory(&sentence.recipe)).max().unwrap_or_default()
    }

    /// One sentence, spoken when there is a core and memory for it.
    pub(super) async fn speech(&self, job: &Job, scene: Option<u32>, planned: &PlannedSentence) -> PortResult<Got> {
        let recipe = &planned.recipe;
        let make = |context: StepContext| async move {
            let speech = &self.world.speech;
            let device = speech.device(&recipe.voice);
            // On a GPU it keeps no core busy.
            let _share = match device {
                "cpu" => Some(granted(&context, self.capacity.sentence(speech.memory(recipe))).await?),
                _ => None,
            };
            context.used.runs_on(device);
            let spoken = speech.speak(recipe, &context).await?;
            let facts = SpeechMeta { samples: spoken.samples.len() as u32, words: spoken.words };
            let bytes = context.used.clocked(|| wav::encode(&spoken.samples)).map_err(internal)?;
            Ok(Made { bytes: Content::Memory(bytes), facts: json!(facts) })
        };
        self.get_or_make(job, scene, recipe, "new sentence, voice or pace", make).await
    }

    /// All sentences of a narration, side by side, and whether any was made anew. Those that were `spoken` before are only
    /// read, unless they were lost meanwhile.
    pub(super) async fn told<'a>(
        &self,
        job: &Job,
        (scene, spoken): (Option<u32>, bool),
        sentences: Vec<&'a PlannedSentence>,
    ) -> PortResult<(Told<'a>, bool)> {
        let told = sentences.into_iter().map(|planned| async move {
            if spoken && let Some(meta) = self.look(job, &planned.recipe.id()?).await? {
                return Ok(((planned, facts::read(&meta)?), false));
            }
            let got = self.speech(job, scene, planned).await?;
            Ok::<_, PortError>(((planned, facts::read(&got.meta)?), got.outcome == CacheOutcome::Miss))
        });
        let told = join_all(told).await.into_iter().collect::<PortResult<Vec<_>>>()?;
        let new = told.iter().any(|(_, new)| *new);
        Ok((Told::new(told.into_iter().map(|(told, _)| told).collect()), new))
    }

    /// One picture.
    pub(super) async fn picture(&self, job: &Job, scene: Option<u32>, recipe: &PictureRecipe) -> PortResult<Got> {
        let make = |context: StepContext| async move {
            if let PictureRecipe::Pin { sha256 } = recipe {
                return Err(lost_pin(sha256));
            }
            let (bytes, size) = self.checked(self.world.pictures.make(recipe, &context).await?, &context.used).await?;
            Ok(Made { bytes: Content::Memory(bytes), facts: json!(size) })
        };
        self.get_or_make(job, scene, recipe, "new prompt, size or seed", make).await
    }

    /// Bytes that are a picture we can work with, and its size.
    pub(super) async fn checked(&self, bytes: Vec<u8>, used: &Used) -> PortResult<(Vec<u8>, Size)> {
        let (pictures, used) = (Arc::clone(&self.world.pictures), used.clone());
        let check = move || used.clocked(|| pictures.check(&bytes)).map(|size| (bytes, size));
        tokio::task::spawn_blocking(check).await.map_err(internal)?
    }
}

/// A pinned picture's bytes came with the request; without them nothing here can make it.
fn lost_pin(sha256: &Digest) -> PortError {
    let message = format!("the picture with SHA-256 {sha256} is not in the cache any more; send the request again");
    PortError::permanent(Class::Storage, PIN_LOST, message)
}
