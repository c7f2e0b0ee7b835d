//! What of people and groups somebody may look at: what they administer, what lists their school, and what they see.

use std::collections::BTreeSet;

use crate::collab::{
    Group, GroupId, OrganisationId, OrganisationKind, People, PersonId, Role, Side, answers_for, is_listed_for, verdict,
};
use crate::model::Urn;
use crate::workspace::Register;

/// Who looks, and at what.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Sight<'a> {
    pub people: &'a People,
    pub register: &'a Register,
    pub who: PersonId,
}

impl Sight<'_> {
    /// Who looks, where they are an administrator: their organisation and its kind.
    fn administrator(&self) -> Option<(OrganisationId, OrganisationKind)> {
        let person = self.people.persons.get(&self.who).filter(|who| who.active && who.role == Role::Administrator)?;
        Some((person.organisation, self.people.kind_of(self.who)?))
    }

    pub fn is_administrator(&self) -> bool {
        self.administrator().is_some()
    }

    /// Whether an organisation is theirs to administer.
    pub fn administers(&self, organisation: OrganisationId) -> bool {
        let of = |(own, kind)| own == organisation || kind == OrganisationKind::System;
        self.administrator().is_some_and(of)
    }

    /// Whether they decide for everyone.
    pub fn decides_for_all(&self) -> bool {
        self.people.decider().is_some_and(|decider| self.administers(decider))
    }

    /// Whether they set up an organisation's people: their own, and those of schools that they answer for.
    pub fn manages(&self, organisation: OrganisationId) -> bool {
        let school = self.people.organisations.get(&organisation).and_then(|known| match known.kind {
            OrganisationKind::School(urn) => Some(urn),
            _ => None,
        });
        let over = |(_, own)| school.is_some_and(|urn| answers_for(own, urn, self.register));
        self.administers(organisation) || self.administrator().is_some_and(over)
    }

    /// Whether they may know that there is a group.
    pub fn knows(&self, id: GroupId, group: &Group) -> bool {
        self.administers(group.owner)
            || is_listed_for(self.people, self.who, group).is_some()
            || verdict(self.people, self.who, id).sees()
    }

    /// The groups of which they may know.
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        self.people.groups.iter().map(|(id, group)| (*id, group)).filter(|(id, group)| self.knows(*id, group))
    }

    /// Whether they look from the owner's side: at every school, whatever its permission.
    pub fn owns(&self, id: GroupId, group: &Group) -> bool {
        self.administers(group.owner) || verdict(self.people, self.who, id).side == Some(Side::Owner)
    }

    /// The schools of a group of which they may know: from a school's side, their own and those that share their data.
    pub fn schools(&self, id: GroupId, group: &Group) -> BTreeSet<Urn> {
        if self.owns(id, group) {
            return group.schools.keys().copied().collect();
        }
        let own = self.own_school().filter(|urn| group.schools.contains_key(urn));
        group.granted().into_iter().chain(own).collect()
    }

    /// The school to which they belong.
    pub fn own_school(&self) -> Option<Urn> {
        match self.people.kind_of(self.who)? {
            OrganisationKind::School(urn) => Some(self.register.head(urn)),
            _ => None,
        }
    }
}
