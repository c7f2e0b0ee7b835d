//! A workspace written anew: sorted, and without the room that earlier loads left.
//!
//! DuckDB keeps the blocks of what was deleted in its file, for later. So everything is written into a new file beside the
//! workspace, which takes its place by one renaming. Until then the workspace is as it was, whatever happens.

use std::fs;
use std::path::PathBuf;

use super::layout::{SORTED, Step};
use super::{UNFINISHED, Workspace, WorkspaceError, beside, remove};

/// What DuckDB calls the new file while it is attached: the first name that is not the workspace's own.
const NAMES: [&str; 2] = ["compacted", "compacted_anew"];

/// A copy of an open workspace that is being written. When dropped it is closed and deleted.
#[derive(Debug)]
pub struct Rewrite<'a> {
    workspace: &'a Workspace,
    name: &'static str,
    tables: Vec<String>,
    is_finished: bool,
}

/// A whole copy of a workspace, to take its place. It is deleted when dropped, unless it has.
#[derive(Debug)]
pub struct Written {
    unfinished: PathBuf,
    bytes: u64,
    is_in_place: bool,
}

/// In double quotes, as a name in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Workspace {
    /// Bytes of the workspace's file.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn bytes(&self) -> Result<u64, WorkspaceError> {
        let file = fs::metadata(&self.share.known).map_err(|source| self.unreadable(source))?;
        Ok(file.len())
    }

    /// Begins a copy, with all tables and no rows. The workspace must be open for writing, so that nobody changes it
    /// before the copy takes its place.
    ///
    /// # Errors
    /// When the new file cannot be made. The workspace is as it was.
    pub fn rewrite(&self) -> Result<Rewrite<'_>, WorkspaceError> {
        let unfinished = beside(&self.share.known, UNFINISHED);
        remove(&unfinished);
        let path = unfinished.to_str().ok_or_else(|| {
            self.unreadable(std::io::Error::other("the path has letters that are not Unicode; move the file"))
        })?;
        let sql_error = |error| WorkspaceError::from_duckdb(&self.path, error);
        // All that was loaded is in the file itself, and nothing is written to it from here on: no log of this file can
        // be left beside the new one.
        self.connection.execute_batch("CHECKPOINT; PRAGMA disable_checkpoint_on_shutdown").map_err(sql_error)?;
        let own: String =
            self.connection.query_row("SELECT current_database()", [], |row| row.get(0)).map_err(sql_error)?;
        let name = NAMES.into_iter().find(|name| *name != own).unwrap_or_default();
        let attach = format!("ATTACH '{}' AS {name}", path.replace('\'', "''"));
        let mut copy = Rewrite { workspace: self, name, tables: Vec::new(), is_finished: false };
        self.connection.execute_batch(&attach).map_err(sql_error)?;
        // Who may not read the workspace may not read its copy.
        let rights = fs::metadata(&self.share.known).map_err(|source| self.unreadable(source))?.permissions();
        fs::set_permissions(&unfinished, rights).map_err(|source| self.unreadable(source))?;
        let schema = format!("COPY FROM DATABASE {} TO {name} (SCHEMA)", quoted(&own));
        self.connection.execute_batch(&schema).map_err(sql_error)?;
        let tables = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() \
             AND schema_name = 'main' AND NOT internal AND NOT temporary ORDER BY table_name";
        let read = || {
            let mut statement = self.connection.prepare(tables)?;
            let names = statement.query_map([], |row| row.get(0))?;
            names.collect::<duckdb::Result<Vec<String>>>()
        };
        copy.tables = read().map_err(sql_error)?;
        Ok(copy)
    }

    /// Closes the workspace and puts a copy into its place.
    ///
    /// # Errors
    /// When the system does not let us. The workspace is as it was.
    pub fn give_way_to(self, mut written: Written) -> Result<(), WorkspaceError> {
        let (path, known) = (self.path.clone(), self.share.known.clone());
        let put = || fs::rename(&written.unfinished, &known);
        // The lock is held until the name is the new file's; but Windows does not let an open file be replaced.
        let put = if cfg!(windows) {
            drop(self);
            put()
        } else {
            let put = put();
            drop(self);
            put
        };
        written.is_in_place = put.is_ok();
        put.map_err(|source| WorkspaceError::Unreadable { source, path })
    }

    fn unreadable(&self, source: std::io::Error) -> WorkspaceError {
        WorkspaceError::Unreadable { source, path: self.path.clone() }
    }
}

impl Rewrite<'_> {
    /// The steps that write all rows, in order; each with about its share of the whole.
    pub fn steps(&self) -> Vec<(Step, f64)> {
        let step = |table: &String| {
            let keys = SORTED.iter().find(|(name, _)| name == table).map(|(_, keys)| *keys);
            let order = keys.map(|keys| format!(" ORDER BY {keys}")).unwrap_or_default();
            let name = quoted(table);
            let sql = format!("INSERT INTO {}.main.{name} SELECT * FROM main.{name}{order}", self.name);
            let (what, share) = match table.as_str() {
                "results_by_school" => ("sorting results by school", 0.4),
                "results_by_subject" => ("sorting results by subject", 0.4),
                "outcomes_by_school" => ("sorting outcomes by school", 0.06),
                "outcomes_by_year" => ("sorting outcomes by year", 0.06),
                _ => ("copying the other tables", 0.06 / self.tables.len().max(1) as f64),
            };
            (Step { what, sql }, share)
        };
        self.tables.iter().map(step).collect()
    }

    /// Closes the copy when all steps are done.
    ///
    /// # Errors
    /// When it does not hold all rows, or the disk is full.
    pub fn finish(mut self) -> Result<Written, WorkspaceError> {
        let (workspace, name) = (self.workspace, self.name);
        let connection = &workspace.connection;
        let sql_error = |error| WorkspaceError::from_duckdb(&workspace.path, error);
        for table in &self.tables {
            let table = quoted(table);
            let compare =
                format!("SELECT (SELECT COUNT(*) FROM main.{table}), (SELECT COUNT(*) FROM {name}.main.{table})");
            let (here, there): (i64, i64) =
                connection.query_row(&compare, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(sql_error)?;
            if here != there {
                let detail = format!("{there} of {here} rows of {table} were copied");
                return Err(WorkspaceError::Sql { path: workspace.path.clone(), detail });
            }
        }
        let close = format!("CHECKPOINT {name}; DETACH {name}");
        connection.execute_batch(&close).map_err(sql_error)?;
        let unfinished = beside(&workspace.share.known, UNFINISHED);
        let file = fs::metadata(&unfinished).map_err(|source| workspace.unreadable(source))?;
        self.is_finished = true;
        Ok(Written { unfinished, bytes: file.len(), is_in_place: false })
    }
}

impl Written {
    /// Bytes of its file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if !self.is_in_place {
            remove(&self.unfinished);
        }
    }
}

impl Drop for Rewrite<'_> {
    fn drop(&mut self) {
        if self.is_finished {
            return;
        }
        let detach = format!("DETACH DATABASE IF EXISTS {}", self.name);
        if let Err(error) = self.workspace.connection.execute_batch(&detach) {
            tracing::warn!("the unfinished copy could not be closed: {error}");
        }
        remove(&beside(&self.workspace.share.known, UNFINISHED));
    }
}
