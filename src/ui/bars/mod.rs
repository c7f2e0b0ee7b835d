//! The bars above and below the panels: what is asked about, which pupils, and what is going on.

mod filter;
mod rail;
mod scope;
mod status;
mod top;

pub use filter::FilterBar;
pub use rail::{RAIL, rail};
pub use status::status_bar;
pub use top::{TopBar, top_bar};
