//! ONNX Runtime: the library is loaded once in a process, and every model runs with the same measured settings.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::Mmap;
use ort::environment::Environment;
use ort::ep::CUDA;
use ort::ep::cuda::ConvAlgorithmSearch;
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};

use super::device::Device;
use super::mapped::forget;
use crate::assets::Assets;
use crate::ports::{Class, PortError, PortResult};

/// ONNX Runtime allows one environment in a process, which every session needs; it stays until the process ends.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// A session that runs on the thread of its caller.
pub(super) struct Model {
    /// Declared before the map: it reads its weights there, and fields are dropped in order.
    pub(super) session: Session,
    map: Arc<Mmap>,
}

impl Model {
    /// Gives back the memory that its weights take until they are read again. Those that the session holds in another form
    /// never are.
    pub(super) fn rest(&self) {
        forget(&self.map);
    }
}

/// The process's environment, started from a device's verified library.
pub(super) fn environment(assets: &Assets, device: Device) -> PortResult<Environment> {
    start(|| assets.verified(device.library()))
}

/// The same from a library at some place, which the caller has verified.
pub(super) fn environment_from(library: &Path) -> PortResult<Environment> {
    start(|| Ok(library.to_owned()))
}

fn start(library: impl FnOnce() -> PortResult<std::path::PathBuf>) -> PortResult<Environment> {
    let mut slot = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = &*slot {
        return Ok(environment.clone());
    }
    let library = library()?;
    let environment = ort::init_from(&library)
        .map_err(|e| failed(&format!("cannot load {}", library.display()), e))?
        .with_name("protovideo")
        // The library would otherwise tell its maker about every session, over the network.
        .with_telemetry(false)
        .build()
        .map_err(|e| failed("cannot start ONNX Runtime", e))?;
    Ok(slot.insert(environment).clone())
}

/// What all sessions share: one thread each, since sentences run side by side; no spinning, which costs processor time
/// and wins nothing; no memory pattern, which nearly doubles the peak where lengths vary.
pub(super) fn settings(environment: &Environment) -> ort::Result<SessionBuilder> {
    Ok(Session::builder(environment)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .with_memory_pattern(false)?
        .with_optimization_level(GraphOptimizationLevel::All)?)
}

/// A session over a mapped model in ORT format. The weights stay where they are, so that a second session
/// costs its working memory only.
pub(super) fn open(environment: &Environment, name: &str, map: Arc<Mmap>) -> PortResult<Model> {
    let build = || -> ort::Result<Session> {
        settings(environment)?
            .with_config_entry("session.use_ort_model_bytes_directly", "1")?
            .with_config_entry("session.use_ort_model_bytes_for_initializers", "1")?
            .commit_from_memory(&map)
    };
    let session = build().map_err(|e| failed(&format!("cannot load the model {name}"), e))?;
    Ok(Model { session, map })
}

/// A session on the first NVIDIA GPU, over a mapped model in ONNX format, of which it keeps a copy there. What CUDA has no
/// operator for runs on the processor.
pub(super) fn open_on_gpu(environment: &Environment, name: &str, map: Arc<Mmap>) -> PortResult<Model> {
    let cuda = CUDA::default()
        // The default tries all of cuDNN's algorithms at each new length, and each sentence has its own.
        .with_conv_algorithm_search(ConvAlgorithmSearch::Heuristic)
        .with_tf32(false);
    let build = || -> ort::Result<Session> {
        settings(environment)?.with_execution_providers([cuda.build().error_on_failure()])?.commit_from_memory(&map)
    };
    let session = build().map_err(|error| {
        let message = format!(
            "cannot load the model {name} into a GPU, as TTS_DEVICE=cuda asks for: {error}; with TTS_DEVICE=cpu the \
             processor speaks"
        );
        PortError::permanent(Class::Provider, "CUDA_FAILED", message)
    })?;
    Ok(Model { session, map })
}

/// A failure of ONNX Runtime: another try may do better, once.
pub(super) fn failed(what: &str, error: impl Display) -> PortError {
    PortError::permanent(Class::Provider, "SPEECH_ENGINE", format!("{what}: {error}"))
}
