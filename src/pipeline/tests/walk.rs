//! A task from its request to its film.

use super::*;
use crate::domain::task::Status;
use crate::domain::timeline::{LEAD_MS, TAIL_MS};
use crate::ports::Artifacts as _;
use crate::recipe::Digest;
use crate::testing::memory::Order;

/// The digests of the scenes' pictures, in the order in which the film's text has its scenes.
fn pictures(film: &str) -> Vec<&str> {
    film.lines().filter_map(|line| line.strip_prefix("scene of ")?.split(',').next()).collect()
}

#[tokio::test]
async fn a_film_has_its_scenes_in_the_request_s_order_whatever_is_made_first() {
    let mut films = Vec::new();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let stage = Stage::with(order, 1);
        let submitted = stage.film(&three_scenes(), "t").await;
        let film = stage.film_text(&submitted);
        let mut expected = Vec::new();
        for scene in &submitted.plan.scenes {
            let picture = stage.memory.artifacts.bytes(&scene.recipe.picture).unwrap();
            expected.push(Digest::of(picture).to_string());
        }
        assert_eq!(pictures(&film), expected);
        assert_eq!(stage.memory.tasks.history("t"), [Status::Queued, Status::InProgress, Status::Finished]);
        assert_eq!(stage.memory.leases.held(), [""; 0], "nothing is held after the end");
        films.push(film);
    }
    assert_eq!(films[0], films[1]);
}

#[tokio::test]
async fn a_finished_task_says_what_came_of_it() {
    let stage = Stage::new();
    let submitted = stage.film(&three_scenes(), "t").await;
    let result = stage.task("t").await.result.unwrap();
    // A letter is a millisecond: 7 and 6, and 9 in the second scene, each with lead and tail, and two seconds of silence.
    let frames = |ms: u32| (ms * 30).div_ceil(1000);
    let total = frames(LEAD_MS + 7 + 250 + 6 + TAIL_MS) + frames(LEAD_MS + 9 + TAIL_MS) + 60;
    assert_eq!(result["frames"], total);
    assert_eq!(result["loudness"], -14.0);
    assert_eq!(result["film"], submitted.plan.film.id().unwrap().to_string());
    let film = stage.film_text(&submitted);
    assert_eq!(result["bytes"], film.len());
    assert!(film.contains(&format!("sound of {} samples", total * 1600)), "{film}");
    assert_eq!(
        result["performance_report"]["cache_stats"]["misses"], 11,
        "3 sentences, 2 pictures, 3 scenes, sound, film, still"
    );
    for (_, id) in submitted.plan.artifacts().unwrap() {
        let manifest = stage.memory.artifacts.manifest(&id).await.unwrap().unwrap();
        assert_eq!(Digest::of(manifest), id.key);
    }
}

#[tokio::test]
async fn scenes_share_one_narration_evenly_and_its_captions_run_on_across_the_cuts() {
    let stage = Stage::new();
    let submitted = stage.film(&one_narration(), "t").await;
    assert_eq!(submitted.plan.narration.len(), 2, "in two runs");
    let film = stage.film_text(&submitted);
    let heads = film.lines().filter(|line| line.starts_with("scene of "));
    let frames: Vec<u32> = heads.map(|line| line.split(' ').nth(3).unwrap().parse().unwrap()).collect();
    // Three sentences of 201 letters and two pauses, with lead and tail.
    let total = (LEAD_MS + 3 * 201 + 2 * 250 + TAIL_MS) * 30;
    assert_eq!(frames.iter().sum::<u32>(), total.div_ceil(1000));
    assert!(frames.iter().max().unwrap() - frames.iter().min().unwrap() <= 1, "{frames:?}");

    let captions = stage.pipeline().captions(&stage.task("t").await, &submitted.plan).await.unwrap();
    assert_eq!(captions.words["words"].as_array().unwrap().len(), 60);
    assert!(captions.srt.starts_with("1\n00:00:00,100 --> "), "{}", captions.srt);
    assert!(captions.vtt.starts_with("WEBVTT\n\n00:00:00.100 --> "), "{}", captions.vtt);
}

/// The captions burned into a scene, from the film's text: first frame, end, words.
fn burned(scene: &str) -> Vec<(u32, u32, &str)> {
    let cues = scene.lines().filter_map(|line| {
        let (times, words) = line.strip_prefix("  ")?.split_once(' ')?;
        let (start, end) = times.split_once('-')?;
        Some((start.parse().ok()?, end.parse().ok()?, words))
    });
    cues.collect()
}

#[tokio::test]
async fn captions_of_one_narration_run_on_across_the_cuts() {
    let stage = Stage::new();
    let mut request = one_narration();
    // The cut between two scenes falls into the pause after the second of three sentences.
    request["scenes"].as_array_mut().unwrap().pop();
    let film = stage.film_text(&stage.film(&request, "t").await);
    let scenes: Vec<&str> = film.split("scene of ").skip(1).collect();
    let frames: u32 = scenes[0].split(' ').nth(1).unwrap().parse().unwrap();
    let (before, after) = (burned(scenes[0]), burned(scenes[1]));
    let ((_, end, words), (start, _, same)) = (before[before.len() - 1], after[0]);
    assert_eq!((end, start, words), (frames, 0, same), "what stands at the cut stands on both sides of it");
    let words = before.iter().chain(&after[1..]).flat_map(|(_, _, words)| words.split(' '));
    assert_eq!(words.count(), 60, "no word is lost");
}

/// ffmpeg's memory is free before its step ends.
#[tokio::test]
async fn a_step_s_memory_is_the_most_that_it_held() {
    const HELD: usize = 60_000_000;
    let stage = Stage::new();
    stage.makers.burden("soundtrack", HELD);
    stage.film(&three_scenes(), "t").await;
    let result = stage.task("t").await.result.unwrap();
    let report = &result["performance_report"];
    let of = |kind: &str| {
        let records = report["artifacts"].as_array().unwrap();
        records.iter().filter(|r| r["kind"] == kind).filter_map(|r| r["memory_bytes"].as_u64()).max().unwrap()
    };
    let (held, after) = (of("soundtrack"), of("poster"));
    assert!(of("scene") > 1_000_000, "every step has looked");
    assert!(held > after + HELD as u64 * 3 / 4, "{held} while it was held, {after} after it");
    assert!(of("film") >= held, "the sound is made while the film is");
    assert_eq!(report["total_memory_mb"], (of("film") as f64 / 100_000.0).round() / 10.0);
}

#[tokio::test]
async fn the_files_beside_a_film_are_for_readers_whatever_is_burned_in() {
    let stage = Stage::new();
    let mut request = three_scenes();
    request["subtitle"] = json!({"words_a_line": 1, "lines": 1});
    request["scenes"][0]["narration_text"] = json!("— One two three. Six seven.");
    let submitted = stage.film(&request, "t").await;
    let film = stage.film_text(&submitted);
    let first = burned(film.split("scene of ").nth(1).unwrap());
    assert_eq!(first.iter().map(|(.., words)| *words).collect::<Vec<_>>(), ["— One", "two", "three.", "Six", "seven."]);
    assert!(first.iter().all(|(start, end, _)| start < end), "each stands for a frame at least: {first:?}");
    let captions = stage.pipeline().captions(&stage.task("t").await, &submitted.plan).await.unwrap();
    assert!(captions.srt.contains("\n— One two three. Six seven. Four five.\n"), "{}", captions.srt);
}

#[tokio::test]
async fn a_scene_without_speech_and_without_a_duration_lasts_ten_seconds() {
    let stage = Stage::new();
    let submitted = stage.film(&json!({"fps": 25, "scenes": [{"type": "image", "promptImage": "a"}]}), "t").await;
    assert!(stage.film_text(&submitted).contains(", 250 frames, "));
    assert_eq!(stage.task("t").await.result.unwrap()["duration"], 10.0);
}

/// How each scene's picture moves, from the film's text.
fn motions(film: &str) -> Vec<&str> {
    film.lines().filter_map(|line| line.strip_prefix("scene of ")?.split(", ").nth(2)).collect()
}

#[tokio::test]
async fn a_picture_moves_the_same_way_wherever_it_stands() {
    let stage = Stage::new();
    let scene = |prompt: &str| json!({"type": "image", "promptImage": prompt, "duration": 1.0});
    let film = async |scenes: Value, id: &str| stage.film_text(&stage.film(&json!({"scenes": scenes}), id).await);
    let alone = film(json!([scene("a boat")]), "alone").await;
    let behind = film(json!([scene("a hill"), scene("a lake"), scene("a boat")]), "behind").await;
    assert_eq!(motions(&alone)[0], motions(&behind)[2]);
    let many: Vec<_> = (0..20).map(|n| scene(&format!("view {n}"))).collect();
    let many = film(json!(many), "many").await;
    let kinds: std::collections::BTreeSet<_> = motions(&many).into_iter().collect();
    assert_eq!(kinds, ["PanLeft", "PanRight", "ZoomIn", "ZoomOut"].into(), "other pictures move in other ways");
}

#[tokio::test]
async fn progress_is_told() {
    #[derive(Default)]
    struct Heard(std::sync::Mutex<Vec<String>>);
    impl crate::pipeline::Observer for Heard {
        fn event(&self, event: crate::pipeline::Event<'_>) {
            use crate::pipeline::Event;
            self.0.lock().unwrap().push(match event {
                Event::Planned { plan, done, .. } => format!("planned {}, {} done", plan.scenes.len(), done.len()),
                Event::Frames { scene, done, .. } => format!("frames {scene} {done}"),
                Event::Step { record, .. } => record.kind.clone(),
                Event::Retry { error, .. } => error.to_owned(),
                Event::Ended { outcome, .. } => outcome.status().word().to_owned(),
            });
        }
    }
    let stage = Stage::new();
    let heard = Arc::new(Heard::default());
    let mut pipeline = stage.pipeline();
    pipeline.observer = heard.clone();
    submit(&pipeline, &json!({"scenes": [{"type": "image", "promptImage": "a", "duration": 1.0}]}), "t").await;
    stage.drain(&pipeline).await.unwrap();
    let told = std::mem::take(&mut *heard.0.lock().unwrap());
    let steps = ["planned 1, 0 done", "picture", "frames 0 30", "scene", "soundtrack", "film", "poster", "finished"];
    assert_eq!(told, steps);

    submit(&pipeline, &three_scenes(), "killed").await;
    stage.deliver(&pipeline).await.unwrap();
    heard.0.lock().unwrap().clear();
    submit(&pipeline, &three_scenes(), "killed").await;
    assert_eq!(*heard.0.lock().unwrap(), ["planned 3, 1 done"]);
}
