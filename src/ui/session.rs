//! An open workspace: its desk, and what it has to choose from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::desk::{Desk, Options, Reader};
use crate::model::{Filter, Indicator, KeyStage, LaCode, Scope, TrustUid, Year};
use crate::workspace::{Access, Area, Published, Register, Workspace, WorkspaceError};

/// An open workspace. Made off the window's thread: opening reads the file.
#[derive(Debug)]
pub struct Session {
    pub path: PathBuf,
    pub desk: Desk,
    pub catalogue: Catalogue,
}

impl Session {
    /// Opens a workspace for asking.
    ///
    /// # Errors
    /// When the workspace cannot be used: missing, foreign, damaged, newer, in use.
    pub fn open(path: &Path, options: Options) -> Result<Self, WorkspaceError> {
        let workspace = Workspace::open(path, Access::Read)?;
        let catalogue = Catalogue::read(&workspace)?;
        let desk = Desk::new(workspace, Reader::default(), options)?;
        Ok(Self { path: path.to_owned(), desk, catalogue })
    }
}

/// What a workspace has to choose from: it does not change while the workspace is open.
#[derive(Debug, Clone)]
pub struct Catalogue {
    pub register: Register,
    /// The names of the files that were loaded.
    pub sources: Arc<Vec<String>>,
    /// What was published, and of whom.
    pub published: Published,
    /// Every year of which there is something to show.
    years: BTreeMap<KeyStage, Vec<Year>>,
    /// The years of which there are pupils' results.
    of_pupils: BTreeMap<KeyStage, BTreeSet<Year>>,
    groups: Arc<Vec<Group>>,
}

/// A group of schools to choose.
#[derive(Debug, Clone)]
pub struct Group {
    pub scope: Scope,
    pub name: String,
    pub schools: usize,
}

impl Catalogue {
    fn read(workspace: &Workspace) -> Result<Self, WorkspaceError> {
        let of_pupils = workspace.years()?;
        let published = workspace.published()?;
        let mut years: BTreeMap<KeyStage, BTreeSet<Year>> = of_pupils.clone();
        for stage in KeyStage::ALL {
            let in_tables: Vec<Year> = published.years(stage).collect();
            if !in_tables.is_empty() {
                years.entry(stage).or_default().extend(in_tables);
            }
        }
        let years = years.into_iter().map(|(stage, years)| (stage, years.into_iter().collect())).collect();
        let register = workspace.register()?;
        let groups = Arc::new(groups(&register, &published));
        let sources = Arc::new(workspace.sources()?);
        Ok(Self { register, sources, published, years, of_pupils, groups })
    }

    /// Whether there are pupils' results of a year, so that every filter can be answered.
    pub fn has_pupils(&self, stage: KeyStage, year: Year) -> bool {
        self.of_pupils.get(&stage).is_some_and(|years| years.contains(&year))
    }

    /// Whether there can be an answer for a pupil group in any of some years: from pupils' results there always can.
    pub fn can_filter(&self, stage: KeyStage, years: &[Year], filter: &Filter) -> bool {
        let of = |year: &Year| self.has_pupils(stage, *year) || self.published.has_group(stage, *year, filter);
        years.is_empty() || years.iter().any(of)
    }

    /// Whether there can be figures of an indicator in any of some years.
    pub fn offers(&self, stage: KeyStage, years: &[Year], indicator: Indicator) -> bool {
        let of = |year: &Year| {
            let from_pupils = self.has_pupils(stage, *year) && !indicator.is_published_only();
            from_pupils || self.published.has(stage, *year, indicator)
        };
        indicator.stages().contains(&stage) && years.iter().any(of)
    }

    /// The key stages of which there are pupils, youngest first.
    pub fn stages(&self) -> impl Iterator<Item = KeyStage> + '_ {
        self.years.iter().filter(|(_, years)| !years.is_empty()).map(|(stage, _)| *stage)
    }

    /// The years of a key stage, in order.
    pub fn years(&self, stage: KeyStage) -> &[Year] {
        self.years.get(&stage).map_or(&[], Vec::as_slice)
    }

    /// All schools, then authorities and trusts by name.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group that is shown first: the largest trust, so that there is something to compare with; of published tables
    /// the authority with the most schools in them. Else everyone.
    pub fn first_group(&self) -> Scope {
        let largest = |wanted: fn(&Scope) -> bool| {
            let groups = self.groups.iter().filter(|group| wanted(&group.scope));
            groups.max_by_key(|group| group.schools).map(|group| group.scope.clone())
        };
        let first = if self.of_pupils.values().all(BTreeSet::is_empty) {
            largest(|scope| matches!(scope, Scope::La(_)))
        } else {
            largest(|scope| matches!(scope, Scope::Trust(_)))
        };
        first.unwrap_or(Scope::All)
    }

    /// Whether there is anything of a scope: schools, or rows of its own.
    pub fn has(&self, scope: &Scope) -> bool {
        self.register.schools_of(scope).next().is_some() || self.published.area_name(scope).is_some()
    }

    /// What a scope is called.
    pub fn name_of(&self, scope: &Scope) -> String {
        let known = self.groups.iter().find(|group| group.scope == *scope);
        match scope {
            _ if known.is_some() => known.map(|group| group.name.clone()).unwrap_or_default(),
            Scope::Schools(urns) if urns.len() == 1 => {
                let school = urns.first().and_then(|urn| self.register.school(*urn));
                school.map_or_else(|| scope.to_string(), |school| school.name.clone())
            }
            Scope::Schools(urns) => format!("{} chosen schools", urns.len()),
            other => other.to_string(),
        }
    }
}

fn groups(register: &Register, published: &Published) -> Vec<Group> {
    let mut authorities: BTreeMap<LaCode, (&str, usize)> = BTreeMap::new();
    let mut trusts: BTreeMap<TrustUid, (&str, usize)> = BTreeMap::new();
    for school in register.schools() {
        authorities.entry(school.la_code).or_insert((&school.la_name, 0)).1 += 1;
        if let Some(uid) = school.trust_uid {
            trusts.entry(uid).or_insert((school.trust_name.as_deref().unwrap_or("unnamed trust"), 0)).1 += 1;
        }
    }
    // Tables may tell of authorities and trusts and not of their schools.
    for ((area, code), name) in published.areas() {
        match area {
            Area::La => {
                authorities.entry(*code).or_insert((name, 0));
            }
            Area::Trust => {
                trusts.entry(*code).or_insert((name, 0));
            }
            Area::School | Area::National | Area::NationalStateFunded => {}
        }
    }
    let group = |scope, (name, schools): (&str, usize)| Group { scope, name: name.to_owned(), schools };
    let mut groups = vec![group(Scope::All, ("All schools", register.schools().len()))];
    let mut by_name: Vec<Group> = authorities.into_iter().map(|(code, named)| group(Scope::La(code), named)).collect();
    by_name.sort_by(|a, b| a.name.cmp(&b.name));
    groups.append(&mut by_name);
    let mut by_name: Vec<Group> = trusts.into_iter().map(|(uid, named)| group(Scope::Trust(uid), named)).collect();
    by_name.sort_by(|a, b| a.name.cmp(&b.name));
    groups.append(&mut by_name);
    groups
}
