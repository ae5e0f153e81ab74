//! Pictures in buckets that requests may name: `s3://bucket/key`.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Clients, Objects};
use crate::ports::{Class, PortError, PortResult, Sources, StepContext};

/// The most bytes a picture may have.
const MOST_BYTES: u64 = 25_000_000;

/// Buckets, and for all else another source.
#[derive(Clone)]
pub struct BucketSources {
    clients: Clients,
    buckets: Vec<InputBucket>,
    rest: Arc<dyn Sources>,
}

/// A bucket that requests may name, and how the keys begin that they may name in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputBucket {
    /// Its name.
    pub name: String,
    /// Empty for all keys.
    pub prefix: &'static str,
}

impl std::fmt::Display for InputBucket {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "s3://{}/{}", self.name, self.prefix)
    }
}

impl BucketSources {
    /// Pictures of those buckets alone; all that is no `s3://` is `rest`'s.
    #[must_use]
    pub fn new(clients: &Clients, buckets: Vec<InputBucket>, rest: Arc<dyn Sources>) -> Self {
        Self { clients: clients.clone(), buckets, rest }
    }

    /// An object that requests may name.
    ///
    /// # Errors
    /// `URL_NOT_ALLOWED` for others, `NOT_FOUND` and `TOO_LARGE` as they say.
    pub async fn object(&self, url: &str, most: u64) -> PortResult<Vec<u8>> {
        let refused = |code, why: &str| PortError::permanent(Class::Request, code, format!("{url}: {why}"));
        let (bucket, key) = parts(url).ok_or_else(|| refused("URL_NOT_ALLOWED", "not s3://bucket/key"))?;
        if !self.buckets.iter().any(|allowed| allowed.name == bucket && key.starts_with(allowed.prefix)) {
            let allowed: Vec<_> = self.buckets.iter().map(|bucket| format!("{bucket}*")).collect();
            let allowed = format!("this may not be named here; allowed: {}", allowed.join(", "));
            return Err(refused("URL_NOT_ALLOWED", &allowed));
        }
        let bytes = Objects::new(&self.clients, bucket).bytes(key, most).await?;
        bytes.ok_or_else(|| refused("NOT_FOUND", "there is no such object"))
    }
}

/// The bucket and the key of an `s3://` URL.
fn parts(url: &str) -> Option<(&str, &str)> {
    url.strip_prefix("s3://")?.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
}

#[async_trait]
impl Sources for BucketSources {
    async fn picture(&self, source: &str, context: &StepContext) -> PortResult<Vec<u8>> {
        let source = source.trim();
        if !source.to_ascii_lowercase().starts_with("s3:") {
            return self.rest.picture(source, context).await;
        }
        self.object(source, MOST_BYTES).await
    }
}
