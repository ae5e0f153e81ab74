//! Captions on frames: words are shaped and drawn once for each cue and each highlighted word, then laid over the frames
//! on which they stand.

mod draw;
mod layer;
mod layout;

use cosmic_text::FontSystem;

use super::fonts::Fonts;
use super::planes::Planes;
use crate::domain::captions::{CaptionStyle, Cue};
use crate::domain::units::Size;
use crate::ports::PortResult;
use draw::{Artist, Block};
use layer::Layer;

/// The captions of one scene.
pub(super) struct Captions<'a> {
    cues: &'a [Cue],
    artist: Artist<'a>,
    fonts: FontSystem,
    /// The cue that stood last.
    set: Option<(usize, Block)>,
    /// What was drawn last: a cue, its highlighted word, and the layer.
    drawn: Option<(usize, Option<usize>, Layer)>,
}

impl<'a> Captions<'a> {
    /// Prepares the captions of a scene.
    pub(super) fn new(cues: &'a [Cue], style: &'a CaptionStyle, frame: Size, fonts: &Fonts) -> PortResult<Self> {
        let text: String = cues.iter().flat_map(|cue| cue.lines.iter().flatten()).map(|w| w.text.as_str()).collect();
        Ok(Self { cues, artist: Artist::new(style, frame), fonts: fonts.for_text(&text)?, set: None, drawn: None })
    }

    /// Lays what stands on frame `index` over it.
    pub(super) fn lay(&mut self, index: u32, frame: &mut Planes) {
        let Some(place) = self.cues.iter().position(|cue| cue.start <= index && index < cue.end) else {
            return;
        };
        let cue = &self.cues[place];
        let spoken = cue.lines.iter().flatten().position(|word| word.start <= index && index < word.end);
        if self.drawn.as_ref().is_none_or(|(cue, word, _)| (*cue, *word) != (place, spoken)) {
            let block = match self.set.take().filter(|(cue, _)| *cue == place) {
                Some((_, block)) => block,
                None => self.artist.set(&mut self.fonts, cue),
            };
            let layer = self.artist.draw(&mut self.fonts, &block, spoken);
            self.set = Some((place, block));
            self.drawn = Some((place, spoken, layer));
        }
        if let Some((_, _, layer)) = &self.drawn {
            layer.over(frame);
        }
    }
}

#[cfg(test)]
mod tests;
