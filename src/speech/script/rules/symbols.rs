//! Marks inside and between words: `paused—just`, `9am-5pm`, `R&D`, `$5/month`, `2 + 2`.

use super::super::token::View;
use super::Reading;
use super::piece;

/// Marks inside and around one number.
const OF_NUMBERS: &str = "$£€¥₹₩¢°%.,:²³½¼¾⅓⅔";
/// The same, and those of fractions and dates.
const OF_FIGURES: &str = "/$£€¥₹₩¢°%.,:²³½¼¾⅓⅔";

/// A mark alone between spaces.
pub(super) fn lone(view: &View) -> Option<Reading> {
    let core = view.core();
    let digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
    let between_numbers = digit(view.before()) && digit(view.after());
    let spoken = match core {
        "-" if between_numbers => "minus",
        "x" | "X" if between_numbers => "by",
        "*" | "×" if between_numbers => "times",
        "-" | "|" | "~" | "_" | "\\" | "•" | "·" => "",
        "/" => "slash",
        "<" => "less than",
        ">" => "greater than",
        "#" => "number",
        _ => return None,
    };
    Some(vec![spoken.to_owned()])
}

/// Pieces with marks between them: each piece by the rules, each mark by its name or its pause. Marks that may belong
/// to a number (`9:00-17:00`, `$20/month`) part a word only when no other does.
pub(super) fn compounds(view: &View) -> Option<Reading> {
    let core = view.core();
    let parting = |kept: &'static str| move |c: char| is_mark(c) && !kept.contains(c);
    let kept = [OF_FIGURES, OF_NUMBERS, ""].into_iter().find(|kept| core.contains(parting(kept)))?;
    Some(vec![joined(core, parting(kept))])
}

fn joined(core: &str, is_mark: impl Fn(char) -> bool + Copy) -> String {
    let mut spoken = String::new();
    let mut rest = core;
    let mut before = None;
    loop {
        let end = rest.find(is_mark).unwrap_or(rest.len());
        if end > 0 {
            spoken.push_str(&piece(&rest[..end]));
            before = Some(&rest[..end]);
        }
        let Some(mark) = rest[end..].chars().next() else { break };
        rest = rest[end..].trim_start_matches(mark);
        let after = &rest[..rest.find(is_mark).unwrap_or(rest.len())];
        spoken.push_str(if mark == '-' && is_range(before, after) {
            " to "
        } else {
            between(mark, before.and_then(|piece| piece.chars().last()), rest.chars().next())
        });
        before = None;
    }
    tidy(&spoken)
}

/// Two pieces that begin with a number: `9am-5pm`.
fn is_range(before: Option<&str>, after: &str) -> bool {
    let number =
        |piece: &str| piece.trim_start_matches(|c| OF_NUMBERS.contains(c)).starts_with(|c: char| c.is_ascii_digit());
    before.is_some_and(number) && number(after)
}

fn is_mark(c: char) -> bool {
    !c.is_ascii_alphanumeric() && c != '\''
}

/// What is said where a mark stands, given the characters on both sides.
fn between(mark: char, left: Option<char>, right: Option<char>) -> &'static str {
    let digit = |side: Option<char>| side.is_some_and(|c| c.is_ascii_digit());
    let letter = |side: Option<char>| side.is_some_and(|c| c.is_ascii_alphabetic());
    let (numbers, words) = (digit(left) && digit(right), letter(left) && letter(right));
    match mark {
        '—' => "—",
        '…' => "… ",
        ',' => ", ",
        ';' => "; ",
        '!' => "! ",
        '?' => "? ",
        ':' if numbers => " to ",
        ':' => ": ",
        '-' if words => "-",
        '.' if letter(left) && right.is_some_and(|c| c.is_ascii_uppercase()) => ". ",
        '.' if numbers => " point ",
        '.' if right == Some(' ') => ". ",
        '.' if right.is_some() => " dot ",
        '/' if numbers => " slash ",
        '/' if digit(left) && letter(right) => " per ",
        '&' => " and ",
        '+' => " plus ",
        '=' => " equals ",
        '≈' | '~' if digit(right) => " about ",
        '×' => " times ",
        '*' if numbers => " times ",
        '÷' => " divided by ",
        '±' => " plus or minus ",
        '@' => " at ",
        '#' if digit(right) => " number ",
        '<' if digit(right) => " less than ",
        '>' if digit(right) => " more than ",
        '≤' => " at most ",
        '≥' => " at least ",
        '≠' => " is not ",
        '^' if digit(right) => " to the power of ",
        '%' => " percent ",
        '°' => " degrees ",
        '§' => " section ",
        '$' => " dollars ",
        '£' => " pounds ",
        '€' => " euros ",
        '¥' => " yen ",
        '₹' => " rupees ",
        '₩' => " won ",
        '¢' => " cents ",
        '½' => " one half ",
        '¼' => " one quarter ",
        '¾' => " three quarters ",
        '⅓' => " one third ",
        '⅔' => " two thirds ",
        '²' => " squared ",
        '³' => " cubed ",
        '√' => " the square root of ",
        '∞' => " infinity ",
        '→' => " to ",
        'π' => " pi ",
        'µ' => " micro ",
        '™' | '®' | '©' => "",
        _ => " ",
    }
}

/// Single spaces, none before a mark or at the ends, no mark that nothing was said before.
fn tidy(spoken: &str) -> String {
    let mut tidied = String::with_capacity(spoken.len());
    for word in spoken.split_ascii_whitespace() {
        if !tidied.is_empty() && !word.starts_with([',', ';', ':', '.', '!', '?', '…', '—']) {
            tidied.push(' ');
        }
        tidied.push_str(word);
    }
    let said = tidied.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    said.trim_end_matches([',', ';', ':', '—', '-']).to_owned()
}
