//! Phonemes that a user gives, between slashes: which there are, and what is wrong with others. One that no model
//! knows would be left out, and its word be mute.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// The sounds that the models know (Kokoro's, which hibari shares). Capitals are diphthongs: `A` as in day, `I` as in
/// my, `O` as in go, `Q` the British one, `W` as in now, `Y` as in boy.
pub(in crate::speech) const SOUNDS: &str = "AIOQSTWYabcdefhijklmnopqrstuvwxyz\
    ɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔᵊᵻᵝʣʥʦʨꭧ";
/// What is said about the sound beside it: stress, length, breath, tone.
pub(in crate::speech) const MARKS: &str = "ˈˌː\u{303}ʰʲ↓→↗↘";
/// What shapes the voice between sounds.
pub(in crate::speech) const PUNCTUATION: &str = " ;:,.!?—…\"“”";
/// More phonemes than this are no word.
const MOST: usize = 120;

/// The phonemes of a text that stood between slashes.
///
/// # Errors
/// What is wrong with it, as it goes on after `found ..., `, and what is allowed.
pub(super) fn phonemes(text: &str) -> Result<String, String> {
    let known = |c: &char| [SOUNDS, MARKS, PUNCTUATION].iter().any(|some| some.contains(*c));
    // A nasal vowel may come as one character, which stands for the vowel and the tilde.
    let apart = |c: char| if known(&c) { vec![c] } else { c.nfd().collect() };
    let phonemes: String = text.trim().chars().flat_map(apart).collect();
    let strange: BTreeSet<String> = phonemes.chars().filter(|c| !known(c)).map(|c| format!("{c:?}")).collect();
    let wrong = if !strange.is_empty() {
        let g = if phonemes.contains('g') { " (the sound of go is written ɡ)" } else { "" };
        let are = if strange.len() == 1 { "is no phoneme" } else { "are no phonemes" };
        format!("where {} {are}{g}", strange.into_iter().collect::<Vec<_>>().join(", "))
    } else if !phonemes.contains(|c| SOUNDS.contains(c)) {
        "which has no sound".to_owned()
    } else if phonemes.chars().count() > MOST {
        return Err(format!("which has {} phonemes; at most {MOST} allowed", phonemes.chars().count()));
    } else {
        return Ok(phonemes);
    };
    let spaced = |some: &str| some.chars().map(String::from).collect::<Vec<_>>().join(" ");
    Err(format!("{wrong}; allowed: {} {}", spaced(SOUNDS), spaced(MARKS)))
}

#[cfg(test)]
mod tests {
    use super::phonemes;

    #[test]
    fn what_no_model_knows_is_told() {
        assert_eq!(phonemes(" kˌubəɹnˈɛTiz ").unwrap(), "kˌubəɹnˈɛTiz");
        assert_eq!(phonemes("bɔ̃").unwrap(), phonemes("bɔ\u{303}").unwrap());
        assert_eq!(phonemes("sã").unwrap(), "sa\u{303}");
        for (text, told) in [
            ("gəʊ", "where 'g' is no phoneme (the sound of go is written ɡ); allowed: A I O"),
            ("k9[", "where '9', '[' are no phonemes; allowed: A I O"),
            ("", "which has no sound; allowed: "),
            ("ˈ, ː", "which has no sound; allowed: "),
        ] {
            let wrong = phonemes(text).unwrap_err();
            assert!(wrong.starts_with(told), "{wrong}");
        }
        assert_eq!(phonemes(&"a".repeat(121)).unwrap_err(), "which has 121 phonemes; at most 120 allowed");
    }
}
