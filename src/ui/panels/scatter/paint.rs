//! The marks of the scatter chart.

use std::collections::BTreeSet;

use eframe::egui::{self, Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2, vec2};
use egui_plot::{PlotPoint, PlotTransform};

use super::NEAR;
use super::drawn::{Dot, Drawn};
use super::funnel::Stands;
use super::motion::Way;
use super::outline::Outline;
use crate::desk::Figure;
use crate::export::words::{grouped, plural, value};
use crate::gpu::Place;
use crate::model::Urn;
use crate::ui::panels::Scene;
use crate::ui::theme;
use crate::ui::view::ScatterForm;

/// Radius of the smallest and of the largest point, in points; with very many schools all are smaller.
const RADII: (f32, f32) = (2.5, 9.0);

/// Most selected schools whose names stand beside their points.
pub(super) const MOST_NAMES: usize = 8;

/// A group of more schools has points without a rim: a rim is many times the work of its point.
pub(super) const MOST_RIMS: usize = 500;

/// With more schools than this, all points are smaller and the others fainter.
pub(super) const CROWDED: usize = 1500;

/// Least radius of a point that is selected or under the pointer, in points.
pub(super) const LEAST_MARKED: f32 = 5.0;

/// Most schools outside the limits of a funnel whose names stand beside their points: those farthest outside.
const MOST_OUTSIDE: usize = 16;

/// A name gives way by at most so many of its heights.
const MOST_AWAY: usize = 24;

/// Radius of a point in a funnel, in points: how large a school is stands across.
const IN_FUNNEL: f32 = 4.5;

/// A chart of schools, some of which are the group.
pub(super) struct Chart<'a> {
    pub drawn: &'a Drawn,
    pub transform: &'a PlotTransform,
    /// How far schools are on the way to their places, where they are not there yet.
    pub way: Option<Way<'a>>,
}

impl<'a> Chart<'a> {
    pub fn place(&self, dot: &Dot) -> Pos2 {
        let (x, y) = self.way.map_or(dot.at, |way| way.place(dot.urn, dot.at));
        self.transform.position_from_point(&PlotPoint::new(x, y))
    }

    /// The plot's transform, for what is drawn as many.
    pub fn on_screen(&self) -> Place {
        let bounds = self.transform.bounds();
        let ([left, bottom], [right, top]) = (bounds.min(), bounds.max());
        Place::new(*self.transform.frame(), (left, right), (bottom, top))
    }

    /// The area of a point is in proportion to its size.
    pub fn radius(&self, dot: &Dot) -> f32 {
        let crowded = if self.drawn.dots.len() > CROWDED { 0.6 } else { 1.0 };
        if self.drawn.axes.form == ScatterForm::Funnel {
            return crowded * IN_FUNNEL;
        }
        let (_, largest) = self.drawn.size;
        let share = (dot.size / largest.max(1.0)).clamp(0.0, 1.0).sqrt() as f32;
        crowded * (RADII.0 + (RADII.1 - RADII.0) * share)
    }

    pub fn ink(&self, dot: &Dot, colours: &theme::Colours) -> Color32 {
        let (low, high) = self.drawn.colour;
        match (self.drawn.axes.colour, dot.colour) {
            (None, _) => *colours.accent,
            (Some(_), None) => *colours.muted,
            (Some(_), Some(colour)) => colours.ramp((colour - low) / (high - low).max(f64::MIN_POSITIVE)),
        }
    }

    /// The school nearest to the pointer, if it is near one; the group's own schools come first.
    pub fn nearest(&self, at: Pos2) -> Option<&'a Dot> {
        let (others, own) = self.drawn.parts();
        let [others_grid, own_grid] = &self.drawn.grids;
        if self.way.is_none() {
            let place = self.on_screen();
            let of_own = own_grid.nearest(at, NEAR, &place).and_then(|nth| own.get(nth));
            return of_own.or_else(|| others.get(others_grid.nearest(at, NEAR, &place)?));
        }
        // On their way they are in no cell.
        let nearest = |dots: &'a [Dot]| {
            let distances = dots.iter().map(|dot| (self.place(dot).distance_sq(at), dot));
            let (distance, dot) = distances.min_by(|(a, _), (b, _)| a.total_cmp(b))?;
            (distance < NEAR * NEAR).then_some(dot)
        };
        nearest(own).or_else(|| nearest(others))
    }

    /// The schools inside an outline: the group's, or where there are none the others.
    pub fn inside(&self, outline: &Outline) -> BTreeSet<Urn> {
        let inside = |dots: &[Dot]| -> BTreeSet<Urn> {
            dots.iter().filter(|dot| outline.holds(self.place(dot))).map(|dot| dot.urn).collect()
        };
        let (others, own) = self.drawn.parts();
        let chosen = inside(own);
        if chosen.is_empty() { inside(others) } else { chosen }
    }

    /// The selected schools and the one under the pointer, on top, with names.
    pub fn marked(&self, painter: &Painter, ui: &Ui, scene: &Scene<'_>, lit: Option<Urn>, taken: &mut Vec<Rect>) {
        let colours = theme::of(ui);
        let selected = &scene.view.selected;
        let (others, own) = self.drawn.parts();
        let marked = |dot: &&Dot| selected.contains(&dot.urn) || lit == Some(dot.urn);
        let marked_others = others.iter().filter(marked).map(|dot| (dot, false));
        let marked: Vec<(&Dot, bool)> = marked_others.chain(own.iter().filter(marked).map(|dot| (dot, true))).collect();
        let frame = self.transform.frame();
        for (dot, own) in &marked {
            let at = self.place(dot);
            let radius = self.radius(dot).max(LEAST_MARKED);
            let ring = if selected.contains(&dot.urn) { *colours.select } else { *colours.text };
            let ink = if *own { self.ink(dot, colours) } else { *colours.muted };
            // Many that are selected are drawn with all points.
            if selected.len() <= MOST_NAMES || lit == Some(dot.urn) {
                painter.circle(at, radius, ink, Stroke::new(1.0, *colours.panel));
                painter.circle_stroke(at, radius + 2.5, Stroke::new(2.0, ring));
            }
            if !frame.contains(at) || (marked.len() > MOST_NAMES && lit != Some(dot.urn)) {
                continue;
            }
            taken.push(Rect::from_center_size(at, Vec2::splat(2.0 * (radius + 3.5))));
            let name = scene.session.catalogue.register.called(dot.urn);
            let galley = painter.layout_no_wrap(name, theme::small_strong(), *colours.text);
            let right_fits = at.x + radius + 8.0 + galley.size().x < frame.right();
            let left = if right_fits { at.x + radius + 7.0 } else { at.x - radius - 7.0 - galley.size().x };
            let wanted = Rect::from_min_size(pos2(left, at.y - galley.size().y / 2.0), galley.size());
            let Some(rect) = free(taken, wanted.expand2(vec2(3.0, 1.0)), frame) else { continue };
            taken.push(rect);
            painter.rect_filled(rect, 3.0, colours.panel.gamma_multiply(0.85));
            painter.galley(rect.min + vec2(3.0, 1.0), galley, *colours.text);
        }
    }

    /// Lines at the group's own figures, and dashed ones at its comparator's.
    pub fn means(&self, painter: &Painter, ui: &Ui, taken: &mut Vec<Rect>) {
        let colours = theme::of(ui);
        let frame = *self.transform.frame();
        let bounds = *self.transform.bounds();
        let (own, beside) = (Stroke::new(1.3, *colours.accent), Stroke::new(1.2, *colours.muted));
        let dashed = |from: Pos2, to: Pos2| Shape::dashed_line(&[from, to], beside, 5.0, 4.0);
        let comparator = |figure: &Figure| Some(figure.comparison?.ok()?.comparator);
        let mut label = |at: Pos2, align: Align2, words: String, colour| {
            let galley = painter.layout_no_wrap(words, theme::small(), colour);
            let rect = align.anchor_size(at, galley.size());
            taken.push(rect);
            painter.rect_filled(rect, 3.0, colours.panel.gamma_multiply(0.75));
            painter.galley(rect.min, galley, colour);
        };
        if let Some(figure) = &self.drawn.means[0] {
            let x = |value: f64| self.transform.position_from_point_x(value);
            if let Some(other) = comparator(figure).filter(|other| bounds.range_x().contains(other)) {
                painter.extend(dashed(pos2(x(other), frame.top()), pos2(x(other), frame.bottom())));
            }
            if bounds.range_x().contains(&figure.value) {
                painter.vline(x(figure.value), frame.y_range(), own);
            }
        }
        if let Some(figure) = &self.drawn.means[1] {
            let y = |value: f64| self.transform.position_from_point_y(value);
            let other = comparator(figure).filter(|other| bounds.range_y().contains(other));
            let group_below = other.is_some_and(|other| figure.value < other);
            if let Some(other) = other {
                painter.extend(dashed(pos2(frame.left(), y(other)), pos2(frame.right(), y(other))));
                let align = if group_below { Align2::RIGHT_BOTTOM } else { Align2::RIGHT_TOP };
                let words = format!("comparator {}", value(self.drawn.axes.y, other));
                label(pos2(frame.right() - 4.0, y(other)), align, words, *colours.muted);
            }
            if bounds.range_y().contains(&figure.value) {
                painter.hline(frame.x_range(), y(figure.value), own);
                let align = if group_below { Align2::RIGHT_TOP } else { Align2::RIGHT_BOTTOM };
                let words = format!("group {}", value(self.drawn.axes.y, figure.value));
                label(pos2(frame.right() - 4.0, y(figure.value)), align, words, *colours.accent);
            }
        }
    }

    /// From where the schools of the group stand with all pupils: a ring, and a thin line to where they stand now. Of a
    /// large group those that are selected or under the pointer only.
    pub fn paths(&self, painter: &Painter, ui: &Ui, selected: &BTreeSet<Urn>, lit: Option<Urn>) {
        let colours = theme::of(ui);
        let (others, own) = self.drawn.parts();
        let few = own.len() <= MOST_RIMS;
        let frame = self.transform.frame().expand(RADII.1);
        for (dot, own) in others.iter().map(|dot| (dot, false)).chain(own.iter().map(|dot| (dot, true))) {
            let chosen = selected.contains(&dot.urn);
            let apart = chosen || lit == Some(dot.urn);
            let Some([x, y]) = self.drawn.from_all.get(&dot.urn).filter(|_| apart || (own && few)) else { continue };
            let from = self.transform.position_from_point(&PlotPoint::new(x.value, y.value));
            let to = self.place(dot);
            if !frame.intersects(Rect::from_two_pos(from, to)) {
                continue;
            }
            let ink = match (chosen, apart) {
                (true, _) => *colours.select,
                (false, true) => *colours.text,
                (false, false) => colours.muted.gamma_multiply(0.6),
            };
            let line = Stroke::new(1.0, ink);
            painter.line_segment([from, to], line);
            painter.circle_stroke(from, 2.5, line);
        }
    }

    /// The names of the group's schools outside the wider limits of a funnel: of all schools, where the group is not part of
    /// them. A name goes where it would stand on other words.
    pub fn outside(&self, painter: &Painter, ui: &Ui, scene: &Scene<'_>, lit: Option<Urn>, taken: &mut Vec<Rect>) {
        let Some(Ok(funnel)) = &self.drawn.funnel else { return };
        let (others, own) = self.drawn.parts();
        let schools = if own.is_empty() { others } else { own };
        let far = |dot: &&Dot| matches!(funnel.stands(dot), Stands::Above(1) | Stands::Below(1));
        let mut outside: Vec<&Dot> = schools.iter().filter(far).collect();
        outside.sort_by(|a, b| funnel.errors_away(b).total_cmp(&funnel.errors_away(a)));
        // The selected ones and the one under the pointer have their names anyway.
        outside.retain(|dot| !scene.view.selected.contains(&dot.urn) && lit != Some(dot.urn));
        let (colours, frame) = (theme::of(ui), self.transform.frame());
        for dot in outside.into_iter().take(MOST_OUTSIDE) {
            let at = self.place(dot);
            let name = scene.session.catalogue.register.called(dot.urn);
            let galley = painter.layout_no_wrap(name, theme::small(), *colours.text);
            let away = self.radius(dot) + 4.0;
            let fits = at.x + away + galley.size().x < frame.right();
            let left = if fits { at.x + away } else { at.x - away - galley.size().x };
            let rect = Rect::from_min_size(pos2(left, at.y - galley.size().y / 2.0), galley.size());
            let rect = rect.expand2(vec2(2.0, 0.0));
            if !frame.contains(at) || taken.iter().any(|other| other.intersects(rect)) {
                continue;
            }
            taken.push(rect);
            painter.rect_filled(rect, 3.0, colours.panel.gamma_multiply(0.7));
            painter.galley(rect.min + vec2(2.0, 0.0), galley, *colours.text);
        }
    }

    /// What area and colour stand for, how many schools are drawn, and which are not.
    pub fn foot(&self, ui: &Ui, rect: Rect, with_density: bool, scene: &Scene<'_>) {
        let colours = theme::of(ui);
        let drawn = self.drawn;
        let others = drawn.others;
        let mut words = format!("{} of the group", plural((drawn.dots.len() - others) as i64, "school"));
        if others > 0 {
            words.push_str(&format!(", {} others grey", grouped(others as i64)));
        }
        if with_density {
            words.push_str(", shaded where schools lie densest");
        }
        if let (missing @ 1.., Some(reason)) = &drawn.withheld {
            words.push_str(&format!(" · {} not drawn ({reason})", grouped(*missing as i64)));
        }
        if !scene.view.selected.is_empty() {
            words.push_str(&format!(" · {} selected", grouped(scene.view.selected.len() as i64)));
        }
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let scale = drawn.axes.colour.filter(|_| drawn.colour.0 <= drawn.colour.1);
        let right = scale.map_or(rect.right(), |indicator| {
            let (less, more) = if drawn.clipped { ("≤ ", "≥ ") } else { ("", "") };
            let low = format!("{less}{}", value(indicator, drawn.colour.0));
            let high = format!("{more}{}", value(indicator, drawn.colour.1));
            let high = painter.layout_no_wrap(high, theme::small(), *colours.muted);
            let low = painter.layout_no_wrap(low, theme::small(), *colours.muted);
            let y = rect.center().y;
            let mut right = rect.right() - high.size().x;
            painter.galley(pos2(right, y - high.size().y / 2.0), high, *colours.muted);
            right -= 6.0;
            for step in 0..24 {
                let share = f64::from(step) / 23.0;
                let bar = Rect::from_min_size(pos2(right - 72.0 + 3.0 * step as f32, y - 4.0), vec2(3.0, 8.0));
                painter.rect_filled(bar, 0.0, colours.ramp(share));
            }
            right -= 78.0 + low.size().x;
            painter.galley(pos2(right, y - low.size().y / 2.0), low, *colours.muted);
            right - 8.0
        });
        let mut job = egui::text::LayoutJob::simple_singleline(words, theme::small(), *colours.muted);
        job.wrap = egui::text::TextWrapping::truncate_at_width((right - rect.left()).max(0.0));
        let galley = painter.layout_job(job);
        painter.galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, *colours.muted);
    }
}

/// Where a name can stand: where it is wanted, or as few lines below or above it as other words need.
fn free(taken: &[Rect], wanted: Rect, frame: &Rect) -> Option<Rect> {
    let lines = (0..=MOST_AWAY).flat_map(|away| [away as f32, -(away as f32)]);
    let places = lines.map(|line| wanted.translate(vec2(0.0, line * wanted.height())));
    let seen = |rect: &Rect| frame.y_range().contains(rect.center().y);
    places.filter(seen).find(|rect| !taken.iter().any(|other| other.intersects(*rect)))
}
