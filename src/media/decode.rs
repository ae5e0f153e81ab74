//! The picture of a scene.

use std::path::Path;

use image::RgbImage;

use crate::pixels;
use crate::ports::{Class, PortError, PortResult};

/// Reads a picture, which was looked at when its task was submitted, or when it was made.
pub(super) fn decode(path: &Path) -> PortResult<RgbImage> {
    let bytes = std::fs::read(path).map_err(|e| PortError::io("read", path, e))?;
    pixels::decode(&bytes).map_err(|unfit| {
        PortError::permanent(Class::Media, "BAD_PICTURE", format!("the picture cannot be read: {unfit}")).because(unfit)
    })
}
