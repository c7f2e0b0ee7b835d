//! What the scatter chart makes of its answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui;
use egui_plot::PlotBounds;

use super::Bring;
use crate::desk::{Answer, Figure, Reason};
use crate::export::words::value;
use crate::model::{Indicator, Source, Urn, Year};
use crate::ui::panels::Scene;
use crate::ui::view::Axes;
use crate::ui::{questions, theme};
use crate::workspace::Register;

/// What is made of the answers.
#[derive(Debug)]
pub(super) struct Drawn {
    pub axes: Axes,
    pub year: Option<Year>,
    /// Whether results are of some pupils only; intake is always of all.
    pub filtered: bool,
    /// Schools with a figure on both axes, or a place on the map: the others, then those of the group; of each the larger
    /// ones first, so that smaller ones lie on top.
    pub dots: Vec<Dot>,
    /// How many of them are not of the group.
    pub others: usize,
    /// Schools that have pupils but cannot be drawn, and why the first of them cannot.
    pub withheld: (usize, Option<String>),
    /// Lowest and highest value on each axis, of size and of colour.
    pub x: (f64, f64),
    pub y: (f64, f64),
    pub size: (f64, f64),
    pub colour: (f64, f64),
    /// Whether some colours are beyond those ends.
    pub clipped: bool,
    /// The group's own figures, and its comparator's.
    pub means: [Option<Figure>; 2],
}

/// A school that is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dot {
    pub urn: Urn,
    /// Where it stands: its figures, or easting and northing in metres.
    pub at: (f64, f64),
    /// Its figures on the axes; none on a map.
    pub on_axes: Option<[Figure; 2]>,
    pub size: f64,
    pub colour: Option<Figure>,
}

impl Default for Drawn {
    fn default() -> Self {
        let none = (f64::MAX, f64::MIN);
        let (x, y, size) = (Indicator::Pupils, Indicator::Pupils, Indicator::Pupils);
        Self {
            axes: Axes { x, y, size, colour: None, subject: None, map: false },
            year: None,
            filtered: false,
            dots: Vec::new(),
            others: 0,
            withheld: (0, None),
            x: none,
            y: none,
            size: none,
            colour: none,
            clipped: false,
            means: [None, None],
        }
    }
}

impl Drawn {
    pub fn of(axes: Axes, answers: &[Arc<Answer>], register: &Register) -> Self {
        let mut drawn = Self {
            axes,
            year: answers.first().and_then(|answer| answer.question().years().last().copied()),
            filtered: answers.iter().any(|answer| !answer.question().filter().is_everyone()),
            means: [axes.x, axes.y]
                .map(|of| answers.iter().find_map(|a| a.cell(&[], of)?.figure.as_ref().ok().copied())),
            ..Self::default()
        };
        let size = BySchool::of(axes.size, answers);
        let colour = axes.colour.and_then(|of| BySchool::of(of, answers));
        let figure = |of: &Option<BySchool<'_>>, urn| of.as_ref()?.figure(urn)?.as_ref().ok().copied();
        let dot = |urn, at, on_axes| Dot {
            urn,
            at,
            on_axes,
            size: figure(&size, urn).map_or(0.0, |figure| figure.value),
            colour: figure(&colour, urn),
        };
        if axes.map {
            // A school stands on the map where its colour is known, and in grey where only its size is.
            for (urn, told) in colour.as_ref().or(size.as_ref()).into_iter().flat_map(BySchool::figures) {
                match (register.school(urn).and_then(|school| school.place), told) {
                    (Some((easting, northing)), _) => {
                        drawn.push(dot(urn, (f64::from(easting), f64::from(northing)), None));
                    }
                    (None, _) => drawn.leave_out("no grid reference is known"),
                }
            }
        } else if let (Some(x), Some(y)) = (BySchool::of(axes.x, answers), BySchool::of(axes.y, answers)) {
            for (urn, on_y) in y.figures() {
                match (x.figure(urn), on_y) {
                    (Some(Ok(on_x)), Ok(on_y)) => {
                        drawn.push(dot(urn, (on_x.value, on_y.value), Some([*on_x, *on_y])));
                    }
                    (Some(Err(reason)), _) | (_, Err(reason)) => drawn.leave_out(&reason.to_string()),
                    (None, _) => {}
                }
            }
        }
        drawn.clip_colours();
        // The group is that of the answer, not of the view, which may have moved on.
        let answer = answers.iter().find(|answer| answer.question().by().is_empty()).or(answers.first());
        let schools = answer.into_iter().flat_map(|answer| register.schools_of(answer.question().scope()));
        let group: BTreeSet<Urn> = schools.map(|school| school.urn).collect();
        let (mut others, mut own): (Vec<Dot>, Vec<Dot>) =
            drawn.dots.into_iter().partition(|dot| !group.contains(&dot.urn));
        for part in [&mut others, &mut own] {
            part.sort_by(|a, b| b.size.total_cmp(&a.size));
        }
        drawn.others = others.len();
        others.append(&mut own);
        drawn.dots = others;
        drawn
    }

    fn push(&mut self, dot: Dot) {
        widen(&mut self.x, dot.at.0);
        widen(&mut self.y, dot.at.1);
        widen(&mut self.size, dot.size);
        dot.colour.into_iter().for_each(|colour| widen(&mut self.colour, colour.value));
        self.dots.push(dot);
    }

    /// Among many schools a few far out would leave all others one colour: they share the ends of the scale.
    fn clip_colours(&mut self) {
        const MANY: usize = 200;
        let mut values: Vec<f64> = self.dots.iter().filter_map(|dot| Some(dot.colour?.value)).collect();
        if values.len() < MANY {
            return;
        }
        values.sort_by(f64::total_cmp);
        let end = values.len() / 40;
        (self.colour, self.clipped) = ((values[end], values[values.len() - 1 - end]), true);
    }

    fn leave_out(&mut self, why: &str) {
        self.withheld.0 += 1;
        self.withheld.1.get_or_insert_with(|| why.to_owned());
    }

    /// The part of the chart in which something is well seen.
    pub fn bounds_of(&self, bring: Bring) -> Option<PlotBounds> {
        /// A school is shown with so much of the chart around it, as a share of the whole.
        const AROUND: f64 = 0.12;
        let (width, height) = (self.x.1 - self.x.0, self.y.1 - self.y.0);
        let (mut x, mut y) = ((f64::MAX, f64::MIN), (f64::MAX, f64::MIN));
        let air = match bring {
            Bring::School(urn) => {
                let dot = self.dots.iter().find(|dot| dot.urn == urn)?;
                (x, y) = ((dot.at.0, dot.at.0), (dot.at.1, dot.at.1));
                (AROUND * width, AROUND * height)
            }
            Bring::Group => {
                for dot in self.parts().1 {
                    widen(&mut x, dot.at.0);
                    widen(&mut y, dot.at.1);
                }
                (0.06 * (x.1 - x.0), 0.06 * (y.1 - y.0))
            }
        };
        let nothing = x.0 > x.1;
        let bounds = PlotBounds::from_min_max([x.0 - air.0, y.0 - air.1], [x.1 + air.0, y.1 + air.1]);
        (!nothing).then_some(bounds)
    }

    /// The schools outside the group, and those in it.
    pub fn parts(&self) -> (&[Dot], &[Dot]) {
        self.dots.split_at(self.others)
    }

    /// What an indicator is called on this chart: with its subject, and of which pupils it is where that differs.
    pub fn name(&self, indicator: Indicator) -> String {
        let subject = self.axes.subject.filter(|_| questions::is_of_subjects(indicator));
        let tells_itself = indicator.source() == Source::School;
        let of_all_pupils = self.filtered && questions::is_of_all_pupils(indicator) && !tells_itself;
        let of_all = if of_all_pupils { ", of all pupils" } else { "" };
        let subject = subject.map(|subject| format!("{}: ", subject.name)).unwrap_or_default();
        format!("{subject}{}{of_all}", indicator.label())
    }

    pub fn axis_label(&self, indicator: Indicator) -> egui::RichText {
        egui::RichText::new(self.name(indicator)).font(theme::small_strong())
    }

    /// The chart as a sentence, for who cannot see it.
    pub fn in_words(&self, scene: &Scene<'_>) -> String {
        let range = |indicator: Indicator, (low, high): (f64, f64)| {
            format!("{} from {} to {}", self.name(indicator), value(indicator, low), value(indicator, high))
        };
        let selected: Vec<String> = self
            .dots
            .iter()
            .filter(|dot| scene.view.selected.contains(&dot.urn))
            .take(questions::MOST_LINES)
            .map(|dot| {
                let school = scene.session.catalogue.register.school(dot.urn);
                let name = school.map_or_else(|| dot.urn.to_string(), |school| school.name.clone());
                match (dot.on_axes, self.axes.colour.zip(dot.colour)) {
                    (Some([x, y]), _) => {
                        format!("{name} at {} and {}", value(self.axes.y, y.value), value(self.axes.x, x.value))
                    }
                    (None, Some((of, figure))) => format!("{name} with {}", value(of, figure.value)),
                    (None, None) => name,
                }
            })
            .collect();
        let ranges = match self.dots.len() {
            0 if self.axes.map => "no school has a place".to_owned(),
            0 => "no school has both figures".to_owned(),
            _ if self.axes.map => match self.axes.colour {
                Some(of) if self.colour.0 <= self.colour.1 => {
                    format!("on the map, coloured by {}", range(of, self.colour))
                }
                _ => "on the map".to_owned(),
            },
            _ => format!("{}; {}", range(self.axes.y, self.y), range(self.axes.x, self.x)),
        };
        let selected = if selected.is_empty() { String::new() } else { format!("; selected: {}", selected.join(", ")) };
        let year = self.year.map(|year| year.to_string()).unwrap_or_default();
        format!(
            "Schools, {year}: {} of the group and {} others; {ranges}{selected}",
            self.dots.len() - self.others,
            self.others
        )
    }
}

/// An indicator's figures by school, from the answer that has them. Answers have their schools in order.
struct BySchool<'a> {
    answer: &'a Answer,
    /// The indicator's place among those of the answer.
    place: usize,
}

impl<'a> BySchool<'a> {
    fn of(indicator: Indicator, answers: &'a [Arc<Answer>]) -> Option<Self> {
        let by_school = answers.iter().filter(|answer| !answer.question().by().is_empty());
        by_school.into_iter().find_map(|answer| {
            let place = answer.question().indicators().iter().position(|known| *known == indicator)?;
            Some(Self { answer, place })
        })
    }

    fn figures(&self) -> impl Iterator<Item = (Urn, &'a Result<Figure, Reason>)> + use<'a> {
        let place = self.place;
        self.answer.rows().filter_map(move |cells| Some((cells[place].school()?, &cells[place].figure)))
    }

    fn figure(&self, urn: Urn) -> Option<&'a Result<Figure, Reason>> {
        self.answer.row_of(urn).map(|cells| &cells[self.place].figure)
    }
}

fn widen((low, high): &mut (f64, f64), value: f64) {
    *low = low.min(value);
    *high = high.max(value);
}
