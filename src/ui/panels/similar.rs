//! Schools with an intake like that of one school.

use std::sync::Arc;

use eframe::egui::Ui;

use super::{Scene, nothing};
use crate::desk::Answer;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::SimilarTo;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(), ()>,
}

impl State {
    pub fn ask(&mut self, id: u64, _chosen: &SimilarTo, scene: &Scene<'_>) -> Progress {
        self.sheet.ask(&scene.session.desk, id, &[], (), |_| ())
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.shown().map(|((), answers)| answers.to_vec()).unwrap_or_default()
    }

    pub fn ui(&mut self, ui: &mut Ui, _id: u64, _chosen: &SimilarTo, _scene: &mut Scene<'_>) {
        nothing(ui, "");
    }
}
