//! What the scatter chart makes of its answers.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use eframe::egui;
use egui_plot::PlotBounds;

use super::by_school::BySchool;
use super::funnel::{self, Funnel};
use super::strips::{self, Strip};
use super::trend::Trend;
use super::walk::Order;
use super::{Bring, Plan};
use crate::desk::{Answer, Comparison, Figure, Reason};
use crate::export::words::{counted, grouped, value};
use crate::gpu::Grid;
use crate::model::{Indicator, Source, Urn, Year};
use crate::ui::panels::Scene;
use crate::ui::view::{Axes, ScatterForm};
use crate::ui::{questions, theme, words};
use crate::workspace::Register;

/// How many have been made.
static MADE: AtomicU64 = AtomicU64::new(1);

/// What is made of the answers.
#[derive(Debug)]
pub(super) struct Drawn {
    /// No two have the same number.
    pub nth: u64,
    pub axes: Axes,
    pub year: Option<Year>,
    /// Whether results are of some pupils only; intake is always of all.
    pub filtered: bool,
    /// Schools with a figure on both axes, or a place on the map: the others, then those of the group; of each the larger
    /// ones first, so that smaller ones lie on top.
    pub dots: Vec<Dot>,
    /// How many of them are not of the group.
    pub others: usize,
    /// Where the others stand, and those of the group, to find the nearest.
    pub grids: [Grid; 2],
    /// The order of the schools from left to right, and from the lowest up, once the keyboard goes through them.
    orders: OnceCell<[Order; 2]>,
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
    /// What the axes must show besides the schools, from low to high.
    pub reach: [(f64, f64); 2],
    /// The limits of a funnel, or why there are none.
    pub funnel: Option<Result<Funnel, String>>,
    /// The line through the schools of a chart, where one is wanted; or why there is none.
    pub trend: Option<Result<Trend, &'static str>>,
    /// The figures on the axes with all pupils, of the schools drawn; of a chart with a filter, where they are wanted.
    pub from_all: BTreeMap<Urn, [Figure; 2]>,
    /// The strips that have schools.
    pub strips: Vec<Strip>,
    /// The schools of all strips, and whether they are of the group.
    pub in_strips: BTreeMap<Urn, bool>,
    /// What all this is made of.
    answers: Vec<Arc<Answer>>,
}

/// A school that is drawn. Of many only what is drawn is kept here; figures are looked up where they are told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dot {
    pub urn: Urn,
    /// Where it stands: its figures, or easting and northing in metres, or in a funnel its pupils and its figure.
    pub at: (f64, f64),
    /// The pupils of its figure up; none on a map.
    pub n: Option<i64>,
    pub size: f64,
    pub colour: Option<f64>,
}

impl Default for Drawn {
    fn default() -> Self {
        let none = (f64::MAX, f64::MIN);
        let (x, y, size) = (Indicator::Pupils, Indicator::Pupils, Indicator::Pupils);
        Self {
            nth: 0,
            axes: Axes { x, y, size, colour: None, subject: None, form: ScatterForm::Chart },
            year: None,
            filtered: false,
            dots: Vec::new(),
            others: 0,
            grids: Default::default(),
            orders: OnceCell::new(),
            withheld: (0, None),
            x: none,
            y: none,
            size: none,
            colour: none,
            clipped: false,
            means: [None, None],
            reach: [none, none],
            funnel: None,
            trend: None,
            from_all: BTreeMap::new(),
            strips: Vec::new(),
            in_strips: BTreeMap::new(),
            answers: Vec::new(),
        }
    }
}

impl Drawn {
    pub fn of(plan: &Plan, answers: &[Arc<Answer>], register: &Register) -> Self {
        let axes = plan.axes;
        let mut drawn = Self {
            nth: MADE.fetch_add(1, Ordering::Relaxed),
            axes,
            year: answers.first().and_then(|answer| answer.question().years().last().copied()),
            filtered: answers.iter().any(|answer| !answer.question().filter().is_everyone()),
            answers: answers.to_vec(),
            ..Self::default()
        };
        // The group is that of the answer, not of the view, which may have moved on.
        let answer = answers.iter().find(|answer| answer.question().by().is_empty()).or(answers.first());
        let group = answer.map(|answer| register.urns_of(answer.question().scope())).unwrap_or_default();
        let mean = |of| answers.iter().find_map(|answer| answer.cell(&[], of)?.figure.as_ref().ok().copied());
        match axes.form {
            ScatterForm::Chart => {
                drawn.means = [axes.x, axes.y].map(mean);
                drawn.place_by_figures(answers);
            }
            ScatterForm::Map => drawn.place_on_map(answers, register),
            ScatterForm::Funnel => {
                drawn.means = [None, mean(axes.y)];
                drawn.place_by_size(answers);
            }
            ScatterForm::Strips => {
                drawn.strips = plan.strips.iter().filter_map(|of| Strip::of(*of, answers, &group)).collect();
                drawn.in_strips = strips::schools(&drawn.strips);
            }
        }
        drawn.clip_colours();
        drawn.put_in_order(&group);
        let (others, own) = drawn.parts();
        let grids = [others, own].map(|dots| Grid::new(dots.iter().map(|dot| dot.at)));
        drawn.grids = grids;
        drawn.reach = [drawn.x, drawn.y];
        if axes.form == ScatterForm::Funnel {
            widen(&mut drawn.reach[0], 0.0);
            let of_group = drawn.means[1].as_ref();
            let targets = of_group.map(|figure| [Some(figure.value), figure.comparison.and_then(comparator)]);
            targets.into_iter().flatten().flatten().for_each(|target| widen(&mut drawn.reach[1], target));
            let up = BySchool::of(axes.y, answers);
            let figures = up.iter().flat_map(BySchool::figures).filter_map(|(_, figure)| figure.as_ref().ok());
            drawn.funnel = Some(Funnel::of(axes.y, of_group, figures, drawn.parts()));
        }
        if plan.trend && axes.form == ScatterForm::Chart {
            let none = "no line: there are too few schools, or they do not differ across";
            drawn.trend = Some(Trend::of(&drawn.dots, drawn.x).ok_or(none));
        }
        if plan.from_all && drawn.filtered && axes.form == ScatterForm::Chart {
            drawn.note_all_pupils(answers);
        }
        drawn
    }

    /// The others first, then the group, of each the larger ones first.
    fn put_in_order(&mut self, group: &[Urn]) {
        let is_own = |dot: &Dot| group.binary_search(&dot.urn).is_ok();
        let mut order: Vec<(bool, f64, usize)> =
            self.dots.iter().enumerate().map(|(nth, dot)| (is_own(dot), dot.size, nth)).collect();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
        self.others = order.iter().filter(|(is_own, ..)| !is_own).count();
        self.dots = order.into_iter().map(|(.., nth)| self.dots[nth]).collect();
    }

    /// The schools that have both figures.
    fn place_by_figures(&mut self, answers: &[Arc<Answer>]) {
        let (Some(x), Some(y)) = (BySchool::of(self.axes.x, answers), BySchool::of(self.axes.y, answers)) else {
            return;
        };
        let looks = Looks::of(self.axes, answers);
        self.dots.reserve(y.rows());
        for (urn, on_y) in y.figures() {
            match (x.figure(urn), on_y) {
                (Some(Ok(on_x)), Ok(on_y)) => {
                    self.push(looks.dot(urn, (on_x.value, on_y.value), on_y.n));
                }
                (Some(Err(reason)), _) | (_, Err(reason)) => self.leave_out(&reason.to_string()),
                (None, _) => {}
            }
        }
    }

    /// A school stands on the map where its colour is known, and in grey where only its size is.
    fn place_on_map(&mut self, answers: &[Arc<Answer>], register: &Register) {
        let looks = Looks::of(self.axes, answers);
        for (urn, _) in looks.colour.as_ref().or(looks.size.as_ref()).into_iter().flat_map(BySchool::figures) {
            match register.school(urn).and_then(|school| school.place) {
                Some((easting, northing)) => {
                    self.push(looks.dot(urn, (f64::from(easting), f64::from(northing)), None));
                }
                None => self.leave_out("no grid reference is known"),
            }
        }
    }

    /// The schools whose number of pupils is known.
    fn place_by_size(&mut self, answers: &[Arc<Answer>]) {
        let Some(y) = BySchool::of(self.axes.y, answers) else { return };
        let looks = Looks::of(self.axes, answers);
        for (urn, told) in y.figures() {
            match told {
                Ok(figure) => match figure.n.filter(|n| *n > 0) {
                    Some(n) => {
                        let dot = looks.dot(urn, (n as f64, figure.value), figure.n);
                        self.push(Dot { size: n as f64, ..dot });
                    }
                    None => self.leave_out("number of pupils not published"),
                },
                Err(reason) => self.leave_out(&reason.to_string()),
            }
        }
    }

    /// The figures without the filter, of the schools that are drawn.
    fn note_all_pupils(&mut self, answers: &[Arc<Answer>]) {
        let of = |indicator| BySchool::of_all_pupils(indicator, answers);
        let (Some(x), Some(y)) = (of(self.axes.x), of(self.axes.y)) else { return };
        for dot in &self.dots {
            if let (Some(Ok(on_x)), Some(Ok(on_y))) = (x.figure(dot.urn), y.figure(dot.urn)) {
                widen(&mut self.reach[0], on_x.value);
                widen(&mut self.reach[1], on_y.value);
                self.from_all.insert(dot.urn, [*on_x, *on_y]);
            }
        }
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.dots.is_empty() && self.strips.is_empty()
    }

    /// Why there is nothing to draw.
    pub fn why_empty(&self) -> String {
        let form = match self.axes.form {
            ScatterForm::Chart => "No school has both figures",
            ScatterForm::Map => "No school has a place",
            ScatterForm::Funnel => "No funnel: no school has a figure with its number of pupils",
            ScatterForm::Strips => "No school has any of the figures",
        };
        self.withheld.1.as_ref().map_or(form.to_owned(), |reason| format!("{form} ({reason})"))
    }

    /// Every school that is drawn.
    pub fn schools(&self) -> impl Iterator<Item = Urn> + '_ {
        self.dots.iter().map(|dot| dot.urn).chain(self.in_strips.keys().copied())
    }

    /// What the chart says beside its points: the funnel's limits, the trend, the lines from all pupils.
    pub fn note(&self) -> Option<String> {
        let funnel = self.funnel.as_ref().map(|funnel| match funnel {
            Ok(funnel) => funnel.in_words(self.axes.y),
            Err(why) => format!("Funnel: {why}"),
        });
        let trend = self.trend.as_ref().map(|trend| match trend {
            Ok(trend) => trend.in_words(self),
            Err(why) => format!("Trend: {why}"),
        });
        let from_all = (!self.from_all.is_empty()).then(|| {
            let schools = grouped(self.from_all.len() as i64);
            format!("Lines lead from all pupils to those of the filter, of {schools} schools where both are known")
        });
        let notes: Vec<String> = funnel.into_iter().chain(trend).chain(from_all).collect();
        (!notes.is_empty()).then(|| notes.join(" · "))
    }

    fn push(&mut self, dot: Dot) {
        widen(&mut self.x, dot.at.0);
        widen(&mut self.y, dot.at.1);
        widen(&mut self.size, dot.size);
        dot.colour.into_iter().for_each(|colour| widen(&mut self.colour, colour));
        self.dots.push(dot);
    }

    /// Among many schools a few far out would leave all others one colour: they share the ends of the scale.
    fn clip_colours(&mut self) {
        const MANY: usize = 200;
        let mut values: Vec<f64> = self.dots.iter().filter_map(|dot| dot.colour).collect();
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

    /// The order of the schools from left to right, and from the lowest up.
    pub fn orders(&self) -> &[Order; 2] {
        self.orders.get_or_init(|| {
            let (others, own) = self.parts();
            let order = |value: fn(&Dot) -> f64| {
                let of = move |dot: &Dot| (dot.urn, value(dot));
                Order::of(own.iter().map(of), others.iter().map(of))
            };
            [order(|dot| dot.at.0), order(|dot| dot.at.1)]
        })
    }

    /// A school's figures across and up; none on a map. In a funnel both are what is up.
    pub fn on_axes(&self, dot: &Dot) -> Option<[Figure; 2]> {
        let figure = |of| self.figure(of, dot);
        match self.axes.form {
            ScatterForm::Chart => Some([figure(self.axes.x)?, figure(self.axes.y)?]),
            ScatterForm::Funnel => Some([figure(self.axes.y)?; 2]),
            ScatterForm::Map | ScatterForm::Strips => None,
        }
    }

    /// A school's figure of an indicator that is asked about.
    pub fn figure(&self, of: Indicator, dot: &Dot) -> Option<Figure> {
        BySchool::of(of, &self.answers)?.figure(dot.urn)?.as_ref().ok().copied()
    }

    /// How many schools of the group are drawn, and how many others.
    pub fn parts_counted(&self) -> (usize, usize) {
        let own = self.in_strips.values().filter(|own| **own).count() + self.dots.len() - self.others;
        (own, self.in_strips.len() + self.dots.len() - own)
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
        let name = |urn: Urn| scene.session.catalogue.register.called(urn);
        let selected = self.dots.iter().filter(|dot| scene.view.selected.contains(&dot.urn));
        let of_dot = |dot: &Dot| match (self.axes.form, self.axes.colour.zip(dot.colour)) {
            (ScatterForm::Funnel, _) => {
                let of = words::pupils(self.axes.y, dot.n);
                format!("{} at {} of {of}", name(dot.urn), value(self.axes.y, dot.at.1))
            }
            (ScatterForm::Chart, _) => {
                format!("{} at {} and {}", name(dot.urn), value(self.axes.y, dot.at.1), value(self.axes.x, dot.at.0))
            }
            (_, Some((of, colour))) => format!("{} with {}", name(dot.urn), value(of, colour)),
            (_, None) => name(dot.urn),
        };
        let mut selected: Vec<String> = selected.take(questions::MOST_LINES).map(of_dot).collect();
        let ranges = match (self.axes.form, self.is_empty()) {
            (ScatterForm::Map, true) => "no school has a place".to_owned(),
            (ScatterForm::Chart, true) => "no school has both figures".to_owned(),
            (_, true) => self.why_empty(),
            (ScatterForm::Map, false) => match self.axes.colour {
                Some(of) if self.colour.0 <= self.colour.1 => {
                    format!("on the map, coloured by {}", range(of, self.colour))
                }
                _ => "on the map".to_owned(),
            },
            (ScatterForm::Chart, false) => format!("{}; {}", range(self.axes.y, self.y), range(self.axes.x, self.x)),
            (ScatterForm::Funnel, false) => {
                let (least, most) = (grouped(self.x.0 as i64), grouped(self.x.1 as i64));
                let of = funnel::across(self).to_lowercase();
                format!("funnel of {}; {least} to {most} {of}", range(self.axes.y, self.y))
            }
            (ScatterForm::Strips, false) => {
                let strips: Vec<String> =
                    self.strips.iter().map(|strip| range(strip.indicator, strip.ends())).collect();
                format!("strips of {}", strips.join(", "))
            }
        };
        let (own, others) = self.parts_counted();
        if !self.strips.is_empty() {
            let chosen = scene.view.selected.iter().filter(|urn| self.in_strips.contains_key(urn));
            selected = chosen.take(questions::MOST_LINES).map(|urn| name(*urn)).collect();
        }
        let note = self.note().map(|note| format!("; {note}")).unwrap_or_default();
        let selected = if selected.is_empty() { String::new() } else { format!("; selected: {}", selected.join(", ")) };
        let year = self.year.map(|year| year.to_string()).unwrap_or_default();
        let (own, others) = (counted(own), counted(others));
        format!("Schools, {year}: {own} of the group and {others} others; {ranges}{selected}{note}")
    }
}

/// What a school's point looks like: the figures of its size and colour.
struct Looks<'a> {
    size: Option<BySchool<'a>>,
    colour: Option<BySchool<'a>>,
}

impl<'a> Looks<'a> {
    fn of(axes: Axes, answers: &'a [Arc<Answer>]) -> Self {
        let colour = axes.colour.and_then(|of| BySchool::of(of, answers));
        Self { size: BySchool::of(axes.size, answers), colour }
    }

    fn dot(&self, urn: Urn, at: (f64, f64), n: Option<i64>) -> Dot {
        let value = |of: &Option<BySchool<'_>>| Some(of.as_ref()?.figure(urn)?.as_ref().ok()?.value);
        Dot { urn, at, n, size: value(&self.size).unwrap_or_default(), colour: value(&self.colour) }
    }
}

fn comparator(told: Result<Comparison, Reason>) -> Option<f64> {
    told.ok().map(|comparison| comparison.comparator)
}

fn widen((low, high): &mut (f64, f64), value: f64) {
    *low = low.min(value);
    *high = high.max(value);
}
