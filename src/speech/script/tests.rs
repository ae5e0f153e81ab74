//! The whole way from text to sentences.

use proptest::prelude::*;

use super::pieces::LONGEST;
use super::{script, unsayable};
use crate::domain::script::Sentence;
use crate::ports::Class;

/// Lines that a voice without rules stumbles over.
const TRICKY: &str = include_str!("tricky.txt");

fn spoken(sentences: &[Sentence]) -> String {
    sentences.iter().map(|s| s.spoken().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(" | ")
}

fn written(sentences: &[Sentence]) -> String {
    sentences.iter().flat_map(|s| &s.words).map(|word| word.written.as_str()).collect::<Vec<_>>().join(" ")
}

/// What is said for a text, sentences parted by ` | `.
fn say(text: &str) -> String {
    spoken(&script(text, &[]).unwrap())
}

#[test]
fn tricky_lines() {
    let said: Vec<String> = TRICKY.lines().map(|line| format!("{line}\n  {}", say(line))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn words_stay_side_by_side() {
    let sentences = script("It cost £1.2 million on Jan. 5th 🎉 at 10 km/h — wow!", &[]).unwrap();
    let pairs: Vec<(&str, &str)> =
        sentences[0].words.iter().map(|word| (word.written.as_str(), word.spoken.as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("It", "It"),
            ("cost", "cost"),
            ("£1.2", "one point two"),
            ("million", "million pounds"),
            ("on", "on"),
            ("Jan.", "January"),
            ("5th", "fifth"),
            ("🎉", ""),
            ("at", "at"),
            ("10", "ten"),
            ("km/h", "kilometers per hour—"),
            ("—", ""),
            ("wow!", "wow!"),
        ]
    );
}

#[test]
fn pauses() {
    let text = "The first sentence goes here. The second one trails off… The third one is last.\nA new line of words.";
    let pauses: Vec<u32> = script(text, &[]).unwrap().iter().map(|s| s.pause_ms).collect();
    assert_eq!(pauses, [250, 350, 450, 0]);
}

#[test]
fn few_words_are_joined_within_their_line() {
    assert_eq!(say("Yes. I agree with that. No."), "Yes. I agree with that. No.");
    assert_eq!(say("Yes.\nI agree with that."), "Yes. | I agree with that.");
}

#[test]
fn long_sentences_are_split_at_joints() {
    let clause = "the quick brown fox jumps over the lazy dog and runs away into the deep dark forest";
    let text = format!("{clause}, {clause}; {clause}.");
    let sentences = script(&text, &[]).unwrap();
    assert_eq!(sentences.iter().map(|s| s.pause_ms).collect::<Vec<_>>(), [100, 180, 0]);
    assert_eq!(written(&sentences), text);
}

#[test]
fn five_thousand_characters_are_spoken_whole() {
    for text in ["word ".repeat(1000), "x".repeat(5000), "7".repeat(5000), "a-".repeat(2500), "字".repeat(5000)] {
        let sentences = script(&text, &[]).unwrap();
        assert!(sentences.iter().all(|s| s.spoken().map(|w| w.chars().count() + 1).sum::<usize>() <= LONGEST));
        assert_eq!(written(&sentences).replace(' ', ""), text.replace(' ', ""));
    }
    let sevens = script(&"7".repeat(5000), &[]).unwrap();
    assert_eq!(spoken(&sevens).matches("seven").count(), 5000);
}

#[test]
fn pronunciations_and_markup() {
    let lexicon = [("kubernetes", "/kˌubəɹnˈɛTiz/"), ("Siobhan", "Shivawn"), ("SQL", "sequel 2")]
        .map(|(a, b)| (a.into(), b.into()));
    for (text, expected) in [
        ("Use Kubernetes, now.", "Use [Kubernetes](/kˌubəɹnˈɛTiz/), now."),
        ("\"Kubernetes's\" logo", "\"[Kubernetess](/kˌubəɹnˈɛTizᵻz/)\" logo"),
        ("Siobhan's SQL!", "Shivawn's sequel two!"),
        ("Say (\"[tomato](/təmˈɑːtO/).\") twice", "Say (\"[tomato](/təmˈɑːtO/).\") twice"),
        ("[Siobhan](/ʃəvˈɔn/)’s cat, pre[K](/kA/)5", "[Siobhans](/ʃəvˈɔnz/) cat, pre [K](/kA/) five"),
        ("in [New York](/nˈu jˈɔɹk/), yes", "in [New](/nˈu/) [York](/jˈɔɹk/), yes"),
        ("see [the docs](https://example.com/x) here", "see the docs here"),
    ] {
        assert_eq!(spoken(&script(text, &lexicon).unwrap()), expected);
    }
    let marked = script("in [New York](/nˈu jˈɔɹk/), see [docs](https://e.com)", &lexicon).unwrap();
    assert_eq!(written(&marked), "in New York, see docs");
}

#[test]
fn long_pronunciations_stay_whole() {
    let phonemes = format!("/{}/", "ab".repeat(60));
    let lexicon = [("a".repeat(50), phonemes.clone()), ("long".to_owned(), "very ".repeat(200))];
    let said = script(&format!("(\"{}\"), long.", "a".repeat(50)), &lexicon).unwrap();
    assert_eq!(said[0].words[0].spoken, format!("(\"[{}]({phonemes})\"),", "a".repeat(40)));
    assert_eq!(spoken(&said).matches("very").count(), 200);
    assert_eq!(written(&said).replace(' ', ""), format!("(\"{}\"),long.", "a".repeat(50)));
}

#[test]
fn markup_that_would_be_mute_is_refused() {
    for text in ["Go to [docs](/guide/) or [x](/9/).", "[docs](/guide/)\n[x](/9/)"] {
        let error = script(text, &[]).unwrap_err();
        assert_eq!((error.class, error.code), (Class::Request, "UNSAYABLE"));
        assert!(error.message.starts_with("found [docs](/guide/), where 'g' is no phoneme"), "{error}");
        assert!(error.message.contains("; found [x](/9/), where '9' is no phoneme; allowed: A I"), "{error}");
    }
    assert_eq!(say("See [the docs](/a/path/to/it/), [here](/there) and [it](../x/)."), "See the docs, here and it.");
}

#[test]
fn entries_that_would_have_no_effect_are_told() {
    let entries = |list: &[(&str, &str)]| -> Vec<_> {
        let owned: Vec<_> = list.iter().map(|(word, how)| ((*word).to_owned(), (*how).to_owned())).collect();
        unsayable(&owned)
    };
    assert_eq!(entries(&[("SQL", "sequel"), ("GIF", "/ʤˈɪf/"), ("C++", "see plus plus")]), []);
    for (word, how, told) in [
        ("GIF", "/gɪf/", "found \"/gɪf/\", where 'g' is no phoneme"),
        ("GIF", "/a/b/", "found \"/a/b/\", where '/' is no phoneme"),
        ("GIF", "/ʤɪf", "found \"/ʤɪf\", where phonemes do not stand between two slashes"),
        ("GIF", "//", "found \"//\", which has no sound"),
        ("GIF", "🎉", "found \"🎉\", which has no word that can be spoken; allowed: /phonemes/ or a respelling"),
        ("🎉", "party", "the word has neither a letter nor a digit"),
    ] {
        let [(at, wrong)] = &entries(&[(word, how)])[..] else { panic!("{word}: {how}") };
        assert!(at == word && wrong.starts_with(told), "{wrong}");
    }
    let twice = entries(&[("Kubernetes", "a"), ("kubernetes", "b")]);
    assert_eq!(twice, [("kubernetes".to_owned(), "the same word as `Kubernetes`; give it once".to_owned())]);
}

#[test]
fn nothing_to_say_is_refused() {
    for text in ["", " \n\t ", "🎉🚀!", "… — ?!", "---\n***", "\u{200b}"] {
        let error = script(text, &[]).unwrap_err();
        assert_eq!((error.class, error.code, error.retryable), (Class::Request, "NOTHING_TO_SAY", false), "{text:?}");
    }
    let error = script(&"🎉 ".repeat(100), &[]).unwrap_err();
    assert!(error.message.contains('…') && error.message.chars().count() < 160, "{error}");
}

#[test]
fn unsaid_lines_are_kept_in_the_captions() {
    assert_eq!(written(&script("🎉\nHello there\n🚀🚀", &[]).unwrap()), "🎉 Hello there 🚀🚀");
}

/// Letters and digits, in order; they are what must not get lost. Composed again at the end: where what stood between two
/// marks is dropped, their order is a matter of form.
fn substance(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().filter(|c| c.is_alphanumeric()).nfc().collect()
}

/// Outside markup: ASCII letters, and the marks that shape speech.
fn is_sayable(spoken: &str) -> bool {
    spoken.chars().all(|c| c.is_ascii_alphabetic() || " '-.,!?;:\"()…—".contains(c))
}

/// Holds for every text, whatever it is.
fn check(text: &str) {
    let Ok(sentences) = script(text, &[]) else { return };
    // What stands in the round brackets of a link is not shown; the marks of emphasis may stand between the brackets.
    if !text.replace(['`', '*', '_', '~'], "").contains("](") {
        assert_eq!(substance(&written(&sentences)), substance(text));
    }
    for sentence in &sentences {
        assert!(sentence.spoken().map(|word| word.chars().count() + 1).sum::<usize>() <= LONGEST, "{sentence:?}");
        assert!(sentence.spoken().any(|word| word.contains(|c: char| c.is_ascii_alphabetic())), "{sentence:?}");
        for word in sentence.spoken() {
            assert!(is_sayable(word) || word.contains("](/"), "{word:?} of {text:?}");
        }
    }
}

#[test]
fn marks_that_come_to_stand_together_are_all_there() {
    check("a\u{8e9}\u{200b}\u{8db} boat");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_spoken_whole(text in "\\PC{0,400}") {
        check(&text);
    }

    #[test]
    fn figures_and_marks_are_spoken_whole(text in "[0-9aAkKmMpsStThXIV $£€%°½²#@&+=/\\\\:;.,!?'\"()\\[\\]*_~<>—–…\n-]{0,300}") {
        check(&text);
    }
}
