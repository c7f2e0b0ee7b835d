//! Pupil groups against the same groups elsewhere: two dots each, and the line between them is the gap.

use std::sync::Arc;

use eframe::egui::{Id, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2};

use super::intervals::{self, Axis, Columns, Frame, Standing, comparator, head, in_words, tooltip};
use super::{Scene, nothing};
use crate::desk::{Answer, Cell, Key, Reason};
use crate::export::words::value;
use crate::model::{Breakdown, Characteristic, Indicator, PupilGroup};
use crate::ui::change::{Change, toggled};
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Gaps, Panel};
use crate::ui::widgets::{Pick, picker};
use crate::ui::{questions, theme, words};

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(), Drawn>,
}

/// What is made of the answers.
#[derive(Debug)]
struct Drawn {
    axis: Axis,
    /// The figure of all pupils together.
    whole: Option<f64>,
    lines: Vec<Line>,
    /// What stands under the rows.
    notes: Vec<String>,
    /// Why there are no rows.
    why_empty: String,
    /// The whole chart in words.
    summary: String,
}

/// A line of the panel.
#[derive(Debug)]
enum Line {
    /// A characteristic; its groups follow.
    Head(Characteristic),
    Row(Row),
}

/// A pupil group.
#[derive(Debug)]
struct Row {
    group: PupilGroup,
    name: String,
    /// The answer, and the row of it, that it is.
    place: (usize, usize),
}

impl State {
    pub fn ask(&mut self, id: u64, chosen: &Gaps, scene: &Scene<'_>) -> Progress {
        let questions = questions::gaps(scene.view, &scene.session.catalogue, chosen);
        self.sheet.ask(&scene.session.desk, id, &questions, (), Drawn::of)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, chosen: &Gaps, scene: &mut Scene<'_>) {
        controls(ui, id, chosen, scene);
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        if drawn.lines.is_empty() {
            nothing(ui, &drawn.why_empty);
            return;
        }
        let salt = ("gaps", id);
        let base = ui.scope_id().with(salt);
        let Drawn { axis, notes, summary, .. } = drawn;
        let frame = Frame { axis, of_pupils: true, notes, summary };
        frame.ui(ui, salt, drawn.lines.len(), |ui, place, rect, columns| match drawn.lines.get(place) {
            Some(Line::Head(characteristic)) => {
                head(ui, rect, base.with(("head", characteristic.word())), characteristic.label(), None);
            }
            Some(Line::Row(row)) => drawn.row_ui(ui, rect, base, columns, row, answers, scene),
            None => {}
        });
    }
}

/// Which indicator, and whether of the rarer groups too.
fn controls(ui: &mut Ui, id: u64, chosen: &Gaps, scene: &mut Scene<'_>) {
    let mut changed = chosen.clone();
    let catalogue = &scene.session.catalogue;
    ui.horizontal_wrapped(|ui| {
        let indicator = questions::of_gaps(scene.view, catalogue, chosen);
        let lines = || {
            let offered = questions::headlines(scene.view, catalogue);
            offered.into_iter().map(|of| Pick::new(of, of.label())).collect()
        };
        if let Some(picked) = picker(ui, "Show", &indicator, indicator.label(), lines) {
            changed.indicator = Some(picked);
        }
        let words = RichText::new("More groups").font(theme::small());
        ui.checkbox(&mut changed.more, words).on_hover_text("Ethnicity too");
    });
    if changed != *chosen {
        scene.out.changes.push(Change::Panel(id, Panel::Gaps(changed)));
    }
}

/// Whether a group is told of: pupils of whom nothing is known are no group, and those without prior attainment are told
/// apart from all others by that alone.
fn is_told(group: PupilGroup) -> bool {
    let without_prior = group.characteristic == Characteristic::Prior && group.code == 0;
    !(group.is_not_known() || without_prior)
}

impl Drawn {
    fn of(answers: &[Arc<Answer>]) -> Self {
        let indicator = answers.first().and_then(|answer| answer.question().indicators().first().copied());
        let indicator = indicator.unwrap_or(Indicator::Pupils);
        let (mut lines, mut unpublished) = (Vec::new(), Vec::new());
        let (mut figures, mut sentences) = (Vec::new(), Vec::new());
        let mut whole = None;
        let mut why_empty = None;
        for (nth, answer) in answers.iter().enumerate() {
            let [Breakdown::Pupils(characteristic)] = answer.question().by() else {
                let cell = answer.cells().first();
                whole = cell.and_then(|cell| cell.figure.as_ref().ok());
                why_empty = why_empty.or(cell.and_then(|cell| cell.figure.as_ref().err()));
                continue;
            };
            let of_group = |(place, cells): (usize, &'_ [Cell])| Some((place, group_of(cells.first()?)?));
            let groups: Vec<_> =
                answer.rows().enumerate().filter_map(of_group).filter(|(_, of)| is_told(*of)).collect();
            let cell = |place: usize| answer.nth_row(place).and_then(<[Cell]>::first);
            let cells = || groups.iter().filter_map(|(place, _)| cell(*place));
            // Withheld is told row by row; what was never published is told in one line.
            if cells().all(|cell| cell.figure.as_ref().is_err_and(Reason::is_of_tables)) {
                why_empty = why_empty.or(cells().find_map(|cell| cell.figure.as_ref().err()));
                unpublished.push(characteristic.label());
                continue;
            }
            figures.extend(cells().filter_map(|cell| cell.figure.as_ref().ok()));
            lines.push(Line::Head(*characteristic));
            for (place, group) in &groups {
                let name = group.label();
                sentences.extend(cell(*place).map(|cell| format!("{name}: {}", in_words(cell))));
                lines.push(Line::Row(Row { group: *group, name, place: (nth, *place) }));
            }
        }
        let axis = Axis::of(indicator, figures.iter().copied().chain(whole));
        let whole = whole.map(|figure| figure.value);
        let year = answers.first().and_then(|answer| answer.question().years().last()).map(ToString::to_string);
        let year = year.unwrap_or_default();
        let mut notes = Vec::new();
        if !unpublished.is_empty() {
            notes.push(format!("No figures of {year} by {}", unpublished.join(", ")));
        }
        if let Some(answer) = answers.first() {
            let line = whole.map(|whole| format!(", upright line: all of them {}", value(indicator, whole)));
            let marks = format!("Full: the group, hollow: the comparator{}", line.unwrap_or_default());
            notes.push(format!("{marks}. {}", words::compared_with(answer)));
        }
        let told: Vec<String> = [format!("Pupil groups, {}, {year}", indicator.label())]
            .into_iter()
            .chain(sentences)
            .chain(notes.iter().cloned())
            .collect();
        let why_empty = match (answers.is_empty(), why_empty) {
            (true, _) => "No results of this key stage are loaded".to_owned(),
            (false, Some(reason)) => format!("No figures of pupil groups in {year}: {reason}"),
            (false, None) => format!("No figures of further pupil groups in {year}"),
        };
        Self { axis, whole, lines, notes, why_empty, summary: told.join(". ") }
    }

    #[expect(clippy::too_many_arguments, reason = "a row is drawn from what the whole panel knows")]
    fn row_ui(
        &self,
        ui: &Ui,
        rect: Rect,
        base: Id,
        columns: &Columns,
        row: &Row,
        answers: &[Arc<Answer>],
        scene: &mut Scene<'_>,
    ) {
        let Some(answer) = answers.get(row.place.0) else { return };
        let Some([cell, ..]) = answer.nth_row(row.place.1) else { return };
        let of_row = |part: &str| base.with((part, row.group.characteristic.word(), row.group.code));
        let response = ui.interact(rect, of_row("row"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {}", row.name, in_words(cell))));
        if !ui.is_rect_visible(rect) {
            return;
        }
        self.paint(ui, rect, columns, cell, response.hovered());
        let (view, catalogue) = (scene.view, &scene.session.catalogue);
        let only = toggled(&view.filter, row.group);
        let can = catalogue.can_filter(view.stage, &view.years_shown(catalogue), &only);
        let at = Rect::from_x_y_ranges(columns.name, rect.y_range());
        let called = format!("Show {} only", row.name);
        let name = intervals::name(ui, at, of_row("name"), &row.name, &called, can);
        if name.clicked() {
            scene.out.changes.push(Change::Filter(only));
        }
        name.on_hover_ui(|ui| tooltip(ui, &row.name, cell, answer));
        response.on_hover_ui(|ui| tooltip(ui, &row.name, cell, answer));
    }

    /// A row without its name.
    fn paint(&self, ui: &Ui, rect: Rect, columns: &Columns, cell: &Cell, lit: bool) {
        let colours = theme::of(ui);
        let (painter, y) = (ui.painter(), rect.center().y);
        let Some(across) = columns.paint_row(painter, rect, cell, lit, colours) else { return };
        if let Some(whole) = self.whole {
            let line = Stroke::new(1.0, colours.accent.gamma_multiply(0.6));
            painter.vline(self.axis.x(whole, across), rect.y_range(), line);
        }
        let Ok(figure) = &cell.figure else { return };
        let ink = Standing::of(&cell.figure).ink(colours);
        self.axis.paint_interval(painter, figure, y, across, Stroke::new(1.0, ink));
        if let Some(beside) = comparator(figure) {
            let ends = [figure.value, beside].map(|value| pos2(self.axis.x(value, across), y));
            painter.line_segment(ends, Stroke::new(3.5, ink.gamma_multiply(0.4)));
            self.axis.paint_dot(painter, beside, y, across, *colours.panel, Stroke::new(1.5, *colours.muted));
        }
        self.axis.paint_dot(painter, figure.value, y, across, ink, Stroke::new(1.0, *colours.panel));
    }
}

fn group_of(cell: &Cell) -> Option<PupilGroup> {
    cell.keys.iter().find_map(|key| if let Key::Pupils(group) = key { Some(*group) } else { None })
}
