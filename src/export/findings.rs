//! Findings of a load as CSV, one row each, for whoever mends the files.

use std::io::{self, Write};

use super::csv::io_error;
use crate::ingest::{Findings, Place};
use crate::model::words::counted;

/// Writes findings.
///
/// # Errors
/// When the writer fails.
pub fn write(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["file", "row", "row_group", "column", "fault", "message"]).map_err(io_error)?;
    for finding in findings.listed() {
        let (row, row_group) = match finding.place {
            Place::File => (String::new(), String::new()),
            Place::Row { row, row_group } => (row.to_string(), row_group.to_string()),
            Place::Line { row } => (row.to_string(), String::new()),
        };
        let column = finding.column.clone().unwrap_or_default();
        let fault = format!("{:?}", finding.fault);
        let cells = [&finding.file, &row, &row_group, &column, &fault, &finding.message];
        writer.write_record(cells).map_err(io_error)?;
    }
    for (file, column, fault, more) in findings.unlisted() {
        let more = format!("{} more of the same kind", counted(more));
        let cells = [file, "", "", column.unwrap_or_default(), &format!("{fault:?}"), &more];
        writer.write_record(cells).map_err(io_error)?;
    }
    writer.flush()
}
