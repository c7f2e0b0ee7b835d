//! From the keyboard alone: undo, redo, Esc, and the palette that finds anything.

use eframe::egui::{Key, Modifiers};
use schoolbench::model::Scope;
use schoolbench::ui::Change;

use super::figures::assert_shown;
use super::harness::{Bench, CTRL, CTRL_SHIFT};

#[test]
fn every_change_of_the_view_is_undone_and_redone() {
    let mut bench = Bench::on_demo();
    let mut views = vec![bench.view().clone()];
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().urn;
    for change in [
        Change::Filter("fsm6=yes".parse().unwrap()),
        Change::Scope(Scope::All),
        Change::Select([school].into()),
        Change::Maximise(Some(2)),
        Change::Maximise(None),
        Change::Link(true),
    ] {
        bench.change(change);
        views.push(bench.view().clone());
    }
    for before in views.iter().rev().skip(1) {
        bench.key(CTRL, Key::Z);
        bench.answered();
        assert_eq!(bench.view(), before);
    }
    assert_shown(&bench);
    bench.key(CTRL, Key::Z);
    bench.answered();
    assert_eq!(*bench.view(), views[0], "there is nothing before the first view");
    for after in &views[1..] {
        bench.key(CTRL_SHIFT, Key::Z);
        bench.answered();
        assert_eq!(bench.view(), after);
    }
    bench.key(CTRL, Key::Z);
    bench.answered();
    bench.change(Change::Filter("eal=yes".parse().unwrap()));
    let changed = bench.view().clone();
    bench.key(CTRL_SHIFT, Key::Z);
    bench.answered();
    assert_eq!(*bench.view(), changed, "a change ends what could be redone");
}

#[test]
fn esc_clears_the_selection() {
    let mut bench = Bench::on_demo();
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().urn;
    bench.change(Change::Select([school].into()));
    bench.text_from("1 school selected");
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    assert!(bench.view().selected.is_empty());
    assert!(!bench.has("1 school selected"));
}

/// Opens the palette and types.
fn find(bench: &mut Bench, text: &str) {
    bench.key(CTRL, Key::K);
    bench.harness.run();
    assert!(bench.has("Search everything"), "the palette is open: {:#?}", bench.texts());
    bench.type_in(text);
    bench.harness.run();
}

#[test]
fn the_palette_finds_a_school_a_group_pupils_and_a_command() {
    let mut bench = Bench::on_demo();
    let school = bench.window().desk().unwrap().register().schools().nth(20).unwrap().clone();
    find(&mut bench, &format!("{} {}", school.name, school.urn));
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().selected, [school.urn].into());
    assert!(!bench.has("Search everything"), "it closes when something is found");

    find(&mut bench, "all schools");
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().scope, Scope::All);

    find(&mut bench, "SEN support");
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().filter, "sen=K".parse().unwrap());
    assert_shown(&bench);

    find(&mut bench, "clear the filter");
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert!(bench.view().filter.is_everyone());
}

#[test]
fn esc_closes_the_palette_and_nothing_else() {
    let mut bench = Bench::on_demo();
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().urn;
    bench.change(Change::Select([school].into()));
    let before = bench.view().clone();
    find(&mut bench, "all");
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    assert!(!bench.has("Search everything"));
    assert_eq!(*bench.view(), before, "the selection stays");
}

#[test]
fn the_palette_is_typed_into_wherever_the_focus_was() {
    let mut bench = Bench::on_demo();
    for _ in 0..6 {
        bench.key(Modifiers::NONE, Key::Tab);
    }
    assert!(bench.harness.ctx.memory(eframe::egui::Memory::focused).is_some(), "Tab goes from one to the next");
    find(&mut bench, "all schools");
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().scope, Scope::All);
}

#[test]
fn a_form_is_typed_into_at_once() {
    let mut bench = Bench::on_demo();
    for (key, field) in [(Key::O, "Workspace file"), (Key::N, "Files or folders"), (Key::S, "File")] {
        bench.key(CTRL, key);
        bench.harness.run();
        assert!(bench.is_typed_into(field), "{field}");
        bench.key(Modifiers::NONE, Key::Escape);
        bench.harness.run();
        assert!(!bench.has("Browse…"), "Esc closes it");
    }
}

#[test]
fn what_is_typed_into_a_field_is_no_command() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    let before = bench.view().clone();
    find(&mut bench, "x");
    bench.key(CTRL, Key::Z);
    bench.harness.run();
    assert_eq!(*bench.view(), before, "Ctrl+Z in a field is the field's");
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    bench.key(CTRL, Key::Z);
    bench.answered();
    assert!(bench.view().filter.is_everyone());
}

#[test]
fn a_chip_is_reached_and_pressed_by_keys() {
    let mut bench = Bench::on_demo();
    let is_chip = |bench: &Bench| {
        use egui_kittest::kittest::Queryable as _;
        bench.harness.query_by_role_and_label(eframe::egui::accesskit::Role::Button, "EAL").unwrap().is_focused()
    };
    let mut presses = 0;
    while !is_chip(&bench) {
        bench.key(Modifiers::NONE, Key::Tab);
        presses += 1;
        assert!(presses < 200, "Tab never comes to the chip");
    }
    bench.key(Modifiers::NONE, Key::Space);
    bench.answered();
    assert_eq!(bench.view().filter, "eal=yes".parse().unwrap());
}
