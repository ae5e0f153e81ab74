//! Quantities with a unit: `25%`, `-5°C`, `60 km/h`, `10-20kg`, `20 m²`.

use super::super::token::View;
use super::Reading;
use super::letters::grouped;
use super::numbers::{Number, is_digits, quantity};

/// A unit as written, one of it, many of it.
const UNITS: &[(&str, &str, &str)] = &[
    ("%", "percent", "percent"),
    ("pct", "percent", "percent"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
    ("°", "degree", "degrees"),
    ("mm", "millimeter", "millimeters"),
    ("cm", "centimeter", "centimeters"),
    ("m", "meter", "meters"),
    ("km", "kilometer", "kilometers"),
    ("µm", "micrometer", "micrometers"),
    ("nm", "nanometer", "nanometers"),
    ("ft", "foot", "feet"),
    ("yd", "yard", "yards"),
    ("mi", "mile", "miles"),
    ("mg", "milligram", "milligrams"),
    ("g", "gram", "grams"),
    ("kg", "kilogram", "kilograms"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("ml", "milliliter", "milliliters"),
    ("mL", "milliliter", "milliliters"),
    ("l", "liter", "liters"),
    ("L", "liter", "liters"),
    ("tsp", "teaspoon", "teaspoons"),
    ("tbsp", "tablespoon", "tablespoons"),
    ("km/h", "kilometer per hour", "kilometers per hour"),
    ("kmh", "kilometer per hour", "kilometers per hour"),
    ("kph", "kilometer per hour", "kilometers per hour"),
    ("mph", "mile per hour", "miles per hour"),
    ("m/s", "meter per second", "meters per second"),
    ("Hz", "hertz", "hertz"),
    ("kHz", "kilohertz", "kilohertz"),
    ("MHz", "megahertz", "megahertz"),
    ("GHz", "gigahertz", "gigahertz"),
    ("KB", "kilobyte", "kilobytes"),
    ("kB", "kilobyte", "kilobytes"),
    ("MB", "megabyte", "megabytes"),
    ("GB", "gigabyte", "gigabytes"),
    ("TB", "terabyte", "terabytes"),
    ("PB", "petabyte", "petabytes"),
    ("MB/s", "megabyte per second", "megabytes per second"),
    ("GB/s", "gigabyte per second", "gigabytes per second"),
    ("Mbps", "megabit per second", "megabits per second"),
    ("Gbps", "gigabit per second", "gigabits per second"),
    ("fps", "frame per second", "frames per second"),
    ("px", "pixel", "pixels"),
    ("dB", "decibel", "decibels"),
    ("W", "watt", "watts"),
    ("kW", "kilowatt", "kilowatts"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("MW", "megawatt", "megawatts"),
    ("GW", "gigawatt", "gigawatts"),
    ("mAh", "milliamp hour", "milliamp hours"),
    ("V", "volt", "volts"),
    ("ms", "millisecond", "milliseconds"),
    ("sec", "second", "seconds"),
    ("secs", "second", "seconds"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("h", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("hrs", "hour", "hours"),
    ("x", "times", "times"),
    ("k", "thousand", "thousand"),
    ("M", "million", "million"),
    ("USD", "dollar", "dollars"),
    ("EUR", "euro", "euros"),
    ("€", "euro", "euros"),
    ("GBP", "pound", "pounds"),
    ("JPY", "yen", "yen"),
];
/// Units that are words or letters of their own when a space stands before them.
const ATTACHED_ONLY: &[&str] = &["x", "k", "M", "h", "V", "W", "L"];

/// Magnitudes after a number with a point: `2.3B`, while `221B` is a house.
const WITH_POINT: &[(&str, &str)] = &[("K", "thousand"), ("B", "billion"), ("T", "trillion")];

/// A quantity and its unit, in one word or two.
pub(super) fn units(view: &View) -> Option<Reading> {
    let core = view.core();
    if let Some((words, one)) = quantity(core) {
        let unit = view.after();
        return (!ATTACHED_ONLY.contains(&unit)).then(|| said(unit, one)).flatten().map(|unit| vec![words, unit]);
    }
    let at = core.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (amount, unit) = core.split_at(at);
    let (words, one) = quantity(amount)?;
    let magnitude = WITH_POINT.iter().find(|(written, _)| *written == unit && amount.contains('.'));
    if let Some((_, magnitude)) = magnitude {
        return Some(vec![format!("{words} {magnitude}")]);
    }
    let (unit, one) = unit.strip_prefix('-').map_or((unit, one), |unit| (unit, true));
    Some(vec![format!("{words} {}", said(unit, one)?)])
}

/// A unit without a number before it: `in °C`, `the % sign`.
pub(super) fn lone_units(view: &View) -> Option<Reading> {
    matches!(view.core(), "°C" | "°F" | "%" | "km/h" | "mph")
        .then(|| said(view.core(), false))
        .flatten()
        .map(|unit| vec![unit])
}

/// The unit's name, also squared and cubed.
fn said(unit: &str, one: bool) -> Option<String> {
    let (power, base) = match (unit.strip_suffix('²'), unit.strip_suffix('³')) {
        (Some(base), _) => ("square ", base),
        (_, Some(base)) => ("cubic ", base),
        _ => ("", unit),
    };
    let (_, singular, plural) = UNITS.iter().find(|(written, ..)| *written == base)?;
    Some(format!("{power}{}", if one { singular } else { plural }))
}

/// Sizes: `1920x1080`, `4x6`.
pub(super) fn sizes(view: &View) -> Option<Reading> {
    let (across, down) = view.core().split_once(['x', '×'])?;
    let sides = is_digits(across) && is_digits(down) && across.len() <= 5 && down.len() <= 5;
    sides.then(|| vec![format!("{} by {}", grouped(across), grouped(down))])
}

/// A height in feet and inches: `5'10`.
pub(super) fn feet_and_inches(view: &View) -> Option<Reading> {
    let (feet, inches) = view.core().split_once('\'')?;
    let (feet, inches) = (Number::parse(feet)?, Number::parse(inches.trim_end_matches('"'))?);
    Some(vec![format!("{} foot {}", feet.words(), inches.words())])
}
