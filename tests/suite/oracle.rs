//! The oracle: answers of the desk against a naive recount of the same Parquet rows.
//!
//! The recount shares no code with the program: own points table, own bands, own Attainment 8, own intervals.

mod asked;
pub mod dice;
mod outcomes;
mod progress;
mod recount;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use schoolbench::desk::{Answer, Cell, Desk, Key, Options, Reader, Reason};
use schoolbench::method::interval::Significance;
use schoolbench::workspace::{Access, Workspace};

use asked::every_indicator;
pub use asked::{Asked, Scope};
use dice::Dice;
pub use recount::{Cells, Expected, recount};
use rows::CHARACTERISTICS;
pub use rows::{DEMO, Pupil, intern};

const QUESTIONS: usize = 500;

pub fn desk() -> Desk {
    let workspace = Workspace::open(crate::demo::workspace(), Access::Read).unwrap();
    Desk::new(workspace, Reader::default(), Options::default()).unwrap()
}

#[test]
fn every_cell_of_every_answer_is_what_a_naive_recount_gives() {
    let desk = desk();
    let mut dice = Dice(20_260_101);
    let mut seen = Seen::default();
    let mut wrong = Vec::new();
    for nth in 0..QUESTIONS {
        let asked = Asked::by_chance(&mut dice);
        let question = asked.question();
        let (answer, expected) = match (desk.ask_and_wait(&question), recount(&asked, &DEMO)) {
            (Ok(answer), Ok(expected)) => (answer, expected),
            (Err(_), Err(_)) => continue,
            (answer, expected) => {
                wrong.push(format!("{asked:?}\nanswered {answer:?}, expected {:?}", expected.map(|cells| cells.len())));
                continue;
            }
        };
        seen.note(&asked, &expected);
        let faults = compare(&answer, &expected);
        if !faults.is_empty() {
            let some = faults.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("\n");
            wrong.push(format!("question {nth}: {asked:?}\n{} faults, such as\n{some}", faults.len()));
        }
    }
    assert!(wrong.is_empty(), "{} of {QUESTIONS} answers are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
    seen.check();
}

/// A pupil has many entries: six of them are not yet six pupils.
#[test]
fn results_of_too_few_pupils_are_withheld_however_many_entries_they_have() {
    let desk = desk();
    for subjects in [vec![], vec!["biology", "chemistry", "physics"]] {
        let asked = Asked {
            stage: 4,
            years: vec![2024],
            pool: false,
            scope: Scope::All,
            indicators: vec!["entries", "avg_points", "grade4plus"],
            subjects,
            filter: Vec::new(),
            by: vec!["school", "sex", "ethnicity"],
            compare: "none",
            test: "",
        };
        let mut pupils: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
        for pupil in DEMO.of(4, 2024) {
            let takes = |entry: &rows::Entry| asked.subjects.is_empty() || asked.subjects.contains(&entry.subject);
            if pupil.entries.iter().any(takes) {
                let group = |word| pupil.groups[rows::place(word)];
                *pupils.entry(vec![pupil.school, group("sex"), group("ethnicity")]).or_default() += 1;
            }
        }
        let answer = desk.ask_and_wait(&asked.question()).unwrap();
        let told: Vec<_> = answer.cells().iter().filter(|cell| cell.figure.is_ok()).collect();
        let few = |cell: &&&Cell| pupils[&cell.keys.iter().map(word).collect::<Vec<_>>()] < 6;
        let wrong: Vec<_> = told.iter().filter(few).collect();
        let first = wrong.first().map(|cell| (&cell.keys, &cell.figure));
        assert!(wrong.is_empty(), "{} of {} figures are of fewer than 6 pupils: {first:?}", wrong.len(), told.len());
    }
}

/// What is wrong with an answer.
fn compare(answer: &Answer, expected: &Cells) -> Vec<String> {
    let mut faults = Vec::new();
    let mut left = expected.clone();
    // Rows without pupils are told where leaving them out would tell that they are empty.
    let is_hidden = |cell: &&Cell| matches!(cell.figure, Err(Reason::Protects { .. }));
    let hidden_rows: BTreeSet<_> = answer.cells().iter().filter(is_hidden).map(|cell| &cell.keys).collect();
    for cell in answer.cells() {
        let place = (key_of(cell), cell.indicator.word());
        let expected = left.remove(&place);
        // A figure that is hidden for another's sake: whether others are safe without it is for the attacks to find.
        let small = matches!(&expected, Some(Expected::Nothing(why)) if why.starts_with("withheld"));
        if matches!(cell.figure, Err(Reason::Protects { .. })) && !small {
            continue;
        }
        if expected.is_none() && cell.figure == Err(Reason::NoPupils) && hidden_rows.contains(&cell.keys) {
            continue;
        }
        match expected {
            None => faults.push(format!("{place:?} is there and should not be, or twice: {:?}", cell.figure)),
            Some(right) => {
                if let Err(what) = same(cell, &right) {
                    faults.push(format!("{place:?} {what}: is {:?}, should be {right:?}", cell.figure));
                }
            }
        }
    }
    faults.extend(left.into_iter().map(|(place, right)| format!("{place:?} is not there: {right:?}")));
    if !answer.cells().is_sorted_by(|a, b| a.keys <= b.keys) {
        faults.push("the cells are not in the order of their keys".to_owned());
    }
    faults
}

/// The keys of a cell in words.
pub fn key_of(cell: &Cell) -> Vec<&'static str> {
    cell.keys.iter().map(word).collect()
}

fn word(key: &Key) -> &'static str {
    match key {
        Key::School(urn) => intern(&urn.to_string()),
        Key::Subject(subject) => intern(&subject.slug),
        Key::Year(year) => intern(&year.ending().to_string()),
        Key::Pupils(group) => group.word(),
    }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9
}

/// Whether a cell is what it should be; or in what it differs.
fn same(cell: &Cell, right: &Expected) -> Result<(), &'static str> {
    let fine = |same: bool, what| if same { Ok(()) } else { Err(what) };
    let (figure, (n, value, interval, comparison)) = match (&cell.figure, right) {
        (Err(reason), Expected::Nothing(right)) => return fine(reason.to_string() == *right, "has another reason"),
        (Ok(figure), Expected::Figure { n, value, interval, comparison }) => (figure, (n, value, interval, comparison)),
        (Ok(_), _) => return Err("is shown"),
        (Err(_), _) => return Err("is withheld"),
    };
    fine(figure.n.and_then(|n| usize::try_from(n).ok()) == Some(*n), "n")?;
    fine(close(figure.value, *value), "value")?;
    match (figure.interval, interval) {
        (None, None) => {}
        (Some(is), Some((lower, upper))) => fine(close(is.lower, *lower) && close(is.upper, *upper), "interval")?,
        _ => return Err("has or lacks an interval"),
    }
    match (figure.comparison, comparison) {
        (None, None) => Ok(()),
        (Some(Err(Reason::Protects { .. })), Some(_)) => Ok(()),
        (Some(Err(reason)), Some(Err(right))) => fine(reason.to_string() == *right, "comparator has another reason"),
        (Some(Ok(is)), Some(Ok(right))) => {
            fine(close(is.comparator, right.comparator), "comparator")?;
            fine(close(is.difference, right.difference), "difference")?;
            fine(is.significance.map(Significance::word) == Some(right.significance), "significance")
        }
        _ => Err("has or lacks a comparator"),
    }
}

/// What the questions by chance have touched, so that none of it goes untested.
#[derive(Default)]
struct Seen(BTreeMap<String, usize>);

impl Seen {
    fn note(&mut self, asked: &Asked, expected: &Cells) {
        let shown = |(_, indicator): &(Vec<&str>, &'static str), cell: &Expected| {
            matches!(cell, Expected::Figure { .. }).then_some(*indicator)
        };
        let indicators: Vec<_> = expected.iter().filter_map(|(place, cell)| shown(place, cell)).collect();
        let mut things: Vec<String> = Vec::new();
        let told = asked.indicators.iter().filter(|indicator| indicators.contains(*indicator));
        things.extend(told.map(|indicator| format!("indicator {indicator}")));
        for cell in expected.values() {
            let words = match cell {
                Expected::Nothing(reason) => kind_of(reason).to_owned(),
                Expected::Figure { comparison: Some(Err(reason)), .. } => format!("comparator {}", kind_of(reason)),
                Expected::Figure { comparison: Some(Ok(beside)), .. } => {
                    things.push(format!("compared with {}", asked.compare));
                    beside.significance.to_owned()
                }
                Expected::Figure { comparison: None, .. } => continue,
            };
            things.push(words);
        }
        if !indicators.is_empty() {
            let scope = match &asked.scope {
                Scope::All => "all",
                Scope::La(_) => "la",
                Scope::Trust(_) => "trust",
                Scope::Urns(_) => "urns",
            };
            things.push(format!("scope {scope}"));
            things.push(format!("KS{}", asked.stage));
            things.extend(asked.filter.iter().map(|(word, _)| format!("filter {word}")));
            things.extend(asked.by.iter().map(|word| format!("by {word}")));
            things.extend(asked.pool.then(|| "pooled".to_owned()));
            things.extend((!asked.subjects.is_empty()).then(|| "subjects".to_owned()));
        } else if asked.stage == 5 {
            things.push("KS5".to_owned());
        }
        things.sort_unstable();
        things.dedup();
        for thing in things {
            *self.0.entry(thing).or_default() += 1;
        }
    }

    /// Everything that can be asked came up in at least three answers.
    fn check(&self) {
        let mut wanted: Vec<String> = every_indicator().map(|word| format!("indicator {word}")).collect();
        let breakdowns = CHARACTERISTICS.iter().map(|(word, _)| *word);
        wanted.extend(breakdowns.clone().map(|word| format!("filter {word}")));
        wanted.extend(breakdowns.chain(["school", "subject", "year"]).map(|word| format!("by {word}")));
        wanted.extend(["all", "la", "trust", "urns"].map(|word| format!("scope {word}")));
        wanted.extend(["same", "other", "all", "la", "previous"].map(|word| format!("compared with {word}")));
        wanted.extend(
            [
                "above",
                "below",
                "not different",
                "no pupils",
                "too few",
                "no exams",
                "not loaded",
                "no benchmark",
                "no prior",
            ]
            .map(str::to_owned),
        );
        wanted.extend(["no others", "too few", "no pupils"].map(|word| format!("comparator {word}")));
        wanted.extend(["KS2", "KS4", "KS5", "pooled", "subjects"].map(str::to_owned));
        let count = |thing: &String| self.0.get(thing).copied().unwrap_or_default();
        let rare: Vec<_> = wanted.iter().filter(|thing| count(thing) < 3).collect();
        assert!(rare.is_empty(), "these came up in fewer than three answers: {rare:?}");
    }
}

fn kind_of(reason: &str) -> &'static str {
    match reason {
        _ if reason.starts_with("withheld") => "too few",
        _ if reason.starts_with("no exams") => "no exams",
        _ if reason.starts_with("no results") => "not loaded",
        _ if reason.starts_with("no other") => "no others",
        _ if reason.starts_with("no national") => "no benchmark",
        _ if reason.starts_with("no pupils with prior") => "no prior",
        _ => "no pupils",
    }
}
