//! Panels: drag, maximise, split, close, reset, tables in place of charts, and an error where it belongs.

use eframe::egui::{Key, Rect, pos2};
use schoolbench::model::{Compare, Scope};
use schoolbench::ui::{Change, Layout, Panel, Place};

use super::harness::{Bench, CTRL, CTRL_SHIFT, sized};
use crate::fixture;

/// Where a panel's head stands: from its title to its last button.
fn head(bench: &Bench, title: &str) -> Rect {
    let label = bench.place_of_label(title);
    label.union(bench.place_of(&format!("More: {title}")))
}

#[test]
fn a_splitter_is_dragged_and_that_is_undone_in_one_step() {
    let mut bench = Bench::on_demo();
    let before = bench.view().clone();
    let (left, right) = (head(&bench, "Headlines"), head(&bench, "Schools"));
    // Between the two panels, whose edges are as far from their heads on either side.
    let from = pos2((left.right() + right.left()) / 2.0, bench.harness.ctx.content_rect().center().y);
    bench.drag(from, from + eframe::egui::vec2(-160.0, 0.0));
    bench.away();
    bench.answered();
    let dragged = bench.view().layout.clone();
    assert_ne!(dragged, before.layout);
    assert_eq!(dragged.panels(), before.layout.panels());
    let moved = head(&bench, "Schools").left() - right.left();
    assert!((moved + 160.0).abs() < 3.0, "the panel beside it grew by {}", -moved);
    bench.key(CTRL, Key::Z);
    bench.answered();
    assert_eq!(*bench.view(), before, "one step back");
    assert!((head(&bench, "Schools").left() - right.left()).abs() < 3.0);
    bench.key(CTRL_SHIFT, Key::Z);
    bench.answered();
    assert_eq!(bench.view().layout, dragged);
}

#[test]
fn a_panel_is_maximised_and_all_are_shown_again() {
    let mut bench = Bench::on_demo();
    let before = head(&bench, "Trends");
    bench.click("Maximise: Trends");
    bench.answered();
    assert!(!bench.has("Maximise: Headlines"), "the others are not drawn");
    assert!(head(&bench, "Trends").width() > 1.5 * before.width());
    bench.click("Show all panels: Trends");
    bench.answered();
    assert!(bench.has("Maximise: Headlines") && bench.has("Maximise: Schools"));
    assert_eq!(bench.view().maximised, None);
    assert_eq!(head(&bench, "Trends"), before, "where it stood");
    bench.click("Maximise: Schools");
    bench.answered();
    bench.key(eframe::egui::Modifiers::NONE, Key::Escape);
    bench.answered();
    assert_eq!(bench.view().maximised, None, "Esc shows all panels again");
}

#[test]
fn a_panel_is_split_and_closed_and_the_layout_reset() {
    let mut bench = Bench::on_demo();
    let usual = bench.view().clone();
    bench.click("More: Headlines");
    bench.harness.run();
    bench.click("Split below");
    bench.answered();
    assert_eq!(bench.view().panels.len(), 4);
    assert_eq!(bench.texts().iter().filter(|text| *text == "Maximise: Headlines").count(), 2);
    let new = *bench.view().panels.keys().last().unwrap();
    assert_eq!(bench.view().panels[&new], bench.view().panels[&1], "the same again");
    bench.change(Change::Close(1));
    assert_eq!(bench.view().layout.panels(), [2, 3, new].into());
    bench.click("More: Schools");
    bench.harness.run();
    bench.click("Close panel");
    bench.answered();
    assert!(!bench.has("Maximise: Schools"));
    bench.change(Change::ResetLayout);
    assert_eq!(bench.view().layout, usual.layout);
    assert!(bench.has("Maximise: Schools"));
}

#[test]
fn every_panel_has_a_table_in_place_of_its_chart() {
    let mut bench = Bench::on_demo();
    for title in ["Headlines", "Trends", "Schools"] {
        let chart = bench.texts().into_iter().find(|text| text.starts_with(&format!("{title}, ")));
        bench.click(&format!("Show the table: {title}"));
        bench.answered();
        let id = bench.view().panels.iter().find(|(_, panel)| panel.title() == title).map(|(id, _)| *id).unwrap();
        assert!(bench.view().panels[&id].table());
        if let Some(chart) = chart {
            assert!(!bench.has(&chart), "the chart of {title} is still drawn");
        }
        let head = if title == "Schools" { "School" } else { "Year" };
        assert!(bench.has(head), "the table of {title} has no column {head}");
        bench.click(&format!("Show the chart: {title}"));
        bench.answered();
        assert!(!bench.view().panels[&id].table());
    }
}

#[test]
fn a_school_that_is_clicked_in_a_table_is_selected() {
    let mut bench = Bench::on_demo();
    bench.click("Show the table: Schools");
    bench.answered();
    bench.click("Maximise: Schools");
    bench.answered();
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().clone();
    let at = bench.place_of(&school.name).center();
    bench.click_at(at);
    bench.answered();
    assert_eq!(bench.view().selected, [school.urn].into());
    bench.click_at(at);
    bench.answered();
    assert!(bench.view().selected.is_empty(), "a second click takes it out");
}

#[test]
fn figures_and_how_they_were_made_are_copied() {
    let mut bench = Bench::on_demo();
    bench.click("How this was made: Headlines");
    bench.harness.run();
    let csv = bench.copied_by("Copy figures as CSV");
    let rows = csv.lines().count();
    let years = super::figures::years(bench.view().stage).len();
    assert!(rows == 1 + 6 * years, "six headlines in {years} years are {rows} lines:\n{csv}");
    assert!(csv.lines().next().unwrap().contains("year"), "{csv}");
}

#[test]
fn panels_are_added_and_laid_out_as_the_view_says() {
    let mut bench = Bench::on_demo();
    let panel = bench.view().panels[&3].clone();
    assert!(matches!(panel, Panel::Scatter(_)));
    bench.change(Change::Add(panel));
    assert_eq!(bench.texts().iter().filter(|text| *text == "Maximise: Schools").count(), 2);
    bench.change(Change::Layout(Layout::row([4, 3, 2, 1])));
    let lefts = ["Trends", "Headlines"].map(|title| head(&bench, title).left());
    assert!(lefts[0] < lefts[1], "{lefts:?}");
}

#[test]
fn an_error_stands_in_the_panel_that_asked_and_the_old_answer_under_its_old_question() {
    let (_folder, path) = fixture::workspace();
    let mut bench = Bench::over(sized(1280.0, 800.0), &path);
    bench.change(Change::Scope(Scope::All));
    let (caption, tile) = (bench.caption("Headlines").unwrap(), bench.text_from("Attainment 8, "));
    bench.change(Change::Compare(Compare::La));
    let words = bench.texts().into_iter().find(|text| text.contains("2 local authorities"));
    let words = words.unwrap_or_else(|| panic!("the reason is not told: {:#?}", bench.texts()));
    assert!(words.contains("choose schools of one"), "what to do is not told: {words}");
    assert_eq!(bench.caption("Headlines").unwrap(), caption);
    assert_eq!(bench.text_from("Attainment 8, "), tile);
    bench.change(Change::Compare(Compare::Same));
    assert!(!bench.texts().iter().any(|text| text.contains("2 local authorities")));
}

#[test]
fn a_panel_in_tabs_has_its_title_once_to_read_and_its_menu_still() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Schools));
    let Layout::Row(parts) = &bench.view().layout else { panic!("the schools stand in a row") };
    let Some(Layout::Tabs(tabs)) = parts.last().map(|part| &part.holds) else { panic!("two panels stand in tabs") };
    let ids = tabs.iter().flat_map(Layout::panels);
    let titles: Vec<&'static str> = ids.map(|id| bench.view().panels[&id].title()).collect();
    for title in titles {
        bench.click(title);
        bench.answered();
        // Not a title of its own: the head has its name for who listens.
        let (label, menu) = (bench.place_of_label(title), bench.place_of(&format!("More: {title}")));
        assert!(label.contains(menu.center()), "the head of {title} has its title beside its buttons");
        bench.click(&format!("More: {title}"));
        bench.harness.run();
        assert!(bench.has("Close panel"), "{:#?}", bench.texts());
        bench.key(eframe::egui::Modifiers::NONE, Key::Escape);
    }
}
