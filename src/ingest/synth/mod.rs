//! The made-up authority: schools, pupils and results that never were, as Parquet files of the data contract.
//!
//! Distributions are national (DfE transition matrices in `data/reference/`), everything else is drawn. The rows of a
//! school in a year follow from the seed, the school and the year alone: the same on every platform and in any order.
//! Rows are written batch by batch, so memory does not grow with the size.
//!
//! Planted, so that there is something to find: schools without a year, a secondary that opened part-way, one that
//! became an academy under a new URN, single-sex schools, a few selective schools, very small primaries.

mod dice;
mod entries;
mod file;
mod generate;
mod ks2;
mod ks4;
mod land;
mod national;
mod place;
mod pupil;
mod rows;
mod school;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use super::contract::Table;
use crate::model::Year;
use file::PartialFile;
use generate::{Batch, Generator};

/// The tables that are written, in the order of [`write()`]'s answer.
const TABLES: [Table; 4] = [Table::Schools, Table::SchoolYears, Table::Pupils, Table::Results];

/// Batches of rows that wait for the writer at most.
const WAITING_BATCHES: usize = 4;

/// How much to make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Schools whose pupils take GCSEs, about 190 a year each.
    pub secondaries: u32,
    /// Schools whose pupils take KS2 tests, about 30 a year each.
    pub primaries: u32,
    /// Academy trusts; 0 for none.
    pub trusts: u32,
    /// Local authorities, at least one and at most [`Plan::MOST_AUTHORITIES`].
    pub authorities: u32,
    /// Years to write; years without exams among them are left out.
    pub years: Vec<Year>,
    /// Another seed makes other schools.
    pub seed: u64,
}

impl Plan {
    /// URNs run from 900001 to 999999, and a tenth is kept for schools that convert.
    pub const MOST_SCHOOLS: u32 = 90_000;
    /// Codes run from 701 to 990.
    pub const MOST_AUTHORITIES: u32 = 290;

    /// One small authority: 40 secondaries and 140 primaries, 3 trusts, the last five exam years to 2024.
    pub fn demo() -> Self {
        let plan = Self { secondaries: 40, primaries: 140, trusts: 3, authorities: 1, years: Vec::new(), seed: 1 };
        plan.with_endings(2018, 2024)
    }

    /// A country of the size of England: ten exam years, about 54 million KS4 and 20 million KS2 results.
    pub fn national() -> Self {
        let (secondaries, primaries) = (3_400, 16_800);
        let plan = Self { secondaries, primaries, trusts: 450, authorities: 150, years: Vec::new(), seed: 1 };
        plan.with_endings(2013, 2024)
    }

    /// This plan with `schools` schools, split into secondaries and primaries as it has them (a part that it has
    /// stays at least one, from two schools on), and with authorities and trusts in proportion.
    #[must_use]
    pub fn with_schools(self, schools: u32) -> Self {
        let before = u64::from(self.secondaries) + u64::from(self.primaries);
        let share = |part: u32| (u64::from(part) * u64::from(schools)).div_ceil(before.max(1)) as u32;
        let secondaries = match schools {
            0 | 1 => schools,
            _ if self.primaries == 0 => schools,
            _ => share(self.secondaries).min(schools - 1),
        };
        let (authorities, trusts) = (share(self.authorities).max(1), share(self.trusts));
        Self { secondaries, primaries: schools - secondaries, trusts, authorities, ..self }
    }

    /// This plan with the exam years from `first` to `last`.
    #[must_use]
    pub fn with_years(self, first: Year, last: Year) -> Self {
        self.with_endings(first.ending(), last.ending())
    }

    fn with_endings(mut self, first: i32, last: i32) -> Self {
        self.years = (first..=last).filter_map(Year::new).filter(|year| !year.without_exams()).collect();
        self
    }

    /// Number of secondaries and primaries; a school that converts counts once.
    fn schools(&self) -> u32 {
        self.secondaries.saturating_add(self.primaries)
    }

    /// This plan with the years in order, each once, and without those that had no exams.
    fn in_order(&self) -> Self {
        let years: BTreeSet<Year> = self.years.iter().copied().filter(|year| !year.without_exams()).collect();
        Self { years: years.into_iter().collect(), ..self.clone() }
    }

    fn check(&self) -> Result<(), SynthError> {
        let within =
            |what, asked, most| if asked > most { Err(SynthError::TooMany { what, asked, most }) } else { Ok(()) };
        within("schools", self.schools(), Self::MOST_SCHOOLS)?;
        within("authorities", self.authorities, Self::MOST_AUTHORITIES)
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub table: Table,
    pub path: PathBuf,
    pub rows: u64,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The plan asks for more than there are numbers for.
    #[error("{asked} {what} are too many to make up, {most} is the most")]
    TooMany { what: &'static str, asked: u32, most: u32 },
    /// The progress function said to stop.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// The folder cannot be made.
    #[error("cannot make the folder ({source}): {}", path.display())]
    Folder { source: std::io::Error, path: PathBuf },
    /// A file cannot be made in the folder, or not be given its name at the end.
    #[error("cannot make the file ({source}): {}", path.display())]
    Create { source: std::io::Error, path: PathBuf },
    /// Rows cannot be written: most likely the disk is full.
    #[error("cannot write rows ({source}): {}", path.display())]
    Write { source: ParquetError, path: PathBuf },
    /// The rows do not fit the data contract: a fault of the program.
    #[error("the rows do not fit the data contract: {0}")]
    Contract(#[from] ArrowError),
    /// The thread that makes the rows cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// Writes `schools.parquet`, `school_years.parquet`, `pupils.parquet` and `results.parquet` into the folder `out`,
/// which is made if it is not there; files of these names are replaced.
///
/// `progress` is told the rows written and about how many there will be, and can stop the work. Unless every file is
/// complete, none appears.
pub fn write(
    plan: &Plan,
    out: &Path,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Vec<Written>, SynthError> {
    plan.check()?;
    let plan = &plan.in_order();
    std::fs::create_dir_all(out).map_err(|source| SynthError::Folder { source, path: out.to_owned() })?;
    let mut files = TABLES.into_iter().map(|table| PartialFile::create(out, table)).collect::<Result<Vec<_>, _>>()?;
    let mut told = |done: u64, expected: u64| match progress(done, expected.max(done)) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(SynthError::Cancelled),
    };
    let expected = generate::expected_rows(plan);
    told(0, expected)?;

    let (sender, batches) = sync_channel::<Result<Batch, ArrowError>>(WAITING_BATCHES);
    let done = thread::scope(|scope| {
        thread::Builder::new()
            .name("synth".to_owned())
            .spawn_scoped(scope, move || Generator::new(plan).run(&sender))
            .map_err(SynthError::Thread)?;
        // An early return drops the receiver at the end of this closure, which stops the generator.
        let batches = batches;
        let mut done = 0;
        for batch in batches {
            let Batch { table, rows } = batch?;
            if let Some(file) = files.iter_mut().find(|file| file.table() == table) {
                file.write(&rows)?;
            }
            done += rows.num_rows() as u64;
            told(done, expected)?;
        }
        Ok::<u64, SynthError>(done)
    })?;
    let complete = files.into_iter().map(PartialFile::complete).collect::<Result<Vec<_>, _>>()?;
    let written = complete.into_iter().map(file::CompleteFile::publish).collect();
    told(done, done)?;
    written
}
