//! Who asks: signing in on the command line.
//!
//! **A password is never an argument: other programs of the computer can read those.**

use std::env::VarError;
use std::io::{self, BufRead as _};
use std::sync::Arc;

use jiff::Timestamp;

use super::error::CliError;
use crate::collab::{NotSignedIn, Office, OfficeError, PersonId, Side};
use crate::desk::{Options, Reader};
use crate::method::disclosure::Policy;
use crate::model::Question;
use crate::workspace::Workspace;
use crate::workspace::people::PeopleFile;

/// The environment variable with the password of who signs in.
const PASSWORD: &str = "SCHOOLBENCH_PASSWORD";
/// The environment variable with a password that is to be set.
const NEW_PASSWORD: &str = "SCHOOLBENCH_NEW_PASSWORD";

/// With what somebody signs in.
#[derive(Debug, clap::Args)]
pub(super) struct SignIn {
    /// Sign in with this e-mail address; the password is taken from the environment variable SCHOOLBENCH_PASSWORD
    #[arg(long = "as", value_name = "EMAIL", global = true)]
    reader: Option<String>,
    /// Take the password from the first line of standard input instead, and one that is to be set from the second
    #[arg(long, global = true)]
    password_stdin: bool,
}

impl SignIn {
    /// Signs somebody in. In a demonstration the e-mail address is enough.
    pub fn who(&self, office: &Office) -> Result<PersonId, CliError> {
        let people = office.people();
        let Some(email) = self.reader.as_deref() else {
            let why = "this workspace has people, each of whom sees their own groups; say who you are with --as EMAIL";
            return Err(CliError::Refused(why.to_owned()));
        };
        if people.setup.demo {
            let found = people.by_email(email).filter(|(_, person)| person.active);
            let nobody = || CliError::Refused(format!("nobody in this demonstration signs in as {email}"));
            return found.map(|(id, _)| id).ok_or_else(nobody);
        }
        let password = self.password()?.ok_or_else(|| {
            CliError::Refused(format!(
                "{email} needs a password; set {PASSWORD}, or write it to standard input and add --password-stdin"
            ))
        })?;
        Ok(office.sign_in(email, &password, Timestamp::now())?)
    }

    /// The password of who signs in, or of who begins; `None` where none was given.
    pub fn password(&self) -> Result<Option<String>, CliError> {
        self.secret(PASSWORD)
    }

    /// A password that is to be set.
    pub fn new_password(&self) -> Result<Option<String>, CliError> {
        self.secret(NEW_PASSWORD)
    }

    fn secret(&self, variable: &str) -> Result<Option<String>, CliError> {
        if !self.password_stdin {
            return environment(variable);
        }
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        read.map_err(|error| CliError::Input(format!("the password cannot be read from standard input: {error}")))?;
        let secret = line.trim_end_matches(['\r', '\n']).to_owned();
        Ok(Some(secret).filter(|secret| !secret.is_empty()))
    }
}

/// What an environment variable holds; `None` where it holds nothing.
pub(super) fn environment(variable: &str) -> Result<Option<String>, CliError> {
    match std::env::var(variable) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(CliError::Input(format!("{variable} is not text in UTF-8"))),
    }
}

/// Who sits at a desk.
pub(super) struct Seat {
    pub reader: Reader,
    /// How the desk is set up for them.
    pub options: Options,
    /// The office, where the workspace has people.
    pub office: Option<Arc<Office>>,
    /// Who of them it is; `None` where anyone sees everything.
    pub who: Option<PersonId>,
}

/// Refuses who has a password that an administrator has set, and has not yet chosen their own.
pub(super) fn has_own_password(office: &Office, who: PersonId) -> Result<(), CliError> {
    let must = office.must_change(who) && !office.people().setup.demo;
    if must { Err(OfficeError::from(NotSignedIn::MustChange).into()) } else { Ok(()) }
}

/// Who sits at the desk of a workspace, and how it is set up for them. Where there are no people, or made-up ones and nobody
/// is named, everyone sees everything through the gate.
pub(super) fn seat(workspace: &Workspace, sign_in: &SignIn, policy: Policy) -> Result<Seat, CliError> {
    let anyone = |office: Option<Arc<Office>>| {
        let reader = Reader { email: sign_in.reader.clone(), policy, rights: None };
        Seat { reader, options: Options::default(), office, who: None }
    };
    if !PeopleFile::of(workspace.path()).exists() {
        return Ok(anyone(None));
    }
    let Some(office) = Office::open(workspace.path(), workspace.register()?)?.map(Arc::new) else {
        return Ok(anyone(None));
    };
    if office.people().setup.demo && sign_in.reader.is_none() {
        return Ok(anyone(Some(office)));
    }
    let who = sign_in.who(&office)?;
    has_own_password(&office, who)?;
    let rights = office.rights(who);
    if policy == Policy::Open && rights.groups.values().any(|seen| seen.side != Side::Owner) {
        let why = "the policy open is for who answers for the data; a school that shares its data looks by standard or strict";
        return Err(CliError::Refused(why.to_owned()));
    }
    let email = office.people().persons.get(&who).map(|person| person.email.clone());
    let reader = Reader { email, policy, rights: Some(Arc::new(rights)) };
    let noting = Arc::clone(&office);
    let options = Options {
        refused: Arc::new(move |_: &Reader, question: &Question| {
            note_refusal(&noting, who, &question.scope().to_string());
        }),
        ..Options::default()
    };
    Ok(Seat { reader, options, office: Some(office), who: Some(who) })
}

/// Notes in the audit that a question was refused.
pub(super) fn note_refusal(office: &Office, who: PersonId, scope: &str) {
    if let Err(error) = office.refused(who, scope, Timestamp::now()) {
        tracing::warn!("a refused question is not in the audit: {error}");
    }
}
