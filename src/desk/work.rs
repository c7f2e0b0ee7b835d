//! What a worker does with a question: its slices and those of its comparators, then the gate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use duckdb::Connection;

use super::access::{self, Reader};
use super::answer::{Answer, Provenance};
use super::cache::Lru;
use super::compare::{self, Comparator, project, year_of};
use super::gate::{self, Evidence, Made, OfPupils};
use super::published::Part;
use super::{DeskError, Workspace, WorkspaceError};
use crate::engine::{EngineError, Plan, PublishedFigures, PublishedSlice, Slice, Tallies, Whose, published, run};
use crate::method::Tally;
use crate::model::{Breakdown, Draft, Indicator, KeyStage, Question, Scope, Source, Subject, Unit, Urn, Year};
use crate::workspace::{MostResults, National, Published, Register};

/// What workers look up. It does not change while the desk is open.
pub(super) struct Library {
    pub register: Register,
    pub published: Published,
    pub national: National,
    sources: Vec<String>,
    revision: i64,
    /// The years of which there are pupils.
    years: BTreeMap<KeyStage, BTreeSet<Year>>,
    most_results: MostResults,
    reader: Reader,
    /// Tallies of comparators, which many questions share.
    slices: Mutex<Lru<(Slice, Counted), Arc<Tallies>>>,
    figures: Mutex<Lru<PublishedSlice, Arc<PublishedFigures>>>,
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
pub(super) struct Work<'a> {
    library: &'a Library,
    connection: &'a Connection,
    wanted: &'a dyn Fn() -> bool,
    /// The statements that went into the answer, and the rows of tallies that they gave.
    sql: Vec<String>,
    rows: usize,
    /// Where the spread of means comes from.
    spread_from: String,
}

impl Library {
    pub fn open(workspace: &Workspace, reader: Reader, cache_bytes: usize) -> Result<Self, WorkspaceError> {
        Ok(Self {
            register: workspace.register()?,
            published: workspace.published()?,
            national: workspace.national()?,
            sources: workspace.sources()?,
            revision: workspace.revision()?,
            years: workspace.years()?,
            most_results: workspace.most_results()?,
            reader,
            slices: Mutex::new(Lru::new(cache_bytes)),
            figures: Mutex::new(Lru::new(cache_bytes)),
        })
    }

    /// Answers a question on a worker's connection. `wanted` tells whether somebody still asks.
    pub fn answer(&self, connection: &Connection, question: &Question, wanted: &dyn Fn() -> bool) -> Outcome {
        let spread_from = format!("pupils of all {} schools loaded", self.register.schools().len());
        let work = Work { library: self, connection, wanted, sql: Vec::new(), rows: 0, spread_from };
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
        let has_rows = self.published.area_name(question.scope()).is_some();
        if !has_rows && self.register.schools_of(question.scope()).next().is_none() {
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
        let compared_with = compare::label(question, library)?;
        let none = BTreeSet::new();
        let of_pupils = library.years.get(&question.stage()).unwrap_or(&none);
        let published: BTreeSet<Year> = library.published.years(question.stage()).collect();
        let parts = Parts::of(question, of_pupils, &published);
        let mut notes = Vec::new();
        let mut evidence: Vec<Evidence> = Vec::new();
        if let Some(part) = &parts.of_pupils {
            evidence = self.pupils_evidence(part)?;
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
        let of_tables = has_spread_of_tables.then(|| "England's pupils, as the DfE publishes it".to_owned());
        let spreads = parts.of_pupils.is_some().then(|| self.spread_from.clone()).into_iter().chain(of_tables);
        let spread = spreads.reduce(|of_pupils, of_tables| format!("{of_pupils}; of tables: {of_tables}"));
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
        Ok(gate::pass(question, library.reader.policy, &loaded, evidence, compared_with, provenance))
    }

    /// The figures that are made from pupils' rows.
    fn pupils_evidence(&mut self, question: &Question) -> Result<Vec<Evidence>, DeskError> {
        let library = self.library;
        let mut evidence = Vec::new();
        for slice in Slice::of(question) {
            let comparator = Comparator::new(question, &slice, library)?;
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
                        source.clone_into(&mut self.spread_from);
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
                    let made = Made::Pupils(OfPupils {
                        tally: *tally,
                        pupils: own_pupils.unwrap_or_default(),
                        comparator: beside.zip(their_pupils),
                        spread: national.map(|(sd, _)| sd).or_else(all_loaded),
                    });
                    evidence.push(Evidence { keys: row.keys.clone(), indicator: *indicator, made });
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
                let found = Arc::new(published(self.connection, &PublishedSlice { whose, ..slice.clone() })?);
                figures().insert(slice.clone(), Arc::clone(&found), found.bytes());
                found
            }
        };
        self.sql.push(found.sql.clone());
        self.rows += found.rows.len();
        Ok(found)
    }

    /// The number of the URN under which a school stands now; 0 stays 0.
    pub fn head(&self, urn: i32) -> i32 {
        Urn::new(urn).map_or(urn, |urn| self.library.register.head(urn).number())
    }

    pub fn library(&self) -> &Library {
        self.library
    }

    /// How many schools a scope is.
    pub fn schools_in(&self, scope: &Scope) -> usize {
        self.library.register.schools_of(scope).take(2).count()
    }

    /// Whether a measure was published for some pupils of a year.
    pub fn has_published(&self, stage: KeyStage, year: Year, indicator: Indicator) -> bool {
        self.library.published.has(stage, year, indicator)
    }

    fn published_sources(&self, question: &Question) -> Vec<String> {
        let published = &self.library.published;
        let of = |indicator: &Indicator| published.sources_of(question.stage(), question.years(), *indicator);
        let ids: BTreeSet<i32> = question.indicators().iter().flat_map(of).collect();
        let name = |id: &i32| {
            let source = published.source(*id)?;
            let what = source.layout.as_ref().map(|layout| format!(" ({layout})")).unwrap_or_default();
            Some(format!("{}{what}", source.name))
        };
        ids.iter().filter_map(name).collect()
    }

    /// What one should know of the schools asked about: under which URNs and names they stood before.
    fn lines(&self, question: &Question) -> Vec<String> {
        const MOST: usize = 3;
        let register = &self.library.register;
        if *question.scope() == Scope::All || !register.has_lines() && !matches!(question.scope(), Scope::Schools(_)) {
            return Vec::new();
        }
        let mut notes = Vec::new();
        let mut joined = 0;
        let schools: Vec<_> = register.schools_of(question.scope()).collect();
        // An infant school that became a primary school says nothing of GCSEs.
        let published = self.library.published.schools(question.stage());
        let of_pupils = self.library.years.contains_key(&question.stage());
        let tells = |urn: &&Urn| of_pupils || published.is_some_and(|schools| schools.contains(urn));
        for school in &schools {
            let earlier: Vec<&Urn> = register.earlier(school.urn).iter().filter(tells).collect();
            joined += usize::from(!earlier.is_empty());
            let name = |urn: &Urn| {
                let name = register.school(*urn).map(|school| school.name.as_str()).unwrap_or_default();
                format!("{name} (URN {urn})")
            };
            if !earlier.is_empty() && joined <= MOST {
                let before: Vec<String> = earlier.into_iter().map(name).collect();
                notes.push(format!(
                    "{} goes on from {}: their years are joined",
                    name(&school.urn),
                    before.join(" and ")
                ));
            }
            if schools.len() == 1 {
                for (former, year) in register.former_names(school.urn) {
                    notes.push(format!("{} was called {former} in {year}", school.name));
                }
            }
        }
        if joined > MOST {
            notes.push(format!("{} more schools go on from earlier ones: their years are joined", joined - MOST));
        }
        notes
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
                let mut tallies = run(self.connection, &plan)?;
                let by_school = slice.by.iter().position(|by| *by == Breakdown::School);
                if let Some(place) = by_school.filter(|_| register.has_lines()) {
                    tallies = tallies.by_line(place, |urn| self.head(urn));
                }
                let tallies = Arc::new(tallies);
                slices().insert(key, Arc::clone(&tallies), tallies.bytes());
                tallies
            }
        };
        self.sql.push(plan.readable());
        self.rows += tallies.rows.len();
        Ok(tallies)
    }
}

/// A question by what answers it: pupils' rows, published figures, or both.
struct Parts<'a> {
    of_pupils: Option<Question>,
    published: Vec<Part<'a>>,
    /// Years are pooled, and some are of one kind and some of the other.
    two_kinds: bool,
}

impl<'a> Parts<'a> {
    fn of(question: &'a Question, of_pupils: &BTreeSet<Year>, published: &BTreeSet<Year>) -> Self {
        let is_published = |year: &&Year| !of_pupils.contains(year) && published.contains(year);
        let (in_tables, others): (Vec<Year>, Vec<Year>) = question.years().iter().partition(is_published);
        let of_school = |indicator: &Indicator| indicator.source() == Source::School;
        let from_rows: Vec<Indicator> =
            question.indicators().iter().copied().filter(|indicator| !indicator.is_published_only()).collect();
        let two_kinds = question.pool() && !in_tables.is_empty() && others.iter().any(|year| of_pupils.contains(year));
        let mut parts = Self { of_pupils: None, published: Vec::new(), two_kinds };
        if !others.is_empty() && !from_rows.is_empty() {
            let draft = question.draft();
            // With fewer years the breakdown by year stays, as the whole question has it.
            parts.of_pupils = Question::new(Draft { years: others.clone(), indicators: from_rows, ..draft }).ok();
        }
        if !in_tables.is_empty() {
            let indicators = question.indicators().to_vec();
            parts.published.push(Part { question, years: in_tables, indicators });
        }
        // Figures of whole schools are published whatever the pupils' results come from.
        let whole_schools: Vec<Indicator> = question.indicators().iter().copied().filter(of_school).collect();
        if !others.is_empty() && !whole_schools.is_empty() {
            parts.published.push(Part { question, years: others, indicators: whole_schools });
        }
        parts
    }

    /// A question of years of two kinds, refused cell by cell.
    fn refused(&self, question: &Question) -> Vec<Evidence> {
        let nothing = |indicator: &Indicator| Evidence {
            keys: Vec::new(),
            indicator: *indicator,
            made: Made::Nothing(super::Reason::YearsOfTwoKinds),
        };
        // Without a breakdown there is one row; with one, none can be told.
        if question.by().is_empty() { question.indicators().iter().map(nothing).collect() } else { Vec::new() }
    }
}

/// Brings evidence into the order of keys and indicators, with a cell for each indicator in every row.
fn complete(question: &Question, of_pupils: &BTreeSet<Year>, evidence: &mut Vec<Evidence>) {
    let place = |of: &Indicator| question.indicators().iter().position(|asked| asked == of).unwrap_or_default();
    let in_order = |evidence: &mut Vec<Evidence>| {
        evidence.sort_by(|a, b| (&a.keys, place(&a.indicator)).cmp(&(&b.keys, place(&b.indicator))));
    };
    in_order(evidence);
    let whole = evidence.chunks(question.indicators().len()).all(|row| {
        row.iter().map(|of| of.indicator).eq(question.indicators().iter().copied())
            && row.iter().all(|of| of.keys == row[0].keys)
    });
    if whole {
        return;
    }
    let only_of_schools = question.indicators().iter().all(|indicator| indicator.source() == Source::School);
    let rows: BTreeSet<Vec<i32>> = evidence
        .iter()
        .filter(|of| only_of_schools || of.indicator.source() != Source::School)
        .map(|of| of.keys.clone())
        .collect();
    evidence.retain(|of| rows.contains(&of.keys));
    let there: BTreeSet<(Vec<i32>, usize)> =
        evidence.iter().map(|of| (of.keys.clone(), place(&of.indicator))).collect();
    if there.len() < rows.len() * question.indicators().len() {
        let by_year = question.by().iter().position(|by| *by == Breakdown::Year);
        for keys in rows {
            let year = by_year.and_then(|place| Year::new(keys[place])).or(question.years().first().copied());
            for (nth, indicator) in question.indicators().iter().enumerate() {
                if there.contains(&(keys.clone(), nth)) {
                    continue;
                }
                let reason = match year {
                    Some(year) if !indicator.is_made_in(year) => super::Reason::NotMade { year },
                    Some(year) if !of_pupils.contains(&year) => super::Reason::NotPublished,
                    _ if indicator.source() == Source::School => super::Reason::NotPublished,
                    _ if indicator.is_published_only() => super::Reason::OnlyPublished,
                    _ => super::Reason::NoPupils,
                };
                let made = Made::Nothing(reason);
                evidence.push(Evidence { keys: keys.clone(), indicator: *indicator, made });
            }
        }
    }
    in_order(evidence);
}
