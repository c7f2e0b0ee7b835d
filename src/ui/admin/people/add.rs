//! Adding people, and the organisations that they belong to.

use std::collections::BTreeSet;

use eframe::egui::{Grid, TextEdit, Ui};

use super::card::about_global;
use super::parts::{Asked, field, role, tick};
use super::{copy, invitation, organisation_words, reach};
use crate::collab::{Command, OrganisationId, OrganisationKind, Role};
use crate::ui::admin::Room;
use crate::ui::admin::parts::{button, card};
use crate::ui::theme;
use crate::ui::widgets::{Pick, picker};

/// The form for a new person.
#[derive(Debug)]
pub struct NewPerson {
    email: String,
    name: String,
    organisation: Option<OrganisationId>,
    role: Role,
    global: bool,
    asked: Asked,
    /// The e-mail of who was added last.
    added: Option<String>,
}

impl Default for NewPerson {
    fn default() -> Self {
        let (email, name, organisation) = (String::new(), String::new(), None);
        Self { email, name, organisation, role: Role::User, global: false, asked: Asked::default(), added: None }
    }
}

impl NewPerson {
    /// Draws the form.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, managed: &BTreeSet<OrganisationId>) {
        if self.asked.settle(room) {
            self.added = Some(std::mem::take(&mut self.email));
            (self.name, self.global) = (String::new(), false);
        }
        let own = room.people.persons.get(&room.who).map(|who| who.organisation);
        self.organisation = self.organisation.filter(|id| managed.contains(id)).or(own);
        let Some(organisation) = self.organisation else { return };
        let theirs = reach::not_yours(room, organisation);
        if theirs.is_some() {
            // Whom an authority may add to a school.
            (self.role, self.global) = (Role::Administrator, false);
        }
        card(ui, "Add a person", |ui| {
            Grid::new("new person").num_columns(2).spacing([theme::space().two, theme::space().one]).show(ui, |ui| {
                field(ui, "E-mail", &mut self.email, None);
                field(ui, "Name", &mut self.name, None);
                ui.label("");
                let name = organisation_words(room, organisation);
                let lines = || managed.iter().map(|id| Pick::new(*id, organisation_words(room, *id))).collect();
                if let Some(picked) = picker(ui, "Belongs to", &organisation, &name, lines) {
                    self.organisation = Some(picked);
                }
                ui.end_row();
                role(ui, &mut self.role, theirs.as_deref());
                ui.label("");
                ui.vertical(|ui| {
                    tick(ui, &mut self.global, "Global user", theirs.as_deref());
                    ui.label(theme::muted(ui, about_global(room.people, organisation)));
                });
                ui.end_row();
            });
            if let Some(why) = &theirs {
                ui.label(theme::muted(ui, format!("You can add the school's administrators. {why}.")));
            }
            let why = match (self.email.trim().is_empty(), self.name.trim().is_empty()) {
                _ if room.busy => Some("Something is being carried out"),
                (true, _) => Some("The e-mail is missing"),
                (_, true) => Some("The name is missing"),
                _ => None,
            };
            if button(ui, "Add", why) {
                let (email, name) = (self.email.trim().to_owned(), self.name.clone());
                let (role, global) = (self.role, self.global);
                self.asked.wait_for(room.ask(Command::AddPerson { email, name, organisation, role, global }));
            }
            self.asked.ui(ui);
            let added = self.added.as_deref().and_then(|email| room.people.by_email(email));
            if let Some((_, person)) = added {
                let mut text = invitation(room, person);
                ui.add_space(theme::space().half);
                let label = ui.label(format!("What to send to {}", person.email));
                // Shown to be read and copied; what is typed into it is not kept.
                ui.add(TextEdit::multiline(&mut text).desired_rows(6).desired_width(f32::INFINITY))
                    .labelled_by(label.id);
                copy(ui, room, "Copy invitation", |_| text.clone());
            }
        });
    }
}

/// The form for a new organisation: a school that has none yet; for the system an authority or trust too.
#[derive(Debug, Default)]
pub struct NewOrganisation {
    chosen: Option<(OrganisationKind, String)>,
    asked: Asked,
}

impl NewOrganisation {
    /// Draws the form.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        if self.asked.settle(room) {
            self.chosen = None;
        }
        card(ui, "Add a school or organisation", |ui| {
            ui.label("A school needs an organisation here before its people can be added. Then add its administrator, who chooses the school's users.");
            ui.horizontal_wrapped(|ui| {
                let (people, own) = (room.people, room.people.kind_of(room.who));
                let words = self.chosen.as_ref().map_or("choose…", |(_, name)| name.as_str());
                let lines = || {
                    let all = reach::to_add(people, room.register, own).into_iter();
                    let line = |(kind, name): (OrganisationKind, String)| Pick {
                        words: name.clone(),
                        note: note(kind),
                        value: Some((kind, name)),
                    };
                    all.map(line).collect()
                };
                let chosen = picker(ui, "School", &self.chosen, words, lines);
                if let Some(picked) = chosen {
                    self.chosen = picked;
                }
                let why = match &self.chosen {
                    _ if room.busy => Some("Something is being carried out"),
                    None => Some("Choose a school first"),
                    Some(_) => None,
                };
                let pressed = button(ui, "Add organisation", why);
                if let Some((kind, name)) = self.chosen.clone().filter(|_| pressed) {
                    self.asked.wait_for(room.ask(Command::AddOrganisation { kind, name }));
                }
            });
            self.asked.ui(ui);
        });
    }
}

/// "school 100053", "local authority 936".
fn note(kind: OrganisationKind) -> String {
    kind.words().to_lowercase()
}
