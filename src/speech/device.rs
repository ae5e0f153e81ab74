//! Where Kokoro's network runs: on the processor, or on an NVIDIA GPU. hibari, a hundred times faster than anybody listens,
//! and the network for unknown words always run on the processor.

use super::{kokoro, runtime};
use crate::assets::Assets;
use crate::ports::{Class, PortError, PortResult};

/// What the networks of Kokoro's voices run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU, through CUDA.
    Cuda,
}

/// What ONNX Runtime 1.31's provider for CUDA loads of the system, by what brings it.
const SYSTEM: [(&str, &[&str]); 3] = [
    ("NVIDIA's driver", &["libcuda.so.1"]),
    (
        "CUDA 13",
        &[
            "libcudart.so.13",
            "libcublasLt.so.13",
            "libcublas.so.13",
            "libcurand.so.10",
            "libcufft.so.12",
            "libnvrtc.so.13",
        ],
    ),
    ("cuDNN 9", &["libcudnn.so.9"]),
];

impl Device {
    /// The other one.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Cpu => Self::Cuda,
            Self::Cuda => Self::Cpu,
        }
    }

    /// Its name in `TTS_DEVICE` and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }

    /// The ONNX Runtime that runs all networks of a process with this device, among the assets.
    pub(super) const fn library(self) -> &'static str {
        match self {
            Self::Cpu => "libonnxruntime.so",
            Self::Cuda => "cuda/libonnxruntime.so",
        }
    }

    /// What ONNX Runtime loads from the folder that it lies in when it is to use the device.
    pub(super) const fn providers(self) -> &'static [&'static str] {
        match self {
            Self::Cpu => &[],
            Self::Cuda => &["cuda/libonnxruntime_providers_shared.so", "cuda/libonnxruntime_providers_cuda.so"],
        }
    }

    /// Kokoro's model among the assets.
    pub(super) const fn model(self) -> &'static str {
        match self {
            Self::Cpu => kokoro::MODEL,
            Self::Cuda => "kokoro-f32.onnx",
        }
    }

    /// Whether the device can be used: its files are installed and whole, and the system has what they need. For the
    /// processor, that is so. The libraries that are found stay loaded.
    ///
    /// # Errors
    /// `ASSET_MISSING` and `MODEL_INTEGRITY` say how to mend a file; `CUDA_MISSING` names what the system lacks.
    pub fn ready(self, assets: &Assets) -> PortResult<()> {
        if self == Self::Cpu {
            return Ok(());
        }
        for file in self.providers().iter().chain([&self.library(), &self.model()]) {
            assets.verified(file)?;
        }
        lacking(&SYSTEM)
    }

    /// Whether ONNX Runtime loads into this process, where it stays.
    ///
    /// # Errors
    /// `ASSET_MISSING` and `MODEL_INTEGRITY` say how to mend the library; `SPEECH_ENGINE` why the system refuses it.
    pub fn load_engine(self, assets: &Assets) -> PortResult<()> {
        runtime::environment(assets, self).map(drop)
    }
}

/// Fails with all libraries that the system cannot load.
fn lacking(system: &[(&str, &[&str])]) -> PortResult<()> {
    let mut parts = Vec::new();
    for (what, libraries) in system {
        let cannot = |library: &&&str| ort::util::preload_dylib(**library).is_err();
        let missing: Vec<&str> = libraries.iter().filter(cannot).copied().collect();
        if !missing.is_empty() {
            parts.push(format!("{} ({what})", missing.join(", ")));
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    let message = format!(
        "TTS_DEVICE is cuda, but this machine cannot load {}: install what is missing, or name its folder in \
         LD_LIBRARY_PATH; with TTS_DEVICE=cpu the processor speaks",
        parts.join("; ")
    );
    Err(PortError::permanent(Class::Provider, "CUDA_MISSING", message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::tests::assets;

    #[test]
    fn all_that_the_system_lacks_is_named_at_once() {
        let system: [(&str, &[&str]); 3] = [
            ("a driver", &["libnot-there.so.1"]),
            ("a toolkit", &["libc.so.6", "libnor-this.so.2", "libnor-that.so.3"]),
            ("the system", &["libc.so.6"]),
        ];
        let error = lacking(&system).expect_err("two parts are missing");
        assert_eq!((error.class, error.code), (Class::Provider, "CUDA_MISSING"));
        assert_eq!(
            error.message,
            "TTS_DEVICE is cuda, but this machine cannot load libnot-there.so.1 (a driver); libnor-this.so.2, \
             libnor-that.so.3 (a toolkit): install what is missing, or name its folder in LD_LIBRARY_PATH; with \
             TTS_DEVICE=cpu the processor speaks"
        );
        lacking(&system[2..]).expect("all is there");
    }

    #[test]
    fn the_processor_is_always_ready_and_a_gpu_s_files_have_to_be_installed() {
        let empty = tempfile::tempdir().expect("a folder");
        let empty = Assets::at(empty.path().to_owned());
        Device::Cpu.ready(&empty).expect("nothing to ask for");
        let error = Device::Cuda.ready(&empty).expect_err("nothing is there");
        if cfg!(target_arch = "x86_64") {
            assert_eq!((error.class, error.code), (Class::Provider, "ASSET_MISSING"));
            assert!(error.message.contains("run `make cuda`"), "{error}");
        }
    }

    /// One may have the files and no GPU.
    #[test]
    fn a_machine_without_cuda_is_told_so_before_it_speaks() {
        if let Err(error) = Device::Cuda.ready(&assets()) {
            let known = ["ASSET_MISSING", "ASSET_UNKNOWN", "CUDA_MISSING"];
            assert!(known.contains(&error.code), "{error}");
        }
    }
}
