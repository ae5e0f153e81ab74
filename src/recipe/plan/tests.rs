use std::collections::BTreeSet;

use super::*;
use crate::domain::request::{Origin, Request};
use crate::domain::script::Word;
use crate::recipe::Kind;
use crate::recipe::steps::SegmentRecipe;

fn script(text: &str) -> Script {
    let word = |w: &str| Word { written: w.to_owned(), spoken: w.to_lowercase() };
    let sentence = |s: &str| Sentence { words: s.split_whitespace().map(word).collect(), pause_ms: 250 };
    let voice = VoicePin { engine: "hibari".into(), name: "heart".into(), model: Digest::of("model") };
    Script { voice, speed_milli: 1000, sentences: text.split_inclusive('.').map(sentence).collect() }
}

fn picture(prompt: &str) -> PictureRecipe {
    PictureRecipe::Prompt {
        prompt: prompt.to_owned(),
        lead: None,
        provider: "card".into(),
        model: "card-1".into(),
        width: 1296,
        height: 2304,
        seed: 0,
    }
}

/// A plan of scenes with these texts, and the tools as of this day.
fn plan_with(texts: &[&str], tools: &str, fonts: &str, extra: &str) -> Plan {
    let scenes: Vec<_> = texts
        .iter()
        .map(|t| format!(r#"{{"type": "image", "promptImage": "boat", "narration_text": "{t}", "subtitle": true}}"#))
        .collect();
    let json = format!(r#"{{"scenes": [{}]{extra}}}"#, scenes.join(","));
    let spec = FilmSpec::resolve(&Request::parse(&json, Origin::Remote).unwrap()).unwrap();
    let inputs = Inputs {
        narration: None,
        scenes: texts.iter().map(|t| (Some(script(t)), picture("boat"))).collect(),
        fonts: Digest::of(fonts),
        encoder: "-c:v libx264".into(),
        tools: Digest::of(tools),
        made_with: tools.to_owned(),
    };
    Plan::new(&spec, &inputs).unwrap()
}

fn plan(texts: &[&str]) -> Plan {
    plan_with(texts, "ffmpeg 9", "fonts", "")
}

fn changed(a: &Plan, b: &Plan) -> Vec<Kind> {
    let ids = |p: &Plan| p.artifacts().unwrap().into_iter().map(|(_, id)| id).collect::<BTreeSet<_>>();
    ids(b).difference(&ids(a)).map(|id| id.kind).collect()
}

/// Raise the kind's version when one of these changes without a change of the request or the tools:
/// what users have in their caches is then made again.
#[test]
fn golden_manifests() {
    let plan = plan(&["One two. Three."]);
    let scene = &plan.scenes[0];
    let manifests = [
        scene.narration[0].recipe.manifest(),
        scene.picture.manifest(),
        PictureRecipe::Pin { sha256: Digest::of("bytes") }.manifest(),
        scene.recipe.manifest(),
        SegmentRecipe { scene: scene.recipe.id().unwrap(), first: 60, frames: 30 }.manifest(),
        plan.soundtrack.manifest(),
        plan.film.manifest(),
        plan.poster.manifest(),
    ];
    let manifests: Vec<_> = manifests.into_iter().map(Result::unwrap).collect();
    insta::assert_snapshot!(manifests.join("\n"));
    insta::assert_snapshot!(plan.film.id().unwrap());
}

#[test]
fn the_key_is_the_digest_of_the_manifest() {
    let recipe = plan(&["One."]).film;
    assert_eq!(recipe.id().unwrap().key, Digest::of(recipe.manifest().unwrap()));
}

#[test]
fn one_changed_sentence_costs_one_sentence_one_scene_and_the_join() {
    let before = plan(&["One. Two.", "Three. Four.", "Five. Six."]);
    let after = plan(&["One. Two.", "Three. Fourteen.", "Five. Six."]);
    assert_eq!(changed(&before, &after), [Kind::Speech, Kind::Scene, Kind::Soundtrack, Kind::Film]);
}

#[test]
fn the_same_sentence_twice_is_spoken_once() {
    let plan = plan(&["Again. Again.", "Again."]);
    let speech: BTreeSet<_> = plan.artifacts().unwrap().into_iter().filter(|(_, id)| id.kind == Kind::Speech).collect();
    let keys: BTreeSet<_> = speech.iter().map(|(_, id)| id.key).collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_new_encoder_keeps_speech_and_pictures() {
    let before = plan(&["One."]);
    let after = plan_with(&["One."], "ffmpeg 10", "fonts", "");
    assert_eq!(changed(&before, &after), [Kind::Scene, Kind::Soundtrack, Kind::Film]);
}

#[test]
fn new_fonts_keep_speech_pictures_and_sound() {
    let before = plan(&["One."]);
    let after = plan_with(&["One."], "ffmpeg 9", "more fonts", "");
    assert_eq!(changed(&before, &after), [Kind::Scene, Kind::Film]);
}

#[test]
fn the_name_of_the_film_changes_no_key() {
    let before = plan(&["One."]);
    let after = plan_with(&["One."], "ffmpeg 9", "fonts", r#", "output_filename": "other.mp4", "task_id": "t""#);
    assert_eq!(changed(&before, &after), []);
}

#[test]
fn loudness_costs_the_sound_and_the_join() {
    let before = plan(&["One."]);
    let after = plan_with(&["One."], "ffmpeg 9", "fonts", r#", "loudness": -16"#);
    assert_eq!(changed(&before, &after), [Kind::Soundtrack, Kind::Film]);
}

#[test]
fn a_global_narration_is_spoken_in_runs_and_shared() {
    let json = r#"{"narration_text": "x", "subtitle": true,
        "scenes": [{"type": "image", "promptImage": "a"}, {"type": "image", "promptImage": "b"}]}"#;
    let spec = FilmSpec::resolve(&Request::parse(json, Origin::Remote).unwrap()).unwrap();
    let text = "A sentence of some forty characters here.".repeat(30);
    let inputs = Inputs {
        narration: Some(script(&text)),
        scenes: vec![(None, picture("a")), (None, picture("b"))],
        fonts: Digest::of("fonts"),
        encoder: String::new(),
        tools: Digest::of("tools"),
        made_with: "tools".to_owned(),
    };
    let plan = Plan::new(&spec, &inputs).unwrap();
    assert_eq!(plan.narration.iter().map(Vec::len).collect::<Vec<_>>(), [12, 12, 6]);
    assert_eq!(plan.scenes[1].recipe.length, SceneLength::Share { index: 1, of: 2 });
    assert_eq!(plan.scenes[1].recipe.narration.len(), 30);
    assert!(plan.scenes.iter().all(|scene| scene.narration.is_empty()));
    assert_eq!(plan.soundtrack.narration.len(), 30);
}

#[test]
fn a_long_film_is_spoken_before_its_scenes_and_its_sound_made_beside_them() {
    let texts: Vec<_> = (0..101).map(|n| format!("Line {n}. More.")).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let (short, long) = (plan(&texts[..99]), plan(&texts));
    assert_eq!((short.runs(), short.steps(), short.has(&Work::Sound)), (0, 100, false));
    assert_eq!(long.scene_runs, [38, 37, 26], "of 450 characters");
    assert_eq!((long.runs(), long.steps(), long.has(&Work::Sound)), (3, 3 + 101 + 2, true));
    assert!(long.has(&Work::Narrate { run: 2 }) && !long.has(&Work::Narrate { run: 3 }));
    let scenes = |run| long.run(run).into_iter().map(|(scene, _)| scene.unwrap()).collect::<Vec<_>>();
    assert_eq!((scenes(2)[..3].to_vec(), scenes(2)[51], scenes(3)), (vec![75, 75, 76], 100, vec![]));
    let spoken: Vec<_> = (0..3).flat_map(|run| long.run(run)).map(|(_, sentence)| sentence).collect();
    assert!(spoken.into_iter().eq(long.sentences()), "each of them once, in order");

    let word = format!("{}.", "w".repeat(300));
    let wordy = plan(&[&texts[..10], &[word.as_str(); 100][..]].concat());
    assert_eq!(wordy.scene_runs[..3], [11, 1, 1], "what is long is a run of its own");
    assert_eq!(wordy.scene_runs.iter().sum::<u32>(), 110);

    let silent: Vec<_> = long.scenes.iter().map(|scene| PlannedScene { narration: vec![], ..scene.clone() }).collect();
    assert_eq!(runs::scene_runs(&silent), [0; 0]);
}
