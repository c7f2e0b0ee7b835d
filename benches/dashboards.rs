//! How long is it from a click to the whole dashboard?
//!
//! `cargo bench --bench dashboards`; with `SCHOOLBENCH_NATIONAL=folder` on all of a made-up England too; words after `--` choose
//! rows that have them all ("national overview"). A window without a screen is given one pupil filter after the other, each
//! new to it; timed is from the change until every panel is drawn from its new answers, frames included. In columns of their own
//! stand the start until the first dashboard is drawn, the choice of the group, and what is prepared after it; then filters.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

mod shared;
#[path = "shared/stage.rs"]
mod stage;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Instant;

use schoolbench::model::{Characteristic, Filter, Scope, Urn};
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
    let columns = "data | schools | dashboard | start | group | prepared | questions | filter, p50 | p95 | slowest";
    say(format!("| {columns} |"));
    say("|---|---|---|---|---|---|---|---|---|---|".to_owned());
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
                let groups = COMMON.into_iter().flat_map(Characteristic::groups).filter(|group| !group.is_not_known());
                let filters: Vec<Filter> = groups.map(Filter::of).collect();
                let took = filters.iter().map(|filter| stage.change(Change::Filter(filter.clone())));
                let mut took: Vec<_> = took.collect();
                let slowest = filters.iter().zip(&took).max_by_key(|(_, took)| **took).map(|(filter, _)| filter);
                let slowest = slowest.map(ToString::to_string).unwrap_or_default();
                let questions = stage.begun.lock().expect("no panic").len() as f64 / took.len() as f64;
                let [start, group, prepared] = [stage.start, of_group, prepared].map(ms);
                let [half, most, all] = [0.5, 0.95, 1.0].map(|share| ms(quantile(&mut took, share)));
                let place = place.word();
                say(format!(
                    "| {set} | {name} | {place} | {start} | {group} | {prepared} | {questions:.1} | {half} | {most} | {all} ({slowest}) |"
                ));
            }
        }
    }
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
