//! A hand that does anything: points, clicks, drags and keys by chance over the panels break nothing, and all of it is
//! undone.

use eframe::egui::{Key, Modifiers, Pos2, Rect, pos2};

use super::harness::{Bench, CTRL, CTRL_SHIFT};
use crate::oracle::dice::Dice;

const DEEDS: usize = 160;

fn somewhere(dice: &mut Dice, room: Rect) -> Pos2 {
    let share = |dice: &mut Dice| dice.below(1000) as f32 / 1000.0;
    pos2(room.left() + share(dice) * room.width(), room.top() + share(dice) * room.height())
}

/// Does one thing with mouse or keys, but for the top, whose menus leave the workspace or ask for files.
fn deed(bench: &mut Bench, dice: &mut Dice) {
    let room = bench.harness.ctx.content_rect();
    let room = room.with_min_y(room.top() + 64.0);
    match dice.below(12) {
        0..=4 => {
            let at = somewhere(dice, room);
            bench.click_at(at);
        }
        5 | 6 => {
            let (from, to) = (somewhere(dice, room), somewhere(dice, room));
            bench.harness.hover_at(from);
            bench.harness.drag_at(from);
            bench.harness.hover_at(from + (to - from) * 0.5);
            bench.harness.hover_at(to);
            bench.harness.drop_at(to);
            bench.harness.step();
        }
        7 => {
            let at = somewhere(dice, room);
            bench.harness.hover_at(at);
            bench.harness.step();
        }
        8 => bench.key(Modifiers::NONE, dice.one(&[Key::Tab, Key::Escape, Key::ArrowDown, Key::A])),
        9 => bench.key(CTRL, dice.one(&[Key::Z, Key::L, Key::G, Key::Plus, Key::Minus, Key::Num0])),
        10 => bench.key(CTRL_SHIFT, dice.one(&[Key::Z, Key::F])),
        _ => bench.key(Modifiers::NONE, Key::Escape),
    }
}

#[test]
fn whatever_a_hand_does_the_view_stays_whole_and_is_undone() {
    for seed in 0..6 {
        let mut dice = Dice(seed);
        let mut bench = Bench::on_demo();
        let first = bench.view().clone();
        for _ in 0..DEEDS {
            deed(&mut bench, &mut dice);
            let view = bench.view();
            assert!(!view.panels.is_empty());
            assert_eq!(view.layout.panels(), view.panels.keys().copied().collect());
        }
        // Nothing is held or open any more.
        bench.away();
        for _ in 0..4 {
            bench.key(Modifiers::NONE, Key::Escape);
        }
        bench.key(CTRL, Key::Num0);
        // What the hand has undone is done again, so that the last view is the last of all.
        for _ in 0..DEEDS {
            bench.key(CTRL_SHIFT, Key::Z);
        }
        bench.answered();
        let last = bench.view().clone();
        for _ in 0..2 * DEEDS {
            bench.key(CTRL, Key::Z);
        }
        bench.answered();
        assert_eq!(*bench.view(), first, "seed {seed}: undone to the first view");
        for _ in 0..2 * DEEDS {
            bench.key(CTRL_SHIFT, Key::Z);
        }
        bench.answered();
        assert_eq!(*bench.view(), last, "seed {seed}: and done again");
    }
}
