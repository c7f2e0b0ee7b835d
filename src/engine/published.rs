//! Published figures of schools and areas, as sums that can be put together.
//!
//! What is made of the sums is [`crate::method::published`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arrow::array::{Array as _, AsArray as _, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Float64Type, Int64Type};
use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};

use super::EngineError;
use crate::method::published::{Only, Pooled};
use crate::model::{Code, Filter, Indicator, KeyStage, Scope, Source, Subject, Year};
use crate::workspace::Area;

/// What published figures are asked of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Schools. Their lines are put together by whoever asks.
    Schools(Scope),
    /// An area: England, an authority, a trust.
    Area(Area, i32),
}

/// A question to the published figures: each measure, year, subject and pupil group apart, unless years are pooled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublishedSlice {
    pub whose: Whose,
    pub stage: KeyStage,
    pub years: Vec<Year>,
    /// Whether years are put together.
    pub pool: bool,
    /// Whether schools are kept apart.
    pub by_school: bool,
    pub indicators: Vec<Indicator>,
    /// Empty for every subject. Figures of no subject are of all.
    pub subjects: Vec<Subject>,
    /// The pupil groups, each apart.
    pub groups: Vec<Filter>,
}

/// What a row of published figures is of. Year 0 is several years together, URN 0 several schools or an area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublishedKey {
    pub urn: i32,
    pub year: i32,
    pub indicator: Indicator,
    pub subject: Option<Subject>,
    pub group: Filter,
}

/// Rows of published figures in no order, and the statement that gave them. Two rows may be of the same.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PublishedFigures {
    pub rows: Vec<(PublishedKey, Pooled)>,
    pub sql: String,
}

impl PublishedFigures {
    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        self.sql.len() + self.rows.len() * size_of::<(PublishedKey, Pooled)>()
    }
}

/// Asks for published figures on a connection of its own thread.
///
/// # Errors
/// [`EngineError::Interrupted`] when the connection was interrupted.
pub fn published(connection: &Connection, slice: &PublishedSlice) -> Result<PublishedFigures, EngineError> {
    let (sql, values) = statement(slice);
    let mut statement = connection.prepare_cached(&sql)?;
    let groups: BTreeMap<String, &Filter> = slice.groups.iter().map(|group| (group.word(), group)).collect();
    let mut rows = Vec::new();
    for batch in statement.query_arrow(params_from_iter(&values))? {
        let columns = Columns { batch: &batch };
        let (urn, year) = (columns.ints(0), columns.ints(1));
        let [measure, subject, group] = [2, 3, 4].map(|place| columns.texts(place));
        for row in 0..batch.num_rows() {
            let word = |array: &StringArray| array.is_valid(row).then(|| array.value(row).to_owned());
            let indicator = slice.indicators.iter().copied().find(|of| measure.value(row) == of.word());
            let (Some(indicator), Some(group)) = (indicator, groups.get(group.value(row))) else { continue };
            let subject = word(&subject).and_then(|word| Subject::from_word(slice.stage, &word).ok());
            let (urn, year, group) = (urn.value(row), year.value(row), (*group).clone());
            let key = PublishedKey { urn, year, indicator, subject, group };
            let pooled = if is_listed(slice) { columns.figure(row) } else { columns.sums(row) };
            rows.push((key, pooled));
        }
    }
    Ok(PublishedFigures { rows, sql: readable(&sql, &values) })
}

/// The columns of an answer.
struct Columns<'a> {
    batch: &'a RecordBatch,
}

impl Columns<'_> {
    fn ints(&self, place: usize) -> Int32Array {
        self.batch.column(place).as_primitive().clone()
    }

    fn texts(&self, place: usize) -> StringArray {
        self.batch.column(place).as_string::<i32>().clone()
    }

    fn int(&self, place: usize, row: usize) -> i64 {
        let column = self.batch.column(place).as_primitive::<Int64Type>();
        if column.is_valid(row) { column.value(row) } else { 0 }
    }

    fn decimal(&self, place: usize, row: usize) -> Option<f64> {
        let column = self.batch.column(place).as_primitive::<Float64Type>();
        column.is_valid(row).then(|| column.value(row))
    }

    fn code(&self, place: usize, row: usize) -> Option<Code> {
        let column = self.batch.column(place).as_string::<i32>();
        if column.is_valid(row) { Code::from_word(column.value(row)) } else { None }
    }

    fn limits(&self, place: usize, row: usize) -> Option<(f64, f64)> {
        self.decimal(place, row).zip(self.decimal(place + 1, row))
    }

    /// One figure by itself.
    fn figure(&self, row: usize) -> Pooled {
        let n = self.batch.column(5).as_primitive::<Int64Type>();
        let n = n.is_valid(row).then(|| n.value(row));
        Pooled::of(self.decimal(6, row), n, self.limits(7, row), self.code(9, row))
    }

    /// Figures put together by the database.
    fn sums(&self, row: usize) -> Pooled {
        let int = |place| self.int(place, row);
        let with_value = int(6);
        let n = self.batch.column(14).as_primitive::<Int64Type>();
        let only = Only {
            value: self.decimal(13, row).unwrap_or_default(),
            n: n.is_valid(row).then(|| n.value(row)),
            limits: self.limits(15, row),
        };
        Pooled {
            rows: int(5),
            with_value,
            with_n: int(7),
            n: int(8),
            n_of_all: int(9),
            without_n: int(10),
            weighted: int(11),
            plain: int(12),
            only: (with_value == 1).then_some(only),
            code: self.code(17, row),
            years: int(18),
        }
    }
}

/// Whether figures are listed one by one, which is several times as fast as to put together groups of one.
fn is_listed(slice: &PublishedSlice) -> bool {
    !slice.pool && (slice.by_school || matches!(slice.whose, Whose::Area(..)))
}

/// What is selected where figures are put together by the database.
fn selected_sums(slice: &PublishedSlice) -> String {
    let urn = if slice.by_school { "code" } else { "0" };
    let (year, years) = if slice.pool { ("0", "COUNT(DISTINCT year)") } else { ("year", "CAST(1 AS BIGINT)") };
    let with_n = "value IS NOT NULL AND n IS NOT NULL";
    let sum = |of: &str| format!("CAST(COALESCE(SUM({of}), 0) AS BIGINT)");
    let million = "CAST(ROUND(value * 1e6) AS BIGINT)";
    let only = "CASE WHEN value IS NOT NULL THEN";
    format!(
        "SELECT CAST({urn} AS INTEGER), CAST({year} AS INTEGER), measure, subject, pupil_group, COUNT(*), COUNT(value), \
         COUNT(CASE WHEN {with_n} THEN 1 END), {n}, {n_of_all}, COUNT(*) - COUNT(n), {weighted}, {plain}, MAX(value), \
         CAST(MAX({only} n END) AS BIGINT), MAX({only} lower END), MAX({only} upper END), MIN(reason), {years} \
         FROM published",
        n = sum(&format!("CASE WHEN {with_n} THEN CAST(n AS BIGINT) END")),
        n_of_all = sum("CAST(n AS BIGINT)"),
        weighted = sum(&format!("CASE WHEN {with_n} THEN CAST(n AS BIGINT) * {million} END")),
        plain = sum(million),
    )
}

/// The statement and the values bound to it.
fn statement(slice: &PublishedSlice) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let mut sql = if is_listed(slice) {
        "SELECT code, year, measure, subject, pupil_group, CAST(n AS BIGINT), value, lower, upper, reason FROM published"
            .to_owned()
    } else {
        selected_sums(slice)
    };
    sql.push_str(" WHERE area = ?");
    let number = |value: i32| Value::Int(value);
    let area = match &slice.whose {
        Whose::Schools(_) => Area::School,
        Whose::Area(area, _) => *area,
    };
    values.push(number(area.number()));
    let mut one_of = |sql: &mut String, column: &str, allowed: Vec<Value>| {
        let _ = match allowed.len() {
            1 => write!(sql, " AND {column} = ?"),
            n => write!(sql, " AND {column} IN ({})", vec!["?"; n].join(", ")),
        };
        values.extend(allowed);
    };
    // Figures of the whole school are of no key stage.
    let stages: Vec<i32> = [
        slice.indicators.iter().any(|of| of.source() != Source::School).then(|| slice.stage.number()),
        slice.indicators.iter().any(|of| of.source() == Source::School).then_some(0),
    ]
    .into_iter()
    .flatten()
    .collect();
    one_of(&mut sql, "key_stage", stages.into_iter().map(number).collect());
    one_of(&mut sql, "year", slice.years.iter().map(|year| number(year.ending())).collect());
    let text = |word: &str| Value::Text(word.to_owned());
    one_of(&mut sql, "measure", slice.indicators.iter().map(|indicator| text(indicator.word())).collect());
    one_of(&mut sql, "pupil_group", slice.groups.iter().map(|group| text(&group.word())).collect());
    if !slice.subjects.is_empty() {
        one_of(&mut sql, "subject", slice.subjects.iter().map(|subject| text(subject.word())).collect());
    }
    match &slice.whose {
        Whose::Area(_, code) => one_of(&mut sql, "code", vec![number(*code)]),
        Whose::Schools(scope) => match scope {
            Scope::All => {}
            Scope::La(code) => {
                sql.push_str(" AND code IN (SELECT urn FROM school_lines WHERE la_code = ?)");
                values.push(number(*code));
            }
            Scope::Trust(uid) => {
                sql.push_str(" AND code IN (SELECT urn FROM school_lines WHERE trust_uid = ?)");
                values.push(number(*uid));
            }
            Scope::Schools(urns) => one_of(&mut sql, "code", urns.iter().map(|urn| number(urn.number())).collect()),
        },
    }
    if !is_listed(slice) {
        let mut keys = vec!["measure", "subject", "pupil_group"];
        if slice.by_school {
            keys.push("code");
        }
        if !slice.pool {
            keys.push("year");
        }
        let _ = write!(sql, " GROUP BY {}", keys.join(", "));
    }
    (sql, values)
}

/// The statement with its values in place, to read and to copy. What runs has them bound.
fn readable(sql: &str, values: &[Value]) -> String {
    let mut values = values.iter();
    let value = |part: &str| match values.next() {
        Some(Value::Int(number)) => format!("{part}{number}"),
        Some(Value::Text(text)) => format!("{part}'{text}'"),
        _ => part.to_owned(),
    };
    sql.split('?').map(value).collect()
}
