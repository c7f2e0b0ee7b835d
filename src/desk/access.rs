//! Who asks, and whether they may.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::DeskError;
use crate::collab::{Rights, Seen, Side};
use crate::method::disclosure::Policy;
use crate::model::{Breakdown, Compare, Draft, Question, Scope, Urn};
use crate::workspace::Register;

/// Who sits at the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// The address with which they signed in, if they did.
    pub email: Option<String>,
    /// How strict the gate is for them.
    pub policy: Policy,
    /// What they may see; everything where the workspace has no people.
    pub rights: Option<Arc<Rights>>,
}

/// So many schools are a nation: a figure of all of them tells nothing of a single one.
const NATION: usize = 1_000;

/// A question as it is answered for a reader.
#[derive(Debug)]
pub(super) struct Allowed<'a> {
    pub question: Cow<'a, Question>,
    /// What was left out of the question for this reader.
    pub note: Option<&'static str>,
}

impl Reader {
    /// The schools among which others like one are looked for.
    pub(super) fn schools_beside(&self, school: Urn) -> Scope {
        let Some(rights) = &self.rights else { return Scope::All };
        let own = BTreeSet::from([school]);
        let largest = rights.groups.values().filter(|seen| seen.schools.contains(&school));
        let schools = largest.max_by_key(|seen| seen.schools.len()).map_or(own, |seen| seen.schools.clone());
        Scope::Schools(schools)
    }
}

/// Whether a reader may ask a question, and what is answered.
///
/// A workspace without people is open: everyone may see everything in it, through the gate. Where there are people, one may
/// ask about schools of one group that one sees. Comparators are figures of many schools and may be seen; but those from which
/// a school of the group is kept from the reader would hold its data, so they are left out unless they are of a nation.
///
/// # Errors
/// [`DeskError::Refused`] when not.
pub(super) fn check<'a>(
    reader: &Reader,
    question: &'a Question,
    register: &Register,
) -> Result<Allowed<'a>, DeskError> {
    let as_asked = Allowed { question: Cow::Borrowed(question), note: None };
    let Some(rights) = &reader.rights else { return Ok(as_asked) };
    let seen = group_of(rights, question, register)?;
    let held_back = matches!(seen.side, Side::School(_)) && seen.kept_from > 0;
    let holds_others = match question.compare() {
        Compare::Same | Compare::All | Compare::Other => register.schools().len() < NATION,
        Compare::La => true,
        Compare::Similar | Compare::InSchool | Compare::Previous | Compare::None => false,
    };
    if !(held_back && holds_others) {
        return Ok(as_asked);
    }
    let alone = Question::new(Draft { compare: Compare::None, ..question.draft() });
    let alone = alone.map_err(|error| DeskError::Refused { why: error.to_string() })?;
    let note = "no comparator: its figures would hold schools of the group that have not given permission";
    Ok(Allowed { question: Cow::Owned(alone), note: Some(note) })
}

fn group_of<'a>(rights: &'a Rights, question: &Question, register: &Register) -> Result<&'a Seen, DeskError> {
    let refused = |why: &str| DeskError::Refused { why: why.to_owned() };
    let Scope::Schools(urns) = question.scope() else {
        let whole = match question.by().contains(&Breakdown::School) {
            true => "schools outside the groups that you see",
            false => {
                "figures of a whole authority, trust or of all schools are shown beside a group only, as its comparator"
            }
        };
        return Err(refused(whole));
    };
    let schools: BTreeSet<Urn> = urns.iter().map(|urn| register.head(*urn)).collect();
    let seen = rights.group_with(&schools).map(|(_, seen)| seen);
    seen.ok_or_else(|| refused("these schools are not together in a group that you see"))
}
