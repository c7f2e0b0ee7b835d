//! Schools and who answers for them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownWord;

/// Unique reference number of a school: six digits. A school that becomes an academy gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Urn(i32);

impl Urn {
    /// The school with this number; `None` if it has not six digits.
    pub fn new(number: i32) -> Option<Self> {
        (100_000..=999_999).contains(&number).then_some(Self(number))
    }

    /// The six digits as a number.
    pub fn number(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Urn {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        word.trim().parse().ok().and_then(Self::new).ok_or_else(|| UnknownWord {
            what: "URN",
            word: word.to_owned(),
            hint: "a URN has six digits, such as 100053".to_owned(),
        })
    }
}

/// Code of a local authority (LA): three digits, such as 936 for Surrey.
pub type LaCode = i32;

/// Unique identifier (UID) of an academy trust in the school register.
pub type TrustUid = i32;

/// A school as the register knows it: one row of the contract's `schools`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct School {
    pub urn: Urn,
    pub name: String,
    /// Primary, Secondary, All-through ..., as the register writes it.
    pub phase: String,
    pub la_code: LaCode,
    pub la_name: String,
    pub trust_uid: Option<TrustUid>,
    pub trust_name: Option<String>,
    /// Ordnance Survey easting and northing, in metres.
    pub place: Option<(i32, i32)>,
}
