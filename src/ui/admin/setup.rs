//! How the whole is set up: locking, days to answer, the mail server, the outbox, the terms.

mod outbox;
mod server;
mod terms;

use eframe::egui::{Button, DragValue, Grid, RichText, Ui};

use self::server::Draft;
use super::Room;
use crate::collab::mail::Security;
use crate::collab::{Command, Setup};
use crate::ui::admin::parts::card;
use crate::ui::theme;

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    /// What is written in the form, and the set-up that it was made of.
    draft: Draft,
    base: Option<Setup>,
    saved: Option<u64>,
    password: server::Password,
    outbox: outbox::State,
    terms: terms::State,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let may = decides_for_all(room);
        self.follow(&room.people.setup);
        if !may {
            let words = format!("This is set up by administrators of {}; you can look at it.", who_decides(room));
            ui.label(theme::muted(ui, words));
            ui.add_space(theme::space().half);
        }
        card(ui, "", |ui| {
            ui.add_enabled_ui(may, |ui| self.general(ui));
        });
        ui.add_space(theme::space().one);
        card(ui, "", |ui| {
            ui.add_enabled_ui(may, |ui| self.draft.server_ui(ui));
            self.password.ui(ui, room, may);
        });
        ui.add_space(theme::space().one);
        self.save(ui, room, may);
        ui.add_space(theme::space().two);
        card(ui, "", |ui| self.outbox.ui(ui, room, may));
        ui.add_space(theme::space().one);
        card(ui, "", |ui| self.terms.ui(ui, room, may));
        ui.add_space(theme::space().two);
    }

    /// Follows a set-up that was changed, but for what is being written.
    fn follow(&mut self, now: &Setup) {
        let edited = self.base.as_ref().is_some_and(|base| self.draft.setup(base) != *base);
        if !edited && self.base.as_ref() != Some(now) {
            (self.draft, self.base) = (Draft::of(now), Some(now.clone()));
        }
        if self.draft.setup(now) == *now {
            self.base = Some(now.clone());
        }
    }

    fn general(&mut self, ui: &mut Ui) {
        heading(ui, "Locking and answers");
        Grid::new("general set-up").num_columns(3).show(ui, |ui| {
            let label = ui.label("Minutes until an idle window is locked");
            ui.add(DragValue::new(&mut self.draft.idle_minutes).range(0..=1_440)).labelled_by(label.id);
            ui.label(theme::muted(ui, "0: never. Made-up people of a demonstration have no password, and no lock."));
            ui.end_row();
            let label = ui.label("Days within which a school is asked to answer");
            ui.add(DragValue::new(&mut self.draft.answer_days).range(1..=365)).labelled_by(label.id);
            ui.label(theme::muted(ui, "Holds for requests that are recorded from now on."));
            ui.end_row();
        });
    }

    fn save(&mut self, ui: &mut Ui, room: &mut Room<'_>, may: bool) {
        let now = &room.people.setup;
        let edited = self.draft.setup(now) != *now;
        let problem = self.draft.problem();
        let why_not = match () {
            () if !may => Some(format!("For administrators of {}.", who_decides(room))),
            () if !edited => Some("Nothing is changed.".to_owned()),
            () if room.busy => Some("A change is being made; wait a moment.".to_owned()),
            () => problem.clone(),
        };
        if edited && let Some(problem) = problem {
            super::say(ui, &Err(problem));
        }
        if edited && self.base.as_ref() != Some(now) {
            let words = "× Somebody else has changed the set-up meanwhile. Saving puts yours in its place; \
                         “Put back” shows theirs.";
            ui.label(RichText::new(words).color(*theme::of(ui).warning));
        }
        ui.horizontal(|ui| {
            let button = ui.add_enabled(why_not.is_none(), Button::new("Save set-up"));
            if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
                let setup = self.draft.setup(now);
                self.saved = Some(room.ask(Command::SetUp { setup }));
            }
            let button = ui.add_enabled(edited, Button::new("Put back"));
            if button.on_disabled_hover_text("Nothing is changed.").clicked() {
                (self.draft, self.base, self.saved) = (Draft::of(now), Some(now.clone()), None);
            }
            match room.outcome_of(self.saved) {
                Some(Ok(_)) if !edited => super::say(ui, &Ok("The set-up is saved.".to_owned())),
                Some(Err(why)) => super::say(ui, &Err(why.clone())),
                _ => {}
            }
        });
    }
}

/// Whether who looks may decide for everyone.
pub(super) fn decides_for_all(room: &Room<'_>) -> bool {
    room.people.decider().is_some_and(|decider| room.administered().contains(&decider))
}

fn who_decides(room: &Room<'_>) -> String {
    room.people.decider().map(|decider| room.people.organisation_name(decider).to_owned()).unwrap_or_default()
}

/// How the line to a mail server is closed.
pub(super) fn security_in_words(security: Security) -> &'static str {
    match security {
        Security::StartTls => "STARTTLS",
        Security::Tls => "TLS from the start",
        Security::None => "open line",
    }
}

fn heading(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).font(theme::strong()));
    ui.add_space(theme::space().half);
}

impl Draft {
    /// The form for a set-up.
    fn of(setup: &Setup) -> Self {
        let form = Self { idle_minutes: setup.idle_minutes, answer_days: setup.answer_days, ..Self::default() };
        setup.mail.as_ref().map_or(form.clone(), |server| form.with(server))
    }

    /// The set-up as it is written, beside what is not in the form.
    fn setup(&self, before: &Setup) -> Setup {
        let (idle_minutes, answer_days) = (self.idle_minutes, self.answer_days);
        Setup { idle_minutes, answer_days, mail: self.server(), ..before.clone() }
    }
}
