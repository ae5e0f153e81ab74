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
            "logo": {}, "outputs": [], "callback_url": "https://example.com", "pace": "sentences", "max_cost": 1,
            "transition": {"kind": "wipe", "duration": 1}}"#,
    );
    assert_eq!(found.len(), 16, "{found:#?}");
    assert!(found.iter().all(|fault| fault.contains("not supported yet")), "{found:#?}");
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
}

#[test]
fn a_field_and_its_alias_are_one_field() {
    let found = faults(r#"{"scenes": [{"type": "image", "image": "data:,", "image_url": "data:,"}]}"#);
    assert_eq!(found, ["scenes[0].image_url: the same field as `image`; give one of the two"]);
}

#[test]
fn only_the_command_line_names_files() {
    let json = r#"{"scenes": [{"type": "image", "image": "a.png"}]}"#;
    assert!(Request::parse(json, Origin::CommandLine).is_ok());
    assert_eq!(faults(json), [r#"scenes[0].image: found "a.png"; allowed: an http, https or data URL"#]);
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
fn the_schema_is_the_published_one() {
    insta::assert_json_snapshot!(Request::schema());
}
