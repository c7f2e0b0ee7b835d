//! One subject, school by school: a table with the group and its comparator on top.

use std::sync::Arc;

use eframe::egui::{
    Align, Label, Layout, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use egui_extras::{Column as Width, TableBuilder};

use super::{Scene, nothing};
use crate::desk::Answer;
use crate::model::{Definition, Indicator, Subject, Urn, Year};
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Panel, SubjectSchools};
use crate::ui::widgets::{Icon, Mark, Pick, icon_button, paint_mark, picker};
use crate::ui::{questions, theme};

mod drawn;
mod paint;

use drawn::{Column, Drawn, Order, Row, Who};
use paint::PAD;

/// Height of a row, in points.
const ROW: f32 = 26.0;
/// Height of the heads above the pinned rows, in points.
const HEAD: f32 = 38.0;
/// Height of the note below the table, in points.
const FOOT: f32 = 20.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<Option<Order>, Option<Drawn>>,
}

/// What was done in the table.
#[derive(Debug, Default)]
struct Done {
    hovered: Option<Urn>,
    selected: Option<Urn>,
    opened: Option<Urn>,
    /// The column whose head was clicked; none for the schools' names.
    sorted: Option<Option<Indicator>>,
}

impl State {
    pub fn ask(&mut self, id: u64, chosen: &SubjectSchools, scene: &Scene<'_>) -> Progress {
        let (view, catalogue) = (scene.view, &scene.session.catalogue);
        let questions = questions::subject_schools(view, catalogue, chosen);
        let order = Order { subject: view.subject_shown(), sorted: chosen.sorted, ascending: chosen.ascending };
        let make = |answers: &[Arc<Answer>]| Drawn::of(order, answers, catalogue);
        self.sheet.ask(&scene.session.desk, id, &questions, Some(order), make)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, chosen: &SubjectSchools, scene: &mut Scene<'_>) {
        controls(ui, id, chosen, scene);
        let Some((drawn, _)) = self.sheet.shown() else { return };
        let Some(drawn) = drawn else {
            nothing(
                ui,
                "No results by subject are loaded for this year: choose another, or add pupils' results (Workspace, Add files…)",
            );
            return;
        };
        if drawn.rows.is_empty() {
            nothing(ui, "No pupils");
            return;
        }
        let summary = theme::muted(ui, drawn.summary.as_str());
        ui.add(Label::new(summary).truncate().selectable(false)).on_hover_text(&drawn.summary);
        let room = ui.available_rect_before_wrap();
        let (above, foot) = room.split_top_bottom_at_y((room.bottom() - FOOT).max(room.top()));
        let mut done = Done::default();
        let mut table_ui = ui.new_child(UiBuilder::new().max_rect(above));
        table_ui.shrink_clip_rect(above);
        table(&mut table_ui, id, chosen, drawn, scene, &mut done);
        let mut foot_ui = ui.new_child(UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center)));
        let note = theme::muted(&foot_ui, drawn.note.as_str());
        foot_ui.add(Label::new(note).truncate().selectable(false)).on_hover_text(&drawn.note);
        ui.advance_cursor_after_rect(room);
        done.carry_out(ui, id, chosen, scene);
    }
}

impl Done {
    fn carry_out(self, ui: &Ui, id: u64, chosen: &SubjectSchools, scene: &mut Scene<'_>) {
        scene.out.hovered = self.hovered.or(scene.out.hovered);
        if let Some(urn) = self.opened {
            scene.out.changes.push(Change::School(urn));
        } else if let Some(urn) = self.selected {
            scene.select(ui, urn);
        }
        if let Some(sorted) = self.sorted {
            // A second click turns the order round. Names stand from A to Z.
            let ascending = sorted.is_some() && sorted == chosen.sorted && !chosen.ascending;
            let chosen = SubjectSchools { sorted, ascending, ..chosen.clone() };
            scene.out.changes.push(Change::Panel(id, Panel::SubjectSchools(chosen)));
        }
    }
}

/// The subject and the year, to choose.
fn controls(ui: &mut Ui, id: u64, chosen: &SubjectSchools, scene: &mut Scene<'_>) {
    let stage = scene.view.stage;
    let years = scene.view.years_shown(&scene.session.catalogue);
    ui.horizontal_wrapped(|ui| {
        let subject = scene.view.subject_shown();
        let words = subject.map_or_else(|| "none".to_owned(), |subject| subject.name.clone());
        let lines = || {
            let of_stage = Subject::all().filter(|subject| subject.key_stage == stage);
            of_stage.map(|subject| Pick::new(Some(subject), subject.name.clone())).collect()
        };
        if let Some(Some(picked)) = picker(ui, "Subject", &subject, &words, lines) {
            scene.out.changes.push(Change::Subject(picked));
        }
        let pooled = chosen.pool && years.len() > 1;
        // No year stands for all of them pooled.
        let year: Option<Year> = chosen.years(&years).last().copied().filter(|_| !pooled);
        let all = "all years pooled";
        let words = year.map_or(all.to_owned(), |year| year.to_string());
        let lines = || {
            let each = years.iter().rev().map(|year| Pick::new(Some(*year), year.to_string()));
            each.chain((years.len() > 1).then(|| Pick::new(None, all))).collect()
        };
        if !years.is_empty()
            && let Some(picked) = picker(ui, "Year", &year, &words, lines)
        {
            let year = picked.filter(|picked| Some(picked) != years.last());
            let chosen = SubjectSchools { pool: picked.is_none(), year, ..chosen.clone() };
            scene.out.changes.push(Change::Panel(id, Panel::SubjectSchools(chosen)));
        }
    });
}

fn table(ui: &mut Ui, id: u64, chosen: &SubjectSchools, drawn: &Drawn, scene: &Scene<'_>, done: &mut Done) {
    let pinned: &[Who<'_>] = match drawn.comparator_name {
        Some(_) => &[Who::Group, Who::Comparator],
        None => &[Who::Group],
    };
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
        // Rows are of one piece: distances are within the cells.
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let mut table = TableBuilder::new(ui)
            // Widths are kept for these columns, not for those of another key stage.
            .id_salt(("subject schools", id, &drawn.columns))
            .striped(true)
            .sense(Sense::CLICK)
            .cell_layout(Layout::left_to_right(Align::Center))
            .min_scrolled_height(0.0)
            .auto_shrink(false)
            .column(Width::initial(230.0).at_least(90.0).clip(true).resizable(true));
        for column in &drawn.columns {
            table = table.column(Width::initial(width_of(*column)).at_least(48.0).clip(true).resizable(true));
        }
        table
            .header(HEAD + ROW * pinned.len() as f32, |mut header| {
                let every = std::iter::once(None).chain(drawn.columns.iter().copied().map(Some));
                for column in every {
                    header.col(|ui| heads(ui, column, pinned, chosen, drawn, done));
                }
            })
            .body(|body| {
                body.rows(ROW, drawn.rows.len(), |mut table_row| {
                    let Some(row) = drawn.rows.get(table_row.index()) else { return };
                    let selected = scene.view.selected.contains(&row.urn);
                    table_row.set_selected(selected);
                    table_row.set_hovered(scene.hovered == Some(row.urn));
                    table_row.col(|ui| school(ui, row, selected, scene, done));
                    for column in &drawn.columns {
                        table_row.col(|ui| paint::cell(ui, drawn, Who::School(row), *column));
                    }
                    let response = table_row.response();
                    if response.contains_pointer() {
                        done.hovered = Some(row.urn);
                    }
                    if response.double_clicked() {
                        done.opened = Some(row.urn);
                    } else if response.clicked() {
                        done.selected = Some(row.urn);
                    }
                });
            });
    });
}

/// Room for a column at first, in points.
fn width_of(column: Column) -> f32 {
    match column {
        Column::Count(_) => 76.0,
        Column::Entering => 78.0,
        Column::Grades => 170.0,
        Column::Measure(_) => 100.0,
        Column::OnScale(_) => 186.0,
    }
}

/// The head of a column, and below it its cells of the pinned rows.
fn heads(
    ui: &mut Ui,
    column: Option<Column>,
    pinned: &[Who<'_>],
    chosen: &SubjectSchools,
    drawn: &Drawn,
    done: &mut Done,
) {
    let whole = ui.max_rect();
    let (top, mut below) = whole.split_top_bottom_at_y(whole.top() + HEAD);
    ui.painter().rect_filled(below, 0.0, *theme::of(ui).sunken);
    head(ui, top, column, chosen, drawn, done);
    for who in pinned {
        let (rect, rest) = below.split_top_bottom_at_y(below.top() + ROW);
        below = rest;
        let layout = Layout::left_to_right(Align::Center);
        let mut cell_ui = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
        match column {
            Some(column) => paint::cell(&mut cell_ui, drawn, *who, column),
            None => pinned_name(&mut cell_ui, drawn.name(*who), matches!(who, Who::Comparator)),
        }
    }
    let colours = theme::of(ui);
    ui.painter().hline(whole.x_range(), whole.bottom() - 0.5, Stroke::new(1.0, *colours.line_strong));
}

/// The name of a row that stays on top.
fn pinned_name(ui: &mut Ui, name: &str, is_comparator: bool) {
    let colours = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    let ink = if is_comparator { *colours.muted } else { *colours.text };
    let font = if is_comparator { theme::small() } else { theme::small_strong() };
    let text = paint::one_line(ui, name, font, ink, rect.width() - 2.0 * PAD);
    ui.painter().galley(pos2(rect.left() + PAD, rect.center().y - text.size().y / 2.0), text, ink);
    response.on_hover_text(name);
}

/// The head of a column: its name, and what helps to read it. A click brings the rows in its order.
fn head(ui: &Ui, rect: Rect, column: Option<Column>, chosen: &SubjectSchools, drawn: &Drawn, done: &mut Done) {
    let (title, sorts) = match column {
        None => ("School".to_owned(), Some(None)),
        Some(Column::Entering) => ("Entering".to_owned(), Some(Some(Indicator::Pupils))),
        Some(Column::Grades) => ("Grades".to_owned(), None),
        Some(Column::Count(of) | Column::Measure(of) | Column::OnScale(of)) => (drawn.title(of), Some(Some(of))),
    };
    let sorted = sorts == Some(chosen.sorted);
    let sense = if sorts.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with("head"), sense);
    let way = match (sorted, chosen.sorted, chosen.ascending) {
        (false, ..) => "",
        (true, None, _) => ", A to Z",
        (true, Some(_), true) => ", lowest first",
        (true, Some(_), false) => ", highest first",
    };
    response.widget_info(|| match sorts {
        Some(_) => WidgetInfo::selected(Role::Button, true, sorted, format!("Sort by {title}{way}")),
        None => WidgetInfo::labeled(Role::Label, true, &title),
    });
    if let Some(by) = sorts.filter(|_| response.clicked()) {
        done.sorted = Some(by);
    }
    let colours = theme::of(ui);
    if sorts.is_some() && (response.hovered() || response.has_focus()) {
        ui.painter().rect_filled(rect, 0.0, *colours.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.5, *colours.accent), StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(PAD, 2.0));
    let (line, second) = inner.split_top_bottom_at_y(inner.center().y);
    let arrow = if sorted { 14.0 } else { 0.0 };
    let text = paint::one_line(ui, &title, theme::small_strong(), *colours.text, line.width() - arrow);
    let to_right = matches!(column, Some(Column::Count(_) | Column::Entering | Column::Measure(_)));
    let left = if to_right { line.right() - arrow - text.size().x } else { line.left() };
    let end = left + text.size().x;
    ui.painter().galley(pos2(left, line.center().y - text.size().y / 2.0), text, *colours.text);
    if sorted {
        let up = chosen.sorted.is_none() || chosen.ascending;
        let mark = if up { Mark::Up } else { Mark::Down };
        paint_mark(ui.painter(), mark, pos2(end + 8.0, line.center().y), 3.5, *colours.accent, Stroke::NONE);
    }
    match (column, drawn.scale) {
        (Some(Column::Grades), _) => paint::legend(ui, second),
        (Some(Column::OnScale(of)), Some(scale)) => {
            let room = Rect::from_min_max(pos2(rect.left(), second.top()), pos2(rect.right(), second.bottom()));
            paint::ends(ui, room, scale, of);
        }
        _ => {}
    }
    response.on_hover_ui(|ui| about(ui, column, &title));
}

/// What a column is.
fn about(ui: &mut Ui, column: Option<Column>, title: &str) {
    ui.strong(title);
    let defined = |ui: &mut Ui, of: Indicator| {
        let Definition { words, document } = of.definition();
        ui.label(words);
        ui.label(theme::muted(ui, document));
    };
    match column {
        None => {
            ui.label("Click a school to select it, with Ctrl to add it; double-click to open it");
        }
        Some(Column::Count(of)) => defined(ui, of),
        Some(Column::Entering) => {
            ui.label("Entries divided by the pupils at the end of the key stage, where both may be seen");
        }
        Some(Column::Grades) => {
            ui.label("Shares of the results, the highest grades first");
        }
        Some(Column::Measure(of)) => {
            defined(ui, of);
            ui.label("A triangle points to the side on which the figure differs; a ring cannot be told apart");
        }
        Some(Column::OnScale(of)) => {
            defined(ui, of);
            ui.label("On one scale in every row, with the 95 % interval; intervals that reach beyond it are cut");
        }
    }
}

/// A school's name and a button that opens it.
fn school(ui: &mut Ui, row: &Row, selected: bool, scene: &Scene<'_>, done: &mut Done) {
    let colours = theme::of(ui);
    let whole = ui.max_rect();
    let layout = Layout::right_to_left(Align::Center);
    let mut end = ui.new_child(UiBuilder::new().max_rect(whole.shrink2(vec2(2.0, 0.0))).layout(layout));
    end.spacing_mut().interact_size.y = 20.0;
    if icon_button(&mut end, Icon::Forward, &format!("Open {}", row.name), true).clicked() {
        done.opened = Some(row.urn);
    }
    let room = Rect::from_min_max(whole.min, pos2((whole.right() - 24.0).max(whole.left()), whole.bottom()));
    let response = ui.interact(room, ui.scope_id().with("school"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &row.name));
    if response.double_clicked() {
        done.opened = Some(row.urn);
    } else if response.clicked() {
        done.selected = Some(row.urn);
    }
    if selected {
        // Not by colour alone: a bar stands before the name.
        let bar = Rect::from_min_size(whole.min, vec2(3.0, whole.height()));
        ui.painter().rect_filled(bar, 0.0, *colours.select);
    }
    let ink = if selected { *colours.select } else { *colours.text };
    let font = if selected { theme::small_strong() } else { theme::body() };
    let text = paint::one_line(ui, &row.name, font, ink, room.width() - PAD);
    ui.painter().galley(pos2(room.left() + PAD, room.center().y - text.size().y / 2.0), text, ink);
    if response.has_focus() {
        ui.painter().rect_stroke(room, 2.0, Stroke::new(1.5, *colours.accent), StrokeKind::Inside);
    }
    response.on_hover_ui(|ui| {
        ui.strong(&row.name);
        if let Some(school) = scene.session.catalogue.register.school(row.urn) {
            let trust = school.trust_name.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
            let words = format!("URN {} · {} · {}{trust}", school.urn, school.phase, school.la_name);
            ui.label(theme::muted(ui, words));
        }
    });
}
