//! `schoolbench import`: files into a workspace, with progress and Ctrl-C.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::error::CliError;
use crate::ingest::contract::Table;
use crate::ingest::tables::{Layout, Layouts};
use crate::ingest::{Cancel, ImportError, Loaded, import_with, time_left};
use crate::model::words::counted;

/// Arguments of `schoolbench import`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Workspace to load into; made if there is none
    #[arg(long, value_name = "FILE")]
    workspace: PathBuf,
    /// Published tables as downloaded (CSV, XLSX, Parquet), Parquet files of the data contract, or folders of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A layout of your own for tables that are not known; see data/layouts/README.md
    #[arg(long, value_name = "FILE.toml")]
    layout: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let layouts = layouts(&arguments.layout)?;
    let loaded = load(&arguments.workspace, &arguments.files, &layouts)?;
    let mut stderr = std::io::stderr();
    for file in &loaded.files {
        match (&file.report, file.table) {
            (Some(report), _) => writeln!(stderr, "{}\n  {report}", file.name)?,
            (None, table) => {
                let table = table.map(Table::name).unwrap_or_default();
                writeln!(stderr, "loaded {} rows of {table}: {}", counted(file.rows), file.name)?;
            }
        }
    }
    for (name, why) in &loaded.left_out {
        writeln!(stderr, "left out, {why}: {name}")?;
    }
    for name in &loaded.known {
        writeln!(stderr, "left out, loaded before: {name}")?;
    }
    if loaded.should_be_compacted() {
        let runs = counted(loaded.runs);
        writeln!(
            stderr,
            "rows stand in {runs} sorted runs; `schoolbench compact` makes one of them, which is quicker"
        )?;
    }
    writeln!(stderr, "done in {:.1} s: {}", loaded.elapsed.as_secs_f64(), arguments.workspace.display())?;
    Ok(())
}

/// The layouts that come with the program, and those in these files.
fn layouts(files: &[PathBuf]) -> Result<Layouts, CliError> {
    let read = |path: &PathBuf| {
        Layout::from_file(path).map_err(|error| CliError::Input(format!("{error}: {}", path.display())))
    };
    Ok(Layouts::with(files.iter().map(read).collect::<Result<_, _>>()?))
}

/// Loads with a progress bar; Ctrl-C stops, and the workspace stays as it was.
pub(super) fn load(workspace: &Path, files: &[PathBuf], layouts: &Layouts) -> Result<Loaded, CliError> {
    let cancel = cancelled_by_ctrl_c();
    let bar = progress_bar();
    let started = std::time::Instant::now();
    let loaded = import_with(workspace, files, layouts, &cancel, &mut |progress| {
        bar.set_position((progress.fraction * 1000.0) as u64);
        let left = time_left(started.elapsed(), progress.fraction);
        bar.set_message(format!(
            "{} · {} of {} rows{left}",
            progress.what,
            counted(progress.rows.0),
            counted(progress.rows.1)
        ));
    });
    bar.finish_and_clear();
    if let Err(ImportError::Findings(findings)) = &loaded {
        write!(std::io::stderr(), "{findings}")?;
    }
    Ok(loaded?)
}

/// A token that Ctrl-C cancels.
pub(super) fn cancelled_by_ctrl_c() -> Cancel {
    let cancel = Cancel::default();
    let token = cancel.clone();
    if let Err(error) = ctrlc::set_handler(move || token.cancel()) {
        tracing::warn!("Ctrl-C will end the program at once: {error}");
    }
    cancel
}

/// A bar of 1,000 steps on the error stream; hidden where that is not a terminal.
pub(super) fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {msg}");
    ProgressBar::new(1000).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
