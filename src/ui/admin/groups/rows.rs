//! The rows of the list of groups, made once per change.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::collab::{Group, GroupId, GroupState, Visibility};
use crate::export::words::plural;
use crate::ui::admin::Room;

/// Which groups are listed, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    pub sought: String,
    pub only: Option<GroupState>,
    pub sort: Sort,
}

/// By what the list is in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    Name,
    Owner,
    State,
    /// The most schools first.
    Schools,
    /// The most that are overdue first, then those that are not granted.
    Permission,
    /// The newest change first.
    Change,
}

impl Sort {
    pub const ALL: [Self; 6] = [Self::Name, Self::Owner, Self::State, Self::Schools, Self::Permission, Self::Change];

    /// "name", "owner" ...
    pub fn words(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Owner => "owner",
            Self::State => "state",
            Self::Schools => "number of schools",
            Self::Permission => "missing permission",
            Self::Change => "last change",
        }
    }
}

/// A group as it is listed.
#[derive(Debug)]
pub struct Row {
    pub id: GroupId,
    pub name: String,
    pub owner: String,
    pub state: GroupState,
    pub visibility: Visibility,
    pub schools: usize,
    /// "Primary, Secondary".
    pub phases: String,
    pub granted: usize,
    pub overdue: usize,
    /// The owner's users who are allocated beside the global ones.
    pub allocated: usize,
    pub global: usize,
    /// When it was last changed and by whom.
    pub changed: String,
    revision: i64,
}

/// Notes from the audit when groups were last changed.
pub fn learn(changes: &mut BTreeMap<i64, String>, room: &Room<'_>) {
    let Some(Ok(audit)) = room.audit else { return };
    for group in room.people.groups.values() {
        let nth = usize::try_from(group.revision - 1).ok();
        let row = nth.and_then(|nth| audit.get(nth)).filter(|row| row.seq == group.revision);
        if let Some(row) = row {
            let day = row.at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y").to_string();
            let by = row.who.map(|who| format!(" by {}", room.people.name(who))).unwrap_or_default();
            changes.insert(group.revision, format!("{day}{by}"));
        }
    }
}

/// The groups of who looks, as they are to be listed.
pub fn of(list: &List, changes: &BTreeMap<i64, String>, room: &Room<'_>) -> Vec<Row> {
    let administered = room.administered();
    let sought = list.sought.trim().to_lowercase();
    let listed = |group: &Group| {
        administered.contains(&group.owner)
            && list.only.is_none_or(|state| group.state == state)
            && group.name.to_lowercase().contains(&sought)
    };
    let groups = room.people.groups.iter().filter(|(_, group)| listed(group));
    let mut rows: Vec<Row> = groups.map(|(id, group)| row(*id, group, changes, room)).collect();
    rows.sort_by_cached_key(|row| row.name.to_lowercase());
    match list.sort {
        Sort::Name => {}
        Sort::Owner => rows.sort_by_cached_key(|row| row.owner.to_lowercase()),
        Sort::State => rows.sort_by_key(|row| GroupState::ALL.iter().position(|state| *state == row.state)),
        Sort::Schools => rows.sort_by_key(|row| Reverse(row.schools)),
        Sort::Permission => rows.sort_by_key(|row| Reverse((row.overdue, row.schools - row.granted))),
        Sort::Change => rows.sort_by_key(|row| Reverse(row.revision)),
    }
    rows
}

fn row(id: GroupId, group: &Group, changes: &BTreeMap<i64, String>, room: &Room<'_>) -> Row {
    let phases: BTreeSet<&str> =
        group.schools.keys().filter_map(|urn| room.register.school(*urn)).map(|school| school.phase.as_str()).collect();
    let today = room.today();
    let users = || room.people.people_of(group.owner).filter(|(_, person)| person.active);
    Row {
        id,
        name: group.name.clone(),
        owner: room.people.organisation_name(group.owner).to_owned(),
        state: group.state,
        visibility: group.visibility,
        schools: group.schools.len(),
        phases: phases.into_iter().collect::<Vec<_>>().join(", "),
        granted: group.granted().len(),
        overdue: group.schools.values().filter(|member| member.permission.is_overdue(today)).count(),
        allocated: users().filter(|(id, person)| !person.global && group.users.contains(id)).count(),
        global: users().filter(|(_, person)| person.global).count(),
        changed: changes.get(&group.revision).cloned().unwrap_or_else(|| format!("entry {}", group.revision)),
        revision: group.revision,
    }
}

impl Row {
    /// "8 of 12 granted, 2 overdue".
    pub fn permission(&self) -> String {
        let overdue = if self.overdue > 0 { format!(", {} overdue", self.overdue) } else { String::new() };
        format!("{} of {} granted{overdue}", self.granted, self.schools)
    }

    /// "12 schools".
    pub fn schools(&self) -> String {
        plural(self.schools as i64, "school")
    }
}
