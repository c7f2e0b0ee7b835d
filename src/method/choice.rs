//! The choice among ways to hide: of each cell one, together the least.

use hashbrown::HashMap;

/// What a way to hide costs: places of the table, and the pupils there.
pub type Cost = Vec<(u64, i64)>;

/// By cell the way that is taken, so that the fewest pupils are hidden in all; a place that several ways hide counts once.
///
/// Branch and bound, the cheapest way of each cell first: the first choice found is that cell by cell, and after
/// `most_steps` the best one so far is taken. Nothing for no cells, or where a cell has no way.
pub fn least(cells: &[Vec<Cost>], most_steps: usize) -> Vec<usize> {
    let mut search = Search { cells, hidden: HashMap::new(), chosen: Vec::new(), best: None, steps_left: most_steps };
    search.go(0);
    search.best.map(|(_, chosen)| chosen).unwrap_or_default()
}

struct Search<'c> {
    cells: &'c [Vec<Cost>],
    /// How many of the ways that are chosen hide a place.
    hidden: HashMap<u64, u32>,
    chosen: Vec<usize>,
    best: Option<(i64, Vec<usize>)>,
    steps_left: usize,
}

impl Search<'_> {
    fn go(&mut self, cost: i64) {
        self.steps_left = self.steps_left.saturating_sub(1);
        let Some(ways) = self.cells.get(self.chosen.len()) else {
            if self.best.as_ref().is_none_or(|(least, _)| cost < *least) {
                self.best = Some((cost, self.chosen.clone()));
            }
            return;
        };
        let visible = |(place, n): &(u64, i64)| if self.hidden.contains_key(place) { 0 } else { *n };
        let mut order: Vec<(i64, usize)> =
            ways.iter().enumerate().map(|(nth, way)| (way.iter().map(visible).sum(), nth)).collect();
        order.sort_unstable();
        for (more, nth) in order {
            let beaten = |(least, _): &(i64, _)| cost + more >= *least || self.steps_left == 0;
            if self.best.as_ref().is_some_and(beaten) {
                return;
            }
            for (place, _) in &ways[nth] {
                *self.hidden.entry(*place).or_default() += 1;
            }
            self.chosen.push(nth);
            self.go(cost + more);
            self.chosen.pop();
            for (place, _) in &ways[nth] {
                if let Some(count) = self.hidden.get_mut(place) {
                    *count -= 1;
                    if *count == 0 {
                        self.hidden.remove(place);
                    }
                }
            }
        }
    }
}
