//! The questions of schools and subjects in order, and of pupil groups.

use super::ask;
use crate::model::{Breakdown, Characteristic, Compare, Estimate, ExpectedPoints, Indicator, KeyStage, Question};
use crate::model::{Source, Unit, Year};
use crate::ui::questions::{is_of_all_pupils, is_of_subjects};
use crate::ui::session::Catalogue;
use crate::ui::view::{Gaps, Ranking, View};

/// The characteristics whose pupil groups are shown, and whether only among more groups.
const OF_PUPILS: [(Characteristic, bool); 7] = [
    (Characteristic::Fsm6, false),
    (Characteristic::Disadvantaged, false),
    (Characteristic::Eal, false),
    (Characteristic::Sen, false),
    (Characteristic::Sex, false),
    (Characteristic::Prior, false),
    (Characteristic::Ethnicity, true),
];

/// Schools of the group in the last year shown; or the subjects of it.
pub fn ranking(view: &View, catalogue: &Catalogue, ranking: &Ranking) -> Option<Question> {
    let year = view.years_shown(catalogue).last().copied()?;
    let indicator = ranked(view, catalogue, ranking);
    let (scope, by) = if ranking.subjects {
        (view.scope_shown(), Breakdown::Subject)
    } else {
        (view.scope.clone(), Breakdown::School)
    };
    ask(view, vec![year], scope, vec![indicator], &[by], view.compare)
}

/// The indicator by which schools or subjects are in order.
pub fn ranked(view: &View, catalogue: &Catalogue, ranking: &Ranking) -> Indicator {
    let year = view.years_shown(catalogue).last().copied();
    if ranking.subjects {
        let usual: &[Indicator] = match view.stage {
            KeyStage::Ks4 => &[Indicator::ValueAdded, Indicator::Grade4Plus],
            KeyStage::Ks2 | KeyStage::Ks5 => &[Indicator::AvgPoints],
        };
        chosen_or(view, catalogue, year, ranking.indicator, is_of_entries, usual)
    } else {
        headline(view, catalogue, year, ranking.indicator)
    }
}

/// What there is to choose from for schools, or for subjects.
pub fn rankable(view: &View, catalogue: &Catalogue, subjects: bool) -> Vec<Indicator> {
    if subjects {
        view.offer(catalogue).of_subjects().filter(|of| is_of_entries(*of)).collect()
    } else {
        headlines(view, catalogue)
    }
}

/// Each characteristic's pupil groups, but for those that the filter already chooses from; then all pupils together.
pub fn gaps(view: &View, catalogue: &Catalogue, gaps: &Gaps) -> Vec<Question> {
    let Some(year) = year_of_gaps(view, catalogue) else { return Vec::new() };
    let indicator = of_gaps(view, catalogue, gaps);
    // Pupil groups are always compared: without a comparator of their own, with the same groups of all schools.
    let compare = match view.compare {
        Compare::None | Compare::Previous => Compare::Same,
        other => other,
    };
    let constrained: Vec<Characteristic> =
        view.filter.constraints().map(|(characteristic, _)| characteristic).collect();
    let free = OF_PUPILS.iter().filter(|(of, more)| !constrained.contains(of) && (gaps.more || !more));
    let by = free.map(|(of, _)| vec![Breakdown::Pupils(*of)]);
    let one = |by: Vec<Breakdown>| ask(view, vec![year], view.scope_shown(), vec![indicator], &by, compare);
    by.chain([Vec::new()]).filter_map(one).collect()
}

/// The indicator of the pupil groups.
pub fn of_gaps(view: &View, catalogue: &Catalogue, gaps: &Gaps) -> Indicator {
    headline(view, catalogue, year_of_gaps(view, catalogue), gaps.indicator)
}

/// Headlines of pupils of which there are figures.
pub fn headlines(view: &View, catalogue: &Catalogue) -> Vec<Indicator> {
    view.offer(catalogue).all().filter(|indicator| is_headline(view.stage, *indicator)).collect()
}

/// The last year shown of which there are figures of pupil groups; tables may have none of the very last.
fn year_of_gaps(view: &View, catalogue: &Catalogue) -> Option<Year> {
    let years = view.years_shown(catalogue);
    let has_groups = |year: &Year| {
        let published = || catalogue.published.groups(view.stage, *year).any(|group| !group.is_everyone());
        catalogue.has_pupils(view.stage, *year) || published()
    };
    years.iter().copied().rfind(has_groups).or(years.last().copied())
}

fn headline(view: &View, catalogue: &Catalogue, year: Option<Year>, chosen: Option<Indicator>) -> Indicator {
    let usual: &[Indicator] = match view.stage {
        KeyStage::Ks4 => &[Indicator::P8, Indicator::Att8],
        KeyStage::Ks2 => &[Indicator::RwmExpected, Indicator::ReadingScore],
        KeyStage::Ks5 => &[Indicator::AvgPoints],
    };
    chosen_or(view, catalogue, year, chosen, |of| is_headline(view.stage, of), usual)
}

/// What was chosen, if it fits; else the first of the usual ones that can be made in the year, else the last of them.
fn chosen_or(
    view: &View,
    catalogue: &Catalogue,
    year: Option<Year>,
    chosen: Option<Indicator>,
    fits: impl Fn(Indicator) -> bool,
    usual: &[Indicator],
) -> Indicator {
    let of_stage = |indicator: &Indicator| indicator.stages().contains(&view.stage);
    let can_be = |indicator: &Indicator| year.is_some_and(|year| is_there(view, catalogue, year, *indicator));
    let usual = || usual.iter().copied().find(can_be).or(usual.last().copied());
    chosen.filter(|of| of_stage(of) && fits(*of)).or_else(usual).unwrap_or(Indicator::Pupils)
}

/// Whether there can be figures of an indicator in a year, and, of pupils' rows, national figures to make it from.
fn is_there(view: &View, catalogue: &Catalogue, year: Year, indicator: Indicator) -> bool {
    let benchmark = match indicator {
        _ if !catalogue.has_pupils(view.stage, year) => true,
        Indicator::ValueAdded => ExpectedPoints::years().any(|of| of == year),
        of if of.is_progress8() => Estimate::is_there(year),
        _ => true,
    };
    benchmark && indicator.is_made_in(year) && view.offer_in(catalogue, year).has(indicator)
}

/// Whether it tells how pupils did, and can be compared: not who or how many they are. Where a key stage has no figures by
/// pupil, it is of their entries.
fn is_headline(stage: KeyStage, indicator: Indicator) -> bool {
    let by_pupil = indicator.source() == Source::Outcomes && !is_of_all_pupils(indicator);
    indicator.unit() != Unit::Count && (by_pupil || (stage == KeyStage::Ks5 && is_of_subjects(indicator)))
}

fn is_of_entries(indicator: Indicator) -> bool {
    is_of_subjects(indicator) && indicator.unit() != Unit::Count
}
