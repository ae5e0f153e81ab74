//! Cards: stands in until the illustrator is merged.

use crate::domain::units::Size;
use crate::ports::PortResult;

/// The illustrator's version.
pub const MODEL: &str = "none";

/// Draws nothing.
pub fn draw(_prompt: &str, _lead: Option<&str>, _seed: u64, _size: Size) -> PortResult<Vec<u8>> {
    Ok(Vec::new())
}
