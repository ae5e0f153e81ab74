//! The things of a picture.

use crate::ports::PortResult;

use super::drawings::{Drawing, Kind, all};
use super::setting::Setting;

/// One thing of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thing {
    pub(super) drawing: &'static Drawing,
    /// How many of it were named; 3 stands for any number above two.
    pub(super) count: u8,
    /// What lies in it.
    pub(super) holds: Option<&'static Drawing>,
}

/// What keeps a place company where a prompt names no thing: a street wants traffic.
///
/// # Errors
/// Where the drawings cannot be read.
pub(super) fn company(setting: Setting) -> PortResult<Vec<Thing>> {
    let names: &[(&str, u8)] = match setting {
        Setting::Street => &[("taxi", 1), ("bus", 1)],
        Setting::Market => &[("basket", 1), ("person", 1)],
        Setting::Sea | Setting::Harbour | Setting::Beach => &[("sailboat", 3)],
        Setting::River => &[("canoe", 1)],
        Setting::Bridge => &[("person-walking", 1)],
        Setting::Sky => &[("hot-air-balloon", 3)],
        Setting::Space => &[("ringed-planet", 1)],
        Setting::Underwater => &[("tropical-fish", 3)],
        Setting::Forest => &[("deer", 1)],
        Setting::Desert => &[("cactus", 3)],
        Setting::Field => &[("deciduous-tree", 1)],
        Setting::Still => &[("hot-beverage", 1), ("open-book", 1)],
        Setting::Room => &[("couch-and-lamp", 1)],
        Setting::Kitchen => &[("pot-of-food", 1)],
        Setting::Classroom => &[("teacher", 1), ("child", 1)],
        Setting::Stage => &[("singer", 1), ("guitar", 1)],
        Setting::Pitch => &[("soccer-ball", 1)],
        Setting::City => &[("taxi", 1)],
        Setting::Mountains | Setting::Snow | Setting::Abstract => &[],
    };
    let drawings = all()?;
    let thing = |(name, count): &(&str, u8)| {
        drawings.iter().find(|drawing| drawing.name == *name).map(|drawing| Thing {
            drawing,
            count: *count,
            holds: None,
        })
    };
    Ok(names.iter().filter_map(thing).collect())
}

/// Who stands beside somebody where several were named: nobody's children are all alike.
///
/// # Errors
/// Where the drawings cannot be read.
pub(super) fn others(drawing: &'static Drawing) -> PortResult<[&'static Drawing; 2]> {
    let names = match drawing.name.as_str() {
        "child" => ["girl", "boy"],
        "boy" | "girl" => [drawing.name.as_str(), "child"],
        "person" => ["woman", "man-beard"],
        "man" => ["man-beard", "person"],
        "woman" => ["old-woman", "person"],
        "health-worker" => ["woman-health-worker", "man-health-worker"],
        "scientist" => ["woman-scientist", "man-scientist"],
        "office-worker" => ["woman-office-worker", "man-office-worker"],
        "student" => ["woman-student", "student"],
        name => [name, name],
    };
    let all = all()?;
    Ok(names.map(|name| all.iter().find(|other| other.name == name).unwrap_or(drawing)))
}

/// Whether any thing is of one of these kinds.
pub(super) fn has(things: &[Thing], kinds: &[Kind]) -> bool {
    things.iter().any(|thing| kinds.contains(&thing.drawing.kind))
}
