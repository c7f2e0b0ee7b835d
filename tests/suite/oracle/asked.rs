//! Questions by chance, in plain words.

use schoolbench::model::{Question, Words};

use super::dice::Dice;
use super::rows::{CHARACTERISTICS, DEMO, Rows};

/// Indicators of a pupil, by key stage.
const OF_PUPILS: [(i64, &[&str]); 3] = [
    (
        2,
        &[
            "pupils",
            "rwm_expected",
            "rwm_high",
            "reading_expected",
            "reading_high",
            "reading_score",
            "writing_expected",
            "writing_high",
            "maths_expected",
            "maths_high",
            "maths_score",
            "gps_expected",
            "gps_high",
            "gps_score",
            "prior_mean",
        ],
    ),
    (
        4,
        &[
            "pupils",
            "att8",
            "att8_english",
            "att8_maths",
            "att8_ebacc",
            "att8_open",
            "basics4",
            "basics5",
            "ebacc_entry",
            "ebacc4",
            "ebacc5",
            "ebacc_aps",
            "p8",
            "p8_english",
            "p8_maths",
            "p8_ebacc",
            "p8_open",
            "prior_mean",
        ],
    ),
    (5, &["pupils"]),
];

/// Indicators of who the pupils are, at every key stage.
const OF_INTAKE: [&str; 7] =
    ["pct_fsm6", "pct_disadvantaged", "pct_eal", "pct_sen", "pct_girls", "pct_prior_low", "pct_prior_high"];

/// Indicators of a result, by key stage.
const OF_RESULTS: [(i64, &[&str]); 3] = [
    (2, &["entries", "avg_points"]),
    (4, &["entries", "grade7plus", "grade5plus", "grade4plus", "grade1plus", "avg_points", "value_added"]),
    (5, &["entries", "avg_points"]),
];

const SUBJECTS: [(i64, &[&str]); 3] = [
    (2, &["reading", "writing", "maths", "gps"]),
    (
        4,
        &[
            "maths",
            "english_language",
            "english_literature",
            "combined_science",
            "biology",
            "physics",
            "computer_science",
            "geography",
            "history",
            "french",
            "latin",
            "religious_studies",
            "art_and_design",
            "music",
            "sport_studies",
            "enterprise",
        ],
    ),
    (5, &["physics", "further_maths"]),
];

const COMPARATORS: [&str; 7] = ["same", "other", "all", "in_school", "la", "previous", "none"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    All,
    La(i64),
    Trust(i64),
    Urns(Vec<i64>),
}

/// A question as somebody would write it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub stage: i64,
    pub years: Vec<i64>,
    pub pool: bool,
    pub scope: Scope,
    pub indicators: Vec<&'static str>,
    pub subjects: Vec<&'static str>,
    pub filter: Vec<(&'static str, Vec<&'static str>)>,
    pub by: Vec<&'static str>,
    pub compare: &'static str,
    /// `difference`, or empty for the usual test.
    pub test: &'static str,
}

fn listed(table: &[(i64, &'static [&'static str]); 3], stage: i64) -> &'static [&'static str] {
    table.iter().find(|(of, _)| *of == stage).unwrap().1
}

/// Every indicator, as often as it has key stages.
pub fn every_indicator() -> impl Iterator<Item = &'static str> {
    OF_PUPILS.into_iter().chain(OF_RESULTS).flat_map(|(_, words)| words.iter().copied()).chain(OF_INTAKE)
}

impl Asked {
    pub fn by_chance(dice: &mut Dice) -> Self {
        let stage = dice.one(&[2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
        let mut years = match dice.below(10) {
            0..=4 => dice.some(&[2018, 2019, 2022, 2023, 2024], 1, 1),
            5..=7 => dice.some(&[2018, 2019, 2022, 2023, 2024], 2, 5),
            _ => dice.some(&[2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025], 1, 4),
        };
        years.sort_unstable();
        let pool = dice.happens(if years.len() > 1 { 35 } else { 5 });

        let of_pupils = [listed(&OF_PUPILS, stage), &OF_INTAKE].concat();
        let kind = dice.below(10);
        let mut indicators = match kind {
            0..=3 => dice.some(&of_pupils, 1, 3),
            4..=7 => dice.some(listed(&OF_RESULTS, stage), 1, 3),
            _ => dice.some(&of_pupils, 1, 2),
        };
        let mut subjects = Vec::new();
        let mut by: Vec<&'static str> = Vec::new();
        match kind {
            4..=7 => {
                if dice.happens(60) {
                    subjects = dice.some(listed(&SUBJECTS, stage), 1, 4);
                }
                if dice.happens(50) {
                    by.push("subject");
                }
            }
            8.. => indicators.extend(dice.some(listed(&OF_RESULTS, stage), 1, 2)),
            _ => {}
        }
        if dice.happens(40) {
            by.push("school");
        }
        if !pool && dice.happens(40) {
            by.push("year");
        }
        let words = CHARACTERISTICS.map(|(word, _)| word);
        by.extend(match dice.below(10) {
            0..=4 => Vec::new(),
            5..=8 => dice.some(&words, 1, 1),
            _ => dice.some(&words, 2, 2),
        });
        let many = by.len();
        let by = dice.some(&by, many, many);

        let filtered = if dice.happens(35) { Vec::new() } else { dice.some(&CHARACTERISTICS, 1, 2) };
        let filter =
            filtered.into_iter().map(|(word, values)| (word, dice.some(values, 1, values.len() - 1))).collect();
        let compare = dice.one(&COMPARATORS);
        let test = dice.one(&["", "difference"]);
        Self { stage, years, pool, scope: scope(dice, &DEMO, stage), indicators, subjects, filter, by, compare, test }
    }

    /// The key columns: several years that are not pooled are told apart.
    pub fn keys(&self) -> Vec<&'static str> {
        let mut keys = self.by.clone();
        if self.years.len() > 1 && !self.pool && !keys.contains(&"year") {
            keys.push("year");
        }
        keys
    }

    pub fn question(&self) -> Question {
        let numbers = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let words = Words {
            test: self.test.to_owned(),
            many: false,
            stage: format!("ks{}", self.stage),
            years: numbers(&self.years),
            pool: self.pool,
            scope: match &self.scope {
                Scope::All => "all".to_owned(),
                Scope::La(code) => format!("la:{code}"),
                Scope::Trust(uid) => format!("trust:{uid}"),
                Scope::Urns(urns) => format!("urn:{}", numbers(urns)),
            },
            indicator: self.indicators.join(","),
            subject: self.subjects.join(","),
            filter: self.filter.iter().map(|(word, values)| format!("{word}={}", values.join(","))).collect(),
            by: self.by.join(","),
            compare: self.compare.to_owned(),
        };
        Question::try_from(words).unwrap()
    }
}

fn scope(dice: &mut Dice, rows: &Rows, stage: i64) -> Scope {
    let las: Vec<i64> = rows.schools.iter().map(|school| school.la).collect();
    let trusts: Vec<i64> = rows.schools.iter().filter_map(|school| school.trust).collect();
    let all: Vec<i64> = rows.schools.iter().map(|school| school.urn).collect();
    let with_pupils = match rows.schools_with(stage) {
        none if none.is_empty() => all.clone(),
        some => some,
    };
    match dice.below(10) {
        0..=2 => Scope::All,
        3 => Scope::La(dice.one(&las)),
        4..=5 => Scope::Trust(dice.one(&trusts)),
        6 => Scope::Urns(dice.some(&all, 1, 20)),
        7 => Scope::Urns(dice.some(&with_pupils, 1, 1)),
        _ => Scope::Urns(dice.some(&with_pupils, 2, 12)),
    }
}
