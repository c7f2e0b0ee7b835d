//! How far an administrator's view reaches: whose people, and which groups, are named to them.

use std::collections::BTreeSet;

use crate::collab::{
    GroupId, OrganisationId, OrganisationKind, People, Person, PersonId, Rights, Role, answers_for, is_listed_for,
};
use crate::ui::admin::Room;
use crate::workspace::Register;

/// The organisations whose people who is signed in manages: those administered, and the schools that these answer for.
pub fn managed(room: &Room<'_>) -> BTreeSet<OrganisationId> {
    let mut managed = room.administered();
    let administrator = room.people.persons.get(&room.who).is_some_and(|person| person.role == Role::Administrator);
    let Some(own) = room.people.kind_of(room.who).filter(|_| administrator) else { return managed };
    let over = room.people.organisations.iter().filter(|(_, known)| match known.kind {
        OrganisationKind::School(urn) => answers_for(own, urn, room.register),
        _ => false,
    });
    managed.extend(over.map(|(id, _)| *id));
    managed
}

/// Whether who is signed in belongs to a school.
pub fn of_school(room: &Room<'_>) -> bool {
    matches!(room.people.kind_of(room.who), Some(OrganisationKind::School(_)))
}

/// The groups that are named to who is signed in: an administrator's own, those that list their school, and those that
/// they see.
pub fn known_groups(room: &Room<'_>) -> BTreeSet<GroupId> {
    let administered = room.administered();
    let groups = room.people.groups.iter();
    let known = groups.filter(|(_, group)| {
        administered.contains(&group.owner) || is_listed_for(room.people, room.who, group).is_some()
    });
    let mut known: BTreeSet<GroupId> = known.map(|(id, _)| *id).collect();
    known.extend(Rights::of(room.people, room.who).groups.into_keys());
    known
}

/// Whether somebody might expect to see a group: it is their organisation's, or lists their school.
pub fn might_expect(people: &People, person: PersonId, group: GroupId) -> bool {
    let (Some(who), Some(group)) = (people.persons.get(&person), people.groups.get(&group)) else { return false };
    let lists =
        matches!(people.kind_of(person), Some(OrganisationKind::School(urn)) if group.schools.contains_key(&urn));
    who.organisation == group.owner || lists
}

/// Why who is signed in may not choose what a person of an organisation sees; `None` where they may. The rules decide;
/// this tells it before they are asked.
pub fn not_yours(room: &Room<'_>, organisation: OrganisationId) -> Option<String> {
    let theirs = !room.administered().contains(&organisation);
    let name = room.people.organisation_name(organisation);
    theirs.then(|| format!("Who of {name} sees what is for its own administrators to choose"))
}

/// Why a person cannot be made another; `None` where they can, as far as is known here.
pub fn why_not(room: &Room<'_>, before: &Person, after: &Person) -> Option<String> {
    let chosen = before.role == Role::User || after.role == Role::User || after.global != before.global;
    not_yours(room, before.organisation).filter(|_| chosen)
}

/// The kinds of organisation that who is signed in may still add, with their names.
pub fn to_add(people: &People, register: &Register, own: Option<OrganisationKind>) -> Vec<(OrganisationKind, String)> {
    let Some(own) = own.filter(|own| !matches!(own, OrganisationKind::School(_))) else { return Vec::new() };
    let mut all = Vec::new();
    if own == OrganisationKind::System {
        let authorities = register.authorities_of(&crate::model::Scope::All);
        all.extend(authorities.into_iter().map(|(code, name)| (OrganisationKind::La(code), name.to_owned())));
        all.extend(register.trusts().into_iter().map(|(uid, name)| (OrganisationKind::Trust(uid), name.to_owned())));
    }
    let schools = register.schools().filter(|school| answers_for(own, school.urn, register));
    all.extend(schools.map(|school| (OrganisationKind::School(school.urn), school.name.clone())));
    let there: BTreeSet<OrganisationKind> = people.organisations.values().map(|known| known.kind).collect();
    all.retain(|(kind, _)| !there.contains(kind));
    all
}
