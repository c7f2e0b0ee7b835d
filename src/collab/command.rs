//! What can be changed, and why a change is refused.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::people::{
    Group, GroupId, GroupState, OrganisationId, OrganisationKind, PermissionState, PersonId, Role, Setup, Visibility,
};
use crate::model::Urn;

/// What a group is to be. All of it: an edit says the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub owner: OrganisationId,
    pub name: String,
    pub description: String,
    pub schools: BTreeSet<Urn>,
    /// The owner's users who may see it beside the global ones.
    pub users: BTreeSet<PersonId>,
    pub visibility: Visibility,
    /// The version of the terms that was read and is accepted with this.
    pub accepts: Option<u32>,
}

impl Draft {
    /// A group as it is; accepting the terms anew is not part of that.
    pub fn of(group: &Group) -> Self {
        Self {
            owner: group.owner,
            name: group.name.clone(),
            description: group.description.clone(),
            schools: group.schools.keys().copied().collect(),
            users: group.users.clone(),
            visibility: group.visibility,
            accepts: None,
        }
    }
}

/// A permission as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    pub state: PermissionState,
    /// The day of the answer or of the request.
    pub on: Date,
    /// Reference of the data-sharing agreement; may be empty.
    pub agreement: String,
}

/// A change. Each is one transaction, one entry of the audit, and one notice for everyone it affects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// The first organisation and its administrator, where there is nobody yet.
    Begin {
        kind: OrganisationKind,
        organisation: String,
        name: String,
        email: String,
    },
    AddOrganisation {
        kind: OrganisationKind,
        name: String,
    },
    AddPerson {
        email: String,
        name: String,
        organisation: OrganisationId,
        role: Role,
        global: bool,
    },
    EditPerson {
        person: PersonId,
        name: String,
        role: Role,
        global: bool,
        active: bool,
    },
    CreateGroup {
        draft: Draft,
        state: GroupState,
    },
    /// `seen` is the group's revision that the editor looked at.
    EditGroup {
        group: GroupId,
        seen: i64,
        draft: Draft,
    },
    SetState {
        group: GroupId,
        seen: i64,
        state: GroupState,
    },
    Duplicate {
        group: GroupId,
        name: String,
    },
    RecordPermission {
        group: GroupId,
        schools: BTreeSet<Urn>,
        recorded: Recorded,
    },
    /// A school's administrator says who of the school sees a group.
    Allocate {
        group: GroupId,
        school: Urn,
        users: BTreeSet<PersonId>,
    },
    /// A new version of the terms and conditions.
    WriteTerms {
        text: String,
    },
    SetUp {
        setup: Setup,
    },
    /// An administrator has set another's password, or somebody their own. The password is not in here.
    SetPassword {
        person: PersonId,
    },
    /// Takes back an entry of the audit, where nothing that it changed has changed since.
    Undo {
        entry: i64,
    },
}

/// Why a change is not made. Nothing is changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The person may not do this.
    #[error("{what} is for {whom}; ask one of them")]
    NotYours { what: &'static str, whom: String },
    /// There is no such thing.
    #[error("there is no {what}; look at the list again")]
    Unknown { what: String },
    /// Somebody else has changed it meanwhile.
    #[error("{what} was changed by {by} meanwhile, so nothing was changed now; look at it again")]
    Changed { what: String, by: String },
    /// Something that was written is not right.
    #[error("{0}")]
    Invalid(String),
    /// Schools are to see it, and nobody has accepted the terms.
    #[error("groups that schools see need the terms (version {version}) read and accepted first")]
    Terms { version: u32 },
    /// There would be nobody left to administer an organisation.
    #[error("{organisation} would be left without an administrator; make somebody else one first")]
    LastAdministrator { organisation: String },
    /// It cannot be taken back.
    #[error("this cannot be undone: {why}")]
    NoUndo { why: String },
}

impl Command {
    /// What it does, for a list of changes: "changes a group".
    pub fn words(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begins",
            Self::AddOrganisation { .. } => "adds an organisation",
            Self::AddPerson { .. } => "adds a person",
            Self::EditPerson { .. } => "changes a person",
            Self::CreateGroup { .. } => "creates a group",
            Self::EditGroup { .. } => "changes a group",
            Self::SetState { state: GroupState::Live, .. } => "makes a group live",
            Self::SetState { state: GroupState::Archived, .. } => "archives a group",
            Self::SetState { state: GroupState::Draft, .. } => "makes a group a draft",
            Self::Duplicate { .. } => "duplicates a group",
            Self::RecordPermission { .. } => "records permission",
            Self::Allocate { .. } => "allocates a school's users",
            Self::WriteTerms { .. } => "writes terms",
            Self::SetUp { .. } => "changes the set-up",
            Self::SetPassword { .. } => "sets a password",
            Self::Undo { .. } => "undoes a change",
        }
    }

    /// Whether it can be taken back: what was read, accepted or signed with cannot.
    pub fn can_be_undone(&self) -> bool {
        !matches!(
            self,
            Self::Begin { .. }
                | Self::WriteTerms { .. }
                | Self::SetPassword { .. }
                | Self::AddOrganisation { .. }
                | Self::AddPerson { .. }
                | Self::Undo { .. }
        )
    }
}
