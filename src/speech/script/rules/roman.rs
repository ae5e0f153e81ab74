//! Roman numerals, where the word before says that it is one: `Chapter IV`, `Henry VIII`, `World War II`.

use super::super::token::View;
use super::Reading;
use super::numbers::{cardinal, ordinal};

/// What is counted: the numeral is said as a cardinal.
const COUNTED: &[&str] = &[
    "chapter",
    "part",
    "act",
    "scene",
    "section",
    "volume",
    "book",
    "phase",
    "article",
    "war",
    "mark",
    "type",
    "level",
    "stage",
    "class",
    "grade",
    "bowl",
    "apollo",
    "gemini",
    "fantasy",
    "episode",
    "round",
    "rocky",
    "title",
    "appendix",
    "figure",
    "table",
    "season",
    "unit",
    "vol",
    "fig",
    "windows",
    "generation",
    "tier",
    "division",
    "category",
];
/// Who is numbered: a numeral of one letter is an ordinal after these only.
const NAMED: &[&str] = &[
    "Henry",
    "Louis",
    "Edward",
    "George",
    "William",
    "Charles",
    "James",
    "Richard",
    "Elizabeth",
    "Mary",
    "Napoleon",
    "Pius",
    "Benedict",
    "Leo",
    "Paul",
    "Ramses",
    "Frederick",
    "Philip",
    "Alexander",
    "Nicholas",
    "Peter",
    "Catherine",
    "Ivan",
    "Umberto",
    "Emmanuel",
    "Gustav",
    "Christian",
    "Ferdinand",
    "Wilhelm",
    "Francis",
    "Otto",
    "Felipe",
    "Carlos",
];

/// A numeral after a word that is counted or a name.
pub(super) fn numerals(view: &View) -> Option<Reading> {
    let (numeral, ending) = view.core().strip_suffix("'s").map_or((view.core(), ""), |numeral| (numeral, "'s"));
    let n = value(numeral)?;
    let before =
        view.previous().filter(|token| matches!(token.trail.as_str(), "" | ".") && view.here().lead.is_empty())?;
    if COUNTED.contains(&before.core.to_ascii_lowercase().as_str()) {
        return Some(vec![format!("{}{ending}", cardinal(n))]);
    }
    let named = NAMED.contains(&before.core.as_str()) && numeral != "C" && numeral != "D";
    let likely = numeral.len() > 1
        && numeral.bytes().all(|b| b"IVX".contains(&b))
        && before.is_capitalized()
        && before.core.bytes().any(|b| b.is_ascii_lowercase());
    (named || likely).then(|| vec![format!("the {}{ending}", ordinal(n))])
}

/// The value of a numeral as the Romans would have accepted it, up to 399.
fn value(numeral: &str) -> Option<u64> {
    if numeral.is_empty() || numeral.len() > 12 {
        return None;
    }
    let mut rest = numeral;
    let mut value = 0;
    for (group, worth) in
        [("C", 100), ("XC", 90), ("L", 50), ("XL", 40), ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)]
    {
        let most = if matches!(group, "C" | "X" | "I") { 3 } else { 1 };
        for _ in 0..most {
            let Some(shorter) = rest.strip_prefix(group) else { break };
            rest = shorter;
            value += worth;
        }
    }
    rest.is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values() {
        for (numeral, expected) in [("I", 1), ("IV", 4), ("VIII", 8), ("XIV", 14), ("XLIX", 49), ("CCXC", 290)] {
            assert_eq!(value(numeral), Some(expected), "{numeral}");
        }
        for word in ["", "IIII", "VX", "IC", "Mix", "DVD", "IXX x"] {
            assert_eq!(value(word), None, "{word}");
        }
    }
}
