//! The table twin of a chart: the same answers, figure by figure.

use std::sync::Arc;

use eframe::egui::{Label, RichText, ScrollArea, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::{Scene, nothing};
use crate::desk::{Answer, Cell, Key};
use crate::export::words::value;
use crate::model::{Breakdown, Urn};
use crate::ui::{theme, words};

/// Height of a row, in points.
const ROW: f32 = 24.0;

/// A column of figures: an indicator of an answer.
struct Figures<'a> {
    answer: &'a Answer,
    /// The indicator's place among those of the answer.
    place: usize,
}

impl<'a> Figures<'a> {
    /// The column of every indicator of the answers that have the rows of the first one.
    fn of_answers(answers: &'a [Arc<Answer>]) -> Vec<Self> {
        let Some(first) = answers.first() else { return Vec::new() };
        let same_rows = answers.iter().filter(|answer| answer.question().by() == first.question().by());
        let columns = |answer: &'a Arc<Answer>| {
            let of = answer.question().indicators().len();
            (0..of).map(move |place| Figures { answer, place })
        };
        same_rows.flat_map(columns).collect()
    }

    /// The figure beside a row of the first answer: in the same place, or where the same school is.
    fn beside(&self, nth: usize, first: &Cell) -> Option<&'a Cell> {
        let same = self.answer.nth_row(nth).filter(|cells| cells[0].keys == first.keys);
        let row = same.or_else(|| self.answer.row_of(first.school()?))?;
        row.get(self.place)
    }
}

/// Draws the answers of a panel as a table: a row per school, subject or year, a column per indicator.
pub(super) fn ui(ui: &mut Ui, id: u64, answers: &[Arc<Answer>], scene: &mut Scene<'_>) {
    let columns = Figures::of_answers(answers);
    let Some(first) = columns.first().filter(|first| first.answer.row_count() > 0) else {
        nothing(ui, "No pupils");
        return;
    };
    ScrollArea::horizontal().show(ui, |ui| {
        let keys = first.answer.question().by();
        let mut table =
            TableBuilder::new(ui).id_salt(("twin", id)).striped(true).sense(Sense::click()).auto_shrink(false);
        for width in keys.iter().map(|by| width_of(*by)).chain(columns.iter().map(|_| 176.0)) {
            table = table.column(Column::initial(width).at_least(40.0).clip(true).resizable(true));
        }
        table
            .header(ROW, |mut header| {
                let filtered = columns.iter().any(|column| !column.answer.question().filter().is_everyone());
                let of_columns = columns.iter().map(|column| {
                    let question = column.answer.question();
                    // Beside figures of some pupils, those of all pupils say so.
                    let of = if filtered && question.filter().is_everyone() { ", all pupils" } else { "" };
                    format!("{}{of}", words::short(question.indicators()[column.place]))
                });
                for head in keys.iter().map(|by| head_of(*by)).chain(of_columns) {
                    header.col(|ui| {
                        ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate());
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, first.answer.row_count(), |mut row| {
                    let nth = row.index();
                    let Some([cell, ..]) = first.answer.nth_row(nth) else { return };
                    let school = cell.school();
                    row.set_selected(school.is_some_and(|urn| scene.view.selected.contains(&urn)));
                    row.set_hovered(school.is_some() && school == scene.hovered);
                    for key in &cell.keys {
                        row.col(|ui| {
                            ui.add(Label::new(name_of(key, scene)).truncate());
                        });
                    }
                    for column in &columns {
                        row.col(|ui| {
                            if let Some(cell) = column.beside(nth, cell) {
                                figure(ui, cell);
                            }
                        });
                    }
                    let response = row.response();
                    if let Some(urn) = school {
                        if response.contains_pointer() {
                            scene.out.hovered = Some(urn);
                        }
                        if response.clicked() {
                            scene.out.changes.push(toggled(scene, urn));
                        }
                    }
                });
            });
    });
}

/// Draws answers that are each broken down by another characteristic as one table: a row per pupil group.
pub(super) fn of_groups(ui: &mut Ui, id: u64, answers: &[Arc<Answer>]) {
    let cells: Vec<&Cell> = answers.iter().flat_map(|answer| answer.cells()).collect();
    let (Some(first), Some(indicator)) = (answers.first(), cells.first().map(|cell| cell.indicator)) else {
        nothing(ui, "No pupils");
        return;
    };
    let table = TableBuilder::new(ui).id_salt(("twin of groups", id)).striped(true).auto_shrink(false);
    table
        .columns(Column::initial(176.0).at_least(40.0).clip(true).resizable(true), 2)
        .header(ROW, |mut header| {
            for head in ["Pupils", words::short(indicator)] {
                header.col(|ui| {
                    ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate());
                });
            }
        })
        .body(|body| {
            body.rows(ROW, cells.len(), |mut row| {
                let Some(cell) = cells.get(row.index()) else { return };
                let name = match cell.keys.first() {
                    Some(Key::Pupils(group)) => group.label(),
                    _ => crate::ui::questions::filter_in_words(first.question().filter()),
                };
                row.col(|ui| {
                    ui.add(Label::new(name).truncate());
                });
                row.col(|ui| figure(ui, cell));
            });
        });
}

fn toggled(scene: &Scene<'_>, urn: Urn) -> crate::ui::change::Change {
    let mut selected = scene.view.selected.clone();
    if !selected.insert(urn) {
        selected.remove(&urn);
    }
    crate::ui::change::Change::Select(selected)
}

fn figure(ui: &mut Ui, cell: &Cell) {
    let text = match &cell.figure {
        Ok(figure) => {
            let interval = figure.interval.map(|interval| {
                format!("  ({} to {})", value(cell.indicator, interval.lower), value(cell.indicator, interval.upper))
            });
            RichText::new(format!("{}{}", value(cell.indicator, figure.value), interval.unwrap_or_default()))
        }
        Err(_) => RichText::new("·").color(*theme::of(ui).muted),
    };
    let mut details = words::figure(cell);
    if let Ok(figure) = &cell.figure
        && let Some(Ok(comparison)) = &figure.comparison
    {
        details.push('\n');
        details.push_str(&words::compared(cell.indicator, comparison));
    }
    ui.add(Label::new(text).truncate().sense(Sense::hover())).on_hover_text(details);
}

/// Room for the names of a key: figures are to be seen beside them in a narrow panel too.
fn width_of(by: Breakdown) -> f32 {
    match by {
        Breakdown::School => 200.0,
        Breakdown::Year => 70.0,
        Breakdown::Subject | Breakdown::Pupils(_) => 150.0,
    }
}

fn head_of(by: Breakdown) -> String {
    match by {
        Breakdown::School => "School".to_owned(),
        Breakdown::Subject => "Subject".to_owned(),
        Breakdown::Year => "Year".to_owned(),
        Breakdown::Pupils(characteristic) => characteristic.label().to_owned(),
    }
}

fn name_of(key: &Key, scene: &Scene<'_>) -> String {
    match key {
        Key::School(urn) => scene.session.catalogue.register.called(*urn),
        Key::Subject(subject) => subject.name.clone(),
        Key::Year(year) => year.to_string(),
        Key::Pupils(group) => group.label(),
    }
}
