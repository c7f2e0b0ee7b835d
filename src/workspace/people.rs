//! The people's file: who may see what, beside the workspace and apart from its results.
//!
//! It is a DuckDB file of its own, opened for as long as one change takes. So an administrator can change something while
//! others look at results, and no reader holds up a change. **It knows nothing of rules: records have a kind, a key and a
//! body, entries of the audit a number, a body and a hash. A change is one transaction: all of it, or nothing.**

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use duckdb::{AccessMode, Config, Connection};

use super::{Access, Workspace, WorkspaceError, beside, check_header, remove};

/// Version of the layout of the people's file.
const LAYOUT: i64 = 1;

/// How long a change waits for another program's change to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tables. `head` has one row: the number of entries and the hash of the last, so that a missing end is noticed.
const TABLES: &str = "CREATE TABLE schoolbench_people (layout BIGINT NOT NULL);
    CREATE TABLE records (kind VARCHAR NOT NULL, key VARCHAR NOT NULL, body VARCHAR NOT NULL);
    CREATE TABLE audit (seq BIGINT NOT NULL, body VARCHAR NOT NULL, hash VARCHAR NOT NULL);
    CREATE TABLE head (entries BIGINT NOT NULL, hash VARCHAR NOT NULL);
    INSERT INTO head VALUES (0, '');";

/// Something that is kept: an organisation, a person, a group ...
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    pub kind: String,
    pub key: String,
    /// JSON.
    pub body: String,
}

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without gaps.
    pub seq: i64,
    /// JSON.
    pub body: String,
    /// Over the hash before and the body.
    pub hash: String,
}

/// Where the audit ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub entries: i64,
    /// The hash of the last; empty where there is none.
    pub hash: String,
}

/// All records, and the end of the audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    pub records: Vec<Record>,
    pub head: Head,
}

/// What one transaction does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Records that are new or stand in place of those of the same kind and key.
    pub put: Vec<Record>,
    /// Kinds and keys of records that go.
    pub gone: Vec<(String, String)>,
    /// What is added to the audit.
    pub entries: Vec<Entry>,
}

/// The people's file of a workspace, which may not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleFile {
    path: PathBuf,
    workspace: PathBuf,
}

/// DuckDB's lock keeps other programs out, and the system drops it when this one closes any descriptor of the file: so
/// this program has it open once at a time.
static DOOR: Mutex<()> = Mutex::new(());

impl PeopleFile {
    /// The people's file of a workspace.
    pub fn of(workspace: &Path) -> Self {
        Self { path: beside(workspace, ".people"), workspace: workspace.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called in its folder.
    pub fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Whether there is one.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Something that differs after every change by any program; `None` where there is no file.
    pub fn stamp(&self) -> Option<(SystemTime, u64)> {
        let file = std::fs::metadata(&self.path).ok()?;
        Some((file.modified().ok()?, file.len()))
    }

    /// Makes the file with what is in it at first. It gets its name when it is whole, and its workspace is marked then.
    ///
    /// # Errors
    /// [`WorkspaceError::Exists`] where there is one already.
    pub fn create(&self, first: &Edit) -> Result<(), WorkspaceError> {
        let _door = DOOR.lock().unwrap_or_else(PoisonError::into_inner);
        if self.exists() {
            return Err(WorkspaceError::Exists { path: self.path.clone() });
        }
        let unfinished = beside(&self.path, ".unfinished");
        remove(&unfinished);
        let make = || {
            let connection = connect(&unfinished)?;
            connection.execute_batch(TABLES)?;
            connection.execute("INSERT INTO schoolbench_people VALUES (?)", [LAYOUT])?;
            write(&connection, first)?;
            connection.execute_batch("CHECKPOINT")?;
            connection.close().map_err(|(_, error)| error)
        };
        let made = make().map_err(|error| self.error(error)).and_then(|()| {
            let named = std::fs::rename(&unfinished, &self.path);
            named.map_err(|source| WorkspaceError::Unreadable { source, path: self.path.clone() })
        });
        if made.is_err() {
            remove(&unfinished);
        }
        made?;
        // Whoever opens a workspace with people marks it. One that cannot be opened now is marked when it can.
        drop(Workspace::open(&self.workspace, Access::Read));
        Ok(())
    }

    /// Everything in the file but the audit's entries.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self) -> Result<Contents, WorkspaceError> {
        self.with(contents)
    }

    /// The entries of the audit, in order.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn audit(&self) -> Result<(Vec<Entry>, Head), WorkspaceError> {
        self.with(|connection| {
            let mut statement = connection.prepare("SELECT seq, body, hash FROM audit ORDER BY seq")?;
            let entry = |row: &duckdb::Row<'_>| Ok(Entry { seq: row.get(0)?, body: row.get(1)?, hash: row.get(2)? });
            let entries = statement.query_map([], entry)?.collect::<duckdb::Result<Vec<_>>>()?;
            Ok((entries, head(connection)?))
        })
    }

    /// Makes a change from what is in the file now, with nobody else in between.
    ///
    /// # Errors
    /// Those of `decide`, after which nothing is changed; and when the file cannot be read or written.
    pub fn change<T, E: From<WorkspaceError>>(
        &self,
        decide: impl FnOnce(Contents) -> Result<(Edit, T), E>,
    ) -> Result<T, E> {
        let _door = DOOR.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = self.open()?;
        let (edit, value) = decide(contents(&connection).map_err(|error| self.error(error))?)?;
        let written = (|| {
            let transaction = connection.unchecked_transaction()?;
            write(&transaction, &edit)?;
            transaction.commit()
        })();
        written.map_err(|error| self.error(error))?;
        // What is committed stays, whether or not it can be tidied up now.
        if let Err((_, error)) = connection.close() {
            tracing::warn!("the people's file was not closed: {error}");
        }
        Ok(value)
    }

    fn with<T>(&self, read: impl FnOnce(&Connection) -> duckdb::Result<T>) -> Result<T, WorkspaceError> {
        let _door = DOOR.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = self.open()?;
        read(&connection).map_err(|error| self.error(error))
    }

    /// Opens the file, waiting for another program that is changing it.
    fn open(&self) -> Result<Connection, WorkspaceError> {
        check_header(&self.path)?;
        let since = Instant::now();
        let connection = loop {
            match connect(&self.path).map_err(|error| self.error(error)) {
                Err(WorkspaceError::InUse { .. }) if since.elapsed() < PATIENCE => {
                    std::thread::park_timeout(Duration::from_millis(20));
                }
                opened => break opened?,
            }
        };
        let ours = "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'schoolbench_people'";
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        if number(ours).map_err(|error| self.error(error))? == 0 {
            return Err(WorkspaceError::Foreign { path: self.path.clone() });
        }
        let layout = number("SELECT MAX(layout) FROM schoolbench_people").map_err(|error| self.error(error))?;
        if layout > LAYOUT {
            return Err(WorkspaceError::Newer { path: self.path.clone(), version: layout });
        }
        Ok(connection)
    }

    fn error(&self, error: duckdb::Error) -> WorkspaceError {
        WorkspaceError::from_duckdb(&self.path, error)
    }
}

fn connect(path: &Path) -> duckdb::Result<Connection> {
    let config = Config::default().access_mode(AccessMode::ReadWrite)?.enable_autoload_extension(false)?.threads(1)?;
    Connection::open_with_flags(path, config)
}

fn head(connection: &Connection) -> duckdb::Result<Head> {
    let read = "SELECT entries, hash FROM head";
    connection.query_row(read, [], |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))
}

fn contents(connection: &Connection) -> duckdb::Result<Contents> {
    let mut statement = connection.prepare("SELECT kind, key, body FROM records ORDER BY kind, key")?;
    let record = |row: &duckdb::Row<'_>| Ok(Record { kind: row.get(0)?, key: row.get(1)?, body: row.get(2)? });
    let records = statement.query_map([], record)?.collect::<duckdb::Result<Vec<_>>>()?;
    Ok(Contents { records, head: head(connection)? })
}

fn write(connection: &Connection, edit: &Edit) -> duckdb::Result<()> {
    let replaced = edit.put.iter().map(|record| (&record.kind, &record.key));
    let mut forget = connection.prepare("DELETE FROM records WHERE kind = ? AND key = ?")?;
    for (kind, key) in replaced.chain(edit.gone.iter().map(|(kind, key)| (kind, key))) {
        forget.execute([kind, key])?;
    }
    let mut keep = connection.prepare("INSERT INTO records VALUES (?, ?, ?)")?;
    for record in &edit.put {
        keep.execute([&record.kind, &record.key, &record.body])?;
    }
    let mut add = connection.prepare("INSERT INTO audit VALUES (?, ?, ?)")?;
    for entry in &edit.entries {
        add.execute(duckdb::params![entry.seq, entry.body, entry.hash])?;
    }
    if let Some(last) = edit.entries.last() {
        connection.execute("UPDATE head SET entries = ?, hash = ?", duckdb::params![last.seq, last.hash])?;
    }
    Ok(())
}
