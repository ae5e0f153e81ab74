//! What each of x264's presets takes for the same frames at the same constant rate factor, and what it makes of them: why
//! the encoder's settings are those that they are.

use std::io::Write as _;
use std::path::Path;

use super::figure::Figure;
use super::meter::Processor;
use super::peer::{self, PICTURES, SIZE};
use crate::cli::Failure;
use crate::config::Config;
use crate::domain::motion::{Motion, MotionKind};
use crate::domain::units::Fps;
use crate::makers;
use crate::ports::{Films as _, PortError};

const PRESETS: [&str; 6] = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"];
/// The preset that scenes are encoded with.
const OURS: &str = "veryfast";
/// Of each picture.
const SECONDS: u32 = 3;
/// As scenes move by default.
const ZOOM: Motion = Motion { kind: MotionKind::ZoomIn, amount_milli: 150 };

pub(super) async fn measure(config: &Config, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let folder = &folder.join("presets");
    peer::tools(folder).map_err(|e| PortError::io("write into", folder, e))?;
    let studio = makers::films(config)?;
    let fps = Fps::DEFAULT;
    let path = folder.join("frames.yuv");
    let mut file = std::fs::File::create(&path).map_err(|e| PortError::io("create", &path, e))?;
    for number in 0..PICTURES.len() {
        let job = peer::job(&studio, folder, (fps, SECONDS), ZOOM, number);
        studio.frames(&job, &mut file, &peer::context(folder, "frames")?)?;
    }
    file.flush()?;
    let frames = PICTURES.len() as f64 * f64::from(SECONDS * fps.get());
    let input = format!("-f rawvideo -pix_fmt yuv420p -s {SIZE} -r {} -i frames.yuv", fps.get());
    let ours = studio.encoder(SIZE, fps);
    if !ours.contains(&format!("-preset {OURS} ")) {
        return Err(Failure::defect(format!("the encoder's settings have no preset {OURS}: {ours}")));
    }
    let context = peer::context(folder, ".")?;
    let mut figures = Vec::new();
    for preset in PRESETS {
        let encoder = ours.replace(&format!("-preset {OURS} "), &format!("-preset {preset} "));
        let before = Processor::now();
        let arguments = format!("{input} {encoder} -y {preset}.ts");
        studio.ffmpeg()?.run(arguments.split_whitespace(), &context).await?;
        let processor = Processor::now().children - before.children;
        let film = format!("{preset}.ts");
        let ssim = peer::ssim(&studio, folder, &film, &input)?;
        figures.push(Figure::plain(format!("{preset}, a frame of 1080x1920"), 1000.0 * processor / frames, "ms"));
        figures.push(Figure::plain("  SSIM against the frames", ssim, ""));
        figures.push(Figure::plain("  a second of it", peer::megabytes(&folder.join(&film))? / frames * 30.0, "MB"));
    }
    Ok(figures)
}
