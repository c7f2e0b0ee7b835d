//! What is shown in the panels of schools, of what there is.

use super::{Offer, SchoolTable, SimilarTo, View};
use crate::desk::Basis;
use crate::method::similar::{Preset, Spread, Term};
use crate::model::{Indicator, KeyStage, Source, Unit, Urn, Year};
use crate::ui::session::Catalogue;

/// Columns of a table of schools that are chosen together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnGroup {
    /// How the pupils did.
    Results,
    /// Who the pupils at the end of the key stage are.
    Intake,
    /// The school's pupils of all ages.
    WholeSchool,
    /// Entries in subjects, all together.
    Entries,
}

impl ColumnGroup {
    /// Every group of columns.
    pub const ALL: [Self; 4] = [Self::Results, Self::Intake, Self::WholeSchool, Self::Entries];

    /// The name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Results => "Results",
            Self::Intake => "Intake",
            Self::WholeSchool => "Whole school",
            Self::Entries => "Entries",
        }
    }

    /// The group that an indicator is in.
    pub fn of(indicator: Indicator) -> Self {
        match indicator.source() {
            Source::School => Self::WholeSchool,
            Source::Results => Self::Entries,
            Source::Outcomes => {
                let intake = indicator.is_intake() || matches!(indicator, Indicator::Pupils | Indicator::PriorMean);
                if intake { Self::Intake } else { Self::Results }
            }
        }
    }
}

impl SchoolTable {
    /// The columns shown in a year: those that were chosen, else the usual ones that there are figures of.
    pub fn shown(&self, offer: &Offer<'_>, year: Year) -> Vec<Indicator> {
        let of_stage = |indicator: &&Indicator| indicator.stages().contains(&offer.stage());
        let chosen: Vec<Indicator> = self.indicators.iter().filter(of_stage).copied().collect();
        // What was chosen at another key stage would leave the intake alone.
        if !chosen.is_empty() && chosen.len() == self.indicators.len() {
            return chosen;
        }
        use Indicator as I;
        let results: &[I] = match offer.stage() {
            KeyStage::Ks2 => &[I::RwmExpected, I::ReadingScore, I::MathsScore],
            KeyStage::Ks4 => &[I::Att8, I::P8, I::Basics5],
            KeyStage::Ks5 => &[I::AvgPoints, I::Entries],
        };
        // Published tables tell of the intake of the whole school where they tell nothing of the pupils at its end.
        let intake: [&[I]; 4] = [
            &[I::PctFsm6, I::PctDisadvantaged, I::SchoolFsm6],
            &[I::PctEal, I::SchoolEal],
            &[I::PctSen, I::SchoolSenSupport],
            &[I::PriorMean],
        ];
        let there = |indicator: &I| offer.has(*indicator) && indicator.is_made_in(year);
        let results = results.iter().copied().filter(there);
        let intake = intake.iter().filter_map(|either| either.iter().copied().find(there));
        let size = [I::Pupils, I::Roll].into_iter().find(there);
        let usual: Vec<I> = size.into_iter().chain(results).chain(intake).collect();
        if usual.is_empty() { vec![I::Pupils] } else { usual }
    }
}

impl SchoolTable {
    /// In what schools have a three-year rank: the first result of some columns.
    pub fn ranked(columns: &[Indicator]) -> Option<Indicator> {
        let of = |group: ColumnGroup| {
            let fits = |of: &&Indicator| ColumnGroup::of(**of) == group && of.unit() != Unit::Count;
            columns.iter().find(fits).copied()
        };
        of(ColumnGroup::Results).or_else(|| of(ColumnGroup::Entries))
    }
}

impl SimilarTo {
    /// The school whose like are looked for: the one that was chosen, else the first selected one, else the group's only one.
    pub fn school(&self, view: &View, catalogue: &Catalogue) -> Option<Urn> {
        let register = &catalogue.register;
        let known = |urn: &Urn| register.school(*urn).is_some();
        let chosen = self.school.filter(known).or_else(|| view.selected.iter().copied().find(known));
        let only = || {
            let mut schools = register.schools_of(&view.scope).map(|school| school.urn);
            schools.next().filter(|_| schools.next().is_none())
        };
        chosen.map(|urn| register.head(urn)).or_else(only)
    }

    /// The result that is shown beside each school.
    pub fn indicator(&self, offer: &Offer<'_>) -> Indicator {
        let chosen = self.indicator.filter(|indicator| indicator.stages().contains(&offer.stage()));
        chosen.unwrap_or_else(|| {
            offer.first(match offer.stage() {
                KeyStage::Ks2 => &[Indicator::RwmExpected, Indicator::ReadingScore],
                KeyStage::Ks4 => &[Indicator::Att8, Indicator::P8],
                KeyStage::Ks5 => &[Indicator::AvgPoints],
            })
        })
    }

    /// What the workspace has to compare schools by, the usual one first.
    pub fn bases(view: &View, catalogue: &Catalogue) -> Vec<Basis> {
        let of_pupils = |year: &Year| catalogue.has_pupils(view.stage, *year);
        let last = view.years_shown(catalogue).into_iter().rev().find(of_pupils);
        Basis::all(view.stage, &catalogue.published, last)
    }

    /// What the schools are compared by: the chosen preset where it is loaded.
    pub fn basis(&self, bases: &[Basis]) -> Option<Basis> {
        let wanted = if self.like_yours { Preset::SchoolsLikeYours } else { Preset::Dfe };
        bases.iter().find(|basis| basis.preset == wanted).or(bases.first()).copied()
    }

    /// The inputs of a basis with the weights that were chosen in place of its own: each of a difference of one standard
    /// deviation.
    pub fn terms(&self, basis: &Basis) -> Vec<Term> {
        let weighed = |term: &Term| match self.weights.get(term.input.word()) {
            None => *term,
            Some(thousandths) => Term {
                weight: f64::from(*thousandths) / 1000.0,
                spread: if term.spread == Spread::Within { Spread::OfSchools } else { term.spread },
                ..*term
            },
        };
        basis.terms.iter().map(weighed).collect()
    }
}
