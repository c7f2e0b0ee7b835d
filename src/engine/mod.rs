//! A question to SQL to tallies.
//!
//! **The only place that writes SQL over results. It returns tallies, never a pupil's row, and knows nothing of who
//! asks.** The SQL is plain star SQL that other engines run too; values are bound, never pasted.

mod cells;
mod error;
mod plan;
mod published;
mod run;
mod slice;

pub use cells::{Cells, CellsOf};
pub use error::EngineError;
pub use plan::{Path, Plan};
pub use published::{PublishedFigures, PublishedKey, PublishedSlice, Whose, published};
pub use run::{Keys, Tallies, TallyRow, run};
pub use slice::Slice;
