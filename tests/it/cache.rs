//! What is found, what is made again and why, and the cache's own commands.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{Desk, Ran, files, film, made};

/// A sentence that stands alone; short ones are spoken together with their neighbours.
const LONG: &str = "The cat sits at the door of the fish market every single morning, whatever the weather is like.";

fn three_scenes(last: &str) -> Value {
    film(&json!([
        {"type": "image", "promptImage": "A boat", "narration_text": "The boats come home."},
        {"type": "image", "promptImage": "A cat", "narration_text": last},
        {"type": "image", "promptImage": "A tree", "duration": 0.25},
    ]))
}

#[test]
fn what_did_not_change_is_not_made_again() {
    let desk = Desk::new();
    let before = three_scenes(&format!("{LONG} It knows the hour."));
    desk.render(&before).ok();
    let first = fs::read(desk.path("film.mp4")).unwrap();
    let whole = desk.report();
    let expected = [("film", 1), ("picture", 3), ("poster", 1), ("scene", 3), ("soundtrack", 1), ("speech", 3)];
    assert_eq!(made(&whole), expected.into());

    let again = desk.render(&before);
    assert!(again.ok() == "film.mp4\n" && again.stderr.contains("0 made"), "{again:?}");
    assert!(made(&desk.report()).is_empty());
    assert_eq!(fs::read(desk.path("film.mp4")).unwrap(), first, "the same bytes");

    let after = three_scenes(&format!("{LONG} It knows the day."));
    desk.write("after.json", after.to_string());
    let plan = desk.run(&["plan", "after.json"]);
    assert!(plan.ok().contains("make") && plan.stdout.contains("cached"));
    assert!(plan.stderr.contains("to make: 1 speech, 1 scene, 1 soundtrack, 1 film"), "{}", plan.stderr);
    let speech = |file| {
        let steps = desk.run(&["plan", file, "--json"]).json()["steps"].clone();
        let ids: Vec<_> =
            steps.as_array().unwrap().iter().map(|s| s["artifact"].as_str().unwrap().to_owned()).collect();
        ids.into_iter().filter(|id| id.starts_with("speech/")).collect::<Vec<_>>()
    };
    let (old, new) = (speech("request.json"), speech("after.json"));
    desk.render(&after).ok();
    let changed = [("film", 1), ("scene", 1), ("soundtrack", 1), ("speech", 1)];
    assert_eq!(made(&desk.report()), changed.into());

    explained(&desk, old.last().unwrap(), new.last().unwrap());
    verified(&desk);
}

/// `explain` prints a recipe whose digest is its name, and what differs between two.
fn explained(desk: &Desk, old: &str, new: &str) {
    let recipe = desk.run(&["explain", old]).json();
    assert!(recipe.to_string().contains("hour"), "{recipe}");
    let key = old.rsplit('/').next().unwrap();
    assert_eq!(desk.run(&["explain", &key[..12]]).json(), recipe, "the beginning of a key is enough");
    let difference = desk.run(&["explain", old, new]);
    assert!(difference.ok().lines().all(|line| line.contains("hour") && line.contains("day")), "{difference:?}");
    assert_ne!(difference.stdout, "");
    desk.run(&["explain", "speech/v1/none"]).fails(2, &["speech/v1/none"]);
}

/// `cache verify` finds a damaged artifact and removes it; `prune` removes what was not used.
fn verified(desk: &Desk) {
    desk.run(&["cache", "verify"]).ok();
    let damaged = files(&desk.path("cache/scene")).into_iter().find(|path| path.extension().is_some_and(|e| e == "ts"));
    let damaged = damaged.unwrap();
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[100] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let told = desk.run(&["cache", "verify"]);
    assert_eq!(told.code, Some(6), "{told:?}");
    assert!(told.stdout.starts_with("damaged and removed: scene/"), "{told:?}");
    desk.run(&["cache", "verify"]).ok();

    let count = || desk.run(&["cache", "ls"]).ok().lines().count();
    let before = count();
    assert!(before > 10);
    desk.run(&["cache", "prune"]).ok();
    assert_eq!(count(), before, "everything was used in the last 24 hours");
    desk.run(&["cache", "prune", "--older-than", "0"]).ok();
    assert_eq!(count(), 0);
}

#[test]
fn age_counts_from_the_last_use() {
    let desk = Desk::new();
    desk.render(&film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]))).ok();
    let unused_for_two_hours = || {
        let then = SystemTime::now() - Duration::from_secs(2 * 3600);
        for path in files(&desk.path("cache")).iter().filter(|path| path.to_string_lossy().ends_with(".meta.json")) {
            fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
        }
    };
    let to_make = |hours| desk.run_with(&[("CACHE_MAX_AGE", hours)], &["plan", "request.json"]).stderr;
    unused_for_two_hours();
    assert_eq!(to_make("3"), "to make: nothing\n");
    assert_eq!(to_make("1"), "to make: nothing\n", "the plan before was a use");
    unused_for_two_hours();
    let verified = desk.run_with(&[("CACHE_MAX_AGE", "1")], &["cache", "verify"]);
    assert_eq!((verified.ok(), &verified.stderr[..]), ("", "5 artifacts read, 0 damaged\n"), "old is not damaged");
    assert!(to_make("1").contains("1 picture"), "too old, and to verify is no use");
}

/// A task that names itself is no dead end when its film is gone.
#[test]
fn what_was_pruned_is_made_again_under_the_same_id() {
    let desk = Desk::new();
    let boat = |blue| {
        let picture = image::RgbImage::from_pixel(96, 160, image::Rgb([20, 90, blue]));
        picture.save(desk.path("boat.png")).unwrap();
    };
    boat(200);
    let mut request = film(&json!([
        {"type": "image", "image": "boat.png", "duration": 0.25},
        {"type": "image", "promptImage": "A cat", "duration": 0.25},
    ]));
    request["task_id"] = json!("mine");
    desk.render(&request).ok();
    let first = fs::read(desk.path("film.mp4")).unwrap();
    let render = || desk.render(&request);
    let resume = || desk.run(&["resume", "mine", "-o", "film.mp4"]);
    for again in [&render as &dyn Fn() -> Ran, &resume] {
        desk.run(&["cache", "prune", "--older-than", "0"]).ok();
        fs::remove_file(desk.path("film.mp4")).unwrap();
        assert_eq!(again().ok(), "film.mp4\n");
        assert_eq!(fs::read(desk.path("film.mp4")).unwrap(), first, "the same film");
    }
    let films = files(&desk.path("cache/film"));
    fs::write(films.iter().find(|path| path.extension().is_some_and(|e| e == "mp4")).unwrap(), b"damaged").unwrap();
    render().ok();
    assert_eq!(fs::read(desk.path("film.mp4")).unwrap(), first, "and so where the cache's own is damaged");

    desk.run(&["cache", "prune", "--older-than", "0"]).ok();
    boat(100);
    render().fails(3, &["scenes[0].image: found a picture with SHA-256", "use another task_id"]);
    resume().fails(3, &["scenes[0].image: found a picture with SHA-256", "use another task_id"]);
}

#[test]
fn without_a_cache_nothing_of_another_task_is_used() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    let render = |request: &Value| {
        desk.write("request.json", request.to_string());
        let arguments = ["render", "request.json", "-o", "film.mp4", "--json"];
        let answer = desk.run_with(&[("CACHE_ENABLED", "false")], &arguments).json();
        answer["result"]["performance_report"]["cache_stats"]["misses"].as_u64()
    };
    assert_eq!(render(&request), Some(5));
    assert_eq!(render(&request), Some(5), "another task makes all of it anew");
    request["task_id"] = json!("mine");
    assert_eq!(render(&request), Some(5));
    fs::remove_file(desk.path("film.mp4")).unwrap();
    assert_eq!(render(&request), Some(5), "the same task is answered as it ended");
    assert!(desk.path("film.mp4").exists(), "from its own artifacts");
}

#[test]
fn what_tasks_have_to_themselves_is_planned_listed_and_tidied_like_the_rest() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    desk.render(&request).ok();
    request["task_id"] = json!("mine");
    desk.write("mine.json", request.to_string());
    let alone = [("CACHE_ENABLED", "false")];
    let to_make = |file| desk.run_with(&alone, &["plan", file]).stderr;
    let all = "to make: 1 picture, 1 scene, 1 soundtrack, 1 film, 1 poster\n";
    assert_eq!(to_make("request.json"), all, "what another task made is not used");
    assert_eq!(to_make("mine.json"), all);
    desk.run_with(&alone, &["render", "mine.json", "-o", "film.mp4"]).ok();
    assert_eq!((&to_make("request.json")[..], &to_make("mine.json")[..]), (all, "to make: nothing\n"));

    let listed = desk.run(&["cache", "ls", "--json"]).json();
    let of = |task: Value| listed.as_array().unwrap().iter().filter(|artifact| artifact["task"] == task).count();
    assert_eq!((of(json!(null)), of(json!("mine"))), (5, 5));
    assert_eq!(desk.run(&["cache", "ls"]).ok().matches(" of task mine\n").count(), 5);
    let own = files(&desk.path("cache/private/mine/film"));
    fs::write(own.iter().find(|path| path.extension().is_some_and(|e| e == "mp4")).unwrap(), b"damaged").unwrap();
    let verified = desk.run(&["cache", "verify"]);
    assert!(verified.stdout.starts_with("damaged and removed: film/"), "{verified:?}");
    assert!(verified.stdout.ends_with(" of task mine\n"), "{verified:?}");
    assert_eq!((verified.code, &verified.stderr[..]), (Some(6), "10 artifacts read, 1 damaged\n"));
    desk.run(&["cache", "prune"]).ok();
    assert!(desk.path("cache/private/mine").exists(), "used a moment ago");
    desk.run(&["cache", "prune", "--older-than", "0"]).ok();
    assert_eq!(desk.run(&["cache", "ls"]).ok(), "");
    assert!(!desk.path("cache/private/mine").exists());
}
