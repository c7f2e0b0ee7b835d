//! Every subject with its indicators: figures on a ground that says whether they are significant, and their trends.

mod drawn;

use std::sync::Arc;

use eframe::egui::{self, Popup, PopupCloseBehavior, Role, Sense, Ui, WidgetInfo, vec2};

use super::grid::{self, Did, Tells};
use super::{Scene, nothing};
use crate::desk::Answer;
use crate::method::interval::Significance;
use crate::model::{Characteristic, Indicator, Year};
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Offer, Panel, SubjectTable};
use crate::ui::widgets::{Pick, picker, picker_button};
use crate::ui::{questions, theme, words};
use drawn::{Drawn, Order};

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<Order, Drawn>,
}

/// The years that figures are of, as they are picked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Span {
    One(Year),
    Pooled,
}

impl State {
    pub fn ask(&mut self, id: u64, chosen: &SubjectTable, scene: &Scene<'_>) -> Progress {
        let questions = questions::subject_table(scene.view, &scene.session.catalogue, chosen);
        let order = Order::of(chosen);
        self.sheet.ask(&scene.session.desk, id, &questions, order.clone(), |answers| Drawn::of(&order, answers))
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, chosen: &SubjectTable, scene: &mut Scene<'_>) {
        let Some((drawn, answers)) = self.sheet.shown() else { return };
        let mut changed = chosen.clone();
        controls(ui, &mut changed, scene);
        if drawn.rows.is_empty() {
            let none = answers.is_empty();
            nothing(ui, if none { "No results by subject of these years are loaded" } else { &drawn.why_empty });
        } else {
            legend(ui, drawn);
            let room = ui.available_rect_before_wrap();
            let whole = ui.interact(room, ui.scope_id().with("table of subjects"), Sense::hover());
            whole.widget_info(|| WidgetInfo::labeled(Role::Label, true, drawn.in_words()));
            let session = scene.session;
            let tip = |ui: &mut Ui, row: usize, column: Option<usize>| {
                let Some(column) = column else {
                    ui.strong(drawn.rows.get(row).map(|row| row.subject.name.as_str()).unwrap_or_default());
                    return;
                };
                let answer = drawn.answer_of(answers, row, column);
                ui.strong(drawn.name_of_cell(row, column));
                for line in drawn.lines(answers, row, column) {
                    ui.label(line);
                }
                if let Some(answer) = answer {
                    ui.label(theme::muted(ui, words::question(answer.question(), &session.catalogue)));
                    if drawn.span.ends_with("pooled") {
                        ui.label(theme::muted(ui, "All these years pooled"));
                    }
                }
            };
            let aloud = |row: usize, column: usize| drawn.aloud(answers, row, column);
            let tells = Tells { row: &|nth| drawn.row(nth), tip: &tip, aloud: Some(&aloud) };
            match drawn.grid.ui(ui, id, scene, &tells) {
                Some(Did::Open(nth)) => {
                    scene.out.changes.extend(drawn.rows.get(nth).map(|row| Change::Subject(row.subject)));
                }
                Some(Did::Head(by)) => sort(&mut changed, drawn, by),
                Some(Did::Pin(_)) | None => {}
            }
        }
        if changed != *chosen {
            scene.out.changes.push(Change::Panel(id, Panel::SubjectTable(changed)));
        }
    }
}

/// Brings the rows into the order of a column, or into the other order where they are in it.
fn sort(chosen: &mut SubjectTable, drawn: &Drawn, by: Option<usize>) {
    chosen.ascending = drawn.sorted == by && !drawn.reversed;
    let column = by.and_then(|at| drawn.columns.get(at));
    chosen.sorted = column.map(|column| column.indicator);
    chosen.of_group = column.and_then(|column| column.group).map(|group| group.word().to_owned());
    if drawn.split.is_some() {
        // What is shown stays, whatever the order.
        let shown = drawn.columns.iter().map(|column| column.indicator).find(|of| *of != Indicator::Entries);
        chosen.shown = shown.or(chosen.shown);
    }
}

fn controls(ui: &mut Ui, chosen: &mut SubjectTable, scene: &Scene<'_>) {
    let (view, catalogue) = (scene.view, &scene.session.catalogue);
    let offer = chosen.offer(view, catalogue);
    ui.horizontal_wrapped(|ui| {
        let years = view.years_shown(catalogue);
        if let Some(year) = chosen.year(view, catalogue) {
            let pooled = chosen.pool && years.len() > 1;
            let now = if pooled { Span::Pooled } else { Span::One(year) };
            let words = if pooled { "all years pooled".to_owned() } else { year.to_string() };
            let lines = || {
                let of_year = |year: &Year| Pick::new(Span::One(*year), year.to_string());
                let several = (years.len() > 1).then(|| Pick::new(Span::Pooled, "all years pooled"));
                years.iter().rev().map(of_year).chain(several).collect()
            };
            match picker(ui, "Year", &now, &words, lines) {
                Some(Span::Pooled) => chosen.pool = true,
                Some(Span::One(year)) => {
                    (chosen.year, chosen.pool) = (None, false);
                    // The one that is shown anyway goes on with the years of the view.
                    chosen.year = Some(year).filter(|_| chosen.year(view, catalogue) != Some(year));
                }
                None => {}
            }
        }
        let words = chosen.split.map_or("nothing", Characteristic::label);
        let lines = || {
            let of = |of: Characteristic| Pick::new(Some(of), of.label());
            let splits = chosen.splits(view, catalogue).into_iter().map(of);
            std::iter::once(Pick::new(None, "nothing")).chain(splits).collect()
        };
        if let Some(picked) = picker(ui, "Split by", &chosen.split, words, lines) {
            (chosen.split, chosen.of_group) = (picked, None);
        }
        if chosen.split.is_none() {
            columns(ui, chosen, &offer);
            return;
        }
        let shown = chosen.shown(&offer);
        let lines = || {
            let others = offer.of_subjects().filter(|of| *of != Indicator::Entries);
            others.map(|of| Pick::new(of, of.label())).collect()
        };
        if let Some(picked) = picker(ui, "Show", &shown, shown.label(), lines) {
            chosen.shown = Some(picked);
        }
    });
}

/// Boxes to choose the columns.
fn columns(ui: &mut Ui, chosen: &mut SubjectTable, offer: &Offer<'_>) {
    let button = picker_button(ui, "", "Columns", theme::small_strong());
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.style(theme::boxes).show(|ui| {
        let mut shown = chosen.columns(offer);
        for indicator in offer.of_subjects().filter(|of| *of != Indicator::Entries) {
            let mut ticked = shown.contains(&indicator);
            if ui.checkbox(&mut ticked, indicator.label()).changed() {
                if ticked {
                    shown.push(indicator);
                } else {
                    shown.retain(|known| *known != indicator);
                }
                // In the order in which they are offered.
                shown.sort_by_key(|of| Indicator::ALL.iter().position(|known| known == of));
                chosen.indicators = shown.clone();
            }
        }
        if ui.button("The usual ones").clicked() {
            chosen.indicators = Vec::new();
        }
    });
}

/// What marks and grounds say, with how many subjects each has, and with what the figures are compared.
fn legend(ui: &mut Ui, drawn: &Drawn) {
    let colours = theme::of(ui);
    ui.horizontal(|ui| {
        if drawn.compared.is_empty() {
            let told = "Not compared with anything: choose one under Compare with";
            ui.add(egui::Label::new(theme::muted(ui, told)).truncate().selectable(false));
            return;
        }
        // Of several columns their heads tell how many there are.
        let told = drawn.told();
        let counts = if let [column] = told.as_slice() { Some(column.counts) } else { None };
        if let ([column], true) = (told.as_slice(), drawn.split.is_none()) {
            ui.label(theme::muted(ui, format!("{}:", column.head)));
        }
        let kinds = [Significance::Above, Significance::Below, Significance::NotDifferent];
        for (at, (significance, says)) in kinds.into_iter().zip(["above", "below", "cannot be told apart"]).enumerate()
        {
            let (rect, _) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
            grid::mark(ui.painter(), significance, rect.center(), colours);
            let count = counts.map(|counts| format!("{} ", counts[at])).unwrap_or_default();
            ui.label(theme::muted(ui, format!("{count}{says}")));
        }
        let compared = egui::Label::new(theme::muted(ui, drawn.compared.clone()));
        ui.add(compared.truncate().selectable(false)).on_hover_text(&drawn.compared);
    });
}
