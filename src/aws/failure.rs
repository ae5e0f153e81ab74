//! What AWS answers when it does not do what it was asked, as the pipeline understands it.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::error::display::DisplayErrorContext;

use crate::ports::{Class, PortError};

const DENIED: [&str; 8] = [
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "Forbidden",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];
const MISSING: [&str; 5] = [
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "NonExistentQueue",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
];
const THROTTLED: [&str; 9] = [
    "LimitExceededException",
    "OverLimit",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
];

/// Refusals that pass by themselves: others were at it, or the clock or the session was behind.
const PASSING: [&str; 9] = [
    "ConditionalRequestConflict",
    "ExpiredToken",
    "ExpiredTokenException",
    "OperationAborted",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "RequestTimeout",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// The error of a call, which is of no more use after it. `doing` reads on in one sentence: `read the task t in the table tasks`.
#[expect(clippy::needless_pass_by_value, reason = "it ends a chain of `map_err`")]
pub(super) fn failed<E>(doing: &str, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let (class, name) = (Class::Storage, error.code().unwrap_or_default().to_owned());
    let status = error.raw_response().map(|response| response.status().as_u16());
    // An answer to HEAD has no body, and so neither code nor message.
    let told = match (error.message(), status) {
        (Some(message), _) if !name.is_empty() => format!("{name}: {message}"),
        (_, Some(status)) if matches!(error, SdkError::ServiceError(_)) => format!("HTTP {status}"),
        _ => format!("{}", DisplayErrorContext(&error)),
    };
    let message = format!("cannot {doing}: {told}");
    let refused =
        matches!(error, SdkError::ServiceError(_)) && status.is_some_and(|status| (400..500).contains(&status));
    let is = |names: &[&str]| names.contains(&name.as_str());
    if is(&DENIED) || name.is_empty() && status == Some(403) {
        PortError::permanent(class, "ACCESS_DENIED", message)
    } else if is(&MISSING) {
        PortError::permanent(class, "STORE_MISSING", message)
    } else if is(&THROTTLED) {
        PortError::transient(class, "THROTTLED", message)
    } else if matches!(error, SdkError::ConstructionFailure(_)) {
        // No credentials, no region, or a value that the service does not take.
        PortError::permanent(class, "AWS_REQUEST", message)
    } else if refused && !is(&PASSING) {
        PortError::permanent(class, "AWS_REQUEST", message)
    } else if status.is_some() {
        PortError::transient(class, "AWS", message)
    } else {
        PortError::transient(class, "AWS_UNREACHABLE", message)
    }
}

/// The code that the service gave its refusal.
pub(super) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.code().unwrap_or_default()
}
