//! Schools as points: the group in colour, the other schools of the workspace faintly behind it. By their figures, or where
//! they stand on the map.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{self, PointerButton, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use egui_plot::{AxisHints, GridMark, Plot};

use super::ranks::{RankSheet, Ranks};
use super::trends::{axis, axis_number, steps};
use super::{Scene, nothing};
use crate::desk::Answer;
use crate::export::words::value;
use crate::model::{Breakdown, Indicator, Urn};
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Axes, Offer, Scatter, ScatterForm};
use crate::ui::{questions, theme, words};

mod controls;
mod drawn;
mod funnel;
mod motion;
mod outline;
mod paint;
mod strips;
mod trend;

use drawn::{Dot, Drawn};
use motion::Motion;
use outline::Outline;

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
    /// Of strips: where the schools stand in three years.
    ranks: RankSheet,
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
            let of_schools = answers.iter().filter(|answer| answer.question().by() == [Breakdown::School]);
            let catalogue = &scene.session.catalogue;
            let ranks: Vec<&Ranks> =
                of_schools.flat_map(|answer| self.ranks.beside(answer.question(), catalogue)).collect();
            strips::ui(ui, id, drawn, &ranks, scene);
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
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, drawn.in_words(scene)));
        let way = self.motion.way(ui.input(|input| input.time));
        let chart = paint::Chart { drawn, transform: &shown.transform, way };
        let painter = ui.painter().with_clip_rect(shown.transform.frame().intersect(ui.clip_rect()));
        let hovered = response.hover_pos().and_then(|at| chart.nearest(at));
        let lit = hovered.map(|dot| dot.urn).or(scene.hovered);
        chart.means(&painter, ui);
        if let Some(Ok(trend)) = &drawn.trend {
            trend.paint(&painter, ui, &shown.transform);
        }
        chart.paths(&painter, ui, &scene.view.selected, lit);
        chart.dots(&painter, ui, &scene.view.selected, lit);
        chart.funnel(&painter, ui, scene, lit);
        chart.marked(&painter, ui, scene, lit);
        let line = |nth: f32| {
            let top = room.bottom() - foot + nth * NOTE;
            Rect::from_min_max(pos2(room.left(), top), pos2(room.right(), top + NOTE))
        };
        chart.foot(ui, line(0.0), scene);
        if let Some(note) = note {
            noted(ui, id, line(1.0), &note);
        }
        if let Some(dot) = hovered {
            scene.out.hovered = Some(dot.urn);
            if response.double_clicked() {
                scene.out.changes.push(Change::School(dot.urn));
            } else if response.clicked() {
                scene.select(ui, dot.urn);
            }
            if self.outline.is_none() {
                response.clone().on_hover_ui_at_pointer(|ui| tooltip(ui, drawn, dot, scene));
            }
        } else if response.clicked() && !scene.view.selected.is_empty() {
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
                let mut chosen = chart.inside(outline);
                if ui.input(|input| input.modifiers.command || input.modifiers.shift) {
                    chosen.extend(&scene.view.selected);
                }
                scene.out.changes.push(Change::Select(chosen));
            }
            if !ui.input(|input| input.pointer.primary_down()) {
                self.outline = None;
            }
        }
        ui.advance_cursor_after_rect(room);
    }
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

fn tooltip(ui: &mut Ui, drawn: &Drawn, dot: &Dot, scene: &Scene<'_>) {
    let Axes { x, y, size, colour, form, .. } = drawn.axes;
    if let Some(school) = scene.session.catalogue.register.school(dot.urn) {
        ui.strong(&school.name);
        ui.label(theme::muted(ui, format!("URN {} · {} · {}", school.urn, school.phase, school.la_name)));
    }
    let funnel = form == ScatterForm::Funnel;
    let of_axes = dot.on_axes.map(|[on_x, on_y]| [(y, on_y), (x, on_x)]).into_iter().flatten();
    let of_colour =
        colour.zip(dot.colour).filter(|(of, _)| dot.on_axes.is_none() || (*of != y && (funnel || *of != x)));
    for (indicator, figure) in of_axes.take(if funnel { 1 } else { 2 }).chain(of_colour) {
        ui.label(format!("{}: {}", drawn.name(indicator), value(indicator, figure.value)));
        let sure = words::interval(indicator, &figure).map(|words| format!("{words}, ")).unwrap_or_default();
        ui.label(theme::muted(ui, format!("{sure}{}", words::pupils(indicator, figure.n))));
    }
    if let Some(Ok(funnel)) = &drawn.funnel {
        ui.label(funnel.told(dot));
    }
    if let Some([on_x, on_y]) = drawn.from_all.get(&dot.urn) {
        for (indicator, figure) in [(y, on_y), (x, on_x)] {
            // Intake is of all pupils anyway.
            if !questions::is_of_all_pupils(indicator) {
                let of = words::pupils(indicator, figure.n);
                let figure = value(indicator, figure.value);
                ui.label(theme::muted(ui, format!("With all pupils, {}: {figure}, {of}", indicator.label())));
            }
        }
    }
    if dot.size > 0.0 && !funnel {
        ui.label(format!("{}: {}", drawn.name(size), value(size, dot.size)));
    }
    let register = &scene.session.catalogue.register;
    for urn in register.earlier(dot.urn) {
        let name = register.school(*urn).map(|school| school.name.as_str()).unwrap_or_default();
        ui.label(theme::muted(ui, format!("goes on from {name}, URN {urn}")));
    }
}
