//! What is accepted, what is refused, and how all of it is told at once.

use super::*;
use crate::domain::task::Status;
use crate::pipeline::SubmitError;
use crate::recipe::Kind;
use crate::recipe::steps::PictureRecipe;

async fn refused(request: &Draft) -> Vec<(String, String)> {
    let stage = Stage::new();
    let refused = stage.pipeline().submit(request, "t").await;
    let Err(SubmitError::Faults(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(stage.memory.tasks.history("t"), [], "nothing is recorded of what is refused");
    faults.as_slice().iter().map(|fault| (fault.path.clone(), fault.message.clone())).collect()
}

#[tokio::test]
async fn all_faults_are_told_in_one_answer_with_their_places() {
    let scene = |text: &str| json!({"type": "image", "promptImage": "a", "narration_text": text});
    let mut scenes = vec![scene("Good."), scene("…"), scene("!!!"), scene("Good.")];
    scenes[0]["voice"] = json!("nobody");
    scenes[3]["image_provider"] = json!("nobody");
    scenes.push(json!({"type": "image", "image": "https://example.org/nothing.png"}));
    scenes.push(json!({"type": "image", "image": "https://example.org/nothing.png"}));
    scenes.push(json!({"type": "image", "promptImage": "a", "narration_text": "Good.",
        "voice": {"engine": "other", "name": "heart"}}));
    scenes.push(json!({"type": "image", "promptImage": "a", "narration_text": "Good.", "voice": {"language": "fr"}}));
    let faults = refused(&draft(&json!({"scenes": scenes}))).await;
    let paths: Vec<_> = faults.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "scenes[0].voice",
        "scenes[1].narration_text",
        "scenes[2].narration_text",
        "scenes[3].image_provider",
        "scenes[4].image",
        "scenes[5].image",
        "scenes[6].voice.engine",
        "scenes[7].voice.language",
    ];
    assert_eq!(paths, expected);
    assert_eq!(faults[0].1, "found \"nobody\"; allowed: heart");
    assert_eq!(faults[4].1, "there is no picture at https://example.org/nothing.png");
}

#[tokio::test]
async fn faults_of_shape_hide_none_of_the_others() {
    let json = r#"{"fsp": 24, "size": "tiny", "size": "small", "scenes": [
        {"type": "image", "promptImage": "a", "narration_text": "…", "duration": "long"},
        {"type": "image", "promptImage": 5, "image_provider": "nobody"},
        {"type": "image", "image": "https://example.org/nothing.png", "voice": "nobody", "narration_text": "Good."}]}"#;
    let faults = refused(&Draft::read(json, Origin::Remote)).await;
    let paths: Vec<_> = faults.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "size",
        "fsp",
        "size",
        "scenes[0].duration",
        "scenes[0].narration_text",
        "scenes[1].promptImage",
        "scenes[1].image_provider",
        "scenes[2].voice",
        "scenes[2].image",
    ];
    assert_eq!(paths, expected, "{faults:#?}");
}

#[tokio::test]
async fn a_voice_is_told_where_it_is_named_and_hides_no_text() {
    let scene = |text: &str| json!({"type": "image", "promptImage": "a", "narration_text": text});
    let mut other = scene("…");
    other["voice"] = json!({"engine": "other", "language": "fr"});
    let faults = refused(&draft(&json!({"voice": "nobody", "scenes": [scene("One."), scene("…"), other]}))).await;
    let paths: Vec<_> = faults.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "voice",
        "scenes[1].narration_text",
        "scenes[2].voice.engine",
        "scenes[2].voice.language",
        "scenes[2].narration_text",
    ];
    assert_eq!(paths, expected, "{faults:#?}");
    let faults = refused(&draft(
        &json!({"voice": "nobody", "narration_text": "—", "scenes": [{"type": "image", "promptImage": "a"}]}),
    ))
    .await;
    assert_eq!(faults.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["voice", "narration_text"]);
}

#[tokio::test]
async fn a_film_s_own_narration_has_its_place_too() {
    let scenes = json!([{"type": "image", "promptImage": "a"}]);
    let faults = refused(&draft(&json!({"narration_text": "—", "scenes": scenes}))).await;
    assert_eq!(faults[0].0, "narration_text");
}

#[tokio::test]
async fn a_pronunciation_that_cannot_be_said_has_its_place() {
    let mut request = three_scenes();
    request["pronunciations"] = json!({"One": "wun", "Two": "?!"});
    let faults = refused(&draft(&request)).await;
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].0, "pronunciations.Two");
}

#[tokio::test]
async fn what_has_no_effect_is_accepted_with_warnings() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let mut request = three_scenes();
    request["scenes"][2]["promptImage"] = json!("a lake");
    for _ in 0..2 {
        let submitted = submit(&pipeline, &request, "t").await;
        let paths: Vec<_> = submitted.warnings.iter().map(|warning| warning.path.as_str()).collect();
        assert_eq!(paths, ["scenes[2].promptImage"]);
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_world_is_not_a_fault_of_the_request() {
    let stage = Stage::new();
    let broken = || crate::ports::PortError::transient(crate::ports::Class::Storage, "DISK_FULL", "no");
    stage.makers.fail("source https://example.org/lake.png", broken());
    let refused = stage.pipeline().submit(&draft(&three_scenes()), "t").await;
    assert!(matches!(&refused, Err(SubmitError::Port(error)) if error.code == "DISK_FULL"), "{refused:?}");
}

#[tokio::test]
async fn a_picture_is_pinned_by_its_bytes_and_fetched_once_a_request() {
    let stage = Stage::new();
    stage.makers.serve("https://example.org/same.png", pixel([1, 2, 3]).unwrap());
    let scene = |source: &str| json!({"type": "image", "image": source, "duration": 1.0});
    let (lake, same) = (scene("https://example.org/lake.png"), scene("https://example.org/same.png"));
    let submitted = submit(&stage.pipeline(), &json!({"scenes": [lake, same, lake]}), "t").await;
    assert_eq!(stage.makers.calls().into_values().collect::<Vec<_>>(), [1, 1]);
    let ids: std::collections::BTreeSet<_> = submitted.plan.scenes.iter().map(|s| s.recipe.picture).collect();
    assert_eq!(ids.len(), 1);
    let PictureRecipe::Pin { sha256 } = submitted.plan.scenes[0].picture else { panic!("a pin") };
    assert_eq!(sha256, crate::recipe::Digest::of(pixel([1, 2, 3]).unwrap()));
    assert_eq!(ids.first().map(|id| id.kind), Some(Kind::Picture));
}

#[tokio::test]
async fn the_same_id_is_the_same_task_and_never_another() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let first = submit(&pipeline, &three_scenes(), "t").await;
    let again = submit(&pipeline, &three_scenes(), "t").await;
    assert!(first.new && !again.new);
    assert_eq!(first.plan, again.plan);
    let mut other = three_scenes();
    other["fps"] = json!(25);
    let refused = pipeline.submit(&draft(&other), "t").await;
    assert!(matches!(&refused, Err(SubmitError::Conflict(id)) if id == "t"), "{refused:?}");
    stage.drain(&pipeline).await.unwrap();
    let finished = stage.task("t").await;
    assert_eq!(finished.status, Status::Finished);
    submit(&pipeline, &three_scenes(), "t").await;
    assert_eq!(stage.memory.queue.messages(), [], "a task that has ended is not worked on again");
    assert_eq!(stage.task("t").await, finished);
}

#[tokio::test]
async fn a_request_s_own_id_comes_before_the_one_that_is_offered() {
    let stage = Stage::new();
    let mut request = three_scenes();
    request["task_id"] = json!("mine");
    assert_eq!(submit(&stage.pipeline(), &request, "offered").await.task, "mine");
}

#[tokio::test]
async fn planning_records_nothing() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let plan = pipeline.plan(&draft(&three_scenes())).await.unwrap();
    assert_eq!(stage.memory.queue.messages(), []);
    assert_eq!(graph(&submit(&pipeline, &three_scenes(), "t").await.plan), plan);
}
