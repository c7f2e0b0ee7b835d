//! What the intake of a group explains of its difference from the comparator.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::work::{Counted, Work};
use super::{Answer, Desk, DeskError, Figure};
use crate::engine::{Slice, TallyRow};
use crate::method::Tally;
use crate::method::contextual::{CHARACTERISTICS, CellCodes, InSchool, Split, split};
use crate::method::interval::Interval;
use crate::model::{Breakdown, Compare, Draft, Filter, Indicator, Question, Scope, Unit};

/// A difference split into what the intake explains and what is left, in the indicator's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub indicator: Indicator,
    pub split: Split,
    /// The answer whose figure is explained; it names the comparator.
    pub answer: Arc<Answer>,
}

impl Explained {
    /// "of the 0.40 below, 0.30 is intake".
    pub fn words(&self) -> String {
        use crate::method::interval::Significance::{Above, Below, NotDifferent};
        let unit = if self.indicator.unit() == Unit::Percent { " pp" } else { "" };
        let size = |value: f64| format!("{:.2}{unit}", value.abs());
        let side = |value: f64| if value < 0.0 { "below" } else { "above" };
        let Split { left_interval, .. } = &self.split;
        let sure = match left_interval.map(|interval| interval.against(0.0)) {
            Some(Above | Below) => ", more than chance between schools",
            Some(NotDifferent) => ", no more than chance between schools",
            None => "",
        };
        let (gap, intake, left) = (self.split.gap(), self.split.intake(), self.split.left());
        format!(
            "{} {} the comparator: with this intake one would expect {} {}; {} {} is left{sure}",
            size(gap),
            side(gap),
            size(intake),
            side(intake),
            size(left),
            side(left),
        )
    }
}

impl Desk {
    /// Splits the difference of a question's one figure from its comparator. Works on the caller's thread: never call it from
    /// the window's.
    ///
    /// # Errors
    /// Where the question has not one indicator of pupils, or the figure may not be seen, and as in
    /// [`Desk::ask_and_wait`].
    pub fn explain(&self, question: &Question) -> Result<Explained, Arc<DeskError>> {
        let refused = |why: &str| Arc::new(DeskError::NoComparator { why: why.to_owned() });
        let [indicator] = *question.indicators() else { return Err(refused("ask for one indicator")) };
        if indicator.unit() == Unit::Count || indicator.is_intake() {
            return Err(refused("only results can be explained by the intake"));
        }
        if !matches!(question.compare(), Compare::Same | Compare::All) || !question.by().is_empty() {
            return Err(refused("compare one figure with the same pupils or all pupils of the schools loaded"));
        }
        let answer = self.ask_and_wait(question)?;
        match answer.cells().first().map(|cell| &cell.figure) {
            Some(Ok(Figure { comparison: Some(Ok(_)), .. })) => {}
            Some(Ok(Figure { comparison: Some(Err(reason)), .. }) | Err(reason)) => {
                return Err(refused(&reason.to_string()));
            }
            _ => return Err(refused("there is no figure")),
        }
        let connection = self.workspace.connect().map_err(|error| refused(&error.to_string()))?;
        let mut work = Work::new(&self.shared.library, &connection, &|| true);
        let split = split_of(&mut work, question).map_err(Arc::new)?;
        let split = split.ok_or_else(|| refused("no pupils of these years are loaded"))?;
        Ok(Explained { indicator, split: in_units(indicator, split), answer })
    }
}

fn split_of(work: &mut Work<'_>, question: &Question) -> Result<Option<Split>, DeskError> {
    let cells: Vec<Breakdown> = CHARACTERISTICS.map(Breakdown::Pupils).to_vec();
    // Pooled or single years: the figure is one.
    let plain = Question::new(Draft { by: Vec::new(), pool: true, ..question.draft() });
    let Some(slice) = plain.ok().and_then(|question| Slice::of(&question).into_iter().next()) else { return Ok(None) };
    let own = Slice { by: [vec![Breakdown::School], cells.clone()].concat(), ..slice.clone() };
    let filter = if question.compare() == Compare::All { Filter::everyone() } else { slice.filter.clone() };
    let all = Slice { scope: Scope::All, by: cells, filter, ..slice };
    let own = work.fetch(&own, Counted::Observations)?;
    let all = work.fetch(&all, Counted::Observations)?;
    let codes = |keys: &[i32]| CellCodes::try_from(keys).ok();
    let in_school = |row: &TallyRow| {
        let (school, cell) = row.keys.split_first()?;
        Some(InSchool { school: *school, cell: codes(cell)?, tally: *row.tallies.first()? })
    };
    let group: Vec<InSchool> = own.rows.iter().filter_map(in_school).collect();
    let standard: BTreeMap<CellCodes, Tally> =
        all.rows.iter().filter_map(|row| Some((codes(&row.keys)?, *row.tallies.first()?))).collect();
    Ok(split(&group, &standard))
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
