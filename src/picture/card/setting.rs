//! Where a picture plays: from its words, else from the things in it.

use super::drawings::Kind;
use super::things::{Thing, has};
use super::words::{Word, any_of};

/// A place that the illustrator can draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Sea,
    Beach,
    Harbour,
    River,
    Underwater,
    Mountains,
    Snow,
    Field,
    Forest,
    Desert,
    City,
    Street,
    Room,
    /// A table top before a quiet backdrop.
    Still,
    Sky,
    Space,
    Abstract,
}

/// In order: where words of several settings stand in a prompt, the first entry wins.
const SETTINGS: [(Setting, &str); 15] = [
    (Setting::Beach, "beach coast shore seaside seashore"),
    (Setting::Underwater, "underwater undersea reef jellyfish seabed aquarium submarine diver coral"),
    (
        Setting::Space,
        "space galaxy cosmos universe orbit planet nebula asteroid comet saturn mars astronaut spacewalk interstellar",
    ),
    (
        Setting::Room,
        "room kitchen bedroom office sofa couch interior indoors living library studio classroom laboratory lab workshop bathroom restaurant cafe museum fireplace hospital",
    ),
    (Setting::Harbour, "harbour harbor quay port pier dock marina fisherman wharf"),
    (Setting::River, "river lake pond stream canal bridge waterfall swamp"),
    (Setting::Snow, "snow snowy arctic polar ice glacier iceberg winter skier ski sled igloo blizzard antarctica"),
    (Setting::Street, "street road traffic sidewalk crosswalk alley avenue highway market shop bus taxi"),
    (Setting::City, "city skyline downtown skyscraper town metropolis urban rooftop village square tower"),
    (Setting::Sea, "sea ocean wave lighthouse island surf sailing sail ship boat bay cliff"),
    (Setting::Mountains, "mountain hill alp peak summit valley canyon volcano cave rock hike hiking climber aurora"),
    (Setting::Forest, "forest wood jungle tree woodland grove path rainforest pine"),
    (Setting::Desert, "desert dune sand caravan camel sahara oasis cactus pyramid savanna"),
    (
        Setting::Field,
        "field meadow garden farm grass park countryside vineyard prairie picnic orchard village pasture campfire camp tent train",
    ),
    (Setting::Sky, "sky cloud flight flying airplane plane balloon launch rocket airport bird rainbow"),
];

impl Setting {
    /// The place of a prompt with these words and things. Its own words, before words that stand on a table.
    pub(super) fn of(words: &[Word], things: &[Thing]) -> Self {
        if any_of(words, "table desk counter shelf") {
            return Self::Still;
        }
        SETTINGS
            .iter()
            .find(|(_, list)| any_of(words, list))
            .map_or_else(|| Self::around(things), |(setting, _)| *setting)
    }

    /// Where such things are usually found.
    fn around(things: &[Thing]) -> Self {
        use Kind::{
            Beast, Building, Bust, Celestial, Cycle, Figure, Flyer, Furniture, Object, Rising, Small, Swimmer, Tower,
            Vehicle, Vessel,
        };
        let order = [
            (&[Vessel][..], Self::Sea),
            (&[Swimmer], Self::Underwater),
            (&[Furniture], Self::Room),
            (&[Vehicle], Self::Street),
            (&[Building, Tower, Cycle, Beast], Self::Field),
            (&[Flyer, Rising], Self::Sky),
            (&[Celestial], Self::Space),
            (&[Object], Self::Still),
            (&[Figure, Small], Self::Field),
            (&[Bust], Self::City),
        ];
        order.iter().find(|(kinds, _)| has(things, kinds)).map_or(Self::Abstract, |(_, setting)| *setting)
    }
}
