//! What exists is never made again, and what is being made is waited for.

use futures_util::future::join_all;

use super::*;
use crate::domain::task::{CacheOutcome, Status};

#[tokio::test]
async fn the_same_request_again_makes_nothing() {
    let stage = Stage::new();
    let first = stage.film(&three_scenes(), "first").await;
    stage.makers.take_calls();
    let second = stage.film(&three_scenes(), "second").await;
    assert_eq!(stage.makers.take_calls(), ["source https://example.org/lake.png"], "only what is pinned is looked up");
    assert_eq!(graph(&second.plan), graph(&first.plan));
    assert_eq!(stage.task("second").await.status, Status::Finished);
}

#[tokio::test]
async fn a_changed_sentence_costs_itself_its_scene_the_sound_and_the_film() {
    let stage = Stage::new();
    stage.film(&three_scenes(), "first").await;
    stage.makers.take_calls();
    let mut request = three_scenes();
    request["scenes"][0]["narration_text"] = json!("One two. Six.");
    stage.film(&request, "second").await;
    let calls: Vec<_> = stage.makers.calls().into_iter().filter(|(what, _)| !what.starts_with("source")).collect();
    let once = |what: &str| (what.to_owned(), 1);
    assert_eq!(calls, [once("film"), once("scene"), once("soundtrack"), once("speak six.")]);
}

#[tokio::test]
async fn a_sentence_of_two_scenes_is_spoken_once() {
    let stage = Stage::new();
    let scene = |prompt: &str| json!({"type": "image", "promptImage": prompt, "narration_text": "The same."});
    stage.film(&json!({"scenes": [scene("a"), scene("b")]}), "t").await;
    assert_eq!(stage.makers.calls()["speak the same."], 1);
}

/// Works on scene 0 in so many lanes of each pipeline at once; the outcomes of its picture.
async fn all_at_once(stage: &Stage, pipelines: &[Pipeline], lanes: u32) -> Vec<CacheOutcome> {
    submit(&pipelines[0], &three_scenes(), "t").await;
    let (message, cancel) = (Message::new("t", Work::Render { scene: 0 }), CancellationToken::new());
    let work = pipelines
        .iter()
        .flat_map(|pipeline| (0..lanes).map(|lane| pipeline.handle(&message, 1, lane, &cancel)).collect::<Vec<_>>());
    for handled in join_all(work).await {
        assert_eq!(handled.unwrap(), Handled::Done);
    }
    let records = stage.memory.tasks.records("t").await.unwrap();
    records.into_iter().filter(|record| record.kind == "picture").map(|record| record.cache).collect()
}

#[tokio::test]
async fn sixteen_lanes_after_one_key_make_it_once() {
    let stage = Stage::new();
    let outcomes = all_at_once(&stage, &[stage.pipeline()], 16).await;
    assert_eq!(outcomes.len(), 16);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == CacheOutcome::Miss).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == CacheOutcome::Waited).count(), 15);
    assert!(stage.makers.calls().values().all(|calls| *calls == 1), "{:?}", stage.makers.calls());
}

#[tokio::test]
async fn so_do_lanes_of_several_processes() {
    let stage = Stage::new();
    let processes = [stage.pipeline(), stage.pipeline(), stage.pipeline()];
    let outcomes = all_at_once(&stage, &processes, 4).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == CacheOutcome::Miss).count(), 1);
    assert!(stage.makers.calls().values().all(|calls| *calls == 1), "{:?}", stage.makers.calls());
}

#[tokio::test]
async fn two_tasks_share_scenes_and_the_end_of_one_is_not_the_other_s() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "a").await;
    submit(&pipeline, &three_scenes(), "b").await;
    stage.deliver(&pipeline).await.unwrap();
    let now = crate::ports::Clock::now_ms(&*stage.memory.clock);
    stage.memory.tasks.advance("a", &crate::domain::task::Outcome::Cancelled, now).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.task("a").await.status, Status::Cancelled);
    assert_eq!(stage.task("b").await.status, Status::Finished);
    assert_eq!(stage.makers.calls()["picture a boat"], 1, "what one made before its end serves the other");
}
