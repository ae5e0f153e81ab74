//! A crash before and after every effect. Whatever the stores hold then, delivering again finishes the task, once,
//! with the same film.

use super::*;
use crate::domain::task::Status;
use crate::testing::faults::{Crash, Faults};
use crate::testing::memory::Order;

/// A task is looked after when nothing was done for it during so long.
const IDLE: Duration = Duration::from_secs(300);

/// Submits and works until the end or the crash.
async fn until_crash(stage: &Stage, pipeline: &Pipeline, request: &Value) -> bool {
    let submitted = pipeline.submit(&draft(request), "t").await;
    if submitted.is_ok() {
        // The error is that of the crash: what is left behind is judged.
        drop(stage.drain(pipeline).await);
    }
    submitted.is_ok()
}

/// Crashes at every effect of a film in turn; the number of crashes.
async fn crash_everywhere(request: Value, order: Order, copies: usize) -> u32 {
    let calm = Stage::with(order, copies);
    let film = calm.film_text(&calm.film(&request, "t").await);
    let calls = calm.makers.calls();
    let mut crashes = 0;
    for n in 1.. {
        for crash in [Crash::Before(n), Crash::After(n)] {
            let stage = Stage::with(order, copies);
            let (world, faults) = Faults::over(&stage.world(), crash);
            let accepted = until_crash(&stage, &stage.pipeline_in(world), &request).await;
            if !faults.crashed() {
                return crashes;
            }
            crashes += 1;
            // Another process, after the dead one's messages came back and its leases ended.
            stage.memory.clock.advance(VISIBILITY);
            let pipeline = stage.pipeline();
            if !accepted {
                // Whoever submitted got no answer, and asks again.
                submit(&pipeline, &request, "t").await;
            }
            stage.drain(&pipeline).await.unwrap();
            judge(&stage, &film, &format!("{crash:?} of {order:?}, {copies}"));
            for (what, made) in stage.makers.calls() {
                assert!(made <= calls[&what] + 1, "{crash:?}: {what} {made} times, {} without a crash", calls[&what]);
            }
        }
    }
    crashes
}

/// The task is finished, once, with that film, and nothing is left over.
fn judge(stage: &Stage, film: &str, when: &str) {
    let history = stage.memory.tasks.history("t");
    assert_eq!(history.iter().filter(|status| status.is_terminal()).count(), 1, "{when}: {history:?}");
    assert_eq!(history.last(), Some(&Status::Finished), "{when}");
    let rank =
        |status: &Status| [Status::Queued, Status::InProgress, Status::Finished].iter().position(|s| s == status);
    assert!(history.is_sorted_by_key(rank), "{when}: {history:?}");
    assert_eq!(stage.memory.queue.messages(), [], "{when}");
    assert_eq!(stage.memory.leases.held(), [""; 0], "{when}");
    let films = stage.memory.artifacts.films();
    assert_eq!(films, [film.as_bytes()], "{when}");
}

#[tokio::test]
async fn scenes_of_their_own_oldest_first() {
    assert!(crash_everywhere(three_scenes(), Order::OldestFirst, 1).await > 100);
}

#[tokio::test]
async fn scenes_of_their_own_newest_first() {
    assert!(crash_everywhere(three_scenes(), Order::NewestFirst, 1).await > 100);
}

#[tokio::test]
async fn scenes_of_their_own_delivered_twice() {
    assert!(crash_everywhere(three_scenes(), Order::NewestFirst, 2).await > 100);
}

#[tokio::test]
async fn one_narration_oldest_first() {
    assert!(crash_everywhere(one_narration(), Order::OldestFirst, 1).await > 100);
}

#[tokio::test]
async fn one_narration_newest_first() {
    assert!(crash_everywhere(one_narration(), Order::NewestFirst, 1).await > 100);
}

#[tokio::test]
async fn one_narration_delivered_twice() {
    let mut request = one_narration();
    request["scenes"].as_array_mut().unwrap().pop();
    assert!(crash_everywhere(request, Order::OldestFirst, 2).await > 100);
}

/// Nobody asks again for a request whose submission died after it was recorded: reconciling helps it.
#[tokio::test]
async fn a_task_that_was_recorded_and_never_sent_is_reconciled() {
    for crash in [Crash::After(3), Crash::Before(4)] {
        let stage = Stage::new();
        let (world, faults) = Faults::over(&stage.world(), crash);
        assert!(!until_crash(&stage, &stage.pipeline_in(world), &three_scenes()).await && faults.crashed());
        stage.memory.clock.advance(IDLE);
        let pipeline = stage.pipeline();
        assert_eq!(pipeline.reconcile(IDLE).await.unwrap().sent, ["t"]);
        stage.drain(&pipeline).await.unwrap();
        assert_eq!(stage.task("t").await.status, Status::Finished);
    }
}
