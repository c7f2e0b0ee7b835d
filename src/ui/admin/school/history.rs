//! What became of a school's permission in a group, entry by entry of the audit.

use eframe::egui::{RichText, ScrollArea, Ui};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::super::permissions::parts::day;
use super::super::{Key, Request, Room};
use crate::collab::audit::Row;
use crate::collab::{GroupId, People, Permission};
use crate::model::Urn;
use crate::ui::admin::parts::note;
use crate::ui::theme;

/// The history as it was made last.
#[derive(Debug, Default)]
pub struct State {
    /// After which entry and outcome the audit was asked for last: it is asked for once.
    asked: Option<(i64, Option<u64>)>,
    /// Of what it was made: of which school's permission, and of how many rows of the audit.
    made: Option<(Key, GroupId, Urn, usize)>,
    lines: Vec<String>,
}

impl State {
    /// Draws the history, the newest first.
    pub fn ui(&mut self, ui: &mut Ui, (group, urn): (GroupId, Urn), room: &mut Room<'_>) {
        let now = (room.entries, room.outcome.map(|outcome| outcome.ticket));
        // What was read before the last entry is shown, and read again.
        let read = match room.audit {
            None => -1,
            Some(Ok(rows)) => rows.len() as i64,
            Some(Err(_)) => i64::MAX,
        };
        if read < now.0 && !room.busy && self.asked != Some(now) {
            self.asked = Some(now);
            room.out.push(Request::ReadAudit);
        }
        ui.label(RichText::new("History").font(theme::small_strong()));
        match room.audit {
            None => note(ui, "It is being read."),
            Some(Err(why)) => note(ui, format!("It cannot be read: {why}")),
            Some(Ok(rows)) => {
                let made = (room.key(), group, urn, rows.len());
                if self.made != Some(made) {
                    (self.lines, self.made) = (lines(rows, room.people, group, urn), Some(made));
                }
                ScrollArea::vertical().id_salt("history").max_height(120.0).auto_shrink([false, true]).show(ui, |ui| {
                    for line in &self.lines {
                        note(ui, line);
                    }
                });
                if self.lines.is_empty() {
                    note(ui, "Nothing was recorded so far.");
                }
            }
        }
    }
}

/// What changed of a permission, a line each, the newest first.
fn lines(rows: &[Row], people: &People, group: GroupId, urn: Urn) -> Vec<String> {
    let name = format!("group/{group}");
    let of = |group: Option<&Value>| {
        let permission = group?.get("schools")?.get(urn.to_string())?.get("permission")?;
        serde_json::from_value::<Permission>(permission.clone()).ok()
    };
    let line = |row: &Row| {
        let (before, after) = (of(row.before.get(&name)), of(row.after.get(&name)));
        if before == after || !(row.before.contains_key(&name) || row.after.contains_key(&name)) {
            return None;
        }
        let by = row.who.map_or_else(|| row.email.clone(), |who| people.name(who).to_owned());
        let on = day(row.at.to_zoned_datetime(TimeZone::UTC).date());
        let what = match (before, after) {
            (None, Some(_)) => "your school was put into the group".to_owned(),
            (_, None) => "your school was taken out of the group".to_owned(),
            (Some(_), Some(is)) => {
                let day_of = is.on.map(|on| format!(" on {}", day(on))).unwrap_or_default();
                let agreement = Some(format!(", agreement {}", is.agreement)).filter(|_| !is.agreement.is_empty());
                format!("{}{day_of}{}", is.state.words(), agreement.unwrap_or_default())
            }
        };
        Some(format!("{on}, {by}: {what}"))
    };
    rows.iter().rev().filter_map(line).collect()
}
