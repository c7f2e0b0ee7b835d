//! One subject, school by school: a table with the group and its comparator on top.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Ui, UiBuilder};

use super::grid::{Did, Tells};
use super::{Scene, nothing};
use crate::desk::Answer;
use crate::model::{Subject, Year};
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Panel, SubjectSchools};
use crate::ui::widgets::{Pick, picker};
use crate::ui::{questions, theme};

mod drawn;

use drawn::{Drawn, Order, Who};

/// Height of the note below the table, in points.
const FOOT: f32 = 20.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<Option<Order>, Option<Drawn>>,
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
        let mut table_ui = ui.new_child(UiBuilder::new().max_rect(above));
        table_ui.shrink_clip_rect(above);
        let session = scene.session;
        let tip = |ui: &mut Ui, row: usize, column: Option<usize>| match (drawn.who(row), column) {
            (Some(who), Some(nth)) => {
                ui.label(drawn.aloud(who, nth));
            }
            (Some(Who::School(row)), None) => {
                ui.strong(&row.name);
                if let Some(school) = session.catalogue.register.school(row.urn) {
                    let trust = school.trust_name.as_ref().map(|name| format!(" · {name}")).unwrap_or_default();
                    let words = format!("URN {} · {} · {}{trust}", school.urn, school.phase, school.la_name);
                    ui.label(theme::muted(ui, words));
                }
            }
            (Some(who), None) => {
                ui.label(drawn.name(who));
            }
            (None, _) => {}
        };
        let aloud = |row: usize, nth: usize| drawn.who(row).map(|who| drawn.aloud(who, nth)).unwrap_or_default();
        let tells = Tells { row: &|nth| drawn.row(nth), tip: &tip, aloud: Some(&aloud) };
        if let Some(Did::Head(nth)) = drawn.grid.ui(&mut table_ui, id, scene, &tells) {
            // A second click turns the order round. Names stand from A to Z.
            let sorted = nth.and_then(|nth| drawn.columns.get(nth)?.sorts_by());
            let ascending = sorted.is_some() && sorted == chosen.sorted && !chosen.ascending;
            let chosen = SubjectSchools { sorted, ascending, ..chosen.clone() };
            scene.out.changes.push(Change::Panel(id, Panel::SubjectSchools(chosen)));
        }
        let mut foot_ui = ui.new_child(UiBuilder::new().max_rect(foot).layout(Layout::left_to_right(Align::Center)));
        let note = theme::muted(&foot_ui, drawn.note.as_str());
        foot_ui.add(Label::new(note).truncate().selectable(false)).on_hover_text(&drawn.note);
        ui.advance_cursor_after_rect(room);
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
