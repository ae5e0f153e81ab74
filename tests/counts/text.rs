//! Work on text: requests, scripts, captions.

use std::hint::black_box;

use protovideo::domain::captions::cues::{Fit, TimedWord, cues};
use protovideo::domain::captions::subtitles::subtitles;
use protovideo::domain::captions::{CaptionPosition, CaptionStyle, sidecar};
use protovideo::domain::request::{Draft, Origin};
use protovideo::domain::units::{FILM_RATE, Fps, Size};
use protovideo::ports::Speech as _;
use protovideo::recipe::Digest;
use protovideo::recipe::steps::VoicePin;
use serde_json::json;

/// Plain sentences; and such with numbers, dates, money and names, each beside what is heard of it.
const PLAIN: &str = include_str!("../speech/sentences.txt");
const TRICKY: &str = include_str!("../speech/own.tsv");

/// As many words as an hour of film has.
const WORDS: usize = 9000;
/// A word sounds for a third of a second, and a pause follows each sentence.
const WORD: u64 = (FILM_RATE / 3) as u64;
const PAUSE: u64 = (FILM_RATE / 4) as u64;
/// As many scenes as a request may have.
const SCENES: usize = 500;
/// Scripts are short; this often makes them worth counting.
const TIMES: usize = 10;

/// Words with times, as speech leaves them.
pub(crate) fn words(count: usize) -> Vec<TimedWord> {
    let (mut at, mut words) = (0, Vec::with_capacity(count));
    for text in PLAIN.split_whitespace().cycle().take(count) {
        let last = text.ends_with('.');
        words.push(TimedWord { text: text.to_owned(), start: at, end: at + WORD, last });
        at += WORD + if last { PAUSE } else { 0 };
    }
    words
}

/// Captions as they look by default.
pub(crate) fn style() -> CaptionStyle {
    CaptionStyle {
        font: "Montserrat".to_owned(),
        size_milli: 65,
        color: [255, 255, 255],
        highlight: Some([255, 214, 10]),
        outline: [0, 0, 0],
        outline_milli: 120,
        lines: 2,
        words_a_line: 0,
        position: CaptionPosition::Bottom,
        upper_case: false,
    }
}

/// The captions of an hour: for the screen, and for the files beside the film.
pub(crate) fn captions() {
    let (words, fps) = (words(WORDS), Fps::DEFAULT);
    let end = fps.frames_for(words.last().map_or(0, |word| word.end));
    let size = Size { width: 1080, height: 1920 };
    black_box(cues(&words, Fit::of(&style(), size), fps, end));
    let beside = subtitles(&words, fps, end);
    black_box((sidecar::srt(&beside, fps), sidecar::vtt(&beside, fps), sidecar::words(&words)));
}

/// Sentences into words as they are said.
pub(crate) fn script() {
    // A script loads no model.
    let nowhere = protovideo::assets::Assets::at(std::path::PathBuf::new());
    let speaker = protovideo::speech::Speaker::new(nowhere, 1);
    let voice = VoicePin { engine: "hibari".to_owned(), name: "heart".to_owned(), model: Digest::of("a voice") };
    let tricky = TRICKY.lines().filter_map(|line| line.split('\t').next());
    let texts: Vec<_> = PLAIN.lines().chain(tricky).collect();
    for text in std::iter::repeat_n(texts, TIMES).flatten() {
        black_box(speaker.script(text, &voice, &[]).expect("every text has words"));
    }
}

/// The largest request, read and found to be without fault.
pub(crate) fn validation() {
    let scene = |number: usize| {
        let text = PLAIN.lines().cycle().nth(number).unwrap_or_default();
        json!({"type": "image", "promptImage": text, "narration_text": format!("Day {number}. {text}"), "subtitle": true})
    };
    let request = json!({"size": "portrait", "scenes": (0..SCENES).map(scene).collect::<Vec<_>>()}).to_string();
    black_box(Draft::read(&request, Origin::CommandLine).whole().expect("nothing is wrong with it"));
}
