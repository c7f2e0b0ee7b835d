//! The schools of a workspace, held in memory: some 25,000 for all England.
//!
//! A school that goes on under another URN is one school: its line has a head, the URN under which it stands now, and
//! earlier URNs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use duckdb::Connection;

use crate::model::{LaCode, School, Scope, TrustUid, Urn, Year};

/// Every school of a workspace, by URN. A clone is the same register, not a copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Register {
    schools: Arc<BTreeMap<Urn, School>>,
    /// The head of each school that stands under another URN now.
    heads: Arc<BTreeMap<Urn, Urn>>,
    /// The earlier URNs of each head that has some.
    earlier: Arc<BTreeMap<Urn, Vec<Urn>>>,
    /// What schools were called before, with the last year in which they were.
    former_names: Arc<BTreeMap<Urn, Vec<(String, Year)>>>,
    standing: Arc<Standing>,
}

/// Where schools stand now, each list of them in order of URN: every question looks some of them up.
#[derive(Debug, Default, PartialEq)]
struct Standing {
    all: Vec<Urn>,
    in_authority: BTreeMap<LaCode, Vec<Urn>>,
    in_trust: BTreeMap<TrustUid, Vec<Urn>>,
    /// The place of each among all, in order of their names: tables of thousands are put in that order with every answer.
    by_name: HashMap<Urn, usize>,
}

impl Standing {
    fn of(schools: &BTreeMap<Urn, School>, heads: &BTreeMap<Urn, Urn>) -> Self {
        let mut standing = Self::default();
        for school in schools.values().filter(|school| !heads.contains_key(&school.urn)) {
            standing.all.push(school.urn);
            standing.in_authority.entry(school.la_code).or_default().push(school.urn);
            if let Some(trust) = school.trust_uid {
                standing.in_trust.entry(trust).or_default().push(school.urn);
            }
        }
        let mut named: Vec<(String, Urn)> = schools.values().map(|of| (of.name.to_lowercase(), of.urn)).collect();
        named.sort_unstable();
        standing.by_name = named.into_iter().enumerate().map(|(place, (_, urn))| (urn, place)).collect();
        standing
    }
}

impl Register {
    pub(super) fn read(connection: &Connection) -> duckdb::Result<Self> {
        let mut statement = connection.prepare(
            "SELECT urn, name, phase, la_code, la_name, trust_uid, trust_name, easting, northing FROM schools ORDER BY urn",
        )?;
        let mut rows = statement.query([])?;
        let mut schools = BTreeMap::new();
        while let Some(row) = rows.next()? {
            // URNs are checked when they are loaded.
            let Some(urn) = Urn::new(row.get(0)?) else { continue };
            let (easting, northing): (Option<i32>, Option<i32>) = (row.get(7)?, row.get(8)?);
            let school = School {
                urn,
                name: row.get(1)?,
                phase: row.get(2)?,
                la_code: row.get(3)?,
                la_name: row.get(4)?,
                trust_uid: row.get(5)?,
                trust_name: row.get(6)?,
                place: easting.zip(northing),
            };
            schools.insert(urn, school);
        }
        let mut heads = BTreeMap::new();
        let mut earlier: BTreeMap<Urn, Vec<Urn>> = BTreeMap::new();
        let mut statement = connection.prepare("SELECT urn, head FROM school_lines WHERE urn <> head ORDER BY urn")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (Some(urn), Some(head)) = (Urn::new(row.get(0)?), Urn::new(row.get(1)?)) else { continue };
            heads.insert(urn, head);
            earlier.entry(head).or_default().push(urn);
        }
        let mut former_names: BTreeMap<Urn, Vec<(String, Year)>> = BTreeMap::new();
        let mut statement =
            connection.prepare("SELECT urn, name, last_year FROM school_names ORDER BY urn, last_year, name")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (Some(urn), Some(year)) = (Urn::new(row.get(0)?), Year::new(row.get(2)?)) else { continue };
            let name: String = row.get(1)?;
            let known = schools.get(&urn).is_some_and(|school: &School| same_name(&school.name, &name));
            if !known {
                former_names.entry(urn).or_default().push((name, year));
            }
        }
        Ok(Self {
            standing: Arc::new(Standing::of(&schools, &heads)),
            schools: Arc::new(schools),
            heads: Arc::new(heads),
            earlier: Arc::new(earlier),
            former_names: Arc::new(former_names),
        })
    }

    /// The school with this URN, be it an earlier one.
    pub fn school(&self, urn: Urn) -> Option<&School> {
        self.schools.get(&urn)
    }

    /// What a school is called; "School 100053" where it is not loaded.
    pub fn called(&self, urn: Urn) -> String {
        self.school(urn).map_or_else(|| format!("School {urn}"), |school| school.name.clone())
    }

    /// Where a school stands in order of names, whether in capitals or not; one that is not loaded comes last.
    pub fn place_by_name(&self, urn: Urn) -> usize {
        self.standing.by_name.get(&urn).copied().unwrap_or(usize::MAX)
    }

    /// The number of a school, with those under which it stood before: "140012, before 100053".
    pub fn number(&self, urn: Urn) -> String {
        let earlier: Vec<String> = self.earlier(urn).iter().map(Urn::to_string).collect();
        if earlier.is_empty() { urn.to_string() } else { format!("{urn}, before {}", earlier.join(", ")) }
    }

    /// Every school, by the URN under which it stands now.
    pub fn schools(&self) -> impl ExactSizeIterator<Item = &School> {
        self.standing.all.iter().map(|urn| &self.schools[urn])
    }

    /// Every URN under which a school stands or stood.
    pub fn urns(&self) -> impl Iterator<Item = Urn> {
        self.schools.keys().copied()
    }

    /// The URN under which a school stands now.
    pub fn head(&self, urn: Urn) -> Urn {
        self.heads.get(&urn).copied().unwrap_or(urn)
    }

    /// The URNs under which a school stood before.
    pub fn earlier(&self, head: Urn) -> &[Urn] {
        self.earlier.get(&head).map_or(&[], Vec::as_slice)
    }

    /// What a school was called before under the same URN, and the last year in which it was.
    pub fn former_names(&self, urn: Urn) -> &[(String, Year)] {
        self.former_names.get(&urn).map_or(&[], Vec::as_slice)
    }

    /// Whether any school stood under another URN before.
    pub fn has_lines(&self) -> bool {
        !self.heads.is_empty()
    }

    /// Schools with all URNs under which they stand or stood.
    pub fn whole_lines(&self, urns: &BTreeSet<Urn>) -> BTreeSet<Urn> {
        let heads: BTreeSet<Urn> = urns.iter().map(|urn| self.head(*urn)).collect();
        heads.iter().flat_map(|head| self.earlier(*head).iter().chain(std::iter::once(head))).copied().collect()
    }

    /// A scope with the earlier URNs of the schools that it names.
    pub fn with_earlier(&self, scope: &Scope) -> Scope {
        match scope {
            Scope::Schools(urns) => Scope::Schools(self.whole_lines(urns)),
            other => other.clone(),
        }
    }

    /// The schools of a scope, by the URN under which they stand now. Schools that are named but not loaded are left out.
    pub fn schools_of<'a>(&'a self, scope: &Scope) -> impl Iterator<Item = &'a School> + use<'a> {
        let urns = self.urns_of(scope);
        (0..urns.len()).filter_map(move |nth| self.schools.get(&urns[nth]))
    }

    /// Their URNs, in order: without looking at the schools, of which there are many.
    pub fn urns_of<'a>(&'a self, scope: &Scope) -> Cow<'a, [Urn]> {
        let some = |urns: Option<&'a Vec<Urn>>| Cow::Borrowed(urns.map_or(&[][..], Vec::as_slice));
        match scope {
            Scope::All => Cow::Borrowed(&self.standing.all),
            Scope::La(code) => some(self.standing.in_authority.get(code)),
            Scope::Trust(uid) => some(self.standing.in_trust.get(uid)),
            Scope::Schools(urns) => {
                let heads: BTreeSet<Urn> = urns.iter().map(|urn| self.head(*urn)).collect();
                heads.into_iter().filter(|urn| self.schools.contains_key(urn)).collect()
            }
        }
    }

    /// The local authorities of a scope, with their names.
    pub fn authorities_of<'a>(&'a self, scope: &Scope) -> BTreeMap<LaCode, &'a str> {
        self.schools_of(scope).map(|school| (school.la_code, school.la_name.as_str())).collect()
    }

    /// Every trust, with its name.
    pub fn trusts(&self) -> BTreeMap<TrustUid, &str> {
        let named = |school: &'_ School| school.trust_uid.map(|uid| (uid, school.urn));
        let urns: BTreeMap<TrustUid, Urn> = self.schools.values().filter_map(named).collect();
        let name = |urn: &Urn| self.schools.get(urn).and_then(|school| school.trust_name.as_deref());
        urns.iter().map(|(uid, urn)| (*uid, name(urn).unwrap_or("unnamed trust"))).collect()
    }

    /// The schools that a scope names and that are not loaded.
    pub fn unknown_of(&self, scope: &Scope) -> BTreeSet<Urn> {
        match scope {
            Scope::Schools(urns) => urns.iter().filter(|urn| !self.schools.contains_key(urn)).copied().collect(),
            _ => BTreeSet::new(),
        }
    }
}

/// Whether two names are of the same school but for case, dots and commas.
fn same_name(one: &str, other: &str) -> bool {
    let letters =
        |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    letters(one) == letters(other)
}
