//! Against what measures of progress are made, and how far pupils of England spread.

use super::answer::Reason;
use super::compare::years_of;
use super::work::Library;
use crate::engine::Slice;
use crate::model::{Breakdown, Estimate, ExpectedPoints, Indicator, KeyStage, Question, Subject, Year, national_sd};

/// Whose standard deviation makes an interval.
pub(super) const OF_ENGLAND: &str = "England's pupils, as the DfE publishes it";
const OF_MATRICES: &str = "England's pupils in the DfE's transition matrices";

impl Library {
    /// The national standard deviation for a row, with its source: of a table that was loaded, else of those that come with
    /// the program. Of pooled years it is the largest, so that no interval is narrower than its years allow.
    pub fn national_sd(&self, slice: &Slice, keys: &[i32], indicator: Indicator) -> Option<(f64, &str)> {
        let by_subject = slice.by.iter().position(|by| *by == Breakdown::Subject);
        let subject = match (by_subject, slice.subjects.as_slice()) {
            (Some(place), _) => Subject::from_id(keys[place]),
            (None, [subject]) => Some(*subject),
            (None, _) => None,
        };
        let of_year = |year: &Year| {
            let loaded = self.national.sd(*year, slice.stage, indicator, subject);
            let bundled = || Some((national_sd(indicator, *year)?, OF_ENGLAND));
            let of_value_added = || match indicator {
                Indicator::ValueAdded => Some((ExpectedPoints::spread(*year, subject?)?, OF_MATRICES)),
                _ => None,
            };
            loaded.or_else(bundled).or_else(of_value_added)
        };
        // Years in which the measure was not made have no part in a pooled figure.
        let years = years_of(slice, keys);
        let made = years.iter().filter(|year| self.why_not_made(indicator, **year).is_none());
        let sds: Option<Vec<(f64, &str)>> = made.map(of_year).collect();
        sds?.into_iter().max_by(|(a, _), (b, _)| a.total_cmp(b))
    }

    pub fn has_pupils(&self, stage: KeyStage, year: Year) -> bool {
        self.years.get(&stage).is_some_and(|years| years.contains(&year))
    }

    /// Why a measure against national figures is not made of pupils' rows of a year.
    pub fn why_not_made(&self, indicator: Indicator, year: Year) -> Option<Reason> {
        match indicator {
            _ if !indicator.is_made_in(year) => Some(Reason::NotMade { year }),
            _ if indicator.is_progress8() && !Estimate::is_there(year) => Some(Reason::NoBenchmark { year }),
            Indicator::ValueAdded if self.national.value_added(year).is_none() => Some(Reason::NoBenchmark { year }),
            Indicator::PriorMean if !self.national.has_progress8() => Some(Reason::MadeBefore),
            _ if indicator.is_progress8() && !self.national.has_progress8() => Some(Reason::MadeBefore),
            _ => None,
        }
    }

    /// Against what measures of progress are made, and which years have no part in them.
    pub fn benchmarks(&self, question: &Question) -> Vec<String> {
        let mut notes = Vec::new();
        let listed = |years: Vec<Year>| years.iter().map(Year::to_string).collect::<Vec<_>>().join(", ");
        let years = || question.years().iter().copied();
        let progress8 = question.indicators().iter().copied().find(|indicator| indicator.is_progress8());
        if let Some(indicator) = progress8 {
            let made: Vec<Year> = years().filter(|year| self.why_not_made(indicator, *year).is_none()).collect();
            if !made.is_empty() {
                let years = listed(made);
                notes.push(format!("Progress 8 is against the DfE's national averages by prior attainment of {years}"));
            }
        }
        if question.indicators().contains(&Indicator::ValueAdded) {
            let whose = |own: bool| years().filter(move |year| self.national.value_added(*year) == Some(own)).collect();
            let (national, own): (Vec<Year>, Vec<Year>) = (whose(false), whose(true));
            if !national.is_empty() {
                let years = listed(national);
                notes.push(format!(
                    "Value added is against {OF_MATRICES} of {years}, GCSEs with the same attainment at KS2"
                ));
            }
            if !own.is_empty() {
                let years = listed(own);
                notes.push(format!(
                    "Value added of {years} is against the pupils of this workspace, which is as large as the nation"
                ));
            }
        }
        for indicator in question.indicators().iter().filter(|_| question.pool()) {
            let left_out: Vec<Year> = years().filter(|year| self.why_not_made(*indicator, *year).is_some()).collect();
            if !left_out.is_empty() && left_out.len() < question.years().len() {
                notes.push(format!("{} is of pooled years without {}", indicator.label(), listed(left_out)));
            }
        }
        notes
    }
}
