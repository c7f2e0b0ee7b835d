//! Lines along which a field has one value.

use super::field::{Field, SIDE};

/// An edge between two neighbouring cells: the cell, and whether the other is above it, else to its right.
type Edge = (usize, usize, bool);

/// The number of no edge.
const NONE: usize = usize::MAX;

/// The edges that lines cross, by number, in the order in which they are found.
#[derive(Default)]
struct Crossed {
    edges: Vec<Edge>,
    /// The numbers of the neighbours of each: one in each of the squares beside it.
    ways: Vec<[usize; 2]>,
}

impl Crossed {
    fn add(&mut self, edge: Edge) -> usize {
        self.edges.push(edge);
        self.ways.push([NONE; 2]);
        self.edges.len() - 1
    }

    fn join(&mut self, a: usize, b: usize) {
        for (from, to) in [(a, b), (b, a)] {
            if let Some(free) = self.ways[from].iter_mut().find(|way| **way == NONE) {
                *free = to;
            }
        }
    }

    /// The numbers of the edges of each line, from its beginning to its end; a closed one ends where it begins.
    fn lines(&self) -> Vec<Vec<usize>> {
        let mut lines = Vec::new();
        let mut taken = vec![false; self.edges.len()];
        // Open lines from their ends first, then the closed ones from anywhere.
        for only_ends in [true, false] {
            for begin in 0..self.edges.len() {
                if taken[begin] || (only_ends && !self.ways[begin].contains(&NONE)) {
                    continue;
                }
                let mut line = Vec::new();
                let mut here = Some(begin);
                while let Some(edge) = here {
                    taken[edge] = true;
                    line.push(edge);
                    let ways = self.ways[edge];
                    here = ways.into_iter().find(|way| *way != NONE && !taken[*way]);
                    if here.is_none() && line.len() > 2 && ways.contains(&begin) {
                        line.push(begin);
                    }
                }
                lines.push(line);
            }
        }
        lines
    }
}

/// The lines where a field has a value, as shares of its sides, each from its beginning to its end; a closed one ends where
/// it begins.
pub(super) fn lines(field: &Field, value: f32) -> Vec<Vec<[f32; 2]>> {
    let crossed = crossed(field, value);
    let at = |x: usize, y: usize| field.cells[y * SIDE + x];
    let place = |nth: usize| {
        let (x, y, up) = crossed.edges[nth];
        let (from, to) = (at(x, y), if up { at(x, y + 1) } else { at(x + 1, y) });
        let part = if (to - from).abs() > f32::MIN_POSITIVE { (value - from) / (to - from) } else { 0.5 };
        let [x, y] = if up { [x as f32, y as f32 + part] } else { [x as f32 + part, y as f32] };
        [x, y].map(|cell| (cell + 0.5) / SIDE as f32)
    };
    crossed.lines().into_iter().map(|line| line.into_iter().map(place).collect()).collect()
}

/// Goes through the squares between four cells, row by row, and joins the edges at which a line comes into one and leaves it.
fn crossed(field: &Field, value: f32) -> Crossed {
    let over: Vec<bool> = field.cells.iter().map(|cell| *cell >= value).collect();
    let mut crossed = Crossed::default();
    // The numbers of the edges that a square shares with the one below it, and with the one to its left.
    let mut below = [NONE; SIDE];
    for y in 0..SIDE - 1 {
        let (low, high) = (&over[y * SIDE..][..SIDE], &over[(y + 1) * SIDE..][..SIDE]);
        let mut mixed = [false; SIDE];
        for (x, mixed) in mixed[..SIDE - 1].iter_mut().enumerate() {
            *mixed = (low[x] ^ low[x + 1]) | (low[x] ^ high[x]) | (low[x] ^ high[x + 1]);
        }
        // Most rows are crossed nowhere. Without a way out of the loop several squares are looked at at a time.
        if !mixed.iter().fold(false, |any, mixed| any | mixed) {
            continue;
        }
        let mut left = NONE;
        for x in (0..SIDE - 1).filter(|x| mixed[*x]) {
            let edges: [Edge; 4] = [(x, y, false), (x + 1, y, true), (x, y + 1, false), (x, y, true)];
            let over = [low[x], low[x + 1], high[x + 1], high[x]];
            let pairs: &[(usize, usize)] = match [0, 1, 2, 3].map(|nth: usize| over[nth] != over[(nth + 1) % 4]) {
                [true, true, true, true] => {
                    // A saddle: its middle tells which corners belong together.
                    let corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)];
                    let middle = corners.iter().map(|(x, y)| field.cells[y * SIDE + x]).sum::<f32>() / 4.0 >= value;
                    if middle == over[0] { &[(0, 1), (2, 3)] } else { &[(0, 3), (2, 1)] }
                }
                [true, true, ..] => &[(0, 1)],
                [true, _, true, _] => &[(0, 2)],
                [true, ..] => &[(0, 3)],
                [_, true, true, _] => &[(1, 2)],
                [_, true, ..] => &[(1, 3)],
                _ => &[(2, 3)],
            };
            let mut known = [below[x], NONE, NONE, left];
            for (a, b) in pairs {
                for nth in [*a, *b] {
                    if known[nth] == NONE {
                        known[nth] = crossed.add(edges[nth]);
                    }
                }
                crossed.join(known[*a], known[*b]);
            }
            [_, left, below[x], _] = known;
        }
    }
    crossed
}
