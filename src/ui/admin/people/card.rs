//! The card of a person: what they may do, and what they see and why.

use std::collections::BTreeSet;

use eframe::egui::{Grid, RichText, Ui};

use super::parts::{Asked, field, role, tick};
use super::table::SignIn;
use super::{copy, edit, invitation, reach};
use crate::collab::{GroupId, OrganisationId, People, Person, PersonId, Side, Verdict, verdict};
use crate::ui::admin::parts::{button, card};
use crate::ui::admin::{Page, Request, Room};
use crate::ui::theme;

/// What the leaflet says of global users.
pub const GLOBAL: &str =
    "Global users automatically receive access to any Collaborate group set up by the organisation.";
pub const GLOBAL_OF_SCHOOL: &str =
    "Global users automatically receive access to any Collaborate group which is visible to the school.";

/// The leaflet's words for an organisation.
pub fn about_global(people: &People, organisation: OrganisationId) -> &'static str {
    let kind = people.organisations.get(&organisation).map(|known| known.kind);
    if matches!(kind, Some(crate::collab::OrganisationKind::School(_))) { GLOBAL_OF_SCHOOL } else { GLOBAL }
}

/// The card of a person, with what is being changed.
#[derive(Debug)]
pub struct Card {
    id: PersonId,
    /// What the person was when the card was opened or saved last.
    before: Person,
    after: Person,
    saved: Asked,
    password: Asked,
}

impl Card {
    /// The card of a person.
    pub fn of(people: &People, id: PersonId) -> Option<Self> {
        let person = people.persons.get(&id)?.clone();
        let (saved, password) = (Asked::default(), Asked::default());
        Some(Self { id, before: person.clone(), after: person, saved, password })
    }

    /// Draws the card. Gives whether it stays open.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, managed: &BTreeSet<OrganisationId>) -> bool {
        self.password.settle(room);
        self.saved.settle(room);
        let known = room.people.persons.get(&self.id);
        let Some(now) = known.filter(|person| managed.contains(&person.organisation)) else { return false };
        if *now != self.before {
            // Somebody has changed the person, or this card has: what was not touched here follows.
            follow(&mut self.after, &self.before, now);
            self.before = now.clone();
        }
        let back = ui.button("All people").clicked();
        ui.add_space(theme::space().half);
        let title = format!("{}, {}", self.before.name, room.people.organisation_name(self.before.organisation));
        card(ui, &title, |ui| self.form(ui, room));
        card(ui, "Groups they see, and why", |ui| self.groups(ui, room));
        !back
    }

    fn form(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let sign_in = SignIn::of(room.people, self.id, &self.before);
        let theirs = reach::not_yours(room, self.before.organisation);
        // Of a school's administrators an authority may change the name, and whether they are active.
        let whole = theirs.as_deref().filter(|_| self.before.role == crate::collab::Role::User);
        Grid::new("card").num_columns(2).spacing([theme::space().two, theme::space().one]).show(ui, |ui| {
            ui.label("E-mail");
            ui.label(format!("{}, {}", self.before.email, sign_in.words()));
            ui.end_row();
            field(ui, "Name", &mut self.after.name, whole);
            role(ui, &mut self.after.role, theirs.as_deref());
            ui.label("");
            ui.vertical(|ui| {
                tick(ui, &mut self.after.global, "Global user", theirs.as_deref());
                ui.label(theme::muted(ui, about_global(room.people, self.before.organisation)));
            });
            ui.end_row();
            ui.label("");
            ui.vertical(|ui| {
                tick(ui, &mut self.after.active, "Active", whole);
                ui.label(theme::muted(
                    ui,
                    "Who is not active may not sign in and sees nothing; nothing of them is lost.",
                ));
            });
            ui.end_row();
        });
        if let Some(why) = &theirs {
            ui.label(theme::muted(ui, format!("{why}.")));
        }
        ui.add_space(theme::space().one);
        ui.horizontal_wrapped(|ui| {
            let why = match self.after {
                _ if room.busy => Some("Something is being carried out"),
                ref after if *after == self.before => Some("Nothing is changed"),
                ref after if after.name.trim().is_empty() => Some("The name is missing"),
                _ => None,
            };
            if button(ui, "Save", why) {
                self.saved.wait_for(room.ask(edit(self.id, &self.after)));
            }
            let why = match (room.people.setup.demo, self.before.active) {
                _ if room.busy => Some("Something is being carried out"),
                (true, _) => Some("The people of a demonstration sign in without a password"),
                (_, false) => Some("Who is not active may not sign in"),
                _ => None,
            };
            if button(ui, "Set a one-time password", why) {
                *room.tickets += 1;
                let ticket = *room.tickets;
                room.out.push(Request::ResetPassword { ticket, person: self.id });
                self.password.wait_for(ticket);
            }
            copy(ui, room, "Copy how to sign in", |room| invitation(room, &self.before));
            if room.people.setup.demo {
                let itself = (room.who == self.id).then_some("You look as this person already");
                let why = itself.or((!self.before.active).then_some("Who is not active may not sign in"));
                if button(ui, "View as", why) {
                    room.out.push(Request::ViewAs(self.id));
                }
            }
        });
        self.saved.ui(ui);
        self.password.ui(ui);
        if let Some(Ok(words)) = self.password.result() {
            copy(ui, room, "Copy the one-time password's message", |_| words.clone());
        }
    }

    fn groups(&self, ui: &mut Ui, room: &mut Room<'_>) {
        let known = reach::known_groups(room);
        let seen: Vec<(GroupId, Verdict)> = known
            .iter()
            .map(|id| (*id, verdict(room.people, self.id, *id)))
            .filter(|(_, verdict)| verdict.sees())
            .collect();
        if seen.is_empty() {
            let hint =
                "They see none of the groups that you administer. Tick “Global user”, or allocate them to a group.";
            ui.label(hint);
        }
        for (id, verdict) in &seen {
            let Some(group) = room.people.groups.get(id) else { continue };
            ui.label(RichText::new(format!("✓ {}", group.name)).font(theme::small_strong()));
            ui.label(theme::muted(ui, reason(verdict)));
            ui.add_space(theme::space().half);
        }
        if ui.button("Who can see what…").on_hover_text("The whole chain of reasons, for groups not seen too").clicked()
        {
            room.out.push(Request::Go(Page::Access));
        }
    }
}

/// The steps that decide: for somebody of a school the permission too.
fn reason(verdict: &Verdict) -> String {
    let last = if matches!(verdict.side, Some(Side::School(_))) { 2 } else { 1 };
    let from = verdict.chain.len().saturating_sub(last);
    let steps: Vec<&str> = verdict.chain.iter().skip(from).map(|step| step.words.as_str()).collect();
    steps.join("; ")
}

/// What was not touched since `before` becomes what it is `now`.
fn follow(after: &mut Person, before: &Person, now: &Person) {
    if after.name == before.name || after.name.trim() == now.name {
        after.name.clone_from(&now.name);
    }
    if after.role == before.role {
        after.role = now.role;
    }
    if after.global == before.global {
        after.global = now.global;
    }
    if after.active == before.active {
        after.active = now.active;
    }
    (after.email, after.organisation) = (now.email.clone(), now.organisation);
}
