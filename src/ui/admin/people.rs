//! To be written.

use eframe::egui::Ui;

use super::Room;

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, _room: &mut Room<'_>) {
        ui.label("…");
    }
}
