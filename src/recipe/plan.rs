//! The plan of a film: all recipes, and so all keys, before anything is made. Pure: what it needs of the
//! world (voices, scripts, pins, tools) is handed to it.

mod runs;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::canonical::CanonicalError;
use super::steps::{
    CaptionRecipe, FilmRecipe, PictureRecipe, PosterRecipe, Recipe as _, Said, SceneLength, SceneRecipe,
    SoundtrackRecipe, SpeechRecipe, Spoken, VoicePin,
};
use super::{ArtifactId, Digest};
use crate::domain::film::{DEFAULT_SCENE_MS, FilmSpec, SceneSpec};
use crate::domain::script::Sentence;
use crate::domain::task::{StepRecord, Work};
use crate::domain::units::{Fps, Size};

/// A film's graph. It is recorded with its task, so that a deployment in the middle cannot skew its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The format's version, 1.
    pub v: u32,
    /// How the tools that it was planned with name themselves. It is for people, and stands in no recipe.
    #[serde(default)]
    pub made_with: String,
    /// What planning it took: the request's check, its pictures fetched and pinned, its texts split into sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planning: Option<StepRecord>,
    /// The frame's size.
    pub size: Size,
    /// The frame rate.
    pub fps: Fps,
    /// The film's own narration, in runs: each run is one message's work.
    pub narration: Vec<Vec<PlannedSentence>>,
    /// The scenes.
    pub scenes: Vec<PlannedScene>,
    /// How many scenes, one after the other, each further run speaks: those of a long film without a narration of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scene_runs: Vec<u32>,
    /// The sound.
    pub soundtrack: SoundtrackRecipe,
    /// The film.
    pub film: FilmRecipe,
    /// The still.
    pub poster: PosterRecipe,
}

/// A sentence and how it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSentence {
    /// How its speech is made.
    pub recipe: SpeechRecipe,
    /// Its words, as written and as said.
    pub sentence: Sentence,
}

/// A scene and how it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedScene {
    /// How its picture is made.
    pub picture: PictureRecipe,
    /// Its own narration.
    pub narration: Vec<PlannedSentence>,
    /// How its video is made.
    pub recipe: SceneRecipe,
}

/// A narration with its voice, split into sentences.
#[derive(Clone, Debug)]
pub struct Script {
    /// Who speaks.
    pub voice: VoicePin,
    /// How fast, in thousandths.
    pub speed_milli: u32,
    /// What is said.
    pub sentences: Vec<Sentence>,
}

/// What the planner needs of the world.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The film's own narration.
    pub narration: Option<Script>,
    /// Each scene's narration and picture, in order.
    pub scenes: Vec<(Option<Script>, PictureRecipe)>,
    /// The digest of the caption fonts.
    pub fonts: Digest,
    /// The encoder's whole settings.
    pub encoder: String,
    /// The digest of the tools.
    pub tools: Digest,
    /// How they name themselves.
    pub made_with: String,
}

impl Plan {
    /// The voices that speak in it.
    #[must_use]
    pub fn voices(&self) -> BTreeSet<&str> {
        self.sentences().map(|sentence| sentence.recipe.voice.name.as_str()).collect()
    }

    /// All that is spoken in it.
    pub fn sentences(&self) -> impl Iterator<Item = &PlannedSentence> {
        let own = self.scenes.iter().flat_map(|scene| &scene.narration);
        self.narration.iter().flatten().chain(own)
    }

    /// Plans a film.
    ///
    /// # Errors
    /// Where a recipe holds a number that is not an integer: a defect, not a fault of the request.
    pub fn new(spec: &FilmSpec, inputs: &Inputs) -> Result<Self, CanonicalError> {
        let shared: Vec<_> = inputs.narration.iter().flat_map(planned).collect();
        let shared_said = said(&shared)?;
        let of = spec.scenes.len() as u32;
        let mut scenes = Vec::with_capacity(spec.scenes.len());
        for (index, (scene, (script, picture))) in spec.scenes.iter().zip(&inputs.scenes).enumerate() {
            let own: Vec<_> = script.iter().flat_map(planned).collect();
            let length = length(scene, index as u32, of, inputs.narration.is_some());
            let (narration, sentences) =
                if inputs.narration.is_some() { (shared_said.clone(), &shared) } else { (said(&own)?, &own) };
            let captions = scene.captions.as_ref().filter(|_| !sentences.is_empty());
            let recipe = SceneRecipe {
                picture: picture.id()?,
                size: spec.size,
                fps: spec.fps,
                length,
                narration,
                motion: scene.motion,
                motion_milli: scene.motion_milli,
                captions: captions.map(|style| CaptionRecipe {
                    style: style.clone(),
                    words: sentences.iter().map(PlannedSentence::written).collect(),
                    fonts: inputs.fonts,
                }),
                encoder: inputs.encoder.clone(),
                tools: inputs.tools,
            };
            scenes.push(PlannedScene { picture: picture.clone(), narration: own, recipe });
        }
        let spoken =
            |scene: &PlannedScene| Ok(Spoken { length: scene.recipe.length, narration: said(&scene.narration)? });
        let soundtrack = SoundtrackRecipe {
            fps: spec.fps,
            narration: shared_said,
            scenes: scenes.iter().map(spoken).collect::<Result<_, CanonicalError>>()?,
            loudness_milli: spec.loudness_milli,
            tools: inputs.tools,
        };
        let film = FilmRecipe {
            scenes: scenes.iter().map(|scene| scene.recipe.id()).collect::<Result<_, _>>()?,
            soundtrack: soundtrack.id()?,
            tools: inputs.tools,
        };
        let poster = PosterRecipe { picture: scenes[0].recipe.picture, size: spec.size };
        let (size, fps, made_with) = (spec.size, spec.fps, inputs.made_with.clone());
        Ok(Self {
            v: 1,
            made_with,
            planning: None,
            size,
            fps,
            narration: runs::runs(shared),
            scene_runs: runs::scene_runs(&scenes),
            scenes,
            soundtrack,
            film,
            poster,
        })
    }

    /// How many steps it takes, as messages count them: runs of sentences, scenes, the sound where it is made beside them,
    /// and the film.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.runs() + self.scenes.len() as u32 + u32::from(self.has(&Work::Sound)) + 1
    }

    /// Whether a piece of work is one of this film's.
    #[must_use]
    pub fn has(&self, work: &Work) -> bool {
        match work {
            Work::Narrate { run } => *run < self.runs(),
            Work::Render { scene } => (*scene as usize) < self.scenes.len(),
            Work::Sound => self.runs() > 0,
            Work::Assemble => true,
        }
    }

    /// Every artifact of the film, inputs before what is made of them.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn artifacts(&self) -> Result<Vec<(Option<u32>, ArtifactId)>, CanonicalError> {
        let mut all = Vec::new();
        for sentence in self.narration.iter().flatten() {
            all.push((None, sentence.recipe.id()?));
        }
        for (index, scene) in self.scenes.iter().enumerate() {
            let index = Some(index as u32);
            all.extend(scene.own()?.into_iter().map(|id| (index, id)));
        }
        all.push((None, self.film.soundtrack));
        all.push((None, self.film.id()?));
        all.push((None, self.poster.id()?));
        Ok(all)
    }
}

impl PlannedScene {
    /// The artifacts that this scene's message may make: its picture, its own sentences, its video.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn own(&self) -> Result<Vec<ArtifactId>, CanonicalError> {
        let mut own = vec![self.recipe.picture];
        for sentence in &self.narration {
            own.push(sentence.recipe.id()?);
        }
        own.push(self.recipe.id()?);
        Ok(own)
    }
}

impl PlannedSentence {
    fn written(&self) -> Vec<String> {
        self.sentence.words.iter().map(|word| word.written.clone()).collect()
    }
}

fn length(scene: &SceneSpec, index: u32, of: u32, shared: bool) -> SceneLength {
    match (shared, &scene.narration) {
        (true, _) => SceneLength::Share { index, of },
        (false, Some(_)) => SceneLength::Speech { least_ms: scene.duration_ms.unwrap_or(0) },
        (false, None) => SceneLength::Time { ms: scene.duration_ms.unwrap_or(DEFAULT_SCENE_MS) },
    }
}

fn planned(script: &Script) -> Vec<PlannedSentence> {
    let planned = |sentence: &Sentence| PlannedSentence {
        recipe: SpeechRecipe {
            words: sentence.spoken().map(str::to_owned).collect(),
            voice: script.voice.clone(),
            speed_milli: script.speed_milli,
        },
        sentence: sentence.clone(),
    };
    script.sentences.iter().map(planned).collect()
}

fn said(sentences: &[PlannedSentence]) -> Result<Vec<Said>, CanonicalError> {
    let said = |s: &PlannedSentence| Ok(Said { speech: s.recipe.id()?, pause_ms: s.sentence.pause_ms });
    sentences.iter().map(said).collect()
}

#[cfg(test)]
mod tests;
