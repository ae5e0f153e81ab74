//! Films: motion, text, compositing, ffmpeg, soundtrack, probing.

mod fir;

mod limiter;
mod loudness;
mod mix;
mod soundtrack;

pub mod ffmpeg;

pub use soundtrack::soundtrack;
