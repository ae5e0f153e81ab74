//! One download: redirects followed by us, bytes and time bounded, faults of the network tried again.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header, redirect};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

use super::guard::{self, Trust, refused, shown};
use super::policy::{Limits, Policy};
use super::resolve::{NotPublic, PublicOnly};
use crate::ports::{Class, PortError, PortResult};

/// How many redirects are followed.
const REDIRECTS: u32 = 3;
/// How often a GET is tried after it failed for reasons that may pass.
const RETRIES: u32 = 2;

/// Downloads under a policy.
pub(super) struct Downloads {
    limits: Limits,
    allow_hosts: Vec<String>,
    resolver: Arc<dyn reqwest::dns::Resolve>,
    clients: OnceCell<Clients>,
}

/// Two clients, so that neither a resolver nor a pooled connection to a trusted host serves any other.
struct Clients {
    public: Client,
    named: Client,
}

impl Downloads {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            limits: policy.limits,
            allow_hosts: policy.allow_hosts.clone(),
            resolver: policy.resolver.clone(),
            clients: OnceCell::new(),
        }
    }

    /// The body behind a URL.
    pub(super) async fn get(&self, url: Url) -> PortResult<Vec<u8>> {
        let mut retries = 0;
        loop {
            let attempt = timeout(self.limits.total, self.follow(url.clone())).await;
            let error = match attempt.unwrap_or_else(|_| Err(too_slow(&url))) {
                Err(error) if error.retryable && retries < RETRIES => error,
                outcome => return outcome,
            };
            let wait = self.limits.backoff.mul_f64(f64::from(1 << retries) * fastrand::f64());
            retries += 1;
            tracing::debug!(code = error.code, retries, "a download failed and is tried again");
            sleep(wait).await;
        }
    }

    /// One attempt, through all redirects. Each hop is admitted anew.
    async fn follow(&self, start: Url) -> PortResult<Vec<u8>> {
        let mut url = start;
        for _ in 0..=REDIRECTS {
            let response = self.ask(&url).await?;
            if response.status().is_redirection() {
                let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
                let location = location.ok_or_else(|| unusable(&url, response.status()))?;
                url = guard::redirect(&url, location)?;
            } else if response.status() == StatusCode::OK {
                return self.body(&url, response).await;
            } else {
                return Err(unusable(&url, response.status()));
            }
        }
        Err(refused(&url, &format!("more than {REDIRECTS} redirects led here")))
    }

    /// Sends one GET to where the guard allows it.
    async fn ask(&self, url: &Url) -> PortResult<Response> {
        let trust = guard::admit(url, &self.allow_hosts)?;
        let clients = self.clients.get_or_try_init(|| async { self.build() }).await?;
        let client = match trust {
            Trust::Public => &clients.public,
            Trust::Named => &clients.named,
        };
        let request = client.get(url.clone()).header(header::ACCEPT, "image/png, image/jpeg, image/webp");
        request.send().await.map_err(|error| unreachable(url, error))
    }

    /// Reads a body that stays within the cap and keeps the pace.
    async fn body(&self, url: &Url, mut response: Response) -> PortResult<Vec<u8>> {
        let Limits { bytes: cap, pace_window, pace_bytes, .. } = self.limits;
        if response.content_length().is_some_and(|length| length > cap as u64) {
            return Err(too_large(&shown(url), cap));
        }
        let mut body = Vec::new();
        let mut window = (Instant::now() + pace_window, 0);
        loop {
            match timeout_at(window.0, response.chunk()).await {
                Ok(Ok(None)) => return Ok(body),
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Ok(Err(error)) => return Err(unreachable(url, error)),
                Err(_) if body.len() - window.1 < pace_bytes => return Err(too_slow(url)),
                Err(_) => window = (Instant::now() + pace_window, body.len()),
            }
            if body.len() > cap {
                return Err(too_large(&shown(url), cap));
            }
        }
    }

    fn build(&self) -> PortResult<Clients> {
        let with = |resolver: Arc<dyn reqwest::dns::Resolve>| client(self.limits.connect, resolver);
        let both = || {
            Ok(Clients {
                public: with(Arc::new(PublicOnly(self.resolver.clone())))?,
                named: with(self.resolver.clone())?,
            })
        };
        both().map_err(|error: reqwest::Error| {
            let message = format!("no HTTPS client: {}; install the system's root certificates", innermost(&error));
            PortError::permanent(Class::Internal, "NO_HTTPS", message).because(error)
        })
    }
}

/// A client that trusts the system's root certificates, and neither proxies, cookies nor redirects.
fn client(connect: Duration, resolver: Arc<dyn reqwest::dns::Resolve>) -> reqwest::Result<Client> {
    // Fails where one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("protovideo/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(connect)
        .dns_resolver(resolver)
        .build()
}

/// The refusal of what has too many bytes.
pub(super) fn too_large(what: &str, cap: usize) -> PortError {
    let message = format!("{what}: more than {} MB; use a smaller picture", cap / 1_000_000);
    PortError::permanent(Class::Request, "TOO_LARGE", message)
}

fn too_slow(url: &Url) -> PortError {
    PortError::transient(Class::Provider, "SOURCE_TOO_SLOW", format!("{}: it answers too slowly", shown(url)))
}

/// What a status other than 200 means.
fn unusable(url: &Url, status: StatusCode) -> PortError {
    let message = format!("{}: the server answers {status}", shown(url));
    match status.as_u16() {
        404 | 410 => PortError::permanent(Class::Request, "NOT_FOUND", message),
        408 | 425 | 429 | 500.. => PortError::transient(Class::Provider, "SOURCE_UNAVAILABLE", message),
        _ => PortError::permanent(Class::Request, "SOURCE_REFUSED", message),
    }
}

/// What a failure to reach a server, or to hear it out, means.
fn unreachable(url: &Url, error: reqwest::Error) -> PortError {
    // Its own text repeats the URL with its query.
    let error = error.without_url();
    if let Some(private) = causes(&error).find_map(|cause| cause.downcast_ref::<NotPublic>()) {
        return refused(url, &private.to_string());
    }
    let message = format!("{}: cannot be fetched: {}", shown(url), innermost(&error));
    PortError::transient(Class::Provider, "SOURCE_UNAVAILABLE", message).because(error)
}

/// An error and what lies below it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

/// What the lowest cause says, which is the most telling one.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}
