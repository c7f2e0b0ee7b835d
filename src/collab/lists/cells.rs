//! Cells of a list: guarded against spreadsheets that would take them for formulas.

use std::collections::BTreeMap;

use super::Fault;

/// Whether a spreadsheet might take a cell for a formula, but for apostrophes before it.
fn is_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])
}

/// A cell as it is written: what looks like a formula has an apostrophe before it.
pub fn guarded(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as it was before it was written.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_formula(cell)).unwrap_or(cell)
}

/// Writes rows under their heads.
pub fn written<'a>(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>> + 'a) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Memory takes every write, and each row has as many cells as there are columns.
    let _ = writer.write_record(columns);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| guarded(cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// A row of a list: cells by column, without white space around them. Columns that the list has not are not in it.
#[derive(Debug, Clone, Default)]
pub struct Row {
    cells: BTreeMap<&'static str, String>,
}

impl Row {
    /// A cell; `None` where the list has no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// A cell in which something is written.
    pub fn filled(&self, column: &str) -> Option<&str> {
        self.get(column).filter(|cell| !cell.is_empty())
    }

    /// A cell with "yes" or "no".
    pub fn yes(&self, column: &'static str) -> Result<Option<bool>, String> {
        let Some(cell) = self.filled(column) else { return Ok(None) };
        match cell.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Ok(Some(true)),
            "no" | "n" | "false" | "0" => Ok(Some(false)),
            _ => Err(format!("{column} is “{cell}”; write yes or no")),
        }
    }
}

/// The rows of a text with their lines, and what is wrong with the text itself. Commas stand between cells, or tabs, as
/// they do in what was copied from a spreadsheet.
pub fn read(text: &str, columns: &[&'static str], needed: &[&str]) -> (Vec<(usize, Row)>, Vec<Fault>) {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = if head.contains('\t') { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut heads: Vec<Option<&'static str>> = Vec::new();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(Fault { line: lines.line, what: error.to_string() });
                continue;
            }
        };
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        let cells = record.iter().map(|cell| unguarded(cell.trim()));
        if cells.clone().all(str::is_empty) {
            continue;
        }
        if heads.is_empty() {
            for cell in cells {
                let known = columns.iter().find(|column| column.eq_ignore_ascii_case(cell)).copied();
                if known.is_none() && !cell.is_empty() {
                    let what = format!("the column “{cell}” is not known, and is not read");
                    faults.push(Fault { line, what });
                }
                heads.push(known);
            }
            let missing: Vec<&str> = needed.iter().filter(|name| !heads.contains(&Some(**name))).copied().collect();
            if !missing.is_empty() {
                let what =
                    format!("the first line must name every column that is needed; missing: {}", missing.join(", "));
                faults.push(Fault { line, what });
                return (Vec::new(), faults);
            }
            continue;
        }
        if record.len() > heads.len() {
            let what = format!("there are {} cells, but {} columns", record.len(), heads.len());
            faults.push(Fault { line, what });
            continue;
        }
        let full = cells.map(str::to_owned).chain(std::iter::repeat(String::new()));
        let cells = heads.iter().zip(full).filter_map(|(head, cell)| Some(((*head)?, cell)));
        rows.push((line, Row { cells: cells.collect() }));
    }
    if heads.is_empty() {
        faults.push(Fault { line: 1, what: "there is nothing to read".to_owned() });
    }
    (rows, faults)
}

/// Counts lines on the way through a text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of what is written from a place on, empty lines passed over. Places must grow.
    fn of(&mut self, place: u64) -> usize {
        let bytes = self.text.as_bytes();
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        while let Some(byte) = bytes.get(self.at) {
            if self.at >= place && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.line += usize::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}
