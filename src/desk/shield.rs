//! Judging rows by shields: which figures of a slice stay hidden so that no small number can be worked out.
//!
//! A shield is raised once for a set of characteristics and kept, so that every question about these pupils is judged by
//! the same guards. How it protects stands in [`crate::method::shield`].

mod raise;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use smallvec::SmallVec;

pub(super) use raise::{KEPT_BYTES, Of, Raised};

use super::DeskError;
use super::prepare::Wish;
use super::work::{Library, Work};
use crate::engine::{Keys, Slice};
use crate::method::shield::{Near, Part, Parts};
use crate::model::{Breakdown, Characteristic, Filter, Indicator, LaCode, Scope, Source, Subject, Urn};

/// Most groups of schools that are remembered, so that partners are looked for within them.
const MOST_GROUPS: usize = 32;

/// Of so many characteristics shields are raised before they are asked for: one of the breakdown or the filter, and one of the
/// next filter. School by school of more authorities than these those of two take seconds, and then of results in subjects it
/// is one.
const MOST_FORESEEN: usize = 2;
const MOST_AUTHORITIES: usize = 20;

/// In workspaces of so many schools a shield is of all schools; in larger ones of the authorities asked about, whose guards are
/// the same, and totals of all schools have one of their own.
const FEW_SCHOOLS: usize = 600;

/// What a slice takes of a dimension, whatever the row.
enum Taken {
    All,
    Some(Vec<bool>),
}

/// A slice before a shield.
struct Frame {
    raised: Arc<Raised>,
    taken: Vec<Taken>,
    /// By dimension the place among the keys of a row, where rows are told apart by it.
    keyed: Vec<Option<usize>>,
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
        let keyed = raised.by.iter().map(|by| slice.by.iter().position(|of| of == by)).collect();
        Self { raised, taken, keyed, near }
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
    fn hides(&self, keys: &[i32]) -> bool {
        let mut parts = Parts::new();
        for (place, (taken, keyed)) in self.taken.iter().zip(&self.keyed).enumerate() {
            parts.push(match (keyed, taken) {
                (Some(nth), _) => match self.raised.coordinate(place, keys[*nth]) {
                    Some(at) => Part::One(at),
                    // A key that is in no cell of the table has no pupils.
                    None => return false,
                },
                (None, Taken::All) => Part::All,
                (None, Taken::Some(mask)) => Part::Some(mask),
            });
        }
        match &self.near {
            Some(near) => self.raised.shield.hides_by(near, &parts),
            None => self.raised.shield.hides(&parts),
        }
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
    /// By the subject's number the frames of results; pupils have one only. A row of several subjects tells of each of them.
    frames: BTreeMap<Option<i32>, Frames>,
}

impl Judge {
    /// The keys of rows without pupils that must not be told by leaving them out: those that some indicator hides.
    pub fn hidden_rows(&self, there: &dyn Fn(&[i32]) -> bool) -> Vec<Keys> {
        if self.by.is_empty() {
            return Vec::new();
        }
        let hidden: BTreeSet<Keys> = self.frames.iter().flat_map(|of| self.hidden_rows_of(of, there)).collect();
        hidden.into_iter().collect()
    }

    fn hidden_rows_of(&self, (subject, frames): (&Option<i32>, &Frames), there: &dyn Fn(&[i32]) -> bool) -> Vec<Keys> {
        let all = || frames.iter().flatten().filter(|frame| frame.raised.shield.hides_empty_blocks());
        let Some(frame) = all().max_by_key(|frame| frame.raised.by.len()) else { return Vec::new() };
        let mut rows: Vec<Keys> = vec![Keys::new()];
        for by in &self.by {
            let values = match by {
                Breakdown::Subject => subject.iter().copied().collect(),
                _ => frame.values(*by).into_iter().filter(|value| !is_not_known(*by, *value)).collect::<Vec<i32>>(),
            };
            let with = |row: &Keys, value: i32| row.iter().copied().chain([value]).collect::<Keys>();
            rows = rows.iter().flat_map(|row| values.iter().map(move |value| with(row, *value))).collect();
        }
        rows.retain(|row| {
            let mut judged = self.of_row(row.clone());
            !there(row) && (0..frames.len()).any(|nth| judged.hides(nth))
        });
        rows
    }

    /// What it says of the row with these keys.
    pub fn of_row(&self, keys: Keys) -> OfRow<'_> {
        OfRow { judge: self, keys, known: SmallVec::new() }
    }
}

/// What a judge says of a row. Several indicators are often of the same pupils: each shield is asked once.
pub(super) struct OfRow<'j> {
    judge: &'j Judge,
    keys: Keys,
    known: SmallVec<[(&'j Frame, bool); 4]>,
}

impl<'j> OfRow<'j> {
    /// Whether the figure of an indicator stays hidden.
    pub fn hides(&mut self, nth: usize) -> bool {
        let Self { judge, keys, known } = self;
        let mut hides = |frame: &'j Arc<Frame>| match known.iter().find(|(known, _)| std::ptr::eq(*known, &**frame)) {
            Some((_, hides)) => *hides,
            None => {
                let hides = frame.hides(keys);
                known.push((frame, hides));
                hides
            }
        };
        let of_frames = |frames: &'j Frames| frames[nth].iter().any(&mut hides);
        match judge.by.iter().position(|by| *by == Breakdown::Subject) {
            Some(place) => judge.frames.get(&Some(keys[place])).is_some_and(of_frames),
            None => judge.frames.values().any(of_frames),
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

/// A slice with what is looked up once for all its shields.
struct Asked<'s> {
    slice: &'s Slice,
    characteristics: BTreeSet<Characteristic>,
    /// The numbers of the slice's schools, where it is not of all.
    schools: Vec<i32>,
    by_school: bool,
    /// Whose schools the shields are of, where not of all.
    authorities: Option<BTreeSet<LaCode>>,
    /// Whether the workspace has many schools.
    is_large: bool,
    smallest: i64,
}

impl<'s> Asked<'s> {
    fn new(slice: &'s Slice, library: &Library) -> Self {
        let register = &library.register;
        let mut characteristics: BTreeSet<Characteristic> = slice.filter.constraints().map(|(of, _)| of).collect();
        characteristics.extend(slice.by.iter().filter_map(|by| match by {
            Breakdown::Pupils(of) => Some(*of),
            _ => None,
        }));
        let asks_of_all = slice.scope == Scope::All;
        let is_large = register.urns_of(&Scope::All).len() > FEW_SCHOOLS;
        Self {
            slice,
            characteristics,
            schools: match asks_of_all {
                true => Vec::new(),
                false => register.urns_of(&slice.scope).iter().map(|urn| urn.number()).collect(),
            },
            by_school: !(is_large && asks_of_all && !slice.by.contains(&Breakdown::School)),
            authorities: (is_large && !asks_of_all)
                .then(|| register.schools_of(&slice.scope).map(|school| school.la_code).collect()),
            is_large,
            smallest: library.policy().smallest_shown(),
        }
    }

    /// Whether its shields are of the schools of many authorities, one by one.
    fn is_of_many_schools(&self) -> bool {
        let many = |codes: &BTreeSet<LaCode>| codes.len() > MOST_AUTHORITIES;
        self.is_large && self.by_school && self.authorities.as_ref().is_none_or(many)
    }

    /// What a shield is raised for.
    fn of(&self, population: Indicator, characteristics: &BTreeSet<Characteristic>, subject: Option<Subject>) -> Of {
        Of {
            stage: self.slice.stage,
            source: self.slice.source,
            population,
            characteristics: characteristics.iter().copied().collect(),
            subject,
            by_school: self.by_school,
            authorities: self.authorities.clone(),
            smallest: self.smallest,
        }
    }
}

impl Library {
    /// Wishes for the shields of what may be asked next: the same pupils filtered by one common characteristic more.
    fn wish_for_filters(&self, asked: &Asked<'_>, subjects: &[Option<Subject>]) {
        let is_of_subjects = asked.slice.source == Source::Results;
        let most = if asked.is_of_many_schools() && is_of_subjects { 1 } else { MOST_FORESEEN };
        if !self.prepared.is_on() || asked.characteristics.len() >= most {
            return;
        }
        let populations: BTreeSet<Indicator> = asked.slice.indicators.iter().map(|of| of.population()).collect();
        for population in populations {
            let of = asked.of(population, &asked.characteristics, None);
            self.prepared.wish_for(Wish::Filters(of, subjects.to_vec()));
        }
    }
}

impl Work<'_> {
    /// Raises what is not there of the shields of the same pupils filtered by one common characteristic more.
    pub fn shields_of_filters(&mut self, of: &Of, subjects: &[Option<Subject>]) -> Result<(), DeskError> {
        let further = |characteristic: &Characteristic| {
            characteristic.is_common() && !of.characteristics.contains(characteristic)
        };
        for characteristic in Characteristic::ALL.into_iter().filter(further) {
            self.shields(&of.with(characteristic), subjects)?;
        }
        Ok(())
    }

    /// The judge of a slice's rows: [`Work::judge`] measures how long it takes.
    pub fn judge_of(&mut self, slice: &Slice) -> Result<Judge, DeskError> {
        let asked = Asked::new(slice, self.library());
        let of_stage = || Subject::all().filter(|subject| subject.key_stage == slice.stage);
        let subjects: Vec<Option<Subject>> = match (slice.source, slice.subjects.as_slice()) {
            (Source::Results, []) => of_stage().map(Some).collect(),
            (Source::Results, some) => some.iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        let frames = self.frames(&asked, &subjects)?;
        self.library().wish_for_filters(&asked, &subjects);
        let numbers = subjects.into_iter().map(|subject| subject.map(|subject| subject.id.into()));
        Ok(Judge { by: slice.by.clone(), frames: numbers.zip(frames).collect() })
    }

    /// The frames of each subject, or of pupils.
    fn frames(&mut self, asked: &Asked<'_>, subjects: &[Option<Subject>]) -> Result<Vec<Frames>, DeskError> {
        let slice = asked.slice;
        let mut of_subjects: Vec<Frames> = vec![Frames::new(); subjects.len()];
        let mut known: BTreeMap<Indicator, Vec<Arc<Frame>>> = BTreeMap::new();
        for indicator in &slice.indicators {
            let population = indicator.population();
            let frames = match known.get(&population) {
                Some(frames) => frames.clone(),
                None => {
                    let of = asked.of(population, &asked.characteristics, None);
                    let raised = self.shields(&of, subjects)?.into_iter();
                    raised.map(|raised| Arc::new(Frame::new(raised, slice, &slice.filter, &asked.schools))).collect()
                }
            };
            for (of_subject, frame) in of_subjects.iter_mut().zip(&frames) {
                of_subject.push(vec![Arc::clone(frame)]);
            }
            known.insert(population, frames);
            // A share of an intake is the number of pupils of a group in other words.
            if let Some((characteristic, groups)) = indicator.intake() {
                let mut with = asked.characteristics.clone();
                with.insert(characteristic);
                let allowed = groups.into_iter().filter(|group| {
                    let constraint = slice.filter.constraints().find(|(of, _)| *of == characteristic);
                    constraint.is_none_or(|(_, allowed)| allowed.contains(group))
                });
                let filter = allowed.fold(slice.filter.without(characteristic), Filter::or);
                let raised = self.shields(&asked.of(population, &with, None), subjects)?;
                for (of_subject, raised) in of_subjects.iter_mut().zip(raised) {
                    let frame = Arc::new(Frame::new(raised, slice, &filter, &asked.schools));
                    of_subject.last_mut().into_iter().for_each(|frames| frames.push(Arc::clone(&frame)));
                }
            }
        }
        Ok(of_subjects)
    }
}
