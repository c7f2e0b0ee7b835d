//! How much memory DuckDB may take, and how much it and the program take now.

use std::path::Path;

use duckdb::Connection;

/// DuckDB may take one part in so many of the machine's memory, where nothing else is set.
const PART: u64 = 4;

/// Bytes that a machine is taken to have where it does not tell: only Linux does, in `/proc`.
const NOT_TOLD: u64 = 8 << 30;

/// Least bytes that DuckDB is left: with less it cannot sort a school's rows.
pub const LEAST: u64 = 256 << 20;

/// What memory is taken, at one moment. All in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock {
    /// The most that DuckDB may hold, as it says itself: "6.0 GiB".
    pub limit: String,
    /// What DuckDB holds now.
    pub held: u64,
    /// What DuckDB has put into files now, because it was too much for the limit.
    pub spilled: u64,
    /// Whether DuckDB has put anything into files since the workspace was opened.
    pub has_spilled: bool,
    /// What the program holds now, and the most that it has held; `None` where the system does not tell.
    pub resident: Option<u64>,
    pub most_resident: Option<u64>,
    /// What the machine has, where the system tells; and what DuckDB may take of it where nothing else is set.
    pub machine: Option<u64>,
    pub usual_limit: u64,
}

impl Stock {
    /// Takes stock of the database behind a connection, whose file is at `path`.
    ///
    /// # Errors
    /// When DuckDB does not tell.
    pub fn take(connection: &Connection, path: &Path) -> duckdb::Result<Self> {
        // What is in files stands in both tables; a file keeps its size for as long as anything is in it.
        let told = "SELECT current_setting('memory_limit'), \
             CAST(coalesce(sum(memory_usage_bytes), 0) AS BIGINT), \
             CAST(coalesce(sum(temporary_storage_bytes), 0) AS BIGINT), \
             (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM duckdb_temporary_files()) FROM duckdb_memory()";
        let (limit, held, stored, files): (String, i64, i64, i64) =
            connection.query_row(told, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let bytes = |told: i64| u64::try_from(told).unwrap_or_default();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Ok(Self {
            limit,
            held: bytes(held),
            spilled: bytes(stored.max(files)),
            has_spilled: super::beside(path, ".tmp").is_dir(),
            resident: in_bytes(&status, "VmRSS:"),
            most_resident: in_bytes(&status, "VmHWM:"),
            machine: machine(),
            usual_limit: usual_limit(),
        })
    }
}

/// Bytes that DuckDB may take where nothing else is set: a quarter of the machine's.
pub fn usual_limit() -> u64 {
    (machine().unwrap_or(NOT_TOLD) / PART).max(LEAST)
}

/// Bytes of memory of the machine, or of the container that the program runs in; `None` where the system does not tell.
pub fn machine() -> Option<u64> {
    let all = in_bytes(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")?;
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|text| text.trim().parse::<u64>().ok());
    Some(container.map_or(all, |container| container.min(all)))
}

/// Lets DuckDB take so many bytes, but never less than [`LEAST`].
///
/// # Errors
/// When it holds more and cannot let go of it.
pub fn bound(connection: &Connection, bytes: u64) -> duckdb::Result<()> {
    connection.execute_batch(&format!("SET memory_limit = '{}'", as_setting(bytes)))
}

/// Bytes as DuckDB's setting takes them: whole MiB, so that it tells them back in round numbers.
pub(super) fn as_setting(bytes: u64) -> String {
    format!("{}MiB", bytes.max(LEAST) >> 20)
}

/// The value of a line such as "VmRSS:   812 kB", in bytes.
fn in_bytes(lines: &str, name: &str) -> Option<u64> {
    let value = lines.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}
