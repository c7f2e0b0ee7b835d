//! The school's own permission: how far it is, what was before, and what the school answers.

use std::collections::BTreeSet;

use eframe::egui::Ui;

use super::super::Room;
use super::super::permissions::follows::{follows, nothing, told};
use super::super::permissions::parts::{self, Confirm, chip, day, marked};
use super::{Asked, Listed, State};
use crate::collab::{Command, PermissionState, Recorded};
use crate::ui::admin::parts::{button, card, note};
use crate::ui::theme;
use crate::ui::widgets::Mark;

/// The answers of a school.
const ANSWERS: [PermissionState; 3] = [PermissionState::Granted, PermissionState::Refused, PermissionState::Withdrawn];

impl State {
    pub(super) fn permission(&mut self, ui: &mut Ui, of: Listed<'_>, room: &mut Room<'_>) {
        let school = room.school(of.urn);
        card(ui, &format!("Permission of {school}"), |ui| {
            let Some(member) = of.group.schools.get(&of.urn) else { return };
            let (permission, today) = (&member.permission, room.today());
            ui.horizontal_wrapped(|ui| {
                chip(ui, permission.state, &school);
                let on = permission.on.map(|on| format!("on {}", day(on)));
                let agreement = Some(format!("agreement {}", permission.agreement));
                let facts = [on, agreement.filter(|_| !permission.agreement.is_empty())];
                let facts: Vec<String> = facts.into_iter().flatten().collect();
                ui.label(theme::muted(ui, facts.join(" · ")));
            });
            if permission.state == PermissionState::Requested
                && let Some(due) = permission.due
            {
                let owner = room.people.organisation_name(of.group.owner);
                match parts::overdue(permission, today) {
                    Some(late) => {
                        let late = parts::overdue_words(late);
                        let words = format!("{owner} asked for your answer by {}: {late}", day(due));
                        marked(ui, Mark::Up, *theme::of(ui).warning, &words);
                    }
                    None => note(ui, format!("{owner} asks for your answer by {}.", day(due))),
                }
            }
            ui.add_space(theme::space().half);
            parts::fields(ui, &mut self.on, &mut self.agreement);
            let on = parts::typed(&self.on);
            ui.horizontal_wrapped(|ui| {
                for answer in ANSWERS {
                    let cannot = match (&on, cannot(permission.state, answer)) {
                        _ if room.busy => Some("Something is being carried out"),
                        (_, Some(why)) => Some(why),
                        (Err(why), None) => Some(why.as_str()),
                        (Ok(_), None) => None,
                    };
                    if button(ui, verb(answer), cannot)
                        && let Ok(on) = &on
                    {
                        let recorded = Recorded { state: answer, on: *on, agreement: self.agreement.clone() };
                        self.begin(of, recorded, room);
                    }
                }
            });
            match (&on, &self.refused) {
                (Err(why), _) | (_, Some(why)) => super::say(ui, &Err(why.clone())),
                _ => self.outcome(ui, Asked::Permission, room),
            }
            note(ui, "You are told what follows before it is recorded. A permission can be withdrawn at any time.");
            ui.add_space(theme::space().half);
            self.history.ui(ui, (of.id, of.urn), room);
        });
    }

    /// Asks once more, with what follows.
    fn begin(&mut self, of: Listed<'_>, recorded: Recorded, room: &Room<'_>) {
        let (state, on) = (recorded.state, recorded.on);
        let schools = BTreeSet::from([of.urn]);
        let command = Command::RecordPermission { group: of.id, schools, recorded };
        self.refused = None;
        let after = match room.office.preview(room.who, &command, room.now) {
            Ok(after) => after,
            Err(refusal) => {
                self.refused = Some(refusal.to_string());
                return;
            }
        };
        let (title, yes) = match state {
            PermissionState::Refused => ("Refuse", "Refuse permission"),
            PermissionState::Withdrawn => ("Withdraw", "Withdraw permission"),
            _ => ("Grant", "Grant permission"),
        };
        self.confirm = Some(Confirm {
            title: format!("{title} the permission of {}", room.school(of.urn)),
            about: format!("To share its aggregated results in “{}”, from {}.", of.group.name, day(on)),
            follows: follows((room.people, &after), of.id, room.register, Some(of.school)),
            nothing: nothing(&after, of.id),
            told: told(room, &after, Some(of.school)),
            yes,
            command,
        });
    }
}

fn verb(answer: PermissionState) -> &'static str {
    match answer {
        PermissionState::Refused => "Refuse…",
        PermissionState::Withdrawn => "Withdraw…",
        _ => "Grant…",
    }
}

/// Why a school cannot answer so now.
fn cannot(state: PermissionState, answer: PermissionState) -> Option<&'static str> {
    match (answer, state) {
        (PermissionState::Granted, PermissionState::Granted) => Some("It is granted already"),
        (PermissionState::Refused, PermissionState::Refused) => Some("It is refused already"),
        (PermissionState::Refused, PermissionState::Granted) => Some("It is granted; withdraw it instead"),
        (PermissionState::Withdrawn, PermissionState::Granted) => None,
        (PermissionState::Withdrawn, _) => Some("Only what is granted can be withdrawn"),
        _ => None,
    }
}
