//! What the table of subjects makes of its answers: rows in order, columns, and what they come to in words.

mod table;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desk::{Answer, Cell, Comparison, Figure, Key, Reason};
use crate::export::words::{plural, value};
use crate::method::interval::Significance;
use crate::model::{Breakdown, Characteristic, Indicator, PupilGroup, Question, Subject, Unit, Year};
use crate::ui::panels::grid::Grid;
use crate::ui::view::SubjectTable;
use crate::ui::words;

/// In what order the rows are, as it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    sorted: Option<Indicator>,
    of_group: Option<String>,
    ascending: bool,
}

impl Order {
    pub fn of(chosen: &SubjectTable) -> Self {
        Self { sorted: chosen.sorted, of_group: chosen.of_group.clone(), ascending: chosen.ascending }
    }
}

/// What is made of the answers.
#[derive(Debug)]
pub(super) struct Drawn {
    /// The entries, then figures that are compared.
    pub columns: Vec<Column>,
    /// In the order in which they are shown.
    pub rows: Vec<Row>,
    /// The column that the rows are in order of; none for the subjects' names.
    pub sorted: Option<usize>,
    /// Whether that order is the other way round than usual.
    pub reversed: bool,
    pub trend: Option<Trend>,
    /// The years that the figures are of.
    pub span: String,
    /// With what they are compared and when that is significant; empty where they are not compared.
    pub compared: String,
    /// By what the pupils are told apart.
    pub split: Option<Characteristic>,
    /// Why there are no rows, where there are none.
    pub why_empty: String,
    /// All of this as a table.
    pub grid: Grid,
}

/// A column of figures.
#[derive(Debug)]
pub(super) struct Column {
    pub head: String,
    pub indicator: Indicator,
    /// Where the pupils are told apart: who they are, all of them where there is no group.
    pub group: Option<PupilGroup>,
    /// How many subjects are above, below and not different.
    pub counts: [usize; 3],
}

/// A subject.
#[derive(Debug)]
pub(super) struct Row {
    pub subject: Subject,
    /// One per column; none where no such pupils entered.
    pub cells: Vec<Option<Shown>>,
    /// Its figures by year; a year without one is a gap.
    pub trend: Vec<(Year, f64)>,
    /// The same in words.
    pub trend_in_words: String,
}

/// A figure, or one that is withheld.
#[derive(Debug)]
pub(super) struct Shown {
    indicator: Indicator,
    /// The difference from the comparator.
    comparison: Option<Comparison>,
    /// None where it is withheld.
    figure: Option<Figure>,
    /// Where its cell is: the number of the answer, and of the cell in it.
    pub from: (usize, usize),
}

/// Small charts over the years, all on one scale.
#[derive(Debug)]
pub(super) struct Trend {
    pub indicator: Indicator,
    pub years: Vec<Year>,
    /// Lowest and highest value of all subjects.
    pub range: (f64, f64),
}

/// A column before it is filled: where its cells are.
struct Place {
    answer: usize,
    indicator: Indicator,
    group: Option<PupilGroup>,
}

impl Drawn {
    pub fn of(order: &Order, answers: &[Arc<Answer>]) -> Self {
        // An answer is known by how it is broken down.
        let find = |wanted: fn(&Breakdown) -> bool| {
            let of = |answer: &Arc<Answer>| answer.question().by().iter().any(wanted);
            answers.iter().position(of)
        };
        let groups = find(|by| matches!(by, Breakdown::Pupils(_)));
        let over_years = find(|by| *by == Breakdown::Year);
        let all = answers.iter().position(|answer| answer.question().by() == [Breakdown::Subject]);
        let places = places(answers, all, groups);
        let mut cells: BTreeMap<Subject, Vec<Option<Shown>>> = BTreeMap::new();
        let mut reasons = Vec::new();
        for number in all.into_iter().chain(groups) {
            for (nth, cell) in answers[number].cells().iter().enumerate() {
                let Some(subject) = cell.subject() else { continue };
                let is_it = |place: &Place| {
                    place.answer == number && place.indicator == cell.indicator && place.group == group_of(cell)
                };
                let row = cells.entry(subject).or_insert_with(|| places.iter().map(|_| None).collect());
                for at in places.iter().enumerate().filter(|(_, place)| is_it(place)).map(|(at, _)| at) {
                    row[at] = Some(Shown::of(cell, (number, nth)));
                }
                reasons.extend(cell.figure.as_ref().err());
            }
        }
        // A subject that none of the pupils entered, or of which nothing is known, is none of theirs.
        let is_there = |row: &[Option<Shown>]| {
            row.iter().flatten().any(|shown| {
                let (number, nth) = shown.from;
                answers[number].cells()[nth].figure.as_ref().err().is_none_or(is_withheld)
            })
        };
        cells.retain(|_, row| is_there(row));
        let mut trends = over_years.map(|number| lines(&answers[number])).unwrap_or_default();
        let trend_of = over_years.and_then(|number| answers[number].question().indicators().first().copied());
        let rows: Vec<Row> = cells
            .into_iter()
            .map(|(subject, cells)| {
                let trend = trends.remove(&subject).unwrap_or_default();
                let trend_in_words = trend_of.map(|of| in_words(of, &trend)).unwrap_or_default();
                Row { subject, cells, trend, trend_in_words }
            })
            .collect();
        let first = groups.or(all).map(|number| &answers[number]);
        let mut drawn = Self {
            columns: places.iter().enumerate().map(|(at, place)| Column::of(place, at, &rows, groups)).collect(),
            sorted: None,
            reversed: order.ascending,
            trend: trend_of.zip(over_years).map(|(indicator, number)| Trend {
                indicator,
                years: answers[number].question().years().to_vec(),
                range: range(&rows),
            }),
            span: first.map(|answer| span(answer.question())).unwrap_or_default(),
            compared: first.map(|answer| words::compared_with(answer)).unwrap_or_default(),
            split: groups.and_then(|number| {
                let by = answers[number].question().by();
                by.iter().find_map(|by| if let Breakdown::Pupils(of) = by { Some(*of) } else { None })
            }),
            why_empty: why_empty(&reasons),
            rows,
            grid: Grid::default(),
        };
        drawn.sort(order);
        drawn.grid = drawn.to_grid();
        drawn
    }

    /// Brings the rows into order: those without a figure last, and alike ones by name.
    fn sort(&mut self, order: &Order) {
        let split = self.split.is_some();
        self.sorted = order.sorted.and_then(|sorted| {
            let is_it = |column: &Column| match column.group {
                _ if !split => column.indicator == sorted,
                _ if sorted == Indicator::Entries => column.indicator == sorted,
                None => column.indicator != Indicator::Entries && order.of_group.is_none(),
                Some(group) => order.of_group.as_deref() == Some(group.word()),
            };
            self.columns.iter().position(is_it)
        });
        let (sorted, reversed) = (self.sorted, self.reversed);
        let number = |row: &Row| row.cells.get(sorted?)?.as_ref()?.figure.map(|figure| figure.value);
        self.rows.sort_by(|a, b| {
            let by_name = a.subject.name.cmp(&b.subject.name);
            match (number(a), number(b)) {
                (Some(a), Some(b)) if reversed => a.total_cmp(&b).then(by_name),
                (Some(a), Some(b)) => b.total_cmp(&a).then(by_name),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) if reversed && sorted.is_none() => by_name.reverse(),
                (None, None) => by_name,
            }
        });
    }

    /// The columns that are told of in words: that of the order, else that of the trends; of pupils who are told apart all.
    pub fn told(&self) -> Vec<&Column> {
        let compared = |column: &&Column| column.indicator.unit() != Unit::Count;
        if self.split.is_some() {
            return self.columns.iter().filter(compared).collect();
        }
        let sorted = self.sorted.and_then(|at| self.columns.get(at)).filter(compared);
        let trend = self.trend.as_ref().map(|trend| trend.indicator);
        let usual = || self.columns.iter().find(|column| Some(column.indicator) == trend);
        sorted.or_else(usual).or_else(|| self.columns.iter().find(compared)).into_iter().collect()
    }

    /// What a column is of: an indicator, and of which pupils.
    pub fn name_of(&self, column: &Column) -> String {
        match self.split {
            Some(_) if column.indicator != Indicator::Entries => {
                format!("{}, {}", column.indicator.label(), column.head)
            }
            _ => column.head.clone(),
        }
    }

    /// The table as a sentence, for who cannot see it.
    pub fn in_words(&self) -> String {
        let told: Vec<String> = self
            .told()
            .into_iter()
            .map(|column| {
                let [above, below, level] = column.counts;
                let name = self.name_of(column);
                format!("{name}: {above} above, {below} below, {level} cannot be told apart from the comparator")
            })
            .collect();
        let told = if self.compared.is_empty() {
            "not compared with anything".to_owned()
        } else {
            format!("{}. {}", told.join("; "), self.compared)
        };
        format!("All subjects, {}: {}; {told}", self.span, plural(self.rows.len() as i64, "subject"))
    }
}

/// The entries, then the other figures; of pupils who are told apart all of them, then group by group.
fn places(answers: &[Arc<Answer>], all: Option<usize>, groups: Option<usize>) -> Vec<Place> {
    let of_all = |answer: usize| {
        let indicators = answers[answer].question().indicators().iter();
        indicators.map(move |indicator| Place { answer, indicator: *indicator, group: None })
    };
    let mut places: Vec<Place> = all.into_iter().flat_map(of_all).collect();
    places.sort_by_key(|place| place.indicator != Indicator::Entries);
    let Some((number, answer)) = groups.and_then(|number| Some((number, answers.get(number)?))) else { return places };
    let Some(shown) = answer.question().indicators().first().copied() else { return places };
    let mut found: Vec<(PupilGroup, bool)> = Vec::new();
    for cell in answer.cells().iter().filter(|cell| cell.indicator == shown) {
        let Some(group) = group_of(cell) else { continue };
        let known = cell.figure.is_ok();
        match found.iter_mut().find(|(known, _)| *known == group) {
            Some((_, has_figure)) => *has_figure |= known,
            None => found.push((group, known)),
        }
    }
    // Those of whom it is not known stand last, and only where there is a figure of them.
    found.retain(|(group, has_figure)| *has_figure || !group.is_not_known());
    found.sort_by_key(|(group, _)| (group.code == 0, group.code));
    let one_of_filter = found.len() == 1 && !answer.question().filter().is_everyone();
    if one_of_filter {
        // All of them are that group.
        places.retain(|place| place.indicator == Indicator::Entries);
    }
    places.extend(found.into_iter().map(|(group, _)| Place { answer: number, indicator: shown, group: Some(group) }));
    places
}

fn group_of(cell: &Cell) -> Option<PupilGroup> {
    cell.keys.iter().find_map(|key| if let Key::Pupils(group) = key { Some(*group) } else { None })
}

/// Whether there is a figure that is not shown, in place of none.
fn is_withheld(reason: &Reason) -> bool {
    let none = matches!(reason, Reason::NoPupils | Reason::NoExams { .. } | Reason::YearNotLoaded { .. });
    !none && *reason != Reason::NotPublished
}

/// The first reason that says more than that there are no pupils.
fn why_empty(reasons: &[&Reason]) -> String {
    let telling = reasons.iter().find(|reason| ***reason != Reason::NoPupils);
    let text = telling.map_or_else(|| "no entries of these pupils".to_owned(), ToString::to_string);
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// "2023/24", or "2018/19 to 2023/24 pooled".
fn span(question: &Question) -> String {
    match question.years() {
        [first, .., last] => format!("{first} to {last} pooled"),
        [year] => year.to_string(),
        [] => String::new(),
    }
}

/// The figures of the first indicator of an answer, by subject and year.
fn lines(answer: &Answer) -> BTreeMap<Subject, Vec<(Year, f64)>> {
    let question = answer.question();
    let indicator = question.indicators().first();
    let mut lines: BTreeMap<Subject, Vec<(Year, f64)>> = BTreeMap::new();
    for cell in answer.cells().iter().filter(|cell| Some(&cell.indicator) == indicator) {
        let year = cell.year().or(question.years().last().copied());
        if let (Some(subject), Some(year), Ok(figure)) = (cell.subject(), year, &cell.figure) {
            lines.entry(subject).or_default().push((year, figure.value));
        }
    }
    for line in lines.values_mut() {
        line.sort_by_key(|(year, _)| *year);
    }
    lines
}

/// A line of a trend in words: every year with a figure.
fn in_words(indicator: Indicator, line: &[(Year, f64)]) -> String {
    let figures: Vec<String> =
        line.iter().map(|(year, figure)| format!("{} in {year}", value(indicator, *figure))).collect();
    let figures = if figures.is_empty() { "no figure in any year".to_owned() } else { figures.join(", ") };
    format!("{}: {figures}", indicator.label())
}

/// Lowest and highest figure of all trends.
fn range(rows: &[Row]) -> (f64, f64) {
    let values = || rows.iter().flat_map(|row| &row.trend).map(|(_, value)| *value);
    (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max))
}

impl Column {
    fn of(place: &Place, at: usize, rows: &[Row], groups: Option<usize>) -> Self {
        let head = match place.group {
            Some(group) => capital(&group.label()),
            None if groups.is_some() && place.indicator != Indicator::Entries => "All".to_owned(),
            None => place.indicator.label().to_owned(),
        };
        let judged = |wanted: Significance| {
            let of = |row: &&Row| {
                let shown = row.cells.get(at).and_then(Option::as_ref);
                shown.and_then(|shown| shown.comparison?.significance) == Some(wanted)
            };
            rows.iter().filter(of).count()
        };
        let counts = [Significance::Above, Significance::Below, Significance::NotDifferent].map(judged);
        Self { head, indicator: place.indicator, group: place.group, counts }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

impl Shown {
    fn of(cell: &Cell, from: (usize, usize)) -> Self {
        let figure = cell.figure.ok();
        Self { indicator: cell.indicator, comparison: figure.and_then(|figure| figure.comparison?.ok()), figure, from }
    }

    /// The cell that it shows, with its answer.
    fn cell<'a>(&self, answers: &'a [Arc<Answer>]) -> Option<(&'a Answer, &'a Cell)> {
        let answer = answers.get(self.from.0)?;
        Some((answer, answer.cells().get(self.from.1)?))
    }
}
