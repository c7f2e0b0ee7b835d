//! What was written in the form of a group, and what is missing in it.

use std::collections::BTreeSet;

use crate::collab::{
    Command, DESCRIPTION, Draft, Group, GroupId, GroupState, NAME, OrganisationId, PersonId, Visibility, answers_for,
};
use crate::export::words::plural;
use crate::model::Urn;
use crate::ui::admin::Room;
use crate::ui::admin::groups::effect::listed;

/// The four steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Step {
    #[default]
    Name,
    Schools,
    People,
    Visibility,
}

impl Step {
    pub const ALL: [Self; 4] = [Self::Name, Self::Schools, Self::People, Self::Visibility];

    /// What it is about.
    pub fn title(self) -> &'static str {
        match self {
            Self::Name => "Name and description",
            Self::Schools => "Schools",
            Self::People => "People",
            Self::Visibility => "Visibility and terms",
        }
    }

    /// From 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The step after this.
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// The step before this.
    pub fn back(self) -> Option<Self> {
        (self as usize).checked_sub(1).and_then(|nth| Self::ALL.get(nth)).copied()
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub draft: Draft,
    /// As what a new group is created.
    pub state: GroupState,
}

impl Form {
    /// With nothing written.
    pub fn empty(owner: OrganisationId) -> Self {
        let draft = Draft {
            owner,
            name: String::new(),
            description: String::new(),
            schools: BTreeSet::new(),
            users: BTreeSet::new(),
            visibility: Visibility::OwnerOnly,
            accepts: None,
        };
        Self { draft, state: GroupState::Draft }
    }

    /// A group as it is.
    pub fn of(group: &Group) -> Self {
        Self { draft: Draft::of(group), state: group.state }
    }

    /// Whether a group is as it is written here.
    pub fn is(&self, group: &Group) -> bool {
        let Draft { name, description, .. } = &self.draft;
        let written = Draft {
            name: name.trim().to_owned(),
            description: description.trim().to_owned(),
            accepts: None,
            ..self.draft.clone()
        };
        written == Draft::of(group)
    }

    /// The change that makes it so: a new group, or another as it was seen.
    pub fn command(&self, group: Option<(GroupId, i64)>, room: &Room<'_>) -> Command {
        // Of another owner, while there was one: they stay ticked in case the owner is chosen again.
        let of_owner =
            |id: &&PersonId| room.people.persons.get(id).is_some_and(|who| who.organisation == self.draft.owner);
        let draft = Draft {
            users: self.draft.users.iter().filter(of_owner).copied().collect(),
            accepts: self.draft.accepts.filter(|_| self.draft.visibility == Visibility::SchoolsToo),
            ..self.draft.clone()
        };
        match group {
            Some((group, seen)) => Command::EditGroup { group, seen, draft },
            None => Command::CreateGroup { draft, state: self.state },
        }
    }

    /// The schools for which the owner does not answer, and that were not in the group before.
    pub fn of_others(&self, before: Option<&Group>, room: &Room<'_>) -> Vec<Urn> {
        let Some(owner) = room.people.organisations.get(&self.draft.owner) else { return Vec::new() };
        let others = |urn: &&Urn| {
            let known = before.is_some_and(|group| group.schools.contains_key(urn));
            !known && !answers_for(owner.kind, **urn, room.register)
        };
        self.draft.schools.iter().filter(others).copied().collect()
    }

    /// What is missing or not right, with the step at which it stands.
    pub fn problems(&self, group: Option<GroupId>, room: &Room<'_>) -> Vec<(Step, String)> {
        let before = group.and_then(|id| room.people.groups.get(&id));
        let mut problems = Vec::new();
        let name = self.draft.name.trim();
        let taken = room.people.groups.iter().any(|(id, other)| {
            Some(*id) != group && other.owner == self.draft.owner && other.name.to_lowercase() == name.to_lowercase()
        });
        if name.is_empty() {
            problems.push((Step::Name, "The group needs a name".to_owned()));
        } else if name.chars().count() > NAME {
            problems.push((Step::Name, crate::ui::admin::groups::too_long(name)));
        } else if taken {
            problems.push((Step::Name, format!("There is a group “{name}” already; choose another name")));
        }
        let length = self.draft.description.trim().chars().count();
        if length > DESCRIPTION {
            let words = format!("The description has {length} characters; at most {DESCRIPTION} are kept");
            problems.push((Step::Name, words));
        }
        if self.draft.schools.is_empty() {
            problems.push((Step::Schools, "The group needs at least one school".to_owned()));
        }
        let others: Vec<String> = self.of_others(before, room).into_iter().map(|urn| room.school(urn)).collect();
        if !others.is_empty() {
            let owner = room.people.organisation_name(self.draft.owner);
            let n = plural(others.len() as i64, "school");
            let words = format!("{owner} does not answer for {n}: {}", listed(&others));
            problems.push((Step::Schools, words));
        }
        let newest = room.people.newest_terms().map(|(version, _)| version);
        if self.draft.visibility == Visibility::SchoolsToo {
            let accepted = before.is_some_and(|group| group.terms.is_some());
            match (self.draft.accepts, newest) {
                (None, _) if accepted => {}
                (_, None) => problems.push((Step::Visibility, "There are no terms to accept yet".to_owned())),
                (None, Some(_)) => {
                    let words = "Groups that schools see need the terms read and accepted".to_owned();
                    problems.push((Step::Visibility, words));
                }
                (Some(ticked), Some(newest)) if ticked != newest => {
                    let words = "There is a newer version of the terms; read and accept it".to_owned();
                    problems.push((Step::Visibility, words));
                }
                _ => {}
            }
        }
        problems
    }

    /// Everything that was written, as text to copy.
    pub fn as_text(&self, room: &Room<'_>) -> String {
        let schools = self.draft.schools.iter().map(|urn| format!("{urn} {}", room.school(*urn)));
        let users = self.draft.users.iter().map(|id| room.people.name(*id).to_owned());
        let lines = |lines: Vec<String>| lines.join("\n");
        format!(
            "{}\n\n{}\n\nVisible to: {}\n\nSchools:\n{}\n\nPeople:\n{}\n",
            self.draft.name,
            self.draft.description,
            self.draft.visibility.words(),
            lines(schools.collect()),
            lines(users.collect())
        )
    }
}
