//! What a request costs that was made before, as it is or but for one sentence.

use std::path::Path;
use std::time::Instant;

use super::figure::{Figure, Goal};
use super::meter::{made, protovideo, report, run};
use super::requests;
use crate::cli::Failure;
use crate::local::Files;
use crate::ports::Artifacts as _;

/// The best of so many runs: what others do on the machine is not ours to measure.
const TRIES: usize = 5;

pub(super) async fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let folder = &folder.join("cached");
    let render = |name: &str| run(&mut protovideo(folder, &["render", name, "-o", "film.mp4"])?, false);
    requests::write(folder, "request.json", &requests::twenty("Nobody counted them on their way home.")?)?;
    let cold = render("request.json")?;
    let mut again = f64::INFINITY;
    for _ in 0..TRIES {
        again = again.min(render("request.json")?.wall);
        expect(folder, "", "the same request again")?;
    }
    let hit_ms = hit_ms(&folder.join("cache")).await?;
    requests::write(folder, "changed.json", &requests::twenty("Somebody counted them on their way home.")?)?;
    let changed = render("changed.json")?;
    expect(folder, "1 film, 1 scene, 1 soundtrack, 1 speech", "one changed sentence")?;
    Ok(vec![
        Figure::plain("20 scenes, nothing cached, processor time", cold.processor, "s"),
        Figure::new("20 scenes, the same request again, nothing made", again, "s", Goal::AtMost(0.05)),
        Figure::new("  an artifact of the cache: found, opened and verified", hit_ms, "ms", Goal::AtMost(5.0)),
        Figure::plain("20 scenes, one sentence changed: one sentence, one scene, the join", changed.processor, "s"),
        Figure::new("  as a part of the cold run", 100.0 * changed.processor / cold.processor, "%", Goal::AtMost(8.0)),
    ])
}

/// Milliseconds for an artifact that is there, all of them considered.
async fn hit_ms(cache: &Path) -> Result<f64, Failure> {
    let files = Files::open(cache, None)?;
    let all = files.list().await?;
    let began = Instant::now();
    for listed in &all {
        let there = files.find(&listed.id).await?.is_some() && files.open(&listed.id, cache).await?.is_some();
        if !there {
            return Err(Failure::defect(format!("{} is not to be had from the cache", listed.id)));
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1000.0 / all.len() as f64)
}

/// Other steps of the newest task than these, told as `1 film, 2 scene`, would make the times say nothing.
fn expect(folder: &Path, expected: &str, what: &str) -> Result<(), Failure> {
    let report = report(folder)?;
    let made = made(&report).into_iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ");
    if made == expected {
        return Ok(());
    }
    let told = |list: &str| if list.is_empty() { "nothing".to_owned() } else { list.to_owned() };
    Err(Failure::defect(format!("{what} should have made {}; it made {}", told(expected), told(&made))))
}
