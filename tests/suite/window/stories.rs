//! Three stories: an adviser with ten minutes before a visit, an analyst with an afternoon, a trainer with a projector.
//! Each goes by what is on screen; what it reads is compared with the recount.

use std::collections::BTreeMap;

use eframe::egui::{Key, Modifiers};
use schoolbench::model::{Compare, Scope, Urn};
use schoolbench::ui::{Change, Place};

use super::figures::{self, assert_shown, reads, recounted};
use super::harness::{Bench, CTRL, CTRL_SHIFT};
use crate::oracle::{Asked, Cells, Expected, intern};

fn at(place: Place) -> Bench {
    let mut bench = Bench::on_demo();
    bench.click(place.title());
    bench.answered();
    bench
}

/// Gives a command, a group or a pupil group from the palette.
fn say(bench: &mut Bench, words: &str) {
    bench.key(CTRL, Key::K);
    bench.harness.run();
    bench.choose(words);
    bench.answered();
}

fn asked(bench: &Bench, subjects: &[&'static str], indicator: &'static str, by: &[&'static str]) -> Asked {
    Asked {
        years: vec![*figures::years(bench.view().stage).last().unwrap()],
        subjects: subjects.to_vec(),
        indicators: vec![indicator],
        by: by.to_vec(),
        ..figures::asked(bench.view())
    }
}

fn figure(cells: &Cells, key: &str, indicator: &'static str) -> Option<(usize, f64)> {
    match cells.get(&(vec![intern(key)], indicator))? {
        Expected::Figure { n, value, .. } => Some((*n, *value)),
        Expected::Nothing(_) => None,
    }
}

fn names(bench: &Bench) -> BTreeMap<String, Urn> {
    let schools = bench.window().desk().unwrap().register().schools();
    schools.map(|school| (school.name.clone(), school.urn)).collect()
}

/// She opens the school that is farthest below, reads its headlines, sets it beside schools of a similar intake, looks at
/// its subjects, and goes back to the group.
#[test]
fn an_adviser_prepares_a_visit() {
    let mut bench = at(Place::Overview);
    let group = bench.view().scope.clone();
    let names = names(&bench);
    let order = *bench.view().panels.iter().find(|(_, panel)| panel.title() == "Schools in order").unwrap().0;
    bench.change(Change::Maximise(Some(order)));
    let opened = |text: &String| text.strip_prefix("Open ").and_then(|name| names.get(name)).copied();
    let school = bench.texts().iter().rev().find_map(opened).expect("schools stand in order");
    let progress = recounted(&asked(&bench, &[], "p8", &["school"]));
    let scores = progress.keys().filter_map(|(key, _)| figure(&progress, key[0], "p8").map(|(_, value)| value));
    let least = scores.fold(f64::MAX, f64::min);
    assert_eq!(figure(&progress, &school.to_string(), "p8").map(|(_, value)| value), Some(least), "the last is lowest");
    let name = names.iter().find(|(_, urn)| **urn == school).unwrap().0.clone();
    bench.click(&format!("Open {name}"));
    bench.answered();
    assert_eq!(bench.view().scope, Scope::Schools([school].into()));
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    assert_shown(&bench);
    bench.pick("Compare with", "same pupils, similar schools");
    bench.answered();
    assert_eq!(bench.view().compare, Compare::Similar);
    assert!(bench.caption("Headlines").unwrap().contains("similar"), "{:?}", bench.caption("Headlines"));
    bench.click("Subjects");
    bench.answered();
    assert!(bench.caption("All subjects").unwrap().starts_with(&name));
    for _ in 0..2 {
        bench.key(Modifiers::ALT, Key::ArrowLeft);
        bench.answered();
    }
    assert_eq!((bench.view().place, &bench.view().scope), (Place::Overview, &group));
    assert_shown(&bench);
}

/// He shows pupils with EAL, compares their sciences with the same pupils everywhere, opens physics school by school, and
/// takes the figures away.
#[test]
fn an_analyst_looks_at_pupils_with_eal_in_the_sciences() {
    let mut bench = at(Place::Subjects);
    let authority = bench.window().desk().unwrap().register().schools().next().unwrap().la_name.clone();
    say(&mut bench, &authority);
    say(&mut bench, "EAL");
    assert_eq!(figures::filter(bench.view()), [("eal", vec!["yes"])]);
    let panel = *bench.view().panels.iter().find(|(_, panel)| panel.title() == "All subjects").unwrap().0;
    bench.change(Change::Maximise(Some(panel)));
    let sciences = [("biology", "Biology"), ("chemistry", "Chemistry"), ("combined_science", "Combined science")];
    let cells = recounted(&asked(&bench, &[], "grade4plus", &["subject"]));
    for (slug, subject) in sciences {
        let (n, value) = figure(&cells, slug, "grade4plus").expect("many pupils with EAL enter it");
        let told = bench.text_from(&format!("{subject}, Grades 9 to 4: "));
        assert!(reads(&told, &[value, n as f64]), "{told}; recounted: {value} of {n}");
    }
    bench.change(Change::Maximise(None));
    bench.click("Open Biology");
    bench.answered();
    assert_eq!(bench.view().place, Place::Subject);
    let cells = recounted(&asked(&bench, &["biology"], "avg_points", &["school"]));
    let mut read = 0;
    for (name, urn) in names(&bench) {
        let beginning = format!("{name}, Average points: ");
        let texts = bench.texts();
        let Some(told) = texts.iter().find(|text| text.starts_with(&beginning)) else { continue };
        match figure(&cells, &urn.to_string(), "avg_points") {
            Some((n, value)) => assert!(reads(told, &[value, n as f64]), "{told}; recounted: {value} of {n}"),
            None => assert!(!told.contains("95 %"), "{told} is withheld"),
        }
        read += 1;
    }
    assert!(read > 3, "{read} schools are read");
    bench.click("More: Schools in the subject");
    bench.harness.run();
    let text = bench.copied_by("Copy as text");
    assert!(text.contains("EAL") && text.contains("avg_points") && text.contains("withheld"), "{text}");
}

/// She has filtered, selected, closed and moved things for forty people, and puts everything back for the next forty.
#[test]
fn a_trainer_puts_the_demo_back() {
    let mut bench = at(Place::Overview);
    let first = bench.view().clone();
    say(&mut bench, "FSM6");
    say(&mut bench, "Schools");
    bench.click("Funnel");
    bench.answered();
    bench.click("Overview");
    bench.answered();
    let tiles = *bench.view().panels.keys().next().unwrap();
    bench.change(Change::Close(tiles));
    bench.key(CTRL_SHIFT, Key::F);
    say(&mut bench, "Reset layout");
    assert_eq!((&bench.view().panels, &bench.view().layout), (&first.panels, &first.layout));
    assert_eq!((&bench.view().filter, &bench.view().scope), (&first.filter, &first.scope));
    assert_shown(&bench);
    // Or step by step, to where she began.
    for _ in 0..40 {
        bench.key(CTRL, Key::Z);
    }
    bench.answered();
    let mut begun = bench.view().clone();
    begun.go(Place::Overview);
    assert_eq!((begun.panels, begun.layout, begun.filter), (first.panels, first.layout, first.filter));
}
