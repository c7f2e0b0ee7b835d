//! What a group's intake explains of its difference from a comparator, and what is left.
//!
//! Direct standardisation: the comparator's mean in each cell of prior attainment, disadvantage, EAL, SEN and sex, weighted
//! by how many of the group's pupils are in the cell, is what the comparator would have with the group's intake. The
//! difference splits without a remainder into what the intake explains, and what is left.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
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

/// Draws that are added up side by side, so that none waits for its last sum.
const TOGETHER: usize = 4;

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

/// Schools drawn with replacement, [`DRAWS`] times: places among so many schools. The same in every run, so that they are made
/// once for all indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draws {
    schools: usize,
    places: Vec<u32>,
}

impl Draws {
    /// Draws of so many schools.
    pub fn of(schools: usize) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(SEED);
        // The bias of the remainder is below one in a hundred million.
        let place = |_| (dice.next_u64() % schools as u64) as u32;
        let places = if schools == 0 { Vec::new() } else { (0..DRAWS * schools).map(place).collect() };
        Self { schools, places }
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        4 * self.places.len()
    }
}

/// Splits the difference between a group and a comparator. `None` where one of them has no pupils. `draws` gives draws of so many
/// schools.
pub fn split(
    group: &[InSchool],
    comparator: &BTreeMap<CellCodes, Tally>,
    draws: impl Fn(usize) -> Arc<Draws>,
) -> Option<Split> {
    let standard = Standard::of(comparator);
    let all = standard.all.mean()?;
    let mut means: HashMap<CellCodes, (f64, bool)> = HashMap::new();
    let mut schools: BTreeMap<i32, Sums> = BTreeMap::new();
    let mut merged = 0;
    // Mostly a school's cells stand together.
    for of_school in group.chunk_by(|a, b| a.school == b.school) {
        let mut sums = Sums::default();
        for InSchool { cell, tally, .. } in of_school {
            let (mean, whole) = match means.get(cell) {
                Some(known) => *known,
                None => *means.entry(*cell).or_insert(standard.mean(cell)?),
            };
            sums.n += tally.n as f64;
            sums.own += tally.sum as f64;
            sums.expected += tally.n as f64 * mean;
            merged += if whole { 0 } else { tally.n };
        }
        let school = of_school.first().map_or(0, |of| of.school);
        schools.entry(school).and_modify(|known| *known = known.and(&sums)).or_insert(sums);
    }
    let schools: Vec<Sums> = schools.into_values().filter(|sums| sums.n > 0.0).collect();
    let together = schools.iter().fold(Sums::default(), Sums::and);
    if together.n <= 0.0 {
        return None;
    }
    let (own, expected) = together.means();
    let enough = schools.len() >= LEAST_SCHOOLS;
    let (left_interval, intake_interval) = enough.then(|| drawn(&schools, all, &draws(schools.len()))).unzip();
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

/// The comparator's cells in order: those with the same first characteristics stand together.
struct Standard {
    cells: Vec<CellCodes>,
    tallies: Vec<Tally>,
    all: Tally,
}

impl Standard {
    fn of(cells: &BTreeMap<CellCodes, Tally>) -> Self {
        let tallies: Vec<Tally> = cells.values().copied().collect();
        Self { cells: cells.keys().copied().collect(), all: sum(&tallies), tallies }
    }

    /// The tally of the cells that have the first characteristics of a cell.
    fn alike(&self, count: usize, cell: &CellCodes) -> Tally {
        let from = self.cells.partition_point(|of| of[..count] < cell[..count]);
        let to = from + self.cells[from..].partition_point(|of| of[..count] == cell[..count]);
        sum(&self.tallies[from..to])
    }

    /// The mean of a cell, or of the smallest merged cell that is large enough; and whether it is the cell itself.
    fn mean(&self, cell: &CellCodes) -> Option<(f64, bool)> {
        let large = |count: usize| Some((count, self.alike(count, cell))).filter(|(_, of)| of.n >= LEAST_IN_CELL);
        let (count, tally) = (1..=cell.len()).rev().find_map(large).unwrap_or((0, self.all));
        Some((tally.mean()?, count == cell.len()))
    }
}

fn sum(tallies: &[Tally]) -> Tally {
    let mut sum = Tally::default();
    tallies.iter().for_each(|tally| sum += *tally);
    sum
}

/// 95 % intervals of what is left and of what the intake explains, from schools drawn with replacement.
fn drawn(schools: &[Sums], comparator: f64, draws: &Draws) -> (Interval, Interval) {
    debug_assert_eq!(schools.len(), draws.schools, "draws of these schools");
    let (mut left, mut intake) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for places in draws.places.chunks(TOGETHER * schools.len()) {
        let draws: Vec<&[u32]> = places.chunks(schools.len()).collect();
        let mut together = [Sums::default(); TOGETHER];
        for nth in 0..schools.len() {
            for (sums, draw) in together.iter_mut().zip(&draws) {
                *sums = sums.and(&schools[draw[nth] as usize]);
            }
        }
        for (own, expected) in together.iter().take(draws.len()).map(Sums::means) {
            left.push(own - expected);
            intake.push(expected - comparator);
        }
    }
    (percentiles(left), percentiles(intake))
}

/// The middle 95 %.
fn percentiles(mut values: Vec<f64>) -> Interval {
    let last = values.len().saturating_sub(1);
    let mut at = |share: f64| *values.select_nth_unstable_by((last as f64 * share).round() as usize, f64::total_cmp).1;
    Interval { lower: at(0.025), upper: at(0.975) }
}
