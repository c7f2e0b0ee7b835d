//! `schoolbench compact`: a workspace sorted anew, with progress and Ctrl-C.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use super::error::CliError;
use super::import::{cancelled_by_ctrl_c, progress_bar};
use crate::ingest::{compact, time_left};
use crate::model::words::plural;

/// Arguments of `schoolbench compact`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Workspace to sort anew; nobody may have it open meanwhile, and its disk needs room for a second one
    #[arg(long, value_name = "FILE")]
    workspace: PathBuf,
}

/// Sorts with a progress bar; Ctrl-C stops, and the workspace stays as it was.
pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let cancel = cancelled_by_ctrl_c();
    let bar = progress_bar();
    let started = Instant::now();
    let compacted = compact(&arguments.workspace, &cancel, &mut |progress| {
        bar.set_position((progress.fraction * 1000.0) as u64);
        bar.set_message(format!("{}{}", progress.what, time_left(started.elapsed(), progress.fraction)));
    });
    bar.finish_and_clear();
    let compacted = compacted?;
    let mut stderr = std::io::stderr();
    let (before, after) = (megabytes(compacted.before), megabytes(compacted.after));
    writeln!(stderr, "was {before} MB in {}, is {after} MB", plural(compacted.runs, "sorted run"))?;
    writeln!(stderr, "done in {:.1} s: {}", compacted.elapsed.as_secs_f64(), arguments.workspace.display())?;
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
