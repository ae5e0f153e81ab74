//! The lanes of one machine, with stand-ins for the makers.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Arc, Files, Path, Sqlite};
use crate::domain::request::{Draft, Origin};
use crate::domain::task::{Status, Task};
use crate::local::runner::{self, Limits};
use crate::pipeline::{Alerts, Pipeline, Quiet, Settings};
use crate::ports::SystemClock;
use crate::ports::{Class, PortError, PortResult, Queue, World};
use crate::testing::memory::Memory;
use crate::testing::standins::StandIns;

const AMPLE: Limits = Limits { workers: 3, memory_warning: u64::MAX, memory_critical: u64::MAX };

/// A pipeline over that world; its steps work in that folder.
fn pipeline(world: World, work: &Path) -> Pipeline {
    let settings = Settings {
        work: work.to_owned(),
        encoders: 2,
        task_deadline: Duration::from_secs(60),
        step_deadline: Duration::from_secs(60),
        attempts: 2,
        disk_is_emptied: false,
        lease: Duration::from_secs(15),
        watches: false,
        alerts: Alerts::default(),
        function_mb: None,
    };
    Pipeline::new(world, settings, Arc::new(Quiet))
}

/// Submits a film of five scenes, which say the same.
async fn submit(pipeline: &Pipeline, task: &str) {
    let scene = |n: u32| json!({"type": "image", "promptImage": format!("view {n}"), "narration_text": "Word."});
    let request = json!({"scenes": (0..5).map(scene).collect::<Vec<_>>()});
    pipeline.submit(&Draft::of(&request, Origin::Remote), task).await.unwrap();
}

/// Runs a film; `before` may spoil something first.
async fn run(limits: Limits, before: impl Fn(&StandIns, &CancellationToken)) -> PortResult<Task> {
    let (memory, makers, work) = (Memory::default(), Arc::new(StandIns::default()), tempfile::tempdir().unwrap());
    let pipeline = pipeline(memory.world(&makers), work.path());
    submit(&pipeline, "t").await;
    let cancel = CancellationToken::new();
    before(&makers, &cancel);
    let queue: Arc<dyn Queue> = memory.queue.clone();
    runner::run(&pipeline, &queue, "t", limits, &cancel).await
}

/// The lanes that had a part in it.
fn lanes(task: &Task) -> BTreeSet<u64> {
    let records = &task.result.as_ref().unwrap()["performance_report"]["artifacts"];
    records.as_array().unwrap().iter().map(|record| record["lane"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_task_runs_to_its_end() {
    let task = run(AMPLE, |_, _| {}).await.unwrap();
    assert_eq!(task.status, Status::Finished);
    assert!(lanes(&task).is_subset(&(0..3).collect()));
}

#[tokio::test]
async fn a_failure_ends_the_run() {
    let refused = || PortError::permanent(Class::Provider, "REFUSED", "no");
    let task = run(AMPLE, |makers, _| makers.fail("picture view 3", refused())).await.unwrap();
    assert_eq!(task.status, Status::Failed);
    assert_eq!(task.error.map(|error| (error.code, error.scene)), Some(("REFUSED".to_owned(), Some(3))));
}

#[tokio::test]
async fn an_interruption_cancels_the_task() {
    let task = run(AMPLE, |_, cancel| cancel.cancel()).await.unwrap();
    assert_eq!(task.status, Status::Cancelled);
}

#[tokio::test]
async fn too_much_memory_ends_the_task_and_says_what_to_do() {
    let task = run(Limits { memory_critical: 1, ..AMPLE }, |_, _| {}).await.unwrap();
    let error = task.error.unwrap();
    assert_eq!((task.status, error.code.as_str(), error.retryable), (Status::Failed, "MEMORY_LIMIT", true));
    assert!(error.message.contains("MAX_WORKERS"), "{}", error.message);
}

#[tokio::test]
async fn under_pressure_one_thing_is_done_after_the_other() {
    let task = run(Limits { memory_warning: 1, ..AMPLE }, |_, _| {}).await.unwrap();
    assert_eq!(task.status, Status::Finished);
    assert_eq!(lanes(&task), [0].into());
}

#[tokio::test]
async fn a_task_that_is_not_there_is_not_run() {
    let (memory, makers, work) = (Memory::default(), Arc::new(StandIns::default()), tempfile::tempdir().unwrap());
    let queue: Arc<dyn Queue> = memory.queue.clone();
    let pipeline = pipeline(memory.world(&makers), work.path());
    let error = runner::run(&pipeline, &queue, "t", AMPLE, &CancellationToken::new()).await.unwrap_err();
    assert_eq!((error.class, error.code), (Class::Request, "UNKNOWN_TASK"));
}

/// The world as a process on that folder has it.
fn process(folder: &Path, task: &str, makers: &Arc<StandIns>) -> World {
    let clock = Arc::new(SystemClock);
    let stores = Sqlite::open(folder, clock.clone()).unwrap();
    World {
        artifacts: Arc::new(Files::open(folder, None).unwrap()),
        tasks: Arc::new(stores.tasks()),
        queue: Arc::new(stores.queue(Some(task))),
        leases: Arc::new(stores.leases()),
        clock,
        ..Memory::default().world(makers)
    }
}

#[tokio::test]
async fn two_processes_on_one_folder_make_everything_once() {
    let (folder, makers) = (tempfile::tempdir().unwrap(), Arc::new(StandIns::default()));
    let run = async |task: &'static str| {
        let pipeline = pipeline(process(folder.path(), task, &makers), folder.path());
        submit(&pipeline, task).await;
        let queue = pipeline.world().queue.clone();
        runner::run(&pipeline, &queue, task, AMPLE, &CancellationToken::new()).await.unwrap()
    };
    let (a, b) = tokio::join!(run("a"), run("b"));
    assert_eq!((a.status, b.status), (Status::Finished, Status::Finished));
    let once = |(what, calls): &(String, u32)| *calls == if what == "scene" { 5 } else { 1 };
    assert!(makers.calls().into_iter().all(|call| once(&call)), "{:?}", makers.calls());
}
