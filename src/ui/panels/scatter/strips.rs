//! Strips: the schools along one line per indicator, so that one school can be followed through all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desk::{Answer, Figure};
use crate::export::words::{grouped, value};
use crate::method::difference::percentile_rank;
use crate::method::quantile;
use crate::model::{Indicator, Urn};
use crate::ui::panels::Scene;
use crate::ui::panels::ranks::Ranks;
use crate::ui::{questions, words};

use super::by_school::BySchool;
use super::drawn::Drawn;
use super::walk::Order;

mod paint;

pub(super) use paint::ui;

/// The schools in one indicator.
#[derive(Debug)]
pub(super) struct Strip {
    pub indicator: Indicator,
    /// Schools with a figure, in the order of their numbers: the others, and those of the group.
    pub others: Vec<(Urn, Figure)>,
    pub own: Vec<(Urn, Figure)>,
    /// Schools that have pupils but no figure that can be seen, and why the first of them has none.
    pub without: (usize, Option<String>),
    /// The group's own figure, and its comparator's.
    pub group: Option<Figure>,
    /// The schools from the lowest value to the highest.
    pub order: Order,
    /// The value of every school, from low to high; at least one.
    values: Vec<f64>,
}

impl Strip {
    /// `None` where no school has a figure.
    pub fn of(indicator: Indicator, answers: &[Arc<Answer>], group: &[Urn]) -> Option<Self> {
        let mut without = (0, None);
        let (mut others, mut own) = (Vec::new(), Vec::new());
        for (urn, told) in BySchool::of(indicator, answers)?.figures() {
            match told {
                Ok(figure) if group.binary_search(&urn).is_ok() => own.push((urn, *figure)),
                Ok(figure) => others.push((urn, *figure)),
                Err(reason) => {
                    without.0 += 1;
                    without.1.get_or_insert_with(|| reason.to_string());
                }
            }
        }
        let mut values: Vec<f64> = others.iter().chain(&own).map(|(_, figure)| figure.value).collect();
        values.sort_by(f64::total_cmp);
        let group = answers.iter().find_map(|answer| answer.cell(&[], indicator)?.figure.as_ref().ok().copied());
        let of = |(urn, figure): &(Urn, Figure)| (*urn, figure.value);
        let order = Order::of(own.iter().map(of), others.iter().map(of));
        (!values.is_empty()).then_some(Self { indicator, others, own, without, group, order, values })
    }

    /// Lowest and highest value.
    pub fn ends(&self) -> (f64, f64) {
        (self.values.first().copied().unwrap_or(0.0), self.values.last().copied().unwrap_or(0.0))
    }

    /// A quarter of the schools are below the first, half below the second, three quarters below the third.
    pub fn quartiles(&self) -> [f64; 3] {
        [0.25, 0.5, 0.75].map(|share| quantile::of_sorted(&self.values, share).unwrap_or(0.0))
    }

    /// A school's figure.
    pub fn figure(&self, urn: Urn) -> Option<&Figure> {
        let of = |schools: &'_ [(Urn, Figure)]| schools.binary_search_by_key(&urn, |(urn, _)| *urn).ok();
        of(&self.own).map(|at| &self.own[at].1).or_else(|| of(&self.others).map(|at| &self.others[at].1))
    }

    /// "percentile 63 of 110 schools".
    pub fn percentile(&self, figure: &Figure) -> String {
        let rank = percentile_rank(figure.value, &self.values).unwrap_or(50.0);
        format!("percentile {rank:.0} of {} schools", grouped(self.values.len() as i64))
    }

    /// The group's figure with all that belongs to it.
    pub fn group_in_words(&self) -> String {
        let Some(figure) = &self.group else { return "the group has no figure".to_owned() };
        let sure = words::interval(self.indicator, figure).map(|words| format!(", {words}")).unwrap_or_default();
        let compared = match &figure.comparison {
            Some(Ok(comparison)) => format!(
                ", {}, comparator {}",
                words::compared(self.indicator, comparison),
                value(self.indicator, comparison.comparator)
            ),
            Some(Err(reason)) => format!(", comparator {reason}"),
            None => String::new(),
        };
        format!("group {}{sure}{compared}", value(self.indicator, figure.value))
    }

    /// The strip as a sentence.
    pub fn in_words(&self, drawn: &Drawn, ranks: Option<&Ranks>, scene: &Scene<'_>) -> String {
        let of = |figure: f64| value(self.indicator, figure);
        let ((low, high), [first, middle, third]) = (self.ends(), self.quartiles());
        let without = match &self.without {
            (0, _) => String::new(),
            (schools, reason) => {
                format!("; {} not drawn ({})", grouped(*schools as i64), reason.as_deref().unwrap_or_default())
            }
        };
        let selected: String = scene
            .view
            .selected
            .iter()
            .filter_map(|urn| Some((urn, self.figure(*urn)?)))
            .take(questions::MOST_LINES)
            .map(|(urn, figure)| {
                let name = scene.session.catalogue.register.called(*urn);
                let rank = ranks.map(|ranks| format!(", {}", ranks.rank(*urn).in_words())).unwrap_or_default();
                format!("; {name} {}, {}{rank}", of(figure.value), self.percentile(figure))
            })
            .collect();
        format!(
            "Strip {}: {} of the group and {} others from {} to {}, the middle half from {} to {}, median {}; {}{without}\
             {selected}",
            drawn.name(self.indicator),
            grouped(self.own.len() as i64),
            grouped(self.others.len() as i64),
            of(low),
            of(high),
            of(first),
            of(third),
            of(middle),
            self.group_in_words(),
        )
    }
}

/// The schools of all strips, and whether they are of the group.
pub(super) fn schools(strips: &[Strip]) -> BTreeMap<Urn, bool> {
    let of = |strip: &Strip| -> Vec<(Urn, bool)> {
        let others = strip.others.iter().map(|(urn, _)| (*urn, false));
        others.chain(strip.own.iter().map(|(urn, _)| (*urn, true))).collect()
    };
    strips.iter().flat_map(of).collect()
}
