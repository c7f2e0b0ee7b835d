//! Cells that tell pupils apart more or less finely: column by column, those of one school, subject and year together.

use std::ops::Range;
use std::sync::Arc;

use super::NOT_THERE;
use crate::model::{Characteristic, Profile};

/// Cells of all runs, one run after the other.
#[derive(Debug)]
pub(super) struct Grain {
    /// The bits of a profile that are told apart; the others are 0.
    pub told: i32,
    /// By run, the cell after its last one.
    pub ends: Vec<u32>,
    /// The characteristics of the pupils of each cell.
    pub profiles: Vec<i32>,
    /// Numbers, sums and sums of squares, by cell.
    pub sums: Vec<Arc<Column>>,
}

/// Whole numbers, narrow where they fit.
#[derive(Debug)]
pub(super) enum Column {
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
}

impl From<Vec<i64>> for Column {
    fn from(wide: Vec<i64>) -> Self {
        let narrow: Result<Vec<i32>, _> = wide.iter().map(|value| i32::try_from(*value)).collect();
        narrow.map_or(Self::Wide(wide), Self::Narrow)
    }
}

impl Column {
    /// The same of coarser cells: so many, and into which each goes.
    fn coarser(&self, cells: usize, into: &[u32]) -> Self {
        let mut sums = vec![0; cells];
        match self {
            Self::Narrow(values) => values.iter().zip(into).for_each(|(of, nth)| sums[*nth as usize] += i64::from(*of)),
            Self::Wide(values) => values.iter().zip(into).for_each(|(of, nth)| sums[*nth as usize] += of),
        }
        Self::from(sums)
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Narrow(values) => 4 * values.len(),
            Self::Wide(values) => 8 * values.len(),
        }
    }
}

impl Grain {
    /// The cells of each run.
    pub fn runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start..*end)
    }

    /// The same with pupils told apart by these bits only.
    pub fn coarser(&self, told: i32) -> Self {
        let told = told & Profile::COMMON;
        let (mut ends, mut profiles) = (Vec::with_capacity(self.ends.len()), Vec::new());
        let mut into = Vec::with_capacity(self.profiles.len());
        // By profile its cell in the run.
        let mut cells = vec![NOT_THERE; Profile::COMMON as usize + 1];
        for run in self.runs() {
            let first = profiles.len();
            for profile in &self.profiles[run.start as usize..run.end as usize] {
                let profile = profile & told;
                let cell = &mut cells[profile as usize];
                if *cell == NOT_THERE {
                    *cell = profiles.len() as u32;
                    profiles.push(profile);
                }
                into.push(*cell);
            }
            profiles[first..].iter().for_each(|profile| cells[*profile as usize] = NOT_THERE);
            ends.push(profiles.len() as u32);
        }
        let sums = self.sums.iter().map(|column| Arc::new(column.coarser(profiles.len(), &into))).collect();
        Self { told, ends, profiles, sums }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let sums: usize = self.sums.iter().map(|column| column.bytes()).sum();
        sums + 4 * (self.ends.len() + self.profiles.len())
    }
}

/// The bits of no characteristic, of each common one, and of every two.
pub(super) fn coarse() -> impl Iterator<Item = i32> {
    let common = Characteristic::ALL.into_iter().filter(|of| of.is_common()).map(Characteristic::bits);
    let common: Vec<i32> = common.collect();
    let pairs: Vec<i32> =
        (1..common.len()).flat_map(|b| common[..b].iter().map(move |a| (a, b))).map(|(a, b)| a | common[b]).collect();
    std::iter::once(0).chain(common).chain(pairs)
}
