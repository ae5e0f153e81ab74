//! Where a picture plays: from its words, else from the things in it.

use super::drawings::Kind;
use super::nouns::Named;
use super::things::has;
use super::words::{Word, any_of};

/// A place that the illustrator can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Sea,
    Beach,
    Harbour,
    River,
    /// On a bridge, over a river.
    Bridge,
    Underwater,
    Mountains,
    Snow,
    Field,
    Forest,
    Desert,
    City,
    Street,
    /// A street with stalls.
    Market,
    Room,
    Kitchen,
    Classroom,
    Stage,
    /// A sports ground with its stands.
    Pitch,
    /// A table top before a quiet backdrop.
    Still,
    Sky,
    Space,
    Abstract,
}

/// Words for what things stand on, which make a still life.
const TABLES: &str = "table desk counter shelf tray";

/// In order: where words of several settings stand in a prompt, the first entry wins.
const SETTINGS: [(Setting, &str); 21] = [
    (Setting::Sea, "lighthouse cliff"),
    (Setting::Beach, "beach coast shore seaside seashore"),
    (Setting::Underwater, "underwater undersea reef jellyfish seabed aquarium submarine diver coral"),
    (
        Setting::Space,
        "space galaxy cosmos universe orbit planet nebula asteroid comet saturn mars astronaut spacewalk interstellar spaceship",
    ),
    (Setting::Kitchen, "kitchen bakery"),
    (Setting::Classroom, "classroom lesson lecture blackboard kindergarten school university"),
    (Setting::Stage, "stage concert theatre theater band opera orchestra ballet jazz symphony"),
    (
        Setting::Pitch,
        "stadium pitch soccer football footballer tournament match referee sport basketball arena athletics",
    ),
    (
        Setting::Room,
        "room bedroom office sofa couch interior indoors living library studio laboratory lab workshop bathroom restaurant cafe museum fireplace window windowsill hospital clinic gym courtroom",
    ),
    (Setting::Market, "market stall bazaar fair greengrocer"),
    (Setting::Harbour, "harbour harbor quay port pier dock marina fisherman wharf"),
    (Setting::Bridge, "bridge"),
    (Setting::River, "river lake pond stream canal waterfall swamp"),
    (Setting::Snow, "snow snowy arctic polar ice glacier iceberg winter skier ski sled igloo blizzard antarctica"),
    (Setting::Desert, "desert dune caravan camel sahara oasis cactus pyramid savanna"),
    (Setting::Street, "street road traffic sidewalk crosswalk alley avenue highway shop bus taxi"),
    (Setting::City, "city skyline downtown skyscraper town metropolis urban rooftop square tower"),
    (Setting::Sea, "sea ocean wave island surf sailing sail ship boat bay"),
    (Setting::Mountains, "mountain hill alp peak summit valley canyon volcano cave rock hike hiking climber aurora"),
    (Setting::Forest, "forest wood jungle tree woodland grove path rainforest pine"),
    (
        Setting::Field,
        "field meadow garden farm grass park countryside vineyard prairie picnic orchard village pasture campfire camp tent train castle yard",
    ),
];

/// Words of the sky, which many prompts have beside another place.
const SKY: &str = "sky cloud flight flying airplane plane balloon launch rocket airport bird rainbow";

/// What is seen on a stage.
const STAGED: &[&str] = &[
    "singer",
    "ballet-dancer",
    "woman-dancing",
    "trumpet",
    "saxophone",
    "guitar",
    "banjo",
    "violin",
    "accordion",
    "harp",
    "piano",
    "drum",
    "long-drum",
    "flute",
    "maracas",
    "microphone",
    "studio-microphone",
];

/// Whether a word names a place.
pub(super) fn names_place(word: &Word) -> bool {
    word.is_one_of(TABLES) || word.is_one_of("sky") || SETTINGS.iter().any(|(_, list)| word.is_one_of(list))
}

impl Setting {
    /// The place of a prompt. Its own words count before the things in it.
    pub(super) fn of(named: &Named) -> Self {
        let words = &named.places;
        if let Some((setting, _)) = SETTINGS.iter().find(|(_, list)| any_of(words, list)) {
            return *setting;
        }
        match () {
            () if any_of(words, TABLES) && named.things.iter().any(|thing| thing.drawing.kind.person()) => Self::Room,
            () if any_of(words, TABLES) => Self::Still,
            () if any_of(words, SKY) && named.things.iter().all(|thing| thing.drawing.kind.flies()) => Self::Sky,
            () if named.ideas => Self::Abstract,
            () => Self::around(named),
        }
    }

    /// Where such things are usually found.
    fn around(named: &Named) -> Self {
        use Kind::{
            Beast, Building, Celestial, Child, Cycle, Figure, Flyer, Furniture, Handful, Object, Rising, Small,
            Swimmer, Tower, Vehicle, Vessel,
        };
        let trades: [(Self, &[&str]); 4] = [
            (Self::Kitchen, &["cook", "pot-of-food", "cooking", "shallow-pan-of-food"]),
            (Self::Classroom, &["teacher", "student"]),
            (Self::Stage, STAGED),
            (
                Self::Room,
                &[
                    "health-worker",
                    "scientist",
                    "office-worker",
                    "judge",
                    "artist",
                    "detective",
                    "robot",
                    "mechanic",
                    "cat",
                ],
            ),
        ];
        let at_work = |names: &[&str]| named.things.iter().any(|thing| names.contains(&&*thing.drawing.name));
        if let Some((setting, _)) = trades.iter().find(|(_, names)| at_work(names)) {
            return *setting;
        }
        let order = [
            (&[Vessel][..], Self::Sea),
            (&[Swimmer], Self::Underwater),
            (&[Furniture], Self::Room),
            (&[Vehicle], Self::Street),
            (&[Building, Tower, Cycle, Beast], Self::Field),
            (&[Figure, Child], Self::Field),
            (&[Object, Handful], Self::Still),
            (&[Small], Self::Field),
            (&[Flyer, Rising], Self::Sky),
            (&[Celestial], Self::Space),
        ];
        order.iter().find(|(kinds, _)| has(&named.things, kinds)).map_or(Self::Abstract, |(_, setting)| *setting)
    }
}
