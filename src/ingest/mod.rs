//! Files into a workspace: the data contract and published tables, checks, loading, and what comes with the program.
//!
//! **Nothing is half-loaded: a load finds nothing wrong and is committed in one transaction, or changes nothing.**
//! Findings are data, all of them at once, each with its file, row and column and what to do.

mod bundled;
mod check;
mod compact;
pub mod contract;
mod files;
mod finding;
mod import;
mod keys;
mod outcomes;
mod pupils;
mod results;
mod source;
mod stage;
pub mod synth;
pub mod tables;
mod watch;

pub use bundled::Bundled;
pub use compact::{CompactError, Compacted, compact};
pub use files::TABLES;
pub use finding::{Fault, Finding, Findings, Place};
pub use import::{ImportError, Loaded, LoadedFile, import, import_with};
pub use watch::{Cancel, Progress, time_left};
