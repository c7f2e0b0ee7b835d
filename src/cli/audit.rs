//! `schoolbench audit`: whether what was changed is told as it was, and to take it away.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::ask::write_whole;
use super::error::CliError;
use super::person::{SignIn, has_own_password};
use crate::collab::audit::{agrees, csv, verify};
use crate::collab::{Office, OfficeError, OrganisationKind, Role};
use crate::export::words::grouped;
use crate::workspace::people::PeopleFile;
use crate::workspace::{Access, Workspace};

/// Arguments of `schoolbench audit`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Look through the whole audit: whether an entry was edited or removed, or something was changed without one
    Verify {
        /// Workspace whose audit it is
        #[arg(long, value_name = "FILE")]
        workspace: PathBuf,
    },
    /// Write the audit as CSV, with what was before and after each change
    Export {
        /// Workspace whose audit it is
        #[arg(long, value_name = "FILE")]
        workspace: PathBuf,
        #[command(flatten)]
        sign_in: SignIn,
        /// Write it to a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.action {
        Action::Verify { workspace } => look_through(workspace, &mut io::stdout().lock()),
        Action::Export { workspace, sign_in, out } => take(workspace, sign_in, out.as_deref()),
    }
}

fn without_people() -> CliError {
    CliError::Input("this workspace has no people, and so no audit".to_owned())
}

/// Needs nobody to sign in, so that another program can do it each night: it tells how many entries there are, no more.
fn look_through(workspace: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    let file = PeopleFile::of(workspace);
    if !file.exists() {
        // Where there were people, that is what has to be told.
        Workspace::open(workspace, Access::Read)?;
        return Err(without_people());
    }
    let (entries, contents) = loop {
        let (entries, head) = file.audit().map_err(OfficeError::from)?;
        let contents = file.read().map_err(OfficeError::from)?;
        // Where something was changed in between, both are read again.
        if contents.head == head {
            break (entries, contents);
        }
    };
    let rows = verify(&entries, &contents.head).map_err(OfficeError::from)?;
    agrees(&rows, &contents).map_err(OfficeError::from)?;
    let n = rows.len();
    let entries = if n == 1 { "entry" } else { "entries" };
    writeln!(out, "{} {entries}, the chain is whole", grouped(n as i64))?;
    Ok(())
}

fn take(workspace: &Path, sign_in: &SignIn, out: Option<&Path>) -> Result<(), CliError> {
    let register = Workspace::open(workspace, Access::Read)?.register()?;
    let office = Office::open(workspace, register)?.ok_or_else(without_people)?;
    let who = sign_in.who(&office)?;
    has_own_password(&office, who)?;
    let people = office.people();
    let administrator = people.persons.get(&who).is_some_and(|person| person.role == Role::Administrator);
    if !administrator || matches!(people.kind_of(who), Some(OrganisationKind::School(_))) {
        let why = "the audit is for administrators of authorities, trusts and the system; ask one of them";
        return Err(CliError::Refused(why.to_owned()));
    }
    let rows = office.audit()?;
    match out {
        None => Ok(csv(&rows, &mut io::stdout().lock())?),
        Some(path) => write_whole(path, |out| csv(&rows, out)),
    }
}
