//! A load from its files to its commit.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use duckdb::{Connection, params};

use super::contract::Table;
use super::finding::{Fault, Finding, Findings, Place};
use super::pupils::Pupils;
use super::source::SourceFile;
use super::stage::{self, Known};
use super::watch::{Cancel, Progress, watched};
use super::{check, outcomes, results};
use crate::model::Source;
use crate::workspace::{Access, Workspace, WorkspaceError, layout};

/// Memory for DuckDB while it sorts; what does not fit is spilled beside the workspace.
const MEMORY: &str = "3GB";

/// Why nothing was loaded. The workspace is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files are not as the contract has them.
    #[error("{} found; nothing was loaded", plural(.0.total(), "fault"))]
    Findings(Findings),
    /// It was stopped on request.
    #[error("stopped; nothing was loaded")]
    Cancelled,
    /// The workspace cannot be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

fn plural(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// What a load brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub files: Vec<LoadedFile>,
    /// Files that had been loaded before, by their contents, and were left out.
    pub known: Vec<String>,
    pub elapsed: Duration,
}

/// A file of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFile {
    pub name: String,
    pub table: Table,
    pub rows: u64,
}

/// Loads files into a workspace, which is made if there is none. A folder stands for the Parquet files in it.
///
/// `progress` is called often, from more than one thread, one at a time.
///
/// # Errors
/// With every fault that was found, or the reason why it stopped. The workspace is then as it was before; one that was
/// made for the load is gone.
pub fn import(
    workspace: &Path,
    files: &[PathBuf],
    cancel: &Cancel,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Loaded, ImportError> {
    let started = Instant::now();
    let fresh = !workspace.exists();
    let opened = if fresh { Workspace::create(workspace)? } else { Workspace::open(workspace, Access::Write)? };
    let loaded = Load { workspace: &opened, cancel, progress, rows: (0, 0), done: 0.0, findings: Findings::default() }
        .run(files);
    match loaded {
        Ok((files, known)) => Ok(Loaded { files, known, elapsed: started.elapsed() }),
        Err(error) => {
            if fresh {
                opened.discard();
            }
            Err(error)
        }
    }
}

/// Shares of a load's time, measured on national data.
const READING: f64 = 0.45;

struct Load<'a> {
    workspace: &'a Workspace,
    cancel: &'a Cancel,
    progress: &'a mut (dyn FnMut(Progress) + Send),
    rows: (u64, u64),
    done: f64,
    findings: Findings,
}

impl Load<'_> {
    fn run(mut self, files: &[PathBuf]) -> Result<(Vec<LoadedFile>, Vec<String>), ImportError> {
        let connection = self.workspace.connection();
        // The log is written into the file after the commit, so that a full disk then cannot undo the commit.
        let settings = format!("SET memory_limit = '{MEMORY}'; SET wal_autocheckpoint = '1TB'");
        self.sql(|| connection.execute_batch(&settings))?;
        let (sources, known) = self.sources(files)?;
        if sources.is_empty() && self.findings.is_empty() {
            return Ok((Vec::new(), known));
        }
        self.sql(|| stage::create(connection))?;
        let staged = self.stage(&sources);
        let loaded = staged.and_then(|pupils| self.commit(&sources, &pupils));
        let tidied = stage::drop_all(connection).and_then(|()| connection.execute_batch("CHECKPOINT"));
        loaded?;
        // The load is committed: it stands in the log beside the file until there is room to tidy up.
        if let Err(error) = tidied {
            tracing::warn!("the load is whole, but the workspace could not be tidied up: {error}");
        }
        self.tell("done", 1.0);
        let loaded =
            |source: &SourceFile| LoadedFile { name: source.name.clone(), table: source.table, rows: source.rows };
        Ok((sources.iter().map(loaded).collect(), known))
    }

    /// Opens the files; those that are loaded already are named apart.
    fn sources(&mut self, files: &[PathBuf]) -> Result<(Vec<SourceFile>, Vec<String>), ImportError> {
        let (mut sources, mut known): (Vec<SourceFile>, Vec<String>) = (Vec::new(), Vec::new());
        for path in parquet_files(files, &mut self.findings) {
            self.tell("looking at the files", 0.0);
            self.stop_if_asked()?;
            let Some(source) = SourceFile::open(&path, &mut self.findings) else { continue };
            let before = "SELECT COUNT(*) FROM sources WHERE hash = ?";
            let connection = self.workspace.connection();
            let times: i64 = self.sql(|| connection.query_row(before, [&source.hash], |row| row.get(0)))?;
            if times > 0 || sources.iter().any(|other| other.hash == source.hash) {
                known.push(source.name);
            } else {
                self.rows.1 += source.rows;
                sources.push(source);
            }
        }
        sources.sort_by_key(|source| source.table);
        Ok((sources, known))
    }

    /// Checks and stages every row. Findings end the load here.
    fn stage(&mut self, sources: &[SourceFile]) -> Result<Pupils, ImportError> {
        let connection = self.workspace.connection();
        // A file that cannot be read explains what then seems to be missing.
        let whole = self.findings.is_empty();
        let register = self.workspace.register()?;
        let mut known = Known::new(register.schools().map(|school| school.urn.number().into()).collect());
        let mut pupils = self.sql(|| stage::known_pupils(connection))?;
        for source in sources {
            let what = reading(source.table);
            let Some(batches) = source.batches(&mut self.findings) else { continue };
            let mut broken = false;
            for batch in batches {
                self.stop_if_asked()?;
                let batch = match batch {
                    Ok(batch) => batch,
                    Err(finding) => {
                        self.findings.push(finding);
                        broken = true;
                        break;
                    }
                };
                check::check(&batch, &mut self.findings);
                if whole && matches!(source.table, Table::SchoolYears | Table::Pupils | Table::Published) {
                    stage::without_school(&batch, &known, &mut self.findings);
                }
                let rows = match source.table {
                    Table::Pupils => {
                        let taken = pupils.take(&batch, &mut self.findings);
                        stage::pupil_rows(&batch, &taken, &pupils)
                    }
                    Table::Results => results::take(&batch, &mut pupils, whole, &mut self.findings),
                    _ => stage::small_table(&batch, &mut known, &mut self.findings),
                };
                let table = format!("staged_{}", source.table.name());
                let rows = self.sql(|| rows)?;
                // After the first finding rows are only checked.
                if self.findings.is_empty() {
                    self.sql(|| stage::append(connection, &table, rows))?;
                }
                self.rows.0 += batch.rows as u64;
                self.tell(what, READING * self.rows.0 as f64 / self.rows.1.max(1) as f64);
            }
            if !broken {
                source.check_unchanged(&mut self.findings);
            }
        }
        if self.findings.is_empty() {
            Ok(pupils)
        } else {
            Err(ImportError::Findings(std::mem::take(&mut self.findings)))
        }
    }

    /// Brings what is staged into the workspace: all of it, or nothing.
    fn commit(&mut self, sources: &[SourceFile], pupils: &Pupils) -> Result<(), ImportError> {
        let connection = self.workspace.connection();
        let begun = connection.unchecked_transaction();
        // Rolled back when dropped: on an error, on a panic, and by DuckDB itself when the program is killed.
        let transaction = self.sql(|| begun)?;
        self.step("taking over the small tables", 0.01, &merge())?;
        let has = |table| sources.iter().any(|source| source.table == table);
        if has(Table::Pupils) || has(Table::Results) {
            let [by_school, others @ ..] = layout::projections(Source::Results, "temp.staged_results");
            self.step(by_school.what, 0.18, &by_school.sql)?;
            self.outcomes(connection, pupils, 0.12)?;
            for step in others {
                self.step(step.what, 0.08, &step.sql)?;
            }
            for step in layout::projections(Source::Outcomes, "temp.staged_outcomes") {
                self.step(step.what, 0.03, &step.sql)?;
            }
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
        for source in sources {
            let name = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let row = params![source.hash, name, source.table.name(), source.rows as i64, now];
            self.sql(|| connection.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", row))?;
        }
        self.step("closing the load", 0.02, "UPDATE schoolbench SET revision = revision + 1")?;
        self.stop_if_asked()?;
        self.sql(|| transaction.commit())
    }

    fn outcomes(&mut self, connection: &Connection, pupils: &Pupils, share: f64) -> Result<(), ImportError> {
        let start = self.done;
        let what = "making Attainment 8 and the other headlines";
        let made = outcomes::make(connection, pupils, &mut |done| {
            self.tell(what, start + share * done as f64 / pupils.len().max(1) as f64);
            !self.cancel.is_cancelled()
        });
        let most = self.sql(|| made)?;
        let note = "UPDATE schoolbench SET most_results = ?, most_in_subject = ?";
        self.sql(|| connection.execute(note, [most.of_pupil, most.of_pupil_in_subject]))?;
        self.stop_if_asked()
    }

    /// Runs one long statement, which takes about this share of the load.
    fn step(&mut self, what: &'static str, share: f64, sql: &str) -> Result<(), ImportError> {
        self.stop_if_asked()?;
        let start = self.done;
        self.tell(what, start);
        let connection = self.workspace.connection();
        let (progress, rows) = (&mut self.progress, self.rows);
        let mut furthest = start;
        let mut tick = |fraction: Option<f64>| {
            furthest = furthest.max(start + share * fraction.unwrap_or_default().clamp(0.0, 1.0));
            progress(Progress { what, rows, fraction: furthest });
        };
        let result = watched(connection, self.cancel, &mut tick, || connection.execute_batch(sql));
        self.sql(|| result)?;
        self.tell(what, start + share);
        Ok(())
    }

    fn tell(&mut self, what: &'static str, fraction: f64) {
        self.done = self.done.max(fraction.min(1.0));
        (self.progress)(Progress { what, rows: self.rows, fraction: self.done });
    }

    fn stop_if_asked(&self) -> Result<(), ImportError> {
        if self.cancel.is_cancelled() { Err(ImportError::Cancelled) } else { Ok(()) }
    }

    fn sql<T>(&self, run: impl FnOnce() -> duckdb::Result<T>) -> Result<T, ImportError> {
        run().map_err(|error| match WorkspaceError::from_duckdb(self.workspace.path(), error) {
            WorkspaceError::Interrupted { .. } => ImportError::Cancelled,
            error => ImportError::Workspace(error),
        })
    }
}

fn reading(table: Table) -> &'static str {
    match table {
        Table::Schools => "reading schools",
        Table::SchoolYears => "reading school years",
        Table::Pupils => "reading pupils",
        Table::Results => "reading results",
        Table::National => "reading national figures",
        Table::Published => "reading published figures",
    }
}

/// The files, with folders opened: the Parquet files in them by name.
fn parquet_files(files: &[PathBuf], findings: &mut Findings) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in files {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let inside = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>());
        let mut problem = |fault, message| {
            let file = path.display().to_string();
            findings.push(Finding { file, place: Place::File, column: None, fault, message });
        };
        match inside {
            Ok(mut inside) => {
                inside.retain(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")));
                inside.sort();
                if inside.is_empty() {
                    problem(Fault::Empty, "there is no Parquet file in this folder; name another".to_owned());
                }
                found.extend(inside);
            }
            Err(error) => problem(Fault::Unreadable, format!("the folder cannot be read ({error}); check its rights")),
        }
    }
    found
}

/// Takes over the small tables and the pupils. A school, a school's year or a figure that is loaded again replaces what
/// was there. School years are then filled up from the pupils where nothing was given.
fn merge() -> String {
    "DELETE FROM schools WHERE urn IN (SELECT urn FROM temp.staged_schools);
     INSERT INTO schools SELECT * FROM temp.staged_schools;
     DELETE FROM school_years_loaded WHERE EXISTS (SELECT 1 FROM temp.staged_school_years AS s
         WHERE s.urn = school_years_loaded.urn AND s.year = school_years_loaded.year);
     INSERT INTO school_years_loaded SELECT * FROM temp.staged_school_years;
     DELETE FROM national WHERE EXISTS (SELECT 1 FROM temp.staged_national AS s WHERE s.year = national.year
         AND s.key_stage = national.key_stage AND s.measure = national.measure AND s.source = national.source
         AND s.subject IS NOT DISTINCT FROM national.subject AND s.value IS NOT DISTINCT FROM national.value
         AND s.characteristic IS NOT DISTINCT FROM national.characteristic);
     DELETE FROM published WHERE EXISTS (SELECT 1 FROM temp.staged_published AS s WHERE s.urn = published.urn
         AND s.year = published.year AND s.key_stage = published.key_stage AND s.measure = published.measure
         AND s.subject IS NOT DISTINCT FROM published.subject AND s.pupil_group = published.pupil_group);
     INSERT INTO national SELECT * FROM temp.staged_national;
     INSERT INTO published SELECT * FROM temp.staged_published;
     INSERT INTO pupils SELECT * FROM temp.staged_pupils;"
        .to_owned()
        + &layout::school_years()
}
