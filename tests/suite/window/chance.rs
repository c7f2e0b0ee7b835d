//! Changes of the view by chance.

use std::collections::BTreeSet;

use schoolbench::model::{Characteristic, Compare, Filter, Indicator, KeyStage, PupilGroup, Scope, Subject, Urn, Year};
use schoolbench::ui::{
    Catalogue, Change, Findings, Gaps, Intake, Layout, Panel, Part, Place, Ranking, Scatter, ScatterForm, SchoolTable,
    Session, SimilarTo, SubjectSchools, SubjectTable, Tiles, Trends, View,
};

use crate::demo;
use crate::oracle::dice::Dice;

/// The demo, opened as the window opens it.
pub fn session() -> Session {
    Session::open(demo::workspace(), schoolbench::desk::Options::default()).unwrap()
}

/// Some groups of schools of each kind.
pub fn scope(dice: &mut Dice, catalogue: &Catalogue) -> Scope {
    let groups = catalogue.groups();
    match dice.below(4) {
        0 => Scope::Schools(urns(dice, catalogue, 1, 12)),
        _ => groups[dice.below(groups.len())].scope.clone(),
    }
}

fn urns(dice: &mut Dice, catalogue: &Catalogue, least: usize, most: usize) -> BTreeSet<Urn> {
    let all: Vec<Urn> = catalogue.register.schools().map(|school| school.urn).collect();
    dice.some(&all, least, most).into_iter().collect()
}

pub fn filter(dice: &mut Dice) -> Filter {
    let many = dice.below(4);
    let groups: Vec<PupilGroup> = Characteristic::ALL.into_iter().flat_map(Characteristic::groups).collect();
    dice.some(&groups, many, many).into_iter().fold(Filter::everyone(), Filter::or)
}

fn year(dice: &mut Dice) -> Year {
    Year::new(2016 + dice.below(11) as i32).unwrap()
}

fn perhaps<T>(dice: &mut Dice, make: impl FnOnce(&mut Dice) -> T) -> Option<T> {
    dice.happens(50).then(|| make(dice))
}

/// The words of some subjects, up to so many.
fn subjects(dice: &mut Dice, most: usize) -> Vec<String> {
    let words: Vec<String> = Subject::all().map(|subject| subject.slug.clone()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    dice.some(&words, 0, most).into_iter().map(str::to_owned).collect()
}

#[allow(clippy::needless_update, reason = "panels get further settings")]
pub fn panel(dice: &mut Dice) -> Panel {
    let indicator = |dice: &mut Dice| dice.one(&Indicator::ALL);
    let table = dice.happens(30);
    match dice.below(11) {
        0 => Panel::Tiles(Tiles { indicators: dice.some(&Indicator::ALL, 0, 5), every_stage: dice.happens(20), table }),
        1 => Panel::Intake(Intake { table }),
        2 => Panel::Findings(Findings { table }),
        3 => Panel::Ranking(Ranking {
            indicator: perhaps(dice, indicator),
            subjects: dice.happens(50),
            table,
            ..Ranking::default()
        }),
        4 => Panel::Gaps(Gaps { indicator: perhaps(dice, indicator), table, ..Gaps::default() }),
        5 => Panel::SubjectTable(SubjectTable {
            indicators: dice.some(&Indicator::ALL, 0, 5),
            split: perhaps(dice, |dice| dice.one(&Characteristic::ALL)),
            sorted: perhaps(dice, indicator),
            ascending: dice.happens(50),
            table,
            ..SubjectTable::default()
        }),
        6 => Panel::SubjectSchools(SubjectSchools {
            sorted: perhaps(dice, indicator),
            ascending: dice.happens(50),
            pool: dice.happens(50),
            table,
            ..SubjectSchools::default()
        }),
        7 => Panel::SchoolTable(SchoolTable {
            indicators: dice.some(&Indicator::ALL, 0, 5),
            sorted: perhaps(dice, indicator),
            ascending: dice.happens(50),
            rank: dice.happens(30),
            by_rank: dice.happens(20),
            table,
            ..SchoolTable::default()
        }),
        8 => Panel::Similar(SimilarTo { indicator: perhaps(dice, indicator), table, ..SimilarTo::default() }),
        9 => Panel::Trends(Trends {
            indicator: perhaps(dice, indicator),
            subjects: subjects(dice, 9),
            of_view: dice.happens(20),
            split: dice.happens(20).then(|| dice.one(&Characteristic::ALL)),
            table,
        }),
        _ => Panel::Scatter(Scatter {
            x: perhaps(dice, indicator),
            y: perhaps(dice, indicator),
            size: perhaps(dice, indicator),
            colour: perhaps(dice, indicator),
            subject: subjects(dice, 1).pop(),
            year: perhaps(dice, year),
            map: dice.happens(20),
            form: perhaps(dice, |dice| dice.one(&ScatterForm::ALL)),
            strips: dice.some(&Indicator::ALL, 0, 8),
            trend: dice.happens(40),
            still: dice.happens(20),
            from_all: dice.happens(40),
            density: perhaps(dice, |dice| dice.happens(50)),
            table,
        }),
    }
}

/// A layout of these panels, each once; with `odd`, it has what a hand-written file may have: containers of one or of
/// none, and shares of nothing.
pub fn layout(dice: &mut Dice, panels: &[u64], odd: bool) -> Layout {
    let parts = |dice: &mut Dice, panels: &[u64]| -> Vec<Layout> {
        let mut left = panels;
        let mut parts = Vec::new();
        while !left.is_empty() {
            let (here, others) = left.split_at(1 + dice.below(left.len()));
            left = others;
            parts.push(layout(dice, here, odd));
            if odd && dice.happens(10) {
                parts.push(Layout::Row(Vec::new()));
            }
        }
        parts
    };
    if panels.len() == 1 && !(odd && dice.happens(15)) {
        return Layout::Panel(panels[0]);
    }
    let kind = dice.below(5);
    let parts = if panels.len() == 1 { vec![Layout::Panel(panels[0])] } else { parts(dice, panels) };
    let shared = |dice: &mut Dice, parts: Vec<Layout>| {
        let share = |dice: &mut Dice| if odd && dice.happens(20) { 0 } else { 50 + dice.below(2000) as u32 };
        parts.into_iter().map(|holds| Part { share: share(dice), holds }).collect()
    };
    match kind {
        0 | 1 => Layout::Row(shared(dice, parts)),
        2 | 3 => Layout::Column(shared(dice, parts)),
        _ => Layout::Tabs(parts),
    }
}

/// A change that a person could make now.
pub fn change(dice: &mut Dice, view: &View, catalogue: &Catalogue) -> Change {
    let panels: Vec<u64> = view.panels.keys().copied().collect();
    let one = dice.one(&panels);
    match dice.below(17) {
        0 => Change::Scope(scope(dice, catalogue)),
        1 => Change::Stage(dice.one(&KeyStage::ALL)),
        2 => Change::Years(year(dice), year(dice)),
        3 => Change::Compare(dice.one(&Compare::ALL)),
        4 | 5 => Change::Filter(filter(dice)),
        6 => Change::Select(urns(dice, catalogue, 0, 7)),
        7 => Change::Link(dice.happens(50)),
        8 => Change::Panel(one, panel(dice)),
        9 => Change::Close(one),
        10 if panels.len() < 7 => Change::Split { panel: one, below: dice.happens(50) },
        11 if panels.len() < 7 => Change::Add(panel(dice)),
        12 => Change::Maximise(dice.happens(50).then_some(one)),
        14 => Change::Place(dice.one(&Place::ALL)),
        15 => Change::School(urns(dice, catalogue, 1, 1).into_iter().next().unwrap()),
        16 => {
            let all: Vec<Subject> = Subject::all().filter(|subject| subject.key_stage == view.stage).collect();
            Change::Subject(dice.one(&all))
        }
        13 => Change::Layout(layout(dice, &panels, false)),
        _ => Change::ResetLayout,
    }
}
