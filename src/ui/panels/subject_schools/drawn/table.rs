//! The table of one subject as a grid: its heads and cells, and their words.

use super::{Column, Drawn, Order, Who};
use crate::desk::Reason;
use crate::export::words::{difference, value};
use crate::method::interval::Significance;
use crate::model::{Definition, Indicator, Source};
use crate::ui::panels::grid::{self, BANDS, Grid, Head, Picture, Shows, Words};
use crate::ui::words;

impl Drawn {
    /// Whose a row is: the group's, its comparator's, and then the schools'.
    pub fn who(&self, nth: usize) -> Option<Who<'_>> {
        let fixed = self.fixed();
        match nth {
            0 => Some(Who::Group),
            nth if nth < fixed => Some(Who::Comparator),
            nth => self.rows.get(nth - fixed).map(Who::School),
        }
    }

    /// How many rows stay on top.
    fn fixed(&self) -> usize {
        1 + usize::from(self.comparator_name.is_some())
    }

    pub(super) fn to_grid(&self, order: Order) -> Grid {
        let head = |words: String, hint: String, by: Option<Option<Indicator>>, shows: Shows| {
            let sorted = by == Some(order.sorted);
            let way = match (sorted, order.sorted, order.ascending) {
                (false, ..) => "",
                (true, None, _) => ", A to Z",
                (true, Some(_), true) => ", lowest first",
                (true, Some(_), false) => ", highest first",
            };
            let does = by.map(|_| format!("Sort by {words}{way}"));
            Head { words, hint, does, sorted: sorted.then_some(order.sorted.is_none() || order.ascending), shows }
        };
        let (low, high) = self.scale().unwrap_or((-1.0, 1.0));
        let column = |column: &Column| {
            let shows = match column {
                Column::Count(_) | Column::Entering | Column::Measure(_) => Shows::Figures,
                Column::Grades => Shows::Bands,
                Column::OnScale(of) => Shows::Scale { low, high, ends: [low, high].map(|end| value(*of, end)) },
            };
            head(self.title_of(*column), self.about(*column), column.sorts_by().map(Some), shows)
        };
        let hint = "Click a school to select it, with Ctrl to add it; double-click to open it";
        Grid {
            names: head("School".to_owned(), hint.to_owned(), Some(None), Shows::default()),
            columns: self.columns.iter().map(column).collect(),
            rows: self.fixed() + self.rows.len(),
            fixed: self.fixed(),
            grounds: false,
        }
    }

    /// A row as it is shown.
    pub fn row(&self, nth: usize) -> grid::Row {
        let Some(who) = self.who(nth) else { return grid::Row::default() };
        let urn = if let Who::School(row) = who { Some(row.urn) } else { None };
        let cells = self.columns.iter().map(|column| self.cell_words(who, *column)).collect();
        grid::Row { urn, name: self.name(who).to_owned(), opens: urn.is_some(), cells, ..grid::Row::default() }
    }

    /// A cell as it is shown.
    fn cell_words(&self, who: Who<'_>, column: Column) -> Words {
        let number = |figure: Option<Result<f64, Reason>>, of: Indicator| match figure {
            Some(Ok(figure)) => Words::new(value(of, figure)),
            Some(Err(_)) => Words::no_figure(),
            None => Words::default(),
        };
        match column {
            Column::Count(Indicator::Entries) if matches!(who, Who::School(row) if self.is_without(row)) => {
                Words { note: self.without.to_owned(), ..Words::default() }
            }
            Column::Count(of) => number(self.value(who, of), of),
            // Written as a share of pupils.
            Column::Entering => number(self.entering(who), Indicator::Grade4Plus),
            Column::Measure(of) => Words { differs: self.significance(who, of), ..number(self.value(who, of), of) },
            Column::OnScale(of) => {
                let figure = self.value(who, of);
                let interval = self.interval(who, of);
                let point = |value: f64| Picture::Point { value, interval };
                let picture = figure.and_then(Result::ok).map(point);
                Words { differs: self.significance(who, of), picture, ..number(figure, of) }
            }
            Column::Grades => match self.bands(who) {
                Some(Ok(bands)) => Words { picture: Some(Picture::Bands(bands)), ..Words::default() },
                Some(Err(_)) => Words::no_figure(),
                None => Words::default(),
            },
        }
    }

    /// What a column is.
    fn about(&self, column: Column) -> String {
        let defined = |of: Indicator| {
            let Definition { words, document } = of.definition();
            format!("{words}\n{document}")
        };
        let about = match column {
            Column::Count(of) => defined(of),
            Column::Entering => {
                "Entries divided by the pupils at the end of the key stage, where both may be seen".to_owned()
            }
            Column::Grades => "Shares of the results, the highest grades first".to_owned(),
            Column::Measure(of) => format!(
                "{}\nA triangle points to the side on which the figure differs; a ring cannot be told apart",
                defined(of)
            ),
            Column::OnScale(of) => format!(
                "{}\nOn one scale in every row, with the 95 % interval; intervals that reach beyond it are cut",
                defined(of)
            ),
        };
        format!("{}\n{about}", self.title_of(column))
    }

    /// A cell in words: the figure, how sure it is, of how many, and how it stands against its comparator.
    pub fn aloud(&self, who: Who<'_>, nth: usize) -> String {
        let Some(column) = self.columns.get(nth).copied() else { return String::new() };
        let text = match column {
            Column::Count(of) | Column::Measure(of) | Column::OnScale(of) => self.figure_in_words(who, of),
            Column::Entering => match (self.entering(who), self.value(who, Indicator::Entries)) {
                (Some(Ok(share)), Some(Ok(entries))) => {
                    let pupils = self.value(who, Indicator::Pupils).and_then(Result::ok).unwrap_or_default();
                    let (entries, pupils) = (value(Indicator::Entries, entries), value(Indicator::Pupils, pupils));
                    format!("{share:.1} %, {entries} entries of {pupils} pupils")
                }
                (Some(Err(reason)), _) => reason.to_string(),
                _ => String::new(),
            },
            Column::Grades => match self.bands(who) {
                Some(Ok(bands)) => {
                    let shares = BANDS.iter().zip(bands).map(|(band, share)| format!("{band} {share:.1} %"));
                    let n =
                        self.figure(who, Indicator::Grade4Plus).map(|of| words::pupils(Indicator::Grade4Plus, of.n));
                    shares.chain(n).collect::<Vec<_>>().join(", ")
                }
                Some(Err(reason)) => reason.to_string(),
                None => String::new(),
            },
        };
        format!("{}, {}: {text}", self.name(who), self.title_of(column))
    }

    fn figure_in_words(&self, who: Who<'_>, indicator: Indicator) -> String {
        if matches!(who, Who::Comparator) {
            return match self.value(who, indicator) {
                Some(Ok(beside)) => value(indicator, beside),
                Some(Err(reason)) => reason.to_string(),
                None => String::new(),
            };
        }
        if let Who::School(row) = who
            && self.is_without(row)
            && indicator.source() == Source::Results
        {
            return self.without.to_owned();
        }
        let Some((cell, answer)) = self.cell(who, indicator) else { return String::new() };
        let mut text = words::figure(cell);
        match cell.figure.as_ref().ok().and_then(|figure| figure.comparison) {
            Some(Ok(comparison)) => {
                let with = answer.compared_with_of(&comparison).unwrap_or_default();
                let apart = match comparison.significance {
                    Some(Significance::NotDifferent) => {
                        let size = difference(indicator, comparison.difference);
                        format!("{size}, cannot be told apart")
                    }
                    _ => words::compared(indicator, &comparison),
                };
                let beside = value(indicator, comparison.comparator);
                text.push_str(&format!(", {apart}, compared with {beside} of {with}"));
            }
            Some(Err(reason)) => text.push_str(&format!(", comparator {reason}")),
            None => {}
        }
        text
    }
}
