//! How a figure is made: outcomes of a pupil, intervals, disclosure.
//!
//! **Pure: no input or output, no SQL. It knows numbers and rules, not where they come from.** Points are whole
//! hundredths throughout ([`crate::model::Points`]).
//!
//! Progress 8 and value added will stand beside [`ks4`]; the packed profile already carries the prior-attainment group
//! that they need.

pub mod disclosure;
pub mod interval;
pub mod ks2;
pub mod ks4;
pub mod published;
pub mod similar;
mod tally;

pub use tally::Tally;
