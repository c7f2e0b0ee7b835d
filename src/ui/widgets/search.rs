//! A field to search in a list.

use eframe::egui::{Response, TextEdit, Ui};

/// Draws a field of a width in points; `name` says what is searched, for those who do not see the hint.
pub fn search_field(ui: &mut Ui, sought: &mut String, name: &str, hint: &str, width: f32) -> Response {
    let field = TextEdit::singleline(sought).id_salt(name).hint_text(hint).desired_width(width);
    ui.add(field).accessible_name(name)
}
