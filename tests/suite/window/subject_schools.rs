//! One subject, school by school: the table says what a recount gives, in the order chosen, and leads on.

use std::collections::{BTreeMap, BTreeSet};

use schoolbench::model::{Compare, Filter, KeyStage, Scope, Subject, Urn};
use schoolbench::ui::{Change, Panel, SubjectSchools};

use super::figures::{caption, filter, reads, recounted, scope, years};
use super::harness::{Bench, sized};
use crate::oracle::{self, Asked, Expected};
use crate::published::public;

fn subject(stage: KeyStage, word: &str) -> Subject {
    Subject::from_word(stage, word).unwrap()
}

/// The dashboard of a subject of key stage 4.
fn on_subject(word: &str) -> Bench {
    let mut bench = Bench::on_demo();
    bench.change(Change::Subject(subject(KeyStage::Ks4, word)));
    bench
}

fn chosen(bench: &Bench) -> SubjectSchools {
    let mut panels = bench.view().panels.values();
    panels
        .find_map(|panel| if let Panel::SubjectSchools(chosen) = panel { Some(chosen.clone()) } else { None })
        .unwrap()
}

/// What the table asks of the last year, school by school; of a subject, or of all pupils.
fn asked(bench: &Bench, subject: Option<&'static str>, indicators: &[&'static str]) -> Asked {
    let view = bench.view();
    Asked {
        stage: i64::from(view.stage.number()),
        years: vec![*years(view.stage).last().unwrap()],
        pool: false,
        scope: scope(&view.scope),
        indicators: indicators.to_vec(),
        subjects: subject.into_iter().collect(),
        filter: filter(view),
        by: vec!["school"],
        compare: view.compare.word(),
        test: "",
    }
}

/// The schools of the demo by name.
fn urns(bench: &Bench) -> BTreeMap<String, Urn> {
    let register = bench.window().desk().unwrap().register();
    register.schools().map(|school| (school.name.clone(), school.urn)).collect()
}

/// The schools of the table that are on screen, from the top.
fn on_screen(bench: &Bench) -> Vec<(String, Urn)> {
    let urns = urns(bench);
    let opened = bench.texts().into_iter().filter_map(|text| text.strip_prefix("Open ").map(str::to_owned));
    opened.filter_map(|name| urns.get(&name).map(|urn| (name.clone(), *urn))).collect()
}

/// A cell of the table, read aloud.
fn cell(bench: &Bench, name: &str, title: &str) -> Option<String> {
    let beginning = format!("{name}, {title}: ");
    bench.texts().iter().find_map(|text| text.strip_prefix(&beginning).map(str::to_owned))
}

fn key(urn: Urn) -> Vec<&'static str> {
    vec![oracle::intern(&urn.to_string())]
}

fn figure(expected: Option<&Expected>) -> Option<f64> {
    if let Some(Expected::Figure { value, .. }) = expected { Some(*value) } else { None }
}

/// A cell says what is expected: figure, number of pupils, difference and whether it can be told apart.
fn assert_says(text: &str, expected: &Expected) {
    match expected {
        Expected::Nothing(reason) => assert!(text.starts_with(reason), "{text}, not {reason}"),
        Expected::Figure { n, value, comparison, .. } => {
            let mut figures = vec![*value, *n as f64];
            if let Some(Ok(beside)) = comparison {
                figures.extend([beside.difference, beside.comparator]);
                let level = beside.significance == "not different";
                assert_eq!(text.contains("cannot be told apart"), level, "{text}; recounted: {expected:?}");
            }
            assert!(reads(text, &figures), "{text}; recounted: {expected:?}");
        }
    }
}

/// Every school on screen has the figures of a recount in a column. Gives how many there were.
fn assert_column(bench: &Bench, title: &str, word: &'static str, of: Option<&'static str>) -> usize {
    let cells = recounted(&asked(bench, of, &[word]));
    let mut seen = 0;
    for (name, urn) in on_screen(bench) {
        if let (Some(text), Some(expected)) = (cell(bench, &name, title), cells.get(&(key(urn), word))) {
            assert_says(&text, expected);
            seen += 1;
        }
    }
    assert!(seen > 0, "no school of the table has {title}: {:#?}", bench.texts());
    seen
}

#[test]
fn the_table_has_the_figures_of_a_recount() {
    let mut bench = on_subject("maths");
    for filter in ["", "fsm6=yes"] {
        bench.change(Change::Filter(filter.parse::<Filter>().unwrap()));
        for (title, word) in [
            ("Average points", "avg_points"),
            ("Grades 9 to 4", "grade4plus"),
            ("Grades 9 to 5", "grade5plus"),
            ("Grades 9 to 7", "grade7plus"),
            ("Entries", "entries"),
        ] {
            assert_column(&bench, title, word, Some("maths"));
        }
    }
}

#[test]
fn a_bar_tells_of_every_band_of_grades_and_the_share_that_entered_is_of_the_pupils() {
    let bench = on_subject("maths");
    let shares = ["grade7plus", "grade5plus", "grade4plus", "grade1plus"];
    let grades = recounted(&asked(&bench, Some("maths"), &shares));
    let entries = recounted(&asked(&bench, Some("maths"), &["entries"]));
    let pupils = recounted(&Asked { compare: "none", ..asked(&bench, None, &["pupils"]) });
    let (mut bars, mut entering) = (0, 0);
    for (name, urn) in on_screen(&bench) {
        let at_least: Option<Vec<f64>> = shares.iter().map(|word| figure(grades.get(&(key(urn), *word)))).collect();
        if let (Some(at_least), Some(text)) = (at_least, cell(&bench, &name, "Grades")) {
            let [seven, five, four, one] = at_least[..] else { panic!("four shares") };
            assert!(reads(&text, &[seven, five - seven, four - five, one - four, 100.0 - one]), "{text}");
            bars += 1;
        }
        let both = (figure(entries.get(&(key(urn), "entries"))), figure(pupils.get(&(key(urn), "pupils"))));
        if let ((Some(entries), Some(pupils)), Some(text)) = (both, cell(&bench, &name, "Entering")) {
            assert!(reads(&text, &[100.0 * entries / pupils, entries, pupils]), "{text}");
            entering += 1;
        }
    }
    assert!(bars > 0 && entering > 0, "{bars} bars, {entering} shares that entered");
}

#[test]
fn the_summary_counts_schools_above_and_below_and_those_without_entries() {
    for word in ["maths", "latin"] {
        let mut bench = on_subject(word);
        bench.change(Change::Scope(Scope::All));
        let points = recounted(&asked(&bench, Some(oracle::intern(word)), &["avg_points", "entries"]));
        let pupils = recounted(&Asked { compare: "none", ..asked(&bench, None, &["pupils"]) });
        let nobody = |cell: &Expected| matches!(cell, Expected::Nothing(reason) if reason == "no pupils");
        let entered: BTreeSet<&str> = points
            .iter()
            .filter(|((_, of), cell)| *of == "entries" && !nobody(cell))
            .map(|((key, _), _)| key[0])
            .collect();
        let all: BTreeSet<&str> = pupils
            .iter()
            .filter(|(_, cell)| !nobody(cell))
            .map(|((key, _), _)| key[0])
            .chain(entered.clone())
            .collect();
        let judged = |verdict: &str| {
            let of = |cell: &&Expected| match cell {
                Expected::Figure { comparison: Some(Ok(beside)), .. } => beside.significance == verdict,
                _ => false,
            };
            points.iter().filter(|((_, of), _)| *of == "avg_points").map(|(_, cell)| cell).filter(of).count() as f64
        };
        let summary = bench.text_from(&format!("{}: ", subject(KeyStage::Ks4, word).name));
        let without = (all.len() - entered.len()) as f64;
        let figures = [all.len() as f64, judged("above"), judged("below"), judged("not different"), without];
        assert!(reads(&summary, &figures), "{summary}; recounted: {figures:?}");
    }
}

#[test]
fn a_click_on_a_head_brings_the_schools_in_its_order_and_a_second_one_turns_it_round() {
    let mut bench = on_subject("maths");
    bench.change(Change::Scope(Scope::All));
    let names = |bench: &Bench| on_screen(bench).into_iter().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>();
    let by_name = names(&bench);
    assert!(by_name.len() > 3 && by_name.is_sorted(), "by name at first: {by_name:?}");
    let cells = recounted(&asked(&bench, Some("maths"), &["grade4plus"]));
    let values = |bench: &Bench| -> Vec<Option<f64>> {
        on_screen(bench).iter().map(|(_, urn)| figure(cells.get(&(key(*urn), "grade4plus")))).collect()
    };
    for ascending in [false, true] {
        bench.click_from("Sort by Grades 9 to 4");
        bench.answered();
        let settings = chosen(&bench);
        assert_eq!((settings.sorted, settings.ascending), (Some("grade4plus".parse().unwrap()), ascending));
        let shown = values(&bench);
        let figures: Vec<f64> = shown.iter().flatten().copied().collect();
        let right = if ascending { figures.is_sorted() } else { figures.iter().rev().is_sorted() };
        assert!(right && figures.len() > 3, "{shown:?}");
        assert!(shown.iter().skip_while(|figure| figure.is_some()).all(Option::is_none), "without a figure: last");
    }
    bench.click_from("Sort by School");
    bench.answered();
    assert_eq!(names(&bench), by_name);
}

#[test]
fn a_school_is_selected_by_a_click_and_opened_by_its_button() {
    let mut bench = on_subject("maths");
    let group = bench.view().scope.clone();
    let (name, urn) = on_screen(&bench)[0].clone();
    bench.click(&name);
    bench.answered();
    assert_eq!(bench.view().selected, [urn].into());
    bench.click(&format!("Open {name}"));
    bench.answered();
    assert_eq!(bench.view().scope, Scope::Schools([urn].into()));
    assert_eq!(bench.view().from, Some(group));
    assert_eq!(on_screen(&bench), vec![(name, urn)], "the table is of that school");
    assert!(bench.text_from("Mathematics: ").contains("1 school, "));
}

#[test]
fn subject_and_years_are_picked_and_the_group_stands_on_top() {
    let mut bench = on_subject("maths");
    bench.pick("Subject", "History");
    bench.answered();
    assert_eq!(bench.view().subject, Some(subject(KeyStage::Ks4, "history")));
    bench.text_from("History: ");
    let group = caption(bench.view(), bench.window().desk().unwrap()).split(" · ").next().unwrap().to_owned();
    let of_group = Asked { by: Vec::new(), ..asked(&bench, Some("history"), &["avg_points"]) };
    let says = |bench: &Bench, asked: &Asked| {
        let text = cell(bench, &group, "Average points").unwrap_or_else(|| panic!("{:#?}", bench.texts()));
        assert_says(&text, &recounted(asked)[&(Vec::new(), "avg_points")]);
    };
    says(&bench, &of_group);
    bench.pick("Year", "all years pooled");
    bench.answered();
    assert!(chosen(&bench).pool);
    says(&bench, &Asked { years: years(KeyStage::Ks4), pool: true, ..of_group.clone() });
    let first = years(KeyStage::Ks4)[0];
    bench.pick("Year", &format!("{}/{:02}", first - 1, first % 100));
    bench.answered();
    assert_eq!(chosen(&bench).year.map(|year| i64::from(year.ending())), Some(first));
    says(&bench, &Asked { years: vec![first], ..of_group });
    bench.change(Change::Compare(Compare::None));
    assert!(!bench.text_from("History: ").contains("above"), "nothing is compared");
}

#[test]
fn subjects_of_key_stage_2_have_their_scaled_scores_and_standards() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Stage(KeyStage::Ks2));
    bench.change(Change::Scope(Scope::All));
    bench.change(Change::Subject(subject(KeyStage::Ks2, "reading")));
    bench.text_from("Reading: ");
    assert_column(&bench, "Scaled score", "avg_points", Some("reading"));
    assert_column(&bench, "Expected standard", "reading_expected", None);
    assert!(!bench.texts().iter().any(|text| text.contains(", Grades: ")), "there are no grades");
    bench.change(Change::Subject(subject(KeyStage::Ks2, "writing")));
    assert_column(&bench, "Greater depth", "writing_high", None);
}

#[test]
fn published_tables_and_every_comparator_leave_the_panel_whole() {
    let mut bench = Bench::over(sized(1280.0, 800.0), public());
    for (stage, word) in [(KeyStage::Ks4, "maths"), (KeyStage::Ks2, "maths"), (KeyStage::Ks2, "reading")] {
        bench.change(Change::Stage(stage));
        bench.change(Change::Subject(subject(stage, word)));
        for compare in Compare::ALL {
            bench.change(Change::Compare(compare));
            assert!(bench.has(&format!("Subject: {}", subject(stage, word).name)), "{compare:?}: {:#?}", bench.texts());
        }
    }
}
