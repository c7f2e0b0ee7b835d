//! `schoolbench import`: files into a workspace, with progress and Ctrl-C.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::error::CliError;
use crate::ingest::{Cancel, ImportError, Loaded, import, time_left};

/// Arguments of `schoolbench import`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Workspace to load into; made if there is none
    #[arg(long, value_name = "FILE")]
    workspace: PathBuf,
    /// Parquet files of the data contract, or folders of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let loaded = load(&arguments.workspace, &arguments.files)?;
    let mut stderr = std::io::stderr();
    for file in &loaded.files {
        writeln!(stderr, "loaded {} rows of {}: {}", file.rows, file.table.name(), file.name)?;
    }
    for name in &loaded.known {
        writeln!(stderr, "left out, loaded before: {name}")?;
    }
    writeln!(stderr, "done in {:.1} s: {}", loaded.elapsed.as_secs_f64(), arguments.workspace.display())?;
    Ok(())
}

/// Loads with a progress bar; Ctrl-C stops, and the workspace stays as it was.
pub(super) fn load(workspace: &Path, files: &[PathBuf]) -> Result<Loaded, CliError> {
    let cancel = cancelled_by_ctrl_c();
    let bar = progress_bar();
    let started = std::time::Instant::now();
    let loaded = import(workspace, files, &cancel, &mut |progress| {
        bar.set_position((progress.fraction * 1000.0) as u64);
        let left = time_left(started.elapsed(), progress.fraction);
        bar.set_message(format!("{} · {} of {} rows{left}", progress.what, progress.rows.0, progress.rows.1));
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
