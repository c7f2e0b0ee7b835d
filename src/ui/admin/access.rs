//! Who can see what, and why: the reasoning by which access is decided, step by step.

mod group;
mod person;

use eframe::egui::{RichText, Ui};

use super::people::reach;
use super::{Request, Room};
use crate::collab::{GroupId, PersonId, Role, Step};
use crate::ui::theme;
use crate::ui::widgets::{Pick, picker, segment};

/// From which side access is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Side {
    #[default]
    Person,
    Group,
}

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    side: Side,
    person: Option<PersonId>,
    group: Option<GroupId>,
    of_person: person::Seen,
    of_group: group::Seers,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let administrator = room.people.persons.get(&room.who).is_some_and(|who| who.role == Role::Administrator);
        if !administrator {
            ui.label("The groups that you see, and why. Ask an administrator of your organisation about others.");
            ui.add_space(theme::space().one);
            self.of_person.ui(ui, room, room.who, true);
            return;
        }
        ui.horizontal_wrapped(|ui| {
            for (side, words) in [(Side::Person, "A person"), (Side::Group, "A group")] {
                if segment(ui, words, self.side == side).clicked() {
                    self.side = side;
                }
            }
            match self.side {
                Side::Person => self.pick_person(ui, room),
                Side::Group => self.pick_group(ui, room),
            }
        });
        ui.add_space(theme::space().one);
        match (self.side, self.group) {
            (Side::Person, _) => self.of_person.ui(ui, room, self.person.unwrap_or(room.who), false),
            (Side::Group, Some(group)) => self.of_group.ui(ui, room, group),
            (Side::Group, None) => {
                ui.label("There is no group yet that you administer or that lists your school.");
            }
        }
    }

    fn pick_person(&mut self, ui: &mut Ui, room: &Room<'_>) {
        let managed = reach::managed(room);
        let inside = |id: &PersonId| {
            *id == room.who || room.people.persons.get(id).is_some_and(|person| managed.contains(&person.organisation))
        };
        let chosen = self.person.filter(inside).unwrap_or(room.who);
        let lines = || {
            let within = room.people.persons.iter().filter(|(id, _)| inside(id));
            let line = |(id, person): (&PersonId, &crate::collab::Person)| Pick {
                value: *id,
                words: format!("{}, {}", person.name, person.email),
                note: room.people.organisation_name(person.organisation).to_owned(),
            };
            within.map(line).collect()
        };
        let picked = picker(ui, "Person", &chosen, room.people.name(chosen), lines);
        self.person = Some(picked.unwrap_or(chosen));
    }

    fn pick_group(&mut self, ui: &mut Ui, room: &Room<'_>) {
        let known = reach::known_groups(room);
        let chosen = self.group.filter(|id| known.contains(id)).or(known.first().copied());
        self.group = chosen;
        let Some(chosen) = chosen else { return };
        let name = |id: &GroupId| room.people.groups.get(id).map_or_else(String::new, |group| group.name.clone());
        let note = |id: &GroupId| {
            let group = room.people.groups.get(id);
            group.map_or_else(String::new, |group| room.people.organisation_name(group.owner).to_owned())
        };
        let lines = || known.iter().map(|id| Pick { value: *id, words: name(id), note: note(id) }).collect();
        if let Some(picked) = picker(ui, "Group", &chosen, &name(&chosen), lines) {
            self.group = Some(picked);
        }
    }
}

/// "✓ Ada is a global user of …".
fn step_words(step: &Step) -> String {
    format!("{} {}", if step.holds { "✓" } else { "×" }, step.words)
}

/// Draws a step of the reasoning.
fn step(ui: &mut Ui, step: &Step) {
    let colours = theme::of(ui);
    let colour = if step.holds { *colours.above } else { *colours.below };
    ui.label(RichText::new(step_words(step)).color(colour));
}

/// The button that copies a summary.
fn copy_summary(ui: &mut Ui, room: &mut Room<'_>, text: &str) {
    if ui.button("Copy summary").clicked() {
        room.out.push(Request::Copy(text.to_owned()));
    }
}
