//! Why the engine has no tallies.

/// Why the engine has no tallies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Stopped on request.
    #[error("the question was stopped")]
    Interrupted,
    /// DuckDB refuses the statement or cannot read the file.
    #[error("the question could not be answered; please report this: {detail}")]
    Sql { detail: String },
}

impl From<duckdb::Error> for EngineError {
    /// DuckDB tells an interrupt only by its text; this is the one place that looks.
    fn from(error: duckdb::Error) -> Self {
        let detail = error.to_string();
        if detail.contains("INTERRUPT") || detail.contains("Interrupted") {
            Self::Interrupted
        } else {
            Self::Sql { detail }
        }
    }
}
