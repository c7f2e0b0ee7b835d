//! An open workspace on screen: who sits before it has a view of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::ui::bars::FilterBar;
use crate::ui::dashboard::Dashboard;
use crate::ui::history::{History, Trail};
use crate::ui::session::{Session, Who};
use crate::ui::settings::{Folders, Saver};
use crate::ui::view::{Place, View};

/// An open workspace on screen.
#[derive(Debug)]
pub(super) struct Open {
    pub session: Box<Session>,
    pub view: View,
    pub history: History,
    pub trail: Trail,
    pub dashboard: Dashboard,
    pub filter_bar: FilterBar,
    /// The view as it was last kept.
    kept: View,
    /// Where the view is kept: whose it is. `None` where nobody may look yet; that view is not kept.
    file: Option<PathBuf>,
    /// The views of those who sat here before, as they left them, by where they are kept.
    left: BTreeMap<PathBuf, View>,
}

impl Open {
    /// A workspace that was just opened, with the view that was kept of who sits before it.
    pub fn of(session: Box<Session>, view: Option<Box<View>>, folders: &Folders) -> Self {
        let mut view = view.map_or_else(|| View::of(&session.catalogue), |view| *view);
        view.fit(&session.catalogue);
        Self {
            history: History::of(&view),
            trail: Trail::of(&view),
            dashboard: Dashboard::default(),
            filter_bar: FilterBar::default(),
            kept: view.clone(),
            view,
            file: session.view_file(folders),
            left: BTreeMap::new(),
            session,
        }
    }

    /// Whether the view is somebody's who may look.
    pub fn is_somebodys(&self) -> bool {
        self.file.is_some()
    }

    /// Shows a dashboard first.
    pub fn begin_at(&mut self, place: Place) {
        self.view.go(place);
        self.begin_again();
    }

    /// Lets somebody sit here, or the same with other rights. `own` is the view that was kept of them; the one of who sat
    /// here before is put aside, and nothing of it is left.
    pub fn admit(&mut self, who: Who, own: Option<Box<View>>, folders: &Folders, saver: &Saver) {
        self.sit(who, own, folders, saver);
        self.begin_again();
    }

    /// Lets who sits here go on with the rights that they have now.
    pub fn look_again(&mut self, who: Who, folders: &Folders, saver: &Saver) {
        let name = self.session.catalogue.name_of(&self.view.scope);
        self.sit(who, None, folders, saver);
        // A group that has other schools now is still that group.
        if let Some(group) = self.session.catalogue.groups().iter().find(|group| group.name == name) {
            self.view.scope = group.scope.clone();
        }
        self.begin_again();
    }

    fn sit(&mut self, who: Who, own: Option<Box<View>>, folders: &Folders, saver: &Saver) {
        self.session.admit(who);
        let file = self.session.view_file(folders);
        if file != self.file {
            if self.view != self.kept {
                self.save(saver);
            }
            if let Some(before) = self.file.take() {
                self.left.insert(before, self.view.clone());
            }
            let left = file.as_ref().and_then(|file| self.left.remove(file));
            let own = left.or(own.map(|own| *own));
            self.view = own.unwrap_or_else(|| View::of(&self.session.catalogue));
            self.view.fit(&self.session.catalogue);
            (self.kept, self.file) = (self.view.clone(), file);
            self.filter_bar = FilterBar::default();
        }
    }

    /// Brings the view to what may be seen now. What could be seen before is neither on screen nor where one goes back to.
    fn begin_again(&mut self) {
        self.view.fit(&self.session.catalogue);
        (self.history, self.trail) = (History::of(&self.view), Trail::of(&self.view));
        self.dashboard = Dashboard::default();
    }

    /// Keeps the view where it has changed, once nothing is held.
    pub fn keep(&mut self, held: bool, saver: &Saver) {
        self.history.note(&self.view, held);
        if held || self.view == self.kept {
            return;
        }
        self.trail.note(&self.view);
        if self.save(saver) {
            self.kept = self.view.clone();
        }
    }

    /// Gives whether it will be done; if not, it is tried again.
    fn save(&self, saver: &Saver) -> bool {
        self.file.as_ref().is_none_or(|file| saver.view(file, self.view.to_toml()))
    }
}
