//! A request becomes a task: validated, its sources pinned, its film planned, its first messages sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::error::{SubmitError, internal};
use super::{Event, Pipeline};
use crate::domain::film::{FilmSpec, NarrationSpec, PictureSpec, SceneSpec};
use crate::domain::request::{Fault, Faults, Origin, Request};
use crate::domain::task::Work;
use crate::domain::units::Size;
use crate::ports::{Body, Class, Created, NewTask, PortError, PortResult, StepContext};
use crate::recipe::Digest;
use crate::recipe::plan::{Inputs, Plan, Script};
use crate::recipe::steps::{PictureRecipe, Recipe as _};

/// Generated pictures are so much larger than the frame, in tenths, so that motion never magnifies them.
const HEADROOM_TENTHS: u32 = 12;

/// A request that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
    /// The task's id.
    pub task: String,
    /// Its plan.
    pub plan: Plan,
    /// Whether it is new; otherwise the same request came under the same id before.
    pub new: bool,
}

impl Pipeline {
    /// Plans a request without recording a task. Pictures that it points at are fetched and kept, under their digest.
    pub async fn plan(&self, request: &Request) -> Result<Plan, SubmitError> {
        let spec = FilmSpec::resolve(request).map_err(|e| Faults::new(vec![Fault::new("", e)]))?;
        let inputs = self.inputs(&spec).await?;
        Ok(Plan::new(&spec, &inputs)?)
    }

    /// Accepts a request under an id: its own `task_id`, or else `id`.
    pub async fn submit(&self, request: Value, origin: Origin, id: &str) -> Result<Submitted, SubmitError> {
        let request = Request::from_value(request, origin)?;
        let id = request.task_id.clone().unwrap_or_else(|| id.to_owned());
        let as_sent = serde_json::to_value(&request).map_err(internal)?;
        let sha256 = Digest::of(as_sent.to_string());
        if let Some(task) = self.world.tasks.get(&id).await? {
            if task.request_sha256 != sha256.to_string() {
                return Err(SubmitError::Conflict(id));
            }
            let plan = self.plan_of(&id).await?.ok_or_else(|| internal(format!("task {id} has no plan")))?;
            if !task.status.is_terminal() {
                self.send_ready(&id, &plan).await?;
            }
            return Ok(Submitted { task: id, plan, new: false });
        }
        let plan = self.plan(&request).await?;
        let now = self.world.clock.now_ms();
        let task = NewTask {
            id: id.clone(),
            request_sha256: sha256,
            request: as_sent,
            plan: serde_json::to_value(&plan).map_err(internal)?,
            deadline: now + self.settings.task_deadline.as_millis() as u64,
            now,
        };
        let new = match self.world.tasks.create(&task).await? {
            Created::New => true,
            Created::Same => false,
            Created::Conflict => return Err(SubmitError::Conflict(id)),
        };
        self.observer.event(Event::Planned { task: &id, plan: &plan });
        // A film that is there needs no scenes, nor what they were made from.
        if self.world.artifacts.find(&plan.film.id()?).await?.is_some() {
            self.send(&id, vec![Work::Assemble]).await?;
        } else {
            self.send_ready(&id, &plan).await?;
        }
        Ok(Submitted { task: id, plan, new })
    }

    /// All that the planner needs, looked up side by side; every fault of the request in one answer.
    async fn inputs(&self, spec: &FilmSpec) -> Result<Inputs, SubmitError> {
        let lead = spec.scenes.first().and_then(|scene| match &scene.picture {
            PictureSpec::Prompt { prompt, .. } => Some(prompt.clone()),
            PictureSpec::Source(_) => None,
        });
        let (pins, tools) = tokio::join!(self.pins(spec), self.world.films.tools());
        let mut faults = Vec::new();
        let mut broken = None;
        let mut keep = |path: String, error: PortError| match error.class {
            Class::Request | Class::Media => faults.push(Fault::new(path, error.message)),
            _ => {
                broken.get_or_insert(error);
            }
        };
        let mut script = |path: String, narration: &Option<NarrationSpec>| {
            let told = self.script(narration.as_ref()?, &spec.pronunciations);
            told.map_err(|(field, error)| keep(format!("{path}{field}"), error)).ok()
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

    /// A narration's voice and sentences, or the field at fault.
    fn script(
        &self,
        narration: &NarrationSpec,
        pronunciations: &[(String, String)],
    ) -> Result<Script, (&'static str, PortError)> {
        let speech = &self.world.speech;
        let voice = speech.voice(narration.voice.name.as_deref()).map_err(|e| ("voice", e))?;
        let language = speech.voices().into_iter().find(|v| v.name == voice.name).map(|v| v.language);
        let refuse = |field, what: &str| {
            let message = format!("found a voice, `{}`, {what}", voice.name);
            Err((field, PortError::permanent(Class::Request, "VOICE_MISMATCH", message)))
        };
        if narration.voice.engine.as_ref().is_some_and(|engine| *engine != voice.engine) {
            return refuse("voice.engine", &format!("that the engine {} speaks", voice.engine));
        }
        if let (Some(asked), Some(has)) = (&narration.voice.language, language)
            && !has.to_lowercase().starts_with(&asked.to_lowercase())
        {
            return refuse("voice.language", &format!("that speaks {has}"));
        }
        let sentences = speech.script(&narration.text, &voice, pronunciations).map_err(|e| ("narration_text", e))?;
        Ok(Script { voice, speed_milli: narration.speed_milli, sentences })
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
    async fn pins(&self, spec: &FilmSpec) -> BTreeMap<String, Result<Digest, Arc<PortError>>> {
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
            let _turn = self.encoders.acquire().await.map_err(internal)?;
            let (bytes, size) = self.checked(bytes).await?;
            let manifest = recipe.manifest()?;
            self.world.artifacts.publish(&id, manifest.as_bytes(), Body::Bytes(&bytes), json!(size)).await?;
        }
        Ok(sha256)
    }
}

/// One failure told for every scene that points at the same source.
fn again(error: &PortError) -> PortError {
    PortError {
        class: error.class,
        code: error.code,
        message: error.message.clone(),
        retryable: error.retryable,
        retry_after: error.retry_after,
        source: None,
    }
}
