//! How a figure is made: outcomes of a pupil, intervals, disclosure.
//!
//! **Pure: no input or output, no SQL. It knows numbers and rules, not where they come from.** Points are whole
//! hundredths throughout ([`crate::model::Points`]).

pub mod choice;
pub mod contextual;
pub mod difference;
pub mod disclosure;
pub mod interval;
pub mod ks2;
pub mod ks4;
pub mod progress8;
pub mod published;
pub mod quantile;
pub mod regression;
pub mod shield;
pub mod similar;
mod tally;

pub use tally::Tally;
