//! Users I manage, and who can see what and why: driven by the names of what is on screen.

use eframe::egui::Event;
use eframe::egui::accesskit::Role as Is;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use schoolbench::collab::{Command, Draft, GroupState, OrganisationKind, PersonId, Role, Visibility};
use schoolbench::model::Urn;
use schoolbench::ui::admin::{Page, Request};

use super::bench::{AUTHORITY, Bureau, FIRST, Pages, authority, register};

fn own_school() -> Urn {
    let (code, _) = authority();
    register().schools().find(|school| school.la_code == code).unwrap().urn
}

fn texts(pages: &Pages) -> Vec<String> {
    let nodes = pages.harness.root().children_recursive().map(|node| node.accesskit_node());
    nodes.filter_map(|node| if node.role() == Is::Label { node.value() } else { node.label() }).collect()
}

fn has(pages: &Pages, text: &str) -> bool {
    texts(pages).iter().any(|known| known == text)
}

fn settle(pages: &mut Pages) {
    pages.harness.run_steps(6);
}

/// Uses what has this name, wherever it stands.
fn press(pages: &mut Pages, name: &str) {
    let found = pages.harness.get_by(|node| node.role() != Is::Label && node.label().as_deref() == Some(name));
    found.click_accesskit();
    settle(pages);
}

fn can_be_used(pages: &Pages, name: &str) -> bool {
    let found = pages.harness.get_by(|node| node.role() != Is::Label && node.label().as_deref() == Some(name));
    !found.accesskit_node().is_disabled()
}

fn fill(pages: &mut Pages, field: &str, text: &str) {
    let is_field = |role| matches!(role, Is::TextInput | Is::MultilineTextInput);
    pages.harness.get_by(|node| is_field(node.role()) && node.label().as_deref() == Some(field)).focus();
    settle(pages);
    pages.harness.event(Event::Paste(text.to_owned()));
    settle(pages);
}

fn people(bureau: &Bureau) -> std::sync::Arc<schoolbench::collab::People> {
    bureau.office.refresh().unwrap();
    bureau.office.people()
}

fn group(bureau: &Bureau, name: &str, users: &[PersonId]) {
    let draft = Draft {
        owner: AUTHORITY,
        name: name.to_owned(),
        description: String::new(),
        schools: [own_school()].into(),
        users: users.iter().copied().collect(),
        visibility: Visibility::OwnerOnly,
        accepts: None,
    };
    bureau.must(FIRST, &Command::CreateGroup { draft, state: GroupState::Draft });
}

#[test]
fn a_person_is_added_and_made_a_global_user() {
    let bureau = Bureau::new();
    group(&bureau, "North", &[]);
    let mut pages = Pages::of(&bureau, FIRST, Page::People);
    settle(&mut pages);
    press(&mut pages, "Add person…");
    assert!(!can_be_used(&pages, "Add"), "the e-mail is missing");
    fill(&mut pages, "E-mail", "ben@la.example");
    fill(&mut pages, "Name", "Ben Barrow");
    press(&mut pages, "Add");
    let (ben, person) = people(&bureau).by_email("ben@la.example").map(|(id, p)| (id, p.clone())).unwrap();
    assert_eq!((person.name.as_str(), person.role, person.global), ("Ben Barrow", Role::User, false));
    assert!(has(&pages, "✓ Done"));
    press(&mut pages, "Copy invitation");
    let copied = |request: &Request| matches!(request, Request::Copy(text) if text.contains("Dear Ben Barrow"));
    assert!(pages.asked.borrow().iter().any(copied));

    press(&mut pages, "Add person…");
    press(&mut pages, "Ben Barrow");
    let leaflet = "Global users automatically receive access to any Collaborate group set up by the organisation.";
    assert!(has(&pages, leaflet), "{:#?}", texts(&pages));
    assert!(!can_be_used(&pages, "Save"), "nothing is changed");
    press(&mut pages, "Global user");
    press(&mut pages, "Save");
    assert!(people(&bureau).persons[&ben].global);
    assert!(has(&pages, "✓ North"), "what he sees now: {:#?}", texts(&pages));
    press(&mut pages, "View as");
    assert!(pages.asked.borrow().contains(&Request::ViewAs(ben)));
    press(&mut pages, "All people");
    assert!(has(&pages, "Ben Barrow"));
}

#[test]
fn what_an_address_already_taken_says_stands_beside_the_form() {
    let bureau = Bureau::new();
    let mut pages = Pages::of(&bureau, FIRST, Page::People);
    settle(&mut pages);
    press(&mut pages, "Add person…");
    fill(&mut pages, "E-mail", "ADA@la.example");
    fill(&mut pages, "Name", "Ada Two");
    press(&mut pages, "Add");
    let said = texts(&pages).iter().any(|text| text.starts_with('×') && text.contains("ada@la.example already"));
    assert!(said, "{:#?}", texts(&pages));
    assert_eq!(people(&bureau).persons.len(), 1);
}

#[test]
fn an_authority_does_not_choose_a_schools_users() {
    let bureau = Bureau::new();
    let (school, head) = bureau.school(FIRST, own_school());
    bureau.person(head, "zoe@school.example", school, Role::User, false);
    let mut pages = Pages::of(&bureau, FIRST, Page::People);
    settle(&mut pages);
    press(&mut pages, "zoe");
    for name in ["Global user", "Active", "Name", "User", "Administrator", "Save"] {
        assert!(!can_be_used(&pages, name), "{name}");
    }
    assert!(texts(&pages).iter().any(|text| text.ends_with("for its own administrators to choose.")));
    assert!(has(
        &pages,
        "Global users automatically receive access to any Collaborate group which is visible to the school."
    ));
    // The school's own administrator chooses.
    let mut pages = Pages::of(&bureau, head, Page::People);
    settle(&mut pages);
    assert!(!has(&pages, "Ada Adminson"), "only people of the school");
    press(&mut pages, "zoe");
    press(&mut pages, "Global user");
    press(&mut pages, "Save");
    assert!(people(&bureau).by_email("zoe@school.example").unwrap().1.global);
}

#[test]
fn several_people_are_deactivated_at_once() {
    let bureau = Bureau::new();
    for name in ["a", "b", "c"] {
        bureau.person(FIRST, &format!("{name}@la.example"), AUTHORITY, Role::User, false);
    }
    let mut pages = Pages::of(&bureau, FIRST, Page::People);
    settle(&mut pages);
    press(&mut pages, "Tick a@la.example");
    press(&mut pages, "Tick c@la.example");
    assert!(has(&pages, "2 people ticked"));
    press(&mut pages, "Deactivate");
    settle(&mut pages);
    let people = people(&bureau);
    let active = |email: &str| people.by_email(email).unwrap().1.active;
    assert_eq!((active("a@la.example"), active("b@la.example"), active("c@la.example")), (false, true, false));
    assert!(has(&pages, "✓ 2 of 2 done"), "{:#?}", texts(&pages));
}

#[test]
fn people_are_searched() {
    let bureau = Bureau::new();
    bureau.person(FIRST, "ben@la.example", AUTHORITY, Role::User, false);
    let mut pages = Pages::of(&bureau, FIRST, Page::People);
    settle(&mut pages);
    fill(&mut pages, "Search people", "BEN la.example");
    assert!(has(&pages, "1 of 2 people") && has(&pages, "ben") && !has(&pages, "Ada Adminson"));
    fill(&mut pages, "Search people", " nobody");
    assert!(has(&pages, "Nobody is like this: change the search or the filters above"));
}

#[test]
fn a_list_is_looked_through_before_it_is_carried_out() {
    let bureau = Bureau::new();
    let (code, _) = authority();
    let urn = own_school();
    let mut pages = Pages::of(&bureau, FIRST, Page::People);
    settle(&mut pages);
    press(&mut pages, "Export CSV");
    let saved = pages.asked.borrow().iter().any(|request| {
        matches!(request, Request::Save { contents, .. } if String::from_utf8_lossy(contents).contains("ada@la.example"))
    });
    assert!(saved);
    press(&mut pages, "Import CSV");
    let list = format!(
        "email,name,organisation,role,global\n\
         ben@la.example,Ben,la:{code},user,yes\n\
         head@s.example,Head,urn:{urn},administrator,no\n\
         wrong,Wrong,la:{code},user,no\n"
    );
    fill(&mut pages, "Paste the list of people here, with its first line of column names", &list);
    press(&mut pages, "Check the list");
    assert!(has(&pages, "3 changes, 1 fault"), "{:#?}", texts(&pages));
    assert!(texts(&pages).iter().any(|text| text.starts_with("× Line 4: “wrong” is not an e-mail address")));
    assert_eq!(people(&bureau).persons.len(), 1, "nothing has happened yet");
    press(&mut pages, "Carry out");
    settle(&mut pages);
    assert!(has(&pages, "✓ 3 of 3 done"), "{:#?}", texts(&pages));
    let people = people(&bureau);
    assert!(people.by_email("ben@la.example").unwrap().1.global);
    assert_eq!(people.kind_of(people.by_email("head@s.example").unwrap().0), Some(OrganisationKind::School(urn)));
}

#[test]
fn the_chain_says_that_a_global_user_sees_what_the_authority_owns() {
    let bureau = Bureau::new();
    let (_, name) = authority();
    let ben = bureau.person(FIRST, "ben@la.example", AUTHORITY, Role::User, false);
    group(&bureau, "Quarry", &[]);
    let mut pages = Pages::of(&bureau, FIRST, Page::Access);
    settle(&mut pages);
    let reason = format!("✓ Ada Adminson is a global user of {name}, which owns the group");
    assert!(has(&pages, &reason), "{:#?}", texts(&pages));
    assert!(has(&pages, &format!("✓ sees “Quarry” of {name}")));
    press(&mut pages, "Copy summary");
    assert!(
        pages.asked.borrow().iter().any(|request| matches!(request, Request::Copy(text) if text.contains(&reason)))
    );

    press(&mut pages, "A group");
    let of = format!("1 person sees “Quarry” (1 school, draft, owner only, owned by {name})");
    assert!(has(&pages, &of), "{:#?}", texts(&pages));
    assert!(has(&pages, &reason) && has(&pages, "1 of 2 see it"));
    assert!(has(&pages, &format!("× ben is neither allocated to the group nor a global user of {name}")));

    // Who does not administer sees only themselves, and no group that is not theirs.
    let mut pages = Pages::of(&bureau, ben, Page::Access);
    settle(&mut pages);
    assert!(!has(&pages, "A group"));
    assert!(!texts(&pages).iter().any(|text| text.contains("Quarry") || text.contains("Ada Adminson")));
}

#[test]
fn a_schools_administrator_is_told_of_groups_that_list_the_school_only() {
    let bureau = Bureau::new();
    let (_, head) = bureau.school(FIRST, own_school());
    group(&bureau, "Only the authority's", &[]);
    let draft = Draft {
        owner: AUTHORITY,
        name: "Shared".to_owned(),
        description: String::new(),
        schools: [own_school()].into(),
        users: [].into(),
        visibility: Visibility::SchoolsToo,
        accepts: Some(1),
    };
    bureau.must(FIRST, &Command::CreateGroup { draft, state: GroupState::Live });
    let mut pages = Pages::of(&bureau, head, Page::Access);
    settle(&mut pages);
    let texts = texts(&pages);
    assert!(!texts.iter().any(|text| text.contains("Only the authority's")), "{texts:#?}");
    assert!(texts.iter().any(|text| text.starts_with("× does not see “Shared”")), "{texts:#?}");
    assert!(texts.iter().any(|text| text.contains("permission is not asked")), "{texts:#?}");
    press(&mut pages, "A group");
    assert!(!has(&pages, "Ada Adminson"), "only people of the school are named");
}
