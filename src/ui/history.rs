//! Undo and redo of the view, and the way back through what was looked at.

use super::view::{Place, View};
use crate::model::{Filter, KeyStage, Scope, Subject};

/// Most changes that can be undone.
const DEEPEST: usize = 200;

/// The views before and after the one that is shown.
#[derive(Debug)]
pub struct History {
    past: Vec<View>,
    future: Vec<View>,
    /// The view at the last moment at which nothing was being dragged or typed.
    settled: View,
}

impl History {
    /// A history that begins with a view.
    pub fn of(view: &View) -> Self {
        Self { past: Vec::new(), future: Vec::new(), settled: view.clone() }
    }

    /// Notes the view of a frame. While the user holds something, changes wait, so that a drag is undone as one.
    pub fn note(&mut self, view: &View, held: bool) {
        if held || *view == self.settled {
            return;
        }
        self.past.push(std::mem::replace(&mut self.settled, view.clone()));
        if self.past.len() > DEEPEST {
            self.past.remove(0);
        }
        self.future.clear();
    }

    /// The view before the last change.
    pub fn undo(&mut self) -> Option<View> {
        let view = self.past.pop()?;
        self.future.push(std::mem::replace(&mut self.settled, view.clone()));
        Some(view)
    }

    /// The view after the change that was undone last.
    pub fn redo(&mut self) -> Option<View> {
        let view = self.future.pop()?;
        self.past.push(std::mem::replace(&mut self.settled, view.clone()));
        Some(view)
    }

    /// Whether there is a change to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a change to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

/// What was looked at: a dashboard of some schools, a subject and some pupils.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    place: Place,
    stage: KeyStage,
    scope: Scope,
    from: Option<Scope>,
    subject: Option<Subject>,
    filter: Filter,
}

impl Stop {
    fn of(view: &View) -> Self {
        let View { place, stage, scope, from, subject, filter, .. } = view.clone();
        Self { place, stage, scope, from, subject, filter }
    }

    /// Looks at it again.
    pub fn show(self, view: &mut View) {
        view.go(self.place);
        view.stage = self.stage;
        view.scope = self.scope;
        view.from = self.from;
        view.subject = self.subject;
        view.filter = self.filter;
    }
}

/// The way from one stop to the next: Back and Forward lead along it, and change nothing else of the view.
#[derive(Debug)]
pub struct Trail {
    behind: Vec<Stop>,
    ahead: Vec<Stop>,
    here: Stop,
}

impl Trail {
    /// A way that begins with a view.
    pub fn of(view: &View) -> Self {
        Self { behind: Vec::new(), ahead: Vec::new(), here: Stop::of(view) }
    }

    /// Notes where the view is now.
    pub fn note(&mut self, view: &View) {
        let now = Stop::of(view);
        if now == self.here {
            return;
        }
        self.behind.push(std::mem::replace(&mut self.here, now));
        if self.behind.len() > DEEPEST {
            self.behind.remove(0);
        }
        self.ahead.clear();
    }

    /// The stop before this one.
    pub fn back(&mut self) -> Option<Stop> {
        let stop = self.behind.pop()?;
        self.ahead.push(std::mem::replace(&mut self.here, stop.clone()));
        Some(stop)
    }

    /// The stop from which one went back.
    pub fn forward(&mut self) -> Option<Stop> {
        let stop = self.ahead.pop()?;
        self.behind.push(std::mem::replace(&mut self.here, stop.clone()));
        Some(stop)
    }

    /// Whether there is a stop before this one.
    pub fn can_go_back(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Whether there is a stop from which one went back.
    pub fn can_go_forward(&self) -> bool {
        !self.ahead.is_empty()
    }
}
