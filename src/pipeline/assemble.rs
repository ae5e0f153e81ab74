//! The film: all sound in one mix, all scenes in one file, verified, and the task's result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Map, Value, json};

use super::cache::{Content, Made, missing};
use super::capacity::granted;
use super::error::internal;
use super::facts::{self, FilmMeta, SceneMeta};
use super::{Job, Pipeline, StepError, report};
use crate::domain::film::film_name;
use crate::domain::task::{CacheOutcome, Outcome, StepRecord, Work};
use crate::ports::{Export, FilmJob, Meta, Placed, PortResult, SoundtrackFacts, SoundtrackJob, StepContext};
use crate::recipe::ArtifactId;
use crate::recipe::plan::Plan;
use crate::recipe::steps::Recipe as _;

/// So many inputs of an assembly are read at once.
const READS: usize = 16;

impl Pipeline {
    /// Makes the film of a task whose scenes are done, and finishes the task. Scenes that are gone are made again
    /// first: the last of them sends this work once more.
    pub(super) async fn assemble(&self, job: &Job) -> Result<(), StepError> {
        let fault = |step| move |error| StepError { scene: None, step, error };
        let lost = self.lost_scenes(&job.plan).await.map_err(fault("film"))?;
        if !lost.is_empty() {
            return self.make_again(job, &lost).await.map_err(fault("queue"));
        }
        let film = job.plan.film.id().map_err(|e| fault("film")(e.into()))?;
        let all = job.plan.artifacts().map_err(|e| fault("film")(e.into()))?;
        let all: Vec<_> = all.into_iter().map(|(_, id)| id).collect();
        // The sound is leased by whoever makes the film. Of two that held one each, both would wait.
        self.survey(job, &all, &[film]).await.map_err(fault("film"))?;
        let film = self.film(job).await.map_err(fault("film"))?;
        self.poster(job).await.map_err(fault("poster"))?;
        self.finish(job, &film).await.map_err(fault("film"))
    }

    /// The scenes that the film is made from and that are not there; none where the film itself is.
    pub(super) async fn lost_scenes(&self, plan: &Plan) -> PortResult<Vec<Work>> {
        let film = plan.film.id()?;
        let ids: Vec<_> = std::iter::once(film).chain(plan.film.scenes.iter().copied()).collect();
        let found = self.world.artifacts.find_all(&ids).await?;
        if found.first().is_some_and(Option::is_some) {
            return Ok(Vec::new());
        }
        let scenes = (0..).zip(&found[1..]);
        Ok(scenes.filter(|(_, found)| found.is_none()).map(|(scene, _)| Work::Render { scene }).collect())
    }

    /// Takes work out of the done set, and sends what can begin: also what was never done, where the film was there when
    /// its task was submitted.
    async fn make_again(&self, job: &Job, work: &[Work]) -> PortResult<()> {
        self.unmark(&job.task.id, work).await?;
        self.dispatch.send_ready(&job.task, &job.plan).await
    }

    /// Takes work out of the done set.
    pub(super) async fn unmark(&self, task: &str, work: &[Work]) -> PortResult<()> {
        for work in work {
            self.world.tasks.unmark(task, &work.step(), self.world.clock.now_ms()).await?;
        }
        Ok(())
    }

    async fn film(&self, job: &Job) -> PortResult<Meta> {
        let plan = &*job.plan;
        let new = self.made_scenes(job).await?;
        let reason = format!("{new} of {} scenes or the sound are new", plan.scenes.len());
        let make = |context: StepContext| async move {
            self.expect_tools(&plan.film.tools).await?;
            let sound = self.soundtrack(job).await?;
            let mixed: SoundtrackFacts = facts::read(&sound)?;
            let files = self.all_inputs(plan.film.scenes.iter().copied(), &context).await?;
            let mut scenes = Vec::with_capacity(plan.film.scenes.len());
            for id in &plan.film.scenes {
                let meta = self.look(job, id).await?.ok_or_else(|| missing(id))?;
                let frames = facts::read::<SceneMeta>(&meta)?.frames;
                scenes.push((files.get(id).cloned().ok_or_else(|| missing(id))?, frames));
            }
            let frames: u32 = scenes.iter().map(|(_, frames)| frames).sum();
            let soundtrack = self.input(&plan.film.soundtrack, &context).await?;
            let film = FilmJob { scenes, soundtrack, fps: plan.fps, size: plan.size };
            let out = context.work.join("film.mp4");
            self.world.films.film(&film, &out, &context).await?;
            let meta = FilmMeta {
                frames,
                duration_ms: u64::from(frames) * 1000 / u64::from(plan.fps.get()),
                loudness_milli: mixed.loudness_milli,
                true_peak_milli: mixed.true_peak_milli,
            };
            Ok(Made { bytes: Content::File(out), facts: json!(meta) })
        };
        Ok(self.get_or_make(job, None, &plan.film, &reason, make).await?.meta)
    }

    async fn made_scenes(&self, job: &Job) -> PortResult<usize> {
        let records = self.world.tasks.records(&job.task.id).await?;
        let new = |r: &&StepRecord| r.kind == "scene" && r.cache == CacheOutcome::Miss;
        Ok(records.iter().filter(new).count())
    }

    /// The film's sound, beside its scenes.
    pub(super) async fn sound(&self, job: &Job) -> Result<(), StepError> {
        let fault = |error| StepError { scene: None, step: "soundtrack", error };
        let id = job.plan.film.soundtrack;
        let sentences: Result<Vec<_>, _> = job.plan.sentences().map(|sentence| sentence.recipe.id()).collect();
        let needs = [sentences.map_err(|e| fault(e.into()))?, vec![id]].concat();
        self.survey(job, &needs, &[id]).await.map_err(fault)?;
        self.soundtrack(job).await.map(drop).map_err(fault)
    }

    async fn soundtrack(&self, job: &Job) -> PortResult<Meta> {
        let recipe = &job.plan.soundtrack;
        let make = |context: StepContext| async move {
            self.expect_tools(&recipe.tools).await?;
            let layout = self.layout(job).await?;
            let placed = layout.placed().into_iter().map(|(sentence, at)| Ok((sentence.recipe.id()?, at)));
            let placed = placed.collect::<PortResult<Vec<_>>>()?;
            let files = self.all_inputs(placed.iter().map(|(id, _)| *id), &context).await?;
            let mut speech = Vec::with_capacity(placed.len());
            for (id, at) in placed {
                speech.push(Placed { wav: files.get(&id).cloned().ok_or_else(|| missing(&id))?, at });
            }
            let mix = SoundtrackJob { speech, samples: layout.samples(), loudness_milli: recipe.loudness_milli };
            let out = context.work.join("sound.m4a");
            let _core = granted(&context, self.capacity.core()).await?;
            let facts = self.world.films.soundtrack(&mix, &out, &context).await?;
            Ok(Made { bytes: Content::File(out), facts: json!(facts) })
        };
        Ok(self.get_or_make(job, None, recipe, "new speech, scene lengths or loudness", make).await?.meta)
    }

    /// Files with the bytes of all of them, some read side by side: a film of hundreds of scenes would wait for the store
    /// as often. Each is read once, however often it stands in the film.
    async fn all_inputs(
        &self,
        ids: impl Iterator<Item = ArtifactId>,
        context: &StepContext,
    ) -> PortResult<BTreeMap<ArtifactId, PathBuf>> {
        let ids: BTreeSet<_> = ids.collect();
        let read = |id| async move { Ok((id, self.input(&id, context).await?)) };
        let reads: Vec<_> = ids.into_iter().map(read).collect();
        stream::iter(reads).buffer_unordered(READS).try_collect().await
    }

    async fn poster(&self, job: &Job) -> PortResult<()> {
        let recipe = &job.plan.poster;
        let make = |context: StepContext| async move {
            let picture = self.poster_picture(job, &context).await?;
            let out = context.work.join("poster.jpg");
            self.world.films.poster(&picture, recipe.size, &out, &context).await?;
            Ok(Made { bytes: Content::File(out), facts: json!(recipe.size) })
        };
        self.get_or_make(job, None, recipe, "new first picture or size", make).await?;
        Ok(())
    }

    /// The first scene's picture. A cache that forgets what was not used for long may hold the scene without it.
    async fn poster_picture(&self, job: &Job, context: &StepContext) -> PortResult<PathBuf> {
        let id = &job.plan.poster.picture;
        if let Some(picture) = self.world.artifacts.open(id, &context.work).await? {
            return Ok(picture);
        }
        let first = job.plan.scenes.first().ok_or_else(|| internal("the plan has no scenes"))?;
        self.picture(job, Some(0), &first.picture).await?;
        self.input(id, context).await
    }

    async fn finish(&self, job: &Job, film: &Meta) -> PortResult<()> {
        let facts: FilmMeta = facts::read(film)?;
        let exported = self.export(job).await?;
        let records = self.world.tasks.records(&job.task.id).await?;
        let now = self.world.clock.now_ms();
        let mut result = json!({
            "film": job.plan.film.id()?,
            "poster": job.plan.poster.id()?,
            "duration": facts.duration_ms as f64 / 1000.0,
            "frames": facts.frames,
            "bytes": film.bytes,
            "loudness": facts.loudness_milli.map(|milli| f64::from(milli) / 1000.0),
            "true_peak": facts.true_peak_milli.map(|milli| f64::from(milli) / 1000.0),
            "performance_report": report::performance(&records, &job.plan, job.task.created_at, now, &self.settings.pricing),
        });
        if let Some(fields) = result.as_object_mut() {
            fields.extend(exported);
        }
        self.end(&job.task.id, &Outcome::Finished(result)).await.map(drop)
    }

    /// Puts the film where its user looks for it.
    async fn export(&self, job: &Job) -> PortResult<Map<String, Value>> {
        if !self.world.exports.wanted() {
            return Ok(Map::new());
        }
        let request = self.world.tasks.request(&job.task.id).await?.unwrap_or_default();
        let named = request.get("output_filename").and_then(Value::as_str);
        let captions = self.captions_of(job).await?;
        let words = captions.words.to_string();
        let export = Export {
            task: &job.task.id,
            name: &film_name(named, &job.task.id),
            film: &job.plan.film.id()?,
            poster: &job.plan.poster.id()?,
            captions: [
                ("srt", captions.srt.as_bytes()),
                ("vtt", captions.vtt.as_bytes()),
                ("words.json", words.as_bytes()),
            ],
        };
        self.world.exports.export(&export).await
    }
}
