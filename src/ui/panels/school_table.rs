//! The schools side by side: a row each, with their results and their intake; or a few of them, with a row per indicator.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{Popup, PopupCloseBehavior, Role, ScrollArea, Sense, Ui, WidgetInfo};

use super::grid::{Did, Tells};
use super::ranks::{HOW, Shown};
use super::{Scene, nothing};
use crate::desk::Answer;
use crate::export::words::value;
use crate::model::{Indicator, Urn};
use crate::ui::change::Change;
use crate::ui::session::Catalogue;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{ColumnGroup, Offer, Panel, SchoolTable};
use crate::ui::widgets::{picker_button, segment};
use crate::ui::{questions, theme, words};

mod drawn;

use drawn::{Drawn, Who, cell_of};

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(SchoolTable, BTreeSet<Urn>), Drawn>,
}

impl State {
    pub fn ask(&mut self, id: u64, table: &SchoolTable, scene: &Scene<'_>) -> Progress {
        let (view, catalogue) = (scene.view, &scene.session.catalogue);
        let questions = questions::school_table(view, catalogue, table);
        // The rows are made again when the selection changes only where they are those of the selection.
        let of_selection = table.only_selected || table.compare;
        let selected = if of_selection { view.selected.clone() } else { BTreeSet::new() };
        let key = (table.clone(), selected);
        let make = |answers: &[Arc<Answer>]| Drawn::of(table, &view.selected, answers, catalogue);
        self.sheet.ask(&scene.session.desk, id, &questions, key, make)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        // Every school of three years, from which only ranks are made, is no part of the table.
        let shown = self.sheet.shown().map(|(_, answers)| answers).unwrap_or_default();
        shown.iter().filter(|answer| !drawn::is_of_ranks(answer)).cloned().collect()
    }

    /// The ranks in the table's last column.
    pub fn ranks_shown(&self) -> Vec<Shown<'_>> {
        self.sheet.shown().and_then(|(drawn, _)| drawn.ranks_shown()).into_iter().collect()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, table: &SchoolTable, scene: &mut Scene<'_>) {
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        if answers.is_empty() {
            nothing(ui, "No results of this key stage are loaded");
            return;
        }
        let mut changed = table.clone();
        ui.horizontal_wrapped(|ui| controls(ui, &mut changed, scene));
        ui.add_space(theme::space().half);
        let room = ui.available_rect_before_wrap();
        let whole = ui.interact(room, ui.scope_id().with(("table of schools", id)), Sense::hover());
        whole.widget_info(|| {
            let message = drawn.message.map(|message| format!(". {message}")).unwrap_or_default();
            WidgetInfo::labeled(Role::Label, true, format!("{}{message}", drawn.in_words))
        });
        if let Some(message) = drawn.message {
            let inner = ui.new_child(eframe::egui::UiBuilder::new().max_rect(room));
            nothing(&inner, message);
        } else {
            let session = scene.session;
            let tip = |ui: &mut Ui, row: usize, column: Option<usize>| {
                if let Some((urn, rank)) = drawn.rank_at(row, column) {
                    school_head(ui, &session.catalogue, urn);
                    let of = drawn.ranked().map(Indicator::label).unwrap_or_default();
                    ui.label(format!("{of}: {}", rank.in_words()));
                    ui.label(rank.years_in_words());
                    ui.label(theme::muted(ui, HOW));
                } else if let Some((who, indicator)) = drawn.place(row, column) {
                    tooltip(ui, drawn, answers, &session.catalogue, who, indicator);
                }
            };
            let row = |nth: usize| drawn.row(nth, answers, &session.catalogue);
            match drawn.grid.ui(ui, id, scene, &Tells { row: &row, tip: &tip, aloud: None }) {
                Some(Did::Pin(urn)) => toggle(&mut changed.pinned, urn),
                Some(Did::Head(None)) => {
                    (changed.sorted, changed.ascending, changed.by_rank) = (None, false, false);
                }
                Some(Did::Head(Some(nth))) if drawn.side_by_side => {
                    if let Some(Who::School(urn)) = drawn.who.get(nth) {
                        let mut selected = scene.view.selected.clone();
                        selected.remove(urn);
                        scene.out.changes.push(Change::Select(selected));
                    }
                }
                Some(Did::Head(Some(nth))) if drawn.is_rank(nth) => {
                    changed.ascending = changed.by_rank && !changed.ascending;
                    (changed.sorted, changed.by_rank) = (None, true);
                }
                Some(Did::Head(Some(nth))) => {
                    changed.by_rank = false;
                    let indicator = drawn.columns.get(nth).copied();
                    changed.ascending = changed.sorted == indicator && !changed.ascending;
                    changed.sorted = indicator;
                }
                Some(Did::Open(_)) | None => {}
            }
        }
        if changed != *table {
            scene.out.changes.push(Change::Panel(id, Panel::SchoolTable(changed)));
        }
    }
}

fn toggle<T: PartialEq>(list: &mut Vec<T>, one: T) {
    match list.iter().position(|known| *known == one) {
        Some(place) => {
            list.remove(place);
        }
        None => list.push(one),
    }
}

fn controls(ui: &mut Ui, table: &mut SchoolTable, scene: &Scene<'_>) {
    for (words, compare) in [("List", false), ("Compare", true)] {
        let hint = if compare { "The selected schools side by side, a row per indicator" } else { "A row per school" };
        if segment(ui, words, table.compare == compare).on_hover_text(hint).clicked() {
            table.compare = compare;
        }
    }
    if !table.compare {
        ui.checkbox(&mut table.only_selected, "Only selected").on_hover_text("Only the schools that are selected");
    }
    let catalogue = &scene.session.catalogue;
    let Some(year) = scene.view.years_shown(catalogue).last().copied() else { return };
    let offer = scene.view.offer_in(catalogue, year);
    let shown = table.shown(&offer, year);
    let button = picker_button(ui, "Columns", &shown.len().to_string(), theme::small_strong());
    let popup = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).style(theme::boxes);
    popup.width(320.0).show(|ui| columns(ui, table, shown, &offer));
}

/// Boxes to choose the columns.
fn columns(ui: &mut Ui, table: &mut SchoolTable, mut chosen: Vec<Indicator>, offer: &Offer<'_>) {
    if ui.button("The usual ones").clicked() {
        table.indicators = Vec::new();
        return;
    }
    ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show(ui, |ui| {
        for group in ColumnGroup::ALL {
            let offered: Vec<Indicator> = offer.all().filter(|of| ColumnGroup::of(*of) == group).collect();
            if offered.is_empty() {
                continue;
            }
            ui.add_space(theme::space().half);
            ui.label(theme::muted(ui, group.label()));
            for indicator in offered {
                let mut shown = chosen.contains(&indicator);
                if ui.checkbox(&mut shown, indicator.label()).changed() {
                    toggle(&mut chosen, indicator);
                    table.indicators.clone_from(&chosen);
                }
            }
        }
        ui.add_space(theme::space().half);
        ui.label(theme::muted(ui, "Over three years"));
        ui.checkbox(&mut table.rank, "Three-year rank").on_hover_text(format!("In the first result. {HOW}"));
    });
}

fn school_head(ui: &mut Ui, catalogue: &Catalogue, urn: Urn) {
    if let Some(school) = catalogue.register.school(urn) {
        ui.strong(&school.name);
        ui.label(theme::muted(ui, format!("URN {} · {} · {}", school.urn, school.phase, school.la_name)));
    }
}

/// All that is known of a figure; of a school where none is pointed at.
fn tooltip(
    ui: &mut Ui,
    drawn: &Drawn,
    answers: &[Arc<Answer>],
    catalogue: &Catalogue,
    who: Who,
    indicator: Option<Indicator>,
) {
    if let Who::School(urn) = who {
        school_head(ui, catalogue, urn);
    }
    let Some(indicator) = indicator else {
        ui.label(theme::muted(ui, drawn.in_words.as_str()));
        if let Some(answer) = answers.first().filter(|_| !matches!(who, Who::School(_))) {
            ui.label(theme::muted(ui, words::compared_with(answer)));
        }
        return;
    };
    ui.label(indicator.label());
    let Some((answer, cell)) = cell_of(answers, who, indicator) else {
        ui.label("Nothing is known of it");
        return;
    };
    let comparison = cell.figure.as_ref().ok().and_then(|figure| figure.comparison);
    if who == Who::Comparator {
        ui.label(match comparison {
            Some(Ok(with)) => value(indicator, with.comparator),
            Some(Err(reason)) => reason.to_string(),
            None => words::figure(cell),
        });
    } else {
        ui.label(words::figure(cell));
        match comparison {
            Some(Ok(with)) => {
                let compared = words::compared(indicator, &with);
                ui.label(format!("{compared}, against {}", value(indicator, with.comparator)));
            }
            Some(Err(reason)) => {
                ui.label(format!("comparator: {reason}"));
            }
            None => {}
        }
    }
    ui.label(theme::muted(ui, words::question(answer.question(), catalogue)));
    ui.label(theme::muted(ui, words::compared_with(answer)));
}
