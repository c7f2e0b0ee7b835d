//! England's published tables in the window: real schools from the first screen on.
//!
//! Figures are compared with a naive reading of the same files.

use std::collections::BTreeSet;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use schoolbench::model::{Compare, KeyStage, Scope, Urn, Year};
use schoolbench::ui::{Change, Panel, Scatter, Trends};

use super::harness::{Bench, CTRL, Place, shown, sized};
use crate::published::{Naive, number, public, public_files, slice};

fn on_public() -> Bench {
    Bench::over(sized(1280.0, 800.0), public())
}

fn year(ending: i32) -> Year {
    Year::new(ending).unwrap()
}

fn schools_like_yours() -> Naive {
    Naive::parquet(&public_files().join("ks4_2017_2019_schools_like_yours.parquet"))
}

/// The mean of a column over the schools of an authority, weighted by the pupils.
fn weighted(la: &str, column: &str, pupils: &str) -> f64 {
    let table = schools_like_yours();
    let of_la = table.rows.iter().filter(|row| table.cell(row, "la_code") == la);
    let both = |row: &Vec<String>| Some((number(table.cell(row, column))?, number(table.cell(row, pupils))?));
    let pairs: Vec<(f64, f64)> = of_la.filter_map(both).collect();
    pairs.iter().map(|(value, n)| value * n).sum::<f64>() / pairs.iter().map(|(_, n)| n).sum::<f64>()
}

/// Whether a part of a chip can be used.
fn enabled(bench: &Bench, name: &str) -> bool {
    !bench.harness.get_by_role_and_label(Role::Button, name).accesskit_node().is_disabled()
}

#[test]
fn the_first_screen_opens_englands_published_tables_and_shows_real_schools() {
    let place = Place::new();
    let mut bench = Bench::on_welcome(&place);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    bench.click("Open England's published tables");
    bench.answered();
    assert_eq!((bench.view().stage, &bench.view().scope), (KeyStage::Ks4, &Scope::La(850)), "Hampshire, key stage 4");
    assert!(bench.window().message().is_none(), "{:?}", bench.window().message());
    // The last year has no numbers of pupils: the tile shows the year before it that has, and says why.
    let tile = bench.text_from("Attainment 8, ");
    let right = weighted("850", "a8_2019", "tpup_2019");
    assert!(tile.starts_with(&format!("Attainment 8, 2018/19: {right:.2}, ")), "{tile}, not {right}");
    assert!(tile.contains("2022/23: published without numbers of pupils"), "{tile}");
    assert!(
        tile.contains("compared with 46.70 of same pupils, state-funded schools of England, as published"),
        "{tile}"
    );
    bench.text_from("Progress 8, 2018/19: ");
    let chart = bench.text_from("Schools, ");
    assert!(chart.starts_with("Schools, 2022/23: 59 of the group and 2,911 others"), "{chart}");
    // Opened again it is not loaded again.
    bench.key(CTRL, Key::K);
    bench.harness.run();
    bench.choose("Open England's published tables");
    bench.until("the tables again", |bench| {
        bench.texts().iter().any(|text| text.starts_with("Attainment 8, 2018/19: "))
    });
    bench.answered();
    assert!(bench.window().message().is_none(), "{:?}", bench.window().message());
}

#[test]
fn filters_that_were_not_published_are_grey_and_those_that_were_change_the_figures() {
    let mut bench = on_public();
    bench.change(Change::Years(year(2017), year(2019)));
    for (chip, can) in [("FSM6", false), ("EAL", false), ("Sex", false), ("Disadvantage", true)] {
        assert_eq!(enabled(&bench, chip), can, "{chip}");
    }
    bench.click("Disadvantage");
    bench.answered();
    let right = weighted("850", "a8_pp_2019", "tpup_pp_2019");
    let tile = bench.text_from("Attainment 8, ");
    assert!(
        tile.contains(&format!("2018/19: {right:.2}, ")) && tile.contains("compared with 36.70"),
        "{tile}, not {right}"
    );
    // Beside disadvantage nothing else was published.
    assert!(!enabled(&bench, "Sex"));
    bench.click("Remove Disadvantage");
    bench.answered();
    // At key stage 2 there are groups of sex, prior attainment, EAL; and of prior attainment three, not "none".
    bench.change(Change::Stage(KeyStage::Ks2));
    assert!(enabled(&bench, "EAL") && enabled(&bench, "Sex") && !enabled(&bench, "Looked after"));
    bench.click("Prior attainment");
    bench.harness.run();
    let tick = |name: &str| bench.harness.get_by_role_and_label(Role::CheckBox, name).accesskit_node().is_disabled();
    assert!(tick("no prior attainment") && !tick("low prior attainment"));
}

#[test]
fn a_school_is_found_by_its_name_and_by_an_earlier_urn_and_brought_into_view() {
    let mut bench = on_public();
    bench.change(Change::Scope(Scope::All));
    bench.click("Find a school in the chart");
    bench.harness.run();
    bench.choose("The Camden School for Girls 100054");
    bench.answered();
    let camden = Urn::new(100_054).unwrap();
    assert_eq!(bench.view().selected, BTreeSet::from([camden]));
    assert!(bench.text_from("Schools, ").contains("selected: The Camden School for Girls at 65.80 and 36.0 %"));
    bench.click("Find a school in the chart");
    bench.harness.run();
    // 140032 goes on from 136807, say; whatever the pair, the earlier number finds the school as it stands now.
    let register = bench.window().desk().unwrap().register().clone();
    let chart: BTreeSet<i32> = schools_2023();
    let joined = register
        .schools()
        .find(|school| chart.contains(&school.urn.number()) && register.earlier(school.urn).len() == 1);
    let joined = joined.expect("some school goes on from another one");
    let earlier = register.earlier(joined.urn)[0];
    bench.type_in(&earlier.to_string());
    bench.harness.run();
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().selected, BTreeSet::from([joined.urn]));
}

/// The schools of the 2022/23 table.
fn schools_2023() -> BTreeSet<i32> {
    let table = Naive::parquet(&public_files().join("ks4_2022-23.parquet"));
    let has = |row: &&Vec<String>| {
        number(table.cell(row, "ATT8SCR")).is_some() && number(table.cell(row, "PTFSM6CLA1A")).is_some()
    };
    table.rows.iter().filter(has).map(|row| table.cell(row, "URN").parse().unwrap()).collect()
}

#[test]
fn schools_stand_on_the_map_where_they_are() {
    let mut bench = on_public();
    bench.change(Change::Years(year(2017), year(2019)));
    let scatter = |bench: &Bench| {
        let panels = bench.view().panels.values();
        panels.filter_map(|panel| if let Panel::Scatter(scatter) = panel { Some(scatter.clone()) } else { None }).next()
    };
    bench.click("Map");
    bench.answered();
    assert_eq!(scatter(&bench), Some(Scatter { map: true, ..Scatter::default() }));
    let map = bench.text_from("Schools, ");
    let table = schools_like_yours();
    let placed = table.rows.iter().filter(|row| !table.cell(row, "a8_2019").is_empty());
    let of_hampshire = placed.filter(|row| table.cell(row, "la_code") == "850").count();
    assert!(map.contains(&format!("{of_hampshire} of the group")) && map.contains("coloured by Attainment 8"), "{map}");
    assert!(!bench.texts().iter().any(|text| text.starts_with("Across: ")), "the axes are easting and northing");
    bench.key(CTRL, Key::Z);
    bench.answered();
    assert_eq!(scatter(&bench), Some(Scatter::default()), "undone as any change of the view");
}

#[test]
fn a_headline_is_drawn_over_the_years_and_joined_lines_say_so() {
    let mut bench = on_public();
    let chart = bench.text_from("Trends, ");
    assert!(chart.starts_with("Trends, Attainment 8: Hampshire from 48.02 in 2016/17 to 48.51 in 2018/19"), "{chart}");
    // Sedgehill School became Sedgehill Academy; the three years are one line.
    let academy = Urn::new(148_003).unwrap();
    bench.change(Change::Scope(Scope::Schools([academy].into())));
    bench.change(Change::Panel(
        2,
        Panel::Trends(Trends { indicator: Some("p8".parse().unwrap()), ..Trends::default() }),
    ));
    let chart = bench.text_from("Trends, ");
    let table = schools_like_yours();
    let row = table.rows.iter().find(|row| table.cell(row, "urn") == "100743").unwrap();
    let p8 = |year: &str| number(table.cell(row, &format!("p8_{year}"))).unwrap();
    assert!(p8("2017") < 0.0, "it is written with the sign of a difference");
    let right = format!("Sedgehill Academy from −{:.2} in 2016/17", p8("2017").abs());
    assert!(chart.contains(&right), "{chart}, not {right}");
    let note = "Sedgehill Academy (URN 148003) goes on from Sedgehill School (URN 100743): their years are joined";
    assert!(chart.contains(note) && bench.has(note), "{chart}");
    bench.change(Change::Years(year(2017), year(2019)));
    bench.change(Change::Compare(Compare::Previous));
    assert!(
        bench.text_from("Progress 8, ").contains("same pupils and schools, one year before"),
        "across the two URNs"
    );
}

#[test]
fn tables_are_added_by_hand_and_what_was_taken_is_told() {
    let place = Place::new();
    let mut bench = Bench::on_welcome(&place);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    bench.key(CTRL, Key::N);
    bench.harness.run();
    bench.fill("New workspace file", &shown(&place.folder.path().join("mine.schoolbench")));
    let files = ["2018-19_850_ks2final.csv", "england_census_2022-23.csv"].map(|name| shown(&slice(name)));
    bench.fill("Files or folders", &files.join("\n"));
    bench.click("Load");
    bench.answered();
    assert!(bench.window().message().unwrap().starts_with("Loaded 63 rows"), "{:?}", bench.window().message());
    bench.click("What was taken");
    bench.harness.run();
    assert!(bench.has("DfE key stage 2 school tables (ks2final), 2018/19"));
    assert!(
        bench.texts().iter().any(|text| text == "cells without a figure: SUPP 875, NA 64, NEW 3"),
        "{:#?}",
        bench.texts()
    );
    assert!(bench.texts().iter().any(|text| text.contains("schools that no register and no other table names")));
    let copied = bench.copied_by("Copy all");
    assert!(copied.contains("ks2final") && copied.contains("28 of 28 rows taken"), "{copied}");
    bench.click("Close");
    bench.answered();
    bench.text_from("Reading, writing and maths: expected standard, 2018/19: 68.0 %");
}
