//! Schools with an intake like that of one school, and how it does beside them.

use std::sync::Arc;

use eframe::egui::{Role, Sense, Ui, WidgetInfo};

use super::grid::Tells;
use super::{Scene, nothing};
use crate::desk::{Answer, LikeSchool, Similar};
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Panel, SimilarTo};
use crate::ui::{questions, theme};

mod controls;
mod drawn;

use drawn::Drawn;

/// What is looked for, or what is to be done first.
type Wanted = Result<LikeSchool, &'static str>;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The schools that were found. Which results are asked for depends on them.
    near: Sheet<LikeSchool, Result<Similar, String>>,
    sheet: Sheet<Option<Wanted>, Drawn>,
}

impl State {
    pub fn ask(&mut self, id: u64, chosen: &SimilarTo, scene: &Scene<'_>) -> Progress {
        let (view, catalogue, desk) = (scene.view, &scene.session.catalogue, &scene.session.desk);
        let wanted = questions::like_school(view, catalogue, chosen);
        let (like, inputs) = match wanted.and_then(|like| {
            let inputs = like.inputs().map_err(|_| "No intake of schools is loaded")?;
            Ok((like, inputs))
        }) {
            Ok(both) => both,
            Err(first) => return self.sheet.ask(desk, id, &[], Some(Err(first)), |_| Drawn::only(first)),
        };
        let find = |answers: &[Arc<Answer>]| {
            let answer = answers.first().ok_or_else(|| "No intake of schools is loaded".to_owned())?;
            like.nearest(&catalogue.register, answer).map_err(|_| {
                let school = catalogue.register.school(like.school).map_or("the school", |school| &school.name);
                format!("The intake of {school} at {} in {} is not known", like.stage, like.year)
            })
        };
        let progress = self.near.ask(desk, id, std::slice::from_ref(&inputs), like.clone(), find);
        let (Progress::Ready, Some((found, _))) = (&progress, self.near.shown()) else { return progress };
        // In the first place stands the question of the schools' inputs still: it is the same in the same frame.
        let mut questions = vec![inputs];
        if let Ok(similar) = found {
            let near = similar.comparators();
            questions.extend(questions::similar_results(view, catalogue, chosen, like.school, near));
        }
        let make = |answers: &[Arc<Answer>]| Drawn::of(&like, found, answers, catalogue);
        self.sheet.ask(desk, id, &questions, Some(Ok(like.clone())), make)
    }

    /// The results first: the table twin has their rows.
    pub fn answers(&self) -> Vec<Arc<Answer>> {
        let answers = self.sheet.shown().map(|(_, answers)| answers).unwrap_or_default();
        match answers {
            [inputs, each, others @ ..] => [each, inputs].into_iter().chain(others).cloned().collect(),
            few => few.to_vec(),
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, chosen: &SimilarTo, scene: &mut Scene<'_>) {
        let mut changed = chosen.clone();
        let similar = self.near.shown().and_then(|(found, _)| found.as_ref().ok());
        let counts = similar.map(|similar| similar.counts.as_slice()).unwrap_or_default();
        let drawn = self.sheet.shown().map(|(drawn, _)| drawn);
        ui.horizontal_wrapped(|ui| {
            controls::choose(ui, &mut changed, counts, scene);
            if let Some(drawn) = drawn {
                controls::act(ui, drawn, scene);
            }
        });
        if changed != *chosen {
            scene.out.changes.push(Change::Panel(id, Panel::Similar(changed)));
        }
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        ui.add_space(theme::space().half);
        if let Some(message) = &drawn.message {
            let room = ui.available_rect_before_wrap();
            let whole = ui.interact(room, ui.scope_id().with(("similar schools", id)), Sense::hover());
            whole.widget_info(|| WidgetInfo::labeled(Role::Label, true, message));
            let inner = ui.new_child(eframe::egui::UiBuilder::new().max_rect(room));
            nothing(&inner, message);
            return;
        }
        ui.label(&drawn.in_words);
        ui.label(theme::muted(ui, &drawn.found));
        ui.add_space(theme::space().half);
        let session = scene.session;
        let tip = |ui: &mut Ui, row: usize, column: Option<usize>| {
            drawn.tooltip(ui, answers, &session.catalogue, row, column);
        };
        let row = |nth: usize| drawn.rows.get(nth).cloned().unwrap_or_default();
        drawn.grid.ui(ui, id, scene, &Tells { row: &row, tip: &tip, aloud: None });
    }
}
