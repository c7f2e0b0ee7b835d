//! The strips on screen.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{
    self, Align2, Color32, Mesh, Painter, PointerButton, Pos2, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke,
    Ui, WidgetInfo, pos2, vec2,
};

use super::Strip;
use crate::desk::Figure;
use crate::export::words::{grouped, plural, value};
use crate::model::Urn;
use crate::ui::change::Change;
use crate::ui::panels::Scene;
use crate::ui::panels::ranks::Ranks;
use crate::ui::panels::scatter::drawn::Drawn;
use crate::ui::panels::scatter::outline::Outline;
use crate::ui::panels::scatter::paint::MOST_RIMS;
use crate::ui::panels::scatter::walk::{self, Step, Walk};
use crate::ui::panels::scatter::{NEAR, choose, told};
use crate::ui::theme;

/// Least and most height of a strip, in points.
const HEIGHT: (f32, f32) = (64.0, 120.0);

/// Room above the schools for the name, and below for the ends, in points.
const HEAD: f32 = 18.0;
const FOOT: f32 = 16.0;

/// Room at both sides of the schools, in points.
const SIDE: f32 = 8.0;

/// Most selected schools that are named.
const MOST_NAMES: usize = 5;

/// Where a school that is followed stands in the strips, from the top.
type Trail = BTreeMap<Urn, Vec<Pos2>>;

/// Draws the strips. The keyboard walks along one and from one to the next; an outline selects in the one it begins in.
pub(in crate::ui::panels::scatter) fn ui(
    ui: &mut Ui,
    id: u64,
    (drawn, ranks): (&Drawn, &[&Ranks]),
    (walk, outline): (&mut Walk, &mut Option<Outline>),
    scene: &mut Scene<'_>,
) {
    let room = ui.available_rect_before_wrap();
    let whole = ui.interact(room, ui.scope_id().with(("strips", id)), Sense::hover());
    whole.widget_info(|| WidgetInfo::labeled(Role::Image, true, drawn.in_words(scene)));
    let note = Rect::from_min_max(pos2(room.left(), room.bottom() - HEAD), room.max);
    let strips = &drawn.strips;
    let height = ((room.height() - HEAD) / strips.len().max(1) as f32).clamp(HEIGHT.0, HEIGHT.1);
    let mut list = ui.new_child(egui::UiBuilder::new().max_rect(Rect::from_min_max(room.min, note.right_top())));
    ScrollArea::vertical().id_salt(("strips", id)).auto_shrink(false).show(&mut list, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut trail = Trail::new();
        let scope = ui.scope_id();
        let id_of = |nth: usize| scope.with(("strip", id, nth));
        let (focused, walks) = go(ui, walk, strips, id_of, scene);
        // A school under the pointer is marked in every strip: in the next frame.
        let lit = walk.at.or(scene.hovered);
        for (nth, strip) in strips.iter().enumerate() {
            let ranks = Ranks::of_indicator(ranks, strip.indicator);
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
            let response = ui.interact(rect, id_of(nth), Sense::click_and_drag());
            walk.give_way(&response);
            let line = Line::of(strip, rect);
            let reached = walk.at.filter(|_| focused == Some(nth)).map(|urn| {
                let figure = strip.figure(urn);
                let told = told::of_strip(drawn, (strip, ranks), urn, figure, scene);
                let words = walk::in_words(&strip.order, urn, &told, scene);
                let at = figure.map_or(rect.center(), |figure| line.place(urn, figure.value));
                (urn, at, told, words)
            });
            response.widget_info(|| WidgetInfo {
                current_text_value: reached.as_ref().map(|(.., words)| words.clone()),
                ..WidgetInfo::labeled(Role::Image, true, strip.in_words(drawn, ranks, scene))
            });
            if ui.is_rect_visible(rect) {
                line.paint(ui, drawn, &scene.view.selected);
            }
            line.follow(scene, lit, &mut trail);
            if response.has_focus() {
                let ring = Stroke::new(1.5, *theme::of(ui).accent);
                ui.painter().rect_stroke(rect.shrink(1.0), theme::space().radius, ring, egui::StrokeKind::Inside);
                if walks {
                    ui.scroll_to_rect(rect, None);
                }
            }
            line.draw_outline(ui, &response, outline, scene);
            let pointed = response.hover_pos().filter(|_| walk.at.is_none()).and_then(|at| line.nearest(at.x));
            if let Some((urn, at, told, words)) = &reached {
                scene.out.hovered = Some(*urn);
                walk::tell(ui, &response, *at, told, words);
                if response.clicked() {
                    scene.select(ui, *urn);
                }
            } else if let Some((urn, figure)) = pointed {
                scene.out.hovered = Some(*urn);
                if response.double_clicked() {
                    scene.out.changes.push(Change::School(*urn));
                } else if response.clicked() {
                    scene.select(ui, *urn);
                }
                if outline.is_none() {
                    let told = || told::of_strip(drawn, (strip, ranks), *urn, Some(figure), scene);
                    response.on_hover_ui_at_pointer(|ui| told::show(ui, &told()));
                }
            } else if response.clicked() && !walk::chosen_by_key(&response) && !scene.view.selected.is_empty() {
                scene.out.changes.push(Change::Select(BTreeSet::new()));
            }
        }
        if !ui.input(|input| input.pointer.primary_down()) {
            *outline = None;
        }
        followed(ui, scene, lit, &trail);
    });
    let (own, others) = drawn.parts_counted();
    let mut words = format!("{} of the group", plural(own as i64, "school"));
    if others > 0 {
        words.push_str(&format!(", {} others grey", grouped(others as i64)));
    }
    words.push_str(" · box: the middle half of all schools, with the median · line: the group");
    let colours = theme::of(ui);
    let mut job = egui::text::LayoutJob::simple_singleline(words, theme::small(), *colours.muted);
    job.wrap = egui::text::TextWrapping::truncate_at_width(note.width());
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(note.left(), note.center().y - galley.size().y / 2.0), galley, *colours.muted);
    ui.advance_cursor_after_rect(room);
}

/// Goes where the keys say, along the strip that has the focus or to the one above or below. Gives the strip that has the
/// focus now, and whether a key was pressed.
fn go(
    ui: &Ui,
    walk: &mut Walk,
    strips: &[Strip],
    id_of: impl Fn(usize) -> egui::Id,
    scene: &Scene<'_>,
) -> (Option<usize>, bool) {
    let has_focus = |nth: &usize| ui.memory(|memory| memory.has_focus(id_of(*nth)));
    let Some(from) = (0..strips.len()).find(has_focus) else {
        walk.at = None;
        return (None, false);
    };
    let steps = walk::pressed(ui);
    let mut to = from;
    for step in &steps {
        let order = &strips[to].order;
        match step {
            Step::Up => to = to.saturating_sub(1),
            Step::Down => to = (to + 1).min(strips.len() - 1),
            step => walk.go(*step, [order, order], scene.hovered),
        }
    }
    if to != from {
        ui.memory_mut(|memory| memory.request_focus(id_of(to)));
    }
    walk.hold(ui, id_of(to));
    (Some(to), !steps.is_empty())
}

/// A strip in its place.
struct Line<'a> {
    strip: &'a Strip,
    rect: Rect,
    /// Where the schools are.
    band: Rect,
}

impl<'a> Line<'a> {
    fn of(strip: &'a Strip, rect: Rect) -> Self {
        let band = Rect::from_min_max(
            pos2(rect.left() + SIDE, rect.top() + HEAD),
            pos2((rect.right() - SIDE).max(rect.left() + SIDE), rect.bottom() - FOOT),
        );
        Self { strip, rect, band }
    }

    /// Where a value lies across; in the middle where all are the same.
    fn x(&self, value: f64) -> f32 {
        let (low, high) = self.strip.ends();
        let share = if high > low { ((value - low) / (high - low)) as f32 } else { 0.5 };
        self.band.left() + share * self.band.width()
    }

    /// Where the mark of a school is: a little above or below the middle, always the same for the same school.
    fn place(&self, urn: Urn, value: f64) -> Pos2 {
        let apart = (urn.number().wrapping_mul(7919).rem_euclid(7) - 3) as f32 / 3.0;
        pos2(self.x(value), self.band.center().y + apart * 0.3 * self.band.height())
    }

    /// The school nearest across, if the pointer is near one; the group's own come first.
    fn nearest(&self, x: f32) -> Option<&'a (Urn, Figure)> {
        let nearest = |schools: &'a [(Urn, Figure)], near: f32| {
            let distances = schools.iter().map(|school| ((self.x(school.1.value) - x).abs(), school));
            let (distance, school) = distances.min_by(|(a, _), (b, _)| a.total_cmp(b))?;
            (distance < near).then_some(school)
        };
        nearest(&self.strip.own, NEAR / 2.0).or_else(|| nearest(&self.strip.others, NEAR))
    }

    /// The schools inside an outline: the group's, or where there are none the others.
    fn inside(&self, outline: &Outline) -> BTreeSet<Urn> {
        let inside = |schools: &[(Urn, Figure)]| -> BTreeSet<Urn> {
            let held = |(urn, figure): &&(Urn, Figure)| outline.holds(self.place(*urn, figure.value));
            schools.iter().filter(held).map(|(urn, _)| *urn).collect()
        };
        let chosen = inside(&self.strip.own);
        if chosen.is_empty() { inside(&self.strip.others) } else { chosen }
    }

    /// Draws a box of values, or with Alt a freehand outline, and at its end selects what is inside.
    fn draw_outline(&self, ui: &Ui, response: &Response, outline: &mut Option<Outline>, scene: &mut Scene<'_>) {
        if response.drag_started_by(PointerButton::Primary) {
            let (from, freehand) = ui.input(|input| (input.pointer.press_origin(), input.modifiers.alt));
            *outline = from.map(|from| Outline::begin_in(self.rect, from, freehand));
        }
        let drawn_here = response.dragged() || response.drag_stopped();
        let to = ui.input(|input| input.pointer.latest_pos()).filter(|_| drawn_here);
        if let (Some(outline), Some(to)) = (outline, to) {
            outline.go_on_in(self.rect, to);
            outline.paint(&ui.painter().with_clip_rect(self.rect.intersect(ui.clip_rect())), ui);
            if response.drag_stopped() {
                choose(ui, self.inside(outline), scene);
            }
        }
    }

    fn paint(&self, ui: &Ui, drawn: &Drawn, selected: &BTreeSet<Urn>) {
        let colours = theme::of(ui);
        let painter = ui.painter().with_clip_rect(self.rect.intersect(ui.clip_rect()));
        let (strip, band) = (self.strip, self.band);
        let text = |at: Pos2, align: Align2, words: String, font, colour: Color32, width: f32| {
            let mut job = egui::text::LayoutJob::simple_singleline(words, font, colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(0.0));
            let galley = painter.layout_job(job);
            painter.galley(align.anchor_size(at, galley.size()).min, galley, colour);
        };
        let half = band.width() / 2.0 - 4.0;
        let (top, bottom) = (self.rect.top() + 1.0, band.bottom() + 1.0);
        let name = drawn.name(strip.indicator);
        text(pos2(band.left(), top), Align2::LEFT_TOP, name, theme::small_strong(), *colours.text, half);
        let group = strip.group.map_or("no figure of the group".to_owned(), |figure| {
            format!("group {}", value(strip.indicator, figure.value))
        });
        text(pos2(band.right(), top), Align2::RIGHT_TOP, group, theme::small(), *colours.accent, half);
        let (low, high) = strip.ends();
        let low = value(strip.indicator, low);
        text(pos2(band.left(), bottom), Align2::LEFT_TOP, low, theme::small(), *colours.muted, half);
        let high = value(strip.indicator, high);
        text(pos2(band.right(), bottom), Align2::RIGHT_TOP, high, theme::small(), *colours.muted, half);

        let [first, middle, third] = strip.quartiles().map(|value| self.x(value));
        let box_rect = Rect::from_x_y_ranges(first..=third, band.shrink2(vec2(0.0, 3.0)).y_range());
        let line = Stroke::new(1.0, *colours.line_strong);
        painter.rect(box_rect, 0.0, *colours.hover, line, egui::StrokeKind::Inside);
        painter.vline(middle, box_rect.y_range(), Stroke::new(1.5, *colours.muted));
        painter.hline(band.x_range(), band.bottom(), Stroke::new(1.0, *colours.line));
        let many = strip.others.len() > 1500;
        self.ticks(&painter, &strip.others, colours.muted.gamma_multiply(if many { 0.18 } else { 0.35 }));
        // With a selection, what is not selected steps back.
        let alpha = if selected.is_empty() { 0.85 } else { 0.45 };
        if strip.own.len() > MOST_RIMS {
            self.ticks(&painter, &strip.own, colours.accent.gamma_multiply(0.3 * alpha));
        } else {
            let (fill, rim) = (colours.accent.gamma_multiply(alpha), Stroke::new(1.0, *colours.panel));
            for (urn, figure) in &strip.own {
                painter.circle(self.place(*urn, figure.value), 4.0, fill, rim);
            }
        }
        if let Some(figure) = strip.group.filter(|figure| (strip.ends().0..=strip.ends().1).contains(&figure.value)) {
            painter.vline(self.x(figure.value), band.y_range(), Stroke::new(1.5, *colours.accent));
        }
    }

    /// Every school as a thin line, all of one shape: there may be thousands in each strip.
    fn ticks(&self, painter: &Painter, schools: &[(Urn, Figure)], ink: Color32) {
        let mut mesh = Mesh::default();
        let up = self.band.shrink2(vec2(0.0, 0.2 * self.band.height())).y_range();
        for (_, figure) in schools {
            let x = self.x(figure.value);
            mesh.add_colored_rect(Rect::from_x_y_ranges(x - 0.6..=x + 0.6, up), ink);
        }
        painter.add(Shape::mesh(mesh));
    }

    /// Notes where the selected schools and the one under the pointer stand.
    fn follow(&self, scene: &Scene<'_>, lit: Option<Urn>, trail: &mut Trail) {
        let selected = scene.view.selected.iter().copied();
        for urn in selected.chain(lit.filter(|urn| !scene.view.selected.contains(urn))) {
            if let Some(figure) = self.strip.figure(urn) {
                trail.entry(urn).or_default().push(self.place(urn, figure.value));
            }
        }
    }
}

/// The schools that are followed: a mark in every strip, a line through them, a name at the topmost.
fn followed(ui: &Ui, scene: &Scene<'_>, lit: Option<Urn>, trail: &Trail) {
    let colours = theme::of(ui);
    let painter = ui.painter();
    let few = scene.view.selected.len() <= MOST_NAMES;
    for (urn, places) in trail {
        let pointed = lit == Some(*urn);
        let ink = if scene.view.selected.contains(urn) { *colours.select } else { *colours.text };
        if few || pointed {
            painter.add(Shape::line(places.clone(), Stroke::new(1.0, ink.gamma_multiply(0.6))));
        }
        for at in places {
            painter.circle(*at, if pointed { 6.0 } else { 5.0 }, ink, Stroke::new(1.5, *colours.panel));
            if pointed {
                painter.circle_stroke(*at, 8.5, Stroke::new(2.0, ink));
            }
        }
        let Some(at) = places.first().filter(|_| few || pointed) else { continue };
        let name = scene.session.catalogue.register.called(*urn);
        let galley = painter.layout_no_wrap(name, theme::small_strong(), *colours.text);
        let fits = at.x + 9.0 + galley.size().x < ui.max_rect().right();
        let left = if fits { at.x + 9.0 } else { at.x - 9.0 - galley.size().x };
        let rect = Rect::from_min_size(pos2(left, at.y - galley.size().y / 2.0), galley.size());
        painter.rect_filled(rect.expand2(vec2(3.0, 1.0)), 3.0, colours.panel.gamma_multiply(0.85));
        painter.galley(rect.min, galley, *colours.text);
    }
}
