//! How long a call may take and how often it is tried, for every call that is made: the one table.

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How long one attempt may take: for a body, until the answer begins.
    pub attempt: Duration,
    /// How long all attempts together may take.
    pub operation: Duration,
    /// How often it is tried, with a random wait that doubles, up to ten seconds, in between.
    pub attempts: u32,
}

const CONNECT: Duration = Duration::from_secs(3);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Small questions and answers.
pub const STATE: Rule = Rule { attempt: Duration::from_secs(5), operation: Duration::from_secs(30), attempts: 6 };
/// Artifacts, up to gigabytes. Reading a body that has begun has a limit of its own, which grows with its length.
pub const BODY: Rule = Rule { attempt: Duration::from_secs(120), operation: Duration::from_secs(300), attempts: 4 };
/// Waiting for messages, up to 20 seconds.
pub const POLL: Rule = Rule { attempt: Duration::from_secs(25), operation: Duration::from_secs(60), attempts: 3 };

/// All calls that this program makes, by the names that permissions have, and their rules.
pub const CALLS: [(&str, Rule); 16] = [
    ("dynamodb:BatchGetItem", STATE),
    ("dynamodb:BatchWriteItem", STATE),
    ("dynamodb:DeleteItem", STATE),
    ("dynamodb:GetItem", STATE),
    ("dynamodb:PutItem", STATE),
    ("dynamodb:Query", STATE),
    ("dynamodb:Scan", STATE),
    // Alone, and within TransactWriteItems, which has no permission of its own.
    ("dynamodb:UpdateItem", STATE),
    // Asked without permission to list, S3 says "denied" of an object that is not there.
    ("s3:ListBucket", STATE),
    ("s3:DeleteObject", STATE),
    ("s3:GetObject", BODY),
    ("s3:PutObject", BODY),
    ("sqs:ChangeMessageVisibility", STATE),
    ("sqs:DeleteMessage", STATE),
    ("sqs:ReceiveMessage", POLL),
    ("sqs:SendMessage", STATE),
];

impl Rule {
    /// The limits as the SDK takes them. It has none of its own but the one for connecting.
    pub(super) fn timeouts(self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.operation)
            .build()
    }

    /// The attempts as the SDK takes them.
    pub(super) fn retries(self) -> RetryConfig {
        RetryConfig::standard().with_max_attempts(self.attempts).with_max_backoff(LONGEST_WAIT)
    }
}
