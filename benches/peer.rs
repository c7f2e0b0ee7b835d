//! How long does Schoolbench take for the questions that `benches/peers/` asks of other tools?
//!
//! `benches/peers/run.py` runs this: `peer --plan STEPS.json --workspace W --question tiles|trends|scatter --warm N --seconds S`
//! answers the first step (cold: from opening the workspace to the answer) and then others, each of another authority and other
//! pupils, and prints the lines that the other peers print (`benches/peers/common.py`). Every answer goes the whole way: desk,
//! engine, comparator, gate. With `--chosen` each authority is looked at first and what its filters need is prepared, as in the
//! window; timed is the filter alone, also of the first step. `peer --chart RESULTS.json OUT.svg` draws how the cost grows.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

#[path = "peers/growth.rs"]
mod growth;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use schoolbench::desk::{Answer, Cell, Desk, Key, Lane, Options, PanelId, Reader, Reason, Status};
use schoolbench::model::{Indicator, Question, Words};
use schoolbench::workspace::{Access, Workspace};
use serde::Deserialize;
use serde_json::{Value, json};

/// Fewer answers than this say nothing of the 95th percentile, so they come even when the seconds are used up.
const FEWEST_WARM: usize = 5;

/// An answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(300);

/// The years of the made-up England, and the last of them.
const YEARS: &str = "2013-2024";
const YEAR: &str = "2024";

/// The subject of the tiles and of the schools' chart.
const SUBJECT: &str = "maths";

#[derive(Debug, Parser)]
struct Arguments {
    /// Steps, as JSON.
    #[arg(long)]
    plan: Option<PathBuf>,
    #[arg(long)]
    workspace: Option<PathBuf>,
    #[arg(long, default_value = "tiles")]
    question: String,
    /// Warm answers at most.
    #[arg(long, default_value_t = 0)]
    warm: usize,
    /// The group was chosen before: only the change of the filter is timed.
    #[arg(long)]
    chosen: bool,
    /// No further warm answer after so many seconds.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// Results and the file of the chart that is drawn from them.
    #[arg(long, num_args = 2, value_names = ["RESULTS", "SVG"])]
    chart: Option<Vec<PathBuf>>,
    /// Said by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Whom a step asks about.
#[derive(Debug, Deserialize)]
struct Step {
    la: i32,
    /// Columns of the pupils' file and their values, all of which must hold.
    filter: Vec<(String, Value)>,
}

fn main() {
    let given = Arguments::parse();
    if let Some([results, out]) = given.chart.as_deref() {
        let results = std::fs::read_to_string(results).expect("results to draw");
        std::fs::write(out, growth::chart(&results)).expect("a place for the chart");
    } else if let (Some(plan), Some(workspace)) = (&given.plan, &given.workspace) {
        let plan = std::fs::read_to_string(plan).expect("a plan");
        let steps: Vec<Step> = serde_json::from_str(&plan).expect("steps");
        match given.chosen {
            true => run_chosen(&given, &steps, workspace),
            false => run(&given, &steps, workspace),
        }
    } else {
        say(&json!("run by benches/peers/run.py; see benches/peers/README.md"));
    }
}

fn run(given: &Arguments, steps: &[Step], workspace: &Path) {
    let questions: Vec<Vec<Question>> = steps.iter().map(|step| step.questions(&given.question)).collect();
    let (first, others) = questions.split_first().expect("a step");
    let since = Instant::now();
    let desk = open(workspace, false);
    tell("cold", 0, since, &ask(&desk, first));
    let began = Instant::now();
    for (nth, questions) in others.iter().take(given.warm).enumerate() {
        if nth >= FEWEST_WARM && began.elapsed().as_secs_f64() > given.seconds {
            break;
        }
        let since = Instant::now();
        tell("warm", nth + 1, since, &ask(&desk, questions));
    }
}

/// The filter of each step, whose group is on screen already.
fn run_chosen(given: &Arguments, steps: &[Step], workspace: &Path) {
    if given.warm == 0 {
        return;
    }
    let desk = open(workspace, true);
    let began = Instant::now();
    for (nth, step) in steps.iter().enumerate() {
        if nth >= FEWEST_WARM && began.elapsed().as_secs_f64() > given.seconds {
            break;
        }
        let _ = ask(&desk, &Step { la: step.la, filter: Vec::new() }.questions(&given.question));
        assert!(desk.wait_until_prepared(PATIENCE), "what is prepared does not come");
        let questions = step.questions(&given.question);
        let since = Instant::now();
        tell("warm", nth, since, &ask(&desk, &questions));
    }
}

/// A desk over the workspace.
fn open(workspace: &Path, prepares: bool) -> Desk {
    let workspace = Workspace::open(workspace, Access::Read).expect("the workspace opens");
    Desk::new(workspace, Reader::default(), Options { prepares, ..Options::default() }).expect("the desk opens")
}

impl Step {
    /// What a panel asks. The schools' chart asks two at once, one of pupils and one of their results in the subject.
    fn questions(&self, question: &str) -> Vec<Question> {
        let here = format!("la:{}", self.la);
        match question {
            "tiles" => vec![self.words(YEARS, &here, "avg_points", SUBJECT, "year", "same")],
            "trends" => vec![self.words(YEARS, &here, "avg_points", "", "subject,year", "none")],
            "scatter" => vec![
                self.words(YEAR, "all", "pupils,prior_mean", "", "school", "none"),
                self.words(YEAR, "all", "avg_points", SUBJECT, "school", "none"),
            ],
            _ => Vec::new(),
        }
    }

    fn words(&self, years: &str, scope: &str, indicator: &str, subject: &str, by: &str, compare: &str) -> Question {
        let value = |value: &Value| match value {
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        let words = Words {
            stage: "ks4".to_owned(),
            years: years.to_owned(),
            scope: scope.to_owned(),
            indicator: indicator.to_owned(),
            subject: subject.to_owned(),
            filter: self.filter.iter().map(|(column, of)| format!("{column}={}", value(of))).collect(),
            by: by.to_owned(),
            compare: compare.to_owned(),
            ..Words::default()
        };
        Question::try_from(words).expect("the question is right")
    }
}

/// Asks as a panel does, and waits for all answers.
fn ask(desk: &Desk, questions: &[Question]) -> Vec<Arc<Answer>> {
    let replies = || {
        let panels = (0..).map(PanelId);
        let asked = panels.zip(questions).map(|(panel, question)| desk.ask(panel, question, Lane::Interactive));
        asked.collect::<Vec<_>>()
    };
    let _ = replies();
    assert!(desk.wait_until_settled(PATIENCE), "an answer does not come");
    let answered = replies().into_iter().map(|reply| match reply.status {
        Status::Ready => reply.answer,
        Status::Waiting { .. } | Status::Failed(_) => None,
    });
    answered.map(|answer| answer.expect("an answer")).collect()
}

/// Says how long the answers of a step took, and then which they are.
fn tell(event: &str, step: usize, since: Instant, answers: &[Arc<Answer>]) {
    say(&json!({ "event": event, "ms": ms(since), "peak": peak() }));
    say(&json!({ "event": "answer", "step": step, "rows": rows(answers) }));
}

/// Rows as the other peers give them: keys, count and figures. A figure that is withheld is empty.
fn rows(answers: &[Arc<Answer>]) -> Vec<Vec<Value>> {
    let mut rows: BTreeMap<&[Key], [Value; 3]> = BTreeMap::new();
    for cell in answers.iter().flat_map(|answer| answer.cells()).filter(|cell| is_of_pupils(cell)) {
        let row = rows.entry(&cell.keys).or_default();
        let Ok(figure) = &cell.figure else { continue };
        match cell.indicator {
            _ if cell.school().is_none() => {
                let beside = figure.comparison.and_then(Result::ok).map(|comparison| comparison.comparator);
                *row = [json!(figure.n), json!(figure.value), json!(beside)];
            }
            Indicator::Pupils => row[0] = json!(figure.value),
            Indicator::AvgPoints => row[1] = json!(figure.value),
            _ => row[2] = json!(figure.value),
        }
    }
    rows.into_iter().map(|(keys, figures)| keys.iter().copied().map(key).chain(figures).collect()).collect()
}

/// Whether there are any pupils that it could be of.
fn is_of_pupils(cell: &Cell) -> bool {
    !matches!(
        cell.figure,
        Err(Reason::NoPupils | Reason::NoPrior | Reason::NoExams { .. } | Reason::YearNotLoaded { .. })
    )
}

fn key(key: Key) -> Value {
    match key {
        Key::School(urn) => json!(urn.number()),
        Key::Subject(subject) => json!(subject.word()),
        Key::Year(year) => json!(year.ending()),
        Key::Pupils(_) => Value::Null,
    }
}

fn ms(since: Instant) -> f64 {
    1e3 * since.elapsed().as_secs_f64()
}

/// The most memory that this process had, in bytes; nothing where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| 1024 * kib)
}

fn say(event: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{event}").and_then(|()| out.flush()).expect("a place to print");
}
