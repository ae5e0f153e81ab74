//! A disk that is full, at whatever place: the run ends with its code, nothing is half-written, and the next one goes on.
//!
//! Root fills a small file system in memory. For others, files that may not grow stand in for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use crate::support::{Desk, Ran, film};

/// A file system of so many kilobytes, unmounted when it is dropped.
struct Small(PathBuf);

impl Small {
    /// `None` where this user may not mount.
    fn mount(at: &Path, kilobytes: u32) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = mount(&format!("size={kilobytes}k"), at);
        mounted.then(|| Self(at.to_owned()))
    }

    fn grow(&self) {
        assert!(mount("remount,size=256m", &self.0));
    }
}

fn mount(options: &str, at: &Path) -> bool {
    let ran = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).output();
    ran.is_ok_and(|ran| ran.status.success())
}

impl Drop for Small {
    fn drop(&mut self) {
        // The folder is the test's own; where this fails, the system unmounts it when it ends.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn two_scenes() -> Value {
    film(&json!([
        {"type": "image", "promptImage": "A boat", "duration": 0.5},
        {"type": "image", "promptImage": "A cat", "duration": 0.5},
    ]))
}

/// A scene of noise, whose video is longer by far than its picture and than all else.
fn noise(desk: &Desk) -> Value {
    let mut state = 1_u32;
    let mut grain = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let picture = RgbImage::from_fn(360, 640, |_, _| Rgb([grain(), grain(), grain()]));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 20).encode_image(&picture).unwrap();
    desk.write("noise.jpg", jpeg);
    let mut request = film(&json!([{"type": "image", "image": "noise.jpg", "duration": 3}]));
    request["size"] = json!("360x640");
    request
}

const RENDER: [&str; 4] = ["render", "request.json", "-o", "film.mp4"];

#[track_caller]
fn ended_as_full(desk: &Desk, ran: &Ran) {
    ran.fails(6, &["(DISK_FULL)"]);
    assert!(ran.stderr.lines().last().is_some_and(|line| line.starts_with("protovideo: ")), "{ran:#?}");
    assert!(!desk.names().iter().any(|name| name.starts_with("film") || name.starts_with('.')), "{:?}", desk.names());
}

/// The program with its passing files, and its cache where that is wanted, on a small file system; `None` where none can
/// be mounted.
fn on_small(cache: bool, kilobytes: u32, request: impl Fn(&Desk) -> Value) -> Option<(Desk, Small, Ran)> {
    let desk = Desk::new();
    let small = Small::mount(&desk.path("small"), kilobytes)?;
    std::fs::create_dir(desk.path("small/scratch")).unwrap();
    desk.write("request.json", request(&desk).to_string());
    let mut program = desk.command(&RENDER);
    program.env("TMPDIR", desk.path("small/scratch"));
    if cache {
        program.env("CACHE_DIR", desk.path("small/cache"));
    }
    let ran = Ran::of(&mut program);
    Some((desk, small, ran))
}

#[test]
fn a_full_cache_ends_the_run_and_the_next_one_goes_on() {
    for kilobytes in [40, 150, 300, 400, 500] {
        let Some((desk, small, ran)) = on_small(true, kilobytes, |_| two_scenes()) else { return };
        ended_as_full(&desk, &ran);
        small.grow();
        let cache = desk.path("small/cache");
        let again = [("CACHE_DIR", cache.to_str().unwrap())];
        desk.run_with(&again, &["cache", "verify"]).ok();
        desk.run_with(&again, &RENDER).ok();
    }
}

#[test]
fn so_does_a_disk_that_ffmpeg_fills() {
    for kilobytes in [24, 400] {
        let Some((desk, small, ran)) = on_small(false, kilobytes, noise) else { return };
        ended_as_full(&desk, &ran);
        assert!(ran.stderr.contains("ffmpeg failed"), "at {kilobytes} kB: {ran:#?}");
        small.grow();
        desk.run(&RENDER).ok();
    }
}

/// The system refuses what makes a file longer than that, at a place of the store's or of ffmpeg's choosing.
#[test]
fn so_do_files_that_may_not_grow() {
    for kilobytes in [16, 80, 140] {
        let desk = Desk::new();
        desk.write("request.json", two_scenes().to_string());
        let ran = limited(&desk, kilobytes);
        ran.fails(6, &[]);
        assert_eq!(desk.names(), ["request.json"], "at {kilobytes} kB nothing is half-written");
        desk.run(&["cache", "verify"]).ok();
        desk.run(&RENDER).ok();
    }
}

#[test]
fn so_does_a_file_of_ffmpeg_s_that_may_not_grow() {
    let desk = Desk::new();
    desk.write("request.json", noise(&desk).to_string());
    let ran = limited(&desk, 1000);
    ended_as_full(&desk, &ran);
    assert!(ran.stderr.contains("ffmpeg failed"), "{ran:#?}");
}

fn limited(desk: &Desk, kilobytes: u32) -> Ran {
    let program = desk.command(&RENDER);
    let mut limited = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\"");
    limited.args(["-c", &script, "bash"]).arg(program.get_program()).args(program.get_args());
    limited.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(desk.path(""));
    Ran::of(&mut limited)
}
