//! Groups are listed, made live, put away, duplicated; set up in four steps, and changed.

use std::collections::BTreeSet;

use eframe::egui::accesskit::{Role as Kind, Toggled};
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use jiff::Timestamp;
use jiff::civil::date;
use schoolbench::collab::{
    Command, Draft, GroupId, GroupState, OrganisationKind, PermissionState, PersonId, Recorded, Role, Visibility,
};
use schoolbench::model::{School, Urn};
use schoolbench::ui::admin::{Page, Request};

use super::bench::{AUTHORITY, Bureau, FIRST, Pages, authority, register};

/// What has this name and can be used.
fn node<'a>(pages: &'a Pages, name: &'a str) -> Node<'a> {
    pages.harness.get_by(|node| node.role() != Kind::Label && node.label().as_deref() == Some(name))
}

/// Presses it, wherever on the page it is.
fn press(pages: &mut Pages, name: &str) {
    assert!(!node(pages, name).accesskit_node().is_disabled(), "{name} cannot be pressed: {:#?}", texts(pages));
    node(pages, name).click_accesskit();
    pages.harness.run();
}

/// Opens the menu of a group, and presses a line of it.
fn menu(pages: &mut Pages, group: &str, line: &str) {
    for name in [&format!("More for {group}"), line] {
        node(pages, name).click();
        pages.harness.run();
    }
    pages.harness.remove_cursor();
    pages.harness.run();
}

/// Writes into a field in place of what is there.
fn fill(pages: &mut Pages, field: &str, text: &str) {
    node(pages, field).focus();
    pages.harness.run();
    let ctrl = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
    pages.harness.key_press_modifiers(ctrl, Key::A);
    pages.harness.run();
    pages.harness.event(Event::Paste(text.to_owned()));
    pages.harness.run();
}

fn texts(pages: &Pages) -> Vec<String> {
    let text = |node: Node<'_>| {
        let node = node.accesskit_node();
        if node.role() == Kind::Label { node.value() } else { node.label() }
    };
    pages.harness.root().children_recursive().filter_map(text).collect()
}

fn says(pages: &Pages, text: &str) {
    assert!(texts(pages).iter().any(|known| known == text), "{text:?} is not said: {:#?}", texts(pages));
}

fn is_disabled(pages: &Pages, name: &str) -> bool {
    node(pages, name).accesskit_node().is_disabled()
}

fn schools_of(phase: &str) -> Vec<School> {
    register().schools().filter(|school| school.phase == phase).cloned().collect()
}

fn draft(name: &str, schools: &[Urn], visibility: Visibility) -> Draft {
    Draft {
        owner: AUTHORITY,
        name: name.to_owned(),
        description: String::new(),
        schools: schools.iter().copied().collect(),
        users: BTreeSet::new(),
        visibility,
        accepts: (visibility == Visibility::SchoolsToo).then_some(1),
    }
}

/// Creates a group as a draft.
fn group(bureau: &Bureau, draft: &Draft) -> GroupId {
    bureau.must(FIRST, &Command::CreateGroup { draft: draft.clone(), state: GroupState::Draft });
    let people = bureau.office.people();
    people.groups.iter().find(|(_, group)| group.name == draft.name).map(|(id, _)| *id).unwrap()
}

fn state_of(bureau: &Bureau, id: GroupId) -> GroupState {
    bureau.office.refresh().unwrap();
    bureau.office.people().groups[&id].state
}

#[test]
fn a_group_is_set_up_in_four_steps() {
    let bureau = Bureau::new();
    let ben = bureau.person(FIRST, "ben@la.example", AUTHORITY, Role::User, false);
    bureau.person(FIRST, "gil@la.example", AUTHORITY, Role::User, true);
    bureau.person(FIRST, "una@la.example", AUTHORITY, Role::User, false);
    let (secondaries, primaries) = (schools_of("Secondary"), schools_of("Primary"));
    let mut pages = Pages::of(&bureau, FIRST, Page::GroupForm(None));
    pages.harness.run();

    // Step 1
    fill(&mut pages, "Name", "Physics network");
    fill(&mut pages, "Description", "Secondary schools and two of their feeder schools");
    press(&mut pages, "Next");

    // Step 2: by phase, by URN, and pasted.
    fill(&mut pages, "Search schools", &secondaries[0].urn.to_string());
    says(&pages, "1 school found");
    press(&mut pages, &format!("Add {} ({})", secondaries[0].name, secondaries[0].urn));
    fill(&mut pages, "Search schools", "secondary");
    press(&mut pages, "Add all found");
    says(&pages, &format!("{} schools in the group", secondaries.len()));
    press(&mut pages, "Paste a list of URNs");
    let (known, first, second) = (&secondaries[0], &primaries[0], &primaries[1]);
    let pasted = format!("URN\n{}\nabc\n999998; {}\n{}\n12345", first.urn, second.urn, known.urn);
    fill(&mut pages, "List of URNs", &pasted);
    press(&mut pages, "Add pasted schools");
    says(&pages, "✓ 2 schools added");
    says(&pages, &format!("· 1 already there: {} {} (line 5)", known.urn, known.name));
    says(&pages, "× 2 not a URN, which has six digits: “abc” (line 3), “12345” (line 6)");
    says(&pages, "× 1 not in this workspace: 999998 (line 4)");
    says(&pages, &format!("mixed phase: 2 Primary, {} Secondary", secondaries.len()));
    press(&mut pages, "Copy the report");
    let copied = matches!(pages.asked.borrow().last(), Some(Request::Copy(text)) if text.contains("999998 (line 4)"));
    assert!(copied, "the report is not copied");
    press(&mut pages, "Next");

    // Step 3
    let global = node(&pages, "gil (gil@la.example)").accesskit_node();
    assert!(global.is_disabled() && global.toggled() == Some(Toggled::True));
    let already = texts(&pages).iter().filter(|text| *text == "already in: global user").count();
    assert_eq!(already, 2, "Ada and Gil are global users");
    press(&mut pages, "ben (ben@la.example)");
    press(&mut pages, "Next");

    // Step 4: without the terms it cannot be created, and nothing is lost on another page.
    let tip = "Tip: when first creating a group that can be visible to schools, create it as owner only at first";
    assert!(texts(&pages).iter().any(|text| text.starts_with(tip)));
    press(&mut pages, "Schools too");
    says(&pages, "× Groups that schools see need the terms read and accepted");
    assert!(is_disabled(&pages, "Create group"));
    press(&mut pages, "Audit");
    press(&mut pages, "Groups");
    press(&mut pages, "Create group");
    press(&mut pages, "Step 1: Name and description");
    assert_eq!(node(&pages, "Name").value().as_deref(), Some("Physics network"));
    press(&mut pages, "Step 4: Visibility and terms");
    press(&mut pages, "I have read and accept the terms, version 1");
    let n = secondaries.len() + 2;
    let (_, la) = authority();
    says(&pages, &format!("+ 3 people of {la} will see the group, with {n} schools: Ada Adminson, ben and gil"));
    press(&mut pages, "Create group");
    says(&pages, "✓ “Physics network” is created, for its schools too");

    bureau.office.refresh().unwrap();
    let people = bureau.office.people();
    assert_eq!(people.groups.len(), 1);
    let made = people.groups.values().next().unwrap();
    assert_eq!((made.name.as_str(), made.owner, made.contact), ("Physics network", AUTHORITY, FIRST));
    assert_eq!(made.description, "Secondary schools and two of their feeder schools");
    assert_eq!((made.visibility, made.state), (Visibility::SchoolsToo, GroupState::Draft));
    assert_eq!(made.users, BTreeSet::from([ben]));
    assert_eq!(made.terms.map(|terms| (terms.version, terms.by)), Some((1, FIRST)));
    let expected = secondaries.iter().map(|school| school.urn).chain([first.urn, second.urn]);
    assert_eq!(made.schools.keys().copied().collect::<BTreeSet<_>>(), expected.collect());
}

#[test]
fn a_trust_is_told_which_pasted_schools_are_not_its_own() {
    let register = register();
    let own = register.schools().find(|school| school.trust_uid.is_some()).unwrap().clone();
    let other = register.schools().find(|school| school.trust_uid != own.trust_uid).unwrap().clone();
    let trust = own.trust_name.clone().unwrap();
    let bureau = Bureau::of(OrganisationKind::Trust(own.trust_uid.unwrap()), trust.clone());
    let mut pages = Pages::of(&bureau, FIRST, Page::GroupForm(None));
    pages.harness.run();
    press(&mut pages, "Step 2: Schools");
    press(&mut pages, "Paste a list of URNs");
    fill(&mut pages, "List of URNs", &format!("{}, {}", own.urn, other.urn));
    press(&mut pages, "Add pasted schools");
    says(&pages, "✓ 1 school added");
    let name = format!("{} {}", other.urn, other.name);
    says(&pages, &format!("× 1 not a school that {trust} answers for: {name} (line 1)"));
    press(&mut pages, "Step 4: Visibility and terms");
    says(&pages, "× The group needs a name");
    assert!(is_disabled(&pages, "Create group"));
    press(&mut pages, "Discard…");
    press(&mut pages, "Keep it");
    press(&mut pages, "Discard…");
    press(&mut pages, "Discard it");
    says(&pages, "There are no groups yet");
}

#[test]
fn a_change_by_somebody_else_is_noticed() {
    let bureau = Bureau::new();
    let schools: Vec<Urn> = schools_of("Secondary").iter().map(|school| school.urn).take(3).collect();
    let id = group(&bureau, &draft("Maths", &schools, Visibility::OwnerOnly));
    let mut pages = Pages::of(&bureau, FIRST, Page::GroupForm(Some(id)));
    pages.harness.run();
    let edit = |description: &str| {
        bureau.office.refresh().unwrap();
        let seen = bureau.office.people().groups[&id].revision;
        let draft = Draft { description: description.to_owned(), ..draft("Maths", &schools, Visibility::OwnerOnly) };
        bureau.must(FIRST, &Command::EditGroup { group: id, seen, draft });
    };

    // Nothing was written here: what is there now is shown.
    edit("First");
    pages.harness.run();
    assert_eq!(node(&pages, "Description").value().as_deref(), Some("First"));

    // Something was: it is kept to copy, and not saved over the other's.
    fill(&mut pages, "Name", "Mathematics");
    edit("Second");
    pages.harness.run();
    assert!(texts(&pages).iter().any(|text| text.starts_with("Somebody else has changed this group")));
    assert!(is_disabled(&pages, "Save"));
    press(&mut pages, "Load what is there now");
    assert_eq!(node(&pages, "Name").value().as_deref(), Some("Maths"));
    assert_eq!(node(&pages, "Description").value().as_deref(), Some("Second"));
    assert!(node(&pages, "What you wrote before").value().unwrap().starts_with("Mathematics\n"));

    fill(&mut pages, "Name", "Mathematics");
    press(&mut pages, "Save");
    says(&pages, "✓ Saved");
    bureau.office.refresh().unwrap();
    let people = bureau.office.people();
    let now = &people.groups[&id];
    assert_eq!((now.name.as_str(), now.description.as_str()), ("Mathematics", "Second"));
    press(&mut pages, "Undo");
    says(&pages, "✓ It is as it was");
    assert_eq!(node(&pages, "Name").value().as_deref(), Some("Maths"));
}

#[test]
fn a_refused_change_shows_what_is_there_now() {
    let bureau = Bureau::new();
    let schools: Vec<Urn> = schools_of("Secondary").iter().map(|school| school.urn).take(2).collect();
    let id = group(&bureau, &draft("Maths", &schools, Visibility::OwnerOnly));
    let other = bureau.other();
    let seen = bureau.office.people().groups[&id].revision;
    let rename =
        |name: &str| Command::EditGroup { group: id, seen, draft: draft(name, &schools, Visibility::OwnerOnly) };
    bureau.must(FIRST, &rename("One"));
    assert_eq!(other.people().groups[&id].name, "Maths");
    other.obey(Some(FIRST), &rename("Two"), Timestamp::now()).unwrap_err();
    assert_eq!(other.people().groups[&id].name, "One");
}

#[test]
fn before_a_group_goes_live_it_is_told_who_will_see_what() {
    let bureau = Bureau::new();
    let secondaries = schools_of("Secondary");
    let schools: Vec<Urn> = secondaries.iter().map(|school| school.urn).take(3).collect();
    let (_, head): (_, PersonId) = bureau.school(FIRST, schools[0]);
    let id = group(&bureau, &draft("Science", &schools, Visibility::SchoolsToo));
    let recorded = Recorded { state: PermissionState::Granted, on: date(2024, 9, 2), agreement: "DSA 7".to_owned() };
    let granted = schools[..2].iter().copied().collect();
    bureau.must(FIRST, &Command::RecordPermission { group: id, schools: granted, recorded });
    let allocated = BTreeSet::from([head]);
    bureau.must(head, &Command::Allocate { group: id, school: schools[0], users: allocated });
    let mut pages = Pages::of(&bureau, FIRST, Page::Groups);
    pages.harness.run();
    node(&pages, "Permissions of Science: 2 of 3 granted");

    let gains = format!(
        "+ 1 person of {} will see the group, with 2 schools: head; 1 school is kept from them, because permission is not \
         granted",
        secondaries[0].name
    );
    menu(&mut pages, "Science", "Make live…");
    says(&pages, &gains);
    let told = "1 person is told by a notice, in the program and by e-mail";
    says(&pages, &format!("· {told}: head ({}).", secondaries[0].name));
    let kept = "sees nothing and is kept from the other schools, because permission is not granted";
    says(&pages, &format!("· 1 of 3 schools {kept}: {} (not asked)", secondaries[2].name));
    let nobody = "In 1 school nobody can choose who sees it, for want of an administrator here";
    says(&pages, &format!("· {nobody}: {}", secondaries[1].name));
    press(&mut pages, "Cancel");
    assert_eq!(state_of(&bureau, id), GroupState::Draft);

    menu(&mut pages, "Science", "Make live…");
    press(&mut pages, "Make live now");
    says(&pages, "✓ “Science” is live now");
    assert_eq!(state_of(&bureau, id), GroupState::Live);
    assert!(bureau.office.rights(head).groups.contains_key(&id));
    press(&mut pages, "Undo");
    says(&pages, "✓ “Science” is as it was");
    assert_eq!(state_of(&bureau, id), GroupState::Draft);
}

#[test]
fn a_live_group_that_schools_are_to_see_is_asked_about_though_none_has_agreed() {
    let bureau = Bureau::new();
    let schools: Vec<Urn> = schools_of("Secondary").iter().map(|school| school.urn).take(2).collect();
    let id = group(&bureau, &draft("Science", &schools, Visibility::OwnerOnly));
    let seen = bureau.office.people().groups[&id].revision;
    bureau.must(FIRST, &Command::SetState { group: id, seen, state: GroupState::Live });
    let mut pages = Pages::of(&bureau, FIRST, Page::GroupForm(Some(id)));
    pages.harness.run();
    press(&mut pages, "Step 4: Visibility and terms");
    press(&mut pages, "Schools too");
    let version = bureau.office.people().newest_terms().map(|(version, _)| version).unwrap();
    press(&mut pages, &format!("I have read and accept the terms, version {version}"));
    press(&mut pages, "Save");
    says(&pages, "Make “Science” live for its schools?");
    press(&mut pages, "Cancel");
    bureau.office.refresh().unwrap();
    assert_eq!(bureau.office.people().groups[&id].visibility, Visibility::OwnerOnly);
    press(&mut pages, "Save");
    press(&mut pages, "Save now");
    says(&pages, "✓ Saved");
    bureau.office.refresh().unwrap();
    assert_eq!(bureau.office.people().groups[&id].visibility, Visibility::SchoolsToo);
}

#[test]
fn several_groups_are_put_away_and_taken_back_at_once() {
    let bureau = Bureau::new();
    let schools: Vec<Urn> = schools_of("Primary").iter().map(|school| school.urn).take(2).collect();
    let names = ["Art", "Biology", "Chemistry"];
    let ids = names.map(|name| group(&bureau, &draft(name, &schools, Visibility::OwnerOnly)));
    let states = || ids.map(|id| state_of(&bureau, id));
    let mut pages = Pages::of(&bureau, FIRST, Page::Groups);
    pages.harness.run();
    press(&mut pages, "Tick Art");
    press(&mut pages, "Tick Chemistry");
    press(&mut pages, "Archive 2 ticked groups");
    says(&pages, "✓ “Art” is archived and “Chemistry” is archived");
    assert_eq!(states(), [GroupState::Archived, GroupState::Draft, GroupState::Archived]);
    assert!(is_disabled(&pages, "Make live 0 ticked groups"));
    press(&mut pages, "Undo");
    assert_eq!(states(), [GroupState::Draft; 3]);

    // Restoring shows the owner's users something again: that is told first.
    press(&mut pages, "Archive 2 ticked groups");
    press(&mut pages, "Restore 2 ticked groups");
    let (_, la) = authority();
    says(&pages, &format!("+ 1 person of {la} will see the group, with 2 schools: Ada Adminson"));
    press(&mut pages, "Restore now");
    assert_eq!(states(), [GroupState::Draft; 3]);
    press(&mut pages, "Untick all");

    fill(&mut pages, "Search groups", "bio");
    assert!(!texts(&pages).iter().any(|text| text == "Art"));
    menu(&mut pages, "Biology", "Duplicate…");
    assert_eq!(node(&pages, "Name of the copy").value().as_deref(), Some("Copy of Biology"));
    fill(&mut pages, "Name of the copy", "art");
    says(&pages, "× There is a group “art” already");
    assert!(is_disabled(&pages, "Make the copy"));
    fill(&mut pages, "Name of the copy", "Biology of rivers");
    press(&mut pages, "Make the copy");
    says(&pages, "✓ “Biology of rivers” is there, as a draft for its owner only");
    bureau.office.refresh().unwrap();
    assert!(bureau.office.people().groups.values().any(|group| group.name == "Biology of rivers"));
}
