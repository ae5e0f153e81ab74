//! What SQS's event source is told: the messages that are to come again. An empty list says that all are done; a message
//! that is named wrongly, or an answer of another shape, would bring back the whole batch.
//!
//! Source: the AWS Lambda developer guide, "Implementing partial batch responses".

use serde_json::{Value, json};

/// Messages that are to come again.
#[derive(Debug, Default)]
pub(super) struct Answer(Vec<String>);

impl Answer {
    /// Brings a message back.
    pub(super) fn again(&mut self, message_id: &str) {
        self.0.push(message_id.to_owned());
    }

    pub(super) fn json(&self) -> Value {
        let failures: Vec<_> = self.0.iter().map(|id| json!({"itemIdentifier": id})).collect();
        json!({"batchItemFailures": failures})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_for_byte_what_is_documented() {
        let mut answer = Answer::default();
        assert_eq!(answer.json().to_string(), r#"{"batchItemFailures":[]}"#);
        answer.again("a");
        answer.again("b");
        assert_eq!(
            answer.json().to_string(),
            r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#
        );
    }
}
