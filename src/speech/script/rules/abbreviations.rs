//! Shortened words, what they stand for, and whether their stop ends a sentence.

use super::super::token::{Token, View};
use super::Reading;
use super::dates::month;

/// Where an abbreviation stands, which decides whether its stop can end a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a name: `Dr. Smith`.
    Title,
    /// Before a number: `No. 5`. Without one it is another word.
    Label,
    /// Inside a sentence: `e.g.`
    Inside,
    /// At the end as well: `etc.`
    Anywhere,
}
use Place::{Anywhere, Inside, Label, Title};

/// As written without its last stop; what is said; where; whether it is known without a stop too.
const ABBREVIATIONS: &[(&str, &str, Place, bool)] = &[
    ("Mr", "Mr", Title, true),
    ("Mrs", "Mrs", Title, true),
    ("Ms", "Ms.", Title, true),
    ("Dr", "Doctor", Title, true),
    ("Prof", "Professor", Title, true),
    ("St", "Saint", Title, true),
    ("Mt", "Mount", Title, true),
    ("Ft", "Fort", Title, false),
    ("Gen", "General", Title, false),
    ("Gov", "Governor", Title, false),
    ("Sen", "Senator", Title, false),
    ("Rep", "Representative", Title, false),
    ("Capt", "Captain", Title, true),
    ("Lt", "Lieutenant", Title, true),
    ("Col", "Colonel", Title, false),
    ("Sgt", "Sergeant", Title, true),
    ("Cpl", "Corporal", Title, true),
    ("Maj", "Major", Title, false),
    ("Rev", "Reverend", Title, false),
    ("Hon", "Honorable", Title, false),
    ("Pres", "President", Title, false),
    ("Fr", "Father", Title, false),
    ("No", "number", Label, false),
    ("no", "number", Label, false),
    ("Nos", "numbers", Label, false),
    ("Fig", "figure", Label, false),
    ("fig", "figure", Label, false),
    ("Vol", "volume", Label, false),
    ("vol", "volume", Label, false),
    ("Ch", "chapter", Label, false),
    ("ch", "chapter", Label, false),
    ("Sec", "section", Label, false),
    ("Eq", "equation", Label, false),
    ("p", "page", Label, false),
    ("pp", "pages", Label, false),
    ("vs", "versus", Inside, true),
    ("e.g", "for example", Inside, true),
    ("eg", "for example", Inside, false),
    ("i.e", "that is", Inside, true),
    ("ie", "that is", Inside, false),
    ("E.g", "for example", Inside, true),
    ("I.e", "that is", Inside, true),
    ("approx", "approximately", Inside, true),
    ("cf", "compare", Inside, false),
    ("al", "al", Anywhere, false),
    ("ca", "circa", Inside, false),
    ("est", "established", Label, false),
    ("incl", "including", Inside, false),
    ("etc", "et cetera", Anywhere, true),
    ("Ph.D", "P H D", Anywhere, true),
    ("Jr", "Junior", Anywhere, true),
    ("Sr", "Senior", Anywhere, false),
    ("Inc", "Incorporated", Anywhere, true),
    ("Ltd", "Limited", Anywhere, true),
    ("Corp", "Corporation", Anywhere, true),
    ("Co", "Company", Anywhere, false),
    ("Bros", "Brothers", Anywhere, false),
    ("Ave", "Avenue", Anywhere, false),
    ("Blvd", "Boulevard", Anywhere, true),
    ("Rd", "Road", Anywhere, true),
    ("Ln", "Lane", Anywhere, false),
    ("Hwy", "Highway", Anywhere, true),
    ("Apt", "Apartment", Anywhere, false),
    ("Dept", "Department", Anywhere, true),
    ("dept", "department", Anywhere, true),
    ("Univ", "University", Anywhere, false),
    ("Govt", "Government", Anywhere, true),
    ("govt", "government", Anywhere, true),
    ("tbsp", "tablespoons", Anywhere, true),
    ("tsp", "teaspoons", Anywhere, true),
    ("lbs", "pounds", Anywhere, true),
    ("ft", "feet", Anywhere, false),
    ("oz", "ounces", Anywhere, false),
    ("hr", "hour", Anywhere, false),
    ("hrs", "hours", Anywhere, false),
    ("min", "minutes", Anywhere, false),
    ("mins", "minutes", Anywhere, false),
    ("sec", "seconds", Anywhere, false),
    ("Mon", "Monday", Anywhere, false),
    ("Tue", "Tuesday", Anywhere, false),
    ("Tues", "Tuesday", Anywhere, false),
    ("Wed", "Wednesday", Anywhere, false),
    ("Thu", "Thursday", Anywhere, false),
    ("Thurs", "Thursday", Anywhere, false),
    ("Fri", "Friday", Anywhere, false),
    ("aka", "also known as", Inside, true),
];

/// Words that begin sentences much more often than they stand in names.
const STARTERS: &[&str] = &[
    "The", "He", "She", "It", "They", "We", "I", "You", "This", "That", "These", "Those", "There", "In", "On", "At",
    "A", "An", "And", "But", "So", "If", "When", "What", "Who", "How", "Why", "Then", "My", "His", "Her", "Its", "Our",
    "Your", "Their", "As", "For", "No", "Yes", "Not", "Now", "Here", "After", "Before", "It's", "I'm", "We're",
];

fn entry(core: &str) -> Option<&'static (&'static str, &'static str, Place, bool)> {
    ABBREVIATIONS.iter().find(|(written, ..)| *written == core)
}

/// An abbreviation of the table, with its stop or known without one.
pub(super) fn abbreviations(view: &View) -> Option<Reading> {
    let here = view.here();
    let &(written, spoken, place, known) = entry(&here.core)?;
    let dotted = here.trail.starts_with('.');
    let next = view.ahead(1);
    let before_name = next.is_some_and(|next| next.is_capitalized() && matches!(here.trail.as_str(), "" | "."));
    let after_name = view.behind(2).is_some() && view.previous().is_some_and(Token::is_capitalized);
    let spoken = match (written, place) {
        ("St", _) if !before_name || after_name => "Street",
        ("Dr", _) if !before_name && after_name => "Drive",
        (_, Label) if !next.is_some_and(starts_number) => return None,
        _ => spoken,
    };
    (dotted || (known && (place != Title || before_name))).then(|| vec![spoken.to_owned()])
}

/// Letters with stops between them: `U.S.` keeps them, since they are how a voice knows to say the letters.
pub(super) fn initials(view: &View) -> Option<Reading> {
    is_initials(view.core()).then(|| vec![format!("{}.", view.core())])
}

fn is_initials(core: &str) -> bool {
    let mut parts = core.split('.');
    core.len() > 1 && parts.all(|part| part.len() == 1 && part.as_bytes()[0].is_ascii_alphabetic())
}

fn starts_number(token: &Token) -> bool {
    token.core.starts_with(|c: char| c.is_ascii_digit())
        || (token.core != "I" && !token.is_silent() && token.core.bytes().all(|b| b"IVXL".contains(&b)))
}

/// Whether a stop after this word is its own: an abbreviation, an initial, a shortened month.
pub(in super::super) fn is_abbreviation(core: &str) -> bool {
    let initial = core.len() == 1 && core.as_bytes()[0].is_ascii_uppercase();
    let short_month = core == "Sept" || (core.len() == 3 && core != "May" && month(core).is_some());
    initial || is_initials(core) || entry(core).is_some() || short_month
}

/// Whether the stop after an abbreviation also ends its sentence, given the word after it.
pub(in super::super) fn may_end(core: &str, after_name: bool, next: &Token) -> bool {
    let starter = STARTERS.contains(&next.core.as_str());
    match entry(core).map(|(.., place, _)| *place) {
        Some(Title) => matches!(core, "St" | "Dr") && after_name && starter,
        Some(Label) => !starts_number(next),
        Some(Inside) => false,
        Some(Anywhere) if core == "etc" => next.is_capitalized(),
        None if matches!(core, "a.m" | "p.m" | "A.M" | "P.M") => {
            next.is_capitalized() && month(&next.core).is_none() && !next.core.ends_with("day") && next.core.len() != 3
                || starter
        }
        _ => starter,
    }
}
