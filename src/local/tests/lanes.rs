//! The lanes of one machine, with stand-ins for the makers.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Arc, Files, Path, Sqlite};
use crate::cost::{Pricing, Site};
use crate::domain::request::{Draft, Origin};
use crate::domain::task::{Status, Task};
use crate::local::memory::Budget;
use crate::local::runner::{self, Limits};
use crate::pipeline::{Alerts, Pipeline, Quiet, Settings};
use crate::ports::SystemClock;
use crate::ports::{Class, PortError, PortResult, Queue, World};
use crate::telemetry::resident_bytes;
use crate::testing::memory::Memory;
use crate::testing::standins::StandIns;

const AMPLE: Limits =
    Limits { workers: 3, memory: Budget { warning: u64::MAX, critical: u64::MAX }, resident: resident_bytes };

/// A pipeline over that world; its steps work in that folder.
fn pipeline(world: World, work: &Path) -> Pipeline {
    let settings = Settings {
        work: work.to_owned(),
        cores: 2,
        workers: 3,
        encoders: 2,
        memory: u64::MAX,
        task_deadline: Duration::from_secs(60),
        step_deadline: Duration::from_secs(60),
        attempts: 2,
        disk_is_emptied: false,
        lease: Duration::from_secs(15),
        watches: false,
        alerts: Alerts::default(),
        function_mb: None,
        pricing: Pricing { site: Site::Machine { cores: 1 }, picture_usd: None },
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
    let memory = Budget { warning: 1, critical: 1 };
    let slow = |makers: &StandIns| (0..5).for_each(|n| makers.burden(&format!("picture view {n}"), 1));
    let task = run(Limits { memory, ..AMPLE }, |makers, _| slow(makers)).await.unwrap();
    let error = task.error.unwrap();
    assert_eq!((task.status, error.code.as_str(), error.retryable), (Status::Failed, "MEMORY_LIMIT", true));
    assert!(error.message.contains("MEMORY_CRITICAL_THRESHOLD"), "{}", error.message);
}

/// Three scenes at once are too much, one is not: the others are put off, and nothing is lost.
#[tokio::test]
async fn a_film_that_does_not_fit_side_by_side_is_made_one_scene_after_the_other() {
    const SCENE: u64 = 100_000_000;
    let critical = resident_bytes() + 3 * SCENE / 2;
    let limits = Limits { memory: Budget { warning: critical, critical }, ..AMPLE };
    let task = run(limits, |makers, _| makers.burden("scene", SCENE as usize)).await.unwrap();
    assert_eq!(task.status, Status::Finished, "{:?}", task.error);
    let records = task.result.as_ref().unwrap()["performance_report"]["artifacts"].as_array().unwrap().clone();
    let scenes: Vec<_> = records.iter().filter(|r| r["kind"] == "scene" && r["cache"] == "miss").collect();
    assert_eq!(scenes.len(), 5);
    for scene in &scenes[1..] {
        assert!(scene["memory_bytes"].as_u64().unwrap() < critical, "one after the other: {scenes:?}");
    }
}

#[tokio::test]
async fn under_pressure_one_thing_is_done_after_the_other() {
    let memory = Budget { warning: 1, critical: u64::MAX };
    let task = run(Limits { memory, ..AMPLE }, |_, _| {}).await.unwrap();
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
