//! The charts, read aloud: their figures are those of the recount too.

use schoolbench::model::{Scope, Subject};
use schoolbench::ui::{Change, Panel, Scatter, Trends};

use super::figures::{dots, filter, reads, recounted, scope, years};
use super::harness::Bench;
use crate::oracle::{self, Asked, Expected};

/// A question about the subjects of a view at key stage 4, by subject and year.
fn subjects(bench: &Bench, indicator: &'static str) -> Asked {
    let view = bench.view();
    Asked {
        stage: 4,
        years: years(view.stage),
        pool: false,
        scope: scope(&view.scope),
        indicators: vec![indicator],
        subjects: Vec::new(),
        filter: filter(view),
        by: vec!["subject", "year"],
        compare: "none",
        test: "",
    }
}

/// The figures of a subject by year, and the number of entries in the last.
fn line(bench: &Bench, indicator: &'static str, subject: &str) -> Vec<(i64, f64)> {
    let cells = recounted(&subjects(bench, indicator));
    let of = |((key, _), cell): (&(Vec<&'static str>, &'static str), &Expected)| match cell {
        Expected::Figure { value, .. } if key[0] == subject => Some((key[1].parse().unwrap(), *value)),
        _ => None,
    };
    cells.iter().filter_map(of).collect()
}

fn slugs() -> impl Iterator<Item = Subject> {
    Subject::all().filter(|subject| subject.key_stage.number() == 4)
}

/// The trends on screen name these subjects, with the first and the last figure of each.
fn assert_trends(bench: &Bench, indicator: &'static str, shown: &[Subject]) {
    let chart = bench.text_from("Trends, ");
    for subject in shown {
        let figures = line(bench, indicator, &subject.slug);
        let ((first, from), (last, to)) = (figures[0], figures[figures.len() - 1]);
        let beginning = format!("{} from ", subject.name);
        let (_, after) = chart.split_once(&beginning).unwrap_or_else(|| panic!("{} is not in {chart}", subject.name));
        let sentence = after.split(';').next().unwrap();
        let in_words = |year: i64| format!(" in {}/{:02}", year - 1, year % 100);
        assert!(sentence.contains(&in_words(first)) && sentence.contains(&in_words(last)), "{beginning}{sentence}");
        assert!(reads(sentence, &[from, to]), "{beginning}{sentence}; recounted: {from} and {to}");
    }
}

#[test]
fn the_trends_are_of_the_subjects_with_most_entries_and_as_a_recount_gives_them() {
    let mut bench = Bench::on_demo();
    for filter in ["", "fsm6=yes", "sex=F sen=N"] {
        bench.change(Change::Filter(filter.parse().unwrap()));
        let last = *years(bench.view().stage).last().unwrap();
        let entries = |subject: &Subject| {
            let line = line(&bench, "entries", &subject.slug);
            line.into_iter().find(|(year, _)| *year == last).map_or(0, |(_, entries)| entries as i64)
        };
        let mut most: Vec<Subject> =
            slugs().filter(|subject| !line(&bench, "grade4plus", &subject.slug).is_empty()).collect();
        most.sort_by_key(|subject| std::cmp::Reverse(entries(subject)));
        // Where two have as many entries, either may be shown.
        let fourth = entries(&most[3]);
        let sure: Vec<Subject> = most.iter().copied().filter(|subject| entries(subject) > fourth).collect();
        assert_trends(&bench, "grade4plus", &sure);
        let named =
            most.iter().filter(|subject| bench.text_from("Trends, ").contains(&format!("{} from ", subject.name)));
        assert_eq!(named.count(), 4);
    }
}

#[test]
fn subjects_and_indicators_that_are_chosen_are_shown() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Scope(Scope::All));
    let chosen: Vec<Subject> =
        slugs().filter(|subject| ["history", "french", "music"].contains(&subject.slug.as_str())).collect();
    let subjects = chosen.iter().map(|subject| subject.slug.clone()).collect();
    let trends = Trends { indicator: Some("avg_points".parse().unwrap()), subjects, ..Trends::default() };
    bench.change(Change::Panel(2, Panel::Trends(trends)));
    assert_trends(&bench, "avg_points", &chosen);
    bench.pick("Show", "Grades 9 to 7");
    bench.answered();
    assert_trends(&bench, "grade7plus", &chosen);
}

#[test]
fn the_scatter_chart_tells_how_many_schools_it_shows_and_from_where_to_where() {
    let bench = Bench::on_demo();
    let dots = dots(*years(bench.view().stage).last().unwrap());
    let register = bench.window().desk().unwrap().register();
    let group: Vec<i64> =
        register.schools_of(&bench.view().scope).map(|school| i64::from(school.urn.number())).collect();
    let own = dots.iter().filter(|dot| group.contains(&dot.urn)).count();
    let ends = |of: fn(&super::figures::Dot) -> f64| {
        dots.iter().map(of).fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (x, y) = (ends(|dot| dot.x), ends(|dot| dot.y));
    let chart = bench.text_from("Schools, ");
    let figures = [own as f64, (dots.len() - own) as f64, y.0, y.1, x.0, x.1];
    assert!(reads(&chart, &figures), "{chart}; recounted: {figures:?}");
}

#[test]
fn an_axis_of_the_scatter_chart_can_be_of_one_subject() {
    let mut bench = Bench::on_demo();
    let year = *years(bench.view().stage).last().unwrap();
    let cases = [("", "all pupils", "history", "History"), ("sex=F", "girls", "french", "French")];
    for (filter_words, pupils, subject, name) in cases {
        bench.change(Change::Filter(filter_words.parse().unwrap()));
        let scatter =
            Scatter { y: Some("grade4plus".parse().unwrap()), subject: Some(subject.to_owned()), ..Scatter::default() };
        bench.change(Change::Panel(3, Panel::Scatter(scatter)));
        let asked = Asked {
            years: vec![year],
            scope: oracle::Scope::All,
            subjects: vec![subject],
            by: vec!["school"],
            ..subjects(&bench, "grade4plus")
        };
        // A school is drawn where its share of FSM6 pupils, of all its pupils, may be seen too.
        let drawn: Vec<i64> = dots(year).iter().map(|dot| dot.urn).collect();
        let cells = recounted(&asked);
        let shares = cells.iter().filter_map(|((key, _), cell)| match cell {
            Expected::Figure { value, .. } if drawn.contains(&key[0].parse().unwrap()) => Some(*value),
            _ => None,
        });
        let shares: Vec<f64> = shares.collect();
        let (low, high) =
            shares.iter().fold((f64::MAX, f64::MIN), |(low, high), share| (low.min(*share), high.max(*share)));
        assert!(shares.len() > 10 && low < high, "there is something to see");
        let chart = bench.text_from("Schools, ");
        let (_, after) = chart.split_once(&format!("{name}: Grades 9 to 4 from ")).unwrap_or_else(|| panic!("{chart}"));
        assert!(reads(after, &[low, high]), "{chart}; recounted: {low} to {high}");
        assert!(bench.has(&format!("Subject: {name}")), "the subject can be chosen");
        let caption = bench.caption("Schools").unwrap();
        assert!(caption.contains(&format!(" · {pupils} · ")), "{caption}");
    }
}
