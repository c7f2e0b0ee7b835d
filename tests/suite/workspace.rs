//! A workspace in use, foreign, damaged or newer: told as what it is, and never written to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use duckdb::{Config, Connection};
use jiff::Timestamp;
use schoolbench::collab::{Command, Office, OrganisationKind};
use schoolbench::ingest::{Cancel, ImportError, import};
use schoolbench::workspace::{Access, Workspace, WorkspaceError};
use tempfile::TempDir;

use crate::fixture::{self, Data, binary, contents};

/// Asks for something that reads the facts.
fn ask(workspace: &Path) -> Output {
    let question = ["--stage", "ks4", "--years", "2024", "--scope", "all", "--indicator", "att8", "--by", "school"];
    binary().arg("ask").arg("--workspace").arg(workspace).args(question).output().unwrap()
}

fn load(workspace: &Path) -> Output {
    let folder = TempDir::new().unwrap();
    let files = Data::of(&[2025]).write(folder.path());
    binary().arg("import").arg("--workspace").arg(workspace).args(files).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Another program is kept out, in words.
fn assert_in_use(output: &Output, workspace: &Path) {
    let told = told(output);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("is in use by") && told.contains(&workspace.display().to_string()), "{told}");
}

// ---- In use ----

#[test]
fn a_second_program_is_kept_out_while_one_writes() {
    let (_folder, workspace) = fixture::workspace();
    let held = Workspace::open(&workspace, Access::Write).unwrap();
    assert_in_use(&load(&workspace), &workspace);
    assert_in_use(&ask(&workspace), &workspace);
    let told = told(&load(&workspace));
    assert!(told.contains(&format!("(process {})", std::process::id())), "{told}");
    drop(held);
    assert!(load(&workspace).status.success());
}

#[test]
fn nobody_writes_while_another_program_reads() {
    let (_folder, workspace) = fixture::workspace();
    let held = Workspace::open(&workspace, Access::Read).unwrap();
    assert_in_use(&load(&workspace), &workspace);
    assert!(ask(&workspace).status.success(), "two programs can read at once");
    drop(held);
    assert!(load(&workspace).status.success());
}

#[test]
fn one_program_has_two_readers_or_one_writer() {
    let (_folder, path) = fixture::workspace();
    let open = |access| Workspace::open(&path, access);
    {
        let (first, second) = (open(Access::Read).unwrap(), open(Access::Read).unwrap());
        assert_eq!(first.sources().unwrap(), second.sources().unwrap());
        assert!(matches!(open(Access::Write), Err(WorkspaceError::InUse { .. })));
    }
    let _writer = open(Access::Write).unwrap();
    assert!(matches!(open(Access::Read), Err(WorkspaceError::InUse { .. })));
    assert!(matches!(open(Access::Write), Err(WorkspaceError::InUse { .. })));
}

/// Unix forgets a program's locks on a file when the program closes the file once, however often it has it open.
#[test]
fn a_refused_second_open_does_not_let_another_program_in() {
    let (_folder, path) = fixture::workspace();
    let _writer = Workspace::open(&path, Access::Write).unwrap();
    assert!(matches!(Workspace::open(&path, Access::Write), Err(WorkspaceError::InUse { .. })));
    assert_in_use(&load(&path), &path);
}

#[test]
fn a_reader_that_goes_does_not_let_a_writer_in() {
    let (_folder, path) = fixture::workspace();
    let _first = Workspace::open(&path, Access::Read).unwrap();
    drop(Workspace::open(&path, Access::Read).unwrap());
    assert_in_use(&load(&path), &path);
}

#[cfg(unix)]
#[test]
fn a_workspace_under_two_names_is_one() {
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("link");
    fs::create_dir(folder.path().join("real")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("real"), &link).unwrap();
    let path = link.join("new.schoolbench");
    let _writer = Workspace::create(&path).unwrap();
    let again = Workspace::open(&path, Access::Write);
    assert!(matches!(again, Err(WorkspaceError::InUse { .. })), "{again:?}");
}

// ---- Not usable ----

/// Neither the library nor the program opens a file, and it stays as it was.
fn check(name: &str, path: &Path, exit_code: i32, is_right: fn(&WorkspaceError) -> bool) {
    let before = fs::read(path).unwrap();
    for access in [Access::Read, Access::Write] {
        let error = Workspace::open(path, access).err();
        let error = error.unwrap_or_else(|| panic!("{name} was opened for {access:?}"));
        assert!(is_right(&error), "{name}, {access:?}: {error:?}");
        assert!(error.to_string().ends_with(&path.display().to_string()), "{name}: the path is last: {error}");
    }
    let (_folder, files) = fixture::files();
    let error = import(path, &files, &Cancel::default(), &mut |_| {}).unwrap_err();
    assert!(matches!(&error, ImportError::Workspace(error) if is_right(error)), "{name}: {error:?}");
    for output in [ask(path), load(path)] {
        assert_eq!(output.status.code(), Some(exit_code), "{name}: {}", told(&output));
    }
    assert!(fs::read(path).unwrap() == before, "{name}: the file was written to");
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "{name}: files beside it");
}

/// A path in a folder of its own.
fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.schoolbench");
    (folder, path)
}

fn duckdb(path: &Path, sql: &str) {
    let connection = Connection::open_with_flags(path, Config::default()).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn foreign_files() {
    let foreign = |error: &WorkspaceError| matches!(error, WorkspaceError::Foreign { .. });
    let texts: [&[u8]; 5] = [b"", b"12345", b"urn,name\n100001,Ash\n", &[0; 20_000], b"SQLite format 3\0 and so on"];
    for text in texts {
        let (_folder, path) = place();
        fs::write(&path, text).unwrap();
        check(&String::from_utf8_lossy(&text[..text.len().min(10)]), &path, 4, foreign);
    }
    let databases = [
        "CREATE TABLE other (a INTEGER)",
        "CREATE TABLE schoolbench (a INTEGER)",
        "CREATE TABLE schoolbench (layout BIGINT, revision BIGINT)",
        "CREATE SCHEMA s; CREATE TABLE s.schoolbench (layout BIGINT); INSERT INTO s.schoolbench VALUES (1)",
    ];
    for sql in databases {
        let (_folder, path) = place();
        duckdb(&path, sql);
        check(sql, &path, 4, foreign);
    }
}

#[test]
fn a_newer_layout() {
    let (_folder, path) = fixture::workspace();
    duckdb(&path, "UPDATE schoolbench SET layout = 99");
    check("layout 99", &path, 4, |error| matches!(error, WorkspaceError::Newer { version: 99, .. }));
    let told = told(&ask(&path));
    assert!(told.contains("newer Schoolbench (layout 99)"), "{told}");
}

#[test]
fn no_file() {
    let (folder, path) = place();
    for access in [Access::Read, Access::Write] {
        assert!(matches!(Workspace::open(&path, access), Err(WorkspaceError::Missing { .. })));
    }
    assert_eq!(ask(&path).status.code(), Some(4));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(matches!(Workspace::open(folder.path(), Access::Read), Err(WorkspaceError::Unreadable { .. })));
}

#[test]
fn a_new_workspace_is_not_made_over_a_file() {
    let (_folder, path) = fixture::workspace();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Workspace::create(&path), Err(WorkspaceError::Exists { .. })));
    assert!(fs::read(&path).unwrap() == before);
}

// ---- With people ----

/// Sets people up for a workspace; gives where their file is.
fn begin(workspace: &Path) -> PathBuf {
    let register = Workspace::open(workspace, Access::Read).unwrap().register().unwrap();
    let begin = Command::Begin {
        kind: OrganisationKind::La(301),
        organisation: "Northshire".to_owned(),
        name: "Ada Adminson".to_owned(),
        email: "ada@la.example".to_owned(),
    };
    Office::begin(workspace, register, &begin, Some("a harbour in winter"), Timestamp::now()).unwrap();
    people_of(workspace)
}

fn people_of(workspace: &Path) -> PathBuf {
    let mut people = workspace.as_os_str().to_owned();
    people.push(".people");
    people.into()
}

fn without_people(error: &WorkspaceError) -> bool {
    matches!(error, WorkspaceError::WithoutPeople { .. })
}

#[test]
fn a_copy_without_its_people_is_refused_and_with_them_it_opens() {
    let (_folder, original) = fixture::workspace();
    let people = begin(&original);
    let (_folder, copy) = place();
    fs::copy(&original, &copy).unwrap();
    check("a copy alone", &copy, 4, without_people);
    let told = told(&ask(&copy));
    assert!(told.contains("bring back some.schoolbench.people") && told.contains("admin begin --anew"), "{told}");
    // It can be opened to begin anew, and is still refused to everybody else.
    assert_eq!(Workspace::open_without_people(&copy).unwrap().register().unwrap().schools().len(), 5);
    check("a copy alone, again", &copy, 4, without_people);
    fs::copy(people, people_of(&copy)).unwrap();
    assert!(Workspace::open(&copy, Access::Read).is_ok());
    assert_eq!(ask(&copy).status.code(), Some(3), "its people say who they are");
}

#[test]
fn people_who_come_while_others_look_are_noted_when_the_last_one_goes() {
    let (_folder, path) = fixture::workspace();
    let (first, second) =
        (Workspace::open(&path, Access::Read).unwrap(), Workspace::open(&path, Access::Read).unwrap());
    let people = begin(&path);
    drop(first);
    drop(second);
    fs::remove_file(people).unwrap();
    check("people came while it was open", &path, 4, without_people);
}

/// A workspace of the layout before, which could not be marked: with its people it is marked when it is opened.
#[test]
fn a_workspace_of_the_layout_before_is_marked_where_it_has_people() {
    let before = "ALTER TABLE schoolbench DROP COLUMN has_people; UPDATE schoolbench SET layout = 3; CHECKPOINT;";
    let (_folder, path) = fixture::workspace();
    let people = begin(&path);
    duckdb(&path, before);
    drop(Workspace::open(&path, Access::Read).unwrap());
    fs::remove_file(people).unwrap();
    check("of layout 3 with people", &path, 4, without_people);

    let (_folder, path) = fixture::workspace();
    let answer = ask(&path).stdout;
    duckdb(&path, before);
    assert!(ask(&path).stdout == answer && !answer.is_empty(), "without people it opens as before");
    assert!(load(&path).status.success());
}

// ---- Damaged ----

#[test]
fn truncated() {
    let (_folder, whole) = fixture::workspace();
    let bytes = fs::read(whole).unwrap();
    let damaged = |error: &WorkspaceError| matches!(error, WorkspaceError::Damaged { .. });
    for length in [12, 100, 4095, 4096, 8192, 12_288, 20_000, bytes.len() / 2] {
        let (_folder, path) = place();
        fs::write(&path, &bytes[..length]).unwrap();
        check(&format!("{length} bytes"), &path, 4, damaged);
    }
}

/// Bytes changed anywhere in the file are told, or are where they change no answer. The file stays as it is.
#[test]
fn bytes_changed_in_the_middle() {
    let (_folder, whole) = fixture::workspace();
    let bytes = fs::read(&whole).unwrap();
    let answer = ask(&whole).stdout;
    assert!(!answer.is_empty());
    let (mut told_of, mut wrong, places) = (0, Vec::new(), 24);
    let heads = [12, 16, 40, 4096, 4104, 4130, 8192, 8200, 8230];
    let spread = (0..places).map(|nth| 12_288 + nth * (bytes.len() - 12_288) / places + 100);
    for at in heads.into_iter().chain(spread) {
        let (_folder, path) = place();
        let mut changed = bytes.clone();
        changed[at..at + 4].iter_mut().for_each(|byte| *byte ^= 0xff);
        fs::write(&path, &changed).unwrap();
        let output = ask(&path);
        if output.status.success() {
            assert!(output.stdout == answer, "byte {at}: another answer: {}", String::from_utf8_lossy(&output.stdout));
        } else {
            told_of += 1;
            let told = told(&output);
            let words = ["is damaged", "not a Schoolbench workspace", "newer Schoolbench"];
            if output.status.code() != Some(4) || !words.iter().any(|words| told.contains(words)) {
                wrong.push(format!("byte {at}: {told}"));
            }
        }
        assert!(fs::read(&path).unwrap() == changed, "byte {at}: the file was written to");
    }
    assert!(wrong.is_empty(), "damage told as something else:\n{}", wrong.concat());
    assert!(told_of > 0, "no damage was noticed");
}

/// A load into a damaged workspace tells of the damage, or goes through where it did not have to read it.
#[test]
fn a_load_into_a_damaged_workspace() {
    let (_folder, whole) = fixture::workspace();
    let bytes = fs::read(&whole).unwrap();
    assert!(load(&whole).status.success());
    let expected = contents(&whole);
    let places = 24;
    for at in (0..places).map(|nth| 12_288 + nth * (bytes.len() - 12_288) / places + 100) {
        let (_folder, path) = place();
        let mut changed = bytes.clone();
        changed[at..at + 4].iter_mut().for_each(|byte| *byte ^= 0xff);
        fs::write(&path, &changed).unwrap();
        let output = load(&path);
        if output.status.success() {
            // A load need not read every block. One that it did not read is told of by whoever reads it; what can be
            // read is right.
            match std::panic::catch_unwind(|| contents(&path)) {
                Ok(found) => assert_eq!(found, expected, "byte {at}"),
                Err(why) => {
                    let why = why.downcast::<String>().unwrap_or_default();
                    assert!(why.contains("Corrupt database file"), "byte {at}: read as something else: {why}");
                }
            }
        } else {
            let told = told(&output);
            assert_eq!(output.status.code(), Some(4), "byte {at}: {told}");
            assert!(told.contains("is damaged"), "byte {at}: {told}");
        }
    }
}
