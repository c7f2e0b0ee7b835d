//! Undo and redo of the view.

use super::view::View;

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
