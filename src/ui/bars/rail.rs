//! The rail at the left: the dashboards.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::ui::change::Outbox;
use crate::ui::command::Command;
use crate::ui::theme;
use crate::ui::view::Place;
use crate::ui::widgets::{Icon, paint_icon};

/// Width of the rail, in points.
pub const RAIL: f32 = 84.0;

/// Draws the rail. `here` is the dashboard that is shown, if one is; the administration stands apart at the end.
pub fn rail(ui: &mut Ui, here: Option<Place>, unread: usize, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = theme::space().half;
    for place in Place::ALL {
        let icon = match place {
            Place::Overview => Icon::Overview,
            Place::Subjects => Icon::Subjects,
            Place::Subject => Icon::Subject,
            Place::Schools => Icon::Schools,
            Place::Workbench => Icon::Workbench,
        };
        let keys = Command::Go(place).shortcut().map(|keys| format!(" ({})", ui.ctx().format_shortcut(&keys)));
        let about = format!("{}{}", place.about(), keys.unwrap_or_default());
        if stop(ui, icon, place.title(), here == Some(place)).on_hover_text(about).clicked() {
            out.commands.push(Command::Go(place));
        }
    }
    ui.add_space(theme::space().two);
    let (name, about) = Command::Administration.text();
    let keys = Command::Administration.shortcut().map(|keys| format!(" ({})", ui.ctx().format_shortcut(&keys)));
    let told = if unread > 0 { format!("; notices not read: {unread}") } else { String::new() };
    let short = if unread > 0 { format!("People ({unread})") } else { "People".to_owned() };
    let response = stop(ui, Icon::People, &short, here.is_none());
    if response.on_hover_text(format!("{name}{}: {about}{told}", keys.unwrap_or_default())).clicked() {
        out.commands.push(Command::Administration);
    }
}

/// A dashboard on the rail: its icon above its name.
fn stop(ui: &mut Ui, icon: Icon, name: &str, chosen: bool) -> eframe::egui::Response {
    let colours = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 54.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, name));
    if ui.is_rect_visible(rect) {
        let lit = response.hovered() || response.has_focus();
        let (fill, ink) = match chosen {
            true => (*colours.accent_soft, *colours.accent),
            false if lit => (*colours.hover, *colours.text),
            false => (*colours.panel, *colours.muted),
        };
        let ring = Stroke::new(if response.has_focus() { 1.5 } else { 0.0 }, *colours.accent);
        ui.painter().rect(rect, theme::space().radius, fill, ring, StrokeKind::Inside);
        let sign = Rect::from_center_size(pos2(rect.center().x, rect.top() + 18.0), Vec2::splat(17.0));
        paint_icon(ui.painter(), icon, sign, ink);
        let font = if chosen { theme::small_strong() } else { theme::small() };
        ui.painter().text(pos2(rect.center().x, rect.bottom() - 7.0), Align2::CENTER_BOTTOM, name, font, ink);
    }
    response
}
