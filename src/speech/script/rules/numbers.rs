//! Numbers as words: cardinals, ordinals, years, decimals, digit by digit.

use super::super::token::View;
use super::Reading;

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 4] =
    [(1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand")];
/// Longer numbers are said digit by digit.
const MAX_DIGITS: usize = 15;

/// `3482` as `three thousand four hundred eighty-two`.
pub(super) fn cardinal(n: u64) -> String {
    if let Some(&(scale, name)) = SCALES.iter().find(|(scale, _)| n >= *scale) {
        return with_rest(format!("{} {name}", cardinal(n / scale)), n % scale);
    }
    match n {
        0..20 => ONES[n as usize].to_owned(),
        20..100 if n.is_multiple_of(10) => TENS[n as usize / 10].to_owned(),
        20..100 => format!("{}-{}", TENS[n as usize / 10], ONES[n as usize % 10]),
        _ => with_rest(format!("{} hundred", ONES[n as usize / 100]), n % 100),
    }
}

fn with_rest(head: String, rest: u64) -> String {
    if rest == 0 { head } else { format!("{head} {}", cardinal(rest)) }
}

/// `21` as `twenty-first`.
pub(super) fn ordinal(n: u64) -> String {
    let words = cardinal(n);
    let cut = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(cut);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
        other => format!("{other}th"),
    };
    format!("{head}{last}")
}

/// `1999` as `nineteen ninety-nine`, `2005` as `two thousand five`, `1905` as `nineteen oh five`.
pub(super) fn year(n: u64) -> String {
    match (n / 100, n % 100) {
        (century, _) if !(10..100).contains(&century) || (century.is_multiple_of(10) && n % 100 < 10) => cardinal(n),
        (century, 0) => format!("{} hundred", cardinal(century)),
        (century, rest @ 1..10) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        (century, rest) => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Each digit by its name; all else is passed over.
pub(super) fn digits(text: &str) -> String {
    let names: Vec<&str> = text.chars().filter_map(|c| c.to_digit(10)).map(|digit| ONES[digit as usize]).collect();
    names.join(" ")
}

/// A whole number of digits only: digit by digit where it begins with zero or is longer than any number one says.
pub(super) fn whole(text: &str) -> String {
    match text.parse() {
        Ok(n) if text.len() <= MAX_DIGITS && (text.len() == 1 || !text.starts_with('0')) => cardinal(n),
        _ => digits(text),
    }
}

/// A written number, taken apart.
pub(super) struct Number<'a> {
    /// `minus `, `plus ` or empty.
    pub(super) sign: &'static str,
    /// The digits before the point, without separators; empty in `.5`.
    pub(super) whole: String,
    /// The digits after the point.
    pub(super) fraction: Option<&'a str>,
}

impl<'a> Number<'a> {
    /// Reads `-1,234.56`; `None` for all that is not exactly a number.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (sign, body) = match text.as_bytes().first()? {
            b'-' => ("minus ", &text[1..]),
            b'+' => ("plus ", &text[1..]),
            _ => ("", text),
        };
        let (whole, fraction) = match body.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, Some(fraction)),
            Some(_) => return None,
            None => (body, None),
        };
        let whole = if whole.is_empty() && fraction.is_some() { String::new() } else { ungrouped(whole)? };
        Some(Self { sign, whole, fraction })
    }

    /// What is said: `minus one thousand two hundred thirty-four point five six`.
    pub(super) fn words(&self) -> String {
        let whole = if self.whole.is_empty() { "zero".to_owned() } else { whole(&self.whole) };
        match self.fraction {
            Some(fraction) => format!("{}{whole} point {}", self.sign, digits(fraction)),
            None => format!("{}{whole}", self.sign),
        }
    }

    /// Whether what is counted stands in the singular.
    pub(super) fn is_one(&self) -> bool {
        self.whole == "1" && self.fraction.is_none()
    }
}

/// Whether the text is digits only, at least one.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `12,345` as `12345`; `None` where the separators do not stand at thousands.
fn ungrouped(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next().filter(|first| is_digits(first))?;
    let grouped = text.len() > first.len();
    let rest: Vec<&str> = groups.collect();
    let proper = !grouped || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3 && is_digits(group)));
    proper.then(|| text.replace(',', ""))
}

/// A number or a range of numbers, for what is counted after it: the words, and whether it is exactly one.
pub(super) fn quantity(text: &str) -> Option<(String, bool)> {
    if let Some(number) = Number::parse(text) {
        return Some((number.words(), number.is_one()));
    }
    let at = text.get(1..)?.find('-')? + 1;
    let (from, to) = (Number::parse(&text[..at])?, Number::parse(&text[at + 1..])?);
    Some((format!("{} to {}", from.words(), to.words()), false))
}

/// `1st`, `21st`, `100th`.
pub(super) fn ordinals(view: &View) -> Option<Reading> {
    let core = view.core();
    let at = core.len().checked_sub(2).filter(|at| core.is_char_boundary(*at))?;
    let (number, suffix) = core.split_at(at);
    if !matches!(suffix.to_ascii_lowercase().as_str(), "st" | "nd" | "rd" | "th") {
        return None;
    }
    let n =
        Number::parse(number).filter(|n| n.sign.is_empty() && n.fraction.is_none() && n.whole.len() <= MAX_DIGITS)?;
    Some(vec![ordinal(n.whole.parse().ok()?)])
}

/// `3,482`, `-5`, `8.0`, and chains of numbers such as the version `1.2.3`.
pub(super) fn plain(view: &View) -> Option<Reading> {
    if let Some(number) = Number::parse(view.core()) {
        return Some(vec![number.words()]);
    }
    let parts: Vec<&str> = view.core().split('.').collect();
    let chain = parts.len() > 2 && parts.iter().all(|part| is_digits(part));
    chain.then(|| vec![parts.into_iter().map(whole).collect::<Vec<_>>().join(" point ")])
}

/// Two numbers with a dash: a range, a score. Two years are read as years.
pub(super) fn ranges(view: &View) -> Option<Reading> {
    let (from, to) = view.core().split_once('-')?;
    if is_year(from) && (is_year(to) || (to.len() == 2 && is_digits(to))) {
        let end = match to.strip_prefix('0') {
            Some(digit) if to.len() == 2 => format!("oh {}", whole(digit)),
            _ if to.len() == 2 => whole(to),
            _ => year(to.parse().ok()?),
        };
        return Some(vec![format!("{} to {end}", year(from.parse().ok()?))]);
    }
    Some(vec![quantity(view.core())?.0])
}

/// Four digits from 1000 to 2099.
pub(super) fn is_year(text: &str) -> bool {
    text.len() == 4 && is_digits(text) && (text.starts_with('1') || text.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use super::{Number, cardinal, ordinal, year};

    #[test]
    fn counts() {
        for (n, expected) in [
            (0, "zero"),
            (21, "twenty-one"),
            (100, "one hundred"),
            (3_482, "three thousand four hundred eighty-two"),
            (1_000_001, "one million one"),
            (2_000_000_000, "two billion"),
            (999_000_000_000_000, "nine hundred ninety-nine trillion"),
        ] {
            assert_eq!(cardinal(n), expected);
        }
    }

    #[test]
    fn orders() {
        for (n, expected) in
            [(1, "first"), (12, "twelfth"), (20, "twentieth"), (23, "twenty-third"), (100, "one hundredth")]
        {
            assert_eq!(ordinal(n), expected);
        }
    }

    #[test]
    fn dates_years() {
        for (n, expected) in [
            (1066, "ten sixty-six"),
            (1900, "nineteen hundred"),
            (1905, "nineteen oh five"),
            (1999, "nineteen ninety-nine"),
            (2000, "two thousand"),
            (2005, "two thousand five"),
            (2024, "twenty twenty-four"),
        ] {
            assert_eq!(year(n), expected);
        }
    }

    #[test]
    fn numbers_are_told_from_the_rest() {
        for text in ["", "-", "1,23", "1,2345", "12a", "1.", "1.2.3", ",123", "1,,234"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
        assert_eq!(
            Number::parse("-1,234.50").unwrap().words(),
            "minus one thousand two hundred thirty-four point five zero"
        );
        assert_eq!(Number::parse("007").unwrap().words(), "zero zero seven");
    }
}
