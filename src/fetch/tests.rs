//! Sources as hostile as they come, served from this machine.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio_util::sync::CancellationToken;

use super::{Fetcher, Limits, Policy};
use crate::ports::{Class, PortError, PortResult, Sources, StepContext, Used};
use crate::testing::http::{Answer, HttpStub};

/// Answers from a table, in place of DNS.
struct Table(HashMap<&'static str, Vec<IpAddr>>);

impl Resolve for Table {
    fn resolve(&self, name: Name) -> Resolving {
        let known = self.0.get(name.as_str()).cloned().unwrap_or_default();
        Box::pin(async move { Ok(Box::new(known.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs) })
    }
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

/// A policy with small limits that trusts these servers.
fn policy(stubs: &[&HttpStub]) -> Policy {
    let limits = Limits {
        bytes: 100_000,
        connect: Duration::from_secs(5),
        total: Duration::from_secs(5),
        pace_window: Duration::from_millis(200),
        pace_bytes: 1_000,
        backoff: Duration::from_millis(10),
    };
    Policy { allow_hosts: stubs.iter().map(|stub| stub.host()).collect(), limits, ..Policy::default() }
}

async fn fetch(policy: Policy, source: &str) -> PortResult<Vec<u8>> {
    Fetcher::new(policy).picture(source, &context()).await
}

/// Fetches from one scripted server: what came of it, and how often it was asked.
async fn scripted(script: Vec<Answer>) -> (PortResult<Vec<u8>>, usize) {
    let stub = HttpStub::start(script).await.unwrap();
    let outcome = fetch(policy(&[&stub]), &stub.url("/a.png?token=secret")).await;
    if let Err(error) = &outcome {
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    (outcome, stub.asked().len())
}

fn kind(error: &PortError) -> (Class, &'static str, bool) {
    (error.class, error.code, error.retryable)
}

#[tokio::test]
async fn a_body_comes_as_it_is_sent() {
    let html = "<!doctype html><p>no picture".as_bytes();
    let gzip = b"\x1f\x8b\x08\x00 not inflated";
    for (answer, body) in [
        (Answer::new(200, html).header("content-type", "image/png"), html),
        (Answer::new(200, gzip).header("content-encoding", "gzip"), &gzip[..]),
    ] {
        let (outcome, asked) = scripted(vec![answer]).await;
        assert_eq!((outcome.unwrap().as_slice(), asked), (body, 1));
    }
}

#[tokio::test]
async fn nothing_but_the_request_is_sent() {
    let stub =
        HttpStub::start(vec![Answer::new(302, "").header("location", "/b"), Answer::new(200, "x")]).await.unwrap();
    fetch(policy(&[&stub]), &stub.url("/a#part")).await.unwrap();
    let second = &stub.asked()[1].head.to_ascii_lowercase();
    assert!(second.starts_with("get /b http/1.1"), "{second}");
    for header in ["referer", "cookie", "authorization", "accept-encoding"] {
        assert!(!second.contains(header), "{second}");
    }
}

#[tokio::test]
async fn what_is_gone_is_asked_for_once() {
    for (status, code) in [(404, "NOT_FOUND"), (410, "NOT_FOUND"), (403, "SOURCE_REFUSED"), (204, "SOURCE_REFUSED")] {
        let (outcome, asked) = scripted(vec![Answer::new(status, "")]).await;
        assert_eq!(kind(&outcome.unwrap_err()), (Class::Request, code, false), "{status}");
        assert_eq!(asked, 1, "{status}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let short = Answer::new(200, "short").header("content-length", "1000");
    let (outcome, asked) = scripted(vec![Answer::new(500, ""), short, Answer::new(200, "whole")]).await;
    assert_eq!((outcome.unwrap().as_slice(), asked), (&b"whole"[..], 3));
    for answer in [Answer::new(503, ""), Answer::reset()] {
        let (outcome, asked) = scripted(vec![answer]).await;
        assert_eq!(kind(&outcome.unwrap_err()), (Class::Provider, "SOURCE_UNAVAILABLE", true));
        assert_eq!(asked, 3);
    }
    // A server that does not speak TLS.
    let plain = HttpStub::start(vec![Answer::new(200, "")]).await.unwrap();
    let error = fetch(policy(&[&plain]), &format!("https://{}/", plain.host())).await.unwrap_err();
    assert_eq!(kind(&error), (Class::Provider, "SOURCE_UNAVAILABLE", true));
}

#[tokio::test]
async fn bytes_are_bounded() {
    let announced = Answer::new(200, "x").header("content-length", "100001");
    for answer in [announced, Answer::forever(vec![0; 4096], Duration::ZERO)] {
        let (outcome, asked) = scripted(vec![answer]).await;
        assert_eq!(kind(&outcome.unwrap_err()), (Class::Request, "TOO_LARGE", false));
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn time_is_bounded() {
    // 100 bytes a window where 1,000 are due, and a server that says nothing at all.
    for answer in [Answer::forever("x", Duration::from_millis(2)), Answer::forever("", Duration::from_mins(1))] {
        let (outcome, asked) = scripted(vec![answer]).await;
        assert_eq!(kind(&outcome.unwrap_err()), (Class::Provider, "SOURCE_TOO_SLOW", true));
        assert_eq!(asked, 3);
    }
    // 4,000 bytes a window keep the pace, but not the time for the whole.
    let stub = HttpStub::start(vec![Answer::forever([0; 40], Duration::from_millis(2))]).await.unwrap();
    let mut policy = policy(&[&stub]);
    policy.limits.total = Duration::from_millis(450);
    let error = fetch(policy, &stub.url("/")).await.unwrap_err();
    assert_eq!(kind(&error), (Class::Provider, "SOURCE_TOO_SLOW", true));
}

#[tokio::test]
async fn redirects_are_followed_by_the_same_rules() {
    let canary = HttpStub::start(vec![Answer::new(200, "secret")]).await.unwrap();
    let to = |location: &str| Answer::new(302, "").header("location", location);
    for location in [canary.url("/"), "file:///etc/passwd".into(), "http://169.254.169.254/latest".into()] {
        let (outcome, asked) = scripted(vec![to("/b"), to(&location)]).await;
        assert_eq!(kind(&outcome.unwrap_err()), (Class::Request, "URL_NOT_ALLOWED", false), "{location}");
        assert_eq!(asked, 2);
    }
    assert_eq!(canary.asked().len(), 0);

    let (outcome, asked) = scripted(vec![to("/b"), to("/c"), to("/d"), Answer::new(200, "x")]).await;
    assert_eq!((outcome.unwrap().as_slice(), asked), (&b"x"[..], 4));
    let (outcome, asked) = scripted(vec![to("/again")]).await;
    assert_eq!(kind(&outcome.unwrap_err()), (Class::Request, "URL_NOT_ALLOWED", false));
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn names_with_private_addresses_are_refused() {
    let table = HashMap::from([
        ("inside.example", vec!["127.0.0.1".parse().unwrap(), "::ffff:10.0.0.1".parse().unwrap()]),
        ("nowhere.example", vec![]),
    ]);
    let policy = Policy { resolver: Arc::new(Table(table)), ..policy(&[]) };
    let error = fetch(policy.clone(), "http://inside.example/a.png").await.unwrap_err();
    assert_eq!(kind(&error), (Class::Request, "URL_NOT_ALLOWED", false), "{error}");
    assert!(error.to_string().contains("inside.example is a loopback address"), "{error}");
    let error = fetch(policy, "http://nowhere.example/a.png").await.unwrap_err();
    assert_eq!(kind(&error), (Class::Provider, "SOURCE_UNAVAILABLE", true), "{error}");
}

#[tokio::test]
async fn a_named_host_may_be_private_but_lends_its_trust_to_no_other_port() {
    let stub = HttpStub::start(vec![Answer::new(302, "").header("location", "http://inside.example/")]).await.unwrap();
    let port = stub.host().rsplit_once(':').unwrap().1.to_owned();
    let table = HashMap::from([("inside.example", vec!["127.0.0.1".parse().unwrap()])]);
    let allow_hosts = vec![format!("inside.example:{port}")];
    let policy = Policy { resolver: Arc::new(Table(table)), allow_hosts, ..policy(&[]) };
    let error = fetch(policy, &format!("http://inside.example:{port}/")).await.unwrap_err();
    assert_eq!(kind(&error), (Class::Request, "URL_NOT_ALLOWED", false), "{error}");
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn other_schemes_and_bad_urls_are_refused_without_repeating_their_secrets() {
    for source in ["ftp://a.example/x", "s3://bucket/key", "JavaScript:alert(1)", "http://[bad?token=secret", "http://"]
    {
        let error = fetch(policy(&[]), source).await.expect_err(source);
        assert_eq!(kind(&error), (Class::Request, "URL_NOT_ALLOWED", false), "{source}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn paths_are_for_the_command_line_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b.png");
    std::fs::write(&file, "picture").unwrap();
    let url = url::Url::from_file_path(&file).unwrap();
    for source in ["a b.png", file.to_str().unwrap(), url.as_str()] {
        let error = fetch(policy(&[]), source).await.expect_err(source);
        assert_eq!(kind(&error), (Class::Request, "PATH_NOT_ALLOWED", false), "{source}");
        let allowed = Policy { allow_paths: Some(folder.path().into()), ..policy(&[]) };
        assert_eq!(fetch(allowed, source).await.unwrap(), b"picture", "{source}");
    }
}

#[tokio::test]
async fn only_small_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("large"), vec![0; 100_001]).unwrap();
    let allowed = Policy { allow_paths: Some(folder.path().into()), ..policy(&[]) };
    let base64 = "iVBORw0KGgo=".repeat(1_000);
    for (source, code) in [
        (base64.as_str(), "NOT_FOUND"),
        ("large/a", "NOT_FOUND"),
        ("a\0b", "NOT_FOUND"),
        ("none.png", "NOT_FOUND"),
        ("", "NOT_A_FILE"),
        ("/dev/zero", "NOT_A_FILE"),
        ("large", "TOO_LARGE"),
    ] {
        let error = fetch(allowed.clone(), source).await.expect_err(source);
        assert_eq!(kind(&error), (Class::Request, code, false), "{source}");
        assert!(error.to_string().len() < 300, "{error}");
    }
}

#[tokio::test]
async fn cancelling_and_the_deadline_end_a_fetch() {
    let stub = HttpStub::start(vec![Answer::forever("", Duration::from_mins(1))]).await.unwrap();
    let fetcher = Fetcher::new(policy(&[&stub]));
    let mut context = context();
    context.deadline = Instant::now() + Duration::from_millis(50);
    let error = fetcher.picture(&stub.url("/"), &context).await.unwrap_err();
    assert_eq!(kind(&error), (Class::Limit, "TIMEOUT", true));
    context.cancel.cancel();
    let error = fetcher.picture(&stub.url("/"), &context).await.unwrap_err();
    assert_eq!(kind(&error), (Class::Cancelled, "CANCELLED", false));
}
