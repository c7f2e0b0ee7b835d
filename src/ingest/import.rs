//! A load from its files to its commit.

mod commit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::contract::Table;
use super::files::{Named, files_in, own_layouts};
use super::finding::{Fault, Finding, Findings, Place};
use super::pupils::Pupils;
use super::source::SourceFile;
use super::stage::{self, Known};
use super::tables::{self, Layouts, Opened, Report, TableFile};
use super::watch::{Cancel, Progress, watched};
use super::{check, results};
use crate::workspace::{Access, Workspace, WorkspaceError, layout};

/// Settings of a connection that loads or sorts anew.
///
/// Memory is of DuckDB's own: staged rows, 22 bytes per result, and its sorts. What does not fit goes to files beside the
/// workspace. A load of all England is to stay below 6 GiB: keys, facts and results seen of 12 million pupils take about one
/// of them, and some is left for what DuckDB takes outside its limit and for what it leaves unused between blocks.
///
/// The log is written into the file after the commit, so that a full disk then cannot undo the commit.
pub(super) const SETTINGS: &str = "SET memory_limit = '3GB'; SET wal_autocheckpoint = '1TB'";

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
    /// Files in folders that hold no table that is known, and why.
    pub left_out: Vec<(String, String)>,
    /// Into how many sorted runs the rows by school are cut now; 0 where no pupils or results were loaded. Every year that
    /// is loaded beside others adds one, and a question about some schools looks into each.
    pub runs: i64,
    pub elapsed: Duration,
}

impl Loaded {
    /// Whether sorting the workspace anew would make questions about some schools noticeably quicker.
    pub fn should_be_compacted(&self) -> bool {
        self.runs >= MANY_RUNS
    }
}

/// So many runs are worth the time of sorting them into one.
const MANY_RUNS: i64 = 4;

/// A file of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFile {
    pub name: String,
    /// The table of the contract that it holds; `None` for a published table, which has a report.
    pub table: Option<Table>,
    pub rows: u64,
    /// What was taken from a published table, and what was left out.
    pub report: Option<Report>,
}

/// Loads files into a workspace, which is made if there is none. A folder stands for the tables in it, and a `.toml` file
/// is a layout of the user's own, by which the tables beside it are read.
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
    import_with(workspace, files, &Layouts::default(), cancel, progress)
}

/// As [`import`], with layouts of the user's own beside those that come with the program.
///
/// # Errors
/// As [`import`].
pub fn import_with(
    workspace: &Path,
    files: &[PathBuf],
    layouts: &Layouts,
    cancel: &Cancel,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Loaded, ImportError> {
    let started = Instant::now();
    let fresh = !workspace.exists();
    let opened = if fresh { Workspace::create(workspace)? } else { Workspace::open(workspace, Access::Write)? };
    let mut findings = Findings::default();
    let (own, files) = own_layouts(files, &mut findings);
    let layouts = &layouts.and(own);
    let loaded = Load { workspace: &opened, layouts, cancel, progress, rows: (0, 0), done: 0.0, findings }.run(&files);
    match loaded {
        Ok(loaded) => Ok(Loaded { elapsed: started.elapsed(), ..loaded }),
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
    layouts: &'a Layouts,
    cancel: &'a Cancel,
    progress: &'a mut (dyn FnMut(Progress) + Send),
    rows: (u64, u64),
    done: f64,
    findings: Findings,
}

/// The files of a load that are not loaded yet, and those that are left out.
#[derive(Default)]
struct Sources {
    contract: Vec<SourceFile>,
    tables: Vec<TableFile>,
    known: Vec<String>,
    /// Tables that hold nothing to load, and what they are.
    nothing: Vec<(String, String)>,
    left_out: Vec<(String, String)>,
}

impl Sources {
    fn is_empty(&self) -> bool {
        self.contract.is_empty() && self.tables.is_empty()
    }

    fn has(&self, hash: &str) -> bool {
        self.contract.iter().any(|other| other.hash == hash) || self.tables.iter().any(|other| other.hash == hash)
    }
}

/// A file that is staged: its row among the sources of the workspace.
struct Staged {
    id: i32,
    hash: String,
    path: PathBuf,
    /// Title, publisher and document of a published table's layout.
    layout: Option<(String, String, Option<String>)>,
    file: LoadedFile,
}

impl Load<'_> {
    fn run(mut self, files: &[PathBuf]) -> Result<Loaded, ImportError> {
        let connection = self.workspace.connection();
        self.sql(|| connection.execute_batch(SETTINGS))?;
        let mut sources = self.sources(files)?;
        let (known, left_out) = (std::mem::take(&mut sources.known), std::mem::take(&mut sources.left_out));
        if sources.is_empty() && self.findings.is_empty() {
            return Ok(Loaded { files: Vec::new(), known, left_out, runs: 0, elapsed: Duration::ZERO });
        }
        self.sql(|| stage::create(connection).and_then(|()| tables::stage::create(connection)))?;
        let staged = self.stage(sources);
        let loaded = staged.and_then(|(staged, pupils)| {
            self.commit(&staged, &pupils)?;
            Ok(staged)
        });
        let dropped = stage::drop_all(connection).and_then(|()| tables::stage::drop_all(connection));
        let tidied = dropped.and_then(|()| connection.execute_batch("CHECKPOINT"));
        let staged = loaded?;
        // The load is committed: it stands in the log beside the file until there is room to tidy up.
        if let Err(error) = tidied {
            tracing::warn!("the load is whole, but the workspace could not be tidied up: {error}");
        }
        let files: Vec<LoadedFile> = staged.into_iter().map(|staged| staged.file).collect();
        let has_facts = files.iter().any(|file| matches!(file.table, Some(Table::Pupils | Table::Results)));
        // Only advice depends on it.
        let runs = if has_facts { layout::runs(connection).unwrap_or_default() } else { 0 };
        self.tell("done", 1.0);
        Ok(Loaded { files, known, left_out, runs, elapsed: Duration::ZERO })
    }

    /// Opens the files; those that are loaded already, and tables in folders that nobody knows, are named apart.
    fn sources(&mut self, files: &[PathBuf]) -> Result<Sources, ImportError> {
        let mut sources = Sources::default();
        for Named { path, in_folder } in files_in(files, &mut self.findings) {
            self.tell("looking at the files", 0.0);
            self.stop_if_asked()?;
            if SourceFile::is_of_contract(&path, self.layouts) {
                let Some(source) = SourceFile::open(&path, &mut self.findings) else { continue };
                if self.is_loaded(&source.hash)? || sources.has(&source.hash) {
                    sources.known.push(source.name);
                } else {
                    self.rows.1 += source.rows;
                    sources.contract.push(source);
                }
                continue;
            }
            match TableFile::open(&path, self.layouts, &mut self.findings) {
                Opened::Broken => {}
                Opened::Nothing(what) => sources.nothing.push((path.display().to_string(), what)),
                Opened::Unknown(why) => sources.left_out.push((path.display().to_string(), why)),
                Opened::Table(table) if self.is_loaded(&table.hash)? || sources.has(&table.hash) => {
                    sources.known.push(table.name);
                }
                Opened::Table(table) => {
                    self.rows.1 += table.table.about_rows();
                    sources.tables.push(*table);
                }
            }
            // Who names a file wants it; a folder may hold others too, but not only others.
            if !in_folder && let Some((file, message)) = sources.left_out.pop_if(|(file, _)| Path::new(file) == path) {
                self.unknown_table(file, message);
            }
        }
        sources.left_out.append(&mut sources.nothing);
        if sources.is_empty() && sources.known.is_empty() {
            for (file, message) in std::mem::take(&mut sources.left_out) {
                self.unknown_table(file, message);
            }
        }
        sources.contract.sort_by_key(|source| source.table);
        Ok(sources)
    }

    fn unknown_table(&mut self, file: String, message: String) {
        self.findings.push(Finding { file, place: Place::File, column: None, fault: Fault::UnknownTable, message });
    }

    fn is_loaded(&self, hash: &str) -> Result<bool, ImportError> {
        let before = "SELECT COUNT(*) FROM sources WHERE hash = ?";
        let connection = self.workspace.connection();
        let times: i64 = self.sql(|| connection.query_row(before, [hash], |row| row.get(0)))?;
        Ok(times > 0)
    }

    /// Checks and stages every row. Findings end the load here.
    fn stage(&mut self, sources: Sources) -> Result<(Vec<Staged>, Pupils), ImportError> {
        let connection = self.workspace.connection();
        let newest = "SELECT COALESCE(MAX(id), 0) FROM sources";
        let mut id: i32 = self.sql(|| connection.query_row(newest, [], |row| row.get(0)))?;
        // A file that cannot be read explains what then seems to be missing.
        let whole = self.findings.is_empty();
        let register = self.workspace.register()?;
        let mut known = Known::new(register.urns().map(|urn| urn.number().into()).collect());
        let mut pupils = self.sql(|| stage::known_pupils(connection))?;
        let mut staged = Vec::new();
        for source in sources.contract {
            id += 1;
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
                    Table::Results => {
                        self.sql(|| stage::note_known_results(connection, &batch, &mut pupils))?;
                        results::take(&batch, &mut pupils, whole, &mut self.findings)
                    }
                    _ => stage::small_table(&batch, &mut known, id, &mut self.findings),
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
            let SourceFile { name, table, rows, hash, path, .. } = source;
            let file = LoadedFile { name, table: Some(table), rows, report: None };
            staged.push(Staged { id, hash, path, layout: None, file });
        }
        self.stage_tables(sources.tables, id, &mut staged)?;
        if self.findings.is_empty() {
            Ok((staged, pupils))
        } else {
            Err(ImportError::Findings(std::mem::take(&mut self.findings)))
        }
    }

    /// Takes and stages published tables. Each is let go of once it is taken.
    fn stage_tables(
        &mut self,
        files: Vec<TableFile>,
        mut id: i32,
        staged: &mut Vec<Staged>,
    ) -> Result<(), ImportError> {
        let connection = self.workspace.connection();
        if files.is_empty() {
            return Ok(());
        }
        let (mut facts, mut links, mut areas) = (Vec::new(), Vec::new(), BTreeMap::new());
        for file in files {
            id += 1;
            self.stop_if_asked()?;
            let mut taken = tables::take::take(&file, &mut self.findings);
            file.check_unchanged(&mut self.findings);
            if self.findings.is_empty() {
                self.sql(|| tables::stage::figures(connection, &taken.figures, id))?;
            }
            self.rows.0 += file.table.about_rows();
            self.tell("reading published tables", READING * self.rows.0 as f64 / self.rows.1.max(1) as f64);
            facts.append(&mut taken.schools);
            links.append(&mut taken.successors);
            for (area, name) in std::mem::take(&mut taken.areas) {
                let known: &mut Option<String> = areas.entry(area).or_default();
                *known = name.or(known.take());
            }
            let layout = file.layout;
            let rows = taken.report.rows;
            let file_loaded = LoadedFile { name: file.name, table: None, rows, report: Some(taken.report) };
            let layout = Some((layout.title, layout.publisher, layout.document));
            staged.push(Staged { id, hash: file.hash, path: file.path, layout, file: file_loaded });
        }
        if self.findings.is_empty() {
            self.sql(|| tables::stage::successors(connection, &links))?;
            self.sql(|| tables::stage::areas(connection, &areas))?;
            let unknown = self.sql(|| tables::stage::schools(connection, facts))?;
            for staged in staged {
                if let (Some(schools), Some(report)) = (unknown.get(&staged.id), &mut staged.file.report) {
                    report.without_school(*schools);
                }
            }
        }
        Ok(())
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
