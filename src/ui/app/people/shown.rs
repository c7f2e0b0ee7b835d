//! What stands beside the dashboards or in place of them: as whom one looks in a demonstration, and that no group is open.

use eframe::egui::{self, Align, Label, Layout, RichText, Ui, vec2};

use super::Place;
use crate::collab::{OrganisationKind, People, Person, Role};
use crate::model::words::counted;
use crate::ui::app::Window;
use crate::ui::session::Who;
use crate::ui::theme;

impl Window {
    /// Whether the people are made up: as whom one looks, or could look, is told above everything.
    pub(in crate::ui::app) fn is_for_show(&self) -> bool {
        // Where one chooses, everybody stands there already.
        let chooses = self.people.place == Some(Place::Administration) && !self.people.apart;
        let told = match self.open.as_ref().map(|open| open.session.who()) {
            Some(Who::Person(_)) => true,
            Some(Who::Anyone) => !chooses,
            Some(Who::Nobody) | None => false,
        };
        told && self.office().is_some_and(|office| office.people().setup.demo)
    }

    /// In a demonstration nobody is signed in at first: one chooses as whom to look.
    pub(super) fn choose_person(&mut self, ui: &mut Ui) {
        let Some(office) = self.office() else { return };
        let people = office.people();
        ui.label(RichText::new("Administration").font(theme::title()));
        ui.label("These people are made up. Choose as whom to look: administrators set up groups, others see them.");
        ui.add_space(theme::space().one);
        let mut chosen = None;
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (id, organisation) in &people.organisations {
                ui.add_space(theme::space().one);
                ui.label(RichText::new(&organisation.name).font(theme::strong()));
                for (person, of) in people.people_of(*id).filter(|(_, of)| of.active) {
                    let global = if of.global { ", global user" } else { "" };
                    ui.horizontal(|ui| {
                        if ui.button(format!("View as {}", of.name)).clicked() {
                            chosen = Some(person);
                        }
                        ui.label(theme::muted(ui, format!("{}{global}", of.role.word())));
                    });
                }
            }
        });
        if let Some(person) = chosen {
            self.admit(Who::Person(person), None);
            self.people.place = Some(Place::Administration);
        }
    }

    /// Who looks, told above everything where the people are made up; where nobody does, who one could be.
    pub(in crate::ui::app) fn banner(&mut self, ui: &mut Ui) {
        let Some((office, person)) = self.signed_in() else { return self.nobody(ui) };
        let people = office.people();
        let Some(who) = people.persons.get(&person).filter(|_| people.setup.demo) else { return };
        let (name, organisation) = (&who.name, people.organisation_name(who.organisation));
        let global = if who.global { ", global user" } else { "" };
        let mut leave = false;
        ui.horizontal(|ui| {
            let words =
                format!("You look as {name}: {}{global} of {organisation}. These people are made up.", who.role.word());
            ui.label(RichText::new(words).font(theme::small_strong()));
            leave = ui.small_button("See everything again").clicked();
        });
        if leave {
            self.sign_out();
        }
    }

    fn nobody(&mut self, ui: &mut Ui) {
        let Some(office) = self.office() else { return };
        let words = format!("All of it is shown. You could look as {}.", somebody(&office.people()));
        let to_right = Layout::right_to_left(Align::Center);
        // One line: the demo's dashboards need the room.
        ui.allocate_ui_with_layout(vec2(ui.available_width(), ui.spacing().interact_size.y), to_right, |ui| {
            if ui.small_button("Look as one of them").clicked() {
                self.administer();
            }
            let words = Label::new(RichText::new(words).font(theme::small())).truncate();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(words));
        });
    }

    /// Whether who looks sees no group at all: then there is nothing that a dashboard could ask.
    pub(in crate::ui::app) fn sees_nothing(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.session.catalogue.groups().is_empty())
    }

    /// Says that no group is open to who looks, and how that changes. Gives whether it does.
    pub(super) fn no_group(&mut self, ui: &mut Ui) -> bool {
        if !self.sees_nothing() {
            return false;
        }
        let administers = self.signed_in().is_some_and(|(office, person)| {
            office.people().persons.get(&person).is_some_and(|person| person.role == Role::Administrator)
        });
        ui.add_space(theme::space().three);
        ui.label(RichText::new("No group is open to you").font(theme::title()));
        ui.label("You see the results of groups for which an administrator of your organisation has chosen you.");
        if administers {
            ui.label("To administer groups is not to see their results: choose yourself where you are meant to.");
        }
        ui.add_space(theme::space().one);
        if ui.button("Administration").clicked() {
            self.administer();
        }
        true
    }
}

/// Some of the people, one of each kind, and how many more there are: "Ann, administrator of Northshire, or 11 others".
fn somebody(people: &People) -> String {
    let active = || people.persons.iter().filter(|(_, person)| person.active);
    let of_school = |person: &Person| {
        let organisation = people.organisations.get(&person.organisation);
        organisation.is_some_and(|of| matches!(of.kind, OrganisationKind::School(_)))
    };
    let kinds = [(Role::Administrator, false), (Role::Administrator, true), (Role::User, true)];
    let first = |(role, school)| active().find(|(_, person)| person.role == role && of_school(person) == school);
    let some: Vec<String> = kinds
        .into_iter()
        .filter_map(first)
        .map(|(_, person)| {
            let from = people.organisation_name(person.organisation);
            format!("{} ({} of {from})", person.name, person.role.word())
        })
        .collect();
    match active().count() - some.len() {
        0 => some.join(", "),
        1 => format!("{} or 1 other", some.join(", ")),
        n => format!("{} or {} others", some.join(", "), counted(n)),
    }
}
