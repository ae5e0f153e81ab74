//! Which words of a prompt are things to be shown.
//!
//! ```text
//! "fishing boats"           fishing belongs to boats                    -> boat
//! "a fish market street"    fish belongs to market, which is a place    -> nothing but the place
//! "baskets of fish"         what holds something is shown with it       -> basket, with fish in it
//! "a glass of wine"         of what is eaten or drunk, that alone       -> wine
//! "a cat watches birds"     after somebody, a word in -s is a verb      -> cat, bird
//! "the future of trust"     an idea is shown where nothing else is named
//! ```

use std::collections::BTreeMap;

use crate::ports::PortResult;

use super::drawings::{Drawing, all};
use super::setting;
use super::things::Thing;
use super::words::Word;

/// At most so many different things stand in one picture; more would be a heap.
const MOST: usize = 4;

/// Words that never name a thing to be shown, though some drawing carries them.
const SILENT: &str = "the and with from into over under against his her its their at by on in of to for an is are was or as \
    man's one two three some very young view close up wide shot photo photograph picture image illustration scene cinematic \
    background style detailed realistic light dark bright sails rolls flies rests";

/// Words in the singular that mean several.
const COLLECTIVES: [&str; 7] = ["caravan", "flock", "herd", "team", "jellyfish", "village", "crowd"];

/// What things are served in: of "a plate of pasta" the pasta is the thing.
const DISHES: &str = "plate bowl glass cup mug bottle pot pan dish slice piece pair pile bunch bouquet row";

/// What stays a thing with what it holds.
const HOLDERS: [&str; 1] = ["basket"];

/// What a prompt names.
#[derive(Debug)]
pub(super) struct Named {
    /// The things to be shown, in the order of their words.
    pub(super) things: Vec<Thing>,
    /// The words that may name a place: all but those of an idea's longer name, as in "stock market".
    pub(super) places: Vec<Word>,
    /// Whether the things only stand for ideas.
    pub(super) ideas: bool,
}

/// A run of words that finds a drawing.
#[derive(Clone, Copy, Debug)]
struct Hit {
    from: usize,
    to: usize,
    rank: u8,
    thing: Thing,
}

/// The last rank of what is named outright; ideas come next, then keywords.
const NOUN: u8 = 1;
const IDEA: u8 = 2;

/// The prompt's things, places and ideas.
///
/// # Errors
/// Where the drawings cannot be read.
pub(super) fn named(words: &[Word]) -> PortResult<Named> {
    let hits = hits(&index(all()?), words);
    let hits = served(words, &without_modifiers(words, &hits));
    let in_an_idea =
        |at: usize| hits.iter().any(|hit| hit.rank == IDEA && hit.to - hit.from > 1 && hit.from <= at && at < hit.to);
    let places: Vec<Word> =
        words.iter().enumerate().filter(|(at, _)| !in_an_idea(*at)).map(|(_, word)| word.clone()).collect();
    // Where a thing or a place is named, ideas and guesses by keywords would only disturb it.
    let concrete = hits.iter().any(|hit| hit.rank <= NOUN) || places.iter().any(setting::names_place);
    let best = hits.iter().map(|hit| hit.rank).min();
    let ideas = !concrete && best == Some(IDEA);
    let mut distinct: Vec<Hit> = Vec::new();
    for hit in hits.into_iter().filter(|hit| if concrete { hit.rank <= NOUN } else { Some(hit.rank) == best }) {
        match distinct.iter_mut().find(|other| other.thing.drawing.name == hit.thing.drawing.name) {
            Some(other) => other.thing.holds = other.thing.holds.or(hit.thing.holds),
            None => distinct.push(hit),
        }
    }
    distinct.truncate(if concrete { MOST } else { 2 });
    Ok(Named { things: distinct.into_iter().map(|hit| hit.thing).collect(), places, ideas })
}

/// All runs of words that find a drawing, the longest name first: "hot air balloon" before "balloon".
fn hits(index: &Index, words: &[Word]) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let hit = (1..=3)
            .rev()
            .filter_map(|n| Some((n, words.get(at..at + n)?)))
            .find_map(|(n, run)| lookup(index, run).map(|(rank, drawing)| (n, rank, drawing, run)));
        let Some((n, rank, drawing, run)) = hit else {
            at += 1;
            continue;
        };
        if !is_verb(&found, at, run) {
            let thing = Thing { drawing, count: count(&words[at.saturating_sub(2)..at], run), holds: None };
            found.push(Hit { from: at, to: at + n, rank, thing });
        }
        at += n;
    }
    found
}

/// How many of it are named: 3 stands for any number above two.
fn count(before: &[Word], run: &[Word]) -> u8 {
    let many = run.last().is_some_and(|word| word.plural) || run.iter().any(|w| COLLECTIVES.contains(&&*w.text));
    match many {
        false => 1,
        true if before.iter().any(|word| matches!(&*word.text, "two" | "both" | "pair" | "couple")) => 2,
        true => 3,
    }
}

/// Whether a word in -s right after somebody in the singular tells what they do.
fn is_verb(found: &[Hit], at: usize, run: &[Word]) -> bool {
    let [word] = run else { return false };
    let somebody =
        |hit: &Hit| hit.to == at && hit.rank <= NOUN && hit.thing.drawing.kind.alive() && hit.thing.count == 1;
    word.joined && word.text.ends_with('s') && word.plural && found.last().is_some_and(somebody)
}

/// The hits less those that only say which one the next word means. A person's tool stays: a "taxi driver" has a taxi.
fn without_modifiers(words: &[Word], hits: &[Hit]) -> Vec<Hit> {
    let modifies = |hit: &Hit| {
        // "A robot painting a picture": what is being done is no head.
        let next = words.get(hit.to).filter(|word| word.joined && !word.text.ends_with("ing") && !is_silent(word));
        let Some(next) = next else { return false };
        match hits.iter().find(|other| other.from == hit.to && other.rank <= NOUN) {
            Some(head) => !head.thing.drawing.kind.person(),
            None => setting::names_place(next),
        }
    };
    hits.iter().filter(|hit| !modifies(hit)).copied().collect()
}

/// The hits less dishes that are named for what is in them, and less what is in a basket, which the basket then holds.
fn served(words: &[Word], hits: &[Hit]) -> Vec<Hit> {
    let content = |at: usize| {
        let of = words.get(at).is_some_and(|word| word.text == "of");
        // Up to two words that say what it is like may stand between.
        of.then(|| hits.iter().find(|hit| hit.rank <= NOUN && (at + 1..at + 4).contains(&hit.from))).flatten()
    };
    let mut kept: Vec<Hit> = Vec::new();
    let mut held = Vec::new();
    for hit in hits {
        let last = &words[hit.to - 1];
        match content(hit.to) {
            _ if held.contains(&hit.from) => {}
            Some(inside) if HOLDERS.contains(&&*hit.thing.drawing.name) && !inside.thing.drawing.kind.large() => {
                held.push(inside.from);
                kept.push(Hit { thing: Thing { holds: Some(inside.thing.drawing), ..hit.thing }, ..*hit });
            }
            Some(_) if last.is_one_of(DISHES) => {}
            _ => kept.push(*hit),
        }
    }
    kept
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

fn is_silent(word: &Word) -> bool {
    SILENT.split_whitespace().any(|silent| silent == word.text)
}

/// The drawing for a run of words, the last of which may be a plural.
fn lookup(index: &Index, run: &[Word]) -> Option<(u8, &'static Drawing)> {
    let (last, start) = run.split_last()?;
    if start.is_empty() && is_silent(last) {
        return None;
    }
    let start: String = start.iter().flat_map(|word| [word.text.as_str(), " "]).collect();
    // What is being done is seldom what is seen, unless a drawing has just this name.
    let hit = |stem: &String| index.get(format!("{start}{stem}").as_str()).copied();
    let forms = if last.text.ends_with("ing") { &last.stems[..1] } else { &last.stems };
    forms.iter().filter_map(hit).min_by_key(|(rank, _)| *rank)
}
