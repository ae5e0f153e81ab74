//! Messages in SQS: scenes and narrations in one queue, films and their sound in another, since the one takes seconds and the other
//! may take minutes.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::types::{MessageSystemAttributeName, SendMessageBatchRequestEntry};

use super::Clients;
use super::failure::{code, failed};
use super::index::failed_to_build;
use crate::domain::task::{Message, Work};
use crate::ports::{Class, Delivery, PortError, PortResult, Queue};

/// What one call may send or receive.
const BATCH: usize = 10;
/// What a call that went well did not take is sent again so often, with a wait that doubles.
const ATTEMPTS: u32 = 6;
const WAIT: Duration = Duration::from_millis(100);

/// Which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkQueue {
    /// Scenes and narrations.
    Render,
    /// Films and their sound.
    Assemble,
    /// Requests.
    Requests,
}

impl WorkQueue {
    /// Where a piece of work belongs.
    #[must_use]
    pub const fn of(work: &Work) -> Self {
        match work {
            Work::Narrate { .. } | Work::Render { .. } => Self::Render,
            Work::Sound | Work::Assemble => Self::Assemble,
        }
    }
}

/// The queues of work, and of requests.
#[derive(Clone, Debug)]
pub struct Queues {
    clients: Clients,
    render: String,
    assemble: String,
    requests: Option<String>,
    /// How long a call waits for a message.
    wait: Duration,
}

impl Queues {
    /// The queues at those addresses; whoever receives waits for so long, at most 20 s.
    #[must_use]
    pub fn new(clients: &Clients, render: &str, assemble: &str, wait: Duration) -> Self {
        let (render, assemble) = (render.to_owned(), assemble.to_owned());
        Self { clients: clients.clone(), render, assemble, requests: None, wait }
    }

    /// With the queue of requests, whose messages can be put off then.
    #[must_use]
    pub fn and_requests(self, url: &str) -> Self {
        Self { requests: Some(url.to_owned()), ..self }
    }

    fn url(&self, queue: WorkQueue) -> &str {
        match queue {
            WorkQueue::Render => &self.render,
            WorkQueue::Assemble => &self.assemble,
            WorkQueue::Requests => self.requests.as_deref().unwrap_or_default(),
        }
    }

    /// A receipt that names its queue too.
    #[must_use]
    pub fn receipt(queue: WorkQueue, handle: &str) -> String {
        match queue {
            WorkQueue::Render => format!("render {handle}"),
            WorkQueue::Assemble => format!("assemble {handle}"),
            WorkQueue::Requests => format!("requests {handle}"),
        }
    }

    fn open<'a>(&self, receipt: &'a str) -> Option<(&str, &'a str)> {
        let (queue, handle) = receipt.split_once(' ')?;
        match queue {
            "render" => Some((&self.render, handle)),
            "assemble" => Some((&self.assemble, handle)),
            "requests" => Some((self.requests.as_deref()?, handle)),
            _ => None,
        }
    }

    async fn send_to(&self, url: &str, messages: &[&Message]) -> PortResult<()> {
        let mut open: Vec<_> = messages.to_vec();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(WAIT * 2_u32.pow(attempt)).await;
            }
            let entry = |(at, message): (usize, &&Message)| {
                let body = serde_json::to_string(message).map_err(|e| failed_to_build(&e))?;
                let entry = SendMessageBatchRequestEntry::builder().id(at.to_string()).message_body(body);
                let group = message.tenant.as_deref().unwrap_or(&message.task);
                entry.message_group_id(group).build().map_err(|e| failed_to_build(&e))
            };
            let entries = open.iter().enumerate().map(entry).collect::<PortResult<Vec<_>>>()?;
            let call = self.clients.sqs.send_message_batch().queue_url(url).set_entries(Some(entries));
            let answer = call.send().await.map_err(|e| failed(&format!("send to {url}"), e))?;
            // A call may go well for some messages and not for others.
            let refused: Vec<usize> = answer.failed().iter().filter_map(|entry| entry.id().parse().ok()).collect();
            if refused.is_empty() {
                return Ok(());
            }
            open = refused.into_iter().filter_map(|at| open.get(at).copied()).collect();
        }
        let message = format!("{} messages were not taken by {url}", open.len());
        Err(PortError::transient(Class::Storage, "AWS", message))
    }

    /// At most `max` messages of one queue, waited for so long.
    async fn receive_from(
        &self,
        queue: WorkQueue,
        max: usize,
        visibility: Duration,
        wait: Duration,
    ) -> PortResult<Vec<Delivery>> {
        if max == 0 {
            return Ok(Vec::new());
        }
        let url = self.url(queue);
        let call = self.clients.polling.receive_message().queue_url(url).max_number_of_messages(max.min(BATCH) as i32);
        let call = call
            .visibility_timeout(seconds(visibility))
            .wait_time_seconds(seconds(wait))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = call.send().await.map_err(|e| failed(&format!("receive from {url}"), e))?;
        let mut deliveries = Vec::new();
        for message in answer.messages() {
            let handle = message.receipt_handle().unwrap_or_default();
            let counted =
                message.attributes().and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount));
            let attempt = counted.and_then(|count| count.parse().ok()).unwrap_or(1);
            match serde_json::from_str(message.body().unwrap_or_default()) {
                Ok(message) => {
                    deliveries.push(Delivery { message, receipt: Self::receipt(queue, handle), attempt });
                }
                // Nobody can work on it; after its last delivery it is a dead letter.
                Err(error) => tracing::error!(code = "BAD_MESSAGE", "a message in {url} cannot be read: {error}"),
            }
        }
        Ok(deliveries)
    }
}

fn seconds(span: Duration) -> i32 {
    i32::try_from(span.as_millis().div_ceil(1000)).unwrap_or(i32::MAX)
}

#[async_trait]
impl Queue for Queues {
    async fn send(&self, messages: &[Message]) -> PortResult<()> {
        for queue in [WorkQueue::Render, WorkQueue::Assemble] {
            let of: Vec<_> = messages.iter().filter(|message| WorkQueue::of(&message.work) == queue).collect();
            let batches = of.chunks(BATCH).map(|batch| self.send_to(self.url(queue), batch));
            futures_util::future::try_join_all(batches).await?;
        }
        Ok(())
    }

    async fn receive(&self, max: usize, visibility: Duration) -> PortResult<Vec<Delivery>> {
        // Films first: their scenes are done, and somebody waits for them; sounds are the longest work of their phase. Only
        // where there are none is it waited for scenes.
        let mut deliveries = self.receive_from(WorkQueue::Assemble, max, visibility, Duration::ZERO).await?;
        let rest = max.saturating_sub(deliveries.len());
        let wait = if deliveries.is_empty() { self.wait } else { Duration::ZERO };
        deliveries.extend(self.receive_from(WorkQueue::Render, rest, visibility, wait).await?);
        Ok(deliveries)
    }

    async fn delete(&self, receipt: &str) -> PortResult<()> {
        let Some((url, handle)) = self.open(receipt) else { return Ok(()) };
        let call = self.clients.sqs.delete_message().queue_url(url).receipt_handle(handle);
        stale(call.send().await.map(drop), url)
    }

    async fn extend(&self, receipt: &str, visibility: Duration) -> PortResult<()> {
        let Some((url, handle)) = self.open(receipt) else { return Ok(()) };
        let call = self.clients.sqs.change_message_visibility().queue_url(url).receipt_handle(handle);
        stale(call.visibility_timeout(seconds(visibility)).send().await.map(drop), url)
    }
}

/// A receipt of an earlier delivery is not an error: another worker has the message, or it is gone.
pub(super) fn stale<E>(sent: Result<(), aws_sdk_sqs::error::SdkError<E>>, url: &str) -> PortResult<()>
where
    E: aws_sdk_sqs::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    const STALE: [&str; 5] = [
        "AWS.SimpleQueueService.MessageNotInflight",
        "InvalidParameterValue",
        "MessageNotInflight",
        "ReceiptHandleIsInvalid",
        "InvalidParameterValueException",
    ];
    match sent {
        Err(error) if STALE.contains(&code(&error)) => {
            tracing::info!(code = code(&error), "a receipt was of an earlier delivery");
            Ok(())
        }
        sent => sent.map_err(|e| failed(&format!("change a message of {url}"), e)),
    }
}
