//! A written word, taken apart: what opens it, what it is, what closes it.

use super::fold::fold;

/// What may stand before a word.
const OPENERS: &str = "\"'([{…—*_¿¡";
/// What may stand after a word.
const CLOSERS: &str = ".,!?;:…—\"')]}*_";

/// A run of text without white space.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// As the script has it.
    pub(super) written: String,
    /// Punctuation before the word, folded.
    pub(super) lead: String,
    /// The word, folded; empty where nothing but punctuation or emoji stands.
    pub(super) core: String,
    /// Punctuation after the word, folded.
    pub(super) trail: String,
    /// What is said for the core, where the user gave it.
    pub(super) given: Option<String>,
}

impl Token {
    pub(super) fn new(written: &str) -> Self {
        let folded = fold(written);
        let opened = folded.trim_start_matches(|c: char| OPENERS.contains(c) || c == ' ');
        let core = opened.trim_end_matches(|c: char| CLOSERS.contains(c) || c == ' ');
        let lead = &folded[..folded.len() - opened.len()];
        let trail = &opened[core.len()..];
        Self {
            written: written.to_owned(),
            lead: lead.to_owned(),
            core: core.to_owned(),
            trail: trail.to_owned(),
            given: None,
        }
    }

    /// Nothing but punctuation or emoji.
    pub(super) fn is_silent(&self) -> bool {
        self.core.is_empty() && self.given.is_none()
    }

    /// Whether the word is followed by one full stop and nothing else that ends a sentence.
    pub(super) fn is_dotted(&self) -> bool {
        self.trail.starts_with('.') && !self.trail[1..].contains(['.', '!', '?', '…'])
    }

    /// The first character after opening punctuation.
    pub(super) fn initial(&self) -> Option<char> {
        self.core.chars().next()
    }

    /// Whether the word begins with a capital.
    pub(super) fn is_capitalized(&self) -> bool {
        self.initial().is_some_and(|c| c.is_ascii_uppercase())
    }

    /// The lead as a voice knows it: quotes and brackets that open something.
    pub(super) fn voiced_lead(&self) -> String {
        voiced(self.lead.chars().filter(|c| "\"([{—…".contains(*c)))
    }

    /// The trail as a voice knows it, at most three marks, none twice in a row.
    pub(super) fn voiced_trail(&self) -> String {
        let marks = voiced(self.trail.chars().filter(|c| ".,!?;:…—\")]}".contains(*c)));
        let possessive = self.trail.starts_with('\'') && self.core.ends_with('s') && !self.lead.contains('\'');
        if possessive { format!("'{marks}") } else { marks }
    }
}

/// Marks in the vocabulary of the voices, runs of the same mark reduced to one, at most three.
fn voiced(marks: impl Iterator<Item = char>) -> String {
    let mut kept = String::new();
    for mark in marks {
        let mark = match mark {
            '[' | '{' => '(',
            ']' | '}' => ')',
            other => other,
        };
        if !kept.ends_with(mark) && kept.chars().count() < 3 {
            kept.push(mark);
        }
    }
    kept
}

/// The words around one word, as the rules see them.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> View<'a> {
    /// The view of the word at `at`, which has to be one of `tokens`.
    pub(super) fn new(tokens: &'a [Token], at: usize) -> Self {
        Self { tokens, at }
    }

    /// The word itself.
    pub(super) fn here(&self) -> &'a Token {
        &self.tokens[self.at]
    }

    /// The word's core.
    pub(super) fn core(&self) -> &'a str {
        &self.here().core
    }

    /// The word before, whatever stands between.
    pub(super) fn previous(&self) -> Option<&'a Token> {
        self.behind(1)
    }

    /// The word `n` places back, whatever stands between.
    pub(super) fn behind(&self, n: usize) -> Option<&'a Token> {
        self.at.checked_sub(n).and_then(|at| self.tokens.get(at))
    }

    /// The core of the word before, empty at the start.
    pub(super) fn before(&self) -> &'a str {
        self.previous().map_or("", |token| &token.core)
    }

    /// The word `n` places on, whatever stands between.
    pub(super) fn ahead(&self, n: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + n)
    }

    /// The core of the next word where no punctuation stands between, empty otherwise.
    pub(super) fn after(&self) -> &'a str {
        match self.ahead(1) {
            Some(next) if self.here().trail.is_empty() && next.lead.is_empty() && next.given.is_none() => &next.core,
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn takes_words_apart() {
        for (written, lead, core, trail) in [
            ("“Hello,”", "\"", "Hello", ",\""),
            (".NET", "", ".NET", ""),
            ("a.m.", "", "a.m", "."),
            ("(23°F),", "(", "23°F", "),"),
            ("🎉!", "", "", "!"),
            ("…forever!?", "…", "forever", "!?"),
        ] {
            let token = Token::new(written);
            assert_eq!((&*token.lead, &*token.core, &*token.trail), (lead, core, trail), "{written}");
        }
        assert_eq!(Token::new("what!!!!!???").voiced_trail(), "!?");
        assert_eq!(Token::new("dogs'").voiced_trail(), "'");
    }
}
