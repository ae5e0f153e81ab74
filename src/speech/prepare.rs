//! Makes the model that is mapped at run time from the published one, once, when it is installed.
//!
//! Both models compute how long each phoneme lasts and keep it to themselves. Protobuf merges repeated occurrences of
//! a message field, so bytes appended to an ONNX file (a partial `ModelProto` with one `Identity` node and one output)
//! add an output named `durations` without a parser. Kokoro's graph is [rewritten](super::graph) before.

use std::path::Path;

use ort::session::builder::GraphOptimizationLevel;

use super::graph::{Form, rewritten};
use super::runtime;
use crate::ports::{PortError, PortResult};

/// The output that the patch adds: for each id, how many units of 600 samples it lasts.
pub(super) const DURATIONS: &str = "durations";

/// The models that are prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// `hibari.onnx`.
    Hibari,
    /// `kokoro.onnx`.
    Kokoro(Form),
}

impl ModelKind {
    /// `Identity(tensor) -> durations` with the output's shape; the tensor and the axis are named as in the model.
    const fn patch(self) -> &'static [u8] {
        match self {
            Self::Hibari => {
                b"\x3a\x44\x0a\x28\x0a\x11/Cast_32_output_0\x12\x09durations\"\x08Identity\
                  \x62\x18\x0a\x09durations\x12\x0b\x0a\x09\x08\x07\x12\x05\x0a\x03\x12\x01L"
            }
            Self::Kokoro(_) => {
                b"\x3a\x59\x0a\x2f\x0a\x18/encoder/Gather_output_0\x12\x09durations\"\x08Identity\
                  \x62\x26\x0a\x09durations\x12\x19\x0a\x17\x08\x07\x12\x13\x0a\x11\x12\x0fsequence_length"
            }
        }
    }
}

/// The graph that is made from a published model, which the caller has verified, as the bytes of an ONNX file with its
/// durations exposed. The same on every machine.
///
/// # Errors
/// `SPEECH_ENGINE` where the model is not the one that was expected; `IO` from the file.
pub fn graph_of(published: &Path, kind: ModelKind) -> PortResult<Vec<u8>> {
    let mut bytes = std::fs::read(published).map_err(|e| PortError::io("read", published, e))?;
    if let ModelKind::Kokoro(form) = kind {
        bytes = rewritten(bytes, form)?;
    }
    bytes.extend_from_slice(kind.patch());
    Ok(bytes)
}

/// Writes a [graph](graph_of) to `ort_out` in ORT format.
///
/// `library` is the `libonnxruntime.so` to use; one process loads one. The graph is optimised as far as it stays
/// portable between processors of one architecture.
///
/// # Errors
/// `SPEECH_ENGINE` where ONNX Runtime refuses the model or it has no durations; `IO` and `DISK_FULL` from the files.
pub fn prepare(library: &Path, graph: &[u8], ort_out: &Path) -> PortResult<()> {
    let environment = runtime::environment_from(library)?;
    let build = || {
        runtime::settings(&environment)?
            .with_optimization_level(GraphOptimizationLevel::Level2)?
            .with_optimized_model_path(ort_out)?
            .with_config_entry("session.save_model_format", "ORT")?
            .commit_from_memory(graph)
    };
    let session = build().map_err(|e| runtime::failed(&format!("cannot prepare {}", ort_out.display()), e))?;
    if session.outputs().iter().any(|output| output.name() == DURATIONS) {
        Ok(())
    } else {
        let what = format!("{} is not the model that was expected", ort_out.display());
        Err(runtime::failed(&what, "it does not say how long each phoneme lasts"))
    }
}
