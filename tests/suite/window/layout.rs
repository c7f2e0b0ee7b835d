//! The layout of panels: to the library that draws it and back, and what is done with panels.

use std::collections::BTreeSet;

use schoolbench::ui::{Layout, Part};

use super::chance;
use crate::oracle::dice::Dice;

const TRIES: u64 = 600;

/// Some layouts, with the panels that are in each.
fn layouts() -> impl Iterator<Item = (Layout, BTreeSet<u64>, Dice)> {
    (0..TRIES).map(|seed| {
        let mut dice = Dice(seed);
        let panels: Vec<u64> = dice.some(&(1..=12).collect::<Vec<u64>>(), 1, 7);
        let odd = seed % 2 == 0;
        (chance::layout(&mut dice, &panels, odd), panels.into_iter().collect(), dice)
    })
}

/// Whether every container holds at least two, rows no rows and columns no columns, and shares are of a thousand.
fn is_simple(layout: &Layout) -> bool {
    let whole = |parts: &[Part]| parts.iter().map(|part| part.share).sum::<u32>() == 1000;
    let simple = |parts: &[Part]| parts.len() > 1 && whole(parts) && parts.iter().all(|part| is_simple(&part.holds));
    match layout {
        Layout::Panel(_) => true,
        Layout::Row(parts) => simple(parts) && !parts.iter().any(|part| matches!(part.holds, Layout::Row(_))),
        Layout::Column(parts) => simple(parts) && !parts.iter().any(|part| matches!(part.holds, Layout::Column(_))),
        Layout::Tabs(layouts) => layouts.len() > 1 && layouts.iter().all(is_simple),
    }
}

#[test]
fn a_layout_comes_back_from_the_tree_that_is_drawn() {
    for (layout, panels, _) in layouts() {
        let normal = layout.normal();
        assert_eq!(normal.panels(), panels, "a panel is lost or new: {layout:?} became {normal:?}");
        assert!(is_simple(&normal), "{layout:?} became {normal:?}");
        assert_eq!(
            Layout::from_tree(&normal.to_tree()),
            normal,
            "it moves although nobody moved it; made of {layout:?}"
        );
    }
}

#[test]
fn shares_stay_as_they_were_up_to_a_thousandth() {
    for seed in 0..TRIES {
        let mut dice = Dice(seed);
        let shares: Vec<u32> = (0..2 + dice.below(5)).map(|_| 50 + dice.below(2000) as u32).collect();
        let parts = (1..).zip(&shares).map(|(id, share)| Part { share: *share, holds: Layout::Panel(id) }).collect();
        let Layout::Row(normal) = Layout::Row(parts).normal() else { panic!("a row stays a row") };
        let whole: u32 = shares.iter().sum();
        for (before, after) in shares.iter().zip(&normal) {
            let wanted = 1000.0 * f64::from(*before) / f64::from(whole);
            assert!((wanted - f64::from(after.share)).abs() <= 1.0, "{shares:?} became {normal:?}");
        }
    }
}

#[test]
fn panels_are_taken_out_split_and_added() {
    for (layout, panels, mut dice) in layouts() {
        let all: Vec<u64> = panels.iter().copied().collect();
        let one = dice.one(&all);

        let mut removed = layout.clone();
        removed.remove(one);
        let others: BTreeSet<u64> = panels.iter().copied().filter(|panel| *panel != one).collect();
        assert_eq!(removed.panels(), others);
        assert_eq!(removed.normal().panels(), others);

        let mut kept = layout.clone();
        let some: BTreeSet<u64> = dice.some(&all, 0, all.len()).into_iter().chain([99]).collect();
        kept.keep_only(&some);
        assert_eq!(kept.panels(), panels.intersection(&some).copied().collect(), "nothing new comes in");

        let with_new: BTreeSet<u64> = panels.iter().copied().chain([50]).collect();
        let mut split = layout.clone();
        split.split(one, 50, dice.happens(50));
        assert_eq!(split.panels(), with_new);
        split.remove(50);
        assert_eq!(split.normal().panels(), panels);

        let mut added = layout.clone();
        added.add(50);
        assert_eq!(added.panels(), with_new);
        assert_eq!(added.normal().panels(), with_new);
    }
}

#[test]
fn a_split_halves_the_place_and_a_panel_is_there_once() {
    let mut layout = Layout::row([1, 2]);
    layout.split(2, 3, true);
    let halves = [2, 3].map(|panel| Part { share: 500, holds: Layout::Panel(panel) }).to_vec();
    let right = vec![Part { share: 500, holds: Layout::Panel(1) }, Part { share: 500, holds: Layout::Column(halves) }];
    assert_eq!(layout.normal(), Layout::Row(right));

    let mut twice = Layout::row([1, 2, 1]);
    twice.keep_only(&[1, 2].into());
    assert_eq!(twice, Layout::row([1, 2]));

    let mut nothing = Layout::Panel(1);
    nothing.remove(1);
    assert_eq!(nothing.panels(), BTreeSet::new());
    nothing.add(7);
    assert_eq!(nothing, Layout::Panel(7));
}
