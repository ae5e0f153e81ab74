//! Cues as files beside the film: `SubRip`, `WebVTT`, and words with times as JSON. UTF-8, no byte order mark.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Cue;
use super::cues::TimedWord;
use crate::domain::units::{FILM_RATE, Fps};

/// `SubRip` (`.srt`): numbered cues, a comma before the milliseconds. Markup has no escape there, so angle
/// brackets become the look-alikes `‹` and `›`.
#[must_use]
pub fn srt(cues: &[Cue], fps: Fps) -> String {
    let mut out = String::new();
    for (i, cue) in cues.iter().enumerate() {
        let (start, end) = (clock(cue.start, fps, ','), clock(cue.end, fps, ','));
        let text = lines(cue, |text| text.replace('<', "‹").replace('>', "›"));
        let _ = write!(out, "{}\n{start} --> {end}\n{text}\n\n", i + 1);
    }
    out
}

/// `WebVTT` (`.vtt`), <https://www.w3.org/TR/webvtt1/>: `&`, `<` and `>` escaped, so that no text can look like
/// a tag or a timing line.
#[must_use]
pub fn vtt(cues: &[Cue], fps: Fps) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for cue in cues {
        let (start, end) = (clock(cue.start, fps, '.'), clock(cue.end, fps, '.'));
        let text = lines(cue, |text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        let _ = write!(out, "{start} --> {end}\n{text}\n\n");
    }
    out
}

/// Every spoken word with its start and end in seconds of the film.
#[must_use]
pub fn words(words: &[TimedWord]) -> Value {
    let seconds = |samples: u64| (samples as f64 / f64::from(FILM_RATE) * 1000.0).round() / 1000.0;
    let word = |w: &TimedWord| json!({"text": w.text, "start": seconds(w.start), "end": seconds(w.end)});
    json!({"words": words.iter().map(word).collect::<Vec<_>>()})
}

fn lines(cue: &Cue, escape: impl Fn(&str) -> String) -> String {
    let line = |line: &Vec<super::CueWord>| line.iter().map(|w| escape(&w.text)).collect::<Vec<_>>().join(" ");
    cue.lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `01:02:03,456`.
fn clock(frame: u32, fps: Fps, point: char) -> String {
    let ms = u64::from(frame) * 1000 / u64::from(fps.get());
    let (s, m, h) = (ms / 1000 % 60, ms / 60_000 % 60, ms / 3_600_000);
    format!("{h:02}:{m:02}:{s:02}{point}{:03}", ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::super::subtitles::subtitles;
    use super::*;

    fn sample() -> Vec<TimedWord> {
        let word = |text: &str, start, end, last| TimedWord { text: text.into(), start, end, last };
        vec![
            word("Tom", 4_800, 20_000, false),
            word("<b>", 24_000, 40_000, false),
            word("&", 41_000, 42_000, false),
            word("-->", 43_000, 60_000, true),
            word("End.", 4_800_000, 4_848_000, true),
        ]
    }

    #[test]
    fn subrip() {
        let cues = subtitles(&sample(), Fps::DEFAULT, 4_000);
        insta::assert_snapshot!(srt(&cues, Fps::DEFAULT), @r"
        1
        00:00:00,100 --> 00:00:01,533
        Tom ‹b› & --›

        2
        00:01:40,000 --> 00:01:41,300
        End.
        ");
    }

    #[test]
    fn web_vtt() {
        let cues = subtitles(&sample(), Fps::DEFAULT, 4_000);
        insta::assert_snapshot!(vtt(&cues, Fps::DEFAULT), @r"
        WEBVTT

        00:00:00.100 --> 00:00:01.533
        Tom &lt;b&gt; &amp; --&gt;

        00:01:40.000 --> 00:01:41.300
        End.
        ");
    }

    #[test]
    fn words_in_seconds() {
        assert_eq!(words(&sample()[..1]), json!({"words": [{"text": "Tom", "start": 0.1, "end": 0.417}]}));
    }
}
