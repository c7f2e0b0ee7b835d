//! What an answer tells of its schools and its files.

use std::collections::BTreeSet;

use super::work::Work;
use crate::model::words::counted;
use crate::model::{Indicator, Question, Scope, Urn};

impl Work<'_> {
    /// The files of what was published of the years and measures asked about.
    pub fn published_sources(&self, question: &Question) -> Vec<String> {
        let published = &self.library().published;
        let of = |indicator: &Indicator| published.sources_of(question.stage(), question.years(), *indicator);
        let ids: BTreeSet<i32> = question.indicators().iter().flat_map(of).collect();
        let name = |id: &i32| {
            let source = published.source(*id)?;
            let what = source.layout.as_ref().map(|layout| format!(" ({layout})")).unwrap_or_default();
            Some(format!("{}{what}", source.name))
        };
        ids.iter().filter_map(name).collect()
    }

    /// What one should know of the schools asked about: under which URNs and names they stood before.
    pub fn lines(&self, question: &Question) -> Vec<String> {
        const MOST: usize = 3;
        let register = &self.library().register;
        if *question.scope() == Scope::All || !register.has_lines() && !matches!(question.scope(), Scope::Schools(_)) {
            return Vec::new();
        }
        let mut notes = Vec::new();
        let mut joined = 0;
        let schools: Vec<_> = register.schools_of(question.scope()).collect();
        // An infant school that became a primary school says nothing of GCSEs.
        let published = self.library().published.schools(question.stage());
        let of_pupils = self.library().years.contains_key(&question.stage());
        let tells = |urn: &&Urn| of_pupils || published.is_some_and(|schools| schools.contains(urn));
        for school in &schools {
            let earlier: Vec<&Urn> = register.earlier(school.urn).iter().filter(tells).collect();
            joined += usize::from(!earlier.is_empty());
            let name = |urn: &Urn| {
                let name = register.school(*urn).map(|school| school.name.as_str()).unwrap_or_default();
                format!("{name} (URN {urn})")
            };
            if !earlier.is_empty() && joined <= MOST {
                let before: Vec<String> = earlier.into_iter().map(name).collect();
                notes.push(format!(
                    "{} goes on from {}: their years are joined",
                    name(&school.urn),
                    before.join(" and ")
                ));
            }
            if schools.len() == 1 {
                for (former, year) in register.former_names(school.urn) {
                    notes.push(format!("{} was called {former} in {year}", school.name));
                }
            }
        }
        if joined > MOST {
            notes.push(format!(
                "{} more schools go on from earlier ones: their years are joined",
                counted(joined - MOST)
            ));
        }
        notes
    }
}
