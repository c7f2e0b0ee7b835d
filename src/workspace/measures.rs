//! Where each indicator's tally stands in the workspace's tables, as SQL expressions.
//!
//! A table of facts has a row per pupil or result; a cube has a row per cell, with the tallies of the cell ready made.
//! SQL here is the plain kind that other engines run too (see `ARCHITECTURE.md`).

use crate::model::{Characteristic, Indicator, PupilGroup, Source, Unit};

/// The three expressions of a tally: n, sum, sum of squares. Each is a 64-bit integer; sums over no rows are NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallySql {
    pub n: String,
    pub sum: String,
    pub sum_of_squares: String,
}

/// The code of a characteristic in the profile of a row.
pub fn code(characteristic: Characteristic) -> String {
    format!("((profile >> {}) & {})", characteristic.shift(), characteristic.mask())
}

/// The column of facts that an indicator looks at, and the condition that makes a hit where it is a share.
fn column(indicator: Indicator) -> (&'static str, String) {
    match indicator {
        Indicator::AvgPoints => ("points", String::new()),
        Indicator::ValueAdded => ("va", String::new()),
        Indicator::Grade7Plus => ("band", "band >= 7".to_owned()),
        Indicator::Grade5Plus => ("band", "band >= 5".to_owned()),
        Indicator::Grade4Plus => ("band", "band >= 4".to_owned()),
        Indicator::Grade1Plus => ("band", "band >= 1".to_owned()),
        _ => (indicator.word(), indicator.word().to_owned()),
    }
}

/// The tally of an indicator over a table of facts.
pub fn over_facts(indicator: Indicator) -> TallySql {
    if let Some(intake) = indicator.intake() {
        return of_intake(&intake, "1");
    }
    let (column, hit) = column(indicator);
    let sum = |of: String| format!("CAST(SUM({of}) AS BIGINT)");
    match indicator.unit() {
        Unit::Count => {
            TallySql { n: "COUNT(*)".to_owned(), sum: "COUNT(*)".to_owned(), sum_of_squares: "COUNT(*)".to_owned() }
        }
        Unit::Percent => {
            let hits = sum(format!("CASE WHEN {hit} THEN 1 ELSE 0 END"));
            TallySql { n: format!("COUNT({column})"), sum: hits.clone(), sum_of_squares: hits }
        }
        Unit::Mean => {
            let wide = format!("CAST({column} AS BIGINT)");
            TallySql {
                n: format!("COUNT({column})"),
                sum: sum(wide.clone()),
                sum_of_squares: sum(format!("{wide} * {wide}")),
            }
        }
    }
}

/// The tally of an intake indicator, from the profile alone; a row is of so many `pupils`.
fn of_intake((characteristic, groups): &(Characteristic, Vec<PupilGroup>), pupils: &str) -> TallySql {
    let code = code(*characteristic);
    let codes: Vec<String> = groups.iter().map(|group| group.code.to_string()).collect();
    let count = |who: String| format!("CAST(SUM(CASE WHEN {who} THEN {pupils} ELSE 0 END) AS BIGINT)");
    let hits = count(format!("{code} IN ({})", codes.join(", ")));
    TallySql { n: count(format!("{code} <> 0")), sum: hits.clone(), sum_of_squares: hits }
}

/// How many pupils an indicator's results are of, over a table of facts: a pupil has several.
pub fn pupils_over_facts(indicator: Indicator) -> String {
    match indicator.unit() {
        Unit::Count => "COUNT(DISTINCT pupil)".to_owned(),
        _ => format!("COUNT(DISTINCT CASE WHEN {} IS NOT NULL THEN pupil END)", column(indicator).0),
    }
}

/// The tally of an indicator over the cube of its source.
pub fn over_cube(indicator: Indicator) -> TallySql {
    if let Some(intake) = indicator.intake() {
        return of_intake(&intake, "CAST(pupils AS BIGINT)");
    }
    let names = CubeColumns::of(indicator);
    let sum = |of: &str| format!("CAST(SUM(CAST({of} AS BIGINT)) AS BIGINT)");
    TallySql { n: sum(&names.n), sum: sum(&names.sum), sum_of_squares: sum(&names.sum_of_squares) }
}

/// The columns of a cube that hold an indicator's tally; intake has none. For counts and shares some are the same column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CubeColumns {
    n: String,
    sum: String,
    sum_of_squares: String,
}

impl CubeColumns {
    fn of(indicator: Indicator) -> Self {
        let (column, _) = column(indicator);
        let word = indicator.word();
        match indicator.unit() {
            Unit::Count => Self { n: word.to_owned(), sum: word.to_owned(), sum_of_squares: word.to_owned() },
            Unit::Percent => {
                let hits = format!("{word}_hits");
                Self { n: format!("{column}_n"), sum: hits.clone(), sum_of_squares: hits }
            }
            Unit::Mean => {
                Self { n: format!("{column}_n"), sum: format!("{word}_sum"), sum_of_squares: format!("{word}_squares") }
            }
        }
    }
}

/// The select list that makes the cube of a source from its facts: `expression AS column`, without repeats.
pub(super) fn cube_select_list(source: Source) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let has_tally = |i: &Indicator| i.source() == source && !i.is_intake() && !i.is_published_only();
    for indicator in Indicator::ALL.into_iter().filter(has_tally) {
        let (made, names) = (over_facts(indicator), CubeColumns::of(indicator));
        for (expression, name) in
            [(made.n, names.n), (made.sum, names.sum), (made.sum_of_squares, names.sum_of_squares)]
        {
            let item = format!("{expression} AS {name}");
            if !list.iter().any(|known| known.ends_with(&format!(" AS {name}"))) {
                list.push(item);
            }
        }
    }
    list
}
