//! Films: motion, text, compositing, ffmpeg, soundtrack, probing.
