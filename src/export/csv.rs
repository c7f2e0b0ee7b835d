//! Comma-separated values: RFC 4180, one row per cell, numbers in full precision.

use std::io::{self, Write};

use super::row::{key_columns, rows};
use crate::desk::Answer;
use crate::workspace::Register;

/// The columns after the keys.
pub(super) const COLUMNS: [&str; 10] = [
    "indicator",
    "n",
    "value",
    "lower",
    "upper",
    "comparator",
    "compared_with",
    "difference",
    "significance",
    "reason",
];

pub(super) fn write(answer: &Answer, register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    write_separated(answer, register, b',', out)
}

/// The same with another sign between the columns.
pub(super) fn write_separated(
    answer: &Answer,
    register: &Register,
    separator: u8,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    writer.write_record(key_columns(answer).into_iter().chain(COLUMNS)).map_err(io_error)?;
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for row in rows(answer, register) {
        let values = [
            row.indicator.to_owned(),
            row.n.map(|n| n.to_string()).unwrap_or_default(),
            number(row.value),
            number(row.lower),
            number(row.upper),
            number(row.comparator),
            row.compared_with.unwrap_or_default(),
            number(row.difference),
            row.significance.unwrap_or_default().to_owned(),
            row.reason.unwrap_or_default(),
        ];
        writer.write_record(row.keys.into_iter().chain(values)).map_err(io_error)?;
    }
    writer.flush()
}

/// The writer's own error, so that a closed pipe is known as one.
pub(super) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
