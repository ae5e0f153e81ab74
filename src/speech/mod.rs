//! Sound from text: sentences, phonemes, models, and when each word sounds.
//!
//! ```text
//! script ──> words ──> phonemes ──> ids ──> engine ──> samples and durations ──> trimmed sound and word times
//!            (recipe)  markup       alphabet  hibari: waveform, pulses, noise     timing
//!                      unknown                kokoro
//! ```
//!
//! Models run in ONNX Runtime over mapped files (`runtime`, `mapped`), each sentence on a session of its own (`pool`).

mod alphabet;
mod cost;
mod device;
mod engine;
mod functions;
mod graph;
mod hibari;
mod kokoro;
mod loads;
mod mapped;
mod markup;
mod noise;
mod phonemes;
mod pool;
mod prepare;
mod pulses;
mod runtime;
mod script;
mod sentence;
mod speaker;
#[cfg(test)]
mod tests;
mod timing;
mod unknown;
mod voices;
mod waveform;

pub use cost::Cost;
pub use device::Device;
pub use graph::Form;
pub use prepare::{ModelKind, graph_of, prepare};
pub use speaker::Speaker;
