//! Any text as the few characters that a voice can be asked for: ASCII, the dashes and dots that shape speech, and
//! the symbols that the rules know by name.

use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;

/// Symbols that a rule reads; they pass unchanged.
const SYMBOLS: &str = "—…£€¥₹₩¢°½¼¾⅓⅔×÷±§²³™®©√≈≠≤≥∞→µπ";

/// The text in ASCII and [`SYMBOLS`]: compatibility forms resolved, diacritics dropped, other scripts transliterated,
/// emoji and pictographs left out.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, &mut folded);
    }
    folded.replace("...", "…").replace("--", "—")
}

fn fold_char(c: char, out: &mut String) {
    match c {
        _ if c.is_ascii() || SYMBOLS.contains(c) => out.push(c),
        '\u{2010}'..='\u{2013}' | '\u{2212}' => out.push('-'),
        '\u{2014}' | '\u{2015}' | '\u{2e3a}' | '\u{2e3b}' => out.push('—'),
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' => out.push('"'),
        '‘' | '’' | '‚' | '‛' | 'ʼ' | '′' | '´' => out.push('\''),
        '。' | '｡' => out.push_str(". "),
        '、' | '､' | '，' => out.push_str(", "),
        '\u{3bc}' => out.push('µ'),
        '♯' | '№' => out.push('#'),
        _ if is_pictograph(c) => {}
        _ => c.nfkc().for_each(|c| transliterate(c, out)),
    }
}

/// One character without a compatibility form. Brackets and dots that the transliteration makes up are dropped.
fn transliterate(c: char, out: &mut String) {
    if c.is_ascii() || SYMBOLS.contains(c) {
        out.push(c);
    } else if c == '\u{2044}' {
        out.push('/');
    } else if c == '\u{2212}' {
        out.push('-');
    } else if let Some(ascii) = deunicode_char(c) {
        out.extend(ascii.chars().filter(|c| c.is_ascii_alphanumeric() || " '-".contains(*c)));
    }
}

/// Emoji, dingbats, arrows, boxes, and what joins and colours emoji: seen, never said.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2500}'..='\u{27bf}'
        | '\u{20e3}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f000}'..='\u{1f0ff}' | '\u{1f1e6}'..='\u{1faff}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds() {
        for (text, expected) in [
            ("naïve café São Zürich", "naive cafe Sao Zurich"),
            ("“Don’t…” she said – no", "\"Don't…\" she said - no"),
            ("wait... what -- no", "wait… what — no"),
            ("Привет", "Privet"),
            ("ﬁne Ａ１ ℃ ½ m²", "fine A1 °C ½ m²"),
            ("👨‍👩‍👧🎉✓ 1️⃣", " 1"),
        ] {
            assert_eq!(fold(text), expected);
        }
        assert!(fold("北京").starts_with("Bei Jing"));
    }
}
