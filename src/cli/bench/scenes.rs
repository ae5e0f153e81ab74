//! Films of so many scenes: new, the same again, and with one sentence changed; and how much two workers speed scenes up.

use std::path::Path;

use serde_json::{Value, json};

use super::figure::{Figure, Goal};
use super::meter::{Ran, everybody, made, protovideo, report, run};
use super::requests;
use crate::cli::Failure;
use crate::makers;

/// What is measured where nothing else is asked for.
pub(super) const USUAL: [usize; 3] = [1, 3, 5];
/// A changed sentence is spoken again, its scene rendered, the sound mixed, and the film joined.
const STEPS_OF_A_CHANGE: f64 = 4.0;
/// Enough scenes that it hardly counts how long one worker has nothing left to do at the end.
const SHARED: usize = 8;
/// One worker and two are measured in turn so often, and the best of each counts: others use the machine, too.
const ROUNDS: usize = 2;

pub(super) fn measure(folder: &Path, counts: &[usize]) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for &count in counts {
        figures.extend(film(&folder.join(format!("scenes-{count}")), count)?);
    }
    figures.extend(workers(folder)?);
    Ok(figures)
}

/// One film of so many scenes, none like another, three times.
fn film(folder: &Path, count: usize) -> Result<Vec<Figure>, Failure> {
    let mut request = requests::scenes(count)?;
    requests::write(folder, "request.json", &request)?;
    let text = &mut request["scenes"][count / 2]["narration_text"];
    *text = json!(text.as_str().unwrap_or_default().replacen("we saw", "they saw", 1));
    requests::write(folder, "changed.json", &request)?;
    let (cold, made) = render(folder, "request.json")?;
    let scenes = if count == 1 { "1 scene".to_owned() } else { format!("{count} scenes") };
    let a_minute = 60.0 * count as f64 / cold.wall;
    let mut figures = told(&format!("{scenes}, nothing cached"), &cold, made, Goal::None);
    figures.push(Figure::plain("  scenes a minute", a_minute, ""));
    for (what, name, most) in
        [("the same request again", "request.json", 0.0), ("one sentence changed", "changed.json", STEPS_OF_A_CHANGE)]
    {
        let (ran, made) = render(folder, name)?;
        figures.extend(told(&format!("{scenes}, {what}"), &ran, made, Goal::AtMost(most)));
    }
    std::fs::remove_dir_all(folder)?;
    Ok(figures)
}

/// Renders a request of the folder; how many steps that made.
fn render(folder: &Path, name: &str) -> Result<(Ran, usize), Failure> {
    let ran = run(&mut protovideo(folder, &["render", name, "-o", "film.mp4"])?, false)?;
    Ok((ran, made(&report(folder)?).values().sum()))
}

fn told(what: &str, ran: &Ran, made: usize, steps: Goal) -> Vec<Figure> {
    vec![
        Figure::plain(format!("{what}, wall time"), ran.wall, "s"),
        Figure::plain("  processor time", ran.processor, "s"),
        Figure::new("  steps made", made as f64, "", steps),
    ]
}

/// The scenes' phase of one film by one worker and by two, on a machine with two cores or more.
fn workers(folder: &Path) -> Result<Vec<Figure>, Failure> {
    if makers::cores() < 2 {
        eprintln!("  two workers are not measured against one: this machine has one core");
        return Ok(Vec::new());
    }
    let request = requests::scenes(SHARED)?;
    let (mut best, mut others, mut wall) = ([f64::INFINITY; 2], 0.0, 0.0);
    for round in 0..ROUNDS {
        for (count, best) in ["1", "2"].into_iter().zip(&mut best) {
            let folder = &folder.join(format!("workers-{count}-{round}"));
            requests::write(folder, "request.json", &request)?;
            let mut command = protovideo(folder, &["render", "request.json", "-o", "film.mp4"])?;
            let before = everybody();
            let ran = run(command.env("MAX_WORKERS", count), false)?;
            others += (everybody() - before - ran.processor).max(0.0);
            wall += ran.wall;
            *best = best.min(phase(&report(folder)?));
            std::fs::remove_dir_all(folder)?;
        }
    }
    let [one, two] = best;
    Ok(vec![
        Figure::plain(
            format!("{SHARED} scenes, from the first one's start to the last one's end, one worker"),
            one,
            "s",
        ),
        Figure::plain("  two workers", two, "s"),
        Figure::plain("  cores that others used meanwhile", others / wall, ""),
        Figure::new("  two workers' speed in that of one", one / two, "x", Goal::AtLeast(1.75)),
    ])
}

/// Seconds from the beginning of the first work for a scene to the end of the last scene.
fn phase(report: &Value) -> f64 {
    let (mut first, mut last) = (u64::MAX, 0);
    for record in report["artifacts"].as_array().into_iter().flatten() {
        let began = record["began_at"].as_u64().unwrap_or(0);
        match record["kind"].as_str() {
            Some("speech" | "picture") => first = first.min(began),
            Some("scene") => {
                first = first.min(began);
                last = last.max(began + record["wall_ms"].as_u64().unwrap_or(0));
            }
            _ => {}
        }
    }
    last.saturating_sub(first) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenes_phase_ends_before_the_film_is_put_together() {
        let record = |kind: &str, began: u64, wall: u64| json!({"kind": kind, "began_at": began, "wall_ms": wall});
        let artifacts = [
            record("scene", 1500, 4000),
            record("speech", 1200, 100),
            record("scene", 1600, 3000),
            record("film", 5600, 900),
        ];
        assert!((phase(&json!({"artifacts": artifacts})) - 4.3).abs() < 1e-9);
    }
}
