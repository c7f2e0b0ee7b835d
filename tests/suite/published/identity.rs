//! Schools that go on under another URN, another name, another authority: one line over the years, and said so.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schoolbench::collab::{
    Command, Draft, GroupId, GroupState, Office, OrganisationId, OrganisationKind, PermissionState, PersonId, Recorded,
    Role, Visibility,
};
use schoolbench::desk::Reason;
use schoolbench::model::{Scope, Urn};
use schoolbench::workspace::{Access, Workspace};
use tempfile::TempDir;

use super::{Ask, ask, by_school, desk, loaded, only};

/// Three years of key stage 2: school 100001 becomes 100002 after the first year, 100003 and 100004 merge into 100005 after
/// the second and are in another authority then; 100006 has a new name.
fn files() -> (TempDir, Vec<PathBuf>) {
    let head = "RECTYPE,LEA,URN,SCHNAME,TELIG,PTRWM_EXP,READPROG";
    let years = [
        (
            "2016-17",
            "1,928,100001,Old Oak,20,50%,1\n1,928,100003,North,30,40%,\n1,928,100004,South,10,80%,\n1,928,100006,Mill Lane,25,60%,",
        ),
        (
            "2017-18",
            "1,928,100001,Old Oak,NEW,NEW,\n1,928,100002,Oak Academy,22,55%,2\n1,928,100003,North,30,50%,\n1,928,100004,South,SUPP,SUPP,\n1,928,100006,Mill Lane,25,64%,",
        ),
        (
            "2018-19",
            "1,928,100002,Oak Academy,24,60%,3\n1,940,100005,North and South,44,70%,\n1,928,100006,The Mill,25,68%,",
        ),
    ];
    let folder = TempDir::new().unwrap();
    let mut files = Vec::new();
    for (year, rows) in years {
        let path = folder.path().join(format!("{year}_ks2final.csv"));
        std::fs::write(&path, format!("{head}\n{rows}\n")).unwrap();
        files.push(path);
    }
    let path = folder.path().join("lookup.csv");
    std::fs::write(&path, "OLD_URN,LATEST_URN\n100001,100002.0\n100003,100005.0\n100004,100005.0\n100006,100006.0\n")
        .unwrap();
    files.push(path);
    (folder, files)
}

#[test]
fn years_under_earlier_urns_are_those_of_the_school_as_it_stands_now() {
    let (_files, paths) = files();
    let (_folder, workspace, _) = loaded(&paths);
    let desk = desk(&workspace);
    let names: Vec<String> = desk.register().schools().map(|school| school.name.clone()).collect();
    assert_eq!(names, ["Oak Academy", "North and South", "The Mill"]);
    let value = |year, urn: i32| {
        let cells = by_school(&ask(&desk, &Ask { years: year, by: "school", ..Ask::default() }));
        cells[&urn].map(|figure| (figure.value, figure.n)).map_err(|reason| reason.to_string())
    };
    assert_eq!(value("2017", 100_002), Ok((50.0, Some(20))));
    // In one year both URNs are there; one of them is new and has nothing.
    assert_eq!(value("2018", 100_002), Ok((55.0, Some(22))));
    // Two schools that merged are weighted by their pupils: (30 x 40 + 10 x 80) / 40.
    assert_eq!(value("2017", 100_005), Ok((50.0, Some(40))));
    // One of the two is suppressed: what is left stands for more than half.
    assert_eq!(value("2018", 100_005), Ok((50.0, Some(30))));
    assert_eq!(value("2019", 100_005), Ok((70.0, Some(44))));
}

#[test]
fn an_earlier_urn_is_the_same_school_and_the_answer_says_so() {
    let (_files, paths) = files();
    let (_folder, workspace, _) = loaded(&paths);
    let desk = desk(&workspace);
    let of = |scope| ask(&desk, &Ask { years: "2017-2019", scope, compare: "previous", ..Ask::default() });
    let (old, new) = (of("urn:100001"), of("urn:100002"));
    assert_eq!(old.cells(), new.cells());
    let value = |nth: usize| new.cells()[nth].figure.unwrap();
    for (nth, right) in [50.0, 55.0, 60.0].into_iter().enumerate() {
        assert!((value(nth).value - right).abs() < 1e-9, "{:?}", value(nth));
    }
    let before = value(1).comparison.unwrap().unwrap();
    assert_eq!((before.comparator, before.difference), (50.0, 5.0), "the year before is that of the earlier URN");
    assert_eq!(
        new.provenance().notes,
        ["Oak Academy (URN 100002) goes on from Old Oak (URN 100001): their years are joined"]
    );
    assert_eq!(
        of("urn:100005").provenance().notes,
        ["North and South (URN 100005) goes on from North (URN 100003) and South (URN 100004): their years are joined",]
    );
    assert_eq!(of("urn:100006").provenance().notes, ["The Mill was called Mill Lane in 2017/18"]);
}

#[test]
fn a_group_and_its_permission_go_on_with_schools_that_have_another_urn() {
    const FIRST: PersonId = PersonId(1);
    const GROUP: GroupId = GroupId(1);
    let (_files, paths) = files();
    let register = |files: &[PathBuf]| {
        let (_folder, workspace, _) = loaded(files);
        Workspace::open(&workspace, Access::Read).unwrap().register().unwrap()
    };
    let urns = |numbers: &[i32]| numbers.iter().map(|number| Urn::new(*number).unwrap()).collect::<BTreeSet<Urn>>();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.schoolbench");
    let now = Timestamp::now();
    let begin = Command::Begin {
        kind: OrganisationKind::System,
        organisation: "Northlight".to_owned(),
        name: "Ada Adminson".to_owned(),
        email: "ada@some.example".to_owned(),
    };
    let office = Office::begin(&path, register(&paths[..1]), &begin, None, now).unwrap();
    let obey = |command: Command| office.obey(Some(FIRST), &command, now).unwrap();
    let school = OrganisationKind::School(Urn::new(100_001).unwrap());
    obey(Command::AddOrganisation { kind: school, name: "Old Oak".to_owned() });
    let organisation = office.people().organisation_of(school).unwrap();
    let (email, name) = ("oak@some.example".to_owned(), "Olive Oak".to_owned());
    obey(Command::AddPerson { email, name, organisation, role: Role::User, global: true });
    let olive = office.people().by_email("oak@some.example").unwrap().0;
    let draft = Draft {
        owner: OrganisationId(1),
        name: "Some".to_owned(),
        description: String::new(),
        schools: urns(&[100_001, 100_003, 100_004, 100_006]),
        users: BTreeSet::new(),
        visibility: Visibility::SchoolsToo,
        accepts: office.people().newest_terms().map(|(version, _)| version),
    };
    obey(Command::CreateGroup { draft, state: GroupState::Live });
    // Of the two that merge, one has not agreed.
    let on = now.to_zoned_datetime(TimeZone::UTC).date();
    let recorded = Recorded { state: PermissionState::Granted, on, agreement: String::new() };
    let schools = urns(&[100_001, 100_003, 100_006]);
    obey(Command::RecordPermission { group: GROUP, schools: schools.clone(), recorded: recorded.clone() });
    assert_eq!(office.rights(olive).groups[&GROUP].schools, schools);

    let office = Office::open(&path, register(&paths)).unwrap().unwrap();
    let people = office.people();
    let members: BTreeSet<Urn> = people.groups[&GROUP].schools.keys().copied().collect();
    assert_eq!(members, urns(&[100_002, 100_005, 100_006]));
    assert_eq!(office.rights(FIRST).groups[&GROUP].schools, members);
    assert_eq!(office.rights(olive).groups[&GROUP].schools, urns(&[100_002, 100_006]));
    // What changes from then on is of the school as it stands now.
    let schools = urns(&[100_005]);
    office.obey(Some(FIRST), &Command::RecordPermission { group: GROUP, schools, recorded }, now).unwrap();
    let draft = Draft { name: "Other".to_owned(), ..Draft::of(&office.people().groups[&GROUP]) };
    let seen = office.people().groups[&GROUP].revision;
    office.obey(Some(FIRST), &Command::EditGroup { group: GROUP, seen, draft }, now).unwrap();
    assert_eq!(office.rights(olive).groups[&GROUP].schools, members);
    office.audit().unwrap();
}

#[test]
fn a_school_is_in_the_authority_that_it_is_in_now_and_its_earlier_years_with_it() {
    let (_files, paths) = files();
    let (_folder, workspace, _) = loaded(&paths);
    let desk = desk(&workspace);
    let figure = only(&ask(&desk, &Ask { years: "2017", scope: "la:940", ..Ask::default() })).unwrap();
    assert_eq!((figure.value, figure.n), (50.0, Some(40)), "both schools that became the one of authority 940");
    let northamptonshire = only(&ask(&desk, &Ask { years: "2017", scope: "la:928", ..Ask::default() })).unwrap();
    assert_eq!(northamptonshire.n, Some(45), "those that are still there");
    let register = desk.register();
    assert_eq!(register.schools_of(&Scope::La(940)).next().unwrap().la_name, "North Northamptonshire");
}

#[test]
fn a_register_that_comes_later_tells_where_schools_are_and_a_circle_does_no_harm() {
    let (folder, mut paths) = files();
    let (_folder, workspace, _) = loaded(&paths);
    let register = folder.path().join("register_20220420.csv");
    let head = "URN,EstablishmentName,TypeOfEstablishment (name),PhaseOfEducation (name),CloseDate,OpenDate,LA (code),LA (name),GOR (name),Easting,Northing";
    let rows = "100006,Mill Primary School,Community school,Primary,,01-09-1990,940,North Northamptonshire,East Midlands,480000,270000\n\
                100002,Oak Academy,Academy converter,Primary,,01-10-2017,940,North Northamptonshire,East Midlands,0,0\n";
    std::fs::write(&register, format!("{head}\n{rows}")).unwrap();
    let circle = folder.path().join("circle.csv");
    std::fs::write(&circle, "OLD_URN,LATEST_URN\n100002,100006\n100006,100002\n").unwrap();
    super::load(&workspace, &[register.clone(), circle]).unwrap();
    let opened = Workspace::open(&workspace, Access::Read).unwrap().register().unwrap();
    let mill = opened.school(Urn::new(100_006).unwrap()).unwrap();
    assert_eq!((mill.name.as_str(), mill.place, mill.la_code), ("Mill Primary School", Some((480_000, 270_000)), 940));
    assert_eq!(opened.school(Urn::new(100_002).unwrap()).unwrap().place, None, "0, 0 is no place");
    for urn in [100_001, 100_002, 100_006].map(|urn| Urn::new(urn).unwrap()) {
        assert_eq!(opened.head(urn), urn, "a circle is not followed");
    }
    // The order of the files does not matter.
    paths.insert(0, register);
    let (_folder, other, _) = loaded(&paths);
    let name =
        |path| Workspace::open(path, Access::Read).unwrap().register().unwrap().school(mill.urn).unwrap().name.clone();
    assert_eq!(name(&other), "Mill Primary School", "what is newest counts");
}

/// A workspace as the program before this one made it: without lines of schools, published figures of schools only.
#[test]
fn a_workspace_of_the_layout_before_is_brought_to_this_one_and_answers_as_it_did() {
    let (folder, workspace) = crate::fixture::workspace();
    let answer = |path: &std::path::Path| {
        ask(
            &desk(path),
            &Ask { stage: "ks4", years: "2024", indicator: "att8", by: "school", compare: "same", ..Ask::default() },
        )
    };
    let before = answer(&workspace);
    let progress = Ask { stage: "ks4", years: "2024", indicator: "p8,prior_mean", ..Ask::default() };
    let value_added = Ask { indicator: "value_added", by: "school,subject", ..progress };
    let made = ask(&desk(&workspace), &value_added);
    let old = folder.path().join("old.schoolbench");
    std::fs::copy(&workspace, &old).unwrap();
    let connection = duckdb::Connection::open_with_flags(&old, duckdb::Config::default()).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE published_1 AS SELECT code AS urn, year, key_stage, measure, subject, pupil_group, n, value, reason
                 FROM published;
             DROP TABLE published; ALTER TABLE published_1 RENAME TO published;
             DROP TABLE successors; DROP TABLE school_lines; DROP TABLE school_names; DROP TABLE area_names;
             ALTER TABLE schools DROP COLUMN as_of;
             ALTER TABLE sources DROP COLUMN id; ALTER TABLE sources DROP COLUMN layout;
             ALTER TABLE sources DROP COLUMN publisher; ALTER TABLE sources DROP COLUMN document;
             DROP TABLE expected; ALTER TABLE schoolbench DROP COLUMN headlines;
             ALTER TABLE schoolbench DROP COLUMN has_people;
             ALTER TABLE results_by_school DROP COLUMN va; ALTER TABLE results_by_subject DROP COLUMN va;
             ALTER TABLE outcomes_by_school DROP COLUMN p8; ALTER TABLE outcomes_by_year DROP COLUMN p8;
             ALTER TABLE outcomes_by_school DROP COLUMN p8_english; ALTER TABLE outcomes_by_year DROP COLUMN p8_english;
             ALTER TABLE outcomes_by_school DROP COLUMN p8_maths; ALTER TABLE outcomes_by_year DROP COLUMN p8_maths;
             ALTER TABLE outcomes_by_school DROP COLUMN p8_ebacc; ALTER TABLE outcomes_by_year DROP COLUMN p8_ebacc;
             ALTER TABLE outcomes_by_school DROP COLUMN p8_open; ALTER TABLE outcomes_by_year DROP COLUMN p8_open;
             ALTER TABLE outcomes_by_school DROP COLUMN prior_mean; ALTER TABLE outcomes_by_year DROP COLUMN prior_mean;
             UPDATE schoolbench SET layout = 1; CHECKPOINT;",
        )
        .unwrap();
    drop(connection);
    let after = answer(&old);
    assert_eq!(before.cells(), after.cells());
    assert_eq!(before.compared_with(), after.compared_with());
    // Value added is made at once, Progress 8 when pupils are loaded again.
    assert_eq!(made.cells(), ask(&desk(&old), &value_added).cells());
    assert!(ask(&desk(&old), &progress).cells().iter().all(|cell| cell.figure == Err(Reason::MadeBefore)));
    // And it can be added to.
    super::load(&old, &[super::slice("2018-19_850_ks2final.csv")]).unwrap();
    assert!(only(&ask(&desk(&old), &Ask { scope: "la:850", ..Ask::default() })).is_ok());
    assert_eq!(answer(&old).cells(), before.cells());
}
