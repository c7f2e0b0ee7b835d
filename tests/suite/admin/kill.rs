//! A program that is killed at any moment of a command leaves all of the command or nothing, and an audit that is whole.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use schoolbench::collab::{
    Command, Draft, GroupId, GroupState, Moment, NoticeId, Office, OrganisationId, OrganisationKind, People,
    PermissionState, PersonId, Recorded, Role, Visibility, apply, notices_of,
};
use schoolbench::model::Urn;
use schoolbench::workspace::{Access, Register, Workspace};
use tempfile::TempDir;

use crate::fixture;

/// Tells the child where its workspace is, and where there are schools.
const WHERE: &str = "SCHOOLBENCH_TEST_KILL";

/// How often a child is killed, and how often in one folder.
const KILLS: usize = 200;
const KILLS_A_FOLDER: usize = 20;
/// A child that nobody kills ends after so many commands.
const MOST: i64 = 2_000;

const FIRST: PersonId = PersonId(1);
const GROUP: GroupId = GroupId(1);
const ASH: i32 = 100_001;
const BEECH: i32 = 100_002;

fn urn(number: i32) -> Urn {
    Urn::new(number).unwrap()
}

fn register(schools: &Path) -> Register {
    Workspace::open(schools, Access::Read).unwrap().register().unwrap()
}

/// When the command with this number is carried out.
fn at(entry: i64) -> Timestamp {
    let began: Timestamp = "2026-03-04T00:00:00Z".parse().unwrap();
    began + SignedDuration::from_secs(entry)
}

/// The command with this number: the same whoever asks. Most tell several people, so that each is records, notices and an
/// entry of the audit that come together.
fn command(entry: i64, people: &People) -> Command {
    let on = at(entry).to_zoned_datetime(TimeZone::UTC).date();
    let seen = people.groups.get(&GROUP).map_or(0, |group| group.revision);
    let draft = |name: String| Draft {
        owner: OrganisationId(1),
        name,
        description: "To be killed in the middle of it".to_owned(),
        schools: [urn(ASH), urn(BEECH)].into(),
        users: people.persons.keys().copied().filter(|person| *person == PersonId(2)).collect(),
        visibility: Visibility::SchoolsToo,
        accepts: Some(1),
    };
    let person = |email: String, organisation, role, global| {
        let name = email.clone();
        Command::AddPerson { email, name, organisation: OrganisationId(organisation), role, global }
    };
    let record = |schools: &[i32], state| {
        let recorded = Recorded { state, on, agreement: format!("A{entry}") };
        Command::RecordPermission { group: GROUP, schools: schools.iter().copied().map(urn).collect(), recorded }
    };
    match (entry, entry % 6) {
        (1, _) => Command::Begin {
            kind: OrganisationKind::La(301),
            organisation: "Northshire".to_owned(),
            name: "Ada Adminson".to_owned(),
            email: "ada@la.example".to_owned(),
        },
        (2, _) => person("global@la.example".to_owned(), 1, Role::User, true),
        (3, _) => Command::AddOrganisation { kind: OrganisationKind::School(urn(ASH)), name: "Ash".to_owned() },
        (4, _) => person("head@ash.example".to_owned(), 2, Role::Administrator, false),
        (5, _) => Command::CreateGroup { draft: draft("Group 5".to_owned()), state: GroupState::Live },
        (_, 0) => record(&[ASH, BEECH], PermissionState::Granted),
        (_, 1) => Command::EditGroup { group: GROUP, seen, draft: draft(format!("Group {entry}")) },
        (_, 2) => Command::SetState { group: GROUP, seen, state: GroupState::Archived },
        (_, 3) => Command::SetState { group: GROUP, seen, state: GroupState::Live },
        (_, 4) => person(format!("p{entry}@la.example"), 1, Role::User, true),
        _ => record(&[BEECH], PermissionState::Withdrawn),
    }
}

fn open_or_begin(path: &Path, register: Register) -> Office {
    match Office::open(path, register.clone()).unwrap() {
        Some(office) => office,
        None => Office::begin(path, register, &command(1, &People::default()), None, at(1)).unwrap(),
    }
}

/// Not a test of its own: what is killed. It carries out one command after another, and says so when each is done.
#[test]
fn child() {
    let Some(told) = std::env::var_os(WHERE) else { return };
    let told = told.into_string().unwrap();
    let (path, schools) = told.split_once('\n').unwrap();
    let office = open_or_begin(Path::new(path), register(Path::new(schools)));
    let mut out = std::io::stdout();
    // It says first that it is there. A line of its own, whatever the test's frame has written before; nobody listens
    // any more where it cannot be written.
    let mut say = |entry: i64| writeln!(out, "\ndone {entry}").and_then(|()| out.flush()).is_ok();
    while say(office.entries()) && office.entries() < MOST {
        let entry = office.entries() + 1;
        office.obey(Some(FIRST), &command(entry, &office.people()), at(entry)).unwrap();
    }
}

/// What ought to be in the file after each command, without a file.
struct Expected {
    register: Register,
    /// By number of the last command, from 0: nobody.
    after: Vec<People>,
}

impl Expected {
    fn nothing(register: Register) -> Self {
        Self { register, after: vec![People::default()] }
    }

    fn after(&mut self, entries: i64) -> &People {
        let entries = usize::try_from(entries).unwrap();
        while self.after.len() <= entries {
            let (before, entry) = (self.after.last().unwrap(), self.after.len() as i64);
            let (who, now) = ((entry > 1).then_some(FIRST), at(entry));
            let moment = Moment { register: &self.register, now, entry };
            let mut people = apply(before, who, &command(entry, before), moment).unwrap();
            people.setup.demo = true;
            if entry > 1 {
                let first = people.notices.len() as u32 + 1;
                let notices = notices_of((before, &people), who, entry, now, &self.register);
                people.notices.extend((first..).map(NoticeId).zip(notices));
            }
            self.after.push(people);
        }
        &self.after[entries]
    }
}

fn start(path: &Path, schools: &Path) -> Child {
    let mut program = Program::new(std::env::current_exe().unwrap());
    program.args(["--exact", "admin::kill::child", "--nocapture", "--test-threads=1"]);
    program.env(WHERE, format!("{}\n{}", path.display(), schools.display()));
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// The number of the command that a line says is done.
fn done(line: &str) -> Option<i64> {
    line.strip_prefix("done ")?.trim().parse().ok()
}

/// Waits until a moment: the moment itself is what is tested.
fn wait(moment: Duration) {
    let (_sender, receiver) = sync_channel::<()>(0);
    let _ = receiver.recv_timeout(moment);
}

/// What came of the killing.
#[derive(Debug, Default)]
struct Tally {
    /// Killed before there was a file.
    before_a_file: usize,
    /// The command in hand when it was killed is not in the file; it is.
    undone: usize,
    finished: usize,
    commands: i64,
    /// Files of DuckDB that were left beside the people's file, to be taken in when it was opened.
    journals: usize,
}

/// How long the beginning and a command take, from the last that was not cut short.
struct Pace {
    start: Duration,
    command: Duration,
}

/// Starts a child, kills it after it has said some number of commands and a part of the next's time, and gives the number of
/// the last command that it said was done.
fn kill(path: &Path, schools: &Path, commands: usize, part: f64, pace: &mut Pace) -> Option<i64> {
    let started = Instant::now();
    let mut child = start(path, schools);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut last = None;
    for nth in 0..commands {
        let since = Instant::now();
        last = lines.find_map(|line| done(&line));
        assert!(last.is_some(), "the child ended by itself");
        match nth {
            0 => pace.start = started.elapsed(),
            _ => pace.command = since.elapsed(),
        }
    }
    wait(if commands == 0 { pace.start } else { pace.command }.mul_f64(part));
    child.kill().unwrap();
    child.wait().unwrap();
    lines.filter_map(|line| done(&line)).last().or(last)
}

#[test]
fn killed_at_any_moment_of_a_command() {
    let (_schools_folder, schools) = fixture::workspace();
    let mut expected = Expected::nothing(register(&schools));
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut tally = Tally::default();
    let mut pace = Pace { start: Duration::from_millis(100), command: Duration::from_millis(20) };
    for _ in 0..KILLS / KILLS_A_FOLDER {
        let folder = TempDir::new().unwrap();
        let path: PathBuf = folder.path().join("some.schoolbench");
        let people = super::bench::beside(&path, ".people");
        let mut entries = 0;
        for nth in 0..KILLS_A_FOLDER {
            let part = f64::from(random.next_u32()) / f64::from(u32::MAX);
            // The first two of a folder are killed while they begin, the others after one to four lines: the first line says
            // only that the child is there.
            let commands = if nth < 2 { 0 } else { 1 + (random.next_u32() % 4) as usize };
            let said = kill(&path, &schools, commands, part, &mut pace);
            tally.journals += usize::from(super::bench::beside(&people, ".wal").exists());
            let Some(office) = Office::open(&path, expected.register.clone()).unwrap() else {
                assert_eq!((said, entries), (None, 0), "what was there is gone");
                tally.before_a_file += 1;
                continue;
            };
            let found = office.entries();
            let told = format!("killed after {said:?}, {part:.2} of the next; {found} are in the file");
            // What was said to be done is there, and at most the command in hand beside. Where nothing was said, the child
            // may have got on without a word's coming through.
            let least = said.unwrap_or(entries);
            assert!(found >= least && (found <= least + 1 || said.is_none()), "{told}");
            let is = office.people();
            assert!(*is == *expected.after(found), "half of a command: {told}");
            let rows = office.audit().unwrap_or_else(|error| panic!("{error}: {told}"));
            assert_eq!(rows.len() as i64, found, "{told}");
            for row in rows.iter().skip(usize::try_from(entries).unwrap()) {
                let before = expected.after(row.seq - 1).clone();
                assert_eq!((row.at, row.command.as_ref()), (at(row.seq), Some(&command(row.seq, &before))), "{told}");
            }
            for notice in is.notices.values() {
                assert!(notice.entry <= found, "a notice of nothing: {told}");
            }
            if said.is_some() {
                tally.undone += usize::from(found == least);
                tally.finished += usize::from(found > least);
            }
            tally.commands += found - entries;
            entries = found;
        }
        // Once more, and let be: the file goes on as if nothing had been.
        let office = open_or_begin(&path, expected.register.clone());
        let entry = office.entries() + 1;
        office.obey(Some(FIRST), &command(entry, &office.people()), at(entry)).unwrap();
        assert_eq!(*office.people(), *expected.after(entry));
        assert_eq!(office.audit().unwrap().len() as i64, entry);
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["some.schoolbench.people"], "files beside the people's file");
    }
    // Some commands were cut short and others came through: so the moments were those that matter.
    assert!(tally.undone > KILLS / 10 && tally.commands > 100, "{tally:?}");
    assert!(tally.finished + tally.journals > 0, "no command was killed between its beginning and its end: {tally:?}");
}
