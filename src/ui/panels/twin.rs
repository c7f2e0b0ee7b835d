//! The table twin of a chart: the same answers, figure by figure.

use std::sync::Arc;

use eframe::egui::{Label, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::{Scene, nothing};
use crate::desk::{Answer, Cell, Key};
use crate::export::words::value;
use crate::model::{Breakdown, Urn};
use crate::ui::{theme, words};

/// Height of a row, in points.
const ROW: f32 = 24.0;

/// Draws the first answer of a panel as a table: a row per school, subject or year, a column per indicator.
pub(super) fn ui(ui: &mut Ui, id: u64, answers: &[Arc<Answer>], scene: &mut Scene<'_>) {
    let Some(answer) = answers.first() else { return };
    let question = answer.question();
    let indicators = question.indicators();
    // An answer has the cells of a row together, in the order of the indicators.
    let rows = answer.cells().len() / indicators.len();
    if rows == 0 {
        nothing(ui, "No pupils");
        return;
    }
    let keys = question.by();
    let mut table = TableBuilder::new(ui)
        .id_salt(("twin", id))
        .striped(true)
        .sense(Sense::click())
        .columns(Column::initial(170.0).at_least(60.0).clip(true).resizable(true), keys.len())
        .columns(Column::initial(190.0).at_least(60.0).clip(true).resizable(true), indicators.len());
    table = table.auto_shrink(false);
    table
        .header(ROW, |mut header| {
            let heads = keys.iter().map(|by| head_of(*by)).chain(indicators.iter().map(|i| i.label().to_owned()));
            for head in heads {
                header.col(|ui| {
                    ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate());
                });
            }
        })
        .body(|body| {
            body.rows(ROW, rows, |mut row| {
                let first = row.index() * indicators.len();
                let cells = &answer.cells()[first..first + indicators.len()];
                let school = cells.first().and_then(school_of);
                row.set_selected(school.is_some_and(|urn| scene.view.selected.contains(&urn)));
                row.set_hovered(school.is_some() && school == scene.hovered);
                let of_keys = cells.first().map(|cell| cell.keys.as_slice()).unwrap_or_default();
                for key in of_keys {
                    row.col(|ui| {
                        ui.add(Label::new(name_of(key, scene)).truncate());
                    });
                }
                for cell in cells {
                    row.col(|ui| figure(ui, cell));
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

fn school_of(cell: &Cell) -> Option<Urn> {
    cell.keys.iter().find_map(|key| if let Key::School(urn) = key { Some(*urn) } else { None })
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
        Key::School(urn) => {
            let school = scene.session.catalogue.register.school(*urn);
            school.map_or_else(|| urn.to_string(), |school| school.name.clone())
        }
        Key::Subject(subject) => subject.name.clone(),
        Key::Year(year) => year.to_string(),
        Key::Pupils(group) => group.label(),
    }
}
