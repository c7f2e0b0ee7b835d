//! National benchmarks of a workspace, held in memory.

use std::collections::BTreeMap;

use duckdb::Connection;

use crate::model::{Indicator, KeyStage, Subject, Year};

/// Measure, key stage number, year and subject word (empty for none).
type Key = (String, i32, i32, String);

/// National standard deviations of all pupils, where they were loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct National {
    sds: BTreeMap<Key, (f64, String)>,
    /// Years of which there is something to measure value added against, and whether that is the workspace itself.
    value_added: BTreeMap<Year, bool>,
    /// Whether headlines were made by a Schoolbench that makes Progress 8.
    has_progress8: bool,
}

impl National {
    pub(super) fn read(connection: &Connection) -> duckdb::Result<Self> {
        let mut statement = connection.prepare(
            "SELECT measure, key_stage, year, COALESCE(subject, ''), sd, source FROM national \
             WHERE characteristic IS NULL AND sd > 0 ORDER BY measure, key_stage, year, subject, source",
        )?;
        let mut rows = statement.query([])?;
        let mut sds = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let key = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            sds.insert(key, (row.get(4)?, row.get(5)?));
        }
        let mut statement = connection.prepare("SELECT year, MAX(origin) FROM expected GROUP BY year ORDER BY year")?;
        let mut rows = statement.query([])?;
        let mut value_added = BTreeMap::new();
        while let Some(row) = rows.next()? {
            if let Some(year) = Year::new(row.get(0)?) {
                value_added.insert(year, row.get::<_, i32>(1)? > 0);
            }
        }
        let made = "SELECT COALESCE(MAX(headlines), 0) >= 3 FROM schoolbench";
        let has_progress8 = connection.query_row(made, [], |row| row.get(0))?;
        Ok(Self { sds, value_added, has_progress8 })
    }

    /// Whether value added of a year is measured, and if so whether against the pupils of the workspace itself, in place of
    /// the nation's.
    pub fn value_added(&self, year: Year) -> Option<bool> {
        self.value_added.get(&year).copied()
    }

    /// Whether headlines were made by a Schoolbench that makes Progress 8; otherwise the next load makes it.
    pub fn has_progress8(&self) -> bool {
        self.has_progress8
    }

    /// The national standard deviation of an indicator in a year, in the indicator's unit, with its source.
    pub fn sd(
        &self,
        year: Year,
        stage: KeyStage,
        indicator: Indicator,
        subject: Option<Subject>,
    ) -> Option<(f64, &str)> {
        let subject = subject.map(|subject| subject.slug.clone()).unwrap_or_default();
        let key = (indicator.word().to_owned(), stage.number(), year.ending(), subject);
        self.sds.get(&key).map(|(sd, source)| (*sd, source.as_str()))
    }
}
