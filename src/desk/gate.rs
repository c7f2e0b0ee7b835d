//! The one gate: from tallies to figures that may be seen.
//!
//! Everything that leaves the engine for a reader passes here, on its way to the screen, to a file or to the command
//! line. The rules themselves are [`crate::method::disclosure`] (too few, none or all) and [`crate::method::shield`] (what would
//! betray another figure; the worker asks it). Figures that were published have passed the publisher's own; here they keep the
//! codes that they came with.

use std::collections::BTreeSet;

use smallvec::{SmallVec, smallvec};

use super::answer::{Answer, Cell, Comparison, Figure, Key, Origin, Provenance, Reason};
use super::compare::{asks_about_everyone, with_origin};
use crate::engine::Keys;
use crate::method::Tally;
use crate::method::contextual::Split;
use crate::method::difference::{benjamini_hochberg, error_of_means, error_of_share, of_means, of_shares, p_value};
use crate::method::disclosure::Policy;
use crate::method::interval::{Interval, Significance, Z95};
use crate::method::published::{NoFigure, Pooled, Weighed};
use crate::model::{Breakdown, Indicator, Question, Test, Unit, Year};

/// What the engine knows of a cell, before the gate.
pub(super) struct Evidence {
    pub keys: Keys,
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
    /// Whether it stays hidden, so that nothing else can be worked out.
    pub hidden: bool,
    /// The comparator's tally and pupils and whether it stays hidden, where one was asked for and there are such pupils.
    pub comparator: Option<(Tally, i64, bool)>,
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
    mut splits: Vec<(Indicator, Split)>,
) -> Answer {
    let mut cells: Vec<Cell> = Vec::with_capacity(evidence.len());
    for of_cell in evidence {
        let numbered = question.by().iter().zip(&of_cell.keys);
        let keys: SmallVec<[Key; 2]> = numbered.filter_map(|(by, number)| Key::from_number(*by, *number)).collect();
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
    if question.judged().many {
        correct_for_many(&mut cells);
    }
    let compared_with = compared_with.map(|with| labelled(question, with, &cells));
    // A split is of a difference that is shown: of the last row, where rows are years.
    splits.retain(|(indicator, _)| {
        let last = cells.iter().rfind(|cell| cell.indicator == *indicator);
        let figure = last.and_then(|cell| cell.figure.as_ref().ok());
        figure.is_some_and(|figure| matches!(figure.comparison, Some(Ok(_))))
    });
    Answer { question: question.clone(), cells, compared_with, provenance, splits }
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
                    let sd = of.spread.or_else(|| {
                        let half = interval.map(|interval| (interval.upper - interval.lower) / 2.0)?;
                        Some(half / Z95 * (n? as f64).sqrt())
                    });
                    let sample = |value: f64, n: Option<i64>| n.map(|n| Sample::published(value, n, sd));
                    let (own, other) = (sample(value, n), sample(comparator, beside.n));
                    let (significance, p) = match own {
                        Some(own) => judge(question, indicator, interval, &own, other.as_ref(), comparator),
                        None => (interval.map(|interval| interval.against(comparator)), None),
                    };
                    let difference = value - comparator;
                    return Ok(Comparison { comparator, difference, significance, p, origin: Some(*origin) });
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
    let OfPupils { tally, pupils, hidden, comparator, spread } = of;
    if let [year] = question.years()
        && tally.n == 0
        && !loaded.contains(year)
    {
        return Err(missing(*year, loaded));
    }
    let value = value(indicator, policy, *tally, *pupils, *hidden)?;
    let interval = match indicator.unit() {
        Unit::Count => None,
        Unit::Mean => spread.and_then(|sd| Interval::of_mean(value, sd, tally.n)),
        Unit::Percent => {
            Interval::of_share(*tally).map(|share| Interval { lower: 100.0 * share.lower, upper: 100.0 * share.upper })
        }
    };
    let comparison = compared_with(question, indicator).map(|there_are_others| {
        there_are_others?;
        let own = *tally;
        let (tally, pupils, hidden) = comparator.unwrap_or_default();
        let comparator = self::value(indicator, policy, tally, pupils, hidden)?;
        let (own, other) =
            (Sample { value, tally: own, sd: *spread }, Sample { value: comparator, tally, sd: *spread });
        let (significance, p) = judge(question, indicator, interval, &own, Some(&other), comparator);
        Ok(Comparison { comparator, difference: value - comparator, significance, p, origin: None })
    });
    Ok(Figure { n: Some(tally.n), value, interval, comparison, schools: None })
}

/// A figure as a sample of pupils.
struct Sample {
    /// In the indicator's unit.
    value: f64,
    /// For shares: number and hits.
    tally: Tally,
    /// For means: standard deviation of the pupils.
    sd: Option<f64>,
}

impl Sample {
    fn published(value: f64, n: i64, sd: Option<f64>) -> Self {
        let hits = (value / 100.0 * n as f64).round() as i64;
        let hits = hits.clamp(0, n.max(0));
        Self { value, tally: Tally { n, sum: hits, sum_of_squares: hits }, sd }
    }
}

/// Whether a figure differs from its comparator by the question's test, and how often chance alone would make as large a
/// difference. Without an interval nobody can tell; a comparator without a number of pupils is taken as exact.
fn judge(
    question: &Question,
    indicator: Indicator,
    interval: Option<Interval>,
    own: &Sample,
    other: Option<&Sample>,
    comparator: f64,
) -> (Option<Significance>, Option<f64>) {
    let Some(interval) = interval else { return (None, None) };
    let (n, is_share) = (own.tally.n, indicator.unit() == Unit::Percent);
    let difference = own.value - comparator;
    let other = other.filter(|other| question.judged().test == Test::Difference && other.tally.n > 0);
    let (significance, error) = match other {
        None => {
            let error = if is_share {
                error_of_share(comparator / 100.0, n).map(|error| 100.0 * error)
            } else {
                own.sd.and_then(|sd| Some(sd / (n > 0).then(|| (n as f64).sqrt())?))
            };
            (interval.against(comparator), error)
        }
        Some(other) if is_share => {
            let together = (own.tally.sum + other.tally.sum) as f64 / (n + other.tally.n) as f64;
            let spread = (together * (1.0 - together)).max(0.0).sqrt();
            let error = error_of_means(spread, n, spread, other.tally.n).map(|error| 100.0 * error);
            (of_shares(own.tally, other.tally).map_or(Significance::NotDifferent, |of| of.against(0.0)), error)
        }
        Some(other) => {
            let (sd, other_sd) = (own.sd.unwrap_or_default(), other.sd.unwrap_or_default());
            let of = of_means((own.value, sd, n), (other.value, other_sd, other.tally.n));
            let error = error_of_means(sd, n, other_sd, other.tally.n);
            (of.map_or(Significance::NotDifferent, |of| of.against(0.0)), error)
        }
    };
    (Some(significance), error.map(|error| p_value(difference, error)))
}

/// Calls significant only what still is when all comparisons of an answer are taken together.
fn correct_for_many(cells: &mut [Cell]) {
    let mut comparisons: Vec<(f64, &mut Comparison)> = cells
        .iter_mut()
        .filter_map(|cell| match &mut cell.figure {
            Ok(Figure { comparison: Some(Ok(comparison)), .. }) => Some((comparison.p?, comparison)),
            _ => None,
        })
        .collect();
    let p_values: Vec<f64> = comparisons.iter().map(|(p, _)| *p).collect();
    for ((_, comparison), significant) in comparisons.iter_mut().zip(benjamini_hochberg(&p_values)) {
        comparison.significance = Some(match comparison.difference {
            _ if !significant => Significance::NotDifferent,
            0.0.. => Significance::Above,
            _ => Significance::Below,
        });
    }
}

/// Whether an indicator is compared in a question: `None` when not, and the reason when it cannot be.
fn compared_with(question: &Question, indicator: Indicator) -> Option<Result<(), Reason>> {
    use crate::model::Compare;
    match question.compare() {
        Compare::None => None,
        // Numbers of pupils are not better or worse than elsewhere.
        _ if indicator.unit() == Unit::Count => None,
        Compare::Other | Compare::InSchool if asks_about_everyone(question) => Some(Err(Reason::NoOthers)),
        _ => Some(Ok(())),
    }
}

/// The figure of a tally of so many pupils, or why it may not be seen.
fn value(indicator: Indicator, policy: Policy, tally: Tally, pupils: i64, hidden: bool) -> Result<f64, Reason> {
    let smallest_shown = policy.smallest_shown();
    if policy.too_few(pupils) || (indicator.is_intake() && policy.tells_of_too_few(tally.n, tally.sum)) {
        return Err(Reason::TooFew { smallest_shown });
    }
    if hidden {
        return Err(Reason::Protects { smallest_shown });
    }
    if indicator.unit() == Unit::Percent
        && let Some(all) = policy.homogeneous(tally.n, tally.sum)
    {
        return Err(Reason::Homogeneous { all });
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
    let there = |cells: &[Cell], year: Year| cells.iter().any(|cell| cell.keys.as_slice() == [Key::Year(year)]);
    for year in question.years().iter().copied() {
        if there(cells, year) {
            continue;
        }
        let reason = missing(year, loaded);
        let keys: SmallVec<[Key; 2]> = smallvec![Key::Year(year)];
        let missing = |indicator: &Indicator| Cell { keys: keys.clone(), indicator: *indicator, figure: Err(reason) };
        cells.extend(question.indicators().iter().map(missing));
    }
    cells.sort_by(|a, b| a.keys.cmp(&b.keys));
}
