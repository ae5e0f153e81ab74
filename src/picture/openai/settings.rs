//! How a server of the images API is asked.

use secrecy::SecretString;

use super::Patience;
use crate::domain::units::Size;

/// OpenAI's own server.
pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";
/// The model that is asked for where none is configured.
pub const DEFAULT_MODEL: &str = "gpt-image-1";

/// How a server is asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's key; sent to the server and shown nowhere.
    pub key: SecretString,
    /// Where the API begins: `https://api.openai.com/v1`.
    pub base_url: String,
    /// The model's name; it stands in the recipes of its pictures.
    pub model: String,
    /// The sizes that the model can make; the one nearest to a frame's shape is asked for.
    pub sizes: Vec<Size>,
    /// How long to wait for the server, and how often to ask.
    pub patience: Patience,
}

impl Settings {
    /// OpenAI's server and default model with that key.
    pub fn new(key: SecretString) -> Self {
        let size = |width, height| Size { width, height };
        Self {
            key,
            base_url: DEFAULT_BASE_URL.to_owned(),
            model: DEFAULT_MODEL.to_owned(),
            sizes: vec![size(1024, 1024), size(1024, 1536), size(1536, 1024)],
            patience: Patience::default(),
        }
    }

    /// The size whose shape is nearest to that of `frame`; the frame's own where there is no choice.
    pub(super) fn nearest(&self, frame: Size) -> Size {
        let shape = |size: &Size| (f64::from(size.width) / f64::from(size.height)).ln();
        let away = |size: &Size| (shape(size) - shape(&frame)).abs();
        self.sizes.iter().copied().min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or(frame)
    }
}
