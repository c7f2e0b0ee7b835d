//! Parts that the pages share.

use eframe::egui::{Button, Frame, Label, RichText, Ui};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::ui::theme;

/// A part of a page that belongs together, over the whole width, with a title where it has one.
pub fn card<T>(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui) -> T) -> T {
    let (colours, space) = (theme::of(ui), theme::space());
    let frame = Frame::new().fill(*colours.panel).stroke((1.0, *colours.line));
    let inner = frame.corner_radius(space.radius).inner_margin(space.two).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        if !title.is_empty() {
            ui.label(RichText::new(title).font(theme::strong()));
            ui.add_space(space.half);
        }
        add(ui)
    });
    ui.add_space(space.one);
    inner.inner
}

/// A note that may take several lines.
pub fn note(ui: &mut Ui, words: impl Into<String>) {
    let words = theme::muted(ui, words);
    ui.add(Label::new(words).wrap());
}

/// A button that says why it cannot be used, where it cannot. Gives whether it was pressed.
pub fn button(ui: &mut Ui, words: &str, why_not: Option<&str>) -> bool {
    let response = ui.add_enabled(why_not.is_none(), Button::new(words));
    let clicked = response.clicked();
    if let Some(why) = why_not {
        response.on_disabled_hover_text(why);
    }
    clicked
}

/// A day and time where the program runs: "3 May 2026, 14:05".
pub fn moment(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%-d %b %Y, %H:%M").to_string()
}
