//! Kokoro-82M: one model, many voices, each a file of styles; a quarter to a half of real time on a core.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::Mmap;
use ort::value::Tensor;

use super::device::Device;
use super::engine::{Engine, Utterance, clocked};
use super::hibari::durations;
use super::loads::Loads;
use super::mapped::map;
use super::pool::Pool;
use super::runtime::{self, Model, failed};
use crate::assets::Assets;
use crate::ports::PortResult;

/// The prepared model among the assets.
pub(super) const MODEL: &str = "kokoro.ort";
/// A style stands for each number of phonemes; the model refuses more.
const LONGEST: usize = 510;
/// Numbers of one style.
const STYLE: usize = 256;
/// What a session takes while it speaks ten seconds, in bytes.
const SESSION_BYTES: u64 = 400 << 20;

/// The engine of the voices `af_*`, `am_*`, `bf_*` and `bm_*`.
pub(super) struct Kokoro {
    pool: Pool<Model>,
    assets: Assets,
    styles: Mutex<HashMap<String, Arc<[f32]>>>,
}

impl Kokoro {
    /// Verifies and maps the model; sessions are made when they are needed, one for each core where memory allows, or one
    /// on a GPU.
    pub(super) fn load(assets: &Assets, device: Device, cores: usize, loads: Loads) -> PortResult<Self> {
        device.ready(assets)?;
        let environment = runtime::environment(assets, device)?;
        let model: Arc<Mmap> = Arc::new(map(&assets.verified(device.model())?)?);
        let (opened, sessions): (fn(&_, &_, _) -> _, _) = match device {
            Device::Cpu => (runtime::open, cores.min(sessions_in_memory()).max(1)),
            Device::Cuda => (runtime::open_on_gpu, 1),
        };
        let open = move || loads.counted(|| opened(&environment, device.model(), Arc::clone(&model)));
        Ok(Self { pool: Pool::new(sessions, open), assets: assets.clone(), styles: Mutex::default() })
    }

    /// The style for a number of phonemes: row `len - 1` of the voice's file, 510 rows of 256 little-endian `f32`.
    fn style(&self, voice: &str, phonemes: usize) -> PortResult<Vec<f32>> {
        let styles = self.styles(voice)?;
        let row = phonemes.clamp(1, LONGEST) - 1;
        let style = styles.get(row * STYLE..(row + 1) * STYLE);
        style.map(<[f32]>::to_vec).ok_or_else(|| failed(&format!("the voice file of {voice}"), "is too short"))
    }

    fn styles(&self, voice: &str) -> PortResult<Arc<[f32]>> {
        let known = || self.styles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(styles) = known().get(voice) {
            return Ok(Arc::clone(styles));
        }
        let path = self.assets.verified(&file(voice))?;
        let bytes = std::fs::read(&path).map_err(|e| failed(&format!("cannot read {}", path.display()), e))?;
        let (numbers, _) = bytes.as_chunks::<4>();
        let styles: Arc<[f32]> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        known().insert(voice.to_owned(), Arc::clone(&styles));
        Ok(styles)
    }
}

impl Engine for Kokoro {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn warm(&self) -> PortResult<()> {
        self.pool.run(|_| Ok(()))
    }

    fn run(&self, ids: &[i64], voice: &str, speed: f32) -> PortResult<Utterance> {
        let style = self.style(voice, ids.len().saturating_sub(2))?;
        self.pool.run(|model| {
            let wrong = |e: ort::Error| failed("Kokoro cannot speak the sentence", e);
            let inputs = ort::inputs![
                "tokens" => Tensor::from_array(([1, ids.len()], ids.to_vec())).map_err(wrong)?,
                "style" => Tensor::from_array(([1, STYLE], style.clone())).map_err(wrong)?,
                "speed" => Tensor::from_array(([1], vec![speed])).map_err(wrong)?,
            ];
            let (outputs, inference) = clocked(|| model.session.run(inputs));
            let outputs = outputs.map_err(wrong)?;
            let audio = outputs.get("audio").ok_or_else(|| failed("Kokoro answered without", "audio"))?;
            let (_, samples) = audio.try_extract_tensor::<f32>().map_err(wrong)?;
            Ok(Utterance { samples: samples.to_vec(), durations: durations(&outputs)?, inference })
        })
    }
}

/// The name of a voice's file among the assets.
pub(super) fn file(voice: &str) -> String {
    format!("voices/{voice}.bin")
}

/// How many sessions the memory that is free now has room for; one where that is unknown.
fn sessions_in_memory() -> usize {
    use procfs::Current;
    let free = procfs::Meminfo::current().ok().and_then(|memory| memory.mem_available);
    free.map_or(1, |bytes| usize::try_from(bytes / 2 / SESSION_BYTES).unwrap_or(1))
}
