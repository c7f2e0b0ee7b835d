//! Organisations and people: to begin with them, to add, to change, to list.

use std::io::Write;

use jiff::Timestamp;

use super::table::{Table, yes};
use super::words::{self, Kind};
use super::{At, Counter, told};
use crate::cli::error::CliError;
use crate::cli::person::has_own_password;
use crate::collab::{Command, Office, OfficeError, PersonId, Role, password};

/// Arguments of `schoolbench admin begin`.
#[derive(clap::Args)]
pub(super) struct Begin {
    #[command(flatten)]
    kind: Kind,
    /// What the organisation is called; as the register has it where none is given
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// What the administrator is called
    #[arg(long)]
    name: String,
    /// With which the administrator signs in
    #[arg(long)]
    email: String,
    /// Made-up people, who sign in without a password
    #[arg(long)]
    demo: bool,
    /// Where people were set up and the file of them is lost: begin without what was in it. The audit tells so
    #[arg(long, conflicts_with = "demo")]
    pub anew: bool,
}

/// What is done with organisations.
#[derive(clap::Subcommand)]
pub(super) enum Organisation {
    /// Add an organisation: an authority's or trust's administrators add their schools, the system's any
    Add {
        #[command(flatten)]
        kind: Kind,
        /// What it is called; as the register has it where none is given
        #[arg(long)]
        name: Option<String>,
    },
    /// List organisations
    List,
}

/// What is done with people.
#[derive(clap::Subcommand)]
pub(super) enum Action {
    /// Add a person
    Add {
        /// With which they sign in
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// By number, name, or as la:936, trust:5143, urn:100053, system; one's own where none is given
        #[arg(long)]
        organisation: Option<String>,
        /// What they may do: administrator, user
        #[arg(long, default_value = "user", value_parser = Role::ALL.map(Role::word))]
        role: String,
        /// They see every group of their organisation
        #[arg(long = "global")]
        global_user: bool,
        /// Make up a one-time password for them, and print it
        #[arg(long)]
        invite: bool,
    },
    /// Change what is given of a person
    Edit {
        /// By e-mail address, number or name
        person: String,
        #[arg(long)]
        name: Option<String>,
        #[arg(long, value_parser = Role::ALL.map(Role::word))]
        role: Option<String>,
        /// Whether they see every group of their organisation: yes, no
        #[arg(long = "global", value_parser = ["yes", "no"])]
        global_user: Option<String>,
        /// Whether they may sign in: yes, no
        #[arg(long, value_parser = ["yes", "no"])]
        active: Option<String>,
    },
    /// Set a password: one's own from SCHOOLBENCH_NEW_PASSWORD or the second line of standard input; for somebody else
    /// without one a one-time password is made up and printed
    Password {
        /// By e-mail address, number or name; oneself where none is given
        person: Option<String>,
    },
    /// List the people who are yours to set up
    List {
        /// Only of this organisation
        #[arg(long)]
        organisation: Option<String>,
    },
}

fn role(word: &str) -> Role {
    Role::ALL.into_iter().find(|role| role.word() == word).unwrap_or(Role::User)
}

impl Counter<'_> {
    /// Makes the office of a workspace that has none. Who begins is signed in thereafter.
    pub(super) fn begin(&mut self, begin: &Begin, out: &mut dyn Write) -> Result<(), CliError> {
        if self.office.is_some() {
            let why = "the workspace has people already; sign in as one of them with --as EMAIL";
            return Err(CliError::Input(why.to_owned()));
        }
        if begin.anew && !self.lost {
            let why = "no people were set up for this workspace before; begin without --anew";
            return Err(CliError::Input(why.to_owned()));
        }
        if self.common.dry_run {
            return Err(CliError::Input("there is nothing to look at before the first person is there".to_owned()));
        }
        let password = if begin.demo { None } else { self.common.sign_in.password()? };
        if password.is_none() && !begin.demo {
            let why = "the first administrator needs a password; set SCHOOLBENCH_PASSWORD, or write it to standard input \
                       and add --password-stdin";
            return Err(CliError::Input(why.to_owned()));
        }
        let (kind, organisation) = begin.kind.named(begin.organisation.as_deref(), &self.register)?;
        let (name, email) = (begin.name.clone(), begin.email.clone());
        let said = format!("{organisation} and its administrator {name} are there");
        let command = Command::Begin { kind, organisation, name, email };
        let now = Timestamp::now();
        let register = self.register.clone();
        let office = match &password {
            Some(password) if begin.anew => Office::begin_anew(&self.path, register, &command, password, now)?,
            password => Office::begin(&self.path, register, &command, password.as_deref(), now)?,
        };
        self.who = office.people().persons.keys().next().copied();
        self.office = Some(office);
        writeln!(out, "{said}")?;
        Ok(())
    }
}

impl At<'_> {
    pub(super) fn organisation(&self, action: &Organisation, out: &mut dyn Write) -> Result<(), CliError> {
        match action {
            Organisation::Add { kind, name } => {
                let (kind, name) = kind.named(name.as_deref(), self.register)?;
                let Some(done) = self.obey(&Command::AddOrganisation { kind, name: name.clone() }, out)? else {
                    return Ok(());
                };
                let people = self.office.people();
                let id = people.organisation_of(kind).map(|id| format!(" {id}")).unwrap_or_default();
                writeln!(out, "Organisation{id} “{name}” is added ({})", told(&done))?;
                Ok(())
            }
            Organisation::List => {
                let sight = self.sight();
                let mut table = Table::new(["number", "organisation", "kind", "people", "administrators"]);
                let own = self.people.persons.get(&self.who).map(|person| person.organisation);
                for (id, known) in &self.people.organisations {
                    if Some(*id) != own && !sight.manages(*id) {
                        continue;
                    }
                    let active = || self.people.people_of(*id).filter(|(_, person)| person.active);
                    let administrators = active().filter(|(_, person)| person.role == Role::Administrator).count();
                    let (people, administrators) = (active().count().to_string(), administrators.to_string());
                    table.add([id.to_string(), known.name.clone(), known.kind.words(), people, administrators]);
                }
                Ok(table.write(self.common.csv(), out)?)
            }
        }
    }

    pub(super) fn person(&self, action: &Action, out: &mut dyn Write) -> Result<(), CliError> {
        match action {
            Action::Add { email, name, organisation, role: word, global_user, invite } => {
                let own = self.people.persons.get(&self.who).map(|person| person.organisation);
                let organisation = match (organisation, own) {
                    (None, Some(own)) => own,
                    (word, _) => words::organisation(&self.people, self.register, word.as_deref().unwrap_or_default())?,
                };
                let (email, name, role) = (email.clone(), name.clone(), role(word));
                let command =
                    Command::AddPerson { email: email.clone(), name, organisation, role, global: *global_user };
                let Some(done) = self.obey(&command, out)? else { return Ok(()) };
                let people = self.office.people();
                let Some((id, person)) = people.by_email(&email) else { return Ok(()) };
                writeln!(out, "Person {id}, {}, is added ({})", person.email, told(&done))?;
                if *invite { self.give_password(id, None, out) } else { Ok(()) }
            }
            Action::Edit { person, name, role: word, global_user, active } => {
                let id = words::person(&self.people, person)?;
                let Some(known) = self.people.persons.get(&id) else { return Ok(()) };
                let given = |word: &Option<String>, now: bool| word.as_deref().map_or(now, |word| word == "yes");
                let command = Command::EditPerson {
                    person: id,
                    name: name.clone().unwrap_or_else(|| known.name.clone()),
                    role: word.as_deref().map_or(known.role, role),
                    global: given(global_user, known.global),
                    active: given(active, known.active),
                };
                self.change(&command, &format!("Person {id}, {}, is changed", known.email), out)
            }
            Action::Password { person } => {
                let person = match person {
                    Some(word) => words::person(&self.people, word)?,
                    None => self.who,
                };
                if self.common.dry_run {
                    return self.look_ahead(&Command::SetPassword { person }, out);
                }
                if person == self.who {
                    return self.choose_password(out);
                }
                has_own_password(self.office, self.who)?;
                self.give_password(person, self.common.sign_in.new_password()?.as_deref(), out)
            }
            Action::List { organisation } => self.list_people(organisation.as_deref(), out),
        }
    }

    /// Sets one's own password.
    fn choose_password(&self, out: &mut dyn Write) -> Result<(), CliError> {
        let new = self.common.sign_in.new_password()?.ok_or_else(|| {
            let why = "no new password was given; set SCHOOLBENCH_NEW_PASSWORD, or write it as the second line of standard \
                       input with --password-stdin";
            CliError::Input(why.to_owned())
        })?;
        let done = self.office.set_password(self.who, self.who, &new, Timestamp::now())?;
        writeln!(out, "Your password is set ({})", told(&done))?;
        Ok(())
    }

    /// Sets a one-time password for somebody else: the one that is given, or one that is made up and printed.
    fn give_password(&self, person: PersonId, given: Option<&str>, out: &mut dyn Write) -> Result<(), CliError> {
        let new = match given {
            Some(given) => given.to_owned(),
            None => password::made_up().map_err(OfficeError::from)?,
        };
        self.office.set_password(self.who, person, &new, Timestamp::now())?;
        let people = self.office.people();
        let email = people.persons.get(&person).map(|person| person.email.as_str()).unwrap_or_default();
        match given {
            Some(_) => writeln!(out, "{email} signs in with it once, and then chooses another")?,
            None => writeln!(out, "One-time password for {email}: {new}")?,
        }
        Ok(())
    }

    fn list_people(&self, organisation: Option<&str>, out: &mut dyn Write) -> Result<(), CliError> {
        let sight = self.sight();
        if !sight.is_administrator() {
            return Err(CliError::Refused("people are listed for administrators; ask one of yours".to_owned()));
        }
        let only = organisation.map(|word| words::organisation(&self.people, self.register, word)).transpose()?;
        if let Some(organisation) = only.filter(|only| !sight.manages(*only)) {
            let name = self.people.organisation_name(organisation);
            return Err(CliError::Refused(format!("the people of {name} are not yours to set up")));
        }
        let mut table = Table::new(["number", "e-mail", "name", "organisation", "role", "global user", "may sign in"]);
        for (id, person) in &self.people.persons {
            if only.is_some_and(|only| only != person.organisation) || !sight.manages(person.organisation) {
                continue;
            }
            table.add([
                id.to_string(),
                person.email.clone(),
                person.name.clone(),
                self.people.organisation_name(person.organisation).to_owned(),
                person.role.word().to_owned(),
                yes(person.global),
                yes(person.active),
            ]);
        }
        Ok(table.write(self.common.csv(), out)?)
    }
}
