//! Which entries of the audit are shown.

use std::collections::BTreeSet;

use eframe::egui::{RichText, Ui};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::Room;
use crate::collab::audit::Row;
use crate::collab::{GroupId, OrganisationId, People, PersonId};
use crate::ui::theme;
use crate::ui::widgets::{Pick, picker, search_field};

/// What is sought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub person: Option<PersonId>,
    /// "changes a group" ...
    pub what: Option<String>,
    pub group: Option<GroupId>,
    pub text: String,
    /// Days as they are written, "2026-01-31"; empty for any.
    pub from: String,
    pub until: String,
}

/// A day as it is written.
fn day(text: &str) -> Result<Option<Date>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(drop),
    }
}

impl Filter {
    /// Draws the filter over the entries that may be shown: nobody and no group is offered beside theirs.
    pub fn ui(&mut self, ui: &mut Ui, rows: &[Row], room: &Room<'_>, of: Option<&BTreeSet<OrganisationId>>) {
        let people = room.people;
        let shown = || rows.iter().filter(|row| of.is_none_or(|of| concerns(row, people, of)));
        ui.horizontal_wrapped(|ui| {
            let words = self.person.map_or("everybody", |id| people.name(id)).to_owned();
            let lines = || {
                let who: BTreeSet<PersonId> = shown().filter_map(|row| row.who).collect();
                let mut lines: Vec<Pick<Option<PersonId>>> =
                    who.into_iter().map(|id| Pick::new(Some(id), people.name(id))).collect();
                lines.sort_by_key(|line| line.words.to_lowercase());
                lines.insert(0, Pick::new(None, "everybody"));
                lines
            };
            if let Some(picked) = picker(ui, "Who", &self.person, &words, lines) {
                self.person = picked;
            }
            let words = self.what.clone().unwrap_or_else(|| "everything".to_owned());
            let lines = || {
                let kinds: BTreeSet<&String> = shown().map(|row| &row.what).collect();
                let kinds = kinds.into_iter().map(|what| Pick::new(Some(what.clone()), what));
                std::iter::once(Pick::new(None, "everything")).chain(kinds).collect()
            };
            if let Some(picked) = picker(ui, "What", &self.what, &words, lines) {
                self.what = picked;
            }
            let named = |id: GroupId| people.groups.get(&id).map_or_else(|| format!("group {id}"), |g| g.name.clone());
            let words = self.group.map_or_else(|| "any".to_owned(), named);
            let lines = || {
                let theirs = people.groups.iter().filter(|(_, group)| of.is_none_or(|of| of.contains(&group.owner)));
                let groups = theirs.map(|(id, group)| Pick::new(Some(*id), &group.name));
                std::iter::once(Pick::new(None, "any")).chain(groups).collect()
            };
            if let Some(picked) = picker(ui, "Group", &self.group, &words, lines) {
                self.group = picked;
            }
            search_field(ui, &mut self.text, "Search the audit", "search", 150.0);
            search_field(ui, &mut self.from, "From day", "from 2026-01-31", 115.0);
            search_field(ui, &mut self.until, "Until day", "until 2026-01-31", 115.0);
            if *self != Self::default() && ui.button("Show everything").clicked() {
                *self = Self::default();
            }
        });
        if day(&self.from).is_err() || day(&self.until).is_err() {
            let colours = theme::of(ui);
            ui.label(RichText::new("× Write days as year, month and day, such as 2026-01-31.").color(*colours.error));
        }
    }

    /// The places of the entries that are sought and may be shown, the newest first.
    pub fn sought(&self, rows: &[Row], people: &People, of: Option<&BTreeSet<OrganisationId>>) -> Vec<usize> {
        let text = self.text.trim().to_lowercase();
        let (from, until) = (day(&self.from).unwrap_or(None), day(&self.until).unwrap_or(None));
        let group = self.group.map(|id| format!("group/{id}"));
        let zone = TimeZone::system();
        let holds = |row: &Row| {
            let changes = |name: &String| row.before.contains_key(name) || row.after.contains_key(name);
            let in_days = || {
                let on = row.at.to_zoned_datetime(zone.clone()).date();
                from.is_none_or(|from| on >= from) && until.is_none_or(|until| on <= until)
            };
            let in_text = || {
                let who = row.who.map_or("", |id| people.name(id));
                let said = format!("{} {who} {} {} {}", row.seq, row.email, row.what, row.about);
                said.to_lowercase().contains(&text)
            };
            self.person.is_none_or(|person| row.who == Some(person))
                && self.what.as_ref().is_none_or(|what| *what == row.what)
                && group.as_ref().is_none_or(changes)
                && ((from.is_none() && until.is_none()) || in_days())
                && (text.is_empty() || in_text())
                && of.is_none_or(|of| concerns(row, people, of))
        };
        rows.iter().enumerate().rev().filter(|(_, row)| holds(row)).map(|(nth, _)| nth).collect()
    }
}

/// Whether an entry is by the people of some organisations, or about them or their groups.
fn concerns(row: &Row, people: &People, of: &BTreeSet<OrganisationId>) -> bool {
    let person = |id: PersonId| people.persons.get(&id).is_some_and(|person| of.contains(&person.organisation));
    let thing = |name: &String| {
        let Some((kind, Ok(number))) = name.split_once('/').map(|(kind, number)| (kind, number.parse::<u32>())) else {
            return false;
        };
        match kind {
            "group" => people.groups.get(&GroupId(number)).is_some_and(|group| of.contains(&group.owner)),
            "person" => person(PersonId(number)),
            "organisation" => of.contains(&OrganisationId(number)),
            _ => false,
        }
    };
    row.who.is_some_and(person) || row.before.keys().chain(row.after.keys()).any(thing)
}
