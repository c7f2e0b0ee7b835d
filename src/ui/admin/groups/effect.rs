//! What a change makes visible to whom, told before it happens: the same verdict before against after.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{RichText, Ui};

use crate::collab::{
    Group, GroupState, OrganisationId, OrganisationKind, People, PermissionState, PersonId, Role, Shift, Visibility,
    shifts,
};
use crate::export::words::plural;
use crate::model::Urn;
use crate::model::words::{people, some_of};
use crate::ui::admin::Room;
use crate::ui::admin::permissions::follows::told;
use crate::ui::theme;
use crate::workspace::Register;

/// Most names of people or schools in a sentence.
const MOST_NAMES: usize = 5;

/// What a sentence tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    More,
    Less,
    Note,
}

/// What a change makes visible to whom.
#[derive(Debug, Clone, Default)]
pub struct Effect {
    lines: Vec<(Sign, String)>,
    /// Whether anybody sees more than before.
    pub shows_more: bool,
}

/// The people of one organisation whose sight of a group changes.
#[derive(Default)]
struct Sight<'a> {
    gain: Vec<&'a str>,
    lose: Vec<&'a str>,
    stay: Vec<&'a str>,
    /// The schools that they see before and after.
    was: BTreeSet<Urn>,
    is: BTreeSet<Urn>,
}

impl Effect {
    /// What a change makes other for people, and who is told of it; `after` is what it would make of them all.
    pub fn of(room: &Room<'_>, after: &People) -> Self {
        let (before, register) = (room.people, room.register);
        let mut effect = Self::default();
        for (id, group) in &after.groups {
            if before.groups.get(id) == Some(group) {
                continue;
            }
            let mut sights: BTreeMap<OrganisationId, Sight<'_>> = BTreeMap::new();
            for Shift { person, saw, sees } in shifts((before, after), *id) {
                let Some(who) = after.persons.get(&person) else { continue };
                // Everyone of an organisation who sees a group sees the same schools of it.
                let sight = sights.entry(who.organisation).or_default();
                match (saw.sees(), sees.sees()) {
                    (true, true) => sight.stay.push(&who.name),
                    (true, false) => sight.lose.push(&who.name),
                    _ => sight.gain.push(&who.name),
                }
                sight.was.extend(saw.schools);
                sight.is.extend(sees.schools);
            }
            effect.tell_sights(&sights, group, after, register);
            effect.tell_schools(group, after, register);
        }
        effect.note(told(room, after, None));
        effect.lines.sort_by_key(|(sign, _)| *sign as u8);
        effect
    }

    fn tell_sights(
        &mut self,
        sights: &BTreeMap<OrganisationId, Sight<'_>>,
        group: &Group,
        after: &People,
        register: &Register,
    ) {
        for (organisation, sight) in sights {
            let from = after.organisation_name(*organisation);
            if !sight.gain.is_empty() {
                let kept = group.schools.len() - sight.is.len().min(group.schools.len());
                let kept = match kept {
                    0 => String::new(),
                    n => format!("; {} kept from them, because permission is not granted", are(n, "school")),
                };
                let (people, names) = (people(sight.gain.len()), listed(&sight.gain));
                let schools = plural(sight.is.len() as i64, "school");
                self.more(format!("{people} of {from} will see the group, with {schools}: {names}{kept}"));
            }
            if !sight.lose.is_empty() {
                let (people, names) = (people(sight.lose.len()), listed(&sight.lose));
                self.lines.push((Sign::Less, format!("{people} of {from} will no longer see the group: {names}")));
            }
            if sight.stay.is_empty() {
                continue;
            }
            let people = format!("{} of {from}, who see the group already, will see", people(sight.stay.len()));
            let fresh = called(sight.is.difference(&sight.was), register);
            if !fresh.is_empty() {
                let schools = plural(fresh.len() as i64, "more school");
                self.more(format!("{people} {schools}: {}", listed(&fresh)));
            }
            let gone = called(sight.was.difference(&sight.is), register);
            if !gone.is_empty() {
                let schools = plural(gone.len() as i64, "school");
                let people = people.trim_end_matches(" will see");
                self.lines
                    .push((Sign::Less, format!("{people} will no longer see {schools} of it: {}", listed(&gone))));
            }
        }
    }

    /// What holds for the group's schools once it is so.
    fn tell_schools(&mut self, group: &Group, after: &People, register: &Register) {
        if group.state == GroupState::Archived {
            self.note("Nobody sees an archived group. Nothing is lost: it can be restored.".to_owned());
            return;
        }
        if group.visibility == Visibility::OwnerOnly {
            self.note("Schools do not see it: it is visible to its owner only".to_owned());
            return;
        }
        if group.state == GroupState::Draft {
            self.note("Schools see nothing of it while it is a draft".to_owned());
            return;
        }
        let held_back: Vec<String> = group
            .schools
            .iter()
            .filter(|(_, member)| member.permission.state != PermissionState::Granted)
            .map(|(urn, member)| format!("{} ({})", register.called(*urn), member.permission.state.words()))
            .collect();
        if !held_back.is_empty() {
            let of = group.schools.len();
            let words = if held_back.len() == 1 { "sees nothing and is" } else { "see nothing and are" };
            self.note(format!(
                "{} of {of} schools {words} kept from the other schools, because permission is not granted: {}",
                held_back.len(),
                listed(&held_back)
            ));
        }
        let (mut nobody_chosen, mut nobody_chooses) = (Vec::new(), Vec::new());
        for urn in group.granted() {
            let organisation = after.organisation_of(OrganisationKind::School(urn));
            let people: Vec<(PersonId, &crate::collab::Person)> =
                organisation.map(|id| after.people_of(id).filter(|(_, who)| who.active).collect()).unwrap_or_default();
            if !people.iter().any(|(_, who)| who.role == Role::Administrator) {
                nobody_chooses.push(register.called(urn));
            } else if !people.iter().any(|(id, who)| who.global || group.schools[&urn].users.contains(id)) {
                nobody_chosen.push(register.called(urn));
            }
        }
        if !nobody_chosen.is_empty() {
            let n = plural(nobody_chosen.len() as i64, "school");
            self.note(format!(
                "In {n} nobody is chosen to see it yet, which is the school's own to do: {}",
                listed(&nobody_chosen)
            ));
        }
        if !nobody_chooses.is_empty() {
            let n = plural(nobody_chooses.len() as i64, "school");
            let names = listed(&nobody_chooses);
            self.note(format!("In {n} nobody can choose who sees it, for want of an administrator here: {names}"));
        }
    }

    fn more(&mut self, words: String) {
        self.shows_more = true;
        self.lines.push((Sign::More, words));
    }

    fn note(&mut self, words: String) {
        self.lines.push((Sign::Note, words));
    }

    /// Draws it, a sentence a line.
    pub fn ui(&self, ui: &mut Ui) {
        let colours = theme::of(ui);
        if !self.lines.iter().any(|(sign, _)| *sign != Sign::Note) {
            ui.label("Nobody sees more or less than before");
        }
        for (sign, words) in &self.lines {
            let (mark, colour) = match sign {
                Sign::More => ("+", *colours.above),
                Sign::Less => ("−", *colours.below),
                Sign::Note => ("·", *colours.muted),
            };
            ui.label(RichText::new(format!("{mark} {words}")).color(colour));
        }
    }
}

fn are(n: usize, what: &str) -> String {
    format!("{} {}", plural(n as i64, what), if n == 1 { "is" } else { "are" })
}

fn called<'a>(urns: impl Iterator<Item = &'a Urn>, register: &Register) -> Vec<String> {
    urns.map(|urn| register.called(*urn)).collect()
}

/// Some names of a list, and how many more there are.
pub fn listed(names: &[impl AsRef<str>]) -> String {
    some_of(names, MOST_NAMES)
}
