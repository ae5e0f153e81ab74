//! The makers of a world that may die.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::Faults;
use crate::domain::script::Sentence;
use crate::domain::units::{Fps, Size};
use crate::ports::{
    self, FilmFacts, FilmJob, PortResult, SceneJob, SoundtrackFacts, SoundtrackJob, Spoken, StepContext, Voice,
};
use crate::recipe::Digest;
use crate::recipe::steps::{PictureRecipe, SpeechRecipe, VoicePin};

pub(super) struct Speech {
    pub(super) inner: Arc<dyn ports::Speech>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Speech for Speech {
    fn voices(&self) -> Vec<Voice> {
        self.inner.voices()
    }

    fn voice(&self, name: Option<&str>) -> PortResult<VoicePin> {
        self.inner.voice(name)
    }

    fn script(&self, text: &str, voice: &VoicePin, pronunciations: &[(String, String)]) -> PortResult<Vec<Sentence>> {
        self.inner.script(text, voice, pronunciations)
    }

    fn unsayable(&self, pronunciations: &[(String, String)]) -> Vec<(String, String)> {
        self.inner.unsayable(pronunciations)
    }

    async fn speak(&self, recipe: &SpeechRecipe, context: &StepContext) -> PortResult<Spoken> {
        self.faults.effect(self.inner.speak(recipe, context)).await
    }
}

pub(super) struct Pictures {
    pub(super) inner: Arc<dyn ports::Pictures>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Pictures for Pictures {
    fn provider(&self, name: Option<&str>) -> PortResult<(String, String)> {
        self.inner.provider(name)
    }

    fn lead(&self, provider: &str, first_prompt: &str) -> Option<String> {
        self.inner.lead(provider, first_prompt)
    }

    async fn make(&self, recipe: &PictureRecipe, context: &StepContext) -> PortResult<Vec<u8>> {
        self.faults.effect(self.inner.make(recipe, context)).await
    }

    fn check(&self, bytes: &[u8]) -> PortResult<Size> {
        self.inner.check(bytes)
    }
}

pub(super) struct Sources {
    pub(super) inner: Arc<dyn ports::Sources>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Sources for Sources {
    async fn picture(&self, source: &str, context: &StepContext) -> PortResult<Vec<u8>> {
        self.faults.effect(self.inner.picture(source, context)).await
    }
}

pub(super) struct Films {
    pub(super) inner: Arc<dyn ports::Films>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait]
impl ports::Films for Films {
    fn encoder(&self, size: Size, fps: Fps) -> String {
        self.inner.encoder(size, fps)
    }

    async fn tools(&self) -> PortResult<Digest> {
        self.faults.look(self.inner.tools()).await
    }

    async fn version(&self) -> PortResult<String> {
        self.inner.version().await
    }

    fn fonts(&self) -> PortResult<Digest> {
        self.inner.fonts()
    }

    async fn scene(&self, job: &SceneJob, out: &Path, context: &StepContext) -> PortResult<()> {
        self.faults.effect(self.inner.scene(job, out, context)).await
    }

    async fn splice(&self, parts: &[(PathBuf, u32)], fps: Fps, out: &Path, context: &StepContext) -> PortResult<()> {
        self.faults.effect(self.inner.splice(parts, fps, out, context)).await
    }

    async fn soundtrack(&self, job: &SoundtrackJob, out: &Path, context: &StepContext) -> PortResult<SoundtrackFacts> {
        self.faults.effect(self.inner.soundtrack(job, out, context)).await
    }

    async fn film(&self, job: &FilmJob, out: &Path, context: &StepContext) -> PortResult<FilmFacts> {
        self.faults.effect(self.inner.film(job, out, context)).await
    }

    async fn poster(&self, picture: &Path, size: Size, out: &Path, context: &StepContext) -> PortResult<()> {
        self.faults.effect(self.inner.poster(picture, size, out, context)).await
    }
}
