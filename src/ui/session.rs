//! An open workspace: its desk, and what it has to choose from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::desk::{Desk, Options, Reader};
use crate::model::{KeyStage, LaCode, Scope, TrustUid, Year};
use crate::workspace::{Access, Register, Workspace, WorkspaceError};

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
    years: BTreeMap<KeyStage, Vec<Year>>,
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
        let years = workspace.years()?.into_iter().map(|(stage, years)| (stage, years.into_iter().collect())).collect();
        let register = workspace.register()?;
        let groups = Arc::new(groups(&register));
        Ok(Self { register, sources: Arc::new(workspace.sources()?), years, groups })
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

    /// The group that is shown first: the largest trust, so that there is something to compare with; else everyone.
    pub fn first_group(&self) -> Scope {
        let trusts = self.groups.iter().filter(|group| matches!(group.scope, Scope::Trust(_)));
        trusts.max_by_key(|group| group.schools).map_or(Scope::All, |group| group.scope.clone())
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

fn groups(register: &Register) -> Vec<Group> {
    let mut authorities: BTreeMap<LaCode, (&str, usize)> = BTreeMap::new();
    let mut trusts: BTreeMap<TrustUid, (&str, usize)> = BTreeMap::new();
    for school in register.schools() {
        authorities.entry(school.la_code).or_insert((&school.la_name, 0)).1 += 1;
        if let Some(uid) = school.trust_uid {
            trusts.entry(uid).or_insert((school.trust_name.as_deref().unwrap_or("unnamed trust"), 0)).1 += 1;
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
