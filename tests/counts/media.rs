//! Work on pixels and samples. No ffmpeg takes part.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protovideo::domain::captions::cues::{Fit, cues};
use protovideo::domain::motion::{Motion, MotionKind};
use protovideo::domain::units::{FILM_RATE, Fps, SPEECH_RATE, Size};
use protovideo::media::{Fonts, Studio, mix};
use protovideo::picture::Providers;
use protovideo::ports::{Films as _, Pictures as _, Placed, SceneJob, SoundtrackJob, StepContext, Used};
use protovideo::recipe::steps::PictureRecipe;
use protovideo::wav;
use tokio_util::sync::CancellationToken;

use super::text;

const PICTURE: &[u8] = include_bytes!("../../scripts/bench/pictures/0.jpg");
const SIZE: Size = Size { width: 1080, height: 1920 };
const FRAMES: u32 = 10;
/// Words that are said meanwhile: the first stands on some frames, the second on the others.
const WORDS: usize = 2;
/// Pieces of narration, and the seconds that each lasts.
const PIECES: u64 = 3;
const SECONDS: u64 = 3;

fn context(folder: &Path) -> StepContext {
    StepContext {
        cancel: CancellationToken::new(),
        // Ten times as long as callgrind takes on a slow machine.
        deadline: Instant::now() + Duration::from_mins(60),
        work: folder.to_owned(),
        frames_done: Arc::new(|_| {}),
        used: Used::default(),
    }
}

/// One thread beside this one, for what blocks.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().expect("a runtime can be built")
}

/// A third of a second of a scene that zooms, with captions: decoded, sampled, drawn.
pub(crate) fn frames(folder: &Path) {
    let picture = folder.join("picture.jpg");
    std::fs::write(&picture, PICTURE).expect("the folder can be written");
    let studio = Studio::new(None, Fonts::new(Vec::new()));
    let (fps, style) = (Fps::DEFAULT, text::style());
    let job = SceneJob {
        picture,
        size: SIZE,
        fps,
        frames: FRAMES,
        part: 0..FRAMES,
        motion: Motion { kind: MotionKind::ZoomIn, amount_milli: 150 },
        captions: cues(&text::words(WORDS), Fit::of(&style, SIZE), fps, FRAMES),
        style: Some(style),
        encoder: studio.encoder(SIZE, fps),
    };
    studio.frames(&job, &mut std::io::sink(), &context(folder)).expect("the frames are drawn");
}

/// A picture by the built-in illustrator, as large as those of portrait films.
pub(crate) fn picture(folder: &Path) {
    let providers = Providers::new(None, None);
    let (provider, model) = providers.provider(None).expect("the illustrator is built in");
    let recipe = PictureRecipe::Prompt {
        prompt: "A lighthouse at sunrise, calm sea, two boats".to_owned(),
        lead: None,
        provider,
        model,
        width: 1296,
        height: 2304,
        seed: 1,
    };
    runtime().block_on(providers.make(&recipe, &context(folder))).expect("the picture is drawn");
}

/// Nine seconds of sound from three pieces, brought to -14 LUFS: mixed, measured, limited, written.
pub(crate) fn sound(folder: &Path) {
    let piece = |number: u64| {
        let path = folder.join(format!("{number}.wav"));
        std::fs::write(&path, wav::encode(&babble(number)).expect("it is short")).expect("the folder can be written");
        Placed { wav: path, at: number * SECONDS * u64::from(FILM_RATE) }
    };
    let speech: Vec<_> = (0..PIECES).map(piece).collect();
    let job = SoundtrackJob { speech, samples: PIECES * SECONDS * u64::from(FILM_RATE), loudness_milli: Some(-14_000) };
    let mixed = runtime().block_on(mix(&job, &folder.join("mix.wav"), &context(folder)));
    mixed.expect("the loudness is reached");
}

/// Syllables of a saw's teeth, which cost no sines, with breaths between them; a little shorter than its place.
fn babble(number: u64) -> Vec<f32> {
    let rate = SPEECH_RATE as usize;
    let (tooth, syllable) = (rate / (110 + 20 * number as usize), rate / 4);
    let sample = |n: usize| {
        let saw = 2.0 * (n % tooth) as f32 / tooth as f32 - 1.0;
        let swell = 1.0 - 2.0 * ((n % syllable) as f32 / syllable as f32 - 0.5).abs();
        let breath = if n % (2 * rate) < rate * 3 / 2 { 1.0 } else { 0.0 };
        0.3 * saw * swell * breath
    };
    (0..rate * SECONDS as usize - rate / 2).map(sample).collect()
}
