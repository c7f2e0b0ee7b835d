//! The dashboards: the rail, the way back and forward, what stands out, the intake, and what is taken away.

use eframe::egui::{Key, Modifiers};
use schoolbench::model::{Scope, Subject};
use schoolbench::ui::{Change, Place, View};

use super::figures::{caption, reads, recounted};
use super::harness::{Bench, CTRL};
use super::{chance, figures};
use crate::oracle::{Asked, Expected};

fn at(place: Place) -> Bench {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(place));
    bench
}

#[test]
fn the_rail_leads_to_every_dashboard_and_each_is_kept() {
    let mut bench = Bench::on_demo();
    for place in Place::ALL {
        bench.click(place.title());
        bench.answered();
        assert_eq!(bench.view().place, place);
    }
    bench.click("Overview");
    bench.answered();
    let first = *bench.view().panels.keys().next().unwrap();
    bench.change(Change::Close(first));
    let without = bench.view().panels.clone();
    bench.key(CTRL, Key::Num4);
    bench.answered();
    assert_eq!(bench.view().place, Place::Schools);
    bench.key(CTRL, Key::Num1);
    bench.answered();
    assert_eq!(bench.view().panels, without, "the panel that was closed stays closed");
    let text = bench.view().to_toml();
    let mut read = View::from_toml(&text).unwrap();
    let session = chance::session();
    read.fit(&session.catalogue);
    assert_eq!(&read, bench.view(), "all dashboards are saved");
}

#[test]
fn back_and_forward_lead_along_what_was_looked_at() {
    let mut bench = at(Place::Overview);
    let group = bench.view().scope.clone();
    let session = chance::session();
    let school = session.catalogue.register.schools_of(&group).next().unwrap().urn;
    bench.change(Change::School(school));
    assert_eq!(bench.view().from, Some(group.clone()));
    let physics = Subject::from_word(bench.view().stage, "physics").unwrap();
    bench.change(Change::Subject(physics));
    assert_eq!((bench.view().place, bench.view().subject), (Place::Subject, Some(physics)));
    // What is no stop stays as it is.
    bench.change(Change::Select([school].into()));
    bench.key(Modifiers::ALT, Key::ArrowLeft);
    bench.answered();
    assert_eq!((bench.view().place, &bench.view().scope), (Place::Overview, &Scope::Schools([school].into())));
    bench.key(Modifiers::ALT, Key::ArrowLeft);
    bench.answered();
    assert_eq!(bench.view().scope, group);
    assert!(bench.view().selected.contains(&school));
    bench.click_from("Forward (");
    bench.answered();
    assert_eq!(bench.view().scope, Scope::Schools([school].into()));
    bench.click_from("All of ");
    bench.answered();
    assert_eq!((&bench.view().scope, &bench.view().from), (&group, &None), "the crumb leads back to the group");
}

#[test]
fn the_intake_is_of_all_pupils_as_recounted() {
    let mut bench = at(Place::Overview);
    bench.change(Change::Filter("sex=F".parse().unwrap()));
    let intake = *bench.view().panels.iter().find(|(_, panel)| panel.title() == "Intake").unwrap().0;
    bench.change(Change::Maximise(Some(intake)));
    let year = *figures::years(bench.view().stage).last().unwrap();
    let asked = Asked {
        stage: 4,
        years: vec![year],
        pool: false,
        scope: figures::scope(&bench.view().scope),
        indicators: vec!["pct_fsm6", "pct_eal", "pct_sen", "pct_girls"],
        subjects: Vec::new(),
        filter: Vec::new(),
        by: Vec::new(),
        compare: "all",
        test: "",
    };
    let cells = recounted(&asked);
    for (word, label) in
        [("pct_fsm6", "FSM6 pupils"), ("pct_eal", "EAL pupils"), ("pct_sen", "SEN pupils"), ("pct_girls", "Girls")]
    {
        let Expected::Figure { n, value, comparison: Some(Ok(beside)), .. } = &cells[&(Vec::new(), word)] else {
            panic!("the demo has a figure of {word}");
        };
        let told = bench.text_from(&format!("{label}: "));
        assert!(reads(&told, &[*value, *n as f64, beside.difference, beside.comparator]), "{told} is not {word}");
    }
}

/// Every sentence that tells of a headline tells what the recount gives, and leads to the tiles.
#[test]
fn what_stands_out_is_what_the_recount_finds_significant() {
    let mut bench = at(Place::Overview);
    let panel = |bench: &Bench, title: &str| *bench.view().panels.iter().find(|(_, of)| of.title() == title).unwrap().0;
    let findings = panel(&bench, "What stands out");
    bench.change(Change::Maximise(Some(findings)));
    let cells = recounted(&figures::asked(bench.view()));
    let told = bench.text_from("Attainment 8 ");
    let year = figures::years(bench.view().stage).last().unwrap().to_string();
    let key = (vec![crate::oracle::intern(&year)], "att8");
    let Expected::Figure { n, value, comparison: Some(Ok(beside)), .. } = &cells[&key] else { panic!("no figure") };
    assert_eq!(beside.significance, "below", "of the trust that the demo begins with");
    let years = |wanted: fn(&str) -> bool| {
        let of_years = cells.iter().filter(|((_, word), _)| *word == "att8").filter(|(_, cell)| match cell {
            Expected::Figure { comparison: Some(Ok(beside)), .. } => wanted(beside.significance),
            _ => false,
        });
        of_years.count() as f64
    };
    let (below, all) = (years(|side| side == "below"), years(|_| true));
    let figures = [8.0, *value, beside.difference.abs(), below, all, *n as f64];
    assert!(reads(&told, &figures), "{told:?} does not tell {figures:?}");
    bench.click_from("Attainment 8 ");
    bench.answered();
    assert_eq!(bench.view().maximised, Some(panel(&bench, "Headlines")));
    bench.change(Change::Maximise(Some(findings)));
    let copied = bench.copied_by("Copy sentences");
    assert!(copied.starts_with(&caption(bench.view(), bench.window().desk().unwrap())), "{copied}");
    assert!(copied.contains(&told) && copied.contains("Compared with same pupils"), "{copied}");
}

#[test]
fn a_group_of_two_key_stages_has_the_headlines_of_both() {
    let bench = at(Place::Overview);
    bench.text_from("Attainment 8, ");
    bench.text_from("Reading, writing and maths: expected standard");
    let mut bench = bench;
    let session = chance::session();
    let secondary = session.catalogue.register.schools().find(|school| school.phase == "Secondary").unwrap().urn;
    bench.change(Change::Scope(Scope::Schools([secondary].into())));
    bench.text_from("Attainment 8, ");
    assert!(!bench.texts().iter().any(|text| text.starts_with("Reading, writing and maths: expected standard")));
}

#[test]
fn figures_are_taken_away_with_what_makes_them_understood() {
    let mut bench = at(Place::Overview);
    bench.click("More: Headlines");
    bench.harness.run();
    let text = bench.copied_by("Copy as text");
    let right = caption(bench.view(), bench.window().desk().unwrap());
    assert!(text.starts_with(&format!("# {right}")), "{text}");
    assert!(text.contains("# Compared with same pupils") && text.contains("pupils.parquet"), "{text}");
    let head = text.lines().find(|line| !line.starts_with('#')).unwrap();
    assert_eq!(head.split('\t').take(4).collect::<Vec<_>>(), ["year", "indicator", "n", "value"]);
    bench.click("More: Headlines");
    bench.harness.run();
    bench.click("Save as CSV…");
    bench.harness.run();
    assert!(bench.has("Save the figures"), "{:#?}", bench.texts());
}

/// The lines of each pupil group stand in a chart of their own, with that group's figures.
#[test]
fn trends_are_split_by_pupil_group() {
    let mut bench = at(Place::Subjects);
    let trends = *bench.view().panels.iter().find(|(_, panel)| panel.title() == "Trends").unwrap().0;
    bench.change(Change::Maximise(Some(trends)));
    bench.pick("Split lines by", "FSM6");
    bench.answered();
    let last = *figures::years(bench.view().stage).last().unwrap();
    for (word, label) in [("yes", "FSM6"), ("no", "not FSM6")] {
        let asked = Asked {
            years: vec![last],
            indicators: vec!["grade4plus"],
            filter: vec![("fsm6", vec![word])],
            by: vec!["subject"],
            ..figures::asked(bench.view())
        };
        let cells = recounted(&asked);
        let Expected::Figure { value, .. } = &cells[&(vec![crate::oracle::intern("maths")], "grade4plus")] else {
            panic!("many enter mathematics");
        };
        let told = bench.text_from(&format!("Trends, Grades 9 to 4, {label}: "));
        let line = told.split("; ").find(|line| line.contains("Mathematics from")).expect("mathematics is drawn");
        let end = line.rsplit_once(" to ").unwrap().1;
        assert!(reads(end, &[*value]), "{line}; recounted: {value}");
    }
}

#[test]
fn the_palette_opens_subjects_and_panels() {
    let mut bench = at(Place::Overview);
    bench.key(CTRL, Key::K);
    bench.harness.run();
    bench.choose("Panel: Intake");
    bench.answered();
    let maximised = bench.view().maximised.expect("one panel fills the window");
    assert_eq!(bench.view().panels[&maximised].title(), "Intake");
    bench.key(CTRL, Key::K);
    bench.harness.run();
    bench.choose("Physics");
    bench.answered();
    let view = bench.view();
    assert_eq!(
        (view.place, view.subject.map(|subject| subject.slug.clone())),
        (Place::Subject, Some("physics".to_owned()))
    );
}

#[test]
fn the_palette_says_so_where_nothing_is_found() {
    let mut bench = at(Place::Overview);
    let words = "Nothing here is called so: try fewer letters";
    bench.key(CTRL, Key::K);
    bench.harness.run();
    assert!(!bench.has(words), "{:#?}", bench.texts());
    bench.type_in("xyzzy");
    bench.harness.run();
    assert!(bench.has(words), "{:#?}", bench.texts());
}
