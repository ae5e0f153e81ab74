//! Colours by name and by number.

use super::captions::Rgb;

const NAMES: [(&str, Rgb); 16] = [
    ("white", [255, 255, 255]),
    ("black", [0, 0, 0]),
    ("red", [230, 57, 70]),
    ("green", [46, 204, 113]),
    ("blue", [52, 120, 246]),
    ("yellow", [255, 210, 63]),
    ("orange", [255, 140, 66]),
    ("purple", [155, 93, 229]),
    ("pink", [255, 105, 180]),
    ("cyan", [0, 210, 211]),
    ("magenta", [214, 51, 132]),
    ("lime", [163, 230, 53]),
    ("gold", [255, 200, 40]),
    ("gray", [128, 128, 128]),
    ("grey", [128, 128, 128]),
    ("silver", [192, 192, 192]),
];

/// Reads a colour: a name, `#rgb` or `#rrggbb`.
///
/// # Errors
/// Says what was found and what is allowed.
pub fn parse_color(text: &str) -> Result<Rgb, String> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some((_, rgb)) = NAMES.iter().find(|(name, _)| *name == lower) {
        return Ok(*rgb);
    }
    let digits: Option<Vec<u8>> =
        lower.strip_prefix('#').and_then(|hex| hex.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect());
    match digits.as_deref() {
        Some([r, g, b]) => Ok([r * 17, g * 17, b * 17]),
        Some([a, b, c, d, e, f]) => Ok([a * 16 + b, c * 16 + d, e * 16 + f]),
        _ => {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            Err(format!("found {text:?}; allowed: #rrggbb, {}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_color;

    #[test]
    fn names_and_numbers() {
        assert_eq!(parse_color("White"), Ok([255, 255, 255]));
        assert_eq!(parse_color("#0f8"), Ok([0, 255, 136]));
        assert_eq!(parse_color("#ffd23f"), Ok([255, 210, 63]));
        assert!(parse_color("#ffd23").unwrap_err().contains("#rrggbb"));
        assert!(parse_color("octarine").unwrap_err().contains("octarine"));
    }
}
