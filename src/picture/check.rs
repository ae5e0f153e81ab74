//! Whether bytes are a picture that we can work with. What a server or a file name says about them counts for nothing.

use crate::domain::units::Size;
use crate::pixels;
use crate::ports::{Class, PortError, PortResult};

/// The size in pixels, as the picture is to be seen (after its EXIF orientation). Decodes all of it, so that what passes
/// can be shown. Blocks.
///
/// # Errors
/// `BAD_PICTURE`, with what was found and what is allowed.
pub fn check(bytes: &[u8]) -> PortResult<Size> {
    let picture = pixels::decode(bytes).map_err(|unfit| {
        let message = format!("this is no picture we can use: {unfit}");
        PortError::permanent(Class::Request, "BAD_PICTURE", message).because(unfit)
    })?;
    Ok(Size { width: picture.width(), height: picture.height() })
}
