//! What a film may cost, and what its steps are recorded to have taken.

use futures_util::future::join_all;

use super::*;
use crate::domain::task::{CacheOutcome, StepRecord};
use crate::pipeline::SubmitError;

/// A pipeline whose pictures cost five cents each, or an unknown price.
fn pipeline(stage: &Stage, picture_usd: Option<f64>) -> Pipeline {
    let pricing = Pricing { site: Site::Machine { cores: 1 }, picture_usd };
    let settings = Settings { pricing, encoders: 1, ..stage.pipeline().settings().clone() };
    Pipeline::new(stage.world(), settings, Arc::new(Quiet))
}

/// Two pictures that have to be paid for, and one of the user's, for at most so many dollars.
fn allowed(usd: f64) -> Value {
    let mut request = three_scenes();
    request["max_cost"] = json!(usd);
    request
}

fn why(refused: Result<Submitted, SubmitError>) -> String {
    let Err(SubmitError::Faults(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(faults.as_slice().len(), 1);
    faults.to_string()
}

#[tokio::test]
async fn what_may_cost_more_is_refused_before_anything_is_spent() {
    let stage = Stage::new();
    let pipeline = pipeline(&stage, Some(0.05));
    let told = why(pipeline.submit(&draft(&allowed(0.09)), "t").await);
    let expected = "max_cost: found 0.09; the film would cost 0.1000 to 0.1000 US dollars; allowed: 0.1 or more";
    assert!(told.contains(expected), "{told}");
    assert_eq!(stage.makers.take_calls(), ["source https://example.org/lake.png"], "nothing was spoken or drawn");
    assert_eq!(stage.memory.tasks.history("t"), [], "nothing is recorded of what is refused");
    assert!(submit(&pipeline, &allowed(0.1), "t").await.new, "as much as is allowed");
}

#[tokio::test]
async fn what_is_cached_was_paid_for() {
    let stage = Stage::new();
    let free = stage.film(&three_scenes(), "first").await;
    let mut request = allowed(0.01);
    request["scenes"][0]["narration_text"] = json!("Another text.");
    let pipeline = pipeline(&stage, Some(0.05));
    let submitted = submit(&pipeline, &request, "second").await;
    assert!(submitted.new);
    let same = submit(&pipeline, &allowed(0.01), "third").await;
    assert_eq!(graph(&same.plan), graph(&free.plan), "what a film may cost stands in no key");
}

#[tokio::test]
async fn what_is_of_an_unknown_price_may_cost_more() {
    let stage = Stage::new();
    let pipeline = pipeline(&stage, None);
    let told = why(pipeline.submit(&draft(&allowed(100.0)), "t").await);
    assert!(told.contains("what a picture by stand-in pixel-1 costs is not known; set OPENAI_IMAGE_PRICE"), "{told}");
    assert!(submit(&pipeline, &three_scenes(), "t").await.new, "without a limit nobody has to know");
}

#[tokio::test]
async fn waiting_for_an_encoder_and_for_another_maker_is_recorded() {
    let stage = Stage::new();
    let pipeline = pipeline(&stage, None);
    stage.makers.burden("scene", 1);
    let scene = |seconds: f64| json!({"type": "image", "promptImage": "a boat", "duration": seconds});
    submit(&pipeline, &json!({"scenes": [scene(1.0), scene(2.0)]}), "t").await;
    stage.makers.burden("picture a boat", 1);
    let (messages, cancel) = (stage.memory.queue.messages(), CancellationToken::new());
    let work = (0..).zip(&messages).map(|(lane, message)| pipeline.handle(message, 1, lane, &cancel));
    assert!(join_all(work).await.into_iter().all(|handled| handled.unwrap() == Handled::Done));
    let records = stage.memory.tasks.records("t").await.unwrap();
    let waited = |kind: &str| {
        let mut waited: Vec<_> = records.iter().filter(|r| r.kind == kind).map(|r| (r.waited_ms, r.cache)).collect();
        waited.sort_by_key(|(ms, _)| *ms);
        waited
    };
    let (pictures, scenes) = (waited("picture"), waited("scene"));
    assert!(pictures[0].0 < 100 && scenes[0].0 < 100, "one worked at once: {records:#?}");
    assert_eq!((pictures[0].1, pictures[1].1), (CacheOutcome::Miss, CacheOutcome::Waited));
    assert!(pictures[1].0 >= 300, "the other waited for the same picture: {records:#?}");
    assert!(scenes[1].0 >= 300, "and for the one encoder: {records:#?}");
    let within = |r: &StepRecord| r.waited_ms <= r.wall_ms && !r.place.worker.is_empty();
    assert!(records.iter().all(within), "{records:#?}");
}
