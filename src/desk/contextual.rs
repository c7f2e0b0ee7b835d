//! What the intake of a group explains of its difference from the comparator.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use super::work::{Counted, Library, Work};
use super::{Answer, DeskError, Figure};
use crate::engine::{Slice, TallyRow};
use crate::method::Tally;
use crate::method::contextual::{CHARACTERISTICS, CellCodes, Draws, InSchool, Split, split};
use crate::method::interval::Interval;
use crate::model::{Breakdown, Compare, Draft, Filter, Indicator, Question, Scope, Source, Unit, Year};

/// A difference split into what the intake explains and what is left, in the indicator's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explained<'a> {
    pub indicator: Indicator,
    pub split: &'a Split,
    /// The answer whose figure is explained; it names the comparator.
    pub answer: &'a Answer,
}

/// "1.80 below the comparator: with this intake one would expect 1.50 below; 0.30 below is left".
pub fn split_in_words(indicator: Indicator, split: &Split) -> String {
    use crate::method::interval::Significance::{Above, Below, NotDifferent};
    let unit = if indicator.unit() == Unit::Percent { " pp" } else { "" };
    let size = |value: f64| {
        let side = if value < 0.0 { "below" } else { "above" };
        format!("{:.2}{unit} {side}", value.abs())
    };
    let sure = match split.left_interval.map(|interval| interval.against(0.0)) {
        Some(Above | Below) => ", more than chance between schools",
        Some(NotDifferent) => ", no more than chance between schools",
        None => "",
    };
    let (gap, intake, left) = (size(split.gap()), size(split.intake()), size(split.left()));
    format!("{gap} the comparator: with this intake one would expect {intake}; {left} is left{sure}")
}

impl Explained<'_> {
    /// The split in words.
    pub fn words(&self) -> String {
        split_in_words(self.indicator, self.split)
    }
}

impl Answer {
    /// What the intake explains of the difference of the answer's one figure from its comparator.
    ///
    /// # Errors
    /// Where the question has not one indicator of pupils, or the figure may not be seen.
    pub fn explained(&self) -> Result<Explained<'_>, DeskError> {
        let refused = |why: &str| DeskError::NoComparator { why: why.to_owned() };
        let question = self.question();
        let [indicator] = *question.indicators() else { return Err(refused("ask for one indicator")) };
        if indicator.unit() == Unit::Count || indicator.is_intake() {
            return Err(refused("only results can be explained by the intake"));
        }
        if !matches!(question.compare(), Compare::Same | Compare::All) || !question.by().is_empty() {
            return Err(refused("compare one figure with the same pupils or all pupils of the schools loaded"));
        }
        if *question.scope() == Scope::All {
            return Err(refused("all schools are their own comparator: choose some of them"));
        }
        match self.cells().first().map(|cell| &cell.figure) {
            Some(Ok(Figure { comparison: Some(Ok(_)), .. })) => {}
            Some(Ok(Figure { comparison: Some(Err(reason)), .. }) | Err(reason)) => {
                return Err(refused(&reason.to_string()));
            }
            _ => return Err(refused("there is no figure")),
        }
        let split = self.split_of(indicator).ok_or_else(|| refused("no pupils of these years are loaded"))?;
        Ok(Explained { indicator, split, answer: self })
    }
}

impl Work<'_> {
    /// Splits of the differences that a question of a group has in its last year, or in all its pooled years: of results of
    /// pupils, where they are compared with the same pupils or all pupils of the schools loaded.
    pub fn splits(&mut self, question: &Question) -> Result<Vec<(Indicator, Split)>, DeskError> {
        let by_year = question.by() == [Breakdown::Year];
        let compared = matches!(question.compare(), Compare::Same | Compare::All);
        if !compared || !(by_year || question.by().is_empty()) || *question.scope() == Scope::All {
            return Ok(Vec::new());
        }
        let can = |of: &Indicator| of.source() == Source::Outcomes && of.unit() != Unit::Count && !of.is_intake();
        let indicators: Vec<Indicator> = question.indicators().iter().copied().filter(can).collect();
        let has_pupils = |year: &Year| self.library().years.get(&question.stage()).is_some_and(|of| of.contains(year));
        let mut years: Vec<Year> = question.years().iter().copied().filter(has_pupils).collect();
        if by_year {
            years = years.pop().into_iter().collect();
        }
        if indicators.is_empty() || years.is_empty() {
            return Ok(Vec::new());
        }
        let plain = Draft { by: Vec::new(), pool: true, years, indicators, ..question.draft() };
        let Some(slice) = Question::new(plain).ok().and_then(|plain| Slice::of(&plain).into_iter().next()) else {
            return Ok(Vec::new());
        };
        let cells: Vec<Breakdown> = CHARACTERISTICS.map(Breakdown::Pupils).to_vec();
        let own = Slice { by: [vec![Breakdown::School], cells.clone()].concat(), ..slice.clone() };
        let filter = if question.compare() == Compare::All { Filter::everyone() } else { slice.filter.clone() };
        let all = Slice { scope: Scope::All, by: cells, filter, ..slice.clone() };
        let own = self.fetch(&own, Counted::Observations)?;
        let all = self.fetch(&all, Counted::Observations)?;
        let codes = |keys: &[i32]| CellCodes::try_from(keys).ok();
        let of_indicator = |(nth, indicator): (usize, &Indicator)| {
            let in_school = |row: &TallyRow| {
                let (school, cell) = row.keys.split_first()?;
                Some(InSchool { school: *school, cell: codes(cell)?, tally: *row.tallies.get(nth)? })
            };
            let group: Vec<InSchool> = own.rows.iter().filter_map(in_school).collect();
            let standard: BTreeMap<CellCodes, Tally> =
                all.rows.iter().filter_map(|row| Some((codes(&row.keys)?, *row.tallies.get(nth)?))).collect();
            Some((
                *indicator,
                in_units(*indicator, split(&group, &standard, |schools| self.library().draws_of(schools))?),
            ))
        };
        Ok(slice.indicators.iter().enumerate().filter_map(of_indicator).collect())
    }
}

impl Library {
    /// Draws of so many schools, kept or fresh.
    fn draws_of(&self, schools: usize) -> Arc<Draws> {
        let kept = || self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().get(&schools);
        known.unwrap_or_else(|| {
            let draws = Arc::new(Draws::of(schools));
            kept().insert(schools, Arc::clone(&draws), draws.bytes());
            draws
        })
    }
}

/// A split of sums in the unit of the indicator.
fn in_units(indicator: Indicator, split: Split) -> Split {
    let factor = if indicator.unit() == Unit::Percent { 100.0 } else { 1.0 / indicator.divisor() };
    let scaled = |of: Interval| Interval { lower: factor * of.lower, upper: factor * of.upper };
    Split {
        own: factor * split.own,
        comparator: factor * split.comparator,
        expected: factor * split.expected,
        left_interval: split.left_interval.map(scaled),
        intake_interval: split.intake_interval.map(scaled),
        ..split
    }
}
