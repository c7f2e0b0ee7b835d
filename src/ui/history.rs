//! Undo and redo of the view, and the way back through what was looked at.

use super::view::{Place, View};
use crate::model::{Filter, KeyStage, Scope, Subject};

/// Most steps that are kept.
const DEEPEST: usize = 200;

/// Steps along which one goes back and forward.
#[derive(Debug)]
struct Steps<T> {
    behind: Vec<T>,
    ahead: Vec<T>,
    here: T,
}

impl<T: Clone + PartialEq> Steps<T> {
    fn from(here: T) -> Self {
        Self { behind: Vec::new(), ahead: Vec::new(), here }
    }

    /// Notes a further step, where it is one: there is nothing ahead of it.
    fn note(&mut self, now: T) {
        if now == self.here {
            return;
        }
        self.behind.push(std::mem::replace(&mut self.here, now));
        if self.behind.len() > DEEPEST {
            self.behind.remove(0);
        }
        self.ahead.clear();
    }

    fn back(&mut self) -> Option<T> {
        let step = self.behind.pop()?;
        self.ahead.push(std::mem::replace(&mut self.here, step.clone()));
        Some(step)
    }

    fn forward(&mut self) -> Option<T> {
        let step = self.ahead.pop()?;
        self.behind.push(std::mem::replace(&mut self.here, step.clone()));
        Some(step)
    }
}

/// The views before and after the one that is shown.
#[derive(Debug)]
pub struct History(Steps<View>);

impl History {
    /// A history that begins with a view.
    pub fn of(view: &View) -> Self {
        Self(Steps::from(view.clone()))
    }

    /// Notes the view of a frame. While the user holds something, changes wait, so that a drag is undone as one.
    pub fn note(&mut self, view: &View, held: bool) {
        if !held && *view != self.0.here {
            self.0.note(view.clone());
        }
    }

    /// The view before the last change.
    pub fn undo(&mut self) -> Option<View> {
        self.0.back()
    }

    /// The view after the change that was undone last.
    pub fn redo(&mut self) -> Option<View> {
        self.0.forward()
    }

    /// Whether there is a change to undo.
    pub fn can_undo(&self) -> bool {
        !self.0.behind.is_empty()
    }

    /// Whether there is a change to redo.
    pub fn can_redo(&self) -> bool {
        !self.0.ahead.is_empty()
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
        Self {
            place: view.place,
            stage: view.stage,
            scope: view.scope.clone(),
            from: view.from.clone(),
            subject: view.subject,
            filter: view.filter.clone(),
        }
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
pub struct Trail(Steps<Stop>);

impl Trail {
    /// A way that begins with a view.
    pub fn of(view: &View) -> Self {
        Self(Steps::from(Stop::of(view)))
    }

    /// Notes where the view is now.
    pub fn note(&mut self, view: &View) {
        self.0.note(Stop::of(view));
    }

    /// The stop before this one.
    pub fn back(&mut self) -> Option<Stop> {
        self.0.back()
    }

    /// The stop from which one went back.
    pub fn forward(&mut self) -> Option<Stop> {
        self.0.forward()
    }

    /// Whether there is a stop before this one.
    pub fn can_go_back(&self) -> bool {
        !self.0.behind.is_empty()
    }

    /// Whether there is a stop from which one went back.
    pub fn can_go_forward(&self) -> bool {
        !self.0.ahead.is_empty()
    }
}
