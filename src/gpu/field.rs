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
        let cells = smoothed(&smoothed(&cells, sigma[0], 1), sigma[1], SIDE);
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

/// A Gaussian along one axis, of which `step` is the way from a cell to the next.
fn smoothed(cells: &[f32], sigma: f32, step: usize) -> Vec<f32> {
    let reach = reach(sigma);
    let shares: Vec<f32> = (-reach..=reach).map(|nth| (-0.5 * (nth as f32 / sigma).powi(2)).exp()).collect();
    let whole: f32 = shares.iter().sum();
    let shares: Vec<f32> = shares.into_iter().map(|share| share / whole).collect();
    let reach = reach as usize;
    let mut sums = vec![0.0; cells.len()];
    // The innermost loop goes along memory, several cells at a time.
    for (row, out) in sums.chunks_exact_mut(SIDE).enumerate() {
        if step == 1 {
            let values = &cells[row * SIDE..][..SIDE];
            for (nth, share) in shares.iter().enumerate() {
                // From the cell that is so far to the left, or to the right.
                let (left, right) = (reach.saturating_sub(nth), nth.saturating_sub(reach));
                let values = &values[right..SIDE - left];
                for (sum, value) in out[left..SIDE - right].iter_mut().zip(values) {
                    *sum += share * value;
                }
            }
        } else {
            for from in row.saturating_sub(reach)..=(row + reach).min(SIDE - 1) {
                let share = shares[from + reach - row];
                for (sum, value) in out.iter_mut().zip(&cells[from * SIDE..][..SIDE]) {
                    *sum += share * value;
                }
            }
        }
    }
    sums
}
