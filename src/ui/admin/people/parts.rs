//! Parts that the pages about people share: cards, fields, and what became of what was asked.

use eframe::egui::{TextEdit, Ui};

use crate::collab::Role;
use crate::ui::admin::{Room, say};
use crate::ui::widgets;

/// A row of a grid: what is asked, and a field for it.
pub fn field(ui: &mut Ui, name: &str, text: &mut String, why_not: Option<&str>) {
    let label = ui.label(name);
    let field = ui.add_enabled(why_not.is_none(), TextEdit::singleline(text).desired_width(320.0));
    let field = field.labelled_by(label.id);
    if let Some(why) = why_not {
        field.on_disabled_hover_text(why);
    }
    ui.end_row();
}

/// A row of a grid: the choice of a role.
pub fn role(ui: &mut Ui, role: &mut Role, why_not: Option<&str>) {
    ui.label("Role");
    let inner = ui.add_enabled_ui(why_not.is_none(), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (one, words) in [(Role::User, "User"), (Role::Administrator, "Administrator")] {
                let response = widgets::segment(ui, words, *role == one);
                if response.clicked() {
                    *role = one;
                }
                if let Some(why) = why_not {
                    response.on_disabled_hover_text(why);
                }
            }
        });
    });
    inner.response.on_hover_text("Administrators set up groups and people; they do not thereby see results");
    ui.end_row();
}

/// A box to tick that says why it cannot be used, where it cannot.
pub fn tick(ui: &mut Ui, ticked: &mut bool, words: &str, why_not: Option<&str>) {
    let response = ui.add_enabled(why_not.is_none(), eframe::egui::Checkbox::new(ticked, words));
    if let Some(why) = why_not {
        response.on_disabled_hover_text(why);
    }
}

/// A request and what became of it, kept beside what asked for it.
#[derive(Debug, Default)]
pub struct Asked {
    ticket: Option<u64>,
    result: Option<Result<String, String>>,
}

impl Asked {
    /// Waits for the outcome of a request.
    pub fn wait_for(&mut self, ticket: u64) {
        *self = Self { ticket: Some(ticket), result: None };
    }

    /// Takes the outcome once it is there. Gives whether it has just come and is good.
    pub fn settle(&mut self, room: &Room<'_>) -> bool {
        let Some(result) = room.outcome_of(self.ticket) else { return false };
        let good = result.is_ok();
        *self = Self { ticket: None, result: Some(result.clone()) };
        good
    }

    /// What became of it.
    pub fn result(&self) -> Option<&Result<String, String>> {
        self.result.as_ref()
    }

    /// Says what became of it.
    pub fn ui(&self, ui: &mut Ui) {
        if let Some(result) = &self.result {
            say(ui, result);
        }
    }
}
