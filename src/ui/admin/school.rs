//! The page of a school's administrator: the groups that list the school, whom it shares with, its permission, and who of
//! the school sees a group.

mod history;
mod permission;
mod users;

use std::collections::BTreeSet;

use eframe::egui::{Button, Label, RichText, ScrollArea, Sense, Ui};
use egui_extras::{Column, TableBuilder};

use super::permissions::parts::{Confirm, Reply, chip, day};
use super::{Request, Room, say};
use crate::collab::{
    Command, Group, GroupId, GroupState, OrganisationId, PermissionState, PersonId, Role, is_listed_for,
};
use crate::export::words::plural;
use crate::model::Urn;
use crate::ui::admin::parts::{card, note};
use crate::ui::theme;

const ROW: f32 = 28.0;
/// Most rows of a list that are seen at once.
const ROWS: f32 = 7.0;

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    /// The group that is looked at.
    group: Option<GroupId>,
    on: String,
    agreement: String,
    /// Why the permission cannot be recorded.
    refused: Option<String>,
    confirm: Option<Confirm>,
    /// Who is ticked, where that is not what is recorded.
    users: Option<BTreeSet<PersonId>>,
    search: String,
    ticket: Option<u64>,
    /// What the ticket is about, and what it did once it is done.
    asked: Asked,
    did: String,
    taken: bool,
    history: history::State,
}

/// What was asked for last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    #[default]
    Permission,
    Users,
}

/// A group that lists the school.
#[derive(Clone, Copy)]
struct Listed<'a> {
    id: GroupId,
    group: &'a Group,
    /// The school of who looks.
    urn: Urn,
    school: OrganisationId,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let Some(school) = room.people.persons.get(&room.who).map(|person| person.organisation) else { return };
        let listed = |(id, group): (&GroupId, _)| {
            is_listed_for(room.people, room.who, group).map(|urn| Listed { id: *id, group, urn, school })
        };
        let mut groups: Vec<Listed<'_>> = room.people.groups.iter().filter_map(listed).collect();
        groups.sort_by(|a, b| a.group.name.cmp(&b.group.name).then(a.id.cmp(&b.id)));
        let chosen = groups.iter().find(|of| Some(of.id) == self.group).or(groups.first()).copied();
        let Some(chosen) = chosen else {
            card(ui, "No group lists your school", |ui| {
                note(
                    ui,
                    "Collaborate groups are set up by local authorities and academy trusts. Once one lists your school and \
                     asks for its permission, or is made visible to its schools, it stands here, and you are told by a \
                     notice.",
                );
            });
            return;
        };
        if self.group != Some(chosen.id) {
            let (on, history) = (room.today().to_string(), std::mem::take(&mut self.history));
            *self = Self { group: Some(chosen.id), on, history, ..Self::default() };
        }
        if !self.taken && room.outcome_of(self.ticket).is_some_and(Result::is_ok) {
            self.taken = true;
            match self.asked {
                Asked::Permission => self.agreement.clear(),
                Asked::Users => self.users = None,
            }
        }
        self.list(ui, &groups, chosen, room);
        ui.columns(2, |columns| {
            let [left, right] = columns else { return };
            about(left, chosen, room);
            schools(left, chosen, room);
            self.permission(right, chosen, room);
            self.users(right, chosen, room);
        });
        if let Some(confirm) = &self.confirm
            && let Some(answer) = confirm.ui(ui, room.busy)
        {
            if answer == Reply::Yes {
                let command = confirm.command.clone();
                self.ask(Asked::Permission, command, room);
            }
            self.confirm = None;
        }
    }

    /// The groups, of which one is chosen.
    fn list(&mut self, ui: &mut Ui, groups: &[Listed<'_>], chosen: Listed<'_>, room: &Room<'_>) {
        let title = format!("Groups that list {}", room.school(chosen.urn));
        card(ui, &title, |ui| {
            let height = table_height(ui, groups.len());
            let room_for = (ui.available_width() - 56.0).max(400.0);
            let mut table = TableBuilder::new(ui).id_salt("groups of my school").auto_shrink([false, true]);
            for share in [0.32, 0.24, 0.12, 0.14, 0.18] {
                table = table.column(Column::exact(room_for * share).clip(true));
            }
            table
                .min_scrolled_height(height)
                .max_scroll_height(height)
                .header(ROW, |mut header| {
                    for head in ["Group", "Set up by", "State", "Visible to", "Permission of your school"] {
                        header.col(|ui| {
                            ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate());
                        });
                    }
                })
                .body(|body| {
                    body.rows(ROW, groups.len(), |mut row| {
                        let Some(of) = groups.get(row.index()) else { return };
                        row.col(|ui| {
                            let name = Button::selectable(of.id == chosen.id, &of.group.name).truncate();
                            if ui.add(name).clicked() {
                                self.group = Some(of.id);
                                self.forget(room);
                            }
                        });
                        let owner = room.people.organisation_name(of.group.owner);
                        for words in [owner, of.group.state.word(), of.group.visibility.words()] {
                            row.col(|ui| {
                                ui.add(Label::new(words).truncate());
                            });
                        }
                        row.col(|ui| {
                            chip(ui, state_of(*of), &of.group.name);
                        });
                    });
                });
        });
    }

    /// Begins anew, for another group.
    fn forget(&mut self, room: &Room<'_>) {
        let (group, on, history) = (self.group, room.today().to_string(), std::mem::take(&mut self.history));
        *self = Self { group, on, history, ..Self::default() };
    }

    fn ask(&mut self, asked: Asked, command: Command, room: &mut Room<'_>) {
        self.did = match &command {
            Command::RecordPermission { recorded, .. } => {
                format!("Your school's permission is {} now", recorded.state.words())
            }
            Command::Allocate { users, .. } => format!("{} allocated", plural(users.len() as i64, "user")),
            _ => String::new(),
        };
        self.ticket = Some(room.ask(command));
        (self.asked, self.taken) = (asked, false);
    }

    /// Says what became of what was asked for.
    fn outcome(&self, ui: &mut Ui, asked: Asked, room: &Room<'_>) {
        if asked == self.asked
            && let Some(result) = room.outcome_of(self.ticket)
        {
            say(ui, &result.clone().map(|_| self.did.clone()));
        }
    }
}

/// How far the permission of the school is that looks.
fn state_of(of: Listed<'_>) -> PermissionState {
    of.group.schools.get(&of.urn).map(|member| member.permission.state).unwrap_or_default()
}

/// The height of a table of so many rows, below its head.
fn table_height(ui: &Ui, rows: usize) -> f32 {
    (rows as f32).min(ROWS) * (ROW + ui.spacing().item_spacing.y)
}

/// What the group is, whom to ask, and under which terms.
fn about(ui: &mut Ui, of: Listed<'_>, room: &mut Room<'_>) {
    let (people, group) = (room.people, of.group);
    card(ui, &group.name, |ui| {
        if !group.description.is_empty() {
            ui.add(Label::new(&group.description).wrap());
            ui.add_space(theme::space().half);
        }
        let state = match group.state {
            GroupState::Draft => "a draft, not live yet",
            GroupState::Live => "live",
            GroupState::Archived => "archived",
        };
        let owner = people.organisation_name(group.owner);
        let words = format!(
            "Set up by {owner}. It is {state}, and visible to {}.",
            match group.visibility {
                crate::collab::Visibility::OwnerOnly => "its owner only",
                crate::collab::Visibility::SchoolsToo => "its schools too",
            }
        );
        ui.add(Label::new(words).wrap());
        ui.add_space(theme::space().one);
        ui.label(RichText::new("Contact").font(theme::small_strong()));
        let set_up = people.persons.get(&group.contact).filter(|person| person.active);
        // Where who set it up has left, another administrator of the owner answers.
        let other = || {
            people
                .people_of(group.owner)
                .map(|(_, person)| person)
                .find(|person| person.active && person.role == Role::Administrator)
        };
        match set_up.or_else(other) {
            Some(contact) => {
                ui.horizontal_wrapped(|ui| {
                    ui.label(&contact.name);
                    ui.add(Label::new(theme::muted(ui, &contact.email)).selectable(true));
                    if ui.button("Copy e-mail").clicked() {
                        room.out.push(Request::Copy(contact.email.clone()));
                    }
                });
                note(ui, "If you have any queries with the group, contact the person who set the group up.");
            }
            None => note(ui, format!("Nobody of {owner} can be named; ask the authority or trust itself.")),
        }
        terms(ui, of, room);
    });
}

fn terms(ui: &mut Ui, of: Listed<'_>, room: &Room<'_>) {
    let people = room.people;
    let accepted = of.group.terms.and_then(|accepted| Some((accepted, people.terms.get(&accepted.version)?)));
    let (title, text) = match (accepted, people.newest_terms()) {
        (Some((accepted, terms)), _) => {
            let on = accepted.at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
            let by = people.name(accepted.by);
            (format!("Terms and conditions, accepted by {by} on {}", day(on)), &terms.text)
        }
        (None, Some((_, terms))) => ("Terms and conditions, not accepted yet".to_owned(), &terms.text),
        (None, None) => return,
    };
    eframe::egui::CollapsingHeader::new(title).id_salt("terms").show(ui, |ui| {
        ScrollArea::vertical().id_salt("terms").max_height(220.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.add(Label::new(theme::muted(ui, text)).wrap().selectable(true));
        });
    });
}

/// The schools of the group, as far as they may be named.
fn schools(ui: &mut Ui, of: Listed<'_>, room: &Room<'_>) {
    card(ui, "Check the school list", |ui| {
        let granted = of.group.granted();
        let mut named: Vec<(bool, String, Urn)> =
            granted.iter().map(|urn| (*urn != of.urn, room.school(*urn), *urn)).collect();
        if !granted.contains(&of.urn) {
            named.push((false, room.school(of.urn), of.urn));
        }
        named.sort();
        let words = "The listed schools will be able to view each others' aggregated performance data.";
        ui.add(Label::new(words).wrap());
        note(ui, "No pupil-level data is shared within Collaborate.");
        ui.add_space(theme::space().half);
        let height = table_height(ui, named.len());
        let room_for = (ui.available_width() - 24.0).max(200.0);
        TableBuilder::new(ui)
            .id_salt("school list")
            .striped(true)
            .auto_shrink([false, true])
            .column(Column::exact(room_for * 0.62).clip(true))
            .column(Column::exact(room_for * 0.38).clip(true))
            .min_scrolled_height(height)
            .max_scroll_height(height)
            .body(|body| {
                body.rows(ROW, named.len(), |mut row| {
                    let Some((_, name, urn)) = named.get(row.index()) else { return };
                    row.col(|ui| {
                        ui.add(Label::new(name).truncate().sense(Sense::hover()));
                    });
                    row.col(|ui| {
                        let phase = room.register.school(*urn).map(|school| school.phase.clone()).unwrap_or_default();
                        let words = match (*urn == of.urn, granted.contains(urn)) {
                            (true, true) => "your school".to_owned(),
                            (true, false) => "your school, not agreed".to_owned(),
                            (false, _) => phase,
                        };
                        ui.add(Label::new(theme::muted(ui, words)).truncate());
                    });
                });
            });
        // Others are not named before they have agreed.
        let further = of.group.schools.len().saturating_sub(named.len());
        if further > 0 {
            let have = if further == 1 { "has" } else { "have" };
            let schools = plural(further as i64, "further school");
            note(ui, format!("{schools} {have} not (yet) agreed: not named here, and in no figure that schools see."));
        }
    });
}
