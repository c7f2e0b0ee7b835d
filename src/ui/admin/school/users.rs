//! Who of the school sees a group: its global users by themselves, others as its administrator ticks them.

use std::collections::BTreeSet;

use eframe::egui::{Checkbox, Label, Ui};
use egui_extras::{Column, TableBuilder};

use super::super::{Page, Request, Room};
use super::{Asked, Listed, State};
use crate::collab::{Command, GroupState, PermissionState, Person, PersonId, Visibility, verdict};
use crate::export::words::plural;
use crate::ui::admin::parts::{button, card, note};
use crate::ui::theme;
use crate::ui::widgets::search_field;

/// Lists longer than this can be searched.
const SEARCH_FROM: usize = 10;
/// Height of a row of two lines.
const ROW: f32 = 46.0;
/// Most rows that are seen at once.
const ROWS: f32 = 6.0;

impl State {
    pub(super) fn users(&mut self, ui: &mut Ui, of: Listed<'_>, room: &mut Room<'_>) {
        let school = room.school(of.urn);
        card(ui, &format!("Who of {school} sees it"), |ui| {
            note(ui, when(of));
            let recorded = of.group.schools.get(&of.urn).map(|member| &member.users).cloned().unwrap_or_default();
            let mut people: Vec<(PersonId, &Person)> =
                room.people.people_of(of.school).filter(|(_, person)| person.active).collect();
            people.sort_by(|a, b| a.1.name.cmp(&b.1.name).then(a.0.cmp(&b.0)));
            if people.len() > SEARCH_FROM {
                let width = ui.spacing().text_edit_width;
                search_field(ui, &mut self.search, "Search users", "Search", width);
            }
            let sought = self.search.trim().to_lowercase();
            people.retain(|(_, person)| person.name.to_lowercase().contains(&sought) || person.email.contains(&sought));
            let mut users = self.users.clone().unwrap_or_else(|| recorded.clone());
            let open = of.group.visibility == Visibility::SchoolsToo;
            list(ui, of, &people, &mut users, (&recorded, open), room);
            let changed = users != recorded;
            self.users = changed.then_some(users.clone());
            ui.horizontal_wrapped(|ui| {
                let cannot = match (open, changed) {
                    _ if room.busy => Some("Something is being carried out"),
                    (false, _) => Some(OWNER_ONLY),
                    (_, false) => Some("Tick or untick users first"),
                    _ => None,
                };
                if button(ui, "Save who sees it", cannot) {
                    let command = Command::Allocate { group: of.id, school: of.urn, users };
                    self.ask(Asked::Users, command, room);
                }
                if changed && ui.button("Discard").clicked() {
                    self.users = None;
                }
                if ui.button("Add or change users").clicked() {
                    room.out.push(Request::Go(Page::People));
                }
            });
            if changed {
                note(ui, "Not saved yet.");
            }
            self.outcome(ui, Asked::Users, room);
        });
    }
}

const OWNER_ONLY: &str = "The group is for its owner only so far: pick users once it is visible to its schools";

fn list(
    ui: &mut Ui,
    of: Listed<'_>,
    people: &[(PersonId, &Person)],
    users: &mut BTreeSet<PersonId>,
    (recorded, open): (&BTreeSet<PersonId>, bool),
    room: &Room<'_>,
) {
    if people.is_empty() {
        note(ui, "Nobody is like this. Add people under Users I manage.");
        return;
    }
    let height = (people.len() as f32).min(ROWS) * (ROW + ui.spacing().item_spacing.y);
    TableBuilder::new(ui)
        .id_salt("users of my school")
        .auto_shrink([false, true])
        .column(Column::remainder().clip(true))
        .min_scrolled_height(height)
        .max_scroll_height(height)
        .body(|body| {
            body.rows(ROW, people.len(), |mut row| {
                let Some((id, person)) = people.get(row.index()) else { return };
                row.col(|ui| {
                    let mut on = person.global || users.contains(id);
                    let may = open && !person.global;
                    let tick = ui.add_enabled(may, Checkbox::new(&mut on, &person.name));
                    let why = if person.global { "A global user is in by themselves" } else { OWNER_ONLY };
                    if tick.on_disabled_hover_text(why).on_hover_text(&person.email).changed() {
                        if on {
                            users.insert(*id);
                        } else {
                            users.remove(id);
                        }
                    }
                    let verdict = verdict(room.people, *id, of.id);
                    let last = verdict.chain.last().map(|step| step.words.clone()).unwrap_or_default();
                    let words = match (person.global, verdict.sees()) {
                        (true, true) => format!("already in, sees it now: {last}"),
                        (true, false) => {
                            let school = room.people.organisation_name(of.school);
                            format!("already in: a global user of {school}")
                        }
                        _ if users.contains(id) != recorded.contains(id) => "not saved yet".to_owned(),
                        (false, true) => "sees it now".to_owned(),
                        (false, false) => format!("does not see it: {last}"),
                    };
                    let words = theme::muted(ui, words);
                    ui.add(Label::new(words).truncate());
                });
            });
        });
}

/// When users see the group, and what is still to come for that.
fn when(of: Listed<'_>) -> String {
    let granted =
        of.group.schools.get(&of.urn).is_some_and(|member| member.permission.state == PermissionState::Granted);
    let to_come: Vec<&str> = [
        (of.group.visibility == Visibility::OwnerOnly, "the group is visible to its owner only"),
        (of.group.state != GroupState::Live, "the group is not live"),
        (of.group.terms.is_none(), "its owner has not accepted the terms"),
        (!granted, "your school's permission is not granted"),
    ]
    .into_iter()
    .filter_map(|(missing, words)| missing.then_some(words))
    .collect();
    let n = of.group.schools.get(&of.urn).map_or(0, |member| member.users.len());
    if to_come.is_empty() {
        format!(
            "The group is live and permission is granted: who is ticked sees it. {} allocated.",
            plural(n as i64, "user")
        )
    } else {
        let rule = "Users see it once the group is live and permission is granted.";
        format!("{rule} For now {}.", to_come.join(", and "))
    }
}
