//! The table of subjects: figures of the recount, in the order asked for, and what opens from it.

use schoolbench::model::{Characteristic, Indicator, KeyStage, Subject, Year};
use schoolbench::ui::{Change, Panel, Place, SubjectTable, View};

use super::figures::{filter, reads, recounted, scope, years};
use super::harness::{Bench, sized};
use crate::demo;
use crate::oracle::{Asked, Cells, Expected, intern};

/// The table's number on its dashboard.
const TABLE: u64 = 2_001;

/// The table of subjects, alone in the window.
fn on_table() -> Bench {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Subjects));
    bench.change(Change::Maximise(Some(TABLE)));
    bench
}

fn table(bench: &Bench) -> SubjectTable {
    match &bench.view().panels[&TABLE] {
        Panel::SubjectTable(table) => table.clone(),
        other => panic!("{other:?} is no table of subjects"),
    }
}

/// What the table of a view asks of one year, or of pooled years.
fn asked(bench: &Bench, indicator: &'static str, years: Vec<i64>, by: Vec<&'static str>) -> Asked {
    let view = bench.view();
    Asked {
        stage: i64::from(view.stage.number()),
        pool: years.len() > 1,
        years,
        scope: scope(&view.scope),
        indicators: vec![indicator],
        subjects: Vec::new(),
        filter: filter(view),
        by,
        compare: view.compare.word(),
        test: "",
    }
}

fn last(bench: &Bench) -> Vec<i64> {
    years(bench.view().stage).last().copied().into_iter().collect()
}

/// The subjects on screen, from top to bottom.
fn subjects(bench: &Bench) -> Vec<Subject> {
    let stage = bench.view().stage;
    let named = |name: &str| Subject::all().find(|subject| subject.key_stage == stage && subject.name == name);
    bench.texts().iter().filter_map(|text| named(text.strip_prefix("Open ")?)).collect()
}

fn figure(cells: &Cells, key: &[&str], indicator: &'static str) -> Option<f64> {
    match cells.get(&(key.iter().map(|word| intern(word)).collect(), indicator))? {
        Expected::Figure { value, .. } => Some(*value),
        Expected::Nothing(_) => None,
    }
}

/// The cell that begins so says what is expected.
fn assert_cell(bench: &Bench, beginning: &str, expected: &Expected) {
    let text = bench.text_from(beginning);
    let words = text.strip_prefix(beginning).unwrap();
    match expected {
        Expected::Nothing(reason) => assert!(words.starts_with(reason), "{text}; recounted: {reason}"),
        Expected::Figure { n, value, interval, comparison } => {
            let mut figures = vec![*value];
            figures.extend(interval.iter().flat_map(|(lower, upper)| [*lower, *upper]));
            figures.push(*n as f64);
            if let Some(Ok(beside)) = comparison {
                figures.extend([beside.difference, beside.comparator]);
                let level = words.contains("not significant: cannot be told apart");
                assert_eq!(level, beside.significance == "not different", "{text}; recounted: {beside:?}");
            }
            assert!(reads(words, &figures), "{text}; recounted: {expected:?}");
        }
    }
}

/// Every subject on screen has the figures of a recount; some are on screen.
fn assert_column(bench: &Bench, indicator: &'static str, years: Vec<i64>) {
    let cells = recounted(&asked(bench, indicator, years, vec!["subject"]));
    let label = indicator.parse::<Indicator>().unwrap().label();
    // The last rows may be out of sight.
    let shown = subjects(bench);
    let seen: Vec<_> = shown.iter().filter(|subject| is_seen(bench, subject)).collect();
    assert!(seen.len() > 2, "{shown:?}");
    for subject in seen {
        let expected = &cells[&(vec![intern(&subject.slug)], indicator)];
        assert_cell(bench, &format!("{}, {label}: ", subject.name), expected);
    }
}

/// Whether a subject's figures are on screen, not only its name for the keyboard to go on to.
fn is_seen(bench: &Bench, subject: &Subject) -> bool {
    bench.texts().iter().any(|text| text.starts_with(&format!("{}, Entries: ", subject.name)))
}

#[test]
fn every_subject_stands_in_the_table_with_the_figures_of_a_recount() {
    let mut bench = on_table();
    for filter in ["", "fsm6=yes", "sex=F sen=N"] {
        bench.change(Change::Filter(filter.parse().unwrap()));
        for indicator in ["entries", "grade4plus", "grade7plus", "avg_points", "value_added"] {
            assert_column(&bench, indicator, last(&bench));
        }
    }
    // Names first: the table begins at A.
    let names: Vec<String> = subjects(&bench).iter().map(|subject| subject.name.clone()).collect();
    assert!(names.is_sorted(), "{names:?}");
    let summary = bench.text_from("All subjects, ");
    assert!(summary.contains("Grades 9 to 4: ") && summary.contains(" below, "), "{summary}");
    assert!(summary.contains("significant: the comparator is outside"), "{summary}");
}

#[test]
fn a_year_is_picked_and_years_are_pooled() {
    let mut bench = on_table();
    let years = years(KeyStage::Ks4);
    let first = Year::new(i32::try_from(years[0]).unwrap()).unwrap();
    bench.pick("Year", &first.to_string());
    bench.answered();
    assert_eq!(table(&bench).year, Some(first));
    assert!(bench.text_from("All subjects, ").starts_with(&format!("All subjects, {first}: ")));
    assert_column(&bench, "grade4plus", vec![years[0]]);
    bench.pick("Year", "all years pooled");
    bench.answered();
    assert!(table(&bench).pool);
    assert!(bench.text_from("All subjects, ").contains(" pooled: "));
    assert_column(&bench, "grade4plus", years.clone());
    let newest = Year::new(i32::try_from(*years.last().unwrap()).unwrap()).unwrap();
    bench.pick("Year", &newest.to_string());
    bench.answered();
    assert_eq!(table(&bench), SubjectTable::default(), "the last year goes on with those of the view");
}

#[test]
fn heads_bring_the_rows_into_order() {
    let mut bench = on_table();
    let cells = recounted(&asked(&bench, "entries", last(&bench), vec!["subject"]));
    let entries = |subject: &Subject| figure(&cells, &[&subject.slug], "entries");
    bench.click_from("Sort by Entries");
    bench.answered();
    assert_eq!(table(&bench).sorted, Some(Indicator::Entries));
    let most: Vec<f64> = subjects(&bench).iter().filter_map(entries).collect();
    assert!(most.len() > 2 && most.is_sorted_by(|a, b| a >= b), "{most:?}");
    let highest = Subject::all().filter(|subject| subject.key_stage == KeyStage::Ks4).filter_map(|of| entries(&of));
    assert!((highest.fold(0.0, f64::max) - most[0]).abs() < 0.5, "the subject with most entries stands first");
    bench.click_from("Sort by Entries");
    bench.answered();
    let fewest: Vec<f64> = subjects(&bench).iter().filter_map(entries).collect();
    assert!(fewest.len() > 2 && fewest.is_sorted(), "{fewest:?}");
    bench.text_from("Sort by Entries, now from low to high");
    bench.click_from("Sort by Subject");
    bench.answered();
    assert_eq!((table(&bench).sorted, table(&bench).ascending), (None, false));
}

#[test]
fn columns_are_chosen() {
    let mut bench = on_table();
    bench.text_from("Sort by Grades 9 to 7");
    bench.click("Columns");
    bench.harness.run();
    bench.click("Grades 9 to 7");
    bench.answered();
    assert!(!table(&bench).indicators.is_empty() && !table(&bench).indicators.contains(&Indicator::Grade7Plus));
    assert!(!bench.texts().iter().any(|text| text.starts_with("Sort by Grades 9 to 7")));
    bench.click("The usual ones");
    bench.answered();
    assert_eq!(table(&bench), SubjectTable::default());
}

#[test]
fn pupil_groups_stand_side_by_side() {
    let mut bench = on_table();
    bench.pick("Split by", "FSM6");
    bench.answered();
    assert_eq!(table(&bench).split, Some(Characteristic::Fsm6));
    let of_groups = recounted(&asked(&bench, "grade4plus", last(&bench), vec!["subject", "fsm6"]));
    let of_all = recounted(&asked(&bench, "grade4plus", last(&bench), vec!["subject"]));
    let seen: Vec<Subject> = subjects(&bench).into_iter().filter(|subject| is_seen(&bench, subject)).collect();
    assert!(seen.len() > 2);
    for subject in &seen {
        let slug = intern(&subject.slug);
        for (group, head) in [("yes", "FSM6"), ("no", "Not FSM6")] {
            if let Some(expected) = of_groups.get(&(vec![slug, intern(group)], "grade4plus")) {
                assert_cell(&bench, &format!("{}, Grades 9 to 4, {head}: ", subject.name), expected);
            }
        }
        let all = &of_all[&(vec![slug], "grade4plus")];
        assert_cell(&bench, &format!("{}, Grades 9 to 4, All: ", subject.name), all);
    }
    bench.click_from("Sort by Not FSM6");
    bench.answered();
    assert_eq!(table(&bench).of_group.as_deref(), Some("no"));
    let of_group = |subject: &Subject| figure(&of_groups, &[&subject.slug, "no"], "grade4plus");
    let ordered: Vec<f64> = subjects(&bench).iter().filter_map(of_group).collect();
    assert!(ordered.len() > 2 && ordered.is_sorted_by(|a, b| a >= b), "{ordered:?}");
    // A filter on the same characteristic leaves its groups only.
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    bench.text_from("Sort by FSM6");
    assert!(!bench.texts().iter().any(|text| text.starts_with("Sort by Not FSM6")));
    bench.pick("Split by", "nothing");
    bench.answered();
    assert_eq!(table(&bench).split, None);
}

#[test]
fn a_subject_is_opened_by_its_name() {
    let mut bench = on_table();
    let subject = subjects(&bench)[0];
    bench.click(&format!("Open {}", subject.name));
    bench.answered();
    assert_eq!((bench.view().place, bench.view().subject), (Place::Subject, Some(subject)));
}

#[test]
fn key_stage_2_has_its_subjects_and_few_pupils_are_withheld() {
    let mut bench = on_table();
    bench.change(Change::Stage(KeyStage::Ks2));
    assert_column(&bench, "avg_points", last(&bench));
    assert!(!bench.texts().iter().any(|text| text.starts_with("Sort by Grades")));
    bench.change(Change::Stage(KeyStage::Ks4));
    bench.change(Change::Filter("looked_after=yes sen=E eal=yes ethnicity=CHIN".parse().unwrap()));
    for subject in subjects(&bench).iter().filter(|subject| is_seen(&bench, subject)) {
        let cell = bench.text_from(&format!("{}, Grades 9 to 4: ", subject.name));
        assert!(cell.contains("withheld") || cell.contains("no pupils"), "{cell}");
    }
}

#[test]
fn what_is_chosen_is_saved_with_the_view() {
    let mut bench = on_table();
    let chosen = SubjectTable {
        indicators: vec![Indicator::AvgPoints],
        year: Some(bench.view().years.0),
        pool: false,
        split: Some(Characteristic::Prior),
        shown: Some(Indicator::AvgPoints),
        sorted: Some(Indicator::AvgPoints),
        of_group: Some("low".to_owned()),
        ascending: true,
        table: false,
    };
    bench.change(Change::Panel(TABLE, Panel::SubjectTable(chosen.clone())));
    let again = View::from_toml(&bench.view().to_toml()).unwrap();
    assert_eq!(again.panels[&TABLE], Panel::SubjectTable(chosen));
    bench.text_from("Sort by Low prior attainment, now from low to high");
}

#[test]
fn columns_share_the_width_of_a_wide_window() {
    let wide = {
        let mut bench = Bench::over(sized(1920.0, 1080.0), demo::workspace());
        bench.change(Change::Place(Place::Subjects));
        bench.change(Change::Maximise(Some(TABLE)));
        bench
    };
    let usual = on_table();
    let right = wide.harness.ctx.content_rect().right();
    assert!(wide.place_of_label("Trend").right() > 0.9 * right, "the table ends where the window does");
    for head in ["Sort by Subject", "Sort by Average points"] {
        let (now, before) = (wide.place_of(head).width(), usual.place_of(head).width());
        assert!(now > before && now < 2.5 * before, "{head}: {now} wide, {before} before");
    }
}
