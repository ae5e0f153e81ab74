//! From nouns to drawings.

use std::collections::BTreeMap;

use crate::ports::PortResult;

use super::drawings::{Drawing, Kind, all};
use super::setting::Setting;
use super::words::Word;

/// At most so many different things stand in one picture; more would be a heap.
const MOST: usize = 3;

/// Words that never name a thing to be shown, though some drawing carries them.
const SILENT: &str = "the and with from into over under against his her its their at by on in of to for an is are was or as \
    man's one two three some very young view close up wide shot photo photograph picture image illustration scene cinematic \
    background style detailed realistic light dark bright";

/// One thing of a prompt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thing {
    pub(super) drawing: &'static Drawing,
    /// Whether several of it were named.
    pub(super) many: bool,
}

/// The prompt's things in the order of their words, the most certain ones where there are too many.
///
/// # Errors
/// Where the drawings cannot be read.
pub(super) fn find(words: &[Word]) -> PortResult<Vec<Thing>> {
    let index = index(all()?);
    let mut found: Vec<(u8, Thing)> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        // The longest name wins: "hot air balloon" before "balloon".
        let hit = (1..=3)
            .rev()
            .filter_map(|n| Some((n, words.get(at..at + n)?)))
            .find_map(|(n, run)| lookup(&index, run).map(|(rank, drawing)| (n, rank, drawing, run)));
        let Some((n, rank, drawing, run)) = hit else {
            at += 1;
            continue;
        };
        at += n;
        if !found.iter().any(|(_, thing)| thing.drawing.name == drawing.name) {
            let many =
                run.last().is_some_and(|word| word.plural) || run.iter().any(|w| COLLECTIVES.contains(&&*w.text));
            found.push((rank, Thing { drawing, many }));
        }
    }
    // A keyword is a guess, which is only worth something where nothing is named outright.
    if found.iter().any(|(rank, _)| *rank < 2) {
        found.retain(|(rank, _)| *rank < 2);
    }
    while found.len() > MOST {
        let worst = found.iter().map(|(rank, _)| *rank).max();
        let Some(place) = found.iter().rposition(|(rank, _)| Some(*rank) == worst) else { break };
        found.remove(place);
    }
    Ok(found.into_iter().map(|(_, thing)| thing).collect())
}

/// Words in the singular that mean several.
const COLLECTIVES: [&str; 6] = ["caravan", "flock", "herd", "team", "jellyfish", "village"];

/// What keeps a place company where a prompt names no thing: a street wants traffic.
///
/// # Errors
/// Where the drawings cannot be read.
pub(super) fn company(setting: Setting) -> PortResult<Vec<Thing>> {
    let names: &[(&str, bool)] = match setting {
        Setting::Street => &[("taxi", false), ("bus", false)],
        Setting::Sea | Setting::Harbour | Setting::Beach => &[("sailboat", true)],
        Setting::River => &[("canoe", false)],
        Setting::Sky => &[("hot-air-balloon", true)],
        Setting::Space => &[("ringed-planet", false)],
        Setting::Underwater => &[("tropical-fish", true)],
        Setting::Forest => &[("deer", false)],
        Setting::Desert => &[("cactus", true)],
        Setting::Field => &[("deciduous-tree", false)],
        Setting::Still => &[("hot-beverage", false), ("open-book", false)],
        Setting::Room => &[("couch-and-lamp", false)],
        Setting::City => &[("gull", true)],
        Setting::Mountains | Setting::Snow | Setting::Abstract => &[],
    };
    let drawings = all()?;
    let thing = |(name, many): &(&str, bool)| {
        drawings.iter().find(|drawing| drawing.name == *name).map(|drawing| Thing { drawing, many: *many })
    };
    Ok(names.iter().filter_map(thing).collect())
}

type Index = BTreeMap<&'static str, (u8, &'static Drawing)>;

/// Each word's best drawing: the lowest rank, then the first name.
fn index(drawings: &'static [Drawing]) -> Index {
    let mut index = Index::new();
    for drawing in drawings {
        for (word, rank) in &drawing.words {
            let best = index.entry(word.as_str()).or_insert((*rank, drawing));
            if *rank < best.0 {
                *best = (*rank, drawing);
            }
        }
    }
    index
}

/// The drawing for a run of words, the last of which may be a plural.
fn lookup(index: &Index, run: &[Word]) -> Option<(u8, &'static Drawing)> {
    let (last, start) = run.split_last()?;
    if start.is_empty() && SILENT.split_whitespace().any(|word| word == last.text) {
        return None;
    }
    let start: String = start.iter().flat_map(|word| [word.text.as_str(), " "]).collect();
    // What is being done is seldom what is seen, unless a drawing has just this name.
    let hit = |stem: &String| index.get(format!("{start}{stem}").as_str()).copied();
    let forms = if last.text.ends_with("ing") { &last.stems[..1] } else { &last.stems };
    forms.iter().find_map(hit)
}

/// Whether any thing is of one of these kinds.
pub(super) fn has(things: &[Thing], kinds: &[Kind]) -> bool {
    things.iter().any(|thing| kinds.contains(&thing.drawing.kind))
}
