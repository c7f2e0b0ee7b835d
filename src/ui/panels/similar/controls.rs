//! What is chosen in the panel of similar schools, and what can be done with them.

use std::collections::BTreeSet;

use eframe::egui::{Button, Popup, PopupCloseBehavior, Slider, Ui};

use super::drawn::Drawn;
use crate::desk::Basis;
use crate::method::similar::{Preset, Spread};
use crate::model::{Compare, Scope, Urn};
use crate::ui::change::Change;
use crate::ui::panels::Scene;
use crate::ui::session::Catalogue;
use crate::ui::theme;
use crate::ui::view::{SimilarTo, View};
use crate::ui::widgets::{Pick, picker, picker_button};

/// The school, the result that is shown, and by what schools are compared.
pub fn choose(ui: &mut Ui, chosen: &mut SimilarTo, counts: &[f64], scene: &Scene<'_>) {
    let (view, catalogue) = (scene.view, &scene.session.catalogue);
    let school = chosen.school(view, catalogue);
    let words = school.and_then(|urn| catalogue.register.school(urn)).map_or("choose one", |school| &school.name);
    if let Some(picked) = picker(ui, "School", &chosen.school, words, || schools(view, catalogue)) {
        chosen.school = picked;
    }
    if let Some(year) = view.years_shown(catalogue).last().copied() {
        let offer = view.offer_in(catalogue, year);
        let indicator = chosen.indicator(&offer);
        let lines = || offer.all().map(|indicator| Pick::new(indicator, indicator.label())).collect();
        if let Some(picked) = picker(ui, "Show", &indicator, indicator.label(), lines) {
            chosen.indicator = Some(picked);
        }
    }
    let bases = SimilarTo::bases(view, catalogue);
    let Some(basis) = chosen.basis(&bases) else { return };
    let lines = || {
        let there = |preset: &Preset| bases.iter().any(|basis| basis.preset == *preset);
        Preset::ALL.into_iter().filter(there).map(|preset| Pick::new(preset, name(preset))).collect()
    };
    if let Some(picked) = picker(ui, "Preset", &basis.preset, name(basis.preset), lines) {
        chosen.like_yours = picked == Preset::SchoolsLikeYours;
        chosen.weights.clear();
    }
    let own = basis.terms.iter().filter(|term| chosen.weights.contains_key(term.input.word())).count();
    let words = if own == 0 { "as published".to_owned() } else { format!("{own} changed") };
    let button = picker_button(ui, "Weights", &words, theme::small_strong());
    let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).style(theme::boxes);
    popup.width(420.0).show(|ui| weights(ui, chosen, &basis, counts));
}

fn name(preset: Preset) -> &'static str {
    match preset {
        Preset::Dfe => "DfE 2026",
        Preset::SchoolsLikeYours => "Schools Like Yours",
    }
}

/// The group's schools, then all others.
fn schools(view: &View, catalogue: &Catalogue) -> Vec<Pick<Option<Urn>>> {
    let register = &catalogue.register;
    let group: BTreeSet<Urn> = register.schools_of(&view.scope).map(|school| school.urn).collect();
    let mut schools: Vec<_> = catalogue.schools().collect();
    schools.sort_by_cached_key(|school| (!group.contains(&school.urn), school.name.to_lowercase()));
    let lines = schools.into_iter().map(|school| Pick {
        value: Some(school.urn),
        words: format!("{} {}", school.name, school.urn),
        note: school.la_name.clone(),
    });
    std::iter::once(Pick::new(None, "The selected school")).chain(lines).collect()
}

/// A slider per input: how much a difference of one standard deviation counts.
fn weights(ui: &mut Ui, chosen: &mut SimilarTo, basis: &Basis, counts: &[f64]) {
    ui.label(theme::muted(ui, "How much a difference of one standard deviation counts"));
    let of_preset = basis.terms.iter().zip(counts.iter().map(Some).chain(std::iter::repeat(None)));
    let most = if basis.preset == Preset::SchoolsLikeYours { 2.0 } else { 1.0 };
    for (term, count) in of_preset {
        let word = term.input.word();
        let set = chosen.weights.get(word).map(|thousandths| f64::from(*thousandths) / 1000.0);
        // A weight of differences themselves is known by the schools that were found only.
        let stated = if term.spread == Spread::Within { count.copied().unwrap_or_default() } else { term.weight };
        let mut weight = set.unwrap_or(stated);
        ui.horizontal(|ui| {
            ui.label(theme::muted(ui, format!("{weight:.3}")).monospace());
            let label = term.input.label().trim_end_matches(", similar schools");
            let slider = Slider::new(&mut weight, 0.0..=most).show_value(false).text(format!("Weight of {label}"));
            if ui.add(slider).changed() {
                chosen.weights.insert(word.to_owned(), (weight * 1000.0).round() as u32);
            }
        });
    }
    if ui.add_enabled(!chosen.weights.is_empty(), Button::new("Reset weights")).clicked() {
        chosen.weights.clear();
    }
}

/// What can be done with the schools that were found.
pub fn act(ui: &mut Ui, drawn: &Drawn, scene: &mut Scene<'_>) {
    let Some(own) = drawn.own.filter(|_| !drawn.near.is_empty()) else { return };
    let both: BTreeSet<Urn> = drawn.near.iter().copied().chain([own]).collect();
    let scope = Scope::Schools(both);
    let hint = "The school and those with a similar intake become the group";
    let make = ui.add_enabled(scene.view.scope != scope, Button::new("Make these the group"));
    if make.on_hover_text(hint).clicked() {
        scene.out.changes.push(Change::Scope(scope));
    }
    let mut group = scene.session.catalogue.register.schools_of(&scene.view.scope).map(|school| school.urn);
    let alone = group.next() == Some(own) && group.next().is_none();
    if alone && scene.view.compare != Compare::Similar {
        let hint = "Every panel compares the school with those that are similar by the usual inputs and weights";
        if ui.button("Compare with similar schools").on_hover_text(hint).clicked() {
            scene.out.changes.push(Change::Compare(Compare::Similar));
        }
    }
}
