use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::super::handover::Copied;
use super::*;
use crate::domain::motion::{Motion, MotionKind};
use crate::ports::Used;

const FRAMES: u32 = 25;

/// A folder with a picture, and a scene of it.
fn stage() -> (TempDir, SceneJob) {
    let folder = TempDir::new().unwrap();
    let picture = folder.path().join("picture.png");
    image::RgbImage::from_fn(96, 96, |x, y| image::Rgb([x as u8, y as u8, 90])).save(&picture).unwrap();
    let job = SceneJob {
        picture,
        size: Size { width: 64, height: 96 },
        fps: Fps::DEFAULT,
        frames: FRAMES,
        part: 0..FRAMES,
        motion: Motion { kind: MotionKind::ZoomIn, amount_milli: 150 },
        captions: Vec::new(),
        style: None,
        encoder: encoder(Fps::DEFAULT),
    };
    (folder, job)
}

fn context(folder: &TempDir, frames_done: impl Fn(u32) + Send + Sync + 'static) -> StepContext {
    StepContext {
        cancel: CancellationToken::new(),
        deadline: Instant::now() + Duration::from_mins(1),
        work: folder.path().to_owned(),
        frames_done: Arc::new(frames_done),
        used: Used::default(),
    }
}

async fn rendered(folder: &TempDir, job: &SceneJob, context: &StepContext) -> PortResult<()> {
    let (ffmpeg, fonts) = (Ffmpeg::find(None).unwrap(), Fonts::new(Vec::new()));
    render(&ffmpeg, &fonts, job, &folder.path().join("scene.ts"), context).await
}

#[tokio::test]
async fn a_scene_has_its_frames_and_tells_each() {
    let (folder, job) = stage();
    let told = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&told);
    let context = context(&folder, move |done| assert_eq!(counted.fetch_add(1, Ordering::Relaxed) + 1, done));
    rendered(&folder, &job, &context).await.unwrap();
    assert_eq!(told.load(Ordering::Relaxed), FRAMES);
    assert_eq!(count_frames(&folder.path().join("scene.ts")).unwrap(), FRAMES);
}

#[tokio::test]
async fn an_encoder_that_loses_frames_is_found_out() {
    let (folder, job) = stage();
    let job = SceneJob { encoder: format!("-vf fps=15 {}", job.encoder), ..job };
    let error = rendered(&folder, &job, &context(&folder, |_| {})).await.unwrap_err();
    assert_eq!((error.class, error.code, error.retryable), (Class::Media, "FRAMES_LOST", true));
    assert!(error.message.starts_with("25 frames were encoded as 1"), "{error}");
    assert!(!folder.path().join("scene.ts").exists());
}

#[tokio::test]
async fn a_cancelled_scene_ends_in_the_middle_and_leaves_nothing() {
    let (folder, job) = stage();
    let job = SceneJob { frames: 1_000_000, part: 0..1_000_000, ..job };
    let cancel = CancellationToken::new();
    let third = cancel.clone();
    let stop = move |done| {
        if done == 3 {
            third.cancel();
        }
    };
    let context = StepContext { cancel, ..context(&folder, stop) };
    let error = rendered(&folder, &job, &context).await.unwrap_err();
    assert_eq!((error.class, error.code), (Class::Cancelled, "CANCELLED"));
    assert!(!folder.path().join("scene.ts").exists());
}

#[tokio::test]
async fn frames_are_counted_by_their_packets() {
    let (folder, job) = stage();
    rendered(&folder, &job, &context(&folder, |_| {})).await.unwrap();
    let path = folder.path().join("scene.ts");
    let bytes = std::fs::read(&path).unwrap();
    let counted = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        count_frames(&path).unwrap()
    };
    let half = counted(&bytes[..bytes.len() / 2]);
    assert!(0 < half && half < FRAMES, "{half}");
    assert_eq!(counted(&[bytes.clone(), bytes].concat()), 2 * FRAMES);
    assert_eq!((counted(b""), counted(&[0x47; 187]), counted(&[0xff; 188 * 3])), (0, 0, 0));
}

#[tokio::test]
async fn segments_show_the_frames_that_they_would_have_in_one_piece() {
    let (folder, mut job) = stage();
    job.captions = Vec::new();
    let frames = |part: std::ops::Range<u32>| {
        let job = SceneJob { part, ..job.clone() };
        let mut bytes = Vec::new();
        let fonts = Fonts::new(Vec::new());
        draw(&job, &fonts, &context(&folder, |_| {}), &mut Copied::into(&mut bytes, job.size)).unwrap().unwrap();
        bytes
    };
    assert!(frames(0..FRAMES) == [frames(0..10), frames(10..11), frames(11..FRAMES)].concat());
    let job = SceneJob { part: 10..FRAMES, ..job.clone() };
    rendered(&folder, &job, &context(&folder, |_| {})).await.unwrap();
    assert_eq!(count_frames(&folder.path().join("scene.ts")).unwrap(), FRAMES - 10);
}
