//! The one integration test binary: the layers held against their map, and the real program with real ffmpeg and a real
//! voice, on films small enough to be made in a second.

#![expect(clippy::unwrap_used, reason = "the functions that tests share are tests too")]

mod architecture;
mod cache;
mod commands;
mod environment;
mod film;
mod full;
mod interrupted;
mod pictures;
mod refused;
mod secrets;
mod support;
