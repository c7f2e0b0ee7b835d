//! Two authorities, five schools and two years: data that fit a screen, so that an answer can be checked by hand.
//!
//! | urn | school | authority | trust | a pupil's grade |
//! |---|---|---|---|---|
//! | 100001 | Ash | 301 | 5001 | as in [`GRADES`] |
//! | 100002 | Beech | 301 | | one lower |
//! | 100003 | Cedar | 302 | 5001 | two lower |
//! | 100004, 100005 | Damson, Elder (primary) | 301, 302 | | see [`SCORES`] |
//!
//! Every school has twelve pupils a year. A pupil of a secondary school has the same grade in seven subjects, which
//! count as ten GCSEs: Attainment 8 is ten times the grade. In 2024 every girl is a grade, or two points, better.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use schoolbench::ingest::contract::{Kind, Table};
use schoolbench::ingest::{Cancel, import};
use schoolbench::workspace::{Access, Workspace};
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;

/// GCSE grades of the twelve pupils; 1 is the lowest that there is here. Pupils 2, 4, ... 12 are girls.
pub const GRADES: [i64; 12] = [9, 8, 8, 7, 6, 6, 5, 5, 4, 3, 2, 1];

/// KS2 scores in reading, maths and GPS. Writing is WTS below 100, GDS from 110, and EXS between them.
pub const SCORES: [i64; 12] = [118, 115, 112, 110, 108, 106, 104, 102, 100, 98, 94, 86];

#[derive(Clone, Serialize)]
pub struct School {
    pub urn: i64,
    pub name: &'static str,
    pub phase: &'static str,
    pub la_code: i64,
    pub la_name: &'static str,
    pub region: &'static str,
    pub trust_uid: Option<i64>,
    pub trust_name: Option<&'static str>,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Clone, Serialize)]
pub struct SchoolYear {
    pub urn: i64,
    pub year: i64,
    pub roll: Option<i64>,
    pub pct_fsm6: Option<f64>,
}

#[derive(Clone, Serialize)]
pub struct Pupil {
    pub pupil: String,
    pub urn: i64,
    pub year: i64,
    pub key_stage: i64,
    pub sex: Option<&'static str>,
    pub fsm6: Option<bool>,
    pub disadvantaged: Option<bool>,
    pub eal: Option<bool>,
    pub sen: Option<&'static str>,
    pub ethnicity: Option<&'static str>,
    pub prior_score: Option<f64>,
    pub mobile: Option<bool>,
    pub birth_month: Option<i64>,
    pub attendance_pct: Option<f64>,
    pub looked_after: Option<bool>,
}

/// A pupil's result in a subject.
#[derive(Clone, Serialize)]
pub struct Exam {
    pub pupil: String,
    pub urn: i64,
    pub year: i64,
    pub key_stage: i64,
    pub subject: &'static str,
    pub qualification: &'static str,
    pub grade: String,
    pub points: Option<f64>,
}

#[derive(Clone, Serialize)]
pub struct Benchmark {
    pub year: i64,
    pub key_stage: i64,
    pub measure: &'static str,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub source: &'static str,
}

#[derive(Clone, Serialize)]
pub struct Published {
    pub urn: i64,
    pub year: i64,
    pub key_stage: i64,
    pub measure: &'static str,
    pub pupil_group: &'static str,
    pub value: Option<f64>,
}

/// The rows of the files of a load.
#[derive(Clone)]
pub struct Data {
    pub schools: Vec<School>,
    pub school_years: Vec<SchoolYear>,
    pub pupils: Vec<Pupil>,
    pub results: Vec<Exam>,
    pub national: Vec<Benchmark>,
    pub published: Vec<Published>,
}

impl Data {
    /// The five schools in these years.
    pub fn of(years: &[i64]) -> Self {
        let mut data = Self {
            schools: schools(),
            school_years: Vec::new(),
            pupils: Vec::new(),
            results: Vec::new(),
            national: Vec::new(),
            published: Vec::new(),
        };
        for year in years.iter().copied() {
            for (nth, school) in schools().into_iter().enumerate() {
                data.school_years.push(SchoolYear { urn: school.urn, year, roll: Some(900), pct_fsm6: None });
                for number in 0..12 {
                    let pupil = pupil(number, school.urn, year, if school.phase == "Secondary" { 4 } else { 2 });
                    data.results.extend(exams(&pupil, number, nth as i64));
                    data.pupils.push(pupil);
                }
            }
            let (source, mean, sd) = ("fixture", Some(46.0), Some(20.0));
            data.national.push(Benchmark { year, key_stage: 4, measure: "att8", mean, sd, source });
            let (measure, pupil_group) = ("att8", "all");
            data.published.push(Published { urn: 100_001, year, key_stage: 4, measure, pupil_group, value: mean });
        }
        data
    }

    /// Writes a file for each table with rows and names them, in the order of [`Table::ALL`].
    pub fn write(&self, folder: &Path) -> Vec<PathBuf> {
        let files = Table::ALL.into_iter().filter(|table| self.batch(*table).num_rows() > 0);
        files.map(|table| write(&self.batch(table), &folder.join(format!("{}.parquet", table.name())))).collect()
    }

    /// The rows of a table, with all its columns.
    pub fn batch(&self, table: Table) -> RecordBatch {
        match table {
            Table::Schools => batch(table, &self.schools),
            Table::SchoolYears => batch(table, &self.school_years),
            Table::Pupils => batch(table, &self.pupils),
            Table::Results => batch(table, &self.results),
            Table::National => batch(table, &self.national),
            Table::Published => batch(table, &self.published),
        }
    }
}

fn schools() -> Vec<School> {
    let school = |(urn, name, phase, la_code, trust_uid): (_, _, _, _, Option<i64>)| School {
        urn,
        name,
        phase,
        la_code,
        la_name: if la_code == 301 { "Northshire" } else { "Southshire" },
        region: "Middle",
        trust_uid,
        trust_name: trust_uid.map(|_| "Tree Trust"),
        kind: "Community school",
    };
    let rows = [
        (100_001, "Ash", "Secondary", 301, Some(5001)),
        (100_002, "Beech", "Secondary", 301, None),
        (100_003, "Cedar", "Secondary", 302, Some(5001)),
        (100_004, "Damson", "Primary", 301, None),
        (100_005, "Elder", "Primary", 302, None),
    ];
    rows.into_iter().map(school).collect()
}

/// The pupil with this number, from 0. FSM6: 3 of 12. EAL: 2. SEN support: 1, EHC plan: 1.
fn pupil(number: usize, urn: i64, year: i64, key_stage: i64) -> Pupil {
    let fsm6 = number % 4 == 3;
    Pupil {
        pupil: format!("{urn}-{year}-{:02}", number + 1),
        urn,
        year,
        key_stage,
        sex: Some(if number % 2 == 1 { "F" } else { "M" }),
        fsm6: Some(fsm6),
        disadvantaged: Some(fsm6),
        eal: Some(number % 6 == 2),
        sen: Some(["N", "K", "E"][number.saturating_sub(9)]),
        ethnicity: Some("WHIT"),
        prior_score: Some(SCORES[number] as f64),
        mobile: Some(false),
        birth_month: Some(number as i64 + 1),
        attendance_pct: Some(96.0),
        looked_after: Some(false),
    }
}

fn exams(pupil: &Pupil, number: usize, nth_school: i64) -> Vec<Exam> {
    let better = i64::from(pupil.year == 2024 && pupil.sex == Some("F"));
    let exam = |(subject, qualification, grade)| Exam {
        pupil: pupil.pupil.clone(),
        urn: pupil.urn,
        year: pupil.year,
        key_stage: pupil.key_stage,
        subject,
        qualification,
        grade,
        points: None,
    };
    if pupil.key_stage == 2 {
        let score = SCORES[number] + 2 * better;
        let writing = [(110, "GDS"), (100, "EXS"), (0, "WTS")].into_iter().find(|(least, _)| score >= *least);
        let writing = writing.map(|(_, word)| exam(("writing", "ks2_ta", word.to_owned())));
        let tests = ["reading", "maths", "gps"].map(|subject| exam((subject, "ks2_test", score.to_string())));
        return tests.into_iter().chain(writing).collect();
    }
    let grade = ((GRADES[number] - nth_school).max(1) + better).min(9);
    let plain = ["maths", "english_language", "english_literature", "history", "religious_studies", "art_and_design"];
    let gcses = plain.into_iter().map(|subject| exam((subject, "gcse", grade.to_string())));
    gcses.chain([exam(("combined_science", "gcse_double", format!("{grade}-{grade}")))]).collect()
}

fn batch<Row: Serialize>(table: Table, rows: &[Row]) -> RecordBatch {
    let rows: Vec<Value> = rows.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
    let columns = table.columns().iter().map(|column| -> ArrayRef {
        let values = rows.iter().map(|row| &row[column.name]);
        match column.kind {
            Kind::Text => Arc::new(values.map(Value::as_str).collect::<StringArray>()),
            Kind::Whole => Arc::new(values.map(|v| v.as_i64().map(|v| v as i32)).collect::<Int32Array>()),
            Kind::Decimal => Arc::new(values.map(Value::as_f64).collect::<Float64Array>()),
            Kind::YesNo => Arc::new(values.map(Value::as_bool).collect::<BooleanArray>()),
        }
    });
    RecordBatch::try_new(table.schema(), columns.collect()).unwrap()
}

/// Writes a Parquet file and gives its path back.
pub fn write(batch: &RecordBatch, path: &Path) -> PathBuf {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    path.to_owned()
}

/// The files of 2023 and 2024.
pub fn files() -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let files = Data::of(&[2023, 2024]).write(folder.path());
    (folder, files)
}

/// A workspace of its own with [`files`]. It is loaded once and then copied.
pub fn workspace() -> (TempDir, PathBuf) {
    static LOADED: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let (folder, files) = files();
        let path = folder.path().join("fixture.schoolbench");
        import(&path, &files, &Cancel::default(), &mut |_| {}).unwrap();
        std::fs::read(path).unwrap()
    });
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("fixture.schoolbench");
    std::fs::write(&path, &*LOADED).unwrap();
    (folder, path)
}

/// What is in a workspace: its revision, and for each table how many rows and a sum over all their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub revision: i64,
    pub tables: BTreeMap<&'static str, (i64, i64)>,
}

/// Reads a workspace, and checks that the projections of its facts agree with each other.
pub fn contents(path: &Path) -> Contents {
    let workspace = Workspace::open(path, Access::Read).unwrap();
    let number = |sql: &str| workspace.connection().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let table = |name: &'static str| {
        // The time of a load differs from one run to the next.
        let rows = if name == "sources" { "(SELECT * EXCLUDE (loaded, name) FROM sources)" } else { name };
        let sql = format!("SELECT COUNT(*), CAST(COALESCE(SUM(HASH(r)), 0) % 1000000007 AS BIGINT) FROM {rows} AS r");
        (name, workspace.connection().query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap())
    };
    let names = [
        "sources",
        "schools",
        "school_years_loaded",
        "school_years",
        "national",
        "published",
        "pupils",
        "results_by_school",
        "results_by_subject",
        "results_cube",
        "outcomes_by_school",
        "outcomes_by_year",
        "outcomes_cube",
    ];
    let tables: BTreeMap<_, (i64, i64)> = names.into_iter().map(table).collect();
    assert_eq!(tables["results_by_school"], tables["results_by_subject"], "results in both orders");
    assert_eq!(tables["outcomes_by_school"], tables["outcomes_by_year"], "outcomes in both orders");
    let entries = number("SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM results_cube");
    assert_eq!(entries, tables["results_by_school"].0, "results in the cube");
    let pupils = number("SELECT CAST(COALESCE(SUM(pupils), 0) AS BIGINT) FROM outcomes_cube");
    assert_eq!(pupils, tables["pupils"].0, "pupils in the cube");
    assert_eq!(tables["outcomes_by_school"].0, tables["pupils"].0, "an outcome for each pupil");
    Contents { revision: workspace.revision().unwrap(), tables }
}

/// The program itself.
pub fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_schoolbench"))
}
