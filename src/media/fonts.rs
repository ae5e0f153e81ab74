//! The fonts of captions: those for Latin, Greek, Cyrillic and Devanagari lie in the program, those for other scripts are
//! installed, and are read only when a text needs them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cosmic_text::fontdb::{Database, Source, Weight};
use cosmic_text::{Fallback, FontSystem};
use unicode_script::Script;

use crate::ports::{Class, PortError, PortResult};
use crate::recipe::Digest;

const MONTSERRAT: &[u8] = include_bytes!("../../assets/fonts/Montserrat_800ExtraBold.ttf");
const NOTO_SANS: &[u8] = include_bytes!("../../assets/fonts/NotoSans_700Bold.ttf");

/// A font of the assets: its file, and the first and last characters of the blocks that ask for it.
struct Extra {
    file: &'static str,
    blocks: &'static [(char, char)],
}

/// Han characters are drawn by the Chinese font unless kana or hangul stand in the text, too; it has those of Taiwan and
/// Hong Kong as well, in the mainland's shapes.
const EXTRA: [Extra; 7] = [
    Extra {
        file: "NotoSansArabic_700Bold.ttf",
        blocks: &[
            ('\u{600}', '\u{6ff}'),
            ('\u{750}', '\u{77f}'),
            ('\u{8a0}', '\u{8ff}'),
            ('\u{fb50}', '\u{fdff}'),
            ('\u{fe70}', '\u{feff}'),
        ],
    },
    Extra { file: "NotoSansHebrew_700Bold.ttf", blocks: &[('\u{590}', '\u{5ff}'), ('\u{fb1d}', '\u{fb4f}')] },
    Extra { file: "NotoSansThai_700Bold.ttf", blocks: &[('\u{e00}', '\u{e7f}')] },
    Extra { file: "NotoSansJP_700Bold.ttf", blocks: &[('\u{3040}', '\u{30ff}'), ('\u{31f0}', '\u{31ff}')] },
    Extra {
        file: "NotoSansKR_700Bold.ttf",
        blocks: &[('\u{1100}', '\u{11ff}'), ('\u{3130}', '\u{318f}'), ('\u{ac00}', '\u{d7af}')],
    },
    Extra {
        file: "NotoSansSC_700Bold.ttf",
        blocks: &[
            // Numbers in circles, squares, stars and ticks, which the fonts before it lack.
            ('\u{2460}', '\u{25ff}'),
            ('\u{2605}', '\u{2606}'),
            ('\u{2713}', '\u{2713}'),
            ('\u{2e80}', '\u{303f}'),
            ('\u{3200}', '\u{33ff}'),
            ('\u{3400}', '\u{9fff}'),
            ('\u{f900}', '\u{faff}'),
            ('\u{ff00}', '\u{ffef}'),
            ('\u{20000}', '\u{323af}'),
        ],
    },
    Extra {
        file: "NotoEmoji_700Bold.ttf",
        blocks: &[('\u{20e3}', '\u{20e3}'), ('\u{2190}', '\u{2bff}'), ('\u{1f000}', '\u{1faff}')],
    },
];

/// Families in the order in which they are tried for a character that the style's own family lacks.
const FAMILIES: [&str; 9] = [
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Thai",
    "Noto Sans JP",
    "Noto Sans KR",
    "Noto Sans SC",
    "Noto Emoji",
    "Montserrat",
];

/// Our fonts in our order, on every machine; none of the machine's own.
struct Order;

impl Fallback for Order {
    fn common_fallback(&self) -> &[&'static str] {
        &FAMILIES
    }

    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }

    fn script_fallback(&self, _: Script, _: &str) -> &[&'static str] {
        &[]
    }
}

/// Where fonts are found.
#[derive(Clone, Debug)]
pub struct Fonts {
    /// Files, and the digests that they must have.
    installed: Vec<(PathBuf, Digest)>,
}

impl Fonts {
    /// The bundled fonts, and those among these installed files that captions know; what they hold is looked at when a
    /// text needs them.
    pub fn new(installed: Vec<(PathBuf, Digest)>) -> Self {
        Self { installed }
    }

    /// Stands for all fonts in recipes: what the bundled ones hold, and what the installed ones must hold.
    pub fn digest(&self) -> Digest {
        let mut all = format!("{} {}\n", Digest::of(MONTSERRAT), Digest::of(NOTO_SANS));
        for extra in &EXTRA {
            if let Some((_, sha256)) = self.installed(extra) {
                // Writing into a string cannot fail.
                let _ = writeln!(all, "{} {sha256}", extra.file);
            }
        }
        Digest::of(all)
    }

    fn installed(&self, extra: &Extra) -> Option<&(PathBuf, Digest)> {
        self.installed.iter().find(|(path, _)| path.ends_with(extra.file))
    }

    /// The bundled fonts and those that the text needs, as far as they are installed.
    ///
    /// # Errors
    /// `FONT_INTEGRITY` where a font is not the one that stands in the recipe.
    pub(super) fn for_text(&self, text: &str) -> PortResult<FontSystem> {
        let mut fonts = Database::new();
        for bytes in [MONTSERRAT, NOTO_SANS] {
            fonts.load_font_source(Source::Binary(Arc::new(bytes)));
        }
        for extra in EXTRA.iter().filter(|extra| extra.is_needed(text)) {
            let Some((path, sha256)) = self.installed(extra) else {
                tracing::warn!("captions need {}, which is not installed: run `make assets`", extra.file);
                continue;
            };
            let bytes = std::fs::read(path).map_err(|e| PortError::io("read the font", path, e))?;
            if Digest::of(&bytes) != *sha256 {
                return Err(altered(path));
            }
            fonts.load_font_source(Source::Binary(Arc::new(bytes)));
        }
        Ok(FontSystem::new_with_locale_and_db_and_fallback("en".to_owned(), of_one_weight(&fonts), Order))
    }
}

impl Extra {
    fn is_needed(&self, text: &str) -> bool {
        let within = |c: char| self.blocks.iter().any(|&(first, last)| (first..=last).contains(&c));
        text.chars().any(within)
    }
}

/// The same faces, all said to be of one weight: cosmic-text skips a fallback whose weight is not the one asked for, and
/// then tries all faces in an order of its own. Each of our families has one face, so nothing is lost.
fn of_one_weight(fonts: &Database) -> Database {
    let mut equal = Database::new();
    for face in fonts.faces() {
        let mut face = face.clone();
        face.weight = Weight::NORMAL;
        equal.push_face_info(face);
    }
    equal
}

fn altered(path: &Path) -> PortError {
    let message = format!("{} is not the font that was installed: run `make assets`", path.display());
    PortError::permanent(Class::Provider, "FONT_INTEGRITY", message)
}
