//! People at the window: who signs in sees their groups and nothing else, and what changes meanwhile is seen at once.

use std::collections::BTreeSet;
use std::path::PathBuf;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schoolbench::collab::{
    self, Command, Draft, GroupId, GroupState, Office, OrganisationId, OrganisationKind, PermissionState, PersonId,
    Recorded, Role as Duty, Visibility,
};
use schoolbench::desk::DeskError;
use schoolbench::model::{Indicator, Scope, Urn, Year};
use schoolbench::ui::Place as Dashboard;
use schoolbench::workspace::{Access, Register, Workspace};

use super::figures::{self, reads, recounted};
use super::harness::{Bench, CTRL, Place, sized};
use crate::demo;
use crate::oracle::{self, Asked, Expected};

/// Who begins.
pub const FIRST: PersonId = PersonId(1);
pub const GROUP: GroupId = GroupId(1);
/// Passwords: one that an administrator has told somebody, their own, and the administrator's.
const ONCE: &str = "told at the door";
pub const OWN: &str = "seven quiet lanterns";
const FIRSTS: &str = "a harbour in winter";

/// Secondary schools of the demo's authority.
pub const SCHOOLS: [i32; 5] = [900_002, 900_006, 900_009, 900_022, 900_028];

pub fn urn(number: i32) -> Urn {
    Urn::new(number).unwrap()
}

fn urns(numbers: &[i32]) -> BTreeSet<Urn> {
    numbers.iter().copied().map(urn).collect()
}

fn recorded(state: PermissionState) -> Recorded {
    let on = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    Recorded { state, on, agreement: String::new() }
}

/// The demo's workspace in a folder of its own.
pub struct Scene {
    place: Place,
    path: PathBuf,
    register: Register,
}

impl Scene {
    fn new() -> Self {
        let place = Place::new();
        let path = place.folder.path().join("shared.schoolbench");
        std::fs::copy(demo::workspace(), &path).unwrap();
        let register = Workspace::open(&path, Access::Read).unwrap().register().unwrap();
        Self { place, path, register }
    }

    /// The window over it.
    pub fn open(&self) -> Bench {
        Bench::start(sized(1280.0, 800.0), &self.place, Some(self.path.clone()))
    }

    /// An office beside that of the window, as another program has it.
    fn office(&self) -> Office {
        Office::open(&self.path, self.register.clone()).unwrap().unwrap()
    }

    fn name(&self, urn: Urn) -> &str {
        &self.register.school(urn).unwrap().name
    }

    /// Names on screen of schools that are none of these.
    fn named_beside(&self, bench: &Bench, seen: &BTreeSet<Urn>) -> Vec<String> {
        let own: Vec<&str> = seen.iter().map(|urn| self.name(*urn)).collect();
        let others = self.register.schools().map(|school| school.name.as_str());
        let others: Vec<&str> = others.filter(|name| !own.iter().any(|own| own.contains(name))).collect();
        let texts = bench.texts().into_iter();
        texts.filter(|text| others.iter().any(|name| text.contains(name))).collect()
    }

    /// Nothing of anybody's results is on screen: no school, no group to choose, no figure.
    fn assert_nothing_shown(&self, bench: &Bench) {
        let named = self.named_beside(bench, &BTreeSet::new());
        assert!(named.is_empty(), "{named:?}");
        let of_results = |text: &String| text.starts_with("Attainment 8") || text.starts_with("Group: ");
        assert!(!bench.texts().iter().any(of_results), "results are shown: {:#?}", bench.texts());
        assert_eq!(bench.caption("Headlines"), None);
    }

    /// The questions that were refused, as the audit has them.
    fn refused(&self) -> Vec<Option<PersonId>> {
        let rows = self.office().audit().unwrap().into_iter();
        rows.filter(|row| row.what == "is refused a question").map(|row| row.who).collect()
    }
}

/// The groups that can be picked.
fn groups(bench: &mut Bench) -> Vec<String> {
    bench.click_from("Group: ");
    bench.harness.run();
    let groups = bench.options();
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    groups
}

/// What the tiles of the view ask, without a comparator.
fn alone(bench: &Bench) -> Asked {
    Asked { compare: "none", ..figures::asked(bench.view()) }
}

/// The tiles are of these schools and no others.
fn assert_tiles_of(bench: &Bench, schools: &BTreeSet<Urn>) {
    assert_eq!(bench.view().scope, Scope::Schools(schools.clone()));
    let asked = alone(bench);
    let faults = figures::faults(bench, &asked);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn last_year(bench: &Bench) -> i64 {
    *figures::years(bench.view().stage).last().unwrap()
}

fn year(number: i64) -> Year {
    Year::new(i32::try_from(number).unwrap()).unwrap()
}

/// Gives a command from the palette.
pub fn command(bench: &mut Bench, words: &str) {
    bench.key(CTRL, Key::K);
    bench.harness.run();
    bench.type_in(words.trim_end_matches('…'));
    bench.harness.get_by_role_and_label(Role::ListBoxOption, words).click();
    bench.harness.step();
    bench.away();
}

/// Looks as somebody of the demonstration.
fn look_as(bench: &mut Bench, name: &str) {
    bench.click_from("People");
    bench.press(&format!("View as {name}"));
    let banner = format!("You look as {name}: ");
    bench.until("the banner", |bench| bench.texts().iter().any(|text| text.starts_with(&banner)));
}

fn see_everything(bench: &mut Bench) {
    bench.press("See everything again");
    bench.answered();
    assert!(!bench.texts().iter().any(|text| text.starts_with("You look as")), "{:#?}", bench.texts());
}

/// An authority sets up a group, its schools agree, one picks a user; and the user sees what was agreed.
#[test]
fn a_group_of_the_demonstration_is_set_up_shared_and_seen() {
    const NAME: &str = "Physics network";
    let scene = Scene::new();
    collab::demo::people(&scene.path, scene.register.clone(), Timestamp::now()).unwrap();
    let mut bench = scene.open();
    bench.answered();

    // Nobody is signed in: everything is there to choose.
    assert!(bench.has("Nobody is signed in"), "{:#?}", bench.texts());
    let told = bench.text_from("All of it is shown. You could look as ");
    assert!(told.contains("(administrator of ") && told.contains("(user of "), "{told}");
    let all = groups(&mut bench);
    for group in ["All schools", "Wexmoor", "Science network"] {
        assert!(all.iter().any(|known| known == group), "{group} is not among {all:#?}");
    }
    bench.press("Look as one of them");
    let people = scene.office().people();
    for person in people.persons.values() {
        assert_eq!(bench.has(&format!("View as {}", person.name)), person.active, "{}", person.name);
    }
    look_as(&mut bench, "Marguerite Oyelaran");
    assert!(bench.text_from("You look as ").contains(": administrator of "), "{:#?}", bench.texts());

    // Four steps.
    bench.press("Create group");
    bench.write("Name", NAME);
    bench.write("Description", "Five secondary schools");
    bench.press("Next");
    bench.press("Paste a list of URNs");
    bench.write("List of URNs", &SCHOOLS.map(|urn| urn.to_string()).join("\n"));
    bench.press("Add pasted schools");
    bench.until_said("✓ 5 schools added");
    bench.press("Next");
    bench.press("Callum Pryderi (callum.pryderi@wexmoor.example)");
    bench.press("Next");
    bench.press("Schools too");
    let (version, _) = people.newest_terms().unwrap();
    bench.press(&format!("I have read and accept the terms, version {version}"));
    bench.press("Create group");
    bench.until_said(&format!("✓ “{NAME}” is created, for its schools too"));

    // All are asked; three agree, as the authority records it.
    bench.press("Permissions of its schools");
    bench.press("Tick all 5 shown");
    bench.press("Record");
    bench.until_said("✓ Recorded requested for 5 schools");
    for number in &SCHOOLS[1..4] {
        bench.press(&format!("Tick {}", scene.name(urn(*number))));
    }
    bench.press("Granted");
    bench.press("Record");
    bench.press("Record granted");
    bench.until_said("✓ Recorded granted for 3 schools");
    bench.press("Back to groups");
    bench.write("Search groups", NAME);
    bench.press(&format!("Tick {NAME}"));
    bench.press("Make live 1 ticked group");
    bench.press("Make live now");
    bench.until_said(&format!("✓ “{NAME}” is live now"));
    see_everything(&mut bench);
    assert!(groups(&mut bench).iter().any(|group| group == NAME));

    // The school answers for itself, and picks who sees it.
    let school = scene.name(urn(SCHOOLS[0])).to_owned();
    look_as(&mut bench, "Jocasta Penhale");
    bench.until_said("Groups of my school");
    bench.press(NAME);
    bench.until_said(&format!("{school}: requested"));
    bench.press("Grant…");
    bench.press("Grant permission");
    bench.until_said("✓ Your school's permission is granted now");
    bench.press("Emeka Thistlewood");
    bench.press("Save who sees it");
    bench.until_said("✓ 1 user allocated");
    see_everything(&mut bench);

    // The user: exactly the groups that are theirs.
    look_as(&mut bench, "Emeka Thistlewood");
    bench.click("Overview");
    bench.answered();
    let office = scene.office();
    let user = office.people().by_email("emeka.thistlewood@zornowater.example").unwrap().0;
    let rights = office.rights(user);
    let mut names: Vec<String> = rights.groups.values().map(|seen| seen.name.clone()).collect();
    names.sort();
    assert_eq!(names, [NAME, "Science network"]);
    assert_eq!(groups(&mut bench), names);
    bench.pick("Group", NAME);
    bench.answered();
    let granted = urns(&SCHOOLS[..4]);
    assert_tiles_of(&bench, &granted);

    // The headline once more, of a desk at which nobody sits.
    let last = last_year(&bench);
    let asked = Asked { years: vec![last], by: Vec::new(), indicators: vec!["att8"], ..alone(&bench) };
    let answer = oracle::desk().ask_and_wait(&asked.question()).unwrap();
    let figure = answer.cells()[0].figure.as_ref().unwrap();
    let label = "att8".parse::<Indicator>().unwrap().label();
    let tile = bench.text_from(&format!("{label}, {}: ", year(last)));
    let (_, told) = tile.split_once(": ").unwrap();
    assert!(reads(told, &[figure.value, figure.n.unwrap() as f64]), "{tile}, not {figure:?}");

    // No dashboard asks what is not open, or names a school that is not shared.
    let seen: BTreeSet<Urn> = rights.groups.values().flat_map(|seen| seen.schools.iter().copied()).collect();
    let keys = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
    for (key, place) in keys.into_iter().zip(Dashboard::ALL) {
        bench.key(CTRL, key);
        bench.answered();
        assert_eq!(bench.view().place, place);
        let named = scene.named_beside(&bench, &seen);
        assert!(named.is_empty(), "{}: {named:?}", place.title());
        let refused = bench.texts().into_iter().find(|text| text.contains("this is not open to you"));
        assert_eq!(refused, None, "{}", place.title());
    }
    assert_eq!(scene.refused(), []);

    // The chart, on the workbench: the group's schools alone.
    let asked = Asked { indicators: vec!["pct_fsm6", "att8"], by: vec!["school"], years: vec![last], ..alone(&bench) };
    let cells = recounted(&asked);
    let has = |school: &str, indicator: &'static str| {
        matches!(cells.get(&(vec![oracle::intern(school)], indicator)), Some(Expected::Figure { .. }))
    };
    let drawn = granted.iter().map(Urn::to_string).filter(|school| has(school, "pct_fsm6") && has(school, "att8"));
    let beginning = format!("Schools, {}: {} of the group and 0 others", year(last), drawn.count());
    let told = bench.text_from("Schools, ");
    assert!(told.starts_with(&beginning), "{told}, not {beginning}");
}

/// A workspace with real people: who begins, and a user of a school whose group is live, with the permission of all.
pub fn real() -> (Scene, Office, PersonId) {
    let scene = Scene::new();
    let begin = Command::Begin {
        kind: OrganisationKind::System,
        organisation: "Northlight".to_owned(),
        name: "Ada Adminson".to_owned(),
        email: "ada@some.example".to_owned(),
    };
    let register = scene.register.clone();
    let office = Office::begin(&scene.path, register, &begin, Some(FIRSTS), Timestamp::now()).unwrap();
    let obey = |command: Command| {
        office.obey(Some(FIRST), &command, Timestamp::now()).unwrap();
    };
    let school = urn(SCHOOLS[0]);
    let kind = OrganisationKind::School(school);
    obey(Command::AddOrganisation { kind, name: scene.name(school).to_owned() });
    let organisation = office.people().organisation_of(kind).unwrap();
    let email = "una@some.example".to_owned();
    let name = "Una Field".to_owned();
    obey(Command::AddPerson { email, name, organisation, role: Duty::User, global: false });
    let una = office.people().by_email("una@some.example").unwrap().0;
    let draft = Draft {
        owner: OrganisationId(1),
        name: "Four together".to_owned(),
        description: String::new(),
        schools: urns(&SCHOOLS[..4]),
        users: BTreeSet::new(),
        visibility: Visibility::SchoolsToo,
        accepts: office.people().newest_terms().map(|(version, _)| version),
    };
    obey(Command::CreateGroup { draft, state: GroupState::Live });
    let recorded = recorded(PermissionState::Granted);
    obey(Command::RecordPermission { group: GROUP, schools: urns(&SCHOOLS[..4]), recorded });
    obey(Command::Allocate { group: GROUP, school, users: [una].into() });
    (scene, office, una)
}

pub fn sign_in(bench: &mut Bench, email: &str, password: &str) {
    bench.until_said("Sign in to shared");
    bench.write("E-mail", email);
    bench.write("Password", password);
    bench.press("Sign in");
}

#[test]
fn nothing_is_shown_before_somebody_signs_in_and_then_what_is_theirs() {
    let (scene, office, una) = real();
    office.set_password(FIRST, una, ONCE, Timestamp::now()).unwrap();
    let mut bench = scene.open();
    bench.until_said("Sign in to shared");
    scene.assert_nothing_shown(&bench);

    // Nor does the palette know a school or a group.
    bench.click_from("Find anything…");
    bench.harness.run();
    let school = |option: &String| scene.register.schools().any(|school| option.contains(&school.name));
    let group = |option: &String| option == "All schools" || option == "Four together" || option == "Wexmoor";
    assert!(!bench.options().is_empty(), "there are commands");
    for _ in 0..2 {
        let found = bench.options().into_iter().find(|option| school(option) || group(option));
        assert_eq!(found, None);
        bench.type_in(scene.name(urn(SCHOOLS[1])));
        bench.harness.run();
    }
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    assert!(bench.options().is_empty(), "the palette is closed");

    sign_in(&mut bench, "una@some.example", "not the password");
    bench.until_said("× the e-mail or the password is not right");
    scene.assert_nothing_shown(&bench);
    // The password can be typed once more at once.
    bench.type_in(ONCE);
    bench.key(Modifiers::NONE, Key::Enter);
    bench.until_said("Yours was set by an administrator and is good for this once.");
    scene.assert_nothing_shown(&bench);
    bench.write("Password until now", OWN);
    bench.write("New password", OWN);
    bench.write("New password again", "seven quiet lantern");
    bench.until_said("× the two differ");
    assert!(!bench.can("Set password"));
    bench.write("New password again", OWN);
    bench.press("Set password");
    bench.until_said("× the password until now is not right");
    // What is new stays; the old one can be typed at once.
    bench.type_in(ONCE);
    bench.press("Set password");
    bench.until_said("Your password is set");
    bench.click("Overview");
    bench.answered();
    assert!(bench.has("Una Field"), "the bar says who is signed in: {:#?}", bench.texts());
    assert_eq!(groups(&mut bench), ["Four together"]);
    let shared = urns(&SCHOOLS[..4]);
    assert_tiles_of(&bench, &shared);
    let faults = figures::faults(&bench, &figures::asked(bench.view()));
    assert!(faults.is_empty(), "all have agreed, so all schools are the comparator: {}", faults.join("\n"));
    assert_eq!(scene.refused(), []);

    // Another password can be chosen at any time, and need not be.
    command(&mut bench, "Change password…");
    bench.until_said("Choose a password");
    assert!(!bench.has("Yours was set by an administrator and is good for this once."));
    bench.press("Cancel");
    bench.answered();
    assert_tiles_of(&bench, &shared);

    // What the screen does not offer is refused all the same, and is in the audit.
    let of_group = alone(&bench);
    let of_all = Asked { scope: oracle::Scope::All, by: vec!["school"], ..of_group.clone() };
    let refused = bench.window().desk().unwrap().ask_and_wait(&of_all.question()).unwrap_err();
    assert!(matches!(*refused, DeskError::Refused { .. }), "{refused}");
    assert_eq!(scene.refused(), [Some(una)]);

    command(&mut bench, "Sign out");
    bench.until_said("Sign in to shared");
    scene.assert_nothing_shown(&bench);
    let refused = bench.window().desk().unwrap().ask_and_wait(&of_group.question()).unwrap_err();
    assert!(matches!(*refused, DeskError::Refused { .. }), "{refused}");
    // The password that was good for once is good no more.
    sign_in(&mut bench, "una@some.example", ONCE);
    bench.until_said("× the e-mail or the password is not right");
    sign_in(&mut bench, "una@some.example", OWN);
    bench.until("the group again", |bench| bench.window().person() == Some(una));
    bench.answered();
    assert_eq!(bench.view().place, Dashboard::Overview);
    assert_tiles_of(&bench, &shared);
}

#[test]
fn what_another_program_changes_reaches_the_open_window() {
    let (scene, office, una) = real();
    office.set_password(una, una, OWN, Timestamp::now()).unwrap();
    let mut bench = scene.open();
    sign_in(&mut bench, "una@some.example", OWN);
    bench.until("the dashboards", |bench| bench.window().person() == Some(una));
    bench.click("Overview");
    bench.answered();
    assert_tiles_of(&bench, &urns(&SCHOOLS[..4]));
    let of_four = alone(&bench);
    let record = |number: i32, state: PermissionState| {
        let (schools, recorded) = (urns(&[number]), recorded(state));
        let command = Command::RecordPermission { group: GROUP, schools, recorded };
        office.obey(Some(FIRST), &command, Timestamp::now()).unwrap();
    };

    // A school withdraws: it is in no figure and not named, and there is no way back to it.
    record(SCHOOLS[3], PermissionState::Withdrawn);
    let three = urns(&SCHOOLS[..3]);
    let shrunk = Scope::Schools(three.clone());
    bench.until("the smaller group", |bench| bench.view().scope == shrunk);
    bench.answered();
    assert_tiles_of(&bench, &three);
    for _ in 0..3 {
        bench.key(CTRL, Key::Z);
        bench.key(Modifiers::ALT, Key::ArrowLeft);
    }
    bench.answered();
    assert_tiles_of(&bench, &three);
    let named = scene.named_beside(&bench, &three);
    assert!(named.is_empty(), "{named:?}");
    assert_eq!(scene.refused(), []);
    let refused = bench.window().desk().unwrap().ask_and_wait(&of_four.question()).unwrap_err();
    assert!(matches!(*refused, DeskError::Refused { .. }), "{refused}");

    // Their own school withdraws: there is nothing to see, and that is said. Nothing is asked in vain.
    record(SCHOOLS[0], PermissionState::Withdrawn);
    bench.until_said("No group is open to you");
    scene.assert_nothing_shown(&bench);
    bench.answered();
    assert_eq!(scene.refused(), [Some(una)]);
    record(SCHOOLS[0], PermissionState::Granted);
    bench.until("the group again", |bench| bench.view().scope == shrunk);
    bench.answered();
    assert_tiles_of(&bench, &three);

    // They may not sign in any more: whatever is open is gone from the screen.
    bench.key(CTRL, Key::K);
    bench.harness.run();
    assert!(!bench.options().is_empty());
    let name = "Una Field".to_owned();
    let command = Command::EditPerson { person: una, name, role: Duty::User, global: false, active: false };
    office.obey(Some(FIRST), &command, Timestamp::now()).unwrap();
    bench.until_said("Sign in to shared");
    scene.assert_nothing_shown(&bench);
    assert!(bench.options().is_empty());
    assert_eq!(bench.window().person(), None);
    sign_in(&mut bench, "una@some.example", OWN);
    bench.until_said("× the e-mail or the password is not right");
}

#[test]
fn the_first_administrator_is_made_and_begins() {
    let scene = Scene::new();
    let mut bench = scene.open();
    bench.answered();
    assert!(bench.has("Nobody is signed in") && bench.window().people().is_none());
    command(&mut bench, "Set up people…");
    bench.until_said("People for this workspace");
    bench.press("Leave it open");
    bench.answered();
    assert!(bench.has("Nobody is signed in") && bench.window().people().is_none());
    command(&mut bench, "Set up people…");
    bench.until_said("People for this workspace");
    bench.pick("Organisation", "Wexmoor");
    bench.write("Your name", "Ada Adminson");
    bench.write("Your e-mail", "ada@some.example");
    bench.write("New password", "short");
    bench.write("New password again", "short");
    assert!(!bench.can("Make me its first administrator"), "the password is too short");
    bench.write("New password", FIRSTS);
    bench.write("New password again", FIRSTS);
    bench.press("Make me its first administrator");
    bench.until("the administration", |bench| bench.can("Create group"));
    assert!(bench.has("There are no groups yet"), "{:#?}", bench.texts());
    assert_eq!(bench.window().person(), Some(FIRST));
    let people = scene.office().people();
    assert_eq!((people.persons.len(), people.setup.demo), (1, false));
    assert_eq!(people.kind_of(FIRST), Some(OrganisationKind::La(991)));
    assert!(!bench.texts().iter().any(|text| text.starts_with("You look as")), "nobody is made up");

    // From now on one signs in; and who only administers sees no results.
    command(&mut bench, "Sign out");
    bench.until_said("Sign in to shared");
    scene.assert_nothing_shown(&bench);
    sign_in(&mut bench, "ada@some.example", FIRSTS);
    bench.until_said("No group is open to you");
    scene.assert_nothing_shown(&bench);
    bench.press("Administration");
    bench.until("the administration", |bench| bench.can("Create group"));
    assert_eq!(scene.refused(), []);
}
