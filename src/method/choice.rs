//! The choice among ways to hide: of each cell one, together the least.

use hashbrown::HashMap;

/// What a way to hide costs: places of the table, and the pupils there.
pub type Cost = Vec<(u64, i64)>;

/// By cell the way that is taken, so that the fewest pupils are hidden in all; a place that several ways hide counts once.
///
/// Branch and bound, the cheapest way of each cell first: the first choice found is that cell by cell, and after
/// `most_steps` the best one so far is taken. Nothing for no cells, or where a cell has no way.
pub fn least(cells: &[Vec<Cost>], most_steps: usize) -> Vec<usize> {
    // Places are numbered, so that thousands of steps look them up in a list.
    let mut numbers: HashMap<u64, usize> = HashMap::new();
    let mut numbered = |(place, n): &(u64, i64)| {
        let next = numbers.len();
        (*numbers.entry(*place).or_insert(next), *n)
    };
    let mut way = |way: &Cost| way.iter().map(&mut numbered).collect();
    let cells: Vec<Vec<Way>> = cells.iter().map(|ways| ways.iter().map(&mut way).collect()).collect();
    let orders = cells.iter().map(|ways| Vec::with_capacity(ways.len())).collect();
    let hidden = vec![0; numbers.len()];
    let mut search = Search { cells: &cells, hidden, orders, chosen: Vec::new(), best: None, steps_left: most_steps };
    search.go(0);
    search.best.map(|(_, chosen)| chosen).unwrap_or_default()
}

/// Numbers of places, and the pupils there.
type Way = Vec<(usize, i64)>;

struct Search<'c> {
    cells: &'c [Vec<Way>],
    /// By place how many of the ways that are chosen hide it.
    hidden: Vec<u32>,
    /// By cell its ways with what each costs more, to spare allocations.
    orders: Vec<Vec<(i64, usize)>>,
    chosen: Vec<usize>,
    best: Option<(i64, Vec<usize>)>,
    steps_left: usize,
}

impl Search<'_> {
    fn go(&mut self, cost: i64) {
        self.steps_left = self.steps_left.saturating_sub(1);
        let nth_cell = self.chosen.len();
        let Some(ways) = self.cells.get(nth_cell) else {
            if self.best.as_ref().is_none_or(|(least, _)| cost < *least) {
                self.best = Some((cost, self.chosen.clone()));
            }
            return;
        };
        let mut order = std::mem::take(&mut self.orders[nth_cell]);
        order.clear();
        let visible = |(place, n): &(usize, i64)| if self.hidden[*place] > 0 { 0 } else { *n };
        order.extend(ways.iter().enumerate().map(|(nth, way)| (way.iter().map(visible).sum::<i64>(), nth)));
        order.sort_unstable();
        for (more, nth) in &order {
            let beaten = |(least, _): &(i64, _)| cost + more >= *least || self.steps_left == 0;
            if self.best.as_ref().is_some_and(beaten) {
                break;
            }
            for (place, _) in &ways[*nth] {
                self.hidden[*place] += 1;
            }
            self.chosen.push(*nth);
            self.go(cost + more);
            self.chosen.pop();
            for (place, _) in &ways[*nth] {
                self.hidden[*place] -= 1;
            }
        }
        self.orders[nth_cell] = order;
    }
}
