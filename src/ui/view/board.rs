//! The dashboards: which panels stand in each at first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::panel::{
    Findings, Gaps, Intake, Panel, Ranking, SchoolTable, SimilarTo, SubjectSchools, SubjectTable, Tiles, Trends,
};
use super::scatter::Scatter;
use crate::ui::layout::{Layout, Part};

/// A dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The group at a glance.
    Overview,
    /// Every subject of the group.
    Subjects,
    /// One subject, school by school.
    Subject,
    /// The schools, side by side and as a chart.
    Schools,
    /// Panels that one puts together.
    #[default]
    Workbench,
}

impl Place {
    /// Every dashboard, in the order of the rail.
    pub const ALL: [Self; 5] = [Self::Overview, Self::Subjects, Self::Subject, Self::Schools, Self::Workbench];

    /// The dashboard's name on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Subjects => "Subjects",
            Self::Subject => "Subject",
            Self::Schools => "Schools",
            Self::Workbench => "Workbench",
        }
    }

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Subjects => "subjects",
            Self::Subject => "subject",
            Self::Schools => "schools",
            Self::Workbench => "workbench",
        }
    }

    /// What is found there.
    pub fn about(self) -> &'static str {
        match self {
            Self::Overview => "The group at a glance: headlines, what stands out, pupil groups, intake",
            Self::Subjects => "Every subject in one table, and its trends",
            Self::Subject => "One subject, school by school",
            Self::Schools => "The schools side by side, as a chart, and those with a similar intake",
            Self::Workbench => "Panels that you put together yourself",
        }
    }

    /// The number of its first panel: no two dashboards have a panel of the same number.
    pub fn first_panel(self) -> u64 {
        match self {
            Self::Workbench => 1,
            Self::Overview => 1_001,
            Self::Subjects => 2_001,
            Self::Subject => 3_001,
            Self::Schools => 4_001,
        }
    }
}

/// The panels of a dashboard and how they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    pub panels: BTreeMap<u64, Panel>,
    pub layout: Layout,
    /// The one panel that fills the window, if there is one.
    pub maximised: Option<u64>,
}

impl Board {
    /// A dashboard as it stands at first.
    pub fn usual(place: Place) -> Self {
        let first = place.first_panel();
        let at = |nth: u64| Layout::Panel(first + nth);
        let row = |parts: Vec<(u32, Layout)>| Layout::Row(parts.into_iter().map(part).collect());
        let column = |parts: Vec<(u32, Layout)>| Layout::Column(parts.into_iter().map(part).collect());
        let subjects_in_order = Ranking { subjects: true, ..Ranking::default() };
        let (panels, layout) = match place {
            Place::Workbench => (
                vec![
                    Panel::Tiles(Tiles::default()),
                    Panel::Trends(Trends::default()),
                    Panel::Scatter(Scatter::default()),
                ],
                row(vec![(540, column(vec![(490, at(0)), (510, at(1))])), (460, at(2))]),
            ),
            Place::Overview => (
                vec![
                    Panel::Tiles(Tiles { every_stage: true, ..Tiles::default() }),
                    Panel::Findings(Findings::default()),
                    Panel::Gaps(Gaps::default()),
                    Panel::Ranking(Ranking::default()),
                    Panel::Ranking(subjects_in_order),
                    Panel::Intake(Intake::default()),
                ],
                column(vec![
                    (500, at(0)),
                    (500, row(vec![(340, at(1)), (330, at(2)), (330, Layout::Tabs(vec![at(3), at(4), at(5)]))])),
                ]),
            ),
            Place::Subjects => (
                vec![Panel::SubjectTable(SubjectTable::default()), Panel::Trends(Trends::default())],
                column(vec![(620, at(0)), (380, at(1))]),
            ),
            Place::Subject => (
                vec![
                    Panel::SubjectSchools(SubjectSchools::default()),
                    Panel::Trends(Trends { of_view: true, ..Trends::default() }),
                ],
                column(vec![(680, at(0)), (320, at(1))]),
            ),
            Place::Schools => (
                vec![
                    Panel::Scatter(Scatter::default()),
                    Panel::SchoolTable(SchoolTable::default()),
                    Panel::Similar(SimilarTo::default()),
                ],
                row(vec![(520, at(0)), (480, Layout::Tabs(vec![at(1), at(2)]))]),
            ),
        };
        Self { panels: (first..).zip(panels).collect(), layout, maximised: None }
    }
}

fn part((share, holds): (u32, Layout)) -> Part {
    Part { share, holds }
}
