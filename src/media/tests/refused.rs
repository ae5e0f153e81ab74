use std::fs;

use super::super::verify::verify;
use super::*;
use crate::media::SOUND;
use crate::ports::FilmJob;

/// A film as the join would make it but for these flags, and what is said about it.
async fn said(flags: &str, change: impl FnOnce(&mut FilmJob), spoil: impl FnOnce(&Path)) -> Result<(), String> {
    let stage = Stage::new(30);
    let scenes = stage.scenes(&[20, 10]).await;
    joined(&stage, scenes, flags, change, spoil).await
}

/// The same of scenes of three seconds and of one, encoded with other settings.
async fn encoded(setting: &str, other: &str) -> Result<(), String> {
    let stage = Stage::new(30);
    let settings = encoder(stage.fps);
    assert!(settings.contains(setting), "{settings}");
    let scenes = stage.scenes_by(&settings.replace(setting, other), &[90, 30]).await;
    joined(&stage, scenes, FLAGS, |_| {}, |_| {}).await
}

async fn joined(
    stage: &Stage,
    scenes: Vec<(PathBuf, u32)>,
    flags: &str,
    change: impl FnOnce(&mut FilmJob),
    spoil: impl FnOnce(&Path),
) -> Result<(), String> {
    let frames: u32 = scenes.iter().map(|(_, frames)| frames).sum();
    stage.soundtrack(Vec::new(), u64::from(frames) * 1600, None).await;
    fs::write(stage.path("list.txt"), "file 's0.ts'\nfile 's1.ts'\n").unwrap();
    let copy = "-c:v copy -bsf:v filter_units=remove_types=6-9,setts=pts=round(PTS/3000)*3000:dts=(N-2)*3000";
    let sound = format!("-af atrim=start_sample=1024,asetpts=PTS-STARTPTS {SOUND}");
    stage.ffmpeg(&format!("-f concat -i list.txt -i mix.wav -map 0:v -map 1:a {copy} {sound} {flags} film.mp4")).await;
    let mut job = stage.job(scenes);
    change(&mut job);
    spoil(&stage.path("film.mp4"));
    verify(&stage.path("film.mp4"), &job).map(drop).map_err(|e| {
        assert_eq!(e.code, "FILM_BROKEN");
        e.message
    })
}

const FLAGS: &str = "-use_editlist 0 -movflags +faststart+negative_cts_offsets";

#[tokio::test]
async fn what_the_join_makes_is_not_refused() {
    said(FLAGS, |_| {}, |_| {}).await.unwrap();
    encoded("", "").await.unwrap();
}

#[tokio::test]
async fn other_colours_are_refused() {
    let none = encoded("-color_primaries bt709 -color_trc bt709 -colorspace bt709", "").await.unwrap_err();
    assert!(none.contains("the colours: expected BT.709, found "), "{none}");
    let other = encoded("-colorspace bt709", "-colorspace smpte170m").await.unwrap_err();
    assert!(other.contains("the colours: ") && other.contains("matrix_coefficients: 6"), "{other}");
    let range = encoded("-color_range tv", "-color_range pc").await.unwrap_err();
    assert!(range.contains("the colours: ") && range.contains("full_range_flag: true"), "{range}");
}

#[tokio::test]
async fn groups_of_pictures_that_are_not_two_seconds_long_or_not_closed_are_refused() {
    let short = encoded("-g 60 -keyint_min 60", "-g 30 -keyint_min 30").await.unwrap_err();
    assert!(short.contains("groups of pictures begin: expected sync sample 61, found sync sample 31"), "{short}");
    let long = encoded("-g 60 -keyint_min 60", "-g 120 -keyint_min 120").await.unwrap_err();
    assert!(long.contains("groups of pictures begin: expected sync sample 61, found sync sample 91"), "{long}");
    let open = encoded("open-gop=0", "open-gop=1:b-adapt=0").await.unwrap_err();
    assert!(open.contains("groups of pictures begin: expected sync sample 61, found "), "{open}");
}

#[tokio::test]
async fn edit_lists_and_a_late_header_are_refused() {
    let lists = said("-movflags +faststart", |_| {}, |_| {}).await.unwrap_err();
    assert!(lists.contains("edit lists: expected 0, found 1"), "{lists}");
    let late = said("-use_editlist 0 -movflags +negative_cts_offsets", |_| {}, |_| {}).await.unwrap_err();
    assert!(late.contains("expected ftyp moov mdat, found ftyp mdat moov"), "{late}");
    let shifted = said("-use_editlist 0 -movflags +faststart", |_| {}, |_| {}).await.unwrap_err();
    assert!(shifted.contains("when frames are shown"), "{shifted}");
}

#[tokio::test]
async fn a_cut_film_is_refused_wherever_it_is_cut() {
    for keep in [0, 20, 700, 3000] {
        let cut = |path: &Path| fs::OpenOptions::new().write(true).open(path).unwrap().set_len(keep).unwrap();
        said(FLAGS, |_| {}, cut).await.unwrap_err();
    }
    let last = |path: &Path| {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(file.metadata().unwrap().len() - 1).unwrap();
    };
    assert!(said(FLAGS, |_| {}, last).await.unwrap_err().contains("a whole file"));
}

#[tokio::test]
async fn another_film_is_refused() {
    let frames = said(FLAGS, |job| job.scenes[1].1 = 11, |_| {}).await.unwrap_err();
    assert!(frames.contains("video frames: expected 31, found 30"), "{frames}");
    let start = said(FLAGS, |job| (job.scenes[0].1, job.scenes[1].1) = (19, 11), |_| {}).await.unwrap_err();
    assert!(start.contains("expected sync sample 20, found sync sample 21"), "{start}");
    let size = said(FLAGS, |job| job.size.width = 66, |_| {}).await.unwrap_err();
    assert!(size.contains("expected 66x96, found 64x96"), "{size}");
    let rate = said(FLAGS, |job| job.fps = Fps::try_from(25).unwrap(), |_| {}).await.unwrap_err();
    assert!(rate.contains("frames a second: expected 25, found 30"), "{rate}");
}
