//! What is named on the command line: organisations, people, groups, schools.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sight::Sight;
use crate::cli::error::CliError;
use crate::collab::{Group, GroupId, OrganisationId, OrganisationKind, People, PersonId};
use crate::model::{LaCode, Scope, TrustUid, Urn};
use crate::workspace::Register;

/// Which organisation it is.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Kind {
    /// A local authority, by its code
    #[arg(long, value_name = "CODE")]
    la: Option<LaCode>,
    /// An academy trust, by its UID
    #[arg(long, value_name = "UID")]
    trust: Option<TrustUid>,
    /// A school, by its URN
    #[arg(long, value_name = "URN")]
    school: Option<Urn>,
    /// Who runs the whole
    #[arg(long)]
    system: bool,
}

impl Kind {
    /// The kind, and the organisation's name: the one that is given, else that of the register.
    pub fn named(&self, name: Option<&str>, register: &Register) -> Result<(OrganisationKind, String), CliError> {
        let (kind, known) = match (self.la, self.trust, self.school) {
            (Some(code), ..) => {
                let known = register.authorities_of(&Scope::La(code)).get(&code).map(|name| (*name).to_owned());
                (OrganisationKind::La(code), known)
            }
            (_, Some(uid), _) => {
                (OrganisationKind::Trust(uid), register.trusts().get(&uid).map(|name| (*name).to_owned()))
            }
            (.., Some(urn)) => {
                let urn = register.head(urn);
                (OrganisationKind::School(urn), register.school(urn).map(|school| school.name.clone()))
            }
            _ => (OrganisationKind::System, None),
        };
        let none = || CliError::Input(format!("the name of {} is not in the workspace; give it", kind.words()));
        let name = name.map(str::to_owned).or(known).ok_or_else(none)?;
        Ok((kind, name))
    }
}

/// Schools, by URN.
#[derive(clap::Args)]
pub(super) struct Schools {
    /// Schools: 100053,100054
    #[arg(long, value_name = "URN", value_delimiter = ',', num_args = 1..)]
    urn: Vec<Urn>,
    /// Schools in a file: URNs between spaces, commas or lines; what stands behind # is left out
    #[arg(long, value_name = "FILE")]
    schools_file: Option<PathBuf>,
}

impl Schools {
    /// All of them; empty where none are named.
    pub fn read(&self) -> Result<BTreeSet<Urn>, CliError> {
        let mut urns: BTreeSet<Urn> = self.urn.iter().copied().collect();
        if let Some(path) = &self.schools_file {
            urns.extend(in_file(&text_of(path, "the schools cannot be read")?, path)?);
        }
        Ok(urns)
    }
}

fn in_file(text: &str, path: &Path) -> Result<BTreeSet<Urn>, CliError> {
    let mut urns = BTreeSet::new();
    let mut wrong = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.split('#').next().unwrap_or_default();
        let words = text.split([' ', '\t', ',', ';', '"']).map(str::trim).filter(|word| !word.is_empty());
        for word in words.filter(|word| !(line == 1 && word.eq_ignore_ascii_case("urn"))) {
            match word.parse::<Urn>() {
                Ok(urn) => {
                    urns.insert(urn);
                }
                Err(_) => wrong.push(format!("“{word}” in line {line}")),
            }
        }
    }
    if wrong.is_empty() {
        return Ok(urns);
    }
    /// Some are enough to see what is wrong.
    const TOLD: usize = 10;
    let more = wrong.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    wrong.truncate(TOLD);
    let wrong = wrong.join(", ");
    Err(CliError::Input(format!("these are no URNs, which have six digits: {wrong}{more}: {}", path.display())))
}

/// The text of a file.
pub(in crate::cli) fn text_of(path: &Path, what: &'static str) -> Result<String, CliError> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|source| CliError::File { what, source, path: path.to_owned() })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The organisation that is named by number, name, or as la:936, trust:5143, urn:100053, system.
pub(super) fn organisation(people: &People, register: &Register, word: &str) -> Result<OrganisationId, CliError> {
    let word = word.trim();
    let kind = match word.split_once(':') {
        Some(("la", code)) => code.parse().ok().map(OrganisationKind::La),
        Some(("trust", uid)) => uid.parse().ok().map(OrganisationKind::Trust),
        Some(("urn", urn)) => urn.parse().ok().map(|urn| OrganisationKind::School(register.head(urn))),
        None if word == "system" => Some(OrganisationKind::System),
        _ => None,
    };
    if let Some(found) = kind.and_then(|kind| people.organisation_of(kind)) {
        return Ok(found);
    }
    let ids = people.organisations.iter().map(|(id, known)| (*id, id.0, known.name.as_str()));
    one("organisation", word, ids)
}

/// The person who is named by number, e-mail address or name.
pub(super) fn person(people: &People, word: &str) -> Result<PersonId, CliError> {
    match people.by_email(word) {
        Some((id, _)) => Ok(id),
        None => one("person", word, people.persons.iter().map(|(id, known)| (*id, id.0, known.name.as_str()))),
    }
}

/// The group that is named by number or name, among those of which who asks may know.
pub(super) fn group<'a>(sight: &'a Sight<'_>, word: &str) -> Result<(GroupId, &'a Group), CliError> {
    let known: BTreeMap<GroupId, &Group> = sight.groups().collect();
    let id = one("group", word, known.iter().map(|(id, group)| (*id, id.0, group.name.as_str())))?;
    known.get(&id).map(|group| (id, *group)).ok_or_else(|| unknown("group", word))
}

/// The one that is named by number or name.
fn one<'a, T: Copy>(
    what: &str,
    word: &str,
    all: impl Iterator<Item = (T, u32, &'a str)> + Clone,
) -> Result<T, CliError> {
    let word = word.trim();
    let number: Option<u32> = word.parse().ok();
    if let Some((id, ..)) = all.clone().find(|(_, known, _)| Some(*known) == number) {
        return Ok(id);
    }
    let called: Vec<(T, u32)> = all
        .filter(|(.., name)| name.to_lowercase() == word.to_lowercase())
        .map(|(id, number, _)| (id, number))
        .collect();
    match called.as_slice() {
        [] => Err(unknown(what, word)),
        [(id, _)] => Ok(*id),
        several => {
            let numbers: Vec<String> = several.iter().map(|(_, number)| number.to_string()).collect();
            let numbers = numbers.join(", ");
            Err(CliError::Input(format!("more than one {what} is called “{word}”; write the number: {numbers}")))
        }
    }
}

fn unknown(what: &str, word: &str) -> CliError {
    CliError::Input(format!("there is no {what} “{word}” that you know of; `schoolbench admin {what} list` lists them"))
}
