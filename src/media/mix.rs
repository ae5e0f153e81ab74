//! The film's narration as one stream of samples: each piece brought to 48 kHz and laid at its place.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec};

use super::fir::Between;
use crate::domain::units::SPEECH_RATE;
use crate::ports::{Class, Placed, PortError, PortResult};

/// Speech samples on either side that the interpolation looks at: flat to 10.5 kHz, images 90 dB down from 13.5 kHz.
const REACH: usize = 24;

/// The narration, read as it is needed: what is held does not grow with the film.
pub(super) struct Mix<'a> {
    waiting: std::slice::Iter<'a, Placed>,
    sounding: Vec<Piece>,
    half: Between,
    /// The next sample's place in the film.
    at: u64,
}

impl<'a> Mix<'a> {
    /// Opens nothing yet. `speech` is in the order of its places.
    pub(super) fn new(speech: &'a [Placed]) -> Self {
        Self { waiting: speech.iter(), sounding: Vec::new(), half: Between::new(0.5, REACH, 9.0), at: 0 }
    }

    /// Fills `block` with the film's next samples. However they are cut into blocks, they are the same.
    ///
    /// # Errors
    /// `SOUND_UNREADABLE` where a piece is not what speech is.
    pub(super) fn fill(&mut self, block: &mut [f32]) -> PortResult<()> {
        block.fill(0.0);
        let end = self.at + block.len() as u64;
        // The interpolation sounds a little before the first sample.
        while let Some(next) = self.waiting.as_slice().first().filter(|p| p.at < end + 2 * REACH as u64) {
            self.sounding.push(Piece::open(next)?);
            self.waiting.next();
        }
        for piece in &mut self.sounding {
            piece.add(&self.half, self.at, block)?;
        }
        self.sounding.retain(|piece| !piece.over(end));
        self.at = end;
        Ok(())
    }
}

/// One sentence that sounds in the current block.
struct Piece {
    reader: WavReader<BufReader<File>>,
    path: std::path::PathBuf,
    /// Where its first sample stands, and how many it has.
    at: i64,
    samples: i64,
    /// Speech samples from number `first` on; silence before the first and after the last.
    window: Vec<f32>,
    first: i64,
}

impl Piece {
    fn open(placed: &Placed) -> PortResult<Self> {
        let reader = WavReader::open(&placed.wav).map_err(|e| unreadable(&placed.wav, &e.to_string()))?;
        let wanted =
            WavSpec { channels: 1, sample_rate: SPEECH_RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        if reader.spec() != wanted {
            let found = reader.spec();
            let found = format!(
                "{} channels, {} Hz, {} bit; wanted is mono, {SPEECH_RATE} Hz, 16 bit",
                found.channels, found.sample_rate, found.bits_per_sample
            );
            return Err(unreadable(&placed.wav, &found));
        }
        let samples = i64::from(reader.duration());
        let at = i64::try_from(placed.at).map_err(|e| unreadable(&placed.wav, &e.to_string()))?;
        Ok(Self { reader, path: placed.wav.clone(), at, samples, window: Vec::new(), first: -(2 * REACH as i64) })
    }

    /// Whether it is silent from that place on.
    fn over(&self, place: u64) -> bool {
        place as i64 >= self.at + 2 * (self.samples + REACH as i64)
    }

    /// Adds what it sounds in the block that begins at `place`: sample n stands at `at + 2n` as it is,
    /// and what is interpolated after it at `at + 2n + 1`.
    fn add(&mut self, half: &Between, place: u64, block: &mut [f32]) -> PortResult<()> {
        let offset = place as i64 - self.at;
        // The speech samples that stand in the block or just before it.
        let low = (offset.div_euclid(2)).max(-(REACH as i64));
        let high = (offset + block.len() as i64).div_euclid(2).min(self.samples + REACH as i64);
        if high < low {
            return Ok(());
        }
        let reach = REACH as i64;
        self.keep(low - reach + 1, high + reach + 1)?;
        let mut between = vec![0.0; (high - low + 1) as usize];
        half.fill(&self.window, &mut between);
        for (n, (own, after)) in (low..).zip(self.window[REACH - 1..].iter().zip(&between)) {
            for (index, value) in [(2 * n - offset, own), (2 * n + 1 - offset, after)] {
                if let Some(slot) = usize::try_from(index).ok().and_then(|i| block.get_mut(i)) {
                    *slot += value;
                }
            }
        }
        Ok(())
    }

    /// Makes the window the samples from `from` to before `to`.
    fn keep(&mut self, from: i64, to: i64) -> PortResult<()> {
        let old = (from - self.first).clamp(0, self.window.len() as i64);
        self.window.drain(..old as usize);
        self.first += old;
        if self.window.is_empty() {
            self.first = self.first.max(from);
        }
        let mut next = self.first + self.window.len() as i64;
        let mut source = self.reader.samples::<i16>();
        while next < to {
            // Before its first sample and after its last there is silence.
            let sample = if next < 0 { None } else { source.next() };
            let sample = sample.transpose().map_err(|e| unreadable(&self.path, &e.to_string()))?.unwrap_or(0);
            self.window.push(f32::from(sample) / 32_768.0);
            next += 1;
        }
        Ok(())
    }
}

fn unreadable(path: &Path, why: &str) -> PortError {
    PortError::permanent(Class::Media, "SOUND_UNREADABLE", format!("cannot mix {}: {why}", path.display()))
}
