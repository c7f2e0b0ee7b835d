//! Groups, pupils, stages and years: what is chosen is what is shown, with the figures of the recount.

use std::collections::BTreeSet;

use eframe::egui::{Key, Pos2, pos2, vec2};
use schoolbench::model::{Compare, Filter, KeyStage, Scope, Urn};
use schoolbench::ui::Change;

use super::figures::{Dot, assert_shown, caption, dots, years};
use super::harness::{Bench, CTRL};

/// A group to pick, and its name in the list.
fn some_authority(bench: &Bench) -> (Scope, String) {
    let register = bench.window().desk().unwrap().register();
    let school = register.schools().next().unwrap();
    (Scope::La(school.la_code), school.la_name.clone())
}

#[test]
fn the_demo_opens_by_itself_with_figures_that_a_recount_gives() {
    let place = super::harness::Place::new();
    let mut bench = Bench::start(super::harness::sized(1280.0, 800.0), &place, None);
    bench.answered();
    assert!(place.folders().demo().exists(), "the demo was made where the program keeps its files");
    assert!(bench.window().message().is_none(), "the demo was not asked to be loaded: {:?}", bench.window().message());
    assert_eq!(bench.view().stage, KeyStage::Ks4);
    assert!(matches!(bench.view().scope, Scope::Trust(_)), "a group that there is something to compare with");
    assert_shown(&bench);
}

#[test]
fn a_group_that_is_picked_and_pupils_that_are_filtered_change_the_tiles_to_what_a_recount_gives() {
    let mut bench = Bench::on_demo();
    assert_shown(&bench);
    let (scope, name) = some_authority(&bench);
    bench.pick("Group", &name);
    bench.answered();
    assert_eq!(bench.view().scope, scope);
    assert_shown(&bench);
    bench.click("FSM6");
    bench.answered();
    assert_eq!(bench.view().filter, "fsm6=yes".parse::<Filter>().unwrap());
    assert!(bench.caption("Headlines").unwrap().contains("FSM6"), "the caption tells of the filter");
    assert_shown(&bench);
    bench.click("Remove FSM6");
    bench.answered();
    assert!(bench.view().filter.is_everyone());
    assert_shown(&bench);
}

#[test]
fn a_chip_opens_the_groups_of_its_characteristic() {
    let mut bench = Bench::on_demo();
    bench.click("SEN");
    bench.harness.run();
    bench.click("SEN support");
    bench.click("EHC plan");
    bench.answered();
    assert_eq!(bench.view().filter, "sen=K,E".parse::<Filter>().unwrap());
    assert_shown(&bench);
    bench.click("All pupils");
    bench.answered();
    assert!(bench.view().filter.is_everyone());
}

#[test]
fn the_bar_tells_how_many_pupils_and_schools_a_filter_leaves() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Scope(Scope::All));
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    let last = *years(KeyStage::Ks4).last().unwrap();
    let fsm6 = |pupil: &&crate::oracle::Pupil| pupil.groups[1] == "yes";
    let pupils: Vec<_> = crate::oracle::DEMO.of(4, last).filter(fsm6).collect();
    let schools: BTreeSet<i64> = pupils.iter().map(|pupil| pupil.urn).collect();
    let thousands = |n: usize| if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) };
    let words = format!("{} pupils, {} schools", thousands(pupils.len()), thousands(schools.len()));
    bench.text_from(&words);
}

#[test]
fn stages_years_and_comparators_are_picked() {
    let mut bench = Bench::on_demo();
    bench.click("KS2");
    bench.answered();
    assert_eq!(bench.view().stage, KeyStage::Ks2);
    assert_shown(&bench);
    let shown = years(KeyStage::Ks2);
    let (first, last) = (shown[1], shown[shown.len() - 2]);
    let in_words = |year: i64| format!("{}/{:02}", year - 1, year % 100);
    bench.pick("From", &in_words(first));
    bench.pick("To", &in_words(last));
    bench.answered();
    let picked = bench.view().years;
    assert_eq!((i64::from(picked.0.ending()), i64::from(picked.1.ending())), (first, last));
    assert_shown(&bench);
    bench.pick("Compare with", "other pupils, all schools");
    bench.answered();
    assert_eq!(bench.view().compare, Compare::Other);
    assert_shown(&bench);
    bench.change(Change::Filter("fsm6=yes".parse().unwrap()));
    assert_shown(&bench);
    bench.pick("Compare with", "nothing");
    bench.answered();
    assert_eq!(bench.view().compare, Compare::None);
    assert_shown(&bench);
}

#[test]
fn one_year_alone_is_shown_too() {
    let mut bench = Bench::on_demo();
    let last = bench.view().years.1;
    bench.change(Change::Years(last, last));
    assert_shown(&bench);
}

#[test]
fn figures_of_too_few_pupils_are_withheld_in_words() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Filter("looked_after=yes sen=E eal=yes ethnicity=CHIN".parse().unwrap()));
    assert_shown(&bench);
    let few = |text: &String| text.contains("withheld") || text.contains("no pupils");
    assert!(bench.texts().iter().any(few), "some figure is of too few pupils: {:#?}", bench.texts());
}

/// Where schools stand on screen: the chart shows all of them with a little air around.
pub fn places(bench: &Bench, dots: &[Dot]) -> impl Fn(&Dot) -> Pos2 + use<> {
    let chart = bench.place_of("Schools, ");
    let ends = |of: fn(&Dot) -> f64| {
        dots.iter().map(of).fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (x, y) = (ends(|dot| dot.x), ends(|dot| dot.y));
    let share = |value: f64, (low, high): (f64, f64), air: f64| {
        (((value - low) / (high - low) + air) / (1.0 + 2.0 * air)) as f32
    };
    move |dot| {
        let (across, up) = (share(dot.x, x, 0.04) * chart.width(), share(dot.y, y, 0.06) * chart.height());
        pos2(chart.left() + across, chart.bottom() - up)
    }
}

#[test]
fn a_box_around_schools_selects_those_of_the_group() {
    let mut bench = Bench::on_demo();
    let register = bench.window().desk().unwrap().register();
    let group: BTreeSet<Urn> = register.schools_of(&bench.view().scope).map(|school| school.urn).collect();
    let dots = dots(*years(KeyStage::Ks4).last().unwrap());
    let urn = |dot: &Dot| Urn::new(i32::try_from(dot.urn).unwrap()).unwrap();
    let drawn: BTreeSet<Urn> = dots.iter().map(urn).filter(|urn| group.contains(urn)).collect();
    let chart = bench.place_of("Schools, ").shrink(2.0);
    bench.drag(chart.left_top(), chart.right_bottom());
    bench.away();
    bench.answered();
    assert_eq!(bench.view().selected, drawn);
    bench.text_from(&format!("{} schools selected", drawn.len()));
    // A click beside all schools selects none.
    let place = places(&bench, &dots);
    let far = |at: &Pos2| dots.iter().all(|dot| place(dot).distance(*at) > 30.0);
    let across = (1..40).flat_map(|x| (1..40).map(move |y| (x as f32 / 40.0, y as f32 / 40.0)));
    let empty = across.map(|(x, y)| chart.left_top() + chart.size() * vec2(x, y)).find(far).unwrap();
    bench.click_at(empty);
    bench.away();
    bench.answered();
    assert!(bench.view().selected.is_empty());
    bench.key(CTRL, Key::Z);
    bench.answered();
    assert_eq!(bench.view().selected, drawn, "the box is undone apart from the click");
}

#[test]
fn a_school_that_is_clicked_in_the_scatter_chart_is_marked_in_the_trends() {
    let mut bench = Bench::on_demo();
    let register = bench.window().desk().unwrap().register();
    let group: Vec<i64> =
        register.schools_of(&bench.view().scope).map(|school| i64::from(school.urn.number())).collect();
    let dots = dots(*years(KeyStage::Ks4).last().unwrap());
    let place = places(&bench, &dots);
    // The school of the group that stands most apart from the others of the group.
    let own: Vec<_> = dots.iter().filter(|dot| group.contains(&dot.urn)).collect();
    let alone = |dot: &&Dot| {
        let others = own.iter().filter(|other| other.urn != dot.urn);
        others.map(|other| place(other).distance(place(dot)) as i64).min().unwrap_or(i64::MAX)
    };
    let chosen = own.iter().max_by_key(|dot| alone(dot)).unwrap();
    let urn = Urn::new(i32::try_from(chosen.urn).unwrap()).unwrap();
    let name = register.school(urn).unwrap().name.clone();
    assert!(!bench.text_from("Trends, ").contains(&name), "nothing is selected yet");

    bench.click_at(place(chosen));
    bench.away();
    bench.answered();
    assert_eq!(bench.view().selected, [urn].into(), "the school at {:?}", place(chosen));
    let trends = bench.text_from("Trends, ");
    assert!(trends.contains(&name), "the trends do not show {name}: {trends}");
    assert!(bench.text_from("Schools, ").contains(&name), "the chart of schools does not name {name}");
    bench.text_from("1 school selected");

    // Linked, the tiles are of the school; and again of the group.
    let of_group = bench.caption("Headlines").unwrap();
    bench.click("Link");
    bench.answered();
    assert!(bench.caption("Headlines").unwrap().starts_with(&name), "{:?}", bench.caption("Headlines"));
    let faults = super::figures::faults(&bench, &super::figures::asked(bench.view()));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    bench.click("Link");
    bench.answered();
    assert_eq!(bench.caption("Headlines").unwrap(), of_group);
    assert_eq!(of_group.split(" · compared").next().unwrap(), caption(bench.view(), bench.window().desk().unwrap()));
}
