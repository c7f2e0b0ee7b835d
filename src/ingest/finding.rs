//! Findings: everything that is wrong with the files of a load, as data.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::model::words::counted;

/// Where in a file a finding is. Rows of Parquet files are counted from 1 over the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    File,
    Row {
        row: u64,
        row_group: usize,
    },
    /// A row of a published table, counted as a spreadsheet or an editor does: the head is a row too.
    Line {
        row: u64,
    },
}

/// What kind of fault it is. The word is stable, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The file cannot be opened or read to its end.
    Unreadable,
    /// The file is not Parquet, whatever its name.
    NotParquet,
    /// The file has no rows.
    Empty,
    /// The columns are those of no file of the contract.
    UnknownTable,
    /// More columns than any such file has.
    TooManyColumns,
    /// A column that must be there is not.
    MissingColumn,
    /// A column holds values of another type.
    WrongType,
    /// A value that must be there is not.
    MissingValue,
    /// A value is outside the range it can have.
    OutOfRange,
    /// A word is not one of those that the column can hold.
    UnknownWord,
    /// The same row is there twice.
    Duplicate,
    /// A pupil is in two schools at the end of the same key stage.
    TwoSchools,
    /// A row names a school that is not loaded.
    WithoutSchool,
    /// A result of a pupil that is not loaded.
    WithoutPupil,
    /// A row says other things of a pupil than the pupil's own row.
    Disagrees,
    /// The year of a published table is not known.
    NoYear,
    /// Text in a published table that is neither a number nor a code.
    UnknownText,
    /// A layout of the user's own is not right.
    BadLayout,
    /// A row of a published table has more cells than the head, or cannot be read.
    UnevenRow,
}

/// One fault in one file: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file as it was named.
    pub file: String,
    pub place: Place,
    /// The column, where it is of one.
    pub column: Option<String>,
    pub fault: Fault,
    /// What is there and what to do, in one sentence.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Place::Row { row, row_group } = self.place {
            write!(f, ", row {row} (row group {row_group})")?;
        }
        if let Place::Line { row } = self.place {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The findings of a load, at most [`Findings::LISTED`] of a kind in a column of a file; the others are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    listed: Vec<Finding>,
    counts: BTreeMap<(String, Option<String>, Fault), u64>,
}

impl Findings {
    /// How many findings of one kind in one column of one file are listed one by one.
    pub const LISTED: u64 = 20;

    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        let key = (finding.file.clone(), finding.column.clone(), finding.fault);
        let count = self.counts.entry(key).or_default();
        *count += 1;
        if *count <= Self::LISTED {
            self.listed.push(finding);
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// How many findings there are, listed or not.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The findings that are listed, in the order found.
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// For each kind with more findings than are listed: file, column, kind and how many more.
    pub fn unlisted(&self) -> impl Iterator<Item = (&str, Option<&str>, Fault, u64)> {
        self.counts
            .iter()
            .filter(|(_, count)| **count > Self::LISTED)
            .map(|((file, column, fault), count)| (file.as_str(), column.as_deref(), *fault, count - Self::LISTED))
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.listed {
            writeln!(f, "{finding}")?;
        }
        for (file, column, fault, more) in self.unlisted() {
            let column = column.map(|column| format!(", column {column}")).unwrap_or_default();
            writeln!(f, "{file}{column}: {} more of the same kind ({fault:?})", counted(more))?;
        }
        Ok(())
    }
}
