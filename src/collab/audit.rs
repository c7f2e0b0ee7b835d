//! The audit: who did what and when, with what was before and after. Each entry's hash is over the one before it, so that
//! one that is edited, removed or put in between is noticed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::command::Command;
use super::lists::cells::guarded;
use super::people::{PersonId, Setup};
use super::records::AUDITED;
use crate::workspace::people::{Contents, Entry, Head, Record};

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// From 1, without gaps.
    pub seq: i64,
    pub at: Timestamp,
    /// Who; nobody where somebody tried to sign in.
    pub who: Option<PersonId>,
    /// Their e-mail address at the time, or the one that was tried.
    pub email: String,
    /// "changes a group", "signs in" ...
    pub what: String,
    /// More about it: whom or what it was about.
    pub about: String,
    /// The change that was asked for; `None` where nothing was changed.
    pub command: Option<Command>,
    /// What was changed, as it was: by kind and number, such as "group/3". Nothing where it is new.
    pub before: BTreeMap<String, Value>,
    /// As it became. Nothing where it is gone.
    pub after: BTreeMap<String, Value>,
}

/// What is wrong with an audit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing, or one was put in between.
    #[error("entry {expected} is missing: the next one is {found}")]
    Gap { expected: i64, found: i64 },
    /// An entry is not what was written.
    #[error("entry {seq} is not what was written, or the one before it is not")]
    Edited { seq: i64 },
    /// Entries at the end are missing.
    #[error("the audit ends after entry {found}, and {entries} were written")]
    Short { entries: i64, found: i64 },
    /// An entry cannot be read.
    #[error("entry {seq} cannot be read: {why}")]
    Unreadable { seq: i64, why: String },
    /// The audit is whole, and something that it tells of is not as it says.
    #[error("{record} is not as the audit left it: it was changed by another program")]
    Changed { record: String },
}

/// SHA-256 of an entry after another, in hexadecimal digits.
pub fn hash(before: &str, body: &str) -> String {
    let digest = Sha256::new().chain_update(before).chain_update("\n").chain_update(body).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Looks through a whole audit.
///
/// # Errors
/// The first entry that is not as it was written.
pub fn verify(entries: &[Entry], head: &Head) -> Result<Vec<Row>, Broken> {
    let mut before = String::new();
    let mut rows = Vec::with_capacity(entries.len());
    for (expected, entry) in (1..).zip(entries) {
        if entry.seq != expected {
            return Err(Broken::Gap { expected, found: entry.seq });
        }
        if hash(&before, &entry.body) != entry.hash {
            return Err(Broken::Edited { seq: entry.seq });
        }
        before.clone_from(&entry.hash);
        rows.push(read(entry)?);
    }
    let found = entries.len() as i64;
    if head.entries != found {
        return Err(Broken::Short { entries: head.entries, found });
    }
    if head.hash != before {
        return Err(Broken::Edited { seq: found });
    }
    Ok(rows)
}

/// Checks that everything is as the audit left it: who changes a record and writes no entry is noticed too.
///
/// # Errors
/// [`Broken::Changed`] with the first record that is not, by kind and number, such as "group/3".
pub fn agrees(rows: &[Row], contents: &Contents) -> Result<(), Broken> {
    let mut left: BTreeMap<&str, &Value> = BTreeMap::new();
    for row in rows {
        left.retain(|name, _| !row.before.contains_key(*name));
        left.extend(row.after.iter().map(|(name, value)| (name.as_str(), value)));
    }
    let audited = contents.records.iter().filter(|record| AUDITED.contains(&record.kind.as_str()));
    let read = |record: &Record| (format!("{}/{}", record.kind, record.key), serde_json::from_str(&record.body).ok());
    let there: BTreeMap<String, Option<Value>> = audited.map(read).collect();
    let is_left = |name: &str, value: &Option<Value>| value.is_some() && left.get(name).copied() == value.as_ref();
    let differs = there.iter().find(|(name, value)| !is_left(name, value));
    // What is set up as it is at first has no record.
    let at_first = serde_json::to_value(Setup::default()).ok();
    let missing = left.iter().find(|(name, value)| !there.contains_key(**name) && at_first.as_ref() != Some(**value));
    match differs.map(|(name, _)| name.clone()).or(missing.map(|(name, _)| (*name).to_owned())) {
        Some(record) => Err(Broken::Changed { record }),
        None => Ok(()),
    }
}

/// An entry as a row.
///
/// # Errors
/// Where its body is not a row with its number.
pub fn read(entry: &Entry) -> Result<Row, Broken> {
    let row: Row = serde_json::from_str(&entry.body)
        .map_err(|error| Broken::Unreadable { seq: entry.seq, why: error.to_string() })?;
    if row.seq == entry.seq { Ok(row) } else { Err(Broken::Edited { seq: entry.seq }) }
}

/// Writes rows as CSV: what was before and after as JSON. No cell is a formula to a spreadsheet.
///
/// # Errors
/// Where the output fails.
pub fn csv(rows: &[Row], out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["entry", "at", "who", "what", "about", "before", "after"])?;
    for row in rows {
        let json = |of: &BTreeMap<String, Value>| serde_json::to_string(of).map_err(std::io::Error::other);
        let (seq, at) = (row.seq.to_string(), row.at.to_string());
        let (before, after) = (json(&row.before)?, json(&row.after)?);
        // Whom somebody tried to sign in as, and what a group is called, is written by people.
        let cells = [&seq, &at, &row.email, &row.what, &row.about, &before, &after];
        writer.write_record(cells.map(|cell| guarded(cell)))?;
    }
    writer.flush()
}
