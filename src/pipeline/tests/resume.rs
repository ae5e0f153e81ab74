//! Tasks that are gone on with, and tasks whose film is gone.

use super::*;
use crate::domain::task::Status;
use crate::pipeline::SubmitError;
use crate::ports::{Artifacts as _, Class, PortError};
use crate::recipe::ArtifactId;
use crate::testing::faults::{Crash, Faults};

const ALL_MADE: [&str; 10] = [
    "film",
    "picture a boat",
    "picture a hill",
    "poster",
    "scene",
    "soundtrack",
    "source https://example.org/lake.png",
    "speak four five.",
    "speak one two.",
    "speak three.",
];

/// A finished film, none of whose artifacts is there any more; and what the film was.
async fn pruned() -> (Stage, Submitted, String) {
    let stage = Stage::new();
    let submitted = stage.film(&three_scenes(), "t").await;
    let film = stage.film_text(&submitted);
    forget(&stage, |_| true).await;
    stage.makers.take_calls();
    (stage, submitted, film)
}

/// Removes artifacts from the cache.
async fn forget(stage: &Stage, which: impl Fn(&ArtifactId) -> bool) {
    for listed in stage.memory.artifacts.list().await.unwrap().iter().filter(|listed| which(&listed.id)) {
        stage.memory.artifacts.remove(&listed.id).await.unwrap();
    }
}

/// The task is finished, once more, with that film.
async fn finished_again(stage: &Stage, submitted: &Submitted, film: &str) {
    stage.drain(&stage.pipeline()).await.unwrap();
    let task = stage.task("t").await;
    assert_eq!(task.status, Status::Finished, "{:?}", task.error);
    assert_eq!(stage.film_text(submitted), film);
    assert!(task.result.is_some() && stage.memory.queue.messages().is_empty());
}

async fn resume(stage: &Stage, submitted: &Submitted) -> Result<(), SubmitError> {
    stage.pipeline().resume(&stage.task("t").await, &submitted.plan).await
}

#[tokio::test]
async fn a_film_that_is_gone_is_made_again_by_the_same_request() {
    let (stage, submitted, film) = pruned().await;
    let again = submit(&stage.pipeline(), &three_scenes(), "t").await;
    assert_eq!((again.new, &again.plan), (false, &submitted.plan));
    finished_again(&stage, &submitted, &film).await;
    assert_eq!(stage.makers.take_calls(), ALL_MADE);
    submit(&stage.pipeline(), &three_scenes(), "t").await;
    assert_eq!(stage.memory.queue.messages(), [], "a film that is there is not made again");
}

#[tokio::test]
async fn and_when_its_task_is_resumed() {
    let (stage, submitted, film) = pruned().await;
    resume(&stage, &submitted).await.unwrap();
    let ready = [2, 0, 1].map(|scene| Message::new("t", Work::Render { scene }));
    assert_eq!(stage.memory.queue.messages(), ready, "what is gone is not taken for done");
    finished_again(&stage, &submitted, &film).await;
    resume(&stage, &submitted).await.unwrap();
    assert_eq!(stage.memory.queue.messages(), [], "a film that is there is not made again");
}

#[tokio::test]
async fn a_film_or_a_still_that_is_damaged_is_made_again_and_nothing_else() {
    let stage = Stage::new();
    let submitted = stage.film(&three_scenes(), "t").await;
    let film = stage.film_text(&submitted);
    for (id, made) in [(submitted.plan.film.id().unwrap(), "film"), (submitted.plan.poster.id().unwrap(), "poster")] {
        stage.memory.artifacts.damage(&id);
        stage.makers.take_calls();
        submit(&stage.pipeline(), &three_scenes(), "t").await;
        finished_again(&stage, &submitted, &film).await;
        assert_eq!(stage.makers.take_calls(), [made]);
    }
}

/// The plan names what is made of a picture by its digest, so that another one cannot take its place.
#[tokio::test]
async fn a_picture_that_changed_is_told_from_the_one_that_was_planned_with() {
    let (stage, submitted, film) = pruned().await;
    let before = stage.task("t").await;
    stage.makers.serve("https://example.org/lake.png", pixel([3, 2, 1]).unwrap());
    for refused in
        [stage.pipeline().submit(&draft(&three_scenes()), "t").await.map(drop), resume(&stage, &submitted).await]
    {
        let Err(SubmitError::Faults(faults)) = refused else { panic!("{refused:?}") };
        let [fault] = faults.as_slice() else { panic!("{faults}") };
        assert_eq!(fault.path, "scenes[2].image");
        let planned = crate::recipe::Digest::of(pixel([1, 2, 3]).unwrap()).to_string();
        assert!(fault.message.contains(&planned) && fault.message.contains("another task_id"), "{fault}");
    }
    let gone = PortError::transient(Class::Provider, "SOURCE_UNAVAILABLE", "the server answers 503");
    stage.makers.fail("source https://example.org/lake.png", gone);
    let unreachable = resume(&stage, &submitted).await;
    assert!(matches!(&unreachable, Err(SubmitError::Port(e)) if e.code == "SOURCE_UNAVAILABLE"), "{unreachable:?}");
    assert_eq!(stage.task("t").await, before, "the task is as it was");
    stage.makers.serve("https://example.org/lake.png", pixel([1, 2, 3]).unwrap());
    resume(&stage, &submitted).await.unwrap();
    finished_again(&stage, &submitted, &film).await;
}

#[tokio::test]
async fn a_lost_picture_comes_back_with_its_request() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    stage.memory.artifacts.remove(&submitted.plan.scenes[2].recipe.picture).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.task("t").await.error.map(|error| error.code).as_deref(), Some("PIN_LOST"));
    submit(&pipeline, &three_scenes(), "t").await;
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.task("t").await.status, Status::Finished);
}

/// A request may come twice by itself: that is no reason to pay once more for what failed.
#[tokio::test]
async fn another_failure_is_not_undone_by_the_same_request() {
    let stage = Stage::new();
    stage.makers.fail("film", PortError::permanent(Class::Media, "FFMPEG", "no"));
    stage.film(&three_scenes(), "t").await;
    let failed = stage.task("t").await;
    assert_eq!(failed.status, Status::Failed);
    submit(&stage.pipeline(), &three_scenes(), "t").await;
    assert_eq!((stage.task("t").await, stage.memory.queue.messages()), (failed, vec![]));
}

#[tokio::test]
async fn a_crash_while_a_task_is_opened_again_loses_nothing() {
    for n in 1.. {
        for crash in [Crash::Before(n), Crash::After(n)] {
            let (stage, submitted, film) = pruned().await;
            let (world, faults) = Faults::over(&stage.world(), crash);
            let again = stage.pipeline_in(world).submit(&draft(&three_scenes()), "t").await;
            if !faults.crashed() {
                assert!(n > 5 && again.is_ok(), "there were effects to die at: {n}");
                return;
            }
            submit(&stage.pipeline(), &three_scenes(), "t").await;
            finished_again(&stage, &submitted, &film).await;
        }
    }
}
