//! How densely points lie, in cells: what the graphics card works out by itself, worked out without it.

/// Cells on each side.
pub(super) const SIDE: usize = 256;

/// A Gaussian is taken this many standard deviations out, but not over more cells than the second number.
const REACH: (f32, f32) = (3.0, 64.0);

/// Density by cell, row by row from the lowest.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub cells: Vec<f32>,
    /// The highest density of a cell.
    pub peak: f32,
}

impl Field {
    /// Points with their weights, from 0 to 1 over the field, spread by standard deviations in cells.
    pub fn of(points: &[([f32; 2], f32)], sigma: [f32; 2]) -> Self {
        let cells = spread(points);
        let cells = smoothed_up(&smoothed_across(&cells, sigma[0]), sigma[1]);
        let peak = cells.iter().copied().fold(0.0, f32::max);
        Self { cells, peak }
    }
}

/// Adds each point to the four cells around it.
pub(super) fn spread(points: &[([f32; 2], f32)]) -> Vec<f32> {
    let mut cells = vec![0.0; SIDE * SIDE];
    for ([x, y], weight) in points {
        let place = [x, y].map(|share| share * SIDE as f32 - 0.5);
        let [left, low] = place.map(f32::floor);
        let [across, up] = [place[0] - left, place[1] - low];
        for (column, row, share) in [
            (left, low, (1.0 - across) * (1.0 - up)),
            (left + 1.0, low, across * (1.0 - up)),
            (left, low + 1.0, (1.0 - across) * up),
            (left + 1.0, low + 1.0, across * up),
        ] {
            let inside = |cell: f32| (0.0..SIDE as f32).contains(&cell);
            if inside(column) && inside(row) {
                cells[row as usize * SIDE + column as usize] += weight * share;
            }
        }
    }
    cells
}

/// How many cells out a Gaussian is taken.
pub(super) fn reach(sigma: f32) -> i32 {
    (sigma * REACH.0).ceil().clamp(1.0, REACH.1) as i32
}

/// The shares of a Gaussian, from the farthest cell on one side to that on the other.
fn gaussian(sigma: f32) -> Vec<f32> {
    let reach = reach(sigma);
    let shares: Vec<f32> = (-reach..=reach).map(|nth| (-0.5 * (nth as f32 / sigma).powi(2)).exp()).collect();
    let whole: f32 = shares.iter().sum();
    shares.into_iter().map(|share| share / whole).collect()
}

/// A Gaussian along the rows. Most cells are empty before it: each that is not is spread over its neighbours.
fn smoothed_across(cells: &[f32], sigma: f32) -> Vec<f32> {
    let shares = gaussian(sigma);
    let reach = shares.len() / 2;
    let mut sums = vec![0.0; cells.len()];
    for (values, out) in cells.chunks_exact(SIDE).zip(sums.chunks_exact_mut(SIDE)) {
        for (column, value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let (first, end) = (column.saturating_sub(reach), (column + reach + 1).min(SIDE));
            let shares = &shares[first + reach - column..];
            out[first..end].iter_mut().zip(shares).for_each(|(sum, share)| *sum += value * share);
        }
    }
    sums
}

/// A Gaussian along the columns.
fn smoothed_up(cells: &[f32], sigma: f32) -> Vec<f32> {
    let shares = gaussian(sigma);
    let reach = shares.len() / 2;
    // Rows beyond the outermost points are empty.
    let rows: Vec<&[f32]> = cells.chunks_exact(SIDE).collect();
    let is_empty: Vec<bool> = rows.iter().map(|row| row.iter().all(|value| *value == 0.0)).collect();
    let mut sums = vec![0.0; cells.len()];
    for (row, out) in sums.chunks_exact_mut(SIDE).enumerate() {
        let near = row.saturating_sub(reach)..=(row + reach).min(SIDE - 1);
        for from in near.filter(|from| !is_empty[*from]) {
            let share = shares[from + reach - row];
            out.iter_mut().zip(rows[from]).for_each(|(sum, value)| *sum += share * value);
        }
    }
    sums
}
