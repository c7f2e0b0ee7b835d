//! The schools of a workspace, held in memory: some 25,000 for all England.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use duckdb::Connection;

use crate::model::{LaCode, School, Scope, TrustUid, Urn};

/// Every school of a workspace, by URN. A clone is the same register, not a copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Register {
    schools: Arc<BTreeMap<Urn, School>>,
}

impl Register {
    pub(super) fn read(connection: &Connection) -> duckdb::Result<Self> {
        let mut statement = connection
            .prepare("SELECT urn, name, phase, la_code, la_name, trust_uid, trust_name FROM schools ORDER BY urn")?;
        let mut rows = statement.query([])?;
        let mut schools = BTreeMap::new();
        while let Some(row) = rows.next()? {
            // URNs are checked when they are loaded.
            let Some(urn) = Urn::new(row.get(0)?) else { continue };
            let school = School {
                urn,
                name: row.get(1)?,
                phase: row.get(2)?,
                la_code: row.get(3)?,
                la_name: row.get(4)?,
                trust_uid: row.get(5)?,
                trust_name: row.get(6)?,
            };
            schools.insert(urn, school);
        }
        Ok(Self { schools: Arc::new(schools) })
    }

    /// The school with this URN.
    pub fn school(&self, urn: Urn) -> Option<&School> {
        self.schools.get(&urn)
    }

    /// Every school, by URN.
    pub fn schools(&self) -> impl ExactSizeIterator<Item = &School> {
        self.schools.values()
    }

    /// The schools of a scope, by URN. Schools that are named but not loaded are left out.
    pub fn schools_of<'a, 's>(&'a self, scope: &'s Scope) -> impl Iterator<Item = &'a School> + use<'a, 's> {
        self.schools.values().filter(move |school| match scope {
            Scope::All => true,
            Scope::La(code) => school.la_code == *code,
            Scope::Trust(uid) => school.trust_uid == Some(*uid),
            Scope::Schools(urns) => urns.contains(&school.urn),
        })
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
