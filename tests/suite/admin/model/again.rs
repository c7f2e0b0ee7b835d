//! The rules once more, as simply as they can be said, from the design. What is here asks nothing of `collab`'s rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan};
use schoolbench::collab::{
    Acceptance, Command, Draft, Group, GroupId, GroupState, Member, Organisation, OrganisationId, OrganisationKind,
    People, Permission, PermissionState, Person, PersonId, Role, TERMS, Terms, Visibility,
};
use schoolbench::model::Urn;
use schoolbench::workspace::Register;

use super::random::day;

/// The schools, and who answers for them.
pub struct World {
    pub register: Register,
    /// Organisations that are set up at first.
    pub members: Vec<OrganisationKind>,
    /// URNs to draw from, some of which are not known or earlier ones.
    pub urns: Vec<Urn>,
    /// The authority and trust of each URN that is known.
    responsible: BTreeMap<Urn, (i32, Option<i32>)>,
    /// Under which URN an earlier one stands now.
    heads: BTreeMap<Urn, Urn>,
    /// What schools are called.
    pub names: BTreeMap<Urn, String>,
}

/// A command that was carried out.
pub struct Past {
    pub who: Option<PersonId>,
    pub command: Command,
    pub before: People,
    pub after: People,
}

fn is_school(kind: OrganisationKind) -> bool {
    matches!(kind, OrganisationKind::School(_))
}

fn chief(person: &Person) -> bool {
    person.active && person.role == Role::Administrator
}

fn trimmed(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= longest).then(|| text.to_owned())
}

impl World {
    pub fn of(register: Register, members: &[OrganisationKind], more: &[i32]) -> Self {
        let mut responsible = BTreeMap::new();
        let (mut heads, mut names) = (BTreeMap::new(), BTreeMap::new());
        for school in register.schools() {
            names.insert(school.urn, school.name.clone());
            responsible.insert(school.urn, (school.la_code, school.trust_uid));
            for earlier in register.earlier(school.urn) {
                let known = register.school(*earlier).unwrap();
                responsible.insert(*earlier, (known.la_code, known.trust_uid));
                heads.insert(*earlier, school.urn);
            }
        }
        let school = |kind: &OrganisationKind| match kind {
            OrganisationKind::School(urn) => Some(*urn),
            _ => None,
        };
        let more = more.iter().map(|number| Urn::new(*number).unwrap());
        let urns = members.iter().filter_map(school).chain(more).collect();
        Self { register, members: members.to_vec(), urns, responsible, heads, names }
    }

    fn head(&self, urn: Urn) -> Urn {
        *self.heads.get(&urn).unwrap_or(&urn)
    }

    /// An organisation as it is known now.
    pub fn now(&self, kind: OrganisationKind) -> OrganisationKind {
        match kind {
            OrganisationKind::School(urn) => OrganisationKind::School(self.head(urn)),
            other => other,
        }
    }

    /// Whether an organisation answers for a school.
    fn answers(&self, kind: OrganisationKind, urn: Urn) -> bool {
        let Some((la, trust)) = self.responsible.get(&urn) else { return false };
        match kind {
            OrganisationKind::System => true,
            OrganisationKind::La(code) => code == *la,
            OrganisationKind::Trust(uid) => Some(uid) == *trust,
            OrganisationKind::School(own) => self.head(own) == self.head(urn),
        }
    }

    /// The schools to draw from for which an organisation answers, as they are known now.
    pub fn answered_by(&self, kind: OrganisationKind) -> impl Iterator<Item = Urn> {
        let heads: BTreeSet<Urn> = self.urns.iter().map(|urn| self.head(*urn)).collect();
        heads.into_iter().filter(move |urn| self.answers(kind, *urn))
    }

    /// What the first command makes.
    pub fn begun(&self, command: &Command, now: Timestamp) -> People {
        let Command::Begin { kind, organisation, name, email } = command else { panic!("not the beginning") };
        let (organisation, id) = (Organisation { kind: *kind, name: organisation.clone() }, OrganisationId(1));
        let (name, email) = (name.clone(), email.clone());
        let first = Person { email, name, organisation: id, role: Role::Administrator, global: true, active: true };
        let mut people = People::default();
        people.organisations.insert(id, organisation);
        people.persons.insert(PersonId(1), first);
        people.terms.insert(1, Terms { text: TERMS.to_owned(), from: now });
        people.setup.demo = true;
        people
    }

    /// What a command makes; `None` where it is refused.
    pub fn after(
        &self,
        people: &People,
        who: Option<PersonId>,
        command: &Command,
        entry: i64,
        now: Timestamp,
    ) -> Option<People> {
        let mut new = people.clone();
        let kind_of = |organisation: OrganisationId| people.organisations.get(&organisation).map(|known| known.kind);
        // Who acts as an administrator, and of what.
        let acting = who.and_then(|who| people.persons.get(&who)).filter(|person| chief(person));
        let office = acting.and_then(|person| kind_of(person.organisation));
        let runs = |organisation: OrganisationId| {
            office == Some(OrganisationKind::System) || acting.is_some_and(|person| person.organisation == organisation)
        };
        // Authorities and trusts set up the administrators of schools that they answer for.
        let sets_up = |organisation: OrganisationId| match (kind_of(organisation), office) {
            (Some(OrganisationKind::School(urn)), Some(office)) => runs(organisation) || self.answers(office, urn),
            _ => runs(organisation),
        };
        let decides_for_all = || {
            let system = people.organisation_of(OrganisationKind::System);
            runs(system.unwrap_or(OrganisationId(1)))
        };
        match command {
            Command::Begin { .. } | Command::Undo { .. } => return None,
            Command::AddOrganisation { kind, name } => {
                let may = match (office?, kind) {
                    (OrganisationKind::System, _) => true,
                    (office, OrganisationKind::School(urn)) => self.answers(office, *urn),
                    _ => false,
                };
                let kind = self.now(*kind);
                if !may || people.organisations.values().any(|known| known.kind == kind) {
                    return None;
                }
                let id = OrganisationId(people.organisations.len() as u32 + 1);
                new.organisations.insert(id, Organisation { kind, name: trimmed(name, 120)? });
            }
            Command::AddPerson { email, name, organisation, role, global } => {
                let plain_administrator = *role == Role::Administrator && !global;
                let theirs_to_choose = is_school(kind_of(*organisation)?) && !plain_administrator;
                let may = if theirs_to_choose { runs(*organisation) } else { sets_up(*organisation) };
                let email = email.trim().to_lowercase();
                let taken = people.persons.values().any(|person| person.email == email);
                if !may || taken || !email.contains('@') {
                    return None;
                }
                let id = PersonId(people.persons.len() as u32 + 1);
                let (organisation, role, global) = (*organisation, *role, *global);
                let person = Person { email, name: trimmed(name, 120)?, organisation, role, global, active: true };
                new.persons.insert(id, person);
            }
            Command::EditPerson { person, name, role, global, active } => {
                let known = new.persons.get_mut(person)?;
                let organisation = known.organisation;
                // From outside, a school's administrators can be renamed and deactivated, and that is all.
                let stays = known.role == Role::Administrator && *role == known.role && *global == known.global;
                if !(runs(organisation) || sets_up(organisation) && stays) {
                    return None;
                }
                (known.name, known.role, known.global, known.active) = (trimmed(name, 120)?, *role, *global, *active);
                headed(people, &new).then_some(())?;
            }
            Command::CreateGroup { draft, state } => {
                let group = self.drafted(people, who?, draft, None, entry, now).filter(|_| runs(draft.owner))?;
                new.groups.insert(GroupId(people.groups.len() as u32 + 1), Group { state: *state, ..group });
            }
            Command::EditGroup { group, seen, draft } => {
                let before = people.groups.get(group)?;
                if !runs(before.owner) || before.revision != *seen || draft.owner != before.owner {
                    return None;
                }
                new.groups.insert(*group, self.drafted(people, who?, draft, Some((*group, before)), entry, now)?);
            }
            Command::SetState { group, seen, state } => {
                let known = new.groups.get_mut(group)?;
                if !runs(known.owner) || known.revision != *seen || !agreed(known) {
                    return None;
                }
                (known.state, known.revision) = (*state, entry);
            }
            Command::Duplicate { group, name } => {
                let before = people.groups.get(group)?;
                let draft = Draft {
                    owner: before.owner,
                    name: name.clone(),
                    description: before.description.clone(),
                    schools: before.schools.keys().copied().collect(),
                    users: before.users.clone(),
                    visibility: Visibility::OwnerOnly,
                    accepts: None,
                };
                let group = self.drafted(people, who?, &draft, None, entry, now).filter(|_| runs(draft.owner))?;
                new.groups.insert(GroupId(people.groups.len() as u32 + 1), group);
            }
            Command::RecordPermission { group, schools, recorded } => {
                let known = new.groups.get_mut(group)?;
                // A school answers for itself, once it has been asked or the group is for schools.
                let mut own = !schools.is_empty();
                for urn in schools {
                    let member = known.schools.get(&self.head(*urn))?;
                    let asked = member.permission.state != PermissionState::NotAsked;
                    let theirs = office == Some(OrganisationKind::School(self.head(*urn)));
                    own &= theirs && (asked || known.visibility == Visibility::SchoolsToo);
                }
                let asks = matches!(recorded.state, PermissionState::NotAsked | PermissionState::Requested);
                let may = runs(known.owner) || own && !asks;
                if !may || schools.is_empty() || recorded.on > day(now) {
                    return None;
                }
                let due = recorded.on.checked_add(i64::from(people.setup.answer_days).days()).unwrap();
                for urn in schools {
                    let permission = &mut known.schools.get_mut(&self.head(*urn))?.permission;
                    let agreement = match recorded.agreement.trim() {
                        "" => permission.agreement.clone(),
                        written => written.to_owned(),
                    };
                    *permission = Permission {
                        state: recorded.state,
                        on: Some(recorded.on),
                        due: (recorded.state == PermissionState::Requested).then_some(due),
                        agreement,
                        by: who,
                    };
                }
                known.revision = entry;
            }
            Command::Allocate { group, school, users } => {
                let known = new.groups.get_mut(group)?;
                let school = self.head(*school);
                let organisation = people.organisation_of(OrganisationKind::School(school))?;
                let theirs = |user: &PersonId| people.persons.get(user).map(|person| person.organisation);
                let all_theirs = users.iter().all(|user| theirs(user) == Some(organisation));
                if !runs(organisation) || !all_theirs || known.visibility == Visibility::OwnerOnly {
                    return None;
                }
                known.schools.get_mut(&school)?.users = users.clone();
                known.revision = entry;
            }
            Command::WriteTerms { text } => {
                decides_for_all().then_some(())?;
                let version = people.terms.len() as u32 + 1;
                new.terms.insert(version, Terms { text: trimmed(text, 100_000)?, from: now });
            }
            Command::SetUp { setup } => {
                decides_for_all().then_some(())?;
                new.setup = setup.clone();
                new.setup.demo = people.setup.demo;
            }
            Command::SetPassword { person } => {
                // Once somebody has a password, an authority could sign in as the school.
                let Person { organisation, role, .. } = people.persons.get(person)?;
                let first = *role == Role::Administrator && !people.keys.contains_key(person);
                (who == Some(*person) || runs(*organisation) || first && sets_up(*organisation)).then_some(())?;
            }
        }
        Some(new)
    }

    /// What a draft makes of a group, or of nothing.
    fn drafted(
        &self,
        people: &People,
        who: PersonId,
        draft: &Draft,
        before: Option<(GroupId, &Group)>,
        entry: i64,
        now: Timestamp,
    ) -> Option<Group> {
        let kind = people.organisations.get(&draft.owner)?.kind;
        let name = trimmed(&draft.name, 120)?;
        let others = people.groups.iter().filter(|(id, _)| before.is_none_or(|(itself, _)| **id != itself));
        let mut others = others.filter(|(_, group)| group.owner == draft.owner);
        let taken = others.any(|(_, group)| group.name.to_lowercase() == name.to_lowercase());
        let known = before.map(|(_, group)| group);
        let mut schools = BTreeMap::new();
        for urn in draft.schools.iter().map(|urn| self.head(*urn)) {
            let member = known.and_then(|group| group.schools.get(&urn));
            if member.is_none() && !self.answers(kind, urn) {
                return None;
            }
            schools.insert(urn, member.cloned().unwrap_or_default());
        }
        let of_owner = |user: &PersonId| people.persons.get(user).is_some_and(|p| p.organisation == draft.owner);
        let newest = people.terms.len() as u32;
        let old_terms = draft.accepts.is_some_and(|version| version != newest);
        if is_school(kind) || taken || schools.is_empty() || !draft.users.iter().all(of_owner) || old_terms {
            return None;
        }
        let accepted = draft.accepts.map(|version| Acceptance { version, by: who, at: now });
        let group = Group {
            owner: draft.owner,
            name,
            description: draft.description.trim().to_owned(),
            visibility: draft.visibility,
            state: known.map_or(GroupState::Draft, |group| group.state),
            schools,
            users: draft.users.clone(),
            contact: known.map_or(who, |group| group.contact),
            terms: accepted.or(known.and_then(|group| group.terms)),
            revision: entry,
        };
        agreed(&group).then_some(group)
    }

    /// What taking back an entry makes; `None` where it is refused.
    pub fn undone(
        &self,
        people: &People,
        past: &[Past],
        nth: i64,
        who: Option<PersonId>,
        entry: i64,
        now: Timestamp,
    ) -> Option<People> {
        let Past { command, before, after, .. } = past.get(usize::try_from(nth - 1).ok()?)?;
        let mut restored = people.clone();
        match command {
            Command::EditPerson { person, .. } => {
                (people.persons.get(person) == after.persons.get(person)).then_some(())?;
                restored.persons.insert(*person, before.persons.get(person)?.clone());
            }
            Command::EditGroup { group, .. }
            | Command::SetState { group, .. }
            | Command::RecordPermission { group, .. }
            | Command::Allocate { group, .. } => {
                (people.groups.get(group) == after.groups.get(group)).then_some(())?;
                restored.groups.insert(*group, before.groups.get(group)?.clone());
            }
            Command::SetUp { .. } => {
                (people.setup == after.setup).then_some(())?;
                restored.setup = before.setup.clone();
            }
            _ => return None,
        }
        // Only who might do it still may take it back, and nobody that they may not.
        let chief_now = |people: &People| who.and_then(|who| people.persons.get(&who)).is_some_and(chief);
        (chief_now(people) && chief_now(&restored)).then_some(())?;
        self.after(&restored, who, command, entry, now)?;
        for (id, group) in &mut restored.groups {
            if people.groups.get(id) != Some(group) {
                group.revision = entry;
            }
        }
        let names: BTreeSet<_> =
            restored.groups.values().map(|group| (group.owner, group.name.to_lowercase())).collect();
        (names.len() == restored.groups.len() && headed(people, &restored)).then_some(restored)
    }
}

/// Whether every organisation that had an administrator has one still.
fn headed(before: &People, after: &People) -> bool {
    let has = |people: &People, id| people.people_of(id).any(|(_, person)| chief(person));
    after.organisations.keys().all(|id| has(after, *id) || !has(before, *id))
}

/// A group for schools has its terms accepted.
fn agreed(group: &Group) -> bool {
    group.visibility == Visibility::OwnerOnly || group.terms.is_some()
}

fn school_of(people: &People, person: PersonId) -> Option<Urn> {
    match people.organisations.get(&people.persons.get(&person)?.organisation)?.kind {
        OrganisationKind::School(urn) => Some(urn),
        _ => None,
    }
}

/// The schools that somebody sees in a group; `None` where they do not see it.
pub fn sees(people: &People, person: PersonId, group: GroupId) -> Option<BTreeSet<Urn>> {
    let (who, of) = (people.persons.get(&person)?, people.groups.get(&group)?);
    if !who.active || of.state == GroupState::Archived {
        return None;
    }
    if who.organisation == of.owner {
        return (who.global || of.users.contains(&person)).then(|| of.schools.keys().copied().collect());
    }
    let granted = |member: &Member| member.permission.state == PermissionState::Granted;
    let own = of.schools.get(&school_of(people, person)?)?;
    let open = of.state == GroupState::Live && of.visibility == Visibility::SchoolsToo && of.terms.is_some();
    let chosen = who.global || own.users.contains(&person);
    let schools = || of.schools.iter().filter(|(_, member)| granted(member)).map(|(urn, _)| *urn).collect();
    (open && granted(own) && chosen).then(schools)
}

/// Whether a group stands in the list of groups that a school's administrator looks after.
fn listed(people: &People, person: PersonId, group: &Group) -> bool {
    let member = || group.schools.get(&school_of(people, person)?);
    let known = |member: &Member| {
        member.permission.state != PermissionState::NotAsked || group.visibility == Visibility::SchoolsToo
    };
    let chief = people.persons.get(&person).is_some_and(chief);
    chief && group.state != GroupState::Archived && member().is_some_and(known)
}

/// Whom a change concerns, but for who made it.
pub fn told(before: &People, after: &People, who: Option<PersonId>) -> BTreeSet<PersonId> {
    let groups: BTreeSet<GroupId> = before.groups.keys().chain(after.groups.keys()).copied().collect();
    let concerned = |(id, person): &(&PersonId, &Person)| {
        let themselves = match before.persons.get(id) {
            Some(was) => was.role != person.role || was.global != person.global || (person.active && !was.active),
            // Who is added as a global user sees groups by it.
            None => person.global && who.is_some(),
        };
        let by_group = groups.iter().any(|group| concerns(before, after, **id, *group));
        person.active && Some(**id) != who && (themselves || by_group)
    };
    after.persons.iter().filter(concerned).map(|(id, _)| *id).collect()
}

/// Whether what somebody may know of a group has changed.
fn concerns(before: &People, after: &People, person: PersonId, id: GroupId) -> bool {
    let (was, is) = (before.groups.get(&id), after.groups.get(&id));
    if was == is {
        return false;
    }
    let (saw, sees) = (sees(before, person, id).is_some(), sees(after, person, id).is_some());
    let Some(is) = is else { return true };
    let who = &after.persons[&person];
    let of_owner = is.owner == who.organisation;
    let lists = || was.is_some_and(|was| listed(before, person, was)) || listed(after, person, is);
    let looks_on = if of_owner { who.role == Role::Administrator } else { lists() };
    if !(saw || sees || looks_on) {
        return false;
    }
    let Some(was) = was else { return true };
    let plain = |group: &Group| (group.name.clone(), group.description.clone(), group.visibility, group.state);
    let permissions = |group: &Group| -> BTreeMap<Urn, Permission> {
        group.schools.iter().map(|(urn, member)| (*urn, member.permission.clone())).collect()
    };
    let known = if of_owner {
        let accepted = is.terms.is_some() && was.terms != is.terms;
        accepted || was.users != is.users || permissions(was) != permissions(is)
    } else {
        let Some(own) = school_of(after, person) else { return false };
        let others = |group: &Group| -> BTreeSet<Urn> {
            let granted = permissions(group).into_iter().filter(|(_, of)| of.state == PermissionState::Granted);
            granted.map(|(urn, _)| urn).filter(|urn| *urn != own).collect()
        };
        was.schools.get(&own) != is.schools.get(&own) || others(was) != others(is)
    };
    saw != sees || plain(was) != plain(is) || known
}
