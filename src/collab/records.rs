//! People as records of the people's file, and back. Every record is JSON; the rules work on the whole in memory, which is
//! small: some thousand people and groups.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::people::{GroupId, NoticeId, OrganisationId, People, PersonId};
use crate::workspace::people::{Contents, Edit, Record};

/// A record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {key} cannot be read: {why}")]
pub struct Unreadable {
    pub kind: String,
    pub key: String,
    pub why: String,
}

/// Kind and key of a record, and what it says.
pub type Records = BTreeMap<(&'static str, u32), Value>;

/// Kinds of which the audit keeps what was before and after: not passwords, nor notices, which it brings about.
pub const AUDITED: [&str; 5] = ["group", "organisation", "person", "setup", "terms"];

/// People as records.
pub fn of(people: &People) -> Records {
    let mut records = Records::new();
    add(&mut records, "organisation", people.organisations.iter().map(|(id, of)| (id.0, of)));
    add(&mut records, "person", people.persons.iter().map(|(id, of)| (id.0, of)));
    add(&mut records, "key", people.keys.iter().map(|(id, of)| (id.0, of)));
    add(&mut records, "group", people.groups.iter().map(|(id, of)| (id.0, of)));
    add(&mut records, "terms", people.terms.iter().map(|(version, of)| (*version, of)));
    add(&mut records, "notice", people.notices.iter().map(|(id, of)| (id.0, of)));
    add(&mut records, "setup", [(0, &people.setup)].into_iter());
    records
}

fn add<'a, T: Serialize + 'a>(records: &mut Records, kind: &'static str, of: impl Iterator<Item = (u32, &'a T)>) {
    // Plain values with text for keys: there is nothing in them that JSON cannot hold.
    records.extend(of.filter_map(|(key, value)| serde_json::to_value(value).ok().map(|value| ((kind, key), value))));
}

/// Records as people.
///
/// # Errors
/// The first record that is of no known kind or not of its kind.
pub fn people(contents: &Contents) -> Result<People, Unreadable> {
    let mut people = People::default();
    for record in &contents.records {
        let unreadable = |why: String| Unreadable { kind: record.kind.clone(), key: record.key.clone(), why };
        let key: u32 = record.key.parse().map_err(|_| unreadable("its key is not a number".to_owned()))?;
        fn read<T: DeserializeOwned>(body: &str) -> Result<T, String> {
            serde_json::from_str(body).map_err(|error| error.to_string())
        }
        let body = record.body.as_str();
        match record.kind.as_str() {
            "organisation" => {
                people.organisations.insert(OrganisationId(key), read(body).map_err(unreadable)?);
            }
            "person" => {
                people.persons.insert(PersonId(key), read(body).map_err(unreadable)?);
            }
            "key" => {
                people.keys.insert(PersonId(key), read(body).map_err(unreadable)?);
            }
            "group" => {
                people.groups.insert(GroupId(key), read(body).map_err(unreadable)?);
            }
            "terms" => {
                people.terms.insert(key, read(body).map_err(unreadable)?);
            }
            "notice" => {
                people.notices.insert(NoticeId(key), read(body).map_err(unreadable)?);
            }
            "setup" => people.setup = read(body).map_err(unreadable)?,
            _ => return Err(unreadable("it is of a newer Schoolbench".to_owned())),
        }
    }
    Ok(people)
}

/// What makes the second of the first.
pub fn edit(before: &Records, after: &Records) -> Edit {
    let record = |(kind, key): &(&'static str, u32), value: &Value| Record {
        kind: (*kind).to_owned(),
        key: key.to_string(),
        body: value.to_string(),
    };
    let put = after.iter().filter(|(key, value)| before.get(key) != Some(value)).map(|(key, value)| record(key, value));
    let gone =
        before.keys().filter(|key| !after.contains_key(key)).map(|(kind, key)| ((*kind).to_owned(), key.to_string()));
    Edit { put: put.collect(), gone: gone.collect(), entries: Vec::new() }
}

/// The audited records in which two differ, as they are in the first: "group/3" and the like.
pub fn differing(of: &Records, other: &Records) -> BTreeMap<String, Value> {
    let differs = |((kind, key), value): (&(&'static str, u32), &Value)| {
        let audited = AUDITED.contains(kind) && other.get(&(*kind, *key)) != Some(value);
        audited.then(|| (format!("{kind}/{key}"), value.clone()))
    };
    of.iter().filter_map(differs).collect()
}

/// The kind and number of "group/3".
pub fn named(name: &str) -> Option<(&'static str, u32)> {
    let (kind, key) = name.split_once('/')?;
    Some((*AUDITED.iter().find(|known| **known == kind)?, key.parse().ok()?))
}

/// People with some records as they are given, or gone.
///
/// # Errors
/// As [`people`].
pub fn with(people_now: &People, given: &BTreeMap<String, Option<Value>>) -> Result<People, Unreadable> {
    let mut records = of(people_now);
    for (name, value) in given {
        let Some(key) = named(name) else { continue };
        match value {
            Some(value) => records.insert(key, value.clone()),
            None => records.remove(&key),
        };
    }
    people(&Contents { records: edit(&Records::new(), &records).put, ..Contents::default() })
}
