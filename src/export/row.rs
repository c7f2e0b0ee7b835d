//! A cell as a row of text and numbers, the same for every format.

use crate::desk::{Answer, Cell, Key};
use crate::method::interval::Significance;
use crate::model::Breakdown;
use crate::workspace::Register;

/// A cell of an answer. Percentages are 0 to 100; what is missing has its reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// One per key column.
    pub keys: Vec<String>,
    pub indicator: &'static str,
    pub n: Option<i64>,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub comparator: Option<f64>,
    /// With what it is compared, in words.
    pub compared_with: Option<String>,
    pub difference: Option<f64>,
    pub significance: Option<&'static str>,
    pub reason: Option<String>,
}

/// The names of the key columns: a school is its URN and its name.
pub(super) fn key_columns(answer: &Answer) -> Vec<&'static str> {
    let columns = |by: &Breakdown| match by {
        Breakdown::School => vec!["urn", "name"],
        other => vec![other.word()],
    };
    answer.question().by().iter().flat_map(columns).collect()
}

/// The cells of an answer in order.
pub(super) fn rows<'a>(answer: &'a Answer, register: &'a Register) -> impl Iterator<Item = Row> + 'a {
    answer.cells().iter().map(|cell| row(answer, cell, register))
}

fn row(answer: &Answer, cell: &Cell, register: &Register) -> Row {
    let keys = cell.keys.iter().flat_map(|key| match key {
        Key::School(urn) => {
            let name = register.school(*urn).map(|school| guarded(&school.name));
            vec![urn.to_string(), name.unwrap_or_default()]
        }
        Key::Subject(subject) => vec![subject.slug.clone()],
        Key::Year(year) => vec![year.ending().to_string()],
        Key::Pupils(group) => vec![group.word().to_owned()],
    });
    let figure = cell.figure.as_ref().ok();
    let interval = figure.and_then(|figure| figure.interval);
    let comparison = figure.and_then(|figure| figure.comparison);
    let compared = comparison.and_then(Result::ok);
    let reason = match (&cell.figure, comparison) {
        (Err(reason), _) => Some(reason.to_string()),
        (Ok(_), Some(Err(reason))) => Some(format!("comparator {reason}")),
        _ => None,
    };
    Row {
        keys: keys.collect(),
        indicator: cell.indicator.word(),
        n: figure.and_then(|figure| figure.n),
        value: figure.map(|figure| figure.value),
        lower: interval.map(|interval| interval.lower),
        upper: interval.map(|interval| interval.upper),
        comparator: compared.map(|compared| compared.comparator),
        difference: compared.map(|compared| compared.difference),
        compared_with: compared.and_then(|compared| answer.compared_with_of(&compared)),
        significance: compared.and_then(|compared| compared.significance).map(Significance::word),
        reason,
    }
}

/// A name that a spreadsheet would take for a formula is written as text.
pub(super) fn guarded(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() }
}
