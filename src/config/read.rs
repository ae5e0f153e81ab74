//! Reading one variable, and telling what is wrong with it.

use std::ffi::OsString;
use std::path::PathBuf;

use url::{Host, Url};

use super::ConfigError;

/// Variables by name.
pub(super) struct Env<F>(pub(super) F);

impl<F: Fn(&str) -> Option<OsString>> Env<F> {
    pub(super) fn text(&self, name: &'static str, allowed: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(found) = (self.0)(name) else { return Ok(None) };
        match found.into_string() {
            Ok(found) if found.trim().is_empty() => Err(ConfigError::Empty { name, allowed }),
            Ok(found) => Ok(Some(found)),
            Err(found) => Err(ConfigError::Unparsable { name, found: found.to_string_lossy().into(), allowed }),
        }
    }

    /// A path, which need not be a text.
    pub(super) fn path(&self, name: &'static str, allowed: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        match (self.0)(name) {
            Some(found) if found.to_string_lossy().trim().is_empty() => Err(ConfigError::Empty { name, allowed }),
            found => Ok(found.map(PathBuf::from)),
        }
    }

    pub(super) fn choice<T>(
        &self,
        name: &'static str,
        allowed: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(found) = self.text(name, allowed)? else { return Ok(None) };
        read(&found).map(Some).ok_or(ConfigError::Unparsable { name, found, allowed })
    }

    pub(super) fn number(
        &self,
        name: &'static str,
        default: u64,
        allowed: &'static str,
        range: impl std::ops::RangeBounds<u64>,
    ) -> Result<u64, ConfigError> {
        let number = self.choice(name, allowed, |v| v.trim().parse().ok().filter(|n| range.contains(n)))?;
        Ok(number.unwrap_or(default))
    }

    /// The address of an API. One that holds a secret, or to which no path can be added, is refused.
    pub(super) fn web_address(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let allowed = "an http or https URL without a user name, password or query";
        let Some(found) = self.text(name, allowed)? else { return Ok(None) };
        match Url::parse(&found) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && !found.contains(['@', '?', '#']) => Ok(Some(found)),
            _ => Err(ConfigError::Unparsable { name, found: without_secrets(&found), allowed }),
        }
    }
}

/// An address, also one that cannot be parsed, without what may be a user name, a password or a key.
fn without_secrets(address: &str) -> String {
    let open = address.split(['?', '#']).next().unwrap_or_default();
    let Some((secret, host)) = open.rsplit_once('@') else { return open.to_owned() };
    match secret.split_once("://") {
        Some((scheme, _)) => format!("{scheme}://{host}"),
        None => host.to_owned(),
    }
}

/// `host:port` as URLs spell it.
pub(super) fn host_and_port(text: &str) -> Option<String> {
    let (host, port) = text.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    Some(format!("{}:{port}", Host::parse(host).ok()?))
}
