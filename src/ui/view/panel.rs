//! The panels: what is chosen in each, and what there is to choose from.

use serde::{Deserialize, Serialize};

use crate::model::{Characteristic, Indicator, KeyStage, Source, Subject, Urn, Year};
use crate::ui::session::Catalogue;

use super::View;
use super::scatter::Scatter;

/// A panel of a dashboard, with what was chosen in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Panel {
    Tiles(Tiles),
    Trends(Trends),
    Scatter(Scatter),
    /// Who the pupils are, against all schools.
    Intake(Intake),
    /// What stands out, in sentences.
    Findings(Findings),
    /// Schools or subjects from those that do better to those that do worse.
    Ranking(Ranking),
    /// Pupil groups against the same groups elsewhere.
    Gaps(Gaps),
    /// Every subject with its indicators.
    SubjectTable(SubjectTable),
    /// The schools in one subject.
    SubjectSchools(SubjectSchools),
    /// The schools side by side.
    SchoolTable(SchoolTable),
    /// Schools with an intake like that of one school.
    Similar(SimilarTo),
}

/// A kind of panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Tiles,
    Trends,
    Scatter,
    Intake,
    Findings,
    Ranking,
    Gaps,
    SubjectTable,
    SubjectSchools,
    SchoolTable,
    Similar,
}

impl Kind {
    /// Every kind, in the order of the menu.
    pub const ALL: [Self; 11] = [
        Self::Tiles,
        Self::Trends,
        Self::Scatter,
        Self::Intake,
        Self::Findings,
        Self::Ranking,
        Self::Gaps,
        Self::SubjectTable,
        Self::SubjectSchools,
        Self::SchoolTable,
        Self::Similar,
    ];

    /// The name on screen of a panel of this kind, until something else is chosen in it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tiles => "Headlines",
            Self::Trends => "Trends",
            Self::Scatter => "Schools",
            Self::Intake => "Intake",
            Self::Findings => "What stands out",
            Self::Ranking => "Schools in order",
            Self::Gaps => "Pupil groups",
            Self::SubjectTable => "All subjects",
            Self::SubjectSchools => "Schools in the subject",
            Self::SchoolTable => "Schools side by side",
            Self::Similar => "Similar schools",
        }
    }

    /// The name of the command that adds such a panel, and what is then shown.
    pub fn adding(self) -> (&'static str, &'static str) {
        match self {
            Self::Tiles => ("Add headlines panel", "Headline indicators as tiles"),
            Self::Trends => ("Add subject trends panel", "Subjects over the years"),
            Self::Scatter => ("Add schools panel", "Schools as points"),
            Self::Intake => ("Add intake panel", "Who the pupils are, against all schools"),
            Self::Findings => ("Add what stands out", "Sentences about what differs"),
            Self::Ranking => ("Add schools in order", "Schools or subjects that do better and worse"),
            Self::Gaps => ("Add pupil groups panel", "Pupil groups against the same groups elsewhere"),
            Self::SubjectTable => ("Add table of subjects", "Every subject with its indicators"),
            Self::SubjectSchools => ("Add schools in a subject", "One subject, school by school"),
            Self::SchoolTable => ("Add table of schools", "The schools side by side"),
            Self::Similar => ("Add similar schools", "Schools with an intake like that of one school"),
        }
    }

    /// A panel of this kind in which nothing is chosen yet.
    pub fn usual(self) -> Panel {
        match self {
            Self::Tiles => Panel::Tiles(Default::default()),
            Self::Trends => Panel::Trends(Default::default()),
            Self::Scatter => Panel::Scatter(Default::default()),
            Self::Intake => Panel::Intake(Default::default()),
            Self::Findings => Panel::Findings(Default::default()),
            Self::Ranking => Panel::Ranking(Default::default()),
            Self::Gaps => Panel::Gaps(Default::default()),
            Self::SubjectTable => Panel::SubjectTable(Default::default()),
            Self::SubjectSchools => Panel::SubjectSchools(Default::default()),
            Self::SchoolTable => Panel::SchoolTable(Default::default()),
            Self::Similar => Panel::Similar(Default::default()),
        }
    }
}

/// Shares of pupils of the intake.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Intake {
    pub table: bool,
}

/// Sentences made from figures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    pub table: bool,
}

/// Schools or subjects in order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ranking {
    pub indicator: Option<Indicator>,
    /// Subjects in place of schools.
    pub subjects: bool,
    pub table: bool,
}

/// Pupil groups.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Gaps {
    pub indicator: Option<Indicator>,
    /// Whether the rarer groups are shown too.
    pub more: bool,
    pub table: bool,
}

/// A table of subjects.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SubjectTable {
    /// Empty for the usual ones.
    pub indicators: Vec<Indicator>,
    /// The year shown; the last one of the view with results by subject where none is chosen.
    pub year: Option<Year>,
    /// Whether the years of the view are pooled in place of that.
    pub pool: bool,
    /// By what the pupils are told apart, side by side.
    pub split: Option<Characteristic>,
    /// What is shown of pupils who are told apart.
    pub shown: Option<Indicator>,
    /// The column that the rows are in order of; the subjects' names where none is chosen.
    pub sorted: Option<Indicator>,
    /// Of pupils who are told apart: the word of the group whose column that is; all of them where none is chosen.
    pub of_group: Option<String>,
    /// The other way round than usual: figures from low to high, names from Z to A.
    pub ascending: bool,
    pub table: bool,
}

/// A table of the schools in the subject of the view.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SubjectSchools {
    /// The column that the rows are in order of; the schools' names where none is chosen. `Pupils` is the column of the
    /// share of pupils that entered.
    pub sorted: Option<Indicator>,
    pub ascending: bool,
    /// Whether the years shown are pooled; else one is shown.
    pub pool: bool,
    /// The year shown; the last one of the view where none is chosen.
    pub year: Option<Year>,
    pub table: bool,
}

/// A table of schools.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SchoolTable {
    /// Empty for the usual ones.
    pub indicators: Vec<Indicator>,
    pub sorted: Option<Indicator>,
    pub ascending: bool,
    /// Whether there is a column of three-year ranks, and whether the rows are in order of it.
    pub rank: bool,
    pub by_rank: bool,
    /// Schools that stay on top.
    pub pinned: Vec<Urn>,
    /// Whether only the selected schools are shown.
    pub only_selected: bool,
    /// Whether the selected schools stand side by side, with a row per indicator.
    pub compare: bool,
    pub table: bool,
}

/// Schools with a similar intake.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SimilarTo {
    /// The school; the first selected one, or the group's only one, where none is chosen.
    pub school: Option<Urn>,
    /// The result that is shown beside each school.
    pub indicator: Option<Indicator>,
    /// Weights in place of the preset's: words of inputs, in thousandths.
    pub weights: std::collections::BTreeMap<String, u32>,
    /// Whether the preset is "Schools Like Yours" in place of the DfE's.
    pub like_yours: bool,
    pub table: bool,
}

/// Headline indicators as tiles.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tiles {
    /// Empty for the usual ones of the key stage.
    pub indicators: Vec<Indicator>,
    /// Whether the headlines of the other key stages of the group stand beside them.
    pub every_stage: bool,
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
    /// Whether the subject is that of the view, in place of those.
    pub of_view: bool,
    /// By what the pupils are told apart, in a small chart for each group.
    pub split: Option<Characteristic>,
    pub table: bool,
}

impl Panel {
    /// The panel's kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Tiles(_) => Kind::Tiles,
            Self::Trends(_) => Kind::Trends,
            Self::Scatter(_) => Kind::Scatter,
            Self::Intake(_) => Kind::Intake,
            Self::Findings(_) => Kind::Findings,
            Self::Ranking(_) => Kind::Ranking,
            Self::Gaps(_) => Kind::Gaps,
            Self::SubjectTable(_) => Kind::SubjectTable,
            Self::SubjectSchools(_) => Kind::SubjectSchools,
            Self::SchoolTable(_) => Kind::SchoolTable,
            Self::Similar(_) => Kind::Similar,
        }
    }

    /// The panel's name on screen.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Ranking(Ranking { subjects: true, .. }) => "Subjects in order",
            _ => self.kind().title(),
        }
    }

    /// What can be done in the panel.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Tiles(_) | Self::Intake(_) => "Drag to move the panel, double-click to maximise it",
            Self::Trends(_) => "Point at a line or its name to bring it forward",
            Self::Scatter(_) => {
                "Click a school to select it, with Ctrl to add it, double-click to open it; drag to select all in a box, \
                 with Alt in an outline. Drag with the second button to move the chart, Ctrl and wheel to zoom, \
                 double-click beside the schools to see all. From the keyboard: arrows go from school to school, Enter \
                 selects, Escape leaves"
            }
            Self::Findings(_) => "Each sentence opens the panel that shows it",
            Self::Ranking(_) | Self::SubjectTable(_) => "Click a name to open it",
            Self::Gaps(_) => "Click a pupil group to show its pupils only",
            Self::SubjectSchools(_) | Self::SchoolTable(_) | Self::Similar(_) => {
                "Click a school to select it, with Ctrl to add it; double-click to open it"
            }
        }
    }

    fn table_shown(&mut self) -> &mut bool {
        match self {
            Self::Tiles(Tiles { table, .. })
            | Self::Trends(Trends { table, .. })
            | Self::Scatter(Scatter { table, .. })
            | Self::Intake(Intake { table })
            | Self::Findings(Findings { table })
            | Self::Ranking(Ranking { table, .. })
            | Self::Gaps(Gaps { table, .. })
            | Self::SubjectTable(SubjectTable { table, .. })
            | Self::SubjectSchools(SubjectSchools { table, .. })
            | Self::SchoolTable(SchoolTable { table, .. })
            | Self::Similar(SimilarTo { table, .. }) => table,
        }
    }

    /// Whether the panel shows its table instead of its chart.
    pub fn table(&self) -> bool {
        *self.clone().table_shown()
    }

    /// This panel with its table shown or not.
    #[must_use]
    pub fn with_table(mut self, shown: bool) -> Self {
        *self.table_shown() = shown;
        self
    }
}

/// As many headlines are shown until others are chosen: two rows in a window of usual size.
const MOST_HEADLINES: usize = 6;

/// The headlines of a key stage that are shown until others are chosen.
pub fn usual_headlines(stage: KeyStage) -> &'static [Indicator] {
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

impl View {
    /// What there is to choose from in the years shown.
    pub fn offer<'a>(&self, catalogue: &'a Catalogue) -> Offer<'a> {
        Offer { catalogue, stage: self.stage, years: self.years_shown(catalogue) }
    }

    /// What there is to choose from in one year.
    pub fn offer_in<'a>(&self, catalogue: &'a Catalogue, year: Year) -> Offer<'a> {
        Offer { catalogue, stage: self.stage, years: vec![year] }
    }
}

impl Offer<'_> {
    /// The key stage.
    pub fn stage(&self) -> KeyStage {
        self.stage
    }

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
    pub fn first(&self, wanted: &[Indicator]) -> Indicator {
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
    /// These trends with the subject of the view, where they are of that.
    #[must_use]
    pub fn in_view(&self, view: &View) -> Self {
        let mut trends = self.clone();
        if self.of_view {
            trends.subjects = view.subject_shown().map(|subject| subject.slug.clone()).into_iter().collect();
        }
        trends
    }

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

impl SubjectSchools {
    /// The years shown, of those of a view: all of them pooled, or one. None where the view has none.
    pub fn years(&self, years: &[Year]) -> Vec<Year> {
        if self.pool {
            return years.to_vec();
        }
        let chosen = self.year.filter(|year| years.contains(year));
        chosen.or(years.last().copied()).into_iter().collect()
    }
}
