//! Schools as points: the group in colour, the other schools of the workspace faintly behind it. By their figures, or where
//! they stand on the map.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{self, PointerButton, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use egui_plot::{AxisHints, GridMark, Plot};

use super::ranks::{RankSheet, Ranks, Shown};
use super::trends::{axis, axis_number, steps};
use super::{Scene, nothing};
use crate::desk::Answer;
use crate::gpu;
use crate::model::{Breakdown, Indicator, Urn};
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Axes, Offer, Scatter, ScatterForm};
use crate::ui::{questions, theme};

mod by_school;
mod controls;
mod drawn;
mod funnel;
mod layers;
mod motion;
mod outline;
mod paint;
mod strips;
mod told;
mod trend;
mod walk;

use drawn::Drawn;
use layers::Layers;
use motion::Motion;
use outline::Outline;
use walk::Walk;

/// Height of a line of notes under the chart, in points.
const NOTE: f32 = 18.0;

/// A pointer that is this near to a point means that school, in points.
const NEAR: f32 = 14.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<Option<Plan>, Drawn>,
    /// The outline that is being drawn around schools.
    outline: Option<Outline>,
    /// What is to be brought into view in the next frame.
    bring: Option<Bring>,
    motion: Motion,
    layers: Layers,
    /// Of strips: where the schools stand in three years.
    ranks: RankSheet,
    walk: Walk,
}

/// What is made of the answers.
#[derive(Debug, Clone, PartialEq)]
struct Plan {
    axes: Axes,
    strips: Vec<Indicator>,
    trend: bool,
    from_all: bool,
}

impl Plan {
    fn of(scatter: &Scatter, offer: &Offer<'_>) -> Self {
        let Scatter { trend, from_all, .. } = *scatter;
        let axes = scatter.axes(offer);
        let strips = if axes.form == ScatterForm::Strips { scatter.strips_shown(offer) } else { Vec::new() };
        Self { axes, strips, trend, from_all }
    }
}

/// What is to be brought into view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bring {
    School(Urn),
    Group,
}

/// The ranks that go with the answers that are shown.
fn ranks_beside<'a>(sheet: &'a RankSheet, answers: &[Arc<Answer>], scene: &Scene<'_>) -> Vec<&'a Ranks> {
    let of_schools = answers.iter().filter(|answer| answer.question().by() == [Breakdown::School]);
    of_schools.flat_map(|answer| sheet.beside(answer.question(), &scene.session.catalogue)).collect()
}

impl State {
    pub fn ask(&mut self, id: u64, scatter: &Scatter, scene: &Scene<'_>) -> Progress {
        let (view, catalogue) = (scene.view, &scene.session.catalogue);
        let questions = questions::scatter(view, catalogue, scatter);
        let Some(year) = scatter.year(&view.years_shown(catalogue)) else {
            return self.sheet.ask(&scene.session.desk, id, &questions, None, |_| Drawn::default());
        };
        let plan = Plan::of(scatter, &view.offer_in(catalogue, year));
        // Of every school in three years: asked only where a school is looked at.
        if !plan.strips.is_empty() && (scene.hovered.is_some() || !view.selected.is_empty()) {
            let of_schools = questions.iter().filter(|question| question.by() == [Breakdown::School]);
            self.ranks.ask(&scene.session.desk, id, of_schools, catalogue);
        }
        let make = |answers: &[Arc<Answer>]| Drawn::of(&plan, answers, &catalogue.register);
        self.sheet.ask(&scene.session.desk, id, &questions, Some(plan.clone()), make)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    /// In strips the ranks of the schools that are selected.
    pub fn ranks_shown(&self, scene: &Scene<'_>) -> Vec<Shown<'_>> {
        let Some((drawn, answers)) = self.sheet.shown() else { return Vec::new() };
        let schools: Vec<Urn> = scene.view.selected.iter().copied().collect();
        if drawn.axes.form != ScatterForm::Strips || schools.is_empty() {
            return Vec::new();
        }
        let has_strip = |ranks: &&Ranks| drawn.strips.iter().any(|strip| strip.indicator == ranks.indicator);
        let ranks = ranks_beside(&self.ranks, answers, scene).into_iter().filter(has_strip);
        ranks.map(|ranks| Shown { ranks, schools: schools.clone() }).collect()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, scatter: &Scatter, scene: &mut Scene<'_>) {
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        if answers.is_empty() {
            nothing(ui, "No results of this key stage are loaded");
            return;
        }
        if let Some(bring) = controls::ui(ui, id, scatter, drawn, scene) {
            self.bring = Some(bring);
        }
        self.motion.follow(ui.ctx(), drawn, answers, !scatter.still);
        if drawn.is_empty() {
            let room = ui.available_rect_before_wrap();
            let response = ui.interact(room, ui.scope_id().with(("nothing", id)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, drawn.in_words(scene)));
            nothing(ui, &drawn.why_empty());
            return;
        }
        if drawn.axes.form == ScatterForm::Strips {
            let ranks = ranks_beside(&self.ranks, answers, scene);
            strips::ui(ui, id, (drawn, &ranks), (&mut self.walk, &mut self.outline), scene);
            return;
        }
        let bounds = self.bring.take().and_then(|bring| drawn.bounds_of(bring));
        let room = ui.available_rect_before_wrap();
        let note = drawn.note();
        let foot = if note.is_some() { 2.0 * NOTE } else { NOTE };
        let plot_rect = Rect::from_min_max(room.min, room.max - vec2(0.0, foot));
        let mut plot_ui = ui.new_child(egui::UiBuilder::new().max_rect(plot_rect));
        // A double-click on a school opens it; beside the schools it shows all of them.
        let on_school = scene.hovered.is_some();
        let shown = plot(id, drawn, theme::of(ui)).allow_double_click_reset(!on_school).show(&mut plot_ui, |plot| {
            if let Some(bounds) = bounds {
                plot.set_plot_bounds(bounds);
            }
        });
        let response = shown.response;
        let before = self.walk.at;
        if response.has_focus() {
            for step in walk::pressed(ui) {
                self.walk.go(step, drawn.orders().each_ref(), scene.hovered);
            }
            self.walk.hold(ui, response.id);
        } else {
            self.walk.at = None;
        }
        self.walk.give_way(&response);
        let way = self.motion.way(ui.input(|input| input.time));
        let chart = paint::Chart { drawn, transform: &shown.transform, way };
        let walked = self.walk.at.and_then(|urn| drawn.dots.iter().find(|dot| dot.urn == urn));
        let reached = walked.map(|dot| {
            let told = told::of_dot(drawn, dot, scene);
            let words = walk::in_words(&drawn.orders()[0], dot.urn, &told, scene);
            (chart.place(dot), told, words)
        });
        response.widget_info(|| WidgetInfo {
            current_text_value: reached.as_ref().map(|(_, _, words)| words.clone()),
            ..WidgetInfo::labeled(Role::Image, true, drawn.in_words(scene))
        });
        let frame = *shown.transform.frame();
        let painter = ui.painter().with_clip_rect(frame.intersect(ui.clip_rect()));
        let hovered = walked.or_else(|| response.hover_pos().and_then(|at| chart.nearest(at)));
        let lit = hovered.map(|dot| dot.urn).or(scene.hovered);
        // Where words stand already: names give way to them.
        let mut taken: Vec<Rect> = Vec::new();
        let with_density = layers::has_density(scatter, drawn);
        let device = gpu::Device::of(ui.ctx());
        let as_lines = scene.sitting.is_some_and(|sitting| sitting.panel == id && sitting.as_lines);
        let by = match &device {
            _ if as_lines => layers::Way::Drawing,
            Some(device) => layers::Way::Device(device),
            None => layers::Way::Plain,
        };
        if with_density {
            self.layers.density(&painter, ui, &chart, by);
        }
        chart.means(&painter, ui, &mut taken);
        if let Some(Ok(trend)) = &drawn.trend {
            taken.push(trend.paint(&painter, ui, &shown.transform));
        }
        chart.paths(&painter, ui, &scene.view.selected, lit);
        self.layers.dots(&painter, ui, &chart, (&scene.view.selected, with_density), by);
        if let Some(Ok(funnel)) = &drawn.funnel {
            funnel.paint(&painter, ui, &shown.transform, &mut taken);
        }
        chart.marked(&painter, ui, scene, lit, &mut taken);
        chart.outside(&painter, ui, scene, lit, &mut taken);
        if response.has_focus() {
            let ring = Stroke::new(1.5, *theme::of(ui).accent);
            ui.painter().rect_stroke(frame, theme::space().radius, ring, StrokeKind::Inside);
        }
        if let Some((at, told, words)) = &reached {
            walk::tell(ui, &response, *at, told, words);
            if before != self.walk.at && !frame.contains(*at) {
                self.bring = self.walk.at.map(Bring::School);
                ui.ctx().request_repaint();
            }
        }
        let line = |nth: f32| {
            let top = room.bottom() - foot + nth * NOTE;
            Rect::from_min_max(pos2(room.left(), top), pos2(room.right(), top + NOTE))
        };
        chart.foot(ui, line(0.0), with_density, scene);
        if let Some(note) = note {
            noted(ui, id, line(1.0), &note);
        }
        let by_key = walk::chosen_by_key(&response);
        if let Some(dot) = hovered {
            scene.out.hovered = Some(dot.urn);
            if response.double_clicked() {
                scene.out.changes.push(Change::School(dot.urn));
            } else if response.clicked() {
                scene.select(ui, dot.urn);
            }
            if self.outline.is_none() && walked.is_none() {
                let told = || told::of_dot(drawn, dot, scene);
                response.clone().on_hover_ui_at_pointer(|ui| told::show(ui, &told()));
            }
        } else if response.clicked() && !by_key && !scene.view.selected.is_empty() {
            scene.out.changes.push(Change::Select(BTreeSet::new()));
        }
        // An outline is drawn with the first button; the second one moves the chart.
        if response.drag_started_by(PointerButton::Primary) {
            let (from, freehand) = ui.input(|input| (input.pointer.press_origin(), input.modifiers.alt));
            self.outline = from.map(|from| Outline::begin(from, freehand));
        }
        if let (Some(outline), Some(to)) = (&mut self.outline, ui.input(|input| input.pointer.latest_pos())) {
            outline.go_on(to);
            outline.paint(&painter, ui);
            if response.drag_stopped() {
                choose(ui, chart.inside(outline), scene);
            }
            if !ui.input(|input| input.pointer.primary_down()) {
                self.outline = None;
            }
        }
        ui.advance_cursor_after_rect(room);
    }
}

/// Selects the schools in an outline; with Ctrl or Shift together with those selected already.
fn choose(ui: &Ui, mut chosen: BTreeSet<Urn>, scene: &mut Scene<'_>) {
    if ui.input(|input| input.modifiers.command || input.modifiers.shift) {
        chosen.extend(&scene.view.selected);
    }
    scene.out.changes.push(Change::Select(chosen));
}

/// A note under the chart, as much of it as there is room for; all of it for who points at it.
fn noted(ui: &Ui, id: u64, rect: Rect, note: &str) {
    let response = ui.interact(rect, ui.scope_id().with(("note", id)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, note));
    let muted = *theme::of(ui).muted;
    let mut job = egui::text::LayoutJob::simple_singleline(note.to_owned(), theme::small(), muted);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, muted);
    response.on_hover_text(note);
}

fn plot<'a>(id: u64, drawn: &Drawn, colours: &theme::Colours) -> Plot<'a> {
    let Axes { x, y, form, .. } = drawn.axes;
    let (map, funnel) = (form == ScatterForm::Map, form == ScatterForm::Funnel);
    let tick = move |indicator: Indicator| {
        move |mark: GridMark, _: &std::ops::RangeInclusive<f64>| {
            if map { format!("{:.0}", mark.value / 1000.0) } else { axis_number(indicator, mark) }
        }
    };
    let plain = |words: &str| egui::RichText::new(words).font(theme::small_strong());
    let (across, up) = match form {
        ScatterForm::Map => (plain("Easting, km"), plain("Northing, km")),
        ScatterForm::Funnel => (plain(funnel::across(drawn)), drawn.axis_label(y)),
        ScatterForm::Chart | ScatterForm::Strips => (drawn.axis_label(x), drawn.axis_label(y)),
    };
    let (x, [on_x, on_y]) = (if funnel { Indicator::Pupils } else { x }, drawn.reach);
    // A new question starts from its own bounds, not from where the old one was moved to.
    let plot = Plot::new(("scatter", id, x, y, form));
    let plot = if map { plot.data_aspect(1.0) } else { plot };
    plot.custom_x_axes(vec![axis(AxisHints::new_x(), colours).formatter(tick(x)).label(across)])
        .custom_y_axes(vec![axis(AxisHints::new_y(), colours).formatter(tick(y)).label(up)])
        .include_x(on_x.0)
        .include_x(on_x.1)
        .include_y(on_y.0)
        .include_y(on_y.1)
        .auto_bounds(true)
        .set_margin_fraction(vec2(0.04, 0.06))
        .sense(Sense::click_and_drag())
        .pan_pointer_button(PointerButton::Secondary)
        .allow_boxed_zoom(false)
        .allow_scroll(false)
        .show_crosshair(false)
        .show_background(false)
        .grid_color(*colours.grid)
        .grid_fade(0.0)
        .x_grid_spacer(steps)
        .y_grid_spacer(steps)
        .grid_spacing(egui::Rangef::new(8.0, 80.0))
        .show_x(false)
        .show_y(false)
}
