//! The desk refuses what somebody may not see, whatever the screen would offer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use schoolbench::collab::{
    Acceptance, Group, GroupId, GroupState, Member, Organisation, OrganisationId, OrganisationKind, People, Permission,
    PermissionState, Person, PersonId, Rights, Role, Visibility,
};
use schoolbench::desk::{Desk, DeskError, Options, Reader};
use schoolbench::model::{Question, Urn, Words};
use schoolbench::workspace::{Access, Workspace};

use super::bench::register;
use crate::demo;

/// Who asks, of those that a group can have around it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asker {
    OwnerGlobal,
    OwnerAllocated,
    OwnerAdministrator,
    SchoolGlobal,
    SchoolAllocated,
    SchoolUser,
    Stranger,
}

const ASKERS: [Asker; 7] = [
    Asker::OwnerGlobal,
    Asker::OwnerAllocated,
    Asker::OwnerAdministrator,
    Asker::SchoolGlobal,
    Asker::SchoolAllocated,
    Asker::SchoolUser,
    Asker::Stranger,
];

const GROUP: GroupId = GroupId(1);

/// A group of three schools: the asker's school with the permission in question, one that has granted, one that has not.
fn people(schools: [Urn; 3], visibility: Visibility, state: GroupState, permission: PermissionState) -> People {
    let mut people = People::default();
    let kinds = [OrganisationKind::La(1), OrganisationKind::School(schools[0]), OrganisationKind::Trust(1)];
    for (id, kind) in (1..).map(OrganisationId).zip(kinds) {
        people.organisations.insert(id, Organisation { kind, name: format!("organisation {id}") });
    }
    for (id, asker) in (1..).map(PersonId).zip(ASKERS) {
        let organisation = OrganisationId(match asker {
            Asker::OwnerGlobal | Asker::OwnerAllocated | Asker::OwnerAdministrator => 1,
            Asker::SchoolGlobal | Asker::SchoolAllocated | Asker::SchoolUser => 2,
            Asker::Stranger => 3,
        });
        let role = if asker == Asker::OwnerAdministrator { Role::Administrator } else { Role::User };
        let global = matches!(asker, Asker::OwnerGlobal | Asker::SchoolGlobal | Asker::Stranger);
        let email = format!("{asker:?}@some.example").to_lowercase();
        let name = format!("{asker:?}");
        people.persons.insert(id, Person { email, name, organisation, role, global, active: true });
    }
    let permissions = [permission, PermissionState::Granted, PermissionState::Requested];
    let member = |state, users| Member { permission: Permission { state, ..Permission::default() }, users };
    let members = schools.into_iter().zip(permissions).enumerate().map(|(nth, (urn, state))| {
        let users = if nth == 0 { BTreeSet::from([PersonId(5)]) } else { BTreeSet::new() };
        (urn, member(state, users))
    });
    let terms = Some(Acceptance { version: 1, by: PersonId(3), at: Timestamp::UNIX_EPOCH });
    people.groups.insert(
        GROUP,
        Group {
            owner: OrganisationId(1),
            name: "three schools".to_owned(),
            description: String::new(),
            visibility,
            state,
            schools: members.collect::<BTreeMap<_, _>>(),
            users: BTreeSet::from([PersonId(2)]),
            contact: PersonId(3),
            terms,
            revision: 1,
        },
    );
    people
}

/// Design section 6, in other words: whose figures somebody may see.
fn open_to(
    asker: Asker,
    schools: [Urn; 3],
    visibility: Visibility,
    state: GroupState,
    permission: PermissionState,
) -> BTreeSet<Urn> {
    let all = BTreeSet::from(schools);
    let [own, granted, _] = schools;
    match asker {
        _ if state == GroupState::Archived => BTreeSet::new(),
        Asker::OwnerGlobal | Asker::OwnerAllocated => all,
        Asker::SchoolGlobal | Asker::SchoolAllocated => {
            let shared = visibility == Visibility::SchoolsToo && state == GroupState::Live;
            if shared && permission == PermissionState::Granted { [own, granted].into() } else { BTreeSet::new() }
        }
        Asker::OwnerAdministrator | Asker::SchoolUser | Asker::Stranger => BTreeSet::new(),
    }
}

fn question(scope: &str, by: &str, compare: &str) -> Question {
    let words = Words {
        stage: "ks4".to_owned(),
        years: "2024".to_owned(),
        scope: scope.to_owned(),
        indicator: "att8".to_owned(),
        by: by.to_owned(),
        compare: compare.to_owned(),
        ..Words::default()
    };
    words.try_into().unwrap()
}

fn scope(schools: &BTreeSet<Urn>) -> String {
    let urns: Vec<String> = schools.iter().map(ToString::to_string).collect();
    format!("urn:{}", urns.join(","))
}

fn secondary_schools() -> [Urn; 3] {
    let register = register();
    let urns: Vec<Urn> = register.schools().filter(|of| of.phase == "Secondary").map(|of| of.urn).take(3).collect();
    urns.try_into().unwrap()
}

/// 7 askers, 2 visibilities, 3 states and 5 permissions: 210 cases, with every set of the three schools, and with all schools
/// and the authority.
#[test]
fn the_desk_answers_what_is_open_to_somebody_and_refuses_everything_else() {
    let schools = secondary_schools();
    let refusals = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&refusals);
    let options = Options {
        refused: Arc::new(move |reader: &Reader, question: &Question| {
            noted.lock().unwrap().push((reader.email.clone(), question.scope().to_string()));
        }),
        ..Options::default()
    };
    let desk =
        Desk::new(Workspace::open(demo::workspace(), Access::Read).unwrap(), Reader::default(), options).unwrap();
    let code = desk.register().school(schools[0]).unwrap().la_code;
    let mut cases = 0;
    let mut refused = 0;
    for visibility in Visibility::ALL {
        for state in GroupState::ALL {
            for permission in PermissionState::ALL {
                let people = people(schools, visibility, state, permission);
                for (id, asker) in (1..).map(PersonId).zip(ASKERS) {
                    cases += 1;
                    let open = open_to(asker, schools, visibility, state, permission);
                    let email = Some(people.persons[&id].email.clone());
                    let rights = Some(Arc::new(Rights::of(&people, id)));
                    desk.admit(Reader { email, rights, ..Reader::default() });
                    let case = format!("{asker:?}, {visibility:?}, {state:?}, {permission:?}");
                    for bits in 1..8_u8 {
                        let some: BTreeSet<Urn> =
                            (0..3).filter(|bit| bits & (1 << bit) != 0).map(|bit| schools[bit]).collect();
                        let answer = desk.ask_and_wait(&question(&scope(&some), "school", "none"));
                        let may = some.is_subset(&open);
                        assert_eq!(answer.is_ok(), may, "{case}: {some:?}");
                        refused += usize::from(!may);
                    }
                    for (scope, by) in [("all", "school"), ("all", ""), (format!("la:{code}").as_str(), "school")] {
                        let answer = desk.ask_and_wait(&question(scope, by, "none"));
                        let error = answer.unwrap_err();
                        assert!(matches!(*error, DeskError::Refused { .. }), "{case}: {scope} by {by}");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 210);
    assert_eq!(refusals.lock().unwrap().len(), refused, "every refusal is noted");
}

#[test]
fn a_comparator_holds_no_school_that_is_kept_from_the_reader() {
    let schools = secondary_schools();
    let people = people(schools, Visibility::SchoolsToo, GroupState::Live, PermissionState::Granted);
    let workspace = Workspace::open(demo::workspace(), Access::Read).unwrap();
    let desk = Desk::new(workspace, Reader::default(), Options::default()).unwrap();
    let shown: BTreeSet<Urn> = schools[..2].iter().copied().collect();
    let as_reader = |nth: u32| {
        let rights = Some(Arc::new(Rights::of(&people, PersonId(nth))));
        desk.admit(Reader { rights, ..Reader::default() });
    };
    for compare in ["same", "all", "la"] {
        let asked = question(&scope(&shown), "", compare);
        as_reader(1);
        let of_owner = desk.ask_and_wait(&asked).unwrap();
        assert!(of_owner.compared_with().is_some(), "{compare}: the owner sees all schools of the group");
        as_reader(4);
        let of_school = desk.ask_and_wait(&asked).unwrap();
        assert!(of_school.compared_with().is_none(), "{compare}: a school of the group is kept from the reader");
        assert_eq!(of_school.question(), &asked, "the answer stands under the question that was asked");
        let figure = |answer: &schoolbench::desk::Answer| {
            answer
                .cells()
                .iter()
                .filter_map(|cell| cell.figure.as_ref().ok())
                .map(|figure| (figure.n, figure.value))
                .next()
        };
        assert_eq!(figure(&of_school), figure(&of_owner), "the figure is the same");
        assert!(of_school.provenance().notes.iter().any(|note| note.contains("permission")), "and it is told why");
    }
}
