//! What a load took from a published table and what it left out, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::layout::Layout;
use crate::model::words::counted;
use crate::model::{Code, Indicator, Year};

/// What was taken from a table, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What the table is.
    pub layout: String,
    pub years: BTreeSet<Year>,
    /// Rows of the table, the head and blank ones not counted.
    pub rows: u64,
    /// Rows that end before the head does; their last cells are taken as blank.
    pub short_rows: u64,
    /// Rows that were taken.
    pub taken: u64,
    /// Rows that were left out, by why.
    pub left_out: BTreeMap<String, u64>,
    /// Figures by measure: how many, and of which pupil groups.
    pub measures: BTreeMap<Indicator, (u64, BTreeSet<String>)>,
    /// Cells that hold a code in place of a figure.
    pub codes: BTreeMap<Code, u64>,
    /// Columns that the layout knows nothing of.
    pub not_understood: Vec<String>,
}

impl Report {
    pub(super) fn of(layout: &Layout) -> Self {
        Self { layout: layout.title.clone(), ..Self::default() }
    }

    pub(super) fn leave_out(&mut self, why: &str) {
        *self.left_out.entry(why.to_owned()).or_default() += 1;
    }

    /// Notes schools whose figures were left out, because no register and no table says what they are called.
    pub(in crate::ingest) fn without_school(&mut self, schools: u64) {
        self.left_out.insert("schools that no register and no other table names".to_owned(), schools);
    }

    pub(super) fn note(&mut self, indicator: Indicator, group: &str, year: Year, code: Option<Code>) {
        self.years.insert(year);
        let (figures, groups) = self.measures.entry(indicator).or_default();
        *figures += 1;
        if !groups.contains(group) {
            groups.insert(group.to_owned());
        }
        if let Some(code) = code {
            *self.codes.entry(code).or_default() += 1;
        }
    }

    /// Figures and codes that were found.
    pub fn figures(&self) -> u64 {
        self.measures.values().map(|(figures, _)| figures).sum()
    }

    /// The years in words: "2016/17 to 2018/19".
    pub fn years_in_words(&self) -> String {
        match (self.years.first(), self.years.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (Some(year), _) => year.to_string(),
            _ => String::new(),
        }
    }

    /// The report in lines: what was taken, what was left out and why, which columns were not understood.
    pub fn lines(&self) -> Vec<String> {
        let years = if self.years.is_empty() { String::new() } else { format!(", {}", self.years_in_words()) };
        let mut lines = vec![
            format!("{}{years}", self.layout),
            format!(
                "{} of {} rows taken, {} figures",
                counted(self.taken),
                counted(self.rows),
                counted(self.figures())
            ),
        ];
        if self.short_rows > 0 {
            lines.push(format!(
                "{} rows end before the head does: their last cells are blank",
                counted(self.short_rows)
            ));
        }
        lines.extend(self.left_out.iter().map(|(why, rows)| format!("left out: {why}: {}", counted(*rows))));
        if !self.measures.is_empty() {
            let measures: Vec<String> = self
                .measures
                .iter()
                .map(|(indicator, (_, groups))| match groups.len() {
                    1 => indicator.word().to_owned(),
                    n => format!("{} ({n} pupil groups)", indicator.word()),
                })
                .collect();
            lines.push(format!("measures: {}", measures.join(", ")));
        }
        if !self.codes.is_empty() {
            let codes: Vec<String> =
                self.codes.iter().map(|(code, cells)| format!("{} {}", code.word(), counted(*cells))).collect();
            lines.push(format!("cells without a figure: {}", codes.join(", ")));
        }
        if !self.not_understood.is_empty() {
            lines.push(format!("columns not understood: {}", self.not_understood.join(", ")));
        }
        lines
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.lines().join("\n  "))
    }
}
