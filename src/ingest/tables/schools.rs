//! Schools from many tables and registers: what each tells, the newest first, and under which URN a school goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// What one row tells of a school, and as of which day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchoolFact {
    pub urn: i32,
    /// A day as a number such as 20190831: where rows tell different things, the newest counts.
    pub as_of: i32,
    pub name: Option<String>,
    pub phase: Option<String>,
    pub la_code: Option<i32>,
    pub la_name: Option<String>,
    pub region: Option<String>,
    pub kind: Option<String>,
    pub trust_uid: Option<i32>,
    pub trust_name: Option<String>,
    pub easting: Option<i32>,
    pub northing: Option<i32>,
    pub opened: Option<i32>,
    pub closed: Option<i32>,
    pub predecessor_urn: Option<i32>,
}

impl SchoolFact {
    /// Takes over from an older row what this one does not tell.
    fn fill_from(&mut self, older: &Self) {
        fn fill<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>) {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        // An authority's name and region go with its code; so does a trust's name with its UID.
        if self.la_code.is_none() || self.la_code == older.la_code {
            fill(&mut self.la_name, &older.la_name);
            fill(&mut self.region, &older.region);
        }
        fill(&mut self.la_code, &older.la_code);
        fill(&mut self.trust_uid, &older.trust_uid);
        fill(&mut self.trust_name, &older.trust_name);
        fill(&mut self.name, &older.name);
        fill(&mut self.phase, &older.phase);
        fill(&mut self.kind, &older.kind);
        if self.easting.is_none() || self.northing.is_none() {
            (self.easting, self.northing) = (older.easting, older.northing);
        }
        fill(&mut self.opened, &older.opened);
        fill(&mut self.closed, &older.closed);
        fill(&mut self.predecessor_urn, &older.predecessor_urn);
    }
}

/// Puts together what is told of each school. What no row tells is filled from the list of authorities, or said to be not
/// known.
pub fn merge(mut facts: Vec<SchoolFact>) -> Vec<SchoolFact> {
    facts.sort_by_key(|fact| (fact.urn, std::cmp::Reverse(fact.as_of)));
    let mut schools: Vec<SchoolFact> = Vec::new();
    for fact in facts {
        match schools.last_mut() {
            Some(newest) if newest.urn == fact.urn => newest.fill_from(&fact),
            _ => schools.push(fact),
        }
    }
    // Some tables name the trust and not its UID.
    let uids: BTreeMap<String, i32> = schools
        .iter()
        .filter_map(|school| Some((school.trust_name.clone()?.to_lowercase(), school.trust_uid?)))
        .collect();
    for school in &mut schools {
        if school.trust_uid.is_none() {
            school.trust_uid = school.trust_name.as_ref().and_then(|name| uids.get(&name.to_lowercase()).copied());
        }
        let authority = school.la_code.and_then(|code| AUTHORITIES.get(&code));
        if school.la_name.is_none() {
            let of_code = || school.la_code.map_or_else(|| "Not known".to_owned(), |code| format!("LA {code}"));
            school.la_name = Some(authority.map_or_else(of_code, |authority| authority.la_name.clone()));
        }
        if school.region.is_none() {
            school.region = authority.map(|authority| authority.region.clone());
        }
    }
    schools
}

/// A local authority, as `data/reference/local_authorities.csv` has it.
#[derive(Debug, Deserialize)]
struct Authority {
    la_code: i32,
    la_name: String,
    region: String,
}

static AUTHORITIES: LazyLock<BTreeMap<i32, Authority>> = LazyLock::new(|| {
    let text = include_str!("../../../data/reference/local_authorities.csv");
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Authority>();
    // Compiled in; a test reads every row.
    rows.filter_map(Result::ok).map(|authority| (authority.la_code, authority)).collect()
});

/// What an authority is called, by the list of authorities.
pub fn authority(code: i32) -> Option<&'static str> {
    AUTHORITIES.get(&code).map(|authority| authority.la_name.as_str())
}

/// Under which URN a school stands now: the last link of its chain that is a school here. `links` are pairs of a URN and
/// the next one.
pub fn lines(schools: &BTreeSet<i32>, links: impl IntoIterator<Item = (i32, i32)>) -> BTreeMap<i32, i32> {
    let mut next: BTreeMap<i32, BTreeSet<i32>> = BTreeMap::new();
    for (urn, latest) in links {
        if urn != latest {
            next.entry(urn).or_default().insert(latest);
        }
    }
    let head = |urn: i32| {
        let (mut at, mut head) = (urn, urn);
        let mut seen = BTreeSet::from([urn]);
        // A register that goes in a circle leaves a school where it is; where a school goes on as several, the newest
        // URN is taken.
        while let Some(on) = next.get(&at).and_then(|to| to.last()).copied() {
            if !seen.insert(on) {
                return urn;
            }
            if schools.contains(&on) {
                head = on;
            }
            at = on;
        }
        head
    };
    schools.iter().map(|urn| (*urn, head(*urn))).collect()
}
