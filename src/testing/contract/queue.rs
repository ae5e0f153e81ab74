//! The contract of [`Queue`]. Delivery is at least once and in no order, so nothing here asks for more.

use std::time::Duration;

use super::Passing;
use crate::domain::task::{Message, Work};
use crate::ports::{PortResult, Queue};

fn message(scene: u32) -> Message {
    Message::new("task", Work::Render { scene })
}

/// All promises, over an empty queue for which `time` passes, that delivers nothing twice by itself, and is empty again at
/// the end of each part.
pub async fn all(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    every_message_is_delivered(queue, time).await?;
    an_unfinished_message_comes_again(queue, time).await?;
    a_receipt_is_of_one_delivery(queue, time).await?;
    a_receipt_is_of_one_message(queue, time).await?;
    hidden_for_as_long_as_asked(queue, time).await?;
    what_is_sent_again_is_counted_anew(queue, time).await?;
    what_is_sent_during_its_work_comes_again(queue, time).await
}

async fn every_message_is_delivered(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    assert_eq!(queue.receive(10, time.span()).await?, []);
    let sent: Vec<_> = (0..5).map(message).collect();
    queue.send(&sent).await?;
    queue.send(&[]).await?;
    assert_eq!(queue.receive(0, time.span()).await?, []);
    let mut received = queue.receive(3, time.span()).await?;
    assert_eq!(received.len(), 3, "no more than was asked for");
    received.extend(queue.receive(10, time.span()).await?);
    assert_eq!(queue.receive(10, time.span()).await?, [], "what is being worked on is hidden");
    received.sort_by_key(|delivery| delivery.message.clone());
    assert!(received.iter().map(|delivery| &delivery.message).eq(&sent));
    assert!(received.iter().all(|delivery| delivery.attempt == 1));
    for delivery in received {
        queue.delete(&delivery.receipt).await?;
    }
    Ok(())
}

async fn an_unfinished_message_comes_again(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    queue.send(&[message(0)]).await?;
    for attempt in 1..=3 {
        let received = queue.receive(10, time.span()).await?;
        assert_eq!(
            received.iter().map(|d| (d.message.clone(), d.attempt)).collect::<Vec<_>>(),
            [(message(0), attempt)]
        );
        time.pass(time.span()).await;
    }
    for delivery in queue.receive(10, time.span()).await? {
        queue.delete(&delivery.receipt).await?;
    }
    time.pass(time.span()).await;
    assert_eq!(queue.receive(10, time.span()).await?, [], "what was deleted does not come again");
    Ok(())
}

async fn a_receipt_is_of_one_delivery(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    queue.send(&[message(0)]).await?;
    let stale = queue.receive(1, time.span()).await?;
    time.pass(time.span()).await;
    let fresh = queue.receive(1, time.span()).await?;
    for delivery in &stale {
        queue.extend(&delivery.receipt, Duration::ZERO).await?;
        assert_eq!(queue.receive(1, time.span()).await?, [], "a stale receipt shows nothing");
        queue.delete(&delivery.receipt).await?;
    }
    queue.delete("nothing").await?;
    time.pass(time.span()).await;
    let last = queue.receive(1, time.span()).await?;
    assert_eq!((stale.len(), fresh.len(), last.len()), (1, 1, 1), "a stale receipt deletes nothing");
    for delivery in &last {
        queue.delete(&delivery.receipt).await?;
        queue.delete(&delivery.receipt).await?;
    }
    Ok(())
}

/// A worker that was given up long ago comes back when its message is gone and another is being worked on.
async fn a_receipt_is_of_one_message(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    queue.send(&[message(0)]).await?;
    let stale = queue.receive(1, time.span()).await?;
    time.pass(time.span()).await;
    for delivery in queue.receive(1, time.span()).await? {
        queue.delete(&delivery.receipt).await?;
    }
    queue.send(&[message(1)]).await?;
    assert_eq!(queue.receive(1, time.span()).await?.len(), 1);
    for delivery in stale {
        queue.delete(&delivery.receipt).await?;
    }
    time.pass(time.span()).await;
    let again = queue.receive(1, time.span()).await?;
    assert_eq!(again.iter().map(|d| &d.message).collect::<Vec<_>>(), [&message(1)], "another's message is not deleted");
    for delivery in again {
        queue.delete(&delivery.receipt).await?;
    }
    Ok(())
}

async fn hidden_for_as_long_as_asked(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    queue.send(&[message(0)]).await?;
    for delivery in queue.receive(1, time.span()).await? {
        time.pass(time.span() / 2).await;
        queue.extend(&delivery.receipt, time.span()).await?;
        time.pass(time.span() * 2 / 3).await;
        assert_eq!(queue.receive(1, time.span()).await?, [], "longer, where its worker says so");
        queue.extend(&delivery.receipt, Duration::ZERO).await?;
    }
    let again = queue.receive(1, time.span()).await?;
    assert_eq!(again.len(), 1, "and no longer, where its worker gives it back");
    for delivery in again {
        queue.delete(&delivery.receipt).await?;
    }
    Ok(())
}

/// Who goes on with a task that was killed has all attempts again. What is left of the first sending may come, too.
async fn what_is_sent_again_is_counted_anew(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    queue.send(&[message(0)]).await?;
    for _ in 0..3 {
        assert_eq!(queue.receive(1, time.span()).await?.len(), 1);
        time.pass(time.span()).await;
    }
    queue.send(&[message(0)]).await?;
    let received = queue.receive(10, time.span()).await?;
    assert!(received.iter().any(|delivery| delivery.attempt == 1), "{received:?}");
    for delivery in received {
        queue.delete(&delivery.receipt).await?;
    }
    Ok(())
}

/// What a message asks for may be needed anew while its last delivery is being worked on.
async fn what_is_sent_during_its_work_comes_again(queue: &dyn Queue, time: Passing<'_>) -> PortResult<()> {
    queue.send(&[message(0)]).await?;
    let first = queue.receive(1, time.span()).await?;
    queue.send(&[message(0)]).await?;
    for delivery in &first {
        queue.delete(&delivery.receipt).await?;
    }
    let second = queue.receive(10, time.span()).await?;
    assert_eq!((first.len(), second.len()), (1, 1));
    for delivery in second {
        queue.delete(&delivery.receipt).await?;
    }
    Ok(())
}
