//! A film of many scenes, which is spoken before they are made.

use std::collections::BTreeMap;

use super::*;
use crate::domain::task::{CacheOutcome, Status};
use crate::ports::Artifacts as _;

fn request(scenes: u32) -> Value {
    let scene = |n: u32| json!({"type": "image", "promptImage": "a", "narration_text": format!("Line {n}. More {n}.")});
    json!({"scenes": (0..scenes).map(scene).collect::<Vec<_>>()})
}

/// The names of the work in the queue, without places, and how often each stands there.
fn queued(stage: &Stage) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for message in stage.memory.queue.messages() {
        let step = message.work.step();
        *names.entry(step.split('#').next().unwrap().to_owned()).or_default() += 1;
    }
    names
}

#[tokio::test]
async fn its_sentences_come_first_then_scenes_and_sound_then_the_film() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &request(101), "t").await;
    let runs = submitted.plan.runs() as usize;
    let of = |names: &[(&str, usize)]| names.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    assert_eq!(queued(&stage), of(&[("narrate", runs)]));
    for _ in 0..runs {
        stage.deliver(&pipeline).await.unwrap();
    }
    assert_eq!(queued(&stage), of(&[("scene", 101), ("sound", 1)]));
    stage.deliver(&pipeline).await.unwrap();
    assert_eq!(queued(&stage), of(&[("scene", 101)]), "the sound is the longest work");
    for _ in 0..101 {
        stage.deliver(&pipeline).await.unwrap();
    }
    assert_eq!(queued(&stage), of(&[("film", 1)]));
    stage.drain(&pipeline).await.unwrap();

    let records = stage.memory.tasks.records("t").await.unwrap();
    let of = |kind: &str| records.iter().filter(|record| record.kind == kind).collect::<Vec<_>>();
    assert_eq!((of("speech").len(), of("scene").len()), (202, 101), "each sentence is told once");
    assert!(of("speech").iter().all(|record| record.cache == CacheOutcome::Miss && record.scene.is_some()));
    let sound: Vec<_> = of("soundtrack").iter().map(|record| record.cache).collect();
    assert_eq!(sound, [CacheOutcome::Miss, CacheOutcome::Hit], "made beside the scenes, read by the film");
    let task = stage.task("t").await;
    assert_eq!(task.result.unwrap()["film"], submitted.plan.film.id().unwrap().to_string());
}

#[tokio::test]
async fn however_its_work_is_delivered_it_is_the_same_film() {
    let mut films = Vec::new();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let stage = Stage::with(order, 1);
        let submitted = stage.film(&request(101), "t").await;
        films.push(stage.film_text(&submitted));
    }
    assert!(films[0] == films[1]);
}

#[tokio::test]
async fn a_sentence_that_was_lost_meanwhile_is_spoken_again() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &request(101), "t").await;
    for _ in 0..submitted.plan.runs() {
        stage.deliver(&pipeline).await.unwrap();
    }
    let lost = submitted.plan.scenes[40].narration[1].recipe.id().unwrap();
    stage.memory.artifacts.remove(&lost).await.unwrap();
    stage.drain(&pipeline).await.unwrap();
    assert_eq!(stage.makers.calls()["speak more 40."], 2);
    assert_eq!(stage.task("t").await.status, Status::Finished);
}
