//! Groups: to create, change, put away and list.

use std::collections::BTreeSet;
use std::io::Write;

use super::table::{Table, moment, plain};
use super::words::{self, Schools};
use super::{At, told};
use crate::cli::error::CliError;
use crate::collab::{Command, Draft, Group, GroupId, GroupState, PermissionState, PersonId, Side, Visibility, verdict};
use crate::export::words::plural;
use crate::model::{Scope, Urn};

/// What is done with groups.
#[derive(clap::Subcommand)]
pub(super) enum Action {
    /// Create a group
    Create(Box<Create>),
    /// Change what is given of a group
    Edit(Box<Edit>),
    /// Make a group live: where schools are to see it, those with permission do
    Live(Named),
    /// Make a group a draft again, which its owner's users see
    Draft(Named),
    /// Put a group away: nobody sees it, and nothing is lost
    Archive(Named),
    /// Create a draft for its owner only with the schools and users of another group
    Duplicate {
        /// By number or name
        group: String,
        /// What the new one is called
        #[arg(long)]
        name: String,
    },
    /// List the groups that you administer, that list your school, or that you see
    List,
    /// Show all of a group
    Show {
        /// By number or name
        group: String,
    },
}

/// Arguments of `schoolbench admin group create`.
#[derive(clap::Args)]
pub(super) struct Create {
    #[arg(long)]
    name: String,
    #[arg(long, default_value = "")]
    description: String,
    /// By number, name, or as la:936, trust:5143, system; one's own organisation where none is given
    #[arg(long, value_name = "ORGANISATION")]
    owner: Option<String>,
    #[command(flatten)]
    schools: Schools,
    /// The owner's users who see it beside the global ones, by e-mail address, number or name
    #[arg(long = "user", value_name = "PERSON", value_delimiter = ',', num_args = 1..)]
    users: Vec<String>,
    /// Who is to see it: owner (begin with this), schools
    #[arg(long, default_value = "owner", value_parser = ["owner", "schools"])]
    visibility: String,
    /// Version of the terms that you have read and accept: see `terms show`
    #[arg(long, value_name = "VERSION")]
    accept_terms: Option<u32>,
    /// Make it live at once
    #[arg(long)]
    live: bool,
}

/// Arguments of `schoolbench admin group edit`.
#[derive(clap::Args)]
pub(super) struct Edit {
    /// By number or name
    group: String,
    #[arg(long)]
    name: Option<String>,
    #[arg(long)]
    description: Option<String>,
    #[command(flatten)]
    schools: Schools,
    /// Schools to add to those that are there
    #[arg(long, value_name = "URN", value_delimiter = ',', num_args = 1..)]
    add_urn: Vec<Urn>,
    /// Schools to take out
    #[arg(long, value_name = "URN", value_delimiter = ',', num_args = 1..)]
    remove_urn: Vec<Urn>,
    /// The owner's users who see it: these and no others
    #[arg(long = "user", value_name = "PERSON", value_delimiter = ',', num_args = 1..)]
    users: Vec<String>,
    /// Users to add to those who are there
    #[arg(long, value_name = "PERSON", value_delimiter = ',', num_args = 1..)]
    add_user: Vec<String>,
    /// Users to take out
    #[arg(long, value_name = "PERSON", value_delimiter = ',', num_args = 1..)]
    remove_user: Vec<String>,
    /// Who is to see it: owner, schools
    #[arg(long, value_parser = ["owner", "schools"])]
    visibility: Option<String>,
    /// Version of the terms that you have read and accept: see `terms show`
    #[arg(long, value_name = "VERSION")]
    accept_terms: Option<u32>,
    /// Revision of the group that you looked at, as `group show` tells it: nothing is changed where there is a newer one
    #[arg(long, value_name = "REVISION")]
    seen: Option<i64>,
}

/// A group, as it was looked at.
#[derive(clap::Args)]
pub(super) struct Named {
    /// By number or name
    group: String,
    /// Revision of the group that you looked at, as `group show` tells it: nothing is changed where there is a newer one
    #[arg(long, value_name = "REVISION")]
    seen: Option<i64>,
}

fn visibility(word: &str) -> Visibility {
    if word == "schools" { Visibility::SchoolsToo } else { Visibility::OwnerOnly }
}

impl At<'_> {
    pub(super) fn groups(&self, action: &Action, out: &mut dyn Write) -> Result<(), CliError> {
        match action {
            Action::Create(create) => self.create(create, out),
            Action::Edit(edit) => self.edit(edit, out),
            Action::Live(named) => self.set_state(named, GroupState::Live, out),
            Action::Draft(named) => self.set_state(named, GroupState::Draft, out),
            Action::Archive(named) => self.set_state(named, GroupState::Archived, out),
            Action::Duplicate { group, name } => {
                let (id, _) = self.group(group)?;
                self.make(&Command::Duplicate { group: id, name: name.clone() }, out)
            }
            Action::List => self.list_groups(out),
            Action::Show { group } => self.show(group, out),
        }
    }

    /// A group that who asks knows of.
    pub(super) fn group(&self, word: &str) -> Result<(GroupId, Group), CliError> {
        let sight = self.sight();
        words::group(&sight, word).map(|(id, group)| (id, group.clone()))
    }

    pub(super) fn users(&self, words: &[String]) -> Result<BTreeSet<PersonId>, CliError> {
        words.iter().map(|word| words::person(&self.people, word)).collect()
    }

    fn create(&self, create: &Create, out: &mut dyn Write) -> Result<(), CliError> {
        let own = self.people.persons.get(&self.who).map(|person| person.organisation);
        let owner = match (&create.owner, own) {
            (None, Some(own)) => own,
            (word, _) => words::organisation(&self.people, self.register, word.as_deref().unwrap_or_default())?,
        };
        let draft = Draft {
            owner,
            name: create.name.clone(),
            description: create.description.clone(),
            schools: create.schools.read()?,
            users: self.users(&create.users)?,
            visibility: visibility(&create.visibility),
            accepts: create.accept_terms,
        };
        let state = if create.live { GroupState::Live } else { GroupState::Draft };
        self.make(&Command::CreateGroup { draft, state }, out)
    }

    /// Carries out a command that makes a group, and tells its number.
    fn make(&self, command: &Command, out: &mut dyn Write) -> Result<(), CliError> {
        let Some(done) = self.obey(command, out)? else { return Ok(()) };
        let people = self.office.people();
        let made = people.groups.iter().find(|(_, group)| group.revision == done.entry);
        let (id, name) = made.map(|(id, group)| (id.to_string(), group.name.as_str())).unwrap_or_default();
        writeln!(out, "Group {id} “{name}” is created ({})", told(&done))?;
        Ok(())
    }

    fn edit(&self, edit: &Edit, out: &mut dyn Write) -> Result<(), CliError> {
        let (id, group) = self.group(&edit.group)?;
        let mut schools = edit.schools.read()?;
        if schools.is_empty() {
            schools = group.schools.keys().copied().collect();
        }
        schools.extend(&edit.add_urn);
        for urn in &edit.remove_urn {
            if !schools.remove(&self.register.head(*urn)) && !schools.remove(urn) {
                return Err(CliError::Input(format!("school {urn} is not in “{}”", group.name)));
            }
        }
        let mut users = if edit.users.is_empty() { group.users.clone() } else { self.users(&edit.users)? };
        users.extend(self.users(&edit.add_user)?);
        for user in self.users(&edit.remove_user)? {
            if !users.remove(&user) {
                let name = self.people.name(user);
                return Err(CliError::Input(format!("{name} is not allocated to “{}”", group.name)));
            }
        }
        let draft = Draft {
            owner: group.owner,
            name: edit.name.clone().unwrap_or(group.name),
            description: edit.description.clone().unwrap_or(group.description),
            schools,
            users,
            visibility: edit.visibility.as_deref().map_or(group.visibility, visibility),
            accepts: edit.accept_terms,
        };
        let said = format!("Group {id} “{}” is changed", draft.name);
        self.change(&Command::EditGroup { group: id, seen: edit.seen.unwrap_or(group.revision), draft }, &said, out)
    }

    fn set_state(&self, named: &Named, state: GroupState, out: &mut dyn Write) -> Result<(), CliError> {
        let (id, group) = self.group(&named.group)?;
        let said = format!("Group {id} “{}” is {}", group.name, state.word());
        self.change(&Command::SetState { group: id, seen: named.seen.unwrap_or(group.revision), state }, &said, out)
    }

    fn list_groups(&self, out: &mut dyn Write) -> Result<(), CliError> {
        let sight = self.sight();
        let mut table =
            Table::new(["number", "group", "owner", "state", "visible to", "schools", "granted", "you see"]);
        for (id, group) in sight.groups() {
            let granted = if sight.owns(id, group) { group.granted().len().to_string() } else { String::new() };
            table.add([
                id.to_string(),
                group.name.clone(),
                self.people.organisation_name(group.owner).to_owned(),
                group.state.word().to_owned(),
                group.visibility.words().to_owned(),
                sight.schools(id, group).len().to_string(),
                granted,
                self.seen(id),
            ]);
        }
        Ok(table.write(self.common.csv(), out)?)
    }

    /// How many schools of a group who asks sees.
    fn seen(&self, id: GroupId) -> String {
        let verdict = verdict(&self.people, self.who, id);
        match verdict.side {
            Some(Side::Owner | Side::School(_)) => plural(verdict.schools.len() as i64, "school"),
            None => "nothing".to_owned(),
        }
    }

    fn show(&self, word: &str, out: &mut dyn Write) -> Result<(), CliError> {
        let (id, group) = self.group(word)?;
        let sight = self.sight();
        let owns = sight.owns(id, &group);
        let emails = |users: &BTreeSet<PersonId>| {
            let email = |id: &PersonId| self.people.persons.get(id).map(|person| person.email.clone());
            users.iter().filter_map(email).collect::<Vec<_>>().join(", ")
        };
        let contact = self.people.persons.get(&group.contact);
        let contact = contact.map(|person| format!("{}, {}", person.name, person.email)).unwrap_or_default();
        let terms = group.terms.map_or("not accepted".to_owned(), |terms| {
            format!(
                "version {}, accepted by {}, {}",
                terms.version,
                self.people.name(terms.by),
                moment(terms.at, self.common.csv())
            )
        });
        let users = match sight.own_school().and_then(|urn| group.schools.get(&urn)) {
            Some(member) => emails(&member.users),
            None if owns => emails(&group.users),
            None => String::new(),
        };
        let schools = sight.schools(id, &group);
        let mut table = Table::new(["of the group", "it is"]);
        let mut line = |what: &str, is: String| table.add([what.to_owned(), is]);
        line("number", id.to_string());
        line("name", group.name.clone());
        line("description", group.description.clone());
        line("owner", self.people.organisation_name(group.owner).to_owned());
        line("contact", contact);
        line("state", group.state.word().to_owned());
        line("visible to", group.visibility.words().to_owned());
        line("terms", terms);
        line("schools", Scope::Schools(schools).to_string());
        if owns {
            let granted = |member: &crate::collab::Member| member.permission.state == PermissionState::Granted;
            let n = group.schools.values().filter(|member| granted(member)).count();
            line("permission", format!("granted by {n} of {}", group.schools.len()));
        }
        line("allocated users", users);
        line("you see", self.seen(id));
        line("revision", group.revision.to_string());
        Ok(table.write(self.common.csv(), out)?)
    }

    /// What a school is called.
    pub(super) fn school(&self, urn: Urn) -> String {
        plain(&self.register.called(urn))
    }
}
