//! The one integration test binary: the layers held against their map, and the real program with real ffmpeg and a real
//! voice, on films small enough to be made in a second.

#![expect(clippy::unwrap_used, reason = "the functions that tests share are tests too")]

mod architecture;
mod cache;
mod commands;
mod environment;
mod film;
mod full;
#[path = "../../src/testing/http.rs"]
#[expect(dead_code, unreachable_pub, reason = "the web server of the tests beside the code, which ask more of it")]
mod http;
mod interrupted;
mod limited;
mod network;
mod pictures;
mod refused;
mod support;
