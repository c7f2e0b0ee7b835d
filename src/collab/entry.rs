//! Entries of the audit, as commands make them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::audit::{self, Row};
use super::command::Command;
use super::people::{GroupId, People, PersonId};
use super::records;
use crate::workspace::people::Entry;

/// The audited records that a change touches.
pub(super) struct Changed {
    pub before: BTreeMap<String, Value>,
    pub after: BTreeMap<String, Value>,
}

/// The row of the audit about a command.
pub(super) fn row(
    people: &People,
    who: Option<PersonId>,
    command: &Command,
    seq: i64,
    now: Timestamp,
    changed: Changed,
) -> Row {
    let email = who.and_then(|who| people.persons.get(&who)).map(|person| person.email.clone());
    let about = changed.after.keys().chain(changed.before.keys()).find_map(|name| {
        let (kind, key) = records::named(name)?;
        match kind {
            "group" => people.groups.get(&GroupId(key)).map(|group| group.name.clone()),
            "person" => people.persons.get(&PersonId(key)).map(|person| person.email.clone()),
            "organisation" => changed.after.get(name)?.get("name")?.as_str().map(str::to_owned),
            _ => None,
        }
    });
    let about = match command {
        Command::SetPassword { person } => people.persons.get(person).map(|person| person.email.clone()),
        _ => about,
    };
    Row {
        seq,
        at: now,
        who,
        email: email.unwrap_or_default(),
        what: command.words().to_owned(),
        about: about.unwrap_or_default(),
        command: Some(command.clone()),
        before: changed.before,
        after: changed.after,
    }
}

/// A row as the entry after the one with this hash.
pub(super) fn entry(row: &Row, before: &str) -> Entry {
    // A row is made of text, numbers and JSON values: it can always be written.
    let body = serde_json::to_string(row).unwrap_or_default();
    Entry { seq: row.seq, hash: audit::hash(before, &body), body }
}
