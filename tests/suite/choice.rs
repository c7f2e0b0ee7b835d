//! The choice among ways to hide, against trying them all.

use std::collections::HashMap;

use proptest::prelude::*;
use schoolbench::method::choice::{Cost, least};

/// Every choice, tried.
fn tried(cells: &[Vec<Cost>]) -> i64 {
    let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
    for ways in cells {
        let with = |choice: &Vec<usize>, nth| choice.iter().copied().chain([nth]).collect::<Vec<_>>();
        choices = choices.iter().flat_map(|choice| (0..ways.len()).map(move |nth| with(choice, nth))).collect();
    }
    choices.iter().map(|choice| cost(cells, choice)).min().unwrap_or_default()
}

fn cost(cells: &[Vec<Cost>], choice: &[usize]) -> i64 {
    let all = cells.iter().zip(choice).flat_map(|(ways, nth)| ways[*nth].iter().copied());
    all.collect::<HashMap<u64, i64>>().values().sum()
}

proptest! {
    #[test]
    fn no_choice_hides_fewer_pupils(cells in prop::collection::vec(
        prop::collection::vec(prop::collection::vec(0u64..12, 1..5), 1..5), 0..5,
    )) {
        // As many pupils at a place, whatever way hides it; no place twice.
        let way = |mut places: Vec<u64>| -> Cost {
            places.sort_unstable();
            places.dedup();
            places.into_iter().map(|place| (place, (place as i64 * 37) % 23 + 1)).collect()
        };
        let cells: Vec<Vec<Cost>> =
            cells.into_iter().map(|ways| ways.into_iter().map(way).collect()).collect();
        let chosen = least(&cells, usize::MAX);
        prop_assert_eq!(chosen.len(), cells.len());
        prop_assert_eq!(cost(&cells, &chosen), tried(&cells));
        // Without steps to spare it is the cheapest way cell by cell.
        prop_assert_eq!(least(&cells, 0).len(), cells.len());
    }
}
