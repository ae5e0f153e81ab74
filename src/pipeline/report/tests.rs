use super::*;
use crate::cost::Site;
use crate::cost::tests::plan;
use crate::domain::concurrency::Concurrency;
use crate::domain::task::Place;

const HOME: Pricing = Pricing { site: Site::Machine { cores: 1 }, picture_usd: None };

fn record(kind: &str, scene: Option<u32>, began_at: u64, wall_ms: u64) -> StepRecord {
    StepRecord {
        kind: kind.into(),
        scene,
        artifact: format!("{kind}/v1/x"),
        began_at,
        wall_ms,
        ..StepRecord::default()
    }
}

fn report(records: &[StepRecord]) -> Value {
    performance(records, &plan(&["One."], ("card", "card-2")), 10_000, 15_200, &HOME)
}

#[test]
fn the_contract_s_shape() {
    let record = |kind: &str, cache, wall_ms, megabytes: u64| StepRecord {
        cache,
        memory_bytes: megabytes * 1_000_000,
        ..record(kind, Some(0), 0, wall_ms)
    };
    let records = [
        record("speech", CacheOutcome::Miss, 1_500, 200),
        record("speech", CacheOutcome::Hit, 2, 210),
        record("picture", CacheOutcome::Waited, 300, 150),
        record("scene", CacheOutcome::Miss, 4_000, 500),
    ];
    let mut report = report(&records);
    let report = report.as_object_mut().unwrap();
    report.retain(|part, _| {
        ["made_with", "total_time", "total_memory_mb", "cache_stats", "steps"].contains(&part.as_str())
    });
    assert_eq!(
        *report,
        *json!({"made_with": "ffmpeg version 9", "total_time": 5.2, "total_memory_mb": 500.0, "cache_stats": {"hits": 2, "misses": 2},
            "steps": {"audio_generation": {"duration": 1.502, "memory_mb": 210.0, "count": 2},
                "image_generation": {"duration": 0.3, "memory_mb": 150.0, "count": 1},
                "scene_processing": {"duration": 4.0, "memory_mb": 500.0, "count": 1}}})
        .as_object()
        .unwrap()
    );
}

/// Two scenes: the second waits for a worker, and for an encoder; the film makes its sound within itself.
fn two_scenes() -> Vec<StepRecord> {
    vec![
        record("speech", Some(0), 10_100, 200),
        record("picture", Some(0), 10_100, 300),
        record("scene", Some(0), 10_400, 1_000),
        record("picture", Some(1), 11_000, 100),
        StepRecord { cache: CacheOutcome::Hit, ..record("speech", Some(1), 11_000, 50) },
        StepRecord {
            waited_ms: 400,
            processor_ms: 300,
            children_processor_ms: 900,
            children_memory_bytes: 80_000_000,
            ..record("scene", Some(1), 11_150, 2_000)
        },
        record("soundtrack", None, 13_250, 250),
        record("film", None, 13_200, 800),
        record("poster", None, 14_000, 50),
    ]
}

#[test]
fn the_critical_path_leads_from_the_request_to_the_last_step() {
    let step = |step: &str, scene: Option<u32>, queued: f64, waited: f64, worked: f64| json!({"step": step, "scene": scene, "cache": "miss", "queued": queued, "waited": waited, "worked": worked});
    let report = report(&two_scenes());
    assert_eq!(
        report["critical_path"],
        json!([
            step("picture", Some(1), 1.0, 0.0, 0.1),
            step("scene", Some(1), 0.05, 0.4, 1.6),
            step("soundtrack", None, 0.1, 0.0, 0.25),
            step("film", None, 0.0, 0.0, 0.5),
            step("poster", None, 0.0, 0.0, 0.05),
        ])
    );
    let waited =
        |step: &Value| ["queued", "waited", "worked"].map(|part| step[part].as_f64().unwrap()).iter().sum::<f64>();
    let path: f64 = report["critical_path"].as_array().unwrap().iter().map(waited).sum();
    assert!((path - 4.05).abs() < 1e-9, "it takes all of the time until the last step ends: {path}");
}

/// Two scenes of a film that is spoken first; the film reads its sound, which was made beside the scenes in so many
/// milliseconds.
fn spoken_first(sound_ms: u64) -> Vec<StepRecord> {
    let ended = 13_200.max(10_700 + sound_ms);
    vec![
        record("speech", Some(0), 10_000, 500),
        record("speech", Some(1), 10_100, 300),
        record("picture", Some(0), 10_600, 100),
        record("scene", Some(0), 10_700, 1_000),
        record("soundtrack", None, 10_700, sound_ms),
        record("picture", Some(1), 11_500, 100),
        record("scene", Some(1), 11_600, 1_600),
        StepRecord { cache: CacheOutcome::Hit, ..record("soundtrack", None, ended + 300, 10) },
        StepRecord { cache: CacheOutcome::Hit, ..record("soundtrack", None, ended + 300, 10) },
        record("film", None, ended + 300, 100),
    ]
}

#[test]
fn a_film_that_is_spoken_first_waits_for_its_scenes_or_its_sound_and_they_for_all_sentences() {
    let path = |sound_ms| {
        let records = spoken_first(sound_ms);
        let steps = Order::of(&records, 10_000, true).critical_path();
        let told =
            steps.iter().map(|step| (step["step"].as_str().unwrap().to_owned(), step["queued"].as_f64().unwrap()));
        told.collect::<Vec<_>>()
    };
    let steps =
        |all: &[(&str, f64)]| all.iter().map(|(step, queued)| ((*step).to_owned(), *queued)).collect::<Vec<_>>();
    // The film was begun twice, and each time its sound was read.
    let (sound, again, film) = (("soundtrack", 0.3), ("soundtrack", 0.0), ("film", 0.0));
    assert_eq!(path(4_000), steps(&[("speech", 0.0), ("soundtrack", 0.2), sound, again, film]));
    assert_eq!(path(1_000), steps(&[("speech", 0.0), ("picture", 1.0), ("scene", 0.0), sound, again, film]));
}

#[test]
fn a_narration_comes_before_all_scenes() {
    let records = [record("speech", None, 10_000, 500), record("picture", Some(0), 10_600, 100)];
    let path = &report(&records)["critical_path"];
    assert_eq!((&path[0]["step"], &path[1]["queued"]), (&json!("speech"), &json!(0.1)));
}

#[test]
fn waiting_is_told_from_working() {
    let report = report(&two_scenes());
    // 0.1 s twice for the first scene's steps and 1.0 s twice for the second's, 0.05 s and 0.1 s as on the path.
    assert_eq!(report["waiting"], json!({"queued": 2.35, "waited": 0.4, "worked": 4.05}));
    assert_eq!((&report["processor_time"], &report["children_memory_mb"]), (&json!(1.2), &json!(80.0)));
    let queued: Vec<_> = report["artifacts"].as_array().unwrap().iter().map(|step| &step["queued_ms"]).collect();
    assert_eq!(queued, [100, 100, 0, 1000, 1000, 50, 100, 0, 0]);
}

#[test]
fn percentiles_are_of_what_was_made() {
    let report = report(&two_scenes());
    assert_eq!(report["percentiles"]["scene"], json!({"count": 2, "p50": 1.0, "p95": 1.6, "max": 1.6}));
    assert_eq!(report["percentiles"]["speech"]["count"], 1, "what was cached took no making");
}

#[test]
fn the_most_expensive_scene_is_the_first() {
    let report = report(&two_scenes());
    let scenes = report["expensive_scenes"].as_array().unwrap();
    assert_eq!(scenes[0], json!({"scene": 1, "processor": 1.2, "worked": 1.75, "usd": 0.0}));
    assert_eq!(scenes.len(), 2);
    let mut paid = two_scenes();
    paid[2].place =
        Place { worker: "a".into(), architecture: "x86_64".into(), function_mb: Some(3538), ..Place::default() };
    let report = self::report(&paid);
    assert_eq!(report["expensive_scenes"][0]["scene"], 0, "money counts first");
    assert!(report["artifacts"][2]["usd"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_cost_is_told_with_its_prices() {
    let mut records = two_scenes();
    for record in &mut records {
        record.place =
            Place { worker: "a".into(), architecture: "x86_64".into(), function_mb: Some(3538), ..Place::default() };
    }
    let cost = &report(&records)["cost"];
    let usd = |part: &str| cost[part].as_f64().unwrap();
    let kinds: f64 = cost["kinds"].as_object().unwrap().values().map(|usd| usd.as_f64().unwrap()).sum();
    assert!(usd("functions") > 1e-4 && usd("requests") > 1e-5, "{cost}");
    assert!((usd("functions") + usd("requests") + usd("storage") - usd("usd")).abs() < 3e-6, "{cost}");
    assert!(kinds > usd("functions") && kinds < usd("usd"), "messages belong to no step: {cost}");
    assert_eq!(cost["prices"]["as_of"], "November 2026");
    assert_eq!(report(&two_scenes())["cost"]["usd"], 0.0, "a machine of one's own costs nothing here");
}

#[test]
fn records_of_earlier_versions_are_read() {
    let earlier = json!({"kind": "scene", "scene": 3, "artifact": "scene/v2/x", "cache": "hit", "reason": "",
        "began_at": 1, "wall_ms": 2, "memory_bytes": 3, "bytes": 4, "lane": 5});
    let read: StepRecord = serde_json::from_value(earlier).unwrap();
    let cache = CacheOutcome::Hit;
    let expected = StepRecord { cache, memory_bytes: 3, bytes: 4, lane: 5, ..record("scene", Some(3), 1, 2) };
    assert_eq!(read, StepRecord { artifact: "scene/v2/x".into(), ..expected });
}

#[test]
fn each_process_tells_how_much_it_does_at_once_and_why() {
    let wide = Concurrency { cores: 2, memory_mb: 2000, workers: 4, encoders: 2, speech: 2, narrowed: false };
    let narrow = Concurrency { workers: 1, narrowed: true, ..wide };
    let of = |worker: &str, at, concurrency| {
        let place = Place { worker: worker.into(), concurrency: Some(concurrency), ..Place::default() };
        StepRecord { place, ..record("speech", Some(0), at, 5) }
    };
    let records =
        [of("a", 30, narrow), of("a", 10, wide), of("b", 20, wide), of("a", 20, wide), record("film", None, 0, 1)];
    let report = performance(&records, &plan(&["One."], ("card", "card-2")), 0, 100, &HOME);
    let told: Vec<_> = report["adaptation"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 3);
    assert_eq!(
        *told[0],
        json!({"worker": "a", "since": 10, "cores": 2, "memory_mb": 2000, "workers": {"count": 4, "why": "MAX_WORKERS"},
            "encoders": {"count": 2, "why": "one a core"}, "speech": {"count": 2, "why": "one a core"}})
    );
    assert_eq!((&told[1]["worker"], &told[1]["since"]), (&json!("b"), &json!(20)));
    let why = "memory was above the critical threshold, 2000 MB";
    assert_eq!(told[2]["workers"], json!({"count": 1, "why": why}));
}

#[test]
fn a_long_scene_waited_for_its_last_segment() {
    let records = [
        record("picture", Some(0), 0, 10),
        record("segment", Some(0), 12, 50),
        record("segment", Some(0), 15, 80),
        record("scene", Some(0), 5, 95),
    ];
    let report = performance(&records, &plan(&["One."], ("card", "card-2")), 0, 100, &HOME);
    let path = report["critical_path"].as_array().unwrap();
    let path: Vec<_> = path.iter().map(|step| (&step["step"], step["worked"].as_f64().unwrap())).collect();
    assert_eq!(path, [(&json!("picture"), 0.01), (&json!("segment"), 0.08), (&json!("scene"), 0.005)]);
    assert_eq!(report["steps"]["scene_processing"]["count"], 3);
}
