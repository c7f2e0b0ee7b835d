//! The tables of a workspace.
//!
//! Facts stand in two sort orders, so that both a group of schools and one subject of all England read few row groups,
//! and in a cube of the common characteristics. All three are made from the staged rows of a load, in its transaction.

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
        cubes = [Source::Results, Source::Outcomes].map(|source| cube(source) + ";").join("\n"),
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
    let [expected, steps @ ..] = result_steps("temp.no_results");
    let steps: Vec<String> = steps.into_iter().map(|step| step.sql).collect();
    format!(
        "{} {} ALTER TABLE schoolbench ADD COLUMN {HEADLINES}; UPDATE schoolbench SET headlines = layout;
         {EXPECTED} {nothing} {}; {}; DROP TABLE temp.no_results; {};
         UPDATE schoolbench SET layout = 3;",
        outcomes.concat(),
        results.concat(),
        expected.sql,
        steps.join("; "),
        cube(Source::Outcomes),
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

/// `source` is of pupils or of results: figures of whole schools have no facts.
fn cube(source: Source) -> String {
    let (name, facts, keys) = match source {
        Source::Results => ("results_cube", "results_by_subject", "stage, year, subject"),
        Source::Outcomes | Source::School => ("outcomes_cube", "outcomes_by_year", "stage, year"),
    };
    let common = Profile::COMMON;
    let tallies = cube_select_list(source).join(", ");
    format!(
        "CREATE OR REPLACE TABLE {name} AS SELECT {keys}, profile & {common} AS profile, {tallies} FROM {facts} \
         GROUP BY {keys}, profile & {common} ORDER BY {keys}, profile & {common}"
    )
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
pub fn projections(source: Source, staged: &str) -> Vec<Step> {
    match source {
        Source::Results => result_steps(staged).into(),
        Source::Outcomes | Source::School => vec![
            Step { what: "sorting outcomes by school", sql: sorted("outcomes_by_school", staged, "stage, urn, year") },
            Step { what: "sorting outcomes by year", sql: sorted("outcomes_by_year", staged, "stage, year, urn") },
            Step { what: "counting the cube of outcomes", sql: cube(source) },
        ],
    }
}

fn sorted(to: &str, from: &str, keys: &str) -> String {
    format!("CREATE OR REPLACE TABLE {to} AS SELECT * FROM {from} ORDER BY {keys}")
}

fn result_steps(staged: &str) -> [Step; 4] {
    let all = format!("(SELECT * EXCLUDE va FROM results_by_school UNION ALL SELECT * FROM {staged}) AS every_result");
    let (shift, mask) = Profile::PRIOR_GROUP;
    let with_value_added = format!(
        "(SELECT every_result.*, CAST(CAST(every_result.points AS INTEGER) * 10 - expected.points AS SMALLINT) AS va FROM {all}
         LEFT JOIN expected ON every_result.stage = {ks4} AND expected.year = every_result.year
             AND expected.subject = every_result.subject AND expected.qualification = every_result.qualification
             AND expected.prior = ((every_result.profile >> {shift}) & {mask})) AS with_value_added",
        ks4 = KeyStage::Ks4.number(),
    );
    let by_school = sorted("results_by_school", &with_value_added, "stage, urn, year, subject");
    let by_subject = sorted("results_by_subject", "results_by_school", "stage, year, subject, urn");
    [
        Step { what: "finding what pupils of the same prior attainment reach", sql: expected(&all) },
        Step { what: "sorting results by school", sql: by_school },
        Step { what: "sorting results by subject", sql: by_subject },
        Step { what: "counting the cube of results", sql: cube(Source::Results) },
    ]
}

/// Fills `expected`: from the national tables that come with the program; in years without one from the workspace itself,
/// where it holds so many schools of the year that it is as good as the nation.
fn expected(all_results: &str) -> String {
    let national = ExpectedPoints::national().iter().map(|of| {
        let (year, subject) = (of.year.ending(), of.subject);
        let (id, kind, thousandths) = (subject.id, subject.qualification.number(), (1000.0 * of.mean).round() as i32);
        format!("({year}, {id}, {kind}, {}, {thousandths}, {}, 0)", of.group, of.n)
    });
    let years: Vec<String> = ExpectedPoints::years().map(|year| year.ending().to_string()).collect();
    let (shift, mask) = Profile::PRIOR_GROUP;
    format!(
        "DELETE FROM expected; INSERT INTO expected VALUES {national};
         INSERT INTO expected SELECT year, subject, qualification, CAST((profile >> {shift}) & {mask} AS TINYINT),
             CAST(ROUND(10e0 * SUM(points) / COUNT(points)) AS INTEGER), COUNT(points), 1
         FROM {all_results} WHERE stage = {ks4} AND ((profile >> {shift}) & {mask}) <> 0 AND points IS NOT NULL
             AND year NOT IN ({years}) AND year IN (
                 SELECT year FROM pupils WHERE stage = {ks4} GROUP BY year
                 HAVING COUNT(DISTINCT urn) >= {NATIONAL_SCHOOLS})
         GROUP BY 1, 2, 3, 4",
        national = national.collect::<Vec<_>>().join(", "),
        ks4 = KeyStage::Ks4.number(),
        years = years.join(", "),
    )
}

/// So many schools with pupils at the end of key stage 4 are as good as the nation: a third of England's.
pub const NATIONAL_SCHOOLS: i64 = 1_000;
