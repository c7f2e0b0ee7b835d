//! Pupil groups against the same groups elsewhere, as the recount has them; one click shows the pupils of one.

use schoolbench::model::{Characteristic, Filter, PupilGroup, Year};
use schoolbench::ui::{Change, Place};

use super::figures::{filter, reads, recounted, scope, years};
use super::harness::{Bench, sized};
use super::ranking::{alone, maximise};
use crate::oracle::{Asked, Expected};
use crate::published::public;

const USUAL: [&str; 6] = ["fsm6", "disadvantaged", "eal", "sen", "sex", "prior"];

/// The rows of a characteristic are what the recount gives, or say why there is nothing.
fn assert_groups(bench: &Bench, characteristic: &'static str) {
    let view = bench.view();
    let asked = Asked {
        stage: 4,
        years: vec![*years(view.stage).last().unwrap()],
        pool: false,
        scope: scope(&view.scope),
        indicators: vec!["att8"],
        subjects: Vec::new(),
        filter: filter(view),
        by: vec![characteristic],
        compare: "same",
        test: "",
    };
    let of: Characteristic = characteristic.parse().unwrap();
    let summary = bench.text_from("Pupil groups, Attainment 8, ");
    let mut told = 0;
    for ((key, _), cell) in recounted(&asked).iter().filter(|((key, _), _)| !["unknown", "none"].contains(&key[0])) {
        let name = PupilGroup::from_word(of, key[0]).unwrap().label();
        let words = bench.text_from(&format!("{name}: "));
        assert!(summary.contains(&words), "{words} is not in {summary}");
        match cell {
            Expected::Nothing(reason) => assert!(words.contains(reason.as_str()), "{words}, not {reason}"),
            Expected::Figure { n, value, interval, comparison } => {
                let mut figures = vec![*value];
                figures.extend(interval.iter().flat_map(|(lower, upper)| [*lower, *upper]));
                figures.push(*n as f64);
                if let Some(Ok(beside)) = comparison {
                    figures.extend([beside.difference, beside.comparator]);
                }
                assert!(reads(&words, &figures), "{words}; recounted: {figures:?}");
                told += 1;
            }
        }
    }
    assert!(told > 0, "nothing is told of {characteristic}");
}

#[test]
fn every_pupil_group_stands_beside_the_same_group_of_all_schools() {
    let mut bench = alone("Pupil groups");
    bench.pick("Show", "Attainment 8");
    bench.answered();
    for characteristic in USUAL {
        assert_groups(&bench, characteristic);
    }
    assert!(!bench.texts().iter().any(|text| text.starts_with("Asian: ")));
    bench.click("More groups");
    bench.answered();
    assert_groups(&bench, "ethnicity");
}

#[test]
fn a_group_that_is_clicked_is_shown_alone_and_its_characteristic_left_out() {
    let mut bench = alone("Pupil groups");
    bench.pick("Show", "Attainment 8");
    bench.answered();
    bench.click("Show FSM6 only");
    bench.answered();
    assert_eq!(bench.view().filter, "fsm6=yes".parse::<Filter>().unwrap());
    assert!(!bench.texts().iter().any(|text| text.starts_with("not FSM6: ")), "{:#?}", bench.texts());
    assert_groups(&bench, "sex");
    let title = "Pupil groups";
    bench.click(&format!("Show the table: {title}"));
    bench.answered();
    assert!(bench.has("girls") && bench.has("SEN support"), "every characteristic is in the table");
}

#[test]
fn of_published_tables_only_the_groups_that_were_published_are_shown() {
    let mut bench = Bench::over(sized(1280.0, 800.0), public());
    bench.change(Change::Place(Place::Overview));
    bench.change(Change::Years(Year::new(2017).unwrap(), Year::new(2019).unwrap()));
    maximise(&mut bench, "Pupil groups");
    bench.pick("Show", "Attainment 8");
    bench.answered();
    let row = bench.text_from("disadvantaged: ");
    let missing = bench.text_from("No figures of 2018/19 by ");
    assert!(missing.contains("EAL") && !missing.contains("Disadvantage"), "{missing}");
    assert!(!bench.texts().iter().any(|text| text.starts_with("girls: ")));
    // The same figure as on the tile of these pupils alone.
    let figure = row.strip_prefix("disadvantaged: ").and_then(|row| row.split(',').next()).unwrap().to_owned();
    bench.click("Show disadvantaged only");
    bench.answered();
    bench.change(Change::Maximise(None));
    let tile = bench.text_from("Attainment 8, 2018/19: ");
    assert!(tile.starts_with(&format!("Attainment 8, 2018/19: {figure},")), "{tile}, not {figure}");
}
