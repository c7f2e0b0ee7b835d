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

/// The name of the column, or with schools side by side the row, of three-year ranks.
const RANK: &str = "Three-year rank";

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
    /// Schools that stay on top, in the order in which they do.
    pinned: Vec<Urn>,
    /// What the group and its comparator are called.
    group: String,
    comparator: String,
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
        schools.sort_by_cached_key(|urn| (catalogue.register.place_by_name(*urn), *urn));
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
        let order = Order { sorted, by_rank: by_rank.is_some(), ascending: table.ascending };
        let pinned: Vec<Urn> = table.pinned.iter().copied().filter(|urn| schools.contains(urn)).collect();
        if !table.compare && !pinned.is_empty() {
            schools.retain(|urn| !pinned.contains(urn));
            schools.splice(0..0, pinned.iter().copied());
        }
        let with = answers.iter().find_map(|answer| answer.compared_with());
        let group = catalogue.name_of(first.question().scope());
        let message = match schools.len() {
            _ if all == 0 => Some("No pupils"),
            n if table.compare && !SIDE_BY_SIDE.contains(&n) => {
                Some("Select two to six schools to see them side by side")
            }
            0 => Some("Select schools to see only those"),
            _ => None,
        };
        let year = first.question().years().last().map(ToString::to_string).unwrap_or_default();
        let ordered = sorted.map_or(if order.by_rank { "three-year rank" } else { "name" }, Indicator::label);
        let shown = plural(schools.len() as i64, "school");
        let in_words = format!("Schools side by side, {year}: {shown} of {group}, in order of {ordered}");
        let heads = [Some(Who::Group), with.map(|_| Who::Comparator)];
        let mut drawn = Self {
            grid: Grid::default(),
            message,
            in_words,
            columns,
            who: heads.into_iter().flatten().chain(schools.into_iter().map(Who::School)).collect(),
            side_by_side: table.compare,
            pinned,
            group,
            comparator: with.map(|with| format!("Comparator: {with}")).unwrap_or_default(),
            ranks,
        };
        drawn.grid = if table.compare { drawn.side_by_side(catalogue) } else { drawn.by_school(answers, &order) };
        drawn
    }

    /// A table with a row per school.
    fn by_school(&self, answers: &[Arc<Answer>], order: &Order) -> Grid {
        let head = |indicator: &Indicator| Head {
            words: title_of(*indicator, answers),
            hint: format!("{}: click to put the schools in order of it", indicator.label()),
            does: Some(format!("Sort by {}", indicator.label())),
            sorted: (order.sorted == Some(*indicator)).then_some(order.ascending),
            ..Head::default()
        };
        let of_ranks = |ranks: &Ranks| Head {
            words: RANK.to_owned(),
            hint: format!(
                "Where the school stands in {} among all schools loaded over three years: click to put the schools in order of it",
                ranks.indicator.label()
            ),
            does: Some("Sort by three-year rank".to_owned()),
            sorted: order.by_rank.then_some(order.ascending),
            ..Head::default()
        };
        Grid {
            names: Head {
                words: "School".to_owned(),
                hint: "Click to put the schools in order of their names".to_owned(),
                does: Some("Sort by school".to_owned()),
                sorted: (order.sorted.is_none() && !order.by_rank).then_some(true),
                ..Head::default()
            },
            columns: self.columns.iter().map(head).chain(self.ranks.as_ref().map(of_ranks)).collect(),
            rows: self.who.len(),
            fixed: self.who.iter().filter(|who| !matches!(who, Who::School(_))).count() + self.pinned.len(),
            ..Grid::default()
        }
    }

    /// A table with a row per indicator.
    fn side_by_side(&self, catalogue: &Catalogue) -> Grid {
        let head = |who: &Who| {
            let words = self.name_of(*who, catalogue);
            let does = matches!(who, Who::School(_)).then(|| format!("Take {words} out of the selection"));
            Head { hint: does.clone().unwrap_or_default(), words, does, ..Head::default() }
        };
        Grid {
            names: Head { words: "Indicator".to_owned(), ..Head::default() },
            columns: self.who.iter().map(head).collect(),
            rows: self.columns.len() + usize::from(self.ranks.is_some()),
            ..Grid::default()
        }
    }

    /// A row as it is shown.
    pub fn row(&self, nth: usize, answers: &[Arc<Answer>], catalogue: &Catalogue) -> Row {
        if self.side_by_side {
            let (name, cells) = match self.columns.get(nth) {
                Some(of) => {
                    let words = |who: &Who| words_of(answers, *who, *of);
                    (title_of(*of, answers), self.who.iter().map(words).collect())
                }
                None => (RANK.to_owned(), self.who.iter().filter_map(|who| self.rank_in_words(*who)).collect()),
            };
            return Row { name, cells, ..Row::default() };
        }
        let Some(who) = self.who.get(nth).copied() else { return Row::default() };
        let (urn, lead) = match who {
            Who::School(urn) => (Some(urn), Lead::Pin(self.pinned.contains(&urn))),
            Who::Group | Who::Comparator => (None, Lead::Nothing),
        };
        let figures = self.columns.iter().map(|of| words_of(answers, who, *of));
        let cells = figures.chain(self.rank_in_words(who)).collect();
        Row { urn, name: self.name_of(who, catalogue), lead, cells, ..Row::default() }
    }

    fn name_of(&self, who: Who, catalogue: &Catalogue) -> String {
        match who {
            Who::School(urn) => catalogue.register.called(urn),
            Who::Group => self.group.clone(),
            Who::Comparator => self.comparator.clone(),
        }
    }

    /// A three-year rank, where they are shown.
    fn rank_in_words(&self, who: Who) -> Option<Words> {
        let ranks = self.ranks.as_ref()?;
        let rank = if let Who::School(urn) = who { ranks.rank(urn).weighted } else { None };
        Some(rank.map_or_else(Words::no_figure, |rank| Words::new(format!("{rank:.0}"))))
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
struct Order {
    sorted: Option<Indicator>,
    by_rank: bool,
    ascending: bool,
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

fn words_of(answers: &[Arc<Answer>], who: Who, indicator: Indicator) -> Words {
    let none = || Words::no_figure();
    let Some((_, Cell { figure: Ok(figure), .. })) = cell_of(answers, who, indicator) else { return none() };
    let comparison = figure.comparison.and_then(Result::ok);
    if who == Who::Comparator {
        return comparison.map_or_else(none, |with| Words::new(value(indicator, with.comparator)));
    }
    // An intake is neither good nor bad, and not by chance.
    let judged = matches!(ColumnGroup::of(indicator), ColumnGroup::Results | ColumnGroup::Entries);
    let differs = comparison.filter(|_| judged).and_then(|comparison| comparison.significance);
    Words { differs, ..Words::new(value(indicator, figure.value)) }
}
