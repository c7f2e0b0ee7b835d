//! What follows from recording permission: who will see what, and who no longer. Decided by the one function of access.

use std::collections::BTreeSet;

use crate::collab::{
    GroupId, GroupState, OrganisationId, People, PersonId, Shift, Side, Visibility, notices_of, shifts,
};
use crate::export::words::plural;
use crate::model::Urn;
use crate::model::words::{people, some_of};
use crate::ui::admin::Room;
use crate::workspace::Register;

/// So many names are said; the others are counted.
const NAMED: usize = 6;

/// One thing that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether more is seen; else less.
    pub opens: bool,
    pub words: String,
}

/// What follows for a group from one state of the people to the other. With `school`, as an administrator of that school
/// may know it: people of other schools are counted, not named.
pub fn follows(
    (before, after): (&People, &People),
    group: GroupId,
    register: &Register,
    school: Option<OrganisationId>,
) -> Vec<Line> {
    let (Some(was), Some(is)) = (before.groups.get(&group), after.groups.get(&group)) else { return Vec::new() };
    let mut lines = Vec::new();
    let mut say = |opens, words| lines.push(Line { opens, words });
    let named = |urns: &BTreeSet<Urn>| schools(urns, register);
    let (shown, now) = (was.granted(), is.granted());
    let minus = |a: &BTreeSet<Urn>, b: &BTreeSet<Urn>| a.difference(b).copied().collect::<BTreeSet<Urn>>();
    let (appear, vanish) = (minus(&now, &shown), minus(&shown, &now));
    let open = is.visibility == Visibility::SchoolsToo && is.state == GroupState::Live && is.terms.is_some();
    if open && !appear.is_empty() {
        say(
            true,
            format!("{} will be shown to the other schools, by name and in the group's figures.", named(&appear)),
        );
    }
    if open && !vanish.is_empty() {
        let words = "will no longer be shown to the other schools, neither by name nor in any figure.";
        say(false, format!("{} {words}", named(&vanish)));
    }
    let mut moved = Moved::default();
    for Shift { person, saw, sees } in shifts((before, after), group) {
        match (saw.side, sees.side) {
            (None, Some(side)) => {
                moved.gain.push(person);
                if matches!(side, Side::School(_)) {
                    moved.seen = sees.schools;
                }
            }
            (Some(_), None) => moved.lose.push(person),
            _ => {
                if !minus(&sees.schools, &saw.schools).is_empty() {
                    moved.more.push(person);
                }
                if !minus(&saw.schools, &sees.schools).is_empty() {
                    moved.less.push(person);
                }
            }
        }
    }
    let whom = |persons: &[PersonId]| whom(after, persons, school, "schools");
    let people = |persons: &[PersonId]| people(persons.len());
    if !moved.gain.is_empty() {
        let with = if moved.seen.is_empty() {
            String::new()
        } else {
            format!(" They see the aggregated results of {}.", named(&moved.seen))
        };
        say(true, format!("{} will see the group: {}.{with}", people(&moved.gain), whom(&moved.gain)));
    }
    if !moved.more.is_empty() {
        let of = named(&appear);
        say(
            true,
            format!("{} will also see the aggregated results of {of}: {}.", people(&moved.more), whom(&moved.more)),
        );
    }
    if !moved.less.is_empty() {
        let (of, them) = (named(&vanish), whom(&moved.less));
        say(false, format!("{} will no longer see the aggregated results of {of}: {them}.", people(&moved.less)));
    }
    if !moved.lose.is_empty() {
        say(false, format!("{} will no longer see the group: {}.", people(&moved.lose), whom(&moved.lose)));
    }
    lines
}

#[derive(Default)]
struct Moved {
    /// Who sees the group and did not.
    gain: Vec<PersonId>,
    /// The schools that those of a school will see.
    seen: BTreeSet<Urn>,
    lose: Vec<PersonId>,
    /// Who sees more schools, or fewer.
    more: Vec<PersonId>,
    less: Vec<PersonId>,
}

/// Why nothing follows.
pub fn nothing(people: &People, group: GroupId) -> String {
    let Some(of) = people.groups.get(&group) else { return "Nobody sees anything different.".to_owned() };
    let why = match (of.visibility, of.state) {
        (Visibility::OwnerOnly, _) => "the group is visible to its owner only. Schools see nothing of it so far",
        (_, GroupState::Draft) => "the group is a draft. Its schools will see it once it is live",
        (_, GroupState::Archived) => "the group is archived",
        (_, GroupState::Live) if of.granted().is_empty() => "no school of the group shares its results",
        (_, GroupState::Live) => "no user whom it concerns is allocated to the group",
    };
    format!("Nobody sees anything different now: {why}.")
}

/// Schools by name: "Oak School, Elm School and 3 more".
pub fn schools(urns: &BTreeSet<Urn>, register: &Register) -> String {
    let mut names: Vec<String> = urns.iter().map(|urn| register.called(*urn)).collect();
    names.sort();
    some_of(&names, NAMED)
}

/// Who will be told of a change by a notice. With `school`, as an administrator of that school may know it.
pub fn told(room: &Room<'_>, after: &People, school: Option<OrganisationId>) -> String {
    let notices = notices_of((room.people, after), Some(room.who), room.entries + 1, room.now, room.register);
    let persons: Vec<PersonId> = notices.into_iter().map(|notice| notice.to).collect();
    let are = match persons.len() {
        0 => return "Nobody else is told.".to_owned(),
        1 => "is",
        _ => "are",
    };
    let (n, whom) = (people(persons.len()), whom(after, &persons, school, "organisations"));
    format!("{n} {are} told by a notice, in the program and by e-mail: {whom}.")
}

/// People by name and organisation; with `school`, those of others are only counted.
fn whom(all: &People, persons: &[PersonId], school: Option<OrganisationId>, beyond: &str) -> String {
    let known = persons.iter().filter_map(|id| all.persons.get(id));
    let own = known.filter(|person| school.is_none_or(|school| person.organisation == school));
    let names: Vec<String> = own
        .map(|person| match school {
            Some(_) => person.name.clone(),
            None => format!("{} ({})", person.name, all.organisation_name(person.organisation)),
        })
        .collect();
    let others = persons.len().saturating_sub(names.len());
    match (names.is_empty(), others) {
        (true, n) => format!("{} of other {beyond}", plural(n as i64, "user")),
        (false, 0) => some_of(&names, NAMED),
        (false, n) => format!("{}; and {} of other {beyond}", some_of(&names, NAMED), plural(n as i64, "user")),
    }
}
