//! Going on with a task that was recorded: one that was killed, cancelled or failed, or whose film is gone.

use super::error::{SubmitError, internal};
use super::inputs::again;
use super::render::PIN_LOST;
use super::{Event, Pipeline};
use crate::domain::film::{FilmSpec, PictureSpec, SceneSpec};
use crate::domain::request::{Fault, Faults, Request};
use crate::domain::task::{Status, Task};
use crate::ports::{Class, PortResult};
use crate::recipe::Digest;
use crate::recipe::plan::Plan;
use crate::recipe::steps::{PictureRecipe, Recipe as _};

impl Pipeline {
    /// Goes on with a task: it has as much time as a new one, and what is ready is sent. A finished task whose film is
    /// there stays as it is.
    pub async fn resume(&self, task: &Task, plan: &Plan) -> Result<(), SubmitError> {
        if task.status == Status::Finished && self.is_whole(plan).await? {
            return Ok(());
        }
        self.open_again(task, plan).await
    }

    /// Whether a task that has ended is opened again by its request: its film is gone, or it failed for want of a picture
    /// that only a request brings. Every other end stands, since the same request may well come twice by itself.
    pub(super) async fn is_lost(&self, task: &Task, plan: &Plan) -> PortResult<bool> {
        match (task.status, &task.error) {
            (Status::Finished, _) => self.is_whole(plan).await.map(|whole| !whole),
            (Status::Failed, Some(error)) => Ok(error.code == PIN_LOST),
            _ => Ok(false),
        }
    }

    /// Gives a task its time and what it was made from, as it was when it was planned, and sends what is ready.
    pub(super) async fn open_again(&self, task: &Task, plan: &Plan) -> Result<(), SubmitError> {
        self.pin_again(task, plan).await?;
        let now = self.world.clock.now_ms();
        self.world.tasks.revive(&task.id, self.deadline_from(now), now).await?;
        self.unmark(&task.id, &self.lost_scenes(plan).await?).await?;
        self.tell(&task.id, plan).await?;
        Ok(self.dispatch.send_ready(task, plan).await?)
    }

    /// Tells what was planned, and what of it is done.
    pub(super) async fn tell(&self, task: &str, plan: &Plan) -> PortResult<()> {
        let done = self.world.tasks.done(task).await?;
        self.observer.event(Event::Planned { task, plan, done: &done });
        Ok(())
    }

    /// When a task must have ended that begins, or is gone on with, now.
    pub(super) fn deadline_from(&self, now: u64) -> u64 {
        now + self.settings.task_deadline.as_millis() as u64
    }

    /// Whether the film and its still are there, byte for byte.
    async fn is_whole(&self, plan: &Plan) -> PortResult<bool> {
        for id in [plan.film.id()?, plan.poster.id()?] {
            if self.world.artifacts.open(&id, &self.settings.work).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Fetches the request's pictures again that the cache has lost. They have to be the ones that were planned with:
    /// the plan names what is made of them by their digests.
    async fn pin_again(&self, task: &Task, plan: &Plan) -> Result<(), SubmitError> {
        let request = self.world.tasks.request(&task.id).await?.unwrap_or_default();
        let request: Request = serde_json::from_value(request).map_err(internal)?;
        let spec = FilmSpec::resolve(&request).map_err(internal)?;
        let lost = self.lost_pins(&spec, plan).await?;
        let scenes = lost.iter().map(|(_, scene, _)| (*scene).clone()).collect();
        let pins = self.pins(&FilmSpec { scenes, ..spec.clone() }).await;
        let mut faults = Vec::new();
        for (index, scene, planned) in lost {
            let PictureSpec::Source(source) = &scene.picture else { continue };
            let fault = |message| Fault::new(format!("scenes[{index}].image"), message);
            match pins.get(source) {
                Some(Ok(found)) if *found == planned => {}
                Some(Ok(found)) => faults.push(fault(format!(
                    "found a picture with SHA-256 {found}; task `{}` was planned with {planned}, which is not in the \
                     cache any more; bring that picture back, or use another task_id",
                    task.id
                ))),
                Some(Err(error)) if matches!(error.class, Class::Request | Class::Media) => {
                    faults.push(fault(error.message.clone()));
                }
                Some(Err(error)) => return Err(again(error).into()),
                None => return Err(internal("a picture was not looked up").into()),
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Faults::new(faults).into()) }
    }

    /// Scenes with a picture of the request's that is not in the cache any more, and its digest.
    async fn lost_pins<'a>(&self, spec: &'a FilmSpec, plan: &Plan) -> PortResult<Vec<(usize, &'a SceneSpec, Digest)>> {
        let mut lost = Vec::new();
        for (index, (scene, planned)) in spec.scenes.iter().zip(&plan.scenes).enumerate() {
            if let PictureRecipe::Pin { sha256 } = planned.picture
                && self.world.artifacts.find(&planned.recipe.picture).await?.is_none()
            {
                lost.push((index, scene, sha256));
            }
        }
        Ok(lost)
    }
}
