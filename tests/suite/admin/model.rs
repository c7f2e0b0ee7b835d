//! Random changes by random people, against the rules written once more ([`again`]): after each, everyone and everything, who
//! sees what, and who is told are compared.

mod again;
mod random;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use schoolbench::collab::{
    Command, Draft, Group, GroupId, GroupState, Moment, Notice, NoticeId, Office, OfficeError, OrganisationKind,
    People, PermissionState, Person, PersonId, Recorded, Refusal, Role, Visibility, apply, notices_of, verdict,
};
use schoolbench::model::Urn;
use schoolbench::workspace::{Access, Register, Workspace};
use tempfile::TempDir;

use self::again::{Past, World};
use self::random::{Roll, rolls};
use crate::fixture;

/// The five schools of the fixture: two authorities and a trust across them.
static TREES: LazyLock<World> = LazyLock::new(|| {
    let (_folder, workspace) = fixture::workspace();
    let register = Workspace::open(&workspace, Access::Read).unwrap().register().unwrap();
    let school = |number| OrganisationKind::School(Urn::new(number).unwrap());
    let members = [
        OrganisationKind::La(301),
        school(100_001),
        school(100_002),
        OrganisationKind::Trust(5001),
        school(100_003),
        OrganisationKind::La(302),
        school(100_004),
    ];
    World::of(register, &members, &[100_005, 999_999])
});

/// Some schools of the demo, among them one that stands under another URN now.
static WEXMOOR: LazyLock<World> = LazyLock::new(|| {
    let school = |number| OrganisationKind::School(Urn::new(number).unwrap());
    let members = [
        OrganisationKind::La(991),
        school(900_013),
        school(900_002),
        OrganisationKind::Trust(90_002),
        school(900_053),
        OrganisationKind::La(992),
    ];
    World::of(super::bench::register(), &members, &[900_001, 900_041, 900_181])
});

/// What carries out commands: the rules alone, or an office with its file.
enum Seat {
    Rules(Box<People>, i64),
    Office(Box<Office>, TempDir),
}

impl Seat {
    fn people(&self) -> People {
        match self {
            Self::Rules(people, _) => People::clone(people),
            Self::Office(office, _) => People::clone(&office.people()),
        }
    }

    fn entries(&self) -> i64 {
        match self {
            Self::Rules(_, entries) => *entries,
            Self::Office(office, _) => office.entries(),
        }
    }

    fn obey(
        &mut self,
        register: &Register,
        who: Option<PersonId>,
        command: &Command,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match self {
            Self::Rules(people, entries) => {
                let entry = *entries + 1;
                let mut after = apply(people, who, command, Moment { register, now, entry })?;
                let first = after.notices.len() as u32 + 1;
                let notices = notices_of((people, &after), who, entry, now, register);
                after.notices.extend((first..).map(NoticeId).zip(notices));
                (**people, *entries) = (after, entry);
                Ok(())
            }
            Self::Office(office, _) => {
                let before = office.people().notices.len();
                match office.obey(who, command, now) {
                    Ok(done) => {
                        assert_eq!(done.told, office.people().notices.len() - before);
                        assert_eq!(done.entry, office.entries());
                        Ok(())
                    }
                    Err(OfficeError::Refused(refusal)) => Err(refusal),
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

/// A sequence of commands, carried out and modelled.
struct Run {
    world: &'static World,
    seat: Seat,
    /// Everyone and everything as the model has it; without notices.
    people: People,
    past: Vec<Past>,
    now: Timestamp,
}

impl Run {
    /// Begins with the first administrator, with a file or without.
    fn begin(world: &'static World, kind: OrganisationKind, in_a_file: bool) -> Self {
        let now: Timestamp = "2026-03-04T20:00:00Z".parse().unwrap();
        let (name, email) = ("P0".to_owned(), "p0@people.example".to_owned());
        let command = Command::Begin { kind, organisation: "Who began".to_owned(), name, email };
        let seat = if in_a_file {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("some.schoolbench");
            let office = Office::begin(&path, world.register.clone(), &command, None, now).unwrap();
            Seat::Office(Box::new(office), folder)
        } else {
            let moment = Moment { register: &world.register, now, entry: 1 };
            let mut people = apply(&People::default(), None, &command, moment).unwrap();
            people.setup.demo = true;
            Seat::Rules(Box::new(people), 1)
        };
        let people = world.begun(&command, now);
        let past = vec![Past { who: None, command, before: People::default(), after: people.clone() }];
        let run = Self { world, seat, people, past, now };
        run.same();
        run
    }

    /// Sets up some organisations, each with an administrator, a user and a global user, and a group of each that may.
    fn furnish(&mut self, members: usize) {
        let first = PersonId(1);
        for kind in self.world.members.iter().take(members) {
            let name = format!("Organisation {}", kind.words());
            self.step(Some(first), &Command::AddOrganisation { kind: *kind, name });
            let Some(organisation) = self.people.organisation_of(self.world.now(*kind)) else { continue };
            for (role, global) in [(Role::Administrator, false), (Role::User, false), (Role::User, true)] {
                let number = self.people.persons.len();
                let administers = |(_, person): &(PersonId, &Person)| person.role == Role::Administrator;
                let by = self.people.people_of(organisation).find(administers).map_or(first, |(id, _)| id);
                let (email, name) = (format!("p{number}@people.example"), format!("P{number}"));
                self.step(Some(by), &Command::AddPerson { email, name, organisation, role, global });
            }
        }
        let owners: Vec<_> = self.people.organisations.iter().map(|(id, of)| (*id, of.kind)).collect();
        for (owner, kind) in owners.into_iter().filter(|(_, kind)| !matches!(kind, OrganisationKind::School(_))) {
            let schools: BTreeSet<Urn> = self.world.answered_by(kind).collect();
            let administrator = self.people.people_of(owner).find(|(_, person)| person.role == Role::Administrator);
            let Some((who, _)) = administrator.filter(|_| !schools.is_empty()) else { continue };
            let (name, description) = (format!("Group of {owner}"), String::new());
            let (users, visibility, accepts) = (BTreeSet::new(), Visibility::SchoolsToo, Some(1));
            let draft = Draft { owner, name, description, schools: schools.clone(), users, visibility, accepts };
            self.step(Some(who), &Command::CreateGroup { draft, state: GroupState::Live });
            let group = *self.people.groups.keys().next_back().unwrap();
            let on = random::day(self.now);
            let recorded = Recorded { state: PermissionState::Granted, on, agreement: "A1".to_owned() };
            self.step(Some(who), &Command::RecordPermission { group, schools, recorded });
        }
    }

    fn roll(&mut self, roll: &Roll) {
        let in_a_file = matches!(self.seat, Seat::Office(..));
        let (who, command) = roll.command(self.world, &self.people, self.now, in_a_file.then_some(self.past.len()));
        self.step(who, &command);
    }

    /// Carries a command out, and compares all of it with the model.
    fn step(&mut self, who: Option<PersonId>, command: &Command) {
        self.now += SignedDuration::from_mins(7);
        let entry = self.past.len() as i64 + 1;
        let expected = match command {
            Command::Undo { entry: nth } => self.world.undone(&self.people, &self.past, *nth, who, entry, self.now),
            _ => self.world.after(&self.people, who, command, entry, self.now),
        };
        let told_before = self.seat.people().notices.len();
        let outcome = self.seat.obey(&self.world.register, who, command, self.now);
        let by = who.and_then(|who| self.people.persons.get(&who));
        assert_eq!(outcome.is_ok(), expected.is_some(), "{command:#?}\nby {by:#?}\n{outcome:?}");
        if let Some(after) = expected {
            let before = std::mem::replace(&mut self.people, after.clone());
            let notices = self.seat.people().notices;
            let new: Vec<Notice> = notices.into_values().skip(told_before).collect();
            self.told(&before, who, &new, command);
            self.past.push(Past { who, command: command.clone(), before, after });
        } else {
            assert_eq!(self.seat.people().notices.len(), told_before, "{command:?}");
        }
        self.same();
    }

    /// Everyone and everything is as the model has it, and everyone sees what they ought to.
    fn same(&self) {
        let is = self.seat.people();
        assert_eq!(self.seat.entries(), self.past.len() as i64, "an entry for each command that was carried out");
        let wholly = People { notices: self.people.notices.clone(), ..is.clone() };
        if wholly != self.people {
            assert_eq!(is.groups, self.people.groups);
            assert_eq!(is.persons, self.people.persons);
            assert_eq!(wholly, self.people);
        }
        for group in is.groups.keys() {
            for person in is.persons.keys() {
                let (sees, ought) = (verdict(&is, *person, *group), again::sees(&self.people, *person, *group));
                let sees = sees.sees().then_some(sees.schools);
                assert_eq!(sees, ought, "{:#?}\n{:#?}", is.persons[person], is.groups[group]);
            }
        }
    }

    /// Exactly those are told whom the change concerns, and nobody of a school that is not theirs and not granted.
    fn told(&self, before: &People, who: Option<PersonId>, notices: &[Notice], command: &Command) {
        let after = &self.people;
        let told: BTreeSet<PersonId> = notices.iter().map(|notice| notice.to).collect();
        assert_eq!(told.len(), notices.len(), "one notice each");
        assert_eq!(told, again::told(before, after, who), "{command:#?}\nby {who:?}\n{notices:#?}");
        let changed = |people: &People, other: &People| -> BTreeSet<Urn> {
            let differs = |(id, group): &(&GroupId, &Group)| other.groups.get(id) != Some(group);
            people.groups.iter().filter(differs).flat_map(|(_, group)| group.granted()).collect()
        };
        let granted: BTreeSet<Urn> = &changed(before, after) | &changed(after, before);
        for notice in notices {
            assert_eq!((notice.entry, notice.at), (self.past.len() as i64 + 1, self.now));
            let Some(OrganisationKind::School(own)) = after.kind_of(notice.to) else { continue };
            let kept = self.world.names.iter().filter(|(urn, _)| **urn != own && !granted.contains(urn));
            for (urn, name) in kept {
                let names = |line: &String| line.contains(name.as_str());
                assert!(!notice.lines.iter().any(names), "{urn} is not granted: {notice:#?}");
            }
        }
    }

    /// The file says the same when it is opened again, and its audit is whole and tells what was done.
    fn kept(&self) {
        let Seat::Office(office, folder) = &self.seat else { return };
        let rows = office.audit().unwrap();
        assert_eq!(rows.len(), self.past.len());
        for (row, past) in rows.iter().zip(&self.past).skip(1) {
            assert_eq!((row.who, row.command.as_ref()), (past.who, Some(&past.command)));
        }
        let path = folder.path().join("some.schoolbench");
        let again = Office::open(&path, self.world.register.clone()).unwrap().unwrap();
        assert_eq!(again.people(), office.people());
        assert_eq!(again.entries(), office.entries());
    }
}

/// Mostly the trees; else Wexmoor, as a debug print of a world would be long.
fn worlds() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.25)
}

fn world(wexmoor: bool) -> &'static World {
    if wexmoor { &WEXMOOR } else { &TREES }
}

/// Mostly there is somebody who runs the whole; else an authority began.
fn beginnings() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.8)
}

fn beginning(world: &World, with_system: bool) -> OrganisationKind {
    if with_system { OrganisationKind::System } else { world.members[0] }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_rules_do_as_they_are_written(wexmoor in worlds(), system in beginnings(), rolls in rolls(60)) {
        let world = world(wexmoor);
        let mut run = Run::begin(world, beginning(world, system), false);
        run.furnish(usize::MAX);
        for roll in &rolls {
            run.roll(roll);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 40, ..ProptestConfig::with_cases(8) })]

    #[test]
    fn so_does_an_office(wexmoor in worlds(), system in beginnings(), rolls in rolls(30)) {
        let world = world(wexmoor);
        let mut run = Run::begin(world, beginning(world, system), true);
        run.furnish(3);
        for roll in &rolls {
            run.roll(roll);
        }
        run.kept();
    }
}

/// Random changes do reach what is to be looked at: much is carried out, much is refused, people come to see groups and
/// cease to, and undoing works.
#[test]
fn random_changes_reach_everything() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut done, mut all, mut gained, mut lost) = (0, 0, 0, 0);
    let mut kinds = BTreeSet::new();
    for _ in 0..40 {
        let rolls = rolls(60).new_tree(&mut runner).unwrap().current();
        let mut run = Run::begin(&TREES, OrganisationKind::System, false);
        run.furnish(usize::MAX);
        let furnished = run.past.len();
        for roll in &rolls {
            run.roll(roll);
        }
        all += rolls.len();
        done += run.past.len() - furnished;
        for past in &run.past[furnished..] {
            kinds.insert(past.command.words());
            for (person, group) in past.after.persons.keys().flat_map(|p| past.after.groups.keys().map(move |g| (p, g)))
            {
                let of = |people: &People| again::sees(people, *person, *group).is_some();
                match (of(&past.before), of(&past.after)) {
                    (false, true) => gained += 1,
                    (true, false) => lost += 1,
                    _ => {}
                }
            }
        }
    }
    assert!(done * 5 > all && done * 10 < all * 9, "{done} of {all} were carried out");
    assert!(gained > 40 && lost > 40, "{gained} times somebody came to see a group, {lost} times ceased to");
    // Each but beginning and undoing; a group can be made live, a draft, or archived.
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}
