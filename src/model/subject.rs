//! Subjects, from `data/reference/subjects.csv`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{KeyStage, Qualification, UnknownWord};

/// What a KS4 subject counts as in Attainment 8 and the EBacc (DfE secondary accountability guide).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    Maths,
    EnglishLanguage,
    EnglishLiterature,
    /// A single science, computer science included: one EBacc slot each.
    Science,
    /// Combined science: one double award that fills up to two EBacc slots.
    CombinedScience,
    /// Geography and history, ancient history included.
    Humanity,
    /// Ancient and modern languages.
    Language,
    /// Everything else: counts in the open slots only.
    Open,
}

/// One row of the table of subjects. Rows are compiled in, compared by identity number and passed by reference.
#[derive(Debug, Deserialize)]
pub struct SubjectRow {
    /// Small number that stands for the subject in a workspace. Never reused; distinct modulo 64 within a key stage.
    pub id: u8,
    /// Word in files and on the command line, unique within a key stage: `physics`.
    pub slug: String,
    /// Name on screen: "Physics".
    pub name: String,
    pub key_stage: KeyStage,
    pub element: Element,
    /// The qualification in which nearly all pupils take the subject.
    pub qualification: Qualification,
    /// The first year with grades 9 to 1; before it the letters A* to G. 0 where there never were letters.
    pub reformed: i32,
    /// Share of the national KS4 cohort that entered the subject in 2023/24, 0 to 1 (DfE transition matrices;
    /// own estimate for vocational subjects).
    pub popularity: f64,
}

/// A subject: a reference to its row in the table.
#[derive(Clone, Copy)]
pub struct Subject(&'static SubjectRow);

static SUBJECTS: LazyLock<Vec<SubjectRow>> =
    LazyLock::new(|| super::grade::compiled_in(include_str!("../../data/reference/subjects.csv")));

impl Subject {
    /// Every subject, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        SUBJECTS.iter().map(Self)
    }

    /// The subject with this number in a workspace.
    pub fn from_id(id: i32) -> Option<Self> {
        Self::all().find(|subject| i32::from(subject.id) == id)
    }

    /// Its word in files and on the command line.
    pub fn word(self) -> &'static str {
        &self.0.slug
    }

    /// The subject with this word at a key stage.
    pub fn from_word(stage: KeyStage, word: &str) -> Result<Self, UnknownWord> {
        let of_stage = || Self::all().filter(move |subject| subject.key_stage == stage);
        of_stage()
            .find(|subject| subject.slug == word)
            .ok_or_else(|| UnknownWord::expected("subject", word, of_stage().map(|subject| &subject.0.slug)))
    }
}

impl std::ops::Deref for Subject {
    type Target = SubjectRow;

    fn deref(&self) -> &SubjectRow {
        self.0
    }
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Subject {}

impl PartialOrd for Subject {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Subject {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(&other.id)
    }
}

impl Hash for Subject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({}, {})", self.key_stage.word(), self.slug)
    }
}

impl Serialize for Subject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.slug)
    }
}
