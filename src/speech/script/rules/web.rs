//! What one types: links, mail addresses, hashtags and handles.

use super::super::token::View;
use super::Reading;
use super::letters::spelled;
use super::numbers::is_digits;

/// Endings by which a name without a scheme is known as a site's.
const ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "info", "biz", "us", "ca", "au", "tv", "me", "ai",
    "dev", "app", "eu", "jp", "ch", "tech", "xyz",
];

/// `https://example.com/docs?id=42` as `example dot com slash docs`; `me@example.org` as `me at example dot org`.
pub(super) fn links(view: &View) -> Option<Reading> {
    let core = view.core();
    let schemeless = ["https://", "http://", "ftp://", "mailto:", "HTTPS://", "HTTP://"]
        .into_iter()
        .find_map(|scheme| core.strip_prefix(scheme));
    let address = schemeless.unwrap_or(core);
    let site = address.strip_prefix("www.").unwrap_or(address);
    let shown = site.split(['?', '#']).next().unwrap_or(site).trim_end_matches('/');
    let certain = schemeless.is_some() || site.len() < address.len() || is_mail(shown) || is_site(shown);
    let spoken = if certain { dotted(shown) } else { String::new() };
    (!spoken.is_empty()).then(|| vec![spoken])
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'))
}

fn is_site(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or(text);
    let plain = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    host.rsplit_once('.').is_some_and(|(name, ending)| {
        ENDINGS.contains(&ending) && name.split('.').all(plain) && name.bytes().any(|b| b.is_ascii_alphabetic())
    })
}

/// The labels with the marks between them by name.
fn dotted(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if end > 0 {
            words.push(label(&rest[..end]));
        }
        let Some(mark) = rest[end..].chars().next() else { break };
        match mark {
            '.' => words.push("dot".to_owned()),
            '/' => words.push("slash".to_owned()),
            '@' => words.push("at".to_owned()),
            '+' => words.push("plus".to_owned()),
            '_' => words.push("underscore".to_owned()),
            '-' => words.push("dash".to_owned()),
            _ => {}
        }
        rest = &rest[end + mark.len_utf8()..];
    }
    words.join(" ")
}

/// A part of an address: letter by letter, as capitals are read, where it has no vowel (`uk`, `html`).
fn label(text: &str) -> String {
    let bare = text.len() > 1 && text.bytes().all(|b| b.is_ascii_alphabetic() && !b"aeiouyAEIOUY".contains(&b));
    if bare { text.to_ascii_uppercase() } else { spelled(text) }
}

/// `#5` as `number five`, `#ThrowbackThursday` as `hashtag Throwback Thursday`, `@anna_b` as `at anna b`.
pub(super) fn tags(view: &View) -> Option<Reading> {
    let core = view.core();
    let (word, name) = match core.as_bytes().first()? {
        b'#' if is_digits(&core[1..]) => ("number", &core[1..]),
        b'#' => ("hashtag", &core[1..]),
        b'@' => ("at", &core[1..]),
        _ => return None,
    };
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if name.is_empty() || !plain {
        return None;
    }
    let parts: Vec<String> =
        name.split(['_', '.', '-']).filter(|part| !part.is_empty()).map(|part| spelled(&humps(part))).collect();
    Some(vec![format!("{word} {}", parts.join(" "))])
}

/// A space before each capital that follows a small letter.
fn humps(name: &str) -> String {
    let mut spaced = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && spaced.ends_with(|before: char| before.is_ascii_lowercase()) {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    spaced
}
