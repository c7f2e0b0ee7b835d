//! The schools side by side, and those with a similar intake: their figures are those of the recount and of the desk.

use std::collections::BTreeSet;

use schoolbench::desk::{Basis, LikeSchool};
use schoolbench::method::similar::Term;
use schoolbench::model::{Breakdown, Compare, Draft, Filter, Indicator, Judged, KeyStage, Question, Scope, Urn, Year};
use schoolbench::ui::{Change, Panel, Place, SchoolTable, SimilarTo};

use super::figures::{filter, reads, recounted, scope, years};
use super::harness::Bench;
use crate::oracle::{self, Asked, Expected};

/// The panels of the dashboard of schools.
const TABLE: u64 = 4_002;
const SIMILAR: u64 = 4_003;

/// A window with one panel of the dashboard of schools.
fn on(panel: u64) -> Bench {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Schools));
    bench.change(Change::Maximise(Some(panel)));
    bench
}

fn group(bench: &Bench) -> Vec<(Urn, String)> {
    let register = bench.window().desk().unwrap().register();
    register.schools_of(&bench.view().scope).map(|school| (school.urn, school.name.clone())).collect()
}

fn last(stage: KeyStage) -> i64 {
    *years(stage).last().unwrap()
}

fn asked(bench: &Bench, indicator: &'static str, of_all: bool) -> Asked {
    let view = bench.view();
    Asked {
        stage: i64::from(view.stage.number()),
        years: vec![last(view.stage)],
        pool: false,
        scope: scope(&view.scope),
        indicators: vec![indicator],
        subjects: Vec::new(),
        filter: if of_all { Vec::new() } else { filter(view) },
        by: vec!["school"],
        compare: "none",
        test: "",
    }
}

/// The recounted figure of a school.
fn figure(bench: &Bench, urn: Urn, indicator: &'static str, of_all: bool) -> Option<f64> {
    let cells = recounted(&asked(bench, indicator, of_all));
    match cells.get(&(vec![oracle::intern(&urn.to_string())], indicator))? {
        Expected::Figure { value, .. } => Some(*value),
        Expected::Nothing(_) => None,
    }
}

/// The rows of schools on screen, read aloud, from top to bottom.
fn rows(bench: &Bench) -> Vec<(Urn, String)> {
    let group = group(bench);
    let mut rows: Vec<(f32, Urn, String)> = Vec::new();
    for (urn, name) in &group {
        let beginning = format!("{name}: ");
        if let Some(text) = bench.texts().into_iter().find(|text| text.starts_with(&beginning)) {
            rows.push((bench.place_of(&beginning).top(), *urn, text));
        }
    }
    rows.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
    rows.into_iter().map(|(_, urn, text)| (urn, text)).collect()
}

#[test]
fn the_table_of_schools_has_results_of_the_filtered_pupils_and_the_intake_of_all() {
    let mut bench = on(TABLE);
    for words in ["", "sex=F"] {
        bench.change(Change::Filter(words.parse().unwrap()));
        let rows = rows(&bench);
        assert!(rows.len() > 2, "{:#?}", bench.texts());
        let mut read = 0;
        for (urn, text) in rows {
            let results = figure(&bench, urn, "att8", false);
            let intake = figure(&bench, urn, "pct_fsm6", true);
            if let (Some(results), Some(intake)) = (results, intake) {
                assert!(reads(&text, &[results, intake]), "{text}; recounted: {results} and {intake}");
                read += 1;
            } else if results.is_none() {
                assert!(text.contains("Attainment 8 ·"), "{text}");
            }
        }
        assert!(read > 0);
        let of_all = bench.texts().iter().any(|text| text.contains("FSM6 pupils, of all pupils"));
        assert_eq!(of_all, !words.is_empty(), "the head says of whom it is where that differs");
    }
    bench.text_from("Comparator: same pupils");
}

#[test]
fn the_table_of_schools_is_put_in_order_and_schools_are_pinned() {
    let mut bench = on(TABLE);
    for ascending in [false, true] {
        bench.click("Sort by Attainment 8");
        bench.answered();
        let in_order: Vec<f64> =
            rows(&bench).into_iter().filter_map(|(urn, _)| figure(&bench, urn, "att8", false)).collect();
        assert!(in_order.len() > 2);
        let right = |pair: &[f64]| if ascending { pair[0] <= pair[1] } else { pair[0] >= pair[1] };
        assert!(in_order.windows(2).all(right), "{in_order:?}");
    }
    let (pinned, _) = rows(&bench).pop().unwrap();
    let name = group(&bench).into_iter().find(|(urn, _)| *urn == pinned).unwrap().1;
    bench.click(&format!("Pin {name}"));
    bench.answered();
    let Panel::SchoolTable(SchoolTable { pinned: known, .. }) = &bench.view().panels[&TABLE] else { panic!() };
    assert_eq!(known, &[pinned]);
    assert_eq!(rows(&bench)[0].0, pinned, "it stands on top");
    bench.click(&format!("Unpin {name}"));
    bench.answered();
    let Panel::SchoolTable(SchoolTable { pinned: known, .. }) = &bench.view().panels[&TABLE] else { panic!() };
    assert!(known.is_empty());
}

#[test]
fn a_row_selects_its_school_and_only_the_selected_are_shown() {
    let mut bench = on(TABLE);
    let (urn, text) = rows(&bench).remove(0);
    let name = text.split(": ").next().unwrap().to_owned();
    bench.click_from(&format!("{name}: "));
    bench.answered();
    assert_eq!(bench.view().selected, [urn].into());
    bench.click("Only selected");
    bench.answered();
    assert_eq!(rows(&bench).iter().map(|(urn, _)| *urn).collect::<Vec<_>>(), [urn]);
    bench.change(Change::Select(BTreeSet::new()));
    assert!(bench.texts().iter().any(|text| text.contains("Select schools to see only those")));
}

#[test]
fn a_few_selected_schools_stand_side_by_side() {
    let mut bench = on(TABLE);
    bench.click("Compare");
    bench.answered();
    assert!(bench.texts().iter().any(|text| text.contains("Select two to six schools")));
    let mut schools = group(&bench);
    schools.retain(|(urn, _)| figure(&bench, *urn, "att8", false).is_some());
    schools.truncate(2);
    bench.change(Change::Select(schools.iter().map(|(urn, _)| *urn).collect()));
    let row = bench.text_from("Attainment 8: ");
    for (urn, name) in &schools {
        let value = figure(&bench, *urn, "att8", false).unwrap();
        let (_, after) = row.split_once(&format!("{name} ")).unwrap_or_else(|| panic!("{name} is not in {row}"));
        assert!(reads(after, &[value]), "{row}; recounted: {value}");
    }
    bench.click(&format!("Take {} out of the selection", schools[0].1));
    bench.answered();
    assert_eq!(bench.view().selected, [schools[1].0].into());
}

#[test]
fn the_columns_of_schools_are_chosen_and_those_of_key_stage_2_are_its_own() {
    let mut bench = on(TABLE);
    bench.click_from("Columns: ");
    bench.harness.run();
    bench.click("EBacc average point score");
    bench.answered();
    let Panel::SchoolTable(SchoolTable { indicators, .. }) = &bench.view().panels[&TABLE] else { panic!() };
    assert!(indicators.contains(&Indicator::EbaccAps) && indicators.contains(&Indicator::Att8), "{indicators:?}");
    // The same button closes what it has opened.
    bench.click_from("Columns: ");
    bench.harness.run();
    bench.change(Change::Stage(KeyStage::Ks2));
    bench.text_from("Sort by Reading, writing and maths: expected standard");
    assert!(!bench.texts().iter().any(|text| text.starts_with("Sort by EBacc")));
    for (urn, text) in rows(&bench) {
        if let Some(value) = figure(&bench, urn, "rwm_expected", false) {
            assert!(reads(&text, &[value]), "{text}; recounted: {value}");
        }
    }
}

/// What the panel looks for, with other weights of some inputs.
fn like(bench: &Bench, school: Urn, weights: &[(&str, f64)]) -> LikeSchool {
    let stage = bench.view().stage;
    let year = Year::new(i32::try_from(last(stage)).unwrap()).unwrap();
    let basis = Basis::all(stage, &schoolbench::workspace::Published::default(), Some(year)).remove(0);
    let weighed = |term: &Term| {
        let known = weights.iter().find(|(word, _)| term.input.word() == *word);
        Term { weight: known.map_or(term.weight, |(_, weight)| *weight), ..*term }
    };
    let terms = basis.terms.iter().map(weighed).collect();
    LikeSchool {
        school,
        among: Scope::All,
        stage,
        year: basis.year,
        terms,
        most: 50,
        phase: None,
        la: None,
        within_km: None,
    }
}

fn question(bench: &Bench, scope: Scope, indicator: Indicator) -> Question {
    let view = bench.view();
    Question::new(Draft {
        stage: view.stage,
        years: vec![Year::new(i32::try_from(last(view.stage)).unwrap()).unwrap()],
        pool: false,
        scope,
        indicators: vec![indicator],
        subjects: Vec::new(),
        filter: Filter::everyone(),
        by: Vec::<Breakdown>::new(),
        compare: Compare::None,
        judged: Judged::default(),
    })
    .unwrap()
}

/// The panel shows the schools that the desk finds, and their mean. Gives them.
fn assert_similar(bench: &Bench, school: Urn, weights: &[(&str, f64)]) -> BTreeSet<Urn> {
    let desk = oracle::desk();
    let similar = desk.similar(&like(bench, school, weights)).unwrap();
    let near = similar.comparators();
    let name = |urn: Urn| desk.register().school(urn).unwrap().name.clone();
    for (nth, neighbour) in near.iter().take(5).enumerate() {
        let row = bench.text_from(&format!("{}, number {}: ", name(neighbour.urn), nth + 1));
        assert!(reads(&row, &[neighbour.distance]), "{row}; the desk gives {}", neighbour.distance);
    }
    let urns: BTreeSet<Urn> = near.iter().map(|neighbour| neighbour.urn).collect();
    let value = |urns: BTreeSet<Urn>| {
        let answer = desk.ask_and_wait(&question(bench, Scope::Schools(urns), Indicator::Att8)).unwrap();
        answer.cells()[0].figure.as_ref().unwrap().value
    };
    let line = bench.text_from(&format!("{}: Attainment 8 ", name(school)));
    let figures = [value([school].into()), value(urns.clone())];
    assert!(reads(&line, &figures), "{line}; the desk gives {figures:?}");
    assert!(line.contains("rank ") && line.contains("told apart"), "{line}");
    urns
}

/// A school of the group with an Attainment 8.
fn one(bench: &Bench) -> Urn {
    group(bench).into_iter().map(|(urn, _)| urn).find(|urn| figure(bench, *urn, "att8", false).is_some()).unwrap()
}

#[test]
fn the_schools_with_a_similar_intake_are_those_that_the_desk_finds() {
    let mut bench = on(SIMILAR);
    assert!(bench.has("Choose a school"), "{:#?}", bench.texts());
    let school = one(&bench);
    bench.change(Change::Select([school].into()));
    let near = assert_similar(&bench, school, &[]);
    bench.click("Make these the group");
    bench.answered();
    let both: BTreeSet<Urn> = near.into_iter().chain([school]).collect();
    assert_eq!(bench.view().scope, Scope::Schools(both));
    bench.change(Change::Select(BTreeSet::new()));
    bench.change(Change::School(school));
    assert_similar(&bench, school, &[]);
    bench.click("Compare with similar schools");
    bench.answered();
    assert_eq!(bench.view().compare, Compare::Similar);
    assert!(!bench.has("Compare with similar schools"), "it is done");
}

#[test]
fn other_weights_find_other_schools_and_are_reset() {
    let mut bench = on(SIMILAR);
    let school = one(&bench);
    let of = |weights: &[(&str, u32)]| {
        let weights = weights.iter().map(|(word, weight)| ((*word).to_owned(), *weight)).collect();
        Panel::Similar(SimilarTo { school: Some(school), weights, ..SimilarTo::default() })
    };
    bench.change(Change::Panel(SIMILAR, of(&[("pct_fsm6", 0), ("pupils", 250)])));
    assert_similar(&bench, school, &[("pct_fsm6", 0.0), ("pupils", 0.25)]);
    let none = ["pct_fsm6", "pct_eal", "pupils", "prior_mean"].map(|word| (word, 0));
    bench.change(Change::Panel(SIMILAR, of(&none)));
    assert!(bench.has("Give an input a weight above 0"));
    bench.click_from("Weights: ");
    bench.harness.run();
    assert!(bench.has("Weight of FSM6 pupils"), "{:#?}", bench.texts());
    bench.click("Reset weights");
    bench.answered();
    assert_similar(&bench, school, &[]);
}
