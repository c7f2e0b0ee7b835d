//! Shields for a workspace: which figures stay hidden so that no small number can be worked out.
//!
//! A shield is raised once for a set of characteristics and kept, so that every question about these pupils is judged by
//! the same guards. How it protects stands in [`crate::method::shield`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use super::DeskError;
use super::work::{Counted, Library, Work};
use crate::engine::{Slice, TallyRow};
use crate::method::shield::{CrossTable, Dimension, Near, Part, Shield};
use crate::model::{Breakdown, Characteristic, Filter, Indicator, KeyStage, LaCode, Scope, Source, Subject, Urn};

/// Bytes of shields that are kept. They are this reader's log: as long as one is kept, its pupils are judged by the same
/// guards, whatever groups are looked at later.
pub(super) const KEPT_BYTES: usize = 64 << 20;

/// Most groups of schools that are remembered, so that partners are looked for within them.
const MOST_GROUPS: usize = 32;

/// In workspaces of so many schools a shield for subjects is of all schools; in larger ones of the authorities asked about.
const FEW_SCHOOLS: usize = 600;

/// What a shield is raised for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Of {
    stage: KeyStage,
    /// Whose numbers of pupils count.
    population: Indicator,
    characteristics: Vec<Characteristic>,
    /// Results are judged subject by subject; `None` for all subjects together and for pupils.
    subject: Option<Subject>,
    by_school: bool,
    /// All schools, or those of some authorities.
    authorities: Option<BTreeSet<LaCode>>,
}

impl Of {
    /// The dimensions of the table.
    fn by(&self) -> Vec<Breakdown> {
        let mut by: Vec<Breakdown> = Vec::new();
        by.extend(self.by_school.then_some(Breakdown::School));
        by.push(Breakdown::Year);
        by.extend(self.characteristics.iter().map(|of| Breakdown::Pupils(*of)));
        by
    }

    /// The same with fewer characteristics.
    fn fewer(&self) -> Vec<Self> {
        let chosen = |subset: u32| {
            let characteristics = self.characteristics.iter().enumerate();
            let characteristics = characteristics.filter(|(nth, _)| subset & (1 << nth) != 0).map(|(_, of)| *of);
            Self { characteristics: characteristics.collect(), ..self.clone() }
        };
        (0..(1u32 << self.characteristics.len()) - 1).map(chosen).collect()
    }
}

/// A shield with what the coordinates of its table stand for.
pub(super) struct Raised {
    shield: Arc<Shield>,
    by: Vec<Breakdown>,
    /// By dimension: the numbers of schools, years and subjects in order; for characteristics the codes are coordinates.
    numbers: Vec<Vec<i32>>,
}

impl Raised {
    pub fn bytes(&self) -> usize {
        self.shield.bytes() + self.numbers.iter().map(|numbers| 4 * numbers.len()).sum::<usize>()
    }

    fn coordinate(&self, place: usize, number: i32) -> Option<u16> {
        match self.by[place] {
            Breakdown::Pupils(_) => u16::try_from(number).ok(),
            _ => self.numbers[place].binary_search(&number).ok().and_then(|found| u16::try_from(found).ok()),
        }
    }

    fn size(&self, place: usize) -> usize {
        match self.by[place] {
            Breakdown::Pupils(characteristic) => characteristic.groups().count(),
            _ => self.numbers[place].len(),
        }
    }
}

/// What a slice takes of a dimension, whatever the row.
enum Taken {
    All,
    Some(Vec<bool>),
}

/// A slice before a shield.
struct Frame {
    raised: Arc<Raised>,
    taken: Vec<Taken>,
    /// Guards that the slice's schools could fall foul of, where it is not broken down by school.
    near: Option<Near>,
}

impl Frame {
    /// `schools` are the numbers of the slice's schools, where it is not of all.
    fn new(raised: Arc<Raised>, slice: &Slice, filter: &Filter, schools: &[i32]) -> Self {
        let constraints: BTreeMap<Characteristic, Vec<u16>> = filter
            .constraints()
            .map(|(of, groups)| (of, groups.into_iter().map(|group| group.code.into()).collect()))
            .collect();
        let taken = raised.by.iter().enumerate().map(|(place, by)| {
            let these = |coordinates: &mut dyn Iterator<Item = u16>| {
                let mut mask = vec![false; raised.size(place)];
                coordinates.for_each(|at| mask[usize::from(at)] = true);
                if mask.iter().all(|taken| *taken) { Taken::All } else { Taken::Some(mask) }
            };
            match by {
                Breakdown::School if slice.scope == Scope::All => Taken::All,
                Breakdown::School => these(&mut schools.iter().filter_map(|urn| raised.coordinate(place, *urn))),
                Breakdown::Year => {
                    these(&mut slice.years.iter().filter_map(|year| raised.coordinate(place, year.ending())))
                }
                Breakdown::Subject => Taken::All,
                Breakdown::Pupils(of) => {
                    constraints.get(of).map_or(Taken::All, |codes| these(&mut codes.iter().copied()))
                }
            }
        });
        let taken: Vec<Taken> = taken.collect();
        let schools = raised.by.iter().position(|by| *by == Breakdown::School);
        let near = schools.filter(|_| !slice.by.contains(&Breakdown::School)).and_then(|place| match &taken[place] {
            Taken::Some(mask) => Some(raised.shield.near(Part::Some(mask))),
            Taken::All => None,
        });
        Self { raised, taken, near }
    }

    /// The numbers of the schools, years, subjects or groups that the slice takes.
    fn values(&self, by: Breakdown) -> Vec<i32> {
        let Some(place) = self.raised.by.iter().position(|of| *of == by) else { return Vec::new() };
        let taken = |at: &usize| match &self.taken[place] {
            Taken::All => true,
            Taken::Some(mask) => mask[*at],
        };
        let number = |at: usize| self.raised.numbers[place].get(at).copied().unwrap_or(at as i32);
        (0..self.raised.size(place)).filter(taken).map(number).collect()
    }

    /// Whether the row with these keys stays hidden.
    fn hides<'f>(&'f self, by: &[Breakdown], keys: &[i32]) -> bool {
        let part = |(place, taken): (usize, &'f Taken)| -> Option<Part<'f>> {
            let key = by.iter().position(|by| *by == self.raised.by[place]).map(|nth| keys[nth]);
            match (key, taken) {
                // A key that is in no cell of the table has no pupils.
                (Some(key), _) => self.raised.coordinate(place, key).map(Part::One),
                (None, Taken::All) => Some(Part::All),
                (None, Taken::Some(mask)) => Some(Part::Some(mask)),
            }
        };
        let parts: Option<Vec<Part<'_>>> = self.taken.iter().enumerate().map(part).collect();
        parts.is_some_and(|parts| match &self.near {
            Some(near) => self.raised.shield.hides_by(near, &parts),
            None => self.raised.shield.hides(&parts),
        })
    }
}

fn is_not_known(by: Breakdown, code: i32) -> bool {
    match by {
        Breakdown::Pupils(of) => of.groups().any(|group| i32::from(group.code) == code && group.is_not_known()),
        _ => false,
    }
}

/// By indicator the frames that must let a row through.
type Frames = Vec<Vec<Arc<Frame>>>;

/// Judges the rows of a slice.
pub(super) struct Judge {
    by: Vec<Breakdown>,
    /// Of pupils, or of all subjects together.
    frames: Option<Frames>,
    /// Of each subject that is asked about, by its number.
    of_subjects: BTreeMap<i32, Frames>,
    /// Of several subjects together: rows whose subjects are too few to be told, so that their sum would tell of one.
    betrayed: BTreeSet<Vec<i32>>,
}

impl Judge {
    /// The keys of rows without pupils that must not be told by leaving them out: those that some indicator hides.
    pub fn hidden_rows(&self, there: &dyn Fn(&[i32]) -> bool) -> Vec<Vec<i32>> {
        let whole = self.frames.iter().map(|frames| (None, frames));
        let of_subjects = self.of_subjects.iter().map(|(subject, frames)| (Some(*subject), frames));
        whole.chain(of_subjects).flat_map(|(subject, frames)| self.hidden_rows_of(frames, subject, there)).collect()
    }

    fn hidden_rows_of(&self, frames: &Frames, subject: Option<i32>, there: &dyn Fn(&[i32]) -> bool) -> Vec<Vec<i32>> {
        let all = || frames.iter().flatten();
        let is_by_subject = self.by.contains(&Breakdown::Subject);
        let may = all().any(|frame| frame.raised.shield.hides_empty_blocks());
        if self.by.is_empty() || !may || is_by_subject != subject.is_some() {
            return Vec::new();
        }
        let Some(frame) = all().max_by_key(|frame| frame.raised.by.len()) else { return Vec::new() };
        let mut rows: Vec<Vec<i32>> = vec![Vec::new()];
        for by in &self.by {
            let values = match subject.filter(|_| *by == Breakdown::Subject) {
                Some(subject) => vec![subject],
                None => frame.values(*by).into_iter().filter(|value| !is_not_known(*by, *value)).collect(),
            };
            let with = |row: &Vec<i32>, value: i32| row.iter().copied().chain([value]).collect::<Vec<i32>>();
            rows = rows.iter().flat_map(|row| values.iter().map(move |value| with(row, *value))).collect();
        }
        rows.retain(|row| !there(row) && (0..frames.len()).any(|nth| self.hides(row, nth)));
        rows
    }

    /// Whether the figure of an indicator stays hidden in the row with these keys.
    pub fn hides(&self, keys: &[i32], nth: usize) -> bool {
        let hides = |frames: &Frames| frames[nth].iter().any(|frame| frame.hides(&self.by, keys));
        let subject = self.by.iter().position(|by| *by == Breakdown::Subject).map(|place| keys[place]);
        match subject {
            Some(subject) => self.of_subjects.get(&subject).is_some_and(hides),
            None => {
                self.frames.as_ref().is_some_and(hides)
                    || self.of_subjects.values().any(hides)
                    || self.betrayed.contains(keys)
            }
        }
    }
}

impl Library {
    /// Remembers a group of schools that somebody looks at, so that partners are looked for within it.
    pub fn attend(&self, scope: &Scope) {
        let Scope::Schools(urns) = scope else { return };
        if urns.len() < 2 {
            return;
        }
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let heads: BTreeSet<Urn> = urns.iter().map(|urn| self.register.head(*urn)).collect();
        if groups.len() < MOST_GROUPS && !groups.contains(&heads) {
            groups.push(heads);
        }
    }
}

impl Work<'_> {
    /// The judge of a slice's rows.
    pub fn judge(&mut self, slice: &Slice) -> Result<Judge, DeskError> {
        let mut characteristics: BTreeSet<Characteristic> = slice.filter.constraints().map(|(of, _)| of).collect();
        characteristics.extend(slice.by.iter().filter_map(|by| match by {
            Breakdown::Pupils(of) => Some(*of),
            _ => None,
        }));
        let by_subject = slice.by.contains(&Breakdown::Subject);
        // Looked up once for all subjects.
        let register = &self.library().register;
        let schools: Vec<i32> = match &slice.scope {
            Scope::All => Vec::new(),
            some => register.schools_of(some).map(|school| register.head(school.urn).number()).collect(),
        };
        let mut judge =
            Judge { by: slice.by.clone(), frames: None, of_subjects: BTreeMap::new(), betrayed: BTreeSet::new() };
        if slice.source != Source::Results {
            judge.frames = Some(self.frames(slice, None, &characteristics, &schools)?);
            return Ok(judge);
        }
        let mut subjects = slice.subjects.clone();
        if by_subject && subjects.is_empty() {
            subjects = Subject::all().filter(|subject| subject.key_stage == slice.stage).collect();
        }
        for subject in subjects {
            let frames = self.frames(slice, Some(subject), &characteristics, &schools)?;
            judge.of_subjects.insert(subject.id.into(), frames);
        }
        if judge.of_subjects.is_empty() {
            judge.frames = Some(self.frames(slice, None, &characteristics, &schools)?);
        }
        if !by_subject && slice.subjects.len() != 1 {
            judge.betrayed = self.betrayed(slice)?;
        }
        Ok(judge)
    }

    /// Rows of several subjects together whose smaller subjects could be worked out, since each of the others can be asked
    /// about: those of too few entries, taken together.
    fn betrayed(&mut self, slice: &Slice) -> Result<BTreeSet<Vec<i32>>, DeskError> {
        let by: Vec<Breakdown> = slice.by.iter().copied().chain([Breakdown::Subject]).collect();
        let apart = self.fetch(&Slice { by, ..slice.clone() }, Counted::Observations)?;
        let policy = self.library().policy();
        let mut few: BTreeMap<&[i32], Vec<i64>> = BTreeMap::new();
        for row in &apart.rows {
            let keys = row.keys.split_last().map_or(&[][..], |(_, keys)| keys);
            let of_row = few.entry(keys).or_insert_with(|| vec![0; row.tallies.len()]);
            for (few, tally) in of_row.iter_mut().zip(&row.tallies) {
                *few += if policy.too_few(tally.n) { tally.n } else { 0 };
            }
        }
        let betrayed = few.into_iter().filter(|(_, few)| few.iter().any(|few| policy.too_few(*few)));
        Ok(betrayed.map(|(keys, _)| keys.to_vec()).collect())
    }

    fn frames(
        &mut self,
        slice: &Slice,
        subject: Option<Subject>,
        characteristics: &BTreeSet<Characteristic>,
        schools: &[i32],
    ) -> Result<Frames, DeskError> {
        let mut frames = Vec::new();
        let mut known: BTreeMap<Indicator, Arc<Frame>> = BTreeMap::new();
        for indicator in &slice.indicators {
            let population = indicator.population();
            let frame = match known.get(&population) {
                Some(frame) => Arc::clone(frame),
                None => {
                    let raised = self.raised(slice, subject, population, characteristics)?;
                    Arc::new(Frame::new(raised, slice, &slice.filter, schools))
                }
            };
            known.insert(population, Arc::clone(&frame));
            let mut of_indicator = vec![frame];
            // A share of an intake is the number of pupils of a group in other words.
            if let Some((characteristic, groups)) = indicator.intake() {
                let mut with = characteristics.clone();
                with.insert(characteristic);
                let allowed = groups.into_iter().filter(|group| {
                    let constraint = slice.filter.constraints().find(|(of, _)| *of == characteristic);
                    constraint.is_none_or(|(_, allowed)| allowed.contains(group))
                });
                let others = slice.filter.without(characteristic);
                let filter = allowed.fold(others, Filter::or);
                let raised = self.raised(slice, subject, population, &with)?;
                of_indicator.push(Arc::new(Frame::new(raised, slice, &filter, schools)));
            }
            frames.push(of_indicator);
        }
        Ok(frames)
    }

    /// The shield for some pupils, kept or raised.
    fn raised(
        &mut self,
        slice: &Slice,
        subject: Option<Subject>,
        population: Indicator,
        characteristics: &BTreeSet<Characteristic>,
    ) -> Result<Arc<Raised>, DeskError> {
        let library = self.library();
        let asks_of_all = slice.scope == Scope::All;
        let large = slice.source == Source::Results && library.register.schools().len() > FEW_SCHOOLS;
        let of = Of {
            stage: slice.stage,
            population,
            characteristics: characteristics.iter().copied().collect(),
            subject,
            by_school: !(large && asks_of_all && !slice.by.contains(&Breakdown::School)),
            authorities: (large && !asks_of_all)
                .then(|| library.register.authorities_of(&slice.scope).into_keys().collect()),
        };
        // One statement for all subjects, where all are asked about.
        let all_subjects = slice.subjects.is_empty();
        self.kept_or_raised(&of, slice.source, all_subjects)
    }

    fn kept_or_raised(&mut self, of: &Of, source: Source, all_subjects: bool) -> Result<Arc<Raised>, DeskError> {
        let shields = || self.library().shields.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = shields().get(of);
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let by = of.by();
        let mut below = Vec::new();
        for fewer in of.fewer() {
            let places = fewer.by().iter().filter_map(|by_fewer| by.iter().position(|by| by == by_fewer)).collect();
            below.push((Arc::clone(&self.kept_or_raised(&fewer, source, all_subjects)?.shield), places));
        }
        let raised = Arc::new(self.raise(of, source, all_subjects, below)?);
        let mut shields = self.library().shields.lock().unwrap_or_else(PoisonError::into_inner);
        shields.insert(of.clone(), Arc::clone(&raised), raised.bytes());
        Ok(raised)
    }

    fn raise(
        &mut self,
        of: &Of,
        source: Source,
        all_subjects: bool,
        below: Vec<(Arc<Shield>, Vec<usize>)>,
    ) -> Result<Raised, DeskError> {
        let library = self.library();
        let register = &library.register;
        let by = of.by();
        let scope = match &of.authorities {
            None => Scope::All,
            Some(codes) => {
                let schools = register.schools().filter(|school| codes.contains(&school.la_code));
                Scope::Schools(schools.map(|school| school.urn).collect())
            }
        };
        let table = Slice {
            stage: of.stage,
            years: library.years.get(&of.stage).into_iter().flatten().copied().collect(),
            scope,
            subjects: of.subject.filter(|_| !all_subjects).into_iter().collect(),
            filter: Filter::everyone(),
            by: by.iter().copied().chain(of.subject.map(|_| Breakdown::Subject)).collect(),
            source,
            indicators: vec![of.population],
        };
        let tallies = self.fetch(&table, Counted::Observations)?;
        let is_of = |row: &&TallyRow| of.subject.is_none_or(|of| row.keys.last() == Some(&i32::from(of.id)));
        let rows = || tallies.rows.iter().filter(is_of);
        let numbers = by.iter().enumerate().map(|(place, by)| match by {
            Breakdown::Pupils(_) => Vec::new(),
            _ => {
                let mut numbers: Vec<i32> = rows().map(|row| row.keys[place]).collect();
                numbers.sort_unstable();
                numbers.dedup();
                numbers
            }
        });
        let mut raised = Raised { shield: Arc::default(), numbers: numbers.collect(), by };
        let sizes: Vec<usize> = (0..raised.by.len()).map(|place| raised.size(place)).collect();
        let dimensions = raised.by.len();
        let cells = rows().filter_map(|row| {
            let at = row.keys[..dimensions].iter().enumerate().map(|(place, key)| raised.coordinate(place, *key));
            Some((at.collect::<Option<Vec<u16>>>()?, row.tallies[0].n))
        });
        let table = CrossTable::new(sizes, cells);
        let dimensions: Vec<Dimension> = raised
            .by
            .iter()
            .map(|by| match by {
                Breakdown::School => Dimension::School,
                Breakdown::Year => Dimension::Year,
                Breakdown::Subject => Dimension::Value { not_known: None },
                Breakdown::Pupils(of) => {
                    let not_known = of.groups().find(|group| group.is_not_known()).map(|group| group.code.into());
                    Dimension::Value { not_known }
                }
            })
            .collect();
        let groups = library.groups.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let schools: Vec<Standing> = match of.by_school {
            true => raised.numbers[0].iter().map(|urn| Standing::of(*urn, library, &groups)).collect(),
            false => Vec::new(),
        };
        let alike = |a: u16, b: u16| schools[usize::from(a)].alike(&schools[usize::from(b)]);
        let smallest = library.policy().smallest_shown();
        raised.shield = Arc::new(Shield::raise(&table, &dimensions, smallest, &alike, below));
        Ok(raised)
    }
}

/// Where a school stands.
#[derive(Default)]
struct Standing {
    la: i32,
    trust: i32,
    /// One bit for each group.
    groups: u32,
}

impl Standing {
    fn of(urn: i32, library: &Library, groups: &[BTreeSet<Urn>]) -> Self {
        let Some(school) = Urn::new(urn).and_then(|urn| library.register.school(urn)) else { return Self::default() };
        let bits = groups.iter().enumerate().filter(|(_, group)| group.contains(&school.urn));
        Self {
            la: school.la_code,
            trust: school.trust_uid.unwrap_or_default(),
            groups: bits.fold(0, |bits, (nth, _)| bits | 1 << nth),
        }
    }

    /// How much two schools stand together: an authority counts for more than trust and groups.
    fn alike(&self, other: &Self) -> u32 {
        let groups = (!(self.groups ^ other.groups)).count_ones();
        64 * u32::from(self.la == other.la) + 2 * u32::from(self.trust == other.trust) + groups
    }
}
