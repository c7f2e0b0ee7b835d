//! The made-up people of the demonstration show every case of who sees what.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schoolbench::collab::{
    Group, GroupId, GroupState, MailState, Office, OrganisationKind, People, PermissionState, PersonId, Rights, Role,
    Side, Verdict, Visibility, demo, verdict,
};
use schoolbench::model::Urn;
use tempfile::TempDir;

use super::bench::register;

/// A day on which the demonstration is made.
fn now() -> Timestamp {
    "2026-03-04T08:15:00Z".parse().unwrap()
}

fn made(folder: &Path) -> Office {
    demo::people(&folder.join("demo.schoolbench"), register(), now()).unwrap()
}

fn people() -> People {
    let folder = TempDir::new().unwrap();
    People::clone(&made(folder.path()).people())
}

fn urn(number: i32) -> Urn {
    Urn::new(number).unwrap()
}

fn person(people: &People, name: &str) -> PersonId {
    let found = people.persons.iter().find(|(_, person)| person.name == name);
    *found.unwrap_or_else(|| panic!("there is no {name}")).0
}

fn group<'a>(people: &'a People, name: &str) -> (GroupId, &'a Group) {
    let found = people.groups.iter().find(|(_, group)| group.name == name);
    found.map(|(id, group)| (*id, group)).unwrap_or_else(|| panic!("there is no group {name}"))
}

fn looks(people: &People, name: &str, at: &str) -> Verdict {
    verdict(people, person(people, name), group(people, at).0)
}

/// The groups that somebody sees, by name.
fn seen(people: &People, name: &str) -> Vec<String> {
    Rights::of(people, person(people, name)).groups.values().map(|seen| seen.name.clone()).collect()
}

fn states(group: &Group) -> BTreeSet<PermissionState> {
    group.schools.values().map(|member| member.permission.state).collect()
}

#[test]
fn an_owners_group_is_for_the_owner_only() {
    let people = people();
    let (_, review) = group(&people, "Mathematics review");
    assert_eq!((review.visibility, review.state), (Visibility::OwnerOnly, GroupState::Live));
    for name in ["Adaeze Nwosu-Hart", "Callum Pryderi", "Yusuf Demirci"] {
        let seen = looks(&people, name, "Mathematics review");
        assert_eq!(seen.side, Some(Side::Owner), "{name}");
        assert_eq!(seen.schools, review.schools.keys().copied().collect(), "{name}");
    }
    // Kettamoor High School is in it, and nobody there sees it.
    for name in ["Rosalind Achterberg", "Dmitri Okonjo", "Fenella Marsh-Ruiz"] {
        assert!(!looks(&people, name, "Mathematics review").sees(), "{name}");
    }
}

#[test]
fn a_live_group_has_every_permission() {
    let people = people();
    let (_, network) = group(&people, "Science network");
    assert_eq!((network.visibility, network.state), (Visibility::SchoolsToo, GroupState::Live));
    assert_eq!(states(network), [PermissionState::Granted].into());
    let all: BTreeSet<Urn> = network.schools.keys().copied().collect();
    for (name, school) in [
        ("Jocasta Penhale", 900_002),
        ("Emeka Thistlewood", 900_002),
        ("Dmitri Okonjo", 900_009),
        ("Anika Sorrel", 900_009),
        ("Fenella Marsh-Ruiz", 900_009),
        ("Ingrid Vasquez", 900_023),
    ] {
        let seen = looks(&people, name, "Science network");
        assert_eq!((seen.side, &seen.schools), (Some(Side::School(urn(school))), &all), "{name}");
    }
    // An administrator who has chosen nobody yet, not even himself.
    assert!(!looks(&people, "Benedict Asare", "Science network").sees());
}

#[test]
fn a_school_that_withdrew_neither_sees_nor_is_seen() {
    let people = people();
    let (_, coast) = group(&people, "Coastal partnership");
    assert_eq!((coast.visibility, coast.state), (Visibility::SchoolsToo, GroupState::Live));
    let withdrawn: Vec<Urn> = coast.schools.keys().copied().filter(|urn| !coast.granted().contains(urn)).collect();
    assert_eq!(withdrawn, [urn(900_027)]);
    assert_eq!(coast.schools[&urn(900_027)].permission.state, PermissionState::Withdrawn);
    // A global user and an allocated one of the school that withdrew.
    assert!(!looks(&people, "Tamsin Oduya", "Coastal partnership").sees());
    assert!(!looks(&people, "Bronwen Castellane", "Coastal partnership").sees());
    assert!(coast.schools[&urn(900_027)].users.contains(&person(&people, "Bronwen Castellane")));
    for name in ["Dmitri Okonjo", "Mireille Ngata"] {
        assert_eq!(looks(&people, name, "Coastal partnership").schools, coast.granted(), "{name}");
    }
    // The owner sees all four.
    assert_eq!(looks(&people, "Adaeze Nwosu-Hart", "Coastal partnership").schools.len(), 4);
}

#[test]
fn a_group_has_a_secondary_school_and_its_feeders() {
    let people = people();
    let (_, feeders) = group(&people, "Kettamoor and its feeder schools");
    let register = register();
    let phases: Vec<&str> = feeders.schools.keys().map(|urn| register.school(*urn).unwrap().phase.as_str()).collect();
    assert_eq!(phases.iter().filter(|phase| **phase == "Secondary").count(), 1);
    assert_eq!(phases.iter().filter(|phase| **phase == "Primary").count(), 4);
    let both = ["Dmitri Okonjo", "Zachary Umber"];
    for name in both {
        assert_eq!(looks(&people, name, "Kettamoor and its feeder schools").schools.len(), 5, "{name}");
    }
}

#[test]
fn a_trust_has_its_own_group() {
    let people = people();
    let (id, own) = group(&people, "Yennadown secondaries");
    assert_eq!(people.organisations[&own.owner].kind, OrganisationKind::Trust(90_001));
    for name in ["Sunniva Kelk", "Pascal Adeyemi"] {
        assert_eq!(looks(&people, name, "Yennadown secondaries").side, Some(Side::Owner), "{name}");
    }
    assert_eq!(states(own), [PermissionState::Granted, PermissionState::Refused].into());
    // Who refused is not among what the trust's schools see; the authority sees nothing of it.
    let of_school = looks(&people, "Josiah Penrose", "Yennadown secondaries");
    assert_eq!((of_school.schools.len(), of_school.schools.contains(&urn(900_017))), (5, false));
    for name in ["Olumide Fairbrother", "Adaeze Nwosu-Hart", "Yusuf Demirci", "Petra Quillon", "Brannoch Ito"] {
        assert!(!verdict(&people, person(&people, name), id).sees(), "{name}");
    }
    // A trust without a group: its administrator sees nothing at all.
    assert_eq!(seen(&people, "Brannoch Ito"), [""; 0]);
}

#[test]
fn a_school_is_in_several_groups() {
    let people = people();
    let with = |group: &&Group| group.schools.contains_key(&urn(900_009));
    let groups: Vec<&Group> = people.groups.values().filter(with).collect();
    let for_schools = groups.iter().filter(|group| group.visibility == Visibility::SchoolsToo).count();
    assert_eq!((groups.len(), for_schools), (4, 3));
    let three = ["Science network", "Kettamoor and its feeder schools", "Coastal partnership"];
    assert_eq!(seen(&people, "Dmitri Okonjo"), three);
    assert_eq!(seen(&people, "Fenella Marsh-Ruiz"), three);
    assert_eq!(seen(&people, "Anika Sorrel"), ["Science network"]);
}

#[test]
fn a_draft_waits_for_answers() {
    let people = people();
    let (_, reading) = group(&people, "Reading in Year 6");
    assert_eq!((reading.visibility, reading.state), (Visibility::OwnerOnly, GroupState::Draft));
    let today = now().to_zoned_datetime(TimeZone::UTC).date();
    let is = |number: i32| {
        let permission = &reading.schools[&urn(number)].permission;
        (permission.state, permission.is_overdue(today))
    };
    assert_eq!(is(900_045), (PermissionState::Requested, true));
    assert_eq!(is(900_046), (PermissionState::Granted, false));
    assert_eq!(is(900_047), (PermissionState::Refused, false));
    assert_eq!(is(900_049), (PermissionState::Requested, false));
    assert_eq!(is(900_050), (PermissionState::NotAsked, false));
    // All five states are in the demonstration.
    let all: BTreeSet<PermissionState> = people.groups.values().flat_map(states).collect();
    assert_eq!(all, PermissionState::ALL.into());
    assert!(looks(&people, "Adaeze Nwosu-Hart", "Reading in Year 6").sees());
    assert!(!looks(&people, "Ferdinand Ames", "Reading in Year 6").sees());
}

#[test]
fn an_archived_group_is_seen_by_nobody() {
    let people = people();
    let (id, pilot) = group(&people, "Attendance pilot");
    assert_eq!(pilot.state, GroupState::Archived);
    assert_eq!(states(pilot), [PermissionState::Granted].into());
    assert!(people.persons.keys().all(|person| !verdict(&people, *person, id).sees()));
}

#[test]
fn there_is_somebody_of_every_kind() {
    let people = people();
    let of = |name: &str| people.persons[&person(&people, name)].clone();
    // Administers, and sees nothing by it.
    let administrator = of("Marguerite Oyelaran");
    assert_eq!((administrator.role, administrator.global), (Role::Administrator, false));
    assert_eq!(seen(&people, "Marguerite Oyelaran"), [""; 0]);
    assert_eq!((of("Petra Quillon").role, seen(&people, "Petra Quillon").len()), (Role::Administrator, 0));
    assert_eq!(seen(&people, "Ignatius Bello"), ["Sponsored academies"]);
    // Allocated; global; neither.
    let callum = ["Mathematics review", "Science network", "Kettamoor and its feeder schools"];
    assert_eq!(seen(&people, "Callum Pryderi"), callum);
    assert_eq!((of("Adaeze Nwosu-Hart").global, seen(&people, "Adaeze Nwosu-Hart").len()), (true, 5));
    assert_eq!(seen(&people, "Wilhelmina Stopes"), [""; 0]);
    // Deactivated, though still on the group's list.
    let harriet = person(&people, "Harriet Lindqvist");
    assert!(!people.persons[&harriet].active);
    assert!(group(&people, "Mathematics review").1.users.contains(&harriet));
    assert_eq!(seen(&people, "Harriet Lindqvist"), [""; 0]);
    // Every organisation has an administrator, and every e-mail goes nowhere.
    for (id, organisation) in &people.organisations {
        let administers = people.people_of(*id).any(|(_, person)| person.active && person.role == Role::Administrator);
        assert!(administers, "{}", organisation.name);
    }
    assert!(people.persons.values().all(|person| person.email.ends_with(".example")));
    let names: BTreeSet<&str> = people.persons.values().map(|person| person.name.as_str()).collect();
    assert_eq!(names.len(), people.persons.len(), "names differ");
}

#[test]
fn it_has_a_past() {
    let folder = TempDir::new().unwrap();
    let office = made(folder.path());
    let rows = office.audit().unwrap();
    assert_eq!(rows.len() as i64, office.entries());
    assert!(rows.is_sorted_by(|one, next| one.at < next.at), "every change has its moment");
    let (first, last) = (rows.first().unwrap(), rows.last().unwrap());
    assert_eq!((first.what.as_str(), first.email.as_str()), ("begins", "petra.quillon@northlight.example"));
    assert!(last.at < now(), "{}", last.at);
    let people = office.people();
    assert!(people.setup.demo && people.keys.is_empty());
    // Old notices are read and sent; new ones wait.
    let (old, new): (Vec<_>, Vec<_>) = people.notices.values().partition(|notice| notice.read);
    assert!(old.len() > 20 && new.len() > 5, "{} read, {} not", old.len(), new.len());
    assert!(old.iter().all(|notice| matches!(notice.mail, MailState::Sent { .. })));
    assert!(new.iter().all(|notice| matches!(notice.mail, MailState::Waiting { .. })));
    assert!(people.unread(person(&people, "Anika Sorrel")) > 0, "has just been allocated");
}

#[test]
fn it_is_made_once() {
    let folder = TempDir::new().unwrap();
    let office = made(folder.path());
    let (before, entries) = (office.people(), office.entries());
    // Later, and after somebody has changed something.
    let marguerite = person(&before, "Marguerite Oyelaran");
    office.set_password(marguerite, marguerite, "a long enough password", now()).unwrap();
    let again = made(folder.path());
    assert_eq!((again.entries(), &again.people().groups), (entries + 1, &before.groups));
    // Everything is in one file beside the workspace.
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["demo.schoolbench.people"]);
}
