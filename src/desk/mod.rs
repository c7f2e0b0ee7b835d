//! One person's desk: asks, keeps, cancels, checks access, and holds the one gate.
//!
//! **Only this room makes an [`Answer`], and only from tallies that passed the gate.** A panel asks in every frame;
//! asking is a look-up. Two worker threads with connections of their own do what is asked and not known; the newest
//! question of a panel wins; what nobody asks any more is stopped and dropped.

mod access;
mod answer;
mod benchmark;
mod cache;
mod compare;
mod contextual;
mod diagnostics;
mod error;
mod foresee;
mod gate;
mod notes;
mod parts;
mod prepare;
mod published;
mod shield;
mod similar;
mod singly;
mod state;
mod work;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use access::Reader;
pub use answer::{Answer, Cell, Comparison, Figure, Key, Origin, Provenance, Reason};
pub use contextual::{Explained, split_in_words};
pub use diagnostics::{End, Kept, Line, MOST_TOLD, Statement, Told};
pub use error::DeskError;
pub use similar::{Basis, InputOfTwo, LikeSchool, Neighbour, Similar};

use crate::engine::EngineError;
use crate::model::Question;
use crate::workspace::{Register, Workspace, WorkspaceError};
use cache::Lru;
use diagnostics::{Log, Meter, Times};
use state::{Panel, Running, State};
use work::{Library, Outcome};

/// A place on screen that asks one question at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PanelId(pub u64);

impl PanelId {
    /// A panel that no window has.
    const COMMAND_LINE: Self = Self(u64::MAX);
}

/// Which worker answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Somebody looks at the panel.
    Interactive,
    /// Prefetch and export.
    Background,
}

/// What a panel gets for its question, at once.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The answer to this question, or until it is there the panel's previous one: compare [`Answer::question`].
    pub answer: Option<Arc<Answer>>,
    pub status: Status,
}

/// How far a question is.
#[derive(Debug, Clone)]
pub enum Status {
    /// The answer is there.
    Ready,
    /// It is being worked on since this moment.
    Waiting { since: Instant },
    /// There is no answer, and why.
    Failed(Arc<DeskError>),
}

/// Notes that a reader was refused a question.
pub type NoteRefusal = dyn Fn(&Reader, &Question) + Send + Sync;

/// How a desk is set up.
#[derive(Clone)]
pub struct Options {
    /// Bytes of answers that are kept.
    pub cache_bytes: usize,
    /// Whether cells of the groups asked about are read in the background, for the questions that follow: for a window.
    pub prepares: bool,
    /// Bytes that DuckDB may take for the workspace; a quarter of the machine's where nothing is said.
    pub memory: Option<u64>,
    /// Called from a worker when an answer has come that a panel asked for, or news that a panel shows: the window wakes up to
    /// draw it. What was only foreseen changes nothing on screen.
    pub notify: Arc<dyn Fn() + Send + Sync>,
    /// Called on a worker before it works on a question: tests hold the engine up here.
    pub before: Arc<dyn Fn(&Question) + Send + Sync>,
    /// Called on a worker when a question was refused: the audit notes it.
    pub refused: Arc<NoteRefusal>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            prepares: false,
            memory: None,
            notify: Arc::new(|| {}),
            before: Arc::new(|_| {}),
            refused: Arc::new(|_, _| {}),
        }
    }
}

/// One person's desk over an open workspace. Dropping it stops its workers.
pub struct Desk {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    workspace: Workspace,
}

struct Shared {
    state: Mutex<State>,
    /// Signalled when there is work, and when the desk closes.
    work: Condvar,
    /// Signalled when a question is answered or has failed.
    done: Condvar,
    log: Log,
    library: Library,
    notify: Arc<dyn Fn() + Send + Sync>,
    before: Arc<dyn Fn(&Question) + Send + Sync>,
    refused: Arc<NoteRefusal>,
}

impl Desk {
    /// Opens a desk for a reader.
    ///
    /// # Errors
    /// When the workspace cannot be read or no thread can be started.
    pub fn new(workspace: Workspace, reader: Reader, options: Options) -> Result<Self, WorkspaceError> {
        let state = State {
            panels: BTreeMap::new(),
            answers: Lru::new(options.cache_bytes),
            running: [None, None],
            turn: 0,
            last_asked: Instant::now(),
            reader: 0,
            closing: false,
        };
        if let Some(bytes) = options.memory {
            workspace.bound_memory(bytes)?;
        }
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            work: Condvar::new(),
            done: Condvar::new(),
            log: Log::new(workspace.path()),
            library: Library::open(&workspace, reader, &options)?,
            notify: options.notify,
            before: options.before,
            refused: options.refused,
        });
        let mut desk = Self { shared, workers: Vec::new(), workspace };
        for (lane, name) in [(Lane::Interactive, "desk-interactive"), (Lane::Background, "desk-background")] {
            let connection = desk.workspace.connect()?;
            let shared = Arc::clone(&desk.shared);
            let worker = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || shared.work_on(lane, &connection))
                .map_err(|source| WorkspaceError::Unreadable { source, path: desk.workspace.path().to_owned() })?;
            desk.workers.push(worker);
        }
        Ok(desk)
    }

    /// Lets somebody else sit at the desk, or the same with other rights. What was answered before is forgotten.
    pub fn admit(&self, reader: Reader) {
        let mut state = self.shared.lock();
        self.shared.library.admit(reader);
        state.reader += 1;
        state.answers.clear();
        state.panels.clear();
        self.shared.log.clear();
        state.interrupt_the_unwanted();
    }

    /// The schools of the workspace.
    pub fn register(&self) -> &Register {
        &self.shared.library.register
    }

    /// Asks a question for a panel, in every frame in which the panel is drawn. Never waits for the database.
    pub fn ask(&self, panel: PanelId, question: &Question, lane: Lane) -> Reply {
        self.shared.library.attend(question.scope());
        let mut state = self.shared.lock();
        let state = &mut *state;
        state.turn += 1;
        let asked_before = state.panels.get(&panel).is_some_and(|known| known.question == *question);
        let kept = if asked_before { None } else { state.answers.get(question) };
        if let Some(answer) = &kept {
            self.shared.log.note_kept(question, answer, Duration::ZERO);
        }
        let waiting = || Status::Waiting { since: Instant::now() };
        let panel = state.panels.entry(panel).or_insert_with(|| Panel {
            question: question.clone(),
            lane,
            turn: 0,
            asked: true,
            answer: None,
            status: waiting(),
        });
        if !asked_before {
            panel.question.clone_from(question);
            panel.lane = lane;
            panel.turn = state.turn;
            panel.status = if kept.is_some() { Status::Ready } else { waiting() };
            panel.answer = kept.or(panel.answer.take());
        }
        panel.asked = true;
        let reply = Reply { answer: panel.answer.clone(), status: panel.status.clone() };
        state.interrupt_the_unwanted();
        if matches!(reply.status, Status::Waiting { .. }) {
            state.last_asked = Instant::now();
            self.shared.work.notify_all();
        }
        reply
    }

    /// Ends a frame: panels that did not ask in it are forgotten, and their questions stopped.
    pub fn end_frame(&self) {
        let mut state = self.shared.lock();
        state.panels.retain(|_, panel| std::mem::take(&mut panel.asked));
        state.interrupt_the_unwanted();
    }

    /// Asks and waits: for the command line and for tests. The same way as for a panel.
    ///
    /// # Errors
    /// As in [`Status::Failed`].
    pub fn ask_and_wait(&self, question: &Question) -> Result<Arc<Answer>, Arc<DeskError>> {
        let settled = |outcome| {
            self.shared.lock().panels.remove(&PanelId::COMMAND_LINE);
            outcome
        };
        loop {
            let reply = self.ask(PanelId::COMMAND_LINE, question, Lane::Interactive);
            match (reply.status, reply.answer) {
                (Status::Ready, Some(answer)) => return settled(Ok(answer)),
                (Status::Failed(error), _) => return settled(Err(error)),
                _ => {
                    let state = self.shared.lock();
                    let waiting = |state: &mut State| {
                        state
                            .panels
                            .get(&PanelId::COMMAND_LINE)
                            .is_some_and(|p| matches!(p.status, Status::Waiting { .. }))
                    };
                    // The time-out only guards against a worker that died; it is not what ends the wait.
                    let waited = self.shared.done.wait_timeout_while(state, Duration::from_secs(1), waiting);
                    drop(waited.unwrap_or_else(PoisonError::into_inner));
                }
            }
        }
    }

    /// Waits until no panel waits for an answer, at most this long. Gives whether that is so: for tests.
    pub fn wait_until_settled(&self, longest: Duration) -> bool {
        let state = self.shared.lock();
        let waiting = |state: &mut State| state.panels.values().any(|p| matches!(p.status, Status::Waiting { .. }));
        let waited = self.shared.done.wait_timeout_while(state, longest, waiting);
        let (_state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    /// Waits until a question has ended since [`Desk::told_revision`] was this, at most this long. Gives whether one has: for
    /// tests.
    pub fn wait_until_told_past(&self, revision: u64, longest: Duration) -> bool {
        let same = |_: &mut State| self.told_revision() == revision;
        let waited = self.shared.done.wait_timeout_while(self.shared.lock(), longest, same);
        let (_state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    /// Waits until nothing is left to be read for the questions that follow, at most this long. Gives whether that is so: for
    /// tests and benches.
    pub fn wait_until_prepared(&self, longest: Duration) -> bool {
        let reads = |running: &Running| running.question.is_none();
        let busy =
            |state: &mut State| state.running.iter().flatten().any(reads) || self.shared.library.prepared.has_wishes();
        let waited = self.shared.done.wait_timeout_while(self.shared.lock(), longest, busy);
        let (_state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }

    /// Bytes of cells kept now, from which answers are added up.
    pub fn prepared_bytes(&self) -> usize {
        self.shared.library.prepared.kept().bytes
    }

    /// Bytes of answers kept now.
    pub fn cached_bytes(&self) -> usize {
        self.shared.lock().answers.bytes()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closing = true;
        state.panels.clear();
        state.interrupt_the_unwanted();
        drop(state);
        self.shared.work.notify_all();
        for worker in self.workers.drain(..) {
            // An interrupt may come too early to be heard: signal until the worker is out.
            while !worker.is_finished() {
                self.shared.lock().interrupt_the_unwanted();
                std::thread::park_timeout(Duration::from_millis(1));
            }
            if worker.join().is_err() {
                tracing::error!("a worker of the desk had ended before its time");
            }
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("cache_bytes", &self.cache_bytes).finish_non_exhaustive()
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A worker that panicked left no half-made state: each change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_on(&self, lane: Lane, connection: &duckdb::Connection) {
        let place = lane as usize;
        let mut state = self.lock();
        loop {
            if state.closing {
                return;
            }
            let Some(question) = state.next(lane) else {
                let worked;
                (state, worked) = self.while_idle(lane, connection, state);
                if worked {
                    continue;
                }
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let queued = state.queued(&question);
            // Another panel, or the other worker, may have had the same question.
            if let Some(answer) = state.answers.get(&question) {
                self.log.note_kept(&question, &answer, queued);
                let is_asked = state.settle(&question, &Ok(answer));
                self.done.notify_all();
                if is_asked {
                    (self.notify)();
                }
                continue;
            }
            let (reader, asking) = (state.reader, self.library.reader());
            let running = Running::new(Some(question.clone()), false, connection);
            let unwanted = Arc::clone(&running.unwanted);
            state.running[place] = Some(running);
            drop(state);
            (self.before)(&question);
            let wanted = || !unwanted.load(Ordering::Relaxed);
            let (meter, began) = (Meter::default(), Instant::now());
            // A fault of the program in one question must not leave every panel waiting.
            let answer = AssertUnwindSafe(|| self.library.answer(connection, &question, &wanted, &meter));
            let outcome = std::panic::catch_unwind(answer).unwrap_or_else(|_| {
                let detail = format!("a worker gave up on {question:?}");
                Outcome::Failed(DeskError::Engine(EngineError::Sql { detail }))
            });
            let took = began.elapsed();
            // Not what another reader asked, or the same with other rights.
            if matches!(outcome, Outcome::Failed(DeskError::Refused { .. })) && self.lock().reader == reader {
                (self.refused)(&asking, &question);
            }
            state = self.lock();
            let unwanted = state.running[place].take().and_then(|running| running.unwanted_since.get());
            // What was made for somebody else is for nobody.
            let outcome = if state.reader == reader {
                let unwanted = unwanted.map(|since| since.elapsed()).unwrap_or_default();
                self.log.note(&question, Times { queued, took, unwanted }, meter, &outcome);
                outcome
            } else {
                Outcome::Stopped
            };
            let is_asked = match outcome {
                Outcome::Answered(answer) => state.settle(&question, &Ok(answer)),
                Outcome::Failed(error) => state.settle(&question, &Err(Arc::new(error))),
                // Nobody asks any more; or somebody asks again, and then it is still waiting.
                Outcome::Stopped => false,
            };
            self.done.notify_all();
            // Nobody may wait now, and then there is time to prepare.
            self.work.notify_all();
            if is_asked {
                (self.notify)();
            }
        }
    }
}
