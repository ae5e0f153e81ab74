//! Pictures of one pixel, whose colour is the digest of their prompt.

use std::io::Cursor;

use async_trait::async_trait;

use super::StandIns;
use crate::domain::units::Size;
use crate::ports::{Class, Pictures, PortError, PortResult, StepContext};
use crate::recipe::Digest;
use crate::recipe::steps::PictureRecipe;

/// A PNG of one pixel of that colour.
pub fn pixel(colour: [u8; 3]) -> PortResult<Vec<u8>> {
    let mut png = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(1, 1, image::Rgb(colour));
    picture.write_to(&mut png, image::ImageFormat::Png).map_err(|e| unreadable(&e))?;
    Ok(png.into_inner())
}

fn unreadable(error: &image::ImageError) -> PortError {
    PortError::permanent(Class::Media, "PICTURE", format!("not a picture: {error}"))
}

#[async_trait]
impl Pictures for StandIns {
    fn provider(&self, name: Option<&str>) -> PortResult<(String, String)> {
        match name.unwrap_or("stand-in") {
            "stand-in" => Ok(("stand-in".into(), "pixel-1".into())),
            other => {
                let message = format!("found {other:?}; allowed: stand-in");
                Err(PortError::permanent(Class::Request, "UNKNOWN_PROVIDER", message))
            }
        }
    }

    fn lead(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    async fn make(&self, recipe: &PictureRecipe, context: &StepContext) -> PortResult<Vec<u8>> {
        let PictureRecipe::Prompt { prompt, seed, .. } = recipe else {
            return Err(PortError::permanent(Class::Internal, "NO_PROMPT", "a pinned picture is not made"));
        };
        self.called(&format!("picture {prompt}"), context).await?;
        let digest = Digest::of(format!("{prompt} {seed}"));
        let [red, green, blue, ..] = *digest.as_bytes();
        pixel([red, green, blue])
    }

    fn check(&self, bytes: &[u8]) -> PortResult<Size> {
        let picture = image::load_from_memory(bytes).map_err(|e| unreadable(&e))?;
        Ok(Size { width: picture.width(), height: picture.height() })
    }
}
