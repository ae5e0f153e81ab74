//! Films: motion, text, compositing, ffmpeg, soundtrack, probing.

pub mod ffmpeg;
