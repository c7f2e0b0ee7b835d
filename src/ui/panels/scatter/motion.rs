//! Schools on their way from their old places to their new ones, when nothing but the filter has changed.

use std::sync::Arc;

use eframe::egui::Context;

use super::drawn::Drawn;
use crate::desk::Answer;
use crate::model::{Filter, KeyStage, Question, Scope, Urn, Year};
use crate::ui::view::Axes;

/// How long schools are on their way, in seconds.
const SECONDS: f64 = 0.3;

/// Where schools stand, in order of their URNs.
type Places = Vec<(Urn, (f64, f64))>;

/// Where each school stood before, and since when it has been on its way.
#[derive(Debug, Default)]
pub(super) struct Motion {
    seen: Option<Seen>,
    from: Places,
    began: Option<f64>,
}

/// What was drawn in the last frame.
#[derive(Debug)]
struct Seen {
    answers: Vec<Arc<Answer>>,
    of: Of,
    filter: Filter,
    places: Places,
}

/// All that decides where schools stand but the filter.
#[derive(Debug, PartialEq)]
struct Of {
    axes: Axes,
    stage: Option<KeyStage>,
    year: Option<Year>,
    /// The schools of the group.
    scope: Option<Scope>,
}

/// How far the schools are on their way in this frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    from: &'a Places,
    /// 0 at the old places, 1 at the new ones.
    pub share: f64,
    /// When they left.
    pub began: f64,
}

impl Motion {
    /// Looks at what is drawn now, and asks for another frame while schools are on their way. Without `moves` they stand
    /// in their new places at once.
    pub fn follow(&mut self, ctx: &Context, drawn: &Drawn, answers: &[Arc<Answer>], moves: bool) {
        let now = ctx.input(|input| input.time);
        if !self.has_seen(drawn, answers) {
            let new = Seen::of(drawn, answers);
            let only_filter = |seen: &Seen| seen.of == new.of && seen.filter != new.filter;
            if moves && self.seen.as_ref().is_some_and(only_filter) {
                // Those that were still on their way go on from where they were.
                let way = self.way(now);
                let places = self.seen.iter().flat_map(|seen| &seen.places);
                let stood = places.map(|(urn, to)| (*urn, way.map_or(*to, |way| way.place(*urn, *to))));
                self.from = stood.collect();
                self.began = Some(now);
            } else {
                self.began = None;
            }
            self.seen = Some(new);
        }
        if !moves || self.began.is_some_and(|began| now - began >= SECONDS) {
            self.began = None;
            self.from.clear();
        }
        if self.began.is_some() {
            ctx.request_repaint();
        }
    }

    /// How far they are at a time; `None` where none is on its way.
    pub fn way(&self, now: f64) -> Option<Way<'_>> {
        let began = self.began?;
        let share = ((now - began) / SECONDS).clamp(0.0, 1.0);
        // Fast at first, and slower and slower.
        Some(Way { from: &self.from, share: 1.0 - (1.0 - share).powi(3), began })
    }

    fn has_seen(&self, drawn: &Drawn, answers: &[Arc<Answer>]) -> bool {
        self.seen.as_ref().is_some_and(|seen| {
            seen.of.axes == drawn.axes
                && seen.answers.len() == answers.len()
                && seen.answers.iter().zip(answers).all(|(a, b)| Arc::ptr_eq(a, b))
        })
    }
}

impl Seen {
    fn of(drawn: &Drawn, answers: &[Arc<Answer>]) -> Self {
        let questions = || answers.iter().map(|answer| answer.question());
        // Intake and comparisons with all pupils are without the filter; if there is one, another question has it.
        let filter = questions().map(Question::filter).find(|filter| !filter.is_everyone());
        let scope = questions().find(|question| question.by().is_empty()).map(|question| question.scope().clone());
        let stage = questions().next().map(Question::stage);
        let mut places: Places = drawn.dots.iter().map(|dot| (dot.urn, dot.at)).collect();
        places.sort_unstable_by_key(|(urn, _)| *urn);
        Self {
            answers: answers.to_vec(),
            of: Of { axes: drawn.axes, stage, year: drawn.year, scope },
            filter: filter.cloned().unwrap_or_default(),
            places,
        }
    }
}

impl Way<'_> {
    /// Where a school was that goes there.
    pub fn before(&self, urn: Urn, to: (f64, f64)) -> (f64, f64) {
        self.from.binary_search_by_key(&urn, |(urn, _)| *urn).map_or(to, |nth| self.from[nth].1)
    }

    /// Where a school is that goes there. One that was not there before stands in its place.
    pub fn place(&self, urn: Urn, to: (f64, f64)) -> (f64, f64) {
        let from = self.before(urn, to);
        let between = |from: f64, to: f64| from + (to - from) * self.share;
        (between(from.0, to.0), between(from.1, to.1))
    }
}
