//! Chips of the filter bar, and segments of which one is chosen.

use eframe::egui::{self, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::icon::{Icon, paint_icon};
use crate::ui::theme;

/// What was done with a chip.
#[derive(Debug)]
pub struct Chip {
    /// The part with the words.
    pub words: Response,
    /// The part with the caret, or with the cross of an active chip.
    pub end: Response,
}

/// A chip of two parts: words, and a caret that opens its values. An active chip is filled and has a cross in place of
/// the caret. `id` stays the same while words and names change, so that what the chip has opened stays open.
pub fn chip(ui: &mut Ui, id: egui::Id, words: &str, active: bool, end_name: &str) -> Chip {
    let colours = theme::of(ui);
    let font: FontId = if active { theme::small_strong() } else { theme::small() };
    let ink = if active { *colours.accent } else { *colours.text };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ink);
    let height = ui.spacing().interact_size.y;
    let (pad, end_width) = (theme::space().one + 2.0, 22.0);
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x + pad + end_width, height), Sense::hover());
    let (words_rect, end_rect) = rect.split_left_right_at_x(rect.right() - end_width);
    let words_response = ui.interact(words_rect, id.with("words"), Sense::click());
    let end_response = ui.interact(end_rect, id.with("end"), Sense::click());
    words_response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), active, words));
    end_response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), end_name));
    if ui.is_rect_visible(rect) {
        let round = height / 2.0;
        let fill = if active { *colours.accent_soft } else { *colours.panel };
        let border = if active { *colours.accent } else { *colours.line_strong };
        ui.painter().rect(rect, round, fill, Stroke::new(1.0, border), StrokeKind::Inside);
        let hovered = [(&words_response, words_rect), (&end_response, end_rect)];
        for (response, part) in hovered {
            if response.hovered() || response.has_focus() {
                let ring = Stroke::new(if response.has_focus() { 1.5 } else { 0.0 }, *colours.accent);
                ui.painter().rect(part.shrink(1.0), round, *colours.hover, ring, StrokeKind::Inside);
            }
        }
        let text_at = pos2(rect.left() + pad, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(text_at, galley, ink);
        let icon = if active { Icon::Close } else { Icon::Caret };
        let sign = Rect::from_center_size(end_rect.center() - vec2(2.0, 0.0), vec2(8.0, 8.0));
        paint_icon(ui.painter(), icon, sign, ink);
    }
    Chip { words: words_response, end: end_response }
}

/// One of several choices side by side.
pub fn segment(ui: &mut Ui, words: &str, chosen: bool) -> Response {
    let colours = theme::of(ui);
    let ink = if chosen { *colours.on_accent } else { *colours.text };
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::small_strong(), ink);
    let size = vec2(galley.size().x + 2.0 * (theme::space().one + 2.0), ui.spacing().interact_size.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, words));
    if ui.is_rect_visible(rect) {
        let fill = match (chosen, response.hovered() || response.has_focus()) {
            (true, _) => *colours.accent,
            (false, true) => *colours.hover,
            (false, false) => *colours.sunken,
        };
        let border = if response.has_focus() { *colours.text } else { *colours.line };
        ui.painter().rect(rect, theme::space().radius, fill, Stroke::new(1.0, border), StrokeKind::Inside);
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    }
    response
}
