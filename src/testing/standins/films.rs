//! Films that are texts: a scene describes its job, a soundtrack says what stands where, a film is all of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{StandIns, read, write};
use crate::domain::units::{Fps, Size};
use crate::ports::{FilmFacts, FilmJob, Films, PortResult, SceneJob, SoundtrackFacts, SoundtrackJob, StepContext};
use crate::recipe::Digest;

#[async_trait]
impl Films for StandIns {
    fn encoder(&self, size: Size, fps: Fps) -> String {
        format!("stand-in {size} {}", fps.get())
    }

    async fn tools(&self) -> PortResult<Digest> {
        Ok(self.version("tools"))
    }

    async fn version(&self) -> PortResult<String> {
        Ok("stand-in version 1".to_owned())
    }

    fn fonts(&self) -> PortResult<Digest> {
        Ok(self.version("fonts"))
    }

    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()> {
        let picture = Digest::of(read(&job.picture)?);
        let whole = job.part.len() == job.frames as usize;
        let what = if whole { "scene".to_owned() } else { format!("segment from {}", job.part.start) };
        self.called(&what, context).await?;
        let part = if whole { String::new() } else { format!("{:?} of ", job.part) };
        let mut text = format!("scene of {picture}, {part}{} frames, {:?}\n", job.frames, job.motion.kind);
        for cue in &job.captions {
            let words: Vec<_> = cue.lines.iter().flatten().map(|word| word.text.as_str()).collect();
            let _ = writeln!(text, "  {}-{} {}", cue.start, cue.end, words.join(" "));
        }
        (context.frames_done)(job.part.end);
        write(out, text.as_bytes())
    }

    async fn splice(&self, parts: &[(PathBuf, u32)], _: Fps, out: &Path, context: &StepContext) -> PortResult<()> {
        self.called("splice", context).await?;
        let mut text = String::new();
        for (part, frames) in parts {
            let _ = writeln!(text, "{frames} frames: {}", String::from_utf8_lossy(&read(part)?));
        }
        write(out, text.as_bytes())
    }

    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
        self.called("soundtrack", context).await?;
        let mut text = format!("sound of {} samples\n", job.samples);
        for placed in &job.speech {
            let _ = writeln!(text, "  {} at {}", Digest::of(read(&placed.wav)?), placed.at);
        }
        write(out, text.as_bytes())?;
        Ok(SoundtrackFacts { samples: job.samples, loudness_milli: job.loudness_milli, true_peak_milli: Some(-1500) })
    }

    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
        self.called("film", context).await?;
        let mut bytes = Vec::new();
        for (scene, _) in &job.scenes {
            bytes.extend(read(scene)?);
        }
        bytes.extend(read(&job.soundtrack)?);
        write(out, &bytes)?;
        Ok(FilmFacts { frames: job.scenes.iter().map(|(_, frames)| frames).sum(), bytes: bytes.len() as u64 })
    }

    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()> {
        self.called("poster", context).await?;
        let picture = Digest::of(read(picture)?);
        write(out, format!("poster of {picture}, {size}\n").as_bytes())
    }
}
