//! Lists of people and groups as CSV: written, and read back as commands.
//!
//! **Reading changes nothing: it makes commands, tries them by the rules on a copy, and says by line what would be
//! refused.** What is written is read back without any change.

pub(super) mod cells;
mod groups;
mod persons;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

pub use cells::guarded;
pub use groups::{export_groups, read_groups};
pub use persons::{export_people, read_people};

use super::command::{Command, Refusal};
use super::people::{GroupId, OrganisationId, OrganisationKind, People, PersonId};
use super::rules::{self, Moment};
use crate::model::Urn;
use crate::workspace::Register;

/// A line that could not be understood, or whose change would be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the text, from 1; the head is line 1.
    pub line: usize,
    pub what: String,
}

/// What a list asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// To be carried out one after the other, best by a [`Sequence`].
    pub commands: Vec<Command>,
    /// What each command does, in words; as many as commands.
    pub changes: Vec<String>,
    /// By line.
    pub faults: Vec<Fault>,
    /// How many lines say what is so already.
    pub unchanged: usize,
}

/// Commands that are carried out one after the other. Later ones name what earlier ones make: an organisation, a person, a
/// newer state of a group. They are told by kind, e-mail and group, so that a number which somebody else has taken
/// meanwhile does no harm.
#[derive(Debug, Clone, Default)]
pub struct Sequence {
    left: VecDeque<(Command, String)>,
    organisations: BTreeMap<OrganisationId, OrganisationKind>,
    persons: BTreeMap<PersonId, String>,
    groups: BTreeSet<GroupId>,
}

impl Sequence {
    /// The commands of a report on these people.
    pub fn of(report: &Report, people: &People) -> Self {
        Self::new(people, report.commands.iter().cloned().zip(report.changes.iter().cloned()))
    }

    /// Commands with what they do in words, made for these people.
    pub fn new(people: &People, commands: impl IntoIterator<Item = (Command, String)>) -> Self {
        let left: VecDeque<(Command, String)> = commands.into_iter().collect();
        let kinds = left.iter().filter_map(|(command, _)| match command {
            Command::AddOrganisation { kind, .. } => Some(*kind),
            _ => None,
        });
        let emails = left.iter().filter_map(|(command, _)| match command {
            Command::AddPerson { email, .. } => Some(email.clone()),
            _ => None,
        });
        let (organisation, person) = (next_organisation(people), next_person(people));
        let organisations = (organisation.0..).map(OrganisationId).zip(kinds).collect();
        let persons = (person.0..).map(PersonId).zip(emails).collect();
        Self { left, organisations, persons, groups: BTreeSet::new() }
    }

    /// How many are left.
    pub fn left(&self) -> usize {
        self.left.len()
    }

    /// The next command, for the people as they are after the one before it; and what it does.
    pub fn take_next(&mut self, people: &People) -> Option<(Command, String)> {
        let (mut command, words) = self.left.pop_front()?;
        match &mut command {
            Command::AddPerson { organisation, .. } => {
                let made = self.organisations.get(organisation);
                if let Some(made) = made.and_then(|kind| people.organisation_of(*kind)) {
                    *organisation = made;
                }
            }
            Command::EditPerson { person, .. } => {
                let made = self.persons.get(person);
                if let Some((made, _)) = made.and_then(|email| people.by_email(email)) {
                    *person = made;
                }
            }
            Command::EditGroup { group, seen, .. } | Command::SetState { group, seen, .. } => {
                let ours = !self.groups.insert(*group);
                if let Some(now) = people.groups.get(group).filter(|_| ours) {
                    *seen = now.revision;
                }
            }
            _ => {}
        }
        Some((command, words))
    }
}

fn next_organisation(people: &People) -> OrganisationId {
    OrganisationId(people.organisations.keys().next_back().map_or(1, |last| last.0.saturating_add(1)))
}

fn next_person(people: &People) -> PersonId {
    PersonId(people.persons.keys().next_back().map_or(1, |last| last.0.saturating_add(1)))
}

/// A command and what it does in words.
type Change = (Command, String);

/// A copy of the people on which commands are tried.
struct Trial<'a> {
    people: People,
    register: &'a Register,
    who: PersonId,
    report: Report,
}

impl<'a> Trial<'a> {
    fn new(people: &People, register: &'a Register, who: PersonId) -> Self {
        // No rule looks at notices or passwords; they only make copies dear.
        let bare = People { notices: BTreeMap::new(), keys: BTreeMap::new(), ..people.clone() };
        Self { people: bare, register, who, report: Report::default() }
    }

    /// Tries lines in turn. A line that is refused is tried again after the others: an administrator may go only once
    /// another is there.
    fn read<L>(mut self, lines: Vec<(usize, L)>, make: impl Fn(&Self, &L) -> Result<Vec<Change>, String>) -> Report {
        let mut left = lines;
        loop {
            let (before, mut faults, mut again) = (left.len(), Vec::new(), Vec::new());
            for (line, asked) in left {
                let done = make(&self, &asked).and_then(|changes| self.attempt(changes).map_err(in_words));
                if let Err(what) = done {
                    faults.push(Fault { line, what });
                    again.push((line, asked));
                }
            }
            if again.is_empty() || again.len() == before {
                self.report.faults.extend(faults);
                self.report.faults.sort_by_key(|fault| fault.line);
                return self.report;
            }
            left = again;
        }
    }

    /// All changes of a line, or none.
    fn attempt(&mut self, changes: Vec<Change>) -> Result<(), Refusal> {
        let entry = self.people.groups.values().map(|group| group.revision).max().unwrap_or(0) + 1;
        // What these commands write holds no moment.
        let moment = Moment { register: self.register, now: Timestamp::UNIX_EPOCH, entry };
        let mut after: Option<People> = None;
        let mut sequence = Sequence::new(&self.people, changes.iter().cloned());
        while let Some((command, _)) = sequence.take_next(after.as_ref().unwrap_or(&self.people)) {
            let before = after.as_ref().unwrap_or(&self.people);
            after = Some(rules::apply(before, Some(self.who), &command, moment)?);
        }
        let Some(after) = after else {
            self.report.unchanged += 1;
            return Ok(());
        };
        self.people = after;
        for (command, words) in changes {
            self.report.commands.push(command);
            self.report.changes.push(words);
        }
        Ok(())
    }
}

fn in_words(refusal: Refusal) -> String {
    match refusal {
        Refusal::Terms { .. } => format!("{refusal}: list the group as “owner only”, and open it to accept them"),
        other => other.to_string(),
    }
}

/// An organisation that a list names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Known(OrganisationId),
    /// A school that has no organisation yet, by the URN under which it stands now.
    School(Urn),
}

/// "system", "la:936", "trust:5143", "urn:100053".
fn code(kind: OrganisationKind) -> String {
    match kind {
        OrganisationKind::System => "system".to_owned(),
        OrganisationKind::La(code) => format!("la:{code}"),
        OrganisationKind::Trust(uid) => format!("trust:{uid}"),
        OrganisationKind::School(urn) => format!("urn:{urn}"),
    }
}

fn code_of(people: &People, organisation: OrganisationId) -> String {
    people.organisations.get(&organisation).map_or_else(String::new, |known| code(known.kind))
}

/// The organisation of a code or a name.
fn named(people: &People, register: &Register, text: &str) -> Result<Named, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the organisation is missing".to_owned());
    }
    let lower = text.to_lowercase();
    let numbered = |beginning: &str| lower.strip_prefix(beginning).and_then(|rest| rest.trim().parse::<i32>().ok());
    let urn = numbered("urn:").and_then(Urn::new);
    if let Some(urn) = urn {
        let head = register.head(urn);
        let same = |kind| matches!(kind, OrganisationKind::School(known) if register.head(known) == head);
        if let Some((id, _)) = people.organisations.iter().find(|(_, known)| same(known.kind)) {
            return Ok(Named::Known(*id));
        }
        let school = register.school(head).map(|_| Named::School(head));
        return school.ok_or_else(|| format!("school {urn} is not in this workspace"));
    }
    let kind = match (lower.as_str(), numbered("la:"), numbered("trust:")) {
        ("system", ..) => Some(OrganisationKind::System),
        (_, Some(code), _) => Some(OrganisationKind::La(code)),
        (.., Some(uid)) => Some(OrganisationKind::Trust(uid)),
        _ => None,
    };
    if let Some(kind) = kind {
        let known = people.organisation_of(kind).map(Named::Known);
        return known.ok_or_else(|| format!("“{text}” has no organisation here yet; add it first"));
    }
    let mut same = people.organisations.iter().filter(|(_, known)| known.name.trim().to_lowercase() == lower);
    match (same.next(), same.next()) {
        (Some((id, _)), None) => Ok(Named::Known(*id)),
        (Some(_), Some(_)) => {
            Err(format!("several organisations are called “{text}”; write its number, such as la:936 or urn:100053"))
        }
        (None, _) => Err(format!("there is no organisation “{text}”; write its name or number, such as urn:100053")),
    }
}
