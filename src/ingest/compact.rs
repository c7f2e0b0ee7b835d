//! A workspace sorted anew after several loads: see [`crate::workspace::Workspace::rewrite`].

use std::path::Path;
use std::time::{Duration, Instant};

use super::import::SETTINGS;
use super::watch::{Cancel, Progress, watched};
use crate::workspace::{Access, Workspace, WorkspaceError, layout};

/// Why a workspace was not sorted anew. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    /// It was stopped on request.
    #[error("stopped; the workspace is as it was")]
    Cancelled,
    /// The workspace cannot be used.
    #[error(transparent)]
    Workspace(WorkspaceError),
}

impl From<WorkspaceError> for CompactError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Interrupted { .. } => Self::Cancelled,
            error => Self::Workspace(error),
        }
    }
}

/// What sorting anew brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compacted {
    /// Bytes of the workspace's file before and after.
    pub before: u64,
    pub after: u64,
    /// Into how many sorted runs the rows by school were cut. They are one now.
    pub runs: i64,
    pub elapsed: Duration,
}

/// Sorts the rows of a workspace into one run, and writes its file anew, without the room that earlier loads left. What is in
/// it stays the same, so that answers stay what they were.
///
/// It needs room beside the workspace for a second one. `progress` is called often, from more than one thread, one at a time.
///
/// # Errors
/// With the reason why it stopped. The workspace is then as it was before.
pub fn compact(
    workspace: &Path,
    cancel: &Cancel,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Compacted, CompactError> {
    let started = Instant::now();
    let opened = Workspace::open(workspace, Access::Write)?;
    let connection = opened.connection();
    let sql_error = |error| WorkspaceError::from_duckdb(workspace, error);
    connection.execute_batch(SETTINGS).map_err(sql_error)?;
    let runs = layout::runs(connection).map_err(sql_error)?;
    let copy = opened.rewrite()?;
    let before = opened.bytes()?;
    let mut done = 0.0;
    for (step, share) in copy.steps() {
        if cancel.is_cancelled() {
            return Err(CompactError::Cancelled);
        }
        let mut furthest: f64 = done;
        let mut tick = |fraction: Option<f64>| {
            furthest = furthest.max(done + share * fraction.unwrap_or_default().clamp(0.0, 1.0));
            progress(Progress { what: step.what, rows: (0, 0), fraction: furthest.min(1.0) });
        };
        tick(None);
        watched(connection, cancel, &mut tick, || connection.execute_batch(&step.sql)).map_err(sql_error)?;
        done += share;
    }
    progress(Progress { what: "closing the new file", rows: (0, 0), fraction: done.min(1.0) });
    if cancel.is_cancelled() {
        return Err(CompactError::Cancelled);
    }
    let written = copy.finish()?;
    let after = written.bytes();
    opened.give_way_to(written)?;
    progress(Progress { what: "done", rows: (0, 0), fraction: 1.0 });
    Ok(Compacted { before, after, runs, elapsed: started.elapsed() })
}
