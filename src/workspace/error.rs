//! Why a workspace cannot be used.

use std::path::{Path, PathBuf};

/// Why a workspace cannot be opened, made or read. Says what to do; the path comes last.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// There is no file.
    #[error("there is no workspace here yet; make one with `schoolbench import`: {}", path.display())]
    Missing { path: PathBuf },
    /// There is a file where a new workspace should be made.
    #[error("there is a file already; open it or choose another name: {}", path.display())]
    Exists { path: PathBuf },
    /// The file was not made by Schoolbench.
    #[error("this is not a Schoolbench workspace, and it was not touched; choose another file: {}", path.display())]
    Foreign { path: PathBuf },
    /// The file was made by a newer Schoolbench or DuckDB.
    #[error(
        "this workspace was made by a newer Schoolbench (layout {version}), and it was not touched; \
         install the newer program: {}", path.display()
    )]
    Newer { path: PathBuf, version: i64 },
    /// DuckDB found the file's contents broken.
    #[error(
        "this workspace is damaged, and it was not touched; load its files into a new one ({detail}): {}",
        path.display()
    )]
    Damaged { path: PathBuf, detail: String },
    /// People were set up for it, and their file is not beside it: a copy, or the file is lost.
    #[error(
        "people were set up for this workspace, and the file that says who may see what is not beside it, so it was not \
         opened; bring back {people}, or begin anew with `schoolbench admin begin --anew`: {}", path.display()
    )]
    WithoutPeople { path: PathBuf, people: String },
    /// Another program has it open for writing, or reads it while this one wants to write.
    #[error("this workspace is in use by {by}; close it there and try again: {}", path.display())]
    InUse { path: PathBuf, by: String },
    /// The operating system does not let us read or write it.
    #[error("this workspace cannot be read or written; check the folder and its rights ({source}): {}", path.display())]
    Unreadable { source: std::io::Error, path: PathBuf },
    /// The disk has no room left.
    #[error("the disk is full; make room and try again ({detail}): {}", path.display())]
    DiskFull { path: PathBuf, detail: String },
    /// A statement was stopped on request.
    #[error("stopped: {}", path.display())]
    Interrupted { path: PathBuf },
    /// Anything else that DuckDB refuses: a fault of the program.
    #[error("the database refused a statement; please report this ({detail}): {}", path.display())]
    Sql { path: PathBuf, detail: String },
}

impl WorkspaceError {
    /// Sorts DuckDB's errors, which tell their kind only by their text.
    #[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
    pub fn from_duckdb(path: &Path, error: duckdb::Error) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        let first_line = || detail.lines().next().unwrap_or_default().to_owned();
        let says = |words: &[&str]| words.iter().any(|word| detail.contains(word));
        if is_interrupt(&detail) {
            Self::Interrupted { path }
        } else if says(&["Could not set lock", "Conflicting lock"]) {
            Self::InUse { path, by: holder(&detail).unwrap_or_else(|| "another program".to_owned()) }
        } else if says(&["No space left", "not enough space", "disk is full", "max_temp_directory_size"])
            || says(&["File too large", "quota exceeded"])
        {
            Self::DiskFull { detail: first_line(), path }
        } else if says(&["Permission denied", "Read-only file system", "Cannot open file", "No such file"]) {
            Self::Unreadable { source: std::io::Error::other(first_line()), path }
        } else if says(&["newer version", "not compatible", "storage version"]) {
            Self::Newer { path, version: super::LAYOUT_VERSION + 1 }
        } else if says(&["not a valid DuckDB database"]) {
            Self::Foreign { path }
        } else if is_damage(&detail)
            || says(&["deserialize", "Serialization Error", "INTERNAL", "could not read", "Could not read"])
            || says(&["Failed to load metadata", "replaying WAL", "truncated"])
        {
            Self::Damaged { detail: first_line(), path }
        } else {
            Self::Sql { path, detail }
        }
    }
}

/// Whether DuckDB's error is that a statement was stopped on request. It tells so only by its text.
pub fn is_interrupt(detail: &str) -> bool {
    detail.contains("INTERRUPT") || detail.contains("Interrupted")
}

/// Whether DuckDB's error is that a block of the file is not what was written there.
pub fn is_damage(detail: &str) -> bool {
    detail.contains("Corrupt") || detail.contains("corrupt") || detail.contains("checksum")
}

/// "schoolbench (PID 4711)" from DuckDB's "Conflicting lock is held in /usr/bin/schoolbench (PID 4711) by user ...".
fn holder(detail: &str) -> Option<String> {
    let (_, rest) = detail.split_once("lock is held in ")?;
    let (program, rest) = rest.split_once(" (PID ")?;
    let (pid, _) = rest.split_once(')')?;
    let program = program.rsplit('/').next()?;
    Some(format!("{program} (process {pid})"))
}
