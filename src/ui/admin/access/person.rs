//! What one person sees: each group with its chain of reasons.

use eframe::egui::{CollapsingHeader, Label, RichText, Ui};

use super::{copy_summary, step, step_words};
use crate::collab::{GroupId, OrganisationKind, People, PersonId, Step, verdict};
use crate::export::words::plural;
use crate::ui::admin::parts::card;
use crate::ui::admin::people::reach;
use crate::ui::admin::{Key, Room};
use crate::ui::theme;

/// Up to so many groups, the reasons of all are open.
const OPEN: usize = 8;

/// A group that the person sees or might expect to see.
#[derive(Debug)]
struct Of {
    id: GroupId,
    name: String,
    owner: String,
    chain: Vec<Step>,
    /// The names of the schools whose figures they see; `None` where they do not see the group.
    schools: Option<Vec<String>>,
    /// How many schools of the group are kept from them.
    kept_from: usize,
}

/// What a person sees, as it was made last.
#[derive(Debug, Default)]
pub struct Seen {
    /// Of what it was made.
    made: Option<(Key, PersonId, bool)>,
    groups: Vec<Of>,
    head: String,
    summary: String,
}

impl Seen {
    /// Draws what a person sees; with `only_seen` groups that they do not see are not named.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, person: PersonId, only_seen: bool) {
        let made = (room.key(), person, only_seen);
        if self.made != Some(made) {
            self.make(room, person, only_seen);
            self.made = Some(made);
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&self.head).font(theme::strong()));
            copy_summary(ui, room, &self.summary);
        });
        ui.add_space(theme::space().half);
        if self.groups.is_empty() {
            ui.label(if only_seen {
                "You see no group yet."
            } else {
                "No group is theirs to see: their organisation owns none, and none lists their school."
            });
        }
        let open = self.groups.len() <= OPEN;
        for group in &self.groups {
            card(ui, "", |ui| one(ui, group, open));
        }
        if !only_seen {
            let words = "Groups that neither you nor your school have to do with are not named here.";
            ui.label(theme::muted(ui, words));
        }
    }

    fn make(&mut self, room: &Room<'_>, person: PersonId, only_seen: bool) {
        let known = reach::known_groups(room);
        let mut groups: Vec<Of> = Vec::new();
        for id in known {
            let Some(group) = room.people.groups.get(&id) else { continue };
            let verdict = verdict(room.people, person, id);
            let shown = verdict.sees() || (!only_seen && reach::might_expect(room.people, person, id));
            if !shown {
                continue;
            }
            let kept_from = group.schools.len().saturating_sub(verdict.schools.len());
            let mut names: Vec<String> = verdict.schools.iter().map(|urn| room.school(*urn)).collect();
            names.sort();
            groups.push(Of {
                id,
                name: group.name.clone(),
                owner: room.people.organisation_name(group.owner).to_owned(),
                schools: verdict.sees().then_some(names),
                chain: verdict.chain,
                kept_from,
            });
        }
        groups.sort_by(|a, b| (a.schools.is_none(), &a.name).cmp(&(b.schools.is_none(), &b.name)));
        let seen = groups.iter().filter(|group| group.schools.is_some()).count();
        let of = if only_seen { String::new() } else { format!(" of {}", groups.len()) };
        let groups_word = if of.is_empty() && seen == 1 { "group" } else { "groups" };
        self.head = format!("{} sees {seen}{of} {groups_word}", who(room.people, person));
        self.summary = summary(&self.head, &groups);
        self.groups = groups;
    }
}

/// "Ada Adminson (administrator of Northshire, global user)".
fn who(people: &People, id: PersonId) -> String {
    let Some(person) = people.persons.get(&id) else { return people.name(id).to_owned() };
    let kind = match people.kind_of(id) {
        Some(OrganisationKind::School(_)) => "global user of the school",
        _ => "global user",
    };
    let global = if person.global { format!(", {kind}") } else { String::new() };
    let of = people.organisation_name(person.organisation);
    format!("{} ({} of {of}{global})", person.name, person.role.word())
}

fn one(ui: &mut Ui, group: &Of, open: bool) {
    let (sign, sees) = if group.schools.is_some() { ("✓", "sees") } else { ("×", "does not see") };
    let head = RichText::new(format!("{sign} {sees} “{}” of {}", group.name, group.owner)).font(theme::small_strong());
    CollapsingHeader::new(head).id_salt(("reasons", group.id)).default_open(open).show(ui, |ui| {
        for reason in &group.chain {
            step(ui, reason);
        }
        if let Some(schools) = &group.schools {
            ui.add_space(theme::space().half);
            ui.add(Label::new(schools_words(schools, group.kept_from)).wrap());
        }
    });
}

fn schools_words(schools: &[String], kept_from: usize) -> String {
    let n = plural(i64::try_from(schools.len()).unwrap_or(i64::MAX), "school");
    let kept = match kept_from {
        0 => String::new(),
        1 => " (1 school of the group is kept from them)".to_owned(),
        n => format!(" ({n} schools of the group are kept from them)"),
    };
    if schools.is_empty() { format!("Sees no school{kept}") } else { format!("Sees {n}{kept}: {}", schools.join(", ")) }
}

fn summary(head: &str, groups: &[Of]) -> String {
    let mut lines = vec![head.to_owned()];
    for group in groups {
        let sees = if group.schools.is_some() { "Sees" } else { "Does not see" };
        lines.push(format!("\n{sees} “{}” of {}", group.name, group.owner));
        lines.extend(group.chain.iter().map(|step| format!("  {}", step_words(step))));
        if let Some(schools) = &group.schools {
            lines.push(format!("  {}", schools_words(schools, group.kept_from)));
        }
    }
    lines.join("\n") + "\n"
}
