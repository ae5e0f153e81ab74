//! Installed files are found, told from altered ones, and named by digests that need no file.

use super::*;

const SMALL: &str = "vocab.json";

fn installed() -> Assets {
    let variable = |name| std::env::var_os(name);
    let root = Assets::root_from(variable("PROTOVIDEO_ASSETS"), variable("XDG_CACHE_HOME"), variable("HOME"));
    Assets::at(root.expect("HOME is set"))
}

/// A folder that holds copies of installed files.
fn copy_of(names: &[&str]) -> (tempfile::TempDir, Assets) {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let target = folder.path().join(name);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(installed().verified(name).unwrap(), target).unwrap();
    }
    let assets = Assets::at(folder.path().to_owned());
    (folder, assets)
}

#[test]
fn the_base_set_is_installed_and_whole() {
    let listed = installed().list().unwrap();
    let base: Vec<_> = listed.iter().filter(|file| file.set == "base").collect();
    assert!(base.len() > 20, "the lock is read: {base:?}");
    for file in base {
        assert!(file.installed(), "{} is missing: run `{}`", file.name, file.mend);
    }
    for name in ["libonnxruntime.so", "hibari.onnx", "hibari-oov.onnx", "hibari-oov.json"] {
        installed().verified(name).unwrap();
    }
}

#[test]
fn every_english_voice_is_pinned_to_one_shape() {
    let listed = installed().list().unwrap();
    let voices: Vec<_> = listed.iter().filter(|file| file.name.starts_with("voices/")).collect();
    assert_eq!(voices.len(), 28);
    assert!(voices.iter().all(|file| file.bytes == 510 * 256 * 4), "510 rows of 256 floats each");
}

#[test]
fn a_missing_file_names_the_command_that_installs_it() {
    let (_folder, assets) = copy_of(&[]);
    for (name, command) in
        [(SMALL, "make assets"), ("voices/af_sky.bin", "make voices"), ("hibari.ort", "protovideo prepare")]
    {
        let error = assets.file(name).unwrap_err();
        assert_eq!((error.class, error.code), (Class::Provider, "ASSET_MISSING"), "{name}");
        assert!(error.message.contains(command), "{error}");
    }
    assert_eq!(assets.file("hibari.onn").unwrap_err().code, "ASSET_UNKNOWN");
    assert_eq!(assets.file("hibary.ort").unwrap_err().code, "ASSET_UNKNOWN");
}

#[test]
fn an_altered_file_is_refused_by_length_and_by_bytes() {
    let (_folder, assets) = copy_of(&[SMALL]);
    let mut bytes = std::fs::read(assets.path(SMALL)).unwrap();
    bytes[10] ^= 1;
    std::fs::write(assets.path(SMALL), &bytes).unwrap();
    assert!(assets.file(SMALL).is_ok(), "the length is right");
    let error = assets.verified(SMALL).unwrap_err();
    assert_eq!((error.class, error.code), (Class::Provider, "MODEL_INTEGRITY"));
    assert!(error.message.contains(&assets.digest(SMALL).unwrap().to_string()), "{error}");

    bytes.push(b' ');
    std::fs::write(assets.path(SMALL), &bytes).unwrap();
    assert_eq!(assets.file(SMALL).unwrap_err().code, "MODEL_INTEGRITY");
}

#[test]
fn a_derived_file_counts_while_its_note_matches() {
    let (_folder, assets) = copy_of(&["hibari.onnx"]);
    std::fs::write(assets.path("hibari.ort"), b"made").unwrap();
    assert_eq!(assets.file("hibari.ort").unwrap_err().code, "ASSET_MISSING", "no note, no file");
    assets.record_derived("hibari.ort").unwrap();
    assert_eq!(assets.verified("hibari.ort").unwrap(), assets.path("hibari.ort"));

    let note = std::fs::read_to_string(assets.path("hibari.ort.json")).unwrap();
    let model = assets.digest("hibari.onnx").unwrap().to_string();
    std::fs::write(assets.path("hibari.ort.json"), note.replace(&model, &"0".repeat(64))).unwrap();
    assert_eq!(assets.file("hibari.ort").unwrap_err().code, "ASSET_MISSING", "made from another model");
}

#[test]
fn the_folder_follows_the_variables_in_their_order() {
    let root = |named: &str, cache: &str, home: &str| {
        Assets::root_from(Some(named.into()), Some(cache.into()), Some(home.into())).unwrap()
    };
    assert_eq!(root("/models", "/cache", "/home/ann"), Path::new("/models"));
    assert_eq!(root("", "/cache", "/home/ann"), Path::new("/cache/protovideo/assets"));
    assert_eq!(root("", "", "/home/ann"), Path::new("/home/ann/.cache/protovideo/assets"));
    assert_eq!(Assets::root_from(None, None, None), None);
}
