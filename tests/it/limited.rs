//! Less memory than a film would take at four workers: the same film is made with fewer encoders at once, and where even one
//! does not fit, the task says what it needs and what there is.
//!
//! Root puts the program into a control group with a limit, where the system kills what exceeds it. For others, the variable
//! that says the same stands in for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Desk, Ran};

/// A control group, removed when it is dropped.
struct Group {
    folder: PathBuf,
    /// How often the system killed something in it, as its file says it.
    kills: &'static str,
}

impl Group {
    /// `None` where this user may not make one.
    fn limited(megabytes: u64) -> Option<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let name = format!("protovideo-test-{}", std::process::id());
        let versions = [("memory", "memory.limit_in_bytes", "memory.oom_control"), ("", "memory.max", "memory.events")];
        versions.into_iter().find_map(|(controller, limit, kills)| {
            let folder = root.join(controller).join(&name);
            fs::create_dir(&folder).ok()?;
            let group = Self { folder, kills };
            // Swap would hide that there is too little.
            let _ = fs::write(group.folder.join("memory.swap.max"), "0");
            fs::write(group.folder.join(limit), (megabytes * 1_000_000).to_string()).ok().map(|()| group)
        })
    }

    fn killed(&self) -> bool {
        let told = fs::read_to_string(self.folder.join(self.kills)).unwrap();
        !told.lines().any(|line| line == "oom_kill 0")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The film with so much memory, four pieces of work at once.
fn render(desk: &Desk, megabytes: u64) -> Ran {
    let arguments = ["render", "request.json", "-o", "film.mp4"];
    let variables = [("MAX_WORKERS", "4"), ("MEMORY_CRITICAL_THRESHOLD", "4000"), ("MEMORY_WARNING_THRESHOLD", "3900")];
    let Some(group) = Group::limited(megabytes) else {
        let allowed = (megabytes * 9 / 10).to_string();
        return desk.run_with(&[variables[0], ("MEMORY_CRITICAL_THRESHOLD", &allowed)], &arguments);
    };
    let program = desk.command(&arguments);
    let mut within = Command::new("sh");
    within.args(["-c", "echo $$ > \"$0\" && exec \"$@\""]).arg(group.folder.join("cgroup.procs"));
    within.arg(program.get_program()).args(program.get_args()).current_dir(desk.path(""));
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => within.env(name, value),
            None => within.env_remove(name),
        };
    }
    let ran = Ran::of(within.envs(variables));
    assert!(!group.killed(), "the system killed something: {ran:#?}");
    ran
}

fn request() -> Value {
    let silent = |n: u32| json!({"type": "image", "promptImage": format!("Boat {n}"), "duration": 0.4});
    let mut scenes = vec![json!({"type": "image", "promptImage": "A pier", "narration_text": "A boat."})];
    scenes.extend((1..4).map(silent));
    json!({"size": "portrait", "scenes": scenes})
}

#[test]
fn a_film_that_would_not_fit_at_four_workers_is_made_with_fewer_encoders() {
    let (free, tight) = (Desk::new(), Desk::new());
    let arguments = ["render", "request.json", "-o", "film.mp4"];
    for desk in [&free, &tight] {
        desk.write("request.json", request().to_string());
    }
    free.run_with(&[("MAX_WORKERS", "4"), ("MEMORY_CRITICAL_THRESHOLD", "4000")], &arguments).ok();
    render(&tight, 500).ok();
    assert!(fs::read(free.path("film.mp4")).unwrap() == fs::read(tight.path("film.mp4")).unwrap());
    let choice = &tight.report()["adaptation"][0];
    assert_eq!(choice["encoders"]["count"], 1, "{choice}");
    if choice["cores"].as_u64().unwrap() > 1 {
        assert!(choice["encoders"]["why"].as_str().unwrap().ends_with(" MB hold no more"), "{choice}");
    }
    assert!(free.report()["adaptation"][0]["encoders"]["count"].as_u64().unwrap() >= 1);
}

#[test]
fn where_one_encoder_does_not_fit_the_need_and_the_limit_are_told() {
    let desk = Desk::new();
    desk.write("request.json", request().to_string());
    let ran = render(&desk, 350);
    ran.fails(8, &["takes some 355 MB, 31", " MB are allowed", "MEMORY_CRITICAL_THRESHOLD", "MEMORY_LIMIT"]);
    assert_eq!(desk.scraps(), [""; 0]);
}
