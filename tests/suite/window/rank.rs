//! Three-year ranks, and whether a tile's figure went up or down, against a naive count of what the desk says year by year.

use std::collections::BTreeMap;

use arrow::array::{Array as _, Float64Array};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schoolbench::desk::Figure;
use schoolbench::model::{Breakdown, Compare, Draft, Filter, Indicator, Judged, Question, Scope, Urn, Year};
use schoolbench::ui::{Change, Panel, Place, Scatter, ScatterForm, SchoolTable};

use super::figures::{reads, years};
use super::harness::Bench;
use super::taken::saved;

/// The table of schools on its dashboard, and the chart of schools on the workbench.
const TABLE: u64 = 4_002;
const CHART: u64 = 3;

fn year(ending: i64) -> Year {
    Year::new(i32::try_from(ending).unwrap()).unwrap()
}

fn newest(bench: &Bench) -> i64 {
    *years(bench.view().stage).last().unwrap()
}

/// The figures of one year, school by school or of all together.
fn figures(bench: &Bench, scope: Scope, of: Indicator, ending: i64, by: &[Breakdown]) -> Vec<(Option<Urn>, Figure)> {
    if !years(bench.view().stage).contains(&ending) {
        return Vec::new();
    }
    let question = Question::new(Draft {
        stage: bench.view().stage,
        years: vec![year(ending)],
        pool: false,
        scope,
        indicators: vec![of],
        subjects: Vec::new(),
        filter: Filter::everyone(),
        by: by.to_vec(),
        compare: Compare::None,
        judged: Judged::default(),
    });
    let answer = bench.window().desk().unwrap().ask_and_wait(&question.unwrap()).unwrap();
    let cells = answer.cells().iter();
    cells.filter_map(|cell| Some((cell.school(), *cell.figure.as_ref().ok()?))).collect()
}

/// The three-year ranks of every school with two years or more, counted one by one.
fn ranks(bench: &Bench, of: Indicator) -> BTreeMap<Urn, f64> {
    let mut sums: BTreeMap<Urn, (f64, f64, u32)> = BTreeMap::new();
    for (before, weight) in [(0, 3.0), (1, 2.0), (2, 1.0)] {
        let schools = figures(bench, Scope::All, of, newest(bench) - before, &[Breakdown::School]);
        for (urn, figure) in &schools {
            let mut below = 0.0;
            for (_, other) in &schools {
                below += if other.value < figure.value {
                    1.0
                } else if other.value > figure.value {
                    0.0
                } else {
                    0.5
                };
            }
            let (sum, weights, known) = sums.entry(urn.unwrap()).or_default();
            *sum += weight * 100.0 * below / schools.len() as f64;
            *weights += weight;
            *known += 1;
        }
    }
    let enough = sums.into_iter().filter(|(_, (_, _, known))| *known >= 2);
    enough.map(|(urn, (sum, weights, _))| (urn, sum / weights)).collect()
}

/// The first word: the rank itself.
fn first(text: &str) -> &str {
    text.split(' ').next().unwrap()
}

fn group(bench: &Bench) -> Vec<(Urn, String)> {
    let register = bench.window().desk().unwrap().register();
    register.schools_of(&bench.view().scope).map(|school| (school.urn, school.name.clone())).collect()
}

/// The schools of the group in a table with ranks, from top to bottom, with their rows read aloud.
fn rows(bench: &Bench) -> Vec<(Urn, String)> {
    let mut rows: Vec<(f32, Urn, String)> = Vec::new();
    for (urn, name) in group(bench) {
        let beginning = format!("{name}: ");
        if let Some(text) = bench.texts().into_iter().find(|text| text.starts_with(&beginning)) {
            rows.push((bench.place_of(&beginning).top(), urn, text));
        }
    }
    rows.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
    rows.into_iter().map(|(_, urn, text)| (urn, text)).collect()
}

#[test]
fn the_table_of_schools_has_their_three_year_ranks() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Schools));
    bench.change(Change::Maximise(Some(TABLE)));
    assert!(!bench.has("Sort by three-year rank"), "nobody has asked for it");
    let indicators = vec![Indicator::Pupils, Indicator::Att8, Indicator::Basics5];
    let table = SchoolTable { rank: true, indicators, ..SchoolTable::default() };
    bench.change(Change::Panel(TABLE, Panel::SchoolTable(table)));
    let right = ranks(&bench, Indicator::Att8);
    let mut known = 0;
    for (urn, text) in rows(&bench) {
        let (_, rank) = text.split_once("Three-year rank ").unwrap_or_else(|| panic!("no rank in {text}"));
        match right.get(&urn) {
            Some(right) => assert!(reads(first(rank), &[*right]), "{text}; counted: {right}"),
            None => assert_eq!(rank, "·", "{text}"),
        }
        known += usize::from(right.contains_key(&urn));
    }
    assert!(known > 2, "{:#?}", bench.texts());
    for ascending in [false, true] {
        bench.click("Sort by three-year rank");
        bench.answered();
        let order: Vec<f64> = rows(&bench).iter().filter_map(|(urn, _)| right.get(urn).copied()).collect();
        let fits = |pair: &[f64]| if ascending { pair[0] <= pair[1] + 1e-9 } else { pair[0] >= pair[1] - 1e-9 };
        assert!(order.len() > 2 && order.windows(2).all(fits), "{order:?}");
    }
    assert!(bench.texts().iter().any(|text| text.ends_with("in order of three-year rank")));
    bench.click("Sort by Attainment 8");
    bench.answered();
    let Panel::SchoolTable(SchoolTable { sorted, by_rank, .. }) = &bench.view().panels[&TABLE] else { panic!() };
    assert_eq!((*sorted, *by_rank), (Some(Indicator::Att8), false));
}

/// A file of ranks: the words before its rows, and the rows by the names of their columns.
fn read(file: &[u8], separator: u8) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let text = std::str::from_utf8(file).unwrap();
    let words = text.lines().filter_map(|line| line.strip_prefix("# ")).map(str::to_owned).collect();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).delimiter(separator).from_reader(file);
    (words, reader.deserialize().map(Result::unwrap).collect())
}

/// Each row of a file is that of a school in a year; its three-year rank is that of its years, and the one counted here.
fn check(rows: &[BTreeMap<String, String>], right: &BTreeMap<Urn, f64>) -> BTreeMap<Urn, Option<f64>> {
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().ok();
    let mut schools: BTreeMap<Urn, Vec<&BTreeMap<String, String>>> = BTreeMap::new();
    for row in rows {
        schools.entry(Urn::new(row["urn"].parse().unwrap()).unwrap()).or_default().push(row);
        assert_eq!(number(row, "rank").is_none(), row["among_schools"].is_empty(), "{row:?}");
        assert_eq!(number(row, "rank").is_none(), !row["reason"].is_empty(), "a rank or a reason: {row:?}");
    }
    let mut found = BTreeMap::new();
    for (urn, years) in schools {
        assert_eq!(years.iter().map(|row| number(row, "weight").unwrap()).collect::<Vec<_>>(), [3.0, 2.0, 1.0]);
        let known = years.iter().filter_map(|row| Some((number(row, "rank")?, number(row, "weight")?)));
        let (sum, weights) = known.fold((0.0, 0.0), |(sum, all), (rank, weight)| (sum + rank * weight, all + weight));
        let told = number(years[0], "three_year_rank");
        assert_eq!(told.is_none(), !right.contains_key(&urn), "{years:?}");
        assert_eq!(told.is_none(), !years[0]["three_year_reason"].is_empty(), "{years:?}");
        if let Some(told) = told {
            assert!((told - sum / weights).abs() < 1e-9 && (told - right[&urn]).abs() < 1e-9, "{years:?}: {right:?}");
        }
        found.insert(urn, told);
    }
    found
}

#[test]
fn ranks_are_taken_away_with_how_they_are_made() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Schools));
    bench.change(Change::Maximise(Some(TABLE)));
    bench.click("More: Schools side by side");
    bench.harness.run();
    assert!(!bench.has("Save ranks as CSV…"), "there are none yet");
    bench.key(eframe::egui::Modifiers::NONE, eframe::egui::Key::Escape);
    bench.harness.run();
    bench.change(Change::Maximise(Some(TABLE)));
    let table = SchoolTable { rank: true, indicators: vec![Indicator::Att8], ..SchoolTable::default() };
    bench.change(Change::Panel(TABLE, Panel::SchoolTable(table)));
    let right = ranks(&bench, Indicator::Att8);
    let shown = rows(&bench);
    let (words, taken) = read(&saved(&mut bench, "Schools side by side", "Save ranks as CSV…"), b',');
    assert!(words[0].contains(&year(newest(&bench)).to_string()), "{words:?}");
    assert!(words.iter().any(|line| line.contains("weighted 3, 2, 1")), "{words:?}");
    assert!(words.iter().any(|line| line.starts_with("From ") && line.contains("pupils.parquet")), "{words:?}");
    let found = check(&taken, &right);
    let names: BTreeMap<Urn, String> = group(&bench).into_iter().collect();
    assert!(found.len() > 2 && found.keys().all(|urn| names.contains_key(urn)), "the schools of the table: {found:?}");
    for row in &taken {
        let urn = Urn::new(row["urn"].parse().unwrap()).unwrap();
        assert_eq!((&row["name"], row["indicator"].as_str()), (&names[&urn], "att8"));
    }
    for (urn, text) in shown {
        let (_, rank) = text.split_once("Three-year rank ").unwrap();
        match found[&urn] {
            Some(told) => assert!(reads(first(rank), &[told]), "{text}; in the file: {told}"),
            None => assert_eq!(rank, "·", "{text}"),
        }
    }
    let parquet = bytes::Bytes::from(saved(&mut bench, "Schools side by side", "Save ranks as Parquet…"));
    let builder = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    let metadata = builder.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let told = metadata.iter().find(|pair| pair.key == "answer 1").and_then(|pair| pair.value.clone());
    assert_eq!(told, Some(words.join("\n")));
    let batches: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();
    let mut three_years = Vec::new();
    for batch in &batches {
        let column = batch.column_by_name("three_year_rank").unwrap();
        three_years.extend(column.as_any().downcast_ref::<Float64Array>().unwrap().iter());
    }
    assert_eq!(three_years, taken.iter().map(|row| row["three_year_rank"].parse().ok()).collect::<Vec<_>>());
}

#[test]
fn the_ranks_of_one_school_are_copied_from_its_tiles() {
    let mut bench = Bench::on_demo();
    let right = ranks(&bench, Indicator::Att8);
    let (urn, _) = group(&bench).into_iter().find(|(urn, _)| right.contains_key(urn)).unwrap();
    bench.change(Change::School(urn));
    bench.click("More: Headlines");
    bench.harness.run();
    let text = bench.copied_by("Copy ranks as text");
    let (words, taken) = read(text.as_bytes(), b'\t');
    assert!(words.iter().any(|line| line.contains("weighted 3, 2, 1")), "{words:?}");
    let taken: Vec<_> = taken.into_iter().filter(|row| row["indicator"] == "att8").collect();
    assert_eq!(check(&taken, &right).into_keys().collect::<Vec<_>>(), [urn]);
}

#[test]
fn the_tiles_of_one_school_have_its_three_year_rank() {
    let mut bench = Bench::on_demo();
    let beginning = format!("Attainment 8, {}: ", year(newest(&bench)));
    assert!(!bench.text_from(&beginning).contains("three-year rank"), "a group has none");
    let right = ranks(&bench, Indicator::Att8);
    let of_group = group(&bench);
    for (urn, _) in of_group.iter().filter(|(urn, _)| right.contains_key(urn)).take(2) {
        bench.change(Change::School(*urn));
        let tile = bench.text_from(&beginning);
        let (_, rank) = tile.split_once("three-year rank ").unwrap_or_else(|| panic!("no rank in {tile}"));
        assert!(reads(first(rank), &[right[urn]]), "{tile}; counted: {}", right[urn]);
        assert!(rank.contains("(3:2:1)") && rank.contains(&year(newest(&bench) - 2).to_string()), "{tile}");
    }
}

#[test]
fn strips_tell_the_three_year_rank_of_a_selected_school() {
    let mut bench = Bench::on_demo();
    let right = ranks(&bench, Indicator::Att8);
    let (urn, _) = group(&bench).into_iter().find(|(urn, _)| right.contains_key(urn)).unwrap();
    let strips = Scatter { strips: vec![Indicator::Att8], ..Scatter::default() }.with_form(ScatterForm::Strips);
    bench.change(Change::Panel(CHART, Panel::Scatter(strips)));
    bench.change(Change::Maximise(Some(CHART)));
    bench.change(Change::Select([urn].into()));
    let strip = bench.text_from("Strip Attainment 8: ");
    let (_, rank) = strip.split_once("three-year rank ").unwrap_or_else(|| panic!("no rank in {strip}"));
    assert!(reads(first(rank), &[right[&urn]]), "{strip}; counted: {}", right[&urn]);
}

/// What a tile must say of the way since two years before: the square of a bound's distance is the sum of both squares.
fn way(now: &Figure, then: &Figure, before: Year) -> String {
    let (of_now, of_then) = (now.interval.unwrap(), then.interval.unwrap());
    let difference = now.value - then.value;
    let margin = |a: f64, b: f64| (a * a + b * b).sqrt();
    let (lower, upper) = if difference > 0.0 {
        (margin(now.value - of_now.lower, of_then.upper - then.value), f64::INFINITY)
    } else {
        (f64::INFINITY, margin(of_now.upper - now.value, then.value - of_then.lower))
    };
    if difference > lower {
        format!("; up on {before} (")
    } else if -difference > upper {
        format!("; down on {before} (")
    } else {
        format!("; cannot be told apart from {before} (")
    }
}

#[test]
fn tiles_tell_whether_a_figure_differs_from_that_of_two_years_before() {
    let mut bench = Bench::on_demo();
    let last = newest(&bench);
    let mut said = 0;
    let scopes = [bench.view().scope.clone(), Scope::All];
    for scope in scopes {
        bench.change(Change::Scope(scope.clone()));
        for indicator in [Indicator::Att8, Indicator::Basics5, Indicator::Basics4] {
            let of = |ending: i64| figures(&bench, scope.clone(), indicator, ending, &[]).first().map(|(_, of)| *of);
            let (Some(now), Some(then)) = (of(last), of(last - 2)) else { continue };
            let tile = bench.text_from(&format!("{}, {}: ", indicator.label(), year(last)));
            let words = way(&now, &then, year(last - 2));
            let (_, told) = tile.split_once(&words).unwrap_or_else(|| panic!("{words:?} is not in {tile}"));
            assert!(reads(told, &[now.value - then.value]), "{tile}");
            said += 1;
        }
    }
    assert!(said > 3, "{said} tiles were read");
    // With the newest year alone there is nothing to look back to.
    bench.change(Change::Years(year(last), year(last)));
    let tile = bench.text_from(&format!("Attainment 8, {}: ", year(last)));
    assert!(!tile.contains(" on ") && !tile.contains("told apart from"), "{tile}");
}
