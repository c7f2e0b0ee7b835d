//! What was published, and of whom: held in memory, so that one knows without asking what can be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use duckdb::Connection;

use crate::model::{Filter, Indicator, KeyStage, Scope, Subject, Urn, Year};

/// What a published figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    School,
    /// Local authority.
    La,
    /// Academy trust.
    Trust,
    /// All schools of England.
    National,
    /// State-funded schools of England.
    NationalStateFunded,
}

impl Area {
    /// The number that stands for it in a workspace.
    pub fn number(self) -> i32 {
        self as i32
    }
}

/// A file of published figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSource {
    /// The file's name.
    pub name: String,
    /// What the table is: "DfE key stage 2 school tables (ks2final)".
    pub layout: Option<String>,
    pub publisher: Option<String>,
    /// The official document that defines the measures.
    pub document: Option<String>,
}

/// Which figures of schools, authorities and trusts were published: of which year, measure, subject and pupil group, and in
/// which files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Published {
    sources: Arc<BTreeMap<i32, PublishedSource>>,
    /// By key stage (`None` for the whole school) and year.
    by_year: Arc<BTreeMap<(Option<KeyStage>, Year), OfYear>>,
    /// The schools, under any URN, of which something was published at a key stage.
    schools: Arc<BTreeMap<KeyStage, BTreeSet<Urn>>>,
    /// Authorities and trusts that have rows of their own, with their names.
    areas: Arc<BTreeMap<(Area, i32), String>>,
}

/// What was published of a year.
#[derive(Debug, Clone, Default, PartialEq)]
struct OfYear {
    groups: BTreeSet<Filter>,
    measures: BTreeMap<Indicator, BTreeSet<i32>>,
    subjects: BTreeSet<Subject>,
}

impl Published {
    pub(super) fn read(connection: &Connection) -> duckdb::Result<Self> {
        let mut sources = BTreeMap::new();
        let mut statement =
            connection.prepare("SELECT id, name, layout, publisher, document FROM sources WHERE id IS NOT NULL")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, layout, publisher, document) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            sources.insert(row.get(0)?, PublishedSource { name, layout, publisher, document });
        }
        let mut by_year: BTreeMap<_, OfYear> = BTreeMap::new();
        let mut statement = connection.prepare(
            "SELECT key_stage, year, measure, COALESCE(subject, ''), pupil_group, source FROM published \
             WHERE area < 3 GROUP BY key_stage, year, measure, COALESCE(subject, ''), pupil_group, source",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (stage, measure, subject, group): (i32, String, String, String) =
                (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
            let stage = KeyStage::from_number(stage);
            // Words were checked when they were loaded.
            let (Some(year), Ok(indicator)) = (Year::new(row.get(1)?), measure.parse::<Indicator>()) else { continue };
            let of_year: &mut OfYear = by_year.entry((stage, year)).or_default();
            let group = if group == "all" { Ok(Filter::everyone()) } else { group.parse() };
            of_year.groups.extend(group);
            let source: Option<i32> = row.get(5)?;
            of_year.measures.entry(indicator).or_default().extend(source);
            of_year.subjects.extend(stage.and_then(|stage| Subject::from_word(stage, &subject).ok()));
        }
        let mut schools: BTreeMap<KeyStage, BTreeSet<Urn>> = BTreeMap::new();
        let mut statement =
            connection.prepare("SELECT key_stage, code FROM published WHERE area = 0 GROUP BY key_stage, code")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let (Some(stage), Some(urn)) = (KeyStage::from_number(row.get(0)?), Urn::new(row.get(1)?)) {
                schools.entry(stage).or_default().insert(urn);
            }
        }
        let mut areas = BTreeMap::new();
        let mut statement = connection.prepare("SELECT area, code, name FROM area_names")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: i32 = row.get(0)?;
            if let Some(area) = [Area::La, Area::Trust].into_iter().find(|area| area.number() == number) {
                areas.insert((area, row.get(1)?), row.get(2)?);
            }
        }
        let (sources, by_year) = (Arc::new(sources), Arc::new(by_year));
        Ok(Self { sources, by_year, schools: Arc::new(schools), areas: Arc::new(areas) })
    }

    /// Authorities and trusts that have rows of their own, with their names.
    pub fn areas(&self) -> &BTreeMap<(Area, i32), String> {
        &self.areas
    }

    /// What a scope is called that has rows of its own.
    pub fn area_name(&self, scope: &Scope) -> Option<&str> {
        let area = match scope {
            Scope::La(code) => (Area::La, *code),
            Scope::Trust(uid) => (Area::Trust, *uid),
            Scope::All | Scope::Schools(_) => return None,
        };
        self.areas.get(&area).map(String::as_str)
    }

    /// The years of a key stage of which figures were published.
    pub fn years(&self, stage: KeyStage) -> impl Iterator<Item = Year> + '_ {
        self.by_year.keys().filter(move |(of, _)| *of == Some(stage)).map(|(_, year)| *year)
    }

    /// The years of which anything was published, of whole schools as well.
    pub fn every_year(&self) -> BTreeSet<Year> {
        self.by_year.keys().map(|(_, year)| *year).collect()
    }

    /// Whether anything was published of a pupil group in a year.
    pub fn has_group(&self, stage: KeyStage, year: Year, group: &Filter) -> bool {
        self.by_year.get(&(Some(stage), year)).is_some_and(|of_year| of_year.groups.contains(group))
    }

    /// The pupil groups of which something was published in a year.
    pub fn groups(&self, stage: KeyStage, year: Year) -> impl Iterator<Item = &Filter> {
        self.by_year.get(&(Some(stage), year)).into_iter().flat_map(|of_year| &of_year.groups)
    }

    /// Whether a measure was published of a year, at a key stage or of the whole school.
    pub fn has(&self, stage: KeyStage, year: Year, indicator: Indicator) -> bool {
        [Some(stage), None]
            .into_iter()
            .any(|stage| self.by_year.get(&(stage, year)).is_some_and(|of| of.measures.contains_key(&indicator)))
    }

    /// The subjects of which something was published in a year.
    pub fn has_subjects(&self, stage: KeyStage, year: Year) -> bool {
        self.by_year.get(&(Some(stage), year)).is_some_and(|of_year| !of_year.subjects.is_empty())
    }

    /// The files in which a measure was published for some years.
    pub fn sources_of(&self, stage: KeyStage, years: &[Year], indicator: Indicator) -> BTreeSet<i32> {
        let of = |stage, year| Some(self.by_year.get(&(stage, year))?.measures.get(&indicator)?.iter().copied());
        let stages = [Some(stage), None];
        stages.into_iter().flat_map(|stage| years.iter().filter_map(move |year| of(stage, *year))).flatten().collect()
    }

    /// The schools, under any URN, of which something was published at a key stage.
    pub fn schools(&self, stage: KeyStage) -> Option<&BTreeSet<Urn>> {
        self.schools.get(&stage)
    }

    /// A file of published figures.
    pub fn source(&self, id: i32) -> Option<&PublishedSource> {
        self.sources.get(&id)
    }

    /// Whether nothing was published.
    pub fn is_empty(&self) -> bool {
        self.by_year.is_empty()
    }
}
