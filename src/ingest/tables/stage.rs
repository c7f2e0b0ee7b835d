//! Staging of what was taken from tables: figures, schools and how schools go on, beside the workspace until the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int8Array, Int32Array, RecordBatch, StringArray};
use duckdb::Connection;

use super::schools::{self, SchoolFact};
use super::take::FigureRow;
use crate::ingest::stage::{append, batch_of};

use crate::workspace::Area;
use crate::workspace::layout::AS_OF_CONTRACT;

/// Figures that are appended in one go.
const BATCH: usize = 65_536;

/// Makes the temporary tables, beside those of the contract.
pub(in crate::ingest) fn create(connection: &Connection) -> duckdb::Result<()> {
    connection.execute_batch(
        "CREATE OR REPLACE TEMP TABLE staged_successors AS SELECT * FROM successors WHERE FALSE;
         CREATE OR REPLACE TEMP TABLE staged_school_names AS SELECT * FROM school_names WHERE FALSE;
         CREATE OR REPLACE TEMP TABLE staged_area_names AS SELECT * FROM area_names WHERE FALSE;",
    )
}

/// Drops them.
pub(in crate::ingest) fn drop_all(connection: &Connection) -> duckdb::Result<()> {
    connection.execute_batch(
        "DROP TABLE IF EXISTS temp.staged_successors; DROP TABLE IF EXISTS temp.staged_school_names;
         DROP TABLE IF EXISTS temp.staged_area_names;",
    )
}

/// Appends the figures of a file.
pub(in crate::ingest) fn figures(connection: &Connection, rows: &[FigureRow], source: i32) -> duckdb::Result<()> {
    for rows in rows.chunks(BATCH) {
        append(connection, "staged_published", batch(rows, source)?)?;
    }
    Ok(())
}

fn batch(rows: &[FigureRow], source: i32) -> duckdb::Result<RecordBatch> {
    fn ints(rows: &[FigureRow], of: impl Fn(&FigureRow) -> Option<i32>) -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Int32Array>())
    }
    fn decimals(rows: &[FigureRow], of: impl Fn(&FigureRow) -> Option<f64>) -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float64Array>())
    }
    fn texts<'a>(rows: &'a [FigureRow], of: impl Fn(&'a FigureRow) -> Option<&'a str>) -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    }
    let area: Int8Array = rows.iter().map(|row| Some(row.area.number() as i8)).collect();
    batch_of(vec![
        ("area", Arc::new(area)),
        ("code", ints(rows, |row| Some(row.code))),
        ("year", ints(rows, |row| Some(row.year.ending()))),
        ("key_stage", ints(rows, |row| Some(row.stage))),
        ("measure", texts(rows, |row| Some(row.measure))),
        ("subject", texts(rows, |row| row.subject)),
        ("pupil_group", texts(rows, |row| Some(&row.group))),
        ("n", ints(rows, |row| row.n)),
        ("value", decimals(rows, |row| row.value)),
        ("lower", decimals(rows, |row| row.lower)),
        ("upper", decimals(rows, |row| row.upper)),
        ("reason", texts(rows, |row| row.reason)),
        ("source", ints(rows, |_| Some(source))),
    ])
}

/// Puts the schools of all files of the load together and stages them. Gives for each source how many of its rows are of
/// schools that nobody names; their figures are taken out.
pub(in crate::ingest) fn schools(
    connection: &Connection,
    facts: Vec<SchoolFact>,
) -> duckdb::Result<BTreeMap<i32, u64>> {
    let of_load: BTreeSet<i32> = facts.iter().map(|fact| fact.urn).collect();
    let contract: BTreeSet<i32> = urns(connection, "SELECT urn FROM temp.staged_schools")?;
    let names = former_names(&facts);
    let mut all = facts;
    all.extend(known(connection)?.into_iter().filter(|known| of_load.contains(&known.urn)));
    // The contract's own rows of this load say all that they want to say.
    let merged = schools::merge(all).into_iter().filter(|school| !contract.contains(&school.urn));
    let merged: Vec<SchoolFact> = merged.collect();
    append(connection, "staged_schools", school_batch(&merged)?)?;
    append(
        connection,
        "staged_school_names",
        batch_of(vec![
            ("urn", Arc::new(names.iter().map(|((urn, _), _)| Some(*urn)).collect::<Int32Array>())),
            ("name", Arc::new(names.iter().map(|((_, name), _)| Some(name.as_str())).collect::<StringArray>())),
            ("last_year", Arc::new(names.values().map(|year| Some(*year)).collect::<Int32Array>())),
        ])?,
    )?;
    let unknown = "area = 0 AND source IS NOT NULL AND code NOT IN (SELECT urn FROM schools) \
         AND code NOT IN (SELECT urn FROM temp.staged_schools)";
    let mut by_source = BTreeMap::new();
    let count = format!(
        "SELECT source, COUNT(DISTINCT code) FROM temp.staged_published WHERE {unknown} GROUP BY source ORDER BY source"
    );
    let mut statement = connection.prepare(&count)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        by_source.insert(row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs());
    }
    connection.execute_batch(&format!("DELETE FROM temp.staged_published WHERE {unknown}"))?;
    Ok(by_source)
}

/// Stages what authorities and trusts with rows of their own are called.
pub(in crate::ingest) fn areas(
    connection: &Connection,
    areas: &BTreeMap<(Area, i32), Option<String>>,
) -> duckdb::Result<()> {
    let name = |(area, code): &(Area, i32), told: &Option<String>| match (told, area) {
        (Some(name), _) => name.clone(),
        (None, Area::La) => schools::authority(*code).map_or_else(|| format!("LA {code}"), str::to_owned),
        (None, _) => format!("trust {code}"),
    };
    let names: Vec<String> = areas.iter().map(|(area, told)| name(area, told)).collect();
    append(
        connection,
        "staged_area_names",
        batch_of(vec![
            ("area", Arc::new(areas.keys().map(|(area, _)| Some(area.number() as i8)).collect::<Int8Array>())),
            ("code", Arc::new(areas.keys().map(|(_, code)| Some(*code)).collect::<Int32Array>())),
            ("name", Arc::new(StringArray::from_iter_values(names))),
        ])?,
    )
}

/// Stages under which URNs schools go on.
pub(in crate::ingest) fn successors(connection: &Connection, links: &[(i32, i32)]) -> duckdb::Result<()> {
    let links: BTreeSet<(i32, i32)> = links.iter().copied().filter(|(urn, latest)| urn != latest).collect();
    append(
        connection,
        "staged_successors",
        batch_of(vec![
            ("urn", Arc::new(Int32Array::from_iter_values(links.iter().map(|(urn, _)| *urn)))),
            ("latest", Arc::new(Int32Array::from_iter_values(links.iter().map(|(_, latest)| *latest)))),
        ])?,
    )
}

/// What schools were called in tables of results, with the last year in which they were.
fn former_names(facts: &[SchoolFact]) -> BTreeMap<(i32, String), i32> {
    let mut names = BTreeMap::new();
    for fact in facts {
        if let Some(name) = &fact.name
            && fact.as_of % 10_000 == 831
        {
            let year: &mut i32 = names.entry((fact.urn, name.clone())).or_default();
            *year = (*year).max(fact.as_of / 10_000);
        }
    }
    names
}

fn urns(connection: &Connection, sql: &str) -> duckdb::Result<BTreeSet<i32>> {
    let mut statement = connection.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The schools of the workspace.
fn known(connection: &Connection) -> duckdb::Result<Vec<SchoolFact>> {
    let mut statement = connection.prepare(
        "SELECT urn, COALESCE(as_of, 0), name, phase, la_code, la_name, region, type, trust_uid, trust_name, easting, \
         northing, opened, closed, predecessor_urn FROM schools",
    )?;
    let school = statement.query_map([], |row| {
        Ok(SchoolFact {
            urn: row.get(0)?,
            as_of: row.get(1)?,
            name: row.get(2)?,
            phase: row.get(3)?,
            la_code: row.get(4)?,
            la_name: row.get(5)?,
            region: row.get(6)?,
            kind: row.get(7)?,
            trust_uid: row.get(8)?,
            trust_name: row.get(9)?,
            easting: row.get(10)?,
            northing: row.get(11)?,
            opened: row.get(12)?,
            closed: row.get(13)?,
            predecessor_urn: row.get(14)?,
        })
    })?;
    school.collect()
}

/// Schools as rows of the workspace. What no table tells is said to be not known.
fn school_batch(schools: &[SchoolFact]) -> duckdb::Result<RecordBatch> {
    const UNKNOWN: &str = "Not known";
    let ints =
        |of: fn(&SchoolFact) -> Option<i32>| -> ArrayRef { Arc::new(schools.iter().map(of).collect::<Int32Array>()) };
    let told = |of: fn(&SchoolFact) -> Option<&str>| -> ArrayRef {
        Arc::new(schools.iter().map(|school| Some(of(school).unwrap_or(UNKNOWN))).collect::<StringArray>())
    };
    batch_of(vec![
        ("urn", ints(|school| Some(school.urn))),
        ("name", told(|school| school.name.as_deref())),
        ("phase", told(|school| school.phase.as_deref())),
        ("la_code", ints(|school| Some(school.la_code.unwrap_or_default()))),
        ("la_name", told(|school| school.la_name.as_deref())),
        ("region", told(|school| school.region.as_deref())),
        ("trust_uid", ints(|school| school.trust_uid)),
        ("trust_name", Arc::new(schools.iter().map(|s| s.trust_name.as_deref()).collect::<StringArray>())),
        ("type", told(|school| school.kind.as_deref())),
        ("easting", ints(|school| school.easting)),
        ("northing", ints(|school| school.northing)),
        ("opened", ints(|school| school.opened)),
        ("closed", ints(|school| school.closed)),
        ("predecessor_urn", ints(|school| school.predecessor_urn)),
        ("as_of", ints(|school| Some(school.as_of.min(AS_OF_CONTRACT)))),
    ])
}

/// Finds anew under which URN each school of the workspace stands, within the load's transaction.
pub(in crate::ingest) fn lines(connection: &Connection) -> duckdb::Result<()> {
    let schools = known(connection)?;
    let urns: BTreeSet<i32> = schools.iter().map(|school| school.urn).collect();
    let mut links: Vec<(i32, i32)> =
        schools.iter().filter_map(|school| Some((school.predecessor_urn?, school.urn))).collect();
    let mut statement = connection.prepare("SELECT urn, latest FROM successors")?;
    let told: duckdb::Result<Vec<(i32, i32)>> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    links.extend(told?);
    let heads = schools::lines(&urns, links);
    let rows = heads.iter().map(|(urn, head)| (*urn, *head)).collect::<Vec<_>>();
    connection.execute_batch(
        "DELETE FROM school_lines; CREATE OR REPLACE TEMP TABLE staged_lines (urn INTEGER, head INTEGER);",
    )?;
    append(
        connection,
        "staged_lines",
        batch_of(vec![
            ("urn", Arc::new(Int32Array::from_iter_values(rows.iter().map(|(urn, _)| *urn)))),
            ("head", Arc::new(Int32Array::from_iter_values(rows.iter().map(|(_, head)| *head)))),
        ])?,
    )?;
    connection.execute_batch(
        "INSERT INTO school_lines SELECT l.urn, l.head, s.la_code, s.trust_uid FROM temp.staged_lines AS l \
         JOIN schools AS s ON s.urn = l.head ORDER BY l.urn; DROP TABLE temp.staged_lines;",
    )
}

/// Statements that take over the staged rows. A figure that is loaded again replaces what was there; of two of one load a
/// value comes before a code, and then the file that was named last.
pub(in crate::ingest) const MERGE: &str = "
    DELETE FROM published WHERE EXISTS (SELECT 1 FROM temp.staged_published AS s WHERE s.area = published.area
        AND s.code = published.code AND s.year = published.year AND s.key_stage = published.key_stage
        AND s.measure = published.measure AND s.subject IS NOT DISTINCT FROM published.subject
        AND s.pupil_group = published.pupil_group);
    CREATE OR REPLACE TABLE published AS
        SELECT area, code, year, key_stage, measure, subject, pupil_group, n, value, lower, upper, reason, source
        FROM (
            SELECT *, row_number() OVER (PARTITION BY area, code, year, key_stage, measure, subject, pupil_group
                ORDER BY value IS NULL, source DESC NULLS LAST) AS place FROM temp.staged_published
        ) AS ranked WHERE place = 1
        UNION ALL SELECT * FROM published
        ORDER BY area, key_stage, year, measure, pupil_group, code, subject;
    DELETE FROM successors WHERE urn IN (SELECT urn FROM temp.staged_successors);
    INSERT INTO successors SELECT * FROM temp.staged_successors;
    DELETE FROM area_names WHERE EXISTS (SELECT 1 FROM temp.staged_area_names AS s WHERE s.area = area_names.area
        AND s.code = area_names.code);
    INSERT INTO area_names SELECT * FROM temp.staged_area_names;
    INSERT INTO school_names SELECT * FROM temp.staged_school_names;
    CREATE OR REPLACE TABLE school_names AS
        SELECT urn, name, CAST(MAX(last_year) AS INTEGER) AS last_year FROM school_names GROUP BY urn, name ORDER BY urn;";
