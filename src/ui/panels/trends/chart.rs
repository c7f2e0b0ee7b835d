//! One chart of lines, and a small one for each pupil group.

use std::sync::Arc;

use eframe::egui::{self, Role, Ui, WidgetInfo, pos2, vec2};

use super::{Axes, Drawn, NAMES, NOTE, YEARS, paint, plot, tooltip};
use crate::desk::Answer;
use crate::model::{PupilGroup, Subject};
use crate::ui::panels::Scene;
use crate::ui::theme;

/// A small chart is at least this wide, in points.
const SMALL: f32 = 240.0;

/// A chart for each pupil group, side by side, with the same subjects on the same axes, as large as each other. What stands
/// up is said once above, the years under the last chart of each column, the lines' names at the right.
pub(super) fn small_charts(
    ui: &mut Ui,
    id: u64,
    (whole, chosen, small): (&Drawn, &[usize], &[Drawn]),
    room: egui::Rect,
    answers: &[Arc<Answer>],
    lit: Option<usize>,
    scene: &mut Scene<'_>,
) -> Option<usize> {
    // The subjects that are drawn of all pupils, wherever they stand among those of a group.
    let places = |drawn: &Drawn| -> Vec<usize> {
        let subject = |place: &usize| whole.series[*place].subject;
        let place = |of: Option<Subject>| drawn.series.iter().position(|series| series.subject == of);
        chosen.iter().filter_map(|of| place(subject(of))).collect()
    };
    let places: Vec<Vec<usize>> = small.iter().map(places).collect();
    let range = |(drawn, chosen): (&Drawn, &Vec<usize>)| {
        (!chosen.is_empty()).then(|| paint::Chart { drawn, chosen, lit: None, scene: &*scene }.range())
    };
    let ranges = small.iter().zip(&places).filter_map(range);
    let range = ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let names = if room.width() > 2.2 * NAMES { NAMES } else { 0.0 };
    let width = room.width() - names;
    let columns = ((width / SMALL).floor().max(1.0) as usize).min(small.len()).max(1);
    let rows = small.len().div_ceil(columns).max(1);
    let size = vec2(width / columns as f32, (room.height() - NOTE - YEARS) / rows as f32);
    let above = egui::Rect::from_min_size(room.min, vec2(room.width(), NOTE));
    let words = format!("{}, on the same axes in every chart", whole.indicator.label());
    ui.put(above, egui::Label::new(theme::muted(ui, words)).truncate().selectable(false));
    let mut now_lit = None;
    for (nth, (drawn, chosen)) in small.iter().zip(&places).enumerate() {
        let (row, column) = (nth / columns, nth % columns);
        let corner = above.left_bottom() + vec2(column as f32 * size.x, row as f32 * size.y);
        // The years are under the last chart of a column, which has the room for them.
        let years = nth + columns >= small.len();
        let under = if years { YEARS } else { 0.0 };
        let cell = egui::Rect::from_min_size(corner, size + vec2(0.0, under)).shrink2(vec2(4.0, 0.0));
        let name = drawn.of.map(PupilGroup::label).unwrap_or_default();
        let head = egui::Rect::from_min_size(cell.min, vec2(cell.width(), NOTE));
        ui.put(head, egui::Label::new(egui::RichText::new(name).font(theme::small_strong())).selectable(false));
        let below = egui::Rect::from_min_max(pos2(cell.left(), head.bottom()), cell.max);
        if chosen.is_empty() {
            let why = drawn.why_empty(&answers[nth + 1..]);
            ui.put(below, egui::Label::new(theme::muted(ui, why)).wrap());
            continue;
        }
        // Names once, beside the last chart of the first row.
        let named = names > 0.0 && nth + 1 == columns;
        let beside = if named { names } else { 0.0 };
        let below = egui::Rect::from_min_max(below.min, below.max + vec2(beside, 0.0));
        let axes = Axes { label: false, years };
        let one = One { id: (id, nth + 1), drawn, chosen, range, axes, names: named };
        now_lit = now_lit.or(one.ui(ui, below, &answers[nth + 1..=nth + 1], lit, scene));
    }
    now_lit
}

/// One chart of lines.
pub(super) struct One<'a> {
    pub id: (u64, usize),
    pub drawn: &'a Drawn,
    pub chosen: &'a [usize],
    /// Lowest and highest value, where several charts share them.
    pub range: Option<(f64, f64)>,
    pub axes: Axes,
    /// Whether the lines' names stand at its right.
    pub names: bool,
}

impl One<'_> {
    /// Draws it. Gives the series that is under the pointer.
    pub fn ui(
        &self,
        ui: &mut Ui,
        room: egui::Rect,
        answers: &[Arc<Answer>],
        lit: Option<usize>,
        scene: &mut Scene<'_>,
    ) -> Option<usize> {
        let Self { id, drawn, chosen, .. } = *self;
        let names = if self.names { NAMES } else { 0.0 };
        let plot_rect = egui::Rect::from_min_max(room.min, pos2(room.right() - names, room.bottom()));
        let chart = paint::Chart { drawn, chosen, lit, scene };
        let mut plot_ui = ui.new_child(egui::UiBuilder::new().max_rect(plot_rect));
        let range = self.range.unwrap_or_else(|| chart.range());
        let shown = plot(id, drawn, range, self.axes, &plot_ui).show(&mut plot_ui, |_| ());
        let summary = drawn.in_words(chosen, answers, scene);
        shown.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &summary));
        let painter = ui.painter().with_clip_rect(shown.transform.frame().expand(3.0).intersect(ui.clip_rect()));
        chart.gaps(&painter, ui, &shown.transform);
        chart.lines(&painter, ui, &shown.transform);
        let named = (names > 0.0).then(|| {
            let column = egui::Rect::from_min_max(pos2(plot_rect.right(), room.top()), room.max);
            chart.names(ui, column, &shown.transform)
        });
        let near = shown.response.hover_pos().and_then(|at| chart.nearest(&shown.transform, at));
        if let Some((place, year)) = near {
            let series = &drawn.series[chosen[place]];
            shown.response.on_hover_ui_at_pointer(|ui| tooltip(ui, drawn.indicator, series, year));
        }
        near.map(|(place, _)| place).or(named.flatten())
    }
}
