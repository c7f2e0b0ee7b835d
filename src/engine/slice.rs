//! A slice: what the engine is asked for. A question needs one for itself and some for its comparators.

use crate::model::{Breakdown, Filter, Indicator, KeyStage, Question, Scope, Source, Subject, Year};

/// Tallies of some indicators of one source, over some schools, years and pupils, broken down by some keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    pub stage: KeyStage,
    pub years: Vec<Year>,
    pub scope: Scope,
    /// Empty for every subject.
    pub subjects: Vec<Subject>,
    pub filter: Filter,
    pub by: Vec<Breakdown>,
    pub source: Source,
    /// All of the same source.
    pub indicators: Vec<Indicator>,
}

impl Slice {
    /// The slices of a question itself: one for each source that its indicators come from.
    pub fn of(question: &Question) -> Vec<Self> {
        [Source::Outcomes, Source::Results]
            .into_iter()
            .filter_map(|source| {
                let of_source = question.indicators().iter().copied().filter(|i| i.source() == source);
                let indicators: Vec<_> = of_source.collect();
                (!indicators.is_empty()).then(|| Self {
                    stage: question.stage(),
                    years: question.years().to_vec(),
                    scope: question.scope().clone(),
                    subjects: question.subjects().to_vec(),
                    filter: question.filter().clone(),
                    by: question.by().to_vec(),
                    source,
                    indicators,
                })
            })
            .collect()
    }

    /// The indicators whose tallies it needs: those of an intake are told by the number of pupils.
    pub fn held_indicators(&self) -> impl Iterator<Item = Indicator> + '_ {
        self.indicators.iter().map(|of| if of.is_intake() { Indicator::Pupils } else { *of })
    }

    /// The same pupil group in other schools: not broken down by school.
    #[must_use]
    pub fn in_scope(&self, scope: Scope) -> Self {
        let by = self.by.iter().copied().filter(|by| *by != Breakdown::School).collect();
        Self { scope, by, ..self.clone() }
    }

    /// All pupils of the same schools: neither filtered nor broken down by pupils.
    #[must_use]
    pub fn of_all_pupils(&self) -> Self {
        let by = self.by.iter().copied().filter(|by| !matches!(by, Breakdown::Pupils(_))).collect();
        Self { filter: Filter::everyone(), by, ..self.clone() }
    }

    /// All pupils in all schools: neither filtered nor broken down by pupils or schools.
    #[must_use]
    pub fn everyone(&self) -> Self {
        let all = self.in_scope(Scope::All);
        let by = all.by.iter().copied().filter(|by| !matches!(by, Breakdown::Pupils(_))).collect();
        Self { filter: Filter::everyone(), by, ..all }
    }
}
