//! From a text to what is said: sentences of words, each word as written and as spoken. English, pure, no clock.
//!
//! ```text
//! clean      lines without control characters and markdown
//! words      tokens, folded to ASCII: what the user marked up, what the lexicon says
//! sentences  where one ends
//! rules      how each word is said: numbers, dates, money, abbreviations, links, ...
//! pieces     what is too long is split at its joints, what is too short is joined
//! ```

mod clean;
mod fold;
pub(super) mod given;
mod lexicon;
mod pieces;
mod rules;
mod sentences;
#[cfg(test)]
mod tests;
mod token;
mod words;

use crate::domain::script::{Sentence, Word};
use crate::ports::{Class, PortError};
use lexicon::Lexicon;
pub(super) use lexicon::unsayable;
use pieces::Piece;

/// Silence after a sentence whose paragraph goes on, in milliseconds.
const SENTENCE_PAUSE_MS: u32 = 250;
/// Silence after a sentence that trails off, in milliseconds.
const TRAILING_PAUSE_MS: u32 = 350;
/// Silence after the last sentence of a line, in milliseconds.
const PARAGRAPH_PAUSE_MS: u32 = 450;

/// A text as sentences to speak. `pronunciations` maps a word, whatever its case, to `/phonemes/` or to a respelling;
/// markup in the text, `[word](/phonemes/)`, goes before it. No sentence has more than 300 spoken characters: a longer
/// one comes as several. Fails with `NOTHING_TO_SAY` where no word can be spoken, and with `UNSAYABLE` where markup gives
/// phonemes that there are not. Takes time in proportion to the text.
pub(super) fn script(text: &str, pronunciations: &[(String, String)]) -> Result<Vec<Sentence>, PortError> {
    let lexicon = Lexicon::new(pronunciations);
    let mut said: Vec<Piece> = Vec::new();
    let mut unsaid: Vec<Word> = Vec::new();
    let lines = clean::lines(text);
    let wrong: Vec<String> = lines.iter().flat_map(|line| words::unsayable(line)).collect();
    if !wrong.is_empty() {
        return Err(PortError::permanent(Class::Request, "UNSAYABLE", wrong.join("; ")));
    }
    for line in lines {
        let tokens = words::tokens(&line, &lexicon);
        let mut paragraph: Vec<Piece> = Vec::new();
        for range in sentences::split(&tokens) {
            let mut words = std::mem::take(&mut unsaid);
            words.extend(rules::read(&tokens[range]));
            if words.iter().any(|word| pieces::is_speech(&word.spoken)) {
                let pause = sentence_pause(&words);
                paragraph.extend(pieces::cut(words, pause));
            } else if let Some(before) = paragraph.last_mut().or(said.last_mut()) {
                before.words.extend(words.into_iter().map(silent));
            } else {
                unsaid = words.into_iter().map(silent).collect();
            }
        }
        if let Some(last) = paragraph.last_mut() {
            last.pause_ms = PARAGRAPH_PAUSE_MS;
        }
        said.extend(pieces::join(paragraph));
    }
    match said.last_mut() {
        Some(last) => last.pause_ms = 0,
        None => return Err(nothing_to_say(text)),
    }
    Ok(said.into_iter().map(|Piece { words, pause_ms }| Sentence { words, pause_ms }).collect())
}

fn silent(word: Word) -> Word {
    Word { spoken: String::new(), ..word }
}

fn sentence_pause(words: &[Word]) -> u32 {
    let trails = words.iter().rev().find(|word| !word.spoken.is_empty()).is_some_and(|word| word.spoken.ends_with('…'));
    if trails { TRAILING_PAUSE_MS } else { SENTENCE_PAUSE_MS }
}

/// The text is quoted up to its 40th character.
fn nothing_to_say(text: &str) -> PortError {
    let mut shown: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(41).collect();
    if shown.chars().count() > 40 {
        shown = shown.chars().take(40).chain("…".chars()).collect();
    }
    let message = format!("the narration {shown:?} has no word that can be spoken; write at least one word or number");
    PortError::permanent(Class::Request, "NOTHING_TO_SAY", message)
}
