//! What the schools chart shows, to choose.

use std::collections::BTreeSet;

use eframe::egui::{self, Checkbox, Ui};

use super::drawn::Drawn;
use super::{Bring, Plan};
use crate::model::{Indicator, Subject, Urn};
use crate::ui::change::Change;
use crate::ui::panels::Scene;
use crate::ui::session::Catalogue;
use crate::ui::view::{MOST_STRIPS, Offer, Panel, Scatter, ScatterForm};
use crate::ui::widgets::{Icon, Pick, icon_button, picker, picker_button, search_list, segment};
use crate::ui::{questions, theme};

/// A panel of at least this width has its controls in two lines, in points; in a narrower one they wrap.
const WIDE: f32 = 470.0;

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
    let mut changed = scatter.clone();
    row(ui, wide, |ui| {
        for other in ScatterForm::ALL {
            if segment(ui, other.label(), form == other).clicked() {
                changed = changed.clone().with_form(other);
            }
        }
        let mut room = Room { wide, left: if form == ScatterForm::Chart { 2 } else { 1 }, kept: 0.0 };
        if matches!(form, ScatterForm::Chart | ScatterForm::Funnel)
            && let Some(picked) = room.next(ui, |ui| picker(ui, "Up", &axes.y, axes.y.label(), measures))
        {
            changed.y = Some(picked);
        }
        if form == ScatterForm::Chart
            && let Some(picked) = room.next(ui, |ui| picker(ui, "Across", &axes.x, axes.x.label(), measures))
        {
            changed.x = Some(picked);
        }
        if form == ScatterForm::Strips
            && let Some(chosen) = room.next(ui, |ui| choose_strips(ui, &strips, &offer))
        {
            changed.strips = chosen;
        }
    });
    let told: Vec<Indicator> = match form {
        ScatterForm::Chart => [axes.y, axes.x, axes.size].into_iter().chain(axes.colour).collect(),
        ScatterForm::Map => [axes.size].into_iter().chain(axes.colour).collect(),
        ScatterForm::Funnel => [axes.y].into_iter().chain(axes.colour).collect(),
        ScatterForm::Strips => strips,
    };
    let of_subjects = told.into_iter().any(questions::is_of_subjects);
    let (sized, coloured) = (matches!(form, ScatterForm::Chart | ScatterForm::Map), form != ScatterForm::Strips);
    let mut bring = None;
    row(ui, wide, |ui| {
        let pickers = [sized, coloured, of_subjects, true].into_iter().filter(|there| *there).count();
        let buttons = 2.0 * (ui.spacing().interact_size.y + ui.spacing().item_spacing.x);
        let mut room = Room { wide, left: pickers, kept: buttons };
        if sized && let Some(picked) = room.next(ui, |ui| picker(ui, "Area", &axes.size, axes.size.label(), measures)) {
            changed.size = Some(picked);
        }
        if coloured {
            let colours = || {
                // On a map the colour always says how a school does.
                let none = (form != ScatterForm::Map).then(|| Pick::new(None, "Group")).into_iter();
                none.chain(measures().into_iter().map(|pick| Pick::new(Some(pick.value), pick.words))).collect()
            };
            let words = axes.colour.map_or("Group", Indicator::label);
            if let Some(picked) = room.next(ui, |ui| picker(ui, "Colour", &axes.colour, words, colours)) {
                changed.colour = picked;
            }
        }
        if of_subjects {
            let all = Pick::new(None, "all together");
            let lines = || {
                let subjects = Subject::all().filter(|subject| subject.key_stage == stage);
                let picks = subjects.map(|subject| Pick::new(Some(subject), subject.name.as_str()));
                std::iter::once(all).chain(picks).collect()
            };
            let words = axes.subject.map_or("all together".to_owned(), |subject| subject.name.clone());
            if let Some(picked) = room.next(ui, |ui| picker(ui, "Subject", &axes.subject, &words, lines)) {
                changed.subject = picked.map(|subject| subject.slug.clone());
            }
        }
        let lines = || years.iter().rev().map(|year| Pick::new(*year, year.to_string())).collect();
        if let Some(picked) = room.next(ui, |ui| picker(ui, "Year", &year, &year.to_string(), lines)) {
            changed.year = Some(picked).filter(|picked| Some(picked) != years.last());
        }
        bring = find(ui, drawn, catalogue);
        more(ui, form, !scene.view.filter.is_everyone(), &mut changed);
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

/// The room that is left in a line of controls: each takes what it needs, up to an equal share of it.
struct Room {
    wide: bool,
    /// How many controls are to come.
    left: usize,
    /// Room to be kept for what stands at the end, in points.
    kept: f32,
}

impl Room {
    fn next<R>(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
        let gaps = ui.spacing().item_spacing.x * self.left.saturating_sub(1) as f32;
        let share = (ui.available_width() - self.kept - gaps) / self.left.max(1) as f32;
        self.left = self.left.saturating_sub(1);
        if !self.wide {
            return add(ui);
        }
        ui.scope(|ui| {
            ui.set_max_width(share.max(60.0));
            add(ui)
        })
        .inner
    }
}

/// A list of the indicators, of which some are strips. Gives them with what was changed; none for the usual ones.
fn choose_strips(ui: &mut Ui, shown: &[Indicator], offer: &Offer<'_>) -> Option<Vec<Indicator>> {
    let button = picker_button(ui, "Strips shown", &shown.len().to_string(), theme::small_strong());
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
fn more(ui: &mut Ui, form: ScatterForm, filtered: bool, changed: &mut Scatter) {
    let button = icon_button(ui, Icon::More, "More options", true);
    let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
    egui::Popup::menu(&button).close_behavior(stay).width(260.0).style(theme::boxes).show(|ui| {
        let on_chart = form == ScatterForm::Chart;
        ui.add_enabled(on_chart, Checkbox::new(&mut changed.trend, "Trend line"))
            .on_hover_text("The line of least squares through the schools drawn, and where it may be")
            .on_disabled_hover_text("Only on the chart");
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
