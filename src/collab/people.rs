//! Who there is: organisations, people, groups, permission, terms, notices.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::mail::Server;
use super::password::Tries;
use crate::model::{LaCode, TrustUid, Urn};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

number! {
    /// Number of an organisation, given once.
    OrganisationId
}
number! {
    /// Number of a person, given once.
    PersonId
}
number! {
    /// Number of a notice or an e-mail, given once.
    NoticeId
}

number! {
    /// Number of a group, given once.
    GroupId
}

/// What an organisation is, and for which schools it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// Who runs the whole: answers for every school.
    System,
    /// A local authority.
    La(LaCode),
    /// An academy trust.
    Trust(TrustUid),
    School(Urn),
}

impl OrganisationKind {
    /// "Local authority 936", "School 100053".
    pub fn words(self) -> String {
        match self {
            Self::System => "System".to_owned(),
            Self::La(code) => format!("Local authority {code}"),
            Self::Trust(uid) => format!("Trust {uid}"),
            Self::School(urn) => format!("School {urn}"),
        }
    }
}

/// An organisation that people belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub kind: OrganisationKind,
    pub name: String,
}

/// What a person may do in their organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sets up groups and people. Does not thereby see results.
    Administrator,
    User,
}

impl Role {
    pub const ALL: [Self; 2] = [Self::Administrator, Self::User];

    /// "administrator", "user".
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::User => "user",
        }
    }
}

/// A person. Whether they can sign in is told by their [`Key`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// With which they sign in; in small letters, and nobody else has it.
    pub email: String,
    pub name: String,
    pub organisation: OrganisationId,
    pub role: Role,
    /// A global user sees every group that the organisation owns, or that is visible to the school.
    pub global: bool,
    /// Whether they may sign in at all.
    pub active: bool,
}

/// With what a person signs in. Never in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Key {
    /// The password's hash, as a PHC string.
    pub hash: String,
    /// Whether it must be changed at the next sign-in: an administrator has set it.
    pub once: bool,
    /// Wrong passwords since the last right one.
    pub tries: Tries,
}

/// Who is meant to see a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    OwnerOnly,
    SchoolsToo,
}

impl Visibility {
    pub const ALL: [Self; 2] = [Self::OwnerOnly, Self::SchoolsToo];

    /// "owner only", "schools too".
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnerOnly => "owner only",
            Self::SchoolsToo => "schools too",
        }
    }
}

/// How far a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// Being set up: the owner's users see it.
    Draft,
    Live,
    /// Put away: nobody sees it, nothing is lost.
    Archived,
}

impl GroupState {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Live, Self::Archived];

    /// "draft", "live", "archived".
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Live => "live",
            Self::Archived => "archived",
        }
    }
}

/// How far a school's permission to share its data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionState {
    #[default]
    NotAsked,
    Requested,
    Granted,
    Refused,
    Withdrawn,
}

impl PermissionState {
    pub const ALL: [Self; 5] = [Self::NotAsked, Self::Requested, Self::Granted, Self::Refused, Self::Withdrawn];

    /// "not asked", "requested" ...
    pub fn words(self) -> &'static str {
        match self {
            Self::NotAsked => "not asked",
            Self::Requested => "requested",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A school's permission that the group's other schools see its data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permission {
    pub state: PermissionState,
    /// The day of the state.
    pub on: Option<Date>,
    /// By when an answer is asked for.
    pub due: Option<Date>,
    /// Reference of the data-sharing agreement.
    pub agreement: String,
    /// Who recorded it.
    pub by: Option<PersonId>,
}

impl Permission {
    /// Whether an answer was asked for by a day before this one.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == PermissionState::Requested && self.due.is_some_and(|due| due < today)
    }
}

/// A school in a group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Member {
    pub permission: Permission,
    /// Whom the school's administrator has allocated.
    pub users: BTreeSet<PersonId>,
}

/// That somebody read terms and accepted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub version: u32,
    pub by: PersonId,
    pub at: Timestamp,
}

/// A Collaborate group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub owner: OrganisationId,
    pub name: String,
    pub description: String,
    pub visibility: Visibility,
    pub state: GroupState,
    pub schools: BTreeMap<Urn, Member>,
    /// The owner's users who are allocated.
    pub users: BTreeSet<PersonId>,
    /// Whom to ask about the group: who set it up.
    pub contact: PersonId,
    pub terms: Option<Acceptance>,
    /// The number of the audit's entry that changed it last.
    pub revision: i64,
}

impl Group {
    /// The schools whose permission is granted.
    pub fn granted(&self) -> BTreeSet<Urn> {
        let granted = |member: &Member| member.permission.state == PermissionState::Granted;
        self.schools.iter().filter(|(_, member)| granted(member)).map(|(urn, _)| *urn).collect()
    }
}

/// Terms and conditions of groups that schools see too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub text: String,
    pub from: Timestamp,
}

/// What a person is told about a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub to: PersonId,
    pub at: Timestamp,
    /// The entry of the audit that it is about.
    pub entry: i64,
    pub group: Option<GroupId>,
    pub subject: String,
    /// What changed, a line each.
    pub lines: Vec<String>,
    pub read: bool,
    pub mail: MailState,
}

/// What became of the e-mail about a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// To be sent, after so many tries, not before this moment.
    Waiting {
        tries: u32,
        not_before: Timestamp,
        /// Why it was not sent when it was last tried; empty where it was not.
        #[serde(default)]
        why: String,
    },
    Sent {
        at: Timestamp,
    },
    /// Given up, and why.
    Failed {
        why: String,
    },
    /// Written as a file for another program to send.
    Exported {
        at: Timestamp,
    },
}

/// How the whole is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Setup {
    /// Made-up people, who sign in without a password; who does not sign in sees everything.
    pub demo: bool,
    /// Minutes after which an idle window asks for the password again; 0 for never.
    pub idle_minutes: u32,
    /// Days within which a school is asked to answer.
    pub answer_days: u32,
    /// Through which server e-mails go; its password is never kept.
    pub mail: Option<Server>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { demo: false, idle_minutes: 15, answer_days: 28, mail: None }
    }
}

/// Everyone and everything that access depends on. A plain value: rules make a new one of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    pub organisations: BTreeMap<OrganisationId, Organisation>,
    pub persons: BTreeMap<PersonId, Person>,
    pub keys: BTreeMap<PersonId, Key>,
    pub groups: BTreeMap<GroupId, Group>,
    /// By version.
    pub terms: BTreeMap<u32, Terms>,
    pub notices: BTreeMap<NoticeId, Notice>,
    pub setup: Setup,
}

impl People {
    /// The person with an e-mail address.
    pub fn by_email(&self, email: &str) -> Option<(PersonId, &Person)> {
        let email = email.trim().to_lowercase();
        self.persons.iter().find(|(_, person)| person.email == email).map(|(id, person)| (*id, person))
    }

    /// The organisation of a kind.
    pub fn organisation_of(&self, kind: OrganisationKind) -> Option<OrganisationId> {
        self.organisations.iter().find(|(_, known)| known.kind == kind).map(|(id, _)| *id)
    }

    /// Whose administrators decide for everyone: the system's; where there is none, those of the organisation that began.
    pub fn decider(&self) -> Option<OrganisationId> {
        self.organisation_of(OrganisationKind::System).or_else(|| self.organisations.keys().next().copied())
    }

    /// The people of an organisation.
    pub fn people_of(&self, organisation: OrganisationId) -> impl Iterator<Item = (PersonId, &Person)> {
        self.persons.iter().filter(move |(_, person)| person.organisation == organisation).map(|(id, p)| (*id, p))
    }

    /// What a person is called; people are never deleted.
    pub fn name(&self, person: PersonId) -> &str {
        self.persons.get(&person).map_or("somebody unknown", |person| person.name.as_str())
    }

    /// What an organisation is called.
    pub fn organisation_name(&self, organisation: OrganisationId) -> &str {
        self.organisations.get(&organisation).map_or("an organisation unknown", |known| known.name.as_str())
    }

    /// What a person's organisation is.
    pub fn kind_of(&self, person: PersonId) -> Option<OrganisationKind> {
        let organisation = self.persons.get(&person)?.organisation;
        self.organisations.get(&organisation).map(|known| known.kind)
    }

    /// The terms in force: the newest.
    pub fn newest_terms(&self) -> Option<(u32, &Terms)> {
        self.terms.last_key_value().map(|(version, terms)| (*version, terms))
    }

    /// A person's notices, the newest first.
    pub fn inbox(&self, person: PersonId) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.notices.iter().rev().filter(move |(_, notice)| notice.to == person).map(|(id, notice)| (*id, notice))
    }

    /// How many of them are not read yet.
    pub fn unread(&self, person: PersonId) -> usize {
        self.inbox(person).filter(|(_, notice)| !notice.read).count()
    }
}
