//! What the words say about the hour, the weather, the season and the colour.

use crate::domain::captions::Rgb;

use super::chance::Chance;
use super::colour::rgb;
use super::words::{Word, any_of};

/// The hour of the day, as far as it colours the light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hour {
    Dawn,
    Day,
    Golden,
    Dusk,
    Night,
}

/// What hangs in or falls from the sky.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Clear,
    Cloudy,
    Fog,
    Rain,
    Snow,
}

/// The season, as far as it colours leaves and grass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Season {
    Summer,
    Spring,
    Autumn,
    Winter,
}

/// The mood of one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mood {
    pub(super) hour: Hour,
    pub(super) weather: Weather,
    pub(super) season: Season,
    /// A colour that was named, which then stains all light a little.
    pub(super) stain: Option<Rgb>,
    /// Northern lights.
    pub(super) aurora: bool,
    pub(super) fireworks: bool,
    /// Which of the hour's palettes; the same all through a film.
    pub(super) family: usize,
}

const HOURS: [(Hour, &str); 5] = [
    (
        Hour::Night,
        "night midnight moon moonlight moonlit star starry nocturnal bonfire campfire firework fireworks aurora northern candle candlelight darkness",
    ),
    (Hour::Dusk, "dusk twilight evening nightfall gloaming neon"),
    (
        Hour::Golden,
        "sunset golden autumn fall harvest warm cosy cozy amber nostalgic nostalgia old ancient desert savanna memory",
    ),
    (Hour::Dawn, "dawn sunrise morning daybreak awakening breakfast hope beginning birth fresh"),
    (Hour::Day, "day noon midday sunny bright summer afternoon daylight blue picnic"),
];

const WEATHERS: [(Weather, &str); 4] = [
    (Weather::Snow, "snow snowfall snowstorm blizzard"),
    (Weather::Rain, "rain rainy storm stormy thunder thunderstorm drizzle downpour monsoon"),
    (Weather::Fog, "fog foggy mist misty haze hazy smoke"),
    (Weather::Cloudy, "cloudy overcast gloomy grey gray sad crash crisis war"),
];

const SEASONS: [(Season, &str); 4] = [
    (Season::Autumn, "autumn autumnal fall october november harvest"),
    (Season::Winter, "winter snow snowy ice icy frozen frost arctic december january christmas blizzard glacier"),
    (Season::Spring, "spring blossom april may bloom easter tulip"),
    (Season::Summer, "summer july august holiday beach tropical"),
];

const COLOURS: [(u32, &str); 8] = [
    (0xd8_433b, "red crimson scarlet blood"),
    (0xf0_8a35, "orange amber"),
    (0xf2_c641, "yellow golden gold"),
    (0x4f_a35b, "green emerald"),
    (0x2f_7fd0, "blue azure cobalt"),
    (0x2a_a6a6, "teal turquoise cyan"),
    (0x83_55c4, "purple violet lavender"),
    (0xe8_7fa8, "pink rose magenta"),
];

/// The first entry that any word matches.
fn first<T: Copy>(table: &[(T, &str)], words: &[Word]) -> Option<T> {
    table.iter().find(|(_, list)| any_of(words, list)).map(|(value, _)| *value)
}

impl Mood {
    /// The mood of a picture whose own words are `own`, in a film that began with `lead`. The own words win where
    /// they say anything; the rest is the film's, which `film` decides where it does not say either.
    pub(super) fn of(own: &[Word], lead: &[Word], mut film: Chance) -> Self {
        let family = film.below(2);
        let undecided = [Hour::Golden, Hour::Day, Hour::Dawn, Hour::Dusk][film.below(4)];
        let hour = first(&HOURS, own).or_else(|| first(&HOURS, lead)).unwrap_or(undecided);
        let season = first(&SEASONS, own).or_else(|| first(&SEASONS, lead)).unwrap_or(Season::Summer);
        let stain = first(&COLOURS, own).or_else(|| first(&COLOURS, lead)).map(rgb);
        let weather = first(&WEATHERS, own).unwrap_or(Weather::Clear);
        Self {
            hour,
            weather,
            season,
            stain,
            aurora: any_of(own, "aurora northern borealis"),
            fireworks: any_of(own, "firework"),
            family,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn mood(own: &str, lead: &str) -> Mood {
        Mood::of(&words(own), &words(lead), Chance::of(lead, 0))
    }

    #[test]
    fn own_words_win_over_the_films() {
        assert_eq!(mood("a boat", "a lighthouse at dusk").hour, Hour::Dusk);
        assert_eq!(mood("a boat at sunrise", "a lighthouse at dusk").hour, Hour::Dawn);
        assert_eq!(mood("a boat", "a house").family, mood("a tree", "a house").family);
    }

    #[test]
    fn weather_stays_in_its_own_scene() {
        assert_eq!(mood("a street in the rain", "").weather, Weather::Rain);
        assert_eq!(mood("a street", "rain").weather, Weather::Clear);
    }
}
