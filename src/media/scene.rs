//! One scene's silent video: frames from a still, into ffmpeg's standard input.

use std::io::{self, Read as _};
use std::path::Path;
use std::process::ChildStdin;

use super::captions::Captions;
use super::decode::decode;
use super::ffmpeg::Ffmpeg;
use super::fonts::Fonts;
use super::handover::{Frames, Lent};
use super::motion::{View, planes_size};
use super::planes::{Planes, oversize};
use super::sampler::Sampler;
use crate::domain::segment::GROUP_SECONDS;
use crate::domain::units::{Fps, Size};
use crate::ports::{Class, PortError, PortResult, SceneJob, StepContext};

/// The encoder's settings, the same for every scene of a film, so that scenes can be joined without encoding them again:
/// closed groups of two seconds without scene-cut frames, two B-frames, one thread (more give other bytes), BT.709 tags.
pub(super) fn encoder(fps: Fps) -> String {
    let group = GROUP_SECONDS * fps.get();
    format!(
        "-an -c:v libx264 -preset veryfast -crf 23 -profile:v high -bf 2 -g {group} -keyint_min {group} -sc_threshold 0 \
         -threads 1 -x264-params open-gop=0 -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -f mpegts"
    )
}

/// Renders a scene into `out`.
pub(super) async fn render(
    ffmpeg: &Ffmpeg,
    fonts: &Fonts,
    job: &SceneJob,
    out: &Path,
    context: &StepContext,
) -> PortResult<()> {
    let part = context.work.join("part.ts");
    let size = job.size.to_string();
    let rate = job.fps.get().to_string();
    let input = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", &rate, "-i", "pipe:0"];
    let args = input.into_iter().chain(job.encoder.split_whitespace()).chain(["-y", "part.ts"]);
    let writer = {
        let (job, fonts, context) = (job.clone(), fonts.clone(), context.clone());
        move |pipe: &mut ChildStdin| draw(&job, &fonts, &context, &mut Lent::to(pipe, job.size)).map_err(into_io)?
    };
    ffmpeg.feed(args, context, writer).await?;
    let counted = context.used.clocked(|| count_frames(&part)).map_err(|e| PortError::io("read", &part, e))?;
    whole(counted, job.part.len())?;
    std::fs::rename(&part, out).map_err(|e| PortError::io("name", out, e))
}

/// Whether so many frames came out as went in.
pub(super) fn whole(counted: u32, frames: usize) -> PortResult<()> {
    if counted as usize == frames {
        return Ok(());
    }
    let message = format!("{frames} frames were encoded as {counted}");
    Err(PortError::transient(Class::Media, "FRAMES_LOST", message))
}

fn into_io(error: PortError) -> io::Error {
    io::Error::other(error)
}

/// Draws every frame and hands it on. The outer error is ours, the inner one that of where frames go.
pub(super) fn draw(
    job: &SceneJob,
    fonts: &Fonts,
    context: &StepContext,
    frames: &mut impl Frames,
) -> PortResult<io::Result<()>> {
    let planes = still(job)?;
    let mut captions = match &job.style {
        Some(style) if !job.captions.is_empty() => Some(Captions::new(&job.captions, style, job.size, fonts)?),
        _ => None,
    };
    let mut sampler = Sampler::new();
    for index in job.part.clone() {
        let (view, frame) = (View::of(job.motion, index, job.frames, planes.size), frames.next());
        sampler.sample(&planes, view, frame);
        if let Some(captions) = &mut captions {
            captions.lay(index, frame);
        }
        if let Err(error) = frames.put(index + 1 == job.part.end) {
            return Ok(Err(error));
        }
        (context.frames_done)(index + 1);
    }
    Ok(Ok(()))
}

/// The picture as planes; its decoded pixels are dropped before encoding begins.
fn still(job: &SceneJob) -> PortResult<Planes> {
    let picture = decode(&job.picture)?;
    let size: Size = planes_size(job.size, job.motion, oversize(&picture, job.size));
    Planes::cover(&picture, job.size, size)
}

/// Counts the video frames of a transport stream by its packets (ISO/IEC 13818-1, 2.4.3.2): ffmpeg writes one packetized
/// elementary stream packet a frame, on its first elementary stream's identifier, 0x100.
pub(super) fn count_frames(path: &Path) -> io::Result<u32> {
    const PACKET: usize = 188;
    let mut stream = io::BufReader::with_capacity(PACKET * 1024, std::fs::File::open(path)?);
    let (mut packet, mut frames) = ([0; PACKET], 0);
    loop {
        match stream.read_exact(&mut packet) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(frames),
            read => read?,
        }
        let starts = packet[1] & 0x40 != 0;
        let identifier = u16::from(packet[1] & 0x1f) << 8 | u16::from(packet[2]);
        if packet[0] == 0x47 && starts && identifier == 0x100 {
            frames += 1;
        }
    }
}

#[cfg(test)]
mod tests;
