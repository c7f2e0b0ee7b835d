//! How long is it from a click to the whole dashboard?
//!
//! `cargo bench --bench dashboards`; with `SCHOOLBENCH_NATIONAL=folder` on all of a made-up England too; words after `--` choose
//! rows that have them all ("national overview"). A window without a screen is given one pupil filter after the other, each
//! new to it; timed is from the change until every panel is drawn from its new answers, frames included. In columns of their own
//! stand the start until the first dashboard is drawn, the choice of the group, and what is prepared after it; then filters by
//! one characteristic, with the longest frame of each, and those by a second one beside it, for which there was time to prepare.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

mod shared;
#[path = "shared/stage.rs"]
mod stage;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::{Duration, Instant};

use schoolbench::model::{Characteristic, Filter, PupilGroup, Scope, Urn};
use schoolbench::ui::{Change, Place};
use shared::{DataSet, data_sets};
use stage::{PATIENCE, Stage, ms, quantile};

/// The characteristics that are filtered by; the rarer ones are in no cube.
const COMMON: [Characteristic; 6] = [
    Characteristic::Fsm6,
    Characteristic::Sex,
    Characteristic::Eal,
    Characteristic::Sen,
    Characteristic::Prior,
    Characteristic::Disadvantaged,
];

const PLACES: [Place; 5] = [Place::Overview, Place::Subjects, Place::Subject, Place::Schools, Place::Workbench];

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let mut out = std::io::stdout();
    let mut say = |line: String| writeln!(out, "{line}").expect("a place to print");
    let columns = "data | schools | dashboard | start | group | prepared | questions";
    let of_filters = "filter, p50 | p95 | slowest | longest frame, p50 | by two, p50 | p95 | slowest";
    say(format!("| {columns} | {of_filters} |"));
    say("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|".to_owned());
    for set in data_sets() {
        for (name, scope) in scopes(set) {
            for place in PLACES {
                let row = format!("{set} {name} {}", place.word());
                if !words.iter().all(|word| row.contains(word.as_str())) {
                    continue;
                }
                // A window of its own, so that no shield is raised and nothing is kept.
                let mut stage = Stage::of(set, None);
                stage.change(Change::Place(place));
                let of_group = stage.change(Change::Scope(scope.clone()));
                let since = Instant::now();
                assert!(stage.desk().wait_until_prepared(PATIENCE), "what is prepared does not come");
                let prepared = since.elapsed();
                stage.begun.lock().expect("no panic").clear();
                let mut frames = Vec::new();
                let by_one = told(singles().into_iter().map(|filter| {
                    let took = click(&mut stage, &filter);
                    frames.push(stage.longest);
                    (took, filter)
                }));
                let frame = ms(quantile(&mut frames, 0.5));
                let questions = stage.begun.lock().expect("no panic").len() as f64 / singles().len() as f64;
                let by_two = told(pairs().into_iter().map(|(first, both)| {
                    click(&mut stage, &first);
                    assert!(stage.desk().wait_until_prepared(PATIENCE), "what is prepared does not come");
                    (click(&mut stage, &both), both)
                }));
                let [start, group, prepared] = [stage.start, of_group, prepared].map(ms);
                let place = place.word();
                say(format!(
                    "| {set} | {name} | {place} | {start} | {group} | {prepared} | {questions:.1} | {by_one} | {frame} | {by_two} |"
                ));
            }
        }
    }
}

/// Every pupil group of one characteristic.
fn singles() -> Vec<Filter> {
    COMMON.into_iter().flat_map(groups).map(Filter::of).collect()
}

/// The first group of each characteristic, and with it that of another.
fn pairs() -> Vec<(Filter, Filter)> {
    let first = |of: Characteristic| groups(of).next().expect("every characteristic has groups");
    let pairs = COMMON.into_iter().enumerate().flat_map(|(nth, a)| COMMON[nth + 1..].iter().map(move |b| (a, *b)));
    pairs.map(|(a, b)| (Filter::of(first(a)), Filter::of(first(a)).or(first(b)))).collect()
}

fn groups(of: Characteristic) -> impl Iterator<Item = PupilGroup> {
    of.groups().filter(|group| !group.is_not_known())
}

fn click(stage: &mut Stage, filter: &Filter) -> Duration {
    stage.change(Change::Filter(filter.clone()))
}

/// How long filters took, and which took longest.
fn told(clicks: impl Iterator<Item = (Duration, Filter)>) -> String {
    let clicks: Vec<(Duration, Filter)> = clicks.collect();
    let slowest = clicks.iter().max_by_key(|(took, _)| *took).map(|(_, filter)| filter.to_string());
    let mut took: Vec<Duration> = clicks.iter().map(|(took, _)| *took).collect();
    let [half, most, all] = [0.5, 0.95, 1.0].map(|share| ms(quantile(&mut took, share)));
    format!("{half} | {most} | {all} ({})", slowest.unwrap_or_default())
}

/// An authority, twenty schools, 150 secondary schools, and all.
fn scopes(set: &DataSet) -> Vec<(&'static str, Scope)> {
    let desk = set.desk();
    let secondary = |most: usize| -> Scope {
        let schools = desk.register().schools().filter(|school| school.phase == "Secondary");
        Scope::Schools(schools.map(|school| school.urn).take(most).collect::<BTreeSet<Urn>>())
    };
    let mut scopes = vec![("an authority", Scope::La(set.la))];
    scopes.push(("20 schools", secondary(20)));
    if desk.register().schools().count() > 1000 {
        scopes.push(("150 schools", secondary(150)));
    }
    scopes.push(("all", Scope::All));
    scopes
}
