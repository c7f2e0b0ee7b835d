//! Changes that are carried out one after the other: each waits for the outcome of the one before.

use eframe::egui::Ui;

use super::{Room, say};
use crate::collab::lists::Sequence;
use crate::collab::{Command, People};

/// After so many frames in which nothing is carried out, an outcome has come while another page was shown, and is gone.
const LOST: u8 = 3;

/// Changes that are being carried out.
#[derive(Debug, Default)]
pub struct Run {
    sequence: Sequence,
    /// The ticket of the change that is being carried out, and what it does.
    waits: Option<(u64, String)>,
    /// For how many frames nothing has been carried out and no outcome has come.
    idle: u8,
    /// Whether it goes on after a change that was refused: none of them builds on another.
    apart: bool,
    /// What became of each so far, in turn: the audit's entry, or why it was refused.
    became: Vec<Result<Option<i64>, String>>,
    of: usize,
    /// Why it ended before the last.
    cut: Option<String>,
}

impl Run {
    /// Begins with the first change at the next [`Self::advance`]; it ends at the first that is refused. Each comes with what
    /// it does.
    pub fn begin(people: &People, changes: impl IntoIterator<Item = (Command, String)>) -> Self {
        let sequence = Sequence::new(people, changes);
        Self { of: sequence.left(), sequence, ..Self::default() }
    }

    /// As [`Self::begin`], of changes that do not build on each other: it goes on after one that is refused.
    pub fn begin_apart(people: &People, changes: impl IntoIterator<Item = (Command, String)>) -> Self {
        Self { apart: true, ..Self::begin(people, changes) }
    }

    /// Whether changes are still to be carried out.
    pub fn goes_on(&self) -> bool {
        self.waits.is_some() || (self.cut.is_none() && self.became.len() < self.of)
    }

    /// What became of each change so far, in turn: the audit's entry, or why it was refused.
    pub fn became(&self) -> &[Result<Option<i64>, String>] {
        &self.became
    }

    /// Why it ended before the last, where it did.
    pub fn cut(&self) -> Option<&str> {
        self.cut.as_deref()
    }

    /// "2 of 3 done".
    fn so_far(&self) -> String {
        let done = self.became.iter().filter(|became| became.is_ok()).count();
        format!("{done} of {} done", self.of)
    }

    /// Takes the outcome of a change and asks for the next.
    pub fn advance(&mut self, ui: &Ui, room: &mut Room<'_>) {
        if let Some((ticket, words)) = self.waits.take() {
            match room.outcome_of(Some(ticket)) {
                None => {
                    self.idle = if room.busy { 0 } else { self.idle.saturating_add(1) };
                    if self.idle > LOST {
                        self.cut = Some(format!("{}; look whether this was too: {words}", self.so_far()));
                    } else {
                        self.waits = Some((ticket, words));
                    }
                }
                Some(Ok(_)) => self.became.push(Ok(room.entry_of(Some(ticket)))),
                Some(Err(why)) => {
                    if !self.apart {
                        let rest = self.of - self.became.len() - 1;
                        let rest =
                            if rest > 0 { format!(" The {rest} after it were not tried.") } else { String::new() };
                        let done = self.so_far();
                        self.cut = Some(format!("{done}; then this was refused: {words}. {why}.{rest}"));
                    }
                    self.became.push(Err(why.clone()));
                }
            }
        }
        if !self.goes_on() || room.busy {
            return;
        }
        if self.waits.is_none()
            && let Some((command, words)) = self.sequence.take_next(room.people)
        {
            self.waits = Some((room.ask(command), words));
            self.idle = 0;
        }
        ui.ctx().request_repaint();
    }

    /// Says how far it is, or how it ended. It can be stopped between two changes.
    pub fn ui(&mut self, ui: &mut Ui) {
        if self.goes_on() {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(self.so_far());
                if ui.button("Stop").on_hover_text("What is done stays; the rest is not tried").clicked() {
                    self.waits = None;
                    self.cut = Some(format!("Stopped: {}", self.so_far()));
                }
            });
            return;
        }
        match &self.cut {
            Some(why) => say(ui, &Err(why.clone())),
            None if self.of > 0 => say(ui, &Ok(self.so_far())),
            None => {}
        }
    }
}
