//! Published figures for a question: its own, and those of its comparator.
//!
//! An authority or a trust that has a row of its own in the tables is what that row says; other groups are put together
//! from their schools. England is what the tables say of it; where they say nothing, it is the schools loaded.

use std::collections::BTreeMap;

use super::DeskError;
use super::answer::{Origin, Reason};
use super::compare::{authority, years_before};
use super::gate::{Beside, Evidence, Made, OfPublished};
use super::work::Work;
use crate::engine::{Keys, PublishedFigures, PublishedSlice, Whose};
use crate::method::published::Pooled;
use crate::model::{
    Breakdown, Characteristic, Compare, Filter, Indicator, PupilGroup, Question, Scope, Source, Unit, Year, national_sd,
};
use crate::workspace::Area;

/// Sums by the keys of a question and by indicator.
type ByKeys = BTreeMap<Keys, BTreeMap<Indicator, Pooled>>;

/// The published part of a question: its years of which no pupils are loaded, or its indicators of whole schools.
pub(super) struct Part<'a> {
    pub question: &'a Question,
    pub years: Vec<Year>,
    pub indicators: Vec<Indicator>,
}

/// What was found, and where it comes from in words.
pub(super) struct Found {
    pub evidence: Vec<Evidence>,
    /// Whether a national standard deviation makes intervals of means.
    pub has_spread: bool,
    pub notes: Vec<String>,
}

impl Part<'_> {
    /// Asks for the figures and their comparators.
    pub fn find(&self, work: &mut Work<'_>) -> Result<Found, DeskError> {
        let mut notes = Vec::new();
        let groups = self.groups();
        let own = self.own(work, &groups, &mut notes)?;
        let comparator = self.comparator(work, &groups, &own)?;
        let one = self.is_of_one(work);
        let mut evidence = Vec::new();
        // By year and indicator: the same of every school.
        let mut spreads: BTreeMap<(Option<i32>, Indicator), Option<f64>> = BTreeMap::new();
        for (keys, sums) in &own {
            for indicator in &self.indicators {
                let made = match sums.get(indicator) {
                    Some(pooled) => {
                        let year = self.place(Breakdown::Year).map(|place| keys[place]);
                        let known = spreads.entry((year, *indicator));
                        let spread = *known.or_insert_with(|| self.spread(work, keys, *indicator));
                        let comparator = comparator.as_ref().map(|beside| beside.of(self, keys, *indicator));
                        Made::Published(OfPublished { pooled: *pooled, one, comparator, spread })
                    }
                    None => Made::Nothing(self.why_not(work, keys, *indicator)),
                };
                evidence.push(Evidence { keys: keys.clone(), indicator: *indicator, made });
            }
        }
        let has_spread = spreads.values().any(Option::is_some);
        Ok(Found { evidence, has_spread, notes })
    }

    fn by(&self) -> &[Breakdown] {
        self.question.by()
    }

    fn place(&self, breakdown: Breakdown) -> Option<usize> {
        self.by().iter().position(|by| *by == breakdown)
    }

    fn characteristic(&self) -> Option<(usize, Characteristic)> {
        self.by().iter().enumerate().find_map(|(place, by)| match by {
            Breakdown::Pupils(characteristic) => Some((place, *characteristic)),
            _ => None,
        })
    }

    fn by_school(&self) -> bool {
        self.place(Breakdown::School).is_some()
    }

    fn pool(&self) -> bool {
        self.question.pool()
    }

    /// The pupil groups asked about, each with its key where figures are broken down by pupils.
    fn groups(&self) -> Vec<(Option<PupilGroup>, Filter)> {
        let filter = self.question.filter();
        let several = self.by().iter().filter(|by| matches!(by, Breakdown::Pupils(_))).count() > 1;
        match self.characteristic() {
            // Tables do not cross two characteristics that figures are broken down by.
            _ if several => Vec::new(),
            None => vec![(None, filter.clone())],
            Some((_, characteristic)) => characteristic
                .groups()
                .filter(|group| group.word() != "unknown")
                .filter_map(|group| Some((Some(group), filter.and(&Filter::of(group))?)))
                .collect(),
        }
    }

    fn slice(&self, whose: Whose, years: &[Year], groups: &[Filter]) -> PublishedSlice {
        PublishedSlice {
            by_school: self.by_school() && matches!(whose, Whose::Schools(_)),
            whose,
            stage: self.question.stage(),
            years: years.to_vec(),
            pool: self.pool(),
            indicators: self.indicators.clone(),
            subjects: self.question.subjects().to_vec(),
            groups: groups.to_vec(),
        }
    }

    /// The question's own figures. Every row that the question is of is there, be it without figures.
    fn own(
        &self,
        work: &mut Work<'_>,
        groups: &[(Option<PupilGroup>, Filter)],
        notes: &mut Vec<String>,
    ) -> Result<ByKeys, DeskError> {
        let scope = self.question.scope().clone();
        let mut filters: Vec<Filter> = groups.iter().map(|(_, filter)| filter.clone()).collect();
        let asked = filters.clone();
        // Schools of whose pupils nothing was published in this group have a row all the same.
        if self.by_school() && !filters.contains(&Filter::everyone()) {
            filters.push(Filter::everyone());
        }
        let schools = work.published(&self.slice(Whose::Schools(scope.clone()), &self.years, &filters))?;
        let mut own = self.by_keys(work, &schools, groups, 0);
        if self.by_school() {
            let everyone = [(None, Filter::everyone())];
            let rows = if asked.contains(&Filter::everyone()) || self.characteristic().is_some() {
                ByKeys::new()
            } else {
                self.by_keys(work, &schools, &everyone, 0)
            };
            // Figures of whole schools make no rows beside figures of pupils.
            let of_pupils = |sums: &BTreeMap<Indicator, Pooled>| sums.keys().any(|of| of.source() != Source::School);
            let only_schools = self.indicators.iter().all(|of| of.source() == Source::School);
            own.retain(|keys, sums| only_schools || of_pupils(sums) || rows.get(keys).is_some_and(of_pupils));
            for (keys, _) in rows.into_iter().filter(|(_, sums)| only_schools || of_pupils(sums)) {
                own.entry(keys).or_default();
            }
            return Ok(own);
        }
        let area = match &scope {
            Scope::La(code) => Some((Area::La, *code)),
            Scope::Trust(uid) => Some((Area::Trust, *uid)),
            Scope::All | Scope::Schools(_) => None,
        };
        if let Some((area, code)) = area.filter(|_| work.library().published.area_name(&scope).is_some()) {
            let rows = work.published(&self.slice(Whose::Area(area, code), &self.years, &asked))?;
            let rows = self.by_keys(work, &rows, groups, 0);
            let mut of_area = 0;
            for (keys, sums) in rows {
                let known = own.entry(keys).or_default();
                for (indicator, pooled) in sums {
                    // Several years together need all of them in the rows of the area too.
                    let whole = !self.pool() || known.get(&indicator).is_none_or(|own| own.years <= pooled.years);
                    if pooled.with_value > 0 && whole {
                        known.insert(indicator, pooled);
                        of_area += 1;
                    }
                }
            }
            if of_area > 0 {
                let what = if area == Area::La { "authority" } else { "trust" };
                notes.push(format!("Where the tables state a figure for the {what} itself, it is that one"));
            }
        }
        if self.place(Breakdown::Subject).is_none() {
            self.fill_rows(groups, &mut own);
        }
        Ok(own)
    }

    /// Where a question is not broken down by schools or subjects, what its rows are does not depend on the data.
    fn fill_rows(&self, groups: &[(Option<PupilGroup>, Filter)], own: &mut ByKeys) {
        let years: Vec<Option<Year>> = match self.place(Breakdown::Year) {
            Some(_) => self.years.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        for year in years {
            for (group, _) in groups {
                let key = |by: &Breakdown| match by {
                    Breakdown::Year => year.map_or(0, Year::ending),
                    Breakdown::Pupils(_) => group.map_or(0, |group| i32::from(group.code)),
                    Breakdown::School | Breakdown::Subject => 0,
                };
                own.entry(self.by().iter().map(key).collect()).or_default();
            }
        }
    }

    /// Rows of published figures as sums by the question's keys. Earlier URNs of a school are that school; `later` years
    /// are added to those of the rows.
    fn by_keys(
        &self,
        work: &Work<'_>,
        figures: &PublishedFigures,
        groups: &[(Option<PupilGroup>, Filter)],
        later: i32,
    ) -> ByKeys {
        let mut sums = ByKeys::new();
        for (row, pooled) in &figures.rows {
            let group = groups.iter().find(|(_, filter)| *filter == row.group);
            let of_school = row.indicator.source() == Source::School && row.group.is_everyone();
            // Figures of the whole school stand beside those of any pupil group.
            let Some(group) = group.or_else(|| groups.first().filter(|_| of_school)) else { continue };
            let subject = row.subject.map(|subject| i32::from(subject.id));
            let key = |by: &Breakdown| match by {
                Breakdown::School => Some(work.head(row.urn)),
                Breakdown::Year => Some(row.year + later),
                Breakdown::Subject => subject,
                Breakdown::Pupils(_) => group.0.map(|group| i32::from(group.code)),
            };
            let Some(keys) = self.by().iter().map(key).collect::<Option<Keys>>() else { continue };
            sums.entry(keys).or_default().entry(row.indicator).or_default().add(pooled);
        }
        sums
    }

    /// Whether a row is of one school in one year.
    fn is_of_one(&self, work: &Work<'_>) -> bool {
        !self.pool() && (self.by_school() || work.schools_in(self.question.scope()) == 1)
    }

    /// The years of a place.
    fn years_of(&self, keys: &[i32]) -> Vec<Year> {
        let year = self.place(Breakdown::Year).and_then(|place| Year::new(keys[place]));
        year.map_or_else(|| self.years.clone(), |year| vec![year])
    }

    /// The national standard deviation of a place: of a table that was loaded, else of those that come with the program. Of
    /// pooled years it is the largest, so that no interval is narrower than its years allow.
    fn spread(&self, work: &Work<'_>, keys: &[i32], indicator: Indicator) -> Option<f64> {
        let loaded = |year| work.library().national.sd(year, self.question.stage(), indicator, None).map(|(sd, _)| sd);
        let of_year = |year: &Year| loaded(*year).or_else(|| national_sd(indicator, *year));
        let years: Option<Vec<f64>> = self.years_of(keys).iter().map(of_year).collect();
        years?.into_iter().reduce(f64::max)
    }

    /// Why there is nothing in a place.
    fn why_not(&self, work: &Work<'_>, keys: &[i32], indicator: Indicator) -> Reason {
        let years = self.years_of(keys);
        if let Some(year) = years.iter().copied().find(|year| !indicator.is_made_in(*year)) {
            return Reason::NotMade { year };
        }
        let filtered = !self.question.filter().is_everyone() || self.characteristic().is_some();
        let published = years.iter().any(|year| work.has_published(self.question.stage(), *year, indicator));
        if filtered && published { Reason::NotForThesePupils } else { Reason::NotPublished }
    }

    /// The comparator's figures, where the question wants one.
    fn comparator(
        &self,
        work: &mut Work<'_>,
        groups: &[(Option<PupilGroup>, Filter)],
        own: &ByKeys,
    ) -> Result<Option<Comparators>, DeskError> {
        let question = self.question;
        let beside: Vec<(Option<PupilGroup>, Option<Filter>)> = groups
            .iter()
            .map(|(group, filter)| {
                let beside = match question.compare() {
                    Compare::All => Some(Filter::everyone()),
                    Compare::Other | Compare::InSchool => filter.complement(),
                    _ => Some(filter.clone()),
                };
                (*group, beside)
            })
            .collect();
        let mut filters: Vec<Filter> = beside.iter().filter_map(|(_, filter)| filter.clone()).collect();
        filters.sort();
        filters.dedup();
        let mut found = Comparators { beside, years_before: 0, sums: Vec::new() };
        found.years_before = if question.compare() == Compare::Previous { years_before(question) } else { 0 };
        // Where a place has a figure beside each of the question's own, the places after it are not asked.
        let ask =
            |found: &mut Comparators, work: &mut Work<'_>, whose, years: &[Year], origin| -> Result<(), DeskError> {
                if !found.is_complete(self, work, own) {
                    let figures = work.published(&self.slice(whose, years, &filters))?;
                    found.take_in(self, work, origin, &figures);
                }
                Ok(())
            };
        match question.compare() {
            Compare::None => return Ok(None),
            // Other pupils of one school are of what the tables state of that school.
            Compare::InSchool => {
                let whose = Whose::Schools(question.scope().clone());
                ask(&mut found, work, whose, &self.years, Origin::SameSchools)?;
            }
            Compare::Similar => {
                if let Some(schools) = work.similar.clone() {
                    ask(&mut found, work, Whose::Schools(schools), &self.years, Origin::Similar)?;
                }
            }
            Compare::Same | Compare::All | Compare::Other => {
                ask(&mut found, work, Whose::Area(Area::NationalStateFunded, 0), &self.years, Origin::StateFunded)?;
                ask(&mut found, work, Whose::Area(Area::National, 0), &self.years, Origin::England)?;
                found.take_in_definitions(self);
                ask(&mut found, work, Whose::Schools(Scope::All), &self.years, Origin::Loaded)?;
            }
            Compare::La => {
                let (code, _) = authority(question, work.library())?;
                ask(&mut found, work, Whose::Area(Area::La, code), &self.years, Origin::Authority)?;
                ask(&mut found, work, Whose::Schools(Scope::La(code)), &self.years, Origin::SchoolsOfAuthority)?;
            }
            Compare::Previous => {
                let before = |year: &Year| year.before(years_before(question));
                let years: Vec<Year> = self.years.iter().filter_map(before).collect();
                if !years.is_empty() {
                    match question.scope() {
                        Scope::La(code) if !self.by_school() => {
                            ask(&mut found, work, Whose::Area(Area::La, *code), &years, Origin::Before)?;
                        }
                        Scope::Trust(uid) if !self.by_school() => {
                            ask(&mut found, work, Whose::Area(Area::Trust, *uid), &years, Origin::Before)?;
                        }
                        _ => {}
                    }
                    ask(&mut found, work, Whose::Schools(question.scope().clone()), &years, Origin::Before)?;
                }
            }
        }
        Ok(Some(found))
    }
}

/// Whether the comparator of a school is of that school too.
fn is_of_same_schools(question: &Question) -> bool {
    matches!(question.compare(), Compare::Previous | Compare::InSchool)
}

/// What a comparator's figure is of: school (0 for all together), year, subject, pupil group, indicator.
type BesideKey = (i32, i32, Option<i32>, Filter, Indicator);

/// Figures of the places where a comparator may be found, the best first.
struct Comparators {
    /// The comparator's pupil group beside each of the question's.
    beside: Vec<(Option<PupilGroup>, Option<Filter>)>,
    years_before: i32,
    sums: Vec<(Origin, BTreeMap<BesideKey, Pooled>)>,
}

impl Comparators {
    /// Takes in the figures of one place, by what they stand beside.
    fn take_in(&mut self, part: &Part<'_>, work: &Work<'_>, origin: Origin, figures: &PublishedFigures) {
        let same_schools = is_of_same_schools(part.question) && part.by_school();
        let by_subject = part.place(Breakdown::Subject).is_some();
        let mut sums: BTreeMap<BesideKey, Pooled> = BTreeMap::new();
        for (row, pooled) in &figures.rows {
            let urn = if same_schools { work.head(row.urn) } else { 0 };
            let year = if part.pool() { 0 } else { row.year + self.years_before };
            let subject = row.subject.filter(|_| by_subject).map(|subject| i32::from(subject.id));
            let key = (urn, year, subject, row.group.clone(), row.indicator);
            sums.entry(key).or_default().add(pooled);
        }
        self.sums.push((origin, sums));
    }

    /// Takes in what is 0 by definition: of all pupils, whatever the year.
    fn take_in_definitions(&mut self, part: &Part<'_>) {
        let zero = |years: usize| Pooled { years: years as i64, ..Pooled::of(Some(0.0), None, None, None) };
        let years: Vec<(i32, Pooled)> = if part.pool() {
            vec![(0, zero(part.years.len()))]
        } else {
            part.years.iter().map(|year| (year.ending(), zero(1))).collect()
        };
        let indicators = part.indicators.iter().filter(|indicator| indicator.is_zero_nationally());
        let of_indicator = |indicator: &Indicator| {
            let key = |year: i32| (0, year, None, Filter::everyone(), *indicator);
            years.iter().map(|(year, zero)| (key(*year), *zero)).collect::<Vec<_>>()
        };
        let sums = indicators.flat_map(of_indicator).collect();
        self.sums.push((Origin::ByDefinition, sums));
    }

    /// Whether there is a figure beside each of the question's own.
    fn is_complete(&self, part: &Part<'_>, work: &Work<'_>, own: &ByKeys) -> bool {
        let one = part.is_of_one(work);
        let has = |keys: &[i32], indicator: Indicator, own: &Pooled| {
            let candidates = self.of(part, keys, indicator).candidates;
            candidates.iter().any(|(_, beside, _)| beside.with_value > 0 && beside.years == own.years)
        };
        own.iter().all(|(keys, sums)| {
            sums.iter().all(|(of, own)| {
                let is_count = of.unit() == Unit::Count;
                is_count || own.weigh(one, is_count).is_err() || has(keys, *of, own)
            })
        })
    }

    /// What stands beside a figure of the question.
    fn of(&self, part: &Part<'_>, keys: &[i32], indicator: Indicator) -> Beside {
        let at = |breakdown: Breakdown| part.place(breakdown).map(|place| keys[place]);
        let same_schools = is_of_same_schools(part.question);
        let urn = at(Breakdown::School).filter(|_| same_schools).unwrap_or_default();
        let only_year = || part.years.first().map_or(0, |year| year.ending());
        let year = if part.pool() { 0 } else { at(Breakdown::Year).unwrap_or_else(only_year) };
        let code = part.characteristic().map(|(place, _)| keys[place]);
        let beside = self.beside.iter().find(|(group, _)| group.map(|group| i32::from(group.code)) == code);
        let filter = match beside.and_then(|(_, filter)| filter.clone()) {
            _ if indicator.source() == Source::School => Filter::everyone(),
            Some(filter) => filter,
            None => return Beside { candidates: Vec::new(), or: Reason::NotForThesePupils },
        };
        let key = (urn, year, at(Breakdown::Subject), filter, indicator);
        let candidates = self.sums.iter().filter_map(|(origin, sums)| {
            let pooled = sums.get(&key)?;
            let one = !part.pool() && (urn != 0 || origin.is_area());
            Some((*origin, *pooled, one))
        });
        Beside { candidates: candidates.collect(), or: Reason::NotPublished }
    }
}
