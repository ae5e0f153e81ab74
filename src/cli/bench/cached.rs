//! What a request costs that was made before, as it is or but for one sentence.

use std::path::Path;

use super::figure::{Figure, Goal};
use super::meter::{made, protovideo, run};
use super::requests;
use crate::cli::Failure;

/// The best of so many runs: what others do on the machine is not ours to measure.
const TRIES: usize = 5;

pub(super) fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let folder = &folder.join("cached");
    let render = |name: &str| run(&mut protovideo(folder, &["render", name, "-o", "film.mp4"])?, false);
    requests::write(folder, "request.json", &requests::twenty("Nobody counted them on their way home.")?)?;
    let cold = render("request.json")?;
    let mut again = f64::INFINITY;
    for _ in 0..TRIES {
        again = again.min(render("request.json")?.wall);
        expect(&made(folder)?, "", "the same request again")?;
    }
    requests::write(folder, "changed.json", &requests::twenty("Somebody counted them on their way home.")?)?;
    let changed = render("changed.json")?;
    expect(&made(folder)?, "1 film, 1 scene, 1 soundtrack, 1 speech", "one changed sentence")?;
    Ok(vec![
        Figure::plain("20 scenes, nothing cached, processor time", cold.processor, "s"),
        Figure::new("20 scenes, the same request again, nothing made", again, "s", Goal::AtMost(0.15)),
        Figure::plain("20 scenes, one sentence changed: one sentence, one scene, the join", changed.processor, "s"),
        Figure::plain("  as a part of the cold run", 100.0 * changed.processor / cold.processor, "%"),
    ])
}

/// Other steps than these would make the times say nothing.
fn expect(made: &str, expected: &str, what: &str) -> Result<(), Failure> {
    if made == expected {
        return Ok(());
    }
    let told = |list: &str| if list.is_empty() { "nothing".to_owned() } else { list.to_owned() };
    Err(Failure::defect(format!("{what} should have made {}; it made {}", told(expected), told(made))))
}
