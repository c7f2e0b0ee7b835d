//! From a slice to a statement: which table answers it, and how.

use std::fmt::Write as _;

use super::{CellsOf, Slice};
use crate::model::{Breakdown, Indicator, Profile, PupilGroup, Scope, Source};
use crate::workspace::measures::{TallySql, code, over_cube, over_facts, pupils_over_facts};

/// Which of the three forms of the facts is read. All give the same tallies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Path {
    /// Cells of the common characteristics, over all schools.
    Cube,
    /// Rows sorted by school: for some schools.
    BySchool,
    /// Rows sorted by year (and subject): for all schools.
    ByYear,
}

impl Path {
    /// Every path.
    pub const ALL: [Self; 3] = [Self::Cube, Self::BySchool, Self::ByYear];

    /// Whether this path can answer a slice. The cube holds neither schools nor the rarer characteristics.
    pub fn can_answer(self, slice: &Slice) -> bool {
        self != Self::Cube
            || (slice.scope == Scope::All
                && slice.filter.constraints().all(|(characteristic, _)| characteristic.is_common())
                && slice.by.iter().all(|by| match by {
                    Breakdown::School => false,
                    Breakdown::Pupils(characteristic) => characteristic.is_common(),
                    Breakdown::Subject | Breakdown::Year => true,
                }))
    }

    /// The path that reads least for a slice.
    pub fn best(slice: &Slice) -> Self {
        if Self::Cube.can_answer(slice) {
            Self::Cube
        } else if slice.scope == Scope::All {
            Self::ByYear
        } else {
            Self::BySchool
        }
    }

    /// The path that reads least for cells.
    fn of_cells(of: &CellsOf) -> Self {
        match (&of.scope, of.year) {
            (Scope::All, None) => Self::Cube,
            (Scope::All, Some(_)) => Self::ByYear,
            _ => Self::BySchool,
        }
    }

    fn table(self, source: Source) -> &'static str {
        match (source, self) {
            (Source::Results, Self::Cube) => "results_cube",
            (Source::Results, Self::BySchool) => "results_by_school",
            (Source::Results, Self::ByYear) => "results_by_subject",
            (Source::Outcomes, Self::Cube) => "outcomes_cube",
            (Source::Outcomes, Self::BySchool) => "outcomes_by_school",
            (Source::Outcomes, Self::ByYear) => "outcomes_by_year",
            // A slice is of pupils or of results: figures of whole schools have no facts.
            (Source::School, _) => "outcomes_by_year",
        }
    }
}

/// A statement and the values bound to it, in order.
///
/// Its columns are the keys of the slice, as 32-bit integers, then sums as 64-bit integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub sql: String,
    pub values: Vec<i32>,
    /// How many columns there are, and how many of them are keys.
    pub columns: usize,
    pub keys: usize,
    /// For each indicator of the slice, the columns of its n, sum and sum of squares; indicators share columns.
    pub sums: Vec<[usize; 3]>,
}

impl Plan {
    /// The best plan for a slice.
    pub fn new(slice: &Slice) -> Self {
        Self::on(slice, Path::best(slice))
    }

    /// The plan for how many pupils the results of each indicator are of, in place of its n, sum and sum of squares.
    ///
    /// For slices of results only: a headline is one figure per pupil. Slower than [`Plan::new`], which counts entries.
    pub fn of_pupils(slice: &Slice) -> Self {
        let path = if slice.scope == Scope::All { Path::ByYear } else { Path::BySchool };
        Self::made_of(slice, path, |indicator| {
            let pupils = pupils_over_facts(indicator);
            TallySql { n: pupils.clone(), sum: pupils.clone(), sum_of_squares: pupils }
        })
    }

    /// The plan that takes a path, which must be able to answer the slice.
    pub fn on(slice: &Slice, path: Path) -> Self {
        Self::made_of(slice, path, if path == Path::Cube { over_cube } else { over_facts })
    }

    fn made_of(slice: &Slice, path: Path, tally: impl Fn(Indicator) -> TallySql) -> Self {
        let keys: Vec<String> = slice.by.iter().map(|by| key(*by)).collect();
        let mut columns: Vec<String> = Vec::new();
        for (by, key) in slice.by.iter().zip(&keys) {
            columns.push(format!("CAST({key} AS INTEGER) AS by_{}", by.word()));
        }
        let mut place = |expression: String| place_of(&mut columns, expression);
        let sums = slice.indicators.iter().map(|indicator| {
            let tally = tally(*indicator);
            [tally.n, tally.sum, tally.sum_of_squares].map(&mut place)
        });
        let sums: Vec<[usize; 3]> = sums.collect();
        let mut values = vec![slice.stage.number()];
        let mut sql = format!("SELECT {} FROM {} WHERE stage = ?", columns.join(", "), path.table(slice.source));
        match slice.years.as_slice() {
            // Years that follow each other are one range, which is cheaper to test than a list.
            [first, .., last] if last.ending() - first.ending() + 1 == slice.years.len() as i32 => {
                sql.push_str(" AND year BETWEEN ? AND ?");
                values.extend([first.ending(), last.ending()]);
            }
            years => one_of(&mut sql, &mut values, "year", years.iter().map(|year| year.ending())),
        }
        if !slice.subjects.is_empty() {
            one_of(&mut sql, &mut values, "subject", slice.subjects.iter().map(|subject| i32::from(subject.id)));
        }
        in_scope(&mut sql, &mut values, &slice.scope);
        for (characteristic, groups) in slice.filter.constraints() {
            let code = code(characteristic);
            one_of(&mut sql, &mut values, &code, groups.iter().map(|group: &PupilGroup| i32::from(group.code)));
        }
        if !keys.is_empty() {
            let _ = write!(sql, " GROUP BY {} ORDER BY {} NULLS LAST", keys.join(", "), keys.join(" NULLS LAST, "));
        }
        Self { sql, values, columns: columns.len(), keys: keys.len(), sums }
    }

    /// The plan that reads cells of a scope, broken down by these and the common part of the profile, which is the last key; in
    /// order of the keys.
    pub(super) fn of_cells(of: &CellsOf, scope: &Scope, by: &[Breakdown], indicators: &[Indicator]) -> Self {
        let path = Path::of_cells(of);
        let mut keys: Vec<String> = by.iter().map(|by| key(*by)).collect();
        keys.push(format!("(profile & {})", Profile::COMMON));
        let mut columns: Vec<String> = keys.iter().map(|key| format!("CAST({key} AS INTEGER)")).collect();
        let tally = if path == Path::Cube { over_cube } else { over_facts };
        let sums = indicators.iter().map(|indicator| {
            let tally = tally(*indicator);
            [tally.n, tally.sum, tally.sum_of_squares].map(|expression| place_of(&mut columns, expression))
        });
        let sums: Vec<[usize; 3]> = sums.collect();
        let mut values = vec![of.stage.number()];
        let mut sql = format!("SELECT {} FROM {} WHERE stage = ?", columns.join(", "), path.table(of.source));
        of_year_and_subject(&mut sql, &mut values, of);
        in_scope(&mut sql, &mut values, scope);
        let _ = write!(sql, " GROUP BY {} ORDER BY {}", keys.join(", "), keys.join(", "));
        Self { sql, values, columns: columns.len(), keys: keys.len(), sums }
    }

    /// The plan that counts the rows of facts of which cells would be.
    pub(super) fn counting(of: &CellsOf, scope: &Scope) -> Self {
        let mut values = vec![of.stage.number()];
        let mut sql = format!("SELECT COUNT(*) FROM {} WHERE stage = ?", Path::of_cells(of).table(of.source));
        of_year_and_subject(&mut sql, &mut values, of);
        in_scope(&mut sql, &mut values, scope);
        Self { sql, values, columns: 1, keys: 0, sums: Vec::new() }
    }

    /// The statement with its values in place, to read and to copy. What runs has them bound.
    pub fn readable(&self) -> String {
        let mut values = self.values.iter();
        let value = |part: &str| match values.next() {
            Some(value) => format!("{part}{value}"),
            None => part.to_owned(),
        };
        self.sql.split('?').map(value).collect()
    }
}

/// The place of an expression among the columns, to which it is added where it is not there.
fn place_of(columns: &mut Vec<String>, expression: String) -> usize {
    columns.iter().position(|known| *known == expression).unwrap_or_else(|| {
        columns.push(expression);
        columns.len() - 1
    })
}

fn of_year_and_subject(sql: &mut String, values: &mut Vec<i32>, of: &CellsOf) {
    if let Some(year) = of.year {
        sql.push_str(" AND year = ?");
        values.push(year.ending());
    }
    if let Some(subject) = of.subject {
        sql.push_str(" AND subject = ?");
        values.push(i32::from(subject.id));
    }
}

fn key(by: Breakdown) -> String {
    match by {
        Breakdown::School => "urn".to_owned(),
        Breakdown::Subject => "subject".to_owned(),
        Breakdown::Year => "year".to_owned(),
        Breakdown::Pupils(characteristic) => code(characteristic),
    }
}

fn one_of(sql: &mut String, values: &mut Vec<i32>, column: &str, allowed: impl Iterator<Item = i32>) {
    let before = values.len();
    values.extend(allowed);
    let _ = match values.len() - before {
        0 => write!(sql, " AND 1 = 0"),
        1 => write!(sql, " AND {column} = ?"),
        n => write!(sql, " AND {column} IN ({})", vec!["?"; n].join(", ")),
    };
}

/// Schools as a semi-join, which DuckDB turns into one hash look-up per row.
fn in_scope(sql: &mut String, values: &mut Vec<i32>, scope: &Scope) {
    let mut of_schools = |column: &str, value: i32| {
        let _ = write!(sql, " AND urn IN (SELECT urn FROM school_lines WHERE {column} = ?)");
        values.push(value);
    };
    match scope {
        Scope::All => {}
        Scope::La(code) => of_schools("la_code", *code),
        Scope::Trust(uid) => of_schools("trust_uid", *uid),
        Scope::Schools(urns) => {
            let rows = vec!["(CAST(? AS INTEGER))"; urns.len()].join(", ");
            let _ = write!(sql, " AND urn IN (SELECT urn FROM (VALUES {rows}) AS chosen(urn))");
            values.extend(urns.iter().map(|urn| urn.number()));
        }
    }
}
