//! Parts that the pages about people share: cards, fields, and what became of what was asked.

use eframe::egui::{TextEdit, Ui};

use crate::collab::lists::Sequence;
use crate::collab::{Command, People, Role};
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

/// Commands that are carried out one after the other: each waits for the outcome of the one before.
#[derive(Debug, Default)]
pub struct Run {
    sequence: Sequence,
    /// The ticket of the command that is being carried out, and what it does.
    waits: Option<(u64, String)>,
    /// For how many frames nothing has been carried out and no outcome has come.
    idle: u8,
    done: usize,
    of: usize,
    end: Option<Result<String, String>>,
}

impl Run {
    /// Begins with the first command at the next [`Self::advance`].
    pub fn begin(people: &People, commands: impl IntoIterator<Item = (Command, String)>) -> Self {
        let sequence = Sequence::new(people, commands);
        Self { of: sequence.left(), sequence, ..Self::default() }
    }

    /// Whether commands are still to be carried out.
    pub fn goes_on(&self) -> bool {
        self.waits.is_some() || (self.end.is_none() && self.done < self.of)
    }

    /// Takes the outcome of a command and asks for the next.
    pub fn advance(&mut self, room: &mut Room<'_>) {
        if let Some((ticket, words)) = &self.waits {
            match room.outcome_of(Some(*ticket)) {
                None => {
                    self.idle = if room.busy { 0 } else { self.idle.saturating_add(1) };
                    // An outcome that came while another page was shown is gone.
                    if self.idle > 3 {
                        let (done, of) = (self.done, self.of);
                        self.end = Some(Err(format!("{done} of {of} done; look whether this was too: {words}")));
                        self.waits = None;
                    }
                    return;
                }
                Some(Ok(_)) => self.done += 1,
                Some(Err(why)) => {
                    let (done, of) = (self.done, self.of);
                    let rest = of - done - 1;
                    let after = if rest > 0 { format!(" The {rest} after it were not tried.") } else { String::new() };
                    self.end = Some(Err(format!("{done} of {of} done; then this was refused: {words}. {why}.{after}")));
                }
            }
            self.waits = None;
        }
        if !self.goes_on() || room.busy {
            return;
        }
        if let Some((command, words)) = self.sequence.take_next(room.people) {
            self.waits = Some((room.ask(command), words));
            self.idle = 0;
        }
    }

    /// Says how far it is, or how it ended. It can be stopped between two commands.
    pub fn ui(&mut self, ui: &mut Ui) {
        if self.goes_on() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(format!("{} of {} done", self.done, self.of));
                if ui.button("Stop").on_hover_text("What is done stays; the rest is not tried").clicked() {
                    self.waits = None;
                    self.end = Some(Err(format!("Stopped after {} of {}", self.done, self.of)));
                }
            });
            return;
        }
        match &self.end {
            Some(end) => say(ui, end),
            None if self.of > 0 => say(ui, &Ok(format!("{} of {} done", self.done, self.of))),
            None => {}
        }
    }
}
