use super::*;
use crate::domain::film::FilmSpec;
use crate::domain::request::Request;
use crate::domain::script::{Sentence, Word};
use crate::recipe::Digest;
use crate::recipe::plan::{Inputs, Script};
use crate::recipe::steps::{PictureRecipe, VoicePin};

/// Two scenes: one of two sentences, and one of one.
fn plan() -> Plan {
    let scene = serde_json::json!({"type": "image", "promptImage": "a boat", "narration_text": "One. Two."});
    let request: Request = serde_json::from_value(serde_json::json!({"scenes": [scene, scene]})).unwrap();
    let sentence = |word: &str| Sentence {
        words: vec![Word { written: word.to_owned(), spoken: word.to_owned() }],
        pause_ms: 250,
    };
    let script = |words: &[&str]| Script {
        voice: VoicePin { engine: "hibari".into(), name: "heart".into(), model: Digest::of("model") },
        speed_milli: 1000,
        sentences: words.iter().map(|word| sentence(word)).collect(),
    };
    let picture = PictureRecipe::Pin { sha256: Digest::of("boat") };
    let scenes = [&["one", "two"][..], &["three"]].map(|words| (Some(script(words)), picture.clone()));
    let inputs = Inputs {
        narration: None,
        scenes: scenes.into(),
        fonts: Digest::of("fonts"),
        encoder: String::new(),
        tools: Digest::of("tools"),
        made_with: String::new(),
    };
    Plan::new(&FilmSpec::resolve(&request).unwrap(), &inputs).unwrap()
}

/// What the bar's text counts: scenes, and sentences.
fn counts(state: &State) -> [(usize, usize); 2] {
    [(state.scenes.len(), state.estimates.len()), (state.spoken.len(), state.sentences.len())]
}

/// A step's record as it is told.
fn record(kind: &str, scene: u32, artifact: String) -> StepRecord {
    StepRecord {
        kind: kind.to_owned(),
        scene: Some(scene),
        artifact,
        cache: CacheOutcome::Hit,
        ..StepRecord::default()
    }
}

#[test]
fn what_was_done_before_is_counted_from_the_beginning() {
    let plan = plan();
    assert_eq!(counts(&State::of(&plan, &BTreeSet::new())), [(0, 2), (0, 3)]);
    let state = State::of(&plan, &["scene#0".to_owned()].into());
    assert_eq!(counts(&state), [(1, 2), (2, 3)]);
    let (done, all) = state.frames();
    assert!(done > 0 && done < all, "{done} of {all}");
}

#[test]
fn what_is_tried_again_is_counted_once() {
    let plan = plan();
    let mut state = State::of(&plan, &BTreeSet::new());
    for _ in 0..2 {
        for (index, scene) in (0..).zip(&plan.scenes) {
            for sentence in &scene.narration {
                state.count(&record("speech", index, sentence.recipe.id().unwrap().to_string()));
            }
            state.drawn(index, 10_000);
            state.count(&record("scene", index, scene.recipe.id().unwrap().to_string()));
        }
        // Spoken again for the sound, after it was lost: no sentence of the plan has this place.
        state.count(&StepRecord { scene: None, ..record("speech", 0, "speech/v1/x".to_owned()) });
    }
    assert_eq!(counts(&state), [(2, 2), (3, 3)]);
    let (done, all) = state.frames();
    assert_eq!(done, all);
}

#[test]
fn the_time_left_follows_the_pace_and_is_not_told_too_early() {
    let began = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
    let state = State { first_frame: Some((began, 0)), ..State::default() };
    let left = state.left(100, 300).unwrap();
    assert!((19.0..22.0).contains(&left.as_secs_f64()), "{left:?}");
    assert_eq!(state.left(1, 300), None);
    assert_eq!(State::default().left(100, 300), None);
    // Of the hundred frames, fifty were there before.
    let resumed = State { first_frame: Some((began, 50)), ..State::default() };
    assert!((39.0..42.0).contains(&resumed.left(100, 300).unwrap().as_secs_f64()));
}

#[test]
fn sentences_that_were_spoken_before_their_scenes_are_counted() {
    let plan = plan();
    let long =
        Plan { scenes: plan.scenes.iter().cycle().take(100).cloned().collect(), scene_runs: vec![8, 92], ..plan };
    let state = State::of(&long, &["narrate#0".to_owned()].into());
    assert_eq!(counts(&state), [(0, 100), (12, 150)], "those of eight scenes");
}
