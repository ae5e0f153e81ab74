//! The provider against a server of this machine that speaks the images API, well and badly.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use data_url::forgiving_base64;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{OpenAi, Patience, Settings};
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult, StepContext, Used};
use crate::testing::http::{Answer, HttpStub};

const KEY: &str = "sk-canary-key";
const PROMPT: &str = "a canary in a mine";

/// A provider with little patience.
pub(crate) fn provider(base_url: &str) -> OpenAi {
    let patience = Patience {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(2),
        tries: 3,
        backoff: Duration::from_millis(10),
    };
    OpenAi::new(Settings { base_url: base_url.into(), patience, ..Settings::new(KEY.into()) }).unwrap()
}

fn context() -> StepContext {
    StepContext {
        cancel: CancellationToken::new(),
        deadline: Instant::now() + Duration::from_secs(20),
        work: PathBuf::new(),
        frames_done: Arc::new(|_| {}),
        used: Used::default(),
    }
}

fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(6, 4).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Standard base64 (RFC 4648), for what a server would send.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |three: &[u8]| {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        (0..=three.len()).map(move |n| char::from(DIGITS[bits >> (18 - 6 * n) & 63])).collect::<String>()
    };
    let text: String = bytes.chunks(3).map(digits).collect();
    assert_eq!(forgiving_base64::decode_to_vec(text.as_bytes()).unwrap(), bytes);
    text
}

fn success(picture: &[u8]) -> Answer {
    Answer::new(200, json!({ "created": 1, "data": [{ "b64_json": base64(picture) }] }).to_string())
}

fn failure(status: u16, code: &str) -> Answer {
    let message = format!("No: {PROMPT}\n(key {KEY})");
    Answer::new(status, json!({ "error": { "message": message, "type": "x", "code": code } }).to_string())
}

async fn make(base_url: &str) -> PortResult<Vec<u8>> {
    let provider = provider(base_url);
    let outcome = provider.make("gpt-image-1", PROMPT, Size::PORTRAIT, &context()).await;
    let shown =
        format!("{provider:?} {outcome:?} {}", outcome.as_ref().err().map(ToString::to_string).unwrap_or_default());
    assert!(!shown.contains(KEY) && !shown.contains(PROMPT), "{shown}");
    outcome
}

/// What came of one picture, and how often the server was asked.
async fn scripted(script: Vec<Answer>) -> (PortResult<Vec<u8>>, usize) {
    let stub = HttpStub::start(script).await.unwrap();
    let outcome = make(&stub.url("/v1/")).await;
    (outcome, stub.asked().len())
}

fn kind(error: &PortError) -> (Class, &'static str, bool) {
    (error.class, error.code, error.retryable)
}

#[tokio::test]
async fn a_picture_is_asked_for_as_the_api_wants_it() {
    let stub = HttpStub::start(vec![success(&png())]).await.unwrap();
    assert_eq!(make(&stub.url("/v1/")).await.unwrap(), png());
    provider(&stub.url("/v1")).make("other", PROMPT, Size::LANDSCAPE, &context()).await.unwrap();
    let asked = stub.asked();
    assert!(asked[0].head.starts_with("POST /v1/images/generations HTTP/1.1\r\n"), "{}", asked[0].head);
    assert!(asked[0].head.contains(&format!("authorization: Bearer {KEY}")), "{}", asked[0].head);
    let bodies: Vec<Value> = asked.iter().map(|asked| serde_json::from_slice(&asked.body).unwrap()).collect();
    assert_eq!(bodies[0], json!({ "model": "gpt-image-1", "prompt": PROMPT, "n": 1, "size": "1024x1536" }));
    let other =
        json!({ "model": "other", "prompt": PROMPT, "n": 1, "size": "1536x1024", "response_format": "b64_json" });
    assert_eq!(bodies[1], other);
}

#[tokio::test]
async fn a_picture_behind_a_url_is_fetched_without_the_key() {
    let host = HttpStub::start(vec![Answer::new(200, png())]).await.unwrap();
    let linked = |url: &str| Answer::new(200, json!({ "data": [{ "url": url }] }).to_string());
    // Another host is asked over https only.
    let (outcome, asked) = scripted(vec![linked(&host.url("/a.png"))]).await;
    assert_eq!(kind(&outcome.unwrap_err()), (Class::Provider, "PROVIDER_BAD_ANSWER", false));
    assert_eq!((asked, host.asked().len()), (2, 0));

    let picture = HttpStub::start(vec![Answer::new(200, png())]).await.unwrap();
    let provider = provider(&picture.url("/v1"));
    let client = provider.build().unwrap();
    let fetched = provider.download(&client, picture.url("/a.png").parse().unwrap()).await.unwrap();
    assert_eq!(fetched, png());
    assert!(!picture.asked()[0].head.contains(KEY));
}

#[tokio::test]
async fn a_busy_server_is_asked_again_when_it_says() {
    let busy = failure(429, "rate_limit_exceeded").header("retry-after", "1");
    let stub = HttpStub::start(vec![busy, success(&png())]).await.unwrap();
    assert_eq!(make(&stub.url("/v1")).await.unwrap(), png());
    let asked = stub.asked();
    let waited = asked[1].at - asked[0].at;
    assert!((Duration::from_secs(1)..Duration::from_secs(5)).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn a_wait_past_the_deadline_is_left_to_the_caller() {
    let (outcome, asked) = scripted(vec![failure(429, "").header("retry-after", "600")]).await;
    let error = outcome.unwrap_err();
    assert_eq!(kind(&error), (Class::Provider, "PROVIDER_UNAVAILABLE", true));
    assert_eq!((error.retry_after, asked), (Some(Duration::from_mins(10)), 1));
}

#[tokio::test]
async fn faults_that_may_pass_are_tried_again() {
    let html = Answer::new(502, "<html>Bad gateway");
    let cut = Answer::new(200, "{\"data\"").header("content-length", "1000");
    for script in [vec![failure(500, ""), html, success(&png())], vec![Answer::reset(), cut, success(&png())]] {
        let (outcome, asked) = scripted(script).await;
        assert_eq!((outcome.unwrap(), asked), (png(), 3));
    }
    let (outcome, asked) = scripted(vec![failure(503, "")]).await;
    assert_eq!(kind(&outcome.unwrap_err()), (Class::Provider, "PROVIDER_UNAVAILABLE", true));
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let stub = HttpStub::start(vec![Answer::forever(" ", Duration::from_millis(20))]).await.unwrap();
    let mut provider = provider(&stub.url("/v1"));
    provider.settings.patience.total = Duration::from_millis(300);
    let error = provider.make("m", PROMPT, Size::SQUARE, &context()).await.unwrap_err();
    assert_eq!(kind(&error), (Class::Provider, "PROVIDER_UNAVAILABLE", true));
    assert_eq!(stub.asked().len(), 3);
}

#[tokio::test]
async fn a_refusal_is_final() {
    for (status, code, ours) in [
        (400, "content_policy_violation", "PROVIDER_REFUSED"),
        (400, "moderation_blocked", "PROVIDER_REFUSED"),
        (451, "", "PROVIDER_REFUSED"),
        (400, "invalid_value", "PROVIDER_REFUSED"),
        (401, "invalid_api_key", "PROVIDER_AUTH"),
        (403, "", "PROVIDER_AUTH"),
        (429, "insufficient_quota", "PROVIDER_QUOTA"),
    ] {
        let (outcome, asked) = scripted(vec![failure(status, code)]).await;
        let error = outcome.unwrap_err();
        assert_eq!(kind(&error), (Class::Provider, ours, false), "{status} {code}");
        assert!(error.to_string().ends_with(&format!("{status} No: [prompt] (key [key])")), "{error}");
        assert_eq!(asked, 1, "{status} {code}");
    }
}

#[tokio::test]
async fn a_reason_is_found_in_whatever_shape_it_comes() {
    for (body, reason) in [
        ("{\"error\":\"size?\"}", "400 size?"),
        ("{\"error\":{\"message\":\"size?\",\"code\":400}}", "400 size?"),
        ("[1]", "400"),
        ("<p>", "400"),
    ] {
        let error = scripted(vec![Answer::new(400, body)]).await.0.unwrap_err();
        assert_eq!(error.to_string(), format!("the openai image provider refuses the request: {reason}"));
    }
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_given_one_more_chance() {
    let bad = [
        Answer::new(200, ""),
        Answer::new(200, "<html>Sign in"),
        Answer::new(200, "{\"data\":[]}"),
        Answer::new(200, "{\"data\":[{\"b64_json\":\"@\"}]}"),
        success(b"<svg/>"),
    ];
    for answer in bad {
        let (outcome, asked) = scripted(vec![answer.clone()]).await;
        assert_eq!(kind(&outcome.unwrap_err()), (Class::Provider, "PROVIDER_BAD_ANSWER", false), "{answer:?}");
        assert_eq!(asked, 2, "{answer:?}");
        let (outcome, asked) = scripted(vec![answer, success(&png())]).await;
        assert_eq!((outcome.unwrap(), asked), (png(), 2));
    }
}

#[tokio::test]
async fn cancelling_ends_the_wait() {
    let stub = HttpStub::start(vec![failure(429, "").header("retry-after", "10")]).await.unwrap();
    let context = context();
    let cancel = context.cancel.clone();
    let provider = provider(&stub.url("/v1"));
    let making = provider.make("m", PROMPT, Size::SQUARE, &context);
    let cancelling = async {
        while stub.asked().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    };
    let begun = Instant::now();
    let (outcome, ()) = tokio::join!(making, cancelling);
    assert_eq!(kind(&outcome.unwrap_err()), (Class::Cancelled, "CANCELLED", false));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn neither_key_nor_prompt_is_logged() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::sync::Mutex::new(log.reopen().unwrap()))
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let (outcome, _) = scripted(vec![failure(500, ""), failure(401, "")]).await;
    drop(guard);
    assert_eq!(outcome.unwrap_err().code, "PROVIDER_AUTH");
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains("is asked again"), "{text}");
    assert!(!text.contains(KEY) && !text.contains(PROMPT), "{text}");
}

#[test]
fn the_nearest_shape_is_asked_for() {
    let settings = Settings::new(KEY.into());
    for (frame, size) in [
        (Size::PORTRAIT, "1024x1536"),
        (Size::LANDSCAPE, "1536x1024"),
        (Size::SQUARE, "1024x1024"),
        (Size { width: 1080, height: 1350 }, "1024x1536"),
        (Size { width: 1080, height: 1200 }, "1024x1024"),
    ] {
        assert_eq!(settings.nearest(frame).to_string(), size, "{frame}");
    }
}

#[test]
fn a_base_that_is_no_web_address_is_refused() {
    for base_url in ["", "api.openai.com/v1", "file:///v1", "https://key@api.example/v1"] {
        let settings = Settings { base_url: base_url.into(), ..Settings::new(KEY.into()) };
        assert_eq!(OpenAi::new(settings).expect_err(base_url).code, "BAD_SETTING");
    }
}

#[tokio::test]
async fn what_was_billed_is_counted_also_for_an_answer_that_is_of_no_use() {
    let billed = |picture: &[u8], input: u64, output: u64| {
        let usage = json!({"total_tokens": input + output, "input_tokens": input, "output_tokens": output});
        Answer::new(200, json!({"data": [{"b64_json": base64(picture)}], "usage": usage}).to_string())
    };
    let script = vec![failure(500, "busy"), billed(b"no picture", 20, 1584), billed(&png(), 21, 1585), success(&png())];
    let stub = HttpStub::start(script).await.unwrap();
    let (provider, context) = (provider(&stub.url("/v1")), context());
    provider.make("gpt-image-1", PROMPT, Size::PORTRAIT, &context).await.unwrap();
    let tokens = context.used.so_far().tokens;
    assert_eq!((tokens.input, tokens.output), (41, 3169));
    // Other servers say nothing.
    provider.make("gpt-image-1", PROMPT, Size::PORTRAIT, &context).await.unwrap();
    assert_eq!(context.used.so_far().tokens, tokens);
}
