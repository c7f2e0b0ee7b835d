//! Schools and subjects in order: which differ from their comparator, as the recount has it; opened and selected by name.

use schoolbench::model::{Compare, Scope, Subject, Urn};
use schoolbench::ui::{Change, Place};

use super::figures::{filter, reads, recounted, scope, years};
use super::harness::{Bench, sized};
use crate::demo;
use crate::oracle::{Asked, Expected};

/// The overview with one panel alone.
pub fn alone(title: &str) -> Bench {
    let mut bench = Bench::over(sized(1280.0, 1100.0), demo::workspace());
    bench.change(Change::Place(Place::Overview));
    maximise(&mut bench, title);
    bench
}

/// One panel alone.
pub fn maximise(bench: &mut Bench, title: &str) {
    let of_title = bench.view().panels.iter().find(|(_, panel)| panel.title() == title).map(|(id, _)| *id);
    bench.change(Change::Maximise(Some(of_title.unwrap())));
}

/// What a ranking of the view's group asks of the last year.
fn asked(bench: &Bench, indicator: &'static str, by: &'static str, compare: &'static str) -> Asked {
    let view = bench.view();
    Asked {
        stage: 4,
        years: vec![*years(view.stage).last().unwrap()],
        pool: false,
        scope: scope(&view.scope),
        indicators: vec![indicator],
        subjects: Vec::new(),
        filter: filter(view),
        by: vec![by],
        compare,
        test: "",
    }
}

/// A row as it must be: its key, its place among the standings, and its figures in the order in which they are read.
struct Row {
    key: &'static str,
    standing: usize,
    difference: f64,
    figures: Vec<f64>,
}

/// What comes after those that are judged.
const NOT_JUDGED: usize = 3;
const NO_FIGURE: usize = 4;

fn rows(asked: &Asked) -> Vec<Row> {
    let cells = recounted(asked);
    let row = |((key, _), cell): (&(Vec<&'static str>, &'static str), &Expected)| match cell {
        Expected::Nothing(_) => Row { key: key[0], standing: NO_FIGURE, difference: 0.0, figures: Vec::new() },
        Expected::Figure { n, value, interval, comparison } => {
            let mut figures = vec![*value];
            figures.extend(interval.iter().flat_map(|(lower, upper)| [*lower, *upper]));
            figures.push(*n as f64);
            let Some(Ok(beside)) = comparison else {
                return Row { key: key[0], standing: NOT_JUDGED, difference: 0.0, figures };
            };
            figures.extend([beside.difference, beside.comparator]);
            let standing = ["above", "not different", "below"].iter().position(|word| *word == beside.significance);
            Row { key: key[0], standing: standing.unwrap(), difference: beside.difference, figures }
        }
    };
    let mut rows: Vec<Row> = cells.iter().map(row).collect();
    rows.sort_by(|a, b| a.standing.cmp(&b.standing).then(b.difference.total_cmp(&a.difference)));
    rows
}

/// The headings that are on screen count the rows below them; those of rows that come first are.
fn assert_heads(bench: &Bench, rows: &[Row]) {
    let heads = ["Above", "Cannot be told apart from the comparator", "Below", "Not judged, by name", "No figure"];
    let there = |head: &str| bench.texts().into_iter().find(|text| text.starts_with(&format!("{head}: ")));
    for (standing, head) in heads.into_iter().enumerate() {
        let n = rows.iter().filter(|row| row.standing == standing).count();
        let right = (n > 0).then(|| format!("{head}: {n}"));
        let found = there(head);
        assert!(found == right || (found.is_none() && rows.len() > 25), "{found:?}, not {right:?}");
    }
    assert!(heads.iter().any(|head| there(head).is_some()), "{:#?}", bench.texts());
}

fn name(bench: &Bench, urn: &str) -> String {
    let urn: Urn = urn.parse().unwrap();
    bench.window().desk().unwrap().register().school(urn).unwrap().name.clone()
}

#[test]
fn schools_stand_by_whether_they_differ_and_then_by_how_much() {
    let mut bench = alone("Schools in order");
    bench.pick("Show", "Attainment 8");
    bench.answered();
    for filter in ["", "fsm6=yes"] {
        bench.change(Change::Filter(filter.parse().unwrap()));
        let rows = rows(&asked(&bench, "att8", "school", "same"));
        assert_heads(&bench, &rows);
        let summary = bench.text_from("Schools in order, Attainment 8, ");
        let (mut above, mut seen) = (f32::MIN, 0);
        for row in &rows {
            let name = name(&bench, row.key);
            assert!(summary.contains(&name) || rows.len() > 12, "{name} is not in {summary}");
            // What is scrolled away is not drawn.
            let beginning = format!("{name}: ");
            let Some(words) = bench.texts().into_iter().find(|text| text.starts_with(&beginning)) else { continue };
            assert!(reads(&words, &row.figures), "{words}; recounted: {:?}", row.figures);
            let top = bench.place_of(&beginning).top();
            // Those that are not judged are by name.
            assert!(row.standing >= NOT_JUDGED || top > above, "{name} stands too high");
            (above, seen) = (top, seen + 1);
        }
        assert!(seen == rows.len() || seen > 20, "{seen} of {} schools are to be seen", rows.len());
        bench.text_from("Upright line: ");
    }
}

#[test]
fn a_school_is_selected_by_its_line_and_opened_by_its_name() {
    let mut bench = alone("Schools in order");
    bench.pick("Show", "Attainment 8");
    bench.answered();
    let group = bench.view().scope.clone();
    let rows = rows(&asked(&bench, "att8", "school", "same"));
    let urn: Urn = rows[0].key.parse().unwrap();
    let name = name(&bench, rows[0].key);
    bench.click_from(&format!("{name}: "));
    bench.answered();
    assert_eq!(bench.view().selected, [urn].into());
    assert_eq!(bench.view().scope, group, "only selected");
    bench.click(&format!("Open {name}"));
    bench.answered();
    assert_eq!(bench.view().scope, Scope::Schools([urn].into()));
    assert_eq!(bench.view().from, Some(group), "from where it was opened");
}

#[test]
fn subjects_are_compared_each_with_its_own_and_opened_by_name() {
    let mut bench = alone("Schools in order");
    bench.click("Order subjects");
    bench.answered();
    bench.pick("Show", "Grades 9 to 4");
    bench.answered();
    let rows = rows(&asked(&bench, "grade4plus", "subject", "same"));
    let summary = bench.text_from("Subjects in order, Grades 9 to 4, ");
    assert!(reads(&summary, &[rows.iter().filter(|row| row.standing == rows[0].standing).count() as f64]), "{summary}");
    let subject = |slug: &str| Subject::all().find(|of| of.key_stage.number() == 4 && of.slug == slug).unwrap();
    let mut seen = 0;
    for row in &rows {
        let beginning = format!("{}: ", subject(row.key).name);
        // What is scrolled away is not drawn.
        if let Some(words) = bench.texts().into_iter().find(|text| text.starts_with(&beginning)) {
            assert!(reads(&words, &row.figures), "{words}; recounted: {:?}", row.figures);
            seen += 1;
        }
    }
    assert!(seen > 3, "there are subjects to see: {:#?}", bench.texts());
    let first = subject(rows[0].key);
    bench.click(&format!("Open {}", first.name));
    bench.answered();
    assert_eq!((bench.view().place, bench.view().subject), (Place::Subject, Some(first)));
}

#[test]
fn without_a_comparator_schools_are_in_the_order_of_their_names() {
    let mut bench = alone("Schools in order");
    bench.pick("Show", "Attainment 8");
    bench.change(Change::Compare(Compare::None));
    let cells = recounted(&asked(&bench, "att8", "school", "none"));
    let told = cells.values().filter(|cell| matches!(cell, Expected::Figure { .. })).count();
    assert!(bench.has(&format!("Not judged, by name: {told}")), "{:#?}", bench.texts());
    assert!(bench.texts().iter().any(|text| text.starts_with("Compared with nothing: ")));
    let keys = cells.iter().filter(|(_, cell)| matches!(cell, Expected::Figure { .. })).map(|((key, _), _)| key[0]);
    let mut names: Vec<String> = keys.map(|urn| name(&bench, urn)).collect();
    names.sort_by_key(|name| name.to_lowercase());
    let tops: Vec<f32> = names.iter().map(|name| bench.place_of(&format!("{name}: ")).top()).collect();
    assert!(tops.is_sorted(), "{names:?} stand at {tops:?}");
}
