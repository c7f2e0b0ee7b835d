//! Whether the newest figure differs from that of two years before.

use eframe::egui::{Color32, Painter, Rect, Stroke, pos2};

use super::one_line;
use crate::desk::Cell;
use crate::export::words::{difference, value};
use crate::method::difference::of_figures;
use crate::method::interval::{Interval, Significance};
use crate::model::{Indicator, Year};
use crate::ui::theme::{self, Colours};
use crate::ui::widgets::{Mark, paint_mark};

/// How far the direction looks back: three years with both ends.
const YEARS_BEFORE: i32 = 2;

/// The way from the figure of two years before to the newest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Direction {
    pub verdict: Significance,
    indicator: Indicator,
    before: Year,
    difference: f64,
    /// 95 % interval of the difference.
    interval: Interval,
}

impl Direction {
    /// `None` where one of both years has no figure with an interval.
    pub fn of(newest: Year, by_year: &[(Year, &Cell)]) -> Option<Self> {
        let figure = |year: Year| {
            let (_, cell) = by_year.iter().find(|(of, _)| *of == year)?;
            let figure = cell.figure.as_ref().ok()?;
            Some((cell.indicator, (figure.value, figure.interval?)))
        };
        let before = newest.before(YEARS_BEFORE)?;
        let ((indicator, now), (_, then)) = (figure(newest)?, figure(before)?);
        let interval = of_figures(now, then);
        Some(Self { verdict: interval.against(0.0), indicator, before, difference: now.0 - then.0, interval })
    }

    /// "up on 2021/22".
    pub fn in_words(&self) -> String {
        let words = match self.verdict {
            Significance::Above => "up on",
            Significance::Below => "down on",
            Significance::NotDifferent => "cannot be told apart from",
        };
        format!("{words} {}", self.before)
    }

    /// In small type at the right, under the line of the years, with an arrow, or a ring where both cannot be told apart.
    pub fn paint(&self, painter: &Painter, inner: Rect, top: f32, colours: &Colours) {
        const SIGN: f32 = 12.0;
        let ink = *colours.muted;
        let words = match self.verdict {
            // The whole words do not fit; they stand in the tooltip.
            Significance::NotDifferent => "no clear change".to_owned(),
            Significance::Above | Significance::Below => self.in_words(),
        };
        let words = one_line(painter, words, theme::small(), ink, inner.width() - SIGN);
        let left = inner.right() - words.size().x;
        let at = pos2(left - SIGN / 2.0, top + words.size().y / 2.0);
        match self.verdict {
            Significance::Above => paint_mark(painter, Mark::Up, at, 3.5, ink, Stroke::NONE),
            Significance::Below => paint_mark(painter, Mark::Down, at, 3.5, ink, Stroke::NONE),
            Significance::NotDifferent => {
                paint_mark(painter, Mark::Circle, at, 2.6, Color32::TRANSPARENT, Stroke::new(1.2, ink));
            }
        }
        painter.galley(pos2(left, top), words, ink);
    }

    /// "up on 2021/22 (+1.20, 95 % interval 0.30 to 2.10)".
    pub fn in_full(&self) -> String {
        let end = |end: f64| {
            let size = value(self.indicator, end.abs()).replace(" %", " pp");
            if end < 0.0 { format!("−{size}") } else { size }
        };
        let size = difference(self.indicator, self.difference);
        format!(
            "{} ({size}, 95 % interval {} to {})",
            self.in_words(),
            end(self.interval.lower),
            end(self.interval.upper)
        )
    }
}
