//! Figures row by row on one axis: the interval as a line, the figure as a dot on it, the comparator beside it.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Align2, Color32, FontId, Galley, Id, Painter, Rangef, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use egui_plot::GridMark;

use super::trends::axis_number;
use crate::desk::{Answer, Cell, Figure, Reason};
use crate::export::words::{difference, value};
use crate::method::interval::Significance;
use crate::model::{Indicator, Unit};
use crate::ui::theme::Colours;
use crate::ui::widgets::{Mark, paint_mark};
use crate::ui::{theme, words};

/// Height of a row, in points.
const ROW: f32 = 22.0;

/// Height of the strip with the numbers of the axis, in points.
const STRIP: f32 = 18.0;

/// Height of a line of notes under the rows, in points.
const NOTE: f32 = 18.0;

/// Room for a number of the axis, in points.
const NUMBER: f32 = 38.0;

/// One interval in so many may be cut at either end of the axis: one very wide one must not press all others flat.
const CUT: usize = 20;

/// How a figure stands to its comparator, in the order in which rows stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Significantly above.
    Above,
    /// It cannot be told apart from it.
    Level,
    /// Significantly below.
    Below,
    /// Nobody can tell: there is no comparator or no interval.
    NotJudged,
    NoFigure,
}

impl Standing {
    /// Every standing, in the order of the rows.
    pub const ALL: [Self; 5] = [Self::Above, Self::Level, Self::Below, Self::NotJudged, Self::NoFigure];

    /// How a cell's figure stands.
    pub fn of(figure: &Result<Figure, Reason>) -> Self {
        let Ok(figure) = figure else { return Self::NoFigure };
        let comparison = figure.comparison.and_then(Result::ok);
        match comparison.and_then(|comparison| comparison.significance) {
            Some(Significance::Above) => Self::Above,
            Some(Significance::NotDifferent) => Self::Level,
            Some(Significance::Below) => Self::Below,
            None => Self::NotJudged,
        }
    }

    /// The colour of the figure.
    pub fn ink(self, colours: &Colours) -> Color32 {
        match self {
            Self::Above => *colours.above,
            Self::Below => *colours.below,
            Self::Level => *colours.level,
            Self::NotJudged | Self::NoFigure => *colours.muted,
        }
    }

    /// Draws the mark that tells it without a colour: a triangle up or down, a disc, nothing.
    pub fn paint(self, painter: &Painter, at: eframe::egui::Pos2, colours: &Colours) {
        let mark = match self {
            Self::Above => Mark::Up,
            Self::Level => Mark::Circle,
            Self::Below => Mark::Down,
            Self::NotJudged | Self::NoFigure => return,
        };
        let radius = if self == Self::Level { 3.5 } else { 4.5 };
        paint_mark(painter, mark, at, radius, self.ink(colours), Stroke::NONE);
    }
}

/// The comparator of a figure, where it has one.
pub(super) fn comparator(figure: &Figure) -> Option<f64> {
    figure.comparison.and_then(Result::ok).map(|comparison| comparison.comparator)
}

/// A common axis of figures, in the unit of their indicator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    indicator: Indicator,
    low: f64,
    high: f64,
}

impl Axis {
    /// An axis on which all figures and comparators are to be seen, and nearly all intervals to their ends.
    pub fn of<'a>(indicator: Indicator, figures: impl Iterator<Item = &'a Figure>) -> Self {
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        let (mut lowers, mut uppers) = (Vec::new(), Vec::new());
        for figure in figures.filter(|figure| figure.value.is_finite()) {
            for value in [Some(figure.value), comparator(figure)].into_iter().flatten() {
                (low, high) = (low.min(value), high.max(value));
            }
            lowers.extend(figure.interval.map(|interval| interval.lower));
            uppers.extend(figure.interval.map(|interval| interval.upper));
        }
        if low > high {
            return Self { indicator, low: 0.0, high: 1.0 };
        }
        lowers.sort_by(f64::total_cmp);
        uppers.sort_by(|a: &f64, b: &f64| b.total_cmp(a));
        low = lowers.get(lowers.len() / CUT).map_or(low, |lower| low.min(*lower));
        high = uppers.get(uppers.len() / CUT).map_or(high, |upper| high.max(*upper));
        let air = (0.04 * (high - low)).max(0.005 * high.abs()).max(0.05);
        (low, high) = (low - air, high + air);
        if indicator.unit() == Unit::Percent {
            (low, high) = (low.max(0.0), high.min(100.0));
        }
        Self { indicator, low, high: high.max(low + f64::from(f32::EPSILON)) }
    }

    /// Where a value stands between two ends.
    pub fn x(&self, value: f64, across: Rangef) -> f32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(-1.0, 2.0) as f32;
        across.min + share * across.span()
    }

    /// Numbers at steps of 1, 2 or 5, as many as there is room for.
    fn marks(&self, width: f32) -> Vec<GridMark> {
        let most = f64::from((width / NUMBER).clamp(1.0, 7.0));
        let rough = ((self.high - self.low) / most).max(f64::from(f32::EPSILON));
        let power = 10f64.powf(rough.log10().floor());
        let step_size = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough);
        let step_size = step_size.unwrap_or(rough);
        let marks = (self.low / step_size).ceil() as i64..=(self.high / step_size).floor() as i64;
        marks.take(12).map(|nth| GridMark { value: nth as f64 * step_size, step_size }).collect()
    }

    /// Draws the numbers into a strip, and a faint line from each down to `bottom`.
    fn paint(&self, painter: &Painter, strip: Rect, bottom: f32, colours: &Colours) {
        for mark in self.marks(strip.width()) {
            let x = self.x(mark.value, strip.x_range());
            painter.vline(x, Rangef::new(strip.bottom() - 2.0, bottom), Stroke::new(1.0, *colours.grid));
            let words = axis_number(self.indicator, mark);
            let at = pos2(x, strip.bottom() - 3.0);
            painter.text(at, Align2::CENTER_BOTTOM, words, theme::small(), *colours.muted);
        }
    }

    /// Draws the interval of a figure as a line; where it goes on beyond the axis there is an arrow.
    pub fn paint_interval(&self, painter: &Painter, figure: &Figure, y: f32, across: Rangef, stroke: Stroke) {
        let Some(interval) = figure.interval.filter(|_| across.span() > 1.0) else { return };
        let (from, to) = (self.x(interval.lower, across), self.x(interval.upper, across));
        painter.hline(across.clamp(from)..=across.clamp(to), y, stroke);
        for (end, goes_on, way) in [(across.min, from < across.min, -1.0), (across.max, to > across.max, 1.0)] {
            if goes_on {
                let points = vec![pos2(end + 4.0 * way, y), pos2(end, y - 3.5), pos2(end, y + 3.5)];
                painter.add(Shape::convex_polygon(points, stroke.color, Stroke::NONE));
            }
        }
    }

    /// Draws a figure as a dot.
    pub fn paint_dot(&self, painter: &Painter, value: f64, y: f32, across: Rangef, fill: Color32, ring: Stroke) {
        painter.circle(pos2(self.x(value, across), y), 4.5, fill, ring);
    }
}

/// Where the parts of a row stand, from left to right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub name: Rangef,
    pub chart: Rangef,
    /// The right end of the value.
    value: f32,
    mark: f32,
    /// The left end of the difference.
    difference: f32,
    /// The right end of the number of pupils, where there is room for it.
    n: Option<f32>,
}

impl Columns {
    /// The parts of a row of this width; with `of_pupils` there is a number of pupils at its end.
    fn of(across: Rangef, of_pupils: bool) -> Self {
        let width = across.span();
        let n = (of_pupils && width > 400.0).then_some(across.max - 10.0);
        let end = n.map_or(across.max - 8.0, |right| right - 46.0);
        let difference = end - 42.0;
        let (mark, value) = (difference - 9.0, difference - 18.0);
        let name = Rangef::new(across.min + 8.0, across.min + 8.0 + (0.33 * width).clamp(70.0, 240.0));
        let left = name.max + 12.0;
        Self { name, chart: Rangef::new(left, (value - 46.0).max(left)), value, mark, difference, n }
    }

    /// Draws what every row has: the ground where the pointer is, the figure in numbers. Gives the room for the chart, where
    /// there is enough.
    pub fn paint_row(
        &self,
        painter: &Painter,
        rect: Rect,
        cell: &Cell,
        lit: bool,
        colours: &Colours,
    ) -> Option<Rangef> {
        if lit {
            painter.rect_filled(rect, 3.0, *colours.hover);
        }
        self.paint_figure(painter, cell, rect.center().y, colours);
        Some(self.chart).filter(|chart| chart.span() >= 24.0)
    }

    /// Draws a figure in numbers: "36.9 ▼ −2.1", and of how many pupils it is.
    fn paint_figure(&self, painter: &Painter, cell: &Cell, y: f32, colours: &Colours) {
        let text = |x: f32, align: Align2, words: &str, font: FontId, ink: Color32| {
            painter.text(pos2(x, y), align, words, font, ink);
        };
        let Ok(figure) = &cell.figure else {
            text(self.value, Align2::RIGHT_CENTER, "·", theme::small_strong(), *colours.muted);
            return;
        };
        let standing = Standing::of(&cell.figure);
        let own = value(cell.indicator, figure.value);
        let own = own.trim_end_matches(" %");
        text(self.value, Align2::RIGHT_CENTER, own, theme::small_strong(), *colours.text);
        standing.paint(painter, pos2(self.mark, y), colours);
        if let Some(Ok(comparison)) = &figure.comparison {
            let apart = difference(cell.indicator, comparison.difference);
            let apart = apart.trim_end_matches(" pp");
            text(self.difference, Align2::LEFT_CENTER, apart, theme::small(), standing.ink(colours));
        }
        if let Some(right) = self.n {
            let n = figure.n.map_or_else(|| "·".to_owned(), crate::export::words::grouped);
            text(right, Align2::RIGHT_CENTER, &n, theme::small(), *colours.muted);
        }
    }

    /// What stands above the numbers of the rows.
    fn paint_heads(&self, painter: &Painter, y: f32, colours: &Colours) {
        if let Some(right) = self.n {
            painter.text(pos2(right, y), Align2::RIGHT_BOTTOM, "Pupils", theme::small(), *colours.muted);
        }
    }
}

/// What stands around the rows of a panel.
pub(super) struct Frame<'a> {
    pub axis: &'a Axis,
    /// Whether there is a number of pupils at the end of each row.
    pub of_pupils: bool,
    /// What stands under the rows.
    pub notes: &'a [String],
    /// The whole chart in words.
    pub summary: &'a str,
}

impl Frame<'_> {
    /// Draws the axis, the rows below it that are in sight, and the notes. `line` draws the line of a place into its room.
    pub fn ui(
        &self,
        ui: &mut Ui,
        salt: (&'static str, u64),
        lines: usize,
        mut line: impl FnMut(&Ui, usize, Rect, &Columns),
    ) {
        let colours = theme::of(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        let (strip, chart) = ui.allocate_exact_size(vec2(ui.available_width(), STRIP), Sense::hover());
        chart.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.summary));
        let columns = Columns::of(strip.x_range(), self.of_pupils);
        let height = (ui.available_height() - NOTE * self.notes.len() as f32).max(ROW);
        let over_chart = Rect::from_x_y_ranges(columns.chart, strip.y_range());
        self.axis.paint(ui.painter(), over_chart, strip.bottom() + height, colours);
        columns.paint_heads(ui.painter(), strip.bottom() - 3.0, colours);
        let rows = ScrollArea::vertical().id_salt(salt).max_height(height).auto_shrink(false);
        rows.show_rows(ui, ROW, lines, |ui, shown| {
            for place in shown {
                let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
                line(ui, place, Rect::from_x_y_ranges(strip.x_range(), rect.y_range()), &columns);
            }
        });
        for words in self.notes {
            note(ui, words);
        }
    }
}

/// A line above the rows that belong together; with how they stand, where that is what they have in common.
pub(super) fn head(ui: &Ui, rect: Rect, id: Id, words: &str, standing: Option<Standing>) {
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    let colours = theme::of(ui);
    let painter = ui.painter();
    painter.rect_filled(rect.shrink2(vec2(0.0, 1.0)), 3.0, *colours.sunken);
    let mut left = rect.left() + 8.0;
    if let Some(standing) = standing {
        standing.paint(painter, pos2(left + 4.0, rect.center().y), colours);
        left += 16.0;
    }
    let galley = line(painter, words.to_owned(), theme::small_strong(), *colours.muted, rect.right() - 8.0 - left);
    painter.galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, *colours.muted);
}

/// A cell as words: the figure, how sure, of how many, against what.
pub(super) fn in_words(cell: &Cell) -> String {
    let figure = words::figure(cell);
    match cell.figure.as_ref().ok().and_then(|figure| figure.comparison) {
        Some(Ok(comparison)) => {
            let beside = value(cell.indicator, comparison.comparator);
            format!("{figure}, {}, compared with {beside}", words::compared(cell.indicator, &comparison))
        }
        Some(Err(reason)) => format!("{figure}, comparator {reason}"),
        None => figure,
    }
}

/// What stands at the pointer over a row.
pub(super) fn tooltip(ui: &mut Ui, name: &str, cell: &Cell, answer: &Answer) {
    ui.strong(name);
    ui.label(format!("{}: {}", cell.indicator.label(), words::figure(cell)));
    match cell.figure.as_ref().ok().and_then(|figure| figure.comparison) {
        Some(Ok(comparison)) => {
            let told = match comparison.significance {
                Some(Significance::NotDifferent) => "; cannot be told apart from the comparator",
                _ => "",
            };
            ui.label(format!("{}{told}", words::compared(cell.indicator, &comparison)));
            let with = answer.compared_with_of(&comparison).unwrap_or_default();
            ui.label(format!("Comparator: {} of {with}", value(cell.indicator, comparison.comparator)));
        }
        Some(Err(reason)) => {
            ui.label(format!("Comparator {reason}"));
        }
        None => {}
    }
    ui.label(theme::muted(ui, words::compared_with(answer)));
}

/// A name in a row that can be clicked, cut where it does not fit; underlined under the pointer.
pub(super) fn name(ui: &Ui, room: Rect, id: Id, words: &str, called: &str, can_click: bool) -> Response {
    let colours = theme::of(ui);
    let galley = line(ui.painter(), words.to_owned(), theme::small(), *colours.text, room.width());
    let at = pos2(room.left(), room.center().y - galley.size().y / 2.0);
    let rect = Rect::from_min_size(pos2(room.left(), room.top()), vec2(galley.size().x, room.height()));
    let sense = if can_click { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, id, sense);
    if can_click {
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), called));
    }
    let lit = can_click && (response.hovered() || response.has_focus());
    let ink = if lit { *colours.accent } else { *colours.text };
    if lit {
        let below = at.y + galley.size().y;
        ui.painter().hline(rect.x_range(), below, Stroke::new(1.0, ink));
        ui.painter().galley_with_override_text_color(at, galley, ink);
    } else {
        ui.painter().galley(at, galley, ink);
    }
    if response.has_focus() {
        focus_ring(ui, rect.expand2(vec2(3.0, -1.0)));
    }
    if can_click { response.on_hover_cursor(eframe::egui::CursorIcon::PointingHand) } else { response }
}

/// A ring around what has the keyboard's focus.
pub(super) fn focus_ring(ui: &Ui, rect: Rect) {
    let ring = Stroke::new(1.5, *theme::of(ui).accent);
    ui.painter().rect_stroke(rect, theme::space().radius, ring, StrokeKind::Inside);
}

/// A line of notes under the rows, cut where it does not fit; the whole of it is in the tooltip.
fn note(ui: &mut Ui, words: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), NOTE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    let colours = theme::of(ui);
    let galley = line(ui.painter(), words.to_owned(), theme::small(), *colours.muted, rect.width());
    ui.painter().galley(pos2(rect.left(), rect.bottom() - galley.size().y), galley, *colours.muted);
    response.on_hover_text(words);
}

/// Text on one line, cut where it does not fit.
fn line(painter: &Painter, text: String, font: FontId, ink: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text, font, ink);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}
