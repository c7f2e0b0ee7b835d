//! What is waited for and what is worked on, under the desk's lock.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use duckdb::{Connection, InterruptHandle};

use super::cache::Lru;
use super::foresee::is_foreseen;
use super::{Answer, DeskError, Lane, PanelId, Status};
use crate::model::Question;

pub(super) struct State {
    pub panels: BTreeMap<PanelId, Panel>,
    pub answers: Lru<Question, Arc<Answer>>,
    /// What each worker does now.
    pub running: [Option<Running>; 2],
    /// Counts what was asked, so that the oldest is answered first.
    pub turn: u64,
    /// When something was asked last that was not known.
    pub last_asked: Instant,
    /// Counts who has sat here: an answer is for who asked.
    pub reader: u64,
    pub closing: bool,
}

#[derive(Clone)]
pub(super) struct Panel {
    pub question: Question,
    pub lane: Lane,
    pub turn: u64,
    /// Whether it was asked since the last [`super::Desk::end_frame`].
    pub asked: bool,
    pub answer: Option<Arc<Answer>>,
    pub status: Status,
}

pub(super) struct Running {
    /// Nothing where something is prepared for questions to come.
    pub question: Option<Question>,
    /// Whether it is given up as soon as somebody waits for an answer.
    pub gives_way: bool,
    pub handle: Arc<InterruptHandle>,
    /// Whether no panel asks it any more, as of the last question asked or frame ended: the worker looks here often, and must
    /// not hold up the window by locking the state.
    pub unwanted: Arc<AtomicBool>,
    /// Since when that is so.
    pub unwanted_since: Cell<Option<Instant>>,
}

impl Running {
    /// Work on a question, or on what is prepared.
    pub fn new(question: Option<Question>, gives_way: bool, connection: &Connection) -> Self {
        let (handle, unwanted) = (connection.interrupt_handle(), Arc::new(AtomicBool::new(false)));
        Self { question, gives_way, handle, unwanted, unwanted_since: Cell::new(None) }
    }
}

impl State {
    fn wanted(&self, question: &Question) -> bool {
        let waits = |panel: &Panel| matches!(panel.status, Status::Waiting { .. });
        self.panels.values().any(|panel| panel.question == *question && waits(panel))
    }

    /// Tells workers whether some panel still asks their question, and interrupts them where none does. DuckDB forgets an
    /// interrupt that comes before the statement starts, so this is repeated with every question asked.
    pub fn interrupt_the_unwanted(&self) {
        for running in self.running.iter().flatten() {
            let unwanted = match &running.question {
                Some(question) => !self.wanted(question),
                None => self.closing || (running.gives_way && !self.is_quiet()),
            };
            running.unwanted.store(unwanted, Ordering::Relaxed);
            let since = running.unwanted_since.get().unwrap_or_else(Instant::now);
            running.unwanted_since.set(unwanted.then_some(since));
            if unwanted {
                running.handle.interrupt();
            }
        }
    }

    /// Whether nobody who looks waits for an answer.
    pub fn is_quiet(&self) -> bool {
        let waits = |panel: &Panel| panel.lane == Lane::Interactive && matches!(panel.status, Status::Waiting { .. });
        !self.panels.values().any(waits)
    }

    /// The question that a worker does next: what is prefetched waits for what somebody looks at.
    pub fn next(&self, lane: Lane) -> Option<Question> {
        match lane {
            Lane::Interactive => self.oldest(Lane::Interactive),
            Lane::Background => self.oldest(Lane::Interactive).or_else(|| self.oldest(Lane::Background)),
        }
    }

    /// The question that has waited longest in a lane and that no worker is at.
    fn oldest(&self, lane: Lane) -> Option<Question> {
        let waiting = self.panels.values().filter(|panel| {
            panel.lane == lane
                && matches!(panel.status, Status::Waiting { .. })
                && self.running.iter().flatten().all(|running| running.question.as_ref() != Some(&panel.question))
        });
        waiting.min_by_key(|panel| panel.turn).map(|panel| panel.question.clone())
    }

    /// Tells every panel that asks a question how it ended. Gives whether any does, and it was not only foreseen.
    pub fn settle(&mut self, question: &Question, outcome: &Result<Arc<Answer>, Arc<DeskError>>) -> bool {
        let mut is_asked = false;
        for (id, panel) in self.panels.iter_mut().filter(|(_, panel)| panel.question == *question) {
            is_asked |= !is_foreseen(*id);
            match outcome {
                Ok(answer) => {
                    panel.answer = Some(Arc::clone(answer));
                    panel.status = Status::Ready;
                }
                Err(error) => panel.status = Status::Failed(Arc::clone(error)),
            }
        }
        if let Ok(answer) = outcome {
            self.answers.insert(question.clone(), Arc::clone(answer), answer.bytes());
        }
        is_asked
    }
}
