//! Parquet: the columns of the CSV, with numbers as numbers.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::row::{Row, key_columns, rows};
use super::sheet::{Told, today};
use crate::desk::Answer;
use crate::workspace::Register;

pub(super) fn write(answer: &Answer, register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    file(columns(&[answer], register), Vec::new(), out)
}

/// Several answers, their rows below each other, with the words of each in the metadata.
pub(super) fn write_all(answers: &[Told<'_>], register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let whose = || {
        let numbered = answers.iter().zip(1_i64..);
        numbered.flat_map(|(told, nth)| told.answer.cells().iter().map(move |_| (nth, told.heading.as_str())))
    };
    let mut all: Vec<(&str, ArrayRef)> = vec![
        ("answer", Arc::new(whose().map(|(nth, _)| Some(nth)).collect::<Int64Array>())),
        ("question", Arc::new(whose().map(|(_, heading)| Some(heading)).collect::<StringArray>())),
    ];
    all.extend(columns(&answers.iter().map(|told| told.answer).collect::<Vec<_>>(), register));
    let mut metadata = vec![KeyValue::new("date".to_owned(), today())];
    for (told, nth) in answers.iter().zip(1_i64..) {
        let question = told.answer.question();
        let mut add = |key: &str, words: String| metadata.push(KeyValue::new(format!("{key} {nth}"), words));
        add("answer", told.words().join("\n"));
        add("filter", if question.filter().is_everyone() { "all".to_owned() } else { question.filter().to_string() });
        add("compared with", told.answer.compared_with().unwrap_or_default().to_owned());
        add("judged", question.judged().words().to_owned());
        add("source", told.answer.provenance().sources.join("\n"));
    }
    file(all, metadata, out)
}

/// The columns of some answers: the keys that any of them has, and what every cell has.
fn columns(answers: &[&Answer], register: &Register) -> Vec<(&'static str, ArrayRef)> {
    let keys_of: Vec<Vec<&str>> = answers.iter().map(|answer| key_columns(answer)).collect();
    let mut keys: Vec<&'static str> = Vec::new();
    for key in answers.iter().flat_map(|answer| key_columns(answer)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let rows: Vec<(usize, Row)> = answers
        .iter()
        .enumerate()
        .flat_map(|(nth, answer)| rows(answer, register).map(move |row| (nth, row)))
        .collect();
    let key_column = |name: &'static str| -> (&'static str, ArrayRef) {
        let places: Vec<Option<usize>> = keys_of.iter().map(|of| of.iter().position(|key| *key == name)).collect();
        let values = rows.iter().map(|(nth, row)| row.keys.get(places[*nth]?).map(String::as_str));
        (name, Arc::new(values.collect::<StringArray>()))
    };
    let decimals = |of: fn(&Row) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(|(_, row)| of(row)).collect::<Float64Array>())
    };
    let texts = |of: fn(&Row) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|(_, row)| of(row)).collect::<StringArray>())
    };
    let mut columns: Vec<(&str, ArrayRef)> = keys.into_iter().map(key_column).collect();
    columns.extend([
        ("indicator", texts(|row| Some(row.indicator))),
        ("n", Arc::new(rows.iter().map(|(_, row)| row.n).collect::<Int64Array>()) as ArrayRef),
        ("value", decimals(|row| row.value)),
        ("lower", decimals(|row| row.lower)),
        ("upper", decimals(|row| row.upper)),
        ("comparator", decimals(|row| row.comparator)),
        ("compared_with", texts(|row| row.compared_with.as_deref())),
        ("difference", decimals(|row| row.difference)),
        ("significance", texts(|row| row.significance)),
        ("reason", texts(|row| row.reason.as_deref())),
    ]);
    columns
}

pub(super) fn file(
    columns: Vec<(&str, ArrayRef)>,
    metadata: Vec<KeyValue>,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let fields: Vec<_> = columns.iter().map(|(name, a)| Field::new(*name, a.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(io::Error::other)?;
    let metadata = Some(metadata).filter(|metadata| !metadata.is_empty());
    let properties = WriterProperties::builder().set_key_value_metadata(metadata).build();
    // Into memory first: a writer that fails then tells so itself, and is not wrapped.
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.close().map_err(io::Error::other)?;
    out.write_all(&file)
}
