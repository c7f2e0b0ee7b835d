//! The first step: name and description.

use eframe::egui::{TextEdit, Ui};

use super::form::Form;
use crate::collab::OrganisationId;
use crate::ui::admin::Room;
use crate::ui::theme;
use crate::ui::widgets::{Pick, picker};

/// Draws the step. `exists` where the group is there already: it stays with its owner.
pub fn ui(ui: &mut Ui, form: &mut Form, exists: bool, owners: &[OrganisationId], room: &Room<'_>) {
    ui.label("The name appears in the list of groups of everyone who sees the group.");
    ui.add_space(theme::space().one);
    let owner = room.people.organisation_name(form.draft.owner);
    if exists || owners.len() < 2 {
        ui.label(format!("Owner: {owner}"));
    } else {
        let lines = || owners.iter().map(|id| Pick::new(*id, room.people.organisation_name(*id))).collect();
        if let Some(picked) = picker(ui, "Owner", &form.draft.owner, owner, lines) {
            form.draft.owner = picked;
        }
    }
    ui.add_space(theme::space().one);
    let label = ui.label("Name");
    ui.add(TextEdit::singleline(&mut form.draft.name).desired_width(460.0)).labelled_by(label.id);
    ui.add_space(theme::space().one);
    let label = ui.label("Description");
    let field = TextEdit::multiline(&mut form.draft.description).desired_width(f32::INFINITY).desired_rows(5);
    ui.add(field).labelled_by(label.id);
    ui.label(theme::muted(ui, "What the group is for; everyone who sees it can read this"));
}
