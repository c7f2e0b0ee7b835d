//! The audit: who did what and when, with what was before and after. Each entry's hash is over the one before it, so that
//! one that is edited, removed or put in between is noticed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::command::Command;
use super::people::PersonId;
use crate::workspace::people::{Entry, Head};

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

/// An entry as a row.
///
/// # Errors
/// Where its body is not a row with its number.
pub fn read(entry: &Entry) -> Result<Row, Broken> {
    let row: Row = serde_json::from_str(&entry.body)
        .map_err(|error| Broken::Unreadable { seq: entry.seq, why: error.to_string() })?;
    if row.seq == entry.seq { Ok(row) } else { Err(Broken::Edited { seq: entry.seq }) }
}

/// Writes rows as CSV: what was before and after as JSON.
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
        writer.write_record([&seq, &at, &row.email, &row.what, &row.about, &before, &after])?;
    }
    writer.flush()
}
