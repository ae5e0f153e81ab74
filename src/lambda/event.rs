//! Events of SQS's event source, read as far as they are needed.

use serde::Deserialize;
use serde_json::Value;

/// A batch of messages.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    /// The messages.
    #[serde(rename = "Records", default)]
    pub(super) records: Vec<Record>,
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

impl Event {
    /// Reads an event. One that cannot be read has no messages, and is told in the log.
    pub(super) fn read(event: Value) -> Self {
        serde_json::from_value(event).unwrap_or_else(|error| {
            tracing::error!(code = "BAD_EVENT", "an event is not one of SQS: {error}");
            Self { records: Vec::new() }
        })
    }
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

    #[test]
    fn a_message_as_lambda_hands_it_on() {
        let event = Event::read(json!({"Records": [{
            "messageId": "m", "receiptHandle": "r", "body": "{}", "md5OfBody": "x", "awsRegion": "us-east-1",
            "attributes": {"ApproximateReceiveCount": "3", "MessageGroupId": "them", "SentTimestamp": "1"},
            "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q"}]}));
        let record = &event.records[0];
        assert_eq!((record.message_id.as_str(), record.receipt_handle.as_str()), ("m", "r"));
        assert_eq!((record.attempt(), record.tenant()), (3, Some("them")));
    }

    #[test]
    fn what_is_no_event_has_no_messages() {
        assert!(Event::read(json!({"source": "aws.events"})).records.is_empty());
        assert!(Event::read(json!([1])).records.is_empty());
    }
}
