//! The speaker with real models.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::engine::{Engine, UNIT};
use super::hibari::Hibari;
use super::{Device, Speaker};
use crate::assets::Assets;
use crate::ports::{Class, Speech, StepContext, Used};
use crate::recipe::steps::SpeechRecipe;

/// The installed files, in the place where the installer puts them.
pub(super) fn assets() -> Assets {
    let variable = |name| std::env::var_os(name);
    let root = Assets::root_from(variable("PROTOVIDEO_ASSETS"), variable("XDG_CACHE_HOME"), variable("HOME"));
    Assets::at(root.expect("a folder of assets"))
}

fn context() -> StepContext {
    StepContext {
        cancel: CancellationToken::new(),
        deadline: Instant::now() + Duration::from_secs(120),
        work: std::env::temp_dir(),
        frames_done: Arc::new(|_| ()),
        used: Used::default(),
    }
}

fn recipe(speaker: &Speaker, voice: &str, words: &[&str]) -> SpeechRecipe {
    let words = words.iter().map(ToString::to_string).collect();
    SpeechRecipe { words, voice: speaker.voice(Some(voice)).expect(voice), speed_milli: 1000 }
}

const PRICE: [&str; 5] = ["It", "costs", "four dollars and ninety-nine cents,", "she", "said."];

#[tokio::test]
async fn a_sentence_is_spoken_and_each_word_has_its_time() {
    let speaker = Speaker::new(assets(), 2);
    let recipe = recipe(&speaker, "heart", &PRICE);
    let spoken = speaker.speak(&recipe, &context()).await.expect("spoken");
    assert_eq!(spoken.words.len(), recipe.words.len());
    let mut before = 0;
    for time in &spoken.words {
        assert!(before <= time.start && time.start < time.end, "{:?}", spoken.words);
        before = time.end;
    }
    assert!(before as usize <= spoken.samples.len());
    // The price is said in six words, the others in one.
    assert!(spoken.words[2].end - spoken.words[2].start > 24_000);
    let again = speaker.speak(&recipe, &context()).await.expect("spoken");
    assert!(again == spoken, "the same recipe gave other samples");
}

#[tokio::test]
async fn twice_the_speed_takes_half_the_time() {
    let speaker = Speaker::new(assets(), 1);
    let mut recipe = recipe(&speaker, "heart", &PRICE);
    let slow = speaker.speak(&recipe, &context()).await.expect("spoken").samples.len() as f32;
    recipe.speed_milli = 2000;
    let fast = speaker.speak(&recipe, &context()).await.expect("spoken").samples.len() as f32;
    assert!((0.4..0.65).contains(&(fast / slow)), "{slow} {fast}");
}

#[tokio::test]
async fn kokoro_speaks_with_a_british_voice() {
    let speaker = Speaker::new(assets(), 1);
    let recipe = recipe(&speaker, "bf_emma", &["Good", "morning."]);
    let spoken = speaker.speak(&recipe, &context()).await.expect("spoken");
    assert_eq!(spoken.words.len(), 2);
    assert!((12_000..48_000).contains(&spoken.samples.len()), "{}", spoken.samples.len());
}

#[test]
fn durations_say_how_many_samples_there_are() {
    let hibari = Hibari::load(&assets(), Device::Cpu, super::loads::Loads::default()).expect("hibari");
    let ids = [0, 50, 83, 54, 156, 31, 4, 0];
    let utterance = hibari.run(&ids, "heart", 1.3).expect("spoken");
    assert_eq!(utterance.durations.len(), ids.len());
    let units = utterance.durations.iter().sum::<i64>();
    assert_eq!(usize::try_from(units).expect("positive") * UNIT, utterance.samples.len());
}

#[tokio::test]
async fn a_cancelled_or_late_step_speaks_no_more() {
    let speaker = Speaker::new(assets(), 1);
    let recipe = recipe(&speaker, "heart", &PRICE);
    let cancelled = context();
    cancelled.cancel.cancel();
    assert_eq!(speaker.speak(&recipe, &cancelled).await.expect_err("cancelled").class, Class::Cancelled);
    let late = StepContext { deadline: Instant::now(), ..context() };
    assert_eq!(speaker.speak(&recipe, &late).await.expect_err("late").class, Class::Limit);
}

/// No lexicon has the last word.
#[tokio::test]
async fn a_voice_s_pin_covers_every_file_that_its_speech_reads() {
    for voice in ["heart", "bf_emma"] {
        let assets = assets();
        let speaker = Speaker::new(assets.clone(), 1);
        let recipe = recipe(&speaker, voice, &["Good", "morning,", "Zqivlorp."]);
        speaker.speak(&recipe, &context()).await.expect("spoken");
        let (read, pinned) = (assets.read_so_far(), super::voices::needs(voice, Device::Cpu));
        assert!(read.iter().any(|file| file == super::unknown::NETWORK), "{read:?}");
        assert!(read.iter().all(|file| pinned.contains(file)), "{voice}: {read:?} against {pinned:?}");
    }
}

#[tokio::test]
async fn a_voice_that_changed_since_the_plan_is_refused() {
    let speaker = Speaker::new(assets(), 1);
    let mut recipe = recipe(&speaker, "heart", &PRICE);
    recipe.voice.model = crate::recipe::Digest::of("another model");
    assert_eq!(speaker.speak(&recipe, &context()).await.expect_err("changed").code, "VOICE_CHANGED");
}

/// Where several speak for one stack, the other device's work is left to others.
#[tokio::test]
#[cfg(target_arch = "x86_64")]
async fn a_voice_of_the_other_device_is_left_to_whoever_has_it() {
    let speaker = Speaker::new(assets(), 1);
    for voice in ["heart", "bf_emma"] {
        let mut recipe = recipe(&speaker, voice, &PRICE);
        recipe.voice.model = super::voices::model(&assets(), Device::Cuda, voice).expect(voice);
        let error = speaker.speak(&recipe, &context()).await.expect_err("another device");
        assert_eq!((error.code, error.retryable), ("OTHER_DEVICE", true));
        assert!(error.message.contains("planned for TTS_DEVICE=cuda, and this process speaks with TTS_DEVICE=cpu"));
    }
}

/// The library for the processor has no CUDA, and says so rather than speak by itself.
#[test]
fn a_session_for_a_gpu_is_never_one_for_the_processor() {
    let environment = super::runtime::environment(&assets(), Device::Cpu).expect("the library");
    let model = super::mapped::map(&assets().verified("hibari.onnx").expect("a model")).expect("mapped");
    let error = super::runtime::open_on_gpu(&environment, "hibari.onnx", Arc::new(model)).err().expect("no CUDA");
    assert_eq!((error.class, error.code), (Class::Provider, "CUDA_FAILED"));
    assert!(error.message.contains("hibari.onnx into a GPU") && error.message.contains("TTS_DEVICE=cpu"), "{error}");
}

#[test]
fn where_a_voice_speaks_can_be_told() {
    let device = |device, voice: &str| {
        let pin = Speaker::new(assets(), 1).voice(Some(voice)).expect(voice);
        Speaker::on(device, assets(), 1).device(&pin)
    };
    assert_eq!([device(Device::Cpu, "af_heart"), device(Device::Cuda, "af_heart")], ["cpu", "cuda"]);
    assert_eq!(device(Device::Cuda, "heart"), "cpu");
}
