//! hibari: a small network that predicts spectra, and a synthesis of our own; one voice, a hundredth of real time.

use std::sync::Arc;
use std::time::Duration;

use memmap2::Mmap;
use ort::session::SessionOutputs;
use ort::value::Tensor;

use super::device::Device;
use super::engine::{Engine, Utterance, clocked};
use super::loads::Loads;
use super::mapped::map;
use super::pool::Pool;
use super::prepare::DURATIONS;
use super::runtime::{self, Model, failed};
use super::waveform::{Prediction, Synthesis};
use crate::assets::Assets;
use crate::ports::PortResult;

/// The prepared model among the assets.
pub(super) const MODEL: &str = "hibari.ort";
/// The network was trained on at most so many phonemes.
const LONGEST: usize = 400;
/// One speaks a hundred times faster than anybody listens, and takes some 50 MB.
const SESSIONS: usize = 1;

/// The engine of the voice `heart`.
pub(super) struct Hibari {
    pool: Pool<Model>,
    synthesis: Synthesis,
}

impl Hibari {
    /// Verifies and maps the model, which the processor runs beside any device; its session is made when it is needed.
    pub(super) fn load(assets: &Assets, device: Device, loads: Loads) -> PortResult<Self> {
        let environment = runtime::environment(assets, device)?;
        let model: Arc<Mmap> = Arc::new(map(&assets.verified(MODEL)?)?);
        let open = move || loads.counted(|| runtime::open(&environment, MODEL, Arc::clone(&model)));
        Ok(Self { pool: Pool::new(SESSIONS, SESSIONS, open), synthesis: Synthesis::new() })
    }

    /// What the network says, as sound. Its outputs are freed before the next sentence.
    fn heard(&self, outputs: &SessionOutputs, inference: Duration) -> PortResult<Utterance> {
        let tensor = |name: &str| {
            let missing = || failed("hibari answered without the output", name);
            let value = outputs.get(name).ok_or_else(missing)?;
            value.try_extract_tensor::<f32>().map(|(_, values)| values).map_err(|e| failed("hibari's output", e))
        };
        let prediction = Prediction {
            lh: tensor("lh")?,
            theta: tensor("theta")?,
            ln: tensor("ln")?,
            lr: tensor("lr")?,
            phi: tensor("phi")?,
            f0: tensor("f0")?,
        };
        if !prediction.fits() {
            return Err(failed("hibari answered with", "spectra of different lengths"));
        }
        let samples = self.synthesis.waveform(&prediction).map_err(|e| failed("cannot make hibari's waveform", e))?;
        Ok(Utterance { samples, durations: durations(outputs)?, inference })
    }
}

impl Engine for Hibari {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn warm(&self) -> PortResult<()> {
        self.pool.run(|_| Ok(()))
    }

    fn shrink(&self) {
        self.pool.shrink();
    }

    fn run(&self, ids: &[i64], _voice: &str, speed: f32) -> PortResult<Utterance> {
        self.pool.run(|model| {
            let wrong = |e: ort::Error| failed("hibari cannot speak the sentence", e);
            let inputs = ort::inputs![
                "ids" => Tensor::from_array(([1, ids.len()], ids.to_vec())).map_err(wrong)?,
                "speed" => Tensor::from_array(([1], vec![speed])).map_err(wrong)?,
            ];
            let (outputs, inference) = clocked(|| model.session.run(inputs));
            self.heard(&outputs.map_err(wrong)?, inference)
        })
    }
}

/// The output that the [preparation](super::prepare) of a model adds.
pub(super) fn durations(outputs: &SessionOutputs) -> PortResult<Vec<i64>> {
    let value = outputs.get(DURATIONS).ok_or_else(|| failed("the model answered without", DURATIONS))?;
    let (_, units) = value.try_extract_tensor::<i64>().map_err(|e| failed("the model's durations", e))?;
    Ok(units.to_vec())
}
