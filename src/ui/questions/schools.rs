//! The questions of the panels that show schools side by side.

use std::collections::BTreeSet;

use super::{ask, is_of_all_pupils, ranks};
use crate::desk::{LikeSchool, Neighbour};
use crate::model::{Breakdown, Compare, Draft, Filter, Indicator, Question, Scope, Urn};
use crate::ui::session::Catalogue;
use crate::ui::view::{SchoolTable, SimilarTo, View};

/// How many schools with a similar intake are looked for.
const MOST_SIMILAR: usize = 50;

/// The schools of the group in the last year shown, and the group as a whole. Results are of the pupils that the filter lets
/// in; a school's intake is of all its pupils, whatever the filter. Last, where it is wanted, what three-year ranks are made
/// from.
pub fn school_table(view: &View, catalogue: &Catalogue, table: &SchoolTable) -> Vec<Question> {
    let Some(year) = view.years_shown(catalogue).last().copied() else { return Vec::new() };
    let columns = table.shown(&view.offer_in(catalogue, year), year);
    let ranked = SchoolTable::ranked(&columns).filter(|_| table.rank);
    let (intake, results): (Vec<Indicator>, Vec<Indicator>) =
        columns.into_iter().partition(|indicator| is_of_all_pupils(*indicator) && !view.filter.is_everyone());
    let mut questions = Vec::new();
    for (indicators, of_all) in [(results, false), (intake, true)] {
        for by in [&[Breakdown::School][..], &[]] {
            let question = ask(view, vec![year], view.scope.clone(), indicators.clone(), by, view.compare);
            questions.extend(question.and_then(|question| if of_all { everyone(&question) } else { Some(question) }));
        }
    }
    let of_rank = |indicator| {
        let by = [Breakdown::School];
        ranks(&ask(view, vec![year], view.scope.clone(), vec![indicator], &by, Compare::None)?, catalogue)
    };
    questions.extend(ranked.and_then(of_rank));
    questions
}

fn everyone(question: &Question) -> Option<Question> {
    Question::new(Draft { filter: Filter::everyone(), ..question.draft() }).ok()
}

/// Which schools with a similar intake are looked for, or what is to be done first.
///
/// # Errors
/// What is to be done, in words, where nothing can be looked for yet.
pub fn like_school(view: &View, catalogue: &Catalogue, chosen: &SimilarTo) -> Result<LikeSchool, &'static str> {
    let bases = SimilarTo::bases(view, catalogue);
    let basis = chosen.basis(&bases).ok_or("No intake of schools is loaded")?;
    let school = chosen.school(view, catalogue).ok_or("Choose a school")?;
    let terms = chosen.terms(&basis);
    if terms.iter().all(|term| term.weight <= 0.0) {
        return Err("Give an input a weight above 0");
    }
    let (stage, year) = (view.stage, basis.year);
    let among = catalogue.among(&view.scope);
    Ok(LikeSchool { school, among, stage, year, terms, most: MOST_SIMILAR, phase: None, la: None, within_km: None })
}

/// A result of one school and of those with a similar intake: school by school, the school alone, and the others together.
pub fn similar_results(
    view: &View,
    catalogue: &Catalogue,
    chosen: &SimilarTo,
    own: Urn,
    near: &[Neighbour],
) -> Vec<Question> {
    let Some(year) = view.years_shown(catalogue).last().copied() else { return Vec::new() };
    let indicator = chosen.indicator(&view.offer_in(catalogue, year));
    let others: BTreeSet<Urn> = near.iter().map(|neighbour| neighbour.urn).collect();
    let both: BTreeSet<Urn> = others.iter().copied().chain([own]).collect();
    let of = |urns: BTreeSet<Urn>, by: &[Breakdown]| {
        let question = ask(view, vec![year], Scope::Schools(urns), vec![indicator], by, Compare::None)?;
        if is_of_all_pupils(indicator) { everyone(&question) } else { Some(question) }
    };
    let each = [of(both, &[Breakdown::School]), of(BTreeSet::from([own]), &[]), of(others, &[])];
    each.into_iter().flatten().collect()
}
