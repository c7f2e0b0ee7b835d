//! Who sees what, and why: one function decides, and its reasoning can be read.

use std::collections::{BTreeMap, BTreeSet};

use super::people::{GroupId, GroupState, OrganisationKind, People, PermissionState, PersonId, Visibility};
use crate::model::Urn;
use crate::workspace::Register;

/// One step of the reasoning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whether it speaks for seeing the group.
    pub holds: bool,
    pub words: String,
}

/// From which side somebody sees a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Owner,
    School(Urn),
}

/// Whether a person sees a group, which of its schools, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The schools whose figures the person sees; empty where they do not see the group.
    pub schools: BTreeSet<Urn>,
    /// From which side; `None` where they do not see it.
    pub side: Option<Side>,
    /// The chain of reasons, up to the one that decides.
    pub chain: Vec<Step>,
}

impl Verdict {
    /// Whether the group is seen at all.
    pub fn sees(&self) -> bool {
        self.side.is_some()
    }
}

/// A group that somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    /// The schools whose figures they see.
    pub schools: BTreeSet<Urn>,
    pub side: Side,
    /// How many schools of the group are kept from them.
    pub kept_from: usize,
}

/// Everything that one person sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    pub groups: BTreeMap<GroupId, Seen>,
}

impl Rights {
    /// What a person sees, of all groups.
    pub fn of(people: &People, person: PersonId) -> Self {
        let seen = |(id, group): (&GroupId, &super::people::Group)| {
            let Verdict { schools, side, .. } = verdict(people, person, *id);
            let kept_from = group.schools.len().saturating_sub(schools.len());
            side.map(|side| (*id, Seen { name: group.name.clone(), schools, side, kept_from }))
        };
        Self { groups: people.groups.iter().filter_map(seen).collect() }
    }

    /// The group of which these schools are all or some; the smallest where there are several.
    pub fn group_with(&self, schools: &BTreeSet<Urn>) -> Option<(GroupId, &Seen)> {
        let holds = self.groups.iter().filter(|(_, seen)| schools.is_subset(&seen.schools));
        holds.min_by_key(|(_, seen)| (seen.kept_from, seen.schools.len())).map(|(id, seen)| (*id, seen))
    }
}

/// Decides whether a person sees a group.
///
/// The owner's users see it who are allocated or global, unless it is archived. Users of a member school see it once it is
/// live and visible to schools, its terms are accepted, and the school's permission is granted, if the school's
/// administrator has allocated them or they are global users of the school: then they see the schools whose permission is
/// granted. Nobody else sees it; to administer a group is not to see its results.
pub fn verdict(people: &People, person: PersonId, group: GroupId) -> Verdict {
    let mut chain = Chain::default();
    let seen = chain.decide(people, person, group);
    let (side, schools) = seen.map_or((None, BTreeSet::new()), |(side, schools)| (Some(side), schools));
    Verdict { schools, side, chain: chain.steps }
}

/// A person whose sight of a group a change makes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    pub person: PersonId,
    pub saw: Verdict,
    pub sees: Verdict,
}

/// Who sees a group otherwise after a change than before it: whether at all, or other schools of it.
pub fn shifts((before, after): (&People, &People), group: GroupId) -> Vec<Shift> {
    let of = |person: PersonId| (verdict(before, person, group), verdict(after, person, group));
    let shift = |(person, (saw, sees)): (PersonId, (Verdict, Verdict))| Shift { person, saw, sees };
    let all = after.persons.keys().map(|person| shift((*person, of(*person))));
    all.filter(|of| (of.saw.side, &of.saw.schools) != (of.sees.side, &of.sees.schools)).collect()
}

#[derive(Default)]
struct Chain {
    steps: Vec<Step>,
}

impl Chain {
    /// Notes a step; `None` ends the reasoning where it does not hold.
    fn step(&mut self, holds: bool, words: String) -> Option<()> {
        self.steps.push(Step { holds, words });
        holds.then_some(())
    }

    fn decide(&mut self, people: &People, person: PersonId, group: GroupId) -> Option<(Side, BTreeSet<Urn>)> {
        let known = people.persons.get(&person).zip(people.groups.get(&group));
        let Some((who, of)) = known else {
            self.step(false, "the person or the group is not known".to_owned())?;
            return None;
        };
        let (name, from) = (&who.name, people.organisation_name(who.organisation));
        let kind = people.kind_of(person);
        let active = if who.active { "may sign in" } else { "may not sign in any more" };
        self.step(who.active, format!("{name} of {from} {active}"))?;
        let archived = of.state == GroupState::Archived;
        let put_away = if archived { "the group is archived" } else { "the group is not archived" };
        self.step(!archived, put_away.to_owned())?;
        if who.organisation == of.owner {
            let how = match (who.global, of.users.contains(&person)) {
                (true, _) => format!("{name} is a global user of {from}, which owns the group"),
                (false, true) => format!("{name} is allocated to the group by {from}, which owns it"),
                (false, false) => format!("{name} is neither allocated to the group nor a global user of {from}"),
            };
            self.step(who.global || of.users.contains(&person), how)?;
            return Some((Side::Owner, of.schools.keys().copied().collect()));
        }
        let Some(OrganisationKind::School(urn)) = kind else {
            let owner = people.organisation_name(of.owner);
            self.step(false, format!("the group belongs to {owner}, and {from} is not a school in it"))?;
            return None;
        };
        let member = of.schools.get(&urn);
        self.step(member.is_some(), format!("{from} is {}in the group", if member.is_some() { "" } else { "not " }))?;
        let member = member?;
        let for_schools = of.visibility == Visibility::SchoolsToo;
        self.step(for_schools, format!("the group is visible to {}", visible_to(of.visibility)))?;
        self.step(of.state == GroupState::Live, format!("the group is {}", of.state.word()))?;
        let terms = match of.terms {
            Some(terms) => format!("{} has accepted the terms, version {}", people.name(terms.by), terms.version),
            None => "nobody has accepted the terms".to_owned(),
        };
        self.step(of.terms.is_some(), terms)?;
        let state = member.permission.state;
        self.step(state == PermissionState::Granted, format!("{from}'s permission is {}", state.words()))?;
        let how = match (who.global, member.users.contains(&person)) {
            (true, _) => format!("{name} is a global user of {from}"),
            (false, true) => format!("{name} is allocated to the group by {from}"),
            (false, false) => format!("{name} is neither allocated to the group by {from} nor a global user of it"),
        };
        self.step(who.global || member.users.contains(&person), how)?;
        Some((Side::School(urn), of.granted()))
    }
}

fn visible_to(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::OwnerOnly => "its owner only",
        Visibility::SchoolsToo => "its schools too",
    }
}

/// Whether an organisation answers for a school.
pub fn answers_for(kind: OrganisationKind, urn: Urn, register: &Register) -> bool {
    let Some(school) = register.school(urn) else { return false };
    match kind {
        OrganisationKind::System => true,
        OrganisationKind::La(code) => school.la_code == code,
        OrganisationKind::Trust(uid) => school.trust_uid == Some(uid),
        OrganisationKind::School(own) => register.head(own) == register.head(urn),
    }
}
