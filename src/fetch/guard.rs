//! Which URLs may be asked for; held against the first one and against every redirect's.

use url::{Host, Url};

use super::address;
use crate::ports::{Class, PortError, PortResult};

/// The ports of the public web.
const PORTS: [u16; 2] = [80, 443];

/// On whose word a URL is asked for, and so whether its host's addresses are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// A public host on a port of the web.
    Public,
    /// The policy names this host and port; it may be a private one.
    Named,
}

/// Whether a URL may be asked for, as far as the URL itself tells. Names are looked at again when they are resolved.
pub(super) fn admit(url: &Url, allow_hosts: &[String]) -> PortResult<Trust> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(url, &format!("{} is not fetched; allowed: https, http", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(url, "a user name or password in a URL is not accepted; leave it out"));
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(refused(url, "it names no host"));
    };
    let named = format!("{host}:{port}");
    if allow_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(&named)) {
        return Ok(Trust::Named);
    }
    if !PORTS.contains(&port) {
        return Err(refused(url, &format!("port {port} is not asked; allowed: 80 and 443")));
    }
    // Numeric forms (`2130706433`, `0x7f.1`) are addresses by now: the parser of URLs has folded them.
    let literal = match host {
        Host::Ipv4(v4) => address::denied(v4.into()),
        Host::Ipv6(v6) => address::denied(v6.into()),
        Host::Domain(_) => None,
    };
    match literal {
        Some(what) => Err(refused(url, &format!("{host} is {what}; only public hosts are asked"))),
        None => Ok(Trust::Public),
    }
}

/// Where a redirect leads, if it may be followed: never from https down to http.
pub(super) fn redirect(from: &Url, location: &str) -> PortResult<Url> {
    let to = from.join(location).map_err(|error| refused(from, &format!("it redirects to what is no URL: {error}")))?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(refused(from, &format!("it redirects from https to {}", to.scheme())));
    }
    Ok(to)
}

/// A URL as errors show it: without user name, password, query and fragment, which may be secrets.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs that can have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// The refusal of a URL.
pub(super) fn refused(url: &Url, why: &str) -> PortError {
    PortError::permanent(Class::Request, "URL_NOT_ALLOWED", format!("{}: {why}", shown(url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_the_public_web_is_asked() {
        let hostile = [
            "ftp://example.com/a.png",
            "gopher://example.com/",
            "http://example.com:22/",
            "http://example.com:9001/",
            "https://user@example.com/",
            "https://user:pass@example.com/",
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::1]/",
            "http://0/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/",
            "http://①②⑦.0.0.1/",
        ];
        for text in hostile {
            let error = admit(&url(text), &[]).expect_err(text);
            assert_eq!(
                (error.class, error.code, error.retryable),
                (Class::Request, "URL_NOT_ALLOWED", false),
                "{text}"
            );
        }
        for text in
            ["https://example.com/a.png", "http://example.com:80/", "http://example.com:443/", "http://8.8.8.8/"]
        {
            assert_eq!(admit(&url(text), &[]).unwrap(), Trust::Public, "{text}");
        }
    }

    #[test]
    fn a_named_host_is_trusted_on_its_port_alone() {
        let allow = ["Media.internal:8080".to_owned(), "[::1]:80".to_owned()];
        assert_eq!(admit(&url("http://media.internal:8080/a"), &allow).unwrap(), Trust::Named);
        assert_eq!(admit(&url("http://[::1]/a"), &allow).unwrap(), Trust::Named);
        assert_eq!(admit(&url("http://media.internal/a"), &allow).unwrap(), Trust::Public);
        assert!(admit(&url("http://media.internal:8081/a"), &allow).is_err());
        assert!(admit(&url("ftp://media.internal:8080/a"), &allow).is_err());
    }

    #[test]
    fn a_redirect_never_leaves_https() {
        let from = url("https://example.com/a/b?token=1");
        assert_eq!(redirect(&from, "../c").unwrap(), url("https://example.com/c"));
        assert!(redirect(&from, "http://example.com/c").is_err());
        assert!(redirect(&from, "file:///etc/passwd").is_err());
        assert!(redirect(&from, "https://[").is_err());
        assert_eq!(redirect(&url("http://a.b/"), "https://c.d/").unwrap(), url("https://c.d/"));
    }

    #[test]
    fn errors_show_no_secrets() {
        let text = shown(&url("https://user:pass@example.com/a.png?token=secret#part"));
        assert_eq!(text, "https://example.com/a.png");
    }
}
