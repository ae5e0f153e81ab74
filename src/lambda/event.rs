//! Events of SQS's event source, read as far as they are needed.

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value;

use super::answer::Answer;

/// A batch of messages.
#[derive(Debug, Deserialize)]
struct Event {
    /// The messages.
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

/// One message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) message_id: String,
    #[serde(default)]
    pub(super) receipt_handle: String,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    approximate_receive_count: Option<String>,
    message_group_id: Option<String>,
}

/// Hands an event's messages on, one after the other, to `work`, which says false of those that are to come again; what
/// the event source is told.
///
/// # Errors
/// Where the event is not one of SQS: an answer would say that all its messages are done.
pub(super) async fn each(event: Value, work: impl AsyncFn(&Record) -> bool) -> anyhow::Result<Value> {
    let event: Event = serde_json::from_value(event).context("BAD_EVENT: an event is not one of SQS")?;
    let mut answer = Answer::default();
    for record in &event.records {
        // On the heap: what is made within this is deep.
        if !Box::pin(work(record)).await {
            answer.again(&record.message_id);
        }
    }
    Ok(answer.json())
}

impl Record {
    /// 1 for the first delivery.
    pub(super) fn attempt(&self) -> u32 {
        self.attributes.approximate_receive_count.as_deref().and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// On whose behalf it was sent.
    #[cfg(feature = "fetch")]
    pub(super) fn tenant(&self) -> Option<&str> {
        self.attributes.message_group_id.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_message_as_lambda_hands_it_on() {
        let event = json!({"Records": [{
            "messageId": "m", "receiptHandle": "r", "body": "{}", "md5OfBody": "x", "awsRegion": "us-east-1",
            "attributes": {"ApproximateReceiveCount": "3", "MessageGroupId": "them", "SentTimestamp": "1"},
            "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q"},
            {"messageId": "n"}]});
        let answer = each(event, async |record: &Record| {
            if record.message_id == "n" {
                return true;
            }
            assert_eq!((record.message_id.as_str(), record.receipt_handle.as_str()), ("m", "r"));
            assert_eq!((record.attempt(), record.tenant()), (3, Some("them")));
            false
        });
        assert_eq!(answer.await.unwrap(), json!({"batchItemFailures": [{"itemIdentifier": "m"}]}));
    }

    #[tokio::test]
    async fn what_is_no_event_is_not_told_as_done() {
        for event in [json!({"source": "aws.events"}), json!([1]), json!({"Records": [{}]})] {
            let answer = each(event, async |_: &Record| true).await;
            assert!(answer.unwrap_err().to_string().contains("BAD_EVENT"));
        }
    }
}
