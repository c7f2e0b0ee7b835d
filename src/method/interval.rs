//! How sure a figure is: 95 % intervals, and whether a figure differs from its comparator.

use super::Tally;

/// Two-sided 95 % point of the standard normal distribution, as the DfE uses it for published intervals of means.
pub const Z95: f64 = 1.96;

/// The same point to full precision, for the Wilson interval.
pub const Z95_EXACT: f64 = 1.959_963_984_540_054;

/// An interval that holds the true figure in 95 of 100 such samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl Interval {
    /// Interval of a mean of `n` pupils: mean ± 1.96 × national standard deviation / √n (DfE secondary accountability
    /// guide). `None` without pupils.
    pub fn of_mean(mean: f64, national_sd: f64, n: i64) -> Option<Self> {
        let half = Z95 * national_sd / (n as f64).sqrt();
        (n > 0).then_some(Self { lower: mean - half, upper: mean + half })
    }

    /// Interval of a share, 0 to 1 (Wilson 1927, without continuity correction). `tally.sum` is the number of hits.
    /// `None` without pupils.
    pub fn of_share(tally: Tally) -> Option<Self> {
        let p = tally.mean()?;
        let n = tally.n as f64;
        let z2 = Z95_EXACT * Z95_EXACT;
        let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z95_EXACT / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        // The bounds of none and of all are exact, whatever the rounding: the share lies in its own interval.
        let lower = if tally.sum == 0 { 0.0 } else { (centre - half).max(0.0) };
        let upper = if tally.sum == tally.n { 1.0 } else { (centre + half).min(1.0) };
        Some(Self { lower, upper })
    }

    /// Where the whole interval lies against a comparator.
    pub fn against(&self, comparator: f64) -> Significance {
        if self.lower > comparator {
            Significance::Above
        } else if self.upper < comparator {
            Significance::Below
        } else {
            Significance::NotDifferent
        }
    }
}

/// Whether a figure differs from its comparator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Significance {
    /// The whole interval is above the comparator.
    Above,
    /// The interval holds the comparator.
    NotDifferent,
    /// The whole interval is below the comparator.
    Below,
}

impl Significance {
    /// The word in files: `above`, `not different`, `below`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::NotDifferent => "not different",
            Self::Below => "below",
        }
    }
}
