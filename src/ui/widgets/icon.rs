//! Icons, drawn: the text face has none.

use eframe::egui::{Color32, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme;

/// A drawn sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Table,
    Chart,
    About,
    More,
    Maximise,
    Restore,
    Close,
    Undo,
    Redo,
    Find,
    Light,
    Dark,
    Caret,
    Tick,
    Overview,
    Subjects,
    Subject,
    Schools,
    Workbench,
    People,
    Back,
    Forward,
}

/// A square button with an icon; `name` is its tooltip and its name for screen readers.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str, enabled: bool) -> Response {
    let side = ui.spacing().interact_size.y;
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    if ui.is_rect_visible(rect) {
        let colours = theme::of(ui);
        if enabled && (response.hovered() || response.has_focus()) {
            ui.painter().rect_filled(rect, theme::space().radius, *colours.hover);
        }
        let ink = if enabled { *colours.muted } else { *colours.line_strong };
        let ink = if enabled && response.hovered() { *colours.text } else { ink };
        paint_icon(ui.painter(), icon, rect.shrink(side * 0.25), ink);
        if response.has_focus() {
            let ring = Stroke::new(1.5, *colours.accent);
            ui.painter().rect_stroke(rect, theme::space().radius, ring, eframe::egui::StrokeKind::Inside);
        }
    }
    response.on_hover_text(name)
}

/// Draws an icon into a square.
pub fn paint_icon(painter: &Painter, icon: Icon, rect: Rect, ink: Color32) {
    let stroke = Stroke::new(1.5, ink);
    // Places in the square, in shares of its side.
    let at = |x: f32, y: f32| rect.min + vec2(x * rect.width(), y * rect.height());
    let line = |points: &[(f32, f32)]| {
        let points: Vec<Pos2> = points.iter().map(|(x, y)| at(*x, *y)).collect();
        painter.add(Shape::line(points, stroke));
    };
    let square = |a: (f32, f32), b: (f32, f32)| line(&[a, (b.0, a.1), b, (a.0, b.1), a]);
    match icon {
        Icon::Table => {
            square((0.0, 0.05), (1.0, 0.95));
            line(&[(0.0, 0.35), (1.0, 0.35)]);
            line(&[(0.0, 0.65), (1.0, 0.65)]);
            line(&[(0.4, 0.05), (0.4, 0.95)]);
        }
        Icon::Chart => {
            line(&[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
            line(&[(0.2, 0.75), (0.45, 0.4), (0.65, 0.55), (1.0, 0.1)]);
        }
        Icon::About => {
            painter.circle_stroke(rect.center(), rect.width() * 0.52, stroke);
            line(&[(0.5, 0.45), (0.5, 0.78)]);
            painter.circle_filled(at(0.5, 0.25), 1.2, ink);
        }
        Icon::More => {
            for x in [0.1, 0.5, 0.9] {
                painter.circle_filled(at(x, 0.5), 1.6, ink);
            }
        }
        Icon::Maximise => {
            line(&[(0.6, 0.0), (1.0, 0.0), (1.0, 0.4)]);
            line(&[(0.4, 1.0), (0.0, 1.0), (0.0, 0.6)]);
            line(&[(1.0, 0.0), (0.6, 0.4)]);
            line(&[(0.0, 1.0), (0.4, 0.6)]);
        }
        Icon::Restore => {
            line(&[(0.6, 0.0), (0.6, 0.4), (1.0, 0.4)]);
            line(&[(0.4, 1.0), (0.4, 0.6), (0.0, 0.6)]);
            line(&[(0.6, 0.4), (1.0, 0.0)]);
            line(&[(0.4, 0.6), (0.0, 1.0)]);
        }
        Icon::Close => {
            line(&[(0.1, 0.1), (0.9, 0.9)]);
            line(&[(0.9, 0.1), (0.1, 0.9)]);
        }
        Icon::Undo | Icon::Redo => {
            let turned = |points: &[(f32, f32)]| {
                let flip = |(x, y): &(f32, f32)| if icon == Icon::Undo { (*x, *y) } else { (1.0 - *x, *y) };
                line(&points.iter().map(flip).collect::<Vec<_>>());
            };
            turned(&[(0.3, 0.05), (0.0, 0.35), (0.3, 0.65)]);
            turned(&[(0.0, 0.35), (0.65, 0.35), (0.9, 0.45), (1.0, 0.65), (0.9, 0.85), (0.65, 0.95), (0.35, 0.95)]);
        }
        Icon::Find => {
            painter.circle_stroke(at(0.42, 0.42), rect.width() * 0.38, stroke);
            line(&[(0.7, 0.7), (1.0, 1.0)]);
        }
        Icon::Light => {
            painter.circle_stroke(rect.center(), rect.width() * 0.24, stroke);
            for eighth in 0..8 {
                let angle = std::f32::consts::FRAC_PI_4 * eighth as f32;
                let way = vec2(angle.cos(), angle.sin()) * rect.width();
                painter.line_segment([rect.center() + way * 0.42, rect.center() + way * 0.58], stroke);
            }
        }
        Icon::Dark => {
            let crescent = (0..=16).map(|step| {
                let angle = 0.9 + std::f32::consts::PI * 1.15 * step as f32 / 16.0;
                rect.center() + vec2(angle.cos(), angle.sin()) * rect.width() * 0.5
            });
            let mut outline: Vec<Pos2> = crescent.collect();
            outline.push(pos2(rect.center().x + rect.width() * 0.02, rect.center().y - rect.height() * 0.02));
            painter.add(Shape::closed_line(outline, stroke));
        }
        Icon::Overview => {
            square((0.0, 0.05), (0.42, 0.42));
            square((0.58, 0.05), (1.0, 0.42));
            square((0.0, 0.58), (1.0, 0.95));
        }
        Icon::Subjects => {
            for (y, end) in [(0.12, 1.0), (0.37, 0.7), (0.62, 0.85), (0.87, 0.5)] {
                line(&[(0.0, y), (end, y)]);
            }
        }
        Icon::Subject => {
            line(&[(0.5, 0.2), (0.5, 0.95)]);
            line(&[(0.5, 0.2), (0.3, 0.08), (0.0, 0.08), (0.0, 0.83), (0.3, 0.83), (0.5, 0.95)]);
            line(&[(0.5, 0.2), (0.7, 0.08), (1.0, 0.08), (1.0, 0.83), (0.7, 0.83), (0.5, 0.95)]);
        }
        Icon::Schools => {
            for (x, y, size) in [(0.2, 0.75, 0.16), (0.45, 0.35, 0.12), (0.78, 0.55, 0.2), (0.85, 0.12, 0.1)] {
                painter.circle_stroke(at(x, y), size * rect.width(), stroke);
            }
        }
        Icon::Workbench => {
            square((0.0, 0.05), (1.0, 0.95));
            line(&[(0.55, 0.05), (0.55, 0.95)]);
            line(&[(0.0, 0.5), (0.55, 0.5)]);
        }
        Icon::People => {
            square((0.32, 0.05), (0.68, 0.41));
            line(&[(0.1, 0.95), (0.2, 0.6), (0.8, 0.6), (0.9, 0.95)]);
        }
        Icon::Back => line(&[(0.65, 0.1), (0.25, 0.5), (0.65, 0.9)]),
        Icon::Forward => line(&[(0.35, 0.1), (0.75, 0.5), (0.35, 0.9)]),
        Icon::Caret => line(&[(0.1, 0.35), (0.5, 0.7), (0.9, 0.35)]),
        Icon::Tick => line(&[(0.05, 0.55), (0.38, 0.85), (0.95, 0.15)]),
    }
}
