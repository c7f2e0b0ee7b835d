//! `schoolbench admin`: organisations, people, groups and permission without a window.
//!
//! **Every change is a command to the office, as in the window: it decides whether it is allowed. What is listed is what who
//! asks may look at.**

mod groups;
mod look;
mod mail;
mod mail_server;
mod permissions;
mod persons;
mod script;
pub(super) mod sight;
pub(super) mod table;
pub(super) mod words;

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::error::CliError;
use super::person::{SignIn, has_own_password};
use crate::collab::{Command, Done, Office, OfficeError, People, PersonId, Rights, Seen};
use crate::export::words::plural;
use crate::model::words::people;
use crate::workspace::{Access, Register, Workspace, WorkspaceError};
use sight::Sight;

/// Arguments of `schoolbench admin`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    action: Action,
}

/// What every command takes, before or after its name.
#[derive(clap::Args)]
struct Common {
    /// Workspace whose people and groups these are
    #[arg(long = "workspace", value_name = "FILE", global = true)]
    of_workspace: Option<PathBuf>,
    #[command(flatten)]
    sign_in: SignIn,
    /// Change nothing, and say who would see which group then
    #[arg(long, global = true)]
    dry_run: bool,
    /// Form of lists: table, csv
    #[arg(long, default_value = "table", value_parser = ["table", "csv"], global = true)]
    format: String,
}

impl Common {
    fn csv(&self) -> bool {
        self.format == "csv"
    }
}

/// What is to be done.
#[derive(clap::Subcommand)]
enum Action {
    /// Make the first organisation and its administrator, where the workspace has no people yet
    Begin(persons::Begin),
    /// Organisations: add, list
    #[command(subcommand)]
    Organisation(persons::Organisation),
    /// People: add, edit, password, list
    #[command(subcommand)]
    Person(persons::Action),
    /// Groups: create, edit, live, draft, archive, duplicate, list, show
    #[command(subcommand)]
    Group(groups::Action),
    /// Schools' permission to share their data in a group: request, grant, refuse, withdraw, list
    #[command(subcommand)]
    Permission(permissions::Action),
    /// Say which users of a school see a group: as the school's administrator, all of them at once
    Allocate(permissions::Allocate),
    /// Terms and conditions of groups that schools see: show, write
    #[command(subcommand)]
    Terms(look::Terms),
    /// Say who sees which group, and why
    Access(look::Access),
    /// List notices to who signs in
    Notices(look::Notices),
    /// E-mails about notices: list, send, export
    #[command(subcommand)]
    Mail(mail::Action),
    /// Show how the whole is set up, or change it
    Setup(Box<look::SetUp>),
    /// Take back an entry of the audit, where nothing that it changed has changed since
    Undo {
        /// Number of the entry
        entry: i64,
    },
    /// Carry out a file of commands, one in each line as after `schoolbench admin`; it stops at the first that is refused
    Run {
        /// Blank lines and what follows a # are left out
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let common = &arguments.common;
    let path = common.of_workspace.clone();
    let path = path.ok_or_else(|| CliError::Input("name the workspace with --workspace FILE".to_owned()))?;
    // The register is in memory; the workspace is free for others to load into.
    let (workspace, lost) = match (Workspace::open(&path, Access::Read), &arguments.action) {
        (Err(WorkspaceError::WithoutPeople { .. }), Action::Begin(begin)) if begin.anew => {
            (Workspace::open_without_people(&path)?, true)
        }
        (opened, _) => (opened?, false),
    };
    let register = workspace.register()?;
    drop(workspace);
    let office = Office::open(&path, register.clone())?;
    let mut counter = Counter { common, path, register, office, lost, who: None };
    let out = &mut io::stdout().lock();
    match &arguments.action {
        Action::Run { file } => counter.run_all(file, out),
        action => counter.carry_out(action, out),
    }
}

/// Where commands are taken: one after the other, from one person.
struct Counter<'a> {
    common: &'a Common,
    path: PathBuf,
    register: Register,
    office: Option<Office>,
    /// Whether there were people, whose file is lost.
    lost: bool,
    who: Option<PersonId>,
}

impl Counter<'_> {
    /// Carries out a file of commands: all of them are understood before the first is carried out.
    fn run_all(&mut self, path: &PathBuf, out: &mut dyn Write) -> Result<(), CliError> {
        if self.common.dry_run {
            let why = "--dry-run looks at one command; commands of a file build on each other";
            return Err(CliError::Input(why.to_owned()));
        }
        let text = words::text_of(path, "the commands cannot be read")?;
        let stopped = |line, error, done| CliError::Line { line, error: Box::new(error), done, path: path.to_owned() };
        let actions = script::read(&text).map_err(|(line, why)| stopped(line, CliError::Input(why), 0))?;
        for (done, (line, action)) in actions.iter().enumerate() {
            self.carry_out(action, out).map_err(|error| stopped(*line, error, done))?;
        }
        Ok(())
    }

    fn carry_out(&mut self, action: &Action, out: &mut dyn Write) -> Result<(), CliError> {
        if let Action::Begin(begin) = action {
            return self.begin(begin, out);
        }
        let office = self.office.as_ref().ok_or_else(|| {
            CliError::Input("this workspace has no people yet; `schoolbench admin begin` makes the first".to_owned())
        })?;
        let who = match self.who {
            Some(who) => {
                office.refresh()?;
                who
            }
            None => self.common.sign_in.who(office)?,
        };
        self.who = Some(who);
        // A password of one's own can be set without one.
        if !matches!(action, Action::Person(persons::Action::Password { .. })) {
            has_own_password(office, who)?;
        }
        let at = At { office, people: office.people(), register: &self.register, who, common: self.common };
        match action {
            Action::Organisation(action) => at.organisation(action, out),
            Action::Person(action) => at.person(action, out),
            Action::Group(action) => at.groups(action, out),
            Action::Permission(action) => at.permission(action, out),
            Action::Allocate(allocate) => at.allocate(allocate, out),
            Action::Terms(action) => at.terms(action, out),
            Action::Access(access) => at.access(access, out),
            Action::Notices(notices) => at.notices(notices, out),
            Action::Mail(action) => at.mail(action, out),
            Action::Setup(set_up) => at.set_up(set_up, out),
            Action::Undo { entry } if self.common.dry_run => {
                Err(CliError::Input(format!("what it would be to undo entry {entry} cannot be looked at before")))
            }
            Action::Undo { entry } => {
                at.change(&Command::Undo { entry: *entry }, &format!("Entry {entry} is taken back"), out)
            }
            Action::Begin(_) | Action::Run { .. } => Ok(()),
        }
    }
}

/// Somebody who is signed in.
struct At<'a> {
    office: &'a Office,
    /// Everyone and everything as it is now.
    people: Arc<People>,
    register: &'a Register,
    who: PersonId,
    common: &'a Common,
}

impl At<'_> {
    fn sight(&self) -> Sight<'_> {
        Sight { people: &self.people, register: self.register, who: self.who }
    }

    /// Carries out a command and says what was done.
    fn change(&self, command: &Command, what: &str, out: &mut dyn Write) -> Result<(), CliError> {
        if let Some(done) = self.obey(command, out)? {
            writeln!(out, "{what} ({})", told(&done))?;
        }
        Ok(())
    }

    /// Carries out a command; where nothing is to be changed, says what it would do, and gives nothing.
    fn obey(&self, command: &Command, out: &mut dyn Write) -> Result<Option<Done>, CliError> {
        if self.common.dry_run {
            self.look_ahead(command, out)?;
            return Ok(None);
        }
        Ok(Some(self.office.obey(Some(self.who), command, Timestamp::now())?))
    }

    /// Says who would come to see which group by a command, or no longer see it.
    fn look_ahead(&self, command: &Command, out: &mut dyn Write) -> Result<(), CliError> {
        let after = self.office.preview(self.who, command, Timestamp::now()).map_err(OfficeError::from)?;
        let sight = self.sight();
        let mut others = 0;
        for (id, person) in &after.persons {
            let (was, is) = (Rights::of(&self.people, *id), Rights::of(&after, *id));
            let lines: Vec<String> = differences(&was, &is).collect();
            if *id != self.who && !sight.manages(person.organisation) {
                others += usize::from(!lines.is_empty());
                continue;
            }
            for line in lines {
                writeln!(out, "{} {line}", table::plain(&person.name))?;
            }
        }
        if others > 0 {
            writeln!(out, "{} of other organisations would see something else too", people(others))?;
        }
        writeln!(out, "Nothing was changed")?;
        Ok(())
    }
}

/// In what two rights differ, in words that follow a name.
fn differences(was: &Rights, is: &Rights) -> impl Iterator<Item = String> {
    let schools = |seen: &Seen| plural(seen.schools.len() as i64, "school");
    let of_now = is.groups.iter().filter_map(move |(id, now)| {
        let name = table::plain(&now.name);
        match was.groups.get(id) {
            None => Some(format!("would see “{name}”, with {}", schools(now))),
            Some(before) if before.schools != now.schools => {
                Some(format!("would see “{name}” with {}; now, with {}", schools(now), schools(before)))
            }
            Some(_) => None,
        }
    });
    let gone = was.groups.iter().filter(|(id, _)| !is.groups.contains_key(id));
    of_now.chain(gone.map(|(_, seen)| format!("would no longer see “{}”", table::plain(&seen.name))))
}

/// "entry 12; 3 people are told".
fn told(done: &Done) -> String {
    let told = match done.told {
        0 => "nobody is told".to_owned(),
        1 => "1 person is told".to_owned(),
        n => format!("{n} people are told"),
    };
    format!("entry {}; {told}", done.entry)
}
