//! What films cost before and after they are made.

use std::collections::BTreeSet;

use super::*;
use crate::domain::film::FilmSpec;
use crate::domain::request::{Origin, Request};
use crate::domain::script::{Sentence, Word};
use crate::domain::task::{CacheOutcome, Place, StepRecord, Tokens};
use crate::recipe::plan::{Inputs, Plan, Script};
use crate::recipe::steps::{PictureRecipe, Recipe as _, VoicePin};
use crate::recipe::{ArtifactId, Digest, Kind};

/// A film of scenes that say these texts, whose pictures `provider` draws by `model`.
pub(crate) fn plan(texts: &[&str], (provider, model): (&str, &str)) -> Plan {
    plan_by(texts, (provider, model), "hibari")
}

fn plan_by(texts: &[&str], (provider, model): (&str, &str), engine: &str) -> Plan {
    let scene = |text: &&str| serde_json::json!({"type": "image", "promptImage": text, "narration_text": text});
    let request = serde_json::json!({"scenes": texts.iter().map(scene).collect::<Vec<_>>()}).to_string();
    let spec = FilmSpec::resolve(&Request::parse(&request, Origin::Remote).unwrap()).unwrap();
    let word = |w: &str| Word { written: w.to_owned(), spoken: w.to_lowercase() };
    let sentence = |s: &str| Sentence { words: s.split_whitespace().map(word).collect(), pause_ms: 250 };
    let scene = |text: &&str| {
        let voice = VoicePin { engine: engine.into(), name: "heart".into(), model: Digest::of("model") };
        let sentences = text.split_inclusive('.').map(sentence).collect();
        let picture = PictureRecipe::Prompt {
            prompt: (*text).to_owned(),
            lead: None,
            provider: provider.into(),
            model: model.into(),
            width: 1296,
            height: 2304,
            seed: 0,
        };
        (Some(Script { voice, speed_milli: 1000, sentences }), picture)
    };
    let digest = Digest::of("tools");
    let inputs = Inputs {
        narration: None,
        scenes: texts.iter().map(scene).collect(),
        fonts: digest,
        encoder: "encoder".into(),
        tools: digest,
        made_with: "ffmpeg version 9".into(),
    };
    Plan::new(&spec, &inputs).unwrap()
}

/// Two scenes that the built-in illustrator draws.
fn drawn() -> Plan {
    plan(&["One two three four five. Six seven.", "Eight nine ten."], ("card", "card-2"))
}

/// Three of its pictures are one scene's words, drawn for money.
fn paid(model: &str) -> Plan {
    plan(&["One two.", "Three four.", "One two."], ("openai", model))
}

fn machine(cores: usize) -> Pricing {
    Pricing { site: Site::Machine { cores }, picture_usd: None }
}

fn functions(memory_mb: u64) -> Pricing {
    Pricing { site: Site::Functions { memory_mb, architecture: "x86_64".into() }, picture_usd: None }
}

fn quote(plan: &Plan, pricing: &Pricing) -> Estimate {
    estimate(plan, &BTreeSet::new(), pricing).unwrap()
}

fn part(estimate: &Estimate, kind: Kind) -> &Part {
    estimate.parts.iter().find(|part| part.kind == kind).unwrap()
}

#[track_caller]
fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() <= expected.abs() * 1e-6 + 1e-12, "{value}, expected {expected}");
}

#[test]
fn what_is_to_be_made_is_counted_in_its_units() {
    let told = quote(&drawn(), &machine(1));
    // "one two three four five", "six seven.", "eight nine ten." with a space after each word.
    let chars = 25.0 + 11.0 + 16.0;
    near(part(&told, Kind::Speech).units.low, chars / rates::CHARS_A_SECOND.high);
    near(part(&told, Kind::Speech).units.high, chars / rates::CHARS_A_SECOND.low);
    near(part(&told, Kind::Picture).units.low, 2.0 * 1.296 * 2.304);
    // Three pauses of 0.25 s, and 0.5 s around each scene's speech.
    let seconds = chars / rates::CHARS_A_SECOND.low + 0.75 + 1.0;
    near(told.film_seconds.high, seconds);
    near(part(&told, Kind::Scene).units.high, seconds * 30.0 * 1.08 * 1.92);
    let scene = part(&told, Kind::Scene);
    near(scene.processor_s.high, scene.units.high * rates::FRAME_MEGAPIXEL * rates::SPREAD.high);
    near(scene.processor_s.low, scene.units.low * rates::FRAME_MEGAPIXEL * rates::SPREAD.low);
    let made: Vec<_> = told.parts.iter().map(|part| (part.make, part.cached)).collect();
    assert_eq!(made, [(3, 0), (2, 0), (2, 0), (1, 0), (1, 0), (1, 0)]);
}

#[test]
fn a_machine_of_one_s_own_costs_time_alone() {
    let (one, two) = (quote(&drawn(), &machine(1)), quote(&drawn(), &machine(2)));
    assert_eq!(one.usd, Range::default());
    let work: Range = one.parts.iter().map(|part| part.processor_s).sum();
    near(one.minutes.low * 60.0, work.low);
    near(two.minutes.low * 60.0, work.low / 2.0);
    near(one.minutes.high * 60.0, work.high);
    let slow = quote(&plan_by(&["One two three."], ("card", "card-2"), "kokoro"), &machine(1));
    let quick = quote(&plan_by(&["One two three."], ("card", "card-2"), "hibari"), &machine(1));
    let speech = |told: &Estimate| part(told, Kind::Speech).processor_s.high;
    near(speech(&slow) / speech(&quick), rates::KOKORO_SECOND / rates::HIBARI_SECOND);
}

#[test]
fn what_is_cached_costs_nothing() {
    let plan = drawn();
    let ids: Vec<ArtifactId> = plan.artifacts().unwrap().into_iter().map(|(_, id)| id).collect();
    let speech: BTreeSet<_> = ids.iter().copied().filter(|id| id.kind == Kind::Speech).collect();
    let told = estimate(&plan, &speech, &machine(1)).unwrap();
    assert_eq!((part(&told, Kind::Speech).make, part(&told, Kind::Speech).cached), (0, 3));
    assert_eq!(part(&told, Kind::Speech).processor_s, Range::default());
    let all = quote(&plan, &machine(1));
    near(all.minutes.high - told.minutes.high, part(&all, Kind::Speech).processor_s.high / 60.0);
    // A film that is there needs nothing else, though it may be gone.
    let film = BTreeSet::from([plan.film.id().unwrap(), plan.poster.id().unwrap()]);
    let told = estimate(&plan, &film, &machine(1)).unwrap();
    assert_eq!(told.minutes, Range::default());
    assert!(told.parts.iter().all(|part| part.make == 0));
    let cloud = estimate(&plan, &film, &functions(3538)).unwrap();
    assert!(cloud.usd.low > 0.0 && cloud.usd.high < 0.001, "its messages cost something: {:?}", cloud.usd);
}

#[test]
fn functions_are_billed_for_their_size_and_their_messages() {
    let (plan, size) = (drawn(), 3538.0 / 1024.0);
    let told = quote(&plan, &functions(3538));
    let work: Range = told.parts.iter().map(|part| part.processor_s).sum();
    // Two scenes and the film; where both cores are busy half of the work's time is billed.
    let low = work.low / (3538.0 / 1769.0) + 3.0 * rates::MESSAGE_SECONDS.low + rates::SUBMIT_SECONDS.low;
    let high = work.high + 3.0 * rates::MESSAGE_SECONDS.high + rates::SUBMIT_SECONDS.high;
    near(told.functions_usd.low, low * size * 0.000_016_666_7);
    near(told.functions_usd.high, high * size * 0.000_016_666_7);
    assert!(told.requests_usd.low > 0.0 && told.storage_usd.low > 0.0);
    let sum = told.functions_usd + told.requests_usd + told.storage_usd;
    assert_eq!(told.usd, sum);
    let arm = Pricing { site: Site::Functions { memory_mb: 3538, architecture: "aarch64".into() }, picture_usd: None };
    near(quote(&plan, &arm).functions_usd.high / told.functions_usd.high, 0.000_013_333_4 / 0.000_016_666_7);
    let small = quote(&plan, &functions(1024)).minutes.high;
    assert!(small > told.minutes.high, "less than a core takes longer");
}

#[test]
fn a_picture_costs_its_list_price_or_the_configured_one_and_is_paid_once() {
    let told = quote(&paid("gpt-image-1"), &machine(1));
    assert_eq!(part(&told, Kind::Picture).make, 2, "two scenes show the same picture");
    let chars = 8.0 + 11.0;
    near(told.usd.low, 2.0 * 400.0 * 40e-6 + chars / 4.0 * 5e-6);
    near(told.usd.high, 2.0 * 6240.0 * 40e-6 + chars * 5e-6);
    let configured = Pricing { picture_usd: Some(0.07), ..machine(1) };
    near(quote(&paid("gpt-image-1"), &configured).usd.high, 0.14);
    let unknown = quote(&paid("sketch"), &machine(1));
    assert_eq!((unknown.usd, unknown.unpriced), (Range::default(), BTreeSet::from(["openai sketch".to_owned()])));
    near(quote(&paid("sketch"), &configured).usd.low, 0.14);
}

fn record(artifact: &ArtifactId, cache: CacheOutcome, worker: &str) -> StepRecord {
    StepRecord {
        kind: artifact.kind.word().to_owned(),
        artifact: artifact.to_string(),
        cache,
        bytes: 1_000_000,
        place: Place {
            worker: worker.into(),
            architecture: "x86_64".into(),
            function_mb: Some(2048),
            ..Place::default()
        },
        ..StepRecord::default()
    }
}

#[test]
fn functions_time_is_shared_by_the_steps_that_worked_in_it() {
    let plan = drawn();
    let scene = plan.film.scenes[0];
    let records = [
        record(&plan.scenes[0].recipe.picture, CacheOutcome::Miss, "a"),
        record(&plan.scenes[0].recipe.narration[0].speech, CacheOutcome::Hit, "a"),
        record(&scene, CacheOutcome::Miss, "b"),
    ];
    let told = spent(&plan, &records, &[(0, 2_000), (0, 1_000), (500, 1_500)], &machine(1));
    let second = 2.0 * 0.000_016_666_7;
    near(told.functions_usd, 3.0 * second);
    let storage = 0.001 * 0.023;
    near(told.storage_usd, 2.0 * storage);
    near(told.steps[0], 1.5 * second + requests::MADE + storage);
    near(told.steps[1], 0.5 * second + requests::FOUND);
    near(told.steps[2], second + requests::MADE + storage);
    let messages = requests::FILM + 3.0 * requests::MESSAGE;
    near(told.requests_usd, 2.0 * requests::MADE + requests::FOUND + messages);
    near(told.usd(), told.steps.iter().sum::<f64>() + messages);
}

#[test]
fn a_machine_pays_for_pictures_alone_by_what_was_billed() {
    let at_home = |artifact: &ArtifactId, cache| {
        let record = record(artifact, cache, "a");
        let tokens = Tokens { input: 10, output: 1584 };
        StepRecord { place: Place { function_mb: None, ..record.place }, tokens, ..record }
    };
    let costs = |model: &str, pricing: &Pricing| {
        let plan = paid(model);
        let picture = plan.scenes[0].recipe.picture;
        let records = [
            at_home(&picture, CacheOutcome::Miss),
            at_home(&picture, CacheOutcome::Hit),
            at_home(&plan.film.scenes[0], CacheOutcome::Miss),
        ];
        spent(&plan, &records, &[(0, 9), (9, 9), (9, 20)], pricing)
    };
    let listed = costs("gpt-image-1", &machine(1));
    near(listed.usd(), 10.0 * 5e-6 + 1584.0 * 40e-6);
    assert_eq!(listed.steps, [listed.usd(), 0.0, 0.0]);
    near(costs("sketch", &Pricing { picture_usd: Some(0.07), ..machine(1) }).usd(), 0.07);
    let unknown = costs("sketch", &machine(1));
    assert_eq!((unknown.usd(), unknown.unpriced), (0.0, [("openai sketch".to_owned(), 1)].into()));
}
