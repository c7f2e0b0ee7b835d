//! A Parquet file to load: opened, checked against the contract, and read batch by batch in the contract's types.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, StringArray, new_null_array,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Int32Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use sha2::{Digest, Sha256};

use super::contract::{Column, Kind, Table};
use super::finding::{Fault, Finding, Findings, Place};
use super::tables::Layouts;

/// More columns than this are a mistake: the widest published table has some 600.
const MOST_COLUMNS: usize = 2_000;

/// Rows in a batch.
const BATCH: usize = 65_536;

/// A file whose columns are those of a table of the contract.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub path: PathBuf,
    /// As the user named it; findings repeat it.
    pub name: String,
    pub table: Table,
    /// SHA-256 of the contents, in hexadecimal.
    pub hash: String,
    pub rows: u64,
    stamp: Stamp,
    metadata: ArrowReaderMetadata,
    /// The first row of each row group, counted from 1.
    row_groups: Vec<u64>,
}

impl SourceFile {
    /// Whether a file is to be read by the contract: it is Parquet, by its ending or its contents, and is called like a
    /// table of the contract or has no other known layout.
    pub fn is_of_contract(path: &Path, layouts: &Layouts) -> bool {
        let mut begins = [0; 4];
        let parquet = File::open(path).and_then(|mut file| file.read_exact(&mut begins)).is_ok() && &begins == b"PAR1";
        let named = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
        if !parquet {
            return named || !path.is_file();
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let columns: Vec<String> = read_metadata(path)
            .map(|metadata| metadata.schema().fields().iter().map(|field| field.name().clone()).collect())
            .unwrap_or_default();
        Table::of_file(&stem, &[]).is_some() || layouts.of(&columns).is_err()
    }

    /// Opens a file and checks its columns. What is wrong goes to `findings`; `None` if it cannot be read as a table.
    pub fn open(path: &Path, findings: &mut Findings) -> Option<Self> {
        let name = path.display().to_string();
        let mut find = |column: Option<&str>, fault, message: String| {
            let column = column.map(str::to_owned);
            findings.push(Finding { file: name.clone(), place: Place::File, column, fault, message });
        };
        let (stamp, hash) = match stamp(path).and_then(|stamp| Ok((stamp, hash(path)?))) {
            Ok((stamp, Some(hash))) => (stamp, hash),
            Ok((_, None)) => {
                find(None, Fault::Empty, "the file is empty; save it again from where it came".to_owned());
                return None;
            }
            Err(error) => {
                find(None, Fault::Unreadable, format!("the file cannot be read ({error}); check its name and rights"));
                return None;
            }
        };
        let metadata = match read_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                let message = format!("this is not a whole Parquet file ({error}); save it as Parquet again");
                find(None, Fault::NotParquet, message);
                return None;
            }
        };
        let schema = metadata.schema().clone();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        if names.len() > MOST_COLUMNS {
            let message = format!("{} columns; a file of the contract has at most 15", names.len());
            find(None, Fault::TooManyColumns, message);
            return None;
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(table) = Table::of_file(&stem, &names) else {
            let known: Vec<_> = Table::ALL.into_iter().map(Table::name).collect();
            let message = format!(
                "neither its name nor its columns ({}) are those of a file of the contract: {}",
                some_of(&names),
                known.join(", ")
            );
            find(None, Fault::UnknownTable, message);
            return None;
        };
        let mut fits = true;
        for column in table.columns() {
            match schema.field_with_name(column.name) {
                Err(_) if column.optional => {}
                Err(_) => {
                    fits = false;
                    let message = format!("the column is missing; add it as {}", column.kind.word());
                    find(Some(column.name), Fault::MissingColumn, message);
                }
                Ok(field) if accepts(column.kind, field.data_type()) => {}
                // A column without a single value has no type of its own.
                Ok(field) if column.optional && *field.data_type() == DataType::Null => {}
                Ok(field) => {
                    fits = false;
                    let message = format!("it holds {}; it must hold {}", plain(field.data_type()), column.kind.word());
                    find(Some(column.name), Fault::WrongType, message);
                }
            }
        }
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
            fits = false;
            find(None, Fault::Duplicate, "two columns have the same name; name each once".to_owned());
        }
        let parquet = metadata.metadata();
        let rows = parquet.file_metadata().num_rows();
        if rows <= 0 {
            find(None, Fault::Empty, "the file has columns but no rows; leave it out or save it again".to_owned());
            return None;
        }
        if !fits {
            return None;
        }
        let row_groups = parquet
            .row_groups()
            .iter()
            .scan(1, |next, group| {
                let first = *next;
                *next += group.num_rows().max(0) as u64;
                Some(first)
            })
            .collect();
        Some(Self { path: path.to_owned(), name, table, hash, rows: rows as u64, stamp, metadata, row_groups })
    }

    /// Reads the file from its start. Stops early, with a finding, where it cannot be read.
    pub fn batches<'a>(
        &'a self,
        findings: &mut Findings,
    ) -> Option<impl Iterator<Item = Result<Batch<'a>, Finding>> + use<'a>> {
        let broken = move |error: String| Finding {
            file: self.name.clone(),
            place: Place::File,
            column: None,
            fault: Fault::Unreadable,
            message: format!("the file broke off while it was read ({error}); save it again from where it came"),
        };
        let opened = File::open(&self.path).map_err(|error| error.to_string()).and_then(|file| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
            let wanted = self.table.columns().iter().map(|column| column.name);
            let mask = ProjectionMask::columns(builder.parquet_schema(), wanted);
            builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|error| error.to_string())
        });
        let reader = match opened {
            Ok(reader) => reader,
            Err(error) => {
                findings.push(broken(error));
                return None;
            }
        };
        let mut next_row = 1;
        Some(reader.map(move |batch| {
            let batch = batch.map_err(|error| broken(error.to_string()))?;
            let first_row = next_row;
            next_row += batch.num_rows() as u64;
            let mut unfit = Vec::new();
            let mut columns = Vec::new();
            for column in self.table.columns() {
                let Some(stored) = batch.column_by_name(column.name) else {
                    columns.push(new_null_array(&in_memory(column), batch.num_rows()));
                    continue;
                };
                let cast = cast_with_options(stored, &in_memory(column), &CastOptions::default());
                let cast = cast.map_err(|error| broken(error.to_string()))?;
                // A number that does not fit became a null.
                if cast.logical_null_count() > stored.logical_null_count() {
                    let lost = (0..cast.len()).filter(|row| cast.is_null(*row) && stored.is_valid(*row));
                    unfit.extend(lost.map(|row| (row, column.name)));
                }
                columns.push(cast);
            }
            Ok(Batch { file: self, first_row, rows: batch.num_rows(), columns, unfit })
        }))
    }

    /// Finds whether the file is another than the one that was looked at first.
    pub fn check_unchanged(&self, findings: &mut Findings) {
        let now = stamp(&self.path).ok();
        if now.as_ref() != Some(&self.stamp) {
            findings.push(Finding {
                file: self.name.clone(),
                place: Place::File,
                column: None,
                fault: Fault::Unreadable,
                message: "the file was changed while it was read; load it again".to_owned(),
            });
        }
    }

    /// Where a row of the file is.
    pub fn place(&self, row: u64) -> Place {
        Place::Row { row, row_group: self.row_groups.partition_point(|first| *first <= row) }
    }
}

/// Some rows of a file, with the columns of its table in order and in one in-memory type per kind.
pub(super) struct Batch<'a> {
    pub file: &'a SourceFile,
    /// The row in the file, from 1, of the first row here.
    pub first_row: u64,
    pub rows: usize,
    columns: Vec<ArrayRef>,
    /// Numbers that did not fit into the in-memory type: row from 0, and column.
    unfit: Vec<(usize, &'static str)>,
}

impl Batch<'_> {
    fn column(&self, name: &str) -> &ArrayRef {
        let nth = self.file.table.columns().iter().position(|column| column.name == name);
        // A name that is not in the contract is a fault of the program: the first column's type then fails below.
        &self.columns[nth.unwrap_or_default()]
    }

    /// Numbers that are too large for any column: row from 0, and column.
    pub fn unfit(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.unfit.iter().copied()
    }

    /// The rows of this batch, from 0, that have no value in a column. An empty text is no value.
    pub fn without_value(&self, column: &Column) -> impl Iterator<Item = usize> {
        let array = self.column(column.name);
        let nulls = array.logical_nulls();
        let texts = array.as_any().downcast_ref::<StringArray>().cloned();
        (0..self.rows).filter(move |row| {
            let null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(*row));
            let empty = texts.as_ref().is_some_and(|texts| texts.value(*row).is_empty());
            (null || empty) && !self.unfit.contains(&(*row, column.name))
        })
    }

    /// A finding in a row of this batch, from 0.
    pub fn finding(&self, row: usize, column: &'static str, fault: Fault, message: String) -> Finding {
        let place = self.file.place(self.first_row + row as u64);
        Finding { file: self.file.name.clone(), place, column: Some(column.to_owned()), fault, message }
    }

    /// A column of whole numbers.
    pub fn whole(&self, name: &str) -> Int64Array {
        self.column(name).as_any().downcast_ref().cloned().unwrap_or_else(|| Int64Array::new_null(self.rows))
    }

    /// A column of numbers.
    pub fn decimal(&self, name: &str) -> Float64Array {
        self.column(name).as_any().downcast_ref().cloned().unwrap_or_else(|| Float64Array::new_null(self.rows))
    }

    /// A column of true and false.
    pub fn yes_no(&self, name: &str) -> BooleanArray {
        self.column(name).as_any().downcast_ref().cloned().unwrap_or_else(|| BooleanArray::new_null(self.rows))
    }

    /// A text column.
    pub fn text(&self, name: &str) -> StringArray {
        let plain = cast_with_options(self.column(name), &DataType::Utf8, &CastOptions::default()).ok();
        plain
            .and_then(|array| array.as_any().downcast_ref().cloned())
            .unwrap_or_else(|| StringArray::new_null(self.rows))
    }

    /// A column of words that repeat: each row's word by its number among the batch's distinct words.
    pub fn words(&self, name: &str) -> Words {
        let dictionary = self.column(name).as_any().downcast_ref::<DictionaryArray<Int32Type>>().cloned();
        let none = || std::iter::repeat_n(None::<&str>, self.rows).collect();
        let dictionary = dictionary.unwrap_or_else(none);
        let distinct: StringArray =
            dictionary.values().as_any().downcast_ref().cloned().unwrap_or_else(|| StringArray::new_null(0));
        Words { dictionary, distinct }
    }
}

/// A column of words that repeat.
pub(super) struct Words {
    dictionary: DictionaryArray<Int32Type>,
    distinct: StringArray,
}

impl Words {
    /// The distinct words.
    pub fn distinct(&self) -> impl Iterator<Item = &str> {
        self.distinct.iter().map(Option::unwrap_or_default)
    }

    /// The word of a row, as its number among the distinct ones.
    pub fn number(&self, row: usize) -> Option<usize> {
        self.dictionary.key(row)
    }

    /// The word of a row.
    pub fn word(&self, row: usize) -> Option<&str> {
        self.number(row).map(|number| self.distinct.value(number))
    }
}

/// Text columns whose few words repeat in every row.
pub(super) const REPEATING: [&str; 6] = ["subject", "qualification", "grade", "sex", "sen", "ethnicity"];

fn in_memory(column: &Column) -> DataType {
    match column.kind {
        Kind::Text if REPEATING.contains(&column.name) => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        Kind::Text => DataType::Utf8,
        Kind::Whole => DataType::Int64,
        Kind::Decimal => DataType::Float64,
        Kind::YesNo => DataType::Boolean,
    }
}

fn accepts(kind: Kind, stored: &DataType) -> bool {
    match (kind, stored) {
        (Kind::Text, DataType::Dictionary(_, values)) => accepts(kind, values),
        (Kind::Text, stored) => matches!(stored, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
        (Kind::Whole, stored) => stored.is_integer(),
        (Kind::Decimal, stored) => {
            stored.is_integer() || matches!(stored, DataType::Float16 | DataType::Float32 | DataType::Float64)
        }
        (Kind::YesNo, stored) => *stored == DataType::Boolean,
    }
}

/// A stored type in words a user of spreadsheets knows.
fn plain(stored: &DataType) -> String {
    match stored {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "true/false".to_owned(),
        stored if stored.is_integer() => "whole numbers".to_owned(),
        stored if stored.is_floating() => "numbers with decimals".to_owned(),
        stored => format!("{stored}"),
    }
}

/// The first of some names.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    names[..names.len().min(SHOWN)].join(", ") + more
}

fn read_metadata(path: &Path) -> Result<ArrowReaderMetadata, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|error| error.to_string())?;
    // Read words that repeat as the dictionary that the file holds them in, where it does.
    let fields = metadata.schema().fields().iter().map(|field| {
        let repeats = REPEATING.contains(&field.name().as_str());
        match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if repeats => {
                let words = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(words))
            }
            _ => field.clone(),
        }
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let as_words = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options);
    Ok(as_words.unwrap_or(metadata))
}

/// What changes when a file is replaced or written to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

pub(super) fn stamp(path: &Path) -> io::Result<Stamp> {
    let file = std::fs::metadata(path)?;
    if !file.is_file() {
        return Err(io::Error::other("it is no file that can be read twice"));
    }
    Ok(Stamp { bytes: file.len(), modified: file.modified().ok() })
}

/// SHA-256 of a file's contents; `None` if there are none.
pub(super) fn hash(path: &Path) -> io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut empty = true;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => {
                empty = false;
                hasher.update(&buffer[..n]);
            }
        }
    }
    let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((!empty).then_some(hex))
}
