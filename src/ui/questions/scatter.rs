//! The questions of the schools as points.

use super::{ask, is_of_all_pupils, is_of_subjects};
use crate::model::{Breakdown, Compare, Draft, Filter, Indicator, Question, Scope, Year};
use crate::ui::session::Catalogue;
use crate::ui::view::{Axes, Scatter, ScatterForm, View};

/// Every school of the workspace in one year, those outside the group too: they are drawn faintly behind it. Then what
/// the group has as a whole, and its comparator: the lines across the chart.
///
/// Results are of the pupils that the filter lets in, and of the subject that was chosen; a school's intake is of all its
/// pupils, whatever the filter. On a map only size and colour are asked for, in a funnel only what is up and the colour.
/// Last, where it is wanted, the schools' results without the filter.
pub fn scatter(view: &View, catalogue: &Catalogue, scatter: &Scatter) -> Vec<Question> {
    let Some(year) = scatter.year(&view.years_shown(catalogue)) else { return Vec::new() };
    let offer = view.offer_in(catalogue, year);
    let axes = scatter.axes(&offer);
    let colour = axes.colour.into_iter();
    // What is asked of the schools, and what of it is told of the group too.
    let (asked, told): (Vec<Indicator>, Vec<Indicator>) = match axes.form {
        ScatterForm::Chart => ([axes.y, axes.x, axes.size].into_iter().chain(colour).collect(), vec![axes.y, axes.x]),
        ScatterForm::Map => ([axes.size].into_iter().chain(colour.clone()).collect(), colour.collect()),
        ScatterForm::Funnel => ([axes.y].into_iter().chain(colour).collect(), vec![axes.y]),
        ScatterForm::Strips => (scatter.strips_shown(&offer), scatter.strips_shown(&offer)),
    };
    let mut sets: [Vec<Indicator>; 3] = Default::default();
    for indicator in asked {
        let place = match indicator {
            _ if is_of_all_pupils(indicator) && !view.filter.is_everyone() => 1,
            _ if is_of_subjects(indicator) && axes.subject.is_some() => 2,
            _ => 0,
        };
        sets[place].push(indicator);
    }
    let mut questions = Vec::new();
    for (place, indicators) in sets.into_iter().enumerate().filter(|(_, indicators)| !indicators.is_empty()) {
        let of_group = indicators.iter().copied().filter(|of| told.contains(of)).collect();
        let schools =
            ask(view, vec![year], catalogue.among(&view.scope), indicators, &[Breakdown::School], Compare::None);
        let group = ask(view, vec![year], view.scope.clone(), of_group, &[], view.compare);
        questions.extend(schools.into_iter().chain(group).filter_map(|question| match place {
            1 => Question::new(Draft { filter: Filter::everyone(), ..question.draft() }).ok(),
            2 => Question::new(Draft { subjects: axes.subject.into_iter().collect(), ..question.draft() }).ok(),
            _ => Some(question),
        }));
    }
    if scatter.from_all && axes.form == ScatterForm::Chart && !view.filter.is_everyone() {
        questions.extend(of_all_pupils(view, &catalogue.among(&view.scope), year, axes));
    }
    questions
}

/// The results on the axes with all pupils, whatever the filter. Intake is of all of them anyway.
fn of_all_pupils(view: &View, among: &Scope, year: Year, axes: Axes) -> Vec<Question> {
    let mut sets: [Vec<Indicator>; 2] = Default::default();
    for indicator in [axes.y, axes.x].into_iter().filter(|of| !is_of_all_pupils(*of)) {
        sets[usize::from(is_of_subjects(indicator) && axes.subject.is_some())].push(indicator);
    }
    let [plain, of_subject] = sets;
    [(plain, Vec::new()), (of_subject, axes.subject.into_iter().collect())]
        .into_iter()
        .filter_map(|(indicators, subjects)| {
            let question = ask(view, vec![year], among.clone(), indicators, &[Breakdown::School], Compare::None)?;
            Question::new(Draft { filter: Filter::everyone(), subjects, ..question.draft() }).ok()
        })
        .collect()
}
