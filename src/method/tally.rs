//! Tallies: the sums from which every figure is derived.

use std::ops::AddAssign;

/// Number, sum and sum of squares of some observations. Sums travel, pupils stay.
///
/// For a mean the observations are hundredths of points; for a share each is 0 or 1, so `sum` is the number of hits.
/// Whole numbers, so that adding them up in any order gives the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Number of observations: pupils or entries.
    pub n: i64,
    pub sum: i64,
    pub sum_of_squares: i64,
}

impl Tally {
    /// Mean of the observations; `None` when there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// Standard deviation of the observations, as of a whole population; `None` when there are none.
    pub fn standard_deviation(&self) -> Option<f64> {
        let n = i128::from(self.n);
        // n * sum of squares - square of the sum, exactly: no cancellation of nearly equal floats.
        let scaled = n * i128::from(self.sum_of_squares) - i128::from(self.sum) * i128::from(self.sum);
        (self.n > 0).then(|| (scaled.max(0) as f64).sqrt() / self.n as f64)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.sum_of_squares += other.sum_of_squares;
    }
}
