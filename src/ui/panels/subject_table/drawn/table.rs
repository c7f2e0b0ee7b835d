//! The table of subjects as a grid: its heads and cells, and their words.

use std::sync::Arc;

use super::{Column, Drawn, Shown, Trend};
use crate::desk::{Answer, Cell, Figure};
use crate::export::words::{difference, value};
use crate::method::interval::Significance;
use crate::model::{Indicator, Unit};
use crate::ui::panels::grid::{self, Grid, Head, Picture, Shows, Words};
use crate::ui::words;

impl Drawn {
    pub(super) fn to_grid(&self) -> Grid {
        let reversed = self.reversed;
        let sorts = |words: &str, sorted: bool, ways: [&str; 2]| {
            let now = if sorted { format!(", now from {}", ways[usize::from(reversed)]) } else { String::new() };
            Some(format!("Sort by {words}{now}"))
        };
        let by_name = self.sorted.is_none();
        let reach = self.reach();
        let head = |(at, column): (usize, &Column)| {
            let sorted = self.sorted == Some(at);
            let name = format!("{}, {}", self.name_of(column), self.span);
            let [above, below, level] = column.counts;
            let is_compared = !self.compared.is_empty() && column.indicator.unit() != Unit::Count;
            let counts = format!("\n{above} subjects above, {below} below, {level} cannot be told apart");
            Head {
                hint: if is_compared { name + &counts } else { name },
                does: sorts(&column.head, sorted, ["high to low", "low to high"]),
                sorted: sorted.then_some(reversed),
                shows: match column.indicator {
                    of if of.unit() == Unit::Count => Shows::Figures,
                    of @ Indicator::ValueAdded => {
                        Shows::Scale { low: -reach, high: reach, ends: [-reach, reach].map(|end| value(of, end)) }
                    }
                    _ => Shows::Noted,
                },
                words: column.head.clone(),
            }
        };
        let trend = self.trend.as_ref().and_then(Trend::head);
        Grid {
            names: Head {
                words: "Subject".to_owned(),
                hint: "The subject's name".to_owned(),
                does: sorts("Subject", by_name, ["A to Z", "Z to A"]),
                sorted: by_name.then_some(!reversed),
                ..Head::default()
            },
            columns: self.columns.iter().enumerate().map(head).chain(trend).collect(),
            rows: self.rows.len(),
            fixed: 0,
            grounds: true,
        }
    }

    /// A row as it is shown.
    pub fn row(&self, nth: usize) -> grid::Row {
        let Some(row) = self.rows.get(nth) else { return grid::Row::default() };
        let figures = row.cells.iter().map(|shown| shown.as_ref().map_or_else(Words::no_figure, Shown::words));
        let line = || Words { picture: Some(Picture::Line(row.trend.clone())), ..Words::default() };
        // Behind the columns of figures stands the trend, where it has a head.
        let cells = figures.chain((self.grid.columns.len() > self.columns.len()).then(line)).collect();
        grid::Row { name: row.subject.name.clone(), opens: true, cells, ..grid::Row::default() }
    }

    /// How far from 0 nine in ten ends of intervals of value added lie: a few wide ones would leave all others a dot.
    fn reach(&self) -> f64 {
        let cells = self.rows.iter().flat_map(|row| row.cells.iter().flatten());
        let figures = cells.filter(|shown| shown.indicator == Indicator::ValueAdded).filter_map(|shown| shown.figure);
        let widest = |figure: Figure| {
            figure.interval.map_or(figure.value.abs(), |interval| interval.lower.abs().max(interval.upper.abs()))
        };
        let mut ends: Vec<f64> = figures.map(widest).collect();
        ends.sort_by(f64::total_cmp);
        let end = ends.get((ends.len() * 9 / 10).min(ends.len().saturating_sub(1))).copied();
        end.unwrap_or(1.0).max(0.1)
    }

    /// A cell read aloud: of which subject and column it is, and all that is known of it.
    pub fn aloud(&self, answers: &[Arc<Answer>], row: usize, column: usize) -> String {
        let of = if column < self.columns.len() { ":" } else { " of" };
        format!("{}{of} {}", self.name_of_cell(row, column), self.lines(answers, row, column).join(", "))
    }

    /// Of which subject and column a cell is.
    pub fn name_of_cell(&self, row: usize, column: usize) -> String {
        let subject = self.rows.get(row).map(|row| row.subject.name.as_str()).unwrap_or_default();
        let of_column = self.columns.get(column).map_or("trend".to_owned(), |column| self.name_of(column));
        format!("{subject}, {of_column}")
    }

    /// What is known of a cell, a line each: the figure, how far it is from its comparator, and what that is.
    pub fn lines(&self, answers: &[Arc<Answer>], row: usize, column: usize) -> Vec<String> {
        let Some(row) = self.rows.get(row) else { return Vec::new() };
        if column >= self.columns.len() {
            return vec![row.trend_in_words.clone()];
        }
        let shown = row.cells.get(column).and_then(Option::as_ref);
        match shown.and_then(|shown| shown.cell(answers)) {
            Some((answer, cell)) => [vec![words::figure(cell)], beside(answer, cell)].concat(),
            None => vec!["no pupils".to_owned()],
        }
    }

    /// The answer that a cell is from.
    pub fn answer_of<'a>(&self, answers: &'a [Arc<Answer>], row: usize, column: usize) -> Option<&'a Answer> {
        let shown = self.rows.get(row)?.cells.get(column)?.as_ref()?;
        shown.cell(answers).map(|(answer, _)| answer)
    }
}

impl Trend {
    /// The head of the trends; none where there are no years.
    fn head(&self) -> Option<Head> {
        let (first, last) = (*self.years.first()?, *self.years.last()?);
        let (low, high) = self.range;
        let number = |figure| value(self.indicator, figure);
        let ends = if low <= high { format!("\nfrom {} to {}", number(low), number(high)) } else { String::new() };
        Some(Head {
            words: "Trend".to_owned(),
            hint: format!("{}, {first} to {last}, all on one scale{ends}", self.indicator.label()),
            shows: Shows::Line { first, last, low, high },
            ..Head::default()
        })
    }
}

impl Shown {
    fn words(&self) -> Words {
        let Some(figure) = self.figure else { return Words::no_figure() };
        let point = Picture::Point { value: figure.value, interval: figure.interval };
        Words {
            text: value(self.indicator, figure.value),
            note: self.comparison.map(|of| difference(self.indicator, of.difference)).unwrap_or_default(),
            differs: self.comparison.and_then(|of| of.significance),
            picture: (self.indicator == Indicator::ValueAdded).then_some(point),
        }
    }
}

/// What stands beside a figure, a line each: how far it is from its comparator, and what that is.
fn beside(answer: &Answer, cell: &Cell) -> Vec<String> {
    let Some(comparison) = cell.figure.as_ref().ok().and_then(|figure| figure.comparison.as_ref()) else {
        return Vec::new();
    };
    match comparison {
        Err(reason) => vec![format!("comparator: {reason}")],
        Ok(comparison) => {
            let with = answer.compared_with_of(comparison).unwrap_or_default();
            let apart = match comparison.significance {
                Some(Significance::NotDifferent) => ": cannot be told apart",
                _ => "",
            };
            vec![
                format!("{}{apart}", words::compared(cell.indicator, comparison)),
                format!("compared with {} of {with}", value(cell.indicator, comparison.comparator)),
            ]
        }
    }
}
