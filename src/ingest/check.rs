//! The checks that need only one row: a value is there, in range, and one of the words.

use arrow::array::Int64Array;

use super::contract::{Column, Kind};
use super::finding::{Fault, Findings};
use super::source::{Batch, REPEATING};

/// Checks every column of a batch against the contract.
pub(super) fn check(batch: &Batch<'_>, findings: &mut Findings) {
    for (row, name) in batch.unfit() {
        let message = "the number is too large for any such column; correct it or leave it empty".to_owned();
        findings.push(batch.finding(row, name, Fault::OutOfRange, message));
    }
    for column in batch.file.table.columns() {
        if !column.optional {
            for row in batch.without_value(column) {
                let message = "there is no value; every row needs one".to_owned();
                findings.push(batch.finding(row, column.name, Fault::MissingValue, message));
            }
        }
        match column.kind {
            Kind::Text if !column.words.is_empty() => words(batch, column, findings),
            Kind::Text | Kind::YesNo => {}
            Kind::Whole => {
                let values = batch.whole(column.name);
                in_range(batch, column, values.iter().map(|value| value.map(|value| value as f64)), findings);
                if column.name == "key_stage" {
                    key_stages(batch, column, &values, findings);
                }
            }
            Kind::Decimal => in_range(batch, column, batch.decimal(column.name).iter(), findings),
        }
    }
}

/// Key stage 3 is in range and not one of ours.
fn key_stages(batch: &Batch<'_>, column: &Column, values: &Int64Array, findings: &mut Findings) {
    for row in values.iter().enumerate().filter(|(_, value)| *value == Some(3)).map(|(row, _)| row) {
        let message = "3 is not a key stage here; right would be: 2, 4, 5".to_owned();
        findings.push(batch.finding(row, column.name, Fault::OutOfRange, message));
    }
}

fn in_range(batch: &Batch<'_>, column: &Column, values: impl Iterator<Item = Option<f64>>, findings: &mut Findings) {
    for (row, value) in values.enumerate() {
        if let Some(value) = value
            && !column.admits(value)
            && let Some((least, most)) = column.range
        {
            let message = if value.is_nan() {
                "the value is not a number (NaN); leave it empty where there is none".to_owned()
            } else {
                format!("{value} is outside {least} to {most}; correct it or leave it empty")
            };
            findings.push(batch.finding(row, column.name, Fault::OutOfRange, message));
        }
    }
}

fn words(batch: &Batch<'_>, column: &Column, findings: &mut Findings) {
    debug_assert!(REPEATING.contains(&column.name), "columns with few words are read as such");
    let words = batch.words(column.name);
    let known: Vec<bool> = words.distinct().map(|word| column.words.contains(&word)).collect();
    if known.iter().all(|known| *known) {
        return;
    }
    for row in 0..batch.rows {
        if let Some(number) = words.number(row)
            && !known[number]
        {
            let word = words.word(row).unwrap_or_default();
            let message = format!("\"{word}\" is not known; right would be: {}", column.words.join(", "));
            findings.push(batch.finding(row, column.name, Fault::UnknownWord, message));
        }
    }
}
