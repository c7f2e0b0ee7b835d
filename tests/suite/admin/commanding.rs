//! The command line of the administration: the built program, run as a script runs it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use duckdb::{Config, Connection};
use tempfile::TempDir;

use super::bench::beside;
use crate::fixture::{self, binary};

/// The password of whoever has one of their own.
const PASSWORD: &str = "chalk otter window brass";

/// The workspace of the fixture, with or without people.
struct Place {
    folder: TempDir,
    workspace: PathBuf,
}

impl Place {
    fn new() -> Self {
        let (folder, workspace) = fixture::workspace();
        Self { folder, workspace }
    }

    /// With Northshire (301), whose schools are Ash (100001), Beech (100002) and Damson (100004), and its administrator.
    fn begun() -> Self {
        let place = Self::new();
        let begin = ["begin", "--la", "301", "--name", "Ada Adminson", "--email", "ada@la.example"];
        let output = place.run(None, PASSWORD, &begin);
        assert!(right(&output).contains("Northshire and its administrator Ada Adminson are there"));
        place
    }

    /// With the group of Ash and Beech that Ulla sees and whose permission is granted by Ash alone.
    fn set_up() -> Self {
        let place = Self::begun();
        let script = place.file("set-up.txt", SET_UP);
        place.must("ada@la.example", &["run", &script]);
        place
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs `schoolbench admin` as somebody.
    fn run(&self, who: Option<&str>, password: &str, words: &[&str]) -> Output {
        let mut command = binary();
        command.args(["admin", "--workspace"]).arg(&self.workspace);
        command.args(who.iter().flat_map(|who| ["--as", who]));
        command.env("SCHOOLBENCH_PASSWORD", password).env_remove("SCHOOLBENCH_NEW_PASSWORD");
        command.env_remove("SCHOOLBENCH_SMTP_PASSWORD");
        command.args(words).output().unwrap()
    }

    /// Runs what is allowed; gives what it writes.
    fn must(&self, who: &str, words: &[&str]) -> String {
        right(&self.run(Some(who), PASSWORD, words))
    }

    /// Gives somebody the password that they choose themselves, after the one-time password of an administrator.
    fn sign_up(&self, by: &str, who: &str) -> String {
        let once = self.must(by, &["person", "password", who]);
        let once = once.trim().rsplit(' ').next().unwrap().to_owned();
        let mut command = binary();
        command.args(["admin", "--workspace"]).arg(&self.workspace).args(["--as", who, "person", "password"]);
        command.env("SCHOOLBENCH_PASSWORD", &once).env("SCHOOLBENCH_NEW_PASSWORD", PASSWORD);
        assert!(right(&command.output().unwrap()).contains("Your password is set"));
        once
    }

    /// Runs `schoolbench ask` as somebody.
    fn ask(&self, who: Option<&str>, words: &[&str]) -> Output {
        let mut command = binary();
        command.args(["ask", "--workspace"]).arg(&self.workspace).args(who.iter().flat_map(|who| ["--as", who]));
        command.env("SCHOOLBENCH_PASSWORD", PASSWORD);
        command.args(["--stage", "ks4", "--years", "2024", "--indicator", "att8"]).args(words).output().unwrap()
    }

    fn people(&self) -> PathBuf {
        beside(&self.workspace, ".people")
    }
}

const SET_UP: &str = r#"
# Northshire's first group
organisation add --school 100001
schoolbench admin organisation add --school 100002   # in the words of the command line
person add --email ash@school.example --name "Ash Head" --organisation urn:100001 --role administrator
person add --email ulla@la.example --name 'Ulla User'
group create --name "Friends of Ash" --description "Maths, together" --urn 100001,100002 --user ulla@la.example --visibility schools --accept-terms 1 --live
permission request --group "friends of ash" --all --on 2025-01-10
permission grant --group 1 --urn 100001 --on 2025-02-11 --agreement DSA-7
"#;

fn right(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What is said where something is not done.
fn wrong(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.starts_with("schoolbench: "), "{said}");
    said
}

fn verify(workspace: &Path) -> Output {
    binary().args(["audit", "verify", "--workspace"]).arg(workspace).output().unwrap()
}

#[test]
fn a_script_sets_a_group_up_and_everyone_is_told_why_they_see_it() {
    let place = Place::set_up();
    let groups = place.must("ada@la.example", &["group", "list", "--format", "csv"]);
    assert!(groups.contains("1,Friends of Ash,Northshire,live,schools too,2,1,2 schools"), "{groups}");
    let permission = place.must("ada@la.example", &["--format", "csv", "permission", "list", "--group", "1"]);
    assert!(permission.contains("100001,Ash,granted,2025-02-11,,no,DSA-7,Ada Adminson,0"), "{permission}");
    assert!(permission.contains("100002,Beech,requested,2025-01-10,2025-02-07,yes,,Ada Adminson,0"), "{permission}");

    let reasons = place.must("ada@la.example", &["access", "--person", "ulla@la.example"]);
    assert!(reasons.starts_with("Group 1 “Friends of Ash”: Ulla User sees it, with 2 schools"), "{reasons}");
    assert!(reasons.contains("✓ Ulla User is allocated to the group by Northshire, which owns it"), "{reasons}");
    let reasons = place.must("ada@la.example", &["access", "--person", "ash@school.example", "--group", "1"]);
    assert!(reasons.contains("Ash Head does not see it"), "{reasons}");
    assert!(
        reasons.contains("× Ash Head is neither allocated to the group by Ash nor a global user of it"),
        "{reasons}"
    );

    // The school's administrator chooses a password, and who of the school sees the group.
    let once = place.sign_up("ada@la.example", "ash@school.example");
    let add = ["person", "add", "--email", "pip@school.example", "--name", "Pip Pupilman"];
    wrong(&place.run(Some("ash@school.example"), &once, &add), 3);
    place.must("ash@school.example", &add);
    place.must("ash@school.example", &["allocate", "--group", "1", "--user", "pip@school.example"]);
    let reasons = place.must("ash@school.example", &["access", "--person", "pip@school.example"]);
    assert!(reasons.contains("Pip Pupilman sees it, with 1 school\n"), "{reasons}");
    for reason in [
        "✓ Ash is in the group",
        "✓ the group is visible to its schools too",
        "✓ the group is live",
        "✓ Ada Adminson has accepted the terms, version 1",
        "✓ Ash's permission is granted",
        "✓ Pip Pupilman is allocated to the group by Ash",
    ] {
        assert!(reasons.contains(reason), "{reason} is not in {reasons}");
    }
    // Of a school without permission, another school is told nothing.
    let shown = place.must("ash@school.example", &["group", "show", "1"]);
    assert!(shown.contains("urn:100001") && !shown.contains("100002"), "{shown}");
    let notices = place.must("ash@school.example", &["notices", "--unread"]);
    assert!(notices.contains("Ash's permission to share its data is granted on 11 February 2025"), "{notices}");
    assert!(!notices.contains("Beech"), "{notices}");
}

#[test]
fn what_is_not_allowed_is_refused_with_its_exit_code() {
    let place = Place::set_up();
    place.sign_up("ada@la.example", "ash@school.example");
    let ada = Some("ada@la.example");

    let list = ["group", "list"];
    assert!(wrong(&place.run(None, PASSWORD, &list), 3).contains("--as EMAIL"));
    assert!(wrong(&place.run(ada, "", &list), 3).contains("SCHOOLBENCH_PASSWORD"));
    assert!(wrong(&place.run(ada, "another password", &list), 3).contains("the e-mail or the password is not right"));
    assert!(wrong(&place.run(Some("nobody@la.example"), PASSWORD, &list), 3).contains("the e-mail or the password"));

    let create = ["group", "create", "--name", "Mine", "--urn", "100001"];
    let said = wrong(&place.run(Some("ash@school.example"), PASSWORD, &create), 3);
    assert!(said.contains("setting up a group is for administrators"), "{said}");
    let said = wrong(&place.run(ada, PASSWORD, &["organisation", "add", "--la", "302"]), 3);
    assert!(said.contains("adding an organisation is for"), "{said}");
    let said = wrong(&place.run(ada, PASSWORD, &["group", "create", "--name", "Others", "--urn", "100003"]), 2);
    assert!(said.contains("does not answer for school 100003"), "{said}");

    let said = wrong(&place.run(ada, PASSWORD, &["begin", "--la", "301", "--name", "A", "--email", "a@b.example"]), 2);
    assert!(said.contains("has people already"), "{said}");
    let said = wrong(&place.run(ada, PASSWORD, &["group", "live", "9"]), 2);
    assert!(said.contains("there is no group “9”"), "{said}");
    let said = wrong(&place.run(ada, PASSWORD, &["group", "edit", "1", "--name", "Else", "--seen", "1"]), 2);
    assert!(said.contains("was changed by"), "{said}");
    let visible = ["group", "create", "--name", "B", "--urn", "100002", "--visibility", "schools"];
    assert!(wrong(&place.run(ada, PASSWORD, &visible), 2).contains("terms (version 1)"));
    let schools = place.file("schools.csv", "urn,name\n100001\n12345;abc\n");
    let said = wrong(&place.run(ada, PASSWORD, &["group", "create", "--name", "C", "--schools-file", &schools]), 2);
    assert!(said.contains("“name” in line 1, “12345” in line 3, “abc” in line 3"), "{said}");
}

#[test]
fn a_password_can_stand_in_the_first_line_of_standard_input() {
    let place = Place::begun();
    let run = |input: &str, words: &[&str]| {
        let mut command = binary();
        command.args(["admin", "--workspace"]).arg(&place.workspace).args(["--as", "ada@la.example"]);
        command.arg("--password-stdin").args(words).env_remove("SCHOOLBENCH_PASSWORD");
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert!(right(&run(&format!("{PASSWORD}\r\n"), &["person", "list"])).contains("ada@la.example"));
    wrong(&run("wrong\n", &["person", "list"]), 3);
    let new = "four other words here";
    right(&run(&format!("{PASSWORD}\n{new}\n"), &["person", "password"]));
    right(&run(new, &["person", "list"]));
}

#[test]
fn a_file_of_commands_stops_at_the_first_that_is_refused_and_says_where() {
    let place = Place::begun();
    let script = "person add --email a@la.example --name A\n\n# and\nperson add --email b@la.example --name B\n\
                  person add --email a@la.example --name Again\nperson add --email c@la.example --name C\n";
    let script = place.file("people.txt", script);
    let said = wrong(&place.run(Some("ada@la.example"), PASSWORD, &["run", &script]), 2);
    assert!(said.contains("line 5 was not carried out"), "{said}");
    assert!(said.contains("the 2 commands before it are done"), "{said}");
    let people = place.must("ada@la.example", &["person", "list"]);
    assert!(people.contains("a@la.example") && people.contains("b@la.example"), "{people}");
    assert!(!people.contains("c@la.example"), "{people}");

    // Who may not is refused, with the exit code of that.
    let script = place.file("other.txt", "organisation add --la 302\n");
    assert!(wrong(&place.run(Some("ada@la.example"), PASSWORD, &["run", &script]), 3).contains("line 1"));

    // What is not understood stops everything, before anything is done.
    for faulty in ["group create --nam X", "person add --email \"d@la.example", "run other.txt", "grop list"] {
        let script = place.file("faulty.txt", &format!("person add --email d@la.example --name D\n{faulty}\n"));
        let said = wrong(&place.run(Some("ada@la.example"), PASSWORD, &["run", &script]), 2);
        assert!(said.contains("line 2") && said.contains("nothing was done"), "{said}");
        assert!(!place.must("ada@la.example", &["person", "list"]).contains("d@la.example"));
    }
}

#[test]
fn a_hundred_and_fifty_people_and_a_group_are_set_up_by_a_file() {
    let place = Place::begun();
    let mut script: String =
        (0..150).map(|n| format!("person add --email user{n}@la.example --name \"User {n}\"\n")).collect();
    script.push_str("group create --name All --urn 100001 100002 100004 --user user0@la.example user149@la.example\n");
    let script = place.file("many.txt", &script);
    place.must("ada@la.example", &["run", &script]);
    let people = place.must("ada@la.example", &["--format", "csv", "person", "list"]);
    assert_eq!(people.lines().count(), 1 + 1 + 150);
    assert!(right(&verify(&place.workspace)).contains(", the chain is whole"));
}

#[test]
fn what_would_come_of_a_command_is_told_and_nothing_changed() {
    let place = Place::set_up();
    let said = place.must("ada@la.example", &["group", "archive", "1", "--dry-run"]);
    assert!(said.contains("Ulla User would no longer see “Friends of Ash”"), "{said}");
    assert!(said.contains("Nothing was changed"), "{said}");
    assert!(place.must("ada@la.example", &["group", "list"]).contains(" live "));
    let done = place.must("ada@la.example", &["group", "archive", "1"]);
    let entry = done.split("entry ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    assert!(place.must("ada@la.example", &["group", "list"]).contains(" archived "));
    place.must("ada@la.example", &["undo", &entry]);
    assert!(place.must("ada@la.example", &["group", "list"]).contains(" live "));
    assert!(wrong(&place.run(Some("ada@la.example"), PASSWORD, &["undo", &entry]), 2).contains("cannot be undone"));
}

#[test]
fn questions_are_answered_for_who_signs_in_and_refused_outside_their_groups() {
    let place = Place::set_up();
    place.sign_up("ada@la.example", "ulla@la.example");
    place.sign_up("ada@la.example", "ash@school.example");
    let ulla = Some("ulla@la.example");
    assert!(wrong(&place.ask(None, &["--scope", "urn:100001"]), 3).contains("--as EMAIL"));
    right(&place.ask(ulla, &["--scope", "urn:100001,100002"]));
    for scope in ["urn:100003", "urn:100001,100003", "all", "la:301"] {
        wrong(&place.ask(ulla, &["--scope", scope]), 3);
    }
    // Who administers does not thereby see results.
    wrong(&place.ask(Some("ash@school.example"), &["--scope", "urn:100001"]), 3);
    let audit = |words: &[&str], who: &str| {
        let mut command = binary();
        command.args(["audit", "export", "--workspace"]).arg(&place.workspace).args(["--as", who]).args(words);
        command.env("SCHOOLBENCH_PASSWORD", PASSWORD).output().unwrap()
    };
    wrong(&audit(&[], "ash@school.example"), 3);
    wrong(&audit(&[], "ulla@la.example"), 3);
    let out = place.folder.path().join("audit.csv");
    right(&audit(&["--out", out.to_str().unwrap()], "ada@la.example"));
    let written = fs::read_to_string(out).unwrap();
    let refused = written.lines().filter(|line| line.contains("is refused a question")).count();
    assert_eq!(refused, 5, "{written}");
    assert!(!written.contains(PASSWORD) && !written.contains("argon2"), "{written}");

    // A user of a school looks at schools that share their data by the usual thresholds or stricter ones.
    place.must("ash@school.example", &["allocate", "--group", "1", "--user", "ash@school.example"]);
    let own = ["--scope", "urn:100001"];
    right(&place.ask(Some("ash@school.example"), &own));
    let said = wrong(&place.ask(Some("ash@school.example"), &[&own[..], &["--policy", "open"]].concat()), 3);
    assert!(said.contains("policy open"), "{said}");
    right(&place.ask(ulla, &["--scope", "urn:100001,100002", "--policy", "open"]));
}

#[test]
fn a_demonstration_needs_no_password() {
    let place = Place::new();
    let begin = ["begin", "--system", "--organisation", "All", "--name", "Eve", "--email", "eve@all.example", "--demo"];
    right(&place.run(None, "", &begin));
    let people = right(&place.run(Some("eve@all.example"), "", &["person", "list"]));
    assert!(people.contains("eve@all.example"), "{people}");
    assert!(wrong(&place.run(Some("adam@all.example"), "", &["person", "list"]), 3).contains("demonstration"));
    right(&place.ask(None, &["--scope", "all"]));
    wrong(&place.ask(Some("eve@all.example"), &["--scope", "all"]), 3);

    // Who does not say who they are sees all of every group; nothing is ever sent to people who are made up.
    right(&place.run(Some("eve@all.example"), "", &["group", "create", "--name", "Two", "--urn", "100001,100003"]));
    let of_schools = right(&place.ask(None, &["--scope", "urn:100001,100003"]));
    assert_eq!(right(&place.ask(None, &["--scope", "group:Two"])), of_schools);
    assert!(wrong(&place.ask(None, &["--scope", "group:2"]), 2).contains("there is no group “2”"));
    assert!(right(&place.ask(None, &["--list"])).contains("  group:1            Two, 2 schools\n"));
    assert!(wrong(&place.run(Some("eve@all.example"), "", &["mail", "send"]), 2).contains("made up"));
}

#[test]
fn a_group_is_asked_by_number_or_name_as_the_schools_of_it_that_one_sees() {
    let place = Place::set_up();
    for who in ["ulla@la.example", "ash@school.example"] {
        place.sign_up("ada@la.example", who);
    }
    let (ulla, ash) = (Some("ulla@la.example"), Some("ash@school.example"));
    let by_school = |who: Option<&str>, scope: &str| place.ask(who, &["--scope", scope, "--by", "school"]);
    let both = right(&by_school(ulla, "urn:100001,100002"));
    for scope in ["group:1", "group:Friends of Ash", "group: friends of ash "] {
        assert_eq!(right(&by_school(ulla, scope)), both, "{scope}");
    }
    let listed = right(&place.ask(ulla, &["--list"]));
    assert!(listed.contains("  group:1            Friends of Ash, 2 schools\n"), "{listed}");

    assert!(wrong(&by_school(ulla, "group:9"), 2).contains("there is no group “9” that you know of"));
    assert!(wrong(&by_school(ulla, "group:Friends"), 2).contains("there is no group “Friends”"));
    // A school's administrator knows of the group, and sees it once they are among those whom they choose.
    assert!(wrong(&by_school(ash, "group:1"), 3).contains("you do not see group 1 “Friends of Ash”"));
    assert!(!right(&place.ask(ash, &["--list"])).contains("group:"));
    place.must("ash@school.example", &["allocate", "--group", "1", "--user", "ash@school.example"]);
    assert_eq!(right(&by_school(ash, "group:1")), right(&by_school(ash, "urn:100001")));

    // Who may not know that there is such a group is told as if there were none, and it is in the audit.
    place.must("ada@la.example", &["person", "add", "--email", "nia@la.example", "--name", "Nia Nobody"]);
    place.sign_up("ada@la.example", "nia@la.example");
    assert!(wrong(&by_school(Some("nia@la.example"), "group:1"), 2).contains("there is no group “1”"));
    let mut audit = binary();
    audit.args(["audit", "export", "--workspace"]).arg(&place.workspace).args(["--as", "ada@la.example"]);
    let audit = right(&audit.env("SCHOOLBENCH_PASSWORD", PASSWORD).output().unwrap());
    let refused: Vec<&str> = audit.lines().filter(|line| line.contains("is refused a question")).collect();
    assert_eq!(refused.len(), 2, "{audit}");
    for (line, email) in refused.iter().zip(["ash@school.example", "nia@la.example"]) {
        assert!(line.contains(email) && line.contains("group:1"), "{line}");
    }

    let none = Place::new();
    assert!(wrong(&none.ask(None, &["--scope", "group:1"]), 2).contains("a workspace that has people"));
}

#[test]
fn e_mails_that_wait_are_given_out_as_files() {
    let place = Place::set_up();
    place.sign_up("ada@la.example", "ulla@la.example");
    place.sign_up("ada@la.example", "ash@school.example");
    let list = |who: &str, words: &[&str]| place.must(who, &[&["--format", "csv", "mail", "list"], words].concat());
    let folder = place.folder.path().join("out").join("mail");
    let export = ["mail", "export", folder.to_str().unwrap()];
    let all = list("ada@la.example", &[]);
    assert!(all.contains("ulla@la.example") && all.contains("ash@school.example"), "{all}");
    let waiting = all.lines().count() - 1;
    let mut reader = csv::Reader::from_reader(all.as_bytes());
    let made = reader.headers().unwrap().iter().position(|head| head == "made").unwrap();
    for row in reader.records() {
        let made = row.unwrap()[made].to_owned();
        assert!(made.len() == "2026-11-25T10:11Z".len() && made.ends_with('Z'), "to the minute: {made}");
    }

    // A school's administrator sees the e-mails to the school's people, and gives out none.
    let own = list("ash@school.example", &[]);
    assert!(own.contains("ash@school.example") && !own.contains("ulla@la.example"), "{own}");
    wrong(&place.run(Some("ulla@la.example"), PASSWORD, &["mail", "list"]), 3);
    for words in [&export[..], &["mail", "send"]] {
        let said = wrong(&place.run(Some("ash@school.example"), PASSWORD, words), 3);
        assert!(said.contains("is for administrators of Northshire"), "{said}");
    }
    place.must("ada@la.example", &[&export[..], &["--dry-run"]].concat());
    assert!(!folder.exists());

    let said = place.must("ada@la.example", &export);
    assert!(said.starts_with(&format!("{waiting} e-mails written: ")), "{said}");
    let files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), waiting);
    for file in &files {
        assert_eq!(file.extension().unwrap(), "eml");
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains("X-Unsent: 1") && text.contains("Subject: "), "{text}");
    }
    assert!(files.iter().any(|file| file.to_str().unwrap().ends_with("-ulla@la.example.eml")), "{files:?}");
    assert_eq!(list("ada@la.example", &[]).lines().count(), 1);
    assert_eq!(list("ada@la.example", &["--all"]).matches(",as a file,").count(), waiting);
    assert!(place.must("ada@la.example", &export).starts_with("0 e-mails written: "));
}

#[test]
fn e_mails_wait_where_the_mail_server_cannot_be_reached() {
    let place = Place::set_up();
    let ada = Some("ada@la.example");
    let send = |words: &[&str]| place.run(ada, PASSWORD, &[&["mail", "send"], words].concat());
    assert!(wrong(&send(&[]), 2).contains("no mail server is set up"));
    let said = wrong(&place.run(ada, PASSWORD, &["setup", "--mail-host", "127.0.0.1", "--mail-from", "nobody"]), 2);
    assert!(said.contains("E-mails are from an address"), "{said}");

    let from = ["--mail-from", "Schoolbench <data@la.example>"];
    place.must(
        "ada@la.example",
        &[&["setup", "--mail-host", "127.0.0.1", "--mail-account", "data"], &from[..]].concat(),
    );
    let shown = place.must("ada@la.example", &["--format", "csv", "setup"]);
    assert!(shown.contains("mail server,127.0.0.1:587\nline to it,starttls\nits account,data\n"), "{shown}");
    assert!(wrong(&send(&[]), 2).contains("SCHOOLBENCH_SMTP_PASSWORD"));

    // A door that was there and is no more.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port().to_string();
    place.must(
        "ada@la.example",
        &["setup", "--mail-port", &port, "--mail-security", "none", "--mail-account", "", "--mail-roots", ""],
    );
    let listed = place.must("ada@la.example", &["--format", "csv", "mail", "list"]);
    let waiting = listed.lines().count() - 1;
    let said = right(&send(&[]));
    assert!(said.starts_with(&format!("E-mails: 0 sent, {waiting} tried again later, 0 given up\n")), "{said}");
    assert!(said.contains("Waits: the mail server cannot be reached"), "{said}");
    assert_eq!(right(&send(&[])), "E-mails: 0 sent, 0 tried again later, 0 given up\n");
    let listed = place.must("ada@la.example", &["--format", "csv", "mail", "list"]);
    assert!(listed.contains("cannot be reached"), "{listed}");
    assert!(right(&send(&["--now"])).contains(&format!("{waiting} tried again later")));

    place.must("ada@la.example", &["setup", "--no-mail"]);
    assert!(place.must("ada@la.example", &["--format", "csv", "setup"]).contains("mail server,none\n"));
}

#[test]
fn an_audit_that_was_tampered_with_is_noticed() {
    let place = Place::set_up();
    let whole = right(&verify(&place.workspace));
    assert!(whole.ends_with(" entries, the chain is whole\n"), "{whole}");
    /// What somebody did with another program, and what is said of it.
    const TAMPERED: [(&str, &str); 5] = [
        (
            "UPDATE audit SET body = replace(body, 'Ulla User', 'Ulla Ujer') WHERE seq = \
             (SELECT MIN(seq) FROM audit WHERE body LIKE '%Ulla User%')",
            "is not what was written",
        ),
        ("DELETE FROM audit WHERE seq = 3", "entry 3 is missing: the next one is 4"),
        ("DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)", "the audit ends after entry"),
        (
            "UPDATE records SET body = replace(body, '\"requested\"', '\"granted\"')",
            "group/1 is not as the audit left it",
        ),
        ("DELETE FROM records WHERE kind = 'person' AND key = '2'", "person/2 is not as the audit left it"),
    ];
    for (nth, (sql, told)) in TAMPERED.into_iter().enumerate() {
        let workspace = place.folder.path().join(format!("copy{nth}.schoolbench"));
        let people = beside(&workspace, ".people");
        fs::copy(place.people(), &people).unwrap();
        let connection = Connection::open_with_flags(&people, Config::default()).unwrap();
        let named: i64 = connection
            .query_row("SELECT MIN(seq) FROM audit WHERE body LIKE '%Ulla User%'", [], |row| row.get(0))
            .unwrap();
        assert_ne!(connection.execute(sql, []).unwrap(), 0, "{sql}");
        connection.close().unwrap();
        let said = wrong(&verify(&workspace), 4);
        assert!(said.contains(told), "{sql}: {said}");
        assert!(nth != 0 || said.contains(&format!("entry {named} ")), "{said}");
    }
    assert_eq!(right(&verify(&place.workspace)), whole);

    let none = Place::new();
    assert!(wrong(&verify(&none.workspace), 2).contains("no people"));
}
