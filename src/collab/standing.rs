//! Schools that go on under another URN: organisations and groups name them by the one under which they stand now.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::people::{Member, OrganisationKind, People, PermissionState};
use crate::model::Urn;
use crate::workspace::Register;

/// Everyone and everything, with each school by the URN under which it stands now.
///
/// A school brings its permission and its users with it. One that came of several has agreed where each of them has that is in
/// the group, or where it has itself.
pub fn standing(mut people: People, register: &Register) -> People {
    for organisation in people.organisations.values_mut() {
        if let OrganisationKind::School(urn) = &mut organisation.kind {
            *urn = register.head(*urn);
        }
    }
    let is_earlier = |urn: &Urn| register.head(*urn) != *urn;
    for group in people.groups.values_mut().filter(|group| group.schools.keys().any(is_earlier)) {
        let schools = std::mem::take(&mut group.schools).into_iter();
        let (earlier, mut now): (BTreeMap<Urn, Member>, BTreeMap<Urn, Member>) =
            schools.partition(|(urn, _)| is_earlier(urn));
        let themselves: BTreeSet<Urn> = now.keys().copied().collect();
        for (urn, member) in earlier {
            let head = register.head(urn);
            match now.entry(head) {
                Entry::Vacant(place) => {
                    place.insert(member);
                }
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.users.extend(member.users);
                    if !themselves.contains(&head) && known.permission.state == PermissionState::Granted {
                        known.permission = member.permission;
                    }
                }
            }
        }
        group.schools = now;
    }
    people
}
