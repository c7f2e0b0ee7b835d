//! The table of schools made ready: which rows, in which order, with which words.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::desk::{Answer, Cell};
use crate::export::words::{plural, value};
use crate::model::{Breakdown, Indicator, Source, Urn};
use crate::ui::panels::grid::{Grid, Head, Lead, Row, Words};
use crate::ui::panels::ranks::{Rank, Ranks, Shown};
use crate::ui::session::Catalogue;
use crate::ui::view::{ColumnGroup, SchoolTable};
use crate::ui::{questions, words};

/// So many schools can stand side by side.
const SIDE_BY_SIDE: std::ops::RangeInclusive<usize> = 2..=6;

/// The table of schools.
#[derive(Debug, Default)]
pub struct Drawn {
    pub grid: Grid,
    /// What is to be done before there is a table.
    pub message: Option<&'static str>,
    /// The table read aloud.
    pub in_words: String,
    pub columns: Vec<Indicator>,
    /// What rows are of; with schools side by side, what columns are of.
    pub who: Vec<Who>,
    /// Whether the schools stand side by side.
    pub side_by_side: bool,
    /// Behind the other columns, where they are shown.
    ranks: Option<Ranks>,
}

/// What figures are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Group,
    /// What the group is compared with.
    Comparator,
    School(Urn),
}

impl Drawn {
    pub fn of(table: &SchoolTable, selected: &BTreeSet<Urn>, answers: &[Arc<Answer>], catalogue: &Catalogue) -> Self {
        let Some(first) = answers.first() else { return Self::default() };
        let columns = columns_of(answers);
        let name = |urn: Urn| catalogue.register.called(urn);
        let of_schools = answers.iter().filter(|answer| is_by_school(answer));
        let schools: BTreeSet<Urn> =
            of_schools.flat_map(|answer| answer.rows()).filter_map(|row| row.first()?.school()).collect();
        let all = schools.len();
        let ranks = answers.iter().find(|answer| is_of_ranks(answer)).filter(|_| table.rank);
        let ranks = ranks.and_then(|answer| Ranks::of(answer.question().indicators().first().copied()?, answer));
        let mut schools: Vec<Urn> = schools.into_iter().collect();
        if table.only_selected || table.compare {
            schools.retain(|urn| selected.contains(urn));
        }
        schools.sort_by_cached_key(|urn| (name(*urn).to_lowercase(), *urn));
        let sorted = table.sorted.filter(|indicator| columns.contains(indicator));
        if let Some(indicator) = sorted {
            let figure = |urn: Urn| {
                let (_, cell) = cell_of(answers, Who::School(urn), indicator)?;
                cell.figure.as_ref().ok().map(|figure| figure.value)
            };
            sort(&mut schools, table.ascending, figure);
        }
        let by_rank = ranks.as_ref().filter(|_| table.by_rank && sorted.is_none());
        if let Some(ranks) = by_rank {
            sort(&mut schools, table.ascending, |urn| ranks.rank(urn).weighted);
        }
        let pinned: Vec<Urn> = table.pinned.iter().copied().filter(|urn| schools.contains(urn)).collect();
        if !table.compare && !pinned.is_empty() {
            schools.retain(|urn| !pinned.contains(urn));
            schools.splice(0..0, pinned.iter().copied());
        }
        let with = answers.iter().find_map(|answer| answer.compared_with());
        let group = catalogue.name_of(first.question().scope());
        let heads: Vec<(Who, String)> = [(Who::Group, group.clone())]
            .into_iter()
            .chain(with.map(|with| (Who::Comparator, format!("Comparator: {with}"))))
            .collect();
        let message = match schools.len() {
            _ if all == 0 => Some("No pupils"),
            n if table.compare && !SIDE_BY_SIDE.contains(&n) => {
                Some("Select two to six schools to see them side by side")
            }
            0 => Some("Select schools to see only those"),
            _ => None,
        };
        let who: Vec<Who> =
            heads.iter().map(|(who, _)| *who).chain(schools.iter().map(|urn| Who::School(*urn))).collect();
        let title = |who: Who| match who {
            Who::School(urn) => name(urn),
            Who::Group | Who::Comparator => {
                heads.iter().find(|(of, _)| *of == who).map(|(_, title)| title.clone()).unwrap_or_default()
            }
        };
        let by_rank = by_rank.is_some();
        let mut grid = if table.compare {
            side_by_side(&columns, &who, answers, title)
        } else {
            let order = Order { sorted, by_rank, ascending: table.ascending, pinned: &pinned };
            by_row(&columns, &who, answers, title, &order)
        };
        if let Some(ranks) = &ranks {
            add_ranks(&mut grid, ranks, &who, table, by_rank);
        }
        let year = first.question().years().last().map(ToString::to_string).unwrap_or_default();
        let ordered = sorted.map_or(if by_rank { "three-year rank" } else { "name" }, Indicator::label);
        let shown = plural(schools.len() as i64, "school");
        let in_words = format!("Schools side by side, {year}: {shown} of {group}, in order of {ordered}");
        Self { grid, message, in_words, columns, who, side_by_side: table.compare, ranks }
    }

    /// In what the three-year ranks are, where they are shown.
    pub fn ranked(&self) -> Option<Indicator> {
        self.ranks.as_ref().map(|ranks| ranks.indicator)
    }

    /// The ranks of the schools that are shown.
    pub fn ranks_shown(&self) -> Option<Shown<'_>> {
        let school = |who: &Who| match who {
            Who::School(urn) => Some(*urn),
            Who::Group | Who::Comparator => None,
        };
        let schools = self.who.iter().filter_map(school).collect();
        self.ranks.as_ref().map(|ranks| Shown { ranks, schools })
    }

    /// Whether the column, or with schools side by side the row, with this number is of three-year ranks.
    pub fn is_rank(&self, nth: usize) -> bool {
        self.ranks.is_some() && nth == self.columns.len()
    }

    /// The school and its rank, where a cell of the table is of one.
    pub fn rank_at(&self, row: usize, column: Option<usize>) -> Option<(Urn, Rank)> {
        let (of, who) = if self.side_by_side { (row, column?) } else { (column?, row) };
        match self.who.get(who)? {
            Who::School(urn) if self.is_rank(of) => Some((*urn, self.ranks.as_ref()?.rank(*urn))),
            _ => None,
        }
    }

    /// What a cell of the table is of: whom, and which indicator.
    pub fn place(&self, row: usize, column: Option<usize>) -> Option<(Who, Option<Indicator>)> {
        if self.side_by_side {
            let who = column.and_then(|column| self.who.get(column)).copied().unwrap_or(Who::Group);
            return Some((who, column.and(self.columns.get(row)).copied()));
        }
        Some((*self.who.get(row)?, column.and_then(|column| self.columns.get(column)).copied()))
    }
}

/// How the rows stand.
struct Order<'a> {
    sorted: Option<Indicator>,
    by_rank: bool,
    ascending: bool,
    pinned: &'a [Urn],
}

/// The figure of somebody, and the answer that it is from.
pub fn cell_of(answers: &[Arc<Answer>], who: Who, indicator: Indicator) -> Option<(&Answer, &Cell)> {
    let right = |answer: &&Arc<Answer>| !is_of_ranks(answer) && is_by_school(answer) == matches!(who, Who::School(_));
    answers.iter().filter(right).find_map(|answer| {
        let place = answer.question().indicators().iter().position(|of| *of == indicator)?;
        let cell = match who {
            Who::School(urn) => answer.row_of(urn)?.get(place)?,
            Who::Group | Who::Comparator => answer.nth_row(0)?.get(place)?,
        };
        Some((&**answer, cell))
    })
}

/// What a column is called: of which pupils it is, where that differs from the others.
fn title_of(indicator: Indicator, answers: &[Arc<Answer>]) -> String {
    let filtered = answers.iter().any(|answer| !answer.question().filter().is_everyone());
    let of_all = filtered && questions::is_of_all_pupils(indicator) && indicator.source() != Source::School;
    format!("{}{}", words::short(indicator), if of_all { ", of all pupils" } else { "" })
}

fn is_by_school(answer: &Answer) -> bool {
    answer.question().by() == [Breakdown::School]
}

/// Whether an answer is what three-year ranks are made from.
pub fn is_of_ranks(answer: &Answer) -> bool {
    answer.question().by().contains(&Breakdown::Year)
}

/// The indicators of the answers: results and then intake.
fn columns_of(answers: &[Arc<Answer>]) -> Vec<Indicator> {
    let of_schools = answers.iter().filter(|answer| is_by_school(answer));
    of_schools.flat_map(|answer| answer.question().indicators()).copied().collect()
}

fn sort(schools: &mut [Urn], ascending: bool, figure: impl Fn(Urn) -> Option<f64>) {
    let mut keyed: Vec<(Option<f64>, Urn)> = schools.iter().map(|urn| (figure(*urn), *urn)).collect();
    // Schools without a figure come last, whatever the order.
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) if ascending => a.total_cmp(b),
        (Some(a), Some(b)) => b.total_cmp(a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    for (place, (_, urn)) in schools.iter_mut().zip(keyed) {
        *place = urn;
    }
}

/// The figures of a school in the order of [`columns_of`]: it is looked for once in each answer.
fn cells_of(answers: &[Arc<Answer>], urn: Urn) -> impl Iterator<Item = Option<&Cell>> {
    answers.iter().filter(|answer| is_by_school(answer)).flat_map(move |answer| {
        let row = answer.row_of(urn);
        (0..answer.question().indicators().len()).map(move |nth| row?.get(nth))
    })
}

fn words_of(answers: &[Arc<Answer>], who: Who, indicator: Indicator) -> Words {
    words_in(cell_of(answers, who, indicator).map(|(_, cell)| cell), who, indicator)
}

fn words_in(cell: Option<&Cell>, who: Who, indicator: Indicator) -> Words {
    let none = || Words::no_figure();
    let Some(Ok(figure)) = cell.map(|cell| &cell.figure) else { return none() };
    let comparison = figure.comparison.and_then(Result::ok);
    if who == Who::Comparator {
        return comparison.map_or_else(none, |with| Words::new(value(indicator, with.comparator)));
    }
    // An intake is neither good nor bad, and not by chance.
    let judged = matches!(ColumnGroup::of(indicator), ColumnGroup::Results | ColumnGroup::Entries);
    let differs = comparison.filter(|_| judged).and_then(|comparison| comparison.significance);
    Words { differs, ..Words::new(value(indicator, figure.value)) }
}

fn by_row(
    columns: &[Indicator],
    who: &[Who],
    answers: &[Arc<Answer>],
    title: impl Fn(Who) -> String,
    order: &Order<'_>,
) -> Grid {
    let head = |indicator: &Indicator| Head {
        words: title_of(*indicator, answers),
        hint: format!("{}: click to put the schools in order of it", indicator.label()),
        does: Some(format!("Sort by {}", indicator.label())),
        sorted: (order.sorted == Some(*indicator)).then_some(order.ascending),
        ..Head::default()
    };
    let row = |who: &Who| {
        let urn = if let Who::School(urn) = who { Some(*urn) } else { None };
        let cells = match urn {
            Some(urn) => {
                let cells = columns.iter().zip(cells_of(answers, urn));
                cells.map(|(indicator, cell)| words_in(cell, *who, *indicator)).collect()
            }
            None => columns.iter().map(|indicator| words_of(answers, *who, *indicator)).collect(),
        };
        let lead = urn.map_or(Lead::Nothing, |urn| Lead::Pin(order.pinned.contains(&urn)));
        Row { urn, name: title(*who), lead, cells, ..Row::default() }
    };
    Grid {
        names: Head {
            words: "School".to_owned(),
            hint: "Click to put the schools in order of their names".to_owned(),
            does: Some("Sort by school".to_owned()),
            sorted: (order.sorted.is_none() && !order.by_rank).then_some(true),
            ..Head::default()
        },
        columns: columns.iter().map(head).collect(),
        rows: who.iter().map(row).collect(),
        fixed: who.iter().filter(|who| !matches!(who, Who::School(_))).count() + order.pinned.len(),
        ..Grid::default()
    }
}

/// Three-year ranks behind the other columns; with schools side by side under the other rows.
fn add_ranks(grid: &mut Grid, ranks: &Ranks, who: &[Who], table: &SchoolTable, by_rank: bool) {
    const NAME: &str = "Three-year rank";
    let cell = |who: &Who| {
        let rank = if let Who::School(urn) = who { ranks.rank(*urn).weighted } else { None };
        Words::new(rank.map_or("·".to_owned(), |rank| format!("{rank:.0}")))
    };
    if table.compare {
        let cells = who.iter().map(cell).collect();
        grid.rows.push(Row { name: NAME.to_owned(), cells, ..Row::default() });
        return;
    }
    grid.columns.push(Head {
        words: NAME.to_owned(),
        hint: format!(
            "Where the school stands in {} among all schools loaded over three years: click to put the schools in order of it",
            ranks.indicator.label()
        ),
        does: Some("Sort by three-year rank".to_owned()),
        sorted: by_rank.then_some(table.ascending),
        ..Head::default()
    });
    for (row, who) in grid.rows.iter_mut().zip(who) {
        row.cells.push(cell(who));
    }
}

fn side_by_side(columns: &[Indicator], who: &[Who], answers: &[Arc<Answer>], title: impl Fn(Who) -> String) -> Grid {
    let head = |who: &Who| {
        let words = title(*who);
        let school = matches!(who, Who::School(_));
        let does = school.then(|| format!("Take {words} out of the selection"));
        Head { hint: does.clone().unwrap_or_default(), words, does, ..Head::default() }
    };
    let row = |indicator: &Indicator| Row {
        name: title_of(*indicator, answers),
        cells: who.iter().map(|who| words_of(answers, *who, *indicator)).collect(),
        ..Row::default()
    };
    Grid {
        names: Head { words: "Indicator".to_owned(), ..Head::default() },
        columns: who.iter().map(head).collect(),
        rows: columns.iter().map(row).collect(),
        ..Grid::default()
    }
}
