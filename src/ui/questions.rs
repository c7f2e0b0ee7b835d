//! From the view to the questions of its panels. Pure: the same view asks the same.

mod groups;
mod subject_schools;
mod subjects;

pub use subject_schools::{GRADES, subject_schools};
mod schools;

pub use schools::{like_school, school_table, similar_results};
mod ranks;
mod scatter;

use super::session::Catalogue;
use super::view::{Offer, Scatter, Tiles, Trends, View};
use crate::model::{
    Breakdown, Characteristic, Compare, Draft, Filter, Indicator, KeyStage, PupilGroup, Question, Scope, Source, Year,
};
pub use ranks::{ranked_years, ranks};

pub use subjects::subject_table;

pub use groups::{gaps, headlines, of_gaps, rankable, ranked, ranking};

pub use scatter::scatter;

/// Most selected schools that get lines of their own in trends.
pub const MOST_LINES: usize = 5;

fn ask(
    view: &View,
    years: Vec<Year>,
    scope: Scope,
    indicators: Vec<Indicator>,
    by: &[Breakdown],
    compare: Compare,
) -> Option<Question> {
    let (stage, filter) = (view.stage, view.filter.clone());
    let (pool, subjects, by, judged) = (false, Vec::new(), by.to_vec(), view.judged);
    // Nothing to ask where the workspace has no years of the key stage.
    Question::new(Draft { stage, years, pool, scope, indicators, subjects, filter, by, compare, judged }).ok()
}

/// The headlines by year.
pub fn tiles(view: &View, catalogue: &Catalogue, tiles: &Tiles) -> Option<Question> {
    let indicators = tiles.shown(&view.offer(catalogue));
    ask(view, view.years_shown(catalogue), view.scope_shown(), indicators, &[Breakdown::Year], view.compare)
}

/// The headlines of the other key stages of a workspace, by year: a group may have schools of several.
pub fn tiles_beside(view: &View, catalogue: &Catalogue, chosen: &Tiles) -> Vec<Question> {
    if !chosen.every_stage {
        return Vec::new();
    }
    let others = catalogue.stages().filter(|stage| *stage != view.stage);
    others.filter_map(|stage| tiles(&View { stage, ..view.clone() }, catalogue, chosen)).collect()
}

/// Every subject by year, with its entries: which subjects are drawn is chosen from the answer. Or a headline by year.
pub fn trends(view: &View, catalogue: &Catalogue, trends: &Trends) -> Option<Question> {
    let indicator = trends.indicator(&view.offer(catalogue));
    let years = view.years_shown(catalogue);
    if !is_of_subjects(indicator) {
        return ask(view, years, view.scope_shown(), vec![indicator], &[Breakdown::Year], view.compare);
    }
    let by = [Breakdown::Subject, Breakdown::Year];
    ask(view, years, view.scope_shown(), vec![indicator, Indicator::Entries], &by, view.compare)
}

/// The same of each pupil group of a characteristic, as far as the filter lets it in; with the group.
pub fn trends_of_groups(view: &View, catalogue: &Catalogue, chosen: &Trends) -> Vec<(PupilGroup, Question)> {
    let Some(characteristic) = chosen.split else { return Vec::new() };
    let allowed = |group: &PupilGroup| {
        let constraint = view.filter.constraints().find(|(of, _)| *of == characteristic);
        !group.is_not_known() && constraint.is_none_or(|(_, groups)| groups.contains(group))
    };
    let of = |group: PupilGroup| {
        let filter = view.filter.without(characteristic).or(group);
        Some((group, trends(&View { filter, ..view.clone() }, catalogue, chosen)?))
    };
    characteristic.groups().filter(allowed).filter_map(of).collect()
}

/// The same of each selected school, for the first few of them.
pub fn trends_of_selected(view: &View, catalogue: &Catalogue, trends: &Trends) -> Option<Question> {
    // While linked, one selected school is the group.
    if view.selected.is_empty() || (view.link && view.selected.len() == 1) {
        return None;
    }
    let schools = Scope::Schools(view.selected.iter().copied().take(MOST_LINES).collect());
    let indicator = trends.indicator(&view.offer(catalogue));
    let of_subjects = is_of_subjects(indicator).then_some(Breakdown::Subject);
    let by: Vec<_> = [Some(Breakdown::School), of_subjects, Some(Breakdown::Year)].into_iter().flatten().collect();
    ask(view, view.years_shown(catalogue), schools, vec![indicator], &by, Compare::None)
}

/// Pupil groups whose results are looked at for what stands out.
const GROUPS: [Characteristic; 6] = [
    Characteristic::Fsm6,
    Characteristic::Disadvantaged,
    Characteristic::Eal,
    Characteristic::Sen,
    Characteristic::Sex,
    Characteristic::Prior,
];

/// Where something may stand out: headlines by year, schools, subjects, and pupil groups by year.
pub fn findings(view: &View, catalogue: &Catalogue) -> Vec<Question> {
    let years = view.years_shown(catalogue);
    let Some(last) = years.last().copied() else { return Vec::new() };
    let offer = view.offer_in(catalogue, last);
    let headline = headline(&offer);
    let subject = offer.first(&[Indicator::ValueAdded, Indicator::Grade4Plus, Indicator::AvgPoints]);
    let scope = || view.scope_shown();
    let mut questions: Vec<Question> = tiles(view, catalogue, &Tiles::default()).into_iter().collect();
    questions.extend(ask(view, vec![last], scope(), vec![headline], &[Breakdown::School], view.compare));
    if offer.has(subject) && is_of_subjects(subject) {
        questions.extend(ask(view, vec![last], scope(), vec![subject], &[Breakdown::Subject], view.compare));
    }
    let constrained = |of: &Characteristic| view.filter.constraints().any(|(known, _)| known == *of);
    for characteristic in GROUPS.into_iter().filter(|of| !constrained(of)) {
        let by = [Breakdown::Pupils(characteristic), Breakdown::Year];
        questions.extend(ask(view, years.clone(), scope(), vec![headline], &by, view.compare));
    }
    questions
}

/// The result of pupils that is looked at first: progress where there is such a figure, else attainment.
pub fn headline(offer: &Offer<'_>) -> Indicator {
    let wanted: &[Indicator] = match offer.stage() {
        KeyStage::Ks2 => &[Indicator::RwmExpected, Indicator::ReadingScore],
        KeyStage::Ks4 => &[Indicator::P8, Indicator::Att8],
        KeyStage::Ks5 => &[Indicator::AvgPoints],
    };
    offer.first(wanted)
}

/// Who the pupils are, all of them: the intake in the last year shown.
pub fn intake(view: &View, catalogue: &Catalogue) -> Option<Question> {
    let year = view.years_shown(catalogue).last().copied()?;
    let offer = view.offer_in(catalogue, year);
    let indicators = super::panels::usual_intake(|of| offer.has(of));
    let question = ask(view, vec![year], view.scope_shown(), indicators, &[], Compare::All)?;
    Question::new(Draft { filter: Filter::everyone(), ..question.draft() }).ok()
}

/// How many pupils a filter leaves in the last year shown, by school. Published tables may not tell: then the schools of
/// whose pupils an outcome was published.
pub fn left(view: &View, catalogue: &Catalogue) -> Option<Question> {
    let year = view.years_shown(catalogue).last().copied()?;
    let offer = view.offer_in(catalogue, year);
    let counted = if offer.has(Indicator::Pupils) { Indicator::Pupils } else { Scatter::default().axes(&offer).y };
    ask(view, vec![year], view.scope.clone(), vec![counted], &[Breakdown::School], Compare::None)
}

/// How many pupils a filter leaves in the last year shown, in all.
pub fn left_in_all(view: &View, catalogue: &Catalogue) -> Option<Question> {
    let year = view.years_shown(catalogue).last().copied()?;
    ask(view, vec![year], view.scope.clone(), vec![Indicator::Pupils], &[], Compare::None)
}

/// What of a question about schools stays the same whichever filter is chosen: who their pupils are. With a filter it is asked
/// apart from how they did. Nothing where the question is about only one of the two, or about no schools.
pub fn whichever_filter(question: &Question) -> Option<Question> {
    let indicators = question.indicators().iter().copied();
    let (who, how): (Vec<Indicator>, Vec<Indicator>) = indicators.partition(|indicator| is_of_all_pupils(*indicator));
    if who.is_empty() || how.is_empty() || !matches!(question.by(), [] | [Breakdown::School]) {
        return None;
    }
    Question::new(Draft { indicators: who, filter: Filter::everyone(), ..question.draft() }).ok()
}

/// What a panel asks in place of a question once a filter is chosen.
pub fn once_filtered(question: &Question, filter: &Filter) -> Vec<Question> {
    let apart = whichever_filter(question).filter(|_| !filter.is_everyone());
    let mut draft = Draft { filter: filter.clone(), ..question.draft() };
    if apart.is_some() {
        draft.indicators.retain(|indicator| !is_of_all_pupils(*indicator));
    }
    Question::new(draft).into_iter().chain(apart).collect()
}

/// What a filter is called: "FSM6, SEN support or EHC plan"; "all pupils" without one.
pub fn filter_in_words(filter: &Filter) -> String {
    let words: Vec<String> = filter
        .constraints()
        .map(|(_, groups)| groups.into_iter().map(PupilGroup::label).collect::<Vec<_>>().join(" or "))
        .collect();
    if words.is_empty() { "all pupils".to_owned() } else { words.join(", ") }
}

/// Whether an indicator tells of all pupils of a school, whatever the filter: who they are, not how they did.
pub fn is_of_all_pupils(indicator: Indicator) -> bool {
    indicator.is_intake() || indicator == Indicator::PriorMean || indicator.source() == Source::School
}

/// Whether an indicator is of entries in subjects.
pub fn is_of_subjects(indicator: Indicator) -> bool {
    indicator.source() == Source::Results
}
