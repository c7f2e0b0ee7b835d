//! An open workspace: its desk, and what it has to choose from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::settings::Folders;
use crate::collab::{self, GroupState, Office, OfficeError, People, PersonId, Rights};
use crate::desk::{Desk, Options, Reader};
use crate::model::{Filter, Indicator, KeyStage, LaCode, Question, School, Scope, TrustUid, Urn, Year};
use crate::workspace::{Access, Area, Published, Register, Workspace, WorkspaceError};

/// An open workspace. Made off the window's thread: opening reads the file.
#[derive(Debug)]
pub struct Session {
    pub path: PathBuf,
    pub desk: Desk,
    pub catalogue: Catalogue,
    /// Where the workspace has people.
    pub office: Option<Arc<Office>>,
    who: Who,
}

/// Who sits before the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Whoever opened it: it has no people, or made-up ones.
    Anyone,
    /// Nobody yet: somebody has to sign in first.
    Nobody,
    Person(PersonId),
}

/// Why a workspace is not open.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Office(#[from] OfficeError),
}

impl Session {
    /// Opens a workspace for asking.
    ///
    /// # Errors
    /// When the workspace cannot be used: missing, foreign, damaged, newer, in use; or its people cannot be read.
    pub fn open(path: &Path, mut options: Options) -> Result<Self, SessionError> {
        let workspace = Workspace::open(path, Access::Read)?;
        let catalogue = Catalogue::read(&workspace)?;
        let office = Office::open(path, catalogue.register.clone())?.map(Arc::new);
        let who = match &office {
            Some(office) if !office.people().setup.demo => Who::Nobody,
            _ => Who::Anyone,
        };
        if let Some(office) = &office {
            let office = Arc::clone(office);
            options.refused = Arc::new(move |reader, question| note_refusal(&office, reader, question));
        }
        let desk = Desk::new(workspace, Reader::default(), options)?;
        let mut session = Self { path: path.to_owned(), desk, catalogue, office, who };
        session.admit(who);
        Ok(session)
    }

    /// Who sits before the workspace now.
    pub fn who(&self) -> Who {
        self.who
    }

    /// The person who is signed in.
    pub fn person(&self) -> Option<PersonId> {
        match self.who {
            Who::Person(person) => Some(person),
            Who::Anyone | Who::Nobody => None,
        }
    }

    /// Whether somebody has other rights now than those with which they sit here.
    pub fn has_other_rights(&self, who: Who) -> bool {
        who != self.who || self.catalogue.rights.as_deref() != self.rights_of(who).as_ref()
    }

    /// What somebody may see; `None` for everything. Who must choose a password first sees nothing before.
    fn rights_of(&self, who: Who) -> Option<Rights> {
        match (who, &self.office) {
            (Who::Anyone, _) => None,
            (Who::Person(person), Some(office)) if !office.must_change(person) => Some(office.rights(person)),
            _ => Some(Rights::default()),
        }
    }

    /// Where the view of who sits here is kept. `None` where nothing may be shown to them: then there is no view of theirs yet.
    pub fn view_file(&self, folders: &Folders) -> Option<PathBuf> {
        match (self.who, &self.office) {
            (Who::Nobody, _) => None,
            (Who::Person(person), Some(office)) if !office.people().setup.demo => {
                (!office.must_change(person)).then(|| view_file_of(office, person, &self.path, folders))
            }
            _ => Some(folders.view_of(&self.path, None)),
        }
    }

    /// Takes the office of a workspace that had no people before.
    pub fn take_office(&mut self, office: Arc<Office>) {
        self.office = Some(office);
    }

    /// Lets somebody sit before the workspace, with the rights that they have now.
    pub fn admit(&mut self, who: Who) {
        self.who = who;
        let people = self.office.as_ref().map(|office| office.people());
        let rights = self.rights_of(who).map(Arc::new);
        let email = match (who, &people) {
            (Who::Person(person), Some(people)) => people.persons.get(&person).map(|person| person.email.clone()),
            _ => None,
        };
        self.catalogue.admit(rights.clone(), people.as_deref());
        self.desk.admit(Reader { email, rights, ..Reader::default() });
    }
}

/// Where the view of a person who signs in is kept.
pub fn view_file_of(office: &Office, person: PersonId, workspace: &Path, folders: &Folders) -> PathBuf {
    let people = office.people();
    let email = people.persons.get(&person).map(|person| person.email.as_str());
    folders.view_of(workspace, Some(email.unwrap_or_default()))
}

/// Notes in the audit that a question was refused. What is not asked by a person cannot be refused.
fn note_refusal(office: &Office, reader: &Reader, question: &Question) {
    let people = office.people();
    let Some((person, _)) = reader.email.as_deref().and_then(|email| people.by_email(email)) else { return };
    if let Err(error) = office.refused(person, &question.scope().to_string(), Timestamp::now()) {
        tracing::warn!("a refused question is not in the audit: {error}");
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
    /// Authorities, trusts and all schools.
    of_register: Arc<Vec<Group>>,
    /// The groups to choose from.
    groups: Arc<Vec<Group>>,
    /// What the person who is signed in may see; everything where nobody has to.
    rights: Option<Arc<Rights>>,
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
        Ok(Self {
            register,
            sources,
            published,
            years,
            of_pupils,
            of_register: Arc::clone(&groups),
            groups,
            rights: None,
        })
    }

    /// Shows what a person may see: their groups alone. Where nobody has to sign in, authorities and trusts, and every group
    /// that people have set up.
    fn admit(&mut self, rights: Option<Arc<Rights>>, people: Option<&People>) {
        let group = |(name, schools): (String, BTreeSet<Urn>)| {
            let n = schools.len();
            Group { scope: Scope::Schools(schools), name, schools: n }
        };
        let mut groups: Vec<Group> = match (&rights, people) {
            (Some(rights), _) => {
                rights.groups.values().map(|seen| group((seen.name.clone(), seen.schools.clone()))).collect()
            }
            (None, people) => {
                let set_up = people.into_iter().flat_map(|people| people.groups.values());
                let set_up = set_up.filter(|group| group.state != GroupState::Archived);
                let schools = |of: &collab::Group| of.schools.keys().copied().collect();
                set_up.map(|of| group((of.name.clone(), schools(of)))).collect()
            }
        };
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        if rights.is_none() {
            let (all, others) = self.of_register.split_at(1.min(self.of_register.len()));
            groups = [all, &groups, others].concat();
        }
        (self.groups, self.rights) = (Arc::new(groups), rights);
    }

    /// Among which schools a group stands: all, or the group itself where the others are not to be seen.
    pub fn among(&self, scope: &Scope) -> Scope {
        if self.rights.is_none() { Scope::All } else { self.group_of(scope).unwrap_or_else(|| scope.clone()) }
    }

    /// The group of which a scope is a part, where there are rights.
    fn group_of(&self, scope: &Scope) -> Option<Scope> {
        let Scope::Schools(urns) = scope else { return None };
        let (_, seen) = self.rights.as_ref()?.group_with(urns)?;
        Some(Scope::Schools(seen.schools.clone()))
    }

    /// The schools that can be chosen.
    pub fn schools(&self) -> impl Iterator<Item = &School> {
        self.register.schools().filter(|school| self.shows(school.urn))
    }

    /// Whether a school is there, for who looks.
    pub fn shows(&self, urn: Urn) -> bool {
        let seen = |rights: &Arc<Rights>| rights.groups.values().any(|seen| seen.schools.contains(&urn));
        self.register.school(urn).is_some() && self.rights.as_ref().is_none_or(seen)
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
        if self.rights.is_some() {
            // Where there is no group, nothing can be asked: the desk refuses it.
            return self.groups.first().map_or(Scope::All, |group| group.scope.clone());
        }
        let first = if self.of_pupils.values().all(BTreeSet::is_empty) {
            largest(|scope| matches!(scope, Scope::La(_)))
        } else {
            largest(|scope| matches!(scope, Scope::Trust(_)))
        };
        first.unwrap_or(Scope::All)
    }

    /// Whether there is anything of a scope: schools, or rows of its own.
    pub fn has(&self, scope: &Scope) -> bool {
        let is_open = self.rights.is_none() || self.group_of(scope).is_some();
        is_open && (self.register.schools_of(scope).next().is_some() || self.published.area_name(scope).is_some())
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
