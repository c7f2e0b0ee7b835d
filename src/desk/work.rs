//! What a worker does with a question: its slices and those of its comparators, then the gate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use duckdb::Connection;
use smallvec::SmallVec;

use super::access::{self, Reader};
use super::answer::{Answer, Provenance, Reason};
use super::benchmark::OF_ENGLAND;
use super::cache::Lru;
use super::compare::{self, Beside, Comparator, project, years_of};
use super::diagnostics::Meter;
use super::gate::{self, Evidence, Made, OfPupils};
use super::parts::{Parts, complete};
use super::prepare::Prepared;
use super::shield::{self, Judge, OfRow};
use super::singly::Singly;
use super::{DeskError, Options, Workspace, WorkspaceError};
use crate::engine::{EngineError, Keys, Plan, PublishedFigures, PublishedSlice, Slice, Tallies, Whose, published, run};
use crate::method::Tally;
use crate::method::contextual::Draws;
use crate::method::disclosure::Policy;
use crate::method::shield::Wanted;
use crate::model::words::counted;
use crate::model::{Breakdown, Compare, Indicator, KeyStage, Question, Scope, Source, Unit, Urn, Year};
use crate::workspace::{MostResults, National, Published, Register};

/// Bytes of draws that are kept.
const DRAWS_BYTES: usize = 16 << 20;

/// What workers look up. It does not change while the desk is open.
pub(super) struct Library {
    pub register: Register,
    pub published: Published,
    pub national: National,
    sources: Vec<String>,
    revision: i64,
    /// The years of which there are pupils.
    pub years: BTreeMap<KeyStage, BTreeSet<Year>>,
    most_results: MostResults,
    reader: RwLock<Reader>,
    /// Tallies of comparators, which many questions share.
    pub slices: Mutex<Lru<(Slice, Counted), Arc<Tallies>>>,
    pub figures: Mutex<Lru<PublishedSlice, Arc<PublishedFigures>>>,
    pub shields: Mutex<Lru<shield::Of, Arc<shield::Raised>>>,
    pub raising: Singly<shield::Of>,
    /// Groups of schools that somebody has looked at.
    pub groups: Mutex<Vec<BTreeSet<Urn>>>,
    pub prepared: Prepared,
    /// Schools drawn with replacement, by how many there are.
    pub draws: Mutex<Lru<usize, Arc<Draws>>>,
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
pub(super) enum Counted {
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
    /// What the comparator has beside a row of the slice.
    fn beside(&self, slice: &Slice, comparator: Option<&Comparator>, keys: &[i32]) -> Option<Beside<'_>> {
        let (comparator, beside) = comparator.zip(self.beside.as_deref())?;
        Some(comparator.beside(slice, keys, beside, self.whole.as_deref()))
    }
}

/// Work on one question.
pub(super) struct Work<'a> {
    library: &'a Library,
    connection: &'a Connection,
    wanted: Wanted<'a>,
    /// The statements that went into the answer, and the rows of tallies that they gave.
    sql: Vec<String>,
    rows: usize,
    /// Where the spread of means comes from.
    spread_from: BTreeSet<String>,
    /// The schools with a similar intake, where they are the comparator.
    pub similar: Option<Scope>,
    meter: &'a Meter,
}

impl Library {
    pub fn open(workspace: &Workspace, reader: Reader, options: &Options) -> Result<Self, WorkspaceError> {
        Ok(Self {
            register: workspace.register()?,
            published: workspace.published()?,
            national: workspace.national()?,
            sources: workspace.sources()?,
            revision: workspace.revision()?,
            years: workspace.years()?,
            most_results: workspace.most_results()?,
            reader: RwLock::new(reader),
            slices: Mutex::new(Lru::new(options.cache_bytes)),
            figures: Mutex::new(Lru::new(options.cache_bytes)),
            shields: Mutex::new(Lru::new(shield::KEPT_BYTES)),
            raising: Singly::default(),
            groups: Mutex::new(Vec::new()),
            prepared: Prepared::new(options.prepares),
            draws: Mutex::new(Lru::new(DRAWS_BYTES)),
        })
    }

    /// Answers a question on a worker's connection. `wanted` tells whether somebody still asks.
    pub fn answer(&self, connection: &Connection, question: &Question, wanted: Wanted<'_>, meter: &Meter) -> Outcome {
        let work = Work::new(self, connection, wanted, meter);
        match work.answer(question) {
            Ok(answer) => Outcome::Answered(Arc::new(answer)),
            Err(DeskError::Engine(EngineError::Interrupted)) => Outcome::Stopped,
            Err(error) => Outcome::Failed(error),
        }
    }

    /// Who sits here now.
    pub fn reader(&self) -> Reader {
        self.reader.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets somebody else sit here.
    pub fn admit(&self, reader: Reader) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    /// How strict the gate is for whoever sits here.
    pub fn policy(&self) -> Policy {
        self.reader().policy
    }

    fn check_scope(&self, question: &Question) -> Result<(), DeskError> {
        let unknown = self.register.unknown_of(question.scope());
        if !unknown.is_empty() {
            let urns: Vec<_> = unknown.iter().map(ToString::to_string).collect();
            let what = if urns.len() == 1 { "school" } else { "schools" };
            return Err(DeskError::NotLoaded { what: format!("{what} {}", urns.join(", ")) });
        }
        let has_rows = self.published.area_name(question.scope()).is_some();
        if !has_rows && self.register.schools_of(question.scope()).next().is_none() {
            return Err(DeskError::NotLoaded { what: format!("any school of {}", question.scope()) });
        }
        Ok(())
    }
}

impl<'a> Work<'a> {
    /// Work that goes on as long as `wanted` says so.
    pub fn new(library: &'a Library, connection: &'a Connection, wanted: Wanted<'a>, meter: &'a Meter) -> Self {
        let spread_from = BTreeSet::new();
        Self { library, connection, wanted, sql: Vec::new(), rows: 0, spread_from, similar: None, meter }
    }

    /// Another question, answered on the way.
    pub fn ask_beside(&self, question: &Question) -> Outcome {
        self.library.answer(self.connection, question, self.wanted, self.meter)
    }

    /// Measures the work.
    pub fn meter(&self) -> &'a Meter {
        self.meter
    }

    pub fn library(&self) -> &'a Library {
        self.library
    }

    /// Whether somebody still asks, for what works on several cores.
    pub fn wanted(&self) -> Wanted<'a> {
        self.wanted
    }
}

impl Work<'_> {
    fn answer(mut self, question: &Question) -> Result<Answer, DeskError> {
        let started = Instant::now();
        let library = self.library;
        let reader = library.reader();
        let asked = question;
        let allowed = access::check(&reader, asked, &library.register)?;
        let question = allowed.question.as_ref();
        library.check_scope(question)?;
        let similar = (question.compare() == Compare::Similar).then(|| self.similar_schools(question)).transpose()?;
        let compared_with = match similar {
            Some((schools, words)) => {
                self.similar = Some(schools);
                Some(format!("same pupils, {words}"))
            }
            None => compare::label(question, library)?,
        };
        let none = BTreeSet::new();
        let of_pupils = library.years.get(&question.stage()).unwrap_or(&none);
        let published: BTreeSet<Year> = library.published.years(question.stage()).collect();
        let parts = Parts::of(question, of_pupils, &published);
        let mut notes: Vec<String> = allowed.note.into_iter().map(str::to_owned).collect();
        let mut evidence: Vec<Evidence> = Vec::new();
        if let Some(part) = &parts.of_pupils {
            evidence = self.pupils_evidence(part)?;
        }
        let mut splits = Vec::new();
        if let Some(part) = parts.of_pupils.as_ref().filter(|_| parts.published.is_empty()) {
            splits = self.splits(part)?;
        }
        let mut has_spread_of_tables = false;
        for part in &parts.published {
            let found = part.find(&mut self)?;
            evidence.extend(found.evidence);
            notes.extend(found.notes);
            has_spread_of_tables |= found.has_spread;
        }
        if parts.two_kinds {
            evidence = parts.refused(question);
        }
        complete(question, of_pupils, &mut evidence);
        notes.extend(self.lines(question));
        let of_pupils_rows = std::mem::take(&mut self.spread_from).into_iter().reduce(|a, b| format!("{a}; {b}"));
        let of_tables = has_spread_of_tables.then(|| OF_ENGLAND.to_owned());
        let spreads = of_pupils_rows.into_iter().chain(of_tables);
        let spread = spreads.reduce(|of_pupils, of_tables| format!("{of_pupils}; of tables: {of_tables}"));
        if let Some(part) = &parts.of_pupils {
            notes.extend(library.benchmarks(part));
        }
        let sources = match &parts.of_pupils {
            // What was published of the years and measures asked about is in these files.
            None => self.published_sources(question),
            Some(_) => library.sources.clone(),
        };
        let provenance = Provenance {
            sql: self.sql,
            elapsed: started.elapsed(),
            rows: self.rows,
            sources,
            revision: library.revision,
            spread,
            notes,
        };
        let loaded = of_pupils.union(&published).copied().collect();
        let mut answer = gate::pass(question, reader.policy, &loaded, evidence, compared_with, provenance, splits);
        // The answer stands under the question that was asked.
        answer.question = asked.clone();
        Ok(answer)
    }

    /// The figures that are made from pupils' rows.
    fn pupils_evidence(&mut self, question: &Question) -> Result<Vec<Evidence>, DeskError> {
        let library = self.library;
        let mut evidence = Vec::new();
        let all_schools = format!("pupils of all {} schools loaded", counted(library.register.schools().len()));
        for slice in Slice::of(question) {
            let comparator = Comparator::new(question, &slice, library, self.similar.as_ref())?;
            let comparator = comparator.as_ref();
            let side = self.side(&slice, comparator, Counted::Observations)?;
            let everyone = slice.everyone();
            let has_means = slice.indicators.iter().any(|indicator| indicator.unit() == Unit::Mean);
            let spread = has_means.then(|| self.fetch(&everyone, Counted::Observations)).transpose()?;
            let pupils = self
                .must_count_pupils(&slice, comparator, &side)
                .then(|| self.side(&slice, comparator, Counted::Pupils))
                .transpose()?;
            let judge = self.judge(&slice)?;
            let judges = comparator.map(|comparator| self.judges_of(comparator)).transpose()?;
            let hidden = judge.hidden_rows(&|keys| side.own.row(keys).is_some());
            evidence.reserve((hidden.len() + side.own.rows.len()) * slice.indicators.len());
            for keys in hidden {
                let nothing = |indicator: &Indicator| Evidence {
                    keys: keys.clone(),
                    indicator: *indicator,
                    made: Made::Nothing(Reason::Protects { smallest_shown: library.policy().smallest_shown() }),
                };
                evidence.extend(slice.indicators.iter().map(nothing));
            }
            // National standard deviations by indicator, by subject and year of a row.
            let mut national: BTreeMap<Keys, Vec<Option<(f64, &str)>>> = BTreeMap::new();
            for row in &side.own.rows {
                let is_of_nation = |(by, _): &(&Breakdown, &i32)| matches!(by, Breakdown::Subject | Breakdown::Year);
                let of_nation = slice.by.iter().zip(&row.keys).filter(is_of_nation);
                let of_nation = national.entry(of_nation.map(|(_, key)| *key).collect()).or_insert_with(|| {
                    let sd = |of: &Indicator| match of.unit() {
                        Unit::Mean => library.national_sd(&slice, &row.keys, *of),
                        Unit::Percent | Unit::Count => None,
                    };
                    slice.indicators.iter().map(sd).collect()
                });
                let comparators = side.beside(&slice, comparator, &row.keys);
                let of_pupils = pupils.as_ref().map(|pupils| pupils.beside(&slice, comparator, &row.keys));
                let mut judged = judge.of_row(Keys::from_slice(&row.keys));
                let mut judged_beside: SmallVec<[OfRow<'_>; 2]> = SmallVec::new();
                for (of, judge) in judges.iter().flatten() {
                    let before = comparator.map_or(0, |comparator| comparator.years_before_of(of));
                    judged_beside.push(judge.of_row(project(&slice, &row.keys, of, before)));
                }
                for (nth, (indicator, tally)) in slice.indicators.iter().zip(&row.tallies).enumerate() {
                    if tally.n == 0 {
                        let years = years_of(&slice, &row.keys).into_iter();
                        let loaded: Vec<Year> = years.filter(|year| library.has_pupils(slice.stage, *year)).collect();
                        let unmade = loaded.iter().find_map(|year| library.why_not_made(*indicator, *year));
                        let without_prior = indicator.needs_prior() && !loaded.is_empty();
                        if let Some(reason) = unmade.or(without_prior.then_some(Reason::NoPrior)) {
                            let made = Made::Nothing(reason);
                            evidence.push(Evidence { keys: row.keys.clone(), indicator: *indicator, made });
                            continue;
                        }
                    }
                    let all_loaded = || {
                        let everyone = spread.as_ref()?.row(&project(&slice, &row.keys, &everyone, 0))?;
                        let sd = everyone.tallies[nth].standard_deviation()? / indicator.divisor();
                        Some((sd, all_schools.as_str()))
                    };
                    let spread = if indicator.unit() == Unit::Mean { of_nation[nth].or_else(all_loaded) } else { None };
                    if let Some((_, source)) = spread.filter(|(_, source)| !self.spread_from.contains(*source)) {
                        self.spread_from.insert(source.to_owned());
                    }
                    let beside = comparators.and_then(|of| of.tally(nth));
                    let (own_pupils, their_pupils) = match &pupils {
                        Some(pupils) => (
                            pupils.own.row(&row.keys).map(|row| row.tallies[nth].n),
                            of_pupils.flatten().and_then(|of| of.tally(nth)).map(|tally| tally.n),
                        ),
                        None => (Some(tally.n), beside.map(|tally| tally.n)),
                    };
                    let made = Made::Pupils(OfPupils {
                        tally: *tally,
                        pupils: own_pupils.unwrap_or_default(),
                        hidden: judged.hides(nth),
                        comparator: beside.zip(their_pupils).map(|(tally, pupils)| {
                            (tally, pupils, judged_beside.iter_mut().any(|judged| judged.hides(nth)))
                        }),
                        spread: spread.map(|(sd, _)| sd),
                    });
                    evidence.push(Evidence { keys: Keys::from_slice(&row.keys), indicator: *indicator, made });
                }
            }
        }
        Ok(evidence)
    }

    /// The published figures of a slice, kept or fresh.
    pub fn published(&mut self, slice: &PublishedSlice) -> Result<Arc<PublishedFigures>, DeskError> {
        if slice.groups.is_empty() || slice.years.is_empty() {
            return Ok(Arc::default());
        }
        if !(self.wanted)() {
            return Err(EngineError::Interrupted.into());
        }
        let figures = || self.library.figures.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = figures().get(slice);
        let found = match kept {
            Some(found) => found,
            None => {
                let whose = match &slice.whose {
                    Whose::Schools(scope) => Whose::Schools(self.library.register.with_earlier(scope)),
                    area @ Whose::Area(..) => area.clone(),
                };
                let slice_of = PublishedSlice { whose, ..slice.clone() };
                let found = Arc::new(self.meter.timed(|| published(self.connection, &slice_of))?);
                figures().insert(slice.clone(), Arc::clone(&found), found.bytes());
                found
            }
        };
        self.meter.statement(&found.sql);
        self.sql.push(found.sql.clone());
        self.rows += found.rows.len();
        Ok(found)
    }

    /// The number of the URN under which a school stands now; 0 stays 0.
    pub fn head(&self, urn: i32) -> i32 {
        Urn::new(urn).map_or(urn, |urn| self.library.register.head(urn).number())
    }

    /// How many schools a scope is.
    pub fn schools_in(&self, scope: &Scope) -> usize {
        self.library.register.schools_of(scope).take(2).count()
    }

    /// Whether a measure was published for some pupils of a year.
    pub fn has_published(&self, stage: KeyStage, year: Year, indicator: Indicator) -> bool {
        self.library.published.has(stage, year, indicator)
    }

    /// The judges of a comparator's slices.
    fn judges_of<'c>(&mut self, comparator: &'c Comparator) -> Result<Vec<(&'c Slice, Judge)>, DeskError> {
        let slices = std::iter::once(&comparator.slice).chain(&comparator.whole);
        slices.map(|slice| Ok((slice, self.judge(slice)?))).collect()
    }

    /// Whether some figure of results, or its comparator, could be of too few pupils although it is of many entries.
    fn must_count_pupils(&self, slice: &Slice, comparator: Option<&Comparator>, side: &Side) -> bool {
        if slice.source == Source::Outcomes {
            return false;
        }
        let one_subject = slice.by.contains(&Breakdown::Subject) || slice.subjects.len() == 1;
        let most = &self.library.most_results;
        let most = if one_subject { most.of_pupil_in_subject } else { most.of_pupil };
        let policy = self.library.policy();
        let doubtful = |tally: Tally| policy.must_count_pupils(tally.n, most);
        side.own.rows.iter().any(|row| {
            let beside = side.beside(slice, comparator, &row.keys);
            let theirs = |nth| beside.and_then(|of| of.tally(nth));
            row.tallies.iter().enumerate().any(|(nth, own)| doubtful(*own) || theirs(nth).is_some_and(doubtful))
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
    pub fn fetch(&mut self, slice: &Slice, counted: Counted) -> Result<Arc<Tallies>, DeskError> {
        if !(self.wanted)() {
            return Err(EngineError::Interrupted.into());
        }
        let register = &self.library.register;
        let with_earlier = Slice { scope: register.with_earlier(&slice.scope), ..slice.clone() };
        let plan = match counted {
            Counted::Observations => Plan::new(&with_earlier),
            Counted::Pupils => Plan::of_pupils(&with_earlier),
        };
        let key = (slice.clone(), counted);
        let slices = || self.library.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = slices().get(&key);
        let tallies = match kept {
            Some(tallies) => tallies,
            None => {
                let mut tallies = self.meter.timed(|| match counted {
                    Counted::Observations => self
                        .library
                        .prepared_tallies(self.connection, slice, self.wanted)?
                        .map_or_else(|| run(self.connection, &plan), Ok),
                    Counted::Pupils => run(self.connection, &plan),
                })?;
                let by_school = slice.by.iter().position(|by| *by == Breakdown::School);
                if let Some(place) = by_school.filter(|_| register.has_lines()) {
                    tallies = tallies.by_line(place, |urn| self.head(urn));
                }
                let tallies = Arc::new(tallies);
                slices().insert(key, Arc::clone(&tallies), tallies.bytes());
                tallies
            }
        };
        let sql = plan.readable();
        self.meter.statement(&sql);
        self.sql.push(sql);
        self.rows += tallies.rows.len();
        Ok(tallies)
    }
}
