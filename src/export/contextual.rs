//! What the intake explains of a difference, as CSV.

use std::io::{self, Write};

use super::csv::io_error;
use crate::desk::Explained;
use crate::method::interval::Interval;

/// Writes one row: the figure, its comparator, what the comparator would have with the same intake, the difference and its
/// two parts with their intervals, and all of it in words.
///
/// # Errors
/// When the writer fails.
pub fn csv(explained: &Explained<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    let split = explained.split;
    let ends = |of: Option<Interval>| [of.map(|of| of.lower), of.map(|of| of.upper)];
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let head = [
        "indicator",
        "n",
        "value",
        "comparator",
        "compared_with",
        "expected_with_intake",
        "difference",
        "intake",
        "intake_lower",
        "intake_upper",
        "left",
        "left_lower",
        "left_upper",
        "share_of_pupils_in_merged_cells",
        "words",
    ];
    writer.write_record(head).map_err(io_error)?;
    let [intake_lower, intake_upper] = ends(split.intake_interval).map(number);
    let [left_lower, left_upper] = ends(split.left_interval).map(number);
    let row = [
        explained.indicator.word().to_owned(),
        split.n.to_string(),
        split.own.to_string(),
        split.comparator.to_string(),
        explained.answer.compared_with().unwrap_or_default().to_owned(),
        split.expected.to_string(),
        split.gap().to_string(),
        split.intake().to_string(),
        intake_lower,
        intake_upper,
        split.left().to_string(),
        left_lower,
        left_upper,
        split.merged.to_string(),
        explained.words(),
    ];
    writer.write_record(row).map_err(io_error)?;
    writer.flush()
}
