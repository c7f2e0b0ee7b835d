//! What a group's intake explains of its difference from a comparator, and what is left.
//!
//! Direct standardisation: the comparator's mean in each cell of prior attainment, disadvantage, EAL, SEN and sex, weighted
//! by how many of the group's pupils are in the cell, is what the comparator would have with the group's intake. The
//! difference splits without a remainder into what the intake explains, and what is left.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::Tally;
use super::interval::Interval;
use crate::model::Characteristic;

/// The characteristics of a cell. Where a cell is too small in the comparator the last goes first.
pub const CHARACTERISTICS: [Characteristic; 5] = [
    Characteristic::Prior,
    Characteristic::Disadvantaged,
    Characteristic::Eal,
    Characteristic::Sen,
    Characteristic::Sex,
];

/// A cell of the comparator with fewer pupils than this is merged with those that differ in the last characteristic only;
/// then in the last two, and so on.
pub const LEAST_IN_CELL: i64 = 30;

/// Fewer schools than this have no interval: there is too little to draw samples from.
pub const LEAST_SCHOOLS: usize = 5;

/// How often schools are drawn for the interval.
pub const DRAWS: usize = 2_000;

/// Draws are the same in every run.
const SEED: u64 = 20_260_101;

/// Codes of [`CHARACTERISTICS`].
pub type CellCodes = [i32; 5];

/// Pupils of one school in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InSchool {
    pub school: i32,
    pub cell: CellCodes,
    pub tally: Tally,
}

/// A difference from the comparator, split. In the units of the tallies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Pupils of the group.
    pub n: i64,
    pub own: f64,
    pub comparator: f64,
    /// What the comparator would have with the group's intake.
    pub expected: f64,
    /// 95 % interval of what is left, from schools drawn with replacement (Efron 1979, percentiles); `None` for few schools.
    pub left_interval: Option<Interval>,
    /// The same of what the intake explains.
    pub intake_interval: Option<Interval>,
    /// Share of the group's pupils, 0 to 1, whose cell was merged with others.
    pub merged: f64,
}

impl Split {
    /// The whole difference.
    pub fn gap(&self) -> f64 {
        self.own - self.comparator
    }

    /// What of it the intake explains.
    pub fn intake(&self) -> f64 {
        self.expected - self.comparator
    }

    /// What is left.
    pub fn left(&self) -> f64 {
        self.own - self.expected
    }
}

/// Splits the difference between a group and a comparator. `None` where one of them has no pupils.
pub fn split(group: &[InSchool], comparator: &BTreeMap<CellCodes, Tally>) -> Option<Split> {
    let standard = Standard::of(comparator);
    let all = standard.mean_of(&[])?;
    let mut schools: BTreeMap<i32, Sums> = BTreeMap::new();
    let mut merged = 0;
    for InSchool { school, cell, tally } in group {
        let (mean, whole) = standard.mean(cell)?;
        let sums = schools.entry(*school).or_default();
        sums.n += tally.n as f64;
        sums.own += tally.sum as f64;
        sums.expected += tally.n as f64 * mean;
        merged += if whole { 0 } else { tally.n };
    }
    let schools: Vec<Sums> = schools.into_values().filter(|sums| sums.n > 0.0).collect();
    let together = schools.iter().fold(Sums::default(), Sums::and);
    if together.n <= 0.0 {
        return None;
    }
    let (own, expected) = together.means();
    let (left_interval, intake_interval) = drawn(&schools, all).unzip();
    let n = together.n as i64;
    let merged = merged as f64 / together.n;
    Some(Split { n, own, comparator: all, expected, left_interval, intake_interval, merged })
}

/// Sums over pupils of a school, or of several.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: f64,
    own: f64,
    expected: f64,
}

impl Sums {
    fn and(self, other: &Self) -> Self {
        Self { n: self.n + other.n, own: self.own + other.own, expected: self.expected + other.expected }
    }

    fn means(&self) -> (f64, f64) {
        (self.own / self.n, self.expected / self.n)
    }
}

/// The comparator's means by the first characteristics of a cell, from none to all of them.
struct Standard {
    by_first: BTreeMap<Vec<i32>, Tally>,
}

impl Standard {
    fn of(cells: &BTreeMap<CellCodes, Tally>) -> Self {
        let mut by_first: BTreeMap<Vec<i32>, Tally> = BTreeMap::new();
        for (cell, tally) in cells {
            for count in 0..=cell.len() {
                *by_first.entry(cell[..count].to_vec()).or_default() += *tally;
            }
        }
        Self { by_first }
    }

    fn mean_of(&self, first: &[i32]) -> Option<f64> {
        self.by_first.get(first).and_then(Tally::mean)
    }

    /// The mean of a cell, or of the smallest merged cell that is large enough; and whether it is the cell itself.
    fn mean(&self, cell: &CellCodes) -> Option<(f64, bool)> {
        let enough = |count: &usize| {
            let known = self.by_first.get(&cell[..*count]);
            *count == 0 || known.is_some_and(|tally| tally.n >= LEAST_IN_CELL)
        };
        let count = (0..=cell.len()).rev().find(enough)?;
        Some((self.mean_of(&cell[..count])?, count == cell.len()))
    }
}

/// 95 % intervals of what is left and of what the intake explains, from schools drawn with replacement.
fn drawn(schools: &[Sums], comparator: f64) -> Option<(Interval, Interval)> {
    if schools.len() < LEAST_SCHOOLS {
        return None;
    }
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let (mut left, mut intake) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let mut together = Sums::default();
        for _ in 0..schools.len() {
            // The bias of the remainder is below one in a hundred million.
            let nth = (dice.next_u64() % schools.len() as u64) as usize;
            together = together.and(&schools[nth]);
        }
        let (own, expected) = together.means();
        left.push(own - expected);
        intake.push(expected - comparator);
    }
    Some((percentiles(left), percentiles(intake)))
}

/// The middle 95 %.
fn percentiles(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    Interval { lower: at(0.025), upper: at(0.975) }
}
