//! Variables, their defaults and what is refused.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let found = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v));
    Config::read(found)
}

#[test]
fn defaults_are_the_contract_s() {
    let config = read(&[("HOME", "/home/me")]).unwrap();
    assert_eq!((config.max_workers, config.cache_dir, config.cache_enabled), (4, PathBuf::from("./cache"), true));
    assert_eq!(config.cache_max_age, Duration::from_secs(86_400));
    assert_eq!((config.memory_warning, config.memory_critical), (1000, 2000));
    assert_eq!(config.cache_max_size, None);
    assert_eq!((config.slow_step, config.openai_price), (Duration::from_secs(30), None));
    assert_eq!(config.tts_device, TtsDevice::Cpu);
    assert_eq!(config.assets, PathBuf::from("/home/me/.cache/protovideo/assets"));
}

#[test]
fn every_variable_takes_effect() {
    let config = read(&[
        ("MAX_WORKERS", "2"),
        ("CACHE_DIR", "/c"),
        ("CACHE_ENABLED", "false"),
        ("CACHE_MAX_AGE", "1"),
        ("CACHE_MAX_SIZE", "500"),
        ("MEMORY_WARNING_THRESHOLD", "300"),
        ("MEMORY_CRITICAL_THRESHOLD", "400"),
        ("TTS_DEVICE", "cuda"),
        ("PREFETCH_PICTURES", "3"),
        ("SLOW_STEP_THRESHOLD", "5"),
        ("OPENAI_IMAGE_PRICE", "0.04"),
        ("PROTOVIDEO_RENDER_MEMORY", "1769"),
        ("PROTOVIDEO_ALLOW_HOSTS", "a:80, b:8080"),
        ("XDG_CACHE_HOME", "/x"),
    ])
    .unwrap();
    assert_eq!((config.max_workers, config.cache_dir, config.cache_enabled), (2, PathBuf::from("/c"), false));
    assert_eq!(config.cache_max_age, Duration::from_secs(3600));
    assert_eq!((config.memory_warning, config.memory_critical), (300, 400));
    assert_eq!(config.cache_max_size, Some(500));
    assert_eq!((config.slow_step, config.openai_price), (Duration::from_secs(5), Some(0.04)));
    assert_eq!((config.cloud.render_mb, config.prefetch_pictures), (1769, 3));
    assert_eq!(config.tts_device, TtsDevice::Cuda);
    assert_eq!(config.allow_hosts, ["a:80", "b:8080"]);
    assert_eq!(config.assets, PathBuf::from("/x/protovideo/assets"));
}

#[test]
fn a_bad_value_names_variable_value_and_what_is_allowed() {
    let said = |name: &str, value: &str| read(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(said("MAX_WORKERS", "0"), r#"MAX_WORKERS is "0"; allowed: a whole number from 1 to 256"#);
    assert_eq!(
        said("MAX_WORKERS", ""),
        "MAX_WORKERS is empty; allowed: a whole number from 1 to 256; unset it for the default"
    );
    assert_eq!(said("CACHE_ENABLED", "maybe"), r#"CACHE_ENABLED is "maybe"; allowed: true, false, 1, 0"#);
    assert_eq!(said("CACHE_MAX_SIZE", "0"), r#"CACHE_MAX_SIZE is "0"; allowed: MB, a whole number from 1"#);
    assert_eq!(said("TTS_DEVICE", "gpu"), r#"TTS_DEVICE is "gpu"; allowed: cpu or cuda"#);
    for price in ["-1", "free", "NaN", "inf"] {
        assert!(said("OPENAI_IMAGE_PRICE", price).ends_with("allowed: US dollars a picture, 0 or more"), "{price}");
    }
    let whole = ["MEMORY_WARNING_THRESHOLD", "MEMORY_CRITICAL_THRESHOLD", "SLOW_STEP_THRESHOLD"];
    for name in
        ["CACHE_MAX_AGE", "PREFETCH_PICTURES", "PROTOVIDEO_RENDER_MEMORY", "TASK_DEADLINE"].into_iter().chain(whole)
    {
        assert!(said(name, "-1").contains("whole number"), "{name}");
    }
}

#[test]
fn providers_and_hosts_are_held_against_what_there_is() {
    let said = |variables: &[(&str, &str)]| read(variables).unwrap_err().to_string();
    let allowed = "allowed: card, or openai where OPENAI_API_KEY is set";
    assert_eq!(said(&[("IMAGE_PROVIDER", "foo")]), format!(r#"IMAGE_PROVIDER is "foo"; {allowed}"#));
    assert_eq!(said(&[("IMAGE_PROVIDER", "openai")]), format!(r#"IMAGE_PROVIDER is "openai"; {allowed}"#));
    let config = read(&[("IMAGE_PROVIDER", "openai"), ("OPENAI_API_KEY", "k")]).unwrap();
    assert_eq!(config.image_provider.as_deref(), Some("openai"));
    let log = said(&[("PROTOVIDEO_LOG", "protovideo=loud")]);
    assert!(log.starts_with(r#"PROTOVIDEO_LOG is "protovideo=loud"; allowed: a log filter"#), "{log}");
    for hosts in ["foo", "foo:", ":80", "foo:99999", "foo:80,", "http://foo:80", "a:b:80", "::1:80"] {
        let told = said(&[("PROTOVIDEO_ALLOW_HOSTS", hosts)]);
        assert_eq!(told, format!("PROTOVIDEO_ALLOW_HOSTS is {hosts:?}; allowed: host:port, separated by commas"));
    }
    let hosts = read(&[("PROTOVIDEO_ALLOW_HOSTS", "[::1]:80, Media.internal:8080,127.1:9")]).unwrap().allow_hosts;
    assert_eq!(hosts, ["[::1]:80", "media.internal:8080", "127.0.0.1:9"]);
}

#[test]
fn an_address_is_told_without_its_secrets() {
    let said = |url: &str| read(&[("OPENAI_BASE_URL", url)]).unwrap_err().to_string();
    let allowed = "allowed: an http or https URL without a user name, password or query";
    for (url, shown) in [
        ("api.example/v1", "api.example/v1"),
        ("ftp://api.example/v1", "ftp://api.example/v1"),
        ("https://user:sk-canary@api.example/v1", "https://api.example/v1"),
        ("https://api.example/v1?key=sk-canary", "https://api.example/v1"),
        ("https://sk-canary@api.example/v1#sk-canary", "https://api.example/v1"),
        ("http//sk-canary@api.example", "api.example"),
    ] {
        assert_eq!(said(url), format!("OPENAI_BASE_URL is {shown:?}; {allowed}"));
    }
    let url = "http://127.0.0.1:8080/v1/";
    assert_eq!(read(&[("OPENAI_BASE_URL", url)]).unwrap().openai_base_url.as_deref(), Some(url));
}

#[test]
fn what_is_no_text_is_told_unless_it_may_be_a_path() {
    use std::os::unix::ffi::OsStringExt as _;
    let bytes = || OsString::from_vec(b"/\xff".to_vec());
    let read = |name: &str| Config::read(|asked| (asked == name).then(bytes));
    assert_eq!(read("CACHE_DIR").unwrap().cache_dir, PathBuf::from(bytes()));
    let told = read("MAX_WORKERS").unwrap_err().to_string();
    assert_eq!(told, "MAX_WORKERS is \"/\u{fffd}\"; allowed: a whole number from 1 to 256");
}

#[test]
fn terminals_are_taken_at_their_word() {
    let of = |variables| read(variables).map(|config| (config.redraws, config.colours)).unwrap();
    assert_eq!(of(&[]), (true, true));
    assert_eq!(of(&[("TERM", "dumb"), ("NO_COLOR", "1")]), (false, false));
    assert_eq!(of(&[("TERM", "xterm"), ("NO_COLOR", "")]), (true, true));
}

#[test]
fn a_key_is_not_shown() {
    let config = read(&[("OPENAI_API_KEY", "sk-canary")]).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
}
