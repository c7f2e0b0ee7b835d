//! Schools as points: the group in colour, the other schools of the workspace faintly behind it. By their figures, or where
//! they stand on the map.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{self, PointerButton, Role, Sense, Ui, WidgetInfo, vec2};
use egui_plot::{AxisHints, GridMark, Plot};

use super::trends::{axis, axis_number, steps};
use super::{Scene, nothing};
use crate::desk::Answer;
use crate::export::words::value;
use crate::model::{Indicator, Subject, Urn};
use crate::ui::change::Change;
use crate::ui::session::Catalogue;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Axes, Panel, Scatter};
use crate::ui::widgets::{Icon, Pick, icon_button, picker, search_list, segment};
use crate::ui::{questions, theme, words};

mod drawn;
mod paint;

use drawn::{Dot, Drawn};

/// A pointer that is this near to a point means that school, in points.
const NEAR: f32 = 14.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<Option<Axes>, Drawn>,
    /// Where a box was begun.
    boxed_from: Option<egui::Pos2>,
    /// What is to be brought into view in the next frame.
    bring: Option<Bring>,
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
        let axes = scatter.axes(&view.offer_in(catalogue, year));
        let make = |answers: &[Arc<Answer>]| Drawn::of(axes, answers, &catalogue.register);
        let axes = Some(axes);
        self.sheet.ask(&scene.session.desk, id, &questions, axes, make)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.shown().map(|(_, answers)| answers.to_vec()).unwrap_or_default()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, scatter: &Scatter, scene: &mut Scene<'_>) {
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        if answers.is_empty() {
            nothing(ui, "No results of this key stage are loaded");
            return;
        }
        if let Some(bring) = controls(ui, id, scatter, drawn, scene) {
            self.bring = Some(bring);
        }
        let bounds = self.bring.take().and_then(|bring| drawn.bounds_of(bring));
        let room = ui.available_rect_before_wrap();
        let foot = 18.0;
        let plot_rect = egui::Rect::from_min_max(room.min, room.max - vec2(0.0, foot));
        let mut plot_ui = ui.new_child(egui::UiBuilder::new().max_rect(plot_rect));
        let shown = plot(id, drawn, theme::of(ui)).show(&mut plot_ui, |plot| {
            if let Some(bounds) = bounds {
                plot.set_plot_bounds(bounds);
            }
        });
        let response = shown.response;
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, drawn.in_words(scene)));
        let chart = paint::Chart { drawn, transform: &shown.transform };
        let painter = ui.painter().with_clip_rect(shown.transform.frame().intersect(ui.clip_rect()));
        let hovered = response.hover_pos().and_then(|at| chart.nearest(at));
        let lit = hovered.map(|dot| dot.urn).or(scene.hovered);
        chart.means(&painter, ui);
        chart.dots(&painter, ui, &scene.view.selected, lit);
        chart.marked(&painter, ui, scene, lit);
        chart.foot(ui, egui::Rect::from_min_max(egui::pos2(room.left(), room.bottom() - foot), room.max), scene);
        if let Some(dot) = hovered {
            scene.out.hovered = Some(dot.urn);
            if response.clicked() {
                scene.select(ui, dot.urn);
            }
            if self.boxed_from.is_none() {
                response.clone().on_hover_ui_at_pointer(|ui| tooltip(ui, drawn, dot, scene));
            }
        } else if response.clicked() && !scene.view.selected.is_empty() {
            scene.out.changes.push(Change::Select(BTreeSet::new()));
        }
        // A box is drawn with the first button; the second one moves the chart.
        if response.drag_started_by(PointerButton::Primary) {
            self.boxed_from = ui.input(|input| input.pointer.press_origin());
        }
        if let (Some(from), Some(to)) = (self.boxed_from, ui.input(|input| input.pointer.latest_pos())) {
            let boxed = egui::Rect::from_two_pos(from, to);
            chart.boxed(&painter, ui, boxed);
            if response.drag_stopped() {
                let mut chosen = chart.inside(boxed);
                if ui.input(|input| input.modifiers.command || input.modifiers.shift) {
                    chosen.extend(&scene.view.selected);
                }
                scene.out.changes.push(Change::Select(chosen));
            }
            if !ui.input(|input| input.pointer.primary_down()) {
                self.boxed_from = None;
            }
        }
        ui.advance_cursor_after_rect(room);
    }
}

fn plot<'a>(id: u64, drawn: &Drawn, colours: &theme::Colours) -> Plot<'a> {
    let Axes { x, y, map, .. } = drawn.axes;
    let tick = move |indicator: Indicator| {
        move |mark: GridMark, _: &std::ops::RangeInclusive<f64>| {
            if map { format!("{:.0}", mark.value / 1000.0) } else { axis_number(indicator, mark) }
        }
    };
    let label = |indicator, on_map: &str| {
        if map { egui::RichText::new(on_map).font(theme::small_strong()) } else { drawn.axis_label(indicator) }
    };
    let (across, up) = (label(x, "Easting, km"), label(y, "Northing, km"));
    // A new question starts from its own bounds, not from where the old one was moved to.
    let plot = Plot::new(("scatter", id, x, y, map));
    let plot = if map { plot.data_aspect(1.0) } else { plot };
    plot.custom_x_axes(vec![axis(AxisHints::new_x(), colours).formatter(tick(x)).label(across)])
        .custom_y_axes(vec![axis(AxisHints::new_y(), colours).formatter(tick(y)).label(up)])
        .include_x(drawn.x.0)
        .include_x(drawn.x.1)
        .include_y(drawn.y.0)
        .include_y(drawn.y.1)
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

/// What the chart shows, to choose. Gives what is to be brought into view.
fn controls(ui: &mut Ui, id: u64, scatter: &Scatter, drawn: &Drawn, scene: &mut Scene<'_>) -> Option<Bring> {
    let stage = scene.view.stage;
    let catalogue = &scene.session.catalogue;
    let years = scene.view.years_shown(catalogue);
    let year = scatter.year(&years)?;
    let offer = scene.view.offer_in(catalogue, year);
    let axes = scatter.axes(&offer);
    let measures =
        || -> Vec<Pick<Indicator>> { offer.all().map(|indicator| Pick::new(indicator, indicator.label())).collect() };
    let colours = || {
        // On a map the colour always says how a school does.
        let none = (!axes.map).then(|| Pick::new(None, "Group")).into_iter();
        none.chain(measures().into_iter().map(|pick| Pick::new(Some(pick.value), pick.words))).collect()
    };
    let mut changed = scatter.clone();
    let mut bring = None;
    ui.horizontal_wrapped(|ui| {
        for (words, map) in [("Chart", false), ("Map", true)] {
            if segment(ui, words, axes.map == map).clicked() {
                changed.map = map;
            }
        }
        if !axes.map {
            if let Some(picked) = picker(ui, "Up", &axes.y, axes.y.label(), measures) {
                changed.y = Some(picked);
            }
            if let Some(picked) = picker(ui, "Across", &axes.x, axes.x.label(), measures) {
                changed.x = Some(picked);
            }
        }
        if let Some(picked) = picker(ui, "Area", &axes.size, axes.size.label(), measures) {
            changed.size = Some(picked);
        }
        let colour = axes.colour.map_or("Group", Indicator::label);
        if let Some(picked) = picker(ui, "Colour", &axes.colour, colour, colours) {
            changed.colour = picked;
        }
        let of_subjects = [Some(axes.y), Some(axes.x), Some(axes.size), axes.colour].into_iter().flatten();
        if of_subjects.into_iter().any(questions::is_of_subjects) {
            let all = Pick::new(None, "all together");
            let lines = || {
                let subjects = Subject::all().filter(|subject| subject.key_stage == stage);
                let picks = subjects.map(|subject| Pick::new(Some(subject), subject.name.as_str()));
                std::iter::once(all).chain(picks).collect()
            };
            let words = axes.subject.map_or("all together".to_owned(), |subject| subject.name.clone());
            if let Some(picked) = picker(ui, "Subject", &axes.subject, &words, lines) {
                changed.subject = picked.map(|subject| subject.slug.clone());
            }
        }
        let lines = || years.iter().rev().map(|year| Pick::new(*year, year.to_string())).collect();
        if let Some(picked) = picker(ui, "Year", &year, &year.to_string(), lines) {
            changed.year = Some(picked).filter(|picked| Some(picked) != years.last());
        }
        bring = find(ui, drawn, catalogue);
    });
    if let Some(Bring::School(urn)) = bring {
        scene.out.changes.push(Change::Select(BTreeSet::from([urn])));
    }
    if changed != *scatter {
        scene.out.changes.push(Change::Panel(id, Panel::Scatter(changed)));
    }
    bring
}

/// A search among the schools of the chart, by name or URN, earlier ones too; the one that is picked is brought into view.
fn find(ui: &mut Ui, drawn: &Drawn, catalogue: &Catalogue) -> Option<Bring> {
    let button = icon_button(ui, Icon::Find, "Find a school in the chart", true);
    let mut bring = None;
    let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&button).close_behavior(stay).width(340.0).show(|ui| {
        if drawn.others > 0 && drawn.dots.len() > drawn.others && ui.button("Bring the group into view").clicked() {
            bring = Some(Bring::Group);
            ui.close();
        }
        let mut lines: Vec<Pick<Urn>> = drawn
            .dots
            .iter()
            .filter_map(|dot| catalogue.register.school(dot.urn))
            .map(|school| {
                let earlier = catalogue.register.earlier(school.urn).iter().map(|urn| format!(" {urn}"));
                let words = format!("{} {}{}", school.name, school.urn, earlier.collect::<String>());
                Pick { value: school.urn, words, note: school.la_name.clone() }
            })
            .collect();
        lines.sort_by_cached_key(|line| line.words.to_lowercase());
        if let Some(urn) = search_list(ui, "schools of the chart", &lines, |_| false) {
            bring = Some(Bring::School(urn));
            ui.close();
        }
    });
    bring
}

fn tooltip(ui: &mut Ui, drawn: &Drawn, dot: &Dot, scene: &Scene<'_>) {
    let Axes { x, y, size, colour, .. } = drawn.axes;
    if let Some(school) = scene.session.catalogue.register.school(dot.urn) {
        ui.strong(&school.name);
        ui.label(theme::muted(ui, format!("URN {} · {} · {}", school.urn, school.phase, school.la_name)));
    }
    let of_axes = dot.on_axes.map(|[on_x, on_y]| [(y, on_y), (x, on_x)]).into_iter().flatten();
    let of_colour = colour.zip(dot.colour).filter(|(of, _)| dot.on_axes.is_none() || (*of != x && *of != y));
    for (indicator, figure) in of_axes.chain(of_colour) {
        ui.label(format!("{}: {}", drawn.name(indicator), value(indicator, figure.value)));
        let sure = words::interval(indicator, &figure).map(|words| format!("{words}, ")).unwrap_or_default();
        ui.label(theme::muted(ui, format!("{sure}{}", words::pupils(indicator, figure.n))));
    }
    if dot.size > 0.0 {
        ui.label(format!("{}: {}", drawn.name(size), value(size, dot.size)));
    }
    let register = &scene.session.catalogue.register;
    for urn in register.earlier(dot.urn) {
        let name = register.school(*urn).map(|school| school.name.as_str()).unwrap_or_default();
        ui.label(theme::muted(ui, format!("goes on from {name}, URN {urn}")));
    }
}
