//! Answers, and ranks made of them, as CSV, JSON, Parquet and text tables.
//!
//! **Reads answers only, so that what is written has passed the gate.**

pub mod contextual;
mod csv;
pub mod findings;
mod json;
mod parquet;
pub mod rank;
mod row;
pub mod sheet;
pub mod similar;
mod table;
pub mod words;

use std::io::{self, Write};
use std::str::FromStr;

use crate::desk::Answer;
use crate::model::UnknownWord;
use crate::workspace::Register;

/// A form in which an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One row per cell, full precision, for other programs.
    Csv,
    /// The question, its cells and where they come from.
    Json,
    /// As CSV, in Parquet.
    Parquet,
    /// Rounded, aligned, for people.
    Table,
}

impl Format {
    const ALL: [(&'static str, Self); 4] =
        [("csv", Self::Csv), ("json", Self::Json), ("parquet", Self::Parquet), ("table", Self::Table)];
}

impl FromStr for Format {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, format)| format);
        found.ok_or_else(|| UnknownWord::expected("format", word, Self::ALL.map(|(known, _)| known)))
    }
}

/// Writes an answer.
///
/// # Errors
/// When the writer fails.
pub fn write(answer: &Answer, register: &Register, format: Format, out: &mut (dyn Write + Send)) -> io::Result<()> {
    match format {
        Format::Csv => csv::write(answer, register, out),
        Format::Json => json::write(answer, register, out),
        Format::Parquet => parquet::write(answer, register, out),
        Format::Table => table::write(answer, register, out),
    }
}
