//! The voices that can be named, and what stands for each in recipes.

use super::device::Device;
use super::{alphabet, hibari, kokoro, phonemes, unknown};
use crate::assets::Assets;
use crate::ports::{Class, PortError, PortResult, Voice};
use crate::recipe::Digest;
use crate::recipe::steps::VoicePin;

/// The voice where none is named; the only one of its engine.
pub(super) const DEFAULT: &str = "heart";
/// The names of the engines in recipes.
pub(super) const HIBARI: &str = "hibari";
pub(super) const KOKORO: &str = "kokoro";

/// Kokoro's English voices: `a` American, `b` British, `f` and `m` female and male.
const KOKORO_VOICES: [&str; 28] = [
    "af_alloy",
    "af_aoede",
    "af_bella",
    "af_heart",
    "af_jessica",
    "af_kore",
    "af_nicole",
    "af_nova",
    "af_river",
    "af_sarah",
    "af_sky",
    "am_adam",
    "am_echo",
    "am_eric",
    "am_fenrir",
    "am_liam",
    "am_michael",
    "am_onyx",
    "am_puck",
    "am_santa",
    "bf_alice",
    "bf_emma",
    "bf_isabella",
    "bf_lily",
    "bm_daniel",
    "bm_fable",
    "bm_george",
    "bm_lewis",
];
/// How like a known name an unknown one must be to be taken for a slip (Jaro-Winkler, 1.0 is equal).
const ALIKE: f64 = 0.8;

/// Whether a voice speaks British English.
pub(super) fn british(name: &str) -> bool {
    name.starts_with('b')
}

/// All voices, the default first.
pub(super) fn all(assets: &Assets, device: Device) -> Vec<Voice> {
    let names = std::iter::once(DEFAULT).chain(KOKORO_VOICES);
    let voice = |name: &str| Voice {
        name: name.to_owned(),
        engine: engine(name).to_owned(),
        language: if british(name) { "en-GB" } else { "en-US" }.to_owned(),
        installed: needs(name, device).iter().all(|file| assets.file(file).is_ok()),
    };
    names.map(voice).collect()
}

/// The voice of that name, the default for `None`.
///
/// # Errors
/// `UNKNOWN_VOICE` names the nearest one and all others; `VOICE_MISSING` says what to run.
pub(super) fn pin(assets: &Assets, device: Device, name: Option<&str>) -> PortResult<VoicePin> {
    let name = name.unwrap_or(DEFAULT);
    if name != DEFAULT && !KOKORO_VOICES.contains(&name) {
        return Err(unknown(name));
    }
    for file in needs(name, device) {
        if let Err(error) = assets.file(&file) {
            let mend = if device == Device::Cpu { "make voices" } else { "make voices cuda" };
            let message = format!(
                "the voice `{name}` is not installed ({error}): run `{mend}`; `protovideo doctor` shows what is there"
            );
            return Err(PortError::permanent(Class::Provider, "VOICE_MISSING", message).because(error));
        }
    }
    let model = model(assets, device, name)?;
    Ok(VoicePin { engine: engine(name).to_owned(), name: name.to_owned(), model })
}

/// What stands for all that makes the voice's sound on a device. Reads nothing.
pub(super) fn model(assets: &Assets, device: Device, name: &str) -> PortResult<Digest> {
    let mut digests = phonemes::VERSION.to_owned();
    for file in needs(name, device) {
        digests.push('\n');
        digests.push_str(&assets.digest(&file)?.to_string());
    }
    Ok(Digest::of(digests))
}

fn engine(name: &str) -> &'static str {
    if name == DEFAULT { HIBARI } else { KOKORO }
}

/// Where the voice's network runs in a process that speaks on a device.
pub(super) fn device(name: &str, device: Device) -> Device {
    if engine(name) == KOKORO { device } else { Device::Cpu }
}

/// The files that make the voice's sound, in the order in which they stand in its digest: what runs the models, what
/// reads the words, the voice.
pub(super) fn needs(name: &str, device: Device) -> Vec<String> {
    let shared = [device.library(), alphabet::IDS, unknown::LETTERS, unknown::NETWORK].map(str::to_owned);
    let own = if name == DEFAULT {
        vec![hibari::MODEL.to_owned()]
    } else {
        let model = device.providers().iter().copied().chain([device.model()]);
        model.map(str::to_owned).chain([kokoro::file(name)]).collect()
    };
    shared.into_iter().chain(own).collect()
}

fn unknown(name: &str) -> PortError {
    let names = || std::iter::once(DEFAULT).chain(KOKORO_VOICES);
    let likeness = |known: &str| strsim::jaro_winkler(known, &name.to_lowercase());
    let nearest = names().map(|known| (likeness(known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((likeness, known)) if likeness >= ALIKE => format!("did you mean `{known}`? "),
        _ => String::new(),
    };
    let list = names().collect::<Vec<_>>().join(", ");
    let message = format!("there is no voice `{name}`: {hint}the voices are {list}");
    PortError::permanent(Class::Request, "UNKNOWN_VOICE", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::tests::assets;

    #[test]
    fn the_default_comes_first_and_all_are_listed_once() {
        let voices = all(&assets(), Device::Cpu);
        assert_eq!((voices[0].name.as_str(), voices.len()), ("heart", 29));
        assert!(voices[0].installed);
        assert_eq!(voices.iter().filter(|voice| voice.language == "en-GB").count(), 8);
    }

    /// A folder of what is installed here, and of voices that have their length and nothing else.
    fn all_installed() -> (tempfile::TempDir, Assets) {
        let folder = tempfile::tempdir().expect("a folder");
        for entry in std::fs::read_dir(assets().root()).expect("the installed files").flatten() {
            if entry.file_name() != "voices" {
                std::os::unix::fs::symlink(entry.path(), folder.path().join(entry.file_name())).expect("a link");
            }
        }
        std::fs::create_dir(folder.path().join("voices")).expect("a folder");
        for voice in KOKORO_VOICES {
            let file = std::fs::File::create(folder.path().join(kokoro::file(voice))).expect("a file");
            file.set_len(510 * 256 * 4).expect("a length");
        }
        let assets = Assets::at(folder.path().to_owned());
        (folder, assets)
    }

    #[test]
    fn all_28_english_voices_can_be_named_each_with_a_pin_of_its_own() {
        let (_folder, assets) = all_installed();
        let listed = all(&assets, Device::Cpu);
        assert!(listed.iter().all(|voice| voice.installed), "{listed:?}");
        let pins: std::collections::BTreeSet<_> =
            listed.iter().map(|voice| pin(&assets, Device::Cpu, Some(&voice.name)).expect(&voice.name).model).collect();
        assert_eq!(pins.len(), 29);
        let languages = |prefix| listed.iter().filter(|voice| voice.name.starts_with(prefix)).count();
        assert_eq!(["af_", "am_", "bf_", "bm_"].map(languages), [11, 9, 4, 4]);
    }

    #[test]
    fn an_installed_voice_has_a_style_for_each_number_of_phonemes() {
        let installed: Vec<_> = all(&assets(), Device::Cpu).into_iter().filter(|voice| voice.installed).collect();
        assert!(installed.len() >= 5, "make test installs heart and four more: {installed:?}");
        for voice in installed.iter().filter(|voice| voice.engine == KOKORO) {
            let file = assets().verified(&kokoro::file(&voice.name)).expect(&voice.name);
            assert_eq!(std::fs::metadata(file).expect("a file").len(), 510 * 256 * 4, "{}", voice.name);
        }
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_name() {
        let error = unknown("af_hart");
        assert_eq!((error.class, error.code), (Class::Request, "UNKNOWN_VOICE"));
        assert!(error.message.contains("did you mean `af_heart`?") && error.message.contains("bm_lewis"), "{error}");
        assert!(!unknown("zzz").message.contains("did you mean"));
    }

    #[test]
    fn voices_that_sound_alike_have_pins_of_their_own() {
        let pins =
            ["heart", "af_heart", "am_michael"].map(|name| pin(&assets(), Device::Cpu, Some(name)).expect(name).model);
        assert!(pins[0] != pins[1] && pins[1] != pins[2]);
        assert_eq!(pin(&assets(), Device::Cpu, None).expect("the default").model, pins[0]);
    }

    /// Also `heart`, which runs on the processor beside a GPU, but in another build of ONNX Runtime.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn each_device_has_keys_of_its_own() {
        for name in ["heart", "af_heart"] {
            let models = [Device::Cpu, Device::Cuda].map(|device| model(&assets(), device, name).expect(name));
            assert_ne!(models[0], models[1], "{name}");
        }
        assert_eq!([device("heart", Device::Cuda), device("af_heart", Device::Cuda)], [Device::Cpu, Device::Cuda]);
        let empty = tempfile::tempdir().expect("a folder");
        let error = pin(&Assets::at(empty.path().to_owned()), Device::Cuda, None).expect_err("nothing is there");
        assert!(error.message.contains("`make voices cuda`"), "{error}");
    }

    #[test]
    fn the_rewritten_graph_and_not_the_published_one_stands_for_kokoro() {
        let digest = |name| assets().digest(name).expect(name);
        assert_ne!(digest("kokoro.ort"), digest("kokoro.onnx"));
        assert_ne!(digest("kokoro.ort"), digest("kokoro-f32.onnx"));
    }

    #[test]
    fn a_voice_that_is_not_there_says_how_to_get_it() {
        let empty = tempfile::tempdir().expect("a folder");
        let error =
            pin(&Assets::at(empty.path().to_owned()), Device::Cpu, Some("af_bella")).expect_err("nothing is there");
        assert_eq!((error.class, error.code), (Class::Provider, "VOICE_MISSING"));
        assert!(error.message.contains("make voices"), "{error}");
    }
}
