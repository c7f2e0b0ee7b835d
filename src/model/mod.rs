//! The words of the field: schools, years, subjects, pupil groups, indicators and the question.
//!
//! **Pure: no input or output, no SQL, no drawing.** The tables of subjects and grades are compiled in from
//! `data/reference/`.

mod alike;
mod benchmark;
mod code;
mod definition;
mod grade;
mod indicator;
mod national_sd;
mod pupil;
mod question;
mod school;
mod stage;
mod subject;
pub mod words;
mod year;

pub use alike::Alike;
pub use benchmark::{Estimate, ExpectedPoints, PAGS};
pub use code::Code;
pub use definition::Definition;
pub use grade::{Grade, Points, Qualification};
pub use indicator::{Indicator, Source, Unit};
pub use national_sd::national_sd;
pub use pupil::{Characteristic, Filter, Profile, PupilGroup};
pub use question::{Breakdown, Compare, Draft, Judged, Question, Scope, Test, Words};
pub use school::{LaCode, School, TrustUid, Urn};
pub use stage::KeyStage;
pub use subject::{Element, Subject};
pub use year::Year;

/// A word that the user wrote is not one of the field's words, is missing, or does not go with the others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}; {hint}", unknown(.what, .word))]
pub struct UnknownWord {
    /// What the word was taken for: "indicator", "subject", "year" ...
    pub what: &'static str,
    /// The word as it was written.
    pub word: String,
    /// What would be right.
    pub hint: String,
}

fn unknown(what: &str, word: &str) -> String {
    if word.is_empty() { format!("the question names no {what}") } else { format!("{what} \"{word}\" is not right") }
}

impl UnknownWord {
    /// An [`UnknownWord`] that lists the words which would be right.
    pub fn expected(what: &'static str, word: &str, right: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let right: Vec<String> = right.into_iter().map(|w| w.as_ref().to_owned()).collect();
        Self { what, word: word.to_owned(), hint: format!("right would be: {}", right.join(", ")) }
    }
}
