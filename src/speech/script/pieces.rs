//! Sentences of a length that a voice speaks well: long ones split at their joints, short ones joined.

use crate::domain::script::Word;

/// No piece has more spoken characters (a model takes 510 phonemes and the marks between them).
pub(super) const LONGEST: usize = 300;
/// A longer sentence is split where it has a joint, for the sake of memory.
const COMFORTABLE: usize = 160;
/// Fewer words sound rushed when they are spoken alone.
const FEWEST_WORDS: usize = 4;

/// Words that are spoken in one go, and the silence after them in milliseconds.
pub(super) struct Piece {
    pub(super) words: Vec<Word>,
    pub(super) pause_ms: u32,
}

/// Whether a voice has something to say.
pub(super) fn is_speech(spoken: &str) -> bool {
    spoken.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Spoken characters with a space after each word.
fn length(words: &[Word]) -> usize {
    words.iter().map(cost).sum()
}

fn cost(word: &Word) -> usize {
    if word.spoken.is_empty() { 0 } else { word.spoken.chars().count() + 1 }
}

fn count(words: &[Word]) -> usize {
    words.iter().map(|word| word.spoken.split_ascii_whitespace().count()).sum()
}

/// One sentence in pieces; the last has the sentence's own pause.
pub(super) fn cut(words: Vec<Word>, pause_ms: u32) -> Vec<Piece> {
    let words = words.into_iter().flat_map(broken).collect();
    let mut pieces = Vec::new();
    let mut rest = vec![Piece { words, pause_ms }];
    while let Some(mut piece) = rest.pop() {
        match place(&piece.words) {
            Some((at, pause_ms)) => {
                let tail = piece.words.split_off(at);
                rest.push(Piece { words: tail, pause_ms: piece.pause_ms });
                rest.push(Piece { words: piece.words, pause_ms });
            }
            None => pieces.push(piece),
        }
    }
    pieces
}

/// Where to split: at the joint nearest the middle, leaving no few words alone; without a joint only what is too
/// long, at the space nearest the middle. Also the pause there.
fn place(words: &[Word]) -> Option<(usize, u32)> {
    let total = length(words);
    if total <= COMFORTABLE {
        return None;
    }
    let all = count(words);
    let (mut reached, mut counted) = (0, 0);
    let mut joint: Option<(usize, usize, u32)> = None;
    let mut space: Option<(usize, usize, u32)> = None;
    for (at, word) in words.iter().enumerate() {
        reached += cost(word);
        counted += word.spoken.split_ascii_whitespace().count();
        if reached == total {
            break;
        }
        if cost(word) == 0 {
            continue;
        }
        let off = reached.abs_diff(total / 2);
        nearer(&mut space, (off, at + 1, 0));
        let balanced = total <= LONGEST || off <= total * 3 / 8;
        if balanced
            && counted >= FEWEST_WORDS
            && all - counted >= FEWEST_WORDS
            && let Some(pause) = joint_pause(word)
        {
            nearer(&mut joint, (off, at + 1, pause));
        }
    }
    joint.or(space.filter(|_| total > LONGEST)).map(|(_, at, pause)| (at, pause))
}

fn nearer(best: &mut Option<(usize, usize, u32)>, candidate: (usize, usize, u32)) {
    if best.is_none_or(|(off, ..)| candidate.0 < off) {
        *best = Some(candidate);
    }
}

/// The pause at the joint after a word, in milliseconds; `None` where there is no joint.
fn joint_pause(word: &Word) -> Option<u32> {
    match word.spoken.trim_end_matches(['"', ')', '\'']).chars().last()? {
        ',' => Some(100),
        ';' | ':' | '—' => Some(180),
        '!' | '?' | '…' => Some(250),
        // Not the stop of letters such as `P.M.`
        '.' if word.spoken.trim_end_matches(['"', ')', '\'', '.']).ends_with(|c: char| c.is_ascii_lowercase()) => {
            Some(250)
        }
        _ => None,
    }
}

/// A word that is too long to speak in one go, as several: what is said in parts, what is written divided over them.
fn broken(word: Word) -> Vec<Word> {
    if word.spoken.len() <= COMFORTABLE || word.spoken.contains("](/") {
        return vec![word];
    }
    let said = parts(&word.spoken);
    let written: Vec<char> = word.written.chars().collect();
    let share = |part: usize| written.len() * part / said.len();
    let words = said.iter().enumerate().map(|(at, spoken)| Word {
        written: written[share(at)..share(at + 1)].iter().collect(),
        spoken: spoken.clone(),
    });
    words.collect()
}

/// Parts of comfortable length, split at spaces where there are any.
fn parts(spoken: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in spoken.split(' ') {
        let chars: Vec<char> = word.chars().collect();
        for chunk in chars.chunks(COMFORTABLE / 2) {
            let chunk: String = chunk.iter().collect();
            match parts.last_mut() {
                Some(part) if part.is_empty() => *part = chunk,
                Some(part) if part.len() + chunk.len() < COMFORTABLE => {
                    part.push(' ');
                    part.push_str(&chunk);
                }
                _ => parts.push(chunk),
            }
        }
    }
    parts
}

/// The pieces of one paragraph, few words joined to what stands before or after them.
pub(super) fn join(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.into_iter().enumerate() {
        if let Some(before) = joined.last_mut() {
            let fits = |limit: usize| length(&before.words) + length(&piece.words) <= limit;
            let short = count(&piece.words) < FEWEST_WORDS;
            let must = count(&before.words) < FEWEST_WORDS || (short && at == last);
            if (must && fits(LONGEST)) || (short && fits(COMFORTABLE)) {
                before.words.extend(piece.words);
                before.pause_ms = piece.pause_ms;
                continue;
            }
        }
        joined.push(piece);
    }
    joined
}
