//! The question of three-year ranks.

use crate::method::difference::RANK_WEIGHTS;
use crate::model::{Breakdown, Compare, Draft, Judged, Question, Unit, Year};
use crate::ui::session::Catalogue;

/// Every school of the workspace, of the same pupils as in a question, in its newest year and the two before, as far as they
/// are loaded; each year has its own figure. `None` where the question has only numbers of pupils, in which no rank is good.
pub fn ranks(of: &Question, catalogue: &Catalogue) -> Option<Question> {
    let newest = of.years().last().copied()?;
    let loaded = catalogue.years(of.stage());
    let years = ranked_years(newest).filter(|year| loaded.contains(year)).collect();
    let indicators = of.indicators().iter().copied().filter(|indicator| indicator.unit() != Unit::Count).collect();
    let by = vec![Breakdown::School, Breakdown::Year];
    let (scope, compare, judged) = (catalogue.among(of.scope()), Compare::None, Judged::default());
    Question::new(Draft { years, pool: false, scope, indicators, by, compare, judged, ..of.draft() }).ok()
}

/// The years of a three-year rank, the newest first.
pub fn ranked_years(newest: Year) -> impl Iterator<Item = Year> {
    (0..RANK_WEIGHTS.len() as i32).filter_map(move |before| newest.before(before))
}
