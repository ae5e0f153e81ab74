//! One download: redirects followed by us, bytes and time bounded, faults of the network tried again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header, redirect};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use url::Url;

use super::failure::{no_client, too_large, too_slow, unreachable, unusable};
use super::guard::{self, Trust, refused, shown};
use super::policy::{Limits, Policy};
use super::resolve::PublicOnly;
use crate::ports::PortResult;

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

    /// Builds the clients, if that was not done yet.
    pub(super) async fn ready(&self) -> PortResult<()> {
        self.clients().await.map(drop)
    }

    async fn clients(&self) -> PortResult<&Clients> {
        self.clients.get_or_try_init(|| async { self.build() }).await
    }

    /// Sends one GET to where the guard allows it.
    async fn ask(&self, url: &Url) -> PortResult<Response> {
        let trust = guard::admit(url, &self.allow_hosts)?;
        let clients = self.clients().await?;
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
        // The pace's window: when it ends, and how much had come when it began.
        let (mut end, mut begun_with) = (Instant::now() + pace_window, 0);
        loop {
            match timeout_at(end, response.chunk()).await {
                Ok(Ok(None)) => return Ok(body),
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                Ok(Err(error)) => return Err(unreachable(url, error)),
                Err(_) if body.len() - begun_with < pace_bytes => return Err(too_slow(url)),
                Err(_) => (end, begun_with) = (Instant::now() + pace_window, body.len()),
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
        both().map_err(no_client)
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
