//! The drawings that things are shown by: a compact file, embedded, made by `scripts/illustrations.py`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::OnceLock;

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::ports::{Class, PortError, PortResult};

static PACKED: &[u8] = include_bytes!("../../../assets/illustrations/illustrations.json.gz");

/// How large a thing is beside others, and where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A tree, a church, a lighthouse.
    Tower,
    /// A house, a tent, a rock.
    Building,
    /// A train, a car; also the largest animals.
    Vehicle,
    /// A bicycle, a horse.
    Cycle,
    /// A person from head to foot.
    Figure,
    /// A child.
    Child,
    /// A cat, a fox.
    Beast,
    /// A rabbit, a flower.
    Small,
    /// A sofa, a guitar.
    Furniture,
    /// What would stand on a table.
    Object,
    /// What is held in one hand: an apple, a key.
    Handful,
    /// What flies.
    Flyer,
    /// A rocket: large, and in the sky.
    Rising,
    /// A moon, a planet, a cloud.
    Celestial,
    /// What swims on water.
    Vessel,
    /// What swims below it.
    Swimmer,
}

impl Kind {
    /// Whether it is taller than a person.
    pub(super) const fn large(self) -> bool {
        matches!(self, Self::Tower | Self::Building | Self::Furniture | Self::Vehicle)
    }

    /// Whether it is in the air.
    pub(super) const fn flies(self) -> bool {
        matches!(self, Self::Flyer | Self::Rising | Self::Celestial)
    }

    /// Whether it is somebody.
    pub(super) const fn person(self) -> bool {
        matches!(self, Self::Figure | Self::Child)
    }

    /// Whether it can do something: what follows it in a sentence may be a verb.
    pub(super) const fn alive(self) -> bool {
        matches!(
            self,
            Self::Figure | Self::Child | Self::Beast | Self::Cycle | Self::Small | Self::Flyer | Self::Swimmer
        )
    }
}

/// One drawing.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Drawing {
    /// `hot-beverage`; unique.
    pub(super) name: String,
    /// The side of its square, in its own units.
    pub(super) side: f32,
    /// Its size and place.
    pub(super) kind: Kind,
    /// SVG elements.
    pub(super) body: String,
    /// The words that find it, with their ranks: 0 for a name, 1 for the noun in it, 2 for an idea, 3 for a keyword.
    pub(super) words: BTreeMap<String, u8>,
}

/// All drawings, in order of their names.
///
/// # Errors
/// `CARD_DRAWINGS` where the embedded file cannot be read, which is a defect of the build.
pub(super) fn all() -> PortResult<&'static [Drawing]> {
    // Read once: it is the same for everybody and never changes.
    static ALL: OnceLock<Vec<Drawing>> = OnceLock::new();
    if let Some(drawings) = ALL.get() {
        return Ok(drawings);
    }
    let wrong = |why: String| {
        PortError::permanent(
            Class::Internal,
            "CARD_DRAWINGS",
            format!("the embedded illustrations are unreadable: {why}"),
        )
    };
    let mut json = Vec::new();
    GzDecoder::new(PACKED).read_to_end(&mut json).map_err(|error| wrong(error.to_string()))?;
    let drawings = serde_json::from_slice(&json).map_err(|error| wrong(error.to_string()))?;
    Ok(ALL.get_or_init(|| drawings))
}
