//! Speech as WAV: mono, 24 kHz, 16 bit.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::domain::units::SPEECH_RATE;

/// A WAV file's bytes of samples whose full scale is 1.0; what lies beyond is clipped.
///
/// # Errors
/// Where the file would be longer than the format can say (4 GiB).
pub fn encode(samples: &[f32]) -> Result<Vec<u8>, hound::Error> {
    let spec = WavSpec { channels: 1, sample_rate: SPEECH_RATE, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut out = Cursor::new(Vec::with_capacity(samples.len() * 2 + 44));
    let mut writer = WavWriter::new(&mut out, spec)?;
    for sample in samples {
        writer.write_sample((sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16)?;
    }
    writer.finalize()?;
    Ok(out.into_inner())
}
