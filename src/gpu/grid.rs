//! The nearest of many places, without looking at all of them.

use eframe::egui::Pos2;

use super::{Place, Span};

/// About how many places share a cell.
const PER_CELL: usize = 4;

/// Most cells on a side.
const MOST: usize = 1024;

/// Places in cells of equal size, in the units of a chart's axes.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    places: Vec<(f64, f64)>,
    span: Option<Span>,
    /// Cells on each side.
    side: usize,
    /// Where the places of each cell begin in `sorted`, row by row, and where the last one's end.
    begins: Vec<u32>,
    /// Numbers of the places, by cell.
    sorted: Vec<u32>,
}

impl Grid {
    /// Puts places into cells. What is not finite is never found.
    pub fn new(places: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let places: Vec<(f64, f64)> = places.into_iter().collect();
        let span = Span::of(places.iter().copied());
        let side = ((places.len() / PER_CELL) as f64).sqrt().ceil().clamp(1.0, MOST as f64) as usize;
        let finite = |(x, y): (f64, f64)| x.is_finite() && y.is_finite();
        let cells: Vec<Option<usize>> = places
            .iter()
            .map(|at| {
                let [x, y] = span.share(*at).map(|share| cell(share, side));
                finite(*at).then_some(y * side + x)
            })
            .collect();
        let mut begins = vec![0u32; side * side + 1];
        for nth in cells.iter().flatten() {
            begins[nth + 1] += 1;
        }
        for nth in 1..begins.len() {
            begins[nth] += begins[nth - 1];
        }
        let mut next = begins.clone();
        let mut sorted = vec![0u32; begins.last().map_or(0, |all| *all as usize)];
        for (number, nth) in cells.iter().enumerate().filter_map(|(number, nth)| Some((number, (*nth)?))) {
            sorted[next[nth] as usize] = number as u32;
            next[nth] += 1;
        }
        Self { places, span: Some(span), side, begins, sorted }
    }

    /// The number of the place that stands nearest on screen, if it is nearer than `radius` points: of those equally near,
    /// the first.
    pub fn nearest(&self, at: Pos2, radius: f32, place: &Place) -> Option<usize> {
        let span = self.span?;
        let corners = [at + eframe::egui::vec2(-radius, -radius), at + eframe::egui::vec2(radius, radius)];
        let [one, other] = corners.map(|corner| span.share(place.value(corner)));
        let cells = |axis: usize| {
            let (low, high) = (one[axis].min(other[axis]), one[axis].max(other[axis]));
            (high >= 0.0 && low <= 1.0).then(|| cell(low, self.side)..=cell(high, self.side))
        };
        let (columns, rows) = (cells(0)?, cells(1)?);
        let mut nearest: Option<(f32, u32)> = None;
        for row in rows {
            let first = self.begins[row * self.side + columns.start()] as usize;
            let end = self.begins[row * self.side + columns.end() + 1] as usize;
            for number in &self.sorted[first..end] {
                let distance = place.point(self.places[*number as usize]).distance_sq(at);
                let nearer = |(least, of): (f32, u32)| distance < least || (distance <= least && *number < of);
                if distance < radius * radius && nearest.is_none_or(nearer) {
                    nearest = Some((distance, *number));
                }
            }
        }
        nearest.map(|(_, number)| number as usize)
    }
}

/// The cell of a share; what is outside is in the outermost one.
fn cell(share: f32, side: usize) -> usize {
    ((share * side as f32).max(0.0) as usize).min(side - 1)
}
