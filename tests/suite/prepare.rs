//! What is prepared for questions to come changes no answer, and what is foreseen is there at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use schoolbench::desk::{Answer, Desk, Lane, Options, PanelId, Reader, Status};
use schoolbench::model::{Draft, Filter, Question, Scope, Words};
use schoolbench::workspace::{Access, Workspace};

use crate::demo;
use crate::oracle::Asked;
use crate::oracle::dice::Dice;

const QUESTIONS: usize = 150;
const PATIENCE: Duration = Duration::from_secs(60);

fn desk(options: Options) -> Desk {
    Desk::new(Workspace::open(demo::workspace(), Access::Read).unwrap(), Reader::default(), options).unwrap()
}

/// An answer without how it was made.
fn shown(answer: &Answer) -> String {
    let splits: Vec<_> = answer.question().indicators().iter().map(|of| answer.split_of(*of)).collect();
    format!("{:?} {:?} {:?} {splits:?}", answer.question(), answer.compared_with(), answer.cells())
}

#[test]
fn answers_are_the_same_whether_they_are_prepared_or_not() {
    let plain = desk(Options::default());
    // Nothing is kept but cells and shields, so that each question is worked on.
    let prepared = desk(Options { prepares: true, cache_bytes: 0, ..Options::default() });
    let mut dice = Dice(11);
    let groups = ["la:991", "urn:900001,900002,900003,900004,900005,900006,900007", "all"];
    for nth in 0..QUESTIONS {
        // Few groups, so that their cells serve several questions.
        let asked = Asked::by_chance(&mut dice).question();
        let scope: Scope = dice.one(&groups).parse().unwrap();
        let Ok(question) = Question::new(Draft { scope, ..asked.draft() }) else { continue };
        let both = [&plain, &prepared].map(|desk| match desk.ask_and_wait(&question) {
            Ok(answer) => shown(&answer),
            Err(error) => error.to_string(),
        });
        assert_eq!(both[0], both[1], "question {nth}");
        if nth % 10 == 0 {
            assert!(prepared.wait_until_prepared(PATIENCE));
        }
    }
    assert!(prepared.prepared_bytes() > 0, "cells were used");
    assert_eq!(plain.prepared_bytes(), 0, "who asks once reads no cells");
}

fn question(filter: &str, by: &str) -> Question {
    let words = Words {
        stage: "ks4".to_owned(),
        years: "2023-2024".to_owned(),
        scope: "la:991".to_owned(),
        indicator: "att8,basics4".to_owned(),
        filter: filter.split_whitespace().map(str::to_owned).collect(),
        by: by.to_owned(),
        ..Words::default()
    };
    Question::try_from(words).unwrap()
}

#[test]
fn shields_of_the_next_filter_are_raised_before_it() {
    let desk = desk(Options { prepares: true, ..Options::default() });
    let shields = || desk.kept().iter().find(|kept| kept.what == "shields").unwrap().values;
    // Pupils told apart and then filtered, or filtered and then once more: either takes two characteristics.
    for (now, by, next) in [("", "eal", "fsm6=yes"), ("", "eal", "sex=F"), ("sen=K", "", "sen=K fsm6=yes")] {
        desk.ask_and_wait(&question(now, by)).unwrap();
        assert!(desk.wait_until_prepared(PATIENCE));
        let before = shields();
        desk.ask_and_wait(&question(next, by)).unwrap();
        assert_eq!(shields(), before, "{next:?} by {by:?} after {now:?}");
    }
}

/// A question with another filter.
fn with(filter: &Filter) -> impl Fn(&Question) -> Vec<Question> {
    let with = |question: &Question| Question::new(Draft { filter: filter.clone(), ..question.draft() });
    move |question| with(question).into_iter().collect()
}

#[test]
fn what_the_pointer_is_over_is_answered_before_the_click() {
    let begun: Arc<Mutex<Vec<Question>>> = Arc::default();
    let note = Arc::clone(&begun);
    let before = Arc::new(move |question: &Question| note.lock().unwrap().push(question.clone()));
    let woken = Arc::new(AtomicUsize::new(0));
    let wakes = Arc::clone(&woken);
    let notify = Arc::new(move || {
        wakes.fetch_add(1, Ordering::SeqCst);
    });
    let desk = desk(Options { before, notify, ..Options::default() });
    let now: Filter = "sex=F".parse().unwrap();
    let next: Filter = "sex=F fsm6=yes".parse().unwrap();
    let panels = [(PanelId(1), "year"), (PanelId(2), "school"), (PanelId(3), "eal")];
    let ask = |filter: &str| panels.map(|(panel, by)| desk.ask(panel, &question(filter, by), Lane::Interactive).status);
    ask("sex=F");
    assert!(desk.wait_until_settled(PATIENCE));
    let woken = || woken.load(Ordering::SeqCst);
    assert_eq!(woken(), panels.len(), "each answer that a panel waits for wakes the window");
    // Frames go on while the pointer is there.
    for _ in 0..3 {
        ask("sex=F");
        desk.foresee(&now, with(&next));
        desk.end_frame();
    }
    assert!(desk.wait_until_settled(PATIENCE));
    assert_eq!(woken(), panels.len(), "what is foreseen changes nothing on screen");
    assert!(ask("sex=F fsm6=yes").iter().all(|status| matches!(status, Status::Ready)), "answered already");
    let worked_on: BTreeSet<Question> = begun.lock().unwrap().iter().cloned().collect();
    assert_eq!(begun.lock().unwrap().len(), worked_on.len(), "no question is worked on twice");
    // What is foreseen and left again is not worked on for ever.
    desk.foresee(&next, with(&Filter::everyone()));
    desk.end_frame();
    desk.end_frame();
    assert!(desk.wait_until_settled(PATIENCE));
}

/// Workers that are held before each question, and let go one by one.
#[derive(Default)]
struct Held {
    waiting: Mutex<Vec<(Question, SyncSender<()>)>>,
    arrived: Condvar,
    is_over: AtomicBool,
}

impl Held {
    fn hold(&self, question: &Question) {
        let (sender, go) = sync_channel(1);
        self.waiting.lock().unwrap().push((question.clone(), sender));
        self.arrived.notify_all();
        // Who is let go by the end of the test finds no sender any more.
        if !self.is_over.load(Ordering::SeqCst) {
            let _ = go.recv();
        }
    }

    /// Waits a little for a worker to come.
    fn await_one(&self) {
        let none = |waiting: &mut Vec<_>| waiting.is_empty();
        drop(self.arrived.wait_timeout_while(self.waiting.lock().unwrap(), Duration::from_millis(50), none).unwrap());
    }

    /// Lets the one worker go that waits at this place, if there is one.
    fn let_go(&self, nth: usize) -> Option<Question> {
        let mut waiting = self.waiting.lock().unwrap();
        let nth = (!waiting.is_empty()).then(|| nth % waiting.len())?;
        let (question, sender) = waiting.remove(nth);
        let _ = sender.send(());
        Some(question)
    }
}

/// Lets every worker go when the test ends, however it does: else the desk would wait for them.
struct Over(Arc<Held>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
        while self.0.let_go(0).is_some() {}
    }
}

#[test]
fn answers_that_come_late_and_out_of_order_stand_under_their_own_questions_only() {
    let texts = ["", "sex=F", "fsm6=yes", "sen=K", "sex=F fsm6=yes", "eal=yes"];
    let questions: Vec<Question> =
        texts.iter().flat_map(|filter| ["year", "school", "sex"].map(|by| question(filter, by))).collect();
    let plain = desk(Options::default());
    let right: Vec<String> = questions.iter().map(|of| shown(&plain.ask_and_wait(of).unwrap())).collect();
    let held = Arc::new(Held::default());
    let hold = Arc::clone(&held);
    let before = Arc::new(move |question: &Question| hold.hold(question));
    // Little is kept, so that the same is asked again and again.
    let desk = desk(Options { before, prepares: true, cache_bytes: 4096, ..Options::default() });
    let over = Over(Arc::clone(&held));
    let mut dice = Dice(99);
    let mut asks: Vec<usize> = (0..6).map(|_| dice.below(questions.len())).collect();
    let (mut old, mut new, mut overtaken, mut waits) = (0, 0, 0, false);
    for step in 0..600 {
        match dice.below(5) {
            0 | 1 => asks[dice.below(6)] = dice.below(questions.len()),
            2 => {
                let (now, next) = (questions[asks[0]].filter(), questions[dice.below(questions.len())].filter());
                desk.foresee(now, with(next));
            }
            _ => {
                if waits {
                    held.await_one();
                }
                let first = held.waiting.lock().unwrap().first().map(|(question, _)| question.clone());
                let ended = desk.told_revision();
                let gone = held.let_go(dice.below(2));
                overtaken += usize::from(gone.is_some() && gone != first);
                // Mostly the hand is slower than the worker.
                if gone.is_some() && dice.happens(70) {
                    assert!(desk.wait_until_told_past(ended, PATIENCE), "a worker that is let go comes back");
                }
            }
        }
        waits = false;
        for (panel, asked) in (0..).zip(&asks) {
            // Not every panel is drawn in every frame.
            if dice.happens(80) {
                let reply = desk.ask(PanelId(panel), &questions[*asked], Lane::Interactive);
                waits |= matches!(reply.status, Status::Waiting { .. });
                let Some(answer) = reply.answer else { continue };
                let of = questions.iter().position(|known| known == answer.question()).unwrap();
                assert_eq!(shown(&answer), right[of], "step {step}: figures of another question");
                match reply.status {
                    Status::Ready => {
                        assert_eq!(of, *asked, "step {step}: ready with the answer to another question");
                        new += 1;
                    }
                    Status::Waiting { .. } => old += 1,
                    Status::Failed(error) => panic!("step {step}: {error}"),
                }
            }
        }
        if dice.happens(50) {
            desk.end_frame();
        }
    }
    assert!(old > 50 && new > 50 && overtaken > 20, "{old} old, {new} new, {overtaken} overtook");
    drop(over);
    for (panel, asked) in (0..).zip(&asks) {
        desk.ask(PanelId(panel), &questions[*asked], Lane::Interactive);
    }
    assert!(desk.wait_until_settled(PATIENCE), "once nobody holds them, all are answered");
}
