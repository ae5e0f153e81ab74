//! Runs that do not reach their end: killed, interrupted, cancelled; and what `resume` makes of them.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Desk, Ran, Running, film, made};

/// Long enough to be caught in the middle.
fn request(task: &str) -> Value {
    let scene = |prompt: &str| json!({"type": "image", "promptImage": prompt, "duration": 5});
    let mut request = film(&json!([scene("A boat"), scene("A cat"), scene("A tree")]));
    request["size"] = json!("360x640");
    request["task_id"] = json!(task);
    request
}

/// Starts a film, one scene at a time, and waits until its first scene is done and its second has begun.
fn caught(desk: &Desk, task: &str) -> Running {
    desk.write("request.json", request(task).to_string());
    let mut command = desk.command(&["render", "request.json", "-o", "film.mp4"]);
    let mut running = Running::start(command.env("MAX_WORKERS", "1"));
    running.wait_for("scene of scene");
    running.wait_for("picture of scene");
    running
}

#[track_caller]
fn resumes(desk: &Desk, task: &str) {
    let resumed = desk.run(&["resume", task, "-o", "film.mp4"]);
    assert_eq!(resumed.ok(), "film.mp4\n");
    let report = desk.report();
    assert_eq!(made(&report).get("scene"), Some(&3), "what was finished is not made again");
    assert!(report["total_time"].as_f64().unwrap() < 40.0, "nobody waits for what a dead process held: {report}");
    let status = desk.run(&["status", task, "--json"]).json();
    assert_eq!(status["status"], "finished");
    assert_eq!(desk.scraps(), [""; 0], "the dead process's passing files are gone, too");
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let desk = Desk::new();
    let running = caught(&desk, "killed");
    running.send(Signal::KILL);
    assert_eq!(running.end().code, None);
    assert!(!desk.path("film.mp4").exists());
    let line = desk.run(&["status", "killed"]);
    assert!(line.ok().contains("inprogress") && line.stdout.contains("1 of 4 steps"), "{line:?}");
    resumes(&desk, "killed");
}

/// As if so much time had passed that no task has any left.
fn time_is_over(desk: &Desk) {
    let stores = rusqlite::Connection::open(desk.path("cache/protovideo.sqlite")).unwrap();
    stores.execute("update task set deadline = 1", []).unwrap();
}

#[test]
fn a_killed_run_whose_time_is_over_says_so_and_is_given_more() {
    let desk = Desk::new();
    let running = caught(&desk, "late");
    running.send(Signal::KILL);
    running.end();
    time_is_over(&desk);
    let status = desk.run(&["status", "late", "--json"]).json();
    assert_eq!((&status["status"], &status["error"]["code"]), (&json!("failed"), &json!("DEADLINE")));
    resumes(&desk, "late");
}

#[test]
fn ctrl_c_leaves_a_task_that_can_be_resumed() {
    let desk = Desk::new();
    let running = caught(&desk, "stopped");
    running.send(Signal::INT);
    let ended = running.end();
    assert_eq!((ended.code, &ended.stdout[..]), (Some(130), ""), "{ended:?}");
    assert!(ended.stderr.ends_with("`protovideo resume stopped` goes on with it\n"), "{ended:?}");
    assert_eq!(desk.run(&["status", "stopped", "--json"]).json()["status"], "cancelled");
    resumes(&desk, "stopped");
}

#[test]
fn another_process_can_cancel() {
    let desk = Desk::new();
    let running = caught(&desk, "elsewhere");
    assert_eq!(desk.run(&["cancel", "elsewhere"]).ok(), "");
    let ended = running.end();
    ended.fails(7, &["cancelled", "protovideo resume elsewhere"]);
    desk.run(&["cancel", "elsewhere"]).fails(2, &["cancelled already"]);
    desk.run(&["cancel", "nobody"]).fails(3, &["there is no task `nobody`"]);
    desk.run(&["resume", "nobody"]).fails(3, &["there is no task `nobody`"]);
    desk.run(&["resume", "../up"]).fails(2, &["1 to 64 of"]);
}

#[test]
fn the_same_id_is_the_same_task() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A boat", "duration": 0.25}]));
    request["task_id"] = json!("mine");
    desk.render(&request).ok();
    desk.render(&request).ok();
    assert_eq!(desk.run(&["status"]).ok().lines().count(), 1, "one task");
    request["fps"] = json!(25);
    let other: Ran = desk.render(&request);
    other.fails(3, &["task `mine` exists with another request; nothing was changed"]);
}
