//! Raising shields: the tables of pupils that they are set over, and what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use rayon::prelude::*;

use super::super::DeskError;
use super::super::work::{Counted, Library, Work};
use crate::engine::{EngineError, Slice, TallyRow};
use crate::method::shield::{Coordinates, CrossTable, Dimension, Schools, Shield, Wanted};
use crate::model::{Breakdown, Characteristic, Filter, Indicator, KeyStage, LaCode, Scope, Source, Subject, Urn};

/// Bytes of shields that are kept. They are this reader's log: as long as one is kept, its pupils are judged by the same
/// guards, whatever groups are looked at later.
pub(in crate::desk) const KEPT_BYTES: usize = 384 << 20;

/// What a shield is raised for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::desk) struct Of {
    pub stage: KeyStage,
    pub source: Source,
    /// Whose numbers of pupils count.
    pub population: Indicator,
    pub characteristics: Vec<Characteristic>,
    /// Results are judged subject by subject; `None` for pupils.
    pub subject: Option<Subject>,
    pub by_school: bool,
    /// All schools, or those of some authorities.
    pub authorities: Option<BTreeSet<LaCode>>,
    /// The smallest number of pupils that is shown.
    pub smallest: i64,
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

    /// The same with one characteristic more.
    pub fn with(&self, characteristic: Characteristic) -> Self {
        let with: BTreeSet<Characteristic> = self.characteristics.iter().copied().chain([characteristic]).collect();
        Self { characteristics: with.into_iter().collect(), ..self.clone() }
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
pub(in crate::desk) struct Raised {
    pub shield: Arc<Shield>,
    pub by: Vec<Breakdown>,
    /// By dimension: the numbers of schools, years and subjects in order; for characteristics the codes are coordinates.
    pub numbers: Vec<Vec<i32>>,
}

impl Raised {
    pub fn bytes(&self) -> usize {
        self.shield.bytes() + self.numbers.iter().map(|numbers| 4 * numbers.len()).sum::<usize>()
    }

    pub fn coordinate(&self, place: usize, number: i32) -> Option<u16> {
        match self.by[place] {
            Breakdown::Pupils(_) => u16::try_from(number).ok(),
            _ => self.numbers[place].binary_search(&number).ok().and_then(|found| u16::try_from(found).ok()),
        }
    }

    /// Raises the shield over these rows, which are of one subject or of pupils; `None` when nobody wants it any more.
    fn raise(
        of: &Of,
        rows: &[&TallyRow],
        below: Vec<(Arc<Shield>, Vec<usize>)>,
        library: &Library,
        groups: &[BTreeSet<Urn>],
        wanted: Wanted<'_>,
    ) -> Option<Self> {
        let by = of.by();
        let numbers = by.iter().enumerate().map(|(place, by)| match by {
            Breakdown::Pupils(_) => Vec::new(),
            _ => {
                let mut numbers: Vec<i32> = rows.iter().map(|row| row.keys[place]).collect();
                numbers.sort_unstable();
                numbers.dedup();
                numbers
            }
        });
        let mut raised = Self { shield: Arc::default(), numbers: numbers.collect(), by };
        let sizes: Vec<usize> = (0..raised.by.len()).map(|place| raised.size(place)).collect();
        let cells = rows.iter().filter_map(|row| {
            let keys = row.keys[..raised.by.len()].iter().enumerate();
            let at = keys.map(|(place, key)| raised.coordinate(place, *key));
            Some((at.collect::<Option<Coordinates>>()?, row.tallies[0].n))
        });
        let table = CrossTable::new(sizes, cells);
        let dimensions = raised.by.iter().map(|by| match by {
            Breakdown::School => Dimension::School,
            Breakdown::Year => Dimension::Year,
            Breakdown::Subject => Dimension::Value { not_known: None },
            Breakdown::Pupils(of) => {
                let not_known = of.groups().find(|group| group.is_not_known()).map(|group| group.code.into());
                Dimension::Value { not_known }
            }
        });
        let dimensions: Vec<Dimension> = dimensions.collect();
        let schools: Vec<Standing> = match of.by_school {
            true => raised.numbers[0].iter().map(|urn| Standing::of(*urn, library, groups)).collect(),
            false => Vec::new(),
        };
        let alike = |a: u16, b: u16| schools[usize::from(a)].alike(&schools[usize::from(b)]);
        let authorities: Vec<i32> = schools.iter().map(|school| school.la).collect();
        let schools = Schools { authorities: &authorities, alike: &alike };
        raised.shield = Arc::new(Shield::raise(&table, &dimensions, of.smallest, &schools, below, wanted)?);
        Some(raised)
    }

    pub fn size(&self, place: usize) -> usize {
        match self.by[place] {
            Breakdown::Pupils(characteristic) => characteristic.groups().count(),
            _ => self.numbers[place].len(),
        }
    }
}

/// Shields by subject.
pub(in crate::desk) type BySubject = BTreeMap<Option<Subject>, Arc<Raised>>;

impl Library {
    /// The shields that are kept, and the subjects of which there is none.
    pub fn raised(&self, of: &Of, subjects: &[Option<Subject>]) -> (BySubject, Vec<Option<Subject>>) {
        let mut kept = self.shields.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut of, mut raised, mut missing) = (of.clone(), BySubject::new(), Vec::new());
        for subject in subjects {
            of.subject = *subject;
            match kept.get(&of) {
                Some(found) => drop(raised.insert(*subject, found)),
                None => missing.push(*subject),
            }
        }
        (raised, missing)
    }
}

impl Work<'_> {
    /// The shields for some pupils by subject (`None` for pupils), kept or raised. What is not kept is counted in one
    /// statement.
    pub fn shields(&mut self, of: &Of, subjects: &[Option<Subject>]) -> Result<Vec<Arc<Raised>>, DeskError> {
        let library = self.library();
        let (mut raised, missing) = library.raised(of, subjects);
        if !missing.is_empty() {
            // The other worker may be raising the same: then they are there once it is done.
            let all = Of { subject: None, ..of.clone() };
            let Some(_claim) = library.raising.claim(&all, self.wanted()) else {
                return Err(EngineError::Interrupted.into());
            };
            let (found, missing) = library.raised(of, &missing);
            raised.extend(found);
            for (subject, shield) in missing.iter().zip(self.raise(of, &missing)?) {
                let kept = || library.shields.lock().unwrap_or_else(PoisonError::into_inner);
                kept().insert(Of { subject: *subject, ..of.clone() }, Arc::clone(&shield), shield.bytes());
                raised.insert(*subject, shield);
            }
        }
        Ok(subjects.iter().filter_map(|subject| raised.get(subject).cloned()).collect())
    }

    /// Raises the shields of some subjects: all, or [`EngineError::Interrupted`] when nobody asks any more.
    fn raise(&mut self, of: &Of, subjects: &[Option<Subject>]) -> Result<Vec<Arc<Raised>>, DeskError> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let by = of.by();
        // By subject the shields of fewer characteristics.
        let mut below: Vec<Vec<(Arc<Shield>, Vec<usize>)>> = vec![Vec::new(); subjects.len()];
        for fewer in of.fewer() {
            let places: Vec<usize> =
                fewer.by().iter().filter_map(|by_fewer| by.iter().position(|by| by == by_fewer)).collect();
            for (below, fewer) in below.iter_mut().zip(self.shields(&fewer, subjects)?) {
                below.push((Arc::clone(&fewer.shield), places.clone()));
            }
        }
        let library = self.library();
        let register = &library.register;
        let scope = match &of.authorities {
            None => Scope::All,
            // Its cells may be there.
            Some(codes) if codes.len() == 1 => codes.first().map_or(Scope::All, |code| Scope::La(*code)),
            Some(codes) => {
                let schools = register.schools().filter(|school| codes.contains(&school.la_code));
                Scope::Schools(schools.map(|school| school.urn).collect())
            }
        };
        let named: Vec<Subject> = subjects.iter().copied().flatten().collect();
        let by_subject = !named.is_empty();
        let tallies = self.fetch(
            &Slice {
                stage: of.stage,
                years: library.years.get(&of.stage).into_iter().flatten().copied().collect(),
                scope,
                subjects: named,
                filter: Filter::everyone(),
                by: by.iter().copied().chain(by_subject.then_some(Breakdown::Subject)).collect(),
                source: of.source,
                indicators: vec![of.population],
            },
            Counted::Observations,
        )?;
        let groups = library.groups.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut rows: BTreeMap<Option<i32>, Vec<&TallyRow>> = BTreeMap::new();
        for row in &tallies.rows {
            rows.entry(row.keys.last().copied().filter(|_| by_subject)).or_default().push(row);
        }
        let wanted = self.wanted();
        // On every core: a deep table raises hundreds.
        let of_subject = |(subject, below): (&Option<Subject>, _)| {
            let rows = rows.get(&subject.map(|subject| subject.id.into())).map_or(&[][..], Vec::as_slice);
            Raised::raise(of, rows, below, library, &groups, wanted).map(Arc::new)
        };
        let raised: Option<Vec<Arc<Raised>>> = subjects.par_iter().zip(below).map(of_subject).collect();
        Ok(raised.ok_or(EngineError::Interrupted)?)
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
