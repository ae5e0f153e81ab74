//! What can go wrong with a download, and whether the user has to mend it or time may.

use std::error::Error;

use reqwest::StatusCode;
use url::Url;

use super::guard::{refused, shown};
use super::resolve::NotPublic;
use crate::ports::{Class, PortError};

/// The refusal of what has too many bytes.
pub(super) fn too_large(what: &str, cap: usize) -> PortError {
    let message = format!("{what}: more than {} MB; use a smaller picture", cap / 1_000_000);
    PortError::permanent(Class::Request, "TOO_LARGE", message)
}

/// A server that does not keep the pace, or the time for the whole.
pub(super) fn too_slow(url: &Url) -> PortError {
    PortError::transient(Class::Provider, "SOURCE_TOO_SLOW", format!("{}: it answers too slowly", shown(url)))
}

/// What a status other than 200 means.
pub(super) fn unusable(url: &Url, status: StatusCode) -> PortError {
    let message = format!("{}: the server answers {status}", shown(url));
    match status.as_u16() {
        404 | 410 => PortError::permanent(Class::Request, "NOT_FOUND", message),
        408 | 425 | 429 | 500.. => PortError::transient(Class::Provider, "SOURCE_UNAVAILABLE", message),
        _ => PortError::permanent(Class::Request, "SOURCE_REFUSED", message),
    }
}

/// What a failure to reach a server, or to hear it out, means.
pub(super) fn unreachable(url: &Url, error: reqwest::Error) -> PortError {
    // Its own text repeats the URL with its query.
    let error = error.without_url();
    if let Some(private) = causes(&error).find_map(|cause| cause.downcast_ref::<NotPublic>()) {
        return refused(url, &private.to_string());
    }
    let message = format!("{}: cannot be fetched: {}", shown(url), innermost(&error));
    PortError::transient(Class::Provider, "SOURCE_UNAVAILABLE", message).because(error)
}

/// No HTTPS client can be built; there is but one reason for that.
pub(super) fn no_client(error: reqwest::Error) -> PortError {
    let mend = "install the system's root certificates (`apt-get install ca-certificates`)";
    let message = format!("nothing can be fetched over https: {}; {mend}", innermost(&error));
    PortError::permanent(Class::Provider, "NO_HTTPS", message).because(error)
}

/// An error and what lies below it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| (*cause).source())
}

/// What the lowest cause says, which is the most telling one.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().unwrap_or(error).to_string()
}
