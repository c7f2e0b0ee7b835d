//! Parquet: the columns of the CSV, with numbers as numbers.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;

use super::row::{Row, key_columns, rows};
use crate::desk::Answer;
use crate::workspace::Register;

pub(super) fn write(answer: &Answer, register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let rows: Vec<Row> = rows(answer, register).collect();
    let decimals =
        |of: fn(&Row) -> Option<f64>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Float64Array>()) };
    let keys = key_columns(answer).into_iter().enumerate().map(|(nth, name)| {
        let values = rows.iter().map(|row| row.keys.get(nth).map(String::as_str));
        (name, Arc::new(values.collect::<StringArray>()) as ArrayRef)
    });
    let mut columns: Vec<(&str, ArrayRef)> = keys.collect();
    columns.extend([
        ("indicator", Arc::new(rows.iter().map(|row| Some(row.indicator)).collect::<StringArray>()) as ArrayRef),
        ("n", Arc::new(rows.iter().map(|row| row.n).collect::<Int64Array>())),
        ("value", decimals(|row| row.value)),
        ("lower", decimals(|row| row.lower)),
        ("upper", decimals(|row| row.upper)),
        ("comparator", decimals(|row| row.comparator)),
        ("compared_with", Arc::new(rows.iter().map(|row| row.compared_with.as_deref()).collect::<StringArray>())),
        ("difference", decimals(|row| row.difference)),
        ("significance", Arc::new(rows.iter().map(|row| row.significance).collect::<StringArray>())),
        ("reason", Arc::new(rows.iter().map(|row| row.reason.as_deref()).collect::<StringArray>())),
    ]);
    let fields: Vec<_> = columns.iter().map(|(name, a)| Field::new(*name, a.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(io::Error::other)?;
    // Into memory first: a writer that fails then tells so itself, and is not wrapped.
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.close().map_err(io::Error::other)?;
    out.write_all(&file)
}
