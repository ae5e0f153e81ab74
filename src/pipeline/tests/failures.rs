//! What goes wrong, and what becomes of the task.

use super::*;
use crate::domain::task::{Outcome, Status, TaskError};
use crate::ports::{Artifacts as _, Class, Clock as _, Leases as _, PortError, Queue as _};
use crate::recipe::ArtifactId;

fn busy() -> PortError {
    PortError::transient(Class::Provider, "RATE_LIMIT", "too many requests")
}

pub(super) async fn error(stage: &Stage) -> TaskError {
    let task = stage.task("t").await;
    assert_eq!(task.status, Status::Failed);
    task.error.expect("a failed task says why")
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let stage = Stage::new();
    for _ in 1..ATTEMPTS {
        stage.makers.fail("picture a hill", busy());
    }
    stage.film(&three_scenes(), "t").await;
    assert_eq!(stage.task("t").await.status, Status::Finished);
    assert_eq!(stage.makers.calls()["picture a hill"], ATTEMPTS);
    assert_eq!(stage.makers.calls()["speak four five."], 1, "what went well beside it is kept");
}

#[tokio::test]
async fn what_does_not_pass_fails_the_task_after_some_attempts() {
    let stage = Stage::new();
    for _ in 0..ATTEMPTS {
        stage.makers.fail("picture a hill", busy());
    }
    stage.film(&three_scenes(), "t").await;
    let error = error(&stage).await;
    assert_eq!((error.class.as_str(), error.code.as_str(), error.retryable), ("provider", "RATE_LIMIT", true));
    assert_eq!((error.scene, error.step.as_deref()), (Some(1), Some("picture")));
    assert_eq!(error.message, "scene 1: too many requests");
    assert_eq!(stage.makers.calls()["picture a hill"], ATTEMPTS);
    assert_eq!(stage.memory.queue.messages(), [], "the other scenes' messages are not left over");
}

#[tokio::test]
async fn a_provider_says_how_long_to_wait() {
    let stage = Stage::new();
    let wait = Duration::from_secs(77);
    stage.makers.fail("picture a boat", PortError { retry_after: Some(wait), ..busy() });
    let began = stage.memory.clock.now_ms();
    stage.film(&three_scenes(), "t").await;
    assert_eq!(stage.task("t").await.status, Status::Finished);
    assert_eq!(stage.memory.clock.now_ms() - began, 77_000);
}

#[tokio::test]
async fn what_does_not_pass_by_itself_fails_the_task_at_once() {
    let stage = Stage::new();
    stage.makers.fail("speak three.", PortError::permanent(Class::Provider, "REFUSED", "no"));
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    // The last scene is the longest, and comes first.
    for _ in 0..2 {
        stage.deliver(&pipeline).await.unwrap();
    }
    let error = error(&stage).await;
    assert_eq!((error.code.as_str(), error.scene, error.step.as_deref()), ("REFUSED", Some(0), Some("speech")));
    stage.makers.take_calls();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.makers.take_calls(), [""; 0], "nothing is made for a task that has failed");
}

#[tokio::test]
async fn a_failed_task_is_revived_and_makes_only_what_is_missing() {
    let stage = Stage::new();
    stage.makers.fail("film", PortError::permanent(Class::Media, "FFMPEG", "no"));
    let submitted = stage.film(&three_scenes(), "t").await;
    assert_eq!(error(&stage).await.step.as_deref(), Some("film"));
    stage.makers.take_calls();
    let pipeline = stage.pipeline();
    pipeline.resume(&stage.task("t").await, &submitted.plan).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.makers.take_calls(), ["film", "poster"]);
    assert_eq!(stage.task("t").await.status, Status::Finished);
}

#[tokio::test]
async fn work_that_is_cancelled_gives_its_message_back() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let message = Message::new("t", Work::Render { scene: 0 });
    let handled = pipeline.handle(&message, ATTEMPTS, 0, &cancel).await.unwrap();
    assert_eq!(handled, Handled::Stopped);
    assert_eq!(stage.task("t").await.status, Status::InProgress, "its own process says what becomes of the task");
    assert!(!stage.makers.calls().contains_key("picture a boat"));
    let now = stage.memory.clock.now_ms();
    stage.memory.tasks.advance("t", &Outcome::Cancelled, now).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.memory.tasks.history("t").last(), Some(&Status::Cancelled));
    assert!(!stage.makers.calls().contains_key("picture a boat"));
}

#[tokio::test]
async fn a_task_fails_at_its_deadline() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    stage.memory.clock.advance(TASK_DEADLINE + Duration::from_millis(1));
    stage.drain(&pipeline).await.unwrap();
    let error = error(&stage).await;
    assert_eq!((error.class.as_str(), error.code.as_str(), error.retryable), ("limit", "DEADLINE", true));
}

/// A worker that is told to end gives back what it has, and nothing counts against that.
#[tokio::test]
async fn work_that_is_stopped_is_sent_anew() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    let queue = &pipeline.world().queue;
    for _ in 0..=ATTEMPTS {
        let delivery = queue.receive(1, VISIBILITY).await.unwrap().pop().unwrap();
        assert_eq!(delivery.attempt, 1);
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(pipeline.attend(&delivery, 0, &stop).await.unwrap(), Handled::Done);
        queue.delete(&delivery.receipt).await.unwrap();
    }
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.task("t").await.status, Status::Finished);
}

/// Its process was killed, and nobody saw its time end.
#[tokio::test]
async fn a_living_task_that_is_resumed_has_time_again() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    stage.deliver(&pipeline).await.unwrap();
    stage.memory.clock.advance(TASK_DEADLINE * 2);
    pipeline.resume(&stage.task("t").await, &submitted.plan).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.memory.tasks.history("t"), [Status::Queued, Status::InProgress, Status::Finished]);
}

/// Another process holds what this one needs, and does not die.
#[tokio::test]
async fn waiting_ends_with_the_task_s_time() {
    let stage = Stage::new();
    let mut pipeline = stage.pipeline();
    let left = Duration::from_millis(50);
    pipeline.settings.task_deadline = left;
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    let picture = submitted.plan.scenes[0].recipe.picture.to_string();
    assert!(stage.memory.leases.acquire(&picture, "another", VISIBILITY).await.unwrap());
    let message = Message::new("t", Work::Render { scene: 0 });
    let handled = pipeline.handle(&message, 1, 0, &CancellationToken::new()).await.unwrap();
    assert!(matches!(handled, Handled::Again(_)), "{handled:?}");
    stage.memory.clock.advance(left * 2);
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(error(&stage).await.code, "DEADLINE");
}

/// A film whose artifact of that choice is lost or damaged just before it is assembled.
async fn with_loss(lose: impl AsyncFn(&Stage, &ArtifactId), which: impl Fn(&Submitted) -> ArtifactId) -> Stage {
    let calm = Stage::new();
    let expected = calm.film_text(&calm.film(&three_scenes(), "t").await);
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    stage.until_assembly(&pipeline, "t").await;
    lose(&stage, &which(&submitted)).await;
    stage.drain(&pipeline).await.unwrap();
    let task = stage.task("t").await;
    assert_eq!(task.status, Status::Finished, "{:?}", task.error);
    assert_eq!(stage.film_text(&submitted), expected);
    stage
}

async fn remove(stage: &Stage, id: &ArtifactId) {
    stage.memory.artifacts.remove(id).await.unwrap();
}

async fn damage(stage: &Stage, id: &ArtifactId) {
    stage.memory.artifacts.damage(id);
}

#[tokio::test]
async fn a_scene_that_is_gone_when_the_film_is_assembled_is_made_again() {
    let stage = with_loss(remove, |submitted| submitted.plan.film.scenes[1]).await;
    assert_eq!(stage.makers.calls()["scene"], 4);
    assert_eq!(stage.makers.calls()["picture a hill"], 1);
}

#[tokio::test]
async fn a_damaged_scene_is_made_again_and_never_shown() {
    let stage = with_loss(damage, |submitted| submitted.plan.film.scenes[1]).await;
    assert_eq!(stage.makers.calls()["scene"], 4);
}

#[tokio::test]
async fn speech_that_is_gone_or_damaged_is_spoken_again() {
    let speech = |submitted: &Submitted| submitted.plan.scenes[1].narration[0].recipe.id().unwrap();
    assert_eq!(with_loss(remove, speech).await.makers.calls()["speak four five."], 2);
    assert_eq!(with_loss(damage, speech).await.makers.calls()["speak four five."], 2);
}

#[tokio::test]
async fn a_picture_that_only_the_poster_needs_is_made_again() {
    let picture = |submitted: &Submitted| submitted.plan.poster.picture;
    assert_eq!(with_loss(remove, picture).await.makers.calls()["picture a boat"], 2);
    assert_eq!(with_loss(damage, picture).await.makers.calls()["picture a boat"], 2);
}

#[tokio::test]
async fn a_damaged_picture_is_made_again_for_its_scene() {
    let stage = Stage::new();
    let submitted = stage.film(&three_scenes(), "first").await;
    let film = stage.film_text(&submitted);
    let scene = &submitted.plan.scenes[0].recipe;
    for id in [scene.id().unwrap(), submitted.plan.film.id().unwrap()] {
        remove(&stage, &id).await;
    }
    damage(&stage, &scene.picture).await;
    let again = stage.film(&three_scenes(), "second").await;
    assert_eq!(stage.task("second").await.status, Status::Finished);
    assert_eq!(stage.film_text(&again), film);
}

#[tokio::test]
async fn a_lost_pin_cannot_be_made_again() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    remove(&stage, &submitted.plan.scenes[2].recipe.picture).await;
    stage.drain(&pipeline).await.unwrap();
    let error = error(&stage).await;
    assert_eq!((error.code.as_str(), error.scene, error.step.as_deref()), ("PIN_LOST", Some(2), Some("picture")));
}

#[tokio::test]
async fn a_message_of_another_version_waits_for_a_worker_that_knows_it() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    let message = Message { v: 2, ..Message::new("t", Work::Assemble) };
    let cancel = CancellationToken::new();
    for attempt in 1..ATTEMPTS {
        let handled = pipeline.handle(&message, attempt, 0, &cancel).await.unwrap();
        assert!(matches!(handled, Handled::Again(after) if !after.is_zero()), "{handled:?}");
    }
    assert_eq!(pipeline.handle(&message, ATTEMPTS, 0, &cancel).await.unwrap(), Handled::Done);
    assert_eq!(error(&stage).await.code, "VERSION_SKEW");
}

#[tokio::test]
async fn a_message_for_a_task_that_is_not_there_is_done_with() {
    let stage = Stage::new();
    stage.memory.queue.send(&[Message::new("nobody", Work::Assemble)]).await.unwrap();
    stage.drain(&stage.pipeline()).await.unwrap();
    assert_eq!(stage.memory.queue.messages(), []);
}

#[tokio::test]
async fn an_early_or_late_message_does_no_harm() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    stage.memory.queue.purge();
    // Assembled before anything is there: everything is sent that the film needs.
    stage.memory.queue.send(&[Message::new("t", Work::Assemble)]).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.task("t").await.status, Status::Finished);
    let (task, film) = (stage.task("t").await, stage.film_text(&submitted));
    stage.makers.take_calls();
    for work in [Work::Assemble, Work::Render { scene: 0 }] {
        stage.memory.queue.send(&[Message::new("t", work)]).await.unwrap();
    }
    stage.drain(&pipeline).await.unwrap();
    assert_eq!((stage.task("t").await, stage.film_text(&submitted)), (task, film));
    assert_eq!(stage.makers.take_calls(), [""; 0]);
}
