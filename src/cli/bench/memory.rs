//! Peak memory: of few scenes and of many, and beside that of a whole Python stack.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::figure::{Figure, Goal};
use super::meter::{Ran, protovideo, run};
use super::{peer, requests};
use crate::cli::Failure;
use crate::config::Config;
use crate::makers;
use crate::ports::PortError;

/// What speaks with kokoro-onnx and renders with `MoviePy`.
const STACK: &[u8] = include_bytes!("../../../scripts/bench/python_stack.py");
/// The voice that both speak with.
const VOICE: &str = "af_heart";

pub(super) fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let (five, many) = (scenes(folder, 5)?, scenes(folder, 200)?);
    Ok(vec![
        Figure::new("peak memory, 5 scenes, MAX_WORKERS=4", five, "MB", Goal::AtMost(650.0)),
        Figure::plain("peak memory, 200 scenes, MAX_WORKERS=4", many, "MB"),
        Figure::new("  in that of 5", many / five, "x", Goal::AtMost(1.1)),
    ])
}

/// The peak in MB of a film of so many scenes.
fn scenes(folder: &Path, count: usize) -> Result<f64, Failure> {
    Ok(ours(&folder.join(format!("memory-{count}")), &requests::scenes(count)?)?.peak)
}

fn ours(folder: &Path, request: &Value) -> Result<Ran, Failure> {
    requests::write(folder, "request.json", request)?;
    let ran = run(&mut protovideo(folder, &["render", "request.json", "-o", "film.mp4"])?, true)?;
    // A film of many scenes is large, and nobody looks at it.
    std::fs::remove_dir_all(folder)?;
    Ok(ran)
}

/// The example with a voice that both have: its peak, and that of the Python programs that speak the same texts and
/// render as many scenes.
pub(super) fn beside(config: &Config, folder: &Path, python: &Path) -> Result<Vec<Figure>, Failure> {
    let folder = &folder.join("stack");
    let mut request = requests::harbour()?;
    request["voice"] = json!(VOICE);
    let scenes = request["scenes"].as_array().into_iter().flatten();
    let texts: Vec<_> = scenes.map(|scene| scene["narration_text"].clone()).collect();
    let theirs = theirs(config, &folder.join("theirs"), python, &json!(texts))?;
    let ours = ours(&folder.join("ours"), &request)?;
    Ok(vec![
        Figure::plain("kokoro-onnx and MoviePy, 5 scenes, peak memory", theirs.peak, "MB"),
        Figure::plain("  wall time", theirs.wall, "s"),
        Figure::plain(format!("ours with {VOICE}, the same texts, peak memory"), ours.peak, "MB"),
        Figure::plain("  wall time", ours.wall, "s"),
        Figure::new("our peak memory in theirs", ours.peak / theirs.peak, "x", Goal::AtMost(0.5)),
    ])
}

fn theirs(config: &Config, folder: &Path, python: &Path, texts: &Value) -> Result<Ran, Failure> {
    peer::tools(folder).map_err(|e| PortError::io("write into", folder, e))?;
    std::fs::write(folder.join("python_stack.py"), STACK)?;
    std::fs::write(folder.join("texts.json"), texts.to_string())?;
    let mut command = Command::new(std::path::absolute(python)?);
    command.args(["python_stack.py", "film.mp4"]).arg(std::path::absolute(&config.assets)?).arg(VOICE);
    command.args(["texts.json", "0.jpg", "1.jpg", "2.jpg"]).current_dir(folder);
    // MoviePy brings an ffmpeg of its own; both have to use the same.
    let studio = makers::films(config)?;
    run(command.env("FFMPEG_BINARY", studio.ffmpeg()?.program()), true)
}
