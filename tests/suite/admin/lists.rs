//! Lists of people and groups: what is written is read back as it was, and faults are told by their line.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schoolbench::collab::audit;
use schoolbench::collab::lists::{Report, Sequence, export_groups, export_people, read_groups, read_people};
use schoolbench::collab::{
    Command, Draft, GroupState, Office, OrganisationId, OrganisationKind, PersonId, Role, Visibility,
};
use schoolbench::model::Urn;

use super::bench::{AUTHORITY, Bureau, FIRST, authority, register};

/// The first schools of the demo's authority, and one that is not there.
fn schools() -> Vec<Urn> {
    let (code, _) = authority();
    register().schools().filter(|school| school.la_code == code).map(|school| school.urn).take(4).collect()
}

fn everyone(office: &Office) -> BTreeSet<OrganisationId> {
    office.people().organisations.keys().copied().collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn people_of(office: &Office) -> String {
    text(export_people(&office.people(), &everyone(office)))
}

fn groups_of(office: &Office) -> String {
    text(export_groups(&office.people(), &everyone(office)))
}

fn read(office: &Office, list: &str) -> Report {
    read_people(list, &office.people(), office.register(), FIRST)
}

/// Carries out what a list asks for; none of it may be refused.
fn carry_out(office: &Office, report: &Report) {
    let mut sequence = Sequence::of(report, &office.people());
    while let Some((command, words)) = sequence.take_next(&office.people()) {
        let done = office.obey(Some(FIRST), &command, Timestamp::now());
        assert!(done.is_ok(), "{words}: {done:?}");
    }
}

fn draft(name: &str, schools: &[Urn], users: &[PersonId]) -> Draft {
    Draft {
        owner: AUTHORITY,
        name: name.to_owned(),
        description: "First line,\n\"second\" line".to_owned(),
        schools: schools.iter().copied().collect(),
        users: users.iter().copied().collect(),
        visibility: Visibility::OwnerOnly,
        accepts: None,
    }
}

/// People whose names a spreadsheet would take for formulas, or that need quotes.
fn of_all_kinds() -> Bureau {
    let bureau = Bureau::new();
    let names =
        ["=SUM(A1:A9)", "'=not a formula", "''quoted", "+44 Ltd", "-minus", "@home", "O'Neil, \"Q\"", "Zoë Ümlaut"];
    for (nth, name) in names.iter().enumerate() {
        let (email, name) = (format!("p{nth}@la.example"), (*name).to_owned());
        let (role, global) = (Role::ALL[nth % 2], nth % 3 == 0);
        bureau.must(FIRST, &Command::AddPerson { email, name, organisation: AUTHORITY, role, global });
    }
    let gone = bureau.person(FIRST, "gone@la.example", AUTHORITY, Role::User, false);
    let (name, role) = ("Gone".to_owned(), Role::User);
    bureau.must(FIRST, &Command::EditPerson { person: gone, name, role, global: false, active: false });
    bureau.school(FIRST, schools()[0]);
    bureau
}

#[test]
fn a_list_of_people_is_read_back_as_it_was_written() {
    let bureau = of_all_kinds();
    let list = people_of(&bureau.office);
    let report = read(&bureau.office, &list);
    let n = bureau.office.people().persons.len();
    assert_eq!(report, Report { unchanged: n, ..Report::default() }, "nothing is new in it: {list}");
}

#[test]
fn people_and_schools_of_a_list_come_into_another_office_with_no_difference() {
    let bureau = of_all_kinds();
    let list = people_of(&bureau.office);
    let other = Bureau::new();
    let report = read(&other.office, &list);
    assert_eq!(report.faults, []);
    assert_eq!(report.commands.len(), report.changes.len());
    carry_out(&other.office, &report);
    assert_eq!(people_of(&other.office), list);
    assert_eq!(other.office.people().persons, bureau.office.people().persons);
    assert_eq!(other.office.people().organisations, bureau.office.people().organisations);
}

#[test]
fn what_looks_like_a_formula_is_written_with_an_apostrophe() {
    let list = people_of(&of_all_kinds().office);
    for cell in ["'=SUM(A1:A9)", "''=not a formula", ",''quoted,", "'+44 Ltd", "'-minus", "'@home"] {
        assert!(list.contains(cell), "{cell} in {list}");
    }
    for line in list.lines().flat_map(|line| line.split(',')) {
        assert!(!line.starts_with(['=', '+', '-', '@']), "{line}");
    }
}

#[test]
fn groups_called_like_formulas_are_guarded_and_read_back_as_they_were() {
    let bureau = of_all_kinds();
    for name in ["=1+1", "'=1+1", "-minus", "@all", "+44"] {
        let draft = Draft { description: name.to_owned(), ..draft(name, &schools()[..2], &[]) };
        bureau.must(FIRST, &Command::CreateGroup { draft, state: GroupState::Draft });
    }
    let list = groups_of(&bureau.office);
    assert!(list.contains("'=1+1,'=1+1,") && list.contains("''=1+1,''=1+1,"), "{list}");
    let report = read_groups(&list, &bureau.office.people(), bureau.office.register(), FIRST);
    assert_eq!(report, Report { unchanged: 5, ..Report::default() }, "nothing is new in it: {list}");
}

#[test]
fn no_cell_of_an_audit_is_a_formula() {
    let bureau = of_all_kinds();
    let draft = draft("=HYPERLINK(\"http://some.example\")", &schools()[..1], &[]);
    bureau.must(FIRST, &Command::CreateGroup { draft, state: GroupState::Draft });
    for tried in ["=cmd|' /C calc'!A0", "+44", "-1", "@home"] {
        assert!(bureau.office.sign_in(tried, "not the password", Timestamp::now()).is_err());
    }
    let mut written = Vec::new();
    audit::csv(&bureau.office.audit().unwrap(), &mut written).unwrap();
    let mut cells = 0;
    for record in csv::Reader::from_reader(written.as_slice()).records() {
        for cell in record.unwrap().iter() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            cells += usize::from(cell.starts_with('\''));
        }
    }
    assert_eq!(cells, 5, "the group and the four who were tried");
}

#[test]
fn faults_are_told_by_their_line_and_the_other_lines_are_read() {
    let bureau = Bureau::new();
    bureau.person(FIRST, "ben@la.example", AUTHORITY, Role::User, false);
    let (code, name) = authority();
    let urn = schools()[1];
    let list = format!(
        "\u{feff}Email,Name,Organisation,Role,Global,Active\r\n\
         ben@la.example,ben,la:{code},user,yes,\r\n\
         \r\n\
         new@la.example,New One,{name},,,\r\n\
         not an address,Somebody,la:{code},user,no,yes\r\n\
         head@s.example,The Head,urn:{urn},administrator,no,yes\r\n\
         teacher@s.example,A Teacher,urn:{urn},user,no,yes\r\n\
         ben@la.example,Ben again,la:{code},user,no,yes\r\n\
         x@la.example,X,Nowhere Council,user,no,yes\r\n\
         y@la.example,Y,la:{code},boss,no,yes\r\n\
         z@la.example,Z,la:{code},user,perhaps,yes\r\n\
         u@s.example,U,urn:999999,user,no,yes\r\n\
         ada@la.example,Ada Adminson,la:{code},user,yes,yes\r\n"
    );
    let report = read(&bureau.office, &list);
    let lines: Vec<usize> = report.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [5, 7, 8, 9, 10, 11, 12, 13], "{:#?}", report.faults);
    let words = |line: usize| &report.faults.iter().find(|fault| fault.line == line).unwrap().what;
    assert!(words(5).contains("is not an e-mail address"));
    assert!(words(7).contains("choosing a school's users is for administrators of"), "{}", words(7));
    assert!(words(8).contains("is in line 2 already"));
    assert!(words(9).contains("there is no organisation “Nowhere Council”"));
    assert!(words(10).contains("write user or administrator"));
    assert!(words(11).contains("write yes or no"));
    assert!(words(12).contains("is not in this workspace"));
    assert!(words(13).contains("without an administrator"), "{}", words(13));
    // Ben becomes global; one is added; a school and its head are added.
    assert_eq!(report.commands.len(), 4, "{:#?}", report.changes);
    assert_eq!(report.unchanged, 0);
    carry_out(&bureau.office, &report);
    let people = bureau.office.people();
    assert!(people.by_email("ben@la.example").unwrap().1.global);
    let (_, head) = people.by_email("head@s.example").unwrap();
    assert_eq!(people.organisations[&head.organisation].kind, OrganisationKind::School(urn));
}

#[test]
fn an_administrator_goes_in_the_same_list_in_which_another_comes() {
    let bureau = Bureau::new();
    let (code, _) = authority();
    let list = format!(
        "email\tname\torganisation\trole\n\
         ada@la.example\tAda Adminson\tla:{code}\tuser\n\
         bea@la.example\tBea\tla:{code}\tadministrator\n"
    );
    let report = read(&bureau.office, &list);
    assert_eq!(report.faults, []);
    assert!(matches!(report.commands[0], Command::AddPerson { .. }), "the other comes first");
    carry_out(&bureau.office, &report);
    assert_eq!(bureau.office.people().persons[&FIRST].role, Role::User);
}

#[test]
fn a_number_that_somebody_else_has_taken_meanwhile_does_no_harm() {
    let bureau = Bureau::new();
    let (mine, other) = (schools()[0], schools()[1]);
    let list = format!("email,name,organisation,role\nhead@s.example,Head,urn:{mine},administrator\n");
    let report = read(&bureau.office, &list);
    assert_eq!(report.faults, []);
    let mut sequence = Sequence::of(&report, &bureau.office.people());
    bureau.school(FIRST, other);
    while let Some((command, _)) = sequence.take_next(&bureau.office.people()) {
        bureau.must(FIRST, &command);
    }
    let people = bureau.office.people();
    let (_, head) = people.by_email("head@s.example").unwrap();
    assert_eq!(people.organisations[&head.organisation].kind, OrganisationKind::School(mine));
}

#[test]
fn a_text_without_its_columns_is_not_read() {
    let bureau = Bureau::new();
    let report = read(&bureau.office, "email,colour\nx@la.example,red\n");
    assert!(report.commands.is_empty());
    assert!(report.faults.iter().all(|fault| fault.line == 1));
    assert!(report.faults.iter().any(|fault| fault.what.ends_with("missing: name, organisation")), "{report:#?}");
    assert!(!read(&bureau.office, "").faults.is_empty());
    assert_eq!(read(&bureau.office, "\n\nemail,name,organisation\n").faults, []);
}

#[test]
fn a_list_of_groups_is_read_back_as_it_was_written() {
    let bureau = of_all_kinds();
    let (ben, _) = bureau.office.people().by_email("p1@la.example").map(|(id, who)| (id, who.clone())).unwrap();
    let schools = schools();
    let create = |name: &str, state| Command::CreateGroup { draft: draft(name, &schools[..3], &[ben]), state };
    bureau.must(FIRST, &create("=North, and \"South\"", GroupState::Live));
    bureau.must(FIRST, &create("Put away", GroupState::Archived));
    let list = groups_of(&bureau.office);
    let report = read_groups(&list, &bureau.office.people(), bureau.office.register(), FIRST);
    assert_eq!(report, Report { unchanged: 2, ..Report::default() }, "{list}");

    let other = of_all_kinds();
    let report = read_groups(&list, &other.office.people(), other.office.register(), FIRST);
    assert_eq!(report.faults, []);
    carry_out(&other.office, &report);
    assert_eq!(groups_of(&other.office), list);
}

#[test]
fn groups_of_a_list_are_changed_and_their_faults_told_by_line() {
    let bureau = Bureau::new();
    let ben = bureau.person(FIRST, "ben@la.example", AUTHORITY, Role::User, false);
    let schools = schools();
    bureau.must(FIRST, &Command::CreateGroup { draft: draft("North", &schools[..2], &[]), state: GroupState::Draft });
    let (code, _) = authority();
    let (a, b) = (schools[0], schools[2]);
    let list = format!(
        "name,owner,visibility,state,schools,users\n\
         north,la:{code},,live,{a} {b},ben@la.example\n\
         Shared,la:{code},schools too,live,{a},\n\
         Odd,la:{code},everyone,live,{a},\n\
         None,la:{code},,draft,,\n\
         Far,la:{code},,draft,999999 {a},\n\
         Whose,la:{code},,draft,{a},nobody@la.example\n\
         Of a school,urn:{a},,draft,{a},\n"
    );
    let report = read_groups(&list, &bureau.office.people(), bureau.office.register(), FIRST);
    let lines: Vec<usize> = report.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8], "{:#?}", report.faults);
    assert!(report.faults[0].what.contains("read and accepted first"));
    assert!(report.faults[3].what.contains("999999"));
    assert_eq!(report.commands.len(), 2, "an edit and a state: {:#?}", report.changes);
    carry_out(&bureau.office, &report);
    let people = bureau.office.people();
    let group = people.groups.values().next().unwrap();
    assert_eq!((group.name.as_str(), group.state), ("north", GroupState::Live));
    assert_eq!(group.schools.keys().copied().collect::<Vec<_>>(), [a.min(b), a.max(b)]);
    assert_eq!(group.users, [ben].into());
    assert_eq!(group.description, "First line,\n\"second\" line", "a column that is not there changes nothing");
}
