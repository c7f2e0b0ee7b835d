//! The panel of schools as points: its settings, and what they come to.

use serde::{Deserialize, Serialize};

use super::{Offer, Tiles};
use crate::model::{Indicator, KeyStage, Subject, Year};

/// Most strips at once: more are too low to be read.
pub const MOST_STRIPS: usize = 6;

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
    /// A form that is neither the chart nor the map: `map` tells those apart where this is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<ScatterForm>,
    /// The indicators of the strips; empty for the usual headlines.
    pub strips: Vec<Indicator>,
    /// Whether the chart has a line of least squares through its schools.
    pub trend: bool,
    /// Whether schools stand in their new places at once when the filter changes, in place of moving there.
    pub still: bool,
    /// Whether, with a filter, a line leads to each school from where it stands with all its pupils.
    pub from_all: bool,
    /// Whether the chart is shaded where its schools lie densest; where it was not chosen, if they are many and a group is
    /// among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<bool>,
    pub table: bool,
}

/// How the schools stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScatterForm {
    /// By two figures.
    #[default]
    Chart,
    /// Where they are.
    Map,
    /// By the number of pupils and a figure, with the limits of what chance alone makes of a school of that size.
    Funnel,
    /// Along one line per indicator.
    Strips,
}

impl ScatterForm {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Chart, Self::Map, Self::Funnel, Self::Strips];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Chart => "Chart",
            Self::Map => "Map",
            Self::Funnel => "Funnel",
            Self::Strips => "Strips",
        }
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
    /// On a map easting and northing are the axes; in a funnel the number of pupils is across.
    pub form: ScatterForm,
}

impl Scatter {
    /// How the schools stand.
    pub fn form(&self) -> ScatterForm {
        self.form.unwrap_or(if self.map { ScatterForm::Map } else { ScatterForm::Chart })
    }

    /// The same in another form.
    #[must_use]
    pub fn with_form(mut self, form: ScatterForm) -> Self {
        self.map = form == ScatterForm::Map;
        self.form = matches!(form, ScatterForm::Funnel | ScatterForm::Strips).then_some(form);
        self
    }

    /// The indicators on x and y, for the size and for the colour, of what there is.
    pub fn axes(&self, offer: &Offer<'_>) -> Axes {
        let (stage, form) = (offer.stage(), self.form());
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
            colour: known(self.colour).or((form == ScatterForm::Map).then_some(y)),
            subject: self.subject.as_deref().and_then(|word| Subject::from_word(stage, word).ok()),
            form,
        }
    }

    /// The indicators of the strips, of what there is: at least one, at most six.
    pub fn strips_shown(&self, offer: &Offer<'_>) -> Vec<Indicator> {
        let mut shown = Tiles { indicators: self.strips.clone(), ..Tiles::default() }.shown(offer);
        shown.truncate(MOST_STRIPS);
        shown
    }

    /// The year shown, of those of a view.
    pub fn year(&self, years: &[Year]) -> Option<Year> {
        self.year.filter(|year| years.contains(year)).or(years.last().copied())
    }
}
