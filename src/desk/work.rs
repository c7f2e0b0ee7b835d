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
use crate::model::{Indicator, KeyStage, Question, Subject, Unit, Year};
use crate::workspace::{National, Register};

/// What workers look up. It does not change while the desk is open.
pub(super) struct Library {
    pub register: Register,
    national: National,
    sources: Vec<String>,
    revision: i64,
    /// The years of which there are pupils.
    years: BTreeMap<KeyStage, BTreeSet<Year>>,
    reader: Reader,
    /// Tallies of comparators, which many questions share.
    slices: Mutex<Lru<Slice, Arc<Tallies>>>,
}

/// How work on a question ended.
pub(super) enum Outcome {
    Answered(Arc<Answer>),
    Failed(DeskError),
    /// Nobody wants it any more.
    Stopped,
}

/// The statements and rows that went into an answer.
#[derive(Default)]
struct Trail {
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
            reader,
            slices: Mutex::new(Lru::new(cache_bytes)),
        })
    }

    /// Answers a question on a worker's connection. `wanted` tells whether somebody still asks.
    pub fn answer(&self, connection: &Connection, question: &Question, wanted: &dyn Fn() -> bool) -> Outcome {
        match self.try_answer(connection, question, wanted) {
            Ok(Some(answer)) => Outcome::Answered(Arc::new(answer)),
            Ok(None) | Err(DeskError::Engine(EngineError::Interrupted)) => Outcome::Stopped,
            Err(error) => Outcome::Failed(error),
        }
    }

    fn try_answer(
        &self,
        connection: &Connection,
        question: &Question,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Answer>, DeskError> {
        let started = Instant::now();
        access::check(&self.reader, question)?;
        self.check_scope(question)?;
        let compared_with = compare::label(question, &self.register)?;
        let mut trail = Trail::default();
        let mut spread_from = format!("pupils of all {} schools loaded", self.register.schools().len());
        // In order of keys, then of the indicators as asked.
        let mut evidence: Vec<(usize, Evidence)> = Vec::new();
        for slice in Slice::of(question) {
            let mut fetch = |slice: &Slice| {
                if wanted() { self.fetch(connection, slice, &mut trail).map(Some) } else { Ok(None) }
            };
            let Some(own) = fetch(&slice)? else { return Ok(None) };
            let comparator = Comparator::new(question, &slice, &self.register)?;
            let (mut beside, mut whole) = (None, None);
            if let Some(comparator) = &comparator {
                let Some(tallies) = fetch(&comparator.slice)? else { return Ok(None) };
                beside = Some(tallies);
                if let Some(slice) = &comparator.whole {
                    let Some(tallies) = fetch(slice)? else { return Ok(None) };
                    whole = Some(tallies);
                }
            }
            let everyone = slice.everyone();
            let mut spread = None;
            if slice.indicators.iter().any(|indicator| indicator.unit() == Unit::Mean) {
                let Some(tallies) = fetch(&everyone)? else { return Ok(None) };
                spread = Some(tallies);
            }
            for row in &own.rows {
                for (nth, (indicator, tally)) in slice.indicators.iter().zip(&row.tallies).enumerate() {
                    let of_comparator = comparator.as_ref().zip(beside.as_deref());
                    let national = self.national_sd(&slice, &row.keys, *indicator);
                    if let Some((_, source)) = national {
                        spread_from = source.to_owned();
                    }
                    let all_loaded = || {
                        let everyone = spread.as_ref()?.row(&project(&slice, &row.keys, &everyone, 0))?;
                        everyone.tallies[nth].standard_deviation().map(|sd| sd / indicator.divisor())
                    };
                    let place = question.indicators().iter().position(|asked| asked == indicator);
                    evidence.push((
                        place.unwrap_or_default(),
                        Evidence {
                            keys: row.keys.clone(),
                            indicator: *indicator,
                            tally: *tally,
                            comparator: of_comparator.and_then(|(comparator, tallies)| {
                                comparator.beside(&slice, &row.keys, nth, tallies, whole.as_deref())
                            }),
                            spread: national.map(|(sd, _)| sd).or_else(all_loaded),
                        },
                    ));
                }
            }
        }
        evidence.sort_by(|(a, left), (b, right)| (&left.keys, a).cmp(&(&right.keys, b)));
        let provenance = Provenance {
            sql: trail.sql,
            elapsed: started.elapsed(),
            rows: trail.rows,
            sources: self.sources.clone(),
            revision: self.revision,
            spread: spread_from,
        };
        let evidence = evidence.into_iter().map(|(_, evidence)| evidence).collect();
        let none = BTreeSet::new();
        let loaded = self.years.get(&question.stage()).unwrap_or(&none);
        Ok(Some(gate::pass(question, self.reader.policy, loaded, evidence, compared_with, provenance)))
    }

    fn fetch(&self, connection: &Connection, slice: &Slice, trail: &mut Trail) -> Result<Arc<Tallies>, DeskError> {
        let plan = Plan::new(slice);
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = slices.get(slice);
        drop(slices);
        let tallies = match kept {
            Some(tallies) => tallies,
            None => {
                let tallies = Arc::new(run(connection, &plan)?);
                let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
                slices.insert(slice.clone(), Arc::clone(&tallies), tallies.bytes());
                tallies
            }
        };
        trail.sql.push(plan.readable());
        trail.rows += tallies.rows.len();
        Ok(tallies)
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
        use crate::model::Breakdown;
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
