//! Three-year ranks of schools, to take away: a row for each school and year, with the reason where there is no rank.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray};
use parquet::file::metadata::KeyValue;

use super::csv::io_error;
use super::parquet::file;
use super::row::guarded;
use super::sheet::{Separator, Told, today, write_words};
use crate::model::{Indicator, Urn, Year};
use crate::workspace::Register;

/// Ranks that were made from one answer.
#[derive(Debug, Clone)]
pub struct Ranked<'a> {
    /// The answer, with the words of those among whom schools are ranked.
    pub told: Told<'a>,
    /// How the ranks are made.
    pub how: &'static str,
    pub rows: Vec<Row>,
}

/// A school in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub urn: Urn,
    pub indicator: Indicator,
    /// Of all years together, 0 to 100; or why there is none.
    pub three_year: Result<f64, &'static str>,
    pub year: Year,
    /// What the year counts in the three-year rank.
    pub weight: f64,
    /// The rank in the year, 0 to 100, and among how many schools it is; or why there is none.
    pub rank: Result<(f64, usize), String>,
}

impl Row {
    fn rank(&self) -> Option<f64> {
        self.rank.as_ref().ok().map(|(rank, _)| *rank)
    }

    fn among(&self) -> Option<i64> {
        self.rank.as_ref().ok().and_then(|(_, schools)| i64::try_from(*schools).ok())
    }

    fn reason(&self) -> Option<&str> {
        self.rank.as_ref().err().map(String::as_str)
    }
}

impl Ranked<'_> {
    /// All that is said of the ranks, a line each: among whom they are, how they are made, and where they come from.
    pub fn words(&self) -> Vec<String> {
        let mut words = self.told.words();
        words.insert(1.min(words.len()), self.how.to_owned());
        words
    }
}

/// The columns of both forms.
const COLUMNS: [&str; 10] = [
    "urn",
    "name",
    "indicator",
    "three_year_rank",
    "three_year_reason",
    "year",
    "weight",
    "rank",
    "among_schools",
    "reason",
];

/// Writes ranks below each other, those of each answer after their words in lines that begin with `#`.
///
/// # Errors
/// When the writer fails.
pub fn write(
    ranked: &[Ranked<'_>],
    register: &Register,
    separator: Separator,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for (nth, ranked) in ranked.iter().enumerate() {
        if nth > 0 {
            writeln!(out)?;
        }
        write_words(&ranked.words(), out)?;
        let mut writer = csv::WriterBuilder::new().delimiter(separator.sign()).from_writer(&mut *out);
        writer.write_record(COLUMNS).map_err(io_error)?;
        for row in &ranked.rows {
            let values = [
                row.urn.to_string(),
                name(row.urn, register),
                row.indicator.word().to_owned(),
                number(row.three_year.ok()),
                row.three_year.err().unwrap_or_default().to_owned(),
                row.year.ending().to_string(),
                row.weight.to_string(),
                number(row.rank()),
                row.among().map(|among| among.to_string()).unwrap_or_default(),
                row.reason().unwrap_or_default().to_owned(),
            ];
            writer.write_record(values).map_err(io_error)?;
        }
        writer.flush()?;
    }
    Ok(())
}

/// Writes ranks into one Parquet file, with the words of each answer in its metadata.
///
/// # Errors
/// When the writer fails.
pub fn write_parquet(ranked: &[Ranked<'_>], register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let rows = || ranked.iter().flat_map(|ranked| &ranked.rows);
    let columns: [ArrayRef; 10] = [
        Arc::new(rows().map(|row| Some(row.urn.to_string())).collect::<StringArray>()),
        Arc::new(rows().map(|row| Some(name(row.urn, register))).collect::<StringArray>()),
        Arc::new(rows().map(|row| Some(row.indicator.word())).collect::<StringArray>()),
        Arc::new(rows().map(|row| row.three_year.ok()).collect::<Float64Array>()),
        Arc::new(rows().map(|row| row.three_year.err()).collect::<StringArray>()),
        Arc::new(rows().map(|row| Some(row.year.ending())).collect::<Int32Array>()),
        Arc::new(rows().map(|row| Some(row.weight)).collect::<Float64Array>()),
        Arc::new(rows().map(Row::rank).collect::<Float64Array>()),
        Arc::new(rows().map(Row::among).collect::<Int64Array>()),
        Arc::new(rows().map(Row::reason).collect::<StringArray>()),
    ];
    let mut metadata = vec![KeyValue::new("date".to_owned(), today())];
    let words = ranked.iter().zip(1..).map(|(ranked, nth)| (nth, ranked.words().join("\n")));
    metadata.extend(words.map(|(nth, words): (i64, String)| KeyValue::new(format!("answer {nth}"), words)));
    file(COLUMNS.into_iter().zip(columns).collect(), metadata, out)
}

fn name(urn: Urn, register: &Register) -> String {
    register.school(urn).map(|school| guarded(&school.name)).unwrap_or_default()
}
