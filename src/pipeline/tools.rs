//! Tools and fonts have to be those that a step was planned with. They stand in its key, and other ones make other
//! bytes, which would be found under it from then on.

use super::Pipeline;
use crate::ports::{Class, PortError, PortResult};
use crate::recipe::Digest;

impl Pipeline {
    /// Fails with `TOOLS_CHANGED` where ffmpeg is another one now.
    pub(super) async fn expect_tools(&self, planned: &Digest) -> PortResult<()> {
        let now = self.world.films.tools().await?;
        if now == *planned { Ok(()) } else { Err(changed("TOOLS_CHANGED", "ffmpeg is not the one")) }
    }

    /// Fails with `FONTS_CHANGED` where captions would be drawn with others now.
    pub(super) fn expect_fonts(&self, planned: &Digest) -> PortResult<()> {
        let now = self.world.films.fonts()?;
        if now == *planned { Ok(()) } else { Err(changed("FONTS_CHANGED", "the captions' fonts are not those")) }
    }
}

fn changed(code: &'static str, what: &str) -> PortError {
    let message = format!(
        "{what} that the task was planned with: submit the request again, under another task_id where it names one"
    );
    PortError::permanent(Class::Media, code, message)
}
