//! Groups as scopes of questions: named by number or name, asked as those of their schools that who asks sees.

use std::collections::BTreeSet;

use super::admin::sight::Sight;
use super::admin::table::plain;
use super::error::CliError;
use super::person::{Seat, note_refusal};
use crate::collab::{GroupId, GroupState, Office, PersonId};
use crate::model::{Scope, Urn};

/// A group that can be asked about.
pub(super) struct Listed {
    pub id: GroupId,
    pub name: String,
    /// The schools of it that who asks sees.
    pub schools: BTreeSet<Urn>,
}

impl Seat {
    /// The groups that who sits here sees. Where anyone sees everything, all that are not put away.
    pub fn groups(&self) -> Vec<Listed> {
        let listed = |id: GroupId, name: &str, schools: BTreeSet<Urn>| Listed { id, name: name.to_owned(), schools };
        match (&self.reader.rights, &self.office) {
            (Some(rights), _) => {
                rights.groups.iter().map(|(id, seen)| listed(*id, &seen.name, seen.schools.clone())).collect()
            }
            (None, Some(office)) => {
                let people = office.people();
                let there = people.groups.iter().filter(|(_, group)| group.state != GroupState::Archived);
                there.map(|(id, group)| listed(*id, &group.name, group.schools.keys().copied().collect())).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    /// The schools of a group, by its number or name, that who sits here sees.
    ///
    /// # Errors
    /// When they do not see it: refused where they may know that there is such a group, and as if there were none else.
    pub fn scope_of(&self, word: &str) -> Result<Scope, CliError> {
        let Some(office) = &self.office else { return Ok(format!("group:{word}").parse()?) };
        let groups = self.groups();
        let numbered = groups.iter().find(|group| is_number(group.id, word));
        let called: Vec<&Listed> = match numbered {
            Some(group) => vec![group],
            None => groups.iter().filter(|group| is_name(&group.name, word)).collect(),
        };
        match called.as_slice() {
            [] => Err(not_seen(office, self.who, word)),
            [group] if group.schools.is_empty() => {
                Err(CliError::Input(format!("there is no school in group {} “{}” yet", group.id, plain(&group.name))))
            }
            [group] => Ok(Scope::Schools(group.schools.clone())),
            several => {
                let numbers: Vec<String> = several.iter().map(|group| format!("group:{}", group.id)).collect();
                let numbers = numbers.join(", ");
                Err(CliError::Input(format!("more than one group is called “{word}”; write the number: {numbers}")))
            }
        }
    }
}

fn is_number(id: GroupId, word: &str) -> bool {
    word.trim().parse() == Ok(id.0)
}

fn is_name(name: &str, word: &str) -> bool {
    name.to_lowercase() == word.trim().to_lowercase()
}

/// Why somebody is not answered about a group that is not one of theirs. Asking about one that exists is in the audit.
fn not_seen(office: &Office, who: Option<PersonId>, word: &str) -> CliError {
    let why = format!("there is no group “{word}” that you know of; `schoolbench ask --list` lists those that you see");
    let unknown = CliError::Input(why);
    let Some(who) = who else { return unknown };
    let people = office.people();
    let named = |id: GroupId, name: &str| is_number(id, word) || is_name(name, word);
    let mut asked = people.groups.iter().filter(|(id, group)| named(**id, &group.name)).peekable();
    let Some((first, _)) = asked.peek() else { return unknown };
    note_refusal(office, who, &format!("group:{first}"));
    let sight = Sight { people: &people, register: office.register(), who };
    match asked.find(|(id, group)| sight.knows(**id, group)) {
        Some((id, group)) => CliError::Refused(format!(
            "you do not see group {id} “{}”; `schoolbench admin access --group {id}` says why",
            plain(&group.name)
        )),
        None => unknown,
    }
}
