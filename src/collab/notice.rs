//! Notices: who is told of a change, and in which words. One notice a person and change, whatever it touched.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::access::{self, Side};
use super::people::{
    Group, GroupId, GroupState, MailState, Notice, OrganisationKind, People, Person, PersonId, Role, Visibility,
};
use super::people::{Permission, PermissionState};
use crate::model::Urn;
use crate::workspace::Register;

/// Whether a person, as an administrator of a school, is shown a group in the list of groups that list the school: once
/// schools are to see it, or the school was asked for permission.
pub fn is_listed_for(people: &People, person: PersonId, group: &Group) -> Option<Urn> {
    let who = people.persons.get(&person).filter(|who| who.active && who.role == Role::Administrator)?;
    let OrganisationKind::School(urn) = people.organisations.get(&who.organisation)?.kind else { return None };
    let asked = group.schools.get(&urn)?.permission.state != PermissionState::NotAsked;
    let shown = asked || group.visibility == Visibility::SchoolsToo;
    (shown && group.state != GroupState::Archived).then_some(urn)
}

/// The notices of a change: one for each person that it affects, but not for who made it. Who is added is told where they
/// see groups by it; what else they need is in the invitation.
pub fn of_change(
    (before, after): (&People, &People),
    who: Option<PersonId>,
    entry: i64,
    now: Timestamp,
    register: &Register,
) -> Vec<Notice> {
    let ids: BTreeSet<GroupId> = before.groups.keys().chain(after.groups.keys()).copied().collect();
    let changed: Vec<GroupId> = ids.into_iter().filter(|id| before.groups.get(id) != after.groups.get(id)).collect();
    let mut told: BTreeMap<PersonId, Vec<(Option<GroupId>, String)>> = BTreeMap::new();
    let by = who.map_or("Schoolbench", |who| after.name(who));
    for (id, person) in after.persons.iter().filter(|(id, person)| Some(**id) != who && person.active) {
        let mut lines = Vec::new();
        for group in &changed {
            let words = lines_of_group((before, after), *id, *group, register);
            lines.extend(words.into_iter().map(|words| (Some(*group), words)));
        }
        // Who was just added has become what they are from nothing: a global user sees groups at once.
        let new = Person { global: false, ..person.clone() };
        let was = before.persons.get(id).or(who.is_some().then_some(&new));
        if let Some(was) = was.filter(|was| *was != person) {
            let of_school = matches!(after.kind_of(*id), Some(OrganisationKind::School(_)));
            lines.extend(lines_of_person(was, person, of_school).into_iter().map(|words| (None, words)));
            let (was, is) = (access::Rights::of(before, *id), access::Rights::of(after, *id));
            let names = |of: &access::Rights, not: &access::Rights| {
                let fresh = of.groups.iter().filter(|(group, _)| !not.groups.contains_key(group));
                fresh.map(|(group, seen)| (*group, seen.name.clone())).collect::<Vec<_>>()
            };
            let others = |(group, _): &(GroupId, String)| !changed.contains(group);
            let now = names(&is, &was).into_iter().filter(others);
            lines.extend(now.map(|(group, name)| (Some(group), format!("You see “{name}” now."))));
            let gone = names(&was, &is).into_iter().filter(others);
            lines.extend(gone.map(|(group, name)| (Some(group), format!("You no longer see “{name}”."))));
        }
        if !lines.is_empty() {
            told.insert(*id, lines);
        }
    }
    let notice = |(to, lines): (PersonId, Vec<(Option<GroupId>, String)>)| {
        let groups: BTreeSet<GroupId> = lines.iter().filter_map(|(group, _)| *group).collect();
        let group = groups.first().copied().filter(|_| groups.len() == 1);
        let name = group.and_then(|group| after.groups.get(&group).or(before.groups.get(&group)));
        let subject = name.map_or("Your access to Collaborate groups".to_owned(), |group| {
            format!("Collaborate group “{}”", group.name)
        });
        let mut lines: Vec<String> = lines.into_iter().map(|(_, words)| words).collect();
        lines.push(format!("Changed by {by}."));
        let contact = name.and_then(|group| after.persons.get(&group.contact)).filter(|contact| contact.active);
        if let Some(contact) = contact {
            lines.push(format!("Questions about the group: {}, {}.", contact.name, contact.email));
        }
        let mail = MailState::Waiting { tries: 0, not_before: now, why: String::new() };
        Notice { to, at: now, entry, group, subject, lines, read: false, mail }
    };
    told.into_iter().map(notice).collect()
}

fn lines_of_person(was: &Person, is: &Person, of_school: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if was.role != is.role {
        lines.push(match is.role {
            Role::Administrator => "You are an administrator of your organisation now.".to_owned(),
            Role::User => "You are no longer an administrator of your organisation.".to_owned(),
        });
    }
    if was.global != is.global {
        lines.push(match (is.global, of_school) {
            (true, false) => "You are a global user now: you see every group of your organisation.".to_owned(),
            (true, true) => "You are a global user now: you see every group that is visible to your school.".to_owned(),
            (false, _) => "You are no longer a global user.".to_owned(),
        });
    }
    if !was.active && is.active {
        lines.push("You may sign in again.".to_owned());
    }
    lines
}

/// Who looks: what of a group they may be told.
#[derive(Clone, Copy, PartialEq)]
enum Viewer {
    /// The owner's people: everything.
    Owner,
    /// People of a member school: what concerns the group, their school, and schools whose permission is granted.
    School(Urn),
}

/// What changed of a group, as far as a person may know. Nothing where it does not concern them.
fn lines_of_group(
    (before, after): (&People, &People),
    person: PersonId,
    id: GroupId,
    register: &Register,
) -> Vec<String> {
    let (was, is) = (before.groups.get(&id), after.groups.get(&id));
    let sees = |people: &People| access::verdict(people, person, id);
    let (saw, sees) = (sees(before), sees(after));
    let lists = |people: &People, group: Option<&Group>| group.and_then(|group| is_listed_for(people, person, group));
    let listed = lists(after, is).or_else(|| lists(before, was));
    let Some(who) = after.persons.get(&person) else { return Vec::new() };
    let owner = is.or(was).is_some_and(|group| group.owner == who.organisation);
    let viewer = match (saw.side.or(sees.side), listed) {
        (Some(Side::Owner), _) => Viewer::Owner,
        _ if owner && who.role == Role::Administrator => Viewer::Owner,
        (Some(Side::School(urn)), _) | (None, Some(urn)) => Viewer::School(urn),
        (None, None) => return Vec::new(),
    };
    let mut lines = Vec::new();
    match (saw.sees(), sees.sees()) {
        (false, true) => {
            let n = sees.schools.len();
            lines.push(format!("You see the group now, with {n} {}.", if n == 1 { "school" } else { "schools" }));
        }
        (true, false) => lines.push("You no longer see the group.".to_owned()),
        _ => {}
    }
    match (was, is) {
        (Some(was), Some(is)) => between(was, is, viewer, register, &mut lines),
        (None, Some(is)) => {
            let owner = after.organisation_name(is.owner);
            lines.push(format!("{owner} created the group ({}, {}).", is.state.word(), is.visibility.words()));
        }
        _ => {}
    }
    lines
}

/// What differs between a group and itself later.
fn between(was: &Group, is: &Group, viewer: Viewer, register: &Register, lines: &mut Vec<String>) {
    let called = |urn: &Urn| register.called(*urn);
    if was.name != is.name {
        lines.push(format!("Its name is “{}”; it was “{}”.", is.name, was.name));
    }
    if was.description != is.description {
        lines.push("Its description was changed.".to_owned());
    }
    if was.visibility != is.visibility {
        lines.push(format!(
            "It is visible to {} now.",
            match is.visibility {
                Visibility::OwnerOnly => "its owner only",
                Visibility::SchoolsToo => "its schools too",
            }
        ));
    }
    if was.state != is.state {
        lines.push(format!("It is {} now; it was {}.", is.state.word(), was.state.word()));
    }
    if was.terms != is.terms
        && viewer == Viewer::Owner
        && let Some(terms) = is.terms
    {
        lines.push(format!("The terms (version {}) were accepted.", terms.version));
    }
    let granted = (was.granted(), is.granted());
    let nothing = Permission::default();
    for urn in was.schools.keys().chain(is.schools.keys().filter(|urn| !was.schools.contains_key(urn))) {
        let of = |group: &Group| group.schools.get(urn).map_or(&nothing, |member| &member.permission).clone();
        let (there_before, there) = (was.schools.contains_key(urn), is.schools.contains_key(urn));
        let (old, new) = (of(was), of(is));
        if viewer == Viewer::Owner || viewer == Viewer::School(*urn) {
            match (there_before, there) {
                (false, true) => lines.push(format!("{} was added.", called(urn))),
                (true, false) => lines.push(format!("{} was taken out.", called(urn))),
                _ if old != new => lines.push(recorded(&called(urn), &new)),
                _ => {}
            }
        } else if granted.0.contains(urn) != granted.1.contains(urn) {
            let now = if granted.1.contains(urn) { "is in the figures now" } else { "is in the figures no longer" };
            lines.push(format!("{} {now}.", called(urn)));
        }
        let users = |group: &Group| group.schools.get(urn).map(|member| member.users.clone()).unwrap_or_default();
        if viewer == Viewer::School(*urn) && users(was) != users(is) {
            lines.push(format!("{} allocated {} of its users.", called(urn), users(is).len()));
        }
    }
    if viewer == Viewer::Owner && was.users != is.users {
        lines.push(format!("{} of the owner's users are allocated; before, {}.", is.users.len(), was.users.len()));
    }
}

fn recorded(school: &str, permission: &Permission) -> String {
    let on = permission.on.map(|day| format!(" on {}", day.strftime("%-d %B %Y"))).unwrap_or_default();
    let due = permission.due.map(|day| format!("; please answer by {}", day.strftime("%-d %B %Y"))).unwrap_or_default();
    match permission.state {
        PermissionState::NotAsked => format!("{school}'s permission to share its data was not asked for."),
        PermissionState::Requested => format!("{school}'s permission to share its data was requested{on}{due}."),
        state => format!("{school}'s permission to share its data is {}{on}.", state.words()),
    }
}
