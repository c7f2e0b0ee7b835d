//! Staging: the rows of a load in temporary tables beside the workspace, checked before anything is changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int8Array, Int16Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Int8Type, Int16Type, Int32Type, Schema};
use duckdb::Connection;

use super::contract::{Column, Kind, Table};
use super::finding::{Fault, Findings};
use super::pupils::{PupilFacts, Pupils};
use super::source::Batch;
use crate::model::{Code, Filter, Indicator, Profile, Qualification, Subject, UnknownWord};
use crate::workspace::layout::{AS_OF_CONTRACT, PUPIL_COLUMNS, RESULT_COLUMNS};

/// Makes the temporary tables. They are gone when the connection closes.
pub(super) fn create(connection: &Connection) -> duckdb::Result<()> {
    let copies = [Table::Schools, Table::SchoolYears, Table::National, Table::Published].map(|table| {
        let name = table.name();
        let from = if table == Table::SchoolYears { "school_years_loaded" } else { name };
        format!("CREATE OR REPLACE TEMP TABLE staged_{name} AS SELECT * FROM {from} WHERE FALSE;")
    });
    connection.execute_batch(&format!(
        "{} CREATE OR REPLACE TEMP TABLE staged_pupils ({PUPIL_COLUMNS});
         CREATE OR REPLACE TEMP TABLE staged_results ({RESULT_COLUMNS});",
        copies.join(" ")
    ))
}

/// Drops the temporary tables.
pub(super) fn drop_all(connection: &Connection) -> duckdb::Result<()> {
    let drops = Table::ALL.map(|table| format!("DROP TABLE IF EXISTS temp.staged_{};", table.name()));
    connection.execute_batch(&format!("{} DROP TABLE IF EXISTS temp.staged_outcomes;", drops.join(" ")))
}

/// Appends rows to a temporary table.
pub(super) fn append(connection: &Connection, table: &str, rows: RecordBatch) -> duckdb::Result<()> {
    let mut appender = connection.appender_to_catalog_and_db(table, "temp", "main")?;
    appender.append_record_batch(rows)?;
    appender.flush()
}

/// A batch of named columns.
pub(super) fn batch_of(columns: Vec<(&str, ArrayRef)>) -> duckdb::Result<RecordBatch> {
    let fields: Vec<_> = columns.iter().map(|(name, a)| Field::new(*name, a.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| duckdb::Error::ToSqlConversionFailure(Box::new(error)))
}

/// What is known of schools while a load is checked.
pub(super) struct Known {
    pub urns: BTreeSet<i64>,
    /// Keys of the rows of this load: each may be there once.
    loaded: BTreeSet<(Table, String)>,
}

impl Known {
    /// The schools of the workspace, before the load.
    pub fn new(urns: BTreeSet<i64>) -> Self {
        Self { urns, loaded: BTreeSet::new() }
    }
}

/// The rows of a checked batch of one of the small tables, ready to append.
pub(super) fn small_table(
    batch: &Batch<'_>,
    known: &mut Known,
    source: i32,
    findings: &mut Findings,
) -> duckdb::Result<RecordBatch> {
    let table = batch.file.table;
    if table == Table::Published {
        published_words(batch, findings);
    }
    if table == Table::Schools {
        known.urns.extend(batch.whole("urn").iter().flatten());
    }
    let (column, key) = match table {
        Table::Schools => ("urn", vec!["urn"]),
        Table::SchoolYears => ("urn", vec!["urn", "year"]),
        Table::National => {
            ("measure", vec!["year", "key_stage", "measure", "subject", "characteristic", "value", "source"])
        }
        _ => ("measure", vec!["urn", "year", "key_stage", "measure", "subject", "pupil_group"]),
    };
    // Numbers and texts of a key as one text; the letter between them is in no text that a person writes.
    let parts: Vec<StringArray> = key.iter().map(|name| batch.text(name)).collect();
    for row in 0..batch.rows {
        let values = parts.iter().map(|part| if part.is_valid(row) { part.value(row) } else { "" });
        if !known.loaded.insert((table, values.collect::<Vec<_>>().join("\u{1f}"))) {
            let message = format!("there is a row with the same {} already; keep one", key.join(", "));
            findings.push(batch.finding(row, column, Fault::Duplicate, message));
        }
    }
    let array = |column: &Column| -> ArrayRef {
        match column.kind {
            // Values that do not fit are findings, which stop the load.
            Kind::Whole => Arc::new(batch.whole(column.name).unary::<_, Int32Type>(|value| value as i32)),
            Kind::Decimal => Arc::new(batch.decimal(column.name)),
            Kind::Text => Arc::new(batch.text(column.name)),
            Kind::YesNo => Arc::new(batch.yes_no(column.name)),
        }
    };
    let constant = |value: i32| -> ArrayRef { Arc::new(Int32Array::from_value(value, batch.rows)) };
    let mut columns: Vec<(&str, ArrayRef)> =
        table.columns().iter().map(|column| (column.name, array(column))).collect();
    match table {
        Table::Schools => columns.push(("as_of", constant(AS_OF_CONTRACT))),
        Table::Published => {
            columns.insert(0, ("area", Arc::new(Int8Array::from_value(0, batch.rows))));
            for (name, column) in &mut columns {
                match *name {
                    "key_stage" => {
                        *column = Arc::new(batch.whole("key_stage").iter().map(whole_school).collect::<Int32Array>());
                    }
                    "pupil_group" => {
                        *column = Arc::new(batch.text("pupil_group").iter().map(canonical).collect::<StringArray>());
                    }
                    _ => {}
                }
            }
            columns.push(("source", constant(source)));
        }
        _ => {}
    }
    batch_of(columns)
}

/// The number of a key stage in the workspace: 0 for the whole school.
fn whole_school(stage: Option<i64>) -> Option<i32> {
    Some(stage.unwrap_or_default() as i32)
}

/// A pupil group in one form.
fn canonical(group: Option<&str>) -> Option<String> {
    let parsed = |word: &str| if word == "all" { Ok(Filter::everyone()) } else { word.parse() };
    group.map(|word| parsed(word).map_or_else(|_: UnknownWord| word.to_owned(), |filter| filter.canonical().word()))
}

/// Finds words of published figures that are none of the field's.
fn published_words(batch: &Batch<'_>, findings: &mut Findings) {
    let mut check = |name: &'static str, right: &str, known: fn(&str) -> bool| {
        for (row, word) in batch.text(name).iter().enumerate() {
            if let Some(word) = word.filter(|word| !word.is_empty() && !known(word)) {
                let message = format!("\"{word}\" is not known; right would be: {right}");
                findings.push(batch.finding(row, name, Fault::UnknownWord, message));
            }
        }
    };
    check("measure", "a word of `schoolbench ask --list`", |word| word.parse::<Indicator>().is_ok());
    check("pupil_group", "all, sex=F, disadvantaged=yes ...", |word| word == "all" || word.parse::<Filter>().is_ok());
    check("reason", "SUPP, NE, NP, NA, NEW, LOWCOV, SP, RE, z, x, c, low, k, u", |word| {
        Code::from_word(word).is_some()
    });
}

/// Finds the rows of a batch whose school is not loaded.
pub(super) fn without_school(batch: &Batch<'_>, known: &Known, findings: &mut Findings) {
    for (row, urn) in batch.whole("urn").iter().enumerate() {
        if let Some(urn) = urn
            && !known.urns.contains(&urn)
        {
            let message = format!("school {urn} has no row in schools; load that file too");
            findings.push(batch.finding(row, "urn", Fault::WithoutSchool, message));
        }
    }
}

/// The new pupils of a batch as they are staged: the columns of [`PUPIL_COLUMNS`].
pub(super) fn pupil_rows(batch: &Batch<'_>, taken: &[(u32, usize)], pupils: &Pupils) -> duckdb::Result<RecordBatch> {
    let keys = batch.text("pupil");
    let facts = |of: fn(PupilFacts) -> i32| taken.iter().map(move |(number, _)| of(pupils.facts(*number)));
    let prior = taken.iter().map(|(number, _)| pupils.facts(*number).prior);
    batch_of(vec![
        ("pupil", Arc::new(Int32Array::from_iter_values(taken.iter().map(|(number, _)| *number as i32)))),
        ("key", Arc::new(StringArray::from_iter_values(taken.iter().map(|(_, row)| keys.value(*row))))),
        ("stage", Arc::new(Int8Array::from_iter_values(facts(|f| f.stage.into()).map(|value| value as i8)))),
        ("urn", Arc::new(Int32Array::from_iter_values(facts(|f| f.urn)))),
        ("year", Arc::new(Int16Array::from_iter_values(facts(|f| f.year.into()).map(|value| value as i16)))),
        ("profile", Arc::new(Int32Array::from_iter_values(facts(|f| f.profile.number())))),
        ("prior", Arc::new(prior.collect::<Int16Array>())),
    ])
}

/// The pupils that the workspace holds already.
pub(super) fn known_pupils(connection: &Connection) -> duckdb::Result<Pupils> {
    let mut pupils = Pupils::default();
    let mut statement =
        connection.prepare("SELECT key, stage, urn, year, profile, prior FROM pupils ORDER BY pupil")?;
    for batch in statement.stream_arrow([])? {
        let batch = batch?;
        let key = batch.column(0).as_string::<i32>();
        let stage = batch.column(1).as_primitive::<Int8Type>();
        let urn = batch.column(2).as_primitive::<Int32Type>();
        let year = batch.column(3).as_primitive::<Int16Type>();
        let profile = batch.column(4).as_primitive::<Int32Type>();
        let prior = batch.column(5).as_primitive::<Int16Type>();
        for row in 0..batch.num_rows() {
            let facts = PupilFacts {
                stage: stage.value(row),
                urn: urn.value(row),
                year: year.value(row),
                profile: Profile::from_number(profile.value(row)),
                prior: prior.is_valid(row).then(|| prior.value(row)),
            };
            // Keys of a workspace are distinct: they were checked when they were loaded.
            let _ = pupils.add(key.value(row), facts);
        }
    }
    pupils.are_known();
    Ok(pupils)
}

/// Notes which results pupils of the workspace have already, where a batch of results is of their key stage and year. A load
/// of another year does not read them.
pub(super) fn note_known_results(
    connection: &Connection,
    batch: &Batch<'_>,
    pupils: &mut Pupils,
) -> duckdb::Result<()> {
    let subjects: Vec<Option<Subject>> = (0..=255).map(Subject::from_id).collect();
    for (stage, year) in pupils.take_unnoted(batch) {
        let of_year = "SELECT pupil, subject, qualification FROM results_by_subject WHERE stage = ? AND year = ?";
        let mut statement = connection.prepare(of_year)?;
        for batch in statement.stream_arrow([i32::from(stage), i32::from(year)])? {
            let batch = batch?;
            let pupil = batch.column(0).as_primitive::<Int32Type>();
            let subject = batch.column(1).as_primitive::<Int16Type>();
            let kind = batch.column(2).as_primitive::<Int8Type>();
            for row in 0..batch.num_rows() {
                let kind = Qualification::from_number(kind.value(row).into());
                if let (Some(subject), Some(kind)) = (subjects[subject.value(row) as usize], kind) {
                    pupils.note_result(pupil.value(row) as u32, subject, kind);
                }
            }
        }
    }
    Ok(())
}
