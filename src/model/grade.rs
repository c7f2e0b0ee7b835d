//! Qualifications, grades and points, from `data/reference/grades.csv`.

use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{KeyStage, UnknownWord};

/// Points in hundredths, so that sums are exact whole numbers in any order: an A* (8.5 points) is 850.
pub type Points = i16;

/// The kind of qualification or assessment that a result is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Qualification {
    /// GCSE: 9 to 1, or the legacy letters A* to G.
    Gcse,
    /// Double-award GCSE (combined science): 9-9 to 1-1.
    GcseDouble,
    /// Level 1/2 vocational award or technical certificate.
    #[serde(rename = "l12")]
    Level12,
    /// AS level taken at KS4.
    As,
    ALevel,
    /// KS2 national curriculum test: scaled score 80 to 120.
    Ks2Test,
    /// KS2 teacher assessment (writing).
    Ks2Ta,
}

impl Qualification {
    /// Every qualification, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Gcse, Self::GcseDouble, Self::Level12, Self::As, Self::ALevel, Self::Ks2Test, Self::Ks2Ta];

    /// Small number that stands for the qualification in a workspace, from 1.
    pub fn number(self) -> i32 {
        self as i32 + 1
    }

    /// The qualification with this number in a workspace.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|qualification| qualification.number() == number)
    }

    /// The word in files: `gcse`, `gcse_double`, `l12`, `as`, `a_level`, `ks2_test`, `ks2_ta`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gcse => "gcse",
            Self::GcseDouble => "gcse_double",
            Self::Level12 => "l12",
            Self::As => "as",
            Self::ALevel => "a_level",
            Self::Ks2Test => "ks2_test",
            Self::Ks2Ta => "ks2_ta",
        }
    }

    /// The qualification with this word in files.
    pub fn from_word(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|qualification| qualification.word() == word)
            .ok_or_else(|| UnknownWord::expected("qualification", word, Self::ALL.map(Self::word)))
    }

    /// Points of the best grade, in hundredths.
    pub fn most_points(self) -> Points {
        let of_kind = GRADES.iter().filter(|grade| grade.qualification == self);
        of_kind.filter_map(|grade| grade.points).max().unwrap_or_default()
    }

    /// The key stage at whose end the qualification is taken.
    pub fn stage(self) -> KeyStage {
        match self {
            Self::Gcse | Self::GcseDouble | Self::Level12 | Self::As => KeyStage::Ks4,
            Self::ALevel => KeyStage::Ks5,
            Self::Ks2Test | Self::Ks2Ta => KeyStage::Ks2,
        }
    }

    /// Whether grade shares (9-7, 9-5, 9-4, 9-1) are made of it: GCSEs only.
    pub fn is_gcse(self) -> bool {
        matches!(self, Self::Gcse | Self::GcseDouble)
    }
}

/// A grade of a qualification and the points that it is worth.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Grade {
    pub qualification: Qualification,
    /// As it stands in files: `9`, `A*`, `7-6`, `L2M`, `104`, `EXS`.
    pub grade: String,
    /// Small number that stands for the grade in a workspace, unique within the qualification, best grade highest.
    pub id: i16,
    /// Points, at most two decimals; absent where there is no result (X, or not assessed).
    #[serde(deserialize_with = "hundredths")]
    pub points: Option<Points>,
}

static GRADES: LazyLock<Vec<Grade>> = LazyLock::new(|| compiled_in(include_str!("../../data/reference/grades.csv")));

impl Grade {
    /// Every grade of every qualification.
    pub fn all() -> &'static [Self] {
        &GRADES
    }

    /// The grade as it is written in files.
    pub fn from_word(qualification: Qualification, word: &str) -> Result<&'static Self, UnknownWord> {
        let of_kind = || GRADES.iter().filter(move |grade| grade.qualification == qualification);
        of_kind()
            .find(|grade| grade.grade == word)
            .ok_or_else(|| UnknownWord::expected("grade", word, of_kind().map(|grade| grade.grade.as_str())))
    }
}

fn hundredths<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Points>, D::Error> {
    let points: Option<f64> = Option::deserialize(deserializer)?;
    Ok(points.map(|points| (points * 100.0).round() as Points))
}

/// The rows of a table that is compiled in.
///
/// # Panics
/// If the table in `data/reference/` does not parse: a fault of the build that a test finds, never of a user's input.
#[expect(clippy::expect_used, reason = "the tables are part of the program; a test reads them all")]
pub(super) fn compiled_in<T: DeserializeOwned>(table: &'static str) -> Vec<T> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a table of data/reference does not parse")
}
