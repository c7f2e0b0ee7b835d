//! What the desk tells of its own work: how long each question took and where, what is kept, and the memory that is taken.
//!
//! **It holds times, sizes and statements but no figure, and only of what was asked by who sits here now.**

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use duckdb::Connection;

use super::cache::Lru;
use super::shield::Judge;
use super::work::{Outcome, Work};
use super::{Answer, Desk, DeskError, State, Status};
use crate::engine::Slice;
use crate::model::Question;
use crate::workspace::memory::{self, Stock};

/// How many questions are told of, the last ones.
pub const MOST_TOLD: usize = 200;

/// Most bytes of statements that are kept of one question, and of one of them. That of many schools names them all: its middle
/// is left out.
const MOST_SQL: usize = 32 << 10;
const MOST_OF_STATEMENT: usize = 4 << 10;

/// Counts changes of logs: of all of them, so that nobody takes one workspace's log for another's.
static CHANGES: AtomicU64 = AtomicU64::new(1);

/// A statement that went into an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Without its middle where it is very long.
    pub sql: String,
    /// How long it ran; `None` where what it gave was kept from before.
    pub took: Option<Duration>,
}

/// How a question ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With an answer made for it.
    Answered,
    /// With an answer that was kept from before.
    FromCache,
    /// Nobody asked it any more.
    Stopped,
    /// Without an answer, and why.
    Failed(String),
}

/// How a question was answered. [`Told::took`] is the sum of its times.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Counts the questions of this reader from 1.
    pub nth: u64,
    pub question: Question,
    pub end: End,
    /// From being asked until a worker was free.
    pub queued: Duration,
    /// In its statements, those of shields among them.
    pub sql: Duration,
    /// Raising shields, without their statements.
    pub shields: Duration,
    /// Putting tallies together, judging them and making figures of them: what is neither SQL nor shields.
    pub gate: Duration,
    /// For how long a worker went on after nobody asked it any more.
    pub unwanted: Duration,
    /// Figures of the answer, those that are withheld among them.
    pub cells: usize,
    pub statements: Vec<Statement>,
    /// Statements that are not kept here, since there were too many.
    pub left_out: usize,
}

impl Told {
    /// From being asked until it ended.
    pub fn took(&self) -> Duration {
        self.queued + self.sql + self.shields + self.gate
    }
}

/// A line of the log: a question, and how long the panel that drew its answer first took for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub told: Arc<Told>,
    /// Making what is drawn of the panel's answers, and drawing it; `None` while no panel has.
    pub frame: Option<Duration>,
}

/// What the desk keeps of a kind, so that it need not be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub what: &'static str,
    pub values: usize,
    pub bytes: usize,
}

/// Measures the work on one question, on the worker's thread.
#[derive(Debug, Default)]
pub(super) struct Meter(RefCell<Measured>);

#[derive(Debug, Default)]
struct Measured {
    sql: Duration,
    shields: Duration,
    /// How long the statement ran that is noted next.
    last: Option<Duration>,
    statements: Vec<Statement>,
    bytes: usize,
    left_out: usize,
}

impl Meter {
    /// Runs a statement.
    pub fn timed<T>(&self, run: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let given = run();
        let took = began.elapsed();
        let mut measured = self.0.borrow_mut();
        measured.sql += took;
        measured.last = Some(took);
        given
    }

    /// Notes the statement that was timed last, or one that did not run since what it gives is kept.
    pub fn statement(&self, sql: &str) {
        let mut measured = self.0.borrow_mut();
        let took = measured.last.take();
        let sql = shortened(sql);
        if measured.bytes + sql.len() > MOST_SQL {
            measured.left_out += 1;
            return;
        }
        measured.bytes += sql.len();
        measured.statements.push(Statement { sql, took });
    }

    fn in_sql(&self) -> Duration {
        self.0.borrow().sql
    }
}

/// A statement without its middle where it is long.
fn shortened(sql: &str) -> String {
    if sql.len() <= MOST_OF_STATEMENT {
        return sql.to_owned();
    }
    let quarter = MOST_OF_STATEMENT / 4;
    let (from, to) = (sql.floor_char_boundary(3 * quarter), sql.ceil_char_boundary(sql.len() - quarter));
    format!("{} /* {} bytes are left out here */ {}", &sql[..from], to - from, &sql[to..])
}

impl Work<'_> {
    /// The judge of a slice's rows. What it takes to raise its shields is measured, their statements apart.
    pub fn judge(&mut self, slice: &Slice) -> Result<Judge, DeskError> {
        let meter = self.meter();
        let (began, before) = (Instant::now(), meter.in_sql());
        let judge = self.judge_of(slice);
        let in_sql = meter.in_sql().saturating_sub(before);
        meter.0.borrow_mut().shields += began.elapsed().saturating_sub(in_sql);
        judge
    }
}

/// The times of a question that are measured around the work on it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Times {
    /// From being asked until a worker was free.
    pub queued: Duration,
    /// From then until it ended.
    pub took: Duration,
    /// Of this, for how long nobody asked it any more.
    pub unwanted: Duration,
}

/// The log of a desk.
pub(super) struct Log {
    lines: Mutex<Lines>,
    /// Changes with every line, and with every time that is added to one.
    revision: AtomicU64,
    /// Whether some line may still be waiting to be drawn, so that frames need not look.
    undrawn: AtomicBool,
    /// Whether stock is to be taken.
    wished: AtomicBool,
    /// The workspace's file.
    path: PathBuf,
}

#[derive(Default)]
struct Lines {
    /// The newest last.
    lines: VecDeque<Noted>,
    asked: u64,
    stock: Option<Arc<Stock>>,
    /// Most bytes that were seen in files.
    most_spilled: u64,
    /// The bound that is to be set when stock is taken next: bytes, or a quarter of the machine's.
    bound: Option<Option<u64>>,
}

struct Noted {
    line: Line,
    /// The answer, as long as somebody has it: a panel that draws it has this very one.
    answer: Weak<Answer>,
}

impl Log {
    pub fn new(path: &Path) -> Self {
        Self {
            lines: Mutex::default(),
            revision: AtomicU64::new(CHANGES.fetch_add(1, Ordering::Relaxed)),
            undrawn: AtomicBool::new(false),
            wished: AtomicBool::new(false),
            path: path.to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.revision.store(CHANGES.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Forgets every question: somebody else sits here now.
    pub fn clear(&self) {
        let mut lines = self.lock();
        lines.lines.clear();
        lines.asked = 0;
        self.changed();
    }

    /// Notes a question whose answer was kept.
    pub fn note_kept(&self, question: &Question, answer: &Arc<Answer>, queued: Duration) {
        let times = Times { queued, ..Times::default() };
        self.push(question, times, Meter::default(), End::FromCache, Some(answer));
    }

    /// Notes a question on which a worker has worked.
    pub fn note(&self, question: &Question, times: Times, meter: Meter, outcome: &Outcome) {
        let (end, answer) = match outcome {
            Outcome::Answered(answer) => (End::Answered, Some(answer)),
            Outcome::Failed(error) => (End::Failed(error.to_string()), None),
            Outcome::Stopped => (End::Stopped, None),
        };
        self.push(question, times, meter, end, answer);
    }

    fn push(&self, question: &Question, times: Times, meter: Meter, end: End, answer: Option<&Arc<Answer>>) {
        let measured = meter.0.into_inner();
        let question = question.clone();
        let mut lines = self.lock();
        lines.asked += 1;
        let told = Told {
            nth: lines.asked,
            question,
            end,
            queued: times.queued,
            sql: measured.sql,
            shields: measured.shields,
            gate: times.took.saturating_sub(measured.sql + measured.shields),
            unwanted: times.unwanted,
            cells: answer.map_or(0, |answer| answer.cells().len()),
            statements: measured.statements,
            left_out: measured.left_out,
        };
        if lines.lines.len() >= MOST_TOLD {
            lines.lines.pop_front();
        }
        let answer = answer.map(Arc::downgrade).unwrap_or_default();
        lines.lines.push_back(Noted { line: Line { told: Arc::new(told), frame: None }, answer });
        self.undrawn.store(true, Ordering::Relaxed);
        self.changed();
    }

    /// Notes how long a panel took to draw these answers: with those that were not drawn before.
    fn drawn(&self, answers: &[Arc<Answer>], took: Duration) {
        if answers.is_empty() || !self.undrawn.load(Ordering::Relaxed) {
            return;
        }
        let mut lines = self.lock();
        let (mut found, mut left) = (false, false);
        for noted in lines.lines.iter_mut().filter(|noted| noted.answer.strong_count() > 0) {
            if answers.iter().any(|answer| std::ptr::eq(Arc::as_ptr(answer), noted.answer.as_ptr())) {
                noted.line.frame = Some(took);
                noted.answer = Weak::new();
                found = true;
            } else {
                left = true;
            }
        }
        self.undrawn.store(left, Ordering::Relaxed);
        if found {
            self.changed();
        }
    }

    /// Whether stock is to be taken, by a worker that has nothing else to do.
    pub fn is_wished(&self) -> bool {
        self.wished.load(Ordering::Relaxed)
    }

    /// Sets the bound that was asked for and takes stock.
    pub fn take_stock(&self, connection: &Connection) {
        self.wished.store(false, Ordering::Relaxed);
        let bound = self.lock().bound.take();
        if let Some(Err(error)) =
            bound.map(|bytes| memory::bound(connection, bytes.unwrap_or_else(memory::usual_limit)))
        {
            tracing::warn!("the bound of memory stays as it was: {error}");
        }
        match Stock::take(connection, &self.path) {
            Ok(stock) => {
                let mut lines = self.lock();
                lines.most_spilled = lines.most_spilled.max(stock.spilled);
                lines.stock = Some(Arc::new(stock));
            }
            // An interrupt that came too late for a question hits this: there is a next time.
            Err(error) => tracing::debug!("no stock of memory: {error}"),
        }
    }
}

impl State {
    /// For how long the question has waited in the panels that ask it.
    pub(super) fn queued(&self, question: &Question) -> Duration {
        let since = self.panels.values().filter(|panel| panel.question == *question).filter_map(|panel| {
            let Status::Waiting { since } = panel.status else { return None };
            Some(since)
        });
        since.min().map(|since| since.elapsed()).unwrap_or_default()
    }
}

impl Desk {
    /// A number that changes with what [`Desk::told`] gives. No two desks share one.
    pub fn told_revision(&self) -> u64 {
        self.shared.log.revision.load(Ordering::Relaxed)
    }

    /// The last questions of who sits here, the newest first, at most [`MOST_TOLD`].
    pub fn told(&self) -> Vec<Line> {
        self.shared.log.lock().lines.iter().rev().map(|noted| noted.line.clone()).collect()
    }

    /// Notes how long a panel took to make and draw what it shows of these answers. Counts once for each.
    pub fn drawn(&self, answers: &[Arc<Answer>], took: Duration) {
        self.shared.log.drawn(answers, took);
    }

    /// What is kept, by kind.
    pub fn kept(&self) -> [Kept; 5] {
        fn of<K: Clone + Eq + std::hash::Hash, V: Clone>(what: &'static str, kept: &Lru<K, V>) -> Kept {
            Kept { what, values: kept.len(), bytes: kept.bytes() }
        }
        let library = &self.shared.library;
        let answers = of("answers", &self.shared.lock().answers);
        [
            answers,
            of("tallies", &library.slices.lock().unwrap_or_else(PoisonError::into_inner)),
            of("published figures", &library.figures.lock().unwrap_or_else(PoisonError::into_inner)),
            library.prepared.kept(),
            of("shields", &library.shields.lock().unwrap_or_else(PoisonError::into_inner)),
        ]
    }

    /// Has stock of memory taken as soon as a worker has nothing else to do, and the window woken then.
    pub fn take_stock(&self) {
        // Under the lock of the state, so that no worker goes to sleep between looking and being woken.
        let state = self.shared.lock();
        self.shared.log.wished.store(true, Ordering::Relaxed);
        drop(state);
        self.shared.work.notify_all();
    }

    /// The stock that was taken last, and the most bytes that any has seen in files.
    pub fn stock(&self) -> Option<(Arc<Stock>, u64)> {
        let lines = self.shared.log.lock();
        Some((Arc::clone(lines.stock.as_ref()?), lines.most_spilled))
    }

    /// Lets DuckDB take so many bytes from now on, or a quarter of the machine's.
    pub fn bound_memory(&self, bytes: Option<u64>) {
        self.shared.log.lock().bound = Some(bytes);
        self.take_stock();
    }
}
