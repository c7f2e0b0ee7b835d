//! The same attacks through the desk: files are loaded, questions asked in words, tables and shares of intake read as
//! anyone would.

use std::collections::BTreeMap;

use schoolbench::desk::{Desk, Key, Options, Reader, Reason};
use schoolbench::ingest::{Cancel, import};
use schoolbench::model::{Question, Words};
use schoolbench::workspace::{Access, Workspace};
use tempfile::TempDir;

use super::{Block, Nation, bound};
use crate::fixture::{Data, Pupil, School};
use crate::oracle::dice::Dice;

/// Workspaces that are loaded and attacked in every test run.
const WORKSPACES: u64 = 25;
const QUESTIONS: usize = 25;

/// The characteristic of a dimension after school and year, with its values.
fn characteristic(nation: &Nation, place: usize) -> (&'static str, &'static [&'static str]) {
    match (place, nation.sizes[place]) {
        (2, 2) => ("fsm6", &["no", "yes"]),
        (2, _) => ("sen", &["N", "K", "E"]),
        (3, 2) => ("sex", &["M", "F"]),
        (3, _) => ("ethnicity", &["WHIT", "ASIA", "BLAC"]),
        (_, 2) => ("eal", &["no", "yes"]),
        (_, _) => ("term", &["autumn", "spring", "summer"]),
    }
}

fn urn(school: u16) -> i64 {
    100_001 + i64::from(school)
}

fn year(nth: u16) -> i64 {
    2022 + i64::from(nth)
}

fn files(nation: &Nation) -> Data {
    let school = |(nth, (la, trust)): (usize, &(usize, usize))| School {
        urn: urn(nth as u16),
        name: "School",
        phase: "Secondary",
        la_code: 301 + *la as i64,
        la_name: if *la == 0 { "Northshire" } else { "Southshire" },
        region: "Middle",
        trust_uid: Some(5001 + *trust as i64),
        trust_name: Some("Trust"),
        kind: "Academy",
    };
    let mut pupils = Vec::new();
    for (at, n) in &nation.counts {
        let value = |word: &str| {
            let place = (2..at.len()).find(|place| characteristic(nation, *place).0 == word)?;
            Some(characteristic(nation, place).1[usize::from(at[place])])
        };
        let flag = |word: &str| Some(value(word) == Some("yes"));
        for _ in 0..*n {
            pupils.push(Pupil {
                pupil: format!("p{}", pupils.len()),
                urn: urn(at[0]),
                year: year(at[1]),
                key_stage: 4,
                sex: Some(value("sex").unwrap_or("F")),
                fsm6: flag("fsm6"),
                disadvantaged: Some(false),
                eal: flag("eal"),
                sen: Some(value("sen").unwrap_or("N")),
                ethnicity: Some(value("ethnicity").unwrap_or("WHIT")),
                prior_score: Some(100.0),
                mobile: Some(false),
                birth_month: Some(match value("term") {
                    Some("spring") => 2,
                    Some("summer") => 6,
                    _ => 10,
                }),
                attendance_pct: Some(98.0),
                looked_after: Some(false),
            });
        }
    }
    let schools = nation.standing.iter().enumerate().map(school).collect();
    Data { schools, pupils, school_years: Vec::new(), results: Vec::new(), national: Vec::new(), published: Vec::new() }
}

/// A question: a block, and by which dimensions it is broken down.
struct Asked {
    block: Block,
    by: Vec<usize>,
}

impl Asked {
    fn by_chance(nation: &Nation, dice: &mut Dice) -> Self {
        let mut block: Block = (0..nation.sizes.len()).map(|place| nation.part(dice, place)).collect();
        for part in &mut block {
            // Nothing at all is no question.
            if dice.below(3) == 0 {
                part.clear();
            }
        }
        let all: Vec<usize> = (0..nation.sizes.len()).collect();
        Self { block, by: dice.some(&all, 0, 2) }
    }

    fn words(&self, nation: &Nation, indicators: &[&str]) -> Words {
        let list = |numbers: Vec<String>| numbers.join(",");
        let of = |place: usize| -> Vec<u16> {
            match self.block[place].as_slice() {
                [] => (0..nation.sizes[place] as u16).collect(),
                some => some.to_vec(),
            }
        };
        let dimension = |place: &usize| match place {
            0 => "school",
            1 => "year",
            _ => characteristic(nation, *place).0,
        };
        let filter = (2..nation.sizes.len()).filter(|place| !self.block[*place].is_empty()).map(|place| {
            let (word, values) = characteristic(nation, place);
            format!("{word}={}", list(of(place).iter().map(|at| values[usize::from(*at)].to_owned()).collect()))
        });
        Words {
            stage: "ks4".to_owned(),
            years: list(of(1).iter().map(|nth| year(*nth).to_string()).collect()),
            pool: !self.by.contains(&1),
            scope: match self.block[0].as_slice() {
                [] => "all".to_owned(),
                schools => format!("urn:{}", list(schools.iter().map(|school| urn(*school).to_string()).collect())),
            },
            indicator: indicators.join(","),
            filter: filter.collect(),
            by: list(self.by.iter().map(|place| dimension(place).to_owned()).collect()),
            compare: "none".to_owned(),
            ..Words::default()
        }
    }

    /// The blocks of the rows, all of them.
    fn rows(&self, nation: &Nation) -> Vec<Block> {
        let mut rows = vec![self.block.clone()];
        for place in &self.by {
            let values: Vec<u16> = match self.block[*place].as_slice() {
                [] => (0..nation.sizes[*place] as u16).collect(),
                some => some.to_vec(),
            };
            let with = |row: &Block, value: u16| {
                let mut row = row.clone();
                row[*place] = vec![value];
                row
            };
            rows = rows.iter().flat_map(|row| values.iter().map(move |value| with(row, *value))).collect();
        }
        rows
    }
}

/// The coordinate of a key.
fn coordinate(nation: &Nation, key: &Key) -> Option<(usize, u16)> {
    match key {
        Key::School(of) => Some((0, (i64::from(of.number()) - 100_001) as u16)),
        Key::Year(of) => Some((1, (of.ending() - 2022) as u16)),
        Key::Pupils(group) => (2..nation.sizes.len()).find_map(|place| {
            let (word, values) = characteristic(nation, place);
            let at = values.iter().position(|value| *value == group.word())?;
            (word == group.characteristic.word()).then_some((place, at as u16))
        }),
        Key::Subject(_) => None,
    }
}

#[test]
fn through_the_desk_no_withheld_number_is_known_to_a_width_under_6() {
    let (mut told, mut kept, mut broken) = (0, 0, Vec::new());
    for seed in 0..WORKSPACES {
        let mut dice = Dice(1_000_000 + seed);
        let nation = Nation::by_chance(&mut dice);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("small.schoolbench");
        import(&path, &files(&nation).write(folder.path()), &Cancel::default(), &mut |_| {}).unwrap();
        let workspace = Workspace::open(&path, Access::Read).unwrap();
        let desk = Desk::new(workspace, Reader::default(), Options::default()).unwrap();
        let intake: &[(&str, usize)] = match (characteristic(&nation, 2).0, nation.sizes.get(3)) {
            ("fsm6", _) => &[("pct_fsm6", 2)],
            (_, Some(2)) => &[("pct_girls", 3)],
            _ => &[],
        };
        let (mut shown, mut withheld): (BTreeMap<Block, i64>, BTreeMap<Block, i64>) = Default::default();
        for _ in 0..QUESTIONS {
            let asked = Asked::by_chance(&nation, &mut dice);
            let indicators: Vec<&str> = ["pupils"].into_iter().chain(intake.iter().map(|(word, _)| *word)).collect();
            let Ok(question) = Question::try_from(asked.words(&nation, &indicators)) else { continue };
            let answer = desk.ask_and_wait(&question).unwrap();
            let mut there = Vec::new();
            for cell in answer.cells() {
                let mut block = asked.block.clone();
                let places: Option<Vec<(usize, u16)>> = cell.keys.iter().map(|key| coordinate(&nation, key)).collect();
                let Some(places) = places else {
                    // Values that nobody has are told as withheld where leaving them out would tell something.
                    assert!(matches!(cell.figure, Err(Reason::Protects { .. })), "seed {seed}: {cell:?} is nobody's");
                    continue;
                };
                for (place, at) in places {
                    block[place] = vec![at];
                }
                let of_intake = intake.iter().find(|(word, _)| *word == cell.indicator.word());
                if let (Some((_, place)), Ok(figure)) = (of_intake, &cell.figure) {
                    let pupils = (figure.value / 100.0 * figure.n.unwrap() as f64).round() as i64;
                    if block[*place].is_empty() {
                        block[*place] = vec![1];
                        shown.insert(block, pupils);
                    }
                    continue;
                }
                if of_intake.is_some() {
                    continue;
                }
                there.push(block.clone());
                let n = nation.n(&block);
                match &cell.figure {
                    Ok(figure) => {
                        assert_eq!(figure.n, Some(n), "seed {seed}: {block:?}");
                        shown.insert(block, n);
                    }
                    Err(Reason::TooFew { .. } | Reason::Protects { .. }) => {
                        withheld.insert(block, n);
                    }
                    Err(Reason::NoPupils) => {
                        assert_eq!(n, 0, "seed {seed}: {block:?}");
                        shown.insert(block, 0);
                    }
                    Err(other) => panic!("seed {seed}: {other} for {block:?}"),
                }
            }
            // Whoever is not in a table is nobody.
            for row in asked.rows(&nation) {
                if !there.contains(&row) {
                    assert_eq!(nation.n(&row), 0, "seed {seed}: {row:?} is left out");
                    shown.insert(row, 0);
                }
            }
        }
        told += shown.len();
        kept += withheld.len();
        for (block, n) in withheld.iter().filter(|(_, n)| (1..6).contains(*n)) {
            let [least, most] = [false, true].map(|up| bound(&nation, &shown, block, up));
            if most - least < 6.0 - 1e-6 {
                broken.push(format!("seed {seed}, {:?}: {n} in {block:?} is {least} to {most}", nation.sizes));
            }
        }
    }
    let first: Vec<&String> = broken.iter().take(5).collect();
    assert!(broken.is_empty(), "{} of {kept} withheld numbers are known: {first:#?}", broken.len());
    assert!(told > 500 && kept > 500, "{told} shown, {kept} withheld");
}
