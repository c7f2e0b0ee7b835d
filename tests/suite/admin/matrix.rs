//! The access matrix: every person against every group, all combinations, with the rule in other words.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schoolbench::collab::{
    Acceptance, Group, GroupId, GroupState, Member, Organisation, OrganisationId, OrganisationKind, People, Permission,
    PermissionState, Person, PersonId, Rights, Role, Side, Visibility, verdict,
};
use schoolbench::model::Urn;

/// Where somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    System,
    Authority,
    OtherAuthority,
    Trust,
    OtherTrust,
    /// The school in the group whose permission is looked through first.
    First,
    /// Another school in the group.
    Second,
    /// A school that is not in the group.
    Outside,
}

const FROM: [From; 8] = [
    From::System,
    From::Authority,
    From::OtherAuthority,
    From::Trust,
    From::OtherTrust,
    From::First,
    From::Second,
    From::Outside,
];

/// Who can own a group.
const OWNERS: [From; 3] = [From::System, From::Authority, From::Trust];

const FIRST: i32 = 100_001;
const SECOND: i32 = 100_002;
/// A third school in the group, without people, whose permission is granted.
const THIRD: i32 = 100_003;
const OUTSIDE: i32 = 100_004;

impl From {
    fn kind(self) -> OrganisationKind {
        match self {
            Self::System => OrganisationKind::System,
            Self::Authority => OrganisationKind::La(301),
            Self::OtherAuthority => OrganisationKind::La(302),
            Self::Trust => OrganisationKind::Trust(5001),
            Self::OtherTrust => OrganisationKind::Trust(5002),
            Self::First => OrganisationKind::School(urn(FIRST)),
            Self::Second => OrganisationKind::School(urn(SECOND)),
            Self::Outside => OrganisationKind::School(urn(OUTSIDE)),
        }
    }

    fn id(self) -> OrganisationId {
        OrganisationId(FROM.iter().position(|from| *from == self).unwrap() as u32 + 1)
    }
}

/// A person: every combination of these. That somebody is on a list on which the rules would not put them must not help.
#[derive(Debug, Clone, Copy)]
struct Who {
    from: From,
    role: Role,
    global: bool,
    active: bool,
    /// Whether the owner's list of users has them; the first school's; the second's.
    on_owners: bool,
    on_firsts: bool,
    on_seconds: bool,
}

/// A group: every combination of these.
#[derive(Debug, Clone, Copy)]
struct What {
    owner: From,
    visibility: Visibility,
    state: GroupState,
    accepted: bool,
    first: PermissionState,
    second: PermissionState,
}

const EITHER: [bool; 2] = [false, true];

fn urn(number: i32) -> Urn {
    Urn::new(number).unwrap()
}

/// Each of some things with each of others.
fn with<A: Clone, B: Clone, C>(some: &[A], others: &[B], make: impl Fn(A, B) -> C) -> Vec<C> {
    some.iter().flat_map(|one| others.iter().map(|other| make(one.clone(), other.clone()))).collect()
}

fn everyone() -> Vec<Who> {
    let lists = with(&with(&EITHER, &EITHER, |a, b| (a, b)), &EITHER, |(a, b), c| (a, b, c));
    let flags = with(&EITHER, &EITHER, |global, active| (global, active));
    let roles = with(&FROM, &Role::ALL, |from, role| (from, role));
    let people = with(&roles, &flags, |(from, role), (global, active)| (from, role, global, active));
    with(&people, &lists, |(from, role, global, active), (on_owners, on_firsts, on_seconds)| Who {
        from,
        role,
        global,
        active,
        on_owners,
        on_firsts,
        on_seconds,
    })
}

fn everything() -> Vec<What> {
    let states = with(&Visibility::ALL, &GroupState::ALL, |visibility, state| (visibility, state));
    let permissions = with(&PermissionState::ALL, &PermissionState::ALL, |first, second| (first, second));
    let owners = with(&OWNERS, &EITHER, |owner, accepted| (owner, accepted));
    let groups = with(&owners, &states, |(owner, accepted), (visibility, state)| (owner, accepted, visibility, state));
    with(&groups, &permissions, |(owner, accepted, visibility, state), (first, second)| What {
        owner,
        visibility,
        state,
        accepted,
        first,
        second,
    })
}

/// What somebody ought to see, from the design: nothing, or these schools from this side.
fn ought(who: Who, what: What) -> Option<(Side, BTreeSet<Urn>)> {
    // "Archived: nobody sees it." Somebody who may not sign in sees nothing.
    if !who.active || what.state == GroupState::Archived {
        return None;
    }
    // "Owner's users who are allocated or global." Drafts too: the owner sets them up. The owner sees every school.
    let all = [FIRST, SECOND, THIRD];
    if who.from == what.owner && (who.global || who.on_owners) {
        return Some((Side::Owner, all.map(urn).into()));
    }
    // "Once live and schools-visible", which needs the terms, "users of a member school with granted permission who were
    // allocated by that school's administrator or are global users of the school".
    let (own, permission, allocated) = match who.from {
        From::First => (FIRST, what.first, who.on_firsts),
        From::Second => (SECOND, what.second, who.on_seconds),
        // "Nobody else."
        _ => return None,
    };
    let open = what.state == GroupState::Live && what.visibility == Visibility::SchoolsToo && what.accepted;
    if !open || permission != PermissionState::Granted || !(allocated || who.global) {
        return None;
    }
    // "A school whose permission is not granted is not shown to the other schools."
    let mut schools = BTreeSet::from([urn(THIRD)]);
    schools.extend((what.first == PermissionState::Granted).then(|| urn(FIRST)));
    schools.extend((what.second == PermissionState::Granted).then(|| urn(SECOND)));
    Some((Side::School(urn(own)), schools))
}

/// The group, with every person there is.
fn people_with(everyone: &[Who], what: What) -> People {
    let number = |nth: usize| PersonId(nth as u32 + 1);
    let on = |list: fn(&Who) -> bool| -> BTreeSet<PersonId> {
        everyone.iter().enumerate().filter(|(_, who)| list(who)).map(|(nth, _)| number(nth)).collect()
    };
    let member = |state, users| Member { permission: Permission { state, ..Permission::default() }, users };
    let schools = [
        (urn(FIRST), member(what.first, on(|who| who.on_firsts))),
        (urn(SECOND), member(what.second, on(|who| who.on_seconds))),
        (urn(THIRD), member(PermissionState::Granted, BTreeSet::new())),
    ];
    let group = Group {
        owner: what.owner.id(),
        name: "The group".to_owned(),
        description: String::new(),
        visibility: what.visibility,
        state: what.state,
        schools: BTreeMap::from(schools),
        users: on(|who| who.on_owners),
        contact: PersonId(1),
        terms: what.accepted.then_some(Acceptance { version: 1, by: PersonId(1), at: Timestamp::UNIX_EPOCH }),
        revision: 1,
    };
    let person = |(nth, who): (usize, &Who)| {
        let (email, name) = (format!("{nth}@all.example"), format!("Person {nth}"));
        let Who { role, global, active, .. } = *who;
        (number(nth), Person { email, name, organisation: who.from.id(), role, global, active })
    };
    let organisation = |from: From| (from.id(), Organisation { kind: from.kind(), name: format!("{from:?}") });
    People {
        organisations: FROM.into_iter().map(organisation).collect(),
        persons: everyone.iter().enumerate().map(person).collect(),
        groups: BTreeMap::from([(GroupId(1), group)]),
        ..People::default()
    }
}

/// 460,800 cases: 512 people (8 organisations x 2 roles x global or not x active or not x on each of 3 lists or not) against
/// 900 groups (3 owners x terms accepted or not x 2 visibilities x 3 states x 5 permissions of one school x 5 of another).
#[test]
fn every_person_against_every_group() {
    let (everyone, everything) = (everyone(), everything());
    assert_eq!((everyone.len(), everything.len()), (512, 900));
    let (mut cases, mut seen) = (0, 0);
    for what in everything {
        let people = people_with(&everyone, what);
        for (who, id) in everyone.iter().zip(people.persons.keys()) {
            let expected = ought(*who, what);
            let is = verdict(&people, *id, GroupId(1));
            let told = || format!("{who:?}\n{what:?}\n{:#?}", is.chain);
            let (side, schools) =
                expected.clone().map_or((None, BTreeSet::new()), |(side, schools)| (Some(side), schools));
            assert_eq!((is.side, &is.schools), (side, &schools), "{}", told());
            // The reasons: all hold up to the last, which decides.
            let (last, before) = is.chain.split_last().unwrap();
            assert_eq!(last.holds, is.sees(), "{}", told());
            assert!(before.iter().all(|step| step.holds), "{}", told());
            assert!(is.chain.iter().all(|step| !step.words.is_empty()), "{}", told());
            cases += 1;
            seen += u32::from(is.sees());
        }
    }
    assert_eq!(cases, 460_800);
    // Counted by hand. The owner's people: 64 of each organisation, 32 active; 16 are global, and 8 of the others on the
    // list: 24, of 600 groups that are not archived. A school's: 24 too, where its permission is granted (1 of 5), and the
    // group live (1 of 3), for schools (1 of 2) and accepted (1 of 2): 15 of 900 groups. Two schools.
    assert_eq!(seen, 24 * 600 + 2 * 24 * 15);
}

/// All that somebody sees is what they see of each group.
#[test]
fn rights_are_all_verdicts() {
    let everyone = everyone();
    let everything = everything();
    // Every group there is at once: as many as there are kinds.
    let mut all = people_with(&everyone, everything[0]);
    for (nth, what) in everything.iter().enumerate() {
        let group = people_with(&everyone, *what).groups.remove(&GroupId(1)).unwrap();
        all.groups.insert(GroupId(nth as u32 + 1), group);
    }
    // A person in nine is enough: the cases themselves are in the matrix.
    for (nth, who) in everyone.iter().enumerate().step_by(9) {
        let rights = Rights::of(&all, PersonId(nth as u32 + 1));
        let seen: BTreeMap<GroupId, (Side, BTreeSet<Urn>)> =
            rights.groups.iter().map(|(id, seen)| (*id, (seen.side, seen.schools.clone()))).collect();
        let expected = (1..).map(GroupId).zip(&everything).filter_map(|(id, what)| Some((id, ought(*who, *what)?)));
        assert_eq!(seen, expected.collect(), "{who:?}");
        let kept = rights.groups.values().all(|seen| seen.kept_from == 3 - seen.schools.len());
        assert!(kept, "{who:?}");
    }
}

/// Somebody or something that is not known is never seen, and the reason is told.
#[test]
fn what_is_not_known_is_not_seen() {
    let everyone = everyone();
    let what = everything()[0];
    let people = people_with(&everyone, what);
    for (who, group) in [(PersonId(9_999), GroupId(1)), (PersonId(1), GroupId(2)), (PersonId(0), GroupId(0))] {
        let verdict = verdict(&people, who, group);
        assert!(!verdict.sees() && verdict.schools.is_empty());
        assert_eq!(verdict.chain.len(), 1);
        assert!(!verdict.chain[0].holds);
    }
}
