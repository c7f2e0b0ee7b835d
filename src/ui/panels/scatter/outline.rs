//! What is drawn around schools to select them: a box, or with Alt a freehand outline.

use eframe::egui::{Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, pos2};

use crate::ui::theme;

/// A new corner is this far from the one before it, in points.
const STEP: f32 = 3.0;

/// An outline that is being drawn.
#[derive(Debug)]
pub(super) enum Outline {
    Box { from: Pos2, to: Pos2 },
    Freehand(Vec<Pos2>),
}

impl Outline {
    pub fn begin(at: Pos2, freehand: bool) -> Self {
        if freehand { Self::Freehand(vec![at]) } else { Self::Box { from: at, to: at } }
    }

    /// Begins in a strip: a box is as high as the strip.
    pub fn begin_in(strip: Rect, at: Pos2, freehand: bool) -> Self {
        Self::begin(if freehand { at } else { pos2(at.x, strip.top()) }, freehand)
    }

    /// Draws on in that strip.
    pub fn go_on_in(&mut self, strip: Rect, at: Pos2) {
        match self {
            Self::Box { to, .. } => *to = pos2(at.x, strip.bottom()),
            Self::Freehand(_) => self.go_on(at),
        }
    }

    /// Draws on to where the pointer is.
    pub fn go_on(&mut self, at: Pos2) {
        match self {
            Self::Box { to, .. } => *to = at,
            Self::Freehand(corners) => {
                if corners.last().is_none_or(|last| last.distance(at) >= STEP) {
                    corners.push(at);
                }
            }
        }
    }

    /// Whether a place is inside. A freehand outline is closed from its end to its beginning; where it crosses itself, what
    /// it goes round twice is outside.
    pub fn holds(&self, at: Pos2) -> bool {
        match self {
            Self::Box { from, to } => Rect::from_two_pos(*from, *to).contains(at),
            Self::Freehand(corners) => {
                let edges = corners.iter().zip(corners.iter().cycle().skip(1));
                let crossed = edges.filter(|(a, b)| {
                    let beside = |across: f32| at.x < (b.x - a.x) * across / (b.y - a.y) + a.x;
                    (a.y > at.y) != (b.y > at.y) && beside(at.y - a.y)
                });
                crossed.count() % 2 == 1
            }
        }
    }

    pub fn paint(&self, painter: &Painter, ui: &Ui) {
        let colours = theme::of(ui);
        let line = Stroke::new(1.0, *colours.select);
        match self {
            Self::Box { from, to } => {
                let fill = colours.select.gamma_multiply(0.10);
                painter.rect(Rect::from_two_pos(*from, *to), 0.0, fill, line, StrokeKind::Inside);
            }
            Self::Freehand(corners) => {
                painter.add(Shape::line(corners.clone(), Stroke::new(1.5, *colours.select)));
                if let [first, .., last] = corners.as_slice() {
                    painter.extend(Shape::dashed_line(&[*last, *first], line, 4.0, 4.0));
                }
            }
        }
    }
}
