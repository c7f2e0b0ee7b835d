//! Each person who signs in has a view of their own: nothing that one of them chose is there for the next.

use jiff::Timestamp;
use schoolbench::collab::{Command, PersonId, Role};
use schoolbench::model::Filter;
use schoolbench::ui::{Change, Place};

use super::harness::{Bench, CTRL};
use super::people::{FIRST, GROUP, OWN, SCHOOLS, command, real, sign_in, urn};

fn sits(bench: &mut Bench, email: &str, person: PersonId) {
    sign_in(bench, email, OWN);
    bench.until("the dashboards", |bench| bench.window().person() == Some(person));
    bench.answered();
}

fn filter(words: &str) -> Filter {
    words.parse().unwrap()
}

#[test]
fn what_one_person_chose_is_theirs_alone_and_there_again_when_they_come_back() {
    let (scene, office, una) = real();
    let school = urn(SCHOOLS[0]);
    let organisation = office.people().persons[&una].organisation;
    let (email, name) = ("olu@some.example".to_owned(), "Olu Hill".to_owned());
    let add = Command::AddPerson { email, name, organisation, role: Role::User, global: false };
    office.obey(Some(FIRST), &add, Timestamp::now()).unwrap();
    let olu = office.people().by_email("olu@some.example").unwrap().0;
    let allocate = Command::Allocate { group: GROUP, school, users: [una, olu].into() };
    office.obey(Some(FIRST), &allocate, Timestamp::now()).unwrap();
    for person in [una, olu] {
        office.set_password(person, person, OWN, Timestamp::now()).unwrap();
    }

    let mut bench = scene.open();
    sits(&mut bench, "una@some.example", una);
    bench.change(Change::Place(Place::Schools));
    bench.change(Change::Filter(filter("fsm6=yes")));
    bench.change(Change::Select([school].into()));
    let of_una = bench.view().clone();
    command(&mut bench, "Sign out");

    bench.until_said("Sign in to shared");
    assert!(bench.view().filter.is_everyone() && bench.view().selected.is_empty(), "nobody has chosen anything");
    sits(&mut bench, "olu@some.example", olu);
    assert!(bench.view().filter.is_everyone() && bench.view().selected.is_empty(), "{:?}", bench.view());
    assert_ne!(bench.view().place, of_una.place);
    for _ in 0..3 {
        bench.key(CTRL, eframe::egui::Key::Z);
    }
    bench.answered();
    assert!(bench.view().filter.is_everyone() && bench.view().selected.is_empty(), "there is nothing to undo");
    bench.change(Change::Filter(filter("sen=K,E")));
    command(&mut bench, "Sign out");

    bench.until_said("Sign in to shared");
    sits(&mut bench, "una@some.example", una);
    assert_eq!(*bench.view(), of_una, "as she left it");
    command(&mut bench, "Sign out");
    drop(bench);

    // And in another window, from what was kept.
    let mut bench = scene.open();
    sits(&mut bench, "olu@some.example", olu);
    assert_eq!((&bench.view().filter, bench.view().selected.len()), (&filter("sen=K,E"), 0));
    command(&mut bench, "Sign out");
    bench.until_said("Sign in to shared");
    sits(&mut bench, "una@some.example", una);
    assert_eq!((&bench.view().filter, &bench.view().selected), (&of_una.filter, &of_una.selected));
}
