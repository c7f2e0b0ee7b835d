//! What a panel shows, to take away: figures with the words that make them understood.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{csv, parquet};
use crate::desk::Answer;
use crate::workspace::Register;

/// What stands between the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// For files.
    Comma,
    /// For the clipboard: spreadsheets take it apart into cells.
    Tab,
}

impl Separator {
    pub(super) fn sign(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }
}

/// An answer of a panel, with the words that only the asker knows.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Of whom it is, which pupils and when.
    pub heading: String,
    /// Whose published tables it is made from, a sentence for each publisher.
    pub publishers: Vec<String>,
    pub answer: &'a Answer,
}

impl Told<'_> {
    /// Of whom it is, with what it is compared, how that was judged, and what else one should know.
    fn what(&self) -> Vec<String> {
        let mut words = vec![self.heading.clone()];
        let judged = self.answer.question().judged().words();
        words.extend(self.answer.compared_with().map(|with| format!("Compared with {with}; {judged}")));
        words.extend(self.answer.provenance().notes.iter().cloned());
        words
    }

    /// All that is said of it: also whose tables and which files it was made from, and the day (UTC).
    pub fn words(&self) -> Vec<String> {
        let mut words = self.what();
        words.extend(self.publishers.iter().cloned());
        words.push(from(&self.answer.provenance().sources));
        words
    }
}

/// What is said of all answers of a panel together, each line once: for below a picture.
pub fn words(answers: &[Told<'_>]) -> Vec<String> {
    let mut words = Vec::new();
    let add = |words: &mut Vec<String>, line: &String| {
        if !words.contains(line) {
            words.push(line.clone());
        }
    };
    answers.iter().flat_map(Told::what).for_each(|line| add(&mut words, &line));
    answers.iter().flat_map(|told| &told.publishers).for_each(|line| add(&mut words, line));
    let mut sources = Vec::new();
    answers.iter().flat_map(|told| &told.answer.provenance().sources).for_each(|source| add(&mut sources, source));
    words.push(from(&sources));
    words
}

/// Writes the answers of a panel below each other, each after its words in lines that begin with `#`.
///
/// # Errors
/// When the writer fails.
pub fn write(
    answers: &[Told<'_>],
    register: &Register,
    separator: Separator,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    for (nth, told) in answers.iter().enumerate() {
        if nth > 0 {
            writeln!(out)?;
        }
        write_words(&told.words(), out)?;
        csv::write_separated(told.answer, register, separator.sign(), out)?;
    }
    Ok(())
}

/// Writes words in lines that begin with `#`. Names in them are written by people: one with a line break in it would make rows.
pub(super) fn write_words(words: &[String], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for line in words {
        writeln!(out, "# {}", line.replace(char::is_control, " "))?;
    }
    Ok(())
}

/// Writes the answers of a panel into one Parquet file, their rows below each other. The columns `answer` (from 1) and
/// `question` say whose a row is; the words of each answer are in the file's metadata.
///
/// # Errors
/// When the writer fails.
pub fn write_parquet(answers: &[Told<'_>], register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    parquet::write_all(answers, register, out)
}

fn from(sources: &[String]) -> String {
    format!("From {}; Schoolbench, {}", sources.join(", "), today())
}

/// The day as 2026-11-25, in UTC.
pub(super) fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX);
    let day = arrow::temporal_conversions::date32_to_datetime(days);
    day.map(|day| day.date().to_string()).unwrap_or_default()
}
