//! Lines along which a field has one value.

use std::collections::HashMap;

use super::field::{Field, SIDE};

/// An edge between two neighbouring cells: the cell, and whether the other is above it, else to its right.
type Edge = (usize, usize, bool);

/// The lines where a field has a value, as shares of its sides, each from its beginning to its end; a closed one ends where
/// it begins.
pub(super) fn lines(field: &Field, value: f32) -> Vec<Vec<[f32; 2]>> {
    // Each edge that is crossed has one neighbour in each of the squares beside it.
    let mut next: HashMap<Edge, [Option<Edge>; 2]> = HashMap::new();
    let mut order: Vec<Edge> = Vec::new();
    let at = |x: usize, y: usize| field.cells[y * SIDE + x];
    let mut join = |a: Edge, b: Edge| {
        for (from, to) in [(a, b), (b, a)] {
            let ways = next.entry(from).or_insert_with(|| {
                order.push(from);
                [None; 2]
            });
            if let Some(free) = ways.iter_mut().find(|way| way.is_none()) {
                *free = Some(to);
            }
        }
    };
    for y in 0..SIDE - 1 {
        for x in 0..SIDE - 1 {
            let corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            let over = corners.map(|corner| corner >= value);
            if over == [over[0]; 4] {
                continue;
            }
            let edges: [Edge; 4] = [(x, y, false), (x + 1, y, true), (x, y + 1, false), (x, y, true)];
            let crossed: Vec<Edge> =
                (0..4).filter(|nth| over[*nth] != over[(nth + 1) % 4]).map(|nth| edges[nth]).collect();
            match crossed.as_slice() {
                [a, b] => join(*a, *b),
                [low, right, high, left] => {
                    // A saddle: its middle tells which corners belong together.
                    let middle = corners.iter().sum::<f32>() / 4.0 >= value;
                    let pairs =
                        if middle == over[0] { [(low, right), (high, left)] } else { [(low, left), (high, right)] };
                    pairs.into_iter().for_each(|(a, b)| join(*a, *b));
                }
                _ => {}
            }
        }
    }
    let place = |(x, y, up): Edge| {
        let (from, to) = (at(x, y), if up { at(x, y + 1) } else { at(x + 1, y) });
        let part = if (to - from).abs() > f32::MIN_POSITIVE { (value - from) / (to - from) } else { 0.5 };
        let [x, y] = if up { [x as f32, y as f32 + part] } else { [x as f32 + part, y as f32] };
        [x, y].map(|cell| (cell + 0.5) / SIDE as f32)
    };
    let mut lines = Vec::new();
    // Open lines from their ends first, then the closed ones from anywhere.
    for only_ends in [true, false] {
        for begin in &order {
            if only_ends && next.get(begin).is_none_or(|ways| ways.iter().flatten().count() != 1) {
                continue;
            }
            let mut line = Vec::new();
            let mut here = Some(*begin);
            while let Some(edge) = here
                && let Some(ways) = next.remove(&edge)
            {
                line.push(place(edge));
                here = ways.into_iter().flatten().find(|way| next.contains_key(way));
                let is_closed = here.is_none() && line.len() > 2 && ways.contains(&Some(*begin));
                if is_closed {
                    line.push(place(*begin));
                }
            }
            if line.len() > 1 {
                lines.push(line);
            }
        }
    }
    lines
}
