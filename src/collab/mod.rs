//! Organisations, people, groups and permission: the rules of Collaborate, without drawing.
//!
//! **One function decides who sees what ([`access::verdict`]); one place changes anything ([`Office::obey`]), in one
//! transaction with the audit's entry and the notices.** Rules are pure: people before, a command, people after or a
//! refusal.

pub mod access;
pub mod audit;
mod command;
pub mod demo;
mod entry;
pub mod lists;
pub mod mail;
mod notice;
mod office;
pub mod outbox;
pub mod password;
mod people;
mod records;
mod rules;
mod standing;

pub use access::{Rights, Seen, Shift, Side, Step, Verdict, answers_for, shifts, verdict};
pub use command::{Command, Draft, Recorded, Refusal};
pub use notice::{is_listed_for, of_change as notices_of};
pub use office::{Done, NotSignedIn, Office, OfficeError};
pub use people::{
    Acceptance, Group, GroupId, GroupState, Key, MailState, Member, Notice, NoticeId, Organisation, OrganisationId,
    OrganisationKind, People, Permission, PermissionState, Person, PersonId, Role, Setup, Terms, Visibility,
};
pub use records::Unreadable;
pub use rules::{DESCRIPTION, Moment, NAME, TERMS, apply};
