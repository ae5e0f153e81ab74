use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Instant;

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::ports::Used;

fn context(folder: &TempDir) -> StepContext {
    StepContext {
        cancel: CancellationToken::new(),
        deadline: Instant::now() + Duration::from_mins(1),
        work: folder.path().to_owned(),
        frames_done: Arc::new(|_| {}),
        used: Used::default(),
    }
}

/// A program of ours in ffmpeg's place.
fn fake(folder: &TempDir, script: &str) -> Ffmpeg {
    let path = folder.path().join("fake");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    Ffmpeg { stall: Duration::from_millis(400), ..Ffmpeg::find(Some(&path)).unwrap() }
}

/// Whether the process whose number the fake wrote into `pid` is gone, a zombie at most.
async fn gone(folder: &TempDir) -> bool {
    let pid: i32 = fs::read_to_string(folder.path().join("pid")).unwrap().trim().parse().unwrap();
    for _ in 0..100 {
        match procfs::process::Process::new(pid).and_then(|p| p.stat()) {
            Ok(stat) if stat.state != 'Z' => tokio::time::sleep(Duration::from_millis(10)).await,
            _ => return true,
        }
    }
    false
}

async fn started(folder: &TempDir) {
    while !fs::read_to_string(folder.path().join("pid")).is_ok_and(|pid| pid.ends_with('\n')) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

const SLEEPER: &str = "sleep 100 & echo $! > pid; wait";

#[tokio::test]
async fn works_in_the_steps_folder() {
    let folder = TempDir::new().unwrap();
    let ffmpeg = Ffmpeg::find(None).unwrap();
    ffmpeg.run("-f lavfi -i sine=d=0.1 a.wav".split(' '), &context(&folder)).await.unwrap();
    assert!(folder.path().join("a.wav").is_file());
    assert_eq!(ffmpeg.tools().await.unwrap(), Ffmpeg::find(None).unwrap().tools().await.unwrap());
    assert!(ffmpeg.version().await.unwrap().starts_with("ffmpeg version "));
}

#[tokio::test]
async fn takes_what_it_is_fed() {
    let folder = TempDir::new().unwrap();
    let args = "-f rawvideo -pix_fmt gray -s 64x64 -i - -f rawvideo out.raw".split(' ');
    let write = |stdin: &mut ChildStdin| (0..300).try_for_each(|n| stdin.write_all(&[n as u8; 4096]));
    Ffmpeg::find(None).unwrap().feed(args, &context(&folder), write).await.unwrap();
    assert_eq!(fs::metadata(folder.path().join("out.raw")).unwrap().len(), 300 * 4096);
}

#[tokio::test]
async fn a_failure_names_arguments_status_and_words() {
    let folder = TempDir::new().unwrap();
    let error = Ffmpeg::find(None).unwrap().run(["-i", "nothing.mp4", "-"], &context(&folder)).await.unwrap_err();
    assert_eq!((error.class, error.code, error.retryable), (Class::Media, "FFMPEG_FAILED", false));
    for part in ["exit status: 1", "nothing.mp4: No such file", "[ffmpeg -i nothing.mp4 -]"] {
        assert!(error.message.contains(part), "{}", error.message);
    }
}

#[tokio::test]
async fn a_broken_pipe_is_reported_as_what_ffmpeg_said() {
    let folder = TempDir::new().unwrap();
    let ffmpeg = fake(&folder, r"printf 'head\n\033[31mbad\tframe\n' >&2; exit 3");
    let write = |stdin: &mut ChildStdin| loop {
        stdin.write_all(&[0; 4096])?;
    };
    let error = ffmpeg.feed(["-i", "-"], &context(&folder), write).await.unwrap_err();
    assert!(error.message.contains(r"(exit status: 3): head; \u{1b}[31mbad\tframe ["), "{}", error.message);
}

#[tokio::test]
async fn the_writers_own_error_is_the_result() {
    let folder = TempDir::new().unwrap();
    let own = PortError::permanent(Class::Request, "OWN", "the picture is bad");
    let error = fake(&folder, "cat > /dev/null").feed(["-"], &context(&folder), |_| Err(io::Error::other(own))).await;
    assert_eq!(error.unwrap_err().code, "OWN");
}

#[tokio::test]
async fn a_crash_may_be_tried_again_and_a_full_disk_is_told_apart() {
    let folder = TempDir::new().unwrap();
    let crash = fake(&folder, "kill -SEGV $$").run(["x"], &context(&folder)).await.unwrap_err();
    assert_eq!((crash.code, crash.retryable), ("FFMPEG_FAILED", true));
    for why in ["No space left on device", "File too large", "Disk quota exceeded"] {
        let full = fake(&folder, &format!("echo 'av_interleaved_write_frame(): {why}' >&2; exit 1"));
        let full = full.run(["x"], &context(&folder)).await.unwrap_err();
        assert_eq!((full.class, full.code), (Class::Storage, "DISK_FULL"), "{why}");
        let at_the_end = fake(&folder, &format!("echo 'Error writing trailer of part.ts: {why}' >&2"));
        assert_eq!(at_the_end.run(["x"], &context(&folder)).await.unwrap_err().code, "DISK_FULL", "{why}");
    }
}

#[tokio::test]
async fn a_hang_a_cancel_and_a_deadline_leave_no_process() {
    for code in ["FFMPEG_STALLED", "CANCELLED", "DEADLINE"] {
        let folder = TempDir::new().unwrap();
        let mut context = context(&folder);
        let mut ffmpeg = fake(&folder, SLEEPER);
        match code {
            "CANCELLED" => {
                ffmpeg.stall = STALL;
                let cancel = context.cancel.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    cancel.cancel();
                });
            }
            "DEADLINE" => context.deadline = Instant::now() + Duration::from_millis(100),
            _ => {}
        }
        let error = ffmpeg.run(["x"], &context).await.unwrap_err();
        assert_eq!(error.code, code);
        assert!(gone(&folder).await, "{code} left a process");
    }
}

#[tokio::test]
async fn a_dropped_run_leaves_no_process() {
    let folder = TempDir::new().unwrap();
    let mut ffmpeg = fake(&folder, SLEEPER);
    ffmpeg.stall = STALL;
    let context = context(&folder);
    tokio::select! {
        _ = ffmpeg.run(["x"], &context) => unreachable!("it sleeps"),
        () = started(&folder) => {}
    }
    assert!(gone(&folder).await);
}

#[tokio::test]
async fn nothing_is_inherited() {
    let folder = TempDir::new().unwrap();
    fake(&folder, "env > env; cat > stdin").run(["x"], &context(&folder)).await.unwrap();
    let names = fs::read_to_string(folder.path().join("env")).unwrap();
    let names =
        names.lines().filter_map(|l| l.split('=').next()).filter(|n| !["PWD", "SHLVL", "_", "OLDPWD"].contains(n));
    assert_eq!(
        names.collect::<std::collections::BTreeSet<_>>(),
        ["LANG", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "PATH"].into()
    );
    assert_eq!(fs::read(folder.path().join("stdin")).unwrap(), b"");
}

#[test]
fn a_missing_ffmpeg_says_what_to_do() {
    let error = Ffmpeg::find(Some(Path::new("/nowhere/ffmpeg"))).unwrap_err();
    assert_eq!(error.code, "FFMPEG_MISSING");
    assert!(error.message.contains("/nowhere/ffmpeg") && error.message.contains("PROTOVIDEO_FFMPEG"));
    assert!(Ffmpeg::find(Some(Path::new("no-such-program"))).is_err());
}

#[test]
fn the_tail_is_bounded() {
    let mut tail = failure::Tail::default();
    (0..1000).for_each(|n| tail.push(&format!("line {n}")));
    tail.push(&"é".repeat(5000));
    assert!(tail.text().len() <= 4096 && tail.text().ends_with('é'));
}

/// Burns processor time in a shell, some tenths of a second.
const BUSY: &str = "n=0; while [ $n -lt 300000 ]; do n=$((n+1)); done";

#[tokio::test]
async fn each_run_counts_what_its_own_program_used() {
    let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
    let [busy, idle] = [&folders[0], &folders[1]].map(context);
    // What this process has resident itself is none of theirs.
    let ballast = std::hint::black_box(vec![1_u8; 256 << 20]);
    let quiet = |folder, script| Ffmpeg { stall: STALL, ..fake(folder, script) };
    let (working, sleeping) = (quiet(&folders[0], BUSY), quiet(&folders[1], "sleep 0.3"));
    let (one, other) = tokio::join!(working.run(["x"], &busy), sleeping.run(["x"], &idle));
    one.and(other).unwrap();
    drop(ballast);
    let (busy, idle) = (busy.used.so_far(), idle.used.so_far());
    assert!(busy.children > Duration::from_millis(80), "{busy:?}");
    assert!(idle.children < Duration::from_millis(40), "{idle:?}");
    for used in [busy, idle] {
        assert!((100 << 10..64 << 20).contains(&used.children_bytes), "{used:?}");
    }
}

#[tokio::test]
async fn feeding_counts_as_work_of_this_process() {
    let folder = TempDir::new().unwrap();
    let context = context(&folder);
    let write = |stdin: &mut ChildStdin| (0..2000).try_for_each(|n| stdin.write_all(&vec![n as u8; 1 << 16]));
    fake(&folder, "cat > /dev/null").feed(["-"], &context, write).await.unwrap();
    let used = context.used.so_far();
    assert!(used.processor > Duration::from_millis(5), "{used:?}");
    assert!(used.children_bytes > 100 << 10, "it is looked at before its input ends: {used:?}");
}
