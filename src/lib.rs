//! ProtoVideo turns a JSON request into a narrated film.
//!
//! A request is planned, purely, into a small graph of *recipes*. Each recipe names exactly one
//! *artifact* before it exists. Workers walk the graph; an artifact that exists is never made
//! again. Everything outside the graph is a *port*.
//!
//! ```text
//! domain <- recipe <- cost
//!              ^        ^
//!              +----- ports <- pipeline <- cli, lambda
//!                       ^
//!                       +--- speech, picture, media, fetch, local, aws, testing
//! ```
//!
//! An arrow points at what may be used. The modules that hang on `ports` never use each other,
//! except that `local` may use `pipeline` for its runner. `makers` and `workshop` put them together
//! for the command line and for the Lambda functions. `tests/it/architecture.rs` holds this picture
//! against the `use` lines. What hangs on `ports` has a cargo feature each, so that a program holds
//! only what its manifest names.

pub mod assets;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod cost;
pub mod domain;
#[cfg(feature = "fetch")]
pub mod fetch;
#[cfg(feature = "aws")]
pub mod lambda;
#[cfg(feature = "cli")]
pub mod local;
pub mod makers;
#[cfg(feature = "media")]
pub mod media;
#[cfg(feature = "picture")]
pub mod picture;
pub mod pipeline;
#[cfg(feature = "pixels")]
pub mod pixels;
pub mod ports;
pub mod process;
pub mod recipe;
#[cfg(feature = "speech")]
pub mod speech;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod wav;
pub mod work;
pub mod workshop;
