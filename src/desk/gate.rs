//! The one gate: from tallies to figures that may be seen.
//!
//! Everything that leaves the engine for a reader passes here, on its way to the screen, to a file or to the command
//! line. The rules themselves are [`crate::method::disclosure`]; today the primary rule.

use std::collections::BTreeSet;

use super::answer::{Answer, Cell, Comparison, Figure, Key, Provenance, Reason};
use super::compare::asks_about_everyone;
use crate::method::Tally;
use crate::method::disclosure::Policy;
use crate::method::interval::Interval;
use crate::model::{Breakdown, Indicator, Question, Unit, Year};

/// What the engine knows of a cell, before the gate.
pub(super) struct Evidence {
    pub keys: Vec<i32>,
    pub indicator: Indicator,
    pub tally: Tally,
    /// How many pupils the tally is of.
    pub pupils: i64,
    /// The comparator's tally and pupils, where one was asked for and there are such pupils.
    pub comparator: Option<(Tally, i64)>,
    /// National standard deviation of the pupils, in the indicator's unit; for means.
    pub spread: Option<f64>,
}

/// Lets through what may be seen.
pub(super) fn pass(
    question: &Question,
    policy: Policy,
    loaded: &BTreeSet<Year>,
    evidence: Vec<Evidence>,
    compared_with: Option<String>,
    provenance: Provenance,
) -> Answer {
    let mut cells: Vec<Cell> = Vec::with_capacity(evidence.len());
    for of_cell in evidence {
        let numbered = question.by().iter().zip(&of_cell.keys);
        let keys: Vec<Key> = numbered.filter_map(|(by, number)| Key::from_number(*by, *number)).collect();
        // Every number was checked when it was loaded, so no key is lost here.
        debug_assert_eq!(keys.len(), of_cell.keys.len(), "every key stands for something");
        let figure = figure(question, policy, loaded, &of_cell);
        cells.push(Cell { keys, indicator: of_cell.indicator, figure });
    }
    missing_years(question, loaded, &mut cells);
    Answer { question: question.clone(), cells, compared_with, provenance }
}

fn figure(question: &Question, policy: Policy, loaded: &BTreeSet<Year>, evidence: &Evidence) -> Result<Figure, Reason> {
    let Evidence { indicator, tally, pupils, comparator, spread, .. } = evidence;
    if let [year] = question.years()
        && tally.n == 0
        && !loaded.contains(year)
    {
        return Err(missing(*year, loaded));
    }
    let value = value(*indicator, policy, *tally, *pupils)?;
    let interval = match indicator.unit() {
        Unit::Count => None,
        Unit::Mean => spread.and_then(|sd| Interval::of_mean(value, sd, tally.n)),
        Unit::Percent => {
            Interval::of_share(*tally).map(|share| Interval { lower: 100.0 * share.lower, upper: 100.0 * share.upper })
        }
    };
    let comparison = compared_with(question, *indicator).map(|there_are_others| {
        there_are_others?;
        let (tally, pupils) = comparator.unwrap_or_default();
        let comparator = self::value(*indicator, policy, tally, pupils)?;
        let difference = value - comparator;
        let apart = interval.map(|interval| interval.against(comparator));
        apart.map(|significance| Comparison { comparator, difference, significance }).ok_or(Reason::NoPupils)
    });
    Ok(Figure { n: tally.n, value, interval, comparison })
}

/// Whether an indicator is compared in a question: `None` when not, and the reason when it cannot be.
fn compared_with(question: &Question, indicator: Indicator) -> Option<Result<(), Reason>> {
    use crate::model::Compare;
    match question.compare() {
        Compare::None => None,
        // Numbers of pupils are not better or worse than elsewhere.
        _ if indicator.unit() == Unit::Count => None,
        Compare::Other if asks_about_everyone(question) => Some(Err(Reason::NoOthers)),
        _ => Some(Ok(())),
    }
}

/// The figure of a tally of so many pupils, or why it may not be seen.
fn value(indicator: Indicator, policy: Policy, tally: Tally, pupils: i64) -> Result<f64, Reason> {
    if policy.too_few(pupils) || (indicator.is_intake() && policy.tells_of_too_few(tally.n, tally.sum)) {
        return Err(Reason::TooFew { smallest_shown: policy.smallest_shown() });
    }
    match indicator.unit() {
        Unit::Count => Ok(tally.n as f64),
        Unit::Percent => tally.mean().map(|share| 100.0 * share).ok_or(Reason::NoPupils),
        Unit::Mean => tally.mean().map(|sum| sum / indicator.divisor()).ok_or(Reason::NoPupils),
    }
}

/// Why there is nothing of a year.
fn missing(year: Year, loaded: &BTreeSet<Year>) -> Reason {
    match year {
        _ if loaded.contains(&year) => Reason::NoPupils,
        _ if year.without_exams() => Reason::NoExams { year },
        _ => Reason::YearNotLoaded { year },
    }
}

/// Where a question is broken down by year alone, a year without rows gets cells that say why.
fn missing_years(question: &Question, loaded: &BTreeSet<Year>, cells: &mut Vec<Cell>) {
    if question.by() != [Breakdown::Year] {
        return;
    }
    let there = |cells: &[Cell], year: Year| cells.iter().any(|cell| cell.keys == [Key::Year(year)]);
    for year in question.years().iter().copied() {
        if there(cells, year) {
            continue;
        }
        let reason = missing(year, loaded);
        let keys = vec![Key::Year(year)];
        let missing = |indicator: &Indicator| Cell { keys: keys.clone(), indicator: *indicator, figure: Err(reason) };
        cells.extend(question.indicators().iter().map(missing));
    }
    cells.sort_by(|a, b| a.keys.cmp(&b.keys));
}
