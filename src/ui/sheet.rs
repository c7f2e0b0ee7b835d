//! What a panel shows: answers to all of its questions, of one moment.
//!
//! **A panel draws from its sheet only, so that an answer never stands under another question.** While new answers are on
//! their way the sheet keeps the old ones, with the old questions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;

use crate::desk::{Answer, Desk, DeskError, Lane, PanelId, Status};
use crate::model::Question;

/// After this time without an answer the old one is dimmed.
const DIM_AFTER: Duration = Duration::from_millis(150);

/// After this time without an answer a line shows that one is on its way.
const LINE_AFTER: Duration = Duration::from_millis(300);

/// Most questions of one panel.
const MOST_QUESTIONS: u64 = 16;

/// The answers of a panel, and what was made of them to be drawn.
#[derive(Debug)]
pub struct Sheet<K, D> {
    shown: Option<Shown<K, D>>,
}

#[derive(Debug)]
struct Shown<K, D> {
    key: K,
    answers: Vec<Arc<Answer>>,
    drawn: D,
}

/// How far the newest questions of a panel are.
#[derive(Debug, Clone)]
pub enum Progress {
    /// What is shown is the answer.
    Ready,
    /// What is shown, if anything, is of before.
    Waiting(Instant),
    /// There is no answer, and why.
    Failed(Arc<DeskError>),
}

impl<K, D> Default for Sheet<K, D> {
    fn default() -> Self {
        Self { shown: None }
    }
}

impl<K: PartialEq, D> Sheet<K, D> {
    /// Asks a panel's questions and brings the sheet up to date once all are answered; `make` makes what is drawn. `key`
    /// is what else `make` looks at.
    pub fn ask(
        &mut self,
        desk: &Desk,
        panel: u64,
        questions: &[Question],
        key: K,
        make: impl FnOnce(&[Arc<Answer>]) -> D,
    ) -> Progress {
        let place = |nth: usize| PanelId(panel * MOST_QUESTIONS + nth as u64);
        let mut answers = Vec::with_capacity(questions.len());
        let mut progress = Progress::Ready;
        for (nth, question) in questions.iter().enumerate() {
            let reply = desk.ask(place(nth), question, Lane::Interactive);
            match (reply.status, reply.answer) {
                (Status::Ready, Some(answer)) if answer.question() == question => answers.push(answer),
                (Status::Failed(error), _) => progress = Progress::Failed(error),
                (status, _) => {
                    let since = if let Status::Waiting { since } = status { since } else { Instant::now() };
                    if !matches!(progress, Progress::Failed(_)) {
                        progress = Progress::Waiting(since);
                    }
                }
            }
        }
        if matches!(progress, Progress::Ready) && !self.is_of(&key, &answers) {
            let drawn = make(&answers);
            self.shown = Some(Shown { key, answers, drawn });
        }
        progress
    }

    /// What is to be drawn, with the answers that it was made from.
    pub fn shown(&self) -> Option<(&D, &[Arc<Answer>])> {
        self.shown.as_ref().map(|shown| (&shown.drawn, shown.answers.as_slice()))
    }

    /// The answers that what is drawn was made from.
    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.shown().map(|(_, answers)| answers.to_vec()).unwrap_or_default()
    }

    fn is_of(&self, key: &K, answers: &[Arc<Answer>]) -> bool {
        let same = |shown: &Shown<K, D>| {
            shown.key == *key
                && shown.answers.len() == answers.len()
                && shown.answers.iter().zip(answers).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        self.shown.as_ref().is_some_and(same)
    }
}

impl Progress {
    /// Whether what is shown has been old for so long that it is drawn dimmed. Wakes the window when it will be.
    pub fn is_dimmed(&self, ctx: &egui::Context) -> bool {
        self.is_older_than(DIM_AFTER, ctx)
    }

    /// Whether a line shows that an answer is on its way. Wakes the window when it will be.
    pub fn has_line(&self, ctx: &egui::Context) -> bool {
        self.is_older_than(LINE_AFTER, ctx)
    }

    fn is_older_than(&self, limit: Duration, ctx: &egui::Context) -> bool {
        let Self::Waiting(since) = self else { return false };
        let age = since.elapsed();
        if age < limit {
            ctx.request_repaint_after(limit - age);
        }
        age >= limit
    }
}
