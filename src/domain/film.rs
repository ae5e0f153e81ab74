//! A request with every default filled in, in whole numbers: what the planner works from.

use std::path::Path;

use super::captions::{CaptionPosition, CaptionStyle};
use super::motion::MotionKind;
use super::palette::parse_color;
use super::request::{Request, Scene, Subtitle, SubtitleStyle, Voice, VoiceSpec};
use super::units::{Fps, Size};

/// The families that captions may be set in; they lie in the repository.
pub const FONTS: [&str; 2] = ["Montserrat", "Noto Sans"];

/// A scene without speech and without a duration lasts so long.
pub const DEFAULT_SCENE_MS: u32 = 10_000;

/// A motion without an amount goes so far, in thousandths.
pub const DEFAULT_MOTION_MILLI: u32 = 150;

/// A film to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmSpec {
    /// The frame's size.
    pub size: Size,
    /// The frame rate.
    pub fps: Fps,
    /// Loudness to reach, in thousandths of LUFS; `None` leaves the mix alone.
    pub loudness_milli: Option<i32>,
    /// The film's own narration and who speaks it.
    pub narration: Option<NarrationSpec>,
    /// Its scenes.
    pub scenes: Vec<SceneSpec>,
    /// Words and how to say them.
    pub pronunciations: Vec<(String, String)>,
}

/// What is spoken, and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct NarrationSpec {
    /// The text.
    pub text: String,
    /// Who.
    pub voice: VoiceSpec,
    /// Whether the film names who, for this and all that name nobody of their own.
    pub film_voice: bool,
    /// How fast, in thousandths.
    pub speed_milli: u32,
}

/// A scene to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneSpec {
    /// Its picture.
    pub picture: PictureSpec,
    /// Its narration.
    pub narration: Option<NarrationSpec>,
    /// Its length where nothing is spoken, its least length otherwise, in milliseconds.
    pub duration_ms: Option<u32>,
    /// Burned captions, if any.
    pub captions: Option<CaptionStyle>,
    /// The motion's kind; `None` leaves the choice to the picture's digest.
    pub motion: Option<MotionKind>,
    /// The motion's amount in thousandths.
    pub motion_milli: u32,
}

/// Where a scene's picture comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum PictureSpec {
    /// From what the user points at.
    Source(String),
    /// From a prompt.
    Prompt {
        /// What to draw.
        prompt: String,
        /// Who draws; `None` for the configured default.
        provider: Option<String>,
        /// Varies the picture.
        seed: u32,
    },
}

/// Reads `portrait`, `landscape`, `square` or `WIDTHxHEIGHT` (even, 64 to 3840).
///
/// # Errors
/// Says what was found and what is allowed.
pub fn parse_size(text: &str) -> Result<Size, String> {
    let wrong =
        || format!("found {text:?}; allowed: portrait, landscape, square, or WIDTHxHEIGHT, both even, from 64 to 3840");
    match text {
        "portrait" => return Ok(Size::PORTRAIT),
        "landscape" => return Ok(Size::LANDSCAPE),
        "square" => return Ok(Size::SQUARE),
        _ => {}
    }
    let (width, height) = text.split_once('x').ok_or_else(wrong)?;
    let side = |t: &str| t.parse::<u32>().ok().filter(|s| (64..=3840).contains(s) && s % 2 == 0).ok_or_else(wrong);
    Ok(Size { width: side(width)?, height: side(height)? })
}

impl FilmSpec {
    /// Fills in the defaults of a validated request.
    ///
    /// # Errors
    /// What the validation would have refused, for a request that did not pass it.
    pub fn resolve(request: &Request) -> Result<Self, String> {
        let size = request.size.as_deref().map_or(Ok(Size::PORTRAIT), parse_size)?;
        let narration = request.narration_text.as_ref().map(|text| narration(text, None, request.voice.as_ref()));
        let scenes = request.scenes.iter().map(|s| scene(s, request, size)).collect::<Result<_, _>>()?;
        Ok(Self {
            size,
            fps: request.fps.unwrap_or_default(),
            loudness_milli: request.loudness.0.map(|lufs| (lufs * 1000.0).round() as i32),
            narration,
            scenes,
            pronunciations: request.pronunciations.clone().into_iter().collect(),
        })
    }
}

fn narration(text: &str, own: Option<&Voice>, film: Option<&Voice>) -> NarrationSpec {
    let voice = match own.or(film) {
        None => VoiceSpec::default(),
        Some(Voice::Name(name)) => VoiceSpec { name: Some(name.clone()), ..VoiceSpec::default() },
        Some(Voice::Spec(spec)) => spec.clone(),
    };
    let speed_milli = voice.speed.map_or(1000, |speed| (speed * 1000.0).round() as u32);
    NarrationSpec { text: text.to_owned(), voice, film_voice: own.is_none(), speed_milli }
}

fn scene(scene: &Scene, film: &Request, size: Size) -> Result<SceneSpec, String> {
    let picture = match (&scene.image, &scene.prompt_image) {
        (Some(source), _) => PictureSpec::Source(source.clone()),
        (None, Some(prompt)) => PictureSpec::Prompt {
            prompt: prompt.clone(),
            provider: scene.image_provider.clone(),
            seed: scene.seed.or(film.seed).unwrap_or(0),
        },
        (None, None) => return Err("an image scene needs `image` or `promptImage`".to_owned()),
    };
    let captions = match scene.subtitle.as_ref().or(film.subtitle.as_ref()) {
        None | Some(Subtitle::Switch(false)) => None,
        Some(Subtitle::Switch(true)) => Some(style(&SubtitleStyle::default(), size)?),
        Some(Subtitle::Style(asked)) => Some(style(asked, size)?),
    };
    let amount = scene.motion.and_then(|motion| motion.amount);
    Ok(SceneSpec {
        picture,
        narration: scene.narration_text.as_ref().map(|text| narration(text, scene.voice.as_ref(), film.voice.as_ref())),
        duration_ms: scene.duration.map(|seconds| (seconds * 1000.0).round() as u32),
        captions,
        motion: scene.motion.map(|motion| motion.kind),
        motion_milli: amount.map_or(DEFAULT_MOTION_MILLI, |amount| (amount * 1000.0).round() as u32),
    })
}

/// A caption style in whole thousandths of the frame, so that one request gives one look at every size.
fn style(asked: &SubtitleStyle, size: Size) -> Result<CaptionStyle, String> {
    let side = size.width.min(size.height).max(1);
    let color = |text: &Option<String>, default: [u8; 3]| text.as_deref().map_or(Ok(default), parse_color);
    let size_milli = asked.size.map_or(65, |pixels| (pixels * 1000 / side).max(1));
    let type_px = (size_milli * side / 1000).max(1);
    Ok(CaptionStyle {
        font: asked.font.clone().unwrap_or_else(|| FONTS[0].to_owned()),
        size_milli,
        color: color(&asked.color, [255, 255, 255])?,
        highlight: match asked.highlight.as_deref() {
            Some("none") => None,
            _ => Some(color(&asked.highlight, [255, 210, 63])?),
        },
        outline: color(&asked.outline, [0, 0, 0])?,
        outline_milli: asked.outline_width.map_or(90, |pixels| pixels * 1000 / type_px),
        lines: asked.lines.unwrap_or(2),
        words_a_line: asked.words_a_line.unwrap_or(0),
        position: asked.position.unwrap_or(CaptionPosition::Bottom),
        upper_case: asked.upper_case.unwrap_or(false),
    })
}

/// A film's file name: what the request names, with `.mp4` where that is missing, or else the task's id.
#[must_use]
pub fn film_name(named: Option<&str>, task: &str) -> String {
    let name = named.unwrap_or(task);
    let extension = Path::new(name).extension();
    if extension.is_some_and(|e| e.eq_ignore_ascii_case("mp4")) { name.to_owned() } else { format!("{name}.mp4") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::request::Origin;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("square"), Ok(Size::SQUARE));
        assert_eq!(parse_size("640x360"), Ok(Size { width: 640, height: 360 }));
        for wrong in ["641x360", "32x32", "8000x600", "640", "axb", "640x360x2", "-640x360", ""] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_scene_overrides_its_film() {
        let request = Request::parse(
            r#"{"voice": {"name": "af_heart", "speed": 1.25}, "subtitle": true, "seed": 7, "scenes": [
                {"type": "image", "promptImage": "a", "narration_text": "One."},
                {"type": "image", "prompt_image": "b", "narration_text": "Two.", "voice": "heart", "subtitle": false,
                 "seed": 9, "duration": 2.5, "motion": {"kind": "pan_left", "amount": 0.3}}]}"#,
            Origin::Remote,
        )
        .unwrap();
        let film = FilmSpec::resolve(&request).unwrap();
        let [first, second] = &film.scenes[..] else { panic!("two scenes") };
        assert_eq!(first.narration.as_ref().unwrap().voice.name.as_deref(), Some("af_heart"));
        assert_eq!(first.narration.as_ref().unwrap().speed_milli, 1250);
        assert!(first.captions.is_some());
        assert_eq!(first.picture, PictureSpec::Prompt { prompt: "a".into(), provider: None, seed: 7 });
        assert_eq!(second.narration.as_ref().unwrap().voice.name.as_deref(), Some("heart"));
        assert_eq!(second.narration.as_ref().unwrap().speed_milli, 1000);
        assert_eq!(second.captions, None);
        assert_eq!(second.picture, PictureSpec::Prompt { prompt: "b".into(), provider: None, seed: 9 });
        assert_eq!(
            (second.duration_ms, second.motion, second.motion_milli),
            (Some(2500), Some(MotionKind::PanLeft), 300)
        );
        assert_eq!((film.loudness_milli, film.fps.get(), film.size), (Some(-14_000), 30, Size::PORTRAIT));
    }

    #[test]
    fn captions_keep_their_look_at_every_size() {
        let asked = SubtitleStyle { size: Some(70), outline_width: Some(7), ..SubtitleStyle::default() };
        let style = style(&asked, Size::PORTRAIT).unwrap();
        assert_eq!((style.size_milli, style.outline_milli), (64, 101));
    }
}
