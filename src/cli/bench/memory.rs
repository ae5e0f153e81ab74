//! Peak memory, of few scenes and of many.

use std::path::Path;

use super::figure::{Figure, Goal};
use super::meter::{protovideo, run};
use super::requests;
use crate::cli::Failure;

pub(super) fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let peak = |count: usize| {
        let folder = &folder.join(format!("memory-{count}"));
        requests::write(folder, "request.json", &requests::scenes(count)?)?;
        let ran = run(&mut protovideo(folder, &["render", "request.json", "-o", "film.mp4"])?, true)?;
        // The film of forty scenes is large, and nobody looks at it.
        let removed = std::fs::remove_dir_all(folder);
        removed.map(|()| ran.peak).map_err(Failure::from)
    };
    let (five, forty) = (peak(5)?, peak(40)?);
    Ok(vec![
        Figure::new("peak memory, 5 scenes, MAX_WORKERS=4", five, "MB", Goal::AtMost(650.0)),
        Figure::new("peak memory, 40 scenes, MAX_WORKERS=4", forty, "MB", Goal::AtMost(five * 1.1)),
    ])
}
