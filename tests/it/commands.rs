//! The commands around a film: each prints data on standard output, and all else on standard error.

use serde_json::{Value, json};

use crate::support::{Desk, Running, film, installed, tampered};

#[test]
fn the_schema_is_the_published_one() {
    let golden = include_str!(
        "../../src/domain/request/snapshots/protovideo__domain__request__tests__the_schema_is_the_published_one.snap"
    );
    let golden = golden.splitn(3, "---\n").nth(2).unwrap();
    let golden: Value = serde_json::from_str(golden).unwrap();
    assert_eq!(Desk::new().run(&["schema"]).json(), golden);
}

#[test]
fn voices_are_listed_with_the_default_first() {
    let desk = Desk::new();
    let voices = desk.run(&["voices", "--json"]).json();
    let voices = voices.as_array().unwrap();
    assert_eq!((voices.len(), &voices[0]["name"], &voices[0]["engine"]), (29, &json!("heart"), &json!("hibari")));
    assert_eq!(desk.run(&["voices"]).ok().lines().count(), 29);
}

#[test]
fn speak_writes_a_wav_and_tells_its_words() {
    let desk = Desk::new();
    let told = desk.run(&["speak", "It costs $12.50. Fine!", "-o", "cost.wav", "--json"]).json();
    let wav = hound::WavReader::open(desk.path("cost.wav")).unwrap();
    let spec = wav.spec();
    assert_eq!((spec.sample_rate, spec.channels), (24_000, 1));
    assert_eq!(
        (&told["file"], &told["rate"], &told["samples"]),
        (&json!("cost.wav"), &json!(24_000), &json!(wav.len()))
    );
    let words: Vec<_> = told["words"].as_array().unwrap().iter().map(|word| word["text"].as_str().unwrap()).collect();
    assert_eq!(words, ["It", "costs", "$12.50.", "Fine!"]);
    let last = told["words"][3]["end"].as_f64().unwrap();
    assert!(last > 0.5 && last <= f64::from(wav.len()) / 24_000.0, "{last} s");

    assert_eq!(desk.run(&["speak", "Hi."]).ok(), "speech.wav\n");
    desk.run(&["speak", "Hi.", "--speed", "9"]).fails(2, &["--speed is 9", "0.5 to 2"]);
    desk.run(&["speak", "...", "-o", "none.wav"]).fails(3, &["no word"]);
    desk.run(&["speak", "Hi.", "--voice", "nobody"]).fails(3, &["`nobody`", "af_heart"]);
    assert_eq!(desk.names(), ["cost.wav", "speech.wav"]);
}

/// The model's library would otherwise leave files of its own, and send them to its maker.
#[test]
fn nothing_is_left_behind_or_told_to_anybody() {
    let desk = Desk::new();
    let home = desk.path("home");
    std::fs::create_dir(&home).unwrap();
    let assets = installed();
    let (assets, home) = (assets.to_str().unwrap(), home.to_str().unwrap());
    let variables = [("PROTOVIDEO_ASSETS", assets), ("HOME", home), ("XDG_CACHE_HOME", home)];
    desk.run_with(&variables, &["speak", "Nobody hears this."]).ok();
    assert_eq!(desk.scraps(), [""; 0]);
    assert_eq!(std::fs::read_dir(home).unwrap().count(), 0);
}

/// What the gates rely on.
#[test]
fn lines_of_a_file_are_spoken_into_a_folder() {
    let desk = Desk::new();
    desk.write("lines.txt", "One morning.\n\nTwo boats.\n");
    let ran = desk.run(&["speak", "--lines", "lines.txt", "--out-dir", "said", "--voice", "heart", "--json"]);
    let told: Vec<Value> = ran.ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let files: Vec<_> = told.iter().map(|line| line["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["00.wav", "01.wav"]);
    assert_eq!(told[1]["words"][0]["text"], "Two");
    assert!(files.iter().all(|file| desk.path("said").join(file).exists()));
}

#[test]
fn the_report_is_text_json_and_a_page_that_needs_nothing_else() {
    let desk = Desk::new();
    desk.run(&["report"]).fails(3, &["no task"]);
    let request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    desk.render(&request).ok();
    let text = desk.run(&["report"]);
    let told = ["finished", "made with ffmpeg version ", "audio_generation", "image_generation", "scene_processing"];
    for part in told.into_iter().chain(["new picture"]) {
        assert!(text.ok().contains(part), "{part}: {}", text.stdout);
    }
    let report = desk.report();
    let made = report["artifacts"].as_array().unwrap();
    let ffmpeg = report["made_with"].as_str().unwrap();
    assert!(ffmpeg.starts_with("ffmpeg version ") && !ffmpeg.contains("Copyright"), "{ffmpeg}");
    for field in ["kind", "scene", "artifact", "cache", "reason", "wall_ms", "memory_bytes", "bytes", "lane"] {
        assert!(made.iter().all(|record| record.get(field).is_some()), "{field}");
    }
    let scene = made.iter().find(|record| record["kind"] == "scene").unwrap();
    let of = |record: &Value, field: &str| record[field].as_u64().unwrap();
    assert!(of(scene, "children_processor_ms") > 0, "ffmpeg encodes: {scene}");
    assert!((1 << 20..1 << 30).contains(&of(scene, "children_memory_bytes")), "{scene}");
    let picture = made.iter().find(|record| record["kind"] == "picture").unwrap();
    assert!(of(picture, "processor_ms") > 0 && of(picture, "children_processor_ms") == 0, "{picture}");
    let planning = &report["planning"];
    assert!(planning["kind"] == "plan" && of(planning, "memory_bytes") > 1 << 20, "{planning}");
    let process = &report["adaptation"][0];
    assert_eq!(process["worker"], picture["place"]["worker"]);
    assert_eq!(process["workers"], json!({"count": 4, "why": "MAX_WORKERS"}));
    assert!(made.iter().all(|record| record["place"]["device"] == "cpu"));
    let last = report["critical_path"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["step"], &report["cost"]["usd"]), (&json!("poster"), &json!(0.0)));
    let trace = desk.run(&["report", "--format", "trace"]).json();
    let events = trace["traceEvents"].as_array().unwrap();
    let drawn = made.len() + 1;
    assert_eq!(
        events.iter().filter(|event| event["ph"] == "X").count(),
        drawn,
        "an event for each step and for planning"
    );
    assert_eq!(desk.run(&["report", "--format", "html", "-o", "report.html"]).ok(), "report.html\n");
    let page = desk.read("report.html");
    assert_eq!(page.matches("<rect ").count(), drawn, "a bar for each step and for planning");
    assert!(page.contains(ffmpeg));
    for (class, words) in
        [("scene", "scene"), ("made", "made"), ("cached", "cached"), ("waited", "made by another worker")]
    {
        assert!(page.contains(&format!("<i class=\"{class}\"></i>{words}")), "the key explains {class}");
        assert!(page.contains(&format!(".{class} ")) || class == "made", "{class} has a look of its own");
    }
    for record in made {
        let kind = record["kind"].as_str().unwrap();
        assert!(page.contains(&format!("<rect class=\"{kind} made\"")), "{kind}");
    }
    for outside in ["http:", "https:", "//", "src=", "href=", "@import", "url(", "<script"] {
        assert!(!page.contains(outside), "the page refers to {outside}");
    }
}

#[test]
fn a_quote_tells_what_is_to_be_made_and_what_it_costs() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    desk.write("request.json", request.to_string());
    let text = desk.run(&["quote", "request.json"]);
    for part in
        ["0 to 0 s of film", "on this machine (", ", $0\n", "on AWS, nothing cached: ", "functions $", "November 2026"]
    {
        assert!(text.ok().contains(part), "{part}: {}", text.stdout);
    }
    let quote = || desk.run(&["quote", "request.json", "--json"]).json();
    let high = |told: &Value, range: &str| told[range]["high"].as_f64().unwrap();
    let before = quote();
    assert!(high(&before, "minutes") > 0.0 && high(&before["on_aws"], "usd") > 0.0, "{before}");
    assert_eq!(before["usd"]["high"], json!(0.0), "the built-in illustrator costs nothing: {before}");
    desk.run(&["report"]).fails(3, &["no task"]);
    desk.render(&request).ok();
    let after = quote();
    assert_eq!(after["minutes"]["high"], json!(0.0), "all of it is cached: {after}");
    let parts = after["parts"].as_array().unwrap();
    assert!(parts.iter().all(|part| part["make"] == 0), "{after}");
    // Pictures that cost something are not drawn for more than is allowed; nobody is asked for them.
    let paid =
        [("OPENAI_API_KEY", "sk-x"), ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"), ("OPENAI_IMAGE_PRICE", "0.04")];
    request["scenes"][0]["image_provider"] = json!("openai");
    request["max_cost"] = json!(0.03);
    desk.write("request.json", request.to_string());
    let why = "max_cost: found 0.03; the film would cost 0.0400 to 0.0400 US dollars; allowed: 0.04 or more";
    desk.run_with(&paid, &["render", "request.json", "-o", "film.mp4"]).fails(3, &[why]);
    let quote = desk.run_with(&paid, &["quote", "request.json"]);
    assert!(quote.ok().contains(&format!("it would be refused: {why}")), "{}", quote.stdout);
}

#[test]
fn status_is_a_line_for_people_and_json_for_programs() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["status"]).ok(), "");
    let mut request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    request["task_id"] = json!("boat");
    desk.render(&request).ok();
    let line = desk.run(&["status", "boat"]);
    assert_eq!(line.ok().split_whitespace().collect::<Vec<_>>(), ["boat", "finished", "2", "of", "2", "steps"]);
    let listed = desk.run(&["status", "--json"]).json();
    assert_eq!(listed, desk.run(&["status", "boat", "--json"]).json(), "one task, one line");
    assert_eq!((&listed["task_id"], &listed["progress"]["fraction"]), (&json!("boat"), &json!(1.0)));
    desk.run(&["status", "nobody"]).fails(3, &["there is no task `nobody`"]);
}

#[test]
fn what_has_no_effect_is_a_warning_and_no_failure() {
    let desk = Desk::new();
    image::RgbImage::new(64, 64).save(desk.path("boat.png")).unwrap();
    let scene =
        json!({"type": "image", "image": "boat.png", "promptImage": "A boat", "voice": "heart", "duration": 0.25});
    desk.write("request.json", film(&json!([scene])).to_string());
    let told = [
        "warning: scenes[0].promptImage: not used: the scene's `image` is shown, and none is generated\n",
        "warning: scenes[0].voice: not used: nothing is spoken in this scene\n",
    ];
    let paths = |answer: &Value| {
        let warnings = answer["warnings"].as_array().unwrap().clone();
        warnings.iter().map(|warning| warning["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for arguments in [&["plan", "request.json", "--json"][..], &["render", "request.json", "-o", "film.mp4", "--json"]]
    {
        let ran = desk.run(arguments);
        assert_eq!(paths(&ran.json()), ["scenes[0].promptImage", "scenes[0].voice"]);
        assert!(told.iter().all(|line| ran.stderr.contains(line)), "{}", ran.stderr);
    }
    assert_eq!(paths(&desk.run(&["status", "--json"]).json()).len(), 2, "a task keeps its warnings");
}

#[test]
fn a_request_is_read_from_standard_input() {
    let desk = Desk::new();
    let request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    let file = std::fs::File::open(desk.write("piped", request.to_string())).unwrap();
    let ran = Running::start(desk.command(&["render", "-", "-o", "film.mp4"]).stdin(file)).end();
    assert_eq!(ran.ok(), "film.mp4\n");
}

#[test]
fn the_doctor_finds_all_that_is_needed() {
    let desk = Desk::new();
    let well = desk.run(&["doctor"]);
    let told = well.ok();
    for part in [
        "ffmpeg: /",
        "hibari.onnx: there",
        "fonts/NotoSansSC_700Bold.ttf: there",
        "kokoro.ort: there",
        "ONNX Runtime: loads",
        "TTS_DEVICE: Kokoro's voices speak on cpu",
        "https: root certificates",
        "cache: ",
    ] {
        assert!(told.contains(&format!("ok    {part}")), "{part}: {told}");
    }
    let deep = desk.run(&["doctor", "--deep"]);
    for name in ["libonnxruntime.so", "kokoro.onnx", "kokoro.ort", "hibari.ort", "fonts/NotoEmoji_700Bold.ttf"] {
        assert!(deep.ok().contains(&format!("ok    {name}: holds what it should")), "{name}: {}", deep.stdout);
    }
}

/// The exit code is that of what is found first, and so of what would fail.
#[test]
fn the_doctor_says_how_to_mend_what_is_amiss() {
    let desk = Desk::new();
    let ill = |variables: &[(&str, &str)], arguments: &[&str], code, told: &[&str]| {
        let ran = desk.run_with(variables, arguments);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        for part in told {
            assert!(
                ran.stdout.lines().any(|line| line.starts_with("mend  ") && line.contains(part)),
                "{part}: {ran:#?}"
            );
        }
    };
    let bare = desk.write("bare-ffmpeg", "#!/bin/sh\necho ' A....D aac'\n");
    std::fs::set_permissions(&bare, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    ill(&[("PATH", "/nonexistent")], &["doctor"], 5, &["ffmpeg: ffmpeg was not found in PATH; install it"]);
    ill(
        &[("PROTOVIDEO_FFMPEG", bare.to_str().unwrap())],
        &["doctor"],
        5,
        &["no encoder libx264: install one that has it"],
    );
    ill(
        &[("PROTOVIDEO_ASSETS", "/nonexistent")],
        &["doctor"],
        4,
        &[
            "hibari.onnx: /nonexistent/hibari.onnx is not installed: run `make assets`",
            "ONNX Runtime: ",
            "`make assets`",
        ],
    );
    let (prepare, install) = ("run `protovideo prepare`", "run `make assets`");
    for (name, mend) in [("hibari.ort", prepare), ("kokoro.ort", prepare), ("libonnxruntime.so", install)] {
        let desk = Desk::new();
        let assets = tampered(&desk, name);
        let ran = desk.run_with(&[("PROTOVIDEO_ASSETS", &assets)], &["doctor", "--deep"]);
        assert_eq!(ran.code, Some(4), "{ran:#?}");
        let line = ran.stdout.lines().find(|line| line.starts_with(&format!("mend  {name}: "))).unwrap();
        assert!(line.contains("SHA-256") && line.ends_with(mend), "{line}");
    }
    let none = desk.path("").join("none");
    let none = none.to_str().unwrap();
    ill(
        &[("SSL_CERT_FILE", none), ("SSL_CERT_DIR", none)],
        &["doctor"],
        4,
        &["https: ", "apt-get install ca-certificates"],
    );
    let file = desk.write("file", "");
    ill(&[("CACHE_DIR", file.to_str().unwrap())], &["doctor"], 6, &["cache: cannot write into", "set CACHE_DIR"]);
}

#[test]
fn completions_name_the_commands() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.run(&["completions", shell]);
        assert!(script.ok().contains("protovideo") && script.stdout.contains("doctor"), "{shell}");
    }
}

#[test]
fn help_documents_the_exit_codes_and_wrong_usage_is_2() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]);
    for code in ["0  done", "3  the request", "7  the task was cancelled", "130  interrupted"] {
        assert!(help.ok().contains(code), "{code}");
    }
    desk.run(&["rendr"]).fails(2, &["render"]);
    desk.run(&["render"]).fails(2, &["REQUEST"]);
}
