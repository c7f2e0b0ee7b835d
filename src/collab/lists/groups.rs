//! The list of groups.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{self, Row};
use super::{Change, Fault, Named, Report, Trial, code_of, named};
use crate::collab::command::{Command, Draft};
use crate::collab::people::{Group, GroupId, GroupState, OrganisationId, People, PersonId, Visibility};
use crate::model::Urn;
use crate::workspace::Register;

const COLUMNS: [&str; 7] = ["name", "description", "owner", "visibility", "state", "schools", "users"];

/// The groups of some owners as CSV. Permission and the schools' own users are not in it: they are not the owner's to set.
pub fn export_groups(people: &People, scope: &BTreeSet<OrganisationId>) -> Vec<u8> {
    let within = people.groups.values().filter(|group| scope.contains(&group.owner));
    let email = |id: &PersonId| people.persons.get(id).map(|person| person.email.clone());
    let row = |group: &Group| {
        vec![
            group.name.clone(),
            group.description.clone(),
            code_of(people, group.owner),
            group.visibility.words().to_owned(),
            group.state.word().to_owned(),
            group.schools.keys().map(Urn::to_string).collect::<Vec<_>>().join(" "),
            group.users.iter().filter_map(email).collect::<Vec<_>>().join(" "),
        ]
    };
    cells::written(&COLUMNS, within.map(row))
}

/// What a list of groups asks for: those whose owner and name are known are changed, the others created. Groups that are
/// not in the list stay as they are. Terms are not accepted by a list.
pub fn read_groups(text: &str, people: &People, register: &Register, who: PersonId) -> Report {
    let (rows, faults) = cells::read(text, &COLUMNS, &["name", "owner", "schools"]);
    let mut trial = Trial::new(people, register, who);
    trial.report.faults = faults;
    let mut first: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for (line, row) in rows {
        let small = |column| row.get(column).unwrap_or_default().to_lowercase();
        let same = (small("owner"), small("name"));
        match first.get(&same) {
            Some(before) => {
                let what = format!("“{}” is in line {before} already", row.get("name").unwrap_or_default());
                trial.report.faults.push(Fault { line, what });
            }
            None => {
                first.insert(same, line);
                lines.push((line, row));
            }
        }
    }
    trial.read(lines, changes)
}

fn changes(trial: &Trial<'_>, row: &Row) -> Result<Vec<Change>, String> {
    let name = row.filled("name").ok_or("the group's name is missing")?.to_owned();
    let owner = match named(&trial.people, trial.register, row.get("owner").unwrap_or_default())? {
        Named::Known(owner) => owner,
        Named::School(urn) => return Err(format!("school {urn} cannot own a group")),
    };
    let same = |group: &&Group| group.owner == owner && group.name.to_lowercase() == name.to_lowercase();
    let known = trial.people.groups.iter().find(|(_, group)| same(group));
    let before = known.map(|(_, group)| group);
    let visibility = one_of(row, "visibility", &Visibility::ALL, Visibility::words)?;
    let state = one_of(row, "state", &GroupState::ALL, GroupState::word)?;
    let draft = Draft {
        owner,
        name,
        description: described(row, before),
        schools: schools(trial, row.get("schools").unwrap_or_default(), before)?,
        users: match row.get("users") {
            Some(cell) => users(trial, cell)?,
            None => before.map(|before| before.users.clone()).unwrap_or_default(),
        },
        visibility: visibility.or(before.map(|before| before.visibility)).unwrap_or(Visibility::OwnerOnly),
        accepts: None,
    };
    let Some((group, before)) = known else {
        let state = state.unwrap_or(GroupState::Draft);
        let (of, schools) = (trial.people.organisation_name(owner), count(draft.schools.len(), "school"));
        let words = format!("creates “{}” of {of} with {schools}, {}", draft.name, state.word());
        return Ok(vec![(Command::CreateGroup { draft, state }, words)]);
    };
    let state = state.filter(|state| *state != before.state);
    Ok(edits(*group, before, draft, state))
}

fn described(row: &Row, before: Option<&Group>) -> String {
    let kept = || before.map(|before| before.description.clone()).unwrap_or_default();
    row.get("description").map_or_else(kept, str::to_owned)
}

/// The changes that make a group what a list says, if it says anything new.
fn edits(group: GroupId, before: &Group, draft: Draft, state: Option<GroupState>) -> Vec<Change> {
    let mut words = Vec::new();
    if draft.name != before.name {
        words.push(format!("called “{}”", draft.name));
    }
    if draft.description != before.description {
        words.push("another description".to_owned());
    }
    if draft.visibility != before.visibility {
        words.push(format!("visible to {}", draft.visibility.words()));
    }
    let had: BTreeSet<Urn> = before.schools.keys().copied().collect();
    told(&mut words, "school", &had, &draft.schools);
    told(&mut words, "user", &before.users, &draft.users);
    let mut changes = Vec::new();
    let named = format!("“{}”", before.name);
    if !words.is_empty() {
        let words = format!("changes {named}: {}", words.join("; "));
        changes.push((Command::EditGroup { group, seen: before.revision, draft }, words));
    }
    if let Some(state) = state {
        // Tried with the number that the change before has; a sequence puts in the one that it then really has.
        let words = format!("makes {named} {}, was {}", state.word(), before.state.word());
        changes.push((Command::SetState { group, seen: before.revision, state }, words));
    }
    changes
}

fn told<T: Ord>(words: &mut Vec<String>, what: &str, before: &BTreeSet<T>, after: &BTreeSet<T>) {
    let (added, removed) = (after.difference(before).count(), before.difference(after).count());
    if added > 0 {
        words.push(format!("{} added", count(added, what)));
    }
    if removed > 0 {
        words.push(format!("{} removed", count(removed, what)));
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn one_of<T: Copy>(row: &Row, column: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Result<Option<T>, String> {
    let Some(cell) = row.filled(column) else { return Ok(None) };
    let known = all.iter().copied().find(|one| word(*one).eq_ignore_ascii_case(cell));
    let words = || all.iter().map(|one| word(*one)).collect::<Vec<_>>().join(", ");
    known.map(Some).ok_or_else(|| format!("{column} is “{cell}”; write one of: {}", words()))
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(|c: char| c.is_whitespace() || c == ';' || c == ',').filter(|part| !part.is_empty())
}

fn schools(trial: &Trial<'_>, cell: &str, before: Option<&Group>) -> Result<BTreeSet<Urn>, String> {
    let (mut schools, mut unknown) = (BTreeSet::new(), Vec::new());
    for part in parts(cell) {
        let head = part.parse::<Urn>().ok().map(|urn| trial.register.head(urn));
        let member = |urn: &Urn| before.is_some_and(|before| before.schools.contains_key(urn));
        match head.filter(|urn| trial.register.school(*urn).is_some() || member(urn)) {
            Some(urn) => {
                schools.insert(urn);
            }
            None => unknown.push(part),
        }
    }
    let words = || format!("schools that are not in this workspace: {}", unknown.join(" "));
    if unknown.is_empty() { Ok(schools) } else { Err(words()) }
}

fn users(trial: &Trial<'_>, cell: &str) -> Result<BTreeSet<PersonId>, String> {
    let (mut users, mut unknown) = (BTreeSet::new(), Vec::new());
    for part in parts(cell) {
        match trial.people.by_email(part) {
            Some((id, _)) => {
                users.insert(id);
            }
            None => unknown.push(part),
        }
    }
    let words = || format!("nobody has the e-mail: {}", unknown.join(" "));
    if unknown.is_empty() { Ok(users) } else { Err(words()) }
}
