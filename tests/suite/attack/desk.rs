//! The same attacks through the desk: files are loaded, questions asked in words, tables and shares of intake read as
//! anyone would; and so are numbers of entries, subject by subject and several subjects together.

use std::collections::BTreeMap;

use schoolbench::desk::{Desk, Key, Options, Reader, Reason};
use schoolbench::ingest::{Cancel, import};
use schoolbench::model::{Question, Words};
use schoolbench::workspace::{Access, Workspace};
use tempfile::TempDir;

use super::{Block, Nation, USUAL, bound};
use crate::fixture::{Data, Exam, Pupil, School};
use crate::oracle::dice::Dice;

/// Workspaces that are loaded and attacked in every test run.
const WORKSPACES: u64 = 25;
const QUESTIONS: usize = 25;

/// Subjects, and how many of 100 pupils enter them.
const SUBJECTS: [&str; 3] = ["maths", "physics", "latin"];
const ENTER: [usize; 3] = [90, 25, 6];

/// The characteristic of a dimension after school and year, with its values.
fn characteristic(nation: &Nation, place: usize) -> (&'static str, &'static [&'static str]) {
    match (place, nation.sizes[place]) {
        _ if nation.has_subjects && place + 1 == nation.sizes.len() => ("subject", &SUBJECTS),
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
        let chosen = (2..nation.sizes.len()).filter(|place| !self.block[*place].is_empty()).map(|place| {
            let (word, values) = characteristic(nation, place);
            (word, list(of(place).iter().map(|at| values[usize::from(*at)].to_owned()).collect()))
        });
        let (subject, filter): (Vec<_>, Vec<_>) = chosen.partition(|(word, _)| *word == "subject");
        Words {
            stage: "ks4".to_owned(),
            years: list(of(1).iter().map(|nth| year(*nth).to_string()).collect()),
            pool: !self.by.contains(&1),
            scope: match self.block[0].as_slice() {
                [] => "all".to_owned(),
                schools => format!("urn:{}", list(schools.iter().map(|school| urn(*school).to_string()).collect())),
            },
            indicator: indicators.join(","),
            subject: subject.into_iter().map(|(_, subjects)| subjects).collect(),
            filter: filter.into_iter().map(|(word, values)| format!("{word}={values}")).collect(),
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
        Key::Subject(subject) => {
            let at = SUBJECTS.iter().position(|slug| *slug == subject.slug)?;
            nation.has_subjects.then(|| (nation.sizes.len() - 1, at as u16))
        }
    }
}

/// Some pupils enter some subjects: the results, and the numbers of entries.
fn entries(nation: &Nation, data: &mut Data, dice: &mut Dice) -> Nation {
    let mut counts: BTreeMap<Vec<u16>, i64> = BTreeMap::new();
    let mut pupils = data.pupils.iter();
    for (at, n) in &nation.counts {
        let with = |subject: usize| at.iter().copied().chain([subject as u16]).collect::<Vec<u16>>();
        for subject in 0..SUBJECTS.len() {
            counts.insert(with(subject), 0);
        }
        for pupil in pupils.by_ref().take(*n as usize) {
            for (nth, subject) in SUBJECTS.iter().enumerate().filter(|(nth, _)| dice.happens(ENTER[*nth])) {
                *counts.entry(with(nth)).or_default() += 1;
                data.results.push(Exam {
                    pupil: pupil.pupil.clone(),
                    urn: pupil.urn,
                    year: pupil.year,
                    key_stage: 4,
                    subject,
                    qualification: "gcse",
                    grade: "5".to_owned(),
                    points: None,
                });
            }
        }
    }
    let sizes = nation.sizes.iter().copied().chain([SUBJECTS.len()]).collect();
    Nation { sizes, has_subjects: true, counts, standing: nation.standing.clone() }
}

fn open(data: &Data, folder: &TempDir) -> Desk {
    let path = folder.path().join("small.schoolbench");
    import(&path, &data.write(folder.path()), &Cancel::default(), &mut |_| {}).unwrap();
    Desk::new(Workspace::open(&path, Access::Read).unwrap(), Reader::default(), Options::default()).unwrap()
}

/// What a reader was told and what not, with the true numbers.
#[derive(Default)]
struct Told {
    shown: BTreeMap<Block, i64>,
    withheld: BTreeMap<Block, i64>,
}

impl Told {
    /// Asks questions by chance. `counted` is the indicator whose number the nation has; `intake` are shares of intake, each
    /// with the dimension whose second value it is of.
    fn by(desk: &Desk, nation: &Nation, dice: &mut Dice, counted: &str, intake: &[(&str, usize)]) -> Self {
        let mut told = Self::default();
        for _ in 0..QUESTIONS {
            let asked = Asked::by_chance(nation, dice);
            let indicators: Vec<&str> = [counted].into_iter().chain(intake.iter().map(|(word, _)| *word)).collect();
            let Ok(question) = Question::try_from(asked.words(nation, &indicators)) else { continue };
            let answer = desk.ask_and_wait(&question).unwrap();
            let mut there = Vec::new();
            for cell in answer.cells() {
                let mut block = asked.block.clone();
                let places: Option<Vec<(usize, u16)>> = cell.keys.iter().map(|key| coordinate(nation, key)).collect();
                let Some(places) = places else {
                    // Values that nobody has are told as withheld where leaving them out would tell something.
                    assert!(matches!(cell.figure, Err(Reason::Protects { .. })), "{question:?}: {cell:?} is nobody's");
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
                        told.shown.insert(block, pupils);
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
                        assert_eq!(figure.n, Some(n), "{question:?}: {block:?}");
                        told.shown.insert(block, n);
                    }
                    Err(Reason::TooFew { .. } | Reason::Protects { .. }) => {
                        told.withheld.insert(block, n);
                    }
                    Err(Reason::NoPupils) => {
                        assert_eq!(n, 0, "{question:?}: {block:?}");
                        told.shown.insert(block, 0);
                    }
                    Err(other) => panic!("{question:?}: {other} for {block:?}"),
                }
            }
            // Whoever is not in a table is nobody.
            for row in asked.rows(nation) {
                if !there.contains(&row) {
                    assert_eq!(nation.n(&row), 0, "{question:?}: {row:?} is left out");
                    told.shown.insert(row, 0);
                }
            }
        }
        told
    }

    /// Withheld numbers of 1 to 5 that what was shown tells to a width under 6.
    fn broken(&self, nation: &Nation) -> Vec<String> {
        let small = self.withheld.iter().filter(|(_, n)| (1..6).contains(*n));
        let known = small.filter_map(|(block, n)| {
            let [least, most] = [false, true].map(|up| bound(nation, &self.shown, block, up));
            let is_known = most - least < 6.0 - 1e-6;
            is_known.then(|| format!("{:?}: {n} in {block:?} is {least} to {most}", nation.sizes))
        });
        known.collect()
    }
}

fn attack_all(attack: impl Fn(&Nation, &mut Dice) -> (Told, Vec<String>)) {
    let (mut shown, mut withheld, mut broken) = (0, 0, Vec::new());
    for seed in 0..WORKSPACES {
        let mut dice = Dice(1_000_000 + seed);
        let nation = Nation::by_chance(&mut dice, USUAL);
        let (told, known) = attack(&nation, &mut dice);
        shown += told.shown.len();
        withheld += told.withheld.len();
        broken.extend(known.into_iter().map(|what| format!("seed {seed}, {what}")));
    }
    let first: Vec<&String> = broken.iter().take(5).collect();
    assert!(broken.is_empty(), "{} of {withheld} withheld numbers are known: {first:#?}", broken.len());
    assert!(shown > 300 && withheld > 500, "{shown} shown, {withheld} withheld");
}

#[test]
fn through_the_desk_no_withheld_number_is_known_to_a_width_under_6() {
    attack_all(|nation, dice| {
        let folder = TempDir::new().unwrap();
        let desk = open(&files(nation), &folder);
        let intake: &[(&str, usize)] = match (characteristic(nation, 2).0, nation.sizes.get(3)) {
            ("fsm6", _) => &[("pct_fsm6", 2)],
            (_, Some(2)) => &[("pct_girls", 3)],
            _ => &[],
        };
        let told = Told::by(&desk, nation, dice, "pupils", intake);
        let broken = told.broken(nation);
        (told, broken)
    });
}

#[test]
fn through_the_desk_no_withheld_number_of_entries_is_known_to_a_width_under_6() {
    attack_all(|nation, dice| {
        let folder = TempDir::new().unwrap();
        let mut data = files(nation);
        let entries = entries(nation, &mut data, dice);
        let told = Told::by(&open(&data, &folder), &entries, dice, "entries", &[]);
        let broken = told.broken(&entries);
        (told, broken)
    });
}
