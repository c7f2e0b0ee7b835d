//! Marks of points: each series has a colour and a shape, so that neither is needed to tell it.

use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};

/// The shape of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Circle,
    Square,
    Diamond,
    Up,
    Down,
}

impl Mark {
    const ALL: [Self; 5] = [Self::Circle, Self::Square, Self::Diamond, Self::Up, Self::Down];

    /// The shape of a series; shapes repeat after the last, colours do later.
    pub fn of(place: usize) -> Self {
        Self::ALL[place % Self::ALL.len()]
    }
}

/// Draws a mark of about this radius.
pub fn paint_mark(painter: &Painter, mark: Mark, at: Pos2, radius: f32, fill: Color32, stroke: Stroke) {
    let corners = |corners: &[(f32, f32)]| corners.iter().map(|(x, y)| at + vec2(*x, *y) * radius).collect();
    let shape = match mark {
        Mark::Circle => {
            painter.circle(at, radius, fill, stroke);
            return;
        }
        Mark::Square => corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        Mark::Diamond => corners(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
        Mark::Up => corners(&[(0.0, -1.2), (1.15, 0.9), (-1.15, 0.9)]),
        Mark::Down => corners(&[(0.0, 1.2), (-1.15, -0.9), (1.15, -0.9)]),
    };
    painter.add(Shape::convex_polygon(shape, fill, stroke));
}
