//! The many points of the chart, and how densely all schools lie behind those of the group: made once, drawn in every frame.

use std::collections::BTreeSet;

use eframe::egui::{Color32, Painter, Stroke, Ui};

use super::drawn::{Dot, Drawn};
use super::paint::{CROWDED, Chart, LEAST_MARKED, MOST_NAMES, MOST_RIMS};
use crate::gpu::{Density, Device, Form, Look, Mark, Marks, Place};
use crate::model::Urn;
use crate::ui::theme;
use crate::ui::view::{Scatter, ScatterForm};

/// With more schools than this, how densely they lie is shown unless it was chosen otherwise.
const MANY: usize = 1000;

/// Where lines of equal density are, as shares of the highest.
const LEVELS: [f32; 4] = [0.1, 0.3, 0.5, 0.75];

/// How much is seen of the colour of the densest place, and of the lines.
const SHADE: f32 = 0.4;
const LINE: f32 = 0.6;

/// How much is seen of a single other school: without a density where few and where many are drawn, and before a density
/// where nobody else is and where most are. Any fainter, many on each other would lose their hue, of which there are 256 steps.
const FAINT: [f32; 2] = [0.28, 0.22];
const BEFORE: [f32; 2] = [0.26, 0.05];

/// What was made for earlier frames, and of what.
#[derive(Debug, Default)]
pub(super) struct Layers {
    marks: Option<(Of, Marks)>,
    density: Option<((u64, bool), Option<Density>)>,
}

/// All that decides what the points look like and between which places they move.
#[derive(Debug, PartialEq)]
struct Of {
    drawn: u64,
    dark: bool,
    selected: BTreeSet<Urn>,
    /// When they began to move, if they do.
    began: Option<f64>,
    with_density: bool,
}

/// How layers are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'a> {
    Device(&'a Device),
    Plain,
    /// As lines and surfaces, for a drawing.
    Drawing,
}

/// Whether a chart shows how densely its schools lie: as was chosen, else where they are many and a group is among them.
pub(super) fn has_density(scatter: &Scatter, drawn: &Drawn) -> bool {
    let (others, own) = drawn.parts();
    let is_usual = drawn.dots.len() > MANY && !others.is_empty() && !own.is_empty();
    drawn.axes.form == ScatterForm::Chart && scatter.density.unwrap_or(is_usual)
}

/// Where the lines of equal density are: "10, 30, 50 and 75".
pub(super) fn levels_in_words() -> String {
    let mut levels: Vec<String> = LEVELS.iter().map(|level| format!("{:.0}", level * 100.0)).collect();
    let last = levels.pop().unwrap_or_default();
    format!("{} and {last}", levels.join(", "))
}

impl Layers {
    /// How densely all schools lie. It stands where they are now, also while they are on their way there.
    pub fn density(&mut self, painter: &Painter, ui: &Ui, chart: &Chart<'_>, way: Way<'_>) {
        let colours = theme::of(ui);
        let of = (chart.drawn.nth, ui.visuals().dark_mode);
        if self.density.as_ref().is_none_or(|(known, _)| *known != of) {
            let points: Vec<((f64, f64), f32)> = chart.drawn.dots.iter().map(|dot| (dot.at, 1.0)).collect();
            let look = Look {
                colours: vec![Color32::TRANSPARENT, colours.muted.gamma_multiply(SHADE)],
                line: Stroke::new(0.8, colours.muted.gamma_multiply(LINE)),
                levels: LEVELS.to_vec(),
            };
            self.density = Some((of, Density::new(&points, None, &look)));
        }
        let Some((_, Some(density))) = &self.density else { return };
        let place = chart.on_screen();
        match way {
            Way::Device(device) => {
                painter.add(density.shape(device, painter.clip_rect(), &place, painter.opacity()));
            }
            Way::Plain => density.paint_plain(painter, &place),
            Way::Drawing => density.paint_drawn(painter, &place),
        }
    }

    /// All points: the others faintly, then the group; of many that are selected, those too. The few that are selected are
    /// drawn with their names.
    pub fn dots(
        &mut self,
        painter: &Painter,
        ui: &Ui,
        chart: &Chart<'_>,
        (selected, with_density): (&BTreeSet<Urn>, bool),
        way: Way<'_>,
    ) {
        let (nth, began) = (chart.drawn.nth, chart.way.map(|way| way.began));
        let dark = ui.visuals().dark_mode;
        let is_known = self.marks.as_ref().is_some_and(|(known, _)| {
            let at_rest_again = began.is_none() || known.began == began;
            let as_before = (known.drawn, known.dark, known.with_density) == (nth, dark, with_density);
            as_before && at_rest_again && known.selected == *selected
        });
        if !is_known {
            let of = Of { drawn: nth, dark, selected: selected.clone(), began, with_density };
            let density = self.density.as_ref().and_then(|(_, density)| density.as_ref()).filter(|_| with_density);
            let marks = marks(ui, chart, selected, density);
            self.marks = Some((of, Marks::new(marks, *theme::of(ui).select)));
        }
        let Some((_, marks)) = &self.marks else { return };
        let place: Place = chart.on_screen();
        let progress = chart.way.map_or(1.0, |way| way.share as f32);
        match way {
            Way::Device(device) => {
                painter.add(marks.shape(device, painter.clip_rect(), &place, progress, painter.opacity()));
            }
            Way::Plain | Way::Drawing => marks.paint_plain(painter, &place, progress),
        }
    }
}

fn marks(ui: &Ui, chart: &Chart<'_>, selected: &BTreeSet<Urn>, density: Option<&Density>) -> Vec<Mark> {
    let colours = theme::of(ui);
    let (others, own) = chart.drawn.parts();
    let many = chart.drawn.dots.len() > CROWDED;
    let faint = |dot: &Dot| match density {
        // What lies where many do is told by the density; single ones outside are still seen.
        Some(density) => {
            let alone = 1.0 - density.share(dot.at).clamp(0.0, 1.0).sqrt();
            BEFORE[1] + (BEFORE[0] - BEFORE[1]) * alone * alone
        }
        None => FAINT[usize::from(many)],
    };
    let rim = if own.len() > MOST_RIMS { Stroke::NONE } else { Stroke::new(1.0, *colours.panel) };
    // With a selection, what is not selected steps back; without rims, points shine through those on top of them.
    let alpha = if selected.is_empty() { 0.8 } else { 0.45 } * if rim.is_empty() { 0.6 } else { 1.0 };
    let mark = |dot: &Dot, fill: Color32, outline: Stroke, alpha: f32| {
        let (before, form) = (chart.way.map_or(dot.at, |way| way.before(dot.urn, dot.at)), Form::Circle);
        Mark { before, at: dot.at, form, radius: chart.radius(dot), fill, outline, alpha, selected: false }
    };
    let apart = |dot: &&Dot| selected.contains(&dot.urn);
    let beside = |dot: &&Dot| !selected.contains(&dot.urn);
    let mut marks: Vec<Mark> = Vec::with_capacity(chart.drawn.dots.len());
    let own_ink = |dot: &Dot| chart.ink(dot, colours);
    marks.extend(others.iter().filter(beside).map(|dot| mark(dot, *colours.muted, Stroke::NONE, faint(dot))));
    marks.extend(own.iter().filter(beside).map(|dot| mark(dot, own_ink(dot).gamma_multiply(alpha), rim, 1.0)));
    if selected.len() > MOST_NAMES {
        let rim = Stroke::new(1.0, *colours.panel);
        let on_top = |dot: &Dot, fill: Color32| {
            let mark = mark(dot, fill, rim, 1.0);
            Mark { radius: mark.radius.max(LEAST_MARKED), selected: true, ..mark }
        };
        marks.extend(others.iter().filter(apart).map(|dot| on_top(dot, *colours.muted)));
        marks.extend(own.iter().filter(apart).map(|dot| on_top(dot, own_ink(dot))));
    }
    marks
}
