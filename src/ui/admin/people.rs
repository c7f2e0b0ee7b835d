//! Users I manage: people of the organisations that an administrator answers for, what they may do, and lists of them.

mod add;
mod card;
mod csv;
pub(super) mod parts;
pub(super) mod reach;
mod table;

use std::collections::BTreeSet;

use eframe::egui::Ui;

use super::run::Run;
use super::{Request, Room};
use crate::collab::{Command, OrganisationId, Person, PersonId};
use crate::ui::admin::parts::button;
use crate::ui::theme;

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    table: table::Table,
    ticked: BTreeSet<PersonId>,
    /// Changes of several people at once.
    bulk: Run,
    /// How many of those ticked a change of several left out, and why.
    left_out: Option<String>,
    open: Option<card::Card>,
    adding: Adding,
    person: add::NewPerson,
    organisation: add::NewOrganisation,
    lists: csv::Lists,
}

/// What is being added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Adding {
    #[default]
    Nothing,
    Person,
    Organisation,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        self.bulk.advance(ui, room);
        self.lists.advance(ui, room);
        let managed = reach::managed(room);
        if let Some(mut card) = self.open.take() {
            if card.ui(ui, room, &managed) {
                self.open = Some(card);
            }
            return;
        }
        self.buttons(ui, room);
        match self.adding {
            Adding::Nothing => {}
            Adding::Person => self.person.ui(ui, room, &managed),
            Adding::Organisation => self.organisation.ui(ui, room),
        }
        self.several(ui, room);
        if let Some(person) = self.table.ui(ui, room, &managed, &mut self.ticked) {
            self.open = card::Card::of(room.people, person);
        }
        ui.add_space(theme::space().two);
        self.lists.ui(ui, room, &managed);
    }

    fn buttons(&mut self, ui: &mut Ui, room: &Room<'_>) {
        let of_school = reach::of_school(room);
        ui.horizontal(|ui| {
            for (what, words) in
                [(Adding::Person, "Add person…"), (Adding::Organisation, "Add a school or organisation…")]
            {
                let hidden = what == Adding::Organisation && of_school;
                if !hidden && ui.selectable_label(self.adding == what, words).clicked() {
                    self.adding = if self.adding == what { Adding::Nothing } else { what };
                }
            }
        });
        ui.add_space(theme::space().half);
    }

    /// What is done with several people at once.
    fn several(&mut self, ui: &mut Ui, room: &Room<'_>) {
        if !self.ticked.is_empty() {
            let goes = self.bulk.goes_on().then_some("The changes before are still being made");
            ui.horizontal_wrapped(|ui| {
                let n = self.ticked.len();
                ui.label(if n == 1 { "1 person ticked".to_owned() } else { format!("{n} people ticked") });
                for change in Change::ALL {
                    if button(ui, change.words(), goes) {
                        self.begin(room, change);
                    }
                }
                if ui.button("Untick all").clicked() {
                    self.ticked.clear();
                }
            });
        }
        self.bulk.ui(ui);
        if let Some(why) = &self.left_out {
            ui.label(theme::muted(ui, why));
        }
    }

    fn begin(&mut self, room: &Room<'_>, change: Change) {
        let (mut commands, mut left_out, mut so_already) = (Vec::new(), 0, 0);
        for id in &self.ticked {
            let Some(before) = room.people.persons.get(id) else { continue };
            let after = change.made_of(before);
            if reach::why_not(room, before, &after).is_some() {
                left_out += 1;
            } else if after == *before {
                so_already += 1;
            } else {
                commands.push((edit(*id, &after), format!("{}: {}", change.words(), before.name)));
            }
        }
        let mut words = Vec::new();
        if so_already > 0 {
            words.push(format!("{so_already} of those ticked are so already."));
        }
        if left_out > 0 {
            words.push(format!("{left_out} of those ticked are for their school's own administrators to change."));
        }
        self.left_out = (!words.is_empty()).then(|| words.join(" "));
        self.bulk = Run::begin(room.people, commands);
    }
}

/// A change of several people at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Global,
    NotGlobal,
    Deactivate,
    Reactivate,
}

impl Change {
    const ALL: [Self; 4] = [Self::Global, Self::NotGlobal, Self::Deactivate, Self::Reactivate];

    fn words(self) -> &'static str {
        match self {
            Self::Global => "Make global",
            Self::NotGlobal => "Make not global",
            Self::Deactivate => "Deactivate",
            Self::Reactivate => "Reactivate",
        }
    }

    fn made_of(self, before: &Person) -> Person {
        let mut after = before.clone();
        match self {
            Self::Global => after.global = true,
            Self::NotGlobal => after.global = false,
            Self::Deactivate => after.active = false,
            Self::Reactivate => after.active = true,
        }
        after
    }
}

/// The command that makes a person so.
fn edit(person: PersonId, after: &Person) -> Command {
    let Person { name, role, global, active, .. } = after.clone();
    Command::EditPerson { person, name, role, global, active }
}

/// What a new person is told about signing in; to be sent by the administrator.
fn invitation(room: &Room<'_>, person: &Person) -> String {
    let (of, by) = (room.people.organisation_name(person.organisation), room.people.name(room.who));
    let email = room.people.persons.get(&room.who).map(|who| who.email.as_str()).unwrap_or_default();
    let how = if room.people.setup.demo {
        "It is a demonstration with made-up people: choose yourself from the list; there is no password.".to_owned()
    } else {
        format!(
            "Sign in as {} with the one-time password that I give you apart from this message. You are then asked for a password of your own.",
            person.email
        )
    };
    format!(
        "Dear {},\n\nyou can now use Schoolbench for {of}, as {}.\n\n1. Open Schoolbench and the workspace of {of}.\n2. {how}\n3. The groups that you may see are in the Collaborate menu; notices about them come to you there and by e-mail.\n\nQuestions: {by}, {email}.\n",
        person.name,
        if person.global { format!("{} and global user", person.role.word()) } else { person.role.word().to_owned() },
    )
}

/// An organisation's name with its number, where that tells two of one name apart.
fn organisation_words(room: &Room<'_>, id: OrganisationId) -> String {
    let name = room.people.organisation_name(id);
    let known = room.people.organisations.get(&id);
    let twice = room.people.organisations.values().filter(|other| other.name == name).count() > 1;
    match known.filter(|_| twice) {
        Some(known) => format!("{name} ({})", known.kind.words().to_lowercase()),
        None => name.to_owned(),
    }
}

/// The button that puts text into the clipboard.
fn copy(ui: &mut Ui, room: &mut Room<'_>, words: &str, text: impl FnOnce(&Room<'_>) -> String) {
    if ui.button(words).clicked() {
        let text = text(room);
        room.out.push(Request::Copy(text));
    }
}
