//! The question before a change that shows something to more people.

use eframe::egui::{Button, Id, RichText, ScrollArea, Ui};

use super::effect::Effect;
use crate::ui::admin::say;
use crate::ui::theme;
use crate::ui::widgets::dialog;

/// What is asked.
#[derive(Debug, Default)]
pub struct Confirm {
    pub title: String,
    /// The words of the button that does it.
    pub yes: &'static str,
    /// By group: what becomes visible to whom.
    pub effects: Vec<(String, Effect)>,
    /// What will not be done, and why.
    pub refused: Vec<String>,
}

impl Confirm {
    /// Draws it over everything else. `Some` once it is answered. `why_not` says why it cannot be done at this moment.
    pub fn ui(&self, ui: &Ui, why_not: Option<&str>) -> Option<bool> {
        dialog(ui, Id::unique("confirm a change of groups"), 560.0, false, |ui| {
            let mut answer = None;
            ui.label(RichText::new(&self.title).font(theme::title()));
            ui.add_space(theme::space().one);
            ScrollArea::vertical().max_height(400.0).auto_shrink([false, true]).show(ui, |ui| {
                for (name, effect) in &self.effects {
                    if self.effects.len() > 1 {
                        ui.label(RichText::new(name).font(theme::strong()));
                    }
                    effect.ui(ui);
                    ui.add_space(theme::space().one);
                }
                for refused in &self.refused {
                    say(ui, &Err(refused.clone()));
                }
            });
            ui.label(theme::muted(ui, "Everyone whom it concerns is told"));
            ui.add_space(theme::space().two);
            ui.horizontal(|ui| {
                let button = ui.add_enabled(why_not.is_none(), Button::new(self.yes));
                if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
                    answer = Some(true);
                }
                if ui.button("Cancel").clicked() {
                    answer = Some(false);
                }
            });
            answer
        })
    }
}
