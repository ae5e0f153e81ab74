//! ONNX Runtime: the library is loaded once in a process, and every model runs with the same measured settings.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::Mmap;
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};

use crate::assets::Assets;
use crate::ports::{Class, PortError, PortResult};

/// The name of the library among the assets.
pub(super) const LIBRARY: &str = "libonnxruntime.so";

/// ONNX Runtime allows one environment in a process, which every session needs; it stays until the process ends.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// A session that runs on the thread of its caller.
pub(super) struct Model {
    /// Declared before the map: it reads its weights there, and fields are dropped in order.
    pub(super) session: Session,
    _map: Arc<Mmap>,
}

/// The process's environment, started from a verified library.
pub(super) fn environment(assets: &Assets) -> PortResult<Environment> {
    start(|| assets.verified(LIBRARY))
}

/// Loads ONNX Runtime into this process, where it stays; to find out whether it can be.
///
/// # Errors
/// `ASSET_MISSING` and `MODEL_INTEGRITY` say how to mend the library; `SPEECH_ENGINE` why the system refuses it.
pub fn load_engine(assets: &Assets) -> PortResult<()> {
    environment(assets).map(drop)
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
    Ok(Model { session, _map: map })
}

/// A failure of ONNX Runtime: another try may do better, once.
pub(super) fn failed(what: &str, error: impl Display) -> PortError {
    PortError::permanent(Class::Provider, "SPEECH_ENGINE", format!("{what}: {error}"))
}
