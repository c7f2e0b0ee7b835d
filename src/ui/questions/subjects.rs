//! Questions of the panels that show every subject.

use super::ask;
use crate::model::{Breakdown, Draft, Indicator, Question};
use crate::ui::session::Catalogue;
use crate::ui::view::{SubjectTable, View};

/// Every subject in one year or in pooled years: of pupils who are told apart first their groups, then all of them
/// together; last the trends, in the words of the panel of trends, so that both share the answer. No questions where
/// there are no results by subject.
pub fn subject_table(view: &View, catalogue: &Catalogue, table: &SubjectTable) -> Vec<Question> {
    let offer = table.offer(view, catalogue);
    if offer.of_subjects().next().is_none() {
        return Vec::new();
    }
    let pooled = |indicators: Vec<Indicator>, by: &[Breakdown]| {
        let years = table.years(view, catalogue);
        let last = years.last().copied().into_iter().collect();
        let of_one = ask(view, last, view.scope_shown(), indicators, by, view.compare)?;
        Question::new(Draft { years, pool: true, ..of_one.draft() }).ok()
    };
    let of_all = |indicators: Vec<Indicator>| pooled(indicators, &[Breakdown::Subject]);
    let figures = match table.split {
        None => {
            let columns = table.columns(&offer);
            [None, of_all([vec![Indicator::Entries], columns].concat())]
        }
        Some(characteristic) => {
            let shown = vec![table.shown(&offer), Indicator::Entries];
            let by = [Breakdown::Subject, Breakdown::Pupils(characteristic)];
            [pooled(shown.clone(), &by), of_all(shown)]
        }
    };
    let by = [Breakdown::Subject, Breakdown::Year];
    let years = view.years_shown(catalogue);
    let trend = vec![table.trend(&offer), Indicator::Entries];
    let trend = ask(view, years, view.scope_shown(), trend, &by, view.compare);
    figures.into_iter().chain([trend]).flatten().collect()
}
