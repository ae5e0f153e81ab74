//! A film of two spoken scenes, looked at from all sides.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Desk, film, made, probed, tool};

const TEXTS: [&str; 2] = ["The lamp goes out at 5:40. The harbour sleeps.", "Then Mrs. Doyle pours the coffee."];

fn request() -> Value {
    let mut request = film(&json!([
        {"type": "image", "promptImage": "A lighthouse on a rocky shore at sunrise", "narration_text": TEXTS[0]},
        {"type": "image", "promptImage": "A cup of coffee on a table", "narration_text": TEXTS[1]},
    ]));
    request["subtitle"] = json!(true);
    request
}

#[test]
fn two_scenes_become_a_film_with_captions_beside_it() {
    let desk = Desk::new();
    let ran = desk.render(&request());
    assert_eq!(ran.ok(), "film.mp4\n", "standard output is the film's path and nothing else");
    assert!(ran.stderr.contains("scene of scene 1: made"), "the rest is on standard error: {}", ran.stderr);
    assert_eq!(
        desk.names(),
        ["film.jpg", "film.mp4", "film.srt", "film.vtt", "film.words.json", "request.json"],
        "all files of the film, and no others"
    );
    streams(&desk);
    boxes(&fs::read(desk.path("film.mp4")).unwrap());
    loudness(&desk.path("film.mp4"));
    captions(&desk);
    let still = image::open(desk.path("film.jpg")).unwrap();
    assert_eq!((still.width(), still.height()), (108, 192));
}

fn streams(desk: &Desk) {
    let probed = probed(&desk.path("film.mp4"));
    let [video, audio] = &probed["streams"].as_array().unwrap()[..] else { panic!("two streams: {probed}") };
    for (field, value) in [
        ("codec_name", "h264"),
        ("profile", "High"),
        ("pix_fmt", "yuv420p"),
        ("field_order", "progressive"),
        ("color_range", "tv"),
        ("color_space", "bt709"),
        ("color_transfer", "bt709"),
        ("color_primaries", "bt709"),
        ("avg_frame_rate", "24/1"),
        ("r_frame_rate", "24/1"),
        ("start_time", "0.000000"),
    ] {
        assert_eq!(video[field], value, "{field}");
    }
    for (field, value) in [
        ("codec_name", "aac"),
        ("profile", "LC"),
        ("sample_rate", "48000"),
        ("channel_layout", "stereo"),
        ("start_time", "0.000000"),
    ] {
        assert_eq!(audio[field], value, "{field}");
    }
    let frames: usize = video["nb_read_packets"].as_str().unwrap().parse().unwrap();
    assert_eq!(frames, scene_frames(desk).iter().sum::<usize>(), "the film has the scenes' frames");
    let seconds = |of: &Value| of["duration"].as_str().unwrap().parse::<f64>().unwrap();
    let expected = frames as f64 / 24.0;
    assert!((seconds(video) - expected).abs() < 0.001, "{} s of {expected}", seconds(video));
    assert!((seconds(audio) - expected).abs() < 0.022, "{} s of {expected}", seconds(audio));
}

/// Each scene's frames, as the cache recorded them.
fn scene_frames(desk: &Desk) -> Vec<usize> {
    let planned = desk.run(&["plan", "request.json", "--json"]).json();
    let listed = desk.run(&["cache", "ls", "--json"]).json();
    let steps = planned["steps"].as_array().unwrap().iter();
    let scenes = steps.map(|step| step["artifact"].as_str().unwrap()).filter(|id| id.starts_with("scene/"));
    let frames = |id| {
        let found = listed.as_array().unwrap().iter().find(|artifact| artifact["id"] == id);
        found.and_then(|artifact| artifact["meta"]["facts"]["frames"].as_u64()).unwrap() as usize
    };
    scenes.map(frames).collect()
}

fn boxes(film: &[u8]) {
    let mut order = Vec::new();
    let mut at = 0;
    while at + 8 <= film.len() {
        let length = u32::from_be_bytes(film[at..at + 4].try_into().unwrap()) as usize;
        order.push(String::from_utf8_lossy(&film[at + 4..at + 8]).into_owned());
        if order.last().is_some_and(|name| name == "moov") {
            let moov = &film[at..at + length];
            assert!(!moov.windows(4).any(|name| name == b"elst"), "an edit list");
        }
        at += length;
    }
    let place = |name: &str| order.iter().position(|b| b == name).unwrap_or_else(|| panic!("no {name}: {order:?}"));
    assert!(place("moov") < place("mdat"), "{order:?}");
}

/// Of the decoded film, by ffmpeg's own meter.
fn loudness(film: &Path) {
    let film = film.to_str().unwrap();
    let meter = ["-hide_banner", "-nostats", "-i", film, "-vn", "-af", "ebur128=peak=true", "-f", "null", "-"];
    let said = String::from_utf8(tool("ffmpeg", &meter).stderr).unwrap();
    let summary = said.rsplit("Summary:").next().unwrap();
    let value = |label: &str| {
        let line = summary.lines().find_map(|line| line.trim().strip_prefix(label)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    };
    let (integrated, peak) = (value("I:"), value("Peak:"));
    assert!((integrated + 14.0).abs() <= 0.5, "{integrated} LUFS");
    assert!(peak <= -1.0, "{peak} dBTP");
}

fn captions(desk: &Desk) {
    let script = TEXTS.join(" ");
    let words: Value = serde_json::from_str(&desk.read("film.words.json")).unwrap();
    let words = words["words"].as_array().unwrap();
    let said: Vec<_> = words.iter().map(|word| word["text"].as_str().unwrap()).collect();
    assert_eq!(said.join(" "), script);
    let starts: Vec<_> = words.iter().map(|word| word["start"].as_f64().unwrap()).collect();
    assert!(starts.is_sorted() && starts[0] > 0.0, "{starts:?}");
    for name in ["film.srt", "film.vtt"] {
        let text = desk.read(name);
        let spoken = |line: &&str| {
            !line.is_empty() && *line != "WEBVTT" && !line.contains("-->") && line.parse::<u32>().is_err()
        };
        let lines: Vec<_> = text.lines().filter(spoken).collect();
        assert_eq!(lines.join(" "), script, "{name}");
    }
}

#[test]
fn json_answers_what_the_interface_would() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A cat", "duration": 0.5}]));
    request["task_id"] = json!("cat_1");
    desk.write("request.json", request.to_string());
    let answer = desk.run(&["render", "request.json", "-o", "film.mp4", "--json"]).json();
    assert_eq!((&answer["task_id"], &answer["status"]), (&json!("cat_1"), &json!("finished")));
    assert_eq!(answer["progress"]["scenes"], json!(["finished"]));
    let result = &answer["result"];
    assert_eq!(result["duration"], json!(0.5));
    let film = url::Url::parse(result["download_url"].as_str().unwrap()).unwrap().to_file_path().unwrap();
    assert_eq!(film, desk.path("film.mp4").canonicalize().unwrap());
    let report = &result["performance_report"];
    assert!(report["total_time"].as_f64().unwrap() > 0.0 && report["total_memory_mb"].as_f64().unwrap() > 1.0);
    assert_eq!(report["cache_stats"], json!({"hits": 0, "misses": 5}));
    for step in ["audio_generation", "image_generation", "scene_processing"] {
        assert!(report["steps"][step]["duration"].is_number(), "{step}");
        assert!(report["steps"][step]["memory_mb"].is_number(), "{step}");
    }
    let later = desk.run(&["status", "cat_1", "--json"]).json();
    let cached = url::Url::parse(later["result"]["download_url"].as_str().unwrap()).unwrap().to_file_path().unwrap();
    assert_eq!(fs::read(cached).unwrap(), fs::read(&film).unwrap(), "status names the film in the cache");
}

#[test]
fn a_film_without_a_name_is_called_by_its_task() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A cat", "duration": 0.25}]));
    request["task_id"] = json!("cat_2");
    desk.write("request.json", request.to_string());
    assert_eq!(desk.run(&["render", "request.json"]).ok(), "cat_2.mp4\n");
    assert!(desk.names().contains(&"cat_2.mp4".to_owned()) && desk.names().contains(&"cat_2.srt".to_owned()));
    request.as_object_mut().unwrap().remove("task_id");
    desk.write("request.json", request.to_string());
    let named = desk.run(&["render", "request.json"]);
    let task = named.ok().trim_end().strip_suffix(".mp4").unwrap();
    assert!(desk.run(&["status", task]).ok().starts_with(task), "the name is the id of the task");
}

/// Earlier versions crashed after 90 seconds.
#[test]
fn a_film_of_more_than_90_seconds() {
    let desk = Desk::new();
    let mut request = film(&json!([
        {"type": "image", "promptImage": "A cat", "duration": 50},
        {"type": "image", "promptImage": "A boat", "duration": 45.5, "narration_text": "It goes on."},
    ]));
    request["size"] = json!("64x64");
    desk.render(&request).ok();
    let probed = probed(&desk.path("film.mp4"));
    assert_eq!(probed["streams"][0]["nb_read_packets"], "2292");
    for stream in probed["streams"].as_array().unwrap() {
        let seconds: f64 = stream["duration"].as_str().unwrap().parse().unwrap();
        assert!((seconds - 95.5).abs() < 0.022, "{seconds} s");
    }
}

#[test]
fn a_narration_for_the_whole_film_is_shared_to_the_frame() {
    let desk = Desk::new();
    let scene = |prompt: &str| json!({"type": "image", "promptImage": prompt, "subtitle": true});
    let mut request = film(&json!([scene("A cat"), scene("A boat"), scene("A tree")]));
    request["narration_text"] = json!("One voice tells it all. It does not stop at a cut.");
    desk.render(&request).ok();
    let frames = scene_frames(&desk);
    let (least, most) = (frames.iter().min().unwrap(), frames.iter().max().unwrap());
    assert!(most - least <= 1, "{frames:?}");
    let video = &probed(&desk.path("film.mp4"))["streams"][0];
    assert_eq!(video["nb_read_packets"], frames.iter().sum::<usize>().to_string());
    let report = desk.report();
    assert_eq!(made(&report).get("scene"), Some(&3));
    let spoken: Vec<_> =
        report["artifacts"].as_array().unwrap().iter().filter(|record| record["kind"] == "speech").collect();
    assert!(spoken.iter().all(|record| record["scene"].is_null()), "no scene speaks for itself");
    assert_eq!(made(&report).get("speech"), Some(&spoken.len()), "nothing is spoken twice");
}

#[test]
fn a_request_of_version_1_becomes_a_full_size_film() {
    let desk = Desk::new();
    image::RgbImage::from_pixel(64, 64, image::Rgb([200, 120, 40])).save(desk.path("dune.png")).unwrap();
    let request = json!({"output_filename": "old", "scenes": [
        {"type": "image", "image_url": "dune.png", "duration": 0.2},
        {"type": "image", "image_prompt": "A dune", "duration": 0.2},
        {"type": "image", "prompt_image": "A dune", "duration": 0.2},
    ]});
    desk.write("request.json", request.to_string());
    assert_eq!(desk.run(&["render", "request.json"]).ok(), "old.mp4\n");
    let video = &probed(&desk.path("old.mp4"))["streams"][0];
    assert_eq!((&video["width"], &video["height"]), (&json!(1080), &json!(1920)));
    assert_eq!((&video["avg_frame_rate"], &video["nb_read_packets"]), (&json!("30/1"), &json!("18")));
}
