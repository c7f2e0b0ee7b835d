//! With what a figure is compared, and how far pupils spread.

use super::DeskError;
use super::answer::Origin;
use super::work::Library;
use crate::engine::{Keys, Slice, Tallies, TallyRow};
use crate::method::Tally;
use crate::model::words::counted;
use crate::model::{Breakdown, Compare, Question, Scope, Year};

/// A comparator of a slice: which slices to ask for, and how to find in them the tally beside a row.
pub(super) struct Comparator {
    /// The comparator's own slice.
    pub slice: Slice,
    /// The whole from which it is subtracted, when the comparator is everyone else.
    pub whole: Option<Slice>,
    years_before: i32,
}

impl Comparator {
    /// The comparator of a slice of a question; `None` when the question wants none.
    ///
    /// # Errors
    /// When the comparator does not go with the question's scope.
    pub fn new(
        question: &Question,
        slice: &Slice,
        library: &Library,
        similar: Option<&Scope>,
    ) -> Result<Option<Self>, DeskError> {
        let plain = |slice| Ok(Some(Self { slice, whole: None, years_before: 0 }));
        match question.compare() {
            Compare::None => Ok(None),
            Compare::Same => plain(slice.in_scope(Scope::All)),
            Compare::All => plain(slice.everyone()),
            Compare::Other => {
                Ok(Some(Self { slice: slice.in_scope(Scope::All), whole: Some(slice.everyone()), years_before: 0 }))
            }
            Compare::InSchool => {
                Ok(Some(Self { slice: slice.clone(), whole: Some(slice.of_all_pupils()), years_before: 0 }))
            }
            Compare::Similar => similar.map_or(Ok(None), |schools| plain(slice.in_scope(schools.clone()))),
            Compare::La => plain(slice.in_scope(Scope::La(authority(question, library)?.0))),
            Compare::Previous => {
                let years_before = years_before(question);
                let years = slice.years.iter().filter_map(|year| year.before(years_before)).collect();
                Ok(Some(Self { slice: Slice { years, ..slice.clone() }, whole: None, years_before }))
            }
        }
    }

    /// By how many years the keys of one of its slices are before those of the question.
    pub fn years_before_of(&self, slice: &Slice) -> i32 {
        if std::ptr::eq(slice, &self.slice) { self.years_before } else { 0 }
    }

    /// The rows of its slices beside a row of the question's own slice.
    pub fn beside<'t>(
        &self,
        own: &Slice,
        keys: &[i32],
        tallies: &'t Tallies,
        whole: Option<&'t Tallies>,
    ) -> Beside<'t> {
        let row = tallies.row(&project(own, keys, &self.slice, self.years_before));
        let of_whole = |(slice, whole): (&Slice, &'t Tallies)| whole.row(&project(own, keys, slice, 0));
        Beside { row, whole: self.whole.as_ref().zip(whole).map(of_whole) }
    }
}

/// What stands beside a row: the comparator's, or what is left of a whole without it.
#[derive(Clone, Copy)]
pub(super) struct Beside<'t> {
    row: Option<&'t TallyRow>,
    whole: Option<Option<&'t TallyRow>>,
}

impl Beside<'_> {
    /// The comparator's tally of an indicator. `None` if there are no such pupils.
    pub fn tally(&self, nth: usize) -> Option<Tally> {
        let in_slice = self.row.map(|row| row.tallies[nth]);
        let Some(whole) = self.whole else { return in_slice };
        let (all, group) = (whole?.tallies[nth], in_slice.unwrap_or_default());
        Some(Tally {
            n: all.n - group.n,
            sum: all.sum - group.sum,
            sum_of_squares: all.sum_of_squares - group.sum_of_squares,
        })
    }
}

/// The keys of a row of one slice as keys of another that is broken down by no more.
pub(super) fn project(from: &Slice, keys: &[i32], to: &Slice, years_before: i32) -> Keys {
    let place = |by: &Breakdown| from.by.iter().position(|other| other == by);
    let key = |by: &Breakdown| {
        let key = place(by).map(|place| keys[place])?;
        Some(if *by == Breakdown::Year { key - years_before } else { key })
    };
    to.by.iter().filter_map(key).collect()
}

/// With what the figures are compared, in words that always say which pupils and which schools.
///
/// # Errors
/// When the comparator does not go with the question's scope.
pub(super) fn label(question: &Question, library: &Library) -> Result<Option<String>, DeskError> {
    let schools = match library.register.schools().len() {
        1 => "the only school loaded".to_owned(),
        n => format!("all {} schools loaded", counted(n)),
    };
    Ok(match question.compare() {
        Compare::None => None,
        Compare::Same => Some(format!("same pupils, {schools}")),
        Compare::Other => Some(format!("other pupils, {schools}")),
        Compare::All => Some(format!("all pupils, {schools}")),
        Compare::InSchool => Some("other pupils, same schools".to_owned()),
        // Told where the schools are found.
        Compare::Similar => None,
        Compare::La => Some(format!("same pupils, {} LA", authority(question, library)?.1)),
        Compare::Previous => match years_before(question) {
            1 => Some("same pupils and schools, one year before".to_owned()),
            n => Some(format!("same pupils and schools, {n} years before")),
        },
    })
}

/// A comparator of a published figure, in words: which pupils, and where the figure comes from.
pub(super) fn with_origin(question: &Question, origin: Origin) -> String {
    let pupils = match question.compare() {
        Compare::Other | Compare::InSchool => "other pupils",
        Compare::All => "all pupils",
        Compare::Previous => match years_before(question) {
            1 => return format!("same pupils and schools, one year before, {}", origin.words()),
            n => return format!("same pupils and schools, {n} years before, {}", origin.words()),
        },
        Compare::Same | Compare::La | Compare::Similar | Compare::None => "same pupils",
    };
    format!("{pupils}, {}", origin.words())
}

/// Whether a question asks about everyone, so that there are no other pupils to compare with.
pub(super) fn asks_about_everyone(question: &Question) -> bool {
    question.filter().is_everyone() && !question.by().iter().any(|by| matches!(by, Breakdown::Pupils(_)))
}

/// Pooled years are compared with as many years before them, single years with the year before.
pub(super) fn years_before(question: &Question) -> i32 {
    match (question.pool(), question.years()) {
        (true, [first, .., last]) => last.ending() - first.ending() + 1,
        _ => 1,
    }
}

pub(super) fn authority(question: &Question, library: &Library) -> Result<(i32, String), DeskError> {
    let authorities = library.register.authorities_of(question.scope());
    // Tables may tell of an authority and not of its schools.
    if let (true, Scope::La(code), Some(name)) =
        (authorities.is_empty(), question.scope(), library.published.area_name(question.scope()))
    {
        return Ok((*code, name.to_owned()));
    }
    match authorities.into_iter().collect::<Vec<_>>().as_slice() {
        [(code, name)] => Ok((*code, (*name).to_owned())),
        several => Err(DeskError::NoComparator {
            why: format!("the schools are in {} local authorities; choose schools of one", counted(several.len())),
        }),
    }
}

/// The years that a row is of.
pub(super) fn years_of(slice: &Slice, keys: &[i32]) -> Vec<Year> {
    let year = slice.by.iter().position(|by| *by == Breakdown::Year).and_then(|place| Year::new(keys[place]));
    year.map_or_else(|| slice.years.clone(), |year| vec![year])
}
