//! What is made on each machine out of what is installed: models in the form that loads at once.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::assets::Assets;
use crate::config::{Config, TtsDevice};
use crate::ports::{Class, PortError, PortResult};
use crate::speech::{self, Form, ModelKind};

const LIBRARY: &str = "libonnxruntime.so";
/// What is made, what it is made from, and whether it is for GPUs alone.
pub(super) const MODELS: [(&str, &str, ModelKind, bool); 3] = [
    ("hibari.ort", "hibari.onnx", ModelKind::Hibari, false),
    ("kokoro.ort", "kokoro.onnx", ModelKind::Kokoro(Form::Mixed), false),
    ("kokoro-f32.onnx", "kokoro.onnx", ModelKind::Kokoro(Form::Full), true),
];

#[derive(Debug, clap::Args)]
pub(super) struct Prepare {
    /// Write Kokoro with all its convolutions in full precision, which the others are measured by, and nothing else
    #[arg(long, value_name = "FILE.onnx")]
    reference: Option<PathBuf>,
}

impl Prepare {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let assets = Assets::at(config.assets.clone());
        let work = move |cuda: bool| match self.reference {
            Some(file) => {
                let graph = speech::graph_of(&assets.verified("kokoro.onnx")?, ModelKind::Kokoro(Form::Reference))?;
                write(&file, &graph)
            }
            None => all(&assets, cuda),
        };
        let cuda = config.tts_device == TtsDevice::Cuda;
        let made = tokio::task::spawn_blocking(move || work(cuda)).await;
        made.map_err(|e| PortError::permanent(Class::Internal, "PANIC", e.to_string()))??;
        Ok(())
    }
}

/// Makes what is not there.
fn all(assets: &Assets, cuda: bool) -> PortResult<()> {
    for (name, model, kind, for_gpus) in MODELS {
        if for_gpus && !cuda || assets.file(name).is_ok() {
            continue;
        }
        eprintln!("preparing {name}");
        let (to, graph) = (assets.path(name), speech::graph_of(&assets.verified(model)?, kind)?);
        assets.expect_graph(name, &graph)?;
        if for_gpus {
            write(&to, &graph)?;
            continue;
        }
        // Under another name until it is whole.
        let part = to.with_extension("ort.part");
        speech::prepare(&assets.verified(LIBRARY)?, &graph, &part)?;
        std::fs::rename(&part, &to).map_err(|e| PortError::io("name", &to, e))?;
        assets.record_derived(name)?;
    }
    Ok(())
}

/// Writes a file, which has its name once it is whole.
fn write(to: &Path, bytes: &[u8]) -> PortResult<()> {
    let part = to.with_extension("part");
    std::fs::write(&part, bytes).map_err(|e| PortError::io("write", &part, e))?;
    std::fs::rename(&part, to).map_err(|e| PortError::io("name", to, e))
}
