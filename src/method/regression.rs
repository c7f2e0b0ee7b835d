//! A straight line through points, and how sure it is.

use super::interval::{Interval, Z95_EXACT};

/// A line through fewer points says nothing of how sure it is.
pub const FEWEST_POINTS: usize = 5;

/// A point that a line is drawn through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    /// How much it counts, in any unit: pupils, or 1 for all. Above 0.
    pub weight: f64,
}

/// The line of least squares: of all straight lines the one with the smallest sum of weight × distance², upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// How many points it goes through.
    pub points: usize,
    /// How much y rises for each 1 of x.
    pub slope: f64,
    /// Weighted means of x and y; the line goes through them.
    pub centre: (f64, f64),
    /// Share of the weighted variation of y that goes with x, 0 to 1; 0 where y does not vary.
    pub r_squared: f64,
    weights: f64,
    /// Sum of weight × (x − mean of x)².
    spread: f64,
    /// Variance of y around the line, of a point of weight 1.
    variance: f64,
}

impl Line {
    /// The line through points. The variance around it is Σ weight × distance² / (points − 2), so that a point's own is that
    /// divided by its weight, and only the proportions of the weights matter. `None` with fewer than [`FEWEST_POINTS`], or
    /// where all stand at the same x.
    pub fn through(points: &[Point]) -> Option<Self> {
        let counts =
            |point: &&Point| point.weight > 0.0 && [point.x, point.y, point.weight].iter().all(|v| v.is_finite());
        let points: Vec<&Point> = points.iter().filter(counts).collect();
        if points.len() < FEWEST_POINTS {
            return None;
        }
        let sum = |of: &dyn Fn(&Point) -> f64| points.iter().map(|point| point.weight * of(point)).sum::<f64>();
        let weights = sum(&|_| 1.0);
        let centre = (sum(&|point| point.x) / weights, sum(&|point| point.y) / weights);
        let spread = sum(&|point| (point.x - centre.0).powi(2));
        let of_y = sum(&|point| (point.y - centre.1).powi(2));
        let together = sum(&|point| (point.x - centre.0) * (point.y - centre.1));
        // What is left of equal numbers by rounding is no spread.
        if spread <= 1e-12 * weights * (1.0 + centre.0 * centre.0) {
            return None;
        }
        let slope = together / spread;
        let left = sum(&|point| (point.y - centre.1 - slope * (point.x - centre.0)).powi(2));
        let r_squared = if of_y > 0.0 { (1.0 - left / of_y).clamp(0.0, 1.0) } else { 0.0 };
        let variance = left / (points.len() - 2) as f64;
        Some(Self { points: points.len(), slope, centre, r_squared, weights, spread, variance })
    }

    /// The line's y at an x.
    pub fn at(&self, x: f64) -> f64 {
        self.centre.1 + self.slope * (x - self.centre.0)
    }

    /// The 95 % interval of the mean of y at an x: where the line may be, not where single points are.
    pub fn band(&self, x: f64) -> Interval {
        let error = (self.variance * (1.0 / self.weights + (x - self.centre.0).powi(2) / self.spread)).sqrt();
        around(self.at(x), self.t() * error)
    }

    /// The 95 % interval of the slope.
    pub fn slope_interval(&self) -> Interval {
        around(self.slope, self.t() * (self.variance / self.spread).sqrt())
    }

    fn t(&self) -> f64 {
        t95((self.points - 2) as f64)
    }
}

fn around(middle: f64, half: f64) -> Interval {
    Interval { lower: middle - half, upper: middle + half }
}

/// Two-sided 95 % point of Student's t distribution with so many degrees of freedom, by its expansion around the normal
/// distribution (Abramowitz and Stegun 26.7.5): from 3 degrees on within 0.004 of the tables.
pub fn t95(degrees: f64) -> f64 {
    let z = Z95_EXACT;
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
        (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1482.0 * z.powi(5) - 1920.0 * z.powi(3) - 945.0 * z) / 92_160.0,
    ];
    z + (1..).zip(terms).map(|(power, term)| term / degrees.powi(power)).sum::<f64>()
}
