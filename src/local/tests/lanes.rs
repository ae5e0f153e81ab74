//! The lanes of one machine, with stand-ins for the makers.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Arc;
use crate::domain::request::Origin;
use crate::domain::task::{Status, Task};
use crate::local::runner::{self, Limits};
use crate::pipeline::{Pipeline, Quiet, Settings};
use crate::ports::{Class, PortError, PortResult, Queue};
use crate::testing::memory::Memory;
use crate::testing::standins::StandIns;

const AMPLE: Limits = Limits { workers: 3, memory_warning: u64::MAX, memory_critical: u64::MAX };

/// Submits a film of five scenes and runs it; `before` may spoil something first.
async fn run(limits: Limits, before: impl Fn(&Memory, &StandIns, &CancellationToken)) -> PortResult<Task> {
    let (memory, makers, work) = (Memory::default(), Arc::new(StandIns::default()), tempfile::tempdir().unwrap());
    let settings = Settings {
        work: work.path().to_owned(),
        encoders: 2,
        task_deadline: Duration::from_secs(60),
        step_deadline: Duration::from_secs(60),
        attempts: 2,
    };
    let pipeline = Pipeline::new(memory.world(&makers), settings, Arc::new(Quiet));
    let scene = |n: u32| json!({"type": "image", "promptImage": format!("picture {n}"), "narration_text": "Word."});
    let request = json!({"scenes": (0..5).map(scene).collect::<Vec<_>>()});
    pipeline.submit(request, Origin::Remote, "t").await.unwrap();
    let cancel = CancellationToken::new();
    before(&memory, &makers, &cancel);
    let queue: Arc<dyn Queue> = memory.queue.clone();
    let ended = runner::run(&pipeline, &queue, "t", limits, &cancel).await;
    assert!(makers.calls().values().all(|calls| *calls <= 5));
    ended
}

/// The lanes that had a part in it.
fn lanes(task: &Task) -> BTreeSet<u64> {
    let records = &task.result.as_ref().unwrap()["performance_report"]["artifacts"];
    records.as_array().unwrap().iter().map(|record| record["lane"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_task_runs_to_its_end() {
    let task = run(AMPLE, |_, _, _| {}).await.unwrap();
    assert_eq!(task.status, Status::Finished);
    assert!(lanes(&task).is_subset(&(0..3).collect()));
}

#[tokio::test]
async fn a_failure_ends_the_run() {
    let refused = || PortError::permanent(Class::Provider, "REFUSED", "no");
    let task = run(AMPLE, |_, makers, _| makers.fail("picture picture 3", refused())).await.unwrap();
    assert_eq!(task.status, Status::Failed);
    assert_eq!(task.error.map(|error| (error.code, error.scene)), Some(("REFUSED".to_owned(), Some(3))));
}

#[tokio::test]
async fn an_interruption_cancels_the_task() {
    let task = run(AMPLE, |_, _, cancel| cancel.cancel()).await.unwrap();
    assert_eq!(task.status, Status::Cancelled);
}

#[tokio::test]
async fn too_much_memory_ends_the_task_and_says_what_to_do() {
    let task = run(Limits { memory_critical: 1, ..AMPLE }, |_, _, _| {}).await.unwrap();
    let error = task.error.unwrap();
    assert_eq!((task.status, error.code.as_str(), error.retryable), (Status::Failed, "MEMORY_LIMIT", true));
    assert!(error.message.contains("MAX_WORKERS"), "{}", error.message);
}

#[tokio::test]
async fn under_pressure_one_thing_is_done_after_the_other() {
    let task = run(Limits { memory_warning: 1, ..AMPLE }, |_, _, _| {}).await.unwrap();
    assert_eq!(task.status, Status::Finished);
    assert_eq!(lanes(&task), [0].into());
}
