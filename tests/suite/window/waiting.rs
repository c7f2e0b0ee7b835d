//! Nothing waits on the window's thread, an answer never stands under another question, and an idle window is still.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{AccessKitNode, Queryable as _};
use schoolbench::desk::End;
use schoolbench::model::{Compare, Filter, KeyStage, Question, Scope};
use schoolbench::ui::{Change, Place};

use super::chance;
use super::figures::{asked, assert_shown, caption, faults};
use super::harness::{Bench, CTRL, Signal};
use crate::oracle::Asked;
use crate::oracle::dice::Dice;

/// How long the engine is held up.
const STALLED: Duration = Duration::from_millis(1200);

#[test]
fn a_stalled_engine_stalls_no_frame_and_no_answer_stands_under_another_question() {
    let mut bench = Bench::on_demo();
    let (old, old_caption) = (asked(bench.view()), bench.caption("Headlines").unwrap());
    let charts = ["Trends, ", "Schools, "].map(|chart| bench.text_from(chart));
    assert!(old_caption.contains("all pupils"), "{old_caption}");

    bench.gate.close();
    bench.click("FSM6");
    assert_eq!(bench.view().filter, "fsm6=yes".parse::<Filter>().unwrap(), "the view has changed at once");
    let (began, mut frames) = (Instant::now(), 0);
    while began.elapsed() < STALLED || frames < 100 {
        bench.harness.step();
        frames += 1;
        assert_eq!(bench.caption("Headlines").as_ref(), Some(&old_caption), "frame {frames}: the old question");
        let faults = faults(&bench, &old);
        assert!(faults.is_empty(), "frame {frames}: the old answer\n{}", faults.join("\n"));
        for chart in &charts {
            assert!(bench.has(chart), "frame {frames}: {chart}");
        }
        assert!(frames < 2 || bench.waits(), "frame {frames}: the bar tells that panels wait");
        // The window goes on listening.
        if frames == 40 {
            bench.key(CTRL, Key::K);
            assert!(bench.has("Search everything"));
        }
        if frames == 60 {
            bench.key(Modifiers::NONE, Key::Escape);
            bench.harness.step();
            assert!(!bench.has("Search everything"));
        }
        // A person's hand is slower than this thread.
        bench.signal.wait_beyond(u64::MAX, Duration::from_millis(4));
    }
    bench.gate.open();
    bench.answered();
    assert!(bench.caption("Headlines").unwrap().contains("FSM6"));
    assert_shown(&bench);
    for chart in &charts {
        assert!(!bench.has(chart), "the charts are of the new question too: {chart}");
    }
}

#[test]
fn nothing_is_shown_before_the_first_answer() {
    let place = super::harness::Place::new();
    let demo = crate::demo::workspace().to_owned();
    let mut bench = Bench::start(super::harness::sized(1280.0, 800.0), &place, Some(demo));
    bench.gate.close();
    // A question may have slipped through before the gate closed: then this begins with its answer, which is right too.
    bench.until("panels", |bench| bench.has("Maximise: Headlines"));
    for _ in 0..30 {
        bench.harness.step();
        if bench.caption("Headlines").is_some() {
            assert_shown(&bench);
        }
    }
    bench.gate.open();
    bench.answered();
    assert_shown(&bench);
}

/// What stands under each caption that the tiles may have, by caption and comparator.
type Known = BTreeMap<(String, &'static str), Asked>;

/// The words with which a caption tells of a comparator.
const COMPARATORS: [(&str, &str); 3] = [
    ("same", "compared with same pupils"),
    ("other", "compared with other pupils"),
    ("all", "compared with all pupils"),
];

fn note(known: &mut Known, bench: &Bench) {
    let (view, desk) = (bench.view(), bench.window().desk().unwrap());
    known.insert((caption(view, desk), view.compare.word()), asked(view));
}

/// What a chart says under a caption is the same whenever that caption stands over it.
fn check_charts(bench: &Bench, said: &mut BTreeMap<(&'static str, String), String>, round: usize) {
    for title in ["Trends", "Schools"] {
        let Some(caption) = bench.caption(title) else { continue };
        let beginning = format!("{title}, ");
        let Some(chart) = bench.texts().into_iter().find(|text| text.starts_with(&beginning)) else { continue };
        // Of whom the group is, the caption of all schools does not tell.
        let chart = chart.split_once(" others; ").map_or(chart.clone(), |(_, figures)| figures.to_owned());
        let before = said.entry((title, caption.clone())).or_insert_with(|| chart.clone());
        assert_eq!(chart, *before, "round {round}: two answers under {caption:?}");
    }
}

/// Whether what stands on the tiles is the answer to the question in their caption. Gives whether that is the newest.
fn check(bench: &Bench, known: &Known, round: usize) -> bool {
    let on_screen = bench.caption("Headlines").expect("once answered, tiles stay");
    let (of, with) = on_screen
        .split_once(" · compared with")
        .map_or((on_screen.as_str(), ""), |(of, _)| (of, &on_screen[of.len() + " · ".len()..]));
    let compare = COMPARATORS.iter().find(|(_, words)| with.starts_with(words)).map_or("none", |(word, _)| word);
    let asked_for = known.get(&(of.to_owned(), compare));
    let asked_for = asked_for.unwrap_or_else(|| panic!("round {round}: nobody asked {on_screen:?}"));
    let faults = faults(bench, asked_for);
    assert!(faults.is_empty(), "round {round}: under {on_screen:?}\n{}", faults.join("\n"));
    let view = bench.view();
    of == caption(view, bench.window().desk().unwrap()) && compare == view.compare.word()
}

#[test]
fn whoever_changes_faster_than_the_engine_answers_sees_each_answer_under_its_own_question() {
    let mut bench = Bench::on_demo();
    let session = chance::session();
    let groups = session.catalogue.groups();
    let schools: Vec<_> = session.catalogue.register.schools().map(|school| school.urn).take(9).collect();
    let scopes = [
        groups[0].scope.clone(),
        groups[1].scope.clone(),
        groups[groups.len() - 1].scope.clone(),
        Scope::Schools(schools.into_iter().collect()),
    ];
    let filters = ["", "fsm6=yes", "sen=K,E", "sex=F prior=low"].map(|filter| filter.parse::<Filter>().unwrap());
    let (mut known, mut said) = (Known::new(), BTreeMap::new());
    note(&mut known, &bench);
    bench.gate.close();
    let mut dice = Dice(20_261_124);
    let (mut old, mut new) = (0, 0);
    for round in 0..90 {
        let change = match dice.below(8) {
            0..=2 => Change::Filter(filters[dice.below(filters.len())].clone()),
            3 | 4 => Change::Scope(scopes[dice.below(scopes.len())].clone()),
            5 => Change::Stage(dice.one(&[KeyStage::Ks2, KeyStage::Ks4])),
            6 => Change::Compare(dice.one(&[Compare::Same, Compare::Other, Compare::All, Compare::None])),
            _ => {
                let years = session.catalogue.years(bench.view().stage);
                Change::Years(years[dice.below(years.len())], years[dice.below(years.len())])
            }
        };
        bench.harness.state_mut().apply(change);
        note(&mut known, &bench);
        for _ in 0..1 + dice.below(3) {
            let seen = bench.signal.come();
            bench.gate.let_pass(dice.below(7) as u64);
            bench.harness.step();
            if check(&bench, &known, round) {
                new += 1;
            } else {
                old += 1;
            }
            check_charts(&bench, &mut said, round);
            if dice.happens(60) {
                bench.signal.wait_beyond(seen, Duration::from_millis(20));
            }
        }
        // Now and then the engine catches up.
        if dice.happens(25) {
            bench.gate.open();
            bench.answered();
            assert!(check(&bench, &known, round), "everything is answered");
            check_charts(&bench, &mut said, round);
            bench.gate.close();
        }
    }
    bench.gate.open();
    bench.answered();
    assert_shown(&bench);
    assert!(old > 20 && new > 20, "both were seen: {old} frames with an old answer, {new} with the newest");
}

/// Counts requests for another frame from now on, whoever makes them.
fn repaints(bench: &Bench) -> Arc<Signal> {
    let asked = Arc::new(Signal::default());
    let counter = Arc::clone(&asked);
    bench.harness.ctx.set_request_repaint_callback(move |_| counter.give());
    asked
}

/// Draws what is asked for until nothing is: then the last frame asks for no other, now or later, and no thread does.
/// A worker may still wake the window once for an answer that is already drawn.
fn comes_to_rest(bench: &mut Bench, what: &str) {
    for _ in 0..5 {
        bench.harness.run();
        assert_eq!(bench.next_frame(), Duration::MAX, "{what}: {:?}", bench.harness.ctx.repaint_causes());
        let asked = repaints(bench);
        if !asked.wait_beyond(0, Duration::from_millis(400)) {
            assert!(!bench.harness.ctx.has_requested_repaint(), "{what}");
            return;
        }
    }
    panic!("{what}: somebody wakes an idle window again and again");
}

#[test]
fn an_idle_window_draws_no_frame() {
    let mut bench = Bench::on_demo();
    let school = bench.window().desk().unwrap().register().schools().next().unwrap().urn;
    for what in ["all panels", "a selected school", "one panel", "tables"] {
        match what {
            "a selected school" => bench.change(Change::Select([school].into())),
            "one panel" => bench.change(Change::Maximise(Some(3))),
            "tables" => {
                bench.change(Change::Maximise(None));
                bench.click("Show the table: Schools");
                bench.answered();
            }
            _ => {}
        }
        comes_to_rest(&mut bench, what);
    }
}

#[test]
fn an_idle_first_screen_draws_no_frame() {
    let place = super::harness::Place::new();
    let mut bench = Bench::on_welcome(&place);
    comes_to_rest(&mut bench, "the first screen");
}

#[test]
fn an_answer_wakes_the_window() {
    let mut bench = Bench::on_demo();
    bench.gate.close();
    bench.harness.state_mut().apply(Change::Filter("fsm6=yes".parse().unwrap()));
    bench.until("the window to wait", |bench| bench.waits() && !bench.next_frame().is_zero());
    let asked = repaints(&bench);
    let seen = asked.come();
    bench.gate.open();
    assert!(asked.wait_beyond(seen, Duration::from_secs(60)), "nobody woke the window");
    bench.answered();
    assert_shown(&bench);
}

/// The questions that have been answered by work since this many were asked.
fn worked_on(bench: &Bench, since: u64) -> Vec<Question> {
    let told = bench.window().desk().unwrap().told();
    let new = told.iter().map(|line| &line.told).filter(|told| told.nth > since && told.end != End::FromCache);
    new.map(|told| told.question.clone()).collect()
}

fn asked_so_far(bench: &Bench) -> u64 {
    bench.window().desk().unwrap().told().iter().map(|line| line.told.nth).max().unwrap_or_default()
}

#[test]
fn what_is_foreseen_is_there_at_the_click() {
    for place in [Place::Overview, Place::Subjects, Place::Subject, Place::Schools, Place::Workbench] {
        let mut bench = Bench::on_demo();
        bench.change(Change::Place(place));
        let before = asked_so_far(&bench);
        bench.change(Change::Filter("sen=K".parse().unwrap()));
        let worked = worked_on(&bench, before);
        assert!(!worked.is_empty(), "{place:?}: nobody pointed at this filter");
        let again = worked.iter().find(|question| question.filter().is_everyone());
        assert!(again.is_none(), "{place:?}: it does not depend on the filter: {again:?}");

        bench.change(Change::Filter(Filter::everyone()));
        let named = |node: &AccessKitNode<'_>| node.role() != Role::Label && node.label().as_deref() == Some("FSM6");
        bench.harness.get_by(named).hover();
        bench.harness.step();
        bench.answered();
        let before = asked_so_far(&bench);
        bench.click("FSM6");
        bench.answered();
        assert_eq!(bench.view().filter, "fsm6=yes".parse::<Filter>().unwrap());
        assert!(asked_so_far(&bench) > before, "{place:?}: something was asked");
        assert_eq!(worked_on(&bench, before), [], "{place:?}");
    }
}

#[test]
fn a_window_is_closed_while_panels_wait() {
    let mut bench = Bench::on_demo();
    bench.gate.close();
    bench.harness.state_mut().apply(Change::Scope(Scope::All));
    bench.harness.state_mut().apply(Change::Filter("mobile=yes".parse().unwrap()));
    bench.harness.step();
    bench.harness.step();
    assert!(bench.waits());
    drop(bench);
}
