//! A file as a table of text: CSV in whatever encoding, Excel, JSON or Parquet, known by its contents.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use bytes::Bytes;
use calamine::{Data, Reader as _};
use encoding_rs::{Encoding, WINDOWS_1252};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::super::finding::Fault;

/// Rows before the head of an Excel sheet are titles and notes; more of them are not looked at.
const MOST_TITLE_ROWS: usize = 30;

/// A table of text.
pub struct RawTable {
    /// The names of the columns as the file has them, trimmed.
    pub columns: Vec<String>,
    rows: Rows,
}

enum Rows {
    /// Text of a CSV file, head included.
    Csv { text: String, delimiter: u8 },
    /// Rows from `head` on, the first of which has this number, as a spreadsheet counts.
    Grid { rows: Arc<Vec<Vec<String>>>, head: usize, first: u64 },
    /// Columns of text.
    Columns(Vec<RecordBatch>),
}

/// Why a file is no table: the kind of fault, and what is there and what to do.
pub type Unreadable = (Fault, String);

impl RawTable {
    /// The tables in a file's contents: one; or of an Excel file one for each row of each sheet that can be its head.
    ///
    /// # Errors
    /// When the contents are no table.
    pub fn read(path: &Path, contents: Vec<u8>) -> Result<Vec<Self>, Unreadable> {
        if contents.is_empty() {
            return Err((Fault::Empty, "the file is empty; save it again from where it came".to_owned()));
        }
        let begins = |with: &[u8]| contents.starts_with(with);
        if begins(b"PAR1") {
            return parquet(contents).map(|table| vec![table]);
        }
        if begins(b"PK\x03\x04") || begins(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return excel(contents);
        }
        let text = decoded(&contents);
        drop(contents);
        if text.contains('\0') {
            let message = "this is no table of text; save it as CSV, XLSX or Parquet".to_owned();
            return Err((Fault::Unreadable, message));
        }
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        if is_json || text.trim_start().starts_with('{') {
            return json(&text).map(|table| vec![table]);
        }
        csv(text).map(|table| vec![table])
    }

    /// How many rows there are, about: to tell how far a load is.
    pub fn about_rows(&self) -> u64 {
        match &self.rows {
            Rows::Csv { text, .. } => text.bytes().filter(|byte| *byte == b'\n').count() as u64,
            Rows::Grid { rows, head, .. } => rows.len().saturating_sub(*head) as u64,
            Rows::Columns(batches) => batches.iter().map(|batch| batch.num_rows() as u64).sum(),
        }
    }

    /// Calls `take` for every row with its number, as a spreadsheet or an editor counts, until it says `false`. A row has
    /// at most as many cells as there are columns; published tables do end rows early. Rows of blank cells are left out.
    ///
    /// # Errors
    /// Where a row cannot be read or has more cells than the head, with the row's number.
    pub fn each(&self, take: &mut dyn FnMut(u64, &[&str]) -> bool) -> Result<(), (u64, String)> {
        match &self.rows {
            Rows::Csv { text, delimiter } => self.each_of_csv(text, *delimiter, take),
            Rows::Grid { rows, head, first } => {
                let mut cells: Vec<&str> = Vec::new();
                for (number, row) in (*first..).zip(rows.iter().skip(*head)) {
                    cells.clear();
                    cells.extend(row.iter().take(self.columns.len()).map(String::as_str));
                    if !is_blank(&cells) && !take(number, &cells) {
                        break;
                    }
                }
                Ok(())
            }
            Rows::Columns(batches) => {
                // A Parquet file has no head among its rows.
                let mut number = 0;
                for batch in batches {
                    let columns: Vec<Option<&StringArray>> =
                        batch.columns().iter().map(|column| column.as_any().downcast_ref()).collect();
                    for row in 0..batch.num_rows() {
                        number += 1;
                        let cell = |column: &Option<&'_ StringArray>| match column {
                            Some(array) if array.is_valid(row) => array.value(row).to_owned(),
                            _ => String::new(),
                        };
                        let cells: Vec<String> = columns.iter().map(cell).collect();
                        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                        if !is_blank(&cells) && !take(number, &cells) {
                            return Ok(());
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn each_of_csv(
        &self,
        text: &str,
        delimiter: u8,
        take: &mut dyn FnMut(u64, &[&str]) -> bool,
    ) -> Result<(), (u64, String)> {
        let mut reader = csv_reader(text, delimiter);
        let mut record = ::csv::StringRecord::new();
        let mut is_head = true;
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(error) => return Err((line, format!("the row cannot be read ({error}); save the file again"))),
            }
            let line = record.position().map_or(line, ::csv::Position::line);
            if std::mem::take(&mut is_head) {
                continue;
            }
            let of_row: Vec<&str> = record.iter().collect();
            if is_blank(&of_row) {
                continue;
            }
            let wanted = self.columns.len();
            if !is_blank(of_row.get(wanted..).unwrap_or_default()) {
                let message = format!(
                    "the row has {} cells and the head {wanted}; a text with a comma in it needs quotes around it",
                    of_row.len()
                );
                return Err((line, message));
            }
            if !take(line, of_row.get(..wanted).unwrap_or(&of_row)) {
                return Ok(());
            }
        }
    }
}

impl std::fmt::Debug for RawTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawTable").field("columns", &self.columns.len()).finish_non_exhaustive()
    }
}

fn is_blank(cells: &[&str]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}

/// Text in the encoding that its first bytes name, else UTF-8, else Windows-1252, which holds Latin-1.
fn decoded(contents: &[u8]) -> String {
    let plain = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    match Encoding::for_bom(contents) {
        // A file that says it is UTF-8 may still not be.
        Some((encoding, length)) if encoding == encoding_rs::UTF_8 => plain(&contents[length..]),
        Some((encoding, length)) => encoding.decode_without_bom_handling(&contents[length..]).0.into_owned(),
        None => plain(contents),
    }
}

fn csv_reader(text: &str, delimiter: u8) -> ::csv::Reader<&[u8]> {
    ::csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes())
}

fn csv(text: String) -> Result<RawTable, Unreadable> {
    let head = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| head.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
    let mut record = ::csv::StringRecord::new();
    let read = csv_reader(&text, delimiter).read_record(&mut record);
    if !matches!(read, Ok(true)) {
        return Err((Fault::Unreadable, "the head of the table cannot be read; save it as CSV again".to_owned()));
    }
    let mut columns: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    while columns.last().is_some_and(String::is_empty) {
        columns.pop();
    }
    Ok(RawTable { columns, rows: Rows::Csv { text, delimiter } })
}

fn excel(contents: Vec<u8>) -> Result<Vec<RawTable>, Unreadable> {
    let failed = |error: calamine::Error| {
        (Fault::Unreadable, format!("this is no whole Excel file ({error}); save it as XLSX again"))
    };
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(contents)).map_err(failed)?;
    let mut tables = Vec::new();
    for name in book.sheet_names() {
        // A sheet that is a chart, or one that is broken, is no table.
        let Ok(range) = book.worksheet_range(&name) else { continue };
        let first_row = range.start().map_or(0, |(row, _)| row);
        let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(excel_cell).collect()).collect();
        let rows = Arc::new(rows);
        // Titles and notes stand above the head, in a cell or two. Any of the first rows can be it; the first of the
        // widest ones is tried first.
        let width = |row: &Vec<String>| row.iter().filter(|cell| !cell.trim().is_empty()).count();
        let widest = rows.iter().take(MOST_TITLE_ROWS).map(width).max().unwrap_or_default();
        let mut heads: Vec<usize> = (0..rows.len().min(MOST_TITLE_ROWS)).filter(|nth| width(&rows[*nth]) > 0).collect();
        heads.sort_by_key(|nth| width(&rows[*nth]) * 2 <= widest);
        for head in heads {
            let mut columns: Vec<String> = rows[head].iter().map(|name| name.trim().to_owned()).collect();
            while columns.last().is_some_and(String::is_empty) {
                columns.pop();
            }
            let first = u64::from(first_row) + head as u64 + 2;
            tables.push(RawTable { columns, rows: Rows::Grid { rows: Arc::clone(&rows), head: head + 1, first } });
        }
    }
    if tables.is_empty() {
        return Err((Fault::Empty, "no sheet of the file holds a table; save the right one".to_owned()));
    }
    Ok(tables)
}

fn excel_cell(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::DateTime(date) => date.as_f64().to_string(),
        other => other.to_string(),
    }
}

/// An object is a table of one row, a list of objects a table of a row each.
fn json(text: &str) -> Result<RawTable, Unreadable> {
    let broken = |what: String| (Fault::Unreadable, format!("this is no table in JSON ({what}); save it as CSV"));
    let value: Value = serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
    let objects: Vec<Value> = match value {
        Value::Object(_) => vec![value],
        Value::Array(list) => list,
        _ => return Err(broken("it holds neither an object nor a list of objects".to_owned())),
    };
    let mut columns: Vec<String> = Vec::new();
    for object in &objects {
        let Value::Object(fields) = object else { return Err(broken("a row is no object".to_owned())) };
        for name in fields.keys() {
            if columns.len() < 2_000 && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
    }
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let row = |object: &Value| columns.iter().map(|name| cell(object.get(name))).collect();
    let rows = Arc::new(objects.iter().map(row).collect());
    Ok(RawTable { columns, rows: Rows::Grid { rows, head: 0, first: 1 } })
}

fn parquet(contents: Vec<u8>) -> Result<RawTable, Unreadable> {
    let broken = |error: &dyn std::fmt::Display| {
        (Fault::NotParquet, format!("this is not a whole Parquet file ({error}); save it as Parquet again"))
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(contents)).map_err(|error| broken(&error))?;
    let columns = builder.schema().fields().iter().map(|field| field.name().trim().to_owned()).collect();
    let reader = builder.build().map_err(|error| broken(&error))?;
    let mut batches = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| broken(&error))?;
        let text = batch.columns().iter().map(|column| {
            let as_text = cast(column, &DataType::Utf8);
            // What cannot be written as text, such as a list, is no figure.
            as_text.unwrap_or_else(|_| arrow::array::new_null_array(&DataType::Utf8, batch.num_rows()))
        });
        let text: Vec<_> = text.collect();
        let named = batch.schema().fields().iter().map(|field| field.name().clone()).zip(text).collect::<Vec<_>>();
        batches.push(
            RecordBatch::try_from_iter_with_nullable(named.into_iter().map(|(name, array)| (name, array, true)))
                .map_err(|error| broken(&error))?,
        );
    }
    Ok(RawTable { columns, rows: Rows::Columns(batches) })
}
