//! The people of the demonstration: made up, with groups that show every case of who sees what.
//!
//! They are told as changes with their days (`data/demo_people.toml`), and made by the same rules as any others. So the
//! audit and the notices have a past.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;

use super::command::{Command, Draft, Recorded, Refusal};
use super::entry::{self, Changed};
use super::office::{Office, OfficeError};
use super::people::{
    GroupId, GroupState, MailState, NoticeId, OrganisationId, OrganisationKind, People, PermissionState, PersonId,
    Role, Visibility,
};
use super::rules::{self, Moment};
use super::{notice, records};
use crate::model::Urn;
use crate::workspace::people::{Edit, Entry, PeopleFile};
use crate::workspace::{Register, WorkspaceError};

const TEXT: &str = include_str!("../../data/demo_people.toml");

const DAY: i64 = 24 * 60 * 60;
/// The second of a day at which its first change is made: nine o'clock.
const MORNING: i64 = 9 * 60 * 60;
/// Seconds from one change of a day to the next.
const APART: i64 = 11 * 60;

/// The office of the demonstration. Where the workspace has people already it is theirs, whoever they are.
///
/// The file is made with everything in it or not at all.
///
/// # Errors
/// When the demonstration's schools are not loaded, or the people's file cannot be read or written.
pub fn people(workspace: &Path, register: Register, now: Timestamp) -> Result<Office, OfficeError> {
    if let Some(office) = Office::open(workspace, register.clone())? {
        return Ok(office);
    }
    let file = PeopleFile::of(workspace);
    match file.create(&made(&register, now)?) {
        // Another program has just made it.
        Err(WorkspaceError::Exists { .. }) | Ok(()) => {}
        Err(error) => return Err(error.into()),
    }
    let missing = || WorkspaceError::Missing { path: file.path().to_owned() };
    Office::open(workspace, register)?.ok_or_else(|| missing().into())
}

/// All records, and the audit of how they came about.
fn made(register: &Register, now: Timestamp) -> Result<Edit, OfficeError> {
    let text: Text = toml::from_str(TEXT).map_err(|error| invalid(format!("the made-up people: {error}")))?;
    let mut making = Making { people: People::default(), entries: Vec::new(), register, now, days: 0, nth: 0 };
    let Begin { days, organisation, name, email } = text.begin;
    making.at(days)?;
    making.carry_out(None, &Command::Begin { kind: OrganisationKind::System, organisation, name, email })?;
    for change in text.change {
        making.at(change.days)?;
        let by = making.person(&change.by)?;
        making.change(by, change.what)?;
    }
    making.settle(text.settled_days);
    let nothing = records::Records::new();
    Ok(Edit { entries: making.entries, ..records::edit(&nothing, &records::of(&making.people)) })
}

fn invalid(why: String) -> OfficeError {
    Refusal::Invalid(why).into()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// Notices are read, and their e-mails gone, after so many days.
    settled_days: i64,
    begin: Begin,
    change: Vec<Change>,
}

/// The first person, who administers the whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    days: i64,
    organisation: String,
    name: String,
    email: String,
}

#[derive(Debug, Deserialize)]
struct Change {
    /// So many days ago; at least one.
    days: i64,
    /// E-mail of who makes it.
    by: String,
    #[serde(flatten)]
    what: What,
}

/// People are named by their e-mails, groups by their names.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum What {
    /// An organisation with its administrator. A school, authority or trust is called as in the register.
    Organisation {
        of: OrganisationKind,
        email: String,
        name: String,
    },
    Person {
        of: OrganisationKind,
        email: String,
        name: String,
        #[serde(default = "user")]
        role: Role,
        #[serde(default)]
        global: bool,
    },
    EditPerson {
        email: String,
        role: Option<Role>,
        global: Option<bool>,
        active: Option<bool>,
    },
    Group {
        owner: OrganisationKind,
        name: String,
        description: String,
        schools: BTreeSet<Urn>,
        #[serde(default)]
        users: Vec<String>,
        visibility: Visibility,
        state: GroupState,
    },
    /// What is not said stays.
    EditGroup {
        group: String,
        description: Option<String>,
        schools: Option<BTreeSet<Urn>>,
        users: Option<Vec<String>>,
        visibility: Option<Visibility>,
    },
    State {
        group: String,
        state: GroupState,
    },
    Permission {
        group: String,
        schools: BTreeSet<Urn>,
        state: PermissionState,
        #[serde(default)]
        agreement: String,
    },
    Allocate {
        group: String,
        school: Urn,
        users: Vec<String>,
    },
}

fn user() -> Role {
    Role::User
}

struct Making<'a> {
    people: People,
    entries: Vec<Entry>,
    register: &'a Register,
    now: Timestamp,
    /// The day of the change that is made, and its number on that day.
    days: i64,
    nth: i64,
}

impl Making<'_> {
    /// Goes on to a day; days only pass.
    fn at(&mut self, days: i64) -> Result<(), OfficeError> {
        if days < 1 || (days > self.days && !self.entries.is_empty()) {
            return Err(invalid(format!("a change {days} days ago does not come after one {} days ago", self.days)));
        }
        if days != self.days {
            (self.days, self.nth) = (days, 0);
        }
        Ok(())
    }

    /// When the next change is made.
    fn moment(&mut self) -> Timestamp {
        let today = self.now.as_second().div_euclid(DAY) * DAY;
        let second = today - self.days * DAY + MORNING + self.nth * APART;
        self.nth += 1;
        Timestamp::from_second(second).unwrap_or(self.now)
    }

    fn carry_out(&mut self, who: Option<PersonId>, command: &Command) -> Result<(), OfficeError> {
        let (now, entry) = (self.moment(), self.entries.len() as i64 + 1);
        let before = &self.people;
        let mut after = rules::apply(before, who, command, Moment { register: self.register, now, entry })?;
        after.setup.demo = true;
        let first = after.notices.keys().next_back().map_or(1, |last| last.0.saturating_add(1));
        // Nobody is told of the beginning: there was nobody.
        let notices = match who {
            Some(_) => notice::of_change((before, &after), who, entry, now, self.register),
            None => Vec::new(),
        };
        after.notices.extend((first..).map(NoticeId).zip(notices));
        let (was, is) = (records::of(before), records::of(&after));
        let old = if who.is_some() { records::differing(&was, &is) } else { BTreeMap::new() };
        let changed = Changed { before: old, after: records::differing(&is, &was) };
        let by = who.or_else(|| after.persons.keys().next().copied());
        let row = entry::row(&after, by, command, entry, now, changed);
        let hash = self.entries.last().map_or("", |last| last.hash.as_str());
        let entry = entry::entry(&row, hash);
        self.entries.push(entry);
        self.people = after;
        Ok(())
    }

    fn change(&mut self, by: PersonId, what: What) -> Result<(), OfficeError> {
        let command = match what {
            What::Organisation { of, email, name } => {
                let called = self.called(of)?;
                self.carry_out(Some(by), &Command::AddOrganisation { kind: of, name: called })?;
                let organisation = self.organisation(of)?;
                Command::AddPerson { email, name, organisation, role: Role::Administrator, global: false }
            }
            What::Person { of, email, name, role, global } => {
                Command::AddPerson { email, name, organisation: self.organisation(of)?, role, global }
            }
            What::EditPerson { email, role, global, active } => {
                let id = self.person(&email)?;
                let unknown = || invalid(format!("there is no {email}"));
                let person = self.people.persons.get(&id).ok_or_else(unknown)?;
                Command::EditPerson {
                    person: id,
                    name: person.name.clone(),
                    role: role.unwrap_or(person.role),
                    global: global.unwrap_or(person.global),
                    active: active.unwrap_or(person.active),
                }
            }
            What::Group { owner, name, description, schools, users, visibility, state } => {
                let (owner, users) = (self.organisation(owner)?, self.persons(&users)?);
                let accepts = self.accepts(visibility);
                Command::CreateGroup {
                    draft: Draft { owner, name, description, schools, users, visibility, accepts },
                    state,
                }
            }
            What::EditGroup { group, description, schools, users, visibility } => {
                let (id, known) = self.group(&group)?;
                let visibility = visibility.unwrap_or(known.visibility);
                let draft = Draft {
                    owner: known.owner,
                    name: group,
                    description: description.unwrap_or_else(|| known.description.clone()),
                    schools: schools.unwrap_or_else(|| known.schools.keys().copied().collect()),
                    users: users.map_or_else(|| Ok(known.users.clone()), |users| self.persons(&users))?,
                    visibility,
                    accepts: self.accepts(visibility).filter(|_| known.terms.is_none()),
                };
                Command::EditGroup { group: id, seen: known.revision, draft }
            }
            What::State { group, state } => {
                let (group, known) = self.group(&group)?;
                Command::SetState { group, seen: known.revision, state }
            }
            What::Permission { group, schools, state, agreement } => {
                let (group, _) = self.group(&group)?;
                let entry = self.entries.len() as i64 + 1;
                let second = self.now.as_second() - self.days * DAY;
                let now = Timestamp::from_second(second).unwrap_or(self.now);
                let on = Moment { register: self.register, now, entry }.today();
                Command::RecordPermission { group, schools, recorded: Recorded { state, on, agreement } }
            }
            What::Allocate { group, school, users } => {
                Command::Allocate { group: self.group(&group)?.0, school, users: self.persons(&users)? }
            }
        };
        self.carry_out(Some(by), &command)
    }

    /// The terms in force, where a group needs them.
    fn accepts(&self, visibility: Visibility) -> Option<u32> {
        let newest = self.people.newest_terms().map(|(version, _)| version);
        newest.filter(|_| visibility == Visibility::SchoolsToo)
    }

    /// What the register calls an organisation.
    fn called(&self, kind: OrganisationKind) -> Result<String, OfficeError> {
        let mut schools = self.register.schools();
        let name = match kind {
            OrganisationKind::System => None,
            OrganisationKind::La(code) => {
                schools.find(|school| school.la_code == code).map(|school| format!("{} Council", school.la_name))
            }
            OrganisationKind::Trust(uid) => {
                schools.find(|school| school.trust_uid == Some(uid)).and_then(|school| school.trust_name.clone())
            }
            OrganisationKind::School(urn) => self.register.school(urn).map(|school| school.name.clone()),
        };
        name.ok_or_else(|| invalid(format!("{} is not among the schools that are loaded", kind.words())))
    }

    fn organisation(&self, kind: OrganisationKind) -> Result<OrganisationId, OfficeError> {
        self.people.organisation_of(kind).ok_or_else(|| invalid(format!("there is no {}", kind.words())))
    }

    fn person(&self, email: &str) -> Result<PersonId, OfficeError> {
        let found = self.people.by_email(email).map(|(id, _)| id);
        found.ok_or_else(|| invalid(format!("there is no {email}")))
    }

    fn persons(&self, emails: &[String]) -> Result<BTreeSet<PersonId>, OfficeError> {
        emails.iter().map(|email| self.person(email)).collect()
    }

    fn group(&self, name: &str) -> Result<(GroupId, &super::people::Group), OfficeError> {
        let found = self.people.groups.iter().find(|(_, group)| group.name == name);
        found.map(|(id, group)| (*id, group)).ok_or_else(|| invalid(format!("there is no group “{name}”")))
    }

    /// What was told more than some days ago is read, and its e-mail gone.
    fn settle(&mut self, days: i64) {
        let since = self.now.as_second() - days * DAY;
        for notice in self.people.notices.values_mut().filter(|notice| notice.at.as_second() < since) {
            notice.read = true;
            notice.mail = MailState::Sent { at: notice.at };
        }
    }
}
