//! The pages that tell: notices, the audit, the set-up with its outbox.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;
use egui_kittest::{Harness, Node};
use schoolbench::collab::mail::Security;
use schoolbench::collab::{Command, MailState, PermissionState, Role as Part};
use schoolbench::ui::admin::{Administration, Page, Request, Secret};

use super::bench::{AUTHORITY, FIRST, Pages};
use super::outbox::Asked;

fn name_of(node: &Node<'_>) -> Option<String> {
    let node = node.accesskit_node();
    if node.role() == Role::Label { node.value() } else { node.label() }
}

fn texts(pages: &Pages) -> Vec<String> {
    pages.harness.root().children_recursive().filter_map(|node| name_of(&node)).collect()
}

fn has(pages: &Pages, words: &str) -> bool {
    texts(pages).iter().any(|text| text.contains(words))
}

/// A few frames: no more is needed than for what is asked to be done and told.
fn settle(pages: &mut Pages) {
    pages.harness.run_steps(5);
}

fn is_pressed(role: Role) -> bool {
    matches!(role, Role::Button | Role::RadioButton | Role::CheckBox | Role::ListBoxOption)
}

/// The first thing to press with a name that begins so.
fn button<'h>(harness: &'h Harness<'static, Administration>, beginning: &str) -> Node<'h> {
    let found = harness.root().children_recursive().find(|node| {
        is_pressed(node.accesskit_node().role()) && name_of(node).is_some_and(|name| name.starts_with(beginning))
    });
    found.unwrap_or_else(|| panic!("there is nothing to press called {beginning}"))
}

fn press(pages: &mut Pages, beginning: &str) {
    button(&pages.harness, beginning).click_accesskit();
    settle(pages);
}

fn is_disabled(pages: &Pages, beginning: &str) -> bool {
    button(&pages.harness, beginning).accesskit_node().is_disabled()
}

fn field<'h>(harness: &'h Harness<'static, Administration>, name: &str) -> Node<'h> {
    let roles = [Role::TextInput, Role::MultilineTextInput, Role::PasswordInput, Role::SpinButton, Role::SearchInput];
    let found = harness
        .root()
        .children_recursive()
        .find(|node| roles.contains(&node.accesskit_node().role()) && name_of(node).as_deref() == Some(name));
    found.unwrap_or_else(|| panic!("there is no field called {name}"))
}

fn write(pages: &mut Pages, name: &str, text: &str) {
    field(&pages.harness, name).focus();
    pages.harness.step();
    field(&pages.harness, name).type_text(text);
    settle(pages);
}

fn pages(asked: &Asked, who: schoolbench::collab::PersonId, page: Page) -> Pages {
    let mut pages = Pages::of(&asked.bureau, who, page);
    settle(&mut pages);
    pages
}

#[test]
fn a_notice_is_read_once_it_is_opened() {
    let asked = Asked::all_asked();
    let head = asked.heads[0];
    asked.record(&asked.schools[..1], PermissionState::Granted, asked.now);
    let mut pages = pages(&asked, head, Page::Inbox);
    assert!(has(&pages, "Notices (2)") && has(&pages, "2 unread."), "{:?}", texts(&pages));
    assert!(has(&pages, "Choose a notice to read it."));
    press(&mut pages, "Collaborate group “North & <West>”, unread");
    let people = asked.bureau.other().people();
    assert_eq!(people.unread(head), 1);
    let open = people.inbox(head).next().unwrap().1;
    assert!(open.read, "the newest is the first");
    for line in &open.lines {
        assert!(has(&pages, &format!("• {line}")), "{line}");
    }
    assert!(has(&pages, "Notices (1)") && has(&pages, "The e-mail about this waits in the outbox."));

    press(&mut pages, "Show the e-mail");
    let name = &people.persons[&head].name;
    assert!(has(&pages, "Subject: Collaborate group “North & <West>”") && has(&pages, &format!("Hello {name},")));
    press(&mut pages, "Plain text");
    assert!(texts(&pages).iter().any(|text| text.starts_with(&format!("Hello {name},\n\nCollaborate group"))));

    press(&mut pages, "Next notice");
    assert_eq!(asked.bureau.other().people().unread(head), 0);
    assert!(is_disabled(&pages, "Mark all as read"));
    press(&mut pages, "Open the groups of my school");
    assert_eq!(pages.harness.state().page(), Page::School);
}

#[test]
fn unread_notices_come_first_and_can_be_shown_alone_and_marked_together() {
    let asked = Asked::all_asked();
    let head = asked.heads[0];
    asked.record(&asked.schools[..1], PermissionState::Granted, asked.now);
    let newest = asked.bureau.office.people().inbox(head).next().unwrap().0;
    asked.bureau.office.read_notices(head, &[newest]).unwrap();
    let mut pages = pages(&asked, head, Page::Inbox);
    let listed = |pages: &Pages| -> Vec<String> {
        texts(pages).into_iter().filter(|text| text.contains("read, ") && text.contains('“')).collect()
    };
    let all = listed(&pages);
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].contains(", unread, ") && all[1].contains(", read, "), "{all:?}");
    press(&mut pages, "Unread");
    assert_eq!(listed(&pages).len(), 1);
    press(&mut pages, "Mark all as read");
    assert_eq!(asked.bureau.other().people().unread(head), 0);
    assert!(has(&pages, "No unread notices.") && has(&pages, "Everything is read."));
    press(&mut pages, "All");
    assert_eq!(listed(&pages).len(), 2);
}

#[test]
fn nobody_sees_the_notices_of_others() {
    let asked = Asked::all_asked();
    let pages = pages(&asked, FIRST, Page::Inbox);
    assert!(has(&pages, "No notices yet."), "{:?}", texts(&pages));
}

#[test]
fn the_audit_shows_what_was_before_and_after_in_words() {
    let asked = Asked::all_asked();
    let entries = asked.bureau.office.entries();
    let mut pages = pages(&asked, FIRST, Page::Audit);
    assert!(has(&pages, &format!("verified: {entries} entries, the chain is whole")), "{:?}", texts(&pages));
    assert!(has(&pages, &format!("{entries} of {entries} entries")));
    press(&mut pages, &entries.to_string());
    assert!(has(&pages, &format!("Entry {entries}: records permission")), "{:?}", texts(&pages));
    assert!(has(&pages, "Group “North & <West>”, changed"));
    assert!(has(&pages, "permission not asked"));
    assert!(has(&pages, "permission requested on ") && has(&pages, "recorded by Ada Adminson"));
    assert!(!texts(&pages).iter().any(|text| text.contains("\"state\"")), "nothing is shown as JSON");
    press(&mut pages, "Close the entry");
    assert!(!has(&pages, "Group “North & <West>”, changed"));
}

#[test]
fn entries_of_the_audit_are_sought_and_exported() {
    let asked = Asked::all_asked();
    let entries = asked.bureau.office.entries();
    let mut pages = pages(&asked, FIRST, Page::Audit);
    write(&mut pages, "Search the audit", "records permission");
    assert!(has(&pages, &format!("1 of {entries} entries")), "{:?}", texts(&pages));
    press(&mut pages, "Export as CSV…");
    let kept = pages.asked.borrow().clone();
    let [Request::Save { contents, .. }] = kept.as_slice() else { panic!("a file is saved: {kept:?}") };
    let text = String::from_utf8(contents.clone()).unwrap();
    assert_eq!(text.lines().next(), Some("entry,at,who,what,about,before,after"));
    assert_eq!(csv::Reader::from_reader(text.as_bytes()).records().count(), 1);
    press(&mut pages, "Show everything");
    assert!(has(&pages, &format!("{entries} of {entries} entries")));
    write(&mut pages, "From day", "2999-01-01");
    assert!(has(&pages, &format!("0 of {entries} entries")) && has(&pages, "No entry is as sought."));
    assert!(is_disabled(&pages, "Export as CSV…"));
    press(&mut pages, "Show everything");
    write(&mut pages, "Until day", "yesterday");
    assert!(has(&pages, "Write days as year, month and day"));
    press(&mut pages, "Show everything");
    press(&mut pages, "What: everything");
    press(&mut pages, "creates a group");
    assert!(has(&pages, &format!("1 of {entries} entries")), "{:?}", texts(&pages));
}

#[test]
fn what_can_be_taken_back_is_and_what_has_changed_since_is_refused_in_words() {
    let asked = Asked::all_asked();
    let first = asked.bureau.office.entries();
    let mut pages = pages(&asked, FIRST, Page::Audit);
    assert!(!is_disabled(&pages, &format!("Undo entry {first}")));
    assert!(is_disabled(&pages, &format!("Undo entry {}", first - 1)), "a group that was made is archived instead");
    press(&mut pages, &format!("Undo entry {first}"));
    assert!(has(&pages, &format!("Entry {first} is undone")), "{:?}", texts(&pages));
    let people = asked.bureau.other().people();
    let states: BTreeSet<PermissionState> =
        people.groups[&asked.group].schools.values().map(|member| member.permission.state).collect();
    assert_eq!(states, BTreeSet::from([PermissionState::NotAsked]));
    assert!(has(&pages, &format!("verified: {} entries", first + 1)), "the audit is read anew");
    assert!(is_disabled(&pages, &format!("Undo entry {}", first + 1)));
    press(&mut pages, &format!("Undo entry {first}"));
    assert!(has(&pages, &format!("Entry {first} stays: this cannot be undone")), "{:?}", texts(&pages));
}

#[test]
fn an_administrator_of_a_school_has_neither_audit_nor_setup() {
    let asked = Asked::all_asked();
    for page in [Page::Audit, Page::Setup] {
        let pages = pages(&asked, asked.heads[0], page);
        assert!(!has(&pages, "verified:") && !has(&pages, "Outbox"), "{:?}", texts(&pages));
    }
}

#[test]
fn the_setup_is_saved_with_a_mail_server_and_the_password_is_only_handed_on() {
    let asked = Asked::new();
    let mut pages = pages(&asked, FIRST, Page::Setup);
    assert!(is_disabled(&pages, "Save set-up"));
    field(&pages.harness, "Days within which a school is asked to answer").set_value_accesskit(14.0);
    settle(&mut pages);
    press(&mut pages, "Send e-mail through a mail server");
    assert!(is_disabled(&pages, "Save set-up") && has(&pages, "Write the name of the mail server"));
    write(&mut pages, "Mail server", "smtp.la.example");
    assert!(has(&pages, "E-mails are from an address"), "{:?}", texts(&pages));
    press(&mut pages, "TLS from the start");
    write(&mut pages, "Account", "data");
    write(&mut pages, "E-mails are from", "Schoolbench <data@la.example>");
    assert!(!is_disabled(&pages, "Save set-up"), "{:?}", texts(&pages));
    press(&mut pages, "Save set-up");
    assert!(has(&pages, "The set-up is saved."), "{:?}", texts(&pages));
    let setup = asked.bureau.other().people().setup.clone();
    assert_eq!(setup.answer_days, 14);
    let server = setup.mail.unwrap();
    assert_eq!((server.host.as_str(), server.port, server.security), ("smtp.la.example", 465, Security::Tls));
    assert_eq!((server.account.as_deref(), server.from.as_str()), (Some("data"), "Schoolbench <data@la.example>"));
    assert!(setup.demo, "that stays");

    assert!(has(&pages, "SCHOOLBENCH_SMTP_PASSWORD") && is_disabled(&pages, "Use for this session"));
    write(&mut pages, "Password of the mail account", "only in memory");
    press(&mut pages, "Use for this session");
    let kept = pages.asked.borrow().clone();
    assert_eq!(kept, [Request::MailPassword(Secret("only in memory".to_owned()))]);
    assert!(!format!("{kept:?}").contains("only in memory"), "nor does a log have it");
    let file = std::fs::read(super::bench::beside(&asked.bureau.path, ".people")).unwrap();
    let sought = b"only in memory";
    assert!(!file.windows(sought.len()).any(|bytes| bytes == sought), "it is in no file");
}

#[test]
fn the_outbox_is_sent_exported_and_tried_again_from_its_page() {
    let asked = Asked::all_asked();
    let office = &asked.bureau.office;
    let ids: Vec<_> = office.people().notices.keys().copied().collect();
    let why = "no such user".to_owned();
    let later = asked.now + jiff::SignedDuration::from_hours(2);
    let states = [
        (ids[0], MailState::Failed { why: why.clone() }),
        (ids[1], MailState::Waiting { tries: 2, not_before: later, why: "the server is busy".to_owned() }),
        (ids[2], MailState::Sent { at: asked.now }),
    ];
    office.mailed(&states).unwrap();
    let mut pages = pages(&asked, FIRST, Page::Setup);
    assert!(is_disabled(&pages, "Send what waits"), "there is no server");
    assert!(has(&pages, "2 notices") && has(&pages, "given up") && has(&pages, &why), "{:?}", texts(&pages));
    assert!(has(&pages, "the server is busy"));
    press(&mut pages, "Export as .eml files…");
    press(&mut pages, "Given up");
    press(&mut pages, "Try again: ");
    press(&mut pages, "All e-mails");
    assert!(has(&pages, "3 notices") && has(&pages, "sent"));
    let kept = pages.asked.borrow().clone();
    assert_eq!(kept, [Request::ExportMail, Request::MailAgain(vec![ids[0]])]);

    let mut setup = office.people().setup.clone();
    setup.mail = Some(schoolbench::collab::mail::Server {
        host: "smtp.la.example".to_owned(),
        port: 25,
        security: Security::None,
        account: None,
        from: "data@la.example".to_owned(),
        roots: None,
    });
    asked.bureau.must(FIRST, &Command::SetUp { setup });
    pages.harness.step();
    settle(&mut pages);
    press(&mut pages, "Send what waits");
    let kept = pages.asked.borrow().clone();
    assert_eq!(kept[2..], [Request::MailAgain(vec![ids[1]]), Request::SendMail], "by hand, nothing waits for its time");
}

#[test]
fn a_new_version_of_the_terms_is_put_in_force() {
    let asked = Asked::new();
    let mut pages = pages(&asked, FIRST, Page::Setup);
    assert!(has(&pages, "Version 1, in force since"));
    press(&mut pages, "Write a new version");
    assert!(is_disabled(&pages, "Put version 2 in force"), "nothing is changed yet");
    write(&mut pages, "New version of the terms", "And more. ");
    press(&mut pages, "Put version 2 in force");
    let people = asked.bureau.other().people();
    let (version, terms) = people.newest_terms().unwrap();
    assert_eq!(version, 2);
    assert!(terms.text.contains("And more."));
    assert!(has(&pages, "Version 2, in force since") && has(&pages, "Write a new version"));
}

#[test]
fn who_administers_nothing_has_no_setup() {
    let asked = Asked::new();
    let user = asked.bureau.person(FIRST, "user@la.example", AUTHORITY, Part::User, false);
    let pages = pages(&asked, user, Page::Setup);
    assert!(!has(&pages, "Save set-up") && !has(&pages, "Outbox"), "{:?}", texts(&pages));
    let setup = asked.bureau.office.people().setup.clone();
    assert!(asked.bureau.office.preview(user, &Command::SetUp { setup }, asked.now).is_err());
}
