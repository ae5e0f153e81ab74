//! The film's sound: mixed, brought to its loudness, limited, measured, encoded.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::NamedTempFile;

use super::ffmpeg::Ffmpeg;
use super::join::{blocking, publish};
use super::limiter::Limiter;
use super::loudness::Meter;
use super::mix::Mix;
use crate::domain::units::FILM_RATE;
use crate::ports::{Class, PortError, PortResult, SoundtrackFacts, SoundtrackJob, StepContext};

/// Samples that are worked on at once; they fit the processor's nearest cache.
const BLOCK: usize = 2048;

/// The limiter's ceiling, 1.5 dB under full scale: AAC adds up to half a decibel to peaks.
const CEILING: f32 = 0.841;

/// What is quieter than this stays quiet: a gain of 36 dB would make noise of it.
const MAX_GAIN_DB: f64 = 36.0;

/// Limiting takes loudness away, so the gain is corrected until the film is so near (LU), or so often.
const NEAR: f64 = 0.2;
const PASSES: usize = 12;
/// What is further away after all passes is not published (LU).
const TOLERANCE: f64 = 0.5;

/// A decibel of gain brings at least so much loudness, for the estimate of the next pass.
const LEAST_SLOPE: f64 = 0.1;

/// Samples that an AAC encoder puts before the first; as many are taken from the mix, so that sound is not late.
const PRIMING: u32 = 1024;

/// The sound's encoder and its settings: its fast search for scale factors, the middle and side of all bands instead of a
/// choice for each, and no noise or intensity in place of sound, for which there is no need at this rate. Of a narration
/// it leaves less noise than with ffmpeg's own settings (45 against 40 dB under the sound), in a third of the processor
/// time.
pub const SOUND: &str = "-c:a aac -aac_coder fast -aac_ms 1 -aac_tns 0 -aac_pns 0 -aac_is 0 -b:a 192k";

/// Mixes the narration and encodes it into `out`: MP4 with one track, AAC, stereo, 48 kHz, whose first samples are the
/// encoder's priming, so that a player that knows nothing of them is in time.
///
/// # Errors
/// As [`mix`]'s and [`Ffmpeg::run`]'s.
pub(super) async fn soundtrack(
    ffmpeg: &Ffmpeg,
    job: &SoundtrackJob,
    out: &Path,
    context: &StepContext,
) -> PortResult<SoundtrackFacts> {
    let wav = context.work.join("mix.wav");
    let facts = mix(job, &wav, context).await?;
    // Filters of sound are too small to be shared by threads.
    let input = "-filter_threads 1 -protocol_whitelist file -f wav -i mix.wav -map_metadata -1 -fflags +bitexact -flags:a +bitexact";
    let priming = format!("-af atrim=start_sample={PRIMING},asetpts=PTS-STARTPTS");
    let container = "-use_editlist 0 -f mp4 -y encoded.m4a";
    let arguments = [input, &priming, SOUND, container].map(|part| part.split(' ').map(str::to_owned));
    ffmpeg.run(arguments.into_iter().flatten(), context).await?;
    let (made, out) = (context.work.join("encoded.m4a"), out.to_owned());
    blocking(move || {
        // The mix is eight times as large, and of no use any more.
        fs::remove_file(&wav).map_err(|e| PortError::io("remove", &wav, e))?;
        publish(&made, &out)
    })
    .await?;
    Ok(facts)
}

/// Mixes the narration into `out`: WAV, stereo with two equal sides, 48 kHz, 16 bit.
///
/// Memory does not grow with the film's length; the narration is read once for each pass. A sample of narration
/// stands in the film exactly where the job says.
///
/// # Errors
/// `LOUDNESS_MISSED`, `SOUND_UNREADABLE`, `DISK_FULL`, `CANCELLED`, `DEADLINE`.
pub async fn mix(job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
    let (job, out, context) = (job.clone(), out.to_owned(), context.clone());
    blocking(move || context.used.clocked(|| write(&job, &out, &context))).await
}

fn write(job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
    let folder = out.parent().unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(folder).map_err(|e| PortError::io("write into", folder, e))?;
    let facts = match job.loudness_milli {
        None => pass(job, None, Some(file.path()), context)?,
        Some(target) => level(job, f64::from(target) / 1000.0, file.path(), context, PASSES)?,
    };
    file.persist(out).map_err(|e| PortError::io("write", out, e.error))?;
    let milli = |value: f64| (value * 1000.0).round() as i32;
    Ok(SoundtrackFacts {
        samples: job.samples,
        loudness_milli: facts.map(|f| milli(f.0)),
        true_peak_milli: facts.map(|f| milli(f.1)),
    })
}

/// Writes the mix at a loudness in LUFS, in at most so many passes. Silence stays silence, and what would need more than
/// [`MAX_GAIN_DB`] is as loud as that makes it.
fn level(
    job: &SoundtrackJob,
    target: f64,
    file: &Path,
    context: &StepContext,
    passes: usize,
) -> PortResult<Option<(f64, f64)>> {
    let Some((found, _)) = pass(job, None, None, context)? else {
        return pass(job, None, Some(file), context);
    };
    let (mut gain, mut before) = ((target - found).min(MAX_GAIN_DB), (0.0, found));
    // Gains that were found to be too small and too large. Loudness does not rise with gain everywhere: where the limiter
    // brings what is quiet so near to what is loud that it counts, it falls.
    let (mut small, mut large) = (f64::NEG_INFINITY, f64::INFINITY);
    for left in (0..passes).rev() {
        let facts = pass(job, Some(gain), Some(file), context)?;
        let Some((found, _)) = facts else { return Ok(None) };
        let miss = found - target;
        let capped = miss < 0.0 && gain >= MAX_GAIN_DB;
        if miss.abs() <= NEAR || capped || left == 0 && miss.abs() <= TOLERANCE {
            return Ok(facts);
        }
        (small, large) = if miss < 0.0 { (gain, large) } else { (small, gain) };
        // The secant through the last two passes: the harder the limiter works, the less a decibel of gain brings.
        let slope = ((found - before.1) / (gain - before.0)).clamp(LEAST_SLOPE, 1.0);
        before = (gain, found);
        let next = (gain - miss / slope).min(MAX_GAIN_DB);
        gain = if small < next && next < large { next } else { f64::midpoint(small, large) };
    }
    let message = format!(
        "the sound came to {:.1} LUFS, and {target:.1} were asked for; ask for another `loudness`, or for none (null)",
        before.1
    );
    Err(PortError::permanent(Class::Media, "LOUDNESS_MISSED", message))
}

/// Goes once through the whole mix, with a gain in decibels and the limiter behind it, or neither; writes it where
/// a file is given; answers its loudness in LUFS and its true peak in dBTP as they came out.
fn pass(
    job: &SoundtrackJob,
    gain: Option<f64>,
    file: Option<&Path>,
    context: &StepContext,
) -> PortResult<Option<(f64, f64)>> {
    let mut mix = Mix::new(&job.speech);
    let mut meter = Meter::new()?;
    let mut limiter = gain.map(|db| (10.0_f32.powf(db as f32 / 20.0), Limiter::new(CEILING)));
    let mut sink = file.map(Sink::create).transpose()?;
    let (mut block, mut ready) = (vec![0.0; BLOCK], Vec::with_capacity(2 * BLOCK));
    let mut left = job.samples;
    while left > 0 {
        check(context)?;
        block.truncate(usize::try_from(left).unwrap_or(BLOCK));
        left -= block.len() as u64;
        mix.fill(&mut block)?;
        ready.clear();
        match &mut limiter {
            Some((factor, limiter)) => {
                for sample in &mut block {
                    *sample *= *factor;
                }
                limiter.take(&block, &mut ready);
            }
            None => ready.extend_from_slice(&block),
        }
        emit(&mut ready, &mut sink, &mut meter)?;
    }
    if let Some((_, limiter)) = limiter {
        ready.clear();
        limiter.finish(&mut ready);
        emit(&mut ready, &mut sink, &mut meter)?;
    }
    sink.map_or(Ok(()), Sink::finish)?;
    meter.finish()
}

/// Writes samples and measures them as they were written.
fn emit(samples: &mut [f32], sink: &mut Option<Sink<'_>>, meter: &mut Meter) -> PortResult<()> {
    if let Some(sink) = sink {
        for sample in &mut *samples {
            *sample = (*sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) / 32_768.0;
        }
        sink.put(samples)?;
    }
    meter.add(samples)
}

/// The WAV file being written.
struct Sink<'a> {
    path: &'a Path,
    wav: WavWriter<BufWriter<File>>,
}

impl<'a> Sink<'a> {
    fn create(path: &'a Path) -> PortResult<Self> {
        let spec =
            WavSpec { channels: 2, sample_rate: FILM_RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let wav = WavWriter::create(path, spec).map_err(|e| unwritten(path, e))?;
        Ok(Self { path, wav })
    }

    fn put(&mut self, samples: &[f32]) -> PortResult<()> {
        let mut values = self.wav.get_i16_writer(2 * samples.len() as u32);
        for sample in samples {
            let value = (sample * 32_768.0) as i16;
            values.write_sample(value);
            values.write_sample(value);
        }
        values.flush().map_err(|e| unwritten(self.path, e))
    }

    fn finish(self) -> PortResult<()> {
        self.wav.finalize().map_err(|e| unwritten(self.path, e))
    }
}

fn unwritten(path: &Path, error: hound::Error) -> PortError {
    match error {
        hound::Error::IoError(error) => PortError::io("write", path, error),
        other => PortError::permanent(Class::Media, "SOUND_UNWRITABLE", format!("cannot write {}", path.display()))
            .because(other),
    }
}

fn check(context: &StepContext) -> PortResult<()> {
    if context.cancel.is_cancelled() {
        return Err(PortError::permanent(Class::Cancelled, "CANCELLED", "cancelled while the sound was mixed"));
    }
    if Instant::now() >= context.deadline {
        return Err(PortError::transient(
            Class::Limit,
            "DEADLINE",
            "the step's time ran out while the sound was mixed",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Stage, babble};
    use super::*;

    #[test]
    fn a_loudness_that_is_missed_is_not_published() {
        let stage = Stage::new(30);
        let speech = vec![stage.speech("a.wav", &babble(2.0, 1.0), 1600)];
        let job = SoundtrackJob { speech, samples: 120_000, loudness_milli: Some(-15_000) };
        let told = |passes| level(&job, -15.0, &stage.path("mix.wav"), &stage.context("work"), passes);
        let missed = told(1).unwrap_err();
        assert_eq!((missed.class, missed.code), (Class::Media, "LOUDNESS_MISSED"));
        assert!(missed.message.contains("-15.0 were asked for"), "{missed}");
        let (loudness, _) = told(PASSES).unwrap().unwrap();
        assert!((loudness + 15.0).abs() <= NEAR, "{loudness}");
    }
}
