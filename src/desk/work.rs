//! What a worker does with a question: its slices and those of its comparators, then the gate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use duckdb::Connection;

use super::access::{self, Reader};
use super::answer::{Answer, Provenance};
use super::cache::Lru;
use super::compare::{self, Comparator, project, year_of};
use super::gate::{self, Evidence};
use super::{DeskError, Workspace, WorkspaceError};
use crate::engine::{EngineError, Plan, Slice, Tallies, run};
use crate::method::Tally;
use crate::model::{Breakdown, Indicator, KeyStage, Question, Source, Subject, Unit, Year};
use crate::workspace::{MostResults, National, Register};

/// What workers look up. It does not change while the desk is open.
pub(super) struct Library {
    pub register: Register,
    national: National,
    sources: Vec<String>,
    revision: i64,
    /// The years of which there are pupils.
    years: BTreeMap<KeyStage, BTreeSet<Year>>,
    most_results: MostResults,
    reader: Reader,
    /// Tallies of comparators, which many questions share.
    slices: Mutex<Lru<(Slice, Counted), Arc<Tallies>>>,
}

/// How work on a question ended.
pub(super) enum Outcome {
    Answered(Arc<Answer>),
    Failed(DeskError),
    /// Nobody wants it any more.
    Stopped,
}

/// What a slice is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    /// Tallies of pupils or entries.
    Observations,
    /// How many pupils the results are of.
    Pupils,
}

/// A slice, its comparator's, and the whole from which that is subtracted, if so: counted one way.
struct Side {
    own: Arc<Tallies>,
    beside: Option<Arc<Tallies>>,
    whole: Option<Arc<Tallies>>,
}

impl Side {
    /// The comparator's tally beside a row of the slice.
    fn comparator(&self, slice: &Slice, comparator: Option<&Comparator>, keys: &[i32], nth: usize) -> Option<Tally> {
        let (comparator, beside) = comparator.zip(self.beside.as_deref())?;
        comparator.beside(slice, keys, nth, beside, self.whole.as_deref())
    }
}

/// Work on one question.
struct Work<'a> {
    library: &'a Library,
    connection: &'a Connection,
    wanted: &'a dyn Fn() -> bool,
    /// The statements that went into the answer, and the rows of tallies that they gave.
    sql: Vec<String>,
    rows: usize,
}

impl Library {
    pub fn open(workspace: &Workspace, reader: Reader, cache_bytes: usize) -> Result<Self, WorkspaceError> {
        Ok(Self {
            register: workspace.register()?,
            national: workspace.national()?,
            sources: workspace.sources()?,
            revision: workspace.revision()?,
            years: workspace.years()?,
            most_results: workspace.most_results()?,
            reader,
            slices: Mutex::new(Lru::new(cache_bytes)),
        })
    }

    /// Answers a question on a worker's connection. `wanted` tells whether somebody still asks.
    pub fn answer(&self, connection: &Connection, question: &Question, wanted: &dyn Fn() -> bool) -> Outcome {
        let work = Work { library: self, connection, wanted, sql: Vec::new(), rows: 0 };
        match work.answer(question) {
            Ok(answer) => Outcome::Answered(Arc::new(answer)),
            Err(DeskError::Engine(EngineError::Interrupted)) => Outcome::Stopped,
            Err(error) => Outcome::Failed(error),
        }
    }

    fn check_scope(&self, question: &Question) -> Result<(), DeskError> {
        let unknown = self.register.unknown_of(question.scope());
        if !unknown.is_empty() {
            let urns: Vec<_> = unknown.iter().map(ToString::to_string).collect();
            let what = if urns.len() == 1 { "school" } else { "schools" };
            return Err(DeskError::NotLoaded { what: format!("{what} {}", urns.join(", ")) });
        }
        if self.register.schools_of(question.scope()).next().is_none() {
            return Err(DeskError::NotLoaded { what: format!("any school of {}", question.scope()) });
        }
        Ok(())
    }

    /// The published national standard deviation for a row, with its source.
    fn national_sd(&self, slice: &Slice, keys: &[i32], indicator: Indicator) -> Option<(f64, &str)> {
        let year = year_of(slice, keys)?;
        let by_subject = slice.by.iter().position(|by| *by == Breakdown::Subject);
        let subject = match (by_subject, slice.subjects.as_slice()) {
            (Some(place), _) => Subject::from_id(keys[place]),
            (None, [subject]) => Some(*subject),
            (None, _) => None,
        };
        self.national.sd(year, slice.stage, indicator, subject)
    }
}

impl Work<'_> {
    fn answer(mut self, question: &Question) -> Result<Answer, DeskError> {
        let started = Instant::now();
        let library = self.library;
        access::check(&library.reader, question)?;
        library.check_scope(question)?;
        let compared_with = compare::label(question, &library.register)?;
        let mut spread_from = format!("pupils of all {} schools loaded", library.register.schools().len());
        // In order of keys, then of the indicators as asked.
        let mut evidence: Vec<(usize, Evidence)> = Vec::new();
        for slice in Slice::of(question) {
            let comparator = Comparator::new(question, &slice, &library.register)?;
            let comparator = comparator.as_ref();
            let side = self.side(&slice, comparator, Counted::Observations)?;
            let everyone = slice.everyone();
            let has_means = slice.indicators.iter().any(|indicator| indicator.unit() == Unit::Mean);
            let spread = has_means.then(|| self.fetch(&everyone, Counted::Observations)).transpose()?;
            let pupils = self
                .must_count_pupils(&slice, comparator, &side)
                .then(|| self.side(&slice, comparator, Counted::Pupils))
                .transpose()?;
            for row in &side.own.rows {
                for (nth, (indicator, tally)) in slice.indicators.iter().zip(&row.tallies).enumerate() {
                    let national = library.national_sd(&slice, &row.keys, *indicator);
                    if let Some((_, source)) = national {
                        spread_from = source.to_owned();
                    }
                    let all_loaded = || {
                        let everyone = spread.as_ref()?.row(&project(&slice, &row.keys, &everyone, 0))?;
                        everyone.tallies[nth].standard_deviation().map(|sd| sd / indicator.divisor())
                    };
                    let beside = side.comparator(&slice, comparator, &row.keys, nth);
                    let (own_pupils, their_pupils) = match &pupils {
                        Some(pupils) => (
                            pupils.own.row(&row.keys).map(|row| row.tallies[nth].n),
                            pupils.comparator(&slice, comparator, &row.keys, nth).map(|tally| tally.n),
                        ),
                        None => (Some(tally.n), beside.map(|tally| tally.n)),
                    };
                    let place = question.indicators().iter().position(|asked| asked == indicator);
                    let of_cell = Evidence {
                        keys: row.keys.clone(),
                        indicator: *indicator,
                        tally: *tally,
                        pupils: own_pupils.unwrap_or_default(),
                        comparator: beside.zip(their_pupils),
                        spread: national.map(|(sd, _)| sd).or_else(all_loaded),
                    };
                    evidence.push((place.unwrap_or_default(), of_cell));
                }
            }
        }
        evidence.sort_by(|(a, left), (b, right)| (&left.keys, a).cmp(&(&right.keys, b)));
        let provenance = Provenance {
            sql: self.sql,
            elapsed: started.elapsed(),
            rows: self.rows,
            sources: library.sources.clone(),
            revision: library.revision,
            spread: spread_from,
        };
        let evidence = evidence.into_iter().map(|(_, evidence)| evidence).collect();
        let none = BTreeSet::new();
        let loaded = library.years.get(&question.stage()).unwrap_or(&none);
        Ok(gate::pass(question, library.reader.policy, loaded, evidence, compared_with, provenance))
    }

    /// Whether some figure of results, or its comparator, could be of too few pupils although it is of many entries.
    fn must_count_pupils(&self, slice: &Slice, comparator: Option<&Comparator>, side: &Side) -> bool {
        if slice.source == Source::Outcomes {
            return false;
        }
        let one_subject = slice.by.contains(&Breakdown::Subject) || slice.subjects.len() == 1;
        let most = &self.library.most_results;
        let most = if one_subject { most.of_pupil_in_subject } else { most.of_pupil };
        let policy = self.library.reader.policy;
        let doubtful = |tally: Tally| policy.must_count_pupils(tally.n, most);
        side.own.rows.iter().any(|row| {
            row.tallies.iter().enumerate().any(|(nth, tally)| {
                doubtful(*tally) || side.comparator(slice, comparator, &row.keys, nth).is_some_and(doubtful)
            })
        })
    }

    fn side(&mut self, slice: &Slice, comparator: Option<&Comparator>, counted: Counted) -> Result<Side, DeskError> {
        let whole = comparator.and_then(|comparator| comparator.whole.as_ref());
        Ok(Side {
            own: self.fetch(slice, counted)?,
            beside: comparator.map(|comparator| self.fetch(&comparator.slice, counted)).transpose()?,
            whole: whole.map(|slice| self.fetch(slice, counted)).transpose()?,
        })
    }

    /// The tallies of a slice, kept or fresh. [`EngineError::Interrupted`] when nobody asks any more.
    fn fetch(&mut self, slice: &Slice, counted: Counted) -> Result<Arc<Tallies>, DeskError> {
        if !(self.wanted)() {
            return Err(EngineError::Interrupted.into());
        }
        let plan = match counted {
            Counted::Observations => Plan::new(slice),
            Counted::Pupils => Plan::of_pupils(slice),
        };
        let key = (slice.clone(), counted);
        let slices = || self.library.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = slices().get(&key);
        let tallies = match kept {
            Some(tallies) => tallies,
            None => {
                let tallies = Arc::new(run(self.connection, &plan)?);
                slices().insert(key, Arc::clone(&tallies), tallies.bytes());
                tallies
            }
        };
        self.sql.push(plan.readable());
        self.rows += tallies.rows.len();
        Ok(tallies)
    }
}
