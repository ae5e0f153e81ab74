//! What the server's answers mean: a picture, a refusal, or a fault that may pass.

use std::time::Duration;

use data_url::forgiving_base64;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::domain::task::Tokens;
use crate::ports::{Class, PortError, PortResult};

/// The code of answers that make no sense.
pub(super) const BAD_ANSWER: &str = "PROVIDER_BAD_ANSWER";

/// The most characters of a provider's reason that are repeated.
const REASON_CHARS: usize = 300;

/// Where a picture is.
pub(super) enum Picture {
    /// In the answer.
    Bytes(Vec<u8>),
    /// Behind a URL.
    At(Url),
}

#[derive(Deserialize)]
struct Success {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    b64_json: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct Billed {
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
}

/// What an answer says that it is billed by; nothing where it does not say so.
pub(super) fn tokens(answer: &[u8]) -> Tokens {
    let usage = serde_json::from_slice::<Billed>(answer).ok().and_then(|billed| billed.usage);
    usage.map_or_else(Tokens::default, |usage| Tokens { input: usage.input_tokens, output: usage.output_tokens })
}

/// The picture of a successful answer.
pub(super) fn picture(answer: &[u8]) -> PortResult<Picture> {
    // The parser's own words may repeat the answer.
    let success: Success = serde_json::from_slice(answer).map_err(|_| bad_answer("it is not the JSON of a picture"))?;
    match success.data.into_iter().next() {
        Some(Item { b64_json: Some(text), .. }) => forgiving_base64::decode_to_vec(text.as_bytes())
            .map(Picture::Bytes)
            .map_err(|_| bad_answer("its picture is not base64")),
        Some(Item { url: Some(url), .. }) => {
            Url::parse(&url).map(Picture::At).map_err(|_| bad_answer("its picture's URL is no URL"))
        }
        _ => Err(bad_answer("it holds no picture")),
    }
}

/// What an answer other than 200 means. `secrets` are replaced in the provider's words.
pub(super) fn refusal(
    status: StatusCode,
    answer: &[u8],
    retry_after: Option<Duration>,
    secrets: &[(&str, &str)],
) -> PortError {
    // OpenAI says an object, some compatible servers a text, and proxies no JSON at all.
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let error = &answer["error"];
    let reason = error.as_str().or(error["message"].as_str()).unwrap_or_default();
    let code = error["code"].as_str().unwrap_or_default();
    let said = format!("{} {}", status.as_u16(), scrub(reason, secrets)).trim_end().to_owned();
    let permanent = |code, what: &str| {
        PortError::permanent(Class::Provider, code, format!("the openai image provider {what}: {said}"))
    };
    match (status.as_u16(), code) {
        (_, "content_policy_violation" | "moderation_blocked") | (451, _) => {
            permanent("PROVIDER_REFUSED", "refuses this prompt; change the prompt")
        }
        (_, "insufficient_quota" | "billing_hard_limit_reached") => {
            permanent("PROVIDER_QUOTA", "has no credit left for this key")
        }
        (401 | 403, _) => permanent("PROVIDER_AUTH", "does not accept the key; check OPENAI_API_KEY"),
        (408 | 409 | 425 | 429 | 500.., _) => {
            let message = format!("the openai image provider is busy or out of order: {said}");
            PortError { retry_after, ..PortError::transient(Class::Provider, "PROVIDER_UNAVAILABLE", message) }
        }
        _ => permanent("PROVIDER_REFUSED", "refuses the request"),
    }
}

/// A success that is none; worth one more try.
pub(super) fn bad_answer(why: &str) -> PortError {
    let message = format!("the openai image provider's answer is of no use: {why}");
    PortError::transient(Class::Provider, BAD_ANSWER, message)
}

/// The server cannot be reached, or breaks off.
pub(super) fn unreachable(error: reqwest::Error) -> PortError {
    // The URL of a picture may hold a signature.
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    let message = format!("the openai image provider cannot be reached: {innermost}");
    PortError::transient(Class::Provider, "PROVIDER_UNAVAILABLE", message).because(error)
}

/// The server took longer than it may.
pub(super) fn too_slow(total: Duration) -> PortError {
    let message = format!("the openai image provider took longer than {total:?}");
    PortError::transient(Class::Provider, "PROVIDER_UNAVAILABLE", message)
}

/// A provider's words on one line, without secrets, and not too many.
fn scrub(reason: &str, secrets: &[(&str, &str)]) -> String {
    let mut reason = reason.to_owned();
    for (secret, stand_in) in secrets.iter().filter(|(secret, _)| !secret.is_empty()) {
        reason = reason.replace(secret, stand_in);
    }
    let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_CHARS).collect();
    line.trim().to_owned()
}
