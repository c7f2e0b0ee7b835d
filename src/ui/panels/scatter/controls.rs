//! What the schools chart shows, to choose.

use std::collections::BTreeSet;

use eframe::egui::{self, Checkbox, Ui};

use super::drawn::Drawn;
use super::{Bring, Plan, layers};
use crate::model::{Indicator, Subject, Urn};
use crate::ui::change::Change;
use crate::ui::panels::Scene;
use crate::ui::session::Catalogue;
use crate::ui::view::{MOST_STRIPS, Offer, Panel, Scatter, ScatterForm};
use crate::ui::widgets::{Icon, Pick, icon_button, picker, picker_button, search_list, segment};
use crate::ui::{questions, theme};

/// A panel of at least this width has its controls in two lines, in points; in a narrower one they wrap.
const WIDE: f32 = 440.0;

/// What a picker needs besides its words, in points: its caret and the air around both.
const BESIDE_WORDS: f32 = 38.0;

/// Draws the controls. Gives what is to be brought into view.
pub(super) fn ui(ui: &mut Ui, id: u64, scatter: &Scatter, drawn: &Drawn, scene: &mut Scene<'_>) -> Option<Bring> {
    let stage = scene.view.stage;
    let catalogue = &scene.session.catalogue;
    let years = scene.view.years_shown(catalogue);
    let year = scatter.year(&years)?;
    let offer = scene.view.offer_in(catalogue, year);
    let Plan { axes, strips, .. } = Plan::of(scatter, &offer);
    let (form, wide) = (axes.form, ui.available_width() >= WIDE);
    let measures =
        || -> Vec<Pick<Indicator>> { offer.all().map(|indicator| Pick::new(indicator, indicator.label())).collect() };
    let told: Vec<Indicator> = match form {
        ScatterForm::Chart => [axes.y, axes.x, axes.size].into_iter().chain(axes.colour).collect(),
        ScatterForm::Map => [axes.size].into_iter().chain(axes.colour).collect(),
        ScatterForm::Funnel => [axes.y].into_iter().chain(axes.colour).collect(),
        ScatterForm::Strips => strips.clone(),
    };
    let mut changed = scatter.clone();
    let mut bring = None;
    row(ui, wide, |ui| {
        for other in ScatterForm::ALL {
            if segment(ui, other.label(), form == other).clicked() {
                changed = changed.clone().with_form(other);
            }
        }
        let lines = || years.iter().rev().map(|year| Pick::new(*year, year.to_string())).collect();
        if let Some(picked) = picker(ui, "Year", &year, &year.to_string(), lines) {
            changed.year = Some(picked).filter(|picked| Some(picked) != years.last());
        }
        bring = find(ui, drawn, catalogue);
        let has_density = layers::has_density(scatter, drawn);
        more(ui, form, (!scene.view.filter.is_everyone(), has_density), &mut changed);
    });
    let up = matches!(form, ScatterForm::Chart | ScatterForm::Funnel).then(|| axes.y.label());
    let across = (form == ScatterForm::Chart).then(|| axes.x.label());
    let area = matches!(form, ScatterForm::Chart | ScatterForm::Map).then(|| axes.size.label());
    let colour = (form != ScatterForm::Strips).then(|| axes.colour.map_or("Group", Indicator::label));
    let number = strips.len().to_string();
    let shown = (form == ScatterForm::Strips).then_some(number.as_str());
    let of_subjects = told.into_iter().any(questions::is_of_subjects);
    let subject = of_subjects.then(|| axes.subject.as_ref().map_or("all together", |subject| subject.name.as_str()));
    row(ui, wide, |ui| {
        let there = [
            ("Up", up),
            ("Across", across),
            ("Area", area),
            ("Colour", colour),
            ("Strips shown", shown),
            ("Subject", subject),
        ];
        let most = wide.then(|| widest(ui, &there));
        if let Some(words) = up
            && let Some(picked) = within(ui, most, |ui| picker(ui, "Up", &axes.y, words, measures))
        {
            changed.y = Some(picked);
        }
        if let Some(words) = across
            && let Some(picked) = within(ui, most, |ui| picker(ui, "Across", &axes.x, words, measures))
        {
            changed.x = Some(picked);
        }
        if let Some(words) = area
            && let Some(picked) = within(ui, most, |ui| picker(ui, "Area", &axes.size, words, measures))
        {
            changed.size = Some(picked);
        }
        let colours = || {
            // On a map the colour always says how a school does.
            let none = (form != ScatterForm::Map).then(|| Pick::new(None, "Group")).into_iter();
            none.chain(measures().into_iter().map(|pick| Pick::new(Some(pick.value), pick.words))).collect()
        };
        if let Some(words) = colour
            && let Some(picked) = within(ui, most, |ui| picker(ui, "Colour", &axes.colour, words, colours))
        {
            changed.colour = picked;
        }
        if let Some(words) = shown
            && let Some(chosen) = within(ui, most, |ui| choose_strips(ui, words, &strips, &offer))
        {
            changed.strips = chosen;
        }
        let lines = || {
            let subjects = Subject::all().filter(|subject| subject.key_stage == stage);
            let picks = subjects.map(|subject| Pick::new(Some(subject), subject.name.as_str()));
            std::iter::once(Pick::new(None, "all together")).chain(picks).collect()
        };
        if let Some(words) = subject
            && let Some(picked) = within(ui, most, |ui| picker(ui, "Subject", &axes.subject, words, lines))
        {
            changed.subject = picked.map(|subject| subject.slug.clone());
        }
    });
    if let Some(Bring::School(urn)) = bring {
        scene.out.changes.push(Change::Select(BTreeSet::from([urn])));
    }
    if changed != *scatter {
        scene.out.changes.push(Change::Panel(id, Panel::Scatter(changed)));
    }
    bring
}

/// A line of controls, or in a narrow panel as many as they need.
fn row(ui: &mut Ui, wide: bool, add: impl FnOnce(&mut Ui)) {
    if wide {
        ui.horizontal(add);
    } else {
        ui.horizontal_wrapped(add);
    }
}

/// How wide pickers may be so that all fit one line: only those with the longest words are cut.
fn widest(ui: &Ui, pickers: &[(&str, Option<&str>)]) -> f32 {
    let need = |(caption, words): (&str, &str)| {
        let width =
            |words: &str, font| ui.painter().layout_no_wrap(words.to_owned(), font, egui::Color32::WHITE).size().x;
        width(caption, theme::small()) + width(words, theme::small_strong()) + BESIDE_WORDS
    };
    let mut needs: Vec<f32> = pickers.iter().filter_map(|(caption, words)| Some(need((*caption, (*words)?)))).collect();
    needs.sort_by(f32::total_cmp);
    let gaps = ui.spacing().item_spacing.x * needs.len().saturating_sub(1) as f32;
    let mut left = ui.available_width() - gaps;
    for (nth, need) in needs.iter().enumerate() {
        let share = left / (needs.len() - nth) as f32;
        if *need > share {
            return share;
        }
        left -= need;
    }
    f32::INFINITY
}

/// Draws into at most so much width, where there is a most.
fn within<R>(ui: &mut Ui, most: Option<f32>, add: impl FnOnce(&mut Ui) -> R) -> R {
    match most.filter(|most| most.is_finite()) {
        None => add(ui),
        Some(most) => {
            ui.scope(|ui| {
                ui.set_max_width(most);
                add(ui)
            })
            .inner
        }
    }
}

/// A list of the indicators, of which some are strips. Gives them with what was changed; none for the usual ones.
fn choose_strips(ui: &mut Ui, words: &str, shown: &[Indicator], offer: &Offer<'_>) -> Option<Vec<Indicator>> {
    let button = picker_button(ui, "Strips shown", words, theme::small_strong());
    let mut chosen = None;
    let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&button).close_behavior(stay).width(320.0).show(|ui| {
        if ui.button("The usual strips").clicked() {
            chosen = Some(Vec::new());
        }
        let lines: Vec<Pick<Indicator>> =
            offer.all().map(|indicator| Pick::new(indicator, indicator.label())).collect();
        if let Some(picked) = search_list(ui, "indicators", &lines, |of| shown.contains(of)) {
            let mut now: Vec<Indicator> = shown.iter().copied().filter(|of| *of != picked).collect();
            if now.len() == shown.len() {
                now.push(picked);
            }
            // With one too many the first one goes; the last one stays.
            chosen = Some(now.split_off(now.len().saturating_sub(MOST_STRIPS))).filter(|now| !now.is_empty());
        }
    });
    chosen
}

/// What is changed more rarely.
fn more(ui: &mut Ui, form: ScatterForm, (filtered, has_density): (bool, bool), changed: &mut Scatter) {
    let button = icon_button(ui, Icon::More, "More options", true);
    let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&button).close_behavior(stay).width(260.0).style(theme::boxes).show(|ui| {
        let on_chart = form == ScatterForm::Chart;
        ui.add_enabled(on_chart, Checkbox::new(&mut changed.trend, "Trend line"))
            .on_hover_text("The line of least squares through the schools drawn, and where it may be")
            .on_disabled_hover_text("Only on the chart");
        let mut density = has_density;
        let toggle = ui.add_enabled(on_chart, Checkbox::new(&mut density, "Density"));
        let toggle = toggle.on_disabled_hover_text("Only on the chart").on_hover_text(format!(
            "Shades where all schools drawn lie densest, with lines at {} % of that",
            layers::levels_in_words()
        ));
        if toggle.changed() {
            changed.density = Some(density);
        }
        let only_with = if on_chart { "Only where the filter leaves some pupils out" } else { "Only on the chart" };
        ui.add_enabled(on_chart && filtered, Checkbox::new(&mut changed.from_all, "From all pupils"))
            .on_hover_text("A line to each school from where it stands with all its pupils")
            .on_disabled_hover_text(only_with);
        let mut moves = !changed.still;
        ui.checkbox(&mut moves, "Motion")
            .on_hover_text("Whether schools move to their new places when the filter changes");
        changed.still = !moves;
    });
}

/// A search among the schools of the chart, by name or URN, earlier ones too; the one that is picked is brought into view.
fn find(ui: &mut Ui, drawn: &Drawn, catalogue: &Catalogue) -> Option<Bring> {
    let button = icon_button(ui, Icon::Find, "Find a school in the chart", true);
    let mut bring = None;
    let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&button).close_behavior(stay).width(340.0).show(|ui| {
        if drawn.others > 0 && drawn.dots.len() > drawn.others && ui.button("Bring the group into view").clicked() {
            bring = Some(Bring::Group);
            ui.close();
        }
        let mut lines: Vec<Pick<Urn>> = drawn
            .schools()
            .filter_map(|urn| catalogue.register.school(urn))
            .map(|school| {
                let earlier = catalogue.register.earlier(school.urn).iter().map(|urn| format!(" {urn}"));
                let words = format!("{} {}{}", school.name, school.urn, earlier.collect::<String>());
                Pick { value: school.urn, words, note: school.la_name.clone() }
            })
            .collect();
        lines.sort_by_cached_key(|line| line.words.to_lowercase());
        if let Some(urn) = search_list(ui, "schools of the chart", &lines, |_| false) {
            bring = Some(Bring::School(urn));
            ui.close();
        }
    });
    bring
}
