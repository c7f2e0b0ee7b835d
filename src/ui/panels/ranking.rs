//! Schools or subjects, from those that do better to those that do worse: never places in a league, but which of them differ
//! from their comparator at all.

use std::sync::Arc;

use eframe::egui::{Id, Rangef, Rect, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::intervals::{self, Axis, Columns, Frame, Standing, comparator, focus_ring, head, in_words, tooltip};
use super::{Scene, nothing};
use crate::desk::{Answer, Cell, Figure, Key};
use crate::export::words::{difference, plural, value};
use crate::model::{Breakdown, Compare, Indicator};
use crate::ui::change::Change;
use crate::ui::session::Catalogue;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Panel, Ranking};
use crate::ui::widgets::{Pick, picker, segment};
use crate::ui::{questions, theme, words};

/// Most rows of one standing that are read aloud by name.
const MOST_NAMED: usize = 12;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(), Drawn>,
}

/// What is made of the answer.
#[derive(Debug)]
struct Drawn {
    axis: Axis,
    /// The comparator, where it is the same of all rows.
    common: Option<f64>,
    lines: Vec<Line>,
    /// What stands under the rows.
    note: String,
    /// The whole chart in words.
    summary: String,
}

/// A line of the panel.
#[derive(Debug)]
enum Line {
    /// How many rows stand so; they follow.
    Head(Standing, usize),
    Row(Row),
}

/// A school or a subject.
#[derive(Debug)]
struct Row {
    key: Key,
    name: String,
    /// The row of the answer that it is.
    place: usize,
}

impl State {
    pub fn ask(&mut self, id: u64, chosen: &Ranking, scene: &Scene<'_>) -> Progress {
        let catalogue = &scene.session.catalogue;
        let question = questions::ranking(scene.view, catalogue, chosen);
        let make = |answers: &[Arc<Answer>]| answers.first().map(|answer| Drawn::of(answer, catalogue));
        let make = |answers: &[Arc<Answer>]| make(answers).unwrap_or_else(Drawn::empty);
        self.sheet.ask(&scene.session.desk, id, question.as_slice(), (), make)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, chosen: &Ranking, scene: &mut Scene<'_>) {
        controls(ui, id, chosen, scene);
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        let Some(answer) = answers.first() else {
            nothing(ui, "No results of this key stage are loaded");
            return;
        };
        if drawn.lines.is_empty() {
            nothing(ui, "No pupils");
            return;
        }
        let salt = ("ranking", id);
        let base = ui.scope_id().with(salt);
        let Drawn { axis, note, summary, .. } = drawn;
        let frame = Frame { axis, of_pupils: false, notes: std::slice::from_ref(note), summary };
        frame.ui(ui, salt, drawn.lines.len(), |ui, place, rect, columns| match drawn.lines.get(place) {
            Some(Line::Head(standing, n)) => {
                let id = base.with(("head", *standing as u8));
                head(ui, rect, id, &head_words(*standing, *n), Some(*standing));
            }
            Some(Line::Row(row)) => {
                if let Some([cell, ..]) = answer.nth_row(row.place) {
                    drawn.row_ui(ui, Place { rect, base, columns }, row, cell, answer, scene);
                }
            }
            None => {}
        });
    }
}

/// Where a row stands.
struct Place<'a> {
    rect: Rect,
    base: Id,
    columns: &'a Columns,
}

/// Schools or subjects, and by which indicator.
fn controls(ui: &mut Ui, id: u64, chosen: &Ranking, scene: &mut Scene<'_>) {
    let mut changed = chosen.clone();
    let catalogue = &scene.session.catalogue;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::space().half;
        // A dashboard is called "Schools" too: these are called by what they do.
        for (words, name, subjects) in [("Schools", "Order schools", false), ("Subjects", "Order subjects", true)] {
            let is_chosen = chosen.subjects == subjects;
            let response = segment(ui, words, is_chosen);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_chosen, name));
            if response.clicked() {
                changed.subjects = subjects;
            }
        }
        ui.add_space(theme::space().half);
        let indicator = questions::ranked(scene.view, catalogue, chosen);
        let lines = || {
            let offered = questions::rankable(scene.view, catalogue, chosen.subjects);
            offered.into_iter().map(|of| Pick::new(of, of.label())).collect()
        };
        if let Some(picked) = picker(ui, "Show", &indicator, indicator.label(), lines) {
            changed.indicator = Some(picked);
        }
    });
    if changed != *chosen {
        scene.out.changes.push(Change::Panel(id, Panel::Ranking(changed)));
    }
}

/// How many stand so, above those that do.
fn head_words(standing: Standing, n: usize) -> String {
    let of = match standing {
        Standing::Above => "Above",
        Standing::Level => "Cannot be told apart from the comparator",
        Standing::Below => "Below",
        Standing::NotJudged => "Not judged, by name",
        Standing::NoFigure => "No figure",
    };
    format!("{of}: {}", crate::export::words::grouped(n as i64))
}

impl Drawn {
    /// Where there is no question.
    fn empty() -> Self {
        let axis = Axis::of(Indicator::Pupils, std::iter::empty());
        Self { axis, common: None, lines: Vec::new(), note: String::new(), summary: String::new() }
    }

    fn of(answer: &Answer, catalogue: &Catalogue) -> Self {
        let question = answer.question();
        let indicator = question.indicators().first().copied().unwrap_or(Indicator::Pupils);
        let mut rows: Vec<(Standing, f64, &Cell, Row)> = Vec::new();
        for (place, cells) in answer.rows().enumerate() {
            let Some(cell) = cells.first() else { continue };
            let Some((key, name)) = cell.keys.first().and_then(|key| named(key, catalogue)) else { continue };
            let standing = Standing::of(&cell.figure);
            // The largest first; those that nobody judges are by name, not in places that nothing tells apart.
            let by = match standing {
                Standing::Above | Standing::Level | Standing::Below => difference_of(cell).unwrap_or_default(),
                Standing::NotJudged | Standing::NoFigure => 0.0,
            };
            rows.push((standing, by, cell, Row { key, name, place }));
        }
        let order = |row: &(Standing, f64, &Cell, Row)| (row.0, row.3.name.to_lowercase());
        rows.sort_by_cached_key(order);
        rows.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let figures = || rows.iter().filter_map(|(_, _, cell, _)| cell.figure.as_ref().ok());
        let axis = Axis::of(indicator, figures());
        let common = common(figures().filter_map(comparator));
        let note = note(answer, indicator, common, figures().filter_map(comparator).next().is_some());
        let summary = summary(answer, indicator, &rows);
        let mut lines = Vec::with_capacity(rows.len() + Standing::ALL.len());
        let count = |standing: Standing| rows.iter().filter(|row| row.0 == standing).count();
        let counts = Standing::ALL.map(|standing| (standing, count(standing)));
        let mut rows = rows.into_iter();
        for (standing, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
            lines.push(Line::Head(standing, n));
            lines.extend(rows.by_ref().take(n).map(|(.., row)| Line::Row(row)));
        }
        Self { axis, common, lines, note, summary }
    }

    fn row_ui(
        &self,
        ui: &Ui,
        Place { rect, base, columns }: Place<'_>,
        row: &Row,
        cell: &Cell,
        answer: &Answer,
        scene: &mut Scene<'_>,
    ) {
        let school = cell.school();
        let sense = if school.is_some() { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, base.with(("row", row.key)), sense);
        let selected = school.is_some_and(|urn| scene.view.selected.contains(&urn));
        response.widget_info(|| {
            let words = format!("{}: {}", row.name, in_words(cell));
            if school.is_some() {
                WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, words)
            } else {
                WidgetInfo::labeled(Role::Label, true, words)
            }
        });
        if !ui.is_rect_visible(rect) {
            return;
        }
        if let Some(urn) = school.filter(|_| response.contains_pointer()) {
            scene.out.hovered = Some(urn);
        }
        let lit = response.hovered() || (school.is_some() && school == scene.hovered);
        self.paint(ui, rect, columns, cell, selected, lit);
        if response.has_focus() {
            focus_ring(ui, rect);
        }
        let at = Rect::from_x_y_ranges(columns.name, rect.y_range());
        let called = format!("Open {}", row.name);
        let name = intervals::name(ui, at, base.with(("name", row.key)), &row.name, &called, true);
        if name.clicked() {
            match row.key {
                Key::School(urn) => scene.out.changes.push(Change::School(urn)),
                Key::Subject(subject) => scene.out.changes.push(Change::Subject(subject)),
                Key::Year(_) | Key::Pupils(_) => {}
            }
        } else if let Some(urn) = school.filter(|_| response.clicked()) {
            scene.select(ui, urn);
        }
        name.on_hover_ui(|ui| tooltip(ui, &row.name, cell, answer));
        response.on_hover_ui(|ui| tooltip(ui, &row.name, cell, answer));
    }

    /// A row without its name.
    fn paint(&self, ui: &Ui, rect: Rect, columns: &Columns, cell: &Cell, selected: bool, lit: bool) {
        let colours = theme::of(ui);
        let (painter, y) = (ui.painter(), rect.center().y);
        let chart = columns.paint_row(painter, rect, cell, lit, colours);
        if selected {
            let bar = Rect::from_min_size(rect.min + vec2(0.0, 2.0), vec2(3.0, rect.height() - 4.0));
            painter.rect_filled(bar, 1.0, *colours.select);
        }
        let Some(across) = chart else { return };
        let figure = cell.figure.as_ref().ok();
        if let Some(common) = self.common {
            painter.vline(self.axis.x(common, across), rect.y_range(), Stroke::new(1.3, *colours.muted));
        } else if let Some(beside) = figure.and_then(comparator) {
            let tick = Rangef::new(y - 8.0, y + 8.0);
            painter.vline(self.axis.x(beside, across), tick, Stroke::new(2.0, *colours.muted));
        }
        let Some(figure) = figure else { return };
        let ink = Standing::of(&cell.figure).ink(colours);
        self.axis.paint_interval(painter, figure, y, across, Stroke::new(2.0, ink.gamma_multiply(0.65)));
        let ring = if selected { Stroke::new(2.0, *colours.select) } else { Stroke::new(1.0, *colours.panel) };
        self.axis.paint_dot(painter, figure.value, y, across, ink, ring);
    }
}

fn named(key: &Key, catalogue: &Catalogue) -> Option<(Key, String)> {
    let name = match key {
        Key::School(urn) => catalogue.register.called(*urn),
        Key::Subject(subject) => subject.name.clone(),
        Key::Year(_) | Key::Pupils(_) => return None,
    };
    Some((*key, name))
}

fn difference_of(cell: &Cell) -> Option<f64> {
    let figure: &Figure = cell.figure.as_ref().ok()?;
    figure.comparison.and_then(Result::ok).map(|comparison| comparison.difference)
}

/// The one value of several, if they are all the same.
fn common(mut values: impl Iterator<Item = f64>) -> Option<f64> {
    let first = values.next()?;
    values.all(|value| (value - first).abs() < 1e-9).then_some(first)
}

/// What the marks mean, against what rows are judged, and how.
fn note(answer: &Answer, indicator: Indicator, common: Option<f64>, any: bool) -> String {
    if answer.question().compare() == Compare::None {
        return "Compared with nothing: in the order of names; lines are 95 % intervals".to_owned();
    }
    let beside = match common {
        Some(common) => format!("Upright line: {}", value(indicator, common)),
        None if any => "Upright ticks: each one's own comparator".to_owned(),
        None => "No comparator has a figure".to_owned(),
    };
    format!("{beside}. {}", words::compared_with(answer))
}

/// The chart as sentences, those that stand out by name.
fn summary(answer: &Answer, indicator: Indicator, rows: &[(Standing, f64, &Cell, Row)]) -> String {
    let question = answer.question();
    let subjects = question.by().contains(&Breakdown::Subject);
    let year = question.years().last().map(ToString::to_string).unwrap_or_default();
    let what = if subjects { "Subjects in order" } else { "Schools in order" };
    let mut sentences = vec![format!("{what}, {}, {year}", indicator.label())];
    let of_rows = if subjects { "subject" } else { "school" };
    for standing in Standing::ALL {
        let of: Vec<_> = rows.iter().filter(|row| row.0 == standing).collect();
        if of.is_empty() {
            continue;
        }
        let stand = match standing {
            Standing::Above => "above the comparator",
            Standing::Level => "that cannot be told apart from the comparator",
            Standing::Below => "below the comparator",
            Standing::NotJudged => "not judged",
            Standing::NoFigure => "without a figure",
        };
        let named = of.iter().take(MOST_NAMED).map(|(_, _, cell, row)| match &cell.figure {
            Err(reason) => format!("{} ({reason})", row.name),
            Ok(figure) => {
                let apart = difference_of(cell).map(|apart| format!(" ({})", difference(indicator, apart)));
                format!("{} {}{}", row.name, value(indicator, figure.value), apart.unwrap_or_default())
            }
        });
        let mut names = named.collect::<Vec<_>>().join(", ");
        if of.len() > MOST_NAMED {
            names.push_str(&format!(" and {} more", of.len() - MOST_NAMED));
        }
        sentences.push(format!("{} {stand}: {names}", plural(of.len() as i64, of_rows)));
    }
    let with = words::compared_with(answer);
    sentences.extend((!with.is_empty()).then_some(with));
    sentences.join(". ")
}
