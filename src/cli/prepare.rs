//! What is made on each machine out of what is installed: models in the form that loads at once.

use super::Failure;
use crate::assets::Assets;
use crate::config::Config;
use crate::ports::{Class, PortError};
use crate::speech::{ModelKind, prepare};

const LIBRARY: &str = "libonnxruntime.so";
/// What is made, and what it is made from.
pub(super) const MODELS: [(&str, &str, ModelKind); 2] =
    [("hibari.ort", "hibari.onnx", ModelKind::Hibari), ("kokoro.ort", "kokoro.onnx", ModelKind::Kokoro)];

#[derive(Debug, clap::Args)]
pub(super) struct Prepare {}

impl Prepare {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let assets = Assets::at(config.assets.clone());
        for (name, model, kind) in MODELS {
            if assets.file(name).is_ok() {
                continue;
            }
            eprintln!("preparing {name}");
            let (from, to) = (assets.verified(model)?, assets.path(name));
            let library = assets.verified(LIBRARY)?;
            let made = tokio::task::spawn_blocking(move || {
                // Under another name until it is whole.
                let part = to.with_extension("ort.part");
                prepare(&library, &from, kind, &part)?;
                std::fs::rename(&part, &to).map_err(|e| PortError::io("name", &to, e))
            });
            made.await.map_err(|e| PortError::permanent(Class::Internal, "PANIC", e.to_string()))??;
            assets.record_derived(name)?;
        }
        Ok(())
    }
}
