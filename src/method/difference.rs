//! Whether two groups differ: differences with intervals, p-values, and many comparisons at once.

use super::Tally;
use super::interval::{Interval, Z95, Z95_EXACT};

/// Difference of two independent shares, 0 to 1, with its 95 % interval (Newcombe 1998, method 10: from the Wilson interval
/// of each). `None` where one of them has no pupils.
pub fn of_shares(a: Tally, b: Tally) -> Option<Interval> {
    let (p, q) = (a.mean()?, b.mean()?);
    let (of_a, of_b) = (Interval::of_share(a)?, Interval::of_share(b)?);
    let below = ((p - of_a.lower).powi(2) + (of_b.upper - q).powi(2)).sqrt();
    let above = ((of_a.upper - p).powi(2) + (q - of_b.lower).powi(2)).sqrt();
    Some(Interval { lower: p - q - below, upper: p - q + above })
}

/// Difference of two independent means with its 95 % interval, as two-sample z with a standard deviation for each. `None`
/// where one of them has no pupils.
pub fn of_means(a: (f64, f64, i64), b: (f64, f64, i64)) -> Option<Interval> {
    let error = error_of_means(a.1, a.2, b.1, b.2)?;
    let difference = a.0 - b.0;
    Some(Interval { lower: difference - Z95 * error, upper: difference + Z95 * error })
}

/// Difference of two independent figures with its 95 % interval, from the interval of each (Zou and Donner 2008): Newcombe's
/// for shares, two-sample z for means.
pub fn of_figures(a: (f64, Interval), b: (f64, Interval)) -> Interval {
    let ((a, of_a), (b, of_b)) = (a, b);
    let below = f64::hypot(a - of_a.lower, of_b.upper - b);
    let above = f64::hypot(of_a.upper - a, b - of_b.lower);
    Interval { lower: a - b - below, upper: a - b + above }
}

/// Standard error of the difference of two independent means.
pub fn error_of_means(sd: f64, n: i64, other_sd: f64, other_n: i64) -> Option<f64> {
    (n > 0 && other_n > 0).then(|| (sd * sd / n as f64 + other_sd * other_sd / other_n as f64).sqrt())
}

/// Standard error of a share of `n` pupils if the true share, 0 to 1, is `expected`.
pub fn error_of_share(expected: f64, n: i64) -> Option<f64> {
    (n > 0).then(|| (expected * (1.0 - expected) / n as f64).max(0.0).sqrt())
}

/// Two-sided p-value of a difference that has this standard error: how often chance alone gives one as large. 1 where there
/// is no difference, 0 where there is one without any error.
pub fn p_value(difference: f64, standard_error: f64) -> f64 {
    if difference.abs() <= f64::EPSILON {
        return 1.0;
    }
    libm::erfc(difference.abs() / standard_error / std::f64::consts::SQRT_2)
}

/// Of how many comparisons made at once a share of at most this is expected to be false (false discovery rate).
pub const FALSE_DISCOVERIES: f64 = 0.05;

/// Which of many p-values are significant if at most [`FALSE_DISCOVERIES`] of those that are called so may be wrong
/// (Benjamini and Hochberg 1995): the largest p-value at or below its rank / count × rate, and all smaller ones.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let limit = |rank: usize| (rank + 1) as f64 / p_values.len() as f64 * FALSE_DISCOVERIES;
    let called = (0..order.len()).rev().find(|rank| p_values[order[*rank]] <= limit(*rank)).map_or(0, |rank| rank + 1);
    let mut significant = vec![false; p_values.len()];
    for place in &order[..called] {
        significant[*place] = true;
    }
    significant
}

/// Standard errors at which a funnel plot draws its limits: 95 % and 99.8 % (Spiegelhalter 2005).
pub const FUNNEL: [f64; 2] = [Z95_EXACT, 3.090_232_306_167_813];

/// Limits of a funnel plot at `n` pupils: the target and so many standard errors to both sides. Shares, 0 to 1, stay within
/// 0 and 1 if `error` is [`error_of_share`]. `None` without pupils.
pub fn funnel_limits(target: f64, sd: f64, n: i64, errors: f64) -> Option<Interval> {
    let half = errors * sd / (n as f64).sqrt();
    (n > 0).then_some(Interval { lower: target - half, upper: target + half })
}

/// Percentile rank of a value among others, 0 to 100: the share that lies below, and half of the share that ties (Roscoe
/// 1975). `None` where there are no others.
pub fn percentile_rank(value: f64, others: &[f64]) -> Option<f64> {
    let below = others.iter().filter(|other| **other < value).count() as f64;
    let ties = others.iter().filter(|other| other.total_cmp(&value).is_eq()).count() as f64;
    (!others.is_empty()).then(|| 100.0 * (below + ties / 2.0) / others.len() as f64)
}

/// The percentile rank among others that are in order from low to high, as [`percentile_rank`] has it: for many schools at once.
pub fn percentile_rank_in_order(value: f64, others: &[f64]) -> Option<f64> {
    let below = others.partition_point(|other| *other < value);
    let first = others.partition_point(|other| other.total_cmp(&value).is_lt());
    let behind = others.partition_point(|other| other.total_cmp(&value).is_le());
    let ties = (behind - first) as f64;
    (!others.is_empty()).then(|| 100.0 * (below as f64 + ties / 2.0) / others.len() as f64)
}

/// Weights of the years of a three-year rank, the most recent first.
pub const RANK_WEIGHTS: [f64; 3] = [3.0, 2.0, 1.0];

/// Percentile rank over up to three years, weighted 3 : 2 : 1 with the most recent first; a year without a rank is left out
/// and the others keep their proportions. `None` where there is none.
pub fn three_year_rank(ranks: [Option<f64>; 3]) -> Option<f64> {
    let known = || ranks.iter().zip(RANK_WEIGHTS).filter_map(|(rank, weight)| rank.map(|rank| (rank, weight)));
    let weights: f64 = known().map(|(_, weight)| weight).sum();
    (weights > 0.0).then(|| known().map(|(rank, weight)| rank * weight).sum::<f64>() / weights)
}
