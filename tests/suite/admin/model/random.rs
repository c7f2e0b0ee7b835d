//! Random changes: mostly such as somebody might make, now and then such as nobody should.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use schoolbench::collab::{
    Command, Draft, Group, GroupId, GroupState, OrganisationId, OrganisationKind, People, PermissionState, PersonId,
    Recorded, Role, Setup, Visibility,
};
use schoolbench::model::Urn;

use super::again::World;

/// Numbers of which a command is made, when it is known what there is.
#[derive(Debug, Clone)]
pub struct Roll {
    what: u8,
    /// One in four is by anybody.
    proper: bool,
    actor: u8,
    /// One in eight is odd in some way.
    odd: u8,
    a: u8,
    b: u8,
    many: u16,
    /// An edit keeps some of what is there.
    keeps: bool,
    open: bool,
}

/// Up to so many.
pub fn rolls(most: usize) -> impl Strategy<Value = Vec<Roll>> {
    let numbers = (any::<u8>(), any::<u8>(), 0u8..48, any::<u8>(), any::<u8>(), any::<u16>());
    let flags = (prop::bool::weighted(0.75), any::<bool>(), prop::bool::weighted(0.7));
    let roll = (numbers, flags).prop_map(|((what, actor, odd, a, b, many), (proper, keeps, open))| Roll {
        what,
        proper,
        actor,
        odd,
        a,
        b,
        many,
        keeps,
        open,
    });
    prop::collection::vec(roll, 1..=most)
}

/// The day of a moment.
pub fn day(now: Timestamp) -> Date {
    now.to_zoned_datetime(TimeZone::UTC).date()
}

/// One of some; `None` where there are none.
fn one<T: Copy>(of: impl IntoIterator<Item = T>, nth: impl Into<usize>) -> Option<T> {
    let of: Vec<T> = of.into_iter().collect();
    if of.is_empty() { None } else { Some(of[nth.into() % of.len()]) }
}

impl Roll {
    /// Who does what. Undoing one of so many entries is among it where the number is given.
    pub fn command(
        &self,
        world: &World,
        people: &People,
        now: Timestamp,
        entries: Option<usize>,
    ) -> (Option<PersonId>, Command) {
        let (command, organisation) = self.what(world, people, now, entries);
        let proper = organisation.filter(|_| self.proper).and_then(|organisation| {
            let of = people.people_of(organisation);
            let heads = of.filter(|(_, person)| person.active && person.role == Role::Administrator);
            one(heads.map(|(id, _)| id).collect::<Vec<_>>(), self.actor)
        });
        // Anybody: nobody at all and somebody unknown among them.
        let everyone = people.persons.keys().copied().map(Some).chain([None, Some(PersonId(9_999))]);
        let anybody = || one(everyone.collect::<Vec<_>>(), self.actor).flatten();
        (proper.or_else(anybody), command)
    }

    /// A command, and whose administrators might give it.
    fn what(
        &self,
        world: &World,
        people: &People,
        now: Timestamp,
        entries: Option<usize>,
    ) -> (Command, Option<OrganisationId>) {
        let organisation = one(people.organisations.keys().copied(), self.a).unwrap();
        let unknown = self.odd == 0;
        let organisation = if unknown { OrganisationId(99) } else { organisation };
        let person = one(people.persons.keys().copied(), self.a).filter(|_| !unknown).unwrap_or(PersonId(9_999));
        let of_person = people.persons.get(&person).map(|person| person.organisation);
        let first = Some(OrganisationId(1));
        let group = one(people.groups.iter(), self.a);
        let role = Role::ALL[usize::from(self.b % 2)];
        let global = self.many.is_multiple_of(4);
        let title = |word: &str, nth: u8| match self.odd {
            1 => "  ".to_owned(),
            2 => "x".repeat(121),
            3 => format!("  {}  ", format!("{word} {nth}").to_uppercase()),
            _ => format!("{word} {nth}"),
        };
        match (self.what % 24, group) {
            (0, _) => {
                let more = [OrganisationKind::System, OrganisationKind::La(999)];
                let kinds = world.urns.iter().map(|urn| OrganisationKind::School(*urn));
                let kinds = kinds.chain(world.members.iter().copied()).chain(more);
                (
                    Command::AddOrganisation { kind: one(kinds, self.a).unwrap(), name: title("Organisation", self.b) },
                    first,
                )
            }
            (1 | 2, _) => {
                let email = match self.odd {
                    4 => "nobody".to_owned(),
                    5 => " P1@People.example".to_owned(),
                    _ => format!("q{}@people.example", self.many),
                };
                let name = title("Person", self.b);
                (Command::AddPerson { email, name, organisation, role, global }, Some(organisation))
            }
            (3..=5, _) | (_, None) => {
                let known = people.persons.get(&person);
                let (role, global) = match known {
                    Some(known) if self.keeps => (known.role, known.global),
                    _ => (role, global),
                };
                let name = title("Person", self.b % 4);
                (Command::EditPerson { person, name, role, global, active: self.open }, of_person)
            }
            (6..=8, _) => {
                let draft = self.draft(world, people, organisation, None, title("Group", self.b % 16));
                let state = GroupState::ALL[usize::from(self.a % 3)];
                (Command::CreateGroup { draft, state }, Some(organisation))
            }
            (9..=12, Some((id, known))) => {
                let owner = if self.odd == 6 { organisation } else { known.owner };
                let name = if self.keeps { known.name.clone() } else { title("Group", self.b % 16) };
                let draft = self.draft(world, people, owner, Some(known), name);
                (Command::EditGroup { group: *id, seen: self.seen(known), draft }, Some(known.owner))
            }
            (13 | 14, Some((id, known))) => {
                let state = GroupState::ALL[usize::from(self.b % 3)];
                (Command::SetState { group: *id, seen: self.seen(known), state }, Some(known.owner))
            }
            (15, Some((id, known))) => {
                let group = if unknown { GroupId(99) } else { *id };
                (Command::Duplicate { group, name: title("Group", self.b % 16) }, Some(known.owner))
            }
            (16..=18, Some((id, known))) => {
                let mut schools = self.some(known.schools.keys().copied());
                if self.odd == 7 {
                    schools.extend(one(world.urns.iter().copied(), self.b));
                }
                let on = day(now).checked_add((if self.odd == 8 { 1 } else { -i64::from(self.b % 3) }).days()).unwrap();
                let state = PermissionState::ALL[usize::from(self.actor % 5)];
                let agreement = if self.keeps { String::new() } else { format!(" A{} ", self.b % 4) };
                let own = schools.first().filter(|_| self.open);
                let school = own.and_then(|urn| people.organisation_of(OrganisationKind::School(*urn)));
                let schools = if school.is_some() { schools.first().copied().into_iter().collect() } else { schools };
                let recorded = Recorded { state, on, agreement };
                (Command::RecordPermission { group: *id, schools, recorded }, school.or(Some(known.owner)))
            }
            (19..=21, Some((id, known))) => {
                let any = || one(world.urns.iter().copied(), self.b).unwrap();
                let school = one(known.schools.keys().copied(), self.b).filter(|_| self.odd != 7).unwrap_or_else(any);
                let of = people.organisation_of(OrganisationKind::School(school));
                let theirs = of.into_iter().flat_map(|of| people.people_of(of)).map(|(id, _)| id);
                let mut users = self.some(theirs);
                if self.odd == 9 {
                    users.insert(person);
                }
                (Command::Allocate { group: *id, school, users }, of)
            }
            (22, Some((id, known))) => match self.b % 3 {
                0 => (Command::WriteTerms { text: title("Terms", self.a) }, first),
                1 => {
                    let (idle_minutes, answer_days) = (u32::from(self.a), u32::from(self.many % 60));
                    (Command::SetUp { setup: Setup { mail: None, demo: self.open, idle_minutes, answer_days } }, first)
                }
                _ if self.odd == 10 => (Command::Duplicate { group: *id, name: known.name.clone() }, Some(known.owner)),
                _ => (Command::SetPassword { person }, of_person),
            },
            (_, Some((id, known))) => match entries {
                // One of the last four entries, or one that is not there.
                Some(entries) => {
                    let nth = entries as i64 + i64::from(self.odd == 11) - i64::from(self.b % 4);
                    (Command::Undo { entry: nth }, Some(known.owner))
                }
                None => {
                    let state = GroupState::Live;
                    (Command::SetState { group: *id, seen: self.seen(known), state }, Some(known.owner))
                }
            },
        }
    }

    /// The revision that the editor looked at.
    fn seen(&self, group: &Group) -> i64 {
        if self.odd == 12 { group.revision - 1 } else { group.revision }
    }

    /// Some of these.
    fn some<T: Ord>(&self, of: impl IntoIterator<Item = T>) -> BTreeSet<T> {
        let drawn = |nth: usize| self.many >> (nth % 16) & 1 == 1;
        of.into_iter().enumerate().filter(|(nth, _)| drawn(*nth)).map(|(_, one)| one).collect()
    }

    fn draft(
        &self,
        world: &World,
        people: &People,
        owner: OrganisationId,
        before: Option<&Group>,
        name: String,
    ) -> Draft {
        let kind = people.organisations.get(&owner).map_or(OrganisationKind::System, |known| known.kind);
        let mut schools: BTreeSet<Urn> = match before {
            Some(before) if self.keeps => before.schools.keys().copied().collect(),
            _ => self.some(world.answered_by(kind)),
        };
        if self.odd == 13 {
            schools.extend(one(world.urns.iter().copied(), self.a));
        }
        let mut users = self.some(people.people_of(owner).map(|(id, _)| id));
        if self.odd == 14 {
            users.extend(one(people.persons.keys().copied(), self.b));
        }
        let newest = people.terms.len() as u32;
        let accepts = match self.b % 4 {
            0 => None,
            1 if self.odd > 24 => Some(1),
            _ => Some(newest),
        };
        let visibility = if self.open { Visibility::SchoolsToo } else { Visibility::OwnerOnly };
        Draft { owner, name, description: format!(" {} ", self.a % 3), schools, users, visibility, accepts }
    }
}
