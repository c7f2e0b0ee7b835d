//! The line through the schools, and where it may be.

use eframe::egui::{Align2, Mesh, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2};
use egui_plot::{PlotPoint, PlotTransform};

use super::drawn::{Dot, Drawn};
use crate::export::words::{difference, grouped};
use crate::method::regression::{Line, Point};
use crate::model::{Indicator, Unit};
use crate::ui::{questions, theme};

/// Pieces in which the band is drawn.
const PIECES: usize = 32;

/// The line of least squares through the schools drawn.
#[derive(Debug)]
pub(super) struct Trend {
    line: Line,
    /// Whether schools count by their pupils; else all alike, because the number of some is not known.
    weighed: bool,
    /// The difference in x for which the words tell that in y: 10, or a power of ten that suits the axis.
    step: f64,
    /// From where to where there are schools.
    x: (f64, f64),
}

impl Trend {
    /// `None` where there are too few schools, or all stand above one another.
    pub fn of(dots: &[Dot], x: (f64, f64)) -> Option<Self> {
        let pupils = |dot: &Dot| dot.n.filter(|n| *n > 0);
        let weighed = dots.iter().all(|dot| pupils(dot).is_some());
        let weight = |dot: &Dot| pupils(dot).filter(|_| weighed).map_or(1.0, |n| n as f64);
        let points: Vec<Point> =
            dots.iter().map(|dot| Point { x: dot.at.0, y: dot.at.1, weight: weight(dot) }).collect();
        let line = Line::through(&points)?;
        let power = ((x.1 - x.0) / 2.0).log10().floor();
        power.is_finite().then(|| Self { line, weighed, step: 10f64.powi(power as i32), x })
    }

    /// "Trend: each 10 points more FSM6 pupils: 3.10 lower Attainment 8; R² 0.45, …".
    pub fn in_words(&self, drawn: &Drawn) -> String {
        let (x, y) = (drawn.axes.x, drawn.axes.y);
        let change = difference(y, self.line.slope * self.step);
        let size = change.trim_start_matches(['+', '−']);
        let side = if self.line.slope < 0.0 { "lower" } else { "higher" };
        let way = if change == size { "no different".to_owned() } else { format!("{size} {side}") };
        let interval = self.line.slope_interval();
        let level = interval.lower <= 0.0 && interval.upper >= 0.0;
        let ends = [interval.lower, interval.upper].map(|end| difference(y, end * self.step));
        let sure = format!("95 % interval {} to {}", ends[0], ends[1]);
        let sure = if level { format!("{sure}, so it cannot be told apart from a level line") } else { sure };
        let of = match (self.weighed, questions::is_of_subjects(y)) {
            (true, false) => "weighted by pupils",
            (true, true) => "weighted by entries",
            (false, _) => "all schools alike, because not every number of pupils is known",
        };
        let schools = grouped(self.line.points as i64);
        format!(
            "Trend: each {} more {}: {way} {} ({sure}); R² {:.2}; {schools} schools, {of}",
            amount(x, self.step),
            drawn.name(x),
            drawn.name(y),
            self.line.r_squared,
        )
    }

    /// The band of the line's 95 % interval, then the line. Gives where its name stands.
    pub fn paint(&self, painter: &Painter, ui: &Ui, transform: &PlotTransform) -> Rect {
        let colours = theme::of(ui);
        let at = |x: f64, y: f64| -> Pos2 { transform.position_from_point(&PlotPoint::new(x, y)) };
        let (fill, edge) = (colours.text.gamma_multiply(0.10), Stroke::new(0.8, colours.text.gamma_multiply(0.45)));
        let mut band = Mesh::default();
        let mut edges: [Vec<Pos2>; 2] = Default::default();
        for piece in 0..=PIECES {
            let x = self.x.0 + (self.x.1 - self.x.0) * piece as f64 / PIECES as f64;
            let interval = self.line.band(x);
            for (edge, y) in edges.iter_mut().zip([interval.lower, interval.upper]) {
                band.colored_vertex(at(x, y), fill);
                edge.push(at(x, y));
            }
            let here = 2 * piece as u32;
            if let Some(before) = here.checked_sub(2) {
                band.add_triangle(before, before + 1, here);
                band.add_triangle(before + 1, here, here + 1);
            }
        }
        painter.add(Shape::mesh(band));
        for line in edges {
            painter.add(Shape::line(line, edge));
        }
        let [from, to] = [self.x.0, self.x.1].map(|x| at(x, self.line.at(x)));
        painter.line_segment([from, to], Stroke::new(1.6, *colours.text));
        let galley = painter.layout_no_wrap("trend".to_owned(), theme::small(), *colours.text);
        let right = to.x.min(transform.frame().right() - 4.0);
        // Over the line where it falls, so that the word stands clear of it.
        let align = if self.line.slope < 0.0 { Align2::RIGHT_BOTTOM } else { Align2::RIGHT_TOP };
        let rect = align.anchor_size(pos2(right, to.y), galley.size());
        painter.rect_filled(rect, 3.0, colours.panel.gamma_multiply(0.75));
        painter.galley(rect.min, galley, *colours.text);
        rect
    }
}

/// "10 points" of a share, "100" of a number.
fn amount(of: Indicator, step: f64) -> String {
    let decimals = if step >= 1.0 { 0 } else { (-step.log10()).round() as usize };
    let number = if step >= 1.0 { grouped(step as i64) } else { format!("{step:.decimals$}") };
    match of.unit() {
        Unit::Percent if number == "1" => "1 point".to_owned(),
        Unit::Percent => format!("{number} points"),
        Unit::Count | Unit::Mean => number,
    }
}
