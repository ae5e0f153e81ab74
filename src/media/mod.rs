//! Films: motion, text, compositing, ffmpeg, soundtrack, probing.

mod captions;
mod decode;
pub mod ffmpeg;
mod fir;
mod fonts;
mod handover;
mod join;
mod limiter;
mod loudness;
mod mix;
mod motion;
mod planes;
mod poster;
mod sampler;
mod scene;
mod soundtrack;
mod studio;
#[cfg(test)]
mod tests;
mod vector;
mod verify;

pub use fonts::Fonts;
pub use join::film;
pub use soundtrack::{SOUND, mix};
pub use studio::Studio;
