//! Figures school by school.

use std::cell::Cell;
use std::sync::Arc;

use crate::desk::{Answer, Figure, Reason};
use crate::model::{Indicator, Question, Urn};

/// An indicator's figures by school, from the answer that has them. Answers have their schools in order.
pub(super) struct BySchool<'a> {
    answer: &'a Answer,
    /// The indicator's place among those of the answer.
    place: usize,
    /// The row after that of the school that was looked for last.
    next: Cell<usize>,
}

impl<'a> BySchool<'a> {
    /// The first answer comes first: those with the filter.
    pub fn of(indicator: Indicator, answers: &'a [Arc<Answer>]) -> Option<Self> {
        Self::first(indicator, answers, |_| true)
    }

    /// The figures of all pupils.
    pub fn of_all_pupils(indicator: Indicator, answers: &'a [Arc<Answer>]) -> Option<Self> {
        Self::first(indicator, answers, |question| question.filter().is_everyone())
    }

    fn first(indicator: Indicator, answers: &'a [Arc<Answer>], right: impl Fn(&Question) -> bool) -> Option<Self> {
        let by_school = answers.iter().filter(|answer| !answer.question().by().is_empty() && right(answer.question()));
        by_school.into_iter().find_map(|answer| {
            let place = answer.question().indicators().iter().position(|known| *known == indicator)?;
            Some(Self { answer, place, next: Cell::new(0) })
        })
    }

    /// How many schools there are at most.
    pub fn rows(&self) -> usize {
        self.answer.row_count()
    }

    /// All of them, in order of the schools.
    pub fn figures(&self) -> impl Iterator<Item = (Urn, &'a Result<Figure, Reason>)> + use<'a> {
        let place = self.place;
        self.answer.rows().filter_map(move |cells| Some((cells[place].school()?, &cells[place].figure)))
    }

    /// The figure of a school, or why there is none.
    pub fn figure(&self, urn: Urn) -> Option<&'a Result<Figure, Reason>> {
        // Schools are mostly looked for in their order.
        let is_next =
            |nth: &usize| self.answer.nth_row(*nth).is_some_and(|cells| cells[self.place].school() == Some(urn));
        let nth = Some(self.next.get()).filter(is_next).or_else(|| self.answer.place_of(urn))?;
        self.next.set(nth + 1);
        self.answer.nth_row(nth).map(|cells| &cells[self.place].figure)
    }
}
