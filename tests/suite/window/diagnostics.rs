//! Diagnostics: what is told of the last questions and of the memory, by accessible names.

use std::time::Duration;

use eframe::egui::{Key, Modifiers};
use schoolbench::desk::{End, Line, Reader};
use schoolbench::ui::Change;

use super::harness::{Bench, CTRL_SHIFT, sized};
use crate::fixture;

/// Opens the diagnostics and waits until memory was looked at.
fn open(bench: &mut Bench) {
    bench.key(CTRL_SHIFT, Key::D);
    bench.until("the memory", |bench| bench.texts().iter().any(|text| text.starts_with("Memory: DuckDB holds ")));
    bench.answered();
}

fn told(bench: &Bench) -> Vec<Line> {
    bench.window().desk().unwrap().told()
}

/// The name of the row of a question, which must be on screen.
fn row(bench: &Bench, line: &Line) -> String {
    bench.text_from(&format!("Question {}: ", line.told.nth))
}

#[test]
fn questions_are_told_with_their_sql_and_copied_as_text() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    assert!(!bench.texts().iter().any(|text| text.starts_with("Memory: ")), "it is closed at first");
    open(&mut bench);
    let lines = told(&bench);
    assert!(bench.text_from("Questions: the last ").starts_with(&format!("Questions: the last {} ", lines.len())));
    assert!(bench.text_from("Kept: ").contains(" answers in "));
    for head in ["Question", "Queued", "SQL", "Shields", "Gate", "Frame", "Ended", "Figures"] {
        assert!(bench.has(head), "no column {head}");
    }
    let filtered = |line: &&Line| line.told.end == End::Answered && !line.told.question.filter().is_everyone();
    let newest = lines.iter().find(filtered).unwrap();
    assert!(!newest.told.statements.is_empty(), "{newest:#?}");
    assert!(lines.iter().any(|line| line.frame.is_some_and(|frame| frame > Duration::ZERO)), "no frame is told");
    let name = row(&bench, newest);
    assert!(name.contains("FSM6"), "the question is not told in words: {name}");
    assert!(bench.has("Choose a question to read its SQL"));
    bench.press(&name);
    bench.answered();
    let sql = &newest.told.statements[0].sql;
    assert!(bench.texts().iter().any(|text| text.contains(sql)), "the SQL is not shown: {sql}");
    let text = bench.copied_by("Copy as text");
    assert!(text.starts_with("Diagnostics of Schoolbench "), "{text}");
    assert!(text.contains("\nMemory: DuckDB holds "), "{text}");
    for line in told(&bench) {
        assert!(text.contains(&format!("\nQuestion {}: ", line.told.nth)), "{} is not copied", line.told.nth);
        assert!(line.told.statements.iter().all(|statement| text.contains(&statement.sql)), "not all SQL is copied");
    }
}

#[test]
fn what_comes_from_the_cache_says_so() {
    let mut bench = Bench::on_demo();
    open(&mut bench);
    let filter = bench.view().filter.clone();
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    bench.change(Change::Filter(filter));
    assert_eq!(told(&bench)[0].told.end, End::FromCache);
    assert!(bench.has("from cache"));
    bench.press(&row(&bench, &told(&bench)[0]));
    bench.answered();
    assert!(bench.texts().iter().any(|text| text.contains("answered from the cache, without SQL")));
}

#[test]
fn nothing_is_left_for_who_sits_down_next() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    open(&mut bench);
    let before = told(&bench);
    bench.press(&row(&bench, &before[0]));
    bench.answered();
    assert!(!bench.has("Choose a question to read its SQL"));
    bench.window().desk().unwrap().admit(Reader::default());
    bench.harness.step();
    assert!(bench.has("Choose a question to read its SQL") || bench.has("No question has been asked yet"));
    bench.answered();
    let now = told(&bench);
    assert!(now.iter().all(|line| !before.iter().any(|old| std::sync::Arc::ptr_eq(&old.told, &line.told))));
    assert!(bench.text_from("Questions: the last ").starts_with(&format!("Questions: the last {} ", now.len())));
}

#[test]
fn the_limit_of_memory_is_set_here() {
    let (_folder, path) = fixture::workspace();
    let mut bench = Bench::over(sized(1280.0, 800.0), &path);
    open(&mut bench);
    assert!(bench.text_from("Memory limit of DuckDB: ").contains("a quarter of the machine's"));
    bench.pick("Memory limit of DuckDB", "512.0 MiB");
    bench.until("the limit", |bench| bench.texts().iter().any(|text| text.contains(" of at most 512.0 MiB;")));
    assert!(bench.has("Memory limit of DuckDB: 512.0 MiB"));
}

#[test]
fn it_rests_when_nothing_happens_and_is_closed() {
    let mut bench = Bench::on_demo();
    open(&mut bench);
    bench.until("rest", |bench| bench.next_frame() == Duration::MAX);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    assert!(!bench.texts().iter().any(|text| text.starts_with("Memory: ")), "Esc closes it");
    open(&mut bench);
    bench.click("Close window");
    bench.answered();
    assert!(!bench.texts().iter().any(|text| text.starts_with("Memory: ")));
}
