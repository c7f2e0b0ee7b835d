//! The end of a load: what is staged comes into the workspace.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use duckdb::{Connection, params};

use super::{ImportError, Load, Staged};
use crate::ingest::contract::Table;
use crate::ingest::pupils::Pupils;
use crate::ingest::{outcomes, tables};
use crate::model::Source;
use crate::workspace::layout::{self, Extent};

impl Load<'_> {
    /// Brings what is staged into the workspace: all of it, or nothing.
    pub(super) fn commit(&mut self, staged: &[Staged], pupils: &Pupils) -> Result<(), ImportError> {
        let connection = self.workspace.connection();
        let begun = connection.unchecked_transaction();
        // Rolled back when dropped: on an error, on a panic, and by DuckDB itself when the program is killed.
        let transaction = self.sql(|| begun)?;
        self.step("taking over the small tables", 0.01, &merge())?;
        self.step("taking over published figures", 0.02, tables::stage::MERGE)?;
        self.sql(|| tables::stage::lines(connection))?;
        let has = |table| staged.iter().any(|staged| staged.file.table == Some(table));
        if has(Table::Pupils) || has(Table::Results) {
            let extent = self.sql(|| extent(connection))?;
            // Outcomes are made from results by school, which the second step brings.
            let mut steps = layout::projections(Source::Results, "temp.staged_results", &extent).into_iter();
            for step in steps.by_ref().take(2) {
                self.step(step.what, 0.09, &step.sql)?;
            }
            self.outcomes(connection, pupils, &extent, 0.12)?;
            for step in steps {
                self.step(step.what, 0.08, &step.sql)?;
            }
            for step in layout::projections(Source::Outcomes, "temp.staged_outcomes", &extent) {
                self.step(step.what, 0.03, &step.sql)?;
            }
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
        for staged in staged {
            let name = staged.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let table = staged.file.table.map_or("published table", Table::name);
            let (title, publisher, document) = match &staged.layout {
                Some((title, publisher, document)) => (Some(title), Some(publisher), document.as_ref()),
                None => (None, None, None),
            };
            let rows = staged.file.rows as i64;
            let row = params![staged.hash, name, table, rows, now, staged.id, title, publisher, document];
            let insert = "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
            self.sql(|| connection.execute(insert, row))?;
        }
        self.step("closing the load", 0.02, "UPDATE schoolbench SET revision = revision + 1")?;
        self.stop_if_asked()?;
        self.sql(|| transaction.commit())
    }

    /// Makes the headline outcomes: of all pupils, or of the new ones.
    fn outcomes(
        &mut self,
        connection: &Connection,
        pupils: &Pupils,
        extent: &Extent,
        share: f64,
    ) -> Result<(), ImportError> {
        let start = self.done;
        let what = "making Attainment 8 and the other headlines";
        let (first, note) = match extent {
            Extent::Whole => (0, "most_results = ?, most_in_subject = ?, headlines = layout"),
            Extent::Run(_) => (
                pupils.known(),
                "most_results = GREATEST(most_results, ?), most_in_subject = GREATEST(most_in_subject, ?)",
            ),
        };
        let many = (pupils.len() - first).max(1) as f64;
        let made = outcomes::make(connection, pupils, first, &mut |done| {
            self.tell(what, start + share * done as f64 / many);
            !self.cancel.is_cancelled()
        });
        let most = self.sql(|| made)?;
        let note = format!("UPDATE schoolbench SET {note}");
        self.sql(|| connection.execute(&note, [most.of_pupil, most.of_pupil_in_subject]))?;
        self.stop_if_asked()
    }
}

/// Whether the staged rows can stand beside those that are there, as a run of their own: where they are of key stages and
/// years of which there is nothing yet. Nothing that is there is then read or sorted again.
fn extent(connection: &Connection) -> duckdb::Result<Extent> {
    let Some(there) = layout::can_take_a_run(connection)? else { return Ok(Extent::Whole) };
    let staged = "SELECT stage, year FROM temp.staged_pupils UNION SELECT stage, year FROM temp.staged_results";
    let mut statement = connection.prepare(staged)?;
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let new: BTreeSet<(i32, i32)> = pairs.collect::<duckdb::Result<_>>()?;
    Ok(if new.is_empty() || !new.is_disjoint(&there) { Extent::Whole } else { Extent::Run(new) })
}

/// Takes over the small tables and the pupils. A school, a school's year or a figure that is loaded again replaces what
/// was there. School years are then filled up from the pupils where nothing was given.
fn merge() -> String {
    "DELETE FROM schools WHERE urn IN (SELECT urn FROM temp.staged_schools);
     INSERT INTO schools SELECT * FROM temp.staged_schools;
     DELETE FROM school_years_loaded WHERE EXISTS (SELECT 1 FROM temp.staged_school_years AS s
         WHERE s.urn = school_years_loaded.urn AND s.year = school_years_loaded.year);
     INSERT INTO school_years_loaded SELECT * FROM temp.staged_school_years;
     DELETE FROM national WHERE EXISTS (SELECT 1 FROM temp.staged_national AS s WHERE s.year = national.year
         AND s.key_stage = national.key_stage AND s.measure = national.measure AND s.source = national.source
         AND s.subject IS NOT DISTINCT FROM national.subject AND s.value IS NOT DISTINCT FROM national.value
         AND s.characteristic IS NOT DISTINCT FROM national.characteristic);
     INSERT INTO national SELECT * FROM temp.staged_national;
     INSERT INTO pupils SELECT * FROM temp.staged_pupils;"
        .to_owned()
        + &layout::school_years()
}
