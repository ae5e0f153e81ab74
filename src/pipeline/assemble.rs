//! The film: all sound in one mix, all scenes in one file, verified, and the files beside it.

use futures_util::future::try_join_all;
use serde_json::{Value, json};

use super::cache::{Content, Made, missing};
use super::facts::{self, FilmMeta, SceneMeta, Told};
use super::render::scene_cues;
use super::{Job, Pipeline, StepError, report};
use crate::domain::captions::cues::TimedWord;
use crate::domain::captions::{Cue, CueWord, sidecar};
use crate::domain::task::{CacheOutcome, Outcome, StepRecord, Work};
use crate::domain::timeline::{self, Length, Narration};
use crate::domain::units::FILM_RATE;
use crate::ports::{FilmJob, Meta, Placed, PortResult, SoundtrackFacts, SoundtrackJob, StepContext};
use crate::recipe::plan::{Plan, PlannedSentence};
use crate::recipe::steps::{Recipe as _, SceneLength};

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

/// Where everything stands in the film.
struct Film<'a> {
    /// The film's own narration, or nothing.
    shared: Told<'a>,
    /// Each scene's own narration.
    scenes: Vec<Told<'a>>,
    /// Each scene's frames.
    frames: Vec<u32>,
    /// Each scene's first frame, and, last, the film's length.
    starts: Vec<u32>,
}

impl Pipeline {
    /// Makes the film of a task whose scenes are done, and finishes the task. Scenes that are gone are taken out of the
    /// done set and sent again; then the film is not made, and `false` is answered.
    pub(super) async fn assemble(&self, job: &Job) -> Result<bool, StepError> {
        let fault = |step| move |error| StepError { scene: None, step, error };
        let meta = match self.world.artifacts.find(&job.plan.film.id().map_err(|e| fault("film")(e.into()))?).await {
            Ok(Some(_)) => None,
            Ok(None) => self.lost_scenes(job).await.map_err(fault("film"))?,
            Err(error) => return Err(fault("film")(error)),
        };
        if let Some(lost) = meta {
            self.world.queue.send(&lost).await.map_err(fault("film"))?;
            return Ok(false);
        }
        let film = self.film(job).await.map_err(fault("film"))?;
        self.poster(job).await.map_err(fault("poster"))?;
        self.finish(job, &film).await.map_err(fault("film"))?;
        Ok(true)
    }

    /// Messages for scenes whose artifacts are gone; `None` where all are there.
    async fn lost_scenes(&self, job: &Job) -> PortResult<Option<Vec<crate::domain::task::Message>>> {
        let mut lost = Vec::new();
        for (index, id) in job.plan.film.scenes.iter().enumerate() {
            if self.world.artifacts.find(id).await?.is_none() {
                let work = Work::Render { scene: index as u32 };
                self.world.tasks.unmark(&job.task, &work.step(), self.world.clock.now_ms()).await?;
                lost.push(crate::domain::task::Message::new(&job.task, work));
            }
        }
        Ok(if lost.is_empty() { None } else { Some(lost) })
    }

    async fn film(&self, job: &Job) -> PortResult<Meta> {
        let plan = &*job.plan;
        let new = self.made_scenes(job).await?;
        let reason = format!("{new} of {} scenes or the sound are new", plan.scenes.len());
        let make = |context: StepContext| async move {
            let sound = self.soundtrack(job).await?;
            let mixed: SoundtrackFacts = facts::read(&sound)?;
            let mut scenes = Vec::with_capacity(plan.film.scenes.len());
            for id in &plan.film.scenes {
                let meta = self.world.artifacts.find(id).await?.ok_or_else(|| missing(id))?;
                let frames = facts::read::<SceneMeta>(&meta)?.frames;
                scenes.push((self.input(id, &context).await?, frames));
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
        let records = self.world.tasks.records(&job.task).await?;
        let new = |r: &&StepRecord| r.kind == "scene" && r.cache == CacheOutcome::Miss;
        Ok(records.iter().filter(new).count())
    }

    async fn soundtrack(&self, job: &Job) -> PortResult<Meta> {
        let plan = &*job.plan;
        let make = |context: StepContext| async move {
            let film = self.layout(job).await?;
            let mut speech = Vec::new();
            for (sentence, at) in film.placed(plan) {
                let wav = self.input(&sentence.recipe.id()?, &context).await?;
                speech.push(Placed { wav, at });
            }
            let total = film.starts.last().copied().unwrap_or(0);
            let mix = SoundtrackJob {
                speech,
                samples: u64::from(total) * plan.fps.samples_per_frame(),
                loudness_milli: plan.soundtrack.loudness_milli,
            };
            let out = context.work.join("mix.wav");
            let facts = self.world.films.soundtrack(&mix, &out, &context).await?;
            Ok(Made { bytes: Content::File(out), facts: json!(facts) })
        };
        let reason = "new speech, scene lengths or loudness";
        Ok(self.get_or_make(job, None, &plan.soundtrack, reason, make).await?.meta)
    }

    async fn poster(&self, job: &Job) -> PortResult<()> {
        let recipe = &job.plan.poster;
        let make = |context: StepContext| async move {
            let picture = self.input(&recipe.picture, &context).await?;
            let out = context.work.join("poster.jpg");
            self.world.films.poster(&picture, recipe.size, &out, &context).await?;
            Ok(Made { bytes: Content::File(out), facts: json!(recipe.size) })
        };
        self.get_or_make(job, None, recipe, "new first picture or size", make).await?;
        Ok(())
    }

    async fn finish(&self, job: &Job, film: &Meta) -> PortResult<()> {
        let facts: FilmMeta = facts::read(film)?;
        let now = self.world.clock.now_ms();
        let task = self.world.tasks.get(&job.task).await?;
        let records = self.world.tasks.records(&job.task).await?;
        let began = task.as_ref().map_or(now, |task| task.created_at);
        let result = json!({
            "film": job.plan.film.id()?,
            "poster": job.plan.poster.id()?,
            "duration": facts.duration_ms as f64 / 1000.0,
            "frames": facts.frames,
            "bytes": film.bytes,
            "loudness": facts.loudness_milli.map(|milli| f64::from(milli) / 1000.0),
            "true_peak": facts.true_peak_milli.map(|milli| f64::from(milli) / 1000.0),
            "performance_report": report::performance(&records, began, now),
        });
        self.world.tasks.advance(&job.task, &Outcome::Finished(result), now).await?;
        Ok(())
    }

    /// The captions of a film whose speech is in the cache, or is made again.
    pub async fn captions(&self, task: &str, plan: &Plan) -> PortResult<Captions> {
        let job = self.job(task, plan.clone(), 0, tokio_util::sync::CancellationToken::new());
        let film = self.layout(&job).await?;
        let cues = film.cues(plan);
        Ok(Captions {
            srt: sidecar::srt(&cues, plan.fps),
            vtt: sidecar::vtt(&cues, plan.fps),
            words: sidecar::words(&film.words(plan)),
        })
    }

    async fn layout<'a>(&self, job: &'a Job) -> PortResult<Film<'a>> {
        let plan = &*job.plan;
        let shared = self.told(job, None, plan.narration.iter().flatten().collect()).await?.0;
        let scenes = plan.scenes.iter().map(|scene| self.told(job, None, scene.narration.iter().collect()));
        let scenes: Vec<_> = try_join_all(scenes).await?.into_iter().map(|(told, _)| told).collect();
        let frames: Vec<_> = plan
            .scenes
            .iter()
            .zip(&scenes)
            .map(|(scene, told)| {
                let length = scene.recipe.length;
                let narration = if matches!(length, SceneLength::Share { .. }) { &shared } else { told };
                Length::from(length).frames(&narration.layout, plan.fps)
            })
            .collect();
        let starts = timeline::starts(&frames);
        Ok(Film { shared, scenes, frames, starts })
    }
}

impl Film<'_> {
    /// Every sentence with its place in the film, in samples, in order.
    fn placed<'p>(&self, plan: &'p Plan) -> Vec<(&'p PlannedSentence, u64)> {
        let shared = plan.narration.iter().flatten().zip(self.shared.layout.starts.iter().copied());
        let own = plan.scenes.iter().zip(&self.scenes).zip(&self.starts).flat_map(|((scene, told), start)| {
            let start = u64::from(*start) * plan.fps.samples_per_frame();
            let Narration { starts, .. } = &told.layout;
            scene.narration.iter().zip(starts.iter().map(move |at| start + at))
        });
        shared.chain(own).collect()
    }

    /// All cues, in the film's frames; where the film has a narration of its own, they run on across the cuts.
    fn cues(&self, plan: &Plan) -> Vec<Cue> {
        if let (Some(first), false) = (plan.scenes.first(), plan.narration.is_empty()) {
            let fit =
                first.recipe.captions.as_ref().map_or_else(crate::domain::captions::cues::Fit::plain, |captions| {
                    crate::domain::captions::cues::Fit::of(&captions.style, plan.size)
                });
            let end = self.starts.last().copied().unwrap_or(0);
            return crate::domain::captions::cues::cues(&self.shared.words(), fit, plan.fps, end);
        }
        let scenes = plan.scenes.iter().zip(&self.scenes).zip(self.frames.iter().zip(&self.starts));
        scenes
            .flat_map(|((scene, told), (frames, start))| {
                scene_cues(&scene.recipe, told, *frames).into_iter().map(|cue| shift(cue, *start))
            })
            .collect()
    }

    /// All words with their times in the film.
    fn words(&self, plan: &Plan) -> Vec<TimedWord> {
        let shift = |mut word: TimedWord, start: u64| {
            word.start += start;
            word.end += start;
            word
        };
        let own = self.scenes.iter().zip(&self.starts).flat_map(|(told, start)| {
            let start = u64::from(*start) * plan.fps.samples_per_frame();
            told.words().into_iter().map(move |word| shift(word, start))
        });
        debug_assert_eq!(FILM_RATE % plan.fps.get(), 0);
        self.shared.words().into_iter().chain(own).collect()
    }
}

fn shift(cue: Cue, by: u32) -> Cue {
    let word = |w: CueWord| CueWord { start: w.start + by, end: w.end + by, ..w };
    let line = |line: Vec<CueWord>| line.into_iter().map(word).collect();
    Cue { start: cue.start + by, end: cue.end + by, lines: cue.lines.into_iter().map(line).collect() }
}
