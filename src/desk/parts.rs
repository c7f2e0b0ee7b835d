//! Which parts of a question are answered from pupils' rows and which from published figures, and how they come together.

use std::collections::BTreeSet;

use super::answer::Reason;
use super::gate::{Evidence, Made};
use super::published::Part;
use crate::engine::Keys;
use crate::model::{Breakdown, Draft, Indicator, Question, Source, Year};

/// A question by what answers it: pupils' rows, published figures, or both.
pub(super) struct Parts<'a> {
    pub of_pupils: Option<Question>,
    pub published: Vec<Part<'a>>,
    /// Years are pooled, and some are of one kind and some of the other.
    pub two_kinds: bool,
}

impl<'a> Parts<'a> {
    pub fn of(question: &'a Question, of_pupils: &BTreeSet<Year>, published: &BTreeSet<Year>) -> Self {
        let is_published = |year: &&Year| !of_pupils.contains(year) && published.contains(year);
        let (in_tables, others): (Vec<Year>, Vec<Year>) = question.years().iter().partition(is_published);
        let of_school = |indicator: &Indicator| indicator.source() == Source::School;
        let from_rows: Vec<Indicator> =
            question.indicators().iter().copied().filter(|indicator| !indicator.is_published_only()).collect();
        let two_kinds = question.pool() && !in_tables.is_empty() && others.iter().any(|year| of_pupils.contains(year));
        let mut parts = Self { of_pupils: None, published: Vec::new(), two_kinds };
        if !others.is_empty() && !from_rows.is_empty() {
            let draft = question.draft();
            // With fewer years the breakdown by year stays, as the whole question has it.
            parts.of_pupils = Question::new(Draft { years: others.clone(), indicators: from_rows, ..draft }).ok();
        }
        if !in_tables.is_empty() {
            let indicators = question.indicators().to_vec();
            parts.published.push(Part { question, years: in_tables, indicators });
        }
        // Figures of whole schools are published whatever the pupils' results come from.
        let whole_schools: Vec<Indicator> = question.indicators().iter().copied().filter(of_school).collect();
        if !others.is_empty() && !whole_schools.is_empty() {
            parts.published.push(Part { question, years: others, indicators: whole_schools });
        }
        parts
    }

    /// A question of years of two kinds, refused cell by cell.
    pub fn refused(&self, question: &Question) -> Vec<Evidence> {
        let nothing = |indicator: &Indicator| Evidence {
            keys: Keys::new(),
            indicator: *indicator,
            made: Made::Nothing(Reason::YearsOfTwoKinds),
        };
        // Without a breakdown there is one row; with one, none can be told.
        if question.by().is_empty() { question.indicators().iter().map(nothing).collect() } else { Vec::new() }
    }
}

/// Brings evidence into the order of keys and indicators, with a cell for each indicator in every row.
pub(super) fn complete(question: &Question, of_pupils: &BTreeSet<Year>, evidence: &mut Vec<Evidence>) {
    let place = |of: &Indicator| question.indicators().iter().position(|asked| asked == of).unwrap_or_default();
    let in_order = |evidence: &mut Vec<Evidence>| {
        evidence.sort_by(|a, b| (&a.keys, place(&a.indicator)).cmp(&(&b.keys, place(&b.indicator))));
    };
    in_order(evidence);
    let whole = evidence.chunks(question.indicators().len()).all(|row| {
        row.iter().map(|of| of.indicator).eq(question.indicators().iter().copied())
            && row.iter().all(|of| of.keys == row[0].keys)
    });
    if whole {
        return;
    }
    let only_of_schools = question.indicators().iter().all(|indicator| indicator.source() == Source::School);
    let rows: BTreeSet<Keys> = evidence
        .iter()
        .filter(|of| only_of_schools || of.indicator.source() != Source::School)
        .map(|of| of.keys.clone())
        .collect();
    evidence.retain(|of| rows.contains(&of.keys));
    let there: BTreeSet<(Keys, usize)> = evidence.iter().map(|of| (of.keys.clone(), place(&of.indicator))).collect();
    if there.len() < rows.len() * question.indicators().len() {
        let by_year = question.by().iter().position(|by| *by == Breakdown::Year);
        for keys in rows {
            // Of several years together, one of which there are pupils, if there is any.
            let of_pooled = question.years().iter().find(|year| of_pupils.contains(year));
            let of_pooled = of_pooled.or(question.years().first()).copied();
            let year = by_year.and_then(|place| Year::new(keys[place])).or(of_pooled);
            for (nth, indicator) in question.indicators().iter().enumerate() {
                if there.contains(&(keys.clone(), nth)) {
                    continue;
                }
                let reason = match year {
                    Some(year) if !indicator.is_made_in(year) => Reason::NotMade { year },
                    Some(year) if !of_pupils.contains(&year) => Reason::NotPublished,
                    _ if indicator.source() == Source::School => Reason::NotPublished,
                    _ if indicator.is_published_only() => Reason::OnlyPublished,
                    _ => Reason::NoPupils,
                };
                let made = Made::Nothing(reason);
                evidence.push(Evidence { keys: keys.clone(), indicator: *indicator, made });
            }
        }
    }
    in_order(evidence);
}
