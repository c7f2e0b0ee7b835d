//! National distributions: who enters which KS4 subject, and with what grade, by prior attainment.

use std::sync::LazyLock;

use serde::Deserialize;

use super::dice::quantile;
use crate::model::{Grade, KeyStage, Qualification, Subject};

/// Number of prior attainment groups of the DfE transition matrices: 11 of scaled scores, and "none".
pub const GROUPS: usize = 12;

/// The group of pupils without prior attainment.
pub const NO_PRIOR: usize = GROUPS - 1;

/// Words and lower bounds of the groups. The lowest holds pupils who worked below the tests.
const GROUP_BOUNDS: [(&str, f64); NO_PRIOR] = [
    ("<80", 80.0),
    ("80", 80.5),
    ("90", 90.0),
    ("96", 96.0),
    ("100", 100.0),
    ("102.5", 102.5),
    ("105", 105.0),
    ("107.5", 107.5),
    ("110", 110.0),
    ("113.5", 113.5),
    ("117", 117.0),
];

/// Grades from worst to best, with the standard normal numbers at which the next one begins.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    bounds: Vec<f64>,
    grades: Vec<&'static str>,
}

impl Ladder {
    /// The grade at a number that is standard normal among the pupils whom the ladder describes.
    pub fn grade(&self, z: f64) -> &'static str {
        let rung = self.bounds.iter().take_while(|bound| z >= **bound).count();
        self.grades.get(rung).copied().unwrap_or("X")
    }

    /// A ladder on which the grades have these shares; grades that the qualification does not have are left out.
    fn new(qualification: Qualification, shares: &[(&str, f64)]) -> Self {
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        let mut ladder = Self::default();
        let mut below = 0.0;
        for (word, share) in shares.iter().filter(|(_, share)| *share > 0.0) {
            let Ok(grade) = Grade::from_word(qualification, word) else { continue };
            if !ladder.grades.is_empty() {
                ladder.bounds.push(quantile(below / total));
            }
            ladder.grades.push(&grade.grade);
            below += share;
        }
        ladder
    }

    /// This ladder for pupils who stand higher by `by` standard deviations.
    fn raised(&self, by: f64) -> Self {
        Self { bounds: self.bounds.iter().map(|bound| bound - by).collect(), grades: self.grades.clone() }
    }
}

/// A KS4 subject in the nation.
pub struct SubjectTable {
    pub subject: Subject,
    /// Share of the pupils of each group who enter it.
    pub entered: [f64; GROUPS],
    numbers: [Ladder; GROUPS],
    /// Grades before the reform; empty where there never were letters.
    letters: Vec<Ladder>,
}

impl SubjectTable {
    /// The grades of a group in a year.
    pub fn ladder(&self, group: usize, year: i32) -> &Ladder {
        let legacy = year < self.subject.reformed;
        self.letters.get(group).filter(|_| legacy).unwrap_or(&self.numbers[group])
    }
}

/// Everything national.
pub struct National {
    /// In the order of the table of subjects.
    pub subjects: Vec<SubjectTable>,
    /// Standard normal number at which each group of scores begins, the lowest at minus infinity.
    prior_bounds: [f64; NO_PRIOR],
}

static NATIONAL: LazyLock<National> = LazyLock::new(National::read);

impl National {
    /// The compiled-in tables.
    pub fn get() -> &'static Self {
        &NATIONAL
    }

    /// A mean scaled score, in halves from 80 to 120, of a pupil with this standard normal prior attainment.
    pub fn prior_score(&self, z: f64) -> f64 {
        let group = self.prior_bounds.iter().take_while(|bound| z >= **bound).count().saturating_sub(1);
        if group == 0 {
            return 80.0;
        }
        // The highest score has its half as any other; almost nobody stands 3 deviations above the middle.
        let (from, to) = (self.prior_bounds[group], self.prior_bounds.get(group + 1).copied().unwrap_or(3.0));
        let (low, high) = (GROUP_BOUNDS[group].1, GROUP_BOUNDS.get(group + 1).map_or(120.5, |(_, bound)| *bound));
        let score = low + (high - low) * (z - from) / (to - from);
        (libm::floor(score * 2.0) / 2.0).min(120.0)
    }

    /// The group of a score.
    pub fn group(score: Option<f64>) -> usize {
        let reached = |score| GROUP_BOUNDS.iter().take_while(|(_, bound)| score >= *bound).count().saturating_sub(1);
        score.map_or(NO_PRIOR, reached)
    }

    fn read() -> Self {
        let rows = rows();
        let of_stage = Subject::all().filter(|subject| subject.key_stage == KeyStage::Ks4);
        let subjects = of_stage.map(|subject| table(subject, &rows)).collect();
        Self { subjects, prior_bounds: prior_bounds(&rows) }
    }
}

/// A row of `ks2_to_grade.csv`.
#[derive(Deserialize)]
struct Row {
    subject: String,
    ks2_group: String,
    entered: f64,
    grade: String,
    pupils: f64,
}

impl Row {
    fn group(&self) -> usize {
        GROUP_BOUNDS.iter().position(|(word, _)| *word == self.ks2_group).unwrap_or(NO_PRIOR)
    }
}

/// Rows of the table that is part of the program; a row that did not parse would be missing from it, which tests see.
fn rows() -> Vec<Row> {
    let table = include_str!("../../../data/reference/ks2_to_grade.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    reader.deserialize().filter_map(Result::ok).collect()
}

fn prior_bounds(rows: &[Row]) -> [f64; NO_PRIOR] {
    let mut cohort = [0.0; NO_PRIOR];
    for row in rows.iter().filter(|row| row.subject == "maths" && row.group() != NO_PRIOR) {
        cohort[row.group()] += row.pupils / row.entered;
    }
    let total: f64 = cohort.iter().sum();
    let mut below = 0.0;
    cohort.map(|pupils| {
        let bound = if below > 0.0 { quantile(below / total) } else { f64::NEG_INFINITY };
        below += pupils;
        bound
    })
}

fn table(subject: Subject, rows: &[Row]) -> SubjectTable {
    if subject.qualification == Qualification::Level12 {
        return vocational(subject);
    }
    let own: Vec<&Row> = rows.iter().filter(|row| row.subject == subject.slug).collect();
    let mut entered = [0.0; GROUPS];
    for row in &own {
        entered[row.group()] = row.entered;
    }
    let shares: Vec<Vec<(&str, f64)>> = (0..GROUPS)
        .map(|group| {
            let of_group = own.iter().filter(|row| row.group() == group);
            let shares: Vec<_> = of_group.map(|row| (row.grade.as_str(), row.pupils)).collect();
            // Nobody of the group took it: whoever does here is graded like everyone.
            let everyone = || own.iter().map(|row| (row.grade.as_str(), row.pupils)).collect::<Vec<_>>();
            if shares.is_empty() { merged(&everyone()) } else { shares }
        })
        .collect();
    let numbers = std::array::from_fn(|group| Ladder::new(subject.qualification, &shares[group]));
    let letters = match subject.qualification {
        Qualification::Gcse => shares.iter().map(|shares| Ladder::new(Qualification::Gcse, &legacy(shares))).collect(),
        _ => Vec::new(),
    };
    SubjectTable { subject, entered, numbers, letters }
}

/// Shares of grades that stand several times, worst grade first.
fn merged<'a>(shares: &[(&'a str, f64)]) -> Vec<(&'a str, f64)> {
    let sum = |grade: &str| shares.iter().filter(|(word, _)| *word == grade).map(|(_, share)| share).sum();
    let all = Grade::all().iter().filter(|grade| grade.qualification == Qualification::Gcse);
    let mut words: Vec<&'a str> = Vec::new();
    for grade in all {
        words.extend(shares.iter().map(|(word, _)| *word).find(|word| *word == grade.grade));
    }
    words.into_iter().map(|word| (word, sum(word))).collect()
}

/// The letters that pupils with these numbers would have had.
fn legacy(shares: &[(&str, f64)]) -> [(&'static str, f64); 9] {
    let of = |word: &str| shares.iter().find(|(grade, _)| *grade == word).map_or(0.0, |(_, share)| *share);
    [
        ("U", of("U")),
        ("G", 0.5 * of("1")),
        ("F", 0.5 * of("1")),
        ("E", of("2")),
        ("D", of("3")),
        ("C", of("4") + 0.3 * of("5")),
        ("B", 0.7 * of("5") + of("6")),
        ("A", of("7")),
        ("A*", of("8") + of("9")),
    ]
}

/// Vocational awards have no table: the lower half of prior attainment takes them more, and does worse.
fn vocational(subject: Subject) -> SubjectTable {
    const APPEAL: [f64; GROUPS] = [0.5, 1.1, 1.45, 1.5, 1.4, 1.25, 1.1, 0.9, 0.65, 0.4, 0.2, 0.9];
    const SHARES: [(&str, f64); 8] = [
        ("U", 3.0),
        ("L1P", 8.0),
        ("L1M", 11.0),
        ("L1D", 14.0),
        ("L2P", 27.0),
        ("L2M", 21.0),
        ("L2D", 12.0),
        ("L2D*", 4.0),
    ];
    let common = Ladder::new(Qualification::Level12, &SHARES);
    let numbers = std::array::from_fn(|group| {
        let steps = if group == NO_PRIOR { 0.0 } else { group as f64 - 4.5 };
        common.raised(0.22 * steps)
    });
    SubjectTable { subject, entered: APPEAL.map(|appeal| appeal * subject.popularity), numbers, letters: Vec::new() }
}
