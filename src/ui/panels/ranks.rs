//! Three-year ranks: where a school stands among all schools of the workspace in each of three years, weighted 3 : 2 : 1.

use std::sync::Arc;

use crate::desk::{Answer, Desk, Reason};
use crate::export::rank::{Ranked, Row};
use crate::export::sheet::Told;
use crate::export::words::counted;
use crate::method::difference::{RANK_WEIGHTS, percentile_rank_in_order, three_year_rank};
use crate::model::{Indicator, Question, Scope, Urn, Year};
use crate::ui::questions;
use crate::ui::session::Catalogue;
use crate::ui::sheet::{Progress, Sheet};

/// Ranks are asked under another number than the panel's, so that nothing waits for them: no panel has it.
const APART: u64 = 600;

/// With ranks of fewer years there is no three-year rank: it would be the rank of one year under another name.
const FEWEST_YEARS: usize = 2;

/// Why there is none then.
const TOO_FEW_YEARS: &str = "fewer than two years have a figure";

/// How a three-year rank is made.
pub(super) const HOW: &str = "Percentile rank among all schools loaded that have a figure in the year, of the same pupils: \
                              0 is the lowest figure, 100 the highest. Up to three years, weighted 3, 2, 1 with the newest \
                              first; a year without a figure is left out";

/// The ranks beside a panel, asked apart from its own questions.
#[derive(Debug, Default)]
pub(super) struct RankSheet {
    sheet: Sheet<(), Vec<Ranks>>,
}

impl RankSheet {
    /// Asks the ranks that go with a panel's questions.
    pub fn ask<'a>(
        &mut self,
        desk: &Desk,
        panel: u64,
        beside: impl Iterator<Item = &'a Question>,
        catalogue: &Catalogue,
    ) {
        let questions: Vec<Question> = beside.filter_map(|question| questions::ranks(question, catalogue)).collect();
        let make = |answers: &[Arc<Answer>]| answers.iter().flat_map(Ranks::all).collect();
        match self.sheet.ask(desk, panel + APART, &questions, (), make) {
            Progress::Failed(_) => self.sheet = Sheet::default(),
            Progress::Ready | Progress::Waiting(_) => {}
        }
    }

    /// The ranks that go with a question that is shown; none while they are on their way.
    pub fn beside(&self, shown: &Question, catalogue: &Catalogue) -> Vec<&Ranks> {
        let Some((ranks, _)) = self.sheet.shown().filter(|(ranks, _)| !ranks.is_empty()) else { return Vec::new() };
        let Some(wanted) = questions::ranks(shown, catalogue) else { return Vec::new() };
        ranks.iter().filter(|ranks| *ranks.answer.question() == wanted).collect()
    }
}

/// The schools of a workspace in one indicator, year by year.
#[derive(Debug)]
pub(super) struct Ranks {
    pub indicator: Indicator,
    answer: Arc<Answer>,
    /// The newest first.
    years: Vec<OfYear>,
}

#[derive(Debug)]
struct OfYear {
    year: Year,
    /// In the order of their numbers.
    schools: Vec<(Urn, Result<f64, Reason>)>,
    /// The figures from low to high.
    in_order: Vec<f64>,
}

/// Where one school stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rank {
    /// 0 to 100; `None` where too few years have a figure.
    pub weighted: Option<f64>,
    /// The newest first: the rank and among how many schools it is, or why there is none.
    years: Vec<InYear>,
}

#[derive(Debug, Clone, PartialEq)]
struct InYear {
    year: Year,
    rank: Result<(f64, usize), String>,
}

impl Ranks {
    fn all(answer: &Arc<Answer>) -> Vec<Self> {
        answer.question().indicators().iter().filter_map(|indicator| Self::of(*indicator, answer)).collect()
    }

    /// From the answer to a question of ranks. `None` where it is not of the indicator.
    pub fn of(indicator: Indicator, answer: &Arc<Answer>) -> Option<Self> {
        let question = answer.question();
        let place = question.indicators().iter().position(|known| *known == indicator)?;
        let newest = question.years().last().copied()?;
        let of_year = |year: Year| OfYear { year, schools: Vec::new(), in_order: Vec::new() };
        let mut years: Vec<OfYear> = questions::ranked_years(newest).map(of_year).collect();
        for cell in answer.rows().filter_map(|row| row.get(place)) {
            let (Some(urn), Some(year)) = (cell.school(), cell.year()) else { continue };
            let Some(of_year) = years.iter_mut().find(|of| of.year == year) else { continue };
            of_year.schools.push((urn, cell.figure.as_ref().map(|figure| figure.value).map_err(|reason| *reason)));
        }
        for of_year in &mut years {
            of_year.schools.sort_by_key(|(urn, _)| *urn);
            of_year.in_order = of_year.schools.iter().filter_map(|(_, figure)| figure.ok()).collect();
            of_year.in_order.sort_by(f64::total_cmp);
        }
        Some(Self { indicator, answer: Arc::clone(answer), years })
    }

    /// Those of an indicator, of several.
    pub fn of_indicator<'a>(several: &[&'a Self], indicator: Indicator) -> Option<&'a Self> {
        several.iter().copied().find(|ranks| ranks.indicator == indicator)
    }

    /// Where a school stands.
    pub fn rank(&self, urn: Urn) -> Rank {
        let in_year = |of_year: &OfYear| InYear { year: of_year.year, rank: self.rank_in(of_year, urn) };
        let years: Vec<InYear> = self.years.iter().map(in_year).collect();
        let rank = |nth: usize| years.get(nth).and_then(|of: &InYear| of.rank.as_ref().ok()).map(|(rank, _)| *rank);
        let ranks = [rank(0), rank(1), rank(2)];
        let known = ranks.iter().flatten().count();
        Rank { weighted: three_year_rank(ranks).filter(|_| known >= FEWEST_YEARS), years }
    }

    fn rank_in(&self, of_year: &OfYear, urn: Urn) -> Result<(f64, usize), String> {
        if !self.answer.question().years().contains(&of_year.year) {
            return Err("no results of it are loaded".to_owned());
        }
        let place = of_year.schools.binary_search_by_key(&urn, |(urn, _)| *urn);
        let place = place.map_err(|_| "nothing of the school".to_owned())?;
        let figure = of_year.schools[place].1.map_err(|reason| reason.to_string())?;
        let rank = percentile_rank_in_order(figure, &of_year.in_order).ok_or("no school has a figure")?;
        Ok((rank, of_year.in_order.len()))
    }
}

impl Rank {
    /// "three-year rank 63 (3:2:1)".
    pub fn in_words(&self) -> String {
        match self.weighted {
            Some(rank) => format!("three-year rank {rank:.0} (3:2:1)"),
            None => format!("no three-year rank: {TOO_FEW_YEARS}"),
        }
    }

    /// "2023/24: 71 of 110 schools; 2022/23: 48 of 109 schools; 2021/22 left out: no exams".
    pub fn years_in_words(&self) -> String {
        let year = |InYear { year, rank }: &InYear| match rank {
            Ok((rank, schools)) => format!("{year}: {rank:.0} among {} schools", counted(*schools)),
            Err(reason) => format!("{year} left out: {reason}"),
        };
        self.years.iter().map(year).collect::<Vec<_>>().join("; ")
    }
}

/// The ranks of some schools, as a panel shows them.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub ranks: &'a Ranks,
    /// In the order of the panel.
    pub schools: Vec<Urn>,
}

impl Shown<'_> {
    fn rows(&self) -> impl Iterator<Item = Row> {
        self.schools.iter().flat_map(|urn| {
            let Rank { weighted, years } = self.ranks.rank(*urn);
            let (urn, indicator, three_year) = (*urn, self.ranks.indicator, weighted.ok_or(TOO_FEW_YEARS));
            let row = move |(InYear { year, rank }, weight)| Row { urn, indicator, three_year, year, weight, rank };
            years.into_iter().zip(RANK_WEIGHTS).map(row)
        })
    }
}

/// Ranks to take away: those that were made from one answer together, after its words.
pub(super) fn to_take<'a>(shown: &[Shown<'a>], told: impl Fn(&'a Answer) -> Told<'a>) -> Vec<Ranked<'a>> {
    let of_one_answer = shown.chunk_by(|a, b| Arc::ptr_eq(&a.ranks.answer, &b.ranks.answer));
    let ranked = of_one_answer.filter_map(|of| {
        let rows = of.iter().flat_map(Shown::rows).collect();
        of.first().map(|first| Ranked { told: told(&first.ranks.answer), how: HOW, rows })
    });
    ranked.collect()
}

/// The one school that a scope is, if it is one.
pub(super) fn only_school(scope: &Scope, catalogue: &Catalogue) -> Option<Urn> {
    let register = &catalogue.register;
    if let Scope::Schools(urns) = scope {
        let mut heads = urns.iter().map(|urn| register.head(*urn));
        let first = heads.next()?;
        return heads.all(|head| head == first).then_some(first);
    }
    // Of a whole authority or trust only where the list of groups says so: going through all schools takes its time.
    let one = catalogue.groups().iter().any(|group| group.scope == *scope && group.schools == 1);
    one.then(|| register.schools_of(scope).next().map(|school| school.urn)).flatten()
}
