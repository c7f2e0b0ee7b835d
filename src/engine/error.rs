//! Why the engine has no tallies.

use crate::workspace::{is_damage, is_interrupt};

/// Why the engine has no tallies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Stopped on request.
    #[error("the question was stopped")]
    Interrupted,
    /// DuckDB finds the file's contents broken.
    #[error("this workspace is damaged; load its files into a new one ({detail})")]
    Damaged { detail: String },
    /// DuckDB refuses the statement: a fault of the program.
    #[error("the question could not be answered; please report this: {detail}")]
    Sql { detail: String },
}

impl From<duckdb::Error> for EngineError {
    /// DuckDB tells what happened only by its text, which the workspace can read.
    fn from(error: duckdb::Error) -> Self {
        let detail = error.to_string();
        if is_interrupt(&detail) {
            Self::Interrupted
        } else if is_damage(&detail) {
            Self::Damaged { detail: detail.lines().next().unwrap_or_default().to_owned() }
        } else {
            Self::Sql { detail }
        }
    }
}
