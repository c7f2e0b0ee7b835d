//! What a panel shows, to take away: figures with the words that make them understood.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use super::csv;
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

/// Writes the answers of a panel below each other: before each, in lines that begin with `#`, of whom it is (`heading`),
/// with what it is compared, how that was judged, from which files it was made, and the day (UTC).
///
/// # Errors
/// When the writer fails.
pub fn write(
    answers: &[(String, &Answer)],
    register: &Register,
    separator: Separator,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    for (nth, (heading, answer)) in answers.iter().enumerate() {
        if nth > 0 {
            writeln!(out)?;
        }
        writeln!(out, "# {heading}")?;
        if let Some(with) = answer.compared_with() {
            writeln!(out, "# Compared with {with}; {}", answer.question().judged().words())?;
        }
        for note in &answer.provenance().notes {
            writeln!(out, "# {note}")?;
        }
        writeln!(out, "# From {}; Schoolbench, {}", answer.provenance().sources.join(", "), today())?;
        csv::write_separated(answer, register, if separator == Separator::Tab { b'\t' } else { b',' }, out)?;
    }
    Ok(())
}

/// The day as 2026-11-25, in UTC.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = i32::try_from(seconds / 86_400).unwrap_or(i32::MAX);
    let day = arrow::temporal_conversions::date32_to_datetime(days);
    day.map(|day| day.date().to_string()).unwrap_or_default()
}
