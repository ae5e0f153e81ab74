//! A text as lines of what is meant to be read: no control characters, no markdown.

use unicode_normalization::UnicodeNormalization;

/// The lines that hold something. The user's characters stay as they are, in composed form.
pub(super) fn lines(text: &str) -> Vec<String> {
    let seen: String = text.nfc().filter_map(seen).collect();
    seen.split('\n').map(unmarked).filter(|line| !line.trim().is_empty()).collect()
}

/// White space folded to spaces and line ends; control and invisible characters dropped, except those that shape
/// what is seen: the joiners inside emoji and scripts, and the selectors of emoji.
fn seen(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_control() => None,
        '\u{ad}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => None,
        _ => Some(c),
    }
}

/// A line without the marks of headings, quotes, lists and rules at its start, and of emphasis and code inside it.
fn unmarked(line: &str) -> String {
    let mut line = line.trim();
    if line.chars().filter(|c| *c != ' ').all(|c| "-*_=~`#>".contains(c)) {
        return String::new();
    }
    while let Some(rest) = without_bullet(line) {
        line = rest.trim_start();
    }
    let line = line.replace("**", "").replace("__", "").replace("~~", "").replace('`', "");
    line.split(' ').filter(|word| !word.is_empty()).map(unemphasized).collect::<Vec<_>>().join(" ")
}

fn without_bullet(line: &str) -> Option<&str> {
    let heading = line.trim_start_matches('#');
    if heading.len() < line.len() && line.len() - heading.len() <= 6 && heading.starts_with(' ') {
        return Some(heading);
    }
    ["- ", "* ", "+ ", "> ", "• "].into_iter().find_map(|bullet| line.strip_prefix(bullet))
}

/// `*word*` and `_word_` without their marks; a mark alone is a sign and stays.
fn unemphasized(word: &str) -> &str {
    let bare = word.trim_matches(['*', '_']);
    if bare.is_empty() { word } else { bare }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn markdown_goes() {
        let text = "# Title\r\n\r\n---\n- **bold** and *soft* `code`\n> _quoted_\n5 * 3\n-5 stays\n#1 stays";
        assert_eq!(lines(text), ["Title", "bold and soft code", "quoted", "5 * 3", "-5 stays", "#1 stays"]);
    }

    #[test]
    fn invisible_characters_go() {
        assert_eq!(lines("a\u{200b}b\u{7}c\u{ad}d\tüe\u{a0}\u{202e}f"), ["abcd üe f"]);
        assert_eq!(lines("👨\u{200d}👩"), ["👨\u{200d}👩"]);
    }
}
