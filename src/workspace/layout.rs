//! The tables of a workspace.
//!
//! Facts stand in two sort orders, so that both a group of schools and one subject of all England read few row groups,
//! and in a cube of the common characteristics. All three are made from the staged rows of a load, in its transaction.

use std::collections::BTreeSet;

use duckdb::Connection;

use crate::model::{Characteristic, ExpectedPoints, Indicator, KeyStage, Profile, PupilGroup, Source, Unit};

use super::measures::{code, cube_select_list};

/// Statements that make the tables of a new workspace.
pub(super) fn create() -> String {
    let facts = format!("{RESULT_COLUMNS}, va SMALLINT");
    let outcomes = outcome_columns();
    format!(
        "CREATE TABLE schoolbench (layout BIGINT NOT NULL, revision BIGINT NOT NULL, most_results BIGINT NOT NULL,
             most_in_subject BIGINT NOT NULL, {HEADLINES}, {PEOPLE});
         CREATE TABLE sources (hash VARCHAR NOT NULL, name VARCHAR NOT NULL, table_name VARCHAR NOT NULL,
             n_rows BIGINT NOT NULL, loaded BIGINT NOT NULL, {SOURCE_COLUMNS_OF_2});
         CREATE TABLE schools (urn INTEGER NOT NULL, name VARCHAR NOT NULL, phase VARCHAR NOT NULL,
             la_code INTEGER NOT NULL, la_name VARCHAR NOT NULL, region VARCHAR NOT NULL, trust_uid INTEGER,
             trust_name VARCHAR, type VARCHAR NOT NULL, easting INTEGER, northing INTEGER, opened INTEGER,
             closed INTEGER, predecessor_urn INTEGER, as_of INTEGER);
         CREATE TABLE school_years_loaded (urn INTEGER NOT NULL, year INTEGER NOT NULL, roll INTEGER,
             pct_fsm6 DOUBLE, pct_eal DOUBLE, pct_sen_support DOUBLE, pct_ehcp DOUBLE, prior_mean DOUBLE,
             stability DOUBLE, idaci DOUBLE, polar4 DOUBLE);
         CREATE TABLE national (year INTEGER NOT NULL, key_stage INTEGER NOT NULL, measure VARCHAR NOT NULL,
             subject VARCHAR, characteristic VARCHAR, value VARCHAR, mean DOUBLE, sd DOUBLE, n INTEGER,
             source VARCHAR NOT NULL);
         {PUBLISHED}
         CREATE TABLE pupils ({PUPIL_COLUMNS});
         {EXPECTED}
         CREATE TABLE results_by_school ({facts});
         CREATE TABLE results_by_subject ({facts});
         CREATE TABLE outcomes_by_school ({outcomes});
         CREATE TABLE outcomes_by_year ({outcomes});
         {cubes}
         {school_years}
         {LINES}",
        school_years = school_years(),
        cubes = [Source::Results, Source::Outcomes].map(|source| cube(source, &Extent::Whole) + ";").join("\n"),
    )
}

/// The layout of the program whose load made the headline outcomes: before layout 3 there was no Progress 8 among them.
const HEADLINES: &str = "headlines BIGINT";

/// Whether a people's file was ever made for the workspace: it is opened with that file only. Since layout 4, so that no
/// program that does not know of the mark opens one that has it.
const PEOPLE: &str = "has_people BOOLEAN";

/// What pupils of a prior-attainment group reached in a subject, in thousandths of points. `origin` is 0 where a national
/// table says so, 1 where it is made from the pupils of the workspace.
const EXPECTED: &str = "CREATE TABLE expected (year SMALLINT NOT NULL, subject SMALLINT NOT NULL,
         qualification TINYINT NOT NULL, prior TINYINT NOT NULL, points INTEGER NOT NULL, n BIGINT NOT NULL,
         origin TINYINT NOT NULL);";

/// Columns of the sources since layout 2: a number by which figures name their file, and what the file is.
const SOURCE_COLUMNS_OF_2: &str = "id INTEGER, layout VARCHAR, publisher VARCHAR, document VARCHAR";

/// Figures that someone published, of schools (`area` 0, `code` the URN) and areas. `key_stage` is 0 where a figure is of
/// the whole school; `source` is the id of the file.
const PUBLISHED: &str = "CREATE TABLE published (area TINYINT NOT NULL, code INTEGER NOT NULL, year INTEGER NOT NULL,
         key_stage INTEGER NOT NULL, measure VARCHAR NOT NULL, subject VARCHAR, pupil_group VARCHAR NOT NULL, n INTEGER,
         value DOUBLE, lower DOUBLE, upper DOUBLE, reason VARCHAR, source INTEGER);";

/// How schools go on: `successors` as registers tell it; `school_lines` under which URN (`head`) each school of the
/// workspace stands now, with that school's authority and trust; `school_names` what schools were called in a year,
/// `area_names` what authorities and trusts are called of which figures were published.
const LINES: &str = "CREATE TABLE successors (urn INTEGER NOT NULL, latest INTEGER NOT NULL);
         CREATE TABLE school_lines (urn INTEGER NOT NULL, head INTEGER NOT NULL, la_code INTEGER, trust_uid INTEGER);
         CREATE TABLE school_names (urn INTEGER NOT NULL, name VARCHAR NOT NULL, last_year INTEGER NOT NULL);
         CREATE TABLE area_names (area TINYINT NOT NULL, code INTEGER NOT NULL, name VARCHAR NOT NULL);";

/// Schools of the contract's own files are as of the end of time: no published table knows better.
pub const AS_OF_CONTRACT: i32 = 99_991_231;

/// Statements that bring a workspace of layout 1 to layout 2. They are run in one transaction.
pub(super) fn upgrade_from_1() -> String {
    let columns: Vec<String> =
        SOURCE_COLUMNS_OF_2.split(", ").map(|column| format!("ALTER TABLE sources ADD COLUMN {column};")).collect();
    format!(
        "{}
         UPDATE sources SET id = numbered.nth FROM (
             SELECT hash, CAST(row_number() OVER (ORDER BY loaded, name) AS INTEGER) AS nth FROM sources
         ) AS numbered WHERE numbered.hash = sources.hash;
         ALTER TABLE schools ADD COLUMN as_of INTEGER;
         UPDATE schools SET as_of = {AS_OF_CONTRACT};
         ALTER TABLE published RENAME TO published_of_1;
         {PUBLISHED}
         INSERT INTO published SELECT 0, urn, year, key_stage, measure, subject, pupil_group, n, value, NULL, NULL,
             reason, NULL FROM published_of_1;
         DROP TABLE published_of_1;
         {LINES}
         INSERT INTO school_lines SELECT urn, urn, la_code, trust_uid FROM schools;
         UPDATE schoolbench SET layout = 2;",
        columns.join(" "),
    )
}

/// Statements that bring a workspace of layout 2 to layout 3. Value added is made from what there is; Progress 8 needs each
/// pupil's results and is made by the next load, which makes all headlines anew.
pub(super) fn upgrade_from_2() -> String {
    let columns = outcome_indicators().filter(|of| of.is_progress8() || *of == Indicator::PriorMean);
    let columns: Vec<Indicator> = columns.collect();
    let add = |table: &str, name: &str, kind: &str| format!("ALTER TABLE {table} ADD COLUMN {name} {kind};");
    let outcomes = ["outcomes_by_school", "outcomes_by_year"]
        .map(|table| columns.iter().map(|of| add(table, of.word(), "SMALLINT")).collect::<String>());
    let results = ["results_by_school", "results_by_subject"].map(|table| add(table, "va", "SMALLINT"));
    let nothing = "CREATE TEMP TABLE no_results AS SELECT * EXCLUDE va FROM results_by_school WHERE FALSE;";
    let [expected, steps @ ..] = result_steps("temp.no_results", &Extent::Whole);
    let steps: Vec<String> = steps.into_iter().map(|step| step.sql).collect();
    format!(
        "{} {} ALTER TABLE schoolbench ADD COLUMN {HEADLINES}; UPDATE schoolbench SET headlines = layout;
         {EXPECTED} {nothing} {}; {}; DROP TABLE temp.no_results; {};
         UPDATE schoolbench SET layout = 3;",
        outcomes.concat(),
        results.concat(),
        expected.sql,
        steps.join("; "),
        cube(Source::Outcomes, &Extent::Whole),
    )
}

/// Statements that bring a workspace of layout 3 to layout 4. Who opens it with a people's file beside it marks it.
pub(super) fn upgrade_from_3() -> String {
    format!("ALTER TABLE schoolbench ADD COLUMN {PEOPLE}; UPDATE schoolbench SET has_people = FALSE, layout = 4;")
}

/// A pupil at the end of a key stage: a number for the opaque key, and what every fact row repeats.
/// `prior` is in hundredths.
pub const PUPIL_COLUMNS: &str = "pupil INTEGER NOT NULL, key VARCHAR NOT NULL, stage TINYINT NOT NULL, \
    urn INTEGER NOT NULL, year SMALLINT NOT NULL, profile INTEGER NOT NULL, prior SMALLINT";

/// A pupil's result in a subject. `points` in hundredths, NULL where there is no result; `band` as
/// [`crate::method::ks4::band`] makes it.
pub const RESULT_COLUMNS: &str = "stage TINYINT NOT NULL, urn INTEGER NOT NULL, year SMALLINT NOT NULL, \
    subject SMALLINT NOT NULL, qualification TINYINT NOT NULL, grade SMALLINT NOT NULL, points SMALLINT, \
    band TINYINT, profile INTEGER NOT NULL, pupil INTEGER NOT NULL";

/// A pupil's headline outcomes: one column per indicator, NULL at other key stages. Means in hundredths.
pub fn outcome_columns() -> String {
    let mut columns =
        String::from("stage TINYINT NOT NULL, urn INTEGER NOT NULL, year SMALLINT NOT NULL, profile INTEGER NOT NULL");
    for indicator in outcome_indicators() {
        let kind = if indicator.unit() == Unit::Mean { "SMALLINT" } else { "BOOLEAN" };
        columns.push_str(&format!(", {} {kind}", indicator.word()));
    }
    columns
}

/// The indicators that have a column in the outcomes, in the order of the columns.
pub fn outcome_indicators() -> impl Iterator<Item = Indicator> {
    let has_column = |i: &Indicator| {
        i.source() == Source::Outcomes && i.unit() != Unit::Count && !i.is_intake() && !i.is_published_only()
    };
    Indicator::ALL.into_iter().filter(has_column)
}

/// The statement that makes `school_years`: what was loaded, and from the pupils what was not given.
pub fn school_years() -> String {
    let share = |characteristic: Characteristic, word: &str| {
        let code = code(characteristic);
        let yes = PupilGroup::from_word(characteristic, word).map_or(0, |group| group.code);
        format!(
            "100e0 * SUM(CASE WHEN {code} = {yes} THEN 1 ELSE 0 END) \
             / NULLIF(SUM(CASE WHEN {code} <> 0 THEN 1 ELSE 0 END), 0)"
        )
    };
    format!(
        "CREATE OR REPLACE TABLE school_years AS
         SELECT COALESCE(l.urn, p.urn) AS urn, COALESCE(l.year, p.year) AS year, l.roll,
             COALESCE(l.pct_fsm6, p.pct_fsm6) AS pct_fsm6, COALESCE(l.pct_eal, p.pct_eal) AS pct_eal,
             COALESCE(l.pct_sen_support, p.pct_sen_support) AS pct_sen_support,
             COALESCE(l.pct_ehcp, p.pct_ehcp) AS pct_ehcp, COALESCE(l.prior_mean, p.prior_mean) AS prior_mean,
             COALESCE(l.stability, p.stability) AS stability, l.idaci, l.polar4
         FROM school_years_loaded AS l FULL OUTER JOIN (
             SELECT urn, CAST(year AS INTEGER) AS year, {fsm6} AS pct_fsm6, {eal} AS pct_eal,
                 {support} AS pct_sen_support, {ehcp} AS pct_ehcp,
                 AVG(CAST(prior AS DOUBLE)) / 100e0 AS prior_mean, {stable} AS stability
             FROM pupils GROUP BY urn, year
         ) AS p ON l.urn = p.urn AND l.year = p.year ORDER BY 1, 2;",
        fsm6 = share(Characteristic::Fsm6, "yes"),
        eal = share(Characteristic::Eal, "yes"),
        support = share(Characteristic::Sen, "K"),
        ehcp = share(Characteristic::Sen, "E"),
        stable = share(Characteristic::Mobile, "no"),
    )
}

/// Of what projections are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// Of all rows, those that are there and those that are staged: each projection is one sorted run afterwards.
    Whole,
    /// Of the staged rows only, as one further sorted run: they are of these key stages and years (by their numbers), of
    /// which there are no rows yet. Rows of other years are neither read nor written.
    Run(BTreeSet<(i32, i32)>),
}

impl Extent {
    /// What of a projection the next one is made of. Key stages and years are named singly too, by which DuckDB passes over
    /// the row groups of others.
    fn of(&self, table: &str) -> String {
        let Self::Run(pairs) = self else { return table.to_owned() };
        let list = |numbers: BTreeSet<i32>| numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        let stages = list(pairs.iter().map(|(stage, _)| *stage).collect());
        let years = list(pairs.iter().map(|(_, year)| *year).collect());
        let each = pairs.iter().map(|(stage, year)| format!("(stage = {stage} AND year = {year})"));
        let each = each.collect::<Vec<_>>().join(" OR ");
        format!("(SELECT * FROM {table} WHERE stage IN ({stages}) AND year IN ({years}) AND ({each})) AS new_rows")
    }

    /// The statement that fills a table with what `select` gives.
    fn fill(&self, table: &str, select: &str) -> String {
        match self {
            Self::Whole => format!("CREATE OR REPLACE TABLE {table} AS {select}"),
            Self::Run(_) => format!("INSERT INTO {table} BY NAME {select}"),
        }
    }
}

/// What the rows of the tables that many others are read from are sorted by. Rows of other tables stand as they came.
pub(super) const SORTED: [(&str, &str); 6] = [
    ("results_by_school", "stage, urn, year, subject"),
    ("results_by_subject", "stage, year, subject, urn"),
    ("results_cube", "stage, year, subject, profile"),
    ("outcomes_by_school", "stage, urn, year"),
    ("outcomes_by_year", "stage, year, urn"),
    ("outcomes_cube", "stage, year, profile"),
];

fn keys_of(table: &str) -> &'static str {
    SORTED.iter().find(|(name, _)| *name == table).map_or("stage", |(_, keys)| keys)
}

/// `source` is of pupils or of results: figures of whole schools have no facts.
fn cube(source: Source, extent: &Extent) -> String {
    let (name, facts, keys) = match source {
        Source::Results => ("results_cube", "results_by_subject", "stage, year, subject"),
        Source::Outcomes | Source::School => ("outcomes_cube", "outcomes_by_year", "stage, year"),
    };
    let common = Profile::COMMON;
    let tallies = cube_select_list(source).join(", ");
    let from = extent.of(facts);
    let select = format!(
        "SELECT {keys}, profile & {common} AS profile, {tallies} FROM {from} \
         GROUP BY {keys}, profile & {common} ORDER BY {keys}, profile & {common}"
    );
    extent.fill(name, &select)
}

/// One step of making the projections of a source: what it is in words, and its statement.
#[derive(Debug, Clone)]
pub struct Step {
    pub what: &'static str,
    pub sql: String,
}

/// The steps that bring the staged rows of a source into its projections, beside what is there. They are run in the
/// load's transaction, in order; the first gives the table from which the others are made.
///
/// `staged` is the name of a table with the columns of the source.
pub fn projections(source: Source, staged: &str, extent: &Extent) -> Vec<Step> {
    match source {
        Source::Results => result_steps(staged, extent).into(),
        Source::Outcomes | Source::School => vec![
            Step { what: "sorting outcomes by school", sql: sorted("outcomes_by_school", staged, extent) },
            Step { what: "sorting outcomes by year", sql: sorted("outcomes_by_year", staged, extent) },
            Step { what: "counting the cube of outcomes", sql: cube(source, extent) },
        ],
    }
}

fn sorted(to: &str, from: &str, extent: &Extent) -> String {
    extent.fill(to, &format!("SELECT * FROM {from} ORDER BY {}", keys_of(to)))
}

fn result_steps(staged: &str, extent: &Extent) -> [Step; 4] {
    let all = match extent {
        Extent::Whole => {
            format!("(SELECT * EXCLUDE va FROM results_by_school UNION ALL SELECT * FROM {staged}) AS every_result")
        }
        Extent::Run(_) => format!("{staged} AS every_result"),
    };
    let (shift, mask) = Profile::PRIOR_GROUP;
    let with_value_added = format!(
        "(SELECT every_result.*, CAST(CAST(every_result.points AS INTEGER) * 10 - expected.points AS SMALLINT) AS va FROM {all}
         LEFT JOIN expected ON every_result.stage = {ks4} AND expected.year = every_result.year
             AND expected.subject = every_result.subject AND expected.qualification = every_result.qualification
             AND expected.prior = ((every_result.profile >> {shift}) & {mask})) AS with_value_added",
        ks4 = KeyStage::Ks4.number(),
    );
    let by_school = sorted("results_by_school", &with_value_added, extent);
    let by_subject = sorted("results_by_subject", &extent.of("results_by_school"), extent);
    let anew = match extent {
        Extent::Whole => format!("DELETE FROM expected; INSERT INTO expected {};", national_expected()),
        // Those of the nation are there for all years: `can_take_a_run` has seen to it.
        Extent::Run(_) => String::new(),
    };
    let expected = anew + &own_expected(&all);
    [
        Step { what: "finding what pupils of the same prior attainment reach", sql: expected },
        Step { what: "sorting results by school", sql: by_school },
        Step { what: "sorting results by subject", sql: by_subject },
        Step { what: "counting the cube of results", sql: cube(Source::Results, extent) },
    ]
}

/// What the national tables that come with the program say, as rows of `expected`.
fn national_expected() -> String {
    let national = ExpectedPoints::national().iter().map(|of| {
        let (year, subject) = (of.year.ending(), of.subject);
        let (id, kind, thousandths) = (subject.id, subject.qualification.number(), (1000.0 * of.mean).round() as i32);
        format!("({year}, {id}, {kind}, {}, {thousandths}, {}, 0)", of.group, of.n)
    });
    format!("VALUES {}", national.collect::<Vec<_>>().join(", "))
}

/// Adds to `expected` the years of which there is no national table, from these results: where the workspace holds so many
/// schools of a year that it is as good as the nation.
fn own_expected(results: &str) -> String {
    let years: Vec<String> = ExpectedPoints::years().map(|year| year.ending().to_string()).collect();
    let (shift, mask) = Profile::PRIOR_GROUP;
    format!(
        "INSERT INTO expected SELECT year, subject, qualification, CAST((profile >> {shift}) & {mask} AS TINYINT),
             CAST(ROUND(10e0 * SUM(points) / COUNT(points)) AS INTEGER), COUNT(points), 1
         FROM {results} WHERE stage = {ks4} AND ((profile >> {shift}) & {mask}) <> 0 AND points IS NOT NULL
             AND year NOT IN ({years}) AND year IN (
                 SELECT year FROM pupils WHERE stage = {ks4} GROUP BY year
                 HAVING COUNT(DISTINCT urn) >= {NATIONAL_SCHOOLS})
         GROUP BY 1, 2, 3, 4",
        ks4 = KeyStage::Ks4.number(),
        years = years.join(", "),
    )
}

/// So many schools with pupils at the end of key stage 4 are as good as the nation: a third of England's.
pub const NATIONAL_SCHOOLS: i64 = 1_000;

/// The layout since which headlines are made as they are now. A load into a workspace with older ones makes all anew.
const HEADLINES_SINCE: i64 = 3;

/// The key stages and years (by their numbers) of which there are pupils, where staged rows of others may stand as a run of
/// their own; `None` where everything is to be made anew: nothing is there yet, or it was made by a program that made
/// headlines in another way or had other national tables.
///
/// # Errors
/// When the file cannot be read.
pub fn can_take_a_run(connection: &Connection) -> duckdb::Result<Option<BTreeSet<(i32, i32)>>> {
    let mut statement = connection.prepare("SELECT DISTINCT stage, year FROM outcomes_cube")?;
    let pairs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let pairs: BTreeSet<(i32, i32)> = pairs.collect::<duckdb::Result<_>>()?;
    let national = national_expected();
    let as_now = format!(
        "SELECT (SELECT COALESCE(MAX(headlines), 0) >= {HEADLINES_SINCE} FROM schoolbench)
             AND NOT EXISTS (SELECT * EXCLUDE origin FROM expected WHERE origin = 0
                 EXCEPT SELECT * EXCLUDE origin FROM ({national}) AS of_now({EXPECTED_COLUMNS}))
             AND NOT EXISTS (SELECT * EXCLUDE origin FROM ({national}) AS of_now({EXPECTED_COLUMNS})
                 EXCEPT SELECT * EXCLUDE origin FROM expected WHERE origin = 0)"
    );
    let as_now: bool = connection.query_row(&as_now, [], |row| row.get(0))?;
    Ok((as_now && !pairs.is_empty()).then_some(pairs))
}

const EXPECTED_COLUMNS: &str = "year, subject, qualification, prior, points, n, origin";

/// Into how many sorted runs the rows by school are cut: the most pieces in which the rows of any one school at a key stage
/// stand. Each load of other years adds one; a question about some schools looks into every one.
///
/// # Errors
/// When the file cannot be read.
pub fn runs(connection: &Connection) -> duckdb::Result<i64> {
    let read = "SELECT COALESCE(MAX(pieces), 0) FROM (
             SELECT COUNT(*) AS pieces FROM (
                 SELECT stage, urn, begins, LAG(ends) OVER (PARTITION BY stage, urn ORDER BY begins) AS before FROM (
                     SELECT stage, urn, MIN(rowid) AS begins, MAX(rowid) AS ends FROM outcomes_by_school
                     GROUP BY stage, urn, year) AS of_years) AS spans
             WHERE before IS NULL OR begins > before + 1 GROUP BY stage, urn) AS of_schools";
    connection.query_row(read, [], |row| row.get(0))
}
