//! Joins scenes and their sound by stream copy: nothing is encoded twice.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::ffmpeg::Ffmpeg;
use super::scene::{count_frames, whole};
use super::verify::verify;
use crate::domain::units::Fps;
use crate::ports::{Class, FilmFacts, FilmJob, PortError, PortResult, StepContext};

/// Ticks a second of MPEG-TS; every allowed frame rate divides it.
const TS_CLOCK: u32 = 90_000;

/// Joins the scenes and the soundtrack into `out` (MP4), verified.
///
/// ffmpeg sees links in the step's folder, with names of ours.
///
/// # Errors
/// `FILM_BROKEN` where the result is not the film that was asked for, and all of [`Ffmpeg::run`]'s.
pub async fn film(ffmpeg: &Ffmpeg, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
    let (inner, outer) = (job.clone(), out.to_owned());
    let work = context.work.clone();
    blocking(move || place(&inner, &work)).await?;
    ffmpeg.run(arguments(job.fps), context).await?;
    let (job, made) = (job.clone(), context.work.join("film.mp4"));
    let used = context.used.clone();
    blocking(move || {
        let facts = used.clocked(|| verify(&made, &job))?;
        publish(&made, &outer)?;
        Ok(facts)
    })
    .await
}

/// Joins a scene's segments into `out` (MPEG-TS), as if it had been encoded in one piece.
///
/// # Errors
/// `FRAMES_LOST`, and all of [`Ffmpeg::run`]'s.
pub(super) async fn splice(
    ffmpeg: &Ffmpeg,
    parts: &[(PathBuf, u32)],
    fps: Fps,
    out: &Path,
    context: &StepContext,
) -> PortResult<()> {
    let (inner, outer, work) = (parts.to_owned(), out.to_owned(), context.work.clone());
    blocking(move || list(&inner, &work)).await?;
    let inputs = "-protocol_whitelist file -f concat -safe 0 -i list.txt -map 0:v -c:v copy -bsf:v";
    let arguments = inputs.split(' ').map(str::to_owned).chain([numbered(fps)]);
    ffmpeg.run(arguments.chain("-f mpegts -y spliced.ts".split(' ').map(str::to_owned)), context).await?;
    let (made, frames) = (context.work.join("spliced.ts"), parts.iter().map(|(_, frames)| *frames as usize).sum());
    let used = context.used.clone();
    blocking(move || {
        whole(used.clocked(|| count_frames(&made)).map_err(|e| PortError::io("read", &made, e))?, frames)?;
        publish(&made, &outer)
    })
    .await
}

/// Lays links to the inputs, and the list of them, into the step's folder.
fn place(job: &FilmJob, work: &Path) -> PortResult<()> {
    list(&job.scenes, work)?;
    link(&job.soundtrack, &work.join("sound.m4a"))
}

/// Lays links to pieces of video into the step's folder, and the list of them, `list.txt`.
fn list(videos: &[(PathBuf, u32)], work: &Path) -> PortResult<()> {
    let mut list = String::new();
    for (number, (video, _)) in videos.iter().enumerate() {
        let name = format!("scene-{number:05}.ts");
        link(video, &work.join(&name))?;
        // Writing into a string cannot fail.
        let _ = writeln!(list, "file '{name}'");
    }
    let path = work.join("list.txt");
    fs::write(&path, list).map_err(|e| PortError::io("write", &path, e))
}

/// The bitstream filter that gives each frame its number's time: MPEG-TS rounds, and a piece of one frame has no length of
/// its own. The first frame is shown at 0, two frames after it was decoded (two B-frames).
fn numbered(fps: Fps) -> String {
    let tick = TS_CLOCK / fps.get();
    format!("setts=pts=round(PTS/{tick})*{tick}:dts=(N-2)*{tick}")
}

fn link(to: &Path, at: &Path) -> PortResult<()> {
    let to = std::path::absolute(to).map_err(|e| PortError::io("find", to, e))?;
    symlink(to, at).map_err(|e| PortError::io("link", at, e))
}

/// The join's arguments.
///
/// `filter_units` drops what x264 writes about itself (SEI), repeated parameter sets and delimiters: their copy
/// stands in the MP4's header. That frames are decoded before the first is shown is what `negative_cts_offsets` expresses
/// without an edit list.
fn arguments(fps: Fps) -> Vec<String> {
    let video = format!("filter_units=remove_types=6-9,{}", numbered(fps));
    let inputs = "-protocol_whitelist file -f concat -safe 0 -i list.txt -protocol_whitelist file -f mp4 -i sound.m4a";
    let streams = "-map 0:v -map 1:a -map_metadata -1 -fflags +bitexact";
    let container = "-use_editlist 0 -movflags +faststart+negative_cts_offsets -f mp4 film.mp4";
    let mut arguments: Vec<String> = inputs.split(' ').chain(streams.split(' ')).map(str::to_owned).collect();
    arguments.extend(["-c", "copy", "-bsf:v"].map(str::to_owned));
    arguments.push(video);
    arguments.extend(container.split(' ').map(str::to_owned));
    arguments
}

/// Moves a whole file to where it is wanted, so that there is nothing or all of it.
pub(super) fn publish(made: &Path, out: &Path) -> PortResult<()> {
    match fs::rename(made, out) {
        Err(e) if e.kind() == io::ErrorKind::CrossesDevices => {
            let folder: PathBuf = out.parent().unwrap_or(Path::new(".")).to_owned();
            let copy = NamedTempFile::new_in(&folder).map_err(|e| PortError::io("write into", &folder, e))?;
            fs::copy(made, copy.path()).map_err(|e| PortError::io("write", copy.path(), e))?;
            copy.persist(out).map(drop).map_err(|e| PortError::io("write", out, e.error))
        }
        moved => moved.map_err(|e| PortError::io("write", out, e)),
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> PortResult<T> + Send + 'static,
) -> PortResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| PortError::permanent(Class::Internal, "MEDIA", "the work ended before it was done").because(e))?
}
