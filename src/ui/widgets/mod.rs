//! Small parts that panels and bars share.

mod chip;
mod dialog;
mod icon;
mod mark;
mod picker;
mod search;

pub use chip::{chip, segment};
pub use dialog::dialog;
pub use icon::{Icon, icon_button, paint_icon};
pub use mark::{Mark, paint_mark};
pub use picker::{Pick, list, picker, picker_button, search_list};
pub use search::search_field;
