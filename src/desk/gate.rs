//! The one gate: from tallies to figures that may be seen.
//!
//! Everything that leaves the engine for a reader passes here, on its way to the screen, to a file or to the command
//! line. The rules themselves are [`crate::method::disclosure`]; today the primary rule. Figures that were published have
//! passed the publisher's own; here they keep the codes that they came with.

use std::collections::BTreeSet;

use super::answer::{Answer, Cell, Comparison, Figure, Key, Origin, Provenance, Reason};
use super::compare::{asks_about_everyone, with_origin};
use crate::method::Tally;
use crate::method::disclosure::Policy;
use crate::method::interval::Interval;
use crate::method::published::{NoFigure, Pooled, Weighed};
use crate::model::{Breakdown, Indicator, Question, Unit, Year};

/// What the engine knows of a cell, before the gate.
pub(super) struct Evidence {
    pub keys: Vec<i32>,
    pub indicator: Indicator,
    pub made: Made,
}

/// What a figure is made from.
pub(super) enum Made {
    /// Rows of pupils.
    Pupils(OfPupils),
    /// Published figures.
    Published(OfPublished),
    /// Nothing, and why.
    Nothing(Reason),
}

/// A tally of pupils' rows, with its comparator.
pub(super) struct OfPupils {
    pub tally: Tally,
    /// How many pupils the tally is of.
    pub pupils: i64,
    /// The comparator's tally and pupils, where one was asked for and there are such pupils.
    pub comparator: Option<(Tally, i64)>,
    /// National standard deviation of the pupils, in the indicator's unit; for means.
    pub spread: Option<f64>,
}

/// Published figures, with what stands beside them.
pub(super) struct OfPublished {
    pub pooled: Pooled,
    /// Whether they are of one school or area in one year.
    pub one: bool,
    pub comparator: Option<Beside>,
    /// National standard deviation of the pupils, in the indicator's unit; for means.
    pub spread: Option<f64>,
}

/// Where a comparator may be found, the best place first, and the reason if it is in none.
pub(super) struct Beside {
    pub candidates: Vec<(Origin, Pooled, bool)>,
    pub or: Reason,
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
        let indicator = of_cell.indicator;
        let figure = match &of_cell.made {
            Made::Pupils(of) => figure(question, policy, loaded, indicator, of),
            Made::Published(of) => published(question, policy, indicator, of),
            Made::Nothing(reason) => Err(*reason),
        };
        cells.push(Cell { keys, indicator, figure });
    }
    missing_years(question, loaded, &mut cells);
    let compared_with = compared_with.map(|with| labelled(question, with, &cells));
    Answer { question: question.clone(), cells, compared_with, provenance }
}

/// With what the figures are compared: of published figures, every place where a comparator was found.
fn labelled(question: &Question, with: String, cells: &[Cell]) -> String {
    let mut of_pupils = cells.is_empty();
    let mut origins = BTreeSet::new();
    for cell in cells {
        match cell.figure.as_ref().ok().and_then(|figure| figure.comparison) {
            Some(Ok(Comparison { origin: Some(origin), .. })) => {
                origins.insert(origin);
            }
            Some(Ok(_)) => of_pupils = true,
            _ => {}
        }
    }
    if origins.is_empty() {
        return with;
    }
    let places = origins.into_iter().map(|origin| with_origin(question, origin));
    places.chain(of_pupils.then_some(with)).collect::<Vec<_>>().join("; or ")
}

/// A figure made from published figures. The publisher's own disclosure control holds for it: what was published is
/// public, and what stands as a code stays one. A stricter policy than the publisher's is heeded too.
fn published(question: &Question, policy: Policy, indicator: Indicator, of: &OfPublished) -> Result<Figure, Reason> {
    let is_count = indicator.unit() == Unit::Count;
    let weighed = of.pooled.weigh(of.one, is_count).map_err(reason)?;
    let Weighed { value, n, limits, schools } = weighed;
    if policy > Policy::Standard && n.is_some_and(|n| policy.too_few(n)) {
        return Err(Reason::TooFew { smallest_shown: policy.smallest_shown() });
    }
    let interval = limits.map(|(lower, upper)| Interval { lower, upper }).or_else(|| match indicator.unit() {
        Unit::Count => None,
        Unit::Mean => Interval::of_mean(value, of.spread?, n?),
        Unit::Percent => {
            let n = n?;
            let hits = (value / 100.0 * n as f64).round() as i64;
            let share = Interval::of_share(Tally { n, sum: hits.clamp(0, n), sum_of_squares: hits })?;
            Some(Interval { lower: 100.0 * share.lower, upper: 100.0 * share.upper })
        }
    });
    let comparison = compared_with(question, indicator).map(|there_are_others| {
        there_are_others?;
        let none = Beside { candidates: Vec::new(), or: Reason::NotPublished };
        let beside = of.comparator.as_ref().unwrap_or(&none);
        let same_years = beside.candidates.iter().filter(|(_, pooled, _)| pooled.years == of.pooled.years);
        let mut why = beside.or;
        for (origin, pooled, one) in same_years {
            match pooled.weigh(*one, is_count) {
                Ok(beside) => {
                    let comparator = beside.value;
                    let significance = interval.map(|interval| interval.against(comparator));
                    let difference = value - comparator;
                    return Ok(Comparison { comparator, difference, significance, origin: Some(*origin) });
                }
                Err(no_figure) => why = reason(no_figure),
            }
        }
        Err(why)
    });
    Ok(Figure { n, value, interval, comparison, schools })
}

fn reason(no_figure: NoFigure) -> Reason {
    match no_figure {
        NoFigure::Code(code) => Reason::Published(code),
        NoFigure::NotPublished => Reason::NotPublished,
        NoFigure::NoNumbers => Reason::NoNumbers,
        NoFigure::TooFewSchools { with, of } => Reason::TooFewSchools { with, of },
    }
}

fn figure(
    question: &Question,
    policy: Policy,
    loaded: &BTreeSet<Year>,
    indicator: Indicator,
    of: &OfPupils,
) -> Result<Figure, Reason> {
    let OfPupils { tally, pupils, comparator, spread } = of;
    if let [year] = question.years()
        && tally.n == 0
        && !loaded.contains(year)
    {
        return Err(missing(*year, loaded));
    }
    let value = value(indicator, policy, *tally, *pupils)?;
    let interval = match indicator.unit() {
        Unit::Count => None,
        Unit::Mean => spread.and_then(|sd| Interval::of_mean(value, sd, tally.n)),
        Unit::Percent => {
            Interval::of_share(*tally).map(|share| Interval { lower: 100.0 * share.lower, upper: 100.0 * share.upper })
        }
    };
    let comparison = compared_with(question, indicator).map(|there_are_others| {
        there_are_others?;
        let (tally, pupils) = comparator.unwrap_or_default();
        let comparator = self::value(indicator, policy, tally, pupils)?;
        let difference = value - comparator;
        let apart = interval.map(|interval| interval.against(comparator)).ok_or(Reason::NoPupils)?;
        Ok(Comparison { comparator, difference, significance: Some(apart), origin: None })
    });
    Ok(Figure { n: Some(tally.n), value, interval, comparison, schools: None })
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
