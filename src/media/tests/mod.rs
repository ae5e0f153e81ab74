//! Small real films: scenes by ffmpeg's test source with the settings of our scenes, sound by our own mix.

mod film;
mod refused;
mod sound;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hound::{SampleFormat, WavSpec, WavWriter};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::ffmpeg::Ffmpeg;
use super::scene::encoder;
use crate::domain::units::{Fps, Size};
use crate::ports::{FilmJob, Placed, SoundtrackFacts, SoundtrackJob, StepContext, Used};

const SIZE: Size = Size { width: 64, height: 96 };

/// A folder with all that a film is made from.
pub(super) struct Stage {
    folder: TempDir,
    ffmpeg: Ffmpeg,
    fps: Fps,
}

impl Stage {
    pub(super) fn new(fps: u32) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        Self { folder, ffmpeg: Ffmpeg::find(None).unwrap(), fps: Fps::try_from(fps).unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn context(&self, folder: &str) -> StepContext {
        StepContext {
            cancel: CancellationToken::new(),
            deadline: Instant::now() + Duration::from_mins(1),
            work: self.path(folder),
            frames_done: Arc::new(|_| {}),
            used: Used::default(),
        }
    }

    /// Runs ffmpeg in the folder itself.
    async fn ffmpeg(&self, args: &str) {
        self.ffmpeg.run(args.split_whitespace(), &self.context("")).await.unwrap();
    }

    /// Scenes of these lengths, each with other pictures.
    async fn scenes(&self, lengths: &[u32]) -> Vec<(PathBuf, u32)> {
        self.scenes_by(&encoder(self.fps), lengths).await
    }

    /// The same with other settings of the encoder.
    async fn scenes_by(&self, encoder: &str, lengths: &[u32]) -> Vec<(PathBuf, u32)> {
        let mut args = format!("-f lavfi -i testsrc2=s={SIZE}:r={}", self.fps.get());
        for (number, frames) in lengths.iter().enumerate() {
            let pictures =
                format!("-vf trim=start_frame={number},setpts=PTS-STARTPTS -frames:v {frames} -pix_fmt yuv420p");
            // Writing into a string cannot fail.
            let _ = write!(args, " -map 0:v {pictures} {encoder} s{number}.ts");
        }
        self.ffmpeg(&args).await;
        lengths.iter().enumerate().map(|(n, frames)| (self.path(&format!("s{n}.ts")), *frames)).collect()
    }

    /// Narration as the speech step leaves it.
    pub(super) fn speech(&self, name: &str, samples: &[f32], at: u64) -> Placed {
        let wav = self.path(name);
        let spec = WavSpec { channels: 1, sample_rate: 24_000, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let mut writer = WavWriter::create(&wav, spec).unwrap();
        for sample in samples {
            writer.write_sample((sample * 32_767.0) as i16).unwrap();
        }
        writer.finalize().unwrap();
        Placed { wav, at }
    }

    async fn soundtrack(&self, speech: Vec<Placed>, samples: u64, loudness: Option<i32>) -> SoundtrackFacts {
        let job = SoundtrackJob { speech, samples, loudness_milli: loudness };
        let context = self.context("work");
        let facts = super::mix(&job, &self.path("mix.wav"), &context).await.unwrap();
        let encoded =
            super::soundtrack::soundtrack(&self.ffmpeg, &job, &self.path("sound.m4a"), &context).await.unwrap();
        assert_eq!(facts, encoded);
        facts
    }

    fn job(&self, scenes: Vec<(PathBuf, u32)>) -> FilmJob {
        FilmJob { scenes, soundtrack: self.path("sound.m4a"), fps: self.fps, size: SIZE }
    }

    /// The film's left side as it is decoded.
    async fn decoded(&self) -> Vec<f32> {
        self.ffmpeg("-i film.mp4 -map 0:a -af pan=mono|c0=c0 -f f32le sound.raw").await;
        let bytes = std::fs::read(self.path("sound.raw")).unwrap();
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
    }
}

/// The samples of one side of a stereo WAV file, after making sure that the other is the same.
fn one_side(wav: &Path) -> Vec<i16> {
    let all: Vec<i16> = hound::WavReader::open(wav).unwrap().samples().map(Result::unwrap).collect();
    assert!(all.chunks_exact(2).all(|pair| pair[0] == pair[1]));
    all.into_iter().step_by(2).collect()
}

/// Syllables, with breaths between them: `seconds` at 24 kHz.
pub(super) fn babble(seconds: f32, size: f32) -> Vec<f32> {
    let samples = (seconds * 24_000.0) as usize;
    let voice = |n: usize| {
        let t = n as f32 / 24_000.0;
        let pitch = 120.0 + 20.0 * (t * 3.0).sin();
        let sound: f32 = (1..30).map(|k| (std::f32::consts::TAU * pitch * k as f32 * t).cos() / k as f32).sum();
        let syllable = (std::f32::consts::TAU * 2.2 * t).sin().max(0.0).powf(0.7);
        let breath = if t % 2.6 < 2.1 { 1.0 } else { 0.0 };
        size * 0.25 * sound * syllable * breath
    };
    (0..samples).map(voice).collect()
}
