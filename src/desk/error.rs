//! Why there is no answer.

use crate::engine::EngineError;

/// Why there is no answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The reader may not ask this.
    #[error("this is not open to you: {why}")]
    Refused { why: String },
    /// The question names schools that are not in the workspace.
    #[error("{what} is not in this workspace; `schoolbench ask --list` shows what is")]
    NotLoaded { what: String },
    /// The comparator does not go with the scope.
    #[error("there is nothing to compare with: {why}")]
    NoComparator { why: String },
    /// The engine has no tallies.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
