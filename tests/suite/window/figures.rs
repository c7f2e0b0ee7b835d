//! What the tiles must say: the oracle's recount, against the words that a screen reader reads.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use schoolbench::desk::{Desk, Figure, Reason};
use schoolbench::model::{Compare, Indicator, KeyStage, PupilGroup, Scope, Year};
use schoolbench::ui::View;

use super::harness::Bench;
use crate::oracle::{self, Asked, Cells, DEMO, Expected, recount};

/// The headlines of a key stage, by their words on the command line.
fn headlines(stage: KeyStage) -> Vec<&'static str> {
    match stage {
        KeyStage::Ks2 => {
            vec!["rwm_expected", "rwm_high", "reading_score", "maths_score", "gps_score", "writing_expected"]
        }
        KeyStage::Ks4 => vec!["att8", "p8", "basics5", "basics4", "ebacc_entry", "ebacc_aps"],
        KeyStage::Ks5 => vec!["avg_points", "entries", "pupils"],
    }
}

/// The years of a key stage that are in the demo's files.
pub fn years(stage: KeyStage) -> Vec<i64> {
    let number = number(stage);
    (1988..=2100).filter(|year| DEMO.has(number, *year)).collect()
}

fn number(stage: KeyStage) -> i64 {
    match stage {
        KeyStage::Ks2 => 2,
        KeyStage::Ks4 => 4,
        KeyStage::Ks5 => 5,
    }
}

pub fn scope(scope: &Scope) -> oracle::Scope {
    match scope {
        Scope::All => oracle::Scope::All,
        Scope::La(code) => oracle::Scope::La(i64::from(*code)),
        Scope::Trust(uid) => oracle::Scope::Trust(i64::from(*uid)),
        Scope::Schools(urns) => oracle::Scope::Urns(urns.iter().map(|urn| i64::from(urn.number())).collect()),
    }
}

/// The filter in the words of the recount.
pub fn filter(view: &View) -> Vec<(&'static str, Vec<&'static str>)> {
    let words = |groups: Vec<PupilGroup>| groups.into_iter().map(PupilGroup::word).collect();
    view.filter.constraints().map(|(characteristic, groups)| (characteristic.word(), words(groups))).collect()
}

/// What the tiles of a view ask.
pub fn asked(view: &View) -> Asked {
    let shown = |year: &i64| (i64::from(view.years.0.ending())..=i64::from(view.years.1.ending())).contains(year);
    Asked {
        stage: number(view.stage),
        years: years(view.stage).into_iter().filter(shown).collect(),
        pool: false,
        scope: scope(&view.scope_shown()),
        indicators: headlines(view.stage),
        subjects: Vec::new(),
        filter: filter(view),
        by: vec!["year"],
        compare: view.compare.word(),
        test: if view.judged.test == schoolbench::model::Test::Difference { "difference" } else { "" },
    }
}

/// The recount of a question, counted once.
pub fn recounted(asked: &Asked) -> Arc<Cells> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Cells>>>> = LazyLock::new(Mutex::default);
    let key = format!("{asked:?}");
    if let Some(cells) = KNOWN.lock().unwrap().get(&key) {
        return Arc::clone(cells);
    }
    let mut cells = recount(asked, &DEMO).unwrap();
    hide(&mut cells, asked);
    let cells = Arc::new(cells);
    KNOWN.lock().unwrap().insert(key, Arc::clone(&cells));
    cells
}

/// Takes out what is hidden for others' sake. That the desk gives every other figure as recounted is for the oracle to
/// judge; here it is whether the window shows what the desk gives.
fn hide(cells: &mut Cells, asked: &Asked) {
    let answer = oracle::desk().ask_and_wait(&asked.question()).unwrap();
    for cell in answer.cells() {
        let place = (oracle::key_of(cell), cell.indicator.word());
        let protects = |reason: &Reason| matches!(reason, Reason::Protects { .. });
        match (&cell.figure, cells.get_mut(&place)) {
            (Err(reason), _) if protects(reason) => {
                cells.insert(place, Expected::Nothing(reason.to_string()));
            }
            (Ok(Figure { comparison: Some(Err(reason)), .. }), Some(Expected::Figure { comparison, .. }))
                if protects(reason) =>
            {
                *comparison = Some(Err(reason.to_string()));
            }
            _ => {}
        }
    }
}

/// The caption under which the tiles of a view must stand: who, key stage, which pupils, which years.
pub fn caption(view: &View, desk: &Desk) -> String {
    let register = desk.register();
    let schools = || register.schools_of(&view.scope);
    let who = match &view.scope {
        Scope::All => "All schools".to_owned(),
        Scope::La(_) => schools().next().unwrap().la_name.clone(),
        Scope::Trust(_) => schools().next().unwrap().trust_name.clone().unwrap(),
        Scope::Schools(urns) if urns.len() == 1 => schools().next().unwrap().name.clone(),
        Scope::Schools(urns) => format!("{} chosen schools", urns.len()),
    };
    let labels = |groups: Vec<PupilGroup>| groups.into_iter().map(PupilGroup::label).collect::<Vec<_>>().join(" or ");
    let constraints: Vec<String> = view.filter.constraints().map(|(_, groups)| labels(groups)).collect();
    let pupils = if constraints.is_empty() { "all pupils".to_owned() } else { constraints.join(", ") };
    let years = asked(view).years;
    let year = |year: &i64| format!("{}/{:02}", year - 1, year % 100);
    let (first, last) = (years.first().map(year).unwrap(), years.last().map(year).unwrap());
    let span = if first == last { first } else { format!("{first} to {last}") };
    format!("{who} · {} · {pupils} · {span}", view.stage)
}

/// What is wrong with the tiles on screen, if they must be what the recount gives for a question.
pub fn faults(bench: &Bench, asked: &Asked) -> Vec<String> {
    let cells = recounted(asked);
    let last = asked.years.last().unwrap();
    let texts = bench.texts();
    let mut faults = Vec::new();
    for word in &asked.indicators {
        let indicator: Indicator = word.parse().unwrap();
        let year = Year::new(i32::try_from(*last).unwrap()).unwrap();
        let beginning = format!("{}, {year}: ", indicator.label());
        let key = if asked.keys().is_empty() { Vec::new() } else { vec![oracle::intern(&last.to_string())] };
        let expected = &cells[&(key, *word)];
        match texts.iter().find_map(|text| text.strip_prefix(&beginning)) {
            None => faults.push(format!("no tile begins with {beginning:?}")),
            Some(tile) => {
                if let Some(fault) = fault(tile, expected) {
                    faults.push(format!("{beginning}{tile}\n  {fault}; recounted: {expected:?}"));
                }
            }
        }
    }
    faults
}

/// What is wrong with the words of one tile.
fn fault(tile: &str, expected: &Expected) -> Option<String> {
    let (n, value, interval, comparison) = match expected {
        Expected::Nothing(reason) if tile.starts_with(reason) => return None,
        Expected::Nothing(_) => return Some("the figure is to be withheld with its reason".to_owned()),
        Expected::Figure { n, value, interval, comparison } => (*n, *value, interval, comparison),
    };
    // In the order in which they are read.
    let mut figures = vec![value];
    figures.extend(interval.iter().flat_map(|(lower, upper)| [*lower, *upper]));
    figures.push(n as f64);
    let words = match comparison {
        Some(Ok(beside)) => {
            figures.extend([beside.difference, beside.comparator]);
            if beside.significance == "not different" { ", not significant" } else { ", significant" }.to_owned()
        }
        Some(Err(reason)) => format!("comparator {reason}"),
        None => String::new(),
    };
    if !tile.contains(&words) {
        return Some(format!("it lacks {words:?}"));
    }
    let read = numbers(tile);
    let mut left = read.iter();
    let missing = figures.iter().find(|figure| !left.any(|number| number.is_rounded(**figure)));
    missing.map(|figure| format!("{figure} is not there in its place; read: {read:?}"))
}

/// Whether figures stand in a text in this order, rounded, whatever stands between them.
pub fn reads(text: &str, figures: &[f64]) -> bool {
    let read = numbers(text);
    let mut left = read.iter();
    figures.iter().all(|figure| left.any(|number| number.is_rounded(*figure)))
}

/// A number as it is written.
#[derive(Debug)]
struct Written {
    value: f64,
    decimals: i32,
}

impl Written {
    /// Whether it is a figure rounded to the decimals written.
    fn is_rounded(&self, figure: f64) -> bool {
        (self.value - figure).abs() <= 0.5 * 10f64.powi(-self.decimals) + 1e-9
    }
}

/// The numbers in a text, with thousands apart by commas and a real minus.
fn numbers(text: &str) -> Vec<Written> {
    let mut numbers = Vec::new();
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let minus = at > 0 && matches!(letters[at - 1], '−' | '-');
        let begin = at;
        let goes_on = |at: usize| {
            let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
            digit(at) || (matches!(letters.get(at), Some('.' | ',')) && digit(at + 1))
        };
        while goes_on(at) {
            at += 1;
        }
        let digits: String = letters[begin..at].iter().filter(|letter| **letter != ',').collect();
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
        let value: f64 = digits.parse().unwrap();
        numbers.push(Written { value: if minus { -value } else { value }, decimals });
    }
    numbers
}

/// The tiles on screen are what the recount gives for the view, under its caption.
pub fn assert_shown(bench: &Bench) {
    let view = bench.view();
    let caption_now = bench.caption("Headlines").expect("tiles have a caption");
    let right = caption(view, bench.window().desk().unwrap());
    assert!(caption_now.starts_with(&right), "the tiles are of {caption_now:?}, not of {right:?}");
    let faults = faults(bench, &asked(view));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    if view.compare == Compare::Same {
        let with = format!("all {} schools", DEMO.standing().count());
        assert!(caption_now.contains(&with), "{caption_now:?} does not tell with whom it is compared");
    }
}

/// A school as a point: its URN and its figures on both axes.
pub struct Dot {
    pub urn: i64,
    pub x: f64,
    pub y: f64,
}

/// The schools of a year at key stage 4 with a share of FSM6 pupils and an Attainment 8, recounted.
pub fn dots(year: i64) -> Vec<Dot> {
    let asked = Asked {
        stage: 4,
        years: vec![year],
        pool: false,
        scope: oracle::Scope::All,
        indicators: vec!["pct_fsm6", "att8"],
        subjects: Vec::new(),
        filter: Vec::new(),
        by: vec!["school"],
        compare: "none",
        test: "",
    };
    let cells = recounted(&asked);
    let value = |school: &str, indicator: &'static str| match &cells[&(vec![oracle::intern(school)], indicator)] {
        Expected::Figure { value, .. } => Some(*value),
        Expected::Nothing(_) => None,
    };
    let schools: BTreeSet<&'static str> = cells.keys().map(|(key, _)| key[0]).collect();
    let dot = |school: &str| {
        let (x, y) = (value(school, "pct_fsm6")?, value(school, "att8")?);
        Some(Dot { urn: school.parse().unwrap(), x, y })
    };
    schools.into_iter().filter_map(dot).collect()
}
