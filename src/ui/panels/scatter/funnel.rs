//! The funnel: how far from the comparator chance alone takes a school of its size.

use eframe::egui::{Align2, Painter, Pos2, Rect, Shape, Stroke, Ui, pos2, vec2};
use egui_plot::{PlotPoint, PlotTransform};

use super::drawn::{Dot, Drawn};
use crate::desk::Figure;
use crate::export::words::{grouped, plural, value};
use crate::method::difference::{FUNNEL, funnel_limits};
use crate::method::interval::{Interval, Z95};
use crate::method::quantile::median;
use crate::model::{Indicator, Unit};
use crate::ui::{questions, theme};

/// Names of the limits, in the order of [`FUNNEL`].
const NAMES: [&str; 2] = ["95 %", "99.8 %"];

/// A limit is drawn in pieces of this width, in points.
const PIECE: f32 = 5.0;

/// The line at the target and the limits around it.
#[derive(Debug)]
pub(super) struct Funnel {
    /// Where schools of endless size would lie, in the indicator's unit.
    target: f64,
    /// Whether the target is the group's comparator; else it is the group's own figure.
    compared: bool,
    /// Standard deviation of pupils, in the indicator's unit.
    sd: f64,
    /// Lowest and highest value that there can be.
    bounds: (f64, f64),
    /// Schools outside, of the group and of all.
    of_group: Outside,
    of_all: Outside,
}

/// On which side of which limits a school is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Within,
    /// Outside the limits of this number in [`FUNNEL`].
    Above(usize),
    Below(usize),
}

/// How many schools are outside.
#[derive(Debug, Default, Clone, Copy)]
struct Outside {
    schools: usize,
    /// Outside each of the limits of [`FUNNEL`]; those outside the wider ones are outside the narrower ones too.
    above: [usize; 2],
    below: [usize; 2],
}

impl Funnel {
    /// The funnel of an indicator: around the group's comparator, or where it has none around the group.
    ///
    /// # Errors
    /// Why there are no limits, in words.
    pub fn of<'f>(
        indicator: Indicator,
        group: Option<&Figure>,
        figures: impl Iterator<Item = &'f Figure>,
        (others, own): (&[Dot], &[Dot]),
    ) -> Result<Self, String> {
        let name = indicator.label();
        if indicator.unit() == Unit::Count {
            return Err(format!("no control limits: {name} is a number, not a share or a mean of pupils"));
        }
        if indicator == Indicator::Absence {
            return Err("no control limits: absence is a share of sessions, not of pupils".to_owned());
        }
        let Some(group) = group else {
            return Err("no control limits: the group has neither a figure nor a comparator".to_owned());
        };
        let comparator = group.comparison.and_then(Result::ok).map(|comparison| comparison.comparator);
        let target = comparator.unwrap_or(group.value);
        let (sd, bounds) = if indicator.unit() == Unit::Percent {
            let share = (target / 100.0).clamp(0.0, 1.0);
            (100.0 * (share * (1.0 - share)).sqrt(), (0.0, 100.0))
        } else {
            let spread = |figure: &Figure| {
                let (interval, n) = (figure.interval?, figure.n.filter(|n| *n > 0)?);
                Some((interval.upper - interval.lower) / 2.0 / Z95 * (n as f64).sqrt())
            };
            let sd = median(figures.filter_map(spread).collect());
            let none = || format!("no control limits: {name} has no intervals that tell how pupils differ");
            (sd.ok_or_else(none)?, (f64::MIN, f64::MAX))
        };
        // A comparator of none or of all, or figures without any spread.
        if sd <= 0.0 {
            return Err(format!("no control limits: there is no spread around {}", value(indicator, target)));
        }
        let (of_group, of_all) = (Outside::default(), Outside::default());
        let mut funnel = Self { target, compared: comparator.is_some(), sd, bounds, of_group, of_all };
        for dot in others.iter().chain(own) {
            funnel.of_all.count(funnel.stands(dot));
        }
        for dot in own {
            funnel.of_group.count(funnel.stands(dot));
        }
        Ok(funnel)
    }

    /// Limits at a number of pupils.
    fn limits(&self, n: i64, errors: f64) -> Option<Interval> {
        let Interval { lower, upper } = funnel_limits(self.target, self.sd, n, errors)?;
        Some(Interval { lower: lower.max(self.bounds.0), upper: upper.min(self.bounds.1) })
    }

    /// Where a school stands, whose number of pupils is across.
    pub fn stands(&self, dot: &Dot) -> Stands {
        let outside = |nth: usize| {
            let limits = self.limits(dot.at.0 as i64, FUNNEL[nth])?;
            match dot.at.1 {
                y if y > limits.upper => Some(Stands::Above(nth)),
                y if y < limits.lower => Some(Stands::Below(nth)),
                _ => None,
            }
        };
        outside(1).or_else(|| outside(0)).unwrap_or(Stands::Within)
    }

    /// How far a school is from the target, in standard errors.
    pub fn errors_away(&self, dot: &Dot) -> f64 {
        (dot.at.1 - self.target).abs() / self.sd * dot.at.0.max(0.0).sqrt()
    }

    /// What a school's place means.
    pub fn told(&self, dot: &Dot) -> String {
        let target = if self.compared { "the comparator" } else { "the group" };
        match self.stands(dot) {
            Stands::Within => format!("within the limits: it cannot be told apart from {target}"),
            Stands::Above(nth) => format!("above the {} limit around {target}", NAMES[nth]),
            Stands::Below(nth) => format!("below the {} limit around {target}", NAMES[nth]),
        }
    }

    /// "Limits around the comparator 46.10: …", with how many schools are outside.
    pub fn in_words(&self, indicator: Indicator) -> String {
        let target = if self.compared { "comparator" } else { "group" };
        let groups = if self.of_group.schools == self.of_all.schools || self.of_group.schools == 0 {
            format!("of all {}", self.of_all.in_words())
        } else {
            format!("of the group's {}; of all {}", self.of_group.in_words(), self.of_all.in_words())
        };
        format!("Limits around the {target} {}: {groups}", value(indicator, self.target))
    }

    /// The line at the target and the limits, with their names at the right, where no other words stand.
    pub fn paint(&self, painter: &Painter, ui: &Ui, transform: &PlotTransform, taken: &mut Vec<Rect>) {
        let colours = theme::of(ui);
        let frame = *transform.frame();
        let ink = *colours.text;
        let y = transform.position_from_point_y(self.target);
        painter.hline(frame.x_range(), y, Stroke::new(1.0, ink.gamma_multiply(0.7)));
        let across = |x: f32| transform.value_from_position(pos2(x, y)).x.round();
        let mut places: Vec<i64> = Vec::new();
        let mut x = frame.left();
        while x <= frame.right() {
            let n = across(x) as i64;
            if n > 0 && places.last() != Some(&n) {
                places.push(n);
            }
            x += PIECE;
        }
        for (nth, errors) in FUNNEL.into_iter().enumerate() {
            let limits = || places.iter().filter_map(|n| Some((*n, self.limits(*n, errors)?)));
            for upper in [true, false] {
                let end = |limits: Interval| if upper { limits.upper } else { limits.lower };
                let at = |(n, limits): (i64, Interval)| -> Pos2 {
                    transform.position_from_point(&PlotPoint::new(n as f64, end(limits)))
                };
                let curve: Vec<Pos2> = limits().map(at).collect();
                let Some(last) = curve.last().copied() else { continue };
                let stroke = Stroke::new(1.2, ink.gamma_multiply(0.6));
                if nth == 0 {
                    painter.extend(Shape::dashed_line(&curve, stroke, 6.0, 4.0));
                } else {
                    painter.add(Shape::line(curve, stroke));
                }
                // Names stand outside their curves, and give way to each other.
                let galley = painter.layout_no_wrap(NAMES[nth].to_owned(), theme::small(), ink);
                let align = if upper { Align2::RIGHT_BOTTOM } else { Align2::RIGHT_TOP };
                let mut rect = align.anchor_size(pos2(frame.right() - 4.0, last.y), galley.size());
                let away = vec2(0.0, if upper { -1.0 } else { 1.0 });
                while taken.iter().any(|other| other.intersects(rect)) {
                    rect = rect.translate(away);
                }
                taken.push(rect);
                painter.galley(rect.min, galley, ink);
            }
        }
    }
}

impl Outside {
    fn count(&mut self, stands: Stands) {
        self.schools += 1;
        let (side, nth) = match stands {
            Stands::Within => return,
            Stands::Above(nth) => (&mut self.above, nth),
            Stands::Below(nth) => (&mut self.below, nth),
        };
        for limits in &mut side[..=nth] {
            *limits += 1;
        }
    }

    /// "26 schools 3 are above and 2 below the 95 % limits, 1 above and 0 below the 99.8 % limits".
    fn in_words(self) -> String {
        let number = |of: usize| grouped(of as i64);
        let limits = |nth: usize| {
            format!("{} above and {} below the {} limits", number(self.above[nth]), number(self.below[nth]), NAMES[nth])
        };
        format!("{}, {}, {}", plural(self.schools as i64, "school"), limits(0), limits(1))
    }
}

/// What stands across: pupils, or entries where the indicator is of those.
pub(super) fn across(drawn: &Drawn) -> &'static str {
    if questions::is_of_subjects(drawn.axes.y) { "Entries" } else { "Pupils" }
}
