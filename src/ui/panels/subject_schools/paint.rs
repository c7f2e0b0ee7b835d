//! The cells of the table: figures, bars of grades, and figures on a scale.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::drawn::{BANDS, Column, Drawn, Scale, Who};
use crate::desk::Reason;
use crate::export::words::value;
use crate::method::interval::Significance;
use crate::model::Indicator;
use crate::ui::theme::{self, Colours};
use crate::ui::widgets::{Mark, paint_mark};

/// Between the words of a cell and its edges, in points.
pub(super) const PAD: f32 = 8.0;

/// Room for a mark at the right of a figure, in points.
const MARK: f32 = 18.0;

/// Room for the number beside the scale, in points.
const NUMBER: f32 = 52.0;

/// Draws a cell into all the room that there is, with its words for screen readers and under the pointer.
pub(super) fn cell(ui: &mut Ui, drawn: &Drawn, who: Who<'_>, column: Column) {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let role = if column == Column::Grades { Role::Image } else { Role::Label };
    let something = is_something(drawn, who, column);
    if something {
        response.widget_info(|| WidgetInfo::labeled(role, true, drawn.words(who, column)));
    }
    if ui.is_rect_visible(rect) {
        let paint = Cells { painter: ui.painter(), colours: theme::of(ui), rect, drawn, who };
        match column {
            Column::Count(of) => paint.count(of),
            Column::Entering => paint.entering(),
            Column::Grades => paint.grades(),
            Column::Measure(of) => paint.measure(of),
            Column::OnScale(of) => paint.on_scale(of),
        }
    }
    if something {
        response.on_hover_ui(|ui| {
            ui.label(drawn.words(who, column));
        });
    }
}

/// Whether there is anything to say in a cell.
fn is_something(drawn: &Drawn, who: Who<'_>, column: Column) -> bool {
    match column {
        Column::Count(_) if matches!(who, Who::School(row) if drawn.is_without(row)) => true,
        Column::Count(of) | Column::Measure(of) | Column::OnScale(of) => drawn.value(who, of).is_some(),
        Column::Entering => drawn.entering(who).is_some(),
        Column::Grades => drawn.bands(who).is_some(),
    }
}

/// One cell being drawn.
struct Cells<'a> {
    painter: &'a Painter,
    colours: &'static Colours,
    rect: Rect,
    drawn: &'a Drawn,
    who: Who<'a>,
}

impl Cells<'_> {
    /// Words that end at a distance from the right edge.
    fn right(&self, words: &str, from_right: f32, ink: Color32) {
        let at = pos2(self.rect.right() - from_right, self.rect.center().y);
        self.painter.text(at, Align2::RIGHT_CENTER, words, theme::body(), ink);
    }

    /// What stands in place of a figure that may not be seen or is not known.
    fn no_figure(&self, at: Pos2) {
        self.painter.text(at, Align2::CENTER_CENTER, "·", theme::body(), *self.colours.muted);
    }

    fn number(&self, figure: Option<Result<f64, Reason>>, of: Indicator, from_right: f32) {
        let ink = if matches!(self.who, Who::Comparator) { *self.colours.muted } else { *self.colours.text };
        match figure {
            Some(Ok(figure)) => self.right(&value(of, figure), from_right, ink),
            Some(Err(_)) => self.no_figure(pos2(self.rect.right() - from_right - 4.0, self.rect.center().y)),
            None => {}
        }
    }

    fn count(&self, of: Indicator) {
        match self.who {
            Who::School(row) if self.drawn.is_without(row) && of == Indicator::Entries => {
                let at = pos2(self.rect.right() - PAD, self.rect.center().y);
                self.painter.text(at, Align2::RIGHT_CENTER, self.drawn.without, theme::small(), *self.colours.muted);
            }
            who => self.number(self.drawn.value(who, of), of, PAD),
        }
    }

    fn entering(&self) {
        // Written as a share of pupils.
        self.number(self.drawn.entering(self.who), Indicator::Grade4Plus, PAD);
    }

    fn measure(&self, of: Indicator) {
        self.number(self.drawn.value(self.who, of), of, PAD + MARK);
        if let Some(significance) = self.drawn.significance(self.who, of) {
            mark(self.painter, self.colours, significance, pos2(self.rect.right() - PAD - 5.0, self.rect.center().y));
        }
    }

    fn grades(&self) {
        let room = Rect::from_center_size(self.rect.center(), vec2(self.rect.width() - 2.0 * PAD, 12.0));
        match self.drawn.bands(self.who) {
            Some(Ok(bands)) => bar(self.painter, self.colours, room, &bands),
            Some(Err(_)) => self.no_figure(room.center()),
            None => {}
        }
    }

    fn on_scale(&self, of: Indicator) {
        let (Some(found), Some(scale)) = (self.drawn.value(self.who, of), self.drawn.scale) else {
            if self.drawn.value(self.who, of).is_some() {
                self.no_figure(self.rect.center());
            }
            return;
        };
        let chart = chart_of(self.rect);
        let painter = self.painter.with_clip_rect(chart.expand(1.0).intersect(self.painter.clip_rect()));
        let x = |figure: f64| scale.x(chart, figure);
        painter.vline(x(0.0), self.rect.y_range(), Stroke::new(1.0, *self.colours.line_strong));
        let Ok(figure) = found else {
            self.no_figure(pos2(self.rect.left() + NUMBER - 4.0, self.rect.center().y));
            return;
        };
        let significance = self.drawn.significance(self.who, of);
        let ink = ink_of(self.colours, significance);
        let is_comparator = matches!(self.who, Who::Comparator);
        let of_number = if is_comparator { *self.colours.muted } else { *self.colours.text };
        let at = pos2(self.rect.left() + NUMBER, self.rect.center().y);
        self.painter.text(at, Align2::RIGHT_CENTER, value(of, figure), theme::body(), of_number);
        if let Some(interval) = self.drawn.interval(self.who, of) {
            let ends = x(interval.lower).max(chart.left())..=x(interval.upper).min(chart.right());
            painter.hline(ends, chart.center().y, Stroke::new(2.0, ink));
        }
        let dot = pos2(x(figure).clamp(chart.left(), chart.right()), chart.center().y);
        match significance {
            Some(significance) => mark(&painter, self.colours, significance, dot),
            None if is_comparator => paint_mark(&painter, Mark::Diamond, dot, 3.5, ink, Stroke::NONE),
            None => paint_mark(&painter, Mark::Square, dot, 3.5, ink, Stroke::NONE),
        }
    }
}

/// The part of a cell in which the scale is drawn.
pub(super) fn chart_of(rect: Rect) -> Rect {
    let left = (rect.left() + NUMBER + 14.0).min(rect.right() - PAD);
    Rect::from_min_max(pos2(left, rect.top()), pos2((rect.right() - PAD).max(left + 1.0), rect.bottom()))
}

impl Scale {
    /// Where a figure stands.
    fn x(self, chart: Rect, figure: f64) -> f32 {
        let span = (self.high - self.low).max(f64::MIN_POSITIVE);
        chart.left() + ((figure - self.low) / span) as f32 * chart.width()
    }
}

fn ink_of(colours: &Colours, significance: Option<Significance>) -> Color32 {
    match significance {
        Some(Significance::Above) => *colours.above,
        Some(Significance::Below) => *colours.below,
        Some(Significance::NotDifferent) => *colours.level,
        None => *colours.muted,
    }
}

/// Above and below are filled and point there; a ring cannot be told apart from the comparator.
fn mark(painter: &Painter, colours: &Colours, significance: Significance, at: Pos2) {
    let ink = ink_of(colours, Some(significance));
    match significance {
        Significance::Above => paint_mark(painter, Mark::Up, at, 4.5, ink, Stroke::NONE),
        Significance::Below => paint_mark(painter, Mark::Down, at, 4.5, ink, Stroke::NONE),
        Significance::NotDifferent => {
            paint_mark(painter, Mark::Circle, at, 3.5, *colours.panel, Stroke::new(1.5, ink));
        }
    }
}

/// Colour of a band: dark for high grades on a light ground, light on a dark one.
fn band_colour(colours: &Colours, band: usize) -> Color32 {
    colours.ramp(1.0 - band as f64 / (BANDS.len() - 1) as f64)
}

/// The bands beside each other, the highest grades first, with gaps between them.
fn bar(painter: &Painter, colours: &Colours, room: Rect, bands: &[f64; 5]) {
    let mut left = room.left();
    let total: f64 = bands.iter().sum();
    for (nth, share) in bands.iter().enumerate() {
        let width = (share / total.max(1.0)) as f32 * room.width();
        let gap = if width > 2.0 { 1.0 } else { 0.0 };
        let part = Rect::from_min_size(pos2(left, room.top()), vec2((width - gap).max(0.0), room.height()));
        painter.rect_filled(part, 0.0, band_colour(colours, nth));
        left += width;
    }
}

/// Which colour is which band, in one line.
pub(super) fn legend(ui: &Ui, rect: Rect) {
    let colours = theme::of(ui);
    let mut left = rect.left();
    for (nth, band) in BANDS.iter().enumerate() {
        let swatch = Rect::from_center_size(pos2(left + 4.0, rect.center().y), vec2(8.0, 8.0));
        ui.painter().rect_filled(swatch, 0.0, band_colour(colours, nth));
        let galley = one_line(ui, band, theme::small(), *colours.muted, rect.right() - left - 11.0);
        let width = galley.size().x;
        ui.painter().galley(pos2(left + 11.0, rect.center().y - galley.size().y / 2.0), galley, *colours.muted);
        left += width + 17.0;
    }
}

/// The ends of the scale and its 0, above the column.
pub(super) fn ends(ui: &Ui, rect: Rect, scale: Scale, of: Indicator) {
    let (colours, chart) = (theme::of(ui), chart_of(rect));
    let write = |x: f32, align: Align2, words: String| {
        ui.painter().text(pos2(x, rect.center().y), align, words, theme::small(), *colours.muted)
    };
    let low = write(chart.left(), Align2::LEFT_CENTER, value(of, scale.low));
    let high = write(chart.right(), Align2::RIGHT_CENTER, value(of, scale.high));
    let zero = scale.x(chart, 0.0);
    if zero - 6.0 > low.right() && zero + 6.0 < high.left() {
        write(zero, Align2::CENTER_CENTER, "0".to_owned());
    }
}

/// Text on one line, cut where it does not fit.
pub(super) fn one_line(ui: &Ui, text: &str, font: FontId, colour: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    ui.painter().layout_job(job)
}
