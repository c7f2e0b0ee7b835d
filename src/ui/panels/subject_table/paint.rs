//! The table of subjects on screen: a head and a column of names that stay, and cells that scroll under them.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Align2, Color32, CursorIcon, FontId, Galley, Painter, Pos2, Rect, Response, Role, ScrollArea, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::drawn::{Column, Drawn, Row, Shown, beside};
use crate::desk::{Answer, Figure};
use crate::method::interval::Significance;
use crate::model::{Indicator, Subject, Unit, Year};
use crate::ui::session::Catalogue;
use crate::ui::widgets::{Mark, paint_mark};
use crate::ui::{theme, words};

/// Height of a row, in points.
const ROW: f32 = 30.0;
/// Height of the head.
const HEAD: f32 = 28.0;
/// Width of the column of names.
const NAMES: f32 = 180.0;
/// Width of the column of entries.
const ENTRIES: f32 = 72.0;
/// Least and greatest widths of the others.
const FIGURE: (f32, f32) = (84.0, 148.0);
const VALUE_ADDED: (f32, f32) = (150.0, 220.0);
const TREND: (f32, f32) = (96.0, 180.0);
/// From this width on there is room for the difference beside a figure.
const WITH_DIFFERENCE: f32 = 130.0;
/// Room for a value with its mark, beside a small chart.
const VALUE: f32 = 76.0;

/// What was done with the table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    Open(Subject),
    /// By a column, or by name.
    Sort(Option<usize>),
}

/// The table.
pub(super) struct Grid<'a> {
    pub drawn: &'a Drawn,
    pub answers: &'a [Arc<Answer>],
    pub catalogue: &'a Catalogue,
}

/// How significance is shown: its ink, the ground behind it, its mark.
pub(super) fn verdict(
    significance: Significance,
    colours: &theme::Colours,
) -> (Color32, Option<Color32>, Option<Mark>) {
    match significance {
        Significance::Above => (*colours.above, Some(*colours.above_soft), Some(Mark::Up)),
        Significance::Below => (*colours.below, Some(*colours.below_soft), Some(Mark::Down)),
        Significance::NotDifferent => (*colours.level, None, None),
    }
}

/// A triangle up or down; a ring where figures cannot be told apart.
pub(super) fn sign(painter: &Painter, significance: Significance, at: Pos2, colours: &theme::Colours) {
    let (ink, _, mark) = verdict(significance, colours);
    match mark {
        Some(mark) => paint_mark(painter, mark, at, 4.0, ink, Stroke::NONE),
        None => paint_mark(painter, Mark::Circle, at, 3.0, Color32::TRANSPARENT, Stroke::new(1.2, ink)),
    }
}

impl Grid<'_> {
    /// Draws the table into what room there is.
    pub fn ui(&self, ui: &mut Ui, id: u64) -> Option<Deed> {
        let mut deed = None;
        let widths = self.widths(ui.available_width() - ui.spacing().scroll.allocated_width() - 1.0);
        let size = vec2(NAMES + widths.iter().sum::<f32>(), HEAD + ROW * self.drawn.rows.len() as f32);
        let area = ScrollArea::both().id_salt(("subjects", id)).auto_shrink(false).content_margin(0);
        area.show_viewport(ui, |ui, viewport| {
            let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.drawn.in_words()));
            let seen = viewport.translate(whole.min.to_vec2());
            let body = Rect::from_min_max(seen.min + vec2(0.0, HEAD), seen.max);
            // One more at either end: the keyboard goes on to it, and it is brought into view.
            let first = ((viewport.top().max(0.0) / ROW).floor() as usize).saturating_sub(1);
            let after = ((viewport.bottom() - HEAD).max(0.0) / ROW).ceil() as usize + 1;
            let shown = self.drawn.rows.iter().enumerate().take(after).skip(first);
            for (nth, row) in shown {
                let top = whole.top() + HEAD + ROW * nth as f32;
                let line = Rect::from_min_size(pos2(seen.left(), top), vec2(size.x.min(seen.width()), ROW));
                deed = self.row(ui, row, line, body, &widths, whole.left()).or(deed);
            }
            deed = self.head(ui, seen, &widths, whole.left()).or(deed);
        });
        deed
    }

    /// The widths of the columns after the names, the trends last. What room there is goes to the figures first, so that
    /// there is some for their differences.
    fn widths(&self, room: f32) -> Vec<f32> {
        let of = |column: &Column| match column.indicator {
            of if of.unit() == Unit::Count => (ENTRIES, ENTRIES),
            Indicator::ValueAdded => VALUE_ADDED,
            _ => FIGURE,
        };
        let mut limits: Vec<(f32, f32)> = self.drawn.columns.iter().map(of).collect();
        limits.extend(self.drawn.trend.as_ref().map(|_| TREND));
        let mut widths: Vec<f32> = limits.iter().map(|(least, _)| *least).collect();
        for figures in [true, false] {
            let left = (room - NAMES - widths.iter().sum::<f32>()).max(0.0);
            let grows = |limits: &(f32, f32)| limits.0 < limits.1 && (*limits == FIGURE) == figures;
            let more = left / limits.iter().filter(|limits| grows(limits)).count().max(1) as f32;
            for (width, limits) in widths.iter_mut().zip(&limits).filter(|(_, limits)| grows(limits)) {
                *width = (*width + more).min(limits.1).floor();
            }
        }
        widths
    }

    fn head(&self, ui: &Ui, seen: Rect, widths: &[f32], left: f32) -> Option<Deed> {
        let colours = theme::of(ui);
        let whole = Rect::from_min_size(seen.min, vec2(seen.width(), HEAD));
        ui.painter().hline(whole.x_range(), whole.bottom(), Stroke::new(1.0, *colours.line_strong));
        let names = Rect::from_min_size(whole.min, vec2(NAMES, HEAD));
        let mut deed = None;
        let reversed = self.drawn.reversed;
        let by_name = self.drawn.sorted.is_none().then_some(if reversed { "Z to A" } else { "A to Z" });
        if self.head_cell(ui, names, whole, "Subject", by_name, "The subject's name").clicked() {
            deed = Some(Deed::Sort(None));
        }
        let under = Rect::from_min_max(pos2(names.right(), whole.top()), whole.max);
        let mut x = left + NAMES;
        for (at, width) in widths.iter().enumerate() {
            let rect = Rect::from_min_size(pos2(x, whole.top()), vec2(*width, HEAD));
            x += width;
            if !rect.intersect(under).is_positive() {
                continue;
            }
            let Some(column) = self.drawn.columns.get(at) else {
                self.head_of_trends(ui, rect, under);
                continue;
            };
            let by_it = (self.drawn.sorted == Some(at)).then_some(if reversed { "low to high" } else { "high to low" });
            let [above, below, level] = column.counts;
            let name = format!("{}, {}", self.drawn.name_of(column), self.drawn.span);
            let hint = match column.indicator.unit() {
                _ if self.drawn.compared.is_empty() => name,
                Unit::Count => name,
                _ => format!("{name}\n{above} subjects above, {below} below, {level} cannot be told apart"),
            };
            if self.head_cell(ui, rect, under, &column.head, by_it, &hint).clicked() {
                deed = Some(Deed::Sort(Some(at)));
            }
        }
        deed
    }

    /// A head that brings the rows into order, with an arrow where they are in its order.
    fn head_cell(&self, ui: &Ui, rect: Rect, clip: Rect, head: &str, order: Option<&str>, hint: &str) -> Response {
        let colours = theme::of(ui);
        let response = ui.interact(rect.intersect(clip), ui.scope_id().with(("head", head)), Sense::click());
        let order_in_words = order.map(|order| format!(", now from {order}")).unwrap_or_default();
        let name = format!("Sort by {head}{order_in_words}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let painter = ui.painter().with_clip_rect(rect.intersect(clip).intersect(ui.clip_rect()));
        if response.hovered() || response.has_focus() {
            painter.rect_filled(rect.shrink(1.0), theme::space().radius, *colours.hover);
        }
        focus_ring(&painter, &response, rect, colours);
        let ink = if order.is_some() { *colours.text } else { *colours.muted };
        let text = one_line(&painter, head, theme::small_strong(), ink, rect.width() - 24.0);
        let at = pos2(rect.left() + 8.0, rect.center().y - text.size().y / 2.0);
        if order.is_some() {
            // Up: what is highest, or A, is at the end.
            let mark = if self.drawn.reversed { Mark::Up } else { Mark::Down };
            let beside = pos2(at.x + text.size().x + 9.0, rect.center().y);
            paint_mark(&painter, mark, beside, 3.0, *colours.accent, Stroke::NONE);
        }
        painter.galley(at, text, ink);
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(hint)
    }

    fn head_of_trends(&self, ui: &Ui, rect: Rect, clip: Rect) {
        let Some(trend) = &self.drawn.trend else { return };
        let colours = theme::of(ui);
        let painter = ui.painter().with_clip_rect(rect.intersect(clip).intersect(ui.clip_rect()));
        let response = ui.interact(rect.intersect(clip), ui.scope_id().with("head of trends"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, "Trend"));
        let at = pos2(rect.left() + 8.0, rect.center().y);
        painter.text(at, Align2::LEFT_CENTER, "Trend", theme::small_strong(), *colours.muted);
        response.on_hover_ui(|ui| {
            let ends = trend.years.first().zip(trend.years.last());
            let span = ends.map(|(first, last)| format!(", {first} to {last}")).unwrap_or_default();
            ui.label(format!("{}{span}, all on one scale", trend.indicator.label()));
            let (low, high) = trend.range;
            if low <= high {
                let number = |figure| crate::export::words::value(trend.indicator, figure);
                ui.label(theme::muted(ui, format!("from {} to {}", number(low), number(high))));
            }
        });
    }

    fn row(&self, ui: &Ui, row: &Row, line: Rect, body: Rect, widths: &[f32], left: f32) -> Option<Deed> {
        let colours = theme::of(ui);
        let painter = ui.painter().with_clip_rect(body.intersect(ui.clip_rect()));
        if ui.rect_contains_pointer(line.intersect(body)) {
            painter.rect_filled(line, 0.0, *colours.hover);
        }
        painter.hline(line.x_range(), line.bottom(), Stroke::new(1.0, *colours.grid));
        let under = Rect::from_min_max(pos2(body.left() + NAMES, body.top()), body.max);
        let mut x = left + NAMES;
        for (at, width) in widths.iter().enumerate() {
            let rect = Rect::from_min_size(pos2(x, line.top()), vec2(*width, ROW));
            x += width;
            let seen = rect.intersect(under);
            if !seen.is_positive() {
                continue;
            }
            let painter = ui.painter().with_clip_rect(seen.intersect(ui.clip_rect()));
            match self.drawn.columns.get(at) {
                Some(column) => {
                    let response = ui.interact(seen, ui.scope_id().with((row.subject.id, at)), Sense::hover());
                    self.cell(
                        &painter,
                        &response,
                        rect,
                        row,
                        column,
                        row.cells.get(at).and_then(Option::as_ref),
                        colours,
                    );
                }
                None => self.trend(ui, &painter, rect, seen, row, colours),
            }
        }
        self.name(ui, row, line, body)
    }

    /// The subject's name, which opens it.
    fn name(&self, ui: &Ui, row: &Row, line: Rect, body: Rect) -> Option<Deed> {
        let colours = theme::of(ui);
        let rect = Rect::from_min_size(line.min, vec2(NAMES, ROW));
        let seen = rect.intersect(body);
        // Out of sight it takes no room from what is in sight.
        let there =
            if seen.is_positive() { seen } else { Rect::from_min_size(body.clamp(rect.center()), vec2(0.0, 0.0)) };
        let response = ui.interact(there, ui.scope_id().with(("open", row.subject.id)), Sense::click());
        let name = format!("Open {}", row.subject.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if response.gained_focus() {
            // The head stands over the first row.
            ui.scroll_to_rect(Rect::from_min_max(rect.min - vec2(0.0, HEAD), rect.max), None);
        }
        if !seen.is_positive() {
            return response.clicked().then_some(Deed::Open(row.subject));
        }
        let painter = ui.painter().with_clip_rect(seen.intersect(ui.clip_rect()));
        focus_ring(&painter, &response, rect, colours);
        let lit = response.hovered() || response.has_focus();
        let ink = if lit { *colours.accent } else { *colours.text };
        let text = one_line(&painter, &row.subject.name, theme::body(), ink, NAMES - 16.0);
        let at = pos2(rect.left() + 8.0, rect.center().y - text.size().y / 2.0);
        if lit {
            let below = at.y + text.size().y;
            painter.hline(at.x..=at.x + text.size().x, below, Stroke::new(1.0, ink));
        }
        painter.galley(at, text, ink);
        let clicked = response.clicked();
        response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(format!("{name}: school by school"));
        clicked.then_some(Deed::Open(row.subject))
    }

    #[expect(clippy::too_many_arguments, reason = "one cell of a table: where it stands, what it shows")]
    fn cell(
        &self,
        painter: &Painter,
        response: &Response,
        rect: Rect,
        row: &Row,
        column: &Column,
        shown: Option<&Shown>,
        colours: &theme::Colours,
    ) {
        let name = || format!("{}, {}", row.subject.name, self.drawn.name_of(column));
        let of = shown.and_then(|shown| shown.cell(self.answers));
        response.widget_info(|| {
            let words = of.map_or_else(
                || "no pupils".to_owned(),
                |(answer, cell)| [vec![words::figure(cell)], beside(answer, cell)].concat().join(", "),
            );
            WidgetInfo::labeled(Role::Label, true, format!("{}: {words}", name()))
        });
        match shown {
            Some(shown) => paint_cell(painter, rect, column.indicator, shown, self.drawn.reach, colours),
            None => {
                painter.text(rect.center(), Align2::CENTER_CENTER, "·", theme::body(), *colours.muted);
            }
        }
        response.clone().on_hover_ui(|ui| {
            ui.strong(name());
            let Some((answer, cell)) = of else {
                ui.label("No pupils");
                return;
            };
            ui.label(words::figure(cell));
            for line in beside(answer, cell) {
                ui.label(line);
            }
            ui.label(theme::muted(ui, words::question(answer.question(), self.catalogue)));
            if self.drawn.span.ends_with("pooled") {
                ui.label(theme::muted(ui, "All these years pooled"));
            }
        });
    }

    fn trend(&self, ui: &Ui, painter: &Painter, rect: Rect, seen: Rect, row: &Row, colours: &theme::Colours) {
        let Some(trend) = &self.drawn.trend else { return };
        let response = ui.interact(seen, ui.scope_id().with(("trend", row.subject.id)), Sense::hover());
        let words = format!("{}, trend of {}", row.subject.name, row.trend_in_words);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        sparkline(painter, rect.shrink2(vec2(10.0, 6.0)), &row.trend, &trend.years, trend.range, colours);
        response.on_hover_text(words);
    }
}

fn focus_ring(painter: &Painter, response: &Response, rect: Rect, colours: &theme::Colours) {
    if response.has_focus() {
        let ring = Stroke::new(1.5, *colours.accent);
        painter.rect_stroke(rect.shrink(1.0), theme::space().radius, ring, StrokeKind::Inside);
    }
}

/// A figure with its mark, on a ground that says whether it is significant; beside it the difference, or where it lies
/// around 0.
fn paint_cell(
    painter: &Painter,
    rect: Rect,
    indicator: Indicator,
    shown: &Shown,
    reach: f64,
    colours: &theme::Colours,
) {
    let middle = rect.center().y;
    if let Some(significance) = shown.significance {
        if let (_, Some(soft), _) = verdict(significance, colours) {
            painter.rect_filled(rect.shrink2(vec2(2.0, 2.0)), theme::space().radius, soft);
        }
        sign(painter, significance, pos2(rect.left() + 11.0, middle), colours);
    }
    let ink = if shown.figure.is_some() { *colours.text } else { *colours.muted };
    let chart = indicator == Indicator::ValueAdded && rect.width() > 1.8 * VALUE;
    let difference = !chart && rect.width() >= WITH_DIFFERENCE;
    let right = if chart || difference { rect.left() + VALUE } else { rect.right() - 8.0 };
    painter.text(pos2(right, middle), Align2::RIGHT_CENTER, &shown.text, theme::body(), ink);
    if chart {
        let beside = Rect::from_min_max(pos2(right + 8.0, rect.top() + 6.0), rect.max - vec2(10.0, 6.0));
        if let Some(figure) = &shown.figure {
            around_zero(painter, beside, figure, shown.significance, reach, colours);
        }
    } else if difference {
        let at = pos2(rect.right() - 6.0, middle);
        painter.text(at, Align2::RIGHT_CENTER, &shown.difference, theme::small(), *colours.muted);
    }
}

/// Where a figure and its interval lie around 0. What reaches further than the chart is cut at its edge.
fn around_zero(
    painter: &Painter,
    rect: Rect,
    figure: &Figure,
    significance: Option<Significance>,
    reach: f64,
    colours: &theme::Colours,
) {
    let x = |value: f64| {
        let share = (value / reach).clamp(-1.0, 1.0) as f32;
        rect.center().x + share * rect.width() / 2.0
    };
    let ink = significance.map_or(*colours.muted, |significance| verdict(significance, colours).0);
    painter.vline(rect.center().x, rect.y_range(), Stroke::new(1.0, *colours.line_strong));
    let middle = rect.center().y;
    if let Some(interval) = figure.interval {
        painter.hline(x(interval.lower)..=x(interval.upper), middle, Stroke::new(1.5, ink));
        for end in [interval.lower, interval.upper].into_iter().filter(|end| end.abs() <= reach) {
            painter.vline(x(end), middle - 3.0..=middle + 3.0, Stroke::new(1.5, ink));
        }
    }
    if figure.value.abs() <= reach {
        painter.circle_filled(pos2(x(figure.value), middle), 3.0, ink);
    }
}

/// Figures over the years, with gaps where a year has none, the last one marked.
fn sparkline(
    painter: &Painter,
    rect: Rect,
    line: &[(Year, f64)],
    years: &[Year],
    (low, high): (f64, f64),
    colours: &theme::Colours,
) {
    let (Some(first), Some(last)) = (years.first(), years.last()) else { return };
    let span = (last.ending() - first.ending()).max(1) as f32;
    let place = |(year, value): (Year, f64)| {
        let across = (year.ending() - first.ending()) as f32 / span;
        let up = ((value - low) / (high - low).max(f64::MIN_POSITIVE)) as f32;
        pos2(rect.left() + across * rect.width(), rect.bottom() - up.clamp(0.0, 1.0) * rect.height())
    };
    for pair in line.windows(2).filter(|pair| pair[1].0.ending() - pair[0].0.ending() == 1) {
        painter.line_segment([place(pair[0]), place(pair[1])], Stroke::new(1.5, *colours.accent));
    }
    for point in line {
        painter.circle_filled(place(*point), 1.5, *colours.accent);
    }
    if let Some(newest) = line.last() {
        painter.circle_filled(place(*newest), 2.5, *colours.accent);
    }
}

/// Text on one line, cut where it does not fit.
fn one_line(painter: &Painter, text: &str, font: FontId, colour: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}
