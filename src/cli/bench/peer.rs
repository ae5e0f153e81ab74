//! The video path against `MoviePy`: the same stills with the same zoom and the same narration, each in its own way; and
//! the memory of a whole film against that of kokoro-onnx and `MoviePy`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use super::figure::{Figure, Goal};
use super::memory;
use super::meter::{Processor, run};
use crate::cli::Failure;
use crate::config::Config;
use crate::domain::motion::{Motion, MotionKind};
use crate::domain::units::{FILM_RATE, Fps, SPEECH_RATE, Size};
use crate::makers;
use crate::media::Studio;
use crate::ports::{FilmJob, Films as _, Placed, PortError, PortResult, SceneJob, SoundtrackJob, StepContext, Used};
use crate::wav;

/// What the peer runs.
const SCRIPT: &[u8] = include_bytes!("../../../scripts/bench/moviepy_render.py");
pub(super) const PICTURES: [&[u8]; 3] = [
    include_bytes!("../../../scripts/bench/pictures/0.jpg"),
    include_bytes!("../../../scripts/bench/pictures/1.jpg"),
    include_bytes!("../../../scripts/bench/pictures/2.jpg"),
];
const SECONDS: u32 = 6;
const RATE: u32 = 24;
pub(super) const SIZE: Size = Size { width: 1080, height: 1920 };
/// The peer zooms to one and a half.
const ZOOM: Motion = Motion { kind: MotionKind::ZoomIn, amount_milli: 500 };

/// What one of the two needed, and what came of it.
struct Rendered {
    processor: f64,
    wall: f64,
    megabytes: f64,
    ssim: f64,
}

pub(super) async fn measure(config: &Config, folder: &Path, moviepy: Option<&Path>) -> Result<Vec<Figure>, Failure> {
    let moviepy = moviepy.ok_or_else(|| Failure::usage("peer needs --moviepy PYTHON"))?;
    let mut figures = video(config, &folder.join("peer"), moviepy).await?;
    figures.extend(memory::beside(config, folder, moviepy)?);
    Ok(figures)
}

async fn video(config: &Config, folder: &Path, moviepy: &Path) -> Result<Vec<Figure>, Failure> {
    inputs(folder).map_err(|e| PortError::io("write into", folder, e))?;
    let studio = makers::films(config)?;
    let ours = ours(&studio, folder).await?;
    let theirs = theirs(&studio, folder, moviepy)?;
    Ok(vec![
        Figure::plain("MoviePy, 18 s of film, processor time", theirs.processor, "s"),
        Figure::plain("MoviePy, wall time", theirs.wall, "s"),
        Figure::plain("ours, processor time", ours.processor, "s"),
        Figure::plain("ours, wall time", ours.wall, "s"),
        Figure::new("processor time, MoviePy's in ours", theirs.processor / ours.processor, "x", Goal::AtLeast(12.0)),
        Figure::new("wall time, MoviePy's in ours", theirs.wall / ours.wall, "x", Goal::AtLeast(12.0)),
        Figure::plain("MoviePy, SSIM against its frames", theirs.ssim, ""),
        Figure::new("ours, SSIM against our frames", ours.ssim, "", Goal::AtLeast(theirs.ssim)),
        Figure::plain("MoviePy, size", theirs.megabytes, "MB"),
        Figure::new("ours, size", ours.megabytes, "MB", Goal::AtMost(theirs.megabytes)),
    ])
}

/// The peer's script and the pictures, `0.jpg` and so on, in a folder that is made.
pub(super) fn tools(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("moviepy_render.py"), SCRIPT)?;
    PICTURES.iter().enumerate().try_for_each(|(n, picture)| std::fs::write(folder.join(format!("{n}.jpg")), picture))
}

/// What the peer needs, and as narration a tone for each picture.
fn inputs(folder: &Path) -> std::io::Result<()> {
    tools(folder)?;
    for number in 0..PICTURES.len() as u8 {
        let step = std::f32::consts::TAU * (220.0 + 110.0 * f32::from(number)) / SPEECH_RATE as f32;
        let tone: Vec<f32> = (0..SECONDS * SPEECH_RATE).map(|n| 0.25 * (n as f32 * step).sin()).collect();
        std::fs::write(folder.join(format!("{number}.wav")), wav::encode(&tone).map_err(std::io::Error::other)?)?;
    }
    Ok(())
}

/// Scenes side by side, one a core; the sound; the join. In this process, so that its own processor time counts.
async fn ours(studio: &Studio, folder: &Path) -> Result<Rendered, Failure> {
    let (before, began) = (Processor::now(), Instant::now());
    let fps = Fps::try_from(RATE).map_err(Failure::defect)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let scenes = stream::iter(0..PICTURES.len()).map(|number| async move {
        let out = folder.join(format!("{number}.ts"));
        studio
            .scene(
                &job(studio, folder, (fps, SECONDS), ZOOM, number),
                &out,
                &context(folder, &format!("scene-{number}"))?,
            )
            .await?;
        Ok::<_, PortError>((out, SECONDS * RATE))
    });
    let scenes: Vec<_> = scenes.buffered(cores).collect().await;
    let scenes = scenes.into_iter().collect::<PortResult<Vec<_>>>()?;
    let length = u64::from(SECONDS * FILM_RATE);
    let placed = |number: usize| Placed { wav: folder.join(format!("{number}.wav")), at: number as u64 * length };
    let count = PICTURES.len();
    let sound = SoundtrackJob {
        speech: (0..count).map(placed).collect(),
        samples: count as u64 * length,
        loudness_milli: Some(-14_000),
    };
    let soundtrack = folder.join("sound.m4a");
    studio.soundtrack(&sound, &soundtrack, &context(folder, "sound")?).await?;
    let film = FilmJob { scenes, soundtrack, fps, size: SIZE };
    studio.film(&film, &folder.join("ours.mp4"), &context(folder, "join")?).await?;
    let (processor, wall) = (Processor::since(before), began.elapsed().as_secs_f64());

    let path = folder.join("frames.yuv");
    let mut frames = std::fs::File::create(&path).map_err(|e| PortError::io("create", &path, e))?;
    for number in 0..count {
        studio.frames(&job(studio, folder, (fps, SECONDS), ZOOM, number), &mut frames, &context(folder, "frames")?)?;
    }
    frames.flush()?;
    let reference = format!("-f rawvideo -pix_fmt yuv420p -s {SIZE} -r {RATE} -i frames.yuv");
    let ssim = ssim(studio, folder, "ours.mp4", &reference)?;
    Ok(Rendered { processor, wall, megabytes: megabytes(&folder.join("ours.mp4"))?, ssim })
}

/// So many seconds of a picture that moves.
pub(super) fn job(
    studio: &Studio,
    folder: &Path,
    (fps, seconds): (Fps, u32),
    motion: Motion,
    number: usize,
) -> SceneJob {
    let frames = seconds * fps.get();
    SceneJob {
        picture: folder.join(format!("{number}.jpg")),
        size: SIZE,
        fps,
        frames,
        part: 0..frames,
        motion,
        captions: Vec::new(),
        style: None,
        encoder: studio.encoder(SIZE, fps),
    }
}

/// A step in a folder of its own.
pub(super) fn context(folder: &Path, name: &str) -> PortResult<StepContext> {
    let work = folder.join(name);
    std::fs::create_dir_all(&work).map_err(|e| PortError::io("make the folder", &work, e))?;
    Ok(StepContext {
        cancel: CancellationToken::new(),
        deadline: Instant::now() + Duration::from_secs(600),
        work,
        frames_done: Arc::new(|_| {}),
        used: Used::default(),
    })
}

fn theirs(studio: &Studio, folder: &Path, moviepy: &Path) -> Result<Rendered, Failure> {
    let scenes = (0..PICTURES.len()).map(|number| format!("{number}.jpg:{number}.wav"));
    let scenes: Vec<String> = scenes.collect();
    let moviepy: PathBuf = std::path::absolute(moviepy)?;
    let render = |film: &str, more: &[&str]| {
        let mut command = Command::new(&moviepy);
        command.arg("moviepy_render.py").arg(film).arg(SECONDS.to_string()).args(&scenes).args(more);
        // MoviePy brings an ffmpeg of its own; both have to use the same.
        command.current_dir(folder).env("FFMPEG_BINARY", studio.ffmpeg()?.program());
        run(&mut command, false)
    };
    let ran = render("theirs.mp4", &[])?;
    render("lossless.mp4", &["--lossless"])?;
    let ssim = ssim(studio, folder, "theirs.mp4", "-i lossless.mp4")?;
    Ok(Rendered { processor: ran.processor, wall: ran.wall, megabytes: megabytes(&folder.join("theirs.mp4"))?, ssim })
}

/// Structural similarity of a film and a reference, over all frames and planes, by ffmpeg's filter.
pub(super) fn ssim(studio: &Studio, folder: &Path, film: &str, reference: &str) -> Result<f64, Failure> {
    let mut command = Command::new(studio.ffmpeg()?.program());
    command.args(["-nostdin", "-hide_banner", "-nostats", "-i", film]).args(reference.split_whitespace());
    command.args(["-lavfi", "[0:v][1:v]ssim", "-f", "null", "-"]).current_dir(folder).stdin(Stdio::null());
    let ran = command.output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let all = said.rsplit("All:").next().and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    all.filter(|_| ran.status.success()).ok_or_else(|| Failure::defect(format!("no SSIM of {film}: {said}")))
}

pub(super) fn megabytes(path: &Path) -> Result<f64, Failure> {
    Ok(std::fs::metadata(path)?.len() as f64 / 1e6)
}
