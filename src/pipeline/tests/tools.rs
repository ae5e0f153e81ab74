//! Tools and fonts that are replaced between a plan and its steps.

use super::*;
use crate::domain::task::Status;

/// A task whose `what` is replaced by others, before its scenes are made or when only the film is left to be made.
async fn replaced(what: &str, captions: bool, late: bool) -> (Task, Vec<String>) {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let mut request = three_scenes();
    request["subtitle"] = json!(captions);
    // The silent scene has no captions to burn.
    request["scenes"].as_array_mut().unwrap().pop();
    submit(&pipeline, &request, "t").await;
    if late {
        stage.until_assembly(&pipeline, "t").await;
    }
    stage.makers.take_calls();
    stage.makers.replace(what);
    stage.drain(&pipeline).await.unwrap();
    (stage.task("t").await, stage.makers.take_calls())
}

/// What others make must not be found under the keys of those that the task was planned with.
#[tokio::test]
async fn others_make_nothing() {
    for (what, late, code, step) in [
        ("tools", false, "TOOLS_CHANGED", "scene"),
        ("tools", true, "TOOLS_CHANGED", "film"),
        ("fonts", false, "FONTS_CHANGED", "scene"),
    ] {
        let (task, calls) = replaced(what, true, late).await;
        let error = task.error.unwrap();
        assert_eq!((error.code.as_str(), error.step.as_deref(), error.class.as_str()), (code, Some(step), "media"));
        assert!(error.message.contains("submit the request again") && !error.retryable, "{}", error.message);
        let made = |call: &String| ["scene", "soundtrack", "film", "poster"].contains(&call.as_str());
        assert!(!calls.iter().any(made), "{what}: {calls:?}");
    }
}

#[tokio::test]
async fn what_is_not_used_may_be_replaced() {
    let (task, _) = replaced("fonts", false, false).await;
    assert_eq!(task.status, Status::Finished, "no captions are burned");
    let (task, _) = replaced("fonts", true, true).await;
    assert_eq!(task.status, Status::Finished, "all captions are burned");
}
