//! The terms and conditions: the newest version, and writing another.

use eframe::egui::{Button, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use super::super::Room;
use super::heading;
use crate::collab::Command;
use crate::ui::admin::parts::moment;
use crate::ui::theme;

/// The part of the page as it stands.
#[derive(Debug, Default)]
pub struct State {
    /// The version that is being written.
    written: Option<String>,
    asked: Option<u64>,
}

impl State {
    /// Draws the terms.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, may: bool) {
        heading(ui, "Terms and conditions");
        let newest = room.people.newest_terms();
        let next = newest.map_or(1, |(version, _)| version + 1);
        let current = newest.map(|(_, terms)| terms.text.as_str()).unwrap_or_default();
        match newest {
            Some((version, terms)) => {
                ui.label(theme::muted(ui, format!("Version {version}, in force since {}.", moment(terms.from))));
            }
            None => {
                ui.label(theme::muted(ui, "There are none yet: groups that schools see need them."));
            }
        }
        if let Some(Ok(_)) = room.outcome_of(self.asked) {
            (self.written, self.asked) = (None, None);
        }
        let Some(written) = &mut self.written else {
            ScrollArea::vertical().id_salt("terms").max_height(180.0).auto_shrink([false, true]).show(ui, |ui| {
                ui.label(current);
            });
            let button = ui.add_enabled(may, Button::new("Write a new version"));
            if button.on_disabled_hover_text("For those who decide for everyone.").clicked() {
                self.written = Some(current.to_owned());
            }
            return;
        };
        let words = "Whoever makes a group visible to schools from then on reads and accepts this version. \
                     Groups that are visible already keep the version that was accepted.";
        ui.label(theme::muted(ui, words));
        ScrollArea::vertical().id_salt("new terms").max_height(260.0).auto_shrink([false, true]).show(ui, |ui| {
            let field = ui.add(TextEdit::multiline(written).desired_rows(10).desired_width(f32::INFINITY));
            field.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, true, "New version of the terms"));
        });
        let text = written.trim().to_owned();
        let why_not = match () {
            () if text.is_empty() => Some("Write the terms first."),
            () if text == current.trim() => Some("Nothing is changed."),
            () if room.busy => Some("A change is being made; wait a moment."),
            () => None,
        };
        let mut cancelled = false;
        ui.horizontal(|ui| {
            let button = ui.add_enabled(why_not.is_none(), Button::new(format!("Put version {next} in force")));
            if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
                self.asked = Some(room.ask(Command::WriteTerms { text }));
            }
            cancelled = ui.button("Discard").clicked();
            if let Some(result) = room.outcome_of(self.asked) {
                super::super::say(ui, result);
            }
        });
        if cancelled {
            (self.written, self.asked) = (None, None);
        }
    }
}
