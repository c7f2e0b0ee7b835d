//! The view: everything that decides what the window shows of a workspace. Saved as TOML, undone as a whole.

mod board;
mod panel;
mod scatter;
mod schools;
mod subject_table;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::session::Catalogue;
use crate::model::{Compare, Filter, Judged, KeyStage, Scope, Subject, Test, Urn, Year};

pub use board::{Board, Place};
pub use panel::{
    Findings, Gaps, Intake, Kind, Offer, Panel, Ranking, SchoolTable, SimilarTo, SubjectSchools, SubjectTable, Tiles,
    Trends,
};
pub use scatter::{Axes, MOST_STRIPS, Scatter, ScatterForm};
pub use schools::ColumnGroup;

/// Version of the form in which views are saved.
const VERSION: u32 = 1;

/// What the window shows of a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub stage: KeyStage,
    /// First and last year shown.
    pub years: (Year, Year),
    pub scope: Scope,
    /// The group from which one school was opened.
    pub from: Option<Scope>,
    /// The subject of the dashboard of one subject.
    pub subject: Option<Subject>,
    pub compare: Compare,
    /// How it is judged whether figures differ.
    pub judged: Judged,
    pub filter: Filter,
    /// Schools chosen in a chart or a table; every panel marks them.
    pub selected: BTreeSet<Urn>,
    /// Whether tiles and trends show the selected schools in place of the group.
    pub link: bool,
    /// The dashboard that is shown.
    pub place: Place,
    pub panels: BTreeMap<u64, Panel>,
    pub layout: Layout,
    /// The one panel that fills the window, if there is one.
    pub maximised: Option<u64>,
    /// The other dashboards that were shown before.
    pub others: BTreeMap<Place, Board>,
}

impl View {
    /// What is shown of a workspace at first: the trust or authority of a size that one looks at, all its years.
    pub fn of(catalogue: &Catalogue) -> Self {
        let stage = catalogue.stages().max_by_key(|stage| (*stage == KeyStage::Ks4, *stage)).unwrap_or(KeyStage::Ks4);
        let mut view = Self {
            stage,
            years: (Year::EARLIEST, Year::LATEST),
            scope: catalogue.first_group(),
            compare: Compare::Same,
            judged: Judged::default(),
            filter: Filter::everyone(),
            selected: BTreeSet::new(),
            link: false,
            place: Place::Overview,
            panels: BTreeMap::new(),
            layout: Layout::row([]),
            maximised: None,
            others: BTreeMap::new(),
            from: None,
            subject: None,
        };
        view.reset_layout();
        view.fit(catalogue);
        view
    }

    /// Brings the view to what a workspace has: a saved view may be of other data.
    pub fn fit(&mut self, catalogue: &Catalogue) {
        if !catalogue.stages().any(|stage| stage == self.stage) {
            self.stage = catalogue.stages().last().unwrap_or(self.stage);
        }
        let years = catalogue.years(self.stage);
        if let (Some(first), Some(last)) = (years.first(), years.last()) {
            // Between two years that are loaded there may be some without: what is shown begins and ends with one that is.
            let (from, to) = self.years;
            self.years.0 = years.iter().copied().find(|year| *year >= from).unwrap_or(*last);
            let until = years.iter().copied().rfind(|year| *year <= to).unwrap_or(*first);
            self.years.1 = until.max(self.years.0);
        }
        if !catalogue.has(&self.scope) {
            self.scope = catalogue.first_group();
        }
        // Only one school has others of a similar intake: back at a group, the same pupils elsewhere are the comparator.
        if self.compare == Compare::Similar && !self.is_of_one_school(catalogue) {
            self.compare = Compare::Same;
        }
        self.from = self.from.take().filter(|scope| catalogue.has(scope) && *scope != self.scope);
        self.subject = self.subject.filter(|subject| subject.key_stage == self.stage);
        self.selected.retain(|urn| catalogue.shows(*urn));
        self.layout.keep_only(&self.panels.keys().copied().collect());
        self.layout = self.layout.normal();
        let placed = self.layout.panels();
        self.panels.retain(|id, _| placed.contains(id));
        self.maximised = self.maximised.filter(|id| placed.contains(id));
        if self.panels.is_empty() {
            self.reset_layout();
        }
    }

    /// The panels of this dashboard where they stand at first, with what was chosen in the first of each kind.
    pub fn reset_layout(&mut self) {
        let usual = Board::usual(self.place);
        let as_chosen = |usual: Panel| {
            let same = |panel: &&Panel| panel.title() == usual.title();
            self.panels.values().find(same).cloned().unwrap_or(usual)
        };
        self.panels = usual.panels.into_iter().map(|(id, panel)| (id, as_chosen(panel))).collect();
        self.layout = usual.layout;
        self.maximised = None;
    }

    /// Shows another dashboard; this one is kept as it is.
    pub fn go(&mut self, place: Place) {
        if place == self.place {
            return;
        }
        let next = self.others.remove(&place).unwrap_or_else(|| Board::usual(place));
        let kept = Board {
            panels: std::mem::replace(&mut self.panels, next.panels),
            layout: std::mem::replace(&mut self.layout, next.layout),
            maximised: std::mem::replace(&mut self.maximised, next.maximised),
        };
        self.others.insert(self.place, kept);
        self.place = place;
    }

    /// The same view on another dashboard.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.go(place);
        self
    }

    /// Whether the group is one school.
    pub fn is_of_one_school(&self, catalogue: &Catalogue) -> bool {
        catalogue.register.schools_of(&self.scope).take(2).count() == 1
    }

    /// The years shown that the workspace has.
    pub fn years_shown(&self, catalogue: &Catalogue) -> Vec<Year> {
        let within = |year: &Year| (self.years.0..=self.years.1).contains(year);
        catalogue.years(self.stage).iter().copied().filter(within).collect()
    }

    /// The schools that tiles and trends are of: the group, or while linked the selected schools.
    pub fn scope_shown(&self) -> Scope {
        if self.link && !self.selected.is_empty() { Scope::Schools(self.selected.clone()) } else { self.scope.clone() }
    }

    /// The subject of the dashboard of one subject: the one that was opened, else mathematics.
    pub fn subject_shown(&self) -> Option<Subject> {
        self.subject.or_else(|| Subject::from_word(self.stage, "maths").ok())
    }

    /// A number for a new panel: no dashboard has one that another has.
    pub fn next_panel(&self) -> u64 {
        self.panels.keys().last().map_or(self.place.first_panel(), |last| last + 1)
    }
}

/// A view as it is saved: the words of the command line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    version: u32,
    stage: KeyStage,
    first_year: Year,
    last_year: Year,
    scope: String,
    compare: String,
    /// As in questions; a view without it has the usual ones.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    test: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    many: bool,
    #[serde(default)]
    filter: Filter,
    #[serde(default)]
    selected: Vec<Urn>,
    #[serde(default)]
    link: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The subject's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Views of before there were several dashboards are of the workbench.
    #[serde(default)]
    place: Place,
    #[serde(default)]
    maximised: Option<u64>,
    #[serde(default)]
    layout: Option<Layout>,
    panel: Vec<SavedPanel>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    dashboard: BTreeMap<Place, SavedBoard>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedBoard {
    #[serde(default)]
    maximised: Option<u64>,
    #[serde(default)]
    layout: Option<Layout>,
    panel: Vec<SavedPanel>,
}

impl SavedBoard {
    fn of(panels: &BTreeMap<u64, Panel>, layout: &Layout, maximised: Option<u64>) -> Self {
        let panel = panels.iter().map(|(id, panel)| SavedPanel { id: *id, panel: panel.clone() }).collect();
        Self { maximised, layout: Some(layout.clone()), panel }
    }

    fn read(self) -> Board {
        let panels: BTreeMap<u64, Panel> = self.panel.into_iter().map(|saved| (saved.id, saved.panel)).collect();
        let layout = self.layout.unwrap_or_else(|| Layout::row(panels.keys().copied()));
        Board { panels, layout, maximised: self.maximised }
    }
}

#[derive(Serialize, Deserialize)]
struct SavedPanel {
    id: u64,
    #[serde(flatten)]
    panel: Panel,
}

/// Why a saved view cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadView {
    /// It is no TOML of a view.
    #[error("this is not a saved view: {0}")]
    Words(String),
    /// It is from a newer Schoolbench.
    #[error("this view was saved by a newer Schoolbench (its version is {0}, this program reads up to {VERSION})")]
    Newer(u32),
}

impl View {
    /// The view as TOML.
    pub fn to_toml(&self) -> String {
        let SavedBoard { maximised, layout, panel } = SavedBoard::of(&self.panels, &self.layout, self.maximised);
        let saved = Saved {
            version: VERSION,
            stage: self.stage,
            first_year: self.years.0,
            last_year: self.years.1,
            scope: self.scope.to_string(),
            compare: self.compare.word().to_owned(),
            test: if self.judged.test == Test::default() { String::new() } else { self.judged.test.word().to_owned() },
            many: self.judged.many,
            filter: self.filter.clone(),
            selected: self.selected.iter().copied().collect(),
            link: self.link,
            from: self.from.as_ref().map(Scope::to_string),
            subject: self.subject.map(|subject| subject.slug.clone()),
            place: self.place,
            maximised,
            layout,
            panel,
            dashboard: self
                .others
                .iter()
                .map(|(place, board)| (*place, SavedBoard::of(&board.panels, &board.layout, board.maximised)))
                .collect(),
        };
        toml::to_string_pretty(&saved).unwrap_or_else(|error| {
            tracing::error!("a view cannot be written as TOML: {error}");
            String::new()
        })
    }

    /// Reads a view from TOML. Call [`View::fit`] before it is shown.
    ///
    /// # Errors
    /// [`BadView`] when it is no view, or one of a newer program.
    pub fn from_toml(text: &str) -> Result<Self, BadView> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let words = |error: &dyn std::fmt::Display| BadView::Words(error.to_string());
        let Version { version } = toml::from_str(text).map_err(|error| words(&error))?;
        if version > VERSION {
            return Err(BadView::Newer(version));
        }
        let saved: Saved = toml::from_str(text).map_err(|error| words(&error))?;
        let board = SavedBoard { maximised: saved.maximised, layout: saved.layout, panel: saved.panel };
        let Board { panels, layout, maximised } = board.read();
        let subject = |word: String| Subject::from_word(saved.stage, &word).map_err(|error| words(&error));
        let scope = |word: String| word.parse::<Scope>().map_err(|error| words(&error));
        Ok(Self {
            stage: saved.stage,
            years: (saved.first_year, saved.last_year),
            scope: saved.scope.parse().map_err(|error| words(&error))?,
            compare: saved.compare.parse().map_err(|error| words(&error))?,
            judged: Judged {
                test: if saved.test.is_empty() {
                    Test::default()
                } else {
                    saved.test.parse().map_err(|error| words(&error))?
                },
                many: saved.many,
            },
            filter: saved.filter.canonical(),
            selected: saved.selected.into_iter().collect(),
            link: saved.link,
            from: saved.from.map(scope).transpose()?,
            subject: saved.subject.map(subject).transpose()?,
            place: saved.place,
            layout,
            panels,
            maximised,
            others: saved.dashboard.into_iter().map(|(place, board)| (place, board.read())).collect(),
        })
    }
}
