//! Key stages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownWord;

/// The stage of school at whose end pupils are assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyStage {
    /// End of primary school, age 11.
    Ks2,
    /// GCSE year, age 16.
    Ks4,
    /// A level, age 18.
    Ks5,
}

impl KeyStage {
    /// Every key stage, youngest first.
    pub const ALL: [Self; 3] = [Self::Ks2, Self::Ks4, Self::Ks5];

    /// The number in the data contract: 2, 4 or 5.
    pub fn number(self) -> i32 {
        match self {
            Self::Ks2 => 2,
            Self::Ks4 => 4,
            Self::Ks5 => 5,
        }
    }

    /// The stage with this number, if there is one.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.number() == number)
    }

    /// The word on the command line: `ks2`, `ks4`, `ks5`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ks2 => "ks2",
            Self::Ks4 => "ks4",
            Self::Ks5 => "ks5",
        }
    }
}

impl fmt::Display for KeyStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KS{}", self.number())
    }
}

impl FromStr for KeyStage {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| UnknownWord::expected("key stage", word, Self::ALL.map(Self::word)))
    }
}
