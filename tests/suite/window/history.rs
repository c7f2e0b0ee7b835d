//! Undo and redo, without a window.

use schoolbench::model::{Filter, Scope};
use schoolbench::ui::{Change, History, Place, View};

use super::chance;
use crate::oracle::dice::Dice;

const STEPS: usize = 150;

#[test]
fn undoing_everything_gives_the_first_view_and_redoing_everything_the_last() {
    let session = chance::session();
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let first = View::of(&session.catalogue).at(Place::Workbench);
        let (mut view, mut history) = (first.clone(), History::of(&first));
        let mut seen = vec![first.clone()];
        for _ in 0..STEPS {
            view.apply(chance::change(&mut dice, &view, &session.catalogue), &session.catalogue);
            history.note(&view, false);
            if seen.last() != Some(&view) {
                seen.push(view.clone());
            }
        }
        for before in seen.iter().rev().skip(1) {
            assert_eq!(history.undo().as_ref(), Some(before));
        }
        assert!(!history.can_undo() && history.undo().is_none(), "there is nothing before the first view");
        for after in seen.iter().skip(1) {
            assert_eq!(history.redo().as_ref(), Some(after));
        }
        assert!(!history.can_redo() && history.redo().is_none(), "there is nothing after the last view");
    }
}

#[test]
fn changes_undo_and_redo_in_any_order_are_as_on_a_list() {
    let session = chance::session();
    for seed in 100..120 {
        let mut dice = Dice(seed);
        let mut view = View::of(&session.catalogue).at(Place::Workbench);
        let mut history = History::of(&view);
        let (mut list, mut place) = (vec![view.clone()], 0_usize);
        for _ in 0..STEPS {
            match dice.below(3) {
                0 => {
                    let undone = history.undo();
                    assert_eq!(undone.is_some(), place > 0);
                    place = place.saturating_sub(1);
                    view = undone.unwrap_or(view);
                }
                1 => {
                    let redone = history.redo();
                    assert_eq!(redone.is_some(), place + 1 < list.len());
                    place = (place + 1).min(list.len() - 1);
                    view = redone.unwrap_or(view);
                }
                _ => {
                    view.apply(chance::change(&mut dice, &view, &session.catalogue), &session.catalogue);
                    if view != list[place] {
                        list.truncate(place + 1);
                        list.push(view.clone());
                        place += 1;
                    }
                }
            }
            history.note(&view, false);
            assert_eq!(view, list[place]);
            assert_eq!((history.can_undo(), history.can_redo()), (place > 0, place + 1 < list.len()));
        }
    }
}

#[test]
fn what_is_held_is_one_step() {
    let session = chance::session();
    let first = View::of(&session.catalogue).at(Place::Workbench);
    let (mut view, mut history) = (first.clone(), History::of(&first));
    let filters = ["fsm6=yes", "fsm6=yes sen=K", "sen=E"].map(|filter| filter.parse::<Filter>().unwrap());
    for filter in filters {
        view.apply(Change::Filter(filter), &session.catalogue);
        history.note(&view, true);
    }
    assert!(!history.can_undo(), "it is still held");
    history.note(&view, false);
    assert_eq!(history.undo(), Some(first));
    assert!(!history.can_undo());
    assert_eq!(history.redo(), Some(view));
}

#[test]
fn a_change_after_an_undo_ends_what_could_be_redone() {
    let session = chance::session();
    let first = View::of(&session.catalogue).at(Place::Workbench);
    let (mut view, mut history) = (first.clone(), History::of(&first));
    view.apply(Change::Scope(Scope::All), &session.catalogue);
    history.note(&view, false);
    view = history.undo().unwrap();
    view.apply(Change::Filter("eal=yes".parse().unwrap()), &session.catalogue);
    history.note(&view, false);
    assert!(!history.can_redo());
    assert_eq!(history.undo(), Some(first));
}
