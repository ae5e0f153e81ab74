//! All of the port for films in one place.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use super::ffmpeg::Ffmpeg;
use super::fonts::Fonts;
use super::handover::Copied;
use super::{join, poster, scene, soundtrack};
use crate::domain::units::{Fps, Size};
use crate::ports::{
    Class, FilmFacts, FilmJob, Films, PortError, PortResult, SceneJob, SoundtrackFacts, SoundtrackJob, StepContext,
};
use crate::recipe::Digest;

/// Films by ffmpeg and our own frames. ffmpeg is looked for when it is first needed.
#[derive(Debug)]
pub struct Studio {
    configured: Option<PathBuf>,
    note: Option<PathBuf>,
    found: OnceLock<Ffmpeg>,
    fonts: Fonts,
}

impl Studio {
    /// A studio with the configured ffmpeg, or the one in `PATH`.
    pub fn new(ffmpeg: Option<PathBuf>, fonts: Fonts) -> Self {
        Self { configured: ffmpeg, note: None, found: OnceLock::new(), fonts }
    }

    /// The same, whose ffmpeg keeps what it says about itself in that folder.
    #[must_use]
    pub fn noting(self, folder: &Path) -> Self {
        Self { note: Some(folder.join("ffmpeg.json")), ..self }
    }

    /// The ffmpeg that it works with.
    ///
    /// # Errors
    /// `FFMPEG_MISSING`.
    pub fn ffmpeg(&self) -> PortResult<&Ffmpeg> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let found = Ffmpeg::find(self.configured.as_deref())?;
        let found = match &self.note {
            Some(note) => found.noting(note.clone()),
            None => found,
        };
        Ok(self.found.get_or_init(|| found))
    }

    /// Writes a scene's frames as the encoder gets them: planar YUV 4:2:0, one after the other. For benchmarks, which
    /// encode them again. Blocks.
    ///
    /// # Errors
    /// As [`Films::scene`]; and where `out` cannot be written.
    pub fn frames(&self, job: &SceneJob, out: &mut impl Write, context: &StepContext) -> PortResult<()> {
        let written = scene::draw(job, &self.fonts, context, &mut Copied::into(out, job.size))?;
        written.map_err(|e| PortError::io("write frames into", &context.work, e))
    }
}

#[async_trait]
impl Films for Studio {
    fn encoder(&self, _: Size, fps: Fps) -> String {
        scene::encoder(fps)
    }

    async fn tools(&self) -> PortResult<Digest> {
        self.ffmpeg()?.tools().await
    }

    async fn version(&self) -> PortResult<String> {
        self.ffmpeg()?.version().await.map(str::to_owned)
    }

    fn fonts(&self) -> PortResult<Digest> {
        Ok(self.fonts.digest())
    }

    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()> {
        scene::render(self.ffmpeg()?, &self.fonts, job, out, context).await
    }

    async fn splice(&self, parts: &[(PathBuf, u32)], fps: Fps, out: &Path, context: &StepContext) -> PortResult<()> {
        join::splice(self.ffmpeg()?, parts, fps, out, context).await
    }

    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
        soundtrack::soundtrack(self.ffmpeg()?, job, out, context).await
    }

    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
        join::film(self.ffmpeg()?, job, out, context).await
    }

    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()> {
        let (picture, out, used) = (picture.to_owned(), out.to_owned(), context.used.clone());
        let drawn = spawn_blocking(move || used.clocked(|| poster::poster(&picture, size, &out))).await;
        drawn
            .map_err(|e| PortError::permanent(Class::Internal, "PANIC", format!("the poster ended abnormally: {e}")))?
    }
}
