//! The list of people.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{self, Row};
use super::{Change, Fault, Named, Report, Trial, code_of, named, next_organisation, next_person};
use crate::collab::command::Command;
use crate::collab::people::{OrganisationId, OrganisationKind, People, Person, PersonId, Role};
use crate::workspace::Register;

const COLUMNS: [&str; 6] = ["email", "name", "organisation", "role", "global", "active"];

/// The people of some organisations as CSV, the first added first.
pub fn export_people(people: &People, scope: &BTreeSet<OrganisationId>) -> Vec<u8> {
    let within = people.persons.values().filter(|person| scope.contains(&person.organisation));
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let row = |person: &Person| {
        let organisation = code_of(people, person.organisation);
        let (email, name, role) = (person.email.clone(), person.name.clone(), person.role.word().to_owned());
        vec![email, name, organisation, role, yes(person.global), yes(person.active)]
    };
    cells::written(&COLUMNS, within.map(row))
}

/// What a list of people asks for: those whose e-mail is known are changed, the others added, and schools that have no
/// organisation yet get one before. Nobody is deleted or moved to another organisation.
pub fn read_people(text: &str, people: &People, register: &Register, who: PersonId) -> Report {
    let (rows, faults) = cells::read(text, &COLUMNS, &["email", "name", "organisation"]);
    let mut trial = Trial::new(people, register, who);
    trial.report.faults = faults;
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for (line, row) in rows {
        let email = row.get("email").unwrap_or_default().to_lowercase();
        match first.get(&email).filter(|_| !email.is_empty()) {
            Some(before) => {
                let what = format!("{email} is in line {before} already");
                trial.report.faults.push(Fault { line, what });
            }
            None => {
                first.insert(email, line);
                lines.push((line, row));
            }
        }
    }
    trial.read(lines, changes)
}

fn changes(trial: &Trial<'_>, row: &Row) -> Result<Vec<Change>, String> {
    let email = row.filled("email").ok_or("the e-mail is missing")?;
    let role = match row.filled("role").map(str::to_lowercase).as_deref() {
        None => None,
        Some("user") => Some(Role::User),
        Some("administrator" | "admin") => Some(Role::Administrator),
        Some(other) => return Err(format!("role is “{other}”; write user or administrator")),
    };
    let (global, active) = (row.yes("global")?, row.yes("active")?);
    let organisation = named(&trial.people, trial.register, row.get("organisation").unwrap_or_default())?;
    if let Some((id, person)) = trial.people.by_email(email) {
        if organisation != Named::Known(person.organisation) {
            let own = trial.people.organisation_name(person.organisation);
            return Err(format!("{} belongs to {own}; nobody is moved to another organisation", person.name));
        }
        let edited = Person {
            name: row.filled("name").unwrap_or(&person.name).to_owned(),
            role: role.unwrap_or(person.role),
            global: global.unwrap_or(person.global),
            active: active.unwrap_or(person.active),
            ..person.clone()
        };
        return Ok(edits(id, person, edited).into_iter().collect());
    }
    let name = row.filled("name").ok_or("the name is missing")?.to_owned();
    let mut changes = Vec::new();
    let (organisation, of) = match organisation {
        Named::Known(id) => (id, trial.people.organisation_name(id).to_owned()),
        Named::School(urn) => {
            let school = trial.register.school(urn).map_or_else(String::new, |school| school.name.clone());
            let words = format!("adds the school {school} ({urn})");
            let kind = OrganisationKind::School(urn);
            changes.push((Command::AddOrganisation { kind, name: school.clone() }, words));
            (next_organisation(&trial.people), school)
        }
    };
    let (role, global) = (role.unwrap_or(Role::User), global.unwrap_or(false));
    let also = if global { ", a global user" } else { "" };
    let words = format!("adds {name} ({email}), {} of {of}{also}", role.word());
    let person = next_person(&trial.people);
    changes.push((
        Command::AddPerson { email: email.to_lowercase(), name: name.clone(), organisation, role, global },
        words,
    ));
    if active == Some(false) {
        let words = format!("deactivates {name}");
        changes.push((Command::EditPerson { person, name, role, global, active: false }, words));
    }
    Ok(changes)
}

/// The change that makes a person what a list says, if it says anything new.
fn edits(id: PersonId, before: &Person, after: Person) -> Option<Change> {
    if after == *before {
        return None;
    }
    let mut words = Vec::new();
    if after.name != before.name {
        words.push(format!("called {}", after.name));
    }
    if after.role != before.role {
        words.push(format!("{}, was {}", after.role.word(), before.role.word()));
    }
    if after.global != before.global {
        words.push(if after.global { "a global user now" } else { "not a global user any more" }.to_owned());
    }
    if after.active != before.active {
        words.push(if after.active { "may sign in again" } else { "may not sign in any more" }.to_owned());
    }
    let words = format!("changes {}: {}", before.name, words.join("; "));
    let Person { name, role, global, active, .. } = after;
    Some((Command::EditPerson { person: id, name, role, global, active }, words))
}
