//! Changes of the view: panels ask for them, and one place makes them.

use std::collections::BTreeSet;

use eframe::egui::{LayerId, Rect};

use super::command::Command;
use super::layout::Layout;
use super::session::Catalogue;
use super::view::{Panel, Place, View};
use crate::model::{Characteristic, Compare, Filter, Judged, KeyStage, PupilGroup, Scope, Subject, Urn, Year};

/// A change of the view.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Another dashboard.
    Place(Place),
    Scope(Scope),
    /// One school, opened from the group.
    School(Urn),
    /// The subject of the dashboard of one subject, which is shown.
    Subject(Subject),
    Stage(KeyStage),
    /// First and last year, in any order.
    Years(Year, Year),
    Compare(Compare),
    Judged(Judged),
    Filter(Filter),
    Select(BTreeSet<Urn>),
    Link(bool),
    /// What was chosen in a panel.
    Panel(u64, Panel),
    Close(u64),
    /// A second panel like this one, beside or below it.
    Split {
        panel: u64,
        below: bool,
    },
    Add(Panel),
    /// One panel fills the window, or all are shown.
    Maximise(Option<u64>),
    Layout(Layout),
    ResetLayout,
}

/// What a frame asks for while it is drawn; carried out after it.
#[derive(Debug, Default)]
pub struct Outbox {
    pub changes: Vec<Change>,
    pub commands: Vec<Command>,
    /// The school under the pointer, which every panel marks in the next frame.
    pub hovered: Option<Urn>,
    /// The filter that a click where the pointer is would choose.
    pub foreseen: Option<Filter>,
    /// The panels that stand before a new question's answer.
    pub waiting: usize,
    /// What a panel gives to take away.
    pub taken: Option<Taken>,
    /// The panel whose picture is being taken, as this frame draws it.
    pub sitter: Option<Sitter>,
    /// How long the last answers took to make.
    pub elapsed: Option<std::time::Duration>,
}

/// What a panel gives to take away.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// A file to be saved under a name that is asked for.
    File { what: &'static str, name: String, contents: Vec<u8> },
    /// A picture of a panel, which the next frames take.
    Picture { panel: u64, form: PictureForm },
}

/// The form of a panel's picture; a file has the name that is proposed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureForm {
    Clipboard,
    Png(String),
    Svg(String),
}

/// A panel as a frame draws it, with what has to be said of what is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Sitter {
    /// Where it stands.
    pub part: Rect,
    /// Where its shapes are.
    pub layer: LayerId,
    pub title: String,
    /// Of whom its figures are, how they were made, from which files, and the day: a line each.
    pub words: Vec<String>,
}

impl View {
    /// Makes a change.
    pub fn apply(&mut self, change: Change, catalogue: &Catalogue) {
        match change {
            Change::Place(place) => self.go(place),
            Change::Scope(scope) => (self.scope, self.from) = (scope, None),
            Change::School(urn) => {
                let group = std::mem::replace(&mut self.scope, Scope::Schools(BTreeSet::from([urn])));
                if catalogue.register.schools_of(&group).nth(1).is_some() {
                    self.from = Some(group);
                }
            }
            Change::Subject(subject) => {
                self.subject = Some(subject);
                self.go(Place::Subject);
            }
            Change::Stage(stage) => {
                self.stage = stage;
                // What was chosen by year may not be there: show every year of the new stage.
                self.years = (Year::EARLIEST, Year::LATEST);
            }
            Change::Years(first, last) => self.years = (first.min(last), first.max(last)),
            Change::Compare(compare) => self.compare = compare,
            Change::Judged(judged) => self.judged = judged,
            Change::Filter(filter) => self.filter = filter.canonical(),
            Change::Select(selected) => self.selected = selected,
            Change::Link(link) => self.link = link,
            Change::Panel(id, panel) => {
                if let Some(known) = self.panels.get_mut(&id) {
                    *known = panel;
                }
            }
            Change::Close(id) => {
                self.layout.remove(id);
                self.panels.remove(&id);
            }
            Change::Split { panel, below } => {
                if let Some(same) = self.panels.get(&panel).cloned() {
                    let new = self.next_panel();
                    self.layout.split(panel, new, below);
                    self.panels.insert(new, same);
                    self.maximised = None;
                }
            }
            Change::Add(panel) => {
                let new = self.next_panel();
                self.layout.add(new);
                self.panels.insert(new, panel);
                self.maximised = None;
            }
            Change::Maximise(panel) => self.maximised = panel,
            // A layout of a dashboard that was left in the same frame is not this one's.
            Change::Layout(layout) if layout.panels() != self.layout.panels() => {}
            Change::Layout(layout) => self.layout = layout,
            Change::ResetLayout => self.reset_layout(),
        }
        self.fit(catalogue);
    }
}

/// A filter with one group of a characteristic added or taken out; the others stay.
pub fn toggled(filter: &Filter, group: PupilGroup) -> Filter {
    let was_in = filter.constraints().any(|(_, groups)| groups.contains(&group));
    let others = filter.constraints().flat_map(|(_, groups)| groups).filter(|known| *known != group);
    let kept = others.fold(Filter::everyone(), Filter::or);
    if was_in { kept } else { kept.or(group) }
}

/// A filter without a characteristic.
pub fn without(filter: &Filter, characteristic: Characteristic) -> Filter {
    let others = filter.constraints().filter(|(known, _)| *known != characteristic).flat_map(|(_, groups)| groups);
    others.fold(Filter::everyone(), Filter::or)
}
