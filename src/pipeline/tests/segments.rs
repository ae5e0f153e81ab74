//! Scenes that are too long to be made in one piece.

use super::*;
use crate::domain::task::{Status, StepRecord};
use crate::ports::{Class, Delivery, PortError};

/// One scene of 200 s, which is four segments of 1500 frames.
fn long_scene() -> Value {
    json!({"size": "portrait", "scenes": [{"type": "image", "promptImage": "a boat", "duration": 200.0}]})
}

/// The segments' calls, in order.
fn segments(stage: &Stage) -> Vec<String> {
    stage.makers.take_calls().into_iter().filter(|call| call.starts_with("segment")).collect()
}

#[tokio::test]
async fn a_long_scene_is_made_in_segments_that_are_joined() {
    let stage = Stage::new();
    let submitted = stage.film(&long_scene(), "t").await;
    let film = stage.film_text(&submitted);
    let parts: Vec<_> = film.lines().filter_map(|line| line.strip_suffix(" of 6000 frames, ZoomIn")).collect();
    assert_eq!(parts.len(), 4, "{film}");
    let ranges = ["0..1500", "1500..3000", "3000..4500", "4500..6000"];
    assert!(parts.iter().zip(ranges).all(|(part, range)| part.ends_with(range)), "{film}");
    let records = stage.memory.tasks.records("t").await.unwrap();
    let made = |kind: &'static str| records.iter().filter(move |record: &&StepRecord| record.kind == kind);
    assert_eq!((made("segment").count(), made("scene").count()), (4, 1));
    let report = stage.task("t").await.result.unwrap()["performance_report"].clone();
    assert_eq!(report["steps"]["scene_processing"]["count"], 6, "segments, their scene and the film");
}

#[tokio::test]
async fn work_that_runs_out_of_time_is_sent_anew_and_makes_no_segment_twice() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &long_scene(), "t").await;
    let continues = || PortError::permanent(Class::Cancelled, "CONTINUES", "no time");
    stage.makers.fail("segment from 3000", continues());
    stage.makers.fail("segment from 4500", continues());
    let queue = &pipeline.world().queue;
    let first = queue.receive(1, VISIBILITY).await.unwrap().pop().unwrap();
    let given_up = Delivery { attempt: ATTEMPTS, ..first.clone() };
    let handled = pipeline.attend(&given_up, 0, &CancellationToken::new()).await.unwrap();
    assert_eq!(handled, Handled::Done, "the last of its deliveries is no failure, since another message goes on");
    queue.delete(&first.receipt).await.unwrap();
    assert_eq!(segments(&stage).len(), 4);
    assert_eq!(stage.memory.queue.messages(), [first.message]);
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(segments(&stage), ["segment from 3000", "segment from 4500"]);
    assert_eq!(stage.task("t").await.status, Status::Finished);
    assert_eq!(stage.memory.leases.held(), [""; 0]);
}

#[tokio::test]
async fn a_segment_that_fails_is_what_is_told_and_the_others_stay() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &long_scene(), "t").await;
    stage.makers.fail("segment from 0", PortError::permanent(Class::Cancelled, "CONTINUES", "no time"));
    stage.makers.fail("segment from 1500", PortError::transient(Class::Media, "FRAMES_LOST", "some were lost"));
    assert!(stage.deliver(&pipeline).await.unwrap().is_some());
    assert_eq!(segments(&stage).len(), 4);
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(segments(&stage), ["segment from 0", "segment from 1500"]);
    assert_eq!(stage.task("t").await.status, Status::Finished);
}
