//! What pupils of England with the same prior attainment reach: the tables from which Progress 8 and value added are made.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{KeyStage, Profile, Subject, Year, grade};

/// How many prior-attainment groups (PAG) Progress 8 has.
pub const PAGS: u8 = 34;

/// Average Attainment 8 and its elements of the pupils of England in one prior-attainment group, in points.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Estimate {
    year: i32,
    pag: u8,
    pub att8: f64,
    pub english: f64,
    pub maths: f64,
    pub ebacc: f64,
    pub open: f64,
}

static ESTIMATES: LazyLock<BTreeMap<(i32, u8), Estimate>> = LazyLock::new(|| {
    let rows: Vec<Estimate> = grade::compiled_in(include_str!("../../data/reference/progress8.csv"));
    rows.into_iter().map(|row| ((row.year, row.pag), row)).collect()
});

impl Estimate {
    /// The estimate of a prior-attainment group (1 to 34) in a year; `None` for years whose averages do not come with the
    /// program. Source: DfE national averages, 2022 to 2024.
    pub fn of(year: Year, pag: u8) -> Option<Self> {
        ESTIMATES.get(&(year.ending(), pag)).copied()
    }

    /// Whether there are averages of a year.
    pub fn is_there(year: Year) -> bool {
        Self::of(year, 1).is_some()
    }
}

/// What the pupils of one prior-attainment group reached in a subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedPoints {
    pub year: Year,
    pub subject: Subject,
    /// The group's code in a profile ([`Profile::prior_group`]).
    pub group: u8,
    /// Pupils with a grade.
    pub n: i64,
    /// Mean points.
    pub mean: f64,
    /// Standard deviation of the points.
    pub sd: f64,
}

#[derive(Deserialize)]
struct Row {
    year: i32,
    subject: String,
    group: String,
    n: i64,
    mean: f64,
    sd: f64,
}

static EXPECTED: LazyLock<Vec<ExpectedPoints>> = LazyLock::new(|| {
    let rows: Vec<Row> = grade::compiled_in(include_str!("../../data/reference/expected_points.csv"));
    let known = |row: Row| {
        // Groups are named by their lower bound; the lowest has none.
        let score = row.group.parse().unwrap_or(0.0) * 100.0;
        Some(ExpectedPoints {
            year: Year::new(row.year)?,
            subject: Subject::from_word(KeyStage::Ks4, &row.subject).ok()?,
            group: Profile::default().with_prior(Some(score as i32)).prior_group(),
            n: row.n,
            mean: row.mean,
            sd: row.sd,
        })
    };
    rows.into_iter().filter_map(known).collect()
});

impl ExpectedPoints {
    /// The national tables that come with the program: GCSEs of 2022 to 2024. Source: DfE transition matrices.
    pub fn national() -> &'static [Self] {
        &EXPECTED
    }

    /// The years of the national tables.
    pub fn years() -> impl Iterator<Item = Year> {
        let mut years: Vec<Year> = EXPECTED.iter().map(|row| row.year).collect();
        years.dedup();
        years.into_iter()
    }

    /// National standard deviation of value added in a subject, in points: that of the points within the groups.
    pub fn spread(year: Year, subject: Subject) -> Option<f64> {
        let rows = || EXPECTED.iter().filter(|row| row.year == year && row.subject == subject);
        let n: i64 = rows().map(|row| row.n).sum();
        let within: f64 = rows().map(|row| row.n as f64 * row.sd * row.sd).sum();
        (n > 0).then(|| (within / n as f64).sqrt())
    }
}
