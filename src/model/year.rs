//! Academic years.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::UnknownWord;

/// An academic year, named by the year in which it ends: 2023/24 is `Year::new(2024)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Year(i16);

impl Year {
    /// The first and the last year that Schoolbench accepts: the National Curriculum tests begin in 1988.
    pub const RANGE: (i32, i32) = (1988, 2100);

    /// The first year that is accepted.
    pub const EARLIEST: Self = Self(Self::RANGE.0 as i16);
    /// The last year that is accepted.
    pub const LATEST: Self = Self(Self::RANGE.1 as i16);

    /// The year that ends in `ending`; `None` outside [`Year::RANGE`].
    pub fn new(ending: i32) -> Option<Self> {
        (Self::RANGE.0..=Self::RANGE.1).contains(&ending).then_some(Self(ending as i16))
    }

    /// The calendar year in which this academic year ends.
    pub fn ending(self) -> i32 {
        i32::from(self.0)
    }

    /// Whether summer exams and tests were cancelled: 2019/20 and 2020/21, in the Covid-19 pandemic.
    pub fn without_exams(self) -> bool {
        matches!(self.0, 2020 | 2021)
    }

    /// The year `years` before this one, if that is still in range.
    pub fn before(self, years: i32) -> Option<Self> {
        Self::new(self.ending() - years)
    }
}

/// As people write it: 2023/24.
impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:02}", self.0 - 1, self.0 % 100)
    }
}

impl FromStr for Year {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        word.trim().parse().ok().and_then(Self::new).ok_or_else(|| UnknownWord {
            what: "year",
            word: word.to_owned(),
            hint: "write the year in which the academic year ends, such as 2024 for 2023/24".to_owned(),
        })
    }
}

impl TryFrom<i32> for Year {
    type Error = String;

    fn try_from(ending: i32) -> Result<Self, String> {
        Self::new(ending).ok_or_else(|| format!("year {ending} is outside {} to {}", Self::RANGE.0, Self::RANGE.1))
    }
}

impl From<Year> for i32 {
    fn from(year: Year) -> i32 {
        year.ending()
    }
}
