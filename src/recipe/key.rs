//! What an artifact is called.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Digest;

/// The kinds of artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One sentence's sound.
    Speech,
    /// One picture.
    Picture,
    /// A part of a long scene's video.
    Segment,
    /// One scene's silent video.
    Scene,
    /// The film's sound.
    Soundtrack,
    /// The film.
    Film,
    /// The film's still.
    Poster,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Speech, Self::Picture, Self::Segment, Self::Scene, Self::Soundtrack, Self::Film, Self::Poster];

    /// The version of the code that makes it. Raise it when our code makes other bytes from the same
    /// recipe, never when it only got faster.
    #[must_use]
    pub const fn version(self) -> u32 {
        match self {
            Self::Scene | Self::Soundtrack => 3,
            Self::Film => 2,
            Self::Speech | Self::Picture | Self::Segment | Self::Poster => 1,
        }
    }

    /// The word in ids and records.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Picture => "picture",
            Self::Segment => "segment",
            Self::Scene => "scene",
            Self::Soundtrack => "soundtrack",
            Self::Film => "film",
            Self::Poster => "poster",
        }
    }

    /// The file name's extension. A picture's format is told by its bytes.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Speech => "wav",
            Self::Soundtrack => "m4a",
            Self::Picture => "img",
            Self::Segment | Self::Scene => "ts",
            Self::Film => "mp4",
            Self::Poster => "jpg",
        }
    }
}

/// An artifact's name: `scene/v1/ab12...`, known before it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArtifactId {
    /// What it is.
    pub kind: Kind,
    /// The version of the code that makes it.
    pub version: u32,
    /// The digest of its recipe's canonical JSON.
    pub key: Digest,
}

impl ArtifactId {
    /// Reads `scene/v1/ab12...`.
    ///
    /// # Errors
    /// Says what was found where it is not an id.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not an artifact's id, such as scene/v1/ and 64 hexadecimal digits");
        let mut parts = text.split('/');
        let (Some(kind), Some(version), Some(key), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let kind = Kind::ALL.into_iter().find(|k| k.word() == kind).ok_or_else(wrong)?;
        let version = version.strip_prefix('v').and_then(|v| v.parse().ok()).ok_or_else(wrong)?;
        Ok(Self { kind, version, key: Digest::parse(key).map_err(|_| wrong())? })
    }

    /// The path under the cache's root, without an extension: `scene/v1/ab/ab12...`.
    #[must_use]
    pub fn stem(&self) -> String {
        let key = self.key.to_string();
        format!("{}/v{}/{}/{key}", self.kind.word(), self.version, &key[..2])
    }
}

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/v{}/{}", self.kind.word(), self.version, self.key)
    }
}

impl TryFrom<String> for ArtifactId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ArtifactId> for String {
    fn from(id: ArtifactId) -> Self {
        id.to_string()
    }
}
