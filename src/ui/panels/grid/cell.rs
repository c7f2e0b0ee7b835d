//! What stands in the cells of a table, painted: figures with their marks, bars of grades, figures on a scale, lines.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Align, Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::{FIGURE, NOTE, PAD};
use crate::method::interval::{Interval, Significance};
use crate::model::Year;
use crate::ui::theme::{self, Colours};
use crate::ui::widgets::{Mark, paint_mark};

/// The bands of grades, from the highest on.
pub const BANDS: [&str; 5] = ["9–7", "6–5", "4", "3–1", "U"];

/// Room for the number beside a scale, in points.
const NUMBER: f32 = 56.0;

/// What the cells of a column show.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Shows {
    #[default]
    Figures,
    /// Figures with notes beside them, where there is room.
    Noted,
    /// Shares of the grades as a bar.
    Bands,
    /// Figures with their intervals on a scale that all rows have; its ends also in words.
    Scale { low: f64, high: f64, ends: [String; 2] },
    /// A line over these years, the values between these.
    Line { first: Year, last: Year, low: f64, high: f64 },
}

/// What is drawn in a cell beside its text or in place of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Picture {
    /// Shares of the bands of grades, 0 to 100.
    Bands([f64; 5]),
    /// A figure on the scale of its column.
    Point { value: f64, interval: Option<Interval> },
    /// Figures over the years; a year without one is a gap.
    Line(Vec<(Year, f64)>),
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub text: String,
    /// Beside the text, or in place of it, in grey.
    pub note: String,
    /// How it differs from what it is compared with.
    pub differs: Option<Significance>,
    pub picture: Option<Picture>,
}

impl Shows {
    /// Least and greatest width of a column, in points.
    pub fn limits(&self, notes: bool) -> (f32, f32) {
        match self {
            Self::Noted if notes => (FIGURE.0 + NOTE, FIGURE.1 + NOTE),
            Self::Figures | Self::Noted => FIGURE,
            Self::Bands => (178.0, 300.0),
            Self::Scale { .. } => (160.0, 340.0),
            Self::Line { .. } => (96.0, 280.0),
        }
    }

    /// Whether cells are told of as pictures.
    pub fn is_picture(&self) -> bool {
        matches!(self, Self::Bands | Self::Line { .. })
    }

    /// Whether its words begin at the left.
    pub fn is_from_left(&self) -> bool {
        !matches!(self, Self::Figures | Self::Noted)
    }

    /// The second line of a column's head: which colour is which band, or the ends of the scale and its 0.
    pub fn second_line(&self, painter: &Painter, rect: Rect, colours: &Colours) {
        match self {
            Self::Bands => legend(painter, rect.shrink2(vec2(PAD, 0.0)), colours),
            Self::Scale { low, high, ends: [first, last] } => {
                let chart = chart_of(rect);
                let write = |x: f32, align: Align2, words: &str| {
                    painter.text(pos2(x, rect.center().y), align, words, theme::small(), *colours.muted)
                };
                let first = write(chart.left(), Align2::LEFT_CENTER, first);
                let last = write(chart.right(), Align2::RIGHT_CENTER, last);
                let zero = on_scale(chart, (*low, *high), 0.0);
                if zero - 6.0 > first.right() && zero + 6.0 < last.left() {
                    write(zero, Align2::CENTER_CENTER, "0");
                }
            }
            Self::Figures | Self::Noted | Self::Line { .. } => {}
        }
    }

    pub fn has_second_line(&self) -> bool {
        matches!(self, Self::Bands | Self::Scale { .. })
    }
}

impl Words {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// What stands in place of a figure that may not be seen or is not known.
    pub fn no_figure() -> Self {
        Self::new("·")
    }

    /// As it is read aloud.
    pub fn in_words(&self) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        let differs = match self.differs {
            None => "",
            Some(Significance::Above) => ", above",
            Some(Significance::Below) => ", below",
            Some(Significance::NotDifferent) => ", cannot be told apart",
        };
        format!("{}{note}{differs}", self.text)
    }

    pub fn is_nothing(&self) -> bool {
        self.text.is_empty() && self.note.is_empty() && self.picture.is_none()
    }

    /// Draws the cell; `notes` says whether there is room for notes.
    pub fn paint(&self, painter: &Painter, rect: Rect, shows: &Shows, notes: bool, colours: &Colours) {
        let (right, middle) = (rect.right() - PAD, rect.center().y);
        match (shows, &self.picture) {
            (Shows::Bands, Some(Picture::Bands(bands))) => {
                let room = Rect::from_center_size(rect.center(), vec2(rect.width() - 2.0 * PAD, 12.0));
                bar(painter, room, bands, colours);
            }
            (Shows::Line { first, last, low, high }, Some(Picture::Line(line))) => {
                sparkline(painter, rect.shrink2(vec2(PAD, 5.0)), line, (*first, *last), (*low, *high), colours);
            }
            (Shows::Scale { low, high, .. }, picture) => {
                self.text(painter, pos2(rect.left() + NUMBER, middle), NUMBER, colours);
                let zero = on_scale(chart_of(rect), (*low, *high), 0.0);
                painter.vline(zero, rect.y_range(), Stroke::new(1.0, *colours.line_strong));
                if let Some(Picture::Point { value, interval }) = picture {
                    self.point(painter, chart_of(rect), (*low, *high), *value, *interval, colours);
                }
            }
            _ if self.text.is_empty() => self.note(painter, pos2(right, middle), rect.width() - 2.0 * PAD, colours),
            _ => {
                let noted = notes && *shows == Shows::Noted;
                if noted {
                    self.note(painter, pos2(right, middle), NOTE, colours);
                }
                let at = pos2(if noted { right - NOTE } else { right }, middle);
                let room = at.x - rect.left() - if self.differs.is_some() { 20.0 } else { 6.0 };
                let left = self.text(painter, at, room, colours);
                if let Some(differs) = self.differs {
                    mark(painter, differs, pos2(left - 10.0, middle), colours);
                }
            }
        }
    }

    /// The text, ending here. Gives where it begins.
    fn text(&self, painter: &Painter, end: Pos2, room: f32, colours: &Colours) -> f32 {
        let ink = if self.text == "·" { *colours.muted } else { *colours.text };
        let text = cut(painter, &self.text, theme::body(), ink, room, 1, Align::LEFT);
        let at = pos2(end.x - text.size().x, end.y - text.size().y / 2.0);
        painter.galley(at, text, ink);
        at.x
    }

    fn note(&self, painter: &Painter, end: Pos2, room: f32, colours: &Colours) {
        let note = cut(painter, &self.note, theme::small(), *colours.muted, room, 1, Align::LEFT);
        let at = pos2(end.x - note.size().x, end.y - note.size().y / 2.0);
        painter.galley(at, note, *colours.muted);
    }

    /// A figure on the scale, with its interval. What reaches further than the scale is cut at its edge.
    fn point(
        &self,
        painter: &Painter,
        chart: Rect,
        scale: (f64, f64),
        value: f64,
        interval: Option<Interval>,
        colours: &Colours,
    ) {
        let middle = chart.center().y;
        let x = |value: f64| on_scale(chart, scale, value).clamp(chart.left(), chart.right());
        let ink = self.differs.map_or(*colours.muted, |differs| ink_of(differs, colours));
        if let Some(interval) = interval {
            painter.hline(x(interval.lower)..=x(interval.upper), middle, Stroke::new(2.0, ink));
        }
        let at = pos2(x(value), middle);
        match self.differs {
            Some(differs) => mark(painter, differs, at, colours),
            None if interval.is_none() => paint_mark(painter, Mark::Diamond, at, 3.5, ink, Stroke::NONE),
            None => paint_mark(painter, Mark::Square, at, 3.5, ink, Stroke::NONE),
        }
    }
}

fn ink_of(differs: Significance, colours: &Colours) -> Color32 {
    match differs {
        Significance::Above => *colours.above,
        Significance::Below => *colours.below,
        Significance::NotDifferent => *colours.level,
    }
}

/// The ground behind a figure that differs.
pub fn ground_of(differs: Significance, colours: &Colours) -> Option<Color32> {
    match differs {
        Significance::Above => Some(*colours.above_soft),
        Significance::Below => Some(*colours.below_soft),
        Significance::NotDifferent => None,
    }
}

/// Above and below are filled and point there; a ring cannot be told apart from the comparator.
pub fn mark(painter: &Painter, differs: Significance, at: Pos2, colours: &Colours) {
    let ink = ink_of(differs, colours);
    match differs {
        Significance::Above => paint_mark(painter, Mark::Up, at, 4.0, ink, Stroke::NONE),
        Significance::Below => paint_mark(painter, Mark::Down, at, 4.0, ink, Stroke::NONE),
        Significance::NotDifferent => {
            paint_mark(painter, Mark::Circle, at, 3.0, *colours.panel, Stroke::new(1.2, ink));
        }
    }
}

/// The part of a cell in which the scale is drawn.
fn chart_of(rect: Rect) -> Rect {
    let left = (rect.left() + NUMBER + 14.0).min(rect.right() - PAD);
    Rect::from_min_max(pos2(left, rect.top()), pos2((rect.right() - PAD).max(left + 1.0), rect.bottom()))
}

/// Where a figure stands on a scale.
fn on_scale(chart: Rect, (low, high): (f64, f64), value: f64) -> f32 {
    chart.left() + ((value - low) / (high - low).max(f64::MIN_POSITIVE)) as f32 * chart.width()
}

/// Colour of a band: dark for high grades on a light ground, light on a dark one.
fn band_colour(band: usize, colours: &Colours) -> Color32 {
    colours.ramp(1.0 - band as f64 / (BANDS.len() - 1) as f64)
}

/// The bands beside each other, the highest grades first, with gaps between them.
fn bar(painter: &Painter, room: Rect, bands: &[f64; 5], colours: &Colours) {
    let mut left = room.left();
    let total: f64 = bands.iter().sum();
    for (nth, share) in bands.iter().enumerate() {
        let width = (share / total.max(1.0)) as f32 * room.width();
        let gap = if width > 2.0 { 1.0 } else { 0.0 };
        let part = Rect::from_min_size(pos2(left, room.top()), vec2((width - gap).max(0.0), room.height()));
        painter.rect_filled(part, 0.0, band_colour(nth, colours));
        left += width;
    }
}

fn legend(painter: &Painter, rect: Rect, colours: &Colours) {
    let mut left = rect.left();
    for (nth, band) in BANDS.iter().enumerate() {
        let swatch = Rect::from_center_size(pos2(left + 4.0, rect.center().y), vec2(8.0, 8.0));
        painter.rect_filled(swatch, 0.0, band_colour(nth, colours));
        let words =
            painter.text(pos2(left + 11.0, rect.center().y), Align2::LEFT_CENTER, band, theme::small(), *colours.muted);
        left = words.right() + 6.0;
    }
}

/// Figures over the years, with gaps where a year has none, the last one marked.
fn sparkline(
    painter: &Painter,
    rect: Rect,
    line: &[(Year, f64)],
    (first, last): (Year, Year),
    (low, high): (f64, f64),
    colours: &Colours,
) {
    let span = (last.ending() - first.ending()).max(1) as f32;
    let place = |(year, value): (Year, f64)| {
        let across = (year.ending() - first.ending()) as f32 / span;
        let up = ((value - low) / (high - low).max(f64::MIN_POSITIVE)) as f32;
        pos2(rect.left() + across * rect.width(), rect.bottom() - up.clamp(0.0, 1.0) * rect.height())
    };
    for pair in line.windows(2).filter(|pair| pair[1].0.ending() - pair[0].0.ending() == 1) {
        painter.line_segment([place(pair[0]), place(pair[1])], Stroke::new(1.5, *colours.accent));
    }
    for (nth, point) in line.iter().enumerate() {
        let radius = if nth + 1 == line.len() { 2.5 } else { 1.5 };
        painter.circle_filled(place(*point), radius, *colours.accent);
    }
}

/// Text on a few lines, cut where it does not fit.
pub fn cut(
    painter: &Painter,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
    lines: usize,
    align: Align,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple(text.to_owned(), font, colour, width.max(0.0));
    job.wrap = TextWrapping { max_rows: lines, ..TextWrapping::wrap_at_width(width.max(0.0)) };
    if lines == 1 {
        job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    }
    job.halign = align;
    painter.layout_job(job)
}
