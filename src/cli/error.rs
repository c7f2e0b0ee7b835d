//! How the command line fails: in words on the error stream, and by exit code.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use crate::collab::{OfficeError, Refusal};
use crate::desk::DeskError;
use crate::engine::EngineError;
use crate::ingest::synth::SynthError;
use crate::ingest::{CompactError, ImportError};
use crate::model::UnknownWord;
use crate::workspace::WorkspaceError;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// A word is not one of the field's words, or parts of a question do not go together.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// Arguments that do not go together, with what would be right.
    #[error("{0}")]
    Input(String),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Compact(#[from] CompactError),
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Desk(#[from] Arc<DeskError>),
    #[error(transparent)]
    Synth(#[from] SynthError),
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// Who asks may not, or did not say who they are.
    #[error("{0}")]
    Refused(String),
    /// So many e-mails were given up.
    #[error("{0} given up; `schoolbench admin mail list` says why")]
    GivenUp(String),
    /// A command of a file of commands was not carried out.
    #[error("line {line} was not carried out: {error}; {}: {}", before(*done), path.display())]
    Line { line: usize, error: Box<Self>, done: usize, path: PathBuf },
    /// A file cannot be read or written.
    #[error("{what} ({source}): {}", path.display())]
    File { what: &'static str, source: io::Error, path: PathBuf },
    /// The output stream fails.
    #[error("the answer cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// 1 internal or e-mails given up, 2 bad input, 3 refused, 4 workspace in use or not usable.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.number())
    }

    fn number(&self) -> u8 {
        match self {
            Self::Word(_) | Self::Input(_) | Self::File { .. } | Self::Synth(SynthError::TooMany { .. }) => 2,
            Self::Import(ImportError::Findings(_)) => 2,
            Self::Import(ImportError::Cancelled) | Self::Compact(CompactError::Cancelled) => 130,
            Self::Workspace(error)
            | Self::Import(ImportError::Workspace(error))
            | Self::Compact(CompactError::Workspace(error))
            | Self::Office(OfficeError::File(error)) => match error {
                WorkspaceError::Sql { .. } | WorkspaceError::Interrupted { .. } => 1,
                _ => 4,
            },
            Self::Office(error) => match error {
                OfficeError::Refused(Refusal::NotYours { .. }) | OfficeError::SignIn(_) => 3,
                OfficeError::Refused(_) | OfficeError::Password(_) => 2,
                OfficeError::File(_) | OfficeError::Unreadable(_) | OfficeError::Audit(_) => 4,
            },
            Self::Refused(_) => 3,
            Self::Line { error, .. } => error.number(),
            Self::Desk(error) => match error.as_ref() {
                DeskError::Refused { .. } => 3,
                DeskError::NotLoaded { .. } | DeskError::NoComparator { .. } => 2,
                DeskError::Engine(EngineError::Damaged { .. }) => 4,
                DeskError::Engine(_) => 1,
            },
            Self::Synth(SynthError::Cancelled) => 130,
            Self::Synth(_) | Self::Output(_) | Self::GivenUp(_) => 1,
        }
    }

    /// Whether the reader of the output went away, such as `head`.
    pub fn is_closed_pipe(&self) -> bool {
        match self {
            Self::Output(error) => error.kind() == io::ErrorKind::BrokenPipe,
            Self::Line { error, .. } => error.is_closed_pipe(),
            _ => false,
        }
    }
}

/// What became of the commands before the one that was not carried out.
fn before(done: usize) -> String {
    match done {
        0 => "nothing was done".to_owned(),
        1 => "the command before it is done".to_owned(),
        n => format!("the {n} commands before it are done"),
    }
}
