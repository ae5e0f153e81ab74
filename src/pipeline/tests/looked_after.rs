//! Tasks that nobody works on any more.

use super::failures::error;
use super::*;
use crate::ports::Clock as _;

const MINUTE: Duration = Duration::from_secs(60);
const IDLE: Duration = Duration::from_secs(300);

#[tokio::test]
async fn reconciling_sends_again_what_was_lost_and_ends_what_is_too_late() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    stage.deliver(&pipeline).await.unwrap();
    stage.memory.queue.purge();
    assert_eq!(pipeline.reconcile(IDLE).await.unwrap().sent, [""; 0], "something was done for it a moment ago");
    stage.memory.clock.advance(IDLE);
    assert_eq!(pipeline.reconcile(IDLE).await.unwrap().sent, ["t"]);
    let expected = [0, 1].map(|scene| Message::new("t", Work::Render { scene }));
    assert_eq!(stage.memory.queue.messages(), expected, "what is done is not sent again");
    stage.memory.queue.purge();
    stage.memory.clock.advance(TASK_DEADLINE);
    assert_eq!(pipeline.reconcile(IDLE).await.unwrap().failed, ["t"]);
    assert_eq!(error(&stage).await.code, "DEADLINE");
    assert_eq!(pipeline.reconcile(IDLE).await.unwrap(), crate::pipeline::Reconciled::default());
}

/// A long queue is not made longer by all who look at it.
#[tokio::test]
async fn what_merely_waits_is_sent_again_ever_more_rarely() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    submit(&pipeline, &three_scenes(), "t").await;
    let mut sent = Vec::new();
    for minute in 0..50 {
        if !pipeline.reconcile(5 * MINUTE).await.unwrap().sent.is_empty() {
            sent.push(minute);
        }
        assert_eq!(pipeline.reconcile(5 * MINUTE).await.unwrap().sent, [""; 0], "once a minute");
        stage.memory.clock.advance(MINUTE);
    }
    assert_eq!(sent, [5, 10, 20, 40]);
    stage.deliver(&pipeline).await.unwrap();
    stage.memory.queue.purge();
    stage.memory.clock.advance(5 * MINUTE);
    assert_eq!(pipeline.reconcile(5 * MINUTE).await.unwrap().sent, ["t"], "after progress it is as in the beginning");
}

/// A letter lies in its queue for days.
#[tokio::test]
async fn a_dead_letter_ends_no_task_that_was_revived_after_it() {
    let stage = Stage::new();
    let pipeline = stage.pipeline();
    let submitted = submit(&pipeline, &three_scenes(), "t").await;
    let sent = stage.memory.clock.now_ms();
    let letter = Message::new("t", Work::Render { scene: 1 });
    stage.memory.clock.advance(MINUTE);
    assert!(pipeline.dispatch().bury(&letter, sent, 5).await.unwrap());
    assert_eq!((error(&stage).await.code.as_str(), error(&stage).await.scene), ("CRASH_LOOP", Some(1)));
    assert!(!pipeline.dispatch().bury(&letter, sent, 5).await.unwrap(), "it has ended");
    pipeline.resume(&stage.task("t").await, &submitted.plan).await.unwrap();
    assert!(!pipeline.dispatch().bury(&letter, sent, 5).await.unwrap(), "of an earlier attempt");
    let again = stage.memory.clock.now_ms();
    assert!(pipeline.dispatch().bury(&letter, again, 5).await.unwrap());
    assert!(!pipeline.dispatch().bury(&Message::new("nobody", Work::Assemble), again, 5).await.unwrap());
}
