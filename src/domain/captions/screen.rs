//! When cues stand on the screen: groups of words get their frames.

use super::cues::{Lines, TimedWord};
use super::{Cue, CueWord};
use crate::domain::units::Fps;

/// A cue stays on the screen at most so long where nothing follows it closely.
const HOLD_MS: u32 = 300;
/// A pause shorter than this does not clear the screen.
const BRIDGE_MS: u32 = 600;

/// What cues are shown on: so many frames at a rate.
#[derive(Clone, Copy)]
pub(super) struct Screen {
    pub(super) fps: Fps,
    /// Its length in frames.
    pub(super) end: u32,
    /// Frames that a cue stands at least, where the next one leaves it so much time; 1 or more.
    pub(super) least: u32,
}

impl Screen {
    fn frame(self, sample: u64) -> u32 {
        u32::try_from(sample / self.fps.samples_per_frame()).unwrap_or(u32::MAX).min(self.end)
    }

    const fn frames(self, ms: u32) -> u32 {
        ms * self.fps.get() / 1000
    }

    /// One past the last frame of a cue that begins with `first`, whose last word is said at `said`, and that `next`
    /// follows.
    pub(super) fn out(self, first: &TimedWord, said: u64, next: Option<&TimedWord>) -> u32 {
        let (said, limit) = (self.frame(said), next.map_or(self.end, |next| self.frame(next.start)));
        if next.is_some() && limit.saturating_sub(said) <= self.frames(BRIDGE_MS) {
            return limit;
        }
        (said + self.frames(HOLD_MS)).max(self.start(first) + self.least).min(limit)
    }

    /// The frame on which a cue that begins with that word begins.
    pub(super) fn start(self, first: &TimedWord) -> u32 {
        self.frame(first.start)
    }

    /// Gives cues their frames.
    pub(super) fn show(self, mut groups: Vec<Lines>) -> Vec<Cue> {
        // Nothing that is said has more cues than frames; of what is only written, the rest stands on the last frame.
        let rest = groups.split_off(groups.len().min(self.end.max(1) as usize));
        if let Some(last) = groups.last_mut() {
            last.extend(rest.into_iter().flatten());
        }
        let starts = self.starts(&groups);
        let cue = |(i, lines): (usize, &Lines)| {
            let next = groups.get(i + 1).map(|lines| lines[0][0]);
            let said = lines.iter().flatten().map(|w| w.end).max().unwrap_or(0);
            let limit = starts.get(i + 1).copied().unwrap_or(self.end);
            let out = self.out(lines[0][0], said, next).clamp(starts[i] + 1, limit.max(starts[i] + 1));
            self.cue(lines, starts[i], out)
        };
        groups.iter().enumerate().map(cue).collect()
    }

    /// Each cue's first frame: that of its first word, or the nearest that leaves every cue a frame of its own.
    fn starts(self, groups: &[Lines]) -> Vec<u32> {
        let mut starts: Vec<u32> = groups.iter().map(|lines| self.start(lines[0][0])).collect();
        for i in 1..starts.len() {
            starts[i] = starts[i].max(starts[i - 1] + 1);
        }
        let mut limit = self.end.max(1);
        for start in starts.iter_mut().rev() {
            *start = (*start).min(limit - 1);
            limit = *start;
        }
        starts
    }

    /// A cue's words run on to each other, so that one word is highlighted at any time.
    fn cue(self, lines: &Lines, start: u32, out: u32) -> Cue {
        let flat: Vec<&TimedWord> = lines.iter().flatten().copied().collect();
        let mut place = 0;
        let mut word = |word: &&TimedWord| {
            place += 1;
            let from = self.frame(word.start).clamp(start, out);
            let to = flat.get(place).map_or(out, |next| self.frame(next.start).clamp(from, out));
            CueWord { text: word.text.clone(), start: from, end: to }
        };
        let lines = lines.iter().map(|line| line.iter().map(&mut word).collect()).collect();
        Cue { start, end: out, lines }
    }
}
