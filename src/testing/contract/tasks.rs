//! The contract of [`Tasks`].

use std::time::Duration;

use serde_json::json;

use crate::domain::concurrency::Concurrency;
use crate::domain::task::{CacheOutcome, Outcome, Place, Status, StepRecord, Task, TaskError, Tokens};
use crate::ports::{Clock as _, Created, NewTask, PortError, PortResult, Tasks};
use crate::recipe::Digest;
use crate::testing::memory::ManualClock;

/// All promises, over a store without tasks that lives by `clock`.
pub async fn all(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    recorded_once(tasks, clock).await?;
    only_forward(tasks, clock).await?;
    begun(tasks, clock).await?;
    looked_after(tasks, clock).await?;
    the_end_is_the_end(tasks, clock).await?;
    revived(tasks, clock).await?;
    steps_are_a_set(tasks, clock).await?;
    records_in_order(tasks, clock).await?;
    newest_and_living(tasks, clock).await
}

fn task(id: &str, request: &str, now: u64) -> NewTask {
    NewTask {
        id: id.to_owned(),
        request_sha256: Digest::of(request),
        request: json!({"text": request}),
        plan: json!({"v": 1, "of": request}),
        tenant: Some("them".into()),
        scenes: 2,
        steps: 3,
        deadline: now + 1000,
        now,
    }
}

fn failure() -> TaskError {
    TaskError {
        code: "CODE".into(),
        class: "provider".into(),
        scene: Some(2),
        step: Some("picture".into()),
        message: "it ended".into(),
        retryable: true,
    }
}

async fn begin(tasks: &dyn Tasks, id: &str, clock: &ManualClock) -> PortResult<u64> {
    clock.advance(Duration::from_secs(1));
    let now = clock.now_ms();
    assert_eq!(tasks.create(&task(id, id, now)).await?, Created::New);
    Ok(now)
}

async fn status(tasks: &dyn Tasks, id: &str) -> PortResult<Option<Status>> {
    Ok(tasks.get(id).await?.map(|task| task.status))
}

async fn recorded_once(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    assert_eq!(tasks.get("once").await?, None);
    assert_eq!(tasks.plan("once").await?, None);
    let now = begin(tasks, "once", clock).await?;
    let expected = Task {
        id: "once".into(),
        request_sha256: Digest::of("once").to_string(),
        tenant: Some("them".into()),
        status: Status::Queued,
        created_at: now,
        opened_at: now,
        updated_at: now,
        resent_at: None,
        started_at: None,
        finished_at: None,
        deadline: now + 1000,
        error: None,
        result: None,
    };
    assert_eq!(tasks.create(&task("once", "once", now + 5)).await?, Created::Same);
    assert_eq!(tasks.create(&task("once", "other", now + 5)).await?, Created::Conflict);
    assert_eq!(tasks.get("once").await?, Some(expected), "the second and the third changed nothing");
    assert_eq!(tasks.plan("once").await?, Some(json!({"v": 1, "of": "once"})));
    assert_eq!(tasks.request("once").await?, Some(json!({"text": "once"})));
    assert_eq!(tasks.request("nobody").await?, None);
    Ok(())
}

async fn only_forward(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let now = begin(tasks, "forward", clock).await?;
    assert!(!tasks.advance("nobody", &Outcome::Started, now).await?, "a task that is not there does not move");
    assert!(tasks.advance("forward", &Outcome::Started, now + 1).await?);
    assert!(!tasks.advance("forward", &Outcome::Started, now + 2).await?, "it was begun already");
    let begun = tasks.get("forward").await?;
    assert_eq!(begun.map(|t| (t.status, t.started_at)), Some((Status::InProgress, Some(now + 1))));
    assert!(tasks.advance("forward", &Outcome::Finished(json!({"film": 1})), now + 3).await?);
    let ended = tasks.get("forward").await?;
    assert_eq!(tasks.begin("forward", "film", now + 4).await?, ended, "an end is answered as it is");
    let ended = ended.map(|t| (t.status, t.finished_at, t.updated_at, t.result, t.error));
    assert_eq!(ended, Some((Status::Finished, Some(now + 3), now + 3, Some(json!({"film": 1})), None)));
    Ok(())
}

/// Whoever begins to work on a task learns how it stands.
async fn begun(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let now = begin(tasks, "begun", clock).await?;
    assert_eq!(tasks.begin("nobody", "scene#0", now).await?, None);
    for (n, step) in (1..).zip(["scene#0", "scene#1", "scene#0"]) {
        let task = tasks.begin("begun", step, now + n).await?;
        assert_eq!(task, tasks.get("begun").await?);
        let task = task.map(|task| (task.status, task.started_at, task.updated_at));
        assert_eq!(task, Some((Status::InProgress, Some(now + 1), now + n)));
    }
    Ok(())
}

/// Of many who look after a task at the same time, one goes on.
async fn looked_after(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let now = begin(tasks, "looked", clock).await?;
    let times = async || Ok::<_, PortError>(tasks.get("looked").await?.map(|task| (task.updated_at, task.resent_at)));
    assert!(tasks.resend("looked", None, now + 5).await?);
    assert!(!tasks.resend("looked", None, now + 6).await?, "another did");
    assert!(!tasks.resend("looked", Some(now), now + 6).await?, "another did, whatever was before");
    assert_eq!(times().await?, Some((now, Some(now + 5))), "that is no progress");
    assert!(tasks.resend("looked", Some(now + 5), now + 6).await?);
    tasks.touch("looked", now + 7).await?;
    tasks.touch("looked", now + 3).await?;
    assert_eq!(times().await?, Some((now + 7, Some(now + 6))), "time does not go back");
    tasks.advance("looked", &Outcome::Cancelled, now + 8).await?;
    assert!(!tasks.resend("looked", Some(now + 6), now + 9).await?, "nobody need look after what has ended");
    tasks.touch("looked", now + 9).await?;
    assert_eq!(times().await?, Some((now + 8, Some(now + 6))));
    assert!(!tasks.resend("nobody", None, now).await?);
    tasks.touch("nobody", now).await?;
    assert_eq!(tasks.get("nobody").await?, None, "it does not come to be");
    Ok(())
}

async fn the_end_is_the_end(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let ends = [Outcome::Finished(json!(1)), Outcome::Failed(failure()), Outcome::Cancelled];
    for (i, end) in ends.iter().enumerate() {
        let id = format!("end-{i}");
        let now = begin(tasks, &id, clock).await?;
        assert!(tasks.advance(&id, end, now).await?, "also from `queued`");
        let first = tasks.get(&id).await?;
        for later in ends.iter().chain([&Outcome::Started]) {
            assert!(!tasks.advance(&id, later, now).await?, "{end:?} is not followed by {later:?}");
        }
        assert_eq!(tasks.get(&id).await?, first);
    }
    assert_eq!(tasks.get("end-1").await?.and_then(|task| task.error), Some(failure()));
    Ok(())
}

async fn revived(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let now = begin(tasks, "revived", clock).await?;
    tasks.mark("revived", "scene#0", now).await?;
    tasks.advance("revived", &Outcome::Started, now).await?;
    assert!(tasks.revive("revived", now + 2000, now).await?);
    let living = tasks.get("revived").await?.map(|t| (t.status, t.deadline));
    assert_eq!(living, Some((Status::InProgress, now + 2000)), "a living task only has more time");
    for (n, end) in (3..).zip([Outcome::Failed(failure()), Outcome::Cancelled, Outcome::Finished(json!(1))]) {
        tasks.advance("revived", &end, now + n).await?;
        assert!(tasks.revive("revived", now + n * 1000, now + n).await?);
        let task = tasks.get("revived").await?;
        let opened = task.as_ref().map(|t| t.opened_at);
        assert_eq!(opened, Some(now + n), "what was sent before is of an earlier attempt");
        let task = task.map(|t| (t.status, t.deadline, t.error, t.result, t.finished_at));
        assert_eq!(task, Some((Status::Queued, now + n * 1000, None, None, None)), "{end:?} is forgotten");
    }
    assert!(tasks.done("revived").await?.contains("scene#0"), "what was done stays done");
    assert!(!tasks.revive("nobody", now, now).await?);
    Ok(())
}

async fn steps_are_a_set(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let now = begin(tasks, "steps", clock).await?;
    begin(tasks, "steps-of-another", clock).await?;
    for (step, done) in
        [("scene#1", &["scene#1"][..]), ("scene#0", &["scene#0", "scene#1"]), ("scene#1", &["scene#0", "scene#1"])]
    {
        assert!(tasks.mark("steps", step, now + 7).await?.iter().eq(done));
    }
    assert!(tasks.mark("nobody", "scene#0", now).await?.is_empty());
    assert!(tasks.done("steps").await?.iter().eq(["scene#0", "scene#1"]));
    assert_eq!(tasks.get("steps").await?.map(|task| task.updated_at), Some(now + 7), "a step is a change of the task");
    tasks.unmark("steps", "scene#0", now).await?;
    tasks.unmark("steps", "scene#0", now).await?;
    assert!(tasks.done("steps").await?.iter().eq(["scene#1"]));
    assert_eq!(tasks.get("steps").await?.map(|task| task.updated_at), Some(now + 7), "which never goes back");
    assert!(tasks.done("steps-of-another").await?.is_empty());
    assert!(tasks.done("nobody").await?.is_empty());
    Ok(())
}

async fn records_in_order(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    let now = begin(tasks, "records", clock).await?;
    let record = |n: u64| StepRecord {
        kind: "speech".into(),
        scene: (n > 2).then_some(1),
        artifact: format!("speech/{n}"),
        cache: [CacheOutcome::Hit, CacheOutcome::Miss, CacheOutcome::Waited][n as usize % 3],
        reason: "new".into(),
        began_at: now,
        wall_ms: 10 - n,
        memory_bytes: u64::from(u32::MAX) + n,
        bytes: n,
        lane: 3,
        waited_ms: n,
        processor_ms: n + 1,
        children_processor_ms: n + 2,
        children_memory_bytes: n + 3,
        tokens: Tokens { input: n, output: 2 * n },
        place: Place {
            worker: "7-00ff".into(),
            architecture: "x86_64".into(),
            device: if n < 3 { String::new() } else { "cuda".into() },
            function_mb: n.is_multiple_of(2).then_some(3538),
            concurrency: n.is_multiple_of(3).then(|| Concurrency {
                cores: n as u32,
                narrowed: n == 3,
                ..Default::default()
            }),
        },
    };
    let all: Vec<_> = (0..5).map(record).collect();
    clock.advance(Duration::from_millis(20));
    for record in &all {
        tasks.record("records", record).await?;
    }
    assert_eq!(tasks.records("records").await?, all);
    assert_eq!(tasks.records("nobody").await?, []);
    let updated = tasks.get("records").await?.map_or(0, |task| task.updated_at);
    assert!((now..=now + 20).contains(&updated), "a record may count as a change of the task");
    Ok(())
}

async fn newest_and_living(tasks: &dyn Tasks, clock: &ManualClock) -> PortResult<()> {
    for id in ["old", "ended", "new"] {
        let now = begin(tasks, id, clock).await?;
        if id == "ended" {
            tasks.advance(id, &Outcome::Cancelled, now).await?;
        }
    }
    assert_eq!(status(tasks, "ended").await?, Some(Status::Cancelled));
    let ids = |tasks: Vec<Task>| tasks.into_iter().map(|task| task.id).collect::<Vec<_>>();
    assert_eq!(ids(tasks.recent(3).await?), ["new", "ended", "old"]);
    let live = tasks.live().await?;
    assert!(live.iter().all(|task| !task.status.is_terminal()));
    let live = ids(live);
    assert!(live.iter().any(|id| id == "old") && live.iter().any(|id| id == "new"));
    assert!(live.iter().all(|id| id != "ended"));
    Ok(())
}
