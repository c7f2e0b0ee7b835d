//! Sentences made from answers: pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desk::{Answer, Cell, Comparison, Figure, Key};
use crate::export::words::{difference, plural, value};
use crate::method::interval::Significance;
use crate::model::{Breakdown, Compare, Indicator, PupilGroup, Subject, Unit, Year};
use crate::ui::words;

/// Most sentences of all, and of each kind.
const MOST: usize = 8;
const MOST_HEADLINES: usize = 3;
const MOST_GROUPS: usize = 3;
const MOST_SUBJECTS: usize = 3;

/// What a sentence is about: the panel or dashboard that shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ui::panels) enum About {
    Headline(Indicator),
    Group(PupilGroup),
    Subject(Subject),
    Schools(Indicator),
}

/// A finding.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ui::panels) struct Sentence {
    pub about: About,
    /// `Above` where what is told is above its comparator; `NotDifferent` where it tells of both.
    pub side: Significance,
    pub text: String,
    /// How far from the comparator, in half widths of the interval: what is said first.
    weight: f64,
}

/// A figure that differs significantly from its comparator.
struct Telling<'a> {
    cell: &'a Cell,
    figure: &'a Figure,
    comparison: Comparison,
    side: Significance,
}

impl<'a> Telling<'a> {
    fn of(cell: &'a Cell) -> Option<Self> {
        let figure = cell.figure.as_ref().ok()?;
        let comparison = figure.comparison?.ok()?;
        let side = comparison.significance.filter(|side| *side != Significance::NotDifferent)?;
        Some(Self { cell, figure, comparison, side })
    }

    fn weight(&self) -> f64 {
        let half = self.figure.interval.map_or(f64::MAX, |interval| (interval.upper - interval.lower) / 2.0);
        (self.comparison.difference / half.max(f64::MIN_POSITIVE)).abs()
    }

    /// "1.80 below", "4.2 pp above".
    fn apart(&self) -> String {
        let size = difference(self.cell.indicator, self.comparison.difference.abs());
        format!("{} {}", size.trim_start_matches('+'), word(self.side))
    }
}

fn word(side: Significance) -> &'static str {
    match side {
        Significance::Above => "above",
        Significance::Below => "below",
        Significance::NotDifferent => "not different from",
    }
}

/// In how many of the years a side is told, and in how many there is anything to tell: "in 3 of 5 years".
fn years(cells: &[(Year, &Cell)], side: Significance) -> Option<String> {
    let compared = cells.iter().filter(|(_, cell)| {
        let figure = cell.figure.as_ref().ok();
        figure.and_then(|figure| figure.comparison?.ok()?.significance).is_some()
    });
    let compared = compared.count();
    let same = cells.iter().filter(|(_, cell)| Telling::of(cell).is_some_and(|telling| telling.side == side)).count();
    (compared > 1).then(|| format!("in {same} of {}", plural(compared as i64, "year")))
}

/// The findings of a panel: headlines by year first, then schools, subjects, and pupil groups by year.
pub(in crate::ui::panels) fn sentences(answers: &[Arc<Answer>]) -> Vec<Sentence> {
    let mut made: Vec<Sentence> = Vec::new();
    for answer in answers {
        let by = answer.question().by();
        let (of, most) = match by.first() {
            None | Some(Breakdown::Year) => (headlines(answer), MOST_HEADLINES),
            Some(Breakdown::School) => (schools(answer), 1),
            Some(Breakdown::Subject) => (subjects(answer), MOST_SUBJECTS),
            Some(Breakdown::Pupils(_)) => (groups(answer), usize::MAX),
        };
        made.extend(heaviest(of, most));
    }
    let is_group = |sentence: &Sentence| matches!(sentence.about, About::Group(_));
    let groups = heaviest(made.iter().filter(|of| is_group(of)).cloned().collect(), MOST_GROUPS);
    made.retain(|sentence| !is_group(sentence));
    made.extend(groups);
    heaviest(made, MOST)
}

fn heaviest(mut sentences: Vec<Sentence>, most: usize) -> Vec<Sentence> {
    sentences.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    sentences.truncate(most);
    sentences
}

/// The comparator in a few words; what it is exactly stands once, under all sentences.
fn with(answer: &Answer) -> &'static str {
    match answer.question().compare() {
        Compare::Same => "the same pupils elsewhere",
        Compare::Other => "other pupils elsewhere",
        Compare::All => "all pupils elsewhere",
        Compare::InSchool => "other pupils of the same schools",
        Compare::La => "the same pupils of the authority",
        Compare::Similar => "the same pupils of similar schools",
        Compare::Previous => "the years before",
        Compare::None => "nothing",
    }
}

/// The cells of an indicator over the years, in order.
fn over_years(answer: &Answer, wanted: impl Fn(&Cell) -> bool) -> Vec<(Year, &Cell)> {
    let last = answer.question().years().last().copied();
    let cells = answer.cells().iter().filter(|cell| wanted(cell));
    let mut by_year: Vec<(Year, &Cell)> = cells.filter_map(|cell| Some((cell.year().or(last)?, cell))).collect();
    by_year.sort_by_key(|(year, _)| *year);
    by_year
}

fn headlines(answer: &Answer) -> Vec<Sentence> {
    let of = |indicator: &Indicator| {
        let by_year = over_years(answer, |cell| cell.indicator == *indicator);
        let (year, cell) = by_year.iter().rfind(|(_, cell)| cell.figure.is_ok())?;
        let telling = Telling::of(cell)?;
        let often = years(&by_year, telling.side).map(|often| format!("; {} {often}", word(telling.side)));
        Some(Sentence {
            about: About::Headline(*indicator),
            side: telling.side,
            text: format!(
                "{} {} in {year}: {} {}{} ({}).",
                words::short(*indicator),
                value(*indicator, telling.figure.value),
                telling.apart(),
                with(answer),
                often.unwrap_or_default(),
                words::pupils(*indicator, telling.figure.n),
            ),
            weight: telling.weight(),
        })
    };
    answer.question().indicators().iter().filter_map(of).collect()
}

fn groups(answer: &Answer) -> Vec<Sentence> {
    let question = answer.question();
    let Some(Breakdown::Pupils(characteristic)) = question.by().first().copied() else { return Vec::new() };
    let is_of = |cell: &Cell, group: PupilGroup| cell.keys.contains(&Key::Pupils(group));
    let known = characteristic.groups().filter(|group| !group.is_not_known());
    let of = |group: PupilGroup| {
        let indicator = question.indicators().first().copied()?;
        let by_year = over_years(answer, |cell| cell.indicator == indicator && is_of(cell, group));
        let (year, cell) = by_year.iter().rfind(|(_, cell)| cell.figure.is_ok())?;
        let telling = Telling::of(cell)?;
        let often = years(&by_year, telling.side).map(|often| format!("; {} {often}", word(telling.side)));
        Some(Sentence {
            about: About::Group(group),
            side: telling.side,
            text: format!(
                "{}: {} {} in {year}, {} {}{} ({}).",
                group.label(),
                words::short(indicator),
                value(indicator, telling.figure.value),
                telling.apart(),
                with(answer),
                often.unwrap_or_default(),
                words::pupils(indicator, telling.figure.n),
            ),
            weight: telling.weight(),
        })
    };
    known.filter_map(of).collect()
}

fn subjects(answer: &Answer) -> Vec<Sentence> {
    let of = |cell: &Cell| {
        let telling = Telling::of(cell)?;
        let subject = cell.subject()?;
        Some(Sentence {
            about: About::Subject(subject),
            side: telling.side,
            text: format!(
                "{}: {} {}, {} {} ({}).",
                subject.name,
                cell.indicator.label().to_lowercase(),
                value(cell.indicator, telling.figure.value),
                telling.apart(),
                with(answer),
                words::pupils(cell.indicator, telling.figure.n),
            ),
            weight: telling.weight(),
        })
    };
    let told = |cell: &&Cell| cell.indicator.unit() != Unit::Count;
    answer.cells().iter().filter(told).filter_map(of).collect()
}

/// How many of the schools are above and below.
fn schools(answer: &Answer) -> Vec<Sentence> {
    let Some(indicator) = answer.question().indicators().first().copied() else { return Vec::new() };
    let mut sides: BTreeMap<bool, usize> = BTreeMap::new();
    let mut compared = 0;
    let mut heaviest = 0.0_f64;
    for cell in answer.cells().iter().filter(|cell| cell.indicator == indicator) {
        let Some(Ok(comparison)) = cell.figure.as_ref().ok().and_then(|figure| figure.comparison) else { continue };
        compared += usize::from(comparison.significance.is_some());
        if let Some(telling) = Telling::of(cell) {
            *sides.entry(telling.side == Significance::Above).or_default() += 1;
            heaviest = heaviest.max(telling.weight());
        }
    }
    let of = |above: bool| sides.get(&above).copied().unwrap_or_default();
    let (above, below) = (of(true), of(false));
    if compared < 2 || above + below == 0 {
        return Vec::new();
    }
    let left = compared - above - below;
    let side = match (above, below) {
        (_, 0) => Significance::Above,
        (0, _) => Significance::Below,
        _ => Significance::NotDifferent,
    };
    let rest = match left {
        0 => String::new(),
        left => format!("; {left} cannot be told apart"),
    };
    let text = format!(
        "{}: {above} of {} {} above and {below} below {}{rest}.",
        words::short(indicator),
        plural(compared as i64, "school"),
        if above == 1 { "is" } else { "are" },
        with(answer),
    );
    vec![Sentence { about: About::Schools(indicator), side, text, weight: heaviest }]
}
