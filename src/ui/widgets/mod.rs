//! Small parts that panels and bars share.

mod chip;
mod icon;
mod mark;
mod picker;

pub use chip::{chip, segment};
pub use icon::{Icon, icon_button, paint_icon};
pub use mark::{Mark, paint_mark};
pub use picker::{Pick, list, picker, picker_button, search_list};
