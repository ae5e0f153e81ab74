//! What the planner needs of the world: voices and sentences, providers, the digests of pictures, tools and fonts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Pipeline;
use super::error::{SubmitError, internal};
use crate::domain::film::{FilmSpec, NarrationSpec, PictureSpec, SceneSpec};
use crate::domain::request::{Fault, Faults, VoiceSpec};
use crate::domain::units::Size;
use crate::ports::{Body, Class, PortError, PortResult, StepContext, Used};
use crate::recipe::Digest;
use crate::recipe::plan::{Inputs, Script};
use crate::recipe::steps::{PictureRecipe, Recipe as _, VoicePin};

/// Generated pictures are so much larger than the frame, in tenths, so that motion never magnifies them.
const HEADROOM_TENTHS: u32 = 12;

impl Pipeline {
    /// All that the planner needs, looked up side by side. Every fault of the request, those that are known among them,
    /// is in one answer.
    pub(super) async fn inputs(&self, spec: &FilmSpec, known: &[Fault]) -> Result<Inputs, SubmitError> {
        let lead = spec.scenes.first().and_then(|scene| match &scene.picture {
            PictureSpec::Prompt { prompt, .. } => Some(prompt.clone()),
            PictureSpec::Source(_) => None,
        });
        let (pins, tools) = tokio::join!(self.pins(spec), self.world.films.tools());
        let mut faults = known.to_vec();
        for (word, wrong) in self.world.speech.unsayable(&spec.pronunciations) {
            faults.push(Fault::new(format!("pronunciations.{word}"), wrong));
        }
        let mut broken = None;
        let mut keep = |path: String, error: PortError| match error.class {
            Class::Request | Class::Media => faults.push(Fault::new(path, error.message)),
            _ => {
                broken.get_or_insert(error);
            }
        };
        let mut script = |path: String, narration: &Option<NarrationSpec>| {
            let told = self.script(&path, narration.as_ref()?, &spec.pronunciations);
            told.map_err(|wrong| wrong.into_iter().for_each(|(path, error)| keep(path, error))).ok()
        };
        let narration = script(String::new(), &spec.narration);
        let scripts: Vec<_> =
            spec.scenes.iter().enumerate().map(|(i, s)| script(format!("scenes[{i}]."), &s.narration)).collect();
        let mut scenes = Vec::with_capacity(spec.scenes.len());
        for ((i, scene), script) in spec.scenes.iter().enumerate().zip(scripts) {
            match self.picture_recipe(scene, spec.size, lead.as_ref(), &pins) {
                Ok(picture) => scenes.push((script, picture)),
                Err((field, error)) => keep(format!("scenes[{i}].{field}"), error),
            }
        }
        if !faults.is_empty() {
            return Err(Faults::new(faults).into());
        }
        if let Some(error) = broken {
            return Err(error.into());
        }
        let films = &self.world.films;
        let (encoder, fonts, tools) = (films.encoder(spec.size, spec.fps), films.fonts()?, tools?);
        Ok(Inputs { narration, scenes, fonts, encoder, tools, made_with: films.version().await? })
    }

    /// A narration's voice and sentences, or all that is wrong with them, each with its place.
    fn script(
        &self,
        place: &str,
        narration: &NarrationSpec,
        pronunciations: &[(String, String)],
    ) -> Result<Script, Vec<(String, PortError)>> {
        let speech = &self.world.speech;
        let named_at = if narration.film_voice { "" } else { place };
        let (voice, mut wrong) = match self.voice(&narration.voice) {
            Ok(voice) => (Ok(voice), Vec::new()),
            // A text without a word has none for any voice.
            Err(wrong) => {
                (speech.voice(None), wrong.into_iter().map(|(field, e)| (format!("{named_at}{field}"), e)).collect())
            }
        };
        let sentences = voice.and_then(|voice| {
            let sentences = speech.script(&narration.text, &voice, pronunciations)?;
            Ok(Script { voice, speed_milli: narration.speed_milli, sentences })
        });
        match sentences {
            Ok(script) if wrong.is_empty() => Ok(script),
            Ok(_) => Err(wrong),
            Err(error) => {
                wrong.push((format!("{place}narration_text"), error));
                Err(wrong)
            }
        }
    }

    /// A voice that is as it was asked for, or the fields at fault.
    fn voice(&self, asked: &VoiceSpec) -> Result<VoicePin, Vec<(&'static str, PortError)>> {
        let speech = &self.world.speech;
        let voice = speech.voice(asked.name.as_deref()).map_err(|e| vec![("voice", e)])?;
        let mut wrong = Vec::new();
        let mut refuse = |field, what: &str| {
            let message = format!("found a voice, `{}`, {what}", voice.name);
            wrong.push((field, PortError::permanent(Class::Request, "VOICE_MISMATCH", message)));
        };
        if asked.engine.as_ref().is_some_and(|engine| *engine != voice.engine) {
            refuse("voice.engine", &format!("that the engine {} speaks", voice.engine));
        }
        if let Some(asked) = &asked.language
            && let Some(has) = speech.voices().into_iter().find(|v| v.name == voice.name).map(|v| v.language)
            && !has.to_lowercase().starts_with(&asked.to_lowercase())
        {
            refuse("voice.language", &format!("that speaks {has}"));
        }
        if wrong.is_empty() { Ok(voice) } else { Err(wrong) }
    }

    fn picture_recipe(
        &self,
        scene: &SceneSpec,
        size: Size,
        lead: Option<&String>,
        pins: &BTreeMap<String, Result<Digest, Arc<PortError>>>,
    ) -> Result<PictureRecipe, (&'static str, PortError)> {
        match &scene.picture {
            PictureSpec::Source(source) => match pins.get(source) {
                Some(Ok(sha256)) => Ok(PictureRecipe::Pin { sha256: *sha256 }),
                Some(Err(error)) => Err(("image", again(error))),
                None => Err(("image", internal("the picture was not looked up"))),
            },
            PictureSpec::Prompt { prompt, provider, seed } => {
                let (provider, model) =
                    self.world.pictures.provider(provider.as_deref()).map_err(|e| ("image_provider", e))?;
                let larger = |pixels: u32| (pixels * HEADROOM_TENTHS / 10).div_ceil(2) * 2;
                Ok(PictureRecipe::Prompt {
                    prompt: prompt.clone(),
                    lead: lead.and_then(|lead| self.world.pictures.lead(&provider, lead)),
                    provider,
                    model,
                    width: larger(size.width),
                    height: larger(size.height),
                    seed: u64::from(*seed),
                })
            }
        }
    }

    /// Fetches each source once, keeps its bytes, and answers their digests.
    pub(super) async fn pins(&self, spec: &FilmSpec) -> BTreeMap<String, Result<Digest, Arc<PortError>>> {
        let sources = spec.scenes.iter().filter_map(|scene| match &scene.picture {
            PictureSpec::Source(source) => Some(source.clone()),
            PictureSpec::Prompt { .. } => None,
        });
        let sources: BTreeSet<_> = sources.collect();
        let context = StepContext {
            cancel: CancellationToken::new(),
            deadline: Instant::now() + self.settings.step_deadline,
            work: self.settings.work.clone(),
            frames_done: Arc::new(|_| {}),
            used: Used::default(),
        };
        let pins = sources.into_iter().map(|source| {
            let context = context.clone();
            async move {
                let pin = self.pin(&source, &context).await.map_err(Arc::new);
                (source, pin)
            }
        });
        join_all(pins).await.into_iter().collect()
    }

    async fn pin(&self, source: &str, context: &StepContext) -> PortResult<Digest> {
        let bytes = self.world.sources.picture(source, context).await?;
        let sha256 = Digest::of(&bytes);
        let recipe = PictureRecipe::Pin { sha256 };
        let id = recipe.id()?;
        // What is there was checked when it came.
        if self.world.artifacts.find(&id).await?.is_none() {
            // Each may take hundreds of megabytes, as an encoder does.
            let _core = self.capacity.core().await?;
            let (bytes, size) = self.checked(bytes, &context.used).await?;
            let manifest = recipe.manifest()?;
            self.world.artifacts.publish(&id, manifest.as_bytes(), Body::Bytes(&bytes), json!(size)).await?;
        }
        Ok(sha256)
    }
}

/// One failure told for every scene that points at the same source.
pub(super) fn again(error: &PortError) -> PortError {
    PortError {
        class: error.class,
        code: error.code,
        message: error.message.clone(),
        retryable: error.retryable,
        retry_after: error.retry_after,
        source: None,
    }
}
