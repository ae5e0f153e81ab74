//! Cards: stands in until the illustrator is merged.

use std::io::Cursor;

use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult};

/// The illustrator's version.
pub const MODEL: &str = "none";

/// Draws a blank.
pub fn draw(_prompt: &str, _lead: Option<&str>, _seed: u64, size: Size) -> PortResult<Vec<u8>> {
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(size.width, size.height)
        .write_to(&mut png, image::ImageFormat::Png)
        .map_err(|error| PortError::permanent(Class::Internal, "BLANK", error.to_string()))?;
    Ok(png.into_inner())
}
