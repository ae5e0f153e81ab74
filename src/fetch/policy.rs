//! What may be fetched, from where, and how much of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::Resolve;

use super::resolve::SystemDns;

/// What a [`Fetcher`](super::Fetcher) may do. The default is for requests from strangers: public addresses, no files.
#[derive(Clone)]
pub struct Policy {
    /// The folder of the request, against which relative paths are read. `None` refuses all paths: only requests from
    /// the command line may name files.
    pub allow_paths: Option<PathBuf>,
    /// `host:port` entries that may be asked for wherever they lie and on whatever port, as `media.internal:8080`.
    pub allow_hosts: Vec<String>,
    /// Bytes and times.
    pub limits: Limits,
    /// Who turns names into addresses. Its answers are filtered.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { allow_paths: None, allow_hosts: Vec::new(), limits: Limits::default(), resolver: Arc::new(SystemDns) }
    }
}

/// The bounds of one fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes a picture may have.
    pub bytes: usize,
    /// How long finding and connecting to a host may take.
    pub connect: Duration,
    /// How long one attempt may take, with all its redirects.
    pub total: Duration,
    /// In each such span of a body...
    pub pace_window: Duration,
    /// ...at least so many bytes have to arrive.
    pub pace_bytes: usize,
    /// The wait before the second attempt is random in `0..backoff`; it doubles with each.
    pub backoff: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 25_000_000,
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
            pace_window: Duration::from_secs(10),
            pace_bytes: 10 * 1024,
            backoff: Duration::from_secs(1),
        }
    }
}
