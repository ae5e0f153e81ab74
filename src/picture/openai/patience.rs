//! How long a server is waited for.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long to wait for a server, and how often to ask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long connecting may take.
    pub connect: Duration,
    /// How long one attempt may take, from the request's first byte to the answer's last.
    pub total: Duration,
    /// How often to ask in all.
    pub tries: u32,
    /// The wait after the first failure is random in `0..backoff`; it doubles with each, up to a minute.
    pub backoff: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_mins(2),
            tries: 6,
            backoff: Duration::from_secs(2),
        }
    }
}

impl Patience {
    /// How long to wait after so many failures: exponential with full jitter
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    pub(super) fn backoff(&self, failures: u32) -> Duration {
        let most = self.backoff.saturating_mul(1 << failures.saturating_sub(1).min(16));
        most.min(Duration::from_mins(1)).mul_f64(fastrand::f64())
    }
}

/// What `Retry-After` says, in seconds or as a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |text: &str| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]), now);
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn the_backoff_grows_and_is_bounded() {
        let patience = Patience::default();
        for failures in 1..100 {
            let most = Duration::from_secs(2 << (failures - 1).min(5)).min(Duration::from_mins(1));
            assert!(patience.backoff(failures) <= most, "{failures}");
        }
        let waits: Vec<_> = (0..50).map(|_| patience.backoff(6)).collect();
        assert!(waits.iter().any(|wait| *wait > Duration::from_secs(4)), "{waits:?}");
    }
}
