//! What the two tracks of a film have to be.

use mp4_atom::{Avc1, Codec, Colr, Moov, Stbl, Trak};

use super::{Broken, differs, same, samples};
use crate::domain::units::{FILM_RATE, Size};
use crate::ports::FilmJob;

/// H.264's number for the High profile (ITU-T H.264, A.2.4).
const HIGH: u8 = 100;

/// 4:2:0 by its number in `avcC` (ISO/IEC 14496-15, 5.3.3.1).
const YUV420: u8 = 1;

/// BT.709 by its numbers (ITU-T H.273), in the range of television. ffmpeg takes them from the pictures' own headers.
const BT709: Colr =
    Colr::Nclx { colour_primaries: 1, transfer_characteristics: 1, matrix_coefficients: 1, full_range_flag: false };

/// AAC by its number in `esds`: MPEG-4 audio.
const AAC: u8 = 0x40;

/// Samples of one AAC frame. The sound may be longer or shorter than the film by one frame and the encoder's priming.
const AAC_FRAME: u64 = 1024;

/// The video track and the sound track; there are no others.
pub(super) fn pair(moov: &Moov) -> Result<(&Trak, &Trak), Broken> {
    for track in &moov.trak {
        let lists = track.edts.as_ref().map_or(0, |edts| edts.elst.iter().count().max(1));
        same("edit lists", 0, lists)?;
    }
    match moov.trak.as_slice() {
        [video, audio] => Ok((video, audio)),
        other => differs("tracks", "2", other.len().to_string()),
    }
}

/// Checks the pictures and answers how many there are.
pub(super) fn video(track: &Trak, job: &FilmJob) -> Result<u32, Broken> {
    let stbl = &track.mdia.minf.stbl;
    let [Codec::Avc1(entry)] = stbl.stsd.codecs.as_slice() else {
        return differs("the first track", "H.264", "another codec");
    };
    format(entry, job.size)?;
    let timescale = track.mdia.mdhd.timescale;
    let frames: u32 = job.scenes.iter().map(|(_, frames)| frames).sum();
    same("video frames", u64::from(frames), samples::count(stbl))?;
    same("frames a second", job.fps.get(), timescale / samples::step(stbl)?.max(1))?;
    let step = timescale / job.fps.get();
    same("the video's length", u64::from(frames) * u64::from(step), track.mdia.mdhd.duration)?;
    samples::fill_time(stbl, step)?;
    groups(stbl, job)?;
    Ok(frames)
}

/// Checks that a closed group of pictures begins with each scene, then every two seconds, and nowhere else. Where a group
/// was not closed, its first picture would be decoded before others that are shown earlier, under another number.
fn groups(stbl: &Stbl, job: &FilmJob) -> Result<(), Broken> {
    let mut expected = Vec::new();
    let mut start = 1;
    for (_, frames) in &job.scenes {
        expected.extend((start..start + frames).step_by(2 * job.fps.get() as usize));
        start += frames;
    }
    // Without the box, every sample is one.
    let found = stbl.stss.as_ref().map_or_else(|| (1..start).collect(), |stss| stss.entries.clone());
    let at = |samples: &[u32], i: usize| samples.get(i).map_or("none".to_owned(), |n| format!("sync sample {n}"));
    match (0..expected.len().max(found.len())).find(|&i| expected.get(i) != found.get(i)) {
        Some(i) => differs("where groups of pictures begin", at(&expected, i), at(&found, i)),
        None => Ok(()),
    }
}

fn format(entry: &Avc1, size: Size) -> Result<(), Broken> {
    let (width, height) = (u32::from(entry.visual.width), u32::from(entry.visual.height));
    same("the frame's size", size, Size { width, height })?;
    same("the H.264 profile", HIGH, entry.avcc.avc_profile_indication)?;
    let ext = entry.avcc.ext.as_ref();
    same("the colour format", YUV420, ext.map_or(YUV420, |e| e.chroma_format))?;
    same("bits a colour", 8, ext.map_or(8, |e| e.bit_depth_luma))?;
    match &entry.colr {
        Some(colours) if *colours == BT709 => Ok(()),
        other => {
            differs("the colours", "BT.709", other.as_ref().map_or("none".to_owned(), |found| format!("{found:?}")))
        }
    }
}

/// Checks the sound, which should last so many samples at 48 kHz.
pub(super) fn audio(track: &Trak, samples: u64) -> Result<(), Broken> {
    let stbl = &track.mdia.minf.stbl;
    let [Codec::Mp4a(entry)] = stbl.stsd.codecs.as_slice() else {
        return differs("the second track", "AAC", "another codec");
    };
    same("the sound's codec", AAC, entry.esds.es_desc.dec_config.object_type_indication)?;
    same("sound channels", 2, entry.audio.channel_count)?;
    same("sound samples a second", FILM_RATE, u32::from(entry.audio.sample_rate.integer()))?;
    same("the sound's timescale", FILM_RATE, track.mdia.mdhd.timescale)?;
    same("samples of a sound frame", AAC_FRAME, u64::from(samples::step(stbl)?))?;
    if stbl.ctts.is_some() {
        return differs("the sound's start", "0", "shifted samples");
    }
    let found = track.mdia.mdhd.duration;
    if found.abs_diff(samples) > 2 * AAC_FRAME {
        return differs("the sound's length in samples", samples.to_string(), found.to_string());
    }
    Ok(())
}
