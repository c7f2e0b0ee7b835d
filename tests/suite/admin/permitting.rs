//! Permission: an authority asks its schools and records their answers; a school's administrator answers, sees with whom
//! the school shares, and picks its users. What is told before it happens is what then happens.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role as NodeRole;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::Node;
use egui_kittest::kittest::{AccessKitNode, NodeT as _, Queryable as _};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use schoolbench::collab::{
    Command, Draft, Group, GroupId, GroupState, OrganisationId, Permission, PermissionState, PersonId, Recorded, Role,
    Side, Visibility, verdict,
};
use schoolbench::model::{School, Urn};
use schoolbench::ui::admin::{Page, Request};

use super::bench::{AUTHORITY, Bureau, FIRST, Pages, authority, register};

const CTRL: Modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
const GROUP: GroupId = GroupId(1);

fn today() -> Date {
    Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
}

/// Three schools of the authority.
fn three() -> [School; 3] {
    let (register, (code, _)) = (register(), authority());
    let heads = register.schools().filter(|school| school.la_code == code && register.head(school.urn) == school.urn);
    let mut schools = heads.take(3).cloned();
    std::array::from_fn(|_| schools.next().unwrap())
}

/// An authority with a group of three schools; the first two have an administrator.
struct Scene {
    bureau: Bureau,
    schools: [School; 3],
    organisations: [OrganisationId; 2],
    heads: [PersonId; 2],
}

impl Scene {
    fn new(visibility: Visibility) -> Self {
        let (bureau, schools) = (Bureau::new(), three());
        let [(first, one), (second, two)] = [0, 1].map(|nth: usize| bureau.school(FIRST, schools[nth].urn));
        let draft = Draft {
            owner: AUTHORITY,
            name: "Feeder schools".to_owned(),
            description: "A secondary school with its feeders".to_owned(),
            schools: schools.iter().map(|school| school.urn).collect(),
            users: BTreeSet::new(),
            visibility,
            accepts: (visibility == Visibility::SchoolsToo).then_some(1),
        };
        bureau.must(FIRST, &Command::CreateGroup { draft, state: GroupState::Live });
        Self { bureau, schools, organisations: [first, second], heads: [one, two] }
    }

    fn urn(&self, nth: usize) -> Urn {
        self.schools[nth].urn
    }

    fn name(&self, nth: usize) -> &str {
        &self.schools[nth].name
    }

    fn record(&self, nth: usize, state: PermissionState, on: Date) {
        let recorded = Recorded { state, on, agreement: String::new() };
        let schools = BTreeSet::from([self.urn(nth)]);
        self.bureau.must(FIRST, &Command::RecordPermission { group: GROUP, schools, recorded });
    }

    /// A user of one of the schools.
    fn user(&self, nth: usize, name: &str, global: bool) -> PersonId {
        let email = format!("{name}@{}.example", self.urn(nth));
        self.bureau.person(self.heads[nth], &email, self.organisations[nth], Role::User, global)
    }

    fn allocate(&self, nth: usize, user: PersonId) {
        let (school, users) = (self.urn(nth), BTreeSet::from([user]));
        self.bureau.must(self.heads[nth], &Command::Allocate { group: GROUP, school, users });
    }

    /// The group as the file has it.
    fn group(&self) -> Group {
        self.bureau.office.refresh().unwrap();
        self.bureau.office.people().groups[&GROUP].clone()
    }

    fn permission(&self, nth: usize) -> Permission {
        self.group().schools[&self.urn(nth)].permission.clone()
    }

    fn state(&self, nth: usize) -> PermissionState {
        self.permission(nth).state
    }

    /// The schools that a person sees of the group.
    fn seen(&self, person: PersonId) -> BTreeSet<Urn> {
        self.bureau.office.refresh().unwrap();
        verdict(&self.bureau.office.people(), person, GROUP).schools
    }

    fn urns(&self, of: &[usize]) -> BTreeSet<Urn> {
        of.iter().map(|nth| self.urn(*nth)).collect()
    }
}

/// What a person does with the pages.
struct Hand(Pages);

impl Hand {
    fn of(scene: &Scene, who: PersonId, page: Page) -> Self {
        let mut hand = Self(Pages::of(&scene.bureau, who, page));
        hand.settle();
        hand
    }

    fn settle(&mut self) {
        for _ in 0..4 {
            self.0.harness.step();
        }
    }

    fn texts(&self) -> Vec<String> {
        self.0.harness.root().children_recursive().filter_map(|node| name_of(&node.accesskit_node())).collect()
    }

    fn has(&self, text: &str) -> bool {
        self.texts().iter().any(|known| known == text)
    }

    /// The one text that begins so.
    fn from(&self, beginning: &str) -> String {
        let found = self.texts().into_iter().find(|text| text.starts_with(beginning));
        found.unwrap_or_else(|| panic!("nothing begins with {beginning:?}: {:#?}", self.texts()))
    }

    fn says(&self, part: &str) -> bool {
        self.texts().iter().any(|text| text.contains(part))
    }

    fn node<'a>(&'a self, name: &'a str) -> Node<'a> {
        self.0.harness.get_by(move |node| node.role() != NodeRole::Label && node.label().as_deref() == Some(name))
    }

    fn can(&self, name: &str) -> bool {
        !self.node(name).accesskit_node().is_disabled()
    }

    /// Uses what has this name, be it scrolled out of sight.
    fn click(&mut self, name: &str) {
        assert!(self.can(name), "{name} cannot be used: {:#?}", self.texts());
        self.node(name).click_accesskit();
        self.settle();
    }

    /// Writes into a field in place of what is there.
    fn write(&mut self, field: &str, text: &str) {
        let is_field =
            |node: &AccessKitNode<'_>| node.role() == NodeRole::TextInput && node.label().as_deref() == Some(field);
        self.0.harness.get_by(is_field).focus();
        self.settle();
        self.0.harness.key_press_modifiers(CTRL, Key::A);
        self.0.harness.step();
        self.0.harness.event(Event::Text(text.to_owned()));
        self.settle();
    }

    /// What was asked of the window since the last time.
    fn asked(&self) -> Vec<Request> {
        self.0.asked.borrow_mut().drain(..).collect()
    }
}

fn name_of(node: &AccessKitNode<'_>) -> Option<String> {
    if node.role() == NodeRole::Label { node.value() } else { node.label() }
}

fn both(one: &str, other: &str) -> String {
    let mut names = [one, other];
    names.sort_unstable();
    names.join(" and ")
}

#[test]
fn an_authority_asks_its_schools_and_records_what_two_of_three_answer() {
    let scene = Scene::new(Visibility::SchoolsToo);
    let mut hand = Hand::of(&scene, FIRST, Page::Permissions(GROUP));
    assert!(hand.has("Granted 0 of 3") && hand.has("Overdue 0"), "{:#?}", hand.texts());
    assert!(hand.says("1 school has no administrator here"), "{:#?}", hand.texts());
    assert!(!hand.can("Record"), "nothing is ticked");

    // Asked forty days ago; answers are due within twenty-eight.
    hand.click("Tick all 3 shown");
    hand.write("Date", "25/11/2026");
    assert!(hand.says("“25/11/2026” is not a day") && !hand.can("Record"));
    let asked = today().checked_sub(40.days()).unwrap();
    hand.write("Date", &asked.to_string());
    hand.click("Record");
    for nth in 0..3 {
        let permission = scene.permission(nth);
        assert_eq!((permission.state, permission.on), (PermissionState::Requested, Some(asked)));
        assert_eq!(permission.due, Some(asked.checked_add(28.days()).unwrap()));
    }
    assert!(hand.has("Overdue 3") && hand.has("overdue by 12 days"), "{:#?}", hand.texts());
    assert!(hand.says("Recorded requested for 3 schools"));

    // Only late ones, of which two are ticked.
    hand.click("Overdue (3)");
    let (one, two, three) = (scene.name(0).to_owned(), scene.name(1).to_owned(), scene.name(2).to_owned());
    hand.click(&format!("Tick {one}"));
    hand.click(&format!("Tick {two}"));
    hand.click("Copy e-mail addresses");
    let emails = [0, 1].map(|nth| format!("head@{}.example", scene.urn(nth)));
    let emails: BTreeSet<String> = emails.into_iter().collect();
    let emails: Vec<String> = emails.into_iter().collect();
    assert_eq!(hand.asked(), [Request::Copy(emails.join("; "))]);

    hand.click("Granted");
    hand.write("Date", &today().to_string());
    hand.write("Agreement reference", "DSA-12");
    hand.click("Record");
    let told = format!("{} will be shown to the other schools, by name and in the group's figures.", both(&one, &two));
    assert!(hand.has(&told), "{:#?}", hand.texts());
    assert_eq!(scene.state(0), PermissionState::Requested, "it is told first");
    hand.click("Record granted");
    for nth in 0..2 {
        let permission = scene.permission(nth);
        assert_eq!((permission.state, permission.on), (PermissionState::Granted, Some(today())));
        assert_eq!((permission.agreement.as_str(), permission.by), ("DSA-12", Some(FIRST)));
    }
    assert_eq!(scene.state(2), PermissionState::Requested);
    assert_eq!(scene.group().granted(), scene.urns(&[0, 1]));
    assert!(hand.has("Granted 2 of 3") && hand.has("Overdue 1"), "{:#?}", hand.texts());
    assert!(!hand.can("Record"), "the ticks are gone");

    // The filter shows the one that is late; the file has all.
    assert!(hand.has(&format!("{three}: requested")) && !hand.has(&format!("{one}: granted")));
    hand.click("Export as CSV…");
    let saved = hand.asked();
    let [Request::Save { name, contents, .. }] = &saved[..] else { panic!("{saved:?}") };
    assert_eq!(name, "permissions-feeder-schools.csv");
    let mut reader = csv::Reader::from_reader(contents.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    for (nth, state, agreement, late) in
        [(0, "granted", "DSA-12", ""), (1, "granted", "DSA-12", ""), (2, "requested", "", "12")]
    {
        let urn = scene.urn(nth).to_string();
        let row = rows.iter().find(|row| row[0] == urn).unwrap();
        assert_eq!((&row[1], &row[3]), (scene.name(nth), state));
        assert_eq!((&row[6], &row[7]), (late, agreement));
    }
}

#[test]
fn a_search_narrows_the_board_and_says_what_is_ticked_out_of_sight() {
    let scene = Scene::new(Visibility::OwnerOnly);
    let mut hand = Hand::of(&scene, FIRST, Page::Permissions(GROUP));
    hand.click(&format!("Tick {}", scene.name(0)));
    hand.write("Search schools", &scene.urn(1).to_string());
    assert!(hand.has("Tick all 1 shown") && hand.has("1 of them not shown below"), "{:#?}", hand.texts());
    hand.click("Tick all 1 shown");
    hand.click("Record");
    let states = [0, 1, 2].map(|nth| scene.state(nth));
    use PermissionState::{NotAsked, Requested};
    assert_eq!(states, [Requested, Requested, NotAsked]);

    // For a group that schools do not see, nothing follows from an answer; that is said.
    hand.click(&format!("Tick {}", scene.name(1)));
    hand.click("Granted");
    hand.click("Record");
    assert!(hand.from("Nobody sees anything different now").contains("owner only"));
    hand.click("Cancel");
    assert_eq!(scene.state(1), Requested);
}

#[test]
fn a_schools_administrator_checks_the_list_grants_and_picks_users() {
    let scene = Scene::new(Visibility::SchoolsToo);
    let (user, global) = (scene.user(0, "mary", false), scene.user(0, "glenda", true));
    scene.record(1, PermissionState::Granted, today());
    scene.record(0, PermissionState::Requested, today().checked_sub(40.days()).unwrap());
    let mut hand = Hand::of(&scene, scene.heads[0], Page::School);

    // The list: who has agreed by name, oneself, and how many more.
    assert!(hand.has(scene.name(1)) && hand.has(scene.name(0)), "{:#?}", hand.texts());
    assert!(!hand.says(scene.name(2)), "a school is named that has not agreed: {:#?}", hand.texts());
    assert!(hand.says("1 further school has not (yet) agreed"));
    assert!(hand.has("The listed schools will be able to view each others' aggregated performance data."));
    assert!(hand.says("overdue by 12 days") && hand.has("Feeder schools: requested"));
    assert!(hand.has("A secondary school with its feeders") && hand.has("Ada Adminson"));
    hand.click("Copy e-mail");
    assert_eq!(hand.asked(), [Request::Copy("ada@la.example".to_owned())]);
    assert!(hand.says("Users see it once the group is live and permission is granted."));
    assert!(!hand.can("Withdraw…") && hand.can("Refuse…"));
    assert!(hand.says("requested on"), "the history is read: {:#?}", hand.texts());

    // Grants, and is told first that the global user sees the group then.
    assert!(scene.seen(global).is_empty());
    hand.write("Agreement reference", "S-7");
    hand.click("Grant…");
    assert!(hand.from("1 person will see the group: glenda.").contains(scene.name(1)), "{:#?}", hand.texts());
    assert_eq!(scene.state(0), PermissionState::Requested);
    hand.click("Grant permission");
    let permission = scene.permission(0);
    assert_eq!((permission.state, permission.by), (PermissionState::Granted, Some(scene.heads[0])));
    assert_eq!(permission.agreement, "S-7");
    assert_eq!(scene.seen(global), scene.urns(&[0, 1]));
    assert!(hand.has("Feeder schools: granted") && hand.says("granted on"), "{:#?}", hand.texts());

    // Picks a user; the global one is in already.
    assert!(!hand.can("glenda") && hand.says("already in, sees it now"), "{:#?}", hand.texts());
    assert!(!hand.can("Save who sees it"));
    assert!(scene.seen(user).is_empty());
    hand.click("mary");
    assert!(hand.has("Not saved yet."));
    hand.click("Save who sees it");
    assert_eq!(scene.group().schools[&scene.urn(0)].users, BTreeSet::from([user]));
    assert_eq!(scene.seen(user), scene.urns(&[0, 1]));
    assert_eq!(verdict(&scene.bureau.office.people(), user, GROUP).side, Some(Side::School(scene.urn(0))));
    assert!(hand.has("sees it now") && hand.says("1 user allocated"), "{:#?}", hand.texts());
}

#[test]
fn withdrawal_says_what_ceases_before_it_does() {
    let scene = Scene::new(Visibility::SchoolsToo);
    let (mary, jo) = (scene.user(0, "mary", false), scene.user(1, "jo", false));
    for nth in 0..2 {
        scene.record(nth, PermissionState::Granted, today());
    }
    scene.allocate(0, mary);
    scene.allocate(1, jo);
    assert_eq!(scene.seen(jo), scene.urns(&[0, 1]));
    let (one, two) = (scene.name(0).to_owned(), scene.name(1).to_owned());
    let ceases = format!("{one} will no longer be shown to the other schools, neither by name nor in any figure.");

    // As the owner records it: people by name.
    let mut hand = Hand::of(&scene, FIRST, Page::Permissions(GROUP));
    hand.click(&format!("Tick {one}"));
    hand.click("Withdrawn");
    hand.click("Record");
    assert!(hand.has(&ceases), "{:#?}", hand.texts());
    assert!(hand.has(&format!("1 person will no longer see the aggregated results of {one}: jo ({two}).")));
    assert!(hand.has(&format!("1 person will no longer see the group: mary ({one}).")));
    assert!(hand.says("told by a notice, in the program and by e-mail: "), "{:#?}", hand.texts());
    hand.click("Cancel");
    assert_eq!(scene.state(0), PermissionState::Granted);
    assert!(!hand.says("What follows"));

    // As the school does it: people of other schools are counted.
    let mut hand = Hand::of(&scene, scene.heads[0], Page::School);
    assert!(!hand.can("Grant…") && !hand.can("Refuse…"));
    hand.click("Withdraw…");
    assert!(hand.has(&ceases), "{:#?}", hand.texts());
    let counted = format!("1 person will no longer see the aggregated results of {one}: 1 user of other schools.");
    assert!(hand.has(&counted), "{:#?}", hand.texts());
    assert!(hand.has("1 person will no longer see the group: mary."));
    assert!(hand.says("by e-mail: mary; and ") && hand.says(" of other organisations."), "{:#?}", hand.texts());
    assert!(!hand.says("jo ("));
    hand.click("Withdraw permission");
    assert_eq!(scene.state(0), PermissionState::Withdrawn);
    assert!(scene.seen(mary).is_empty());
    assert_eq!(scene.seen(jo), scene.urns(&[1]));

    // The other school's administrator does not see its name any more.
    let hand = Hand::of(&scene, scene.heads[1], Page::School);
    assert!(!hand.says(&one) && hand.says("2 further schools have not (yet) agreed"), "{:#?}", hand.texts());
}

#[test]
fn users_are_picked_once_the_group_is_visible_to_its_schools() {
    let scene = Scene::new(Visibility::OwnerOnly);
    scene.user(0, "mary", false);
    let hand = Hand::of(&scene, scene.heads[0], Page::School);
    assert!(hand.has("No group lists your school"), "nobody asked so far: {:#?}", hand.texts());
    scene.record(0, PermissionState::Requested, today());
    let hand = Hand::of(&scene, scene.heads[0], Page::School);
    assert!(hand.has("Feeder schools: requested"), "{:#?}", hand.texts());
    assert!(!hand.can("mary") && !hand.can("Save who sees it"));
    assert!(hand.says("For now the group is visible to its owner only"));
}

#[test]
fn each_page_is_for_its_own_administrators() {
    let scene = Scene::new(Visibility::SchoolsToo);
    let hand = Hand::of(&scene, FIRST, Page::School);
    assert_eq!(hand.0.harness.state().page(), Page::Groups);
    assert!(!hand.says("Groups of my school"));
    let hand = Hand::of(&scene, scene.heads[0], Page::Permissions(GROUP));
    assert!(hand.says("looked after by the administrators of its owner"), "{:#?}", hand.texts());
    assert!((0..3).all(|nth| !hand.says(scene.name(nth))) && !hand.says("ada@la.example"));
}
