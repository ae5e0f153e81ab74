//! What users point at: guarded downloads, data URLs and, for the command line, local files.
//!
//! A request may come from a stranger, so whatever it names is hostile until shown otherwise. `guard` says which URLs
//! may be asked for, `address` which addresses may be connected to, `resolve` holds every DNS answer against them,
//! `download` follows redirects itself and bounds bytes and time, `failure` says what went wrong. What came back is judged by its first bytes, by the
//! picture check, and never by its `Content-Type`.

mod address;
mod data;
mod download;
mod failure;
mod guard;
mod local;
mod policy;
mod resolve;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use url::Url;

pub use policy::{Limits, Policy};

use crate::ports::{Class, PortError, PortResult, Sources, StepContext};
use download::Downloads;

/// Fetches pictures under a [`Policy`].
pub struct Fetcher {
    policy: Policy,
    downloads: Downloads,
}

impl Fetcher {
    /// A fetcher under that policy. Opens nothing: the HTTP client, and the system's root certificates with it, are
    /// loaded by the first download.
    pub fn new(policy: Policy) -> Self {
        Self { downloads: Downloads::new(&policy), policy }
    }

    /// Makes what https needs, without asking anybody for anything.
    ///
    /// # Errors
    /// `NO_HTTPS` where the system has no root certificates.
    pub async fn https(&self) -> PortResult<()> {
        self.downloads.ready().await
    }

    async fn bytes(&self, source: &str) -> PortResult<Vec<u8>> {
        let source = source.trim();
        let cap = self.policy.limits.bytes;
        match scheme(source).as_deref() {
            Some("data") => data::decode(source, cap),
            Some("http" | "https") => self.downloads.get(parse(source)?).await,
            Some("file") => {
                local::base(&self.policy)?;
                let path = parse(source)?.to_file_path().map_err(|()| {
                    PortError::permanent(Class::Request, "URL_NOT_ALLOWED", format!("{source}: file URLs name no host"))
                })?;
                local::read(&path, cap).await
            }
            Some(other) => Err(PortError::permanent(
                Class::Request,
                "URL_NOT_ALLOWED",
                format!(
                    "{other}: URLs cannot be fetched; allowed: https, http and data URLs, and paths on the command line"
                ),
            )),
            None => local::read(&local::base(&self.policy)?.join(source), cap).await,
        }
    }
}

#[async_trait]
impl Sources for Fetcher {
    async fn picture(&self, source: &str, context: &StepContext) -> PortResult<Vec<u8>> {
        tokio::select! {
            biased;
            () = context.cancel.cancelled() => {
                Err(PortError::permanent(Class::Cancelled, "CANCELLED", "cancelled while a picture was fetched"))
            }
            () = tokio::time::sleep_until(context.deadline.into()) => {
                Err(PortError::transient(Class::Limit, "TIMEOUT", "the step's time ran out while a picture was fetched"))
            }
            outcome = self.bytes(source) => outcome,
        }
    }
}

/// The scheme in lower case of what reads as a URL; `None` for a path. A single letter is a path's drive, not a scheme.
fn scheme(source: &str) -> Option<String> {
    let (scheme, _) = source.split_once(':')?;
    let legal = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    legal.then(|| scheme.to_ascii_lowercase())
}

/// Parses a URL. The error does not repeat it, since what cannot be parsed cannot be stripped of its secrets either.
fn parse(source: &str) -> PortResult<Url> {
    Url::parse(source).map_err(|error| {
        let begin: String = source.chars().take_while(|c| !"?#@".contains(*c)).take(40).collect();
        PortError::permanent(Class::Request, "URL_NOT_ALLOWED", format!("{begin}...: not a URL: {error}"))
            .because(error)
    })
}
