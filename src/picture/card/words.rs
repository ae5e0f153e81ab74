//! A prompt as words in their plain form.

/// So many words of a prompt are read; what a picture shows stands at its beginning.
const MOST_WORDS: usize = 200;

/// One word of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// In lower case.
    pub(super) text: String,
    /// Without a plural's or a verb's ending, as far as a simple rule gets; what is left is tried in order.
    pub(super) stems: Vec<String>,
    /// Whether it seems to be a plural.
    pub(super) plural: bool,
    /// Whether it follows the word before it with nothing but a space or a hyphen between.
    pub(super) joined: bool,
}

/// The prompt's words in order. Only runs of ASCII letters are words; a hyphen or an apostrophe parts them.
pub(super) fn words(prompt: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut joined = false;
    for piece in prompt.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        let text = piece.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let close = piece == text || piece.ends_with([' ', '-']);
        if text.len() > 1 && text.len() < 32 {
            found.push(word_of(&text.to_ascii_lowercase(), joined));
            joined = close;
        } else {
            joined = joined && text.is_empty() && close;
        }
        if found.len() == MOST_WORDS {
            break;
        }
    }
    found
}

fn word_of(text: &str, joined: bool) -> Word {
    let (singular, plural) = singular(text);
    let mut stems = vec![text.to_owned()];
    stems.extend(singular);
    if let Some(verb) = text.strip_suffix("ing").filter(|verb| verb.len() > 2) {
        stems.push(verb.to_owned());
        stems.push(format!("{verb}e"));
        if let [.., a, b] = verb.as_bytes()
            && a == b
        {
            stems.push(verb[..verb.len() - 1].to_owned());
        }
    }
    Word { text: text.to_owned(), stems, plural, joined }
}

/// What a plural may be the plural of, and whether it is one.
fn singular(text: &str) -> (Vec<String>, bool) {
    const IRREGULAR: [(&str, &str); 10] = [
        ("people", "person"),
        ("men", "man"),
        ("women", "woman"),
        ("children", "child"),
        ("mice", "mouse"),
        ("taxis", "taxi"),
        ("geese", "goose"),
        ("wolves", "wolf"),
        ("leaves", "leaf"),
        ("loaves", "loaf"),
    ];
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == text) {
        return (vec![(*one).to_owned()], true);
    }
    if text.len() < 4 || text.ends_with("ss") || text.ends_with("us") || text.ends_with("is") {
        return (Vec::new(), false);
    }
    let mut found = Vec::new();
    if let Some(start) = text.strip_suffix("ies") {
        found.push(format!("{start}y"));
    }
    if let Some(start) = text.strip_suffix('s') {
        found.push(start.to_owned());
    }
    if let Some(start) = text.strip_suffix("es") {
        found.push(start.to_owned());
    }
    let plural = !found.is_empty();
    (found, plural)
}

impl Word {
    /// Whether it is, in any of its forms, one of the space-separated `list`.
    pub(super) fn is_one_of(&self, list: &str) -> bool {
        list.split_whitespace().any(|wanted| self.stems.iter().any(|stem| stem == wanted))
    }
}

/// Whether any of the words, in any of its forms, is one of the space-separated `list`.
pub(super) fn any_of(words: &[Word], list: &str) -> bool {
    words.iter().any(|word| word.is_one_of(list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_and_verbs_lose_their_endings() {
        for (text, stem) in [
            ("boats", "boat"),
            ("Ponies", "pony"),
            ("boxes", "box"),
            ("children", "child"),
            ("running", "run"),
            ("sailing", "sail"),
            ("baking", "bake"),
        ] {
            let found = words(text);
            assert!(found[0].stems.iter().any(|s| s == stem), "{text}: {found:?}");
        }
        assert!(!words("glass")[0].plural);
        assert!(words("glasses")[0].plural);
    }

    #[test]
    fn words_are_joined_by_a_space_alone() {
        let joined: Vec<bool> =
            words("fish market, old clock-tower and a cat").iter().map(|word| word.joined).collect();
        assert_eq!(joined, [false, true, false, true, true, true, false]);
    }

    #[test]
    fn only_letters_make_words() {
        assert_eq!(
            words("<svg onload=\"x\"> 猫 🐈 &amp; 42").iter().map(|w| &*w.text).collect::<Vec<_>>(),
            ["svg", "onload", "amp"]
        );
    }
}
