//! Money: `$4.99`, `£1.2 million`, `5€`, `$5k`, `50¢`.

use super::super::token::View;
use super::Reading;
use super::numbers::{Number, cardinal, quantity};

/// A currency: how it is written, one and many of it, one and many of its hundredths.
struct Currency {
    sign: &'static str,
    one: &'static str,
    many: &'static str,
    cent: &'static str,
    cents: &'static str,
}

const fn currency(
    sign: &'static str,
    one: &'static str,
    many: &'static str,
    cent: &'static str,
    cents: &'static str,
) -> Currency {
    Currency { sign, one, many, cent, cents }
}

const CURRENCIES: [Currency; 10] = [
    currency("US$", "dollar", "dollars", "cent", "cents"),
    currency("A$", "Australian dollar", "Australian dollars", "cent", "cents"),
    currency("C$", "Canadian dollar", "Canadian dollars", "cent", "cents"),
    currency("$", "dollar", "dollars", "cent", "cents"),
    currency("£", "pound", "pounds", "penny", "pence"),
    currency("€", "euro", "euros", "cent", "cents"),
    currency("¥", "yen", "yen", "", ""),
    currency("₹", "rupee", "rupees", "paisa", "paise"),
    currency("₩", "won", "won", "", ""),
    currency("¢", "cent", "cents", "", ""),
];

/// Magnitudes as they stand right after an amount.
const MAGNITUDES: [(&str, &str); 12] = [
    ("million", "million"),
    ("billion", "billion"),
    ("trillion", "trillion"),
    ("bn", "billion"),
    ("mn", "million"),
    ("K", "thousand"),
    ("k", "thousand"),
    ("M", "million"),
    ("m", "million"),
    ("B", "billion"),
    ("b", "billion"),
    ("T", "trillion"),
];

/// An amount with its currency, and with a magnitude in the same word or in the next.
pub(super) fn money(view: &View) -> Option<Reading> {
    let core = view.core();
    let (sign, unsigned) = core.strip_prefix('-').map_or(("", core), |rest| ("minus ", rest));
    let (currency, amount) = CURRENCIES.iter().find_map(|currency| {
        let amount = unsigned.strip_prefix(currency.sign).or_else(|| unsigned.strip_suffix(currency.sign));
        amount.filter(|amount| !amount.is_empty()).map(|amount| (currency, amount))
    })?;
    if let Some((amount, magnitude)) =
        MAGNITUDES.iter().find_map(|(suffix, name)| amount.strip_suffix(suffix).map(|amount| (amount, name)))
    {
        let (words, _) = quantity(amount.trim_end_matches('-'))?;
        return Some(vec![format!("{sign}{words} {magnitude} {}", currency.many)]);
    }
    let (words, one) = quantity(amount)?;
    let next = view.after();
    if matches!(next, "hundred" | "thousand" | "million" | "billion" | "trillion") {
        return Some(vec![format!("{sign}{words}"), format!("{next} {}", currency.many)]);
    }
    if let Some(exact) = Number::parse(amount).and_then(|number| with_cents(&number, currency)) {
        return Some(vec![format!("{sign}{exact}")]);
    }
    Some(vec![format!("{sign}{words} {}", if one { currency.one } else { currency.many })])
}

/// `4.99` as so many dollars and cents; `None` without exactly two decimals.
fn with_cents(number: &Number, currency: &Currency) -> Option<String> {
    let cents: u64 = number.fraction.filter(|fraction| fraction.len() == 2)?.parse().ok()?;
    if currency.cent.is_empty() {
        return None;
    }
    let whole = Number { sign: number.sign, whole: number.whole.clone(), fraction: None };
    let dollars = format!("{} {}", whole.words(), if whole.is_one() { currency.one } else { currency.many });
    let cents_said = format!("{} {}", cardinal(cents), if cents == 1 { currency.cent } else { currency.cents });
    Some(match (number.whole.trim_start_matches('0'), cents) {
        (_, 0) => dollars,
        ("", _) => format!("{}{cents_said}", number.sign),
        _ => format!("{dollars} and {cents_said}"),
    })
}
