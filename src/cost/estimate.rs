//! What a plan will cost, and how long it will take, before anything of it is made.

use std::collections::BTreeSet;

use serde::Serialize;

use super::prices::{self, GB_MONTH};
use super::rates::{
    API_SECONDS, CHARS_A_SECOND, FILM_SECOND, FRAME_MEGAPIXEL, FRAME_MEGAPIXEL_BYTES, HIBARI_SECOND, KOKORO_SECOND,
    MESSAGE_SECONDS, PICTURE_MEGAPIXEL, PICTURE_MEGAPIXEL_BYTES, POSTER_MEGAPIXEL, SOUND_SECOND, SOUND_SECOND_BYTES,
    SPEECH_SECOND_BYTES, SPREAD, SUBMIT_SECONDS,
};
use super::{Pricing, Range, Site, requests};
use crate::domain::task::Work;
use crate::domain::timeline::{LEAD_MS, TAIL_MS};
use crate::domain::units::Size;
use crate::recipe::canonical::CanonicalError;
use crate::recipe::plan::{Plan, PlannedSentence};
use crate::recipe::steps::{PictureRecipe, Recipe as _, SceneLength};
use crate::recipe::{ArtifactId, Kind};

/// The built-in illustrator's name in recipes; whoever else draws is asked over a network.
pub(super) const DRAWN_HERE: &str = "card";
/// MB of a function that are one core.
/// Source: the AWS Lambda developer guide, "Configure Lambda function memory".
const CORE_MB: f64 = 1769.0;
/// So many scenes are made at once, where the stack is not told otherwise.
const AT_ONCE: usize = 50;
/// What steps ask of stores may be so much less or more than is counted.
const REQUESTS_SPREAD: Range = Range::of(0.5, 2.0);

/// What a film will cost.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Estimate {
    /// US dollars in all.
    pub usd: Range,
    /// Minutes from its request to its end.
    pub minutes: Range,
    /// Seconds of film.
    pub film_seconds: Range,
    /// Of the dollars: the functions' time.
    pub functions_usd: Range,
    /// Requests to queues, tables and buckets.
    pub requests_usd: Range,
    /// A month in which the bucket keeps what is made.
    pub storage_usd: Range,
    /// Pictures by an images API.
    pub pictures_usd: Range,
    /// What is to be made, by kind.
    pub parts: Vec<Part>,
    /// Providers and models whose pictures have to be paid for, at a price that is not known: nothing is counted for them.
    pub unpriced: BTreeSet<String>,
}

/// All artifacts of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Which.
    pub kind: Kind,
    /// How many are to be made.
    pub make: usize,
    /// How many are there.
    pub cached: usize,
    /// Processor seconds that making them takes.
    pub processor_s: Range,
    /// How much of it is made: seconds of sound or film, millions of pixels.
    pub units: Range,
}

/// What a plan will cost, where `cached` is there already.
///
/// # Errors
/// As [`Plan::new`].
pub fn estimate(plan: &Plan, cached: &BTreeSet<ArtifactId>, pricing: &Pricing) -> Result<Estimate, CanonicalError> {
    let mut count = Count::new(cached, pricing);
    let shared: Range = plan.narration.iter().flatten().map(spoken).sum();
    let seconds = plan.scenes.iter().map(|scene| {
        let own = scene.narration.iter().map(spoken).sum();
        length(scene.recipe.length, own, shared)
    });
    let seconds: Vec<Range> = seconds.collect();
    let film_seconds: Range = seconds.iter().copied().sum();
    // A film that is there needs nothing of what it was made from.
    let whole = cached.contains(&plan.film.id()?);
    let (mut runs, mut scenes) = (Vec::new(), Vec::new());
    for run in (0..plan.runs()).filter(|_| !whole) {
        let mut message = Message::default();
        plan.run(run).into_iter().try_for_each(|(_, sentence)| count.sentence(sentence, &mut message))?;
        runs.push(message);
    }
    for (scene, seconds) in plan.scenes.iter().zip(&seconds).filter(|_| !whole) {
        let mut message = Message::default();
        count.picture(&scene.picture, plan.size, &mut message)?;
        scene.narration.iter().try_for_each(|sentence| count.sentence(sentence, &mut message))?;
        let units = seconds.times(f64::from(plan.fps.get()) * megapixels(plan.size));
        count.artifact(scene.recipe.id()?, units, FRAME_MEGAPIXEL, FRAME_MEGAPIXEL_BYTES, &mut message);
        scenes.push(message);
    }
    let (mut film, mut sound) = (Message::default(), Message::default());
    if !whole {
        let beside = plan.has(&Work::Sound);
        let message = if beside { &mut sound } else { &mut film };
        count.artifact(plan.film.soundtrack, film_seconds, SOUND_SECOND, SOUND_SECOND_BYTES, message);
        scenes.extend(beside.then_some(sound));
    }
    let film_bytes = f64::from(plan.fps.get()) * megapixels(plan.size) * FRAME_MEGAPIXEL_BYTES + 24_000.0;
    count.artifact(plan.film.id()?, film_seconds, FILM_SECOND, film_bytes, &mut film);
    let poster = Range::exactly(megapixels(plan.size));
    count.artifact(plan.poster.id()?, poster, POSTER_MEGAPIXEL, PICTURE_MEGAPIXEL_BYTES, &mut film);
    Ok(count.told(&runs, &scenes, film, film_seconds))
}

/// What one message's work takes.
#[derive(Clone, Copy, Debug, Default)]
struct Message {
    processor_s: Range,
    /// Seconds of waiting for an images API; its pictures' messages do nothing else meanwhile.
    waiting_s: Range,
}

struct Count<'a> {
    cached: &'a BTreeSet<ArtifactId>,
    pricing: &'a Pricing,
    seen: BTreeSet<ArtifactId>,
    parts: Vec<Part>,
    bytes: Range,
    pictures_usd: Range,
    unpriced: BTreeSet<String>,
}

impl<'a> Count<'a> {
    fn new(cached: &'a BTreeSet<ArtifactId>, pricing: &'a Pricing) -> Self {
        let part = |kind| Part { kind, make: 0, cached: 0, processor_s: Range::default(), units: Range::default() };
        // A long scene's segments are its own work.
        let parts = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Segment).map(part).collect();
        let (seen, bytes, pictures_usd) = (BTreeSet::new(), Range::default(), Range::default());
        Self { cached, pricing, seen, parts, bytes, pictures_usd, unpriced: BTreeSet::new() }
    }

    /// Counts an artifact once; true where it has to be made.
    fn artifact(&mut self, id: ArtifactId, units: Range, rate: f64, bytes: f64, message: &mut Message) -> bool {
        let Some(part) = self.parts.iter_mut().find(|part| part.kind == id.kind) else { return false };
        if !self.seen.insert(id) {
            return false;
        }
        if self.cached.contains(&id) {
            part.cached += 1;
            return false;
        }
        let processor = Range::of(units.low * SPREAD.low, units.high * SPREAD.high).times(rate);
        part.make += 1;
        part.units = part.units + units;
        part.processor_s = part.processor_s + processor;
        message.processor_s = message.processor_s + processor;
        self.bytes = self.bytes + Range::of(units.low * SPREAD.low, units.high * SPREAD.high).times(bytes);
        true
    }

    fn sentence(&mut self, sentence: &PlannedSentence, message: &mut Message) -> Result<(), CanonicalError> {
        let rate = if sentence.recipe.voice.engine == "kokoro" { KOKORO_SECOND } else { HIBARI_SECOND };
        self.artifact(sentence.recipe.id()?, said(sentence), rate, SPEECH_SECOND_BYTES, message);
        Ok(())
    }

    fn picture(&mut self, recipe: &PictureRecipe, frame: Size, message: &mut Message) -> Result<(), CanonicalError> {
        let PictureRecipe::Prompt { provider, model, width, height, prompt, .. } = recipe else {
            // It came with the request, and was kept when that was planned.
            self.artifact(recipe.id()?, Range::default(), 0.0, 0.0, message);
            return Ok(());
        };
        let units = Range::exactly(megapixels(Size { width: *width, height: *height }));
        let here = provider == DRAWN_HERE;
        let rate = if here { PICTURE_MEGAPIXEL } else { 0.0 };
        if !self.artifact(recipe.id()?, units, rate, PICTURE_MEGAPIXEL_BYTES, message) || here {
            return Ok(());
        }
        message.waiting_s = message.waiting_s.max(API_SECONDS);
        match picture_usd(self.pricing, model, frame, prompt) {
            Some(usd) => self.pictures_usd = self.pictures_usd + usd,
            None => drop(self.unpriced.insert(format!("{provider} {model}"))),
        }
        Ok(())
    }

    fn told(self, runs: &[Message], scenes: &[Message], film: Message, film_seconds: Range) -> Estimate {
        let messages = || runs.iter().chain(scenes).chain([&film]);
        let made: usize = self.parts.iter().map(|part| part.make).sum();
        let found: usize = self.parts.iter().map(|part| part.cached).sum();
        let mut told = Estimate { film_seconds, pictures_usd: self.pictures_usd, ..Estimate::default() };
        let seconds = match &self.pricing.site {
            Site::Machine { cores } => {
                let (work, wait): (Range, Range) =
                    (messages().map(|m| m.processor_s).sum(), messages().map(|m| m.waiting_s).sum());
                let cores = *cores as f64;
                let waits = Range::of(messages().map(|m| m.waiting_s.low).fold(0.0, f64::max), wait.high);
                Range::of(work.low / cores, work.high / (cores / 2.0).max(1.0)) + waits
            }
            Site::Functions { memory_mb, architecture } => {
                let cores = *memory_mb as f64 / CORE_MB;
                let seconds = |message: &Message| {
                    let work = message.processor_s;
                    Range::of(work.low / cores, work.high / cores.min(1.0)) + message.waiting_s + MESSAGE_SECONDS
                };
                let longest = |of: &[Message]| of.iter().map(seconds).fold(Range::default(), Range::max);
                let gigabytes = *memory_mb as f64 / 1024.0;
                let billed = messages().map(seconds).sum::<Range>() + SUBMIT_SECONDS;
                told.functions_usd = billed.times(gigabytes * prices::gb_second(architecture));
                let requests = made as f64 * requests::MADE
                    + found as f64 * requests::FOUND
                    + messages().count() as f64 * requests::MESSAGE
                    + requests::FILM;
                told.requests_usd = REQUESTS_SPREAD.times(requests);
                told.storage_usd = self.bytes.times(GB_MONTH / 1e9);
                let turns = |of: &[Message]| Range::of(1.0, of.len().div_ceil(AT_ONCE) as f64);
                let phase = |of: &[Message]| Range::of(longest(of).low, longest(of).high * turns(of).high);
                SUBMIT_SECONDS + phase(runs) + phase(scenes) + seconds(&film)
            }
        };
        told.minutes = seconds.times(1.0 / 60.0);
        told.usd = told.functions_usd + told.requests_usd + told.storage_usd + told.pictures_usd;
        told.parts = self.parts;
        told.unpriced = self.unpriced;
        told
    }
}

/// What an images API asks for a picture, if that is known. A prompt's token is one character at the least, and rarely
/// more than four.
fn picture_usd(pricing: &Pricing, model: &str, frame: Size, prompt: &str) -> Option<Range> {
    if let Some(usd) = pricing.picture_usd {
        return Some(Range::exactly(usd));
    }
    let (model, (low, high)) = (prices::model(model)?, prices::picture_tokens(frame));
    let chars = prompt.chars().count() as f64;
    let output = Range::of(low as f64, high as f64).times(model.output);
    Some(output + Range::of(chars / 4.0, chars).times(model.input))
}

fn megapixels(size: Size) -> f64 {
    f64::from(size.width) * f64::from(size.height) / 1e6
}

/// Seconds of a sentence's speech, by its letters.
fn said(sentence: &PlannedSentence) -> Range {
    let words = &sentence.recipe.words;
    let chars: usize = words.iter().map(|word| word.chars().count() + 1).sum();
    let chars = chars as f64 * 1000.0 / f64::from(sentence.recipe.speed_milli.max(1));
    Range::of(chars / CHARS_A_SECOND.high, chars / CHARS_A_SECOND.low)
}

/// The same with the pause after it.
fn spoken(sentence: &PlannedSentence) -> Range {
    said(sentence) + Range::exactly(f64::from(sentence.sentence.pause_ms) / 1000.0)
}

/// Seconds of a scene whose own sentences, or the film's, last so long.
fn length(length: SceneLength, own: Range, shared: Range) -> Range {
    let edges = Range::exactly(f64::from(LEAD_MS + TAIL_MS) / 1000.0);
    match length {
        SceneLength::Speech { least_ms } => (own + edges).max(Range::exactly(f64::from(least_ms) / 1000.0)),
        SceneLength::Time { ms } => Range::exactly(f64::from(ms) / 1000.0),
        SceneLength::Share { of, .. } => (shared + edges).times(1.0 / f64::from(of.max(1))),
    }
}
