//! `[word](/phonemes/)`: what is seen and what is said.

/// A piece of text that is read by rule, or whose phonemes are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Read by rule.
    Plain(&'a str),
    /// Said as given.
    Given {
        /// The visible word.
        text: &'a str,
        /// Its phonemes.
        phonemes: &'a str,
    },
}

/// The pieces of a text in order, none of them empty.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut plain_end = 0;
    while let Some(open) = rest[plain_end..].find('[').map(|at| plain_end + at) {
        if let Some((piece, length)) = given(&rest[open..]) {
            pieces.extend((open > 0).then(|| Piece::Plain(&rest[..open])));
            pieces.push(piece);
            rest = &rest[open + length..];
            plain_end = 0;
        } else {
            plain_end = open + 1;
        }
    }
    pieces.extend((!rest.is_empty()).then_some(Piece::Plain(rest)));
    pieces
}

/// The marked word that the text, which begins with `[`, begins with, and its length in bytes.
fn given(text: &str) -> Option<(Piece<'_>, usize)> {
    let (word, after) = text[1..].split_once("](/")?;
    let (phonemes, rest) = after.split_once("/)")?;
    let whole =
        !word.is_empty() && !phonemes.is_empty() && !word.contains(['[', ']']) && !phonemes.contains([')', '(']);
    whole.then(|| (Piece::Given { text: word, phonemes }, text.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_words_are_told_from_brackets() {
        let text = "a [b] [Kubernetes](/kˌubəɹnˈɛTiz/)'s [x](y) [](/a/)";
        assert_eq!(
            pieces(text),
            [
                Piece::Plain("a [b] "),
                Piece::Given { text: "Kubernetes", phonemes: "kˌubəɹnˈɛTiz" },
                Piece::Plain("'s [x](y) [](/a/)"),
            ]
        );
    }
}
