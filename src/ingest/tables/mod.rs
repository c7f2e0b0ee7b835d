//! Published tables as they come: known by their columns, read by a layout, taken whole or not at all.
//!
//! **No table is special in code: what a column means stands in `data/layouts/`.**

mod cell;
mod layout;
mod layouts;
mod read;
mod report;
pub(super) mod schools;
pub(super) mod stage;
pub(super) mod take;

use std::path::{Path, PathBuf};

pub use layout::{BadLayout, Fact, Kind, Layout, Row};
pub use layouts::{BUNDLED, Layouts, Nearest};
pub use report::Report;

use super::finding::{Fault, Finding, Findings, Place};
use super::source::{Stamp, hash, stamp};
use read::RawTable;

/// A file that holds a published table, and the layout that it is of.
#[derive(Debug)]
pub(super) struct TableFile {
    pub path: PathBuf,
    /// As the user named it; findings repeat it.
    pub name: String,
    /// SHA-256 of the contents, in hexadecimal.
    pub hash: String,
    pub layout: Layout,
    pub table: RawTable,
    /// `None` for contents that are of no file.
    stamp: Option<Stamp>,
}

/// What one table would bring, were it loaded: for whoever wants to know before.
#[derive(Debug)]
pub struct Examined {
    /// The file of the layout, without its ending; `None` where no layout is that of the table.
    pub layout: Option<String>,
    pub report: Report,
    pub findings: Findings,
}

/// Looks at the contents of a file as a load would, and changes nothing.
pub fn examine(path: &Path, contents: Vec<u8>, layouts: &Layouts) -> Examined {
    let mut findings = Findings::default();
    let mut nothing = |fault, message| {
        let (file, place) = (path.display().to_string(), Place::File);
        findings.push(Finding { file, place, column: None, fault, message });
    };
    match TableFile::of(path, contents, layouts) {
        Err((fault, message)) => nothing(fault, message),
        Ok(Opened::Unknown(why)) => nothing(Fault::UnknownTable, why),
        Ok(Opened::Nothing(_) | Opened::Broken) => {}
        Ok(Opened::Table(file)) => {
            let taken = take::take(&file, &mut findings);
            return Examined { layout: Some(file.layout.name.clone()), report: taken.report, findings };
        }
    }
    Examined { layout: None, report: Report::default(), findings }
}

/// What was found in a file.
#[derive(Debug)]
pub(super) enum Opened {
    Table(Box<TableFile>),
    /// The table is known and holds nothing to load, such as a description of columns: what it is.
    Nothing(String),
    /// No layout is that of the table: why, in words.
    Unknown(String),
    /// The file cannot be read: a finding says why.
    Broken,
}

impl TableFile {
    /// Reads a file and finds its layout.
    pub fn open(path: &Path, layouts: &Layouts, findings: &mut Findings) -> Opened {
        let name = path.display().to_string();
        let mut broken = |fault, message: String| {
            findings.push(Finding { file: name.clone(), place: Place::File, column: None, fault, message });
            Opened::Broken
        };
        let read = stamp(path).and_then(|stamp| Ok((stamp, hash(path)?, std::fs::read(path)?)));
        let (stamp, hash, contents) = match read {
            Ok(read) => read,
            Err(error) => {
                let message = format!("the file cannot be read ({error}); check its name and rights");
                return broken(Fault::Unreadable, message);
            }
        };
        match Self::of(path, contents, layouts) {
            Err((fault, message)) => broken(fault, message),
            Ok(Opened::Table(mut file)) => {
                (file.stamp, file.hash) = (Some(stamp), hash.unwrap_or_default());
                Opened::Table(file)
            }
            Ok(other) => other,
        }
    }

    /// The table in the contents of a file, with its layout.
    fn of(path: &Path, contents: Vec<u8>, layouts: &Layouts) -> Result<Opened, read::Unreadable> {
        let tables = RawTable::read(path, contents)?;
        // Of the sheets and heads of an Excel file, the first one that is known.
        let mut nearest: Option<Nearest> = None;
        for table in tables {
            match layouts.of(&table.columns) {
                Ok(layout) if layout.kind == Kind::Documentation => return Ok(Opened::Nothing(layout.title.clone())),
                Ok(layout) => {
                    let (name, layout) = (path.display().to_string(), layout.clone());
                    let (path, hash) = (path.to_owned(), String::new());
                    return Ok(Opened::Table(Box::new(Self { path, name, hash, layout, table, stamp: None })));
                }
                Err(other) => {
                    if nearest.as_ref().is_none_or(|nearest| other.there > nearest.there) {
                        nearest = Some(other);
                    }
                }
            }
        }
        Ok(Opened::Unknown(nearest.map(|nearest| nearest.to_string()).unwrap_or_default()))
    }

    /// The day, as a number such as 20220420, of which a register is. One that tells no day is taken for the newest.
    pub fn as_of(&self) -> i32 {
        const NEWEST: i32 = 99_990_101;
        self.path.file_name().and_then(|name| cell::day_in_name(&name.to_string_lossy())).unwrap_or(NEWEST)
    }

    /// Finds whether the file is another than the one that was read.
    pub fn check_unchanged(&self, findings: &mut Findings) {
        if stamp(&self.path).ok() != self.stamp {
            let message = "the file was changed while it was read; load it again".to_owned();
            let (file, place) = (self.name.clone(), Place::File);
            findings.push(Finding { file, place, column: None, fault: Fault::Unreadable, message });
        }
    }
}
