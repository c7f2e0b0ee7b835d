//! The rules: who may change what, and what a change makes of everyone and everything.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::access::answers_for;
use super::command::{Command, Draft, Recorded, Refusal};
use super::people::{
    Acceptance, Group, GroupId, GroupState, Member, Organisation, OrganisationId, OrganisationKind, People, Permission,
    PermissionState, Person, PersonId, Role, Setup, Terms, Visibility,
};
use crate::model::Urn;
use crate::workspace::Register;

/// The longest name, in characters.
pub const NAME: usize = 120;
/// The longest description or agreement reference, in characters.
pub const DESCRIPTION: usize = 4_000;

/// What a rule looks at beside the people.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub register: &'a Register,
    pub now: Timestamp,
    /// The number that the entry of the audit will have.
    pub entry: i64,
}

impl Moment<'_> {
    /// The day, in coordinated universal time.
    pub fn today(&self) -> Date {
        self.now.to_zoned_datetime(TimeZone::UTC).date()
    }
}

/// What a change makes, if the person may make it.
///
/// # Errors
/// A [`Refusal`] that says why not. [`Command::Undo`] is not decided here but where the audit is.
pub fn apply(people: &People, who: Option<PersonId>, command: &Command, moment: Moment<'_>) -> Result<People, Refusal> {
    let mut after = people.clone();
    let mut change = Change { people: &mut after, who, moment };
    change.make(command)?;
    whole(people, &after)?;
    Ok(after)
}

struct Change<'a> {
    people: &'a mut People,
    who: Option<PersonId>,
    moment: Moment<'a>,
}

impl Change<'_> {
    fn make(&mut self, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::Begin { kind, organisation, name, email } => self.begin(*kind, organisation, name, email),
            Command::AddOrganisation { kind, name } => self.add_organisation(*kind, name),
            Command::AddPerson { email, name, organisation, role, global } => {
                let school = matches!(self.organisation(*organisation)?.kind, OrganisationKind::School(_));
                if school && !self.administers(*organisation) && (*global || *role == Role::User) {
                    let whom = format!("administrators of {}", self.people.organisation_name(*organisation));
                    return Err(Refusal::NotYours { what: "choosing a school's users", whom });
                }
                self.manages(*organisation, "adding people")?;
                self.person(email, name, *organisation, *role, *global)
            }
            Command::EditPerson { person, name, role, global, active } => {
                self.edit_person(*person, name, *role, *global, *active)
            }
            Command::CreateGroup { draft, state } => self.create(draft, *state),
            Command::EditGroup { group, seen, draft } => self.edit(*group, *seen, draft),
            Command::SetState { group, seen, state } => self.set_state(*group, *seen, *state),
            Command::Duplicate { group, name } => self.duplicate(*group, name),
            Command::RecordPermission { group, schools, recorded } => self.record(*group, schools, recorded),
            Command::Allocate { group, school, users } => self.allocate(*group, *school, users),
            Command::WriteTerms { text } => {
                self.top()?;
                let text = written("the terms", text, 100_000)?;
                let version = self.people.newest_terms().map_or(1, |(version, _)| version + 1);
                self.people.terms.insert(version, Terms { text, from: self.moment.now });
                Ok(())
            }
            Command::SetUp { setup } => {
                self.top()?;
                // A workspace of real people never becomes one that is open without a password.
                let demo = self.people.setup.demo;
                self.people.setup = Setup { demo, ..setup.clone() };
                Ok(())
            }
            Command::SetPassword { person } => {
                let Person { organisation, role, .. } = self.known(*person)?;
                let organisation = *organisation;
                // An authority lets a school's administrator in for the first time. Later it could sign in as the school.
                let first = *role == Role::Administrator && !self.people.keys.contains_key(person);
                match self.who == Some(*person) {
                    true => Ok(()),
                    false if first => self.manages(organisation, "setting a password"),
                    false => self.must_administer(organisation, "setting a password"),
                }
            }
            Command::Undo { .. } => Err(Refusal::NoUndo { why: "it is not in the audit".to_owned() }),
        }
    }

    // Who acts

    fn actor(&self) -> Option<(&Person, OrganisationKind)> {
        let person = self.people.persons.get(&self.who?)?;
        let kind = self.people.organisations.get(&person.organisation)?.kind;
        let acts = person.active && person.role == Role::Administrator;
        acts.then_some((person, kind))
    }

    /// Whether who acts administers an organisation: as its own administrator, or the system's.
    fn administers(&self, organisation: OrganisationId) -> bool {
        let of = |(person, kind): (&Person, _)| person.organisation == organisation || kind == OrganisationKind::System;
        self.actor().is_some_and(of)
    }

    fn must_administer(&self, organisation: OrganisationId, what: &'static str) -> Result<(), Refusal> {
        let whom = || format!("administrators of {}", self.people.organisation_name(organisation));
        if self.administers(organisation) { Ok(()) } else { Err(Refusal::NotYours { what, whom: whom() }) }
    }

    /// As [`Self::must_administer`]; an authority or trust may also set up the administrators of its schools.
    fn manages(&self, organisation: OrganisationId, what: &'static str) -> Result<(), Refusal> {
        let kind = self.organisation(organisation)?.kind;
        let over = self.actor().is_some_and(|(_, own)| match kind {
            OrganisationKind::School(urn) => answers_for(own, urn, self.moment.register),
            _ => false,
        });
        if over { Ok(()) } else { self.must_administer(organisation, what) }
    }

    /// Whether who acts may decide for the whole.
    fn top(&self) -> Result<(), Refusal> {
        let decider = self.people.decider();
        decider.map_or(Ok(()), |decider| self.must_administer(decider, "deciding for everyone"))
    }

    // What there is

    fn organisation(&self, id: OrganisationId) -> Result<&Organisation, Refusal> {
        let known = self.people.organisations.get(&id);
        known.ok_or_else(|| Refusal::Unknown { what: format!("organisation {id}") })
    }

    fn known(&self, id: PersonId) -> Result<&Person, Refusal> {
        self.people.persons.get(&id).ok_or_else(|| Refusal::Unknown { what: format!("person {id}") })
    }

    fn group(&self, id: GroupId) -> Result<&Group, Refusal> {
        self.people.groups.get(&id).ok_or_else(|| Refusal::Unknown { what: format!("group {id}") })
    }

    /// A group to change, which nobody has changed since it was looked at.
    fn unchanged(&self, id: GroupId, seen: i64) -> Result<Group, Refusal> {
        let group = self.group(id)?;
        self.must_administer(group.owner, "changing a group")?;
        if group.revision != seen {
            return Err(Refusal::Changed { what: format!("“{}”", group.name), by: "somebody else".to_owned() });
        }
        Ok(group.clone())
    }

    // Organisations and people

    fn begin(&mut self, kind: OrganisationKind, organisation: &str, name: &str, email: &str) -> Result<(), Refusal> {
        if !self.people.persons.is_empty() {
            return Err(Refusal::Invalid("there are people already; sign in as one of them".to_owned()));
        }
        let id = OrganisationId(1);
        let organisation = written("the organisation's name", organisation, NAME)?;
        self.people.organisations.insert(id, Organisation { kind, name: organisation });
        self.people.terms.insert(1, Terms { text: TERMS.to_owned(), from: self.moment.now });
        self.person(email, name, id, Role::Administrator, true)
    }

    fn add_organisation(&mut self, kind: OrganisationKind, name: &str) -> Result<(), Refusal> {
        let may = self.actor().is_some_and(|(_, own)| match (own, kind) {
            (OrganisationKind::System, _) => true,
            (_, OrganisationKind::School(urn)) => answers_for(own, urn, self.moment.register),
            _ => false,
        });
        if !may {
            let whom = "administrators of the system; of a school, those of its authority or trust too".to_owned();
            return Err(Refusal::NotYours { what: "adding an organisation", whom });
        }
        // A school that stands under another URN now is known by that.
        let kind = match kind {
            OrganisationKind::School(urn) => OrganisationKind::School(self.moment.register.head(urn)),
            other => other,
        };
        if let Some(known) = self.people.organisation_of(kind) {
            let name = self.people.organisation_name(known);
            return Err(Refusal::Invalid(format!("{} is there already: {name}", kind.words())));
        }
        let id = OrganisationId(next(self.people.organisations.keys().map(|id| id.0)));
        let name = written("the organisation's name", name, NAME)?;
        self.people.organisations.insert(id, Organisation { kind, name });
        Ok(())
    }

    fn person(
        &mut self,
        email: &str,
        name: &str,
        organisation: OrganisationId,
        role: Role,
        global: bool,
    ) -> Result<(), Refusal> {
        let email = address(email)?;
        if self.people.by_email(&email).is_some() {
            return Err(Refusal::Invalid(format!("there is somebody with the e-mail {email} already")));
        }
        let name = written("the person's name", name, NAME)?;
        let id = PersonId(next(self.people.persons.keys().map(|id| id.0)));
        self.people.persons.insert(id, Person { email, name, organisation, role, global, active: true });
        Ok(())
    }

    fn edit_person(&mut self, id: PersonId, name: &str, role: Role, global: bool, active: bool) -> Result<(), Refusal> {
        let before = self.known(id)?.clone();
        self.manages(before.organisation, "changing a person")?;
        if !self.administers(before.organisation) {
            // An authority sets up the administrators of its schools; who of a school sees what is the school's.
            let theirs = before.role == Role::User || role == Role::User || global != before.global;
            if theirs {
                let whom = format!("administrators of {}", self.people.organisation_name(before.organisation));
                return Err(Refusal::NotYours { what: "choosing a school's users", whom });
            }
        }
        let name = written("the person's name", name, NAME)?;
        let person = Person { name, role, global, active, ..before };
        self.people.persons.insert(id, person);
        Ok(())
    }

    // Groups

    /// What a draft makes of a group: members that stay keep their permission and users.
    fn drafted(&self, draft: &Draft, before: Option<&Group>) -> Result<Group, Refusal> {
        let (who, owner) = (self.who.unwrap_or(PersonId(0)), self.organisation(draft.owner)?.kind);
        self.must_administer(draft.owner, "setting up a group")?;
        if matches!(owner, OrganisationKind::School(_)) {
            let whom = "administrators of authorities, trusts and the system".to_owned();
            return Err(Refusal::NotYours { what: "setting up a group", whom });
        }
        let name = written("the group's name", &draft.name, NAME)?;
        if draft.schools.is_empty() {
            return Err(Refusal::Invalid("a group needs at least one school".to_owned()));
        }
        let mut schools: BTreeMap<Urn, Member> = BTreeMap::new();
        for urn in draft.schools.iter().map(|urn| self.moment.register.head(*urn)) {
            let known = before.and_then(|before| before.schools.get(&urn));
            if known.is_none() && !answers_for(owner, urn, self.moment.register) {
                let owner = self.people.organisation_name(draft.owner);
                return Err(Refusal::Invalid(format!("{owner} does not answer for school {urn}")));
            }
            schools.insert(urn, known.cloned().unwrap_or_default());
        }
        for user in &draft.users {
            let person = self.known(*user)?;
            if person.organisation != draft.owner {
                return Err(Refusal::Invalid(format!("{} is not a user of the group's owner", person.name)));
            }
        }
        let accepted = draft.accepts.map(|version| Acceptance { version, by: who, at: self.moment.now });
        if let Some(acceptance) = accepted
            && self.people.newest_terms().is_none_or(|(newest, _)| newest != acceptance.version)
        {
            return Err(Refusal::Changed { what: "the terms".to_owned(), by: "an administrator".to_owned() });
        }
        let group = Group {
            owner: draft.owner,
            name,
            description: at_most("the description", draft.description.trim(), DESCRIPTION)?,
            visibility: draft.visibility,
            state: before.map_or(GroupState::Draft, |before| before.state),
            schools,
            users: draft.users.clone(),
            contact: before.map_or(who, |before| before.contact),
            terms: accepted.or(before.and_then(|before| before.terms)),
            revision: self.moment.entry,
        };
        self.check_terms(&group)?;
        Ok(group)
    }

    /// A group that schools see needs its terms accepted.
    fn check_terms(&self, group: &Group) -> Result<(), Refusal> {
        let needs = group.visibility == Visibility::SchoolsToo && group.terms.is_none();
        let version = self.people.newest_terms().map_or(1, |(version, _)| version);
        if needs { Err(Refusal::Terms { version }) } else { Ok(()) }
    }

    fn create(&mut self, draft: &Draft, state: GroupState) -> Result<(), Refusal> {
        let group = Group { state, ..self.drafted(draft, None)? };
        self.add(group);
        Ok(())
    }

    fn add(&mut self, group: Group) {
        let id = GroupId(next(self.people.groups.keys().map(|id| id.0)));
        self.people.groups.insert(id, group);
    }

    fn edit(&mut self, id: GroupId, seen: i64, draft: &Draft) -> Result<(), Refusal> {
        let before = self.unchanged(id, seen)?;
        if draft.owner != before.owner {
            return Err(Refusal::Invalid("a group stays with its owner; duplicate it instead".to_owned()));
        }
        let group = self.drafted(draft, Some(&before))?;
        self.people.groups.insert(id, group);
        Ok(())
    }

    fn set_state(&mut self, id: GroupId, seen: i64, state: GroupState) -> Result<(), Refusal> {
        let before = self.unchanged(id, seen)?;
        let group = Group { state, revision: self.moment.entry, ..before };
        self.check_terms(&group)?;
        self.people.groups.insert(id, group);
        Ok(())
    }

    /// A group with the same schools and users, as a draft for its owner only: permission and terms were for the other.
    fn duplicate(&mut self, id: GroupId, name: &str) -> Result<(), Refusal> {
        let before = self.group(id)?.clone();
        let draft = Draft { name: name.to_owned(), visibility: Visibility::OwnerOnly, ..Draft::of(&before) };
        self.create(&draft, GroupState::Draft)
    }

    fn record(&mut self, id: GroupId, schools: &BTreeSet<Urn>, recorded: &Recorded) -> Result<(), Refusal> {
        let mut group = self.group(id)?.clone();
        let of_school = self.actor().and_then(|(_, kind)| match kind {
            OrganisationKind::School(urn) => Some(self.moment.register.head(urn)),
            _ => None,
        });
        // A school answers for itself where it knows of the group: it was asked, or schools are to see the group.
        let knows = |urn: &Urn| {
            let urn = self.moment.register.head(*urn);
            let asked = |member: &Member| member.permission.state != PermissionState::NotAsked;
            let told = |member: &Member| asked(member) || group.visibility == Visibility::SchoolsToo;
            of_school == Some(urn) && group.schools.get(&urn).is_some_and(told)
        };
        let own = !schools.is_empty() && schools.iter().all(knows);
        let answers =
            matches!(recorded.state, PermissionState::Granted | PermissionState::Refused | PermissionState::Withdrawn);
        if !(own && answers) {
            self.must_administer(group.owner, "recording permission")?;
        }
        if schools.is_empty() {
            return Err(Refusal::Invalid("choose the schools whose permission it is".to_owned()));
        }
        if recorded.on > self.moment.today() {
            return Err(Refusal::Invalid(format!("{} is still to come; write the day it was", recorded.on)));
        }
        let agreement = at_most("the agreement's reference", recorded.agreement.trim(), NAME)?;
        let requested = recorded.state == PermissionState::Requested;
        let days = jiff::Span::new().try_days(i64::from(self.people.setup.answer_days));
        let due = days.ok().and_then(|days| recorded.on.checked_add(days).ok()).filter(|_| requested);
        for urn in schools.iter().map(|urn| self.moment.register.head(*urn)) {
            let Some(member) = group.schools.get_mut(&urn) else {
                return Err(Refusal::Unknown { what: format!("school {urn} in “{}”", group.name) });
            };
            let kept = if agreement.is_empty() { &member.permission.agreement } else { &agreement };
            member.permission =
                Permission { state: recorded.state, on: Some(recorded.on), due, agreement: kept.clone(), by: self.who };
        }
        group.revision = self.moment.entry;
        self.people.groups.insert(id, group);
        Ok(())
    }

    fn allocate(&mut self, id: GroupId, school: Urn, users: &BTreeSet<PersonId>) -> Result<(), Refusal> {
        let mut group = self.group(id)?.clone();
        let school = self.moment.register.head(school);
        let organisation = self.people.organisation_of(OrganisationKind::School(school));
        let organisation = organisation.ok_or_else(|| Refusal::Unknown { what: format!("school {school}") })?;
        self.must_administer(organisation, "allocating a school's users")?;
        if group.visibility == Visibility::OwnerOnly {
            return Err(Refusal::Unknown { what: format!("group {id}") });
        }
        for user in users {
            let person = self.known(*user)?;
            if person.organisation != organisation {
                return Err(Refusal::Invalid(format!("{} is not a user of the school", person.name)));
            }
        }
        let Some(member) = group.schools.get_mut(&school) else {
            return Err(Refusal::Unknown { what: format!("school {school} in group {id}") });
        };
        member.users.clone_from(users);
        group.revision = self.moment.entry;
        self.people.groups.insert(id, group);
        Ok(())
    }
}

/// The terms and conditions that a new workspace begins with.
pub const TERMS: &str = include_str!("../../data/terms.txt");

fn next(ids: impl Iterator<Item = u32>) -> u32 {
    ids.max().map_or(1, |last| last.saturating_add(1))
}

/// What was written, without white space around it.
fn written(what: &str, text: &str, longest: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Invalid(format!("{what} is missing")));
    }
    at_most(what, text, longest)
}

fn at_most(what: &str, text: &str, longest: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length > longest {
        return Err(Refusal::Invalid(format!("{what} has {length} characters; at most {longest} are kept")));
    }
    Ok(text.to_owned())
}

/// An e-mail address, in small letters.
fn address(email: &str) -> Result<String, Refusal> {
    let email = email.trim().to_lowercase();
    match email.parse::<lettre::Address>() {
        Ok(_) => Ok(email),
        Err(_) => Err(Refusal::Invalid(format!("“{email}” is not an e-mail address, such as a.patel@school.example"))),
    }
}

/// Checks what no change may break: an organisation that had an administrator has one still, and no two groups of an owner
/// have one name.
///
/// # Errors
/// [`Refusal::LastAdministrator`], or [`Refusal::Invalid`] for the name.
pub fn whole(before: &People, after: &People) -> Result<(), Refusal> {
    let mut names = BTreeSet::new();
    if let Some(twice) = after.groups.values().find(|group| !names.insert((group.owner, group.name.to_lowercase()))) {
        return Err(Refusal::Invalid(format!("there is a group “{}” already; choose another name", twice.name)));
    }
    let administered = |people: &People, organisation| {
        people.people_of(organisation).any(|(_, person)| person.active && person.role == Role::Administrator)
    };
    let left = after.organisations.keys().find(|id| administered(before, **id) && !administered(after, **id));
    match left {
        Some(id) => Err(Refusal::LastAdministrator { organisation: after.organisation_name(*id).to_owned() }),
        None => Ok(()),
    }
}
