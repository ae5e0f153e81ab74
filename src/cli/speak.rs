//! Trying a voice: `speak`, `voices`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Failure, export, print};
use crate::config::Config;
use crate::domain::captions::cues::TimedWord;
use crate::domain::captions::timing::timed;
use crate::domain::script::Sentence;
use crate::domain::timeline::{Narration, Utterance};
use crate::domain::units::{FILM_RATE, SPEECH_RATE};
use crate::makers;
use crate::ports::{Class, PortError, Speech, Spoken, StepContext, Used};
use crate::recipe::steps::{SpeechRecipe, VoicePin};
use crate::wav;

/// A text is spoken within so long, or not at all.
const DEADLINE: Duration = Duration::from_secs(600);

#[derive(Debug, clap::Args)]
pub(super) struct Speak {
    /// What to say
    #[arg(required_unless_present = "lines")]
    text: Option<String>,
    /// Who says it; `protovideo voices` lists them
    #[arg(long)]
    voice: Option<String>,
    /// How fast: 0.5 to 2
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// The WAV file to write
    #[arg(short, long, value_name = "FILE.wav", default_value = "speech.wav")]
    output: PathBuf,
    /// Speak every line of this file instead, into 00.wav, 01.wav, ... of `--out-dir`
    #[arg(long, value_name = "FILE", requires = "out_dir", conflicts_with = "text")]
    lines: Option<PathBuf>,
    /// The folder for `--lines`
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Print each file's length and its words' times as a line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Voices {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Voices {
    pub(super) fn run(self, config: &Config) -> Result<(), Failure> {
        let voices = makers::speech(config).voices();
        if self.json {
            return print(&serde_json::to_string(&voices)?);
        }
        for voice in voices {
            let state = if voice.installed { "" } else { "not installed: make voices" };
            print(format!("{:<14} {:<8} {:<6} {state}", voice.name, voice.engine, voice.language).trim_end())?;
        }
        Ok(())
    }
}

impl Speak {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        if !(0.5..=2.0).contains(&self.speed) {
            return Err(Failure::usage(format!("--speed is {}; allowed: 0.5 to 2", self.speed)));
        }
        let speech: Arc<dyn Speech> = Arc::new(makers::speech(config));
        let voice = speech.voice(self.voice.as_deref())?;
        let Some(lines) = &self.lines else {
            let text = self.text.as_deref().unwrap_or_default();
            return self.one(&speech, &voice, text, &self.output).await;
        };
        let folder = self.out_dir.as_deref().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|e| PortError::io("make the folder", folder, e))?;
        let text = std::fs::read_to_string(lines).map_err(|e| PortError::io("read", lines, e))?;
        for (i, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
            self.one(&speech, &voice, line, &folder.join(format!("{i:02}.wav"))).await?;
        }
        Ok(())
    }

    async fn one(&self, speech: &Arc<dyn Speech>, voice: &VoicePin, text: &str, output: &Path) -> Result<(), Failure> {
        let (samples, words) = self.narrate(speech, voice, text).await?;
        let bytes = wav::encode(&samples).map_err(|e| PortError::permanent(Class::Media, "WAV", e.to_string()))?;
        export::write(output, &bytes)?;
        if !self.json {
            return print(&output.display().to_string());
        }
        // Files of a folder go by their names in it.
        let file = if self.lines.is_some() { Path::new(output.file_name().unwrap_or_default()) } else { output };
        print(&json!({"file": file, "samples": samples.len(), "rate": SPEECH_RATE, "words": words}).to_string())
    }

    /// A text's sound at the speech rate, laid out as a film would have it, and its words with their times in seconds.
    async fn narrate(
        &self,
        speech: &Arc<dyn Speech>,
        voice: &VoicePin,
        text: &str,
    ) -> Result<(Vec<f32>, Vec<Value>), PortError> {
        let sentences = speech.script(text, voice, &[])?;
        let context = StepContext {
            cancel: CancellationToken::new(),
            deadline: Instant::now() + DEADLINE,
            work: std::env::temp_dir(),
            frames_done: Arc::new(|_| {}),
            used: Used::default(),
        };
        let recipes: Vec<_> = sentences
            .iter()
            .map(|sentence| SpeechRecipe {
                words: sentence.spoken().map(str::to_owned).collect(),
                voice: voice.clone(),
                speed_milli: (self.speed * 1000.0).round() as u32,
            })
            .collect();
        let spoken: Vec<Spoken> = try_join_all(recipes.iter().map(|recipe| speech.speak(recipe, &context))).await?;
        let said = |(sentence, spoken): (&Sentence, &Spoken)| Utterance {
            samples: spoken.samples.len() as u32,
            pause_ms: sentence.pause_ms,
        };
        let layout = Narration::lay(&sentences.iter().zip(&spoken).map(said).collect::<Vec<_>>());
        let ratio = u64::from(FILM_RATE / SPEECH_RATE);
        let mut samples = vec![0.0; (layout.length / ratio) as usize];
        for (spoken, start) in spoken.iter().zip(&layout.starts) {
            let at = (start / ratio) as usize;
            samples[at..at + spoken.samples.len()].copy_from_slice(&spoken.samples);
        }
        let told: Vec<_> = sentences.iter().zip(&spoken).map(|(s, spoken)| (s, &spoken.words[..])).collect();
        let seconds = |at: u64| at as f64 / f64::from(FILM_RATE);
        let word = |w: TimedWord| json!({"text": w.text, "start": seconds(w.start), "end": seconds(w.end)});
        Ok((samples, timed(&told, &layout.starts).into_iter().map(word).collect()))
    }
}
