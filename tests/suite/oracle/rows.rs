//! The demo's Parquet rows as they stand in the files, and the tables of reference.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::sync::{LazyLock, Mutex};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use super::{outcomes, progress};

/// The words of every characteristic, in the order of the fields of [`Pupil::groups`].
pub const CHARACTERISTICS: [(&str, &[&str]); 11] = [
    ("sex", &["unknown", "F", "M"]),
    ("fsm6", &["unknown", "yes", "no"]),
    ("disadvantaged", &["unknown", "yes", "no"]),
    ("eal", &["unknown", "yes", "no"]),
    ("sen", &["unknown", "N", "K", "E"]),
    ("ethnicity", &["unknown", "WHIT", "MIXD", "ASIA", "BLAC", "CHIN", "AOEG", "UNCL"]),
    ("prior", &["none", "low", "middle", "high"]),
    ("mobile", &["unknown", "yes", "no"]),
    ("term", &["unknown", "autumn", "spring", "summer"]),
    ("attendance", &["unknown", "97", "95", "90", "pa", "severe"]),
    ("looked_after", &["unknown", "yes", "no"]),
];

/// The place of a characteristic in [`CHARACTERISTICS`].
pub fn place(characteristic: &str) -> usize {
    CHARACTERISTICS.iter().position(|(word, _)| *word == characteristic).unwrap()
}

pub struct School {
    pub urn: i64,
    pub la: i64,
    pub trust: Option<i64>,
    pub predecessor: Option<i64>,
}

/// A result; `points` are those of the file, or else of the table.
#[derive(Clone)]
pub struct Entry {
    pub subject: &'static str,
    pub qualification: &'static str,
    pub grade: &'static str,
    pub points: Option<f64>,
}

pub struct Pupil {
    /// The URN under which the school stands now.
    pub urn: i64,
    /// That URN as text.
    pub school: &'static str,
    pub year: i64,
    pub stage: i64,
    /// The word of each characteristic.
    pub groups: [&'static str; 11],
    pub prior: Option<f64>,
    pub entries: Vec<Entry>,
    /// Headline outcomes and intake by the word of the indicator; `None` where the pupil has none.
    pub outcomes: HashMap<&'static str, Option<f64>>,
}

pub struct Rows {
    pub schools: Vec<School>,
    pub pupils: Vec<Pupil>,
    /// Places in `pupils` by key stage and year.
    of: HashMap<(i64, i64), Vec<usize>>,
}

/// The demo.
pub static DEMO: LazyLock<Rows> = LazyLock::new(|| {
    let schools: Vec<School> = read("schools")
        .map(|row| School {
            urn: whole(&row, "urn").unwrap(),
            la: whole(&row, "la_code").unwrap(),
            trust: whole(&row, "trust_uid"),
            predecessor: whole(&row, "predecessor_urn"),
        })
        .collect();
    let mut pupils = Vec::new();
    let mut by_key = HashMap::new();
    for row in read("pupils") {
        let stage = whole(&row, "key_stage").unwrap();
        by_key.insert((stage, text(&row, "pupil").unwrap()), pupils.len());
        // A pupil counts for the school as it stands now.
        let urn = now(&schools, whole(&row, "urn").unwrap());
        pupils.push(Pupil {
            urn,
            school: intern(&urn.to_string()),
            year: whole(&row, "year").unwrap(),
            stage,
            groups: groups(&row),
            prior: number(&row, "prior_score"),
            entries: Vec::new(),
            outcomes: intake(&row),
        });
    }
    let table = points_table();
    for row in read("results") {
        let word = |name| intern(&text(&row, name).unwrap());
        let (subject, qualification, grade) = (word("subject"), word("qualification"), word("grade"));
        let worth = table[&(qualification.to_owned(), grade.to_owned())];
        let points = worth.map(|worth| number(&row, "points").unwrap_or(worth));
        let key = (whole(&row, "key_stage").unwrap(), text(&row, "pupil").unwrap());
        pupils[by_key[&key]].entries.push(Entry { subject, qualification, grade, points });
    }
    let mut of: HashMap<_, Vec<usize>> = HashMap::new();
    for (place, pupil) in pupils.iter_mut().enumerate() {
        of.entry((pupil.stage, pupil.year)).or_default().push(place);
        pupil.outcomes.extend(outcomes::of(pupil.stage, &pupil.entries));
        pupil.outcomes.insert("prior_mean", pupil.prior);
        if pupil.stage == 4 {
            let progress8 = progress::progress8(&pupil.outcomes, pupil.prior, pupil.year);
            pupil.outcomes.extend(progress8);
        }
    }
    Rows { schools, pupils, of }
});

/// The URN under which a school stands now: that of the last school that says it goes on from it.
pub fn now(schools: &[School], urn: i64) -> i64 {
    let next = schools.iter().find(|school| school.predecessor == Some(urn));
    next.map_or(urn, |next| now(schools, next.urn))
}

impl Rows {
    /// The schools that stand under their own URN now.
    pub fn standing(&self) -> impl Iterator<Item = &School> {
        self.schools.iter().filter(|school| now(&self.schools, school.urn) == school.urn)
    }

    /// The pupils of a year at the end of a key stage.
    pub fn of(&self, stage: i64, year: i64) -> impl Iterator<Item = &Pupil> {
        self.of.get(&(stage, year)).into_iter().flatten().map(|place| &self.pupils[*place])
    }

    /// Whether anything of the year is loaded.
    pub fn has(&self, stage: i64, year: i64) -> bool {
        self.of.contains_key(&(stage, year))
    }

    /// The schools that have pupils at the end of a key stage.
    pub fn schools_with(&self, stage: i64) -> Vec<i64> {
        let urns: BTreeSet<i64> = self.pupils.iter().filter(|p| p.stage == stage).map(|p| p.urn).collect();
        urns.into_iter().collect()
    }
}

/// A pupil's groups straight from the columns, by the definitions of the method.
fn groups(row: &Row) -> [&'static str; 11] {
    let yes_no = |name| match flag(row, name) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let word = |name| text(row, name).map_or("unknown", |word| intern(&word));
    let prior = match number(row, "prior_score") {
        None => "none",
        Some(score) if score < 100.0 => "low",
        Some(score) if score < 110.0 => "middle",
        Some(_) => "high",
    };
    // The school year begins in September: four months each.
    let term = whole(row, "birth_month")
        .map_or("unknown", |month| ["autumn", "spring", "summer"][(month as usize + 3) % 12 / 4]);
    let attendance = match number(row, "attendance_pct") {
        None => "unknown",
        Some(percent) if percent < 50.0 => "severe",
        Some(percent) if percent < 90.0 => "pa",
        Some(percent) if percent < 95.0 => "90",
        Some(percent) if percent < 97.0 => "95",
        Some(_) => "97",
    };
    let ethnicity = text(row, "ethnicity").map_or("UNCL", |word| intern(&word));
    [
        word("sex"),
        yes_no("fsm6"),
        yes_no("disadvantaged"),
        yes_no("eal"),
        word("sen"),
        ethnicity,
        prior,
        yes_no("mobile"),
        term,
        attendance,
        yes_no("looked_after"),
    ]
}

/// Whether a pupil is in the group of each intake indicator, straight from the columns: `None` where the column is empty.
fn intake(row: &Row) -> HashMap<&'static str, Option<f64>> {
    let prior = number(row, "prior_score");
    let in_group = [
        ("pct_fsm6", flag(row, "fsm6")),
        ("pct_disadvantaged", flag(row, "disadvantaged")),
        ("pct_eal", flag(row, "eal")),
        ("pct_sen", text(row, "sen").map(|word| word == "K" || word == "E")),
        ("pct_girls", text(row, "sex").map(|word| word == "F")),
        ("pct_prior_low", prior.map(|score| score < 100.0)),
        ("pct_prior_high", prior.map(|score| score >= 110.0)),
    ];
    in_group.into_iter().map(|(word, met)| (word, met.map(|met| if met { 1.0 } else { 0.0 }))).collect()
}

/// Points by qualification and grade; empty where a grade is no result.
fn points_table() -> BTreeMap<(String, String), Option<f64>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/reference/grades.csv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("qualification,"));
    rows.map(|line| {
        let parts: Vec<&str> = line.split(',').collect();
        ((parts[0].to_owned(), parts[1].to_owned()), parts[3].parse().ok())
    })
    .collect()
}

fn read(table: &str) -> impl Iterator<Item = Row> {
    let path = crate::demo::files().join(format!("{table}.parquet"));
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let rows: Vec<Row> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    rows.into_iter()
}

fn field<'a>(row: &'a Row, name: &str) -> &'a Field {
    row.get_column_iter().find(|(column, _)| *column == name).map_or(&Field::Null, |(_, field)| field)
}

fn whole(row: &Row, name: &str) -> Option<i64> {
    match field(row, name) {
        Field::Null => None,
        Field::Byte(n) => Some(i64::from(*n)),
        Field::Short(n) => Some(i64::from(*n)),
        Field::Int(n) => Some(i64::from(*n)),
        Field::Long(n) => Some(*n),
        other => panic!("{name} is {other}"),
    }
}

fn number(row: &Row, name: &str) -> Option<f64> {
    match field(row, name) {
        Field::Double(x) => Some(*x),
        Field::Float(x) => Some(f64::from(*x)),
        _ => whole(row, name).map(|n| n as f64),
    }
}

fn flag(row: &Row, name: &str) -> Option<bool> {
    match field(row, name) {
        Field::Null => None,
        Field::Bool(flag) => Some(*flag),
        other => panic!("{name} is {other}"),
    }
}

fn text(row: &Row, name: &str) -> Option<String> {
    match field(row, name) {
        Field::Null => None,
        Field::Str(text) => Some(text.clone()),
        other => panic!("{name} is {other}"),
    }
}

/// One copy of a word for the whole test.
pub fn intern(word: &str) -> &'static str {
    static WORDS: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut words = WORDS.lock().unwrap();
    match words.get(word) {
        Some(known) => known,
        None => {
            let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
            words.insert(kept);
            kept
        }
    }
}
