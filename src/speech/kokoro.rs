//! Kokoro-82M: one model, many voices, each a file of styles; a quarter to a half of real time on a core.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::Mmap;
use ort::session::RunOptions;
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
use crate::recipe::steps::SpeechRecipe;

/// The prepared model among the assets.
pub(super) const MODEL: &str = "kokoro.ort";
/// A style stands for each number of phonemes; the model refuses more.
const LONGEST: usize = 510;
/// Numbers of one style.
const STYLE: usize = 256;
/// What is loaded for the first sentence, in bytes; measured, as is [`SPOKEN_BYTES`].
const LOADED_BYTES: u64 = 90_000_000;
/// What a session takes for each spoken character at the voice's own pace, in bytes: 25 MB for a second of sound, which has
/// some seventeen.
const SPOKEN_BYTES: u64 = 1_500_000;
/// What a session takes while it speaks ten seconds.
const SESSION_BYTES: u64 = 170 * SPOKEN_BYTES;
/// Gives what a sentence took back to the system when it is spoken, so that it is not kept from encoders; that costs the
/// next sentence 1 % of its processor time.
const SHRINK: (&str, &str) = ("memory.enable_memory_arena_shrinkage", "cpu:0");

/// The engine of the voices `af_*`, `am_*`, `bf_*` and `bm_*`.
pub(super) struct Kokoro {
    pool: Pool<Model>,
    device: Device,
    assets: Assets,
    styles: Mutex<HashMap<String, Arc<[f32]>>>,
}

impl Kokoro {
    /// Verifies and maps the model; sessions are made when they are needed, at most one for each core
    /// where memory allows, or one on a GPU.
    pub(super) fn load(assets: &Assets, device: Device, cores: usize, loads: Loads) -> PortResult<Self> {
        device.ready(assets)?;
        let environment = runtime::environment(assets, device)?;
        let model: Arc<Mmap> = Arc::new(map(&assets.verified(device.model())?)?);
        let (opened, sessions): (fn(&_, &_, _) -> _, _) = match device {
            Device::Cpu => (runtime::open, cores.min(sessions_in_memory()).max(1)),
            Device::Cuda => (runtime::open_on_gpu, 1),
        };
        let open = move || loads.counted(|| opened(&environment, device.model(), Arc::clone(&model)));
        Ok(Self { pool: Pool::new(sessions, 1, open), device, assets: assets.clone(), styles: Mutex::default() })
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
        self.pool.run(|model| {
            model.rest();
            Ok(())
        })
    }

    fn shrink(&self) {
        self.pool.shrink();
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
            let mut options = RunOptions::new().map_err(wrong)?;
            if self.device == Device::Cpu {
                options.set(SHRINK.0, SHRINK.1).map_err(wrong)?;
            }
            let (outputs, inference) = clocked(|| model.session.run_with_options(inputs, &options));
            let outputs = outputs.map_err(wrong)?;
            let audio = outputs.get("audio").ok_or_else(|| failed("Kokoro answered without", "audio"))?;
            let (_, samples) = audio.try_extract_tensor::<f32>().map_err(wrong)?;
            let utterance = Utterance { samples: samples.to_vec(), durations: durations(&outputs)?, inference };
            drop(outputs);
            model.rest();
            Ok(utterance)
        })
    }
}

/// The name of a voice's file among the assets.
pub(super) fn file(voice: &str) -> String {
    format!("voices/{voice}.bin")
}

/// How many sentences of ten seconds the memory that is free now has room for; one where that is unknown.
fn sessions_in_memory() -> usize {
    use procfs::Current;
    let free = procfs::Meminfo::current().ok().and_then(|memory| memory.mem_available);
    free.map_or(1, |bytes| usize::try_from(bytes / 2 / SESSION_BYTES).unwrap_or(1))
}

/// What a sentence takes on the processor, in bytes.
pub(super) fn memory(recipe: &SpeechRecipe) -> u64 {
    let characters: usize = recipe.words.iter().map(|word| word.len() + 1).sum();
    LOADED_BYTES + characters as u64 * SPOKEN_BYTES * 1000 / u64::from(recipe.speed_milli.max(1))
}
