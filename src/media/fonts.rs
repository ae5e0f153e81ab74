//! The fonts of captions: Latin, Greek and Cyrillic lie in the program, those of other scripts in a folder, and are read
//! only when a text needs them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cosmic_text::fontdb::{Database, Source};
use cosmic_text::{Fallback, FontSystem};
use unicode_script::Script;

use crate::ports::{PortError, PortResult};
use crate::recipe::Digest;

const MONTSERRAT: &[u8] = include_bytes!("../../assets/fonts/Montserrat_800ExtraBold.ttf");
const NOTO_SANS: &[u8] = include_bytes!("../../assets/fonts/NotoSans_700Bold.ttf");

/// The weights of the bundled families.
pub(super) const WEIGHTS: [(&str, u16); 2] = [("Montserrat", 800), ("Noto Sans", 700)];

/// A font of the folder: its file, its family, and the first and last characters of the blocks that ask for it.
struct Extra {
    file: &'static str,
    blocks: &'static [(char, char)],
}

/// Han characters are drawn by the simplified Chinese font unless kana or hangul stand in the text, too.
const EXTRA: [Extra; 8] = [
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
    Extra { file: "NotoSansDevanagari_700Bold.ttf", blocks: &[('\u{900}', '\u{97f}'), ('\u{a8e0}', '\u{a8ff}')] },
    Extra { file: "NotoSansThai_700Bold.ttf", blocks: &[('\u{e00}', '\u{e7f}')] },
    Extra { file: "NotoSansJP_700Bold.ttf", blocks: &[('\u{3040}', '\u{30ff}'), ('\u{31f0}', '\u{31ff}')] },
    Extra {
        file: "NotoSansKR_700Bold.ttf",
        blocks: &[('\u{1100}', '\u{11ff}'), ('\u{3130}', '\u{318f}'), ('\u{ac00}', '\u{d7af}')],
    },
    Extra {
        file: "NotoSansSC_700Bold.ttf",
        blocks: &[
            ('\u{2e80}', '\u{303f}'),
            ('\u{3400}', '\u{9fff}'),
            ('\u{f900}', '\u{faff}'),
            ('\u{ff00}', '\u{ffef}'),
            ('\u{20000}', '\u{323af}'),
        ],
    },
    Extra { file: "NotoEmoji_700Bold.ttf", blocks: &[('\u{2190}', '\u{2bff}'), ('\u{1f000}', '\u{1faff}')] },
];

/// Families in the order in which they are tried for a character that the style's own family lacks.
const FAMILIES: [&str; 10] = [
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
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
    folder: Option<PathBuf>,
}

impl Fonts {
    /// The bundled fonts, and those that lie in `folder`.
    pub fn new(folder: Option<&Path>) -> Self {
        Self { folder: folder.map(Path::to_owned) }
    }

    /// Stands for all fonts in recipes: the bundled ones by their bytes, the others by their names and lengths.
    pub fn digest(&self) -> Digest {
        let mut all = format!("{} {}\n", Digest::of(MONTSERRAT), Digest::of(NOTO_SANS));
        for (file, path) in self.installed() {
            let bytes = path.metadata().map_or(0, |m| m.len());
            let _ = writeln!(all, "{file} {bytes}");
        }
        Digest::of(all)
    }

    fn installed(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let path = |extra: &Extra| Some((extra.file, self.folder.as_ref()?.join(extra.file)));
        EXTRA.iter().filter_map(path).filter(|(_, path)| path.is_file())
    }

    /// The bundled fonts and those that the text needs, as far as they are installed.
    pub(super) fn for_text(&self, text: &str) -> PortResult<FontSystem> {
        let mut fonts = Database::new();
        for bytes in [MONTSERRAT, NOTO_SANS] {
            fonts.load_font_source(Source::Binary(Arc::new(bytes)));
        }
        let needed = |file: &str| {
            let within = |c: char| {
                let asks =
                    |e: &Extra| e.file == file && e.blocks.iter().any(|&(first, last)| (first..=last).contains(&c));
                EXTRA.iter().any(asks)
            };
            text.chars().any(within)
        };
        for (file, path) in self.installed().filter(|(file, _)| needed(file)) {
            let bytes = std::fs::read(&path).map_err(|e| PortError::io("read the font", &path, e))?;
            tracing::debug!("captions use {file}");
            fonts.load_font_source(Source::Binary(Arc::new(bytes)));
        }
        Ok(FontSystem::new_with_locale_and_db_and_fallback("en".to_owned(), fonts, Order))
    }
}
