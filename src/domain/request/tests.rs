mod typed;
mod unused;

use super::*;

fn faults(json: &str) -> Vec<String> {
    match Request::parse(json, Origin::Remote) {
        Ok(request) => panic!("accepted: {request:?}"),
        Err(faults) => faults.as_slice().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn version_one_parses_field_by_field() {
    let json = r#"{"output_filename": "mine.mp4", "scenes": [
        {"type": "image", "image_url": "https://example.com/a.png", "narration_text": "Hello.", "duration": 3, "subtitle": true},
        {"type": "image", "image_prompt": "a boat", "image_provider": "card", "duration": 2.5}]}"#;
    let request = Request::parse(json, Origin::Remote).unwrap();
    assert_eq!(request.output_filename.as_deref(), Some("mine.mp4"));
    assert_eq!(request.scenes[0].image.as_deref(), Some("https://example.com/a.png"));
    assert_eq!(request.scenes[0].duration, Some(3.0));
    assert_eq!(request.scenes[1].prompt_image.as_deref(), Some("a boat"));
}

#[test]
fn every_fault_is_in_one_answer() {
    let found = faults(
        r#"{"outputfilename": "x", "fps": 29, "size": "1081x1920", "task_id": "a b", "voice": 5, "loudness": 3, "scenes": [
            {"type": "image", "image": "https://example.com/a.png", "image_providr": "card", "duration": "long"},
            {"type": "image", "promptImage": ""},
            {"type": "picture"},
            {"type": "image"},
            7,
            {"type": "image", "image": "/etc/passwd", "subtitle": {"color": "octarine", "lines": 9, "fnt": "x"}}]}"#,
    );
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn what_comes_later_is_refused_and_never_ignored() {
    let found = faults(
        r#"{"scenes": [{"type": "video", "video_url": "https://example.com/a.mp4", "narration": "https://example.com/a.wav",
            "audio_prompt_url": "https://example.com/v.wav", "music": "https://example.com/m.mp3", "text": {"content": "Hi"},
            "on_error": "skip", "transition": {"kind": "crossfade"}}],
            "audio_prompt_url": "https://example.com/v.wav", "music": {"url": "https://example.com/m.mp3"},
            "logo": {"url": "https://example.com/l.png"}, "outputs": ["square"], "callback_url": "https://example.com", "pace": "sentences",
            "transition": {"kind": "wipe", "duration": 1}}"#,
    );
    assert_eq!(found.len(), 15, "{found:#?}");
    assert!(found.iter().all(|fault| fault.contains("not supported yet")), "{found:#?}");
}

#[test]
fn what_comes_later_is_checked_field_by_field() {
    let found = faults(
        r#"{"music": {"volume": 2, "duck": "yes", "fade": -1, "loop": true}, "logo": {"url": "logo.png", "position": "top",
            "opacity": 1.5, "size": 4, "margin": -1}, "outputs": ["square", "wide", 7], "max_cost": -1,
            "callback_url": "mailto:me", "audio_prompt_url": "voice.wav", "transition": {"duration": 99}, "scenes": [
            {"type": "image", "promptImage": "a", "music": "m.mp3", "music_volume": 3, "narration": "n.wav",
             "text": {"position": "left", "fontsize": 3, "color": "octarine", "colour": "white"},
             "transition": {"kind": "dissolve"}},
            {"type": "image", "promptImage": "a", "text": "Hello", "video_url": "v.mp4"},
            {"type": "image", "promptImage": "a", "text": {"content": ""}}]}"#,
    );
    let (later, told): (Vec<_>, Vec<_>) = found.into_iter().partition(|fault| fault.contains("not supported yet"));
    assert_eq!(later.len(), 12, "{later:#?}");
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_text_overlay_of_version_one_is_read_whole() {
    let json = r#"{"content": "Hi", "position": "bottom", "fontsize": 36, "color": "white"}"#;
    let read: TextOverlay = serde_json::from_str(json).unwrap();
    let bottom = Some(Position::Bottom);
    assert_eq!((read.content.as_str(), read.position, read.fontsize), ("Hi", bottom, Some(36)));
    for field in ["content", "position", "fontsize", "color"] {
        assert!(Request::schema()["$defs"]["TextOverlay"]["properties"].get(field).is_some(), "{field}");
    }
}

#[test]
fn the_default_of_a_later_field_is_accepted() {
    let json = r#"{"pace": "even", "transition": {"kind": "none"}, "music": null,
        "scenes": [{"type": "image", "promptImage": "a", "on_error": "fail", "transition": {"kind": "none"}}]}"#;
    assert!(Request::parse(json, Origin::Remote).is_ok());
}

#[test]
fn unreadable_json_names_line_and_column() {
    assert_eq!(faults("{\n  \"scenes\": [}"), ["request: not JSON: expected value at line 2, column 14"]);
    assert_eq!(faults("[]"), ["request: found a list; allowed: an object"]);
    assert_eq!(faults(r#"{"scenes": []}"#), ["scenes: empty; at least 1 required"]);
    assert_eq!(faults("{}"), ["scenes: missing; required: a list"]);
}

#[test]
fn a_key_that_stands_twice_is_a_fault_among_the_others() {
    let found =
        faults(r#"{"fsp": 24, "scenes": [{"type": "image", "image": "data:,", "image": "data:,x", "duration": "1"}]}"#);
    assert_eq!(
        found,
        [
            "fsp: unknown field; did you mean fps?",
            "scenes[0].image: stands twice in its object; give it once",
            r#"scenes[0].duration: found "1"; allowed: a number or null"#,
        ]
    );
}

#[test]
fn a_request_at_fault_still_says_what_it_wants_spoken_and_drawn() {
    let json = r#"{"fsp": 24, "voice": {"name": "af_heart", "sped": 2}, "pronunciations": {"a": "/b/", "c": 1},
        "scenes": [7, {"narration_text": "One.", "image_provider": "card", "voice": 3},
                   {"type": "image", "image_url": "data:,", "narration_text": ""}]}"#;
    let draft = Draft::read(json, Origin::Remote);
    let request = draft.request();
    let name = |voice: &Voice| if let Voice::Spec(spec) = voice { spec.name.clone() } else { None };
    assert_eq!(request.voice.as_ref().and_then(name).as_deref(), Some("af_heart"));
    assert_eq!(request.pronunciations, [("a".to_owned(), "/b/".to_owned())].into());
    let [_, second, third] = &request.scenes[..] else { panic!("scenes keep their places: {request:?}") };
    assert_eq!((second.narration_text.as_deref(), second.image_provider.as_deref()), (Some("One."), Some("card")));
    assert_eq!((&second.voice, third.image.as_deref(), &third.narration_text), (&None, Some("data:,"), &None));
    assert!(draft.whole().is_err());
}

#[test]
fn a_film_and_a_scene_cannot_both_narrate() {
    let found = faults(
        r#"{"narration_text": "All.", "scenes": [{"type": "image", "promptImage": "a", "narration_text": "One."}]}"#,
    );
    assert_eq!(
        found,
        ["scenes[0].narration_text: the film has a `narration_text` of its own; a scene cannot have another"]
    );
    let found =
        faults(r#"{"narration_text": "All.", "scenes": [{"type": "image", "promptImage": "a", "voice": "heart"}]}"#);
    assert_eq!(found, ["scenes[0].voice: one voice speaks the film's `narration_text`; give the film this `voice`"]);
}

#[test]
fn a_field_and_its_alias_are_one_field() {
    let found = faults(r#"{"scenes": [{"type": "image", "image": "data:,", "image_url": "data:,"}]}"#);
    assert_eq!(found, ["scenes[0].image_url: the same field as `image`; give one of the two"]);
}

#[test]
fn the_other_names_of_fields_are_read() {
    for name in ["promptImage", "prompt_image", "image_prompt"] {
        let json = format!(r#"{{"scenes": [{{"type": "image", "{name}": "a boat"}}]}}"#);
        let request = Request::parse(&json, Origin::Remote).unwrap();
        assert_eq!(request.scenes[0].prompt_image.as_deref(), Some("a boat"), "{name}");
    }
    for name in ["image", "image_url"] {
        let json = format!(r#"{{"scenes": [{{"type": "image", "{name}": "https://a.b/c"}}]}}"#);
        let request = Request::parse(&json, Origin::Remote).unwrap();
        assert_eq!(request.scenes[0].image.as_deref(), Some("https://a.b/c"), "{name}");
        let path = format!(r#"{{"scenes": [{{"type": "image", "{name}": "c.png"}}]}}"#);
        assert_eq!(
            faults(&path),
            [format!(r#"scenes[0].{name}: found "c.png"; allowed: an http, https, data or s3 URL"#)]
        );
    }
    for name in ["video", "video_url"] {
        let json = format!(r#"{{"type": "video", "{name}": "https://a.b/c"}}"#);
        let scene: Scene = serde_json::from_str(&json).unwrap();
        assert_eq!(scene.video.as_deref(), Some("https://a.b/c"), "{name}");
        let refused = faults(&format!(r#"{{"scenes": [{json}]}}"#));
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert_eq!(refused[0], format!("scenes[0].{name}: not supported yet; leave it out"));
    }
}

#[test]
fn a_film_has_its_limits() {
    let scenes = |count: usize, fields: &str| {
        let scene = format!(r#"{{"type": "image", "promptImage": "a"{fields}}}"#);
        format!("[{}]", vec![scene; count].join(","))
    };
    let told = |scenes: &str| faults(&format!(r#"{{"scenes": {scenes}}}"#));
    let text = |chars: usize| format!(r#", "narration_text": "{}""#, "a".repeat(chars));
    assert_eq!(told(&scenes(501, "")), ["scenes: 501 items; at most 500 allowed"]);
    assert_eq!(told(&scenes(501, r#", "fsp": 1"#)), ["scenes: 501 items; at most 500 allowed"], "told once");
    assert_eq!(told(&scenes(1, &text(5001))), ["scenes[0].narration_text: 5001 characters; at most 5000 allowed"]);
    assert_eq!(
        told(&scenes(41, &text(4900))),
        ["scenes: their texts have 200900 characters together; at most 200000 allowed"]
    );
    assert_eq!(told(&scenes(17, r#", "duration": 900"#)), ["scenes: they last 4.25 hours together; at most 4 allowed"]);
    let film = format!(r#"{{"narration_text": "{}", "scenes": {}}}"#, "a".repeat(100_001), scenes(1, ""));
    assert_eq!(faults(&film), ["narration_text: 100001 characters; at most 100000 allowed"]);

    let accepted = |json: &str| Request::parse(json, Origin::Remote).is_ok();
    assert!(accepted(&format!(r#"{{"scenes": {}}}"#, scenes(16, r#", "duration": 900"#))));
    assert!(accepted(&format!(r#"{{"scenes": {}}}"#, scenes(500, &text(400)))), "spoken scenes have no default length");
    let shared = scenes(17, r#", "duration": 900"#);
    assert!(accepted(&format!(r#"{{"narration_text": "All.", "scenes": {shared}}}"#)), "durations do not count");
    assert!(accepted(&format!(r#"{{"scenes": {}}}"#, scenes(500, ""))), "500 silent scenes last 1.4 hours");
}

#[test]
fn only_the_command_line_names_files() {
    let json = r#"{"scenes": [{"type": "image", "image": "a.png"}]}"#;
    assert!(Request::parse(json, Origin::CommandLine).is_ok());
    assert_eq!(faults(json), [r#"scenes[0].image: found "a.png"; allowed: an http, https, data or s3 URL"#]);
}

#[test]
fn the_film_s_name_stays_in_its_folder() {
    for name in ["../x.mp4", "/etc/x", ".hidden", "-f", "a/b", "", "a\\nb", "ü.mp4"] {
        let json = format!(r#"{{"output_filename": "{name}", "scenes": [{{"type": "image", "promptImage": "a"}}]}}"#);
        assert!(faults(&json)[0].starts_with("output_filename: found"), "{name}");
    }
}

#[test]
fn loudness_null_is_not_its_default() {
    let scenes = r#""scenes": [{"type": "image", "promptImage": "a"}]"#;
    let read = |json: String| Request::parse(&json, Origin::Remote).unwrap().loudness.0;
    assert_eq!(read(format!("{{{scenes}}}")), Some(-14.0));
    assert_eq!(read(format!(r#"{{"loudness": null, {scenes}}}"#)), None);
    assert_eq!(read(format!(r#"{{"loudness": -16, {scenes}}}"#)), Some(-16.0));
}

#[test]
fn a_seed_has_32_bits() {
    let with = |film: &str, scene: &str| {
        format!(r#"{{"seed": {film}, "scenes": [{{"type": "image", "promptImage": "a", "seed": {scene}}}]}}"#)
    };
    assert!(Request::parse(&with("4294967295", "0"), Origin::Remote).is_ok());
    let allowed = "allowed: 0 to 4294967295";
    assert_eq!(
        faults(&with("4294967296", "-1")),
        [format!("seed: found 4294967296; {allowed}"), format!("scenes[0].seed: found -1; {allowed}")]
    );
}

#[test]
fn the_schema_is_the_published_one() {
    insta::assert_json_snapshot!(Request::schema());
}
