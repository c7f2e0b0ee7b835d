//! The value below which a share of others lies.

/// The quantile of values in order, by linear interpolation between the two nearest (Hyndman and Fan 1996, type 7, as
/// in R and spreadsheets). `share` is 0 to 1: a half gives the median. `None` without values.
pub fn of_sorted(values: &[f64], share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let at = share.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    Some(values[below] + (values[above] - values[below]) * at.fract())
}

/// The median of values in any order. `None` without values.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    of_sorted(&values, 0.5)
}
