//! The view: everything that decides what the window shows of a workspace. Saved as TOML, undone as a whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::session::Catalogue;
use crate::model::{Compare, Filter, Indicator, Judged, KeyStage, Scope, Source, Subject, Test, Urn, Year};

/// Version of the form in which views are saved.
const VERSION: u32 = 1;

/// What the window shows of a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub stage: KeyStage,
    /// First and last year shown.
    pub years: (Year, Year),
    pub scope: Scope,
    pub compare: Compare,
    /// How it is judged whether figures differ.
    pub judged: Judged,
    pub filter: Filter,
    /// Schools chosen in a chart or a table; every panel marks them.
    pub selected: BTreeSet<Urn>,
    /// Whether tiles and trends show the selected schools in place of the group.
    pub link: bool,
    pub panels: BTreeMap<u64, Panel>,
    pub layout: Layout,
    /// The one panel that fills the window, if there is one.
    pub maximised: Option<u64>,
}

/// A panel of a dashboard, with what was chosen in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Panel {
    Tiles(Tiles),
    Trends(Trends),
    Scatter(Scatter),
}

/// Headline indicators as tiles.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tiles {
    /// Empty for the usual ones of the key stage.
    pub indicators: Vec<Indicator>,
    /// Whether the panel shows its table instead.
    pub table: bool,
}

/// An indicator of subjects over the years.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trends {
    pub indicator: Option<Indicator>,
    /// Words of subjects; empty for those with the most entries.
    pub subjects: Vec<String>,
    pub table: bool,
}

/// Schools as points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Scatter {
    pub x: Option<Indicator>,
    pub y: Option<Indicator>,
    /// What the area of a point stands for; pupils where none is chosen.
    pub size: Option<Indicator>,
    /// What the colour of a point stands for.
    pub colour: Option<Indicator>,
    /// Word of the subject that indicators of entries are of; all subjects together where none is chosen.
    pub subject: Option<String>,
    /// The year shown; the last one of the view where none is chosen.
    pub year: Option<Year>,
    /// Whether schools stand where they are on the map, in place of their figures on the axes.
    pub map: bool,
    pub table: bool,
}

impl Panel {
    /// The panel's name on screen.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Tiles(_) => "Headlines",
            Self::Trends(_) => "Trends",
            Self::Scatter(_) => "Schools",
        }
    }

    /// What can be done in the panel.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Tiles(_) => "Drag to move the panel, double-click to maximise it",
            Self::Trends(_) => "Point at a line or its name to bring it forward",
            Self::Scatter(_) => {
                "Click a school to select it, with Ctrl to add it; drag to select all in a box. \
                 Drag with the second button to move the chart, Ctrl and wheel to zoom, double-click to see all"
            }
        }
    }

    /// Whether the panel shows its table instead of its chart.
    pub fn table(&self) -> bool {
        match self {
            Self::Tiles(tiles) => tiles.table,
            Self::Trends(trends) => trends.table,
            Self::Scatter(scatter) => scatter.table,
        }
    }

    /// This panel with its table shown or not.
    #[must_use]
    pub fn with_table(mut self, shown: bool) -> Self {
        match &mut self {
            Self::Tiles(tiles) => tiles.table = shown,
            Self::Trends(trends) => trends.table = shown,
            Self::Scatter(scatter) => scatter.table = shown,
        }
        self
    }
}

/// As many headlines are shown until others are chosen: two rows in a window of usual size.
const MOST_HEADLINES: usize = 6;

/// The headlines of a key stage that are shown until others are chosen.
fn usual_headlines(stage: KeyStage) -> &'static [Indicator] {
    use Indicator::{
        Att8, AvgPoints, Basics4, Basics5, Ebacc4, EbaccAps, EbaccEntry, Entries, GpsScore, MathsScore, P8, Pupils,
        ReadingScore, RwmExpected, RwmHigh, WritingExpected,
    };
    match stage {
        KeyStage::Ks2 => &[RwmExpected, RwmHigh, ReadingScore, MathsScore, GpsScore, WritingExpected],
        KeyStage::Ks4 => &[Att8, P8, Basics5, Basics4, EbaccEntry, EbaccAps, Ebacc4],
        KeyStage::Ks5 => &[AvgPoints, Entries, Pupils],
    }
}

/// What there is to choose from at a key stage in some years of a workspace.
#[derive(Debug)]
pub struct Offer<'a> {
    catalogue: &'a Catalogue,
    stage: KeyStage,
    years: Vec<Year>,
}

impl Offer<'_> {
    fn of(&self, source: Source) -> impl Iterator<Item = Indicator> + '_ {
        let of = move |indicator: &Indicator| indicator.source() == source && self.has(*indicator);
        Indicator::ALL.into_iter().filter(of)
    }

    /// Whether there can be figures of an indicator.
    pub fn has(&self, indicator: Indicator) -> bool {
        self.catalogue.offers(self.stage, &self.years, indicator)
    }

    /// The indicators that are one figure per pupil: headlines and intake.
    pub fn of_pupils(&self) -> impl Iterator<Item = Indicator> + '_ {
        self.of(Source::Outcomes)
    }

    /// The indicators that are one figure per entry in a subject.
    pub fn of_subjects(&self) -> impl Iterator<Item = Indicator> + '_ {
        self.of(Source::Results)
    }

    /// Every indicator: of pupils, of whole schools, of entries.
    pub fn all(&self) -> impl Iterator<Item = Indicator> + '_ {
        self.of_pupils().chain(self.of(Source::School)).chain(self.of_subjects())
    }

    /// The first of some indicators that there are figures of; the very first if there are of none.
    fn first(&self, wanted: &[Indicator]) -> Indicator {
        let first = wanted.iter().copied().find(|indicator| self.has(*indicator));
        first.or(wanted.first().copied()).unwrap_or(Indicator::Pupils)
    }
}

impl Tiles {
    /// The indicators shown of what there is.
    pub fn shown(&self, offer: &Offer<'_>) -> Vec<Indicator> {
        let of_stage = |indicator: &&Indicator| indicator.stages().contains(&offer.stage);
        let chosen: Vec<Indicator> = self.indicators.iter().filter(of_stage).copied().collect();
        if !chosen.is_empty() {
            return chosen;
        }
        let usual = usual_headlines(offer.stage);
        let there = usual.iter().copied().filter(|indicator| offer.has(*indicator));
        let there: Vec<Indicator> = there.take(MOST_HEADLINES).collect();
        if there.is_empty() { usual.to_vec() } else { there }
    }
}

impl Trends {
    /// The indicator shown of what there is: of subjects, or where there are none, or one is chosen, a headline.
    pub fn indicator(&self, offer: &Offer<'_>) -> Indicator {
        let usual: &[Indicator] = match offer.stage {
            KeyStage::Ks4 => &[Indicator::Grade4Plus, Indicator::Att8, Indicator::P8],
            KeyStage::Ks2 => &[Indicator::AvgPoints, Indicator::RwmExpected],
            KeyStage::Ks5 => &[Indicator::AvgPoints],
        };
        let chosen = self.indicator.filter(|indicator| indicator.stages().contains(&offer.stage));
        chosen.unwrap_or_else(|| offer.first(usual))
    }

    /// The subjects chosen that are of a key stage.
    pub fn chosen(&self, stage: KeyStage) -> Vec<Subject> {
        self.subjects.iter().filter_map(|word| Subject::from_word(stage, word).ok()).collect()
    }
}

impl Scatter {
    /// The indicators on x and y, for the size and for the colour, of what there is.
    pub fn axes(&self, offer: &Offer<'_>) -> Axes {
        let stage = offer.stage;
        let known = |chosen: Option<Indicator>| chosen.filter(|indicator| indicator.stages().contains(&stage));
        let outcomes: &[Indicator] = match stage {
            KeyStage::Ks2 => &[Indicator::RwmExpected, Indicator::ReadingScore],
            KeyStage::Ks4 => &[Indicator::Att8, Indicator::P8],
            KeyStage::Ks5 => &[Indicator::AvgPoints],
        };
        let intake = [Indicator::PctFsm6, Indicator::PctDisadvantaged, Indicator::SchoolFsm6, Indicator::PctEal];
        let y = known(self.y).unwrap_or_else(|| offer.first(outcomes));
        Axes {
            x: known(self.x).unwrap_or_else(|| offer.first(&intake)),
            y,
            size: known(self.size).unwrap_or_else(|| offer.first(&[Indicator::Pupils, Indicator::Roll])),
            // On a map the place says where a school is, and the colour how it does.
            colour: known(self.colour).or(self.map.then_some(y)),
            subject: self.subject.as_deref().and_then(|word| Subject::from_word(stage, word).ok()),
            map: self.map,
        }
    }

    /// The year shown, of those of a view.
    pub fn year(&self, years: &[Year]) -> Option<Year> {
        self.year.filter(|year| years.contains(year)).or(years.last().copied())
    }
}

/// What a scatter chart shows, in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axes {
    pub x: Indicator,
    pub y: Indicator,
    pub size: Indicator,
    pub colour: Option<Indicator>,
    /// What indicators of entries are of; all subjects together where there is none.
    pub subject: Option<Subject>,
    /// Whether easting and northing are the axes.
    pub map: bool,
}

impl View {
    /// What there is to choose from in the years shown.
    pub fn offer<'a>(&self, catalogue: &'a Catalogue) -> Offer<'a> {
        Offer { catalogue, stage: self.stage, years: self.years_shown(catalogue) }
    }

    /// What there is to choose from in one year.
    pub fn offer_in<'a>(&self, catalogue: &'a Catalogue, year: Year) -> Offer<'a> {
        Offer { catalogue, stage: self.stage, years: vec![year] }
    }

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
            panels: BTreeMap::new(),
            layout: Layout::usual(),
            maximised: None,
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
        self.selected.retain(|urn| catalogue.register.school(*urn).is_some());
        self.layout.keep_only(&self.panels.keys().copied().collect());
        self.layout = self.layout.normal();
        let placed = self.layout.panels();
        self.panels.retain(|id, _| placed.contains(id));
        self.maximised = self.maximised.filter(|id| placed.contains(id));
        if self.panels.is_empty() {
            self.reset_layout();
        }
    }

    /// Tiles, trends and scatter chart where they stand at first, with what was chosen in the first of each kind.
    pub fn reset_layout(&mut self) {
        let usual =
            [Panel::Tiles(Tiles::default()), Panel::Trends(Trends::default()), Panel::Scatter(Scatter::default())];
        let as_chosen = |usual: Panel| {
            let same_kind = |panel: &&Panel| std::mem::discriminant(*panel) == std::mem::discriminant(&usual);
            self.panels.values().find(same_kind).cloned().unwrap_or(usual)
        };
        self.panels = (1..).zip(usual.map(as_chosen)).collect();
        self.layout = Layout::usual();
        self.maximised = None;
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

    /// A number for a new panel.
    pub fn next_panel(&self) -> u64 {
        self.panels.keys().last().map_or(1, |last| last + 1)
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
    #[serde(default)]
    maximised: Option<u64>,
    #[serde(default)]
    layout: Option<Layout>,
    panel: Vec<SavedPanel>,
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
            maximised: self.maximised,
            layout: Some(self.layout.clone()),
            panel: self.panels.iter().map(|(id, panel)| SavedPanel { id: *id, panel: panel.clone() }).collect(),
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
        let panels: BTreeMap<u64, Panel> = saved.panel.into_iter().map(|saved| (saved.id, saved.panel)).collect();
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
            layout: saved.layout.unwrap_or_else(|| Layout::row(panels.keys().copied())),
            panels,
            maximised: saved.maximised,
        })
    }
}
