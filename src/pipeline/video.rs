//! A scene's video: in one piece, or, where it is long, in segments that are kept as they are made.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use super::cache::{Content, Made};
use super::capacity::granted;
use super::facts::{SceneMeta, Told};
use super::layout::scene_cues;
use super::{Job, Pipeline};
use crate::domain::motion::{Motion, MotionKind};
use crate::domain::segment::segments;
use crate::domain::timeline::Length;
use crate::ports::{Class, PortError, PortResult, SceneJob, StepContext};
use crate::recipe::ArtifactId;
use crate::recipe::plan::PlannedScene;
use crate::recipe::steps::{Recipe as _, SceneRecipe, SegmentRecipe};

/// The motions that a picture's digest chooses from.
const CHOICE: [MotionKind; 4] = [MotionKind::ZoomIn, MotionKind::PanRight, MotionKind::ZoomOut, MotionKind::PanLeft];

/// A segment is begun only if so many times as long as the slowest one took is left.
const SPARE: u32 = 2;

/// A long scene while its segments are made.
struct Long<'a> {
    index: u32,
    /// Its recipe's id.
    id: ArtifactId,
    scene: SceneJob,
    /// Who is told of its frames.
    context: &'a StepContext,
    /// Frames done.
    done: Arc<AtomicU32>,
    /// How long the slowest segment of this piece of work took, in milliseconds.
    slowest_ms: AtomicU64,
}

impl Pipeline {
    pub(super) async fn video(
        &self,
        job: &Job,
        (index, scene): (u32, &PlannedScene),
        told: &Told<'_>,
        picture: &ArtifactId,
        context: &StepContext,
    ) -> PortResult<Made> {
        let recipe = &scene.recipe;
        self.expect_tools(&recipe.tools).await?;
        if let Some(captions) = &recipe.captions {
            self.expect_fonts(&captions.fonts)?;
        }
        let frames = Length::from(recipe.length).frames(&told.layout, recipe.fps);
        let style = recipe.captions.as_ref().map(|captions| captions.style.clone());
        let captions = style.as_ref().map(|style| scene_cues(recipe, style, told, frames)).unwrap_or_default();
        let whole = SceneJob {
            picture: self.input(picture, context).await?,
            size: recipe.size,
            fps: recipe.fps,
            frames,
            part: 0..frames,
            motion: motion(recipe),
            captions,
            style,
            encoder: recipe.encoder.clone(),
        };
        let parts = segments(frames, recipe.size, recipe.fps);
        if parts.len() == 1 {
            return self.encoded(&whole, context, || Ok(())).await;
        }
        let long = Long {
            index,
            id: recipe.id()?,
            scene: whole,
            context,
            done: Arc::default(),
            slowest_ms: AtomicU64::default(),
        };
        self.spliced(job, &long, &parts).await
    }

    /// A part of a scene, or all of it, encoded when there is a core and memory for it, if `ready` has nothing against it then.
    async fn encoded(
        &self,
        scene: &SceneJob,
        context: &StepContext,
        ready: impl FnOnce() -> PortResult<()>,
    ) -> PortResult<Made> {
        let out = context.work.join("scene.ts");
        let _share = granted(context, self.capacity.encoder(scene.size)).await?;
        ready()?;
        self.world.films.scene(scene, &out, context).await?;
        Ok(Made { bytes: Content::File(out), facts: json!(SceneMeta { frames: scene.part.len() as u32 }) })
    }

    /// A scene of several segments, each an artifact of its own, side by side as far as there are encoders.
    async fn spliced(&self, job: &Job, long: &Long<'_>, parts: &[Range<u32>]) -> PortResult<Made> {
        let made = join_all(parts.iter().map(|part| self.segment(job, long, part))).await;
        // That there is no time for more is no failure; where there is another, that is what is told.
        let mut failed: Vec<PortError> = Vec::new();
        let mut pieces = Vec::with_capacity(parts.len());
        for (piece, part) in made.into_iter().zip(parts) {
            match piece {
                Ok(id) => pieces.push((id, part.len() as u32)),
                Err(error) => failed.push(error),
            }
        }
        failed.sort_by_key(|error| error.class == Class::Cancelled);
        if let Some(error) = failed.into_iter().next() {
            return Err(error);
        }
        let mut files = Vec::with_capacity(pieces.len());
        for (id, frames) in pieces {
            files.push((self.input(&id, long.context).await?, frames));
        }
        let out = long.context.work.join("scene.ts");
        self.world.films.splice(&files, long.scene.fps, &out, long.context).await?;
        Ok(Made { bytes: Content::File(out), facts: json!(SceneMeta { frames: long.scene.frames }) })
    }

    async fn segment(&self, job: &Job, long: &Long<'_>, part: &Range<u32>) -> PortResult<ArtifactId> {
        let recipe = SegmentRecipe { scene: long.id, first: part.start, frames: part.len() as u32 };
        let make = |context: StepContext| async move {
            let (tell, done) = (Arc::clone(&long.context.frames_done), Arc::clone(&long.done));
            let frames_done = Arc::new(move |_| tell(done.fetch_add(1, Ordering::Relaxed) + 1));
            let (context, began) = (StepContext { frames_done, ..context }, OnceLock::new());
            let scene = SceneJob { part: part.clone(), ..long.scene.clone() };
            let begin = || {
                let began = began.get_or_init(Instant::now);
                let slowest = Duration::from_millis(long.slowest_ms.load(Ordering::Relaxed));
                time_for_more(slowest, job.deadline.saturating_duration_since(*began))
            };
            let made = self.encoded(&scene, &context, begin).await?;
            let took = began.get().map_or(Duration::ZERO, Instant::elapsed);
            long.slowest_ms.fetch_max(took.as_millis() as u64, Ordering::Relaxed);
            Ok(made)
        };
        let got = self.get_or_make(job, Some(long.index), &recipe, "a part of a long scene", make).await?;
        Ok(got.id)
    }
}

/// Ends a piece of work that has made a segment, the slowest of them in so long, and has not the time for another one: it
/// is sent anew, and whoever gets it goes on from there.
fn time_for_more(slowest: Duration, left: Duration) -> PortResult<()> {
    if slowest.is_zero() || slowest * SPARE <= left {
        return Ok(());
    }
    let message = "there is no time for another segment; the scene goes on as a new message";
    Err(PortError::permanent(Class::Cancelled, "CONTINUES", message))
}

/// The scene's motion; where the request names none, the picture's digest chooses, so that the same picture moves
/// the same way wherever it stands.
fn motion(recipe: &SceneRecipe) -> Motion {
    let chosen = CHOICE[usize::from(recipe.picture.key.as_bytes()[0]) % CHOICE.len()];
    Motion { kind: recipe.motion.unwrap_or(chosen), amount_milli: recipe.motion_milli }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_segment_is_tried_and_others_need_twice_the_slowest_one_s_time() {
        let seconds = Duration::from_secs;
        for (slowest, left, enough) in [(0, 1, true), (20, 40, true), (20, 39, false)] {
            assert_eq!(time_for_more(seconds(slowest), seconds(left)).is_ok(), enough, "{slowest} of {left}");
        }
    }
}
