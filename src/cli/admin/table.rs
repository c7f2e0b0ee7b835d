//! Lists for people, and for other programs.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::collab::lists::guarded;

/// A list with its columns.
pub(super) struct Table<const N: usize> {
    columns: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub fn new(columns: [&'static str; N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub fn add(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    /// Writes it as CSV, of which no cell is a formula to a spreadsheet, or in columns that stand one below the other.
    pub fn write(&self, csv: bool, out: &mut dyn Write) -> io::Result<()> {
        if csv {
            let mut writer = csv::Writer::from_writer(out);
            writer.write_record(self.columns)?;
            for row in &self.rows {
                writer.write_record(row.each_ref().map(|cell| guarded(cell)))?;
            }
            return writer.flush();
        }
        let header = self.columns.map(str::to_owned);
        let lines: Vec<[String; N]> =
            std::iter::once(&header).chain(&self.rows).map(|line| line.each_ref().map(|text| plain(text))).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let widths: [usize; N] = std::array::from_fn(width);
        for line in &lines {
            let cells = line.iter().zip(widths).map(|(text, width)| format!("{text:<width$}"));
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

/// Without characters that a terminal would obey: names are written by people.
pub(in crate::cli) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A day and time to the minute: for people where the program runs, "25 Nov 2026, 10:11"; for programs in coordinated
/// universal time, "2026-11-25T10:11Z".
pub(super) fn moment(at: Timestamp, csv: bool) -> String {
    let (zone, form) = if csv { (TimeZone::UTC, "%Y-%m-%dT%H:%MZ") } else { (TimeZone::system(), "%-d %b %Y, %H:%M") };
    at.to_zoned_datetime(zone).strftime(form).to_string()
}

/// "yes", "no".
pub(super) fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
