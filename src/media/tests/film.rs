use super::*;
use crate::ports::FilmFacts;

/// Four milliseconds of a tone, at 24 kHz.
fn beep() -> Vec<f32> {
    (0..96).map(|n| 0.5 * (std::f32::consts::TAU * 2500.0 * n as f32 / 24_000.0).sin()).collect()
}

/// By how many samples what is near `at` is late against `wanted`, by the best fit within 5 ms.
fn late(sound: &[f32], wanted: &[f32], at: usize) -> i64 {
    let fit = |shift: i64| {
        let start = (at as i64 + shift) as usize;
        sound[start..].iter().zip(wanted).map(|(a, b)| a * b).sum::<f32>()
    };
    (-240..=240).max_by(|a, b| fit(*a).total_cmp(&fit(*b))).unwrap()
}

/// The pictures' digests, in order.
fn digests(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

/// Forty scenes, some of one frame, with a beep at each scene's start.
async fn forty_scenes(fps: u32) {
    let stage = Stage::new(fps);
    let lengths: Vec<u32> = (0..40).map(|n| 1 + n * 17 % 23).collect();
    let scenes = stage.scenes(&lengths).await;
    let frame = stage.fps.samples_per_frame();
    let starts: Vec<u64> = lengths
        .iter()
        .scan(0, |start, frames| {
            *start += u64::from(*frames) * frame;
            Some(*start)
        })
        .collect();
    let (length, starts) = starts.split_last().unwrap();
    let speech = starts.iter().enumerate().map(|(n, at)| stage.speech(&format!("{n}.wav"), &beep(), *at)).collect();
    stage.soundtrack(speech, *length, Some(-14_000)).await;
    let job = stage.job(scenes);
    let facts = super::super::film(&stage.ffmpeg, &job, &stage.path("film.mp4"), &stage.context("work")).await.unwrap();
    let bytes = std::fs::metadata(stage.path("film.mp4")).unwrap().len();
    assert_eq!(facts, FilmFacts { frames: lengths.iter().sum(), bytes });

    let inputs = (0..40).map(|n| format!("-i s{n}.ts ")).collect::<Vec<_>>().concat();
    let outputs = (0..40).map(|n| format!("-map {n}:v -f framemd5 {n}.md5 ")).collect::<Vec<_>>().concat();
    stage.ffmpeg(&format!("{inputs} -i film.mp4 {outputs} -map 40:v -f framemd5 film.md5")).await;
    let wanted: Vec<String> = (0..40).flat_map(|n| digests(&stage.path(&format!("{n}.md5")))).collect();
    assert_eq!(wanted, digests(&stage.path("film.md5")));

    let sound = stage.decoded().await;
    let pattern: Vec<f32> =
        one_side(&stage.path("mix.wav"))[starts[0] as usize..][..192].iter().map(|s| f32::from(*s)).collect();
    for at in starts.iter().map(|at| *at as usize).filter(|at| *at > 1024) {
        let late = late(&sound, &pattern, at);
        assert!(late.abs() <= 96, "at {at}: {late} samples late, 96 are 2 ms");
    }
}

#[tokio::test]
async fn sound_and_pictures_are_together_at_24() {
    forty_scenes(24).await;
}

#[tokio::test]
async fn sound_and_pictures_are_together_at_30() {
    forty_scenes(30).await;
}

#[tokio::test]
async fn sound_and_pictures_are_together_at_60() {
    forty_scenes(60).await;
}

#[tokio::test]
async fn the_decoded_film_has_its_loudness_and_its_peaks_are_under_the_limit() {
    let stage = Stage::new(24);
    let scenes = stage.scenes(&[24 * 9]).await;
    let speech =
        vec![stage.speech("a.wav", &babble(5.0, 0.9), 2000), stage.speech("b.wav", &babble(3.0, 0.4), 260_000)];
    let facts = stage.soundtrack(speech, 9 * 48_000, Some(-14_000)).await;
    assert!((facts.loudness_milli.unwrap() + 14_000).abs() <= 300, "{facts:?}");
    let job = stage.job(scenes);
    super::super::film(&stage.ffmpeg, &job, &stage.path("film.mp4"), &stage.context("work")).await.unwrap();
    let sound = stage.decoded().await;
    let mut meter = ebur128::EbuR128::new(1, 48_000, ebur128::Mode::I | ebur128::Mode::TRUE_PEAK).unwrap();
    meter.set_channel(0, ebur128::Channel::DualMono).unwrap();
    meter.add_frames_f32(&sound).unwrap();
    let (loudness, peak) = (meter.loudness_global().unwrap(), 20.0 * meter.true_peak(0).unwrap().log10());
    assert!((loudness + 14.0).abs() <= 0.5, "{loudness} LUFS");
    assert!(peak <= -1.0, "{peak} dBTP");
}

#[tokio::test]
async fn the_same_film_has_the_same_bytes() {
    let stage = Stage::new(30);
    let scenes = stage.scenes(&[30, 7]).await;
    stage.soundtrack(vec![stage.speech("a.wav", &babble(0.9, 0.5), 2000)], 37 * 1600, Some(-14_000)).await;
    let job = stage.job(scenes);
    for name in ["one", "two"] {
        std::fs::create_dir(stage.path(name)).unwrap();
        let out = stage.path(&format!("{name}.mp4"));
        super::super::film(&stage.ffmpeg, &job, &out, &stage.context(name)).await.unwrap();
    }
    assert!(std::fs::read(stage.path("one.mp4")).unwrap() == std::fs::read(stage.path("two.mp4")).unwrap());
}

#[tokio::test]
async fn a_scene_of_segments_is_joined_like_one_that_was_made_in_one_piece() {
    for fps in [24, 30, 60] {
        let stage = Stage::new(fps);
        let group = 2 * fps;
        let parts = stage.scenes(&[group, group, 7]).await;
        let (out, context) = (stage.path("long.ts"), stage.context("work"));
        super::super::join::splice(&stage.ffmpeg, &parts, stage.fps, &out, &context).await.unwrap();
        std::fs::remove_dir_all(stage.path("work")).unwrap();
        std::fs::create_dir(stage.path("work")).unwrap();
        let frames = 2 * group + 7;
        let whole = vec![parts[2].clone(), (out, frames), parts[0].clone()];
        let length = u64::from(7 + frames + group) * stage.fps.samples_per_frame();
        stage.soundtrack(Vec::new(), length, None).await;
        let (job, out) = (stage.job(whole), stage.path("film.mp4"));
        let facts = super::super::film(&stage.ffmpeg, &job, &out, &stage.context("work")).await.unwrap();
        assert_eq!(facts.frames, 7 + frames + group);
        let outputs = (0..3).map(|n| format!("-map {n}:v -f framemd5 {n}.md5 ")).collect::<Vec<_>>().concat();
        stage.ffmpeg(&format!("-i s0.ts -i s1.ts -i s2.ts -i film.mp4 {outputs} -map 3:v -f framemd5 film.md5")).await;
        let of = |n: u32| digests(&stage.path(&format!("{n}.md5")));
        assert_eq!([of(2), of(0), of(1), of(2), of(0)].concat(), digests(&stage.path("film.md5")), "{fps}");
    }
}

#[tokio::test]
async fn segments_that_lost_a_frame_are_found_out() {
    let stage = Stage::new(30);
    let mut parts = stage.scenes(&[60, 7]).await;
    parts[1].1 = 8;
    let (out, context) = (stage.path("long.ts"), stage.context("work"));
    let error = super::super::join::splice(&stage.ffmpeg, &parts, stage.fps, &out, &context).await.unwrap_err();
    assert_eq!((error.code, error.retryable), ("FRAMES_LOST", true));
    assert!(!out.exists());
}
