//! What bad input gets: a clear error with its place, the exit code of its class, and nothing lost or half-written.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Desk, film, tampered};

fn spoken(text: &str) -> Value {
    film(&json!([{"type": "image", "promptImage": "A boat", "narration_text": text}]))
}

fn silent() -> Value {
    film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]))
}

#[track_caller]
fn refused(request: &str, told: &[&str]) {
    let desk = Desk::new();
    desk.write("request.json", request);
    desk.run(&["render", "request.json", "-o", "film.mp4"]).fails(3, told);
    assert_eq!(desk.names(), ["request.json"], "nothing was written");
    assert!(!desk.path("cache/scene").exists(), "no work was begun");
}

#[test]
fn json_that_cannot_be_read_is_told_with_line_and_column() {
    refused("{\n  \"scenes\": [,]\n}", &["not JSON", "line 2, column 14"]);
    refused("", &["not JSON", "line 1"]);
    Desk::new().run(&["render", "absent.json"]).fails(3, &["absent.json", "No such file"]);
}

#[test]
fn all_faults_are_in_one_answer() {
    let request = json!({"fsp": 24, "scenes": [
        {"type": "image", "promptImage": "A cat"},
        {"type": "image", "image_providr": "card", "duration": "long"},
    ]});
    let told = [
        "fsp: unknown field; did you mean fps?",
        "scenes[1].image_providr: unknown field; did you mean image_provider?",
        "scenes[1].duration: ",
    ];
    refused(&request.to_string(), &told);
    refused(r#"{"scenes": []}"#, &["scenes: empty"]);
    refused(r#"{"scenes": [{"type": "video", "video": "a.mp4"}]}"#, &["scenes[0]", "not supported yet"]);
}

#[test]
fn what_the_schema_forbids_hides_nothing_that_the_world_does() {
    let request = json!({"fsp": 24, "scenes": [
        {"type": "image", "promptImage": "A cat", "narration_text": "Hello.", "voice": "af_hart"},
        {"type": "image", "promptImage": "A cat", "narration_text": "... !?", "image_provider": "opnai"},
        {"type": "image", "image": "absent.png", "duration": "long"},
    ]});
    let told = [
        "6 faults",
        "fsp: unknown field",
        "scenes[0].voice: ",
        "scenes[1].narration_text: ",
        "scenes[1].image_provider: ",
        "scenes[2].duration: ",
        "scenes[2].image: ",
    ];
    refused(&request.to_string(), &told);
    refused(r#"{"fps": 24, "fps": 30, "scenes": []}"#, &["2 faults", "fps: stands twice", "scenes: empty"]);
}

#[test]
fn an_unknown_voice_is_told_with_the_list() {
    let mut request = spoken("Hello.");
    request["scenes"][0]["voice"] = json!("af_hart");
    refused(&request.to_string(), &["scenes[0].voice", "`af_hart`", "heart, af_alloy", "bm_lewis"]);
}

#[test]
fn a_text_without_a_word_is_told_with_its_place() {
    refused(&spoken(" ... !? — ").to_string(), &["scenes[0].narration_text", "no word"]);
}

#[test]
fn sounds_that_no_model_knows_are_told_with_what_is_allowed() {
    let mut request = spoken("Open the [docs](/gʌɪd/).");
    request["pronunciations"] = json!({"docs": "/d9k/", "GIF": "🎉", "SQL": "sequel"});
    let told = [
        "3 faults",
        "scenes[0].narration_text: found [docs](/gʌɪd/), where 'g' is no phoneme (the sound of go is written ɡ); allowed: A I",
        "pronunciations.docs: found \"/d9k/\", where '9' is no phoneme; allowed: A I",
        "pronunciations.GIF: found \"🎉\", which has no word that can be spoken; allowed: /phonemes/ or a respelling",
    ];
    refused(&request.to_string(), &told);
    Desk::new().run(&["speak", "[docs](/gʌɪd/)"]).fails(3, &["'g' is no phoneme"]);
}

#[test]
fn emoji_and_other_scripts_are_spoken_around_and_shown() {
    let desk = Desk::new();
    let mut request = spoken("Hello 🎉 world, 你好 and привет and مرحبا.");
    request["subtitle"] = json!(true);
    desk.render(&request).ok();
    let captions = desk.read("film.srt");
    for part in ["Hello", "🎉", "你好", "привет", "مرحبا"] {
        assert!(captions.contains(part), "{part}: {captions}");
    }
}

#[test]
fn a_sentence_of_5000_characters_is_spoken_whole() {
    let desk = Desk::new();
    let text = "the boats come home and ".repeat(209)[..5000].trim_end().to_owned();
    let spoken = desk.run(&["speak", &text, "--json"]).json();
    assert_eq!(spoken["words"].as_array().unwrap().len(), text.split(' ').count());
    let seconds = spoken["samples"].as_f64().unwrap() / 24_000.0;
    assert!(seconds > 180.0, "{seconds} s");
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_any_work() {
    let desk = Desk::new();
    desk.write("request.json", silent().to_string());
    fs::create_dir(desk.path("folder")).unwrap();
    desk.run(&["render", "request.json", "-o", "absent/film.mp4"]).fails(6, &["absent/film.mp4", "there is no folder"]);
    desk.run(&["render", "request.json", "-o", "folder"]).fails(6, &["folder", "directory"]);
    for name in ["film", "film.srt", "film.jpg", "film.words.json"] {
        desk.run(&["render", "request.json", "-o", name]).fails(2, &[name, "ends in .mp4, such as film"]);
    }
    let mut named = silent();
    named["output_filename"] = json!("taken");
    desk.write("request.json", named.to_string());
    fs::create_dir(desk.path("taken.mp4")).unwrap();
    desk.run(&["render", "request.json"]).fails(6, &["taken.mp4", "directory"]);
    fs::create_dir(desk.path("film.srt")).unwrap();
    desk.run(&["render", "request.json", "-o", "film.mp4"]).fails(6, &["film.srt", "directory"]);
    assert!(!desk.path("cache").exists(), "not even a task was recorded");
}

#[test]
fn a_film_s_files_never_replace_what_it_is_made_from() {
    let desk = Desk::new();
    image::RgbImage::new(64, 64).save(desk.path("boats.jpg")).unwrap();
    let boats = fs::read(desk.path("boats.jpg")).unwrap();
    let mut request = film(&json!([{"type": "image", "image": "boats.jpg", "duration": 0.25}]));
    request["output_filename"] = json!("boats");
    desk.write("request.json", request.to_string());
    desk.run(&["render", "request.json"]).fails(2, &["boats.mp4", "boats.jpg would be replaced", "-o"]);
    desk.run(&["render", "request.json", "-o", "./boats.mp4"]).fails(2, &["boats.jpg would be replaced"]);
    assert_eq!(fs::read(desk.path("boats.jpg")).unwrap(), boats);
    desk.run(&["render", "request.json", "-o", "film.mp4"]).ok();
}

#[test]
fn without_ffmpeg_the_error_says_how_to_get_it() {
    let desk = Desk::new();
    desk.write("request.json", silent().to_string());
    desk.run_with(&[("PATH", "/nonexistent")], &["render", "request.json"]).fails(5, &["ffmpeg", "FFMPEG_MISSING"]);
    desk.run_with(&[("PROTOVIDEO_FFMPEG", "/nonexistent")], &["render", "request.json"])
        .fails(5, &["/nonexistent", "FFMPEG_MISSING"]);
    let doctor = desk.run_with(&[("PATH", "/nonexistent")], &["doctor"]);
    assert_eq!(doctor.code, Some(5), "{doctor:?}");
    assert!(doctor.stdout.contains("mend  ffmpeg: "), "{doctor:?}");
}

#[test]
fn a_model_that_was_tampered_with_is_not_loaded() {
    let desk = Desk::new();
    let assets = tampered(&desk, "hibari.ort");
    desk.write("request.json", spoken("Hello there.").to_string());
    let ran = desk.run_with(&[("PROTOVIDEO_ASSETS", &assets)], &["render", "request.json", "-o", "film.mp4"]);
    ran.fails(4, &["MODEL_INTEGRITY", "hibari.ort", "SHA-256", "protovideo prepare"]);
    assert!(!desk.path("film.mp4").exists());
    assert_eq!(ran.stderr.matches("MODEL_INTEGRITY").count(), 1, "told once: {}", ran.stderr);
    let told = desk.run_with(&[("PROTOVIDEO_ASSETS", &assets)], &["render", "request.json", "--json"]);
    assert_eq!(told.code, Some(4));
    let answer: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!("failed"), &json!("MODEL_INTEGRITY")));
    assert_eq!((&answer["error"]["scene"], &answer["error"]["step"]), (&json!(0), &json!("speech")));
    let missing = desk.run_with(&[("PROTOVIDEO_ASSETS", "/nonexistent")], &["speak", "Hello."]);
    missing.fails(4, &["heart", "make voices"]);
}
