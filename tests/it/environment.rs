//! The variables of the contract: each takes effect, and a bad value is refused before any work.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Desk, film};

/// The lanes that worked on a film of four scenes.
fn lanes(variables: &[(&str, &str)]) -> BTreeSet<u64> {
    let desk = Desk::new();
    let scene = |prompt: &str| json!({"type": "image", "promptImage": prompt, "duration": 1});
    let request = film(&json!([scene("A boat"), scene("A cat"), scene("A tree"), scene("A dog")]));
    desk.write("request.json", request.to_string());
    let answer = desk.run_with(variables, &["render", "request.json", "-o", "film.mp4", "--json"]).json();
    let records: &Value = &answer["result"]["performance_report"]["artifacts"];
    records.as_array().unwrap().iter().map(|record| record["lane"].as_u64().unwrap()).collect()
}

#[test]
fn workers_are_as_many_as_are_allowed() {
    assert_eq!(lanes(&[("MAX_WORKERS", "1")]), [0].into());
    assert_eq!(lanes(&[("MAX_WORKERS", "3")]), [0, 1, 2].into());
}

#[test]
fn memory_above_the_first_threshold_leaves_one_worker() {
    assert_eq!(lanes(&[("MEMORY_WARNING_THRESHOLD", "1")]), [0].into());
}

#[test]
fn memory_above_the_second_threshold_ends_the_task() {
    let desk = Desk::new();
    let mut request = film(&json!([{"type": "image", "promptImage": "A", "duration": 60}]));
    request["size"] = json!("1080x1920");
    desk.write("request.json", request.to_string());
    let ran = desk.run_with(&[("MEMORY_CRITICAL_THRESHOLD", "5")], &["render", "request.json", "-o", "film.mp4"]);
    ran.fails(8, &["MEMORY_LIMIT", "MEMORY_CRITICAL_THRESHOLD", " 5 MB are allowed", "355 MB"]);
}

#[test]
fn time_that_is_over_ends_the_task() {
    let desk = Desk::new();
    let scene = json!({"type": "image", "promptImage": "A", "duration": 60});
    let mut request = film(&json!([scene, scene]));
    request["size"] = json!("1080x1920");
    desk.write("request.json", request.to_string());
    let began = Instant::now();
    let ran = desk.run_with(&[("TASK_DEADLINE", "1"), ("MAX_WORKERS", "1")], &["render", "request.json"]);
    ran.fails(8, &["time was over", "DEADLINE"]);
    assert!(began.elapsed().as_secs() < 15, "no step outlives its task");
}

#[test]
fn a_bad_value_is_refused_with_what_is_allowed() {
    let desk = Desk::new();
    for (name, value, allowed) in [
        ("MAX_WORKERS", "many", "a whole number from 1 to 256"),
        ("MAX_WORKERS", "", "a whole number from 1 to 256"),
        ("CACHE_ENABLED", "perhaps", "true, false, 1, 0"),
        ("CACHE_MAX_AGE", "-1", "hours"),
        ("MEMORY_WARNING_THRESHOLD", "1 GB", "MB"),
        ("MEMORY_CRITICAL_THRESHOLD", "0", "MB"),
        ("TTS_DEVICE", "gpu", "cpu or cuda"),
        ("CACHE_DIR", "", "a folder"),
        ("IMAGE_PROVIDER", "foo", "card, or openai where OPENAI_API_KEY is set"),
        ("IMAGE_PROVIDER", "openai", "card, or openai where OPENAI_API_KEY is set"),
        ("OPENAI_BASE_URL", "api.example/v1", "an http or https URL"),
        ("PROTOVIDEO_ALLOW_HOSTS", "foo", "host:port, separated by commas"),
        ("PROTOVIDEO_LOG", "protovideo=loud", "a log filter"),
    ] {
        let ran = desk.run_with(&[(name, value)], &["status"]);
        ran.fails(2, &[name, allowed]);
        assert!(value.is_empty() || ran.stderr.contains(&format!("{value:?}")), "{}", ran.stderr);
    }
}

#[test]
fn a_bad_address_is_told_without_its_secrets() {
    let desk = Desk::new();
    let ran = desk.run_with(&[("OPENAI_BASE_URL", "https://me:canary@api.example/v1?key=canary")], &["status"]);
    ran.fails(2, &[r#"OPENAI_BASE_URL is "https://api.example/v1""#]);
    assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
}

#[test]
fn logs_are_plain_where_nobody_sees_colours() {
    let desk = Desk::new();
    desk.write("request.json", film(&json!([{"type": "image", "promptImage": "A", "duration": 0.25}])).to_string());
    let ran = desk.run_with(&[("PROTOVIDEO_LOG", "trace")], &["render", "request.json", "-o", "film.mp4"]);
    assert_eq!(ran.ok(), "film.mp4\n");
    assert!(!ran.stderr.contains('\x1b'), "{}", ran.stderr);
}
