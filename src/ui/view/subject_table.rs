//! What a table of subjects shows, of what there is.

use super::{Offer, SubjectTable, View};
use crate::model::{Characteristic, Filter, Indicator, Source, Year};
use crate::ui::session::Catalogue;

impl SubjectTable {
    /// The year shown: the one chosen, else the last one of the view that has results by subject.
    pub fn year(&self, view: &View, catalogue: &Catalogue) -> Option<Year> {
        let years = view.years_shown(catalogue);
        let has_results = |year: &&Year| view.offer_in(catalogue, **year).of_subjects().next().is_some();
        let chosen = self.year.filter(|year| years.contains(year));
        chosen.or_else(|| years.iter().rfind(has_results).or(years.last()).copied())
    }

    /// The years that figures are of: one, or those of the view that are pooled.
    pub fn years(&self, view: &View, catalogue: &Catalogue) -> Vec<Year> {
        if self.pool { view.years_shown(catalogue) } else { self.year(view, catalogue).into_iter().collect() }
    }

    /// What there is to choose from in those years.
    pub fn offer<'a>(&self, view: &View, catalogue: &'a Catalogue) -> Offer<'a> {
        match self.year(view, catalogue) {
            Some(year) if !self.pool => view.offer_in(catalogue, year),
            _ => view.offer(catalogue),
        }
    }

    /// The indicators beside the entries: those chosen, else all there are.
    pub fn columns(&self, offer: &Offer<'_>) -> Vec<Indicator> {
        let chosen: Vec<Indicator> = self.indicators.iter().copied().filter(|of| can_be_column(*of, offer)).collect();
        if chosen.is_empty() { offer.of_subjects().filter(|of| *of != Indicator::Entries).collect() } else { chosen }
    }

    /// What is shown of pupils who are told apart: what was chosen, else what the rows are in order of.
    pub fn shown(&self, offer: &Offer<'_>) -> Indicator {
        let chosen = self.shown.filter(|of| can_be_column(*of, offer));
        let sorted = || self.sorted.filter(|of| can_be_column(*of, offer));
        chosen.or_else(sorted).unwrap_or_else(|| usual(offer))
    }

    /// What the trends are of: what is shown of pupils who are told apart, else the usual.
    pub fn trend(&self, offer: &Offer<'_>) -> Indicator {
        if self.split.is_some() { self.shown(offer) } else { usual(offer) }
    }

    /// The characteristics by which the pupils can be told apart in those years.
    pub fn splits(&self, view: &View, catalogue: &Catalogue) -> Vec<Characteristic> {
        let years = self.years(view, catalogue);
        let can = |filter: &Filter| catalogue.can_filter(view.stage, &years, filter);
        let leads_somewhere = |of: &Characteristic| {
            view.filter.constrains(*of) || of.groups().any(|group| can(&view.filter.clone().or(group)))
        };
        Characteristic::ALL.into_iter().filter(leads_somewhere).collect()
    }
}

fn can_be_column(indicator: Indicator, offer: &Offer<'_>) -> bool {
    let of_subjects = indicator.source() == Source::Results && indicator != Indicator::Entries;
    of_subjects && indicator.stages().contains(&offer.stage())
}

fn usual(offer: &Offer<'_>) -> Indicator {
    let first = offer.of_subjects().find(|of| *of != Indicator::Entries).unwrap_or(Indicator::AvgPoints);
    if offer.has(Indicator::Grade4Plus) { Indicator::Grade4Plus } else { first }
}
