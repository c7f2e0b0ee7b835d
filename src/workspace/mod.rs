//! The workspace: one DuckDB file that holds everything loaded.
//!
//! **Only this room opens the file, and only this room knows its layout. A file that is not ours, damaged or newer is
//! never written to.** Reading it for a figure is the business of the engine; filling it, of ingest.

mod compact;
mod error;
pub mod layout;
pub mod measures;
pub mod memory;
mod national;
pub mod people;
mod published;
mod register;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use duckdb::{AccessMode, Config, Connection};

use crate::model::{KeyStage, Year};

pub use compact::{Rewrite, Written};
pub use error::{WorkspaceError, is_damage, is_interrupt};
pub use national::National;
use people::PeopleFile;
pub use published::{Area, Published, PublishedSource};
pub use register::Register;

/// Version of the layout in [`layout`]. A workspace with a higher one is from a newer Schoolbench.
pub const LAYOUT_VERSION: i64 = 4;

/// The most results of any one pupil of a workspace: so many entries can be of one pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MostResults {
    /// In all subjects together.
    pub of_pupil: i64,
    /// In one subject: more than one where a pupil took it in several qualifications.
    pub of_pupil_in_subject: i64,
}

/// What a workspace is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Asking only. Several programs can do so at once.
    Read,
    /// Loading too. Only one program at a time, and nobody reads meanwhile.
    Write,
}

/// An open workspace. Closed when dropped.
#[derive(Debug)]
pub struct Workspace {
    path: PathBuf,
    connection: Connection,
    share: Share,
}

impl Workspace {
    /// Makes a new, empty workspace. The file gets its name when it is whole, so that a program that is killed meanwhile
    /// leaves no file that cannot be opened.
    ///
    /// # Errors
    /// [`WorkspaceError::Exists`] if there is a file already; it is not touched.
    pub fn create(path: &Path) -> Result<Self, WorkspaceError> {
        if path.exists() {
            return Err(WorkspaceError::Exists { path: path.to_owned() });
        }
        let unfinished = beside(path, UNFINISHED);
        remove(&unfinished);
        let make = || {
            let connection = connect(&unfinished, Access::Write)?;
            connection.execute_batch(&layout::create())?;
            let first = "INSERT INTO schoolbench VALUES (?, 0, 0, 0, ?, FALSE)";
            connection.execute(first, [LAYOUT_VERSION, LAYOUT_VERSION])?;
            connection.execute_batch("CHECKPOINT")?;
            connection.close().map_err(|(_, error)| error)
        };
        let made = make().map_err(|error| WorkspaceError::from_duckdb(path, error)).and_then(|()| {
            let named = std::fs::rename(&unfinished, path);
            named.map_err(|source| WorkspaceError::Unreadable { source, path: path.to_owned() })
        });
        if made.is_err() {
            remove(&unfinished);
        }
        made.and_then(|()| Self::open(path, Access::Write))
    }

    /// Opens a workspace. The file is looked at before anything could be written to it. One that has its people's file beside
    /// it is marked, and from then on opened with that file only. Who opens it for writing also clears away what a program left
    /// beside it that was ended while it wrote the file anew.
    ///
    /// # Errors
    /// One variant per reason why it is not usable: missing, foreign, damaged, newer, in use, without its people.
    pub fn open(path: &Path, access: Access) -> Result<Self, WorkspaceError> {
        Self::share(path, access, true)
    }

    /// Opens a workspace for reading whether or not its people's file is lost: for whoever makes that file anew. Nothing of it
    /// may be shown to anybody before.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn open_without_people(path: &Path) -> Result<Self, WorkspaceError> {
        Self::share(path, Access::Read, false)
    }

    fn share(path: &Path, access: Access, with_people: bool) -> Result<Self, WorkspaceError> {
        let (connection, share) = Share::open(path, access, with_people)?;
        if access == Access::Write {
            remove(&beside(&share.known, UNFINISHED));
        }
        Ok(Self { path: path.to_owned(), connection, share })
    }

    /// Where the workspace's file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The workspace's own connection.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// A further connection, for a thread of its own.
    ///
    /// # Errors
    /// When DuckDB cannot make one.
    pub fn connect(&self) -> Result<Connection, WorkspaceError> {
        let connection = self.connection.try_clone().map_err(|error| WorkspaceError::from_duckdb(&self.path, error))?;
        // A dashboard has some forty statements; reading one anew takes as long as running it.
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(connection)
    }

    /// Lets DuckDB take so many bytes of memory for this workspace, whoever shares it. What needs more is put into files.
    ///
    /// # Errors
    /// When it holds more and cannot let go of it.
    pub fn bound_memory(&self, bytes: u64) -> Result<(), WorkspaceError> {
        memory::bound(&self.connection, bytes).map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// How many loads have changed the data. Answers are kept for one revision.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn revision(&self) -> Result<i64, WorkspaceError> {
        self.connection
            .query_row("SELECT revision FROM schoolbench", [], |row| row.get(0))
            .map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// The names of the files that were loaded, in the order of loading.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn sources(&self) -> Result<Vec<String>, WorkspaceError> {
        let read = || {
            let mut statement = self.connection.prepare("SELECT name FROM sources ORDER BY loaded, name")?;
            let names = statement.query_map([], |row| row.get(0))?;
            names.collect::<duckdb::Result<Vec<String>>>()
        };
        read().map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// The schools in the workspace.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn register(&self) -> Result<Register, WorkspaceError> {
        Register::read(&self.connection).map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// The most results that any one pupil has.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn most_results(&self) -> Result<MostResults, WorkspaceError> {
        let read = "SELECT most_results, most_in_subject FROM schoolbench";
        let most = self
            .connection
            .query_row(read, [], |row| Ok(MostResults { of_pupil: row.get(0)?, of_pupil_in_subject: row.get(1)? }));
        most.map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// The years of which there are pupils, by key stage.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn years(&self) -> Result<BTreeMap<KeyStage, BTreeSet<Year>>, WorkspaceError> {
        let read = || {
            let mut years: BTreeMap<KeyStage, BTreeSet<Year>> = BTreeMap::new();
            let mut statement = self.connection.prepare("SELECT DISTINCT stage, year FROM outcomes_cube")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                // Both were checked when they were loaded.
                if let (Some(stage), Some(year)) = (KeyStage::from_number(row.get(0)?), Year::new(row.get(1)?)) {
                    years.entry(stage).or_default().insert(year);
                }
            }
            Ok(years)
        };
        read().map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// What was published, and of whom.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn published(&self) -> Result<Published, WorkspaceError> {
        Published::read(&self.connection).map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// The published national benchmarks in the workspace.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn national(&self) -> Result<National, WorkspaceError> {
        National::read(&self.connection).map_err(|error| WorkspaceError::from_duckdb(&self.path, error))
    }

    /// Closes the workspace and deletes its file: for a workspace that was made for a load that then failed.
    pub fn discard(self) {
        let path = self.path.clone();
        drop(self);
        remove(&path);
    }
}

/// What stands after the name of a file that is not whole yet.
const UNFINISHED: &str = ".unfinished";

/// Deletes a workspace's file and what DuckDB keeps beside it. What is not there need not be deleted.
fn remove(path: &Path) {
    for beside in ["", ".wal", ".tmp"].map(|ending| beside(path, ending)) {
        let removed = if beside.is_dir() { std::fs::remove_dir_all(&beside) } else { std::fs::remove_file(&beside) };
        if let Err(error) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("could not delete: {error}: {}", beside.display());
        }
    }
}

/// A file's name with something after it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn connect(path: &Path, access: Access) -> duckdb::Result<Connection> {
    let mode = match access {
        Access::Read => AccessMode::ReadOnly,
        Access::Write => AccessMode::ReadWrite,
    };
    let memory = memory::as_setting(memory::usual_limit());
    let config = Config::default().access_mode(mode)?.enable_autoload_extension(false)?.max_memory(&memory)?;
    Connection::open_with_flags(path, config)
}

/// A DuckDB file has the letters DUCK after an eight-byte checksum.
fn check_header(path: &Path) -> Result<(), WorkspaceError> {
    let path = path.to_owned();
    let mut header = [0; 12];
    let read = File::open(&path).and_then(|mut file| file.read_exact(&mut header));
    match read {
        Ok(()) if &header[8..] == b"DUCK" => Ok(()),
        Ok(()) => Err(WorkspaceError::Foreign { path }),
        Err(error) => Err(match error.kind() {
            std::io::ErrorKind::NotFound => WorkspaceError::Missing { path },
            std::io::ErrorKind::UnexpectedEof => WorkspaceError::Foreign { path },
            _ => WorkspaceError::Unreadable { source: error, path },
        }),
    }
}

/// Checks that a file is ours and whole, and gives the version of its layout.
fn check_layout(path: &Path, connection: &Connection) -> Result<i64, WorkspaceError> {
    let sql_error = |error| WorkspaceError::from_duckdb(path, error);
    let ours = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'main' \
         AND table_name = 'schoolbench' AND column_name IN ('layout', 'revision')";
    let columns: i64 = connection.query_row(ours, [], |row| row.get(0)).map_err(sql_error)?;
    let foreign = || WorkspaceError::Foreign { path: path.to_owned() };
    if columns != 2 {
        return Err(foreign());
    }
    let version: Option<i64> = connection
        .query_row("SELECT CASE WHEN COUNT(*) = 1 THEN MAX(layout) END FROM main.schoolbench", [], |row| row.get(0))
        .map_err(sql_error)?;
    let version = version.ok_or_else(foreign)?;
    if version > LAYOUT_VERSION {
        return Err(WorkspaceError::Newer { path: path.to_owned(), version });
    }
    // DuckDB reads blocks when it needs them, so a file that was cut short opens without complaint.
    let (block, blocks): (i64, i64) = connection
        .query_row("SELECT block_size, total_blocks FROM pragma_database_size()", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(sql_error)?;
    let there = std::fs::metadata(path).map_or(0, |file| file.len() as i64);
    let mut needed = HEADERS + block * blocks;
    if there < needed {
        // Or DuckDB itself has cut free blocks off its end: it counts them before it does.
        needed = HEADERS + block * (last_block_in_use(connection).map_err(sql_error)? + 1);
    }
    if there < needed {
        let detail = format!("{there} bytes of {needed} are there");
        return Err(WorkspaceError::Damaged { path: path.to_owned(), detail });
    }
    Ok(version)
}

/// The last block of the file in which anything is.
fn last_block_in_use(connection: &Connection) -> duckdb::Result<i64> {
    let mut tables = connection.prepare("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")?;
    let tables = tables.query_map([], |row| row.get(0))?.collect::<duckdb::Result<Vec<String>>>()?;
    let of_metadata = "SELECT MAX(block_id) FROM pragma_metadata_info()".to_owned();
    let of_table = |table: String| {
        let table = table.replace('\'', "''");
        format!("SELECT MAX(GREATEST(block_id, list_max(additional_block_ids))) FROM pragma_storage_info('{table}')")
    };
    let mut last = 0;
    for sql in std::iter::once(of_metadata).chain(tables.into_iter().map(of_table)) {
        last = last.max(connection.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0))?.unwrap_or_default());
    }
    Ok(last)
}

/// Brings a workspace of an older Schoolbench to this one's layout: all of it, or nothing. What it holds stays.
fn upgrade(path: &Path, version: i64) -> duckdb::Result<()> {
    let connection = connect(path, Access::Write)?;
    let transaction = connection.unchecked_transaction()?;
    if version < 2 {
        transaction.execute_batch(&layout::upgrade_from_1())?;
    }
    if version < 3 {
        transaction.execute_batch(&layout::upgrade_from_2())?;
    }
    transaction.execute_batch(&layout::upgrade_from_3())?;
    transaction.commit()?;
    connection.execute_batch("CHECKPOINT")?;
    connection.close().map_err(|(_, error)| error)
}

/// How many statements a connection keeps prepared: more than a dashboard has. Each takes more than a megabyte.
const STATEMENTS_KEPT: usize = 64;

/// Notes in a workspace that it has people. Gives whether it is noted: while another program reads it, it cannot be, and
/// whoever opens or closes it next does it.
fn mark(path: &Path) -> bool {
    let write = || {
        let connection = connect(path, Access::Write)?;
        connection.execute("UPDATE schoolbench SET has_people = TRUE", [])?;
        connection.execute_batch("CHECKPOINT")?;
        connection.close().map_err(|(_, error)| error)
    };
    match write().map_err(|error| WorkspaceError::from_duckdb(path, error)) {
        Ok(()) => true,
        Err(WorkspaceError::InUse { .. }) => false,
        Err(error) => {
            tracing::warn!("that it has people is not noted in the workspace: {error}");
            false
        }
    }
}

/// Bytes of the three headers with which a DuckDB file begins.
const HEADERS: i64 = 3 * 4096;

/// The workspaces that this program has open.
///
/// DuckDB's lock keeps other programs out only as long as this one opens the file once: the system drops a program's
/// locks on a file when it closes any descriptor of it. So a file is opened once, and further readers share it.
static OPEN: LazyLock<Mutex<BTreeMap<PathBuf, Shared>>> = LazyLock::new(Mutex::default);

struct Shared {
    connection: Connection,
    access: Access,
    users: usize,
    /// Where it was opened, beside which its people's file stands.
    path: PathBuf,
    /// Whether it is marked as having people.
    marked: bool,
}

/// A share in an open workspace; the last one that goes closes the file.
#[derive(Debug)]
struct Share {
    known: PathBuf,
}

impl Share {
    /// `with_people` refuses a workspace that has people and is without their file.
    fn open(path: &Path, access: Access, with_people: bool) -> Result<(Connection, Self), WorkspaceError> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let known = absolute.canonicalize().unwrap_or(absolute);
        let sql_error = |error| WorkspaceError::from_duckdb(path, error);
        let people = PeopleFile::of(path);
        let check_people = |marked: bool| match marked && with_people && !people.exists() {
            true => Err(WorkspaceError::WithoutPeople { people: people.name(), path: path.to_owned() }),
            false => Ok(()),
        };
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = open.get_mut(&known) {
            check_people(shared.marked)?;
            if access == Access::Write || shared.access == Access::Write {
                return Err(WorkspaceError::InUse { path: path.to_owned(), by: "this program".to_owned() });
            }
            let connection = shared.connection.try_clone().map_err(sql_error)?;
            shared.users += 1;
            return Ok((connection, Self { known }));
        }
        check_header(path)?;
        let mut kept = connect(path, Access::Read).map_err(sql_error)?;
        let version = check_layout(path, &kept)?;
        if version < LAYOUT_VERSION {
            drop(kept);
            upgrade(path, version).map_err(sql_error)?;
            kept = connect(path, Access::Read).map_err(sql_error)?;
        }
        let marked = kept.query_row("SELECT has_people FROM schoolbench", [], |row| row.get::<_, bool>(0));
        let mut marked = marked.map_err(sql_error)?;
        check_people(marked)?;
        if !marked && people.exists() {
            drop(kept);
            marked = mark(path);
            kept = connect(path, Access::Read).map_err(sql_error)?;
        }
        if access == Access::Write {
            drop(kept);
            kept = connect(path, Access::Write).map_err(sql_error)?;
        }
        let connection = kept.try_clone().map_err(sql_error)?;
        let shared = Shared { connection: kept, access, users: 1, path: path.to_owned(), marked };
        open.insert(known.clone(), shared);
        Ok((connection, Self { known }))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(shared) = open.get_mut(&self.known) else { return };
        shared.users -= 1;
        if shared.users > 0 {
            return;
        }
        let Some(Shared { connection, path, marked, .. }) = open.remove(&self.known) else { return };
        drop(connection);
        // Its people may have come while it was open, when nobody could write to it.
        if !marked && PeopleFile::of(&path).exists() {
            mark(&path);
        }
    }
}
